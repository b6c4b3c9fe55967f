//! Stories of evaluations.

use super::{rooms, town};
use hours::Method;
use testkit::{TestApp, on_both};

const MARKS: [(&str, &str); 4] = [("first", "5"), ("second", "4"), ("third", "3"), ("words", "准时又细心")];

#[tokio::test]
async fn a_team_evaluates_those_with_hours_once_the_activity_is_closed_and_may_change_it_for_seven_days() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let held = town.activity("长者饭堂送餐", "2026-11-20", "running").await;
        town.served(&held, town.chen, "2026-11-20", ("11:30", Method::Scan)).await;
        town.served(&held, town.ou, "2026-11-20", ("11:00", Method::Staff)).await;
        let of = |person: kernel::ids::Raw| format!("/activities/{}/evaluations/{person}", held.id);
        assert!(town.leader.post(&of(town.chen), &MARKS).await.expect(409).text_contains("结项后才能评价"));
        app.sql("UPDATE activity SET state = 'ended'", Vec::new()).await;
        let wrong = town.leader.post(&of(town.chen), &[("first", "6"), ("second", "4")]).await.expect(422);
        assert!(wrong.text_contains("请选一项"), "{}", wrong.text());
        assert!(town.leader.post(&of(town.ou), &MARKS).await.expect(409).text_contains("不能评价自己"));
        let nobody = app.person("冯小燕").await;
        town.leader.post(&of(nobody), &MARKS).await.expect(404);
        town.other.post(&of(town.chen), &MARKS).await.expect(404);
        town.leader.post(&of(town.chen), &MARKS).await.expect(303);
        let list = town.leader.get(&format!("/activities/{}/evaluations", held.id)).await.expect(200);
        assert!(list.text_contains("5 · 4 · 3") && list.text_contains("未评价"), "{}", list.text());
        let own = town.me.get("/me/evaluations").await.expect(200);
        assert!(own.text_contains("准时又细心") && own.text_contains("守时程度 5"), "{}", own.text());
        let index = town.officer.get("/desk/evaluations?q=%E9%A5%AD%E5%A0%82").await.expect(200);
        assert!(index.text_contains("长者饭堂送餐"));
        assert!(!town.other.get("/desk/evaluations").await.expect(200).text_contains("长者饭堂送餐"));

        app.at("2026-11-29T09:00").await;
        let better = [("first", "5"), ("second", "5"), ("third", "5"), ("words", "")];
        town.leader.post(&of(town.chen), &better).await.expect(303);
        app.at("2026-11-30T10:00").await;
        assert!(town.leader.post(&of(town.chen), &MARKS).await.expect(409).text_contains("超过 7 天"));
        let rows = "SELECT COUNT(*) AS n FROM evaluation WHERE about = 'volunteer' AND first = 5 AND third = 5";
        assert_eq!(app.count(rows, &[]).await, 1, "once, as it was changed");
        assert_eq!(town.lines_of("evaluations.given").await, 2);
        let csv = town.officer.get("/desk/evaluations/export?format=csv").await.expect(200);
        assert!(csv.text_contains("长者饭堂送餐") && csv.text().lines().count() == 2, "{}", csv.text());
    })
    .await;
}

#[tokio::test]
async fn what_volunteers_say_of_a_team_reaches_it_in_sums_of_five_and_the_officer_word_by_word() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let held = town.activity("长者饭堂送餐", "2026-11-20", "ended").await;
        let page = format!("/activities/{}/evaluations", held.id);
        let answer = format!("/me/evaluations/{}", held.id);
        town.me.post(&answer, &MARKS).await.expect(404);
        for n in 0..6 {
            let person = app.person(&format!("志愿者{}", ["甲", "乙", "丙", "丁", "戊", "己"][n])).await;
            town.served(&held, person, "2026-11-20", ("11:00", Method::Scan)).await;
            let one = app.as_account(&format!("v{n}"), &[], Some(person)).await;
            assert!(one.get("/me/evaluations").await.expect(200).text_contains("等你评价"));
            let first = ["5", "5", "5", "5", "3", "1"][n];
            let said = [("first", first), ("second", "4"), ("third", "4"), ("words", "集合地点不好找")];
            one.post(&answer, &said).await.expect(303);
            assert!(!one.get("/me/evaluations").await.expect(200).text_contains("等你评价"));
            let shown = town.leader.get(&page).await.expect(200);
            assert!(!shown.text_contains("集合地点不好找"), "words never reach the team");
            assert_eq!(shown.text_contains("满 5 份才合计显示"), n < 4, "after {}", n + 1);
            // The sixth changes nothing until the tenth is there.
            assert_eq!(
                shown.text_contains("5 份评价的平均分") && shown.text_contains("4.6"),
                n >= 4,
                "after {}",
                n + 1
            );
        }
        let officer = town.officer.get(&page).await.expect(200);
        assert_eq!(officer.text().matches("集合地点不好找").count(), 6);
        let token = app.token(town.leader.account.unwrap()).await;
        let path = format!("/api/v1{page}");
        let json = town.me.json("GET", &path, Some(&token), None, None).await.expect(200).json();
        assert_eq!((&json["answered"], &json["sums"]["training"]), (&6.into(), &"4.6".into()));
        assert!(json["answers"].is_null(), "{json}");
        let token = app.token(town.officer.account.unwrap()).await;
        let json = town.me.json("GET", &path, Some(&token), None, None).await.expect(200).json();
        assert_eq!(json["answers"].as_array().unwrap().len(), 6);
    })
    .await;
}

#[tokio::test]
async fn programs_evaluate_by_the_same_rules() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let held = town.activity("长者饭堂送餐", "2026-11-20", "ended").await;
        town.served(&held, town.chen, "2026-11-20", ("11:30", Method::Scan)).await;
        let (leader, own) = (app.token(town.leader.account.unwrap()).await, app.token(town.me.account.unwrap()).await);
        let marks = serde_json::json!({ "first": 5, "second": 4, "third": 5, "words": "好" });
        let path = format!("/api/v1/activities/{}/evaluations/{}", held.id, town.chen);
        town.me.json("PUT", &path, Some(&leader), Some(&marks), None).await.expect(204);
        let path = format!("/api/v1/me/evaluations/{}", held.id);
        town.me.json("PUT", &path, Some(&own), Some(&marks), None).await.expect(204);
        let none = serde_json::json!({ "first": 0, "second": 4, "third": 5 });
        town.me.json("PUT", &path, Some(&own), Some(&none), None).await.expect(422);
        let mine = town.me.json("GET", "/api/v1/me/evaluations", Some(&own), None, None).await.expect(200).json();
        assert_eq!((&mine["of_me"][0]["marks"]["first"], &mine["said"][0]["marks"]["second"]), (&5.into(), &4.into()));
        let list = town.me.json("GET", "/api/v1/evaluations", Some(&leader), None, None).await.expect(200).json();
        assert_eq!((&list["items"][0]["served"], &list["items"][0]["answered"]), (&1.into(), &1.into()));
    })
    .await;
}
