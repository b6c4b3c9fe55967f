//! The same by a program: the place's code, the list, the count.

use super::{Stage, minutes, rooms};
use serde_json::{Value, json};
use testkit::{Reply, TestApp, Visitor, on_both};

/// A program that holds somebody's token.
pub(super) struct Program<'v> {
    pub who: &'v Visitor,
    token: String,
}

impl<'v> Program<'v> {
    pub(super) async fn of(app: &TestApp, who: &'v Visitor) -> Self {
        Self { token: app.token(who.account.unwrap()).await, who }
    }

    pub(super) async fn call(&self, method: &str, path: &str, body: &Value, key: Option<&str>) -> Reply {
        self.who.json(method, &format!("/api/v1{path}"), Some(&self.token), Some(body), key).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, body, None).await
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.who.json("GET", &format!("/api/v1{path}"), Some(&self.token), None, None).await.expect(200).json()
    }
}

#[tokio::test]
async fn a_program_comes_by_the_places_code() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(2).await;
        let (chen, ou) = (stage.volunteer("陈慧敏").await, stage.volunteer("区志强").await);
        let leader = Program::of(&app, &stage.leader).await;
        open.join(&chen).await.expect(303);
        let (chen, ou) = (Program::of(&app, &chen).await, Program::of(&app, &ou).await);
        stage.keep_up().await;
        app.clock.set(testkit::app::beijing("2026-11-23T13:55"));
        let code = leader.get(&open.at("/code")).await["code"].clone();
        chen.post("/me/arrivals", &json!({ "code": "https://x/c/1/2/3" })).await.expect(409);
        chen.post("/me/arrivals", &json!({ "code": code })).await.expect(200);
        ou.post("/me/arrivals", &json!({ "code": code })).await.expect(409);
        let list = leader.get(&open.at("/signups?show=inside")).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        assert_eq!(list["items"][0]["name"], "陈慧敏");
        app.clock.set(testkit::app::beijing("2026-11-23T16:00"));
        chen.post("/me/departures", &json!({ "code": code })).await.expect(409);
        let code = leader.get(&open.at("/code")).await["code"].clone();
        let stay = chen.post("/me/departures", &json!({ "code": code })).await.expect(200).json();
        assert_eq!(stay["minutes"], 120);
        assert_eq!(minutes(&app, chen.who.person.unwrap()).await, 120);
        let lines = app.audit().await;
        assert_eq!(lines.iter().filter(|l| l.kind == "attendance.roster_read").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_program_takes_attendance_of_its_leaders_sessions_alone() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(2).await;
        let who = stage.volunteer("何嘉欣").await;
        open.join(&who).await.expect(303);
        let other = stage.stranger_leader().await;
        let (leader, other) = (Program::of(&app, &stage.leader).await, Program::of(&app, &other).await);
        app.at("2026-11-23T14:05").await;
        stage.keep_up().await;
        let person = json!({ "person": who.person.unwrap().to_string() });
        other.post(&open.at("/arrivals"), &person).await.expect(404);
        leader.post(&open.at("/arrivals"), &person).await.expect(200);
        app.at("2026-11-23T15:05").await;
        let stay = leader.post(&open.at("/departures"), &person).await.expect(200).json();
        assert_eq!(stay["minutes"], 60);
        let (served, count) = (open.at("/served"), json!({ "served": 18 }));
        other.call("PUT", &served, &count, None).await.expect(404);
        leader.call("PUT", &served, &count, None).await.expect(200);
        leader.call("PUT", &served, &json!({ "served": -1 }), None).await.expect(422);
    })
    .await;
}
