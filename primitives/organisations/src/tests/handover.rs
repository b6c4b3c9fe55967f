//! Stories of leading that goes from one to another, and of the limits that the district sets.

use super::{day, give, person, rooms, team};
use crate::{MembershipRole, OrganisationId};
use kernel::{Role, args};
use people::PersonId;
use testkit::app::{TestApp, district, organisation, region};
use testkit::{Visitor, on_both};

/// A team with a leader who has an account, a member who has one, and the clerk of its town.
struct Stage {
    team: OrganisationId,
    leader: Visitor,
    heir: Visitor,
    clerk: Visitor,
    url: String,
}

impl Stage {
    async fn set(app: &TestApp) -> Self {
        app.region_seed().await;
        let (team, heir) = (team(app, "甲队", "440605125").await, person(app, "陈慧敏").await);
        let chief = app.person("何带队").await;
        give(app, (team, PersonId(chief)), MembershipRole::Leader, "2026-01-01").await.unwrap();
        give(app, (team, heir), MembershipRole::Member, "2026-02-01").await.unwrap();
        let leader = app.as_account("daidui", &[organisation(Role::Leader, "00001/")], Some(chief)).await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let heir = app.as_account("huimin", &[], Some(heir.0)).await;
        Self { team, leader, heir, clerk, url: format!("/desk/teams/{team}") }
    }

    async fn offered(&self) {
        let url = format!("{}/handover", self.url);
        self.leader.post(&url, &[("who", "13800000013")]).await.expect(303);
    }

    async fn answered(&self, answer: &str) -> u16 {
        self.heir.post(&format!("/teams/{}/handover", self.team), &[("answer", answer)]).await.status.as_u16()
    }

    /// Whose accounts lead the team.
    async fn leads(&self, app: &TestApp) -> (bool, bool) {
        let held = async |who: &Visitor| {
            let roles = kernel::auth::list_roles(app.db(), app.tenant, who.account.unwrap(), app.cx().today()).await;
            roles.unwrap().iter().any(|r| r.role == Role::Leader && r.scope == "00001/")
        };
        (held(&self.leader).await, held(&self.heir).await)
    }
}

#[tokio::test]
async fn a_sole_leader_stays_until_the_team_is_handed_over_and_the_account_follows() {
    on_both(rooms, async |app| {
        let stage = Stage::set(&app).await;
        let chief = stage.leader.person.unwrap();
        let leaving = format!("{}/members/{chief}/leaving", stage.url);
        let gone = [("last", "2026-11-23"), ("reason", "搬家")];
        assert!(stage.clerk.post(&leaving, &gone).await.expect(409).text_contains("先交接给别人"));
        let handover = format!("{}/handover", stage.url);
        assert!(stage.leader.get(&handover).await.expect(200).text_contains("5 个工作日"));
        let nobody = stage.leader.post(&handover, &[("who", "13900000000")]).await.expect(422);
        assert!(nobody.text_contains("队里没有这个号码的队员"));
        stage.offered().await;
        stage.leader.post(&handover, &[("who", "13800000013")]).await.expect(409);
        assert!(stage.heir.get(&format!("/teams/{}/handover", stage.team)).await.expect(200).text_contains("何带队"));
        let decision = format!("{handover}/decision");
        assert!(stage.clerk.post(&decision, &[("decision", "approve")]).await.expect(409).text_contains("还没有答应"));
        assert_eq!(stage.answered("accept").await, 303);
        assert!(stage.clerk.get("/desk").await.expect(200).text_contains("交接队长：甲队"));
        stage.leader.post(&decision, &[("decision", "approve")]).await.expect(404);
        stage.clerk.post(&decision, &[("decision", "decline")]).await.expect(422);
        assert_eq!(stage.leads(&app).await, (true, false));
        stage.clerk.post(&decision, &[("decision", "approve")]).await.expect(303);
        assert_eq!(stage.leads(&app).await, (false, true));
        let page = stage.clerk.get(&format!("{}?past=1", stage.url)).await.expect(200);
        assert!(page.text_contains("何带队 → 陈慧敏") && page.text_contains("2026-11-22"));
        stage.clerk.post(&leaving, &gone).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn an_accepted_handover_takes_effect_by_itself_and_a_refused_one_never() {
    on_both(rooms, async |app| {
        let stage = Stage::set(&app).await;
        stage.offered().await;
        app.at("2026-12-20T09:00").await;
        app.run_recurring("organisations.ripen").await;
        assert_eq!(stage.leads(&app).await, (true, false), "nobody accepted");
        app.at("2026-11-23T10:00").await;
        assert_eq!(stage.answered("decline").await, 303);
        stage.offered().await;
        assert_eq!(stage.answered("accept").await, 303);
        let decision = format!("{}/handover/decision", stage.url);
        stage.clerk.post(&decision, &[("decision", "decline"), ("opinion", "换届再说")]).await.expect(303);
        app.at("2026-12-20T09:00").await;
        app.run_recurring("organisations.ripen").await;
        assert_eq!(stage.leads(&app).await, (true, false));
        app.at("2026-11-23T11:00").await;
        stage.offered().await;
        assert_eq!(stage.answered("accept").await, 303);
        app.at("2026-11-30T17:00").await;
        app.run_recurring("organisations.ripen").await;
        assert_eq!(stage.leads(&app).await, (true, false));
        app.at("2026-11-30T18:01").await;
        app.run_recurring("organisations.ripen").await;
        assert_eq!(stage.leads(&app).await, (false, true));
        let told = "SELECT COUNT(*) AS n FROM message WHERE person_id = $1 AND word LIKE '%handover%'";
        assert_eq!(app.count(told, args![stage.heir.person]).await, 5);
    })
    .await;
}

#[tokio::test]
async fn the_limits_of_the_district_are_named_where_they_refuse() {
    on_both(rooms, async |app| {
        let stage = Stage::set(&app).await;
        let whole = app.as_account("qu", &[district(Role::District)], None).await;
        assert!(whole.get("/desk/settings").await.expect(200).text_contains("一个人最多加入几支队伍"));
        stage.clerk.get("/desk/settings").await.expect(403);
        whole.post("/desk/settings/teams.per_person", &[("value", "0")]).await.expect(422);
        whole.post("/desk/settings/no.such", &[("value", "1")]).await.expect(404);
        whole.post("/desk/settings/teams.per_person", &[("value", "2")]).await.expect(303);
        let add = async |team: OrganisationId, role: &str| {
            whole.post(&format!("/desk/teams/{team}/members"), &[("who", "13800000013"), ("role", role)]).await
        };
        let (second, third) = (team(&app, "乙队", "440605125").await, team(&app, "丙队", "440605125").await);
        add(second, "member").await.expect(303);
        assert!(add(third, "member").await.expect(422).text_contains("最多加入 2 支队伍"));
        whole.post("/desk/settings/teams.per_person", &[("value", "")]).await.expect(303);
        add(third, "member").await.expect(303);
        let refused = add(stage.team, "deputy").await.expect(422);
        assert!(refused.text_contains("最多 1 位队长和副队长：每 100 名队员 1 位，最多 5 位"));
        whole.post("/desk/settings/teams.per_manager", &[("value", "1")]).await.expect(303);
        add(stage.team, "deputy").await.expect(303);
        let changed = app.audit().await.into_iter().filter(|line| line.kind == "setting.changed").count();
        assert_eq!(changed, 3);
        assert_eq!(app.cx().today(), day("2026-11-23"));
    })
    .await;
}
