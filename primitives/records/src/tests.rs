//! Stories of awards, evaluations and statements over HTTP, on both databases.

mod awards;
mod evaluations;
mod statements;

use activities::model::{Recruitment, Scope};
use activities::{ActivityId, NewActivity, NewPost, NewSession, SessionId};
use hours::{Method, NewEntry};
use kernel::ids::Raw;
use kernel::{Module, Read as _, Role, Tx, args, row};
use organisations::OrganisationId;
use people::PersonId;
use testkit::app::{beijing, organisation, region};
use testkit::{TestApp, Visitor};

fn rooms() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        crate::module(),
    ]
}

const DALI: &str = "440605125";
const LIXIONG: &str = "440605125003";

/// A team of Dali with a member and a leader, its officer, and an officer of Lishui.
struct Town {
    app: TestApp,
    team: Raw,
    path: String,
    chen: Raw,
    ou: Raw,
    me: Visitor,
    leader: Visitor,
    officer: Visitor,
    other: Visitor,
}

async fn town(app: &TestApp) -> Town {
    app.region_seed().await;
    let (team, path) = app.team("沥雄乐龄助餐队", LIXIONG).await;
    let (chen, ou) = (app.person("陈慧敏").await, app.person("区志明").await);
    app.member(team, chen).await;
    app.leader(team, ou).await;
    Town {
        me: app.as_account("陈慧敏", &[], Some(chen)).await,
        leader: app.as_account("区志明", &[organisation(Role::Leader, &path)], Some(ou)).await,
        officer: app.as_account("周敏仪", &[region(Role::Town, DALI)], None).await,
        other: app.as_account("里水干事", &[region(Role::Town, "440605126")], None).await,
        app: app.clone(),
        team,
        path,
        chen,
        ou,
    }
}

/// An activity of the team with its session.
struct Held {
    id: ActivityId,
    session: SessionId,
}

impl Town {
    /// An activity of the morning of a day, in a state.
    async fn activity(&self, title: &str, day: &str, state: &'static str) -> Held {
        row! { struct Found { id: SessionId } }
        let cx = self.app.cx();
        let (from, to) = (beijing(&format!("{day}T09:00")), beijing(&format!("{day}T11:30")));
        let on = kernel::time::day(from);
        let posts = vec![NewPost { name: "送餐员".to_owned(), places: 50, ..NewPost::default() }];
        let new = NewActivity {
            title: title.to_owned(),
            summary: "把热饭送到长者家中。".to_owned(),
            organisation: OrganisationId(self.team),
            region: LIXIONG.to_owned(),
            site: None,
            place: "服务站北门".to_owned(),
            starts_on: on,
            ends_on: on,
            categories: vec!["02".to_owned()],
            beneficiaries: String::new(),
            guarantees: String::new(),
            risk_notice: "上下楼梯当心".to_owned(),
            risky: false,
            insurance_no: None,
            working_time: false,
            own_duty: false,
            scope: Scope::Public,
            opens_at: from - chrono::Duration::days(9),
            closes_at: from,
            min_age: None,
            max_age: None,
            min_minutes: 0,
            only_team: false,
            recruitment: Recruitment::default(),
            contact_name: "联系人".to_owned(),
            contact_phone: "13700000000".to_owned(),
            contact_public: true,
            sessions: vec![NewSession { starts_at: from, ends_at: to, posts, ..NewSession::default() }],
        };
        let insert = async move |tx: &mut Tx<'_>| activities::store::insert(tx, &cx, &new).await;
        let id = self.app.write(insert).await.unwrap();
        self.app.sql("UPDATE activity SET state = $1 WHERE id = $2", args![state, id].to_vec()).await;
        let sql = "SELECT id FROM activity_session WHERE activity_id = $1";
        Held { id, session: self.app.db().one::<Found>(sql, args![id]).await.unwrap().id }
    }

    /// Hours of somebody in it, from nine on.
    async fn served(&self, held: &Held, person: Raw, day: &str, (to, method): (&str, Method)) -> hours::EntryId {
        let cx = self.app.cx();
        let (from, to) = (beijing(&format!("{day}T09:00")), beijing(&format!("{day}T{to}")));
        let activity = activities::find(self.app.db(), self.app.tenant, held.id).await.unwrap();
        let new = NewEntry {
            person: PersonId(person),
            activity: held.id.0,
            session: held.session.0,
            title: activity.title.clone(),
            organisation: OrganisationId(self.team),
            organisation_path: self.path.clone(),
            region: LIXIONG.to_owned(),
            kind: "village".to_owned(),
            category: activity.category.clone(),
            started_at: from,
            ended_at: to,
            window: activity.window(),
            method,
            reason: None,
            entered_by: "qiyi".to_owned(),
            approved_by: None,
        };
        self.app.write(async move |tx: &mut Tx<'_>| hours::credit(tx, &cx, &new).await).await.unwrap()
    }

    async fn lines_of(&self, kind: &str) -> usize {
        self.app.audit_kinds().await.iter().filter(|k| *k == kind).count()
    }
}

#[tokio::test]
async fn questions_to_the_lists_of_awards_and_evaluations_are_kept() {
    testkit::on_both(rooms, async |app| {
        let t = town(&app).await;
        let asked = "/desk/awards?q=a&town=440605125&kind=town&holder=team&year=2026&state=withdrawn";
        testkit::views::is_kept(&t.officer, "awards", asked).await;
        testkit::views::is_kept(&t.officer, "evaluations", "/desk/evaluations?q=a&town=440605125").await;
    })
    .await;
}
