//! Swaps of place against place.

use super::{Open, Stage, rooms, signup_of, with};
use crate::store;
use kernel::args;
use serde_json::json;
use testkit::{TestApp, Visitor, on_both};

/// Two people with a place each, the first of which is offered.
struct Two {
    one: Visitor,
    other: Visitor,
    first: Open,
    second: Open,
    wanted: String,
    given: String,
}

impl Stage {
    async fn two(&self, days: [&str; 2]) -> Two {
        let (one, other) = (self.volunteer("甲一").await, self.volunteer("乙二").await);
        let (first, wanted) = self.offered("送餐", days[0], &one).await;
        let second = self.open_with(with(with(self.form(1), "day", days[1]), "title", "清洁河岸")).await;
        let given = signup_of(&second.join(&other).await.expect(303));
        Two { one, other, first, second, wanted, given }
    }
}

impl Two {
    async fn ask(&self) -> testkit::Reply {
        self.other.post(&format!("/me/services/{}/swaps", self.given), &[("place", &self.wanted)]).await
    }

    /// Who has a place in the first session, and in the second.
    async fn have(&self, app: &TestApp) -> [Vec<&'static str>; 2] {
        let mut have = [Vec::new(), Vec::new()];
        for (n, open) in [&self.first, &self.second].into_iter().enumerate() {
            for (name, who) in [("one", &self.one), ("other", &self.other)] {
                let person = people::PersonId(who.person.unwrap());
                let found = store::find_live(app.db(), app.tenant, open.session.id, person).await.unwrap();
                have[n].extend(found.map(|_| name));
            }
        }
        have
    }
}

async fn newest(app: &TestApp) -> String {
    kernel::row! { struct Found { id: kernel::ids::Raw } }
    let sql = "SELECT id FROM signup_swap WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1";
    let found: Found = kernel::Read::one(app.db(), sql, args![app.tenant]).await.unwrap();
    found.id.to_string()
}

#[tokio::test]
async fn two_people_swap_places_of_the_same_hours_and_no_place_is_free_between() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let two = stage.two(["2026-11-30", "2026-11-30"]).await;
        let page = format!("/me/services/{}/swaps", two.given);
        assert!(!two.other.get("/me/handovers").await.expect(200).text_contains("送餐"), "they are busy then");
        let shown = two.other.get(&page).await.expect(200);
        assert!(shown.text_contains("送餐") && !shown.text_contains("甲一"));
        two.one.get(&page).await.expect(404);
        two.one.post(&page, &[("place", &two.given)]).await.expect(404);
        two.ask().await.expect(303);
        assert!(two.ask().await.expect(409).text_contains("已经问过了"));
        assert_eq!(two.have(&app).await, [vec!["one"], vec!["other"]], "nothing changes before the other agrees");
        let asked = two.one.get("/me/swaps").await.expect(200);
        assert!(asked.text_contains("有人想和你换") && asked.text_contains("清洁河岸") && !asked.text_contains("乙二"));
        assert!(two.other.get("/me/swaps").await.expect(200).text_contains("等对方答复"));
        let path = format!("/me/swaps/{}", newest(&app).await);
        two.other.post(&path, &[("answer", "yes")]).await.expect(404);
        stage.volunteer("丙三").await.post(&path, &[("answer", "no")]).await.expect(404);
        two.one.post(&path, &[("answer", "yes")]).await.expect(303);
        assert_eq!(two.have(&app).await, [vec!["other"], vec!["one"]]);
        two.one.post(&path, &[("answer", "yes")]).await.expect(409);
        let full = "SELECT COUNT(*) AS n FROM post WHERE tenant_id = $1 AND taken = 1 AND waiting = 0";
        assert_eq!(app.count(full, args![app.tenant]).await, 2);
        let told = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND word = 'swap.message.done'";
        assert_eq!(app.count(told, args![app.tenant]).await, 2);
        let lines = "SELECT COUNT(*) AS n FROM audit_line WHERE tenant_id = $1 AND kind = 'signup.swap'";
        assert_eq!(app.count(lines, args![app.tenant]).await, 2);
        assert!(two.one.get("/me/swaps").await.expect(200).text_contains("没有等答复的换班"));
    })
    .await;
}

#[tokio::test]
async fn the_rules_are_asked_again_when_they_swap_and_it_happens_for_both_or_for_none() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let two = stage.two(["2026-11-30", "2026-12-01"]).await;
        two.ask().await.expect(303);
        let path = format!("/me/swaps/{}", newest(&app).await);
        let age = "UPDATE activity SET min_age = $2 WHERE id = $1";
        app.sql(age, args![two.first.id, 18].to_vec()).await;
        let refused = two.one.post(&path, &[("answer", "yes")]).await.expect(409);
        assert!(refused.text_contains("对方现在报不了「送餐」"), "why is theirs to know: {}", refused.text());
        app.sql(age, args![two.first.id, None::<i64>].to_vec()).await;
        app.sql(age, args![two.second.id, 18].to_vec()).await;
        let refused = two.one.post(&path, &[("answer", "yes")]).await.expect(409);
        assert!(refused.text_contains("没有出生日期"), "one's own reason is told: {}", refused.text());
        assert_eq!(two.have(&app).await, [vec!["one"], vec!["other"]]);
        let nothing = two.other.get(&format!("/me/services/{}/swaps", two.given)).await.expect(200);
        assert!(nothing.text_contains("现在没有两边都合适的班"));
        app.sql(age, args![two.second.id, None::<i64>].to_vec()).await;
        // Whoever asked may think better of it, and ask once more.
        two.one.post(&path, &[("answer", "withdraw")]).await.expect(404);
        two.other.post(&path, &[("answer", "withdraw")]).await.expect(303);
        two.one.post(&path, &[("answer", "yes")]).await.expect(409);
        two.ask().await.expect(303);
        let path = format!("/me/swaps/{}", newest(&app).await);
        two.one.post(&path, &[("answer", "no")]).await.expect(303);
        let told = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND word = 'swap.message.declined'";
        assert_eq!(app.count(told, args![app.tenant]).await, 1);
        // A place that was given back in the meantime cannot be swapped.
        two.ask().await.expect(303);
        let path = format!("/me/swaps/{}", newest(&app).await);
        two.other.post(&format!("/me/services/{}/withdrawal", two.given), &[]).await.expect(303);
        two.one.post(&path, &[("answer", "yes")]).await.expect(409);
        assert_eq!(two.have(&app).await, [vec!["one"], vec![]]);
        assert!(two.one.get("/me/swaps").await.expect(200).text_contains("没有等答复的换班"));
    })
    .await;
}

#[tokio::test]
async fn where_an_activity_asks_for_it_the_leader_agrees_before_both_places_change_hands() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let two = stage.two(["2026-11-30", "2026-12-01"]).await;
        app.sql("UPDATE activity SET handover_asks = TRUE WHERE id = $1", args![two.second.id].to_vec()).await;
        let token = async |who: &Visitor| app.token(who.account.unwrap()).await;
        let call = async |who: &Visitor, method: &str, path: &str, body: serde_json::Value| {
            who.json(method, &format!("/api/v1{path}"), Some(&token(who).await), Some(&body), None).await
        };
        let mine = format!("/me/services/{}/swaps", two.given);
        let choices = call(&two.other, "GET", &mine, json!(null)).await.expect(200).json();
        assert_eq!(choices["items"][0]["signup"], json!(two.wanted));
        let made = call(&two.other, "POST", &mine, json!({ "place": two.wanted })).await.expect(201).json();
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("/me/swaps/{id}");
        let decide = format!("/sessions/{}/swaps/{id}", two.second.session.id);
        call(&stage.leader, "PUT", &decide, json!({ "accept": true })).await.expect(409);
        let agreed = call(&two.one, "PUT", &path, json!({ "accept": true })).await.expect(200).json();
        assert_eq!(agreed["state"], "agreed");
        assert_eq!(two.have(&app).await, [vec!["one"], vec!["other"]]);
        let own = call(&two.one, "GET", "/me/swaps", json!(null)).await.expect(200).json();
        assert_eq!((&own["items"][0]["state"], &own["items"][0]["asked_by_me"]), (&json!("agreed"), &json!(false)));
        let strange = stage.stranger_leader().await;
        let form = [("swap", id.as_str()), ("answer", "yes")];
        strange.post(&two.second.at("/swaps"), &form).await.expect(404);
        let waits = store::swap::waiting(app.db(), app.tenant, two.second.session.id, app.cx().now).await.unwrap();
        assert_eq!((waits.len(), waits[0].leaves.as_str(), waits[0].comes.as_str()), (1, "乙二", "甲一"));
        let other = store::swap::waiting(app.db(), app.tenant, two.first.session.id, app.cx().now).await.unwrap();
        assert!(other.is_empty(), "the first activity does not ask");
        stage.leader.post(&two.second.at("/swaps"), &form).await.expect(303);
        assert_eq!(two.have(&app).await, [vec!["other"], vec!["one"]]);
        call(&stage.leader, "PUT", &decide, json!({ "accept": false })).await.expect(409);
        call(&two.other, "DELETE", &path, json!({})).await.expect(409);
    })
    .await;
}
