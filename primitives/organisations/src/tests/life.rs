//! Stories of a team's life: applied for, reviewed by another, handed up when it lies, stopped, ended.

use super::{day, found, give, person, rooms, team};
use crate::{Kind, MembershipRole, NewOrganisation, OrganisationId, State, find, is_member};
use kernel::{Role, args};
use people::PersonId;
use testkit::app::{TestApp, district, organisation, region};
use testkit::on_both;

pub(super) const FORM: [(&str, &str); 4] =
    [("name", "沥雄护河队"), ("kind", "village"), ("region", "440605125003"), ("purpose", "每周巡河一次。")];

pub(super) async fn state(app: &TestApp, id: OrganisationId) -> State {
    find(app.db(), app.tenant, id).await.unwrap().state
}

/// Hands an application in as a person and answers the team.
pub(super) async fn applied(app: &TestApp, by: &testkit::Visitor, form: &[(&str, &str)]) -> OrganisationId {
    let made = by.post("/teams", form).await.expect(303).location.unwrap();
    assert!(by.get(&made).await.expect(200).text_contains("申请已提交"));
    let id: OrganisationId = made.split('/').nth(2).unwrap().parse().unwrap();
    assert_eq!(state(app, id).await, State::Applied);
    id
}

#[tokio::test]
async fn a_team_is_applied_for_and_begins_with_its_leader_when_another_approves() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let who = person(&app, "陈慧敏").await;
        let own = app.as_account("huimin", &[], Some(who.0)).await;
        own.get("/teams/new").await.expect(200);
        assert!(own.post("/teams", &FORM[..2]).await.expect(422).text_contains("处需要改"));
        let id = applied(&app, &own, &FORM).await;
        assert!(own.post("/teams", &FORM).await.expect(409).text_contains("等审核"));
        let (clerk, far) = (
            app.as_account("dali", &[region(Role::Town, "440605125")], None).await,
            app.as_account("lishui", &[region(Role::Town, "440605126")], None).await,
        );
        let review = format!("/desk/teams/{id}/review");
        far.get(&review).await.expect(404);
        far.post(&review, &[("decision", "approve")]).await.expect(404);
        let page = clerk.get(&review).await.expect(200);
        assert!(page.text_contains("陈慧敏") && page.text_contains("没有同名队伍"));
        assert!(clerk.get("/desk").await.expect(200).text_contains("新队伍：沥雄护河队"));
        clerk.post(&review, &[("decision", "decline")]).await.expect(422);
        clerk.post(&review, &[("decision", "approve")]).await.expect(303);
        clerk.post(&review, &[("decision", "approve")]).await.expect(409);
        assert_eq!(state(&app, id).await, State::Active);
        let roles =
            kernel::auth::list_roles(app.db(), app.tenant, own.account.unwrap(), day("2026-11-23")).await.unwrap();
        assert!(roles.iter().any(|r| r.role == Role::Leader && r.scope == "00001/"), "the account leads it");
        let own = app.as_account("huimin2", &[], None).await;
        own.get(&format!("/teams/{id}/application")).await.expect(403);
        let page = clerk.get(&format!("/desk/teams/{id}")).await.expect(200);
        assert!(page.text_contains("待审 → 在用") && page.text_contains("无 → 陈慧敏"));
        let kinds = app.audit_kinds().await;
        for kind in ["applied", "decided", "moved", "joined"] {
            assert!(kinds.contains(&format!("organisations.{kind}")), "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_decides_what_they_handed_in_or_will_lead() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let who = person(&app, "陈慧敏").await;
        let number = people::find(app.db(), app.tenant, who).await.unwrap().volunteer_no.unwrap();
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let led = app.as_account("huimin", &[region(Role::Town, "440605125")], Some(who.0)).await;
        let mut form = FORM.to_vec();
        form.push(("leader", &number));
        let url = clerk.post("/desk/teams", &form).await.expect(303).location.unwrap();
        let review = format!("{url}/review");
        for barred in [&clerk, &led] {
            assert!(!barred.get("/desk").await.expect(200).text_contains("新队伍"));
            assert!(barred.post(&review, &[("decision", "approve")]).await.expect(409).text_contains("由别人审核"));
        }
        let whole = app.as_account("qu", &[district(Role::District)], None).await;
        whole.post(&review, &[("decision", "decline"), ("opinion", "和沥雄巡河队重复")]).await.expect(303);
        assert!(led.get(&format!("{}/application", url.replace("/desk", ""))).await.expect(200).text_contains("重复"));
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM membership", &[]).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM organisation WHERE state = 'ended'", &[]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_application_that_lies_goes_to_the_body_above_and_then_to_the_district() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let top = NewOrganisation::team("大沥镇志愿者联合会", Kind::Town, "440605125", None);
        let middle = NewOrganisation::team("沥雄社区志愿队", Kind::Village, "440605125003", Some(top.id));
        let middle_id = middle.id;
        found(&app, top).await;
        found(&app, middle).await;
        let leader = app.person("何带队").await;
        give(&app, (middle_id, PersonId(leader)), MembershipRole::Leader, "2026-01-01").await.unwrap();
        let who = person(&app, "陈慧敏").await;
        let own = app.as_account("huimin", &[], Some(who.0)).await;
        let mut form = FORM.to_vec();
        form.push(("parent", "00002"));
        let id = applied(&app, &own, &form).await;
        let chief = app.as_account("daidui", &[organisation(Role::Leader, "00001/00002/")], Some(leader)).await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let whole = app.as_account("qu", &[district(Role::District)], None).await;
        let review = format!("/desk/teams/{id}/review");
        chief.get(&review).await.expect(200);
        let listed = async |who: &testkit::Visitor| who.get("/desk").await.expect(200).text_contains("新队伍");
        assert!(!listed(&clerk).await && !listed(&whole).await);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM message WHERE person_id = $1", args![leader]).await, 1);
        app.run_recurring("organisations.hand_up").await;
        chief.get(&review).await.expect(200);
        app.at("2026-11-30T18:01").await;
        app.run_recurring("organisations.hand_up").await;
        chief.get(&review).await.expect(404);
        assert!(listed(&clerk).await && !listed(&whole).await);
        assert!(clerk.get(&review).await.expect(200).text_contains("没有按时答复"));
        app.at("2026-12-07T18:01").await;
        app.run_recurring("organisations.hand_up").await;
        assert!(!listed(&clerk).await && listed(&whole).await);
        clerk.post(&review, &[("decision", "approve")]).await.expect(404);
        assert!(own.get(&format!("/teams/{id}/application")).await.expect(200).text_contains("已转到这里"));
        app.at("2027-01-07T18:01").await;
        app.run_recurring("organisations.hand_up").await;
        whole.post(&review, &[("decision", "approve")]).await.expect(303);
        assert_eq!(state(&app, id).await, State::Active);
    })
    .await;
}

#[tokio::test]
async fn a_team_that_does_not_work_takes_nobody_and_one_that_ended_lets_everybody_go() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let (team, who) = (team(&app, "甲队", "440605125").await, person(&app, "陈慧敏").await);
        let leader = app.person("何带队").await;
        give(&app, (team, PersonId(leader)), MembershipRole::Leader, "2026-01-01").await.unwrap();
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let led = app.as_account("daidui", &[organisation(Role::Leader, "00001/")], Some(leader)).await;
        let (url, members) = (format!("/desk/teams/{team}/state"), format!("/desk/teams/{team}/members"));
        assert!(clerk.get(&url).await.expect(200).text_contains("1 位队员全部退出"));
        led.get(&url).await.expect(403);
        clerk.post(&url, &[("state", "suspended")]).await.expect(422);
        clerk.post(&url, &[("state", "suspended"), ("reason", "换届")]).await.expect(303);
        let refused = clerk.post(&members, &[("who", "13800000013"), ("role", "member")]).await.expect(422);
        assert!(refused.text_contains("队伍暂停中"));
        clerk.post(&url, &[("state", "suspended"), ("reason", "又停")]).await.expect(409);
        clerk.post(&url, &[("state", "active"), ("reason", "换好了")]).await.expect(303);
        clerk.post(&members, &[("who", "13800000013"), ("role", "member")]).await.expect(303);
        clerk.post(&url, &[("state", "ended"), ("reason", "并到乙队")]).await.expect(303);
        clerk.post(&url, &[("state", "active"), ("reason", "后悔")]).await.expect(409);
        assert!(!is_member(app.db(), app.tenant, who, team).await.unwrap());
        let open = "SELECT COUNT(*) AS n FROM membership WHERE to_on IS NULL";
        assert_eq!(app.count(open, &[]).await, 0);
        let reasons = "SELECT COUNT(*) AS n FROM membership WHERE reason = '并到乙队'";
        assert_eq!(app.count(reasons, &[]).await, 2);
        let today = day("2026-11-23");
        let roles = kernel::auth::list_roles(app.db(), app.tenant, led.account.unwrap(), today).await.unwrap();
        assert!(roles.is_empty());
        let page = clerk.get(&format!("/desk/teams/{team}?past=1")).await.expect(200);
        assert!(page.text_contains("在用 → 已解散 · 并到乙队") && page.text_contains("何带队"));
    })
    .await;
}
