//! Stories of frozen reports: what was told stays, and what became of it is said with its reasons.

use crate::tests::{DALI, cells, lived_in, rooms};
use kernel::policy::Role;
use kernel::tables::Limits;
use kernel::{Read as _, Tx, row};
use testkit::app::{district, region};
use testkit::{TestApp, Visitor, on_both};

/// Freezes the year by town and answers where it stands.
async fn freeze(officer: &Visitor, fields: &[(&str, &str)]) -> String {
    let mut all = vec![("name", "2026 年年报"), ("group", "town")];
    all.extend_from_slice(fields);
    officer.post("/desk/statistics/frozen", &all).await.expect(303).location.unwrap()
}

/// Takes back one row of the ledger in the first team's March session.
async fn take_back(app: &TestApp) {
    row! { struct Found { id: hours::EntryId } }
    let sql = "SELECT e.id FROM hours_entry e WHERE e.day = '2026-03-08' AND e.reverses_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM hours_entry r WHERE r.reverses_id = e.id) ORDER BY e.id LIMIT 1";
    let entry: Found = app.db().one(sql, &[]).await.unwrap();
    let cx = app.cx();
    let verb = async move |tx: &mut Tx<'_>| {
        let entry = hours::find(tx, cx.tenant, entry.id).await?;
        hours::reverse(tx, &cx, &entry, "记错了人").await
    };
    app.write(verb).await.unwrap();
    app.run_recurring("hours.roll_up").await;
}

#[tokio::test]
async fn a_frozen_report_stays_and_says_what_became_of_it() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = freeze(&officer, &[]).await;
        let before = officer.get(&format!("{url}/export.csv")).await.expect(200).text();
        let same = officer.get(&url).await.expect(200);
        assert!(same.text_contains("和现在的数一样") && same.text_contains("周敏仪"));
        app.later(chrono::Duration::minutes(5));
        take_back(&app).await;
        let page = officer.get(&url).await.expect(200);
        assert!(page.text_contains("23.5") && page.text_contains("21.5"), "was 23.5, now 21.5");
        assert!(page.text_contains("记错了人") && page.text_contains("撤销 1 条"));
        let json = officer.get(&format!("/api/v1{}", &url["/desk".len()..])).await.expect(200).json();
        let hours = json["restated"].as_array().unwrap().iter().find(|r| r["metric"] == "hours" && r["row"] == "");
        assert_eq!(hours.map(|r| (r["was"].as_i64(), r["now"].as_i64())), Some((Some(1410), Some(1290))));
        assert_eq!(json["reversed_since"], serde_json::json!([1, -120]));
        assert_eq!((&json["genuine"], &json["report"]["total"]["minutes"]), (&true.into(), &1410.into()));
        let after = officer.get(&format!("{url}/export.csv")).await.expect(200).text();
        assert_eq!(before, after, "the figures as they were");
        let xlsx = officer.get(&format!("{url}/export.xlsx")).await.expect(200);
        let book = kernel::tables::read(&xlsx.body, &Limits::default()).unwrap();
        assert_eq!(book.sheets[0].rows.len(), cells(&after).len() + 1);
        assert!(app.audit_kinds().await.contains(&"statistics.frozen".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn every_change_since_adds_up_to_what_the_figures_changed_by() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        for narrowed in [vec![], vec![("town", "440605125")], vec![("category", "01")], vec![("town", "440605126")]] {
            let url = freeze(&officer, &narrowed).await;
            app.later(chrono::Duration::minutes(5));
            take_back(&app).await;
            let json = officer.get(&format!("/api/v1{}", &url["/desk".len()..])).await.expect(200).json();
            let total = |r: &&serde_json::Value| r["metric"] == "hours" && r["row"] == "";
            let changed = json["restated"].as_array().unwrap().iter().find(total);
            let by = changed.map_or(0, |r| r["now"].as_i64().unwrap() - r["was"].as_i64().unwrap());
            let since = json["reversed_since"][1].as_i64().unwrap() + json["entered_since"][1].as_i64().unwrap();
            assert_eq!(by, since, "{narrowed:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_changes_or_removes_a_frozen_report_and_a_changed_one_is_told() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = freeze(&officer, &[]).await;
        for path in [url.clone(), format!("{url}/removal"), format!("{url}/end")] {
            let answer = officer.post(&path, &[("name", "x")]).await;
            assert!([404, 405].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        }
        let verbs = app.app.routes.iter().filter(|r| r.method != "GET" && r.path.contains("/frozen/")).count();
        assert_eq!(verbs, 0, "a route could change a frozen report");
        app.sql("UPDATE frozen_report SET figures = replace(figures, '1410', '9410')", vec![]).await;
        assert!(officer.get(&url).await.expect(200).text_contains("和冻结时不一样"));
        officer.post("/desk/statistics/frozen", &[("name", " ")]).await.expect(409);
        officer.get("/desk/statistics/frozen/00000000-0000-0000-0000-000000000000").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_town_freezes_its_own_part_and_sees_no_other() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let whole = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        let of_all = freeze(&whole, &[]).await;
        let of_town = freeze(&town, &[]).await;
        let json = town.get(&format!("/api/v1{}", &of_town["/desk".len()..])).await.expect(200).json();
        assert_eq!((&json["region"], &json["report"]["total"]["minutes"]), (&"440605126".into(), &570.into()));
        let now = town.get("/api/v1/statistics?group=town").await.expect(200).json();
        for metric in ["volunteers", "active", "teams", "activities", "services", "minutes", "served"] {
            assert_eq!(json["report"]["total"][metric], now["total"][metric], "{metric}");
        }
        town.get(&of_all).await.expect(404);
        whole.get(&of_town).await.expect(200);
        town.post("/desk/statistics/frozen", &[("name", "别的镇"), ("town", &DALI[..9])]).await.expect(409);
        assert_eq!(town.get("/api/v1/statistics/frozen").await.expect(200).json().as_array().unwrap().len(), 1);
        let list = whole.get("/desk/statistics/frozen?q=年报").await.expect(200);
        assert!(list.text_contains("里水") && !whole.get("/desk/statistics/frozen?q=没有").await.text_contains("年报"));
        whole.get("/desk/statistics/frozen?cursor=x").await.expect(400);
    })
    .await;
}
