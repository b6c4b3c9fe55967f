//! Stories of awards.

use super::{Town, rooms, town};
use kernel::ids::Raw;
use testkit::{Reply, TestApp, Visitor, on_both};

impl Town {
    async fn enter(&self, by: &Visitor, (whose, id): (&'static str, Raw), title: &str, on: &str) -> Reply {
        let id = id.to_string();
        let fields = [
            (whose, id.as_str()),
            ("title", title),
            ("on", on),
            ("issuer", "区志愿者联合会"),
            ("document", "关于表彰优秀志愿者的决定"),
            ("number", "南志〔2026〕8号"),
            ("kind", "district"),
            ("content", "全年助餐四百次"),
        ];
        by.post("/desk/awards", &fields).await
    }
}

#[tokio::test]
async fn an_officer_enters_an_award_and_it_stands_with_the_person_until_it_is_withdrawn_with_a_reason() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let form = town.officer.get(&format!("/desk/awards/new?person={}", town.chen)).await.expect(200);
        assert!(form.text_contains("获奖者：陈慧敏") && form.text_contains("会收到通知"), "{}", form.text());
        let whose = ("person", town.chen);
        let later = town.enter(&town.officer, whose, "优秀志愿者", "2026-11-24").await.expect(422);
        assert!(later.text_contains("不能在今天以后") && later.text_contains("<title>出错："));
        assert!(town.enter(&town.officer, whose, " ", "2026-11-01").await.expect(422).text_contains("这里还没有填"));
        let made = town.enter(&town.officer, whose, "优秀志愿者", "2026-11-01").await.expect(303);
        let page = made.location.clone().unwrap();
        let twice = town.enter(&town.officer, whose, "优秀志愿者", "2026-11-01").await.expect(422);
        assert!(twice.text_contains("已经登记过"), "{}", twice.text());
        assert!(town.me.get("/me/awards").await.expect(200).text_contains("南志〔2026〕8号"));
        let record = town.officer.get(&format!("/desk/people/{}", town.chen)).await.expect(200);
        assert!(record.text_contains("优秀志愿者") && record.text_contains("/desk/awards/new?person="));

        // Another town sees nothing of it, and the team's leader reads it but does not touch it.
        town.other.get(&page).await.expect(404);
        town.enter(&town.other, whose, "假的", "2026-11-01").await.expect(404);
        town.leader.get(&page).await.expect(200);
        town.leader.post(&format!("{page}/withdrawal"), &[("reason", "x")]).await.expect(403);
        town.enter(&town.leader, whose, "假的", "2026-11-01").await.expect(403);

        let path = format!("{page}/withdrawal");
        assert!(town.officer.post(&path, &[("reason", " ")]).await.expect(422).text_contains("这里还没有填"));
        town.officer.post(&path, &[("reason", "登记到同名的人")]).await.expect(303);
        assert!(town.officer.post(&path, &[("reason", "再来")]).await.expect(409).text_contains("已经撤销过"));
        assert!(!town.me.get("/me/awards").await.expect(200).text_contains("优秀志愿者"));
        let kept = town.officer.get(&page).await.expect(200);
        assert!(kept.text_contains("登记到同名的人") && kept.text_contains("优秀志愿者"));
        assert_eq!((town.lines_of("awards.entered").await, town.lines_of("awards.withdrawn").await), (1, 1));
        let told = "SELECT COUNT(*) AS n FROM message WHERE person_id = $1 AND word LIKE 'records.message.award%'";
        assert_eq!(app.count(told, kernel::args![town.chen]).await, 2);
    })
    .await;
}

#[tokio::test]
async fn awards_are_found_filtered_paged_and_exported_within_ones_reach() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        for n in 1..=52 {
            let day = format!("2026-{:02}-{:02}", n / 28 + 1, n % 28 + 1);
            town.enter(&town.officer, ("team", town.team), &format!("流动红旗第{n}期"), &day).await.expect(303);
        }
        town.enter(&town.officer, ("person", town.chen), "优秀志愿者", "2025-12-01").await.expect(303);
        let first = town.leader.get("/desk/awards").await.expect(200).text();
        assert_eq!(first.matches("流动红旗第").count(), 50);
        let next = first.split("cursor=").nth(1).unwrap().split('"').next().unwrap();
        let second = town.leader.get(&format!("/desk/awards?cursor={next}")).await.expect(200).text();
        assert!(second.contains("优秀志愿者"), "a leader sees what a member has: {second}");
        for (query, flag, volunteer) in [
            ("?holder=person", false, true),
            ("?holder=team", true, false),
            ("?year=2025", false, true),
            ("?q=%E9%99%88%E6%85%A7", false, true),
            ("?kind=national", false, false),
            ("?state=withdrawn", false, false),
            ("?town=440605126", false, false),
        ] {
            let page = town.officer.get(&format!("/desk/awards{query}")).await.expect(200);
            assert_eq!(
                (page.text_contains("流动红旗第"), page.text_contains("优秀志愿者")),
                (flag, volunteer),
                "{query}"
            );
        }
        for wrong in ["?kind=x", "?year=x", "?cursor=x", "?holder=x", "?state=x", "?page=2"] {
            town.officer.get(&format!("/desk/awards{wrong}")).await.expect(400);
        }
        assert!(!town.other.get("/desk/awards").await.expect(200).text_contains("流动红旗"));
        let csv = town.officer.get("/desk/awards/export?format=csv&holder=person").await.expect(200);
        assert!(csv.text_contains("陈慧敏") && csv.text_contains("区级") && csv.text().lines().count() == 2);
        assert_eq!(town.lines_of("records.exported").await, 1);

        let token = app.token(town.officer.account.unwrap()).await;
        let all =
            town.me.json("GET", "/api/v1/awards?holder=person", Some(&token), None, None).await.expect(200).json();
        assert_eq!((&all["items"][0]["name"], &all["items"][0]["kind"]), (&"陈慧敏".into(), &"district".into()));
        let own = app.token(town.me.account.unwrap()).await;
        let mine = town.me.json("GET", "/api/v1/me/awards", Some(&own), None, None).await.expect(200).json();
        assert_eq!(mine["items"].as_array().unwrap().len(), 51, "one's own, and those of one's team");
        let id = all["items"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/awards/{id}/withdrawal");
        let body = serde_json::json!({ "reason": "登记错了" });
        let gone = town.me.json("POST", &path, Some(&token), Some(&body), None).await.expect(200).json();
        assert_eq!(gone["withdrawn_reason"], "登记错了");
        town.me.json("POST", &path, Some(&token), Some(&body), None).await.expect(409);
    })
    .await;
}
