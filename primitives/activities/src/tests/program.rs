//! The same way by a program: a draft, its review, a sign-up.

use super::{Stage, rooms};
use serde_json::{Value, json};
use testkit::{Reply, TestApp, Visitor, on_both};

/// A program that holds somebody's token.
struct Program<'v> {
    who: &'v Visitor,
    token: String,
}

impl<'v> Program<'v> {
    async fn of(app: &TestApp, who: &'v Visitor) -> Self {
        Self { token: app.token(who.account.unwrap()).await, who }
    }

    async fn call(&self, method: &str, path: &str, body: &Value, key: Option<&str>) -> Reply {
        self.who.json(method, &format!("/api/v1{path}"), Some(&self.token), Some(body), key).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, body, None).await
    }

    async fn get(&self, path: &str) -> Value {
        self.who.json("GET", &format!("/api/v1{path}"), Some(&self.token), None, None).await.expect(200).json()
    }
}

fn draft(stage: &Stage) -> Value {
    json!({
        "team": stage.team, "title": "长者饭堂送餐", "summary": "把热饭送到长者家中。", "place": "沥雄社区服务站北门",
        "categories": ["02", "01"], "risk_notice": "路线过两处路口。", "risky": false, "working_time": false,
        "own_duty": false, "scope": "public", "contact_name": "李伟强", "contact_phone": "13800001234",
        "confirmations": { "no_paid_work": true, "no_required_activity": true, "no_own_benefit": true,
            "public_purpose": true, "unpaid": true, "real_hours": true },
        "sessions": [{ "starts_at": "2026-11-23T14:00:00+08:00", "ends_at": "2026-11-23T17:00:00+08:00",
            "posts": [{ "name": "送餐员", "places": 2 }] }],
    })
}

#[tokio::test]
async fn a_program_goes_the_whole_way_of_an_activity_and_a_repeat_makes_nothing_twice() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (leader, town) = (Program::of(&app, &stage.leader).await, Program::of(&app, &stage.reviewer).await);
        let made = leader.call("POST", "/activities", &draft(&stage), Some("k1")).await.expect(201).json();
        let again = leader.call("POST", "/activities", &draft(&stage), Some("k1")).await.expect(201).json();
        assert_eq!(
            (&made["id"], &made["state"], &made["region"]),
            (&again["id"], &"draft".into(), &"440605125003".into())
        );
        let at = format!("/activities/{}", made["id"].as_str().unwrap());
        let mut wider = draft(&stage);
        wider["sessions"][0]["posts"][0]["places"] = 3.into();
        let changed = leader.call("PUT", &at, &wider, None).await.expect(200).json();
        assert_eq!(changed["sessions"][0]["posts"][0]["places"], 3);
        let submission = format!("{at}/submission");
        for _ in 0..2 {
            let reply = leader.call("POST", &submission, &json!({}), Some("k2")).await.expect(200).json();
            assert_eq!(reply["state"], "review");
        }
        leader.post(&submission, &json!({})).await.expect(409);
        leader.call("PUT", &at, &wider, None).await.expect(409);
        leader.post(&format!("{at}/decision"), &json!({ "decision": "publish" })).await.expect(403);
        let sent_back = town.post(&format!("{at}/decision"), &json!({ "decision": "return" })).await.expect(422).json();
        assert_eq!(sent_back["fields"][0]["field"], "opinion");
        town.post(&format!("{at}/decision"), &json!({ "decision": "publish" })).await.expect(200);
        let listed = town.get("/desk/activities?state=open&q=饭堂").await;
        assert_eq!(listed["items"][0]["id"], made["id"]);
        assert_eq!(town.get("/desk/activities?state=draft").await["items"].as_array().unwrap().len(), 0);
        let other = Program { who: &stage.stranger_leader().await, token: String::new() };
        let other = Program::of(&app, other.who).await;
        other.call("GET", &format!("/desk{at}"), &Value::Null, None).await.expect(404);
        other.post(&format!("{at}/step"), &json!({ "step": "end" })).await.expect(404);
        let stopped = town.post(&format!("{at}/step"), &json!({ "step": "disable" })).await.expect(200).json();
        assert_eq!(stopped["state"], "disabled");
        town.post(&format!("{at}/step"), &json!({ "step": "publish" })).await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_draft_is_told_by_the_names_that_a_program_knows() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let leader = Program::of(&app, &stage.leader).await;
        for (path, value, field) in [
            ("/title", json!(""), "title"),
            ("/categories", json!(["77"]), "categories"),
            ("/own_duty", json!(true), "own_duty"),
            ("/confirmations/unpaid", json!(false), "confirmations"),
            ("/sessions", json!([]), "sessions"),
            ("/sessions/0/ends_at", json!("2026-11-24T09:00:00+08:00"), "sessions"),
            ("/sessions/0/ends_at", json!("2026-11-23T13:00:00+08:00"), "sessions[0]"),
            ("/sessions/0/posts/0/places", json!(0), "sessions[0].posts"),
        ] {
            let mut wrong = draft(&stage);
            *wrong.pointer_mut(path).unwrap() = value;
            let told = leader.post("/activities", &wrong).await.expect(422).json();
            assert_eq!(told["fields"][0]["field"], field, "{path}: {told}");
        }
        let mut typed = draft(&stage);
        typed["risky"] = "no".into();
        leader.post("/activities", &typed).await.expect(400);
        assert_eq!(leader.get("/desk/activities").await["items"].as_array().unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_program_gives_a_place_back() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(2).await;
        let (chen, ou) = (stage.volunteer("陈慧敏").await, stage.volunteer("区志强").await);
        for who in [&chen, &ou] {
            open.join(who).await.expect(303);
        }
        let (chen, ou) = (Program::of(&app, &chen).await, Program::of(&app, &ou).await);
        let services = ou.get("/me/services").await;
        let signup = services["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/me/services/{signup}");
        chen.call("DELETE", &path, &json!({}), None).await.expect(404);
        ou.call("DELETE", &path, &json!({}), None).await.expect(204);
        ou.call("DELETE", &path, &json!({}), None).await.expect(409);
    })
    .await;
}
