//! Stories over HTTP, each on both databases.

mod absence;
mod bulk;
mod calendar;
mod calls;
mod certificates;
mod desk;
mod draw;
mod flexible;
mod leader;
mod line;
mod mine;
mod minors;
mod openings;
mod partners;
mod poster;
mod program;
mod public;
mod recruitment;
mod reminders;
mod rush;
mod series;
mod swap;
mod together;

use crate::model::{ActivityId, Post, Session};
use crate::store;
use kernel::ids::Raw;
use kernel::{Module, Role};
use testkit::app::{organisation, region};
use testkit::{Reply, TestApp, Visitor};

fn rooms() -> Vec<Module> {
    vec![places::module(), people::module(), organisations::module(), hours::module(), crate::module()]
}

/// A town with a team, its leader and the reviewer.
struct Stage {
    app: TestApp,
    team: Raw,
    leader: Visitor,
    reviewer: Visitor,
}

impl Stage {
    async fn set(app: &TestApp) -> Self {
        app.region_seed().await;
        let (team, path) = app.team("沥雄乐龄助餐队", "440605125003").await;
        let person = app.person("李伟强").await;
        app.leader(team, person).await;
        let leader = app.as_account("李伟强", &[organisation(Role::Leader, &path)], Some(person)).await;
        let reviewer = app.as_account("周敏仪", &[region(Role::Town, "440605125")], None).await;
        Self { app: app.clone(), team, leader, reviewer }
    }

    /// The form of an activity today from 14:00 to 17:00 with this many places.
    fn form(&self, places: i64) -> Vec<(&'static str, String)> {
        let text = |t: &str| t.to_owned();
        let mut fields = vec![
            ("team", self.team.to_string()),
            ("title", text("长者饭堂送餐")),
            ("category", text("02")),
            ("category", text("01")),
            ("summary", text("把热饭送到长者家中。")),
            ("region", text("440605125003")),
            ("place", text("沥雄社区服务站北门")),
            ("day", text("2026-11-23")),
            ("from", text("14:00")),
            ("to", text("17:00")),
            ("post", text("送餐员")),
            ("places", places.to_string()),
            ("scope", text("public")),
            ("contact_name", text("李伟强")),
            ("contact_phone", text("13800001234")),
            ("risk_notice", text("路线过两处路口。")),
            ("risky", text("no")),
            ("working_time", text("no")),
            ("own_duty", text("no")),
            ("then", text("submit")),
        ];
        fields.extend(crate::forms::RULES.iter().map(|r| ("rule", text(r))));
        fields
    }

    /// Hands an activity in; it waits for review.
    async fn handed_in(&self, places: i64) -> ActivityId {
        let reply = post(&self.leader, "/activities", &self.form(places)).await.expect(303);
        reply.location.unwrap().split('/').nth(2).unwrap().parse().unwrap()
    }

    /// A public activity with its session and post.
    async fn open(&self, places: i64) -> Open {
        self.publish(self.handed_in(places).await).await
    }

    /// A public activity of this form.
    async fn open_with(&self, form: Vec<(&'static str, String)>) -> Open {
        let reply = post(&self.leader, "/activities", &form).await.expect(303);
        self.publish(reply.location.unwrap().split('/').nth(2).unwrap().parse().unwrap()).await
    }

    async fn publish(&self, id: ActivityId) -> Open {
        self.reviewer.post(&format!("/desk/activities/{id}/decision"), &[("decision", "publish")]).await.expect(303);
        let session = store::sessions(self.app.db(), self.app.tenant, id).await.unwrap().remove(0);
        let post = store::posts(self.app.db(), self.app.tenant, id).await.unwrap().remove(0);
        Open { id, session, post }
    }

    /// A volunteer with an account.
    async fn volunteer(&self, name: &str) -> Visitor {
        let person = self.app.person(name).await;
        self.app.as_account(name, &[], Some(person)).await
    }

    /// Somebody who leads a team of another town.
    async fn stranger_leader(&self) -> Visitor {
        let (team, path) = self.app.team("里水护河队", "440605126005").await;
        let person = self.app.person_in("区志明", "440605126005").await;
        self.app.leader(team, person).await;
        self.app.as_account("区志明", &[organisation(Role::Leader, &path)], Some(person)).await
    }

    /// Runs what the clock would run: open activities whose day came are running.
    async fn keep_up(&self) {
        self.app.run_recurring("activities.keep_up").await;
    }
}

/// A public activity.
struct Open {
    id: ActivityId,
    session: Session,
    post: Post,
}

impl Open {
    fn signups(&self) -> String {
        format!("/activities/{}/signups", self.id)
    }

    async fn join(&self, who: &Visitor) -> Reply {
        who.post(&self.signups(), &[("post", &self.post.id.to_string())]).await
    }

    fn at(&self, rest: &str) -> String {
        format!("/sessions/{}{rest}", self.session.id)
    }
}

async fn post(who: &Visitor, path: &str, fields: &[(&'static str, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    who.post(path, &fields).await
}

/// The same form with another value of a field.
fn with(mut fields: Vec<(&'static str, String)>, name: &'static str, value: &str) -> Vec<(&'static str, String)> {
    fields.retain(|(k, _)| *k != name);
    fields.push((name, value.to_owned()));
    fields
}

/// The sign-up that a reply leads to.
fn signup_of(reply: &Reply) -> String {
    reply.location.as_deref().unwrap().rsplit('/').next().unwrap().to_owned()
}
