//! Activities that several teams hold together.

use super::{Open, Stage, rooms, signup_of};
use crate::store;
use kernel::Role;
use kernel::args;
use kernel::ids::Raw;
use serde_json::json;
use testkit::app::organisation;
use testkit::{TestApp, Visitor, on_both};

/// A second team of the town with its leader.
struct Other {
    team: Raw,
    leader: Visitor,
}

impl Other {
    async fn set(app: &TestApp) -> Self {
        let (team, path) = app.team("沥东巡河队", "440605125001").await;
        let person = app.person("何旁成").await;
        app.leader(team, person).await;
        Self { team, leader: app.as_account("何旁成", &[organisation(Role::Leader, &path)], Some(person)).await }
    }
}

/// An open activity that both teams hold.
async fn together(app: &TestApp, stage: &Stage) -> (Open, Other) {
    let (open, other) = (stage.open(9).await, Other::set(app).await);
    let path = format!("/activities/{}/partners", open.id);
    stage.leader.post(&path, &[("team", "沥东巡河队")]).await.expect(303);
    let answer = format!("{path}/answer");
    other.leader.post(&answer, &[("team", &other.team.to_string()), ("answer", "accept")]).await.expect(303);
    (open, other)
}

#[tokio::test]
async fn a_team_is_asked_and_its_leader_answers_for_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, other) = (stage.open(9).await, Other::set(&app).await);
        let (path, answer) = (format!("/activities/{}/partners", open.id), format!("/activities/{}/partners/answer", open.id));
        let team = other.team.to_string();
        other.leader.get(&path).await.expect(404);
        stage.leader.post(&path, &[("team", "没有的队")]).await.expect(422);
        other.leader.post(&path, &[("team", "沥东巡河队")]).await.expect(404);
        stage.leader.post(&path, &[("team", "沥东巡河队")]).await.expect(303);
        stage.leader.post(&path, &[("team", "沥东巡河队")]).await.expect(409);
        let told = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = 'partner.message.asked'";
        assert_eq!(app.count(told, args![app.tenant, other.leader.person.unwrap()]).await, 1);
        assert!(other.leader.get("/team").await.expect(200).text_contains("沥雄乐龄助餐队请你们一起办"));
        stage.leader.post(&answer, &[("team", &team), ("answer", "accept")]).await.expect(403);
        assert!(!app.stranger().get(&format!("/activities/{}", open.id)).await.expect(200).text_contains("合办"));
        other.leader.post(&answer, &[("team", &team), ("answer", "accept")]).await.expect(303);
        other.leader.post(&answer, &[("team", &team), ("answer", "decline")]).await.expect(409);
        let page = app.stranger().get(&format!("/activities/{}", open.id)).await.expect(200);
        assert!(page.text_contains("和沥东巡河队合办"));
        let held = organisations::OrganisationId(other.team);
        let filter = store::Filter { organisation: Some(held), ..store::Filter::default() };
        let (cx, face) = (app.cx(), store::listing::Face::Public);
        let mine = store::list(&cx, &face, &filter, None, 9);
        assert_eq!(mine.await.unwrap().len(), 1, "it is listed under each team");
        stage.leader.post(&answer, &[("team", &team), ("answer", "end")]).await.expect(303);
        other.leader.get(&path).await.expect(404);
        assert!(store::find(app.db(), app.tenant, open.id).await.unwrap().partners.0.is_empty());
        stage.leader.post(&path, &[("team", "沥东巡河队")]).await.expect(303);
        other.leader.post(&answer, &[("team", &team), ("answer", "decline")]).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn whoever_belongs_to_several_teams_chooses_the_one_for_which_they_come() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, other) = together(&app, &stage).await;
        let (first, second, both) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        app.member(stage.team, first.person.unwrap()).await;
        app.member(other.team, second.person.unwrap()).await;
        for team in [stage.team, other.team] {
            app.member(team, both.person.unwrap()).await;
        }
        open.join(&first).await.expect(303);
        open.join(&second).await.expect(303);
        assert!(both.get(&format!("/activities/{}", open.id)).await.expect(200).text_contains("随哪支队伍来"));
        let (post, chosen) = (open.post.id.to_string(), other.team.to_string());
        let strange = [("post", post.as_str()), ("team", &chosen)];
        let alone = stage.volunteer("丁四").await;
        assert!(alone.post(&open.signups(), &strange).await.expect(409).text_contains("你不在这支队伍里"));
        let made = both.post(&open.signups(), &strange).await.expect(303);
        assert!(both.follow(&made).await.expect(200).text_contains("沥东巡河队"));
        let signup = store::signup::find(app.db(), app.tenant, signup_of(&made).parse().unwrap()).await.unwrap();
        assert_eq!(signup.organisation_id.0, other.team);
        let page = other.leader.get(&format!("/activities/{}/partners", open.id)).await.expect(200);
        assert!(page.text_contains("各队出的力") && page.text_contains("合计"));
    })
    .await;
}

#[tokio::test]
async fn what_is_only_for_the_team_is_for_those_who_hold_it_too() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, other) = together(&app, &stage).await;
        app.sql("UPDATE activity SET scope = 'teams' WHERE id = $1", args![open.id].to_vec()).await;
        let (guest, stranger) = (stage.volunteer("乙二").await, stage.volunteer("丁四").await);
        app.member(other.team, guest.person.unwrap()).await;
        assert!(guest.get("/activities").await.expect(200).text_contains("长者饭堂送餐"));
        assert!(!stranger.get("/activities").await.expect(200).text_contains("长者饭堂送餐"));
        open.join(&guest).await.expect(303);
        assert!(open.join(&stranger).await.expect(409).text_contains("只招沥雄乐龄助餐队、沥东巡河队的队员"));
    })
    .await;
}

#[tokio::test]
async fn a_program_asks_answers_and_reads_who_holds_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, other) = (stage.open(9).await, Other::set(&app).await);
        let call = async |who: &Visitor, method: &str, rest: &str, body: serde_json::Value| {
            let token = app.token(who.account.unwrap()).await;
            let path = format!("/api/v1/activities/{}/partners{rest}", open.id);
            who.json(method, &path, Some(&token), Some(&body), None).await
        };
        call(&other.leader, "GET", "", json!(null)).await.expect(404);
        let asked = call(&stage.leader, "POST", "", json!({ "team": "沥东巡河队" })).await.expect(201).json();
        assert_eq!(asked["partners"][0]["state"], "asked");
        let one = format!("/{}", other.team);
        call(&stage.leader, "PUT", &one, json!({ "answer": "accept" })).await.expect(403);
        call(&other.leader, "PUT", &one, json!({ "answer": "accept" })).await.expect(204);
        let read = call(&other.leader, "GET", "", json!(null)).await.expect(200).json();
        assert_eq!((&read["partners"][0]["state"], read["shares"].as_array().unwrap().len()), (&json!("accepted"), 0));
        call(&other.leader, "PUT", &one, json!({ "answer": "end" })).await.expect(204);
        call(&stage.leader, "PUT", &one, json!({ "answer": "end" })).await.expect(409);
    })
    .await;
}
