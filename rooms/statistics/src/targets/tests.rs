//! Stories of targets: what is reached is the report's figure, towns stand by their codes, and nobody races for registrations.

use super::{Standing, passed};
use crate::tests::{lived_in, number, rooms};
use kernel::policy::Role;
use kernel::tables::Limits;
use testkit::app::{district, region};
use testkit::{TestApp, on_both};

#[test]
fn the_year_passes_day_by_day() {
    for (year, day, permille) in [
        (2026, "2026-01-01", 2),
        (2026, "2026-12-31", 1000),
        (2024, "2024-07-01", 500),
        (2025, "2026-01-01", 1000),
        (2027, "2026-12-31", 0),
    ] {
        assert_eq!(passed(year, day.parse().unwrap()), permille, "{day}");
    }
}

#[test]
fn a_share_is_one_of_a_goal_that_was_set() {
    let town = |goal, reached| Standing { code: String::new(), name: String::new(), goal, reached };
    assert_eq!(town(Some(200), 50).permille(), Some(250));
    assert_eq!(town(Some(200), 500).permille(), Some(2500), "more than all is said as it is");
    assert_eq!((town(None, 50).permille(), town(Some(200), -3).permille()), (None, Some(0)));
}

#[tokio::test]
async fn targets_are_set_by_the_district_and_measured_by_the_report() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let whole = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        let goals = [
            ("year", "2026"),
            ("metric", "hours"),
            ("town", "440605125"),
            ("goal", "28"),
            ("town", "440605126"),
            ("goal", "1,900"),
        ];
        whole.post("/desk/statistics/targets", &goals).await.expect(303);
        town.post("/desk/statistics/targets", &goals).await.expect(403);
        let json = whole.get("/api/v1/statistics/targets?year=2026").await.expect(200).json();
        let report = whole.get("/api/v1/statistics?group=town").await.expect(200).json();
        let towns = json["towns"].as_array().unwrap();
        for standing in towns {
            let row = report["rows"].as_array().unwrap().iter().find(|r| r["code"] == standing["town"]).unwrap();
            assert_eq!(standing["reached"], row["minutes"]);
        }
        let codes: Vec<&str> = towns.iter().map(|t| t["town"].as_str().unwrap()).collect();
        assert!(codes.is_sorted(), "towns stand in the order of attainment: {codes:?}");
        let first = towns.iter().find(|t| t["town"] == "440605125").unwrap();
        assert_eq!((first["goal"].as_i64(), first["permille"].as_i64()), (Some(28 * 60), Some(500)));
        let page = whole.get("/desk/statistics/targets").await.expect(200);
        assert!(page.text_contains("50.0%") && page.text_contains("1,900.0") && page.text().contains("class=\"m\""));
        let xlsx = whole.get("/desk/statistics/targets/export.xlsx").await.expect(200);
        let book = kernel::tables::read(&xlsx.body, &Limits::default()).unwrap();
        let row = book.sheets[0].rows.iter().find(|r| number(&r[1]) == "28").unwrap();
        assert_eq!(number(&row[2]), "14");
        let own = town.get("/api/v1/statistics/targets").await.expect(200).json();
        assert_eq!(own["towns"].as_array().unwrap().len(), 1);
        whole.get("/desk/statistics/targets/export.csv").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_goal_is_refused_an_empty_one_is_none_and_registrations_have_none() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let whole = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let set = async |goal: &str| {
            let fields = [("year", "2026"), ("metric", "served"), ("town", "440605125"), ("goal", goal)];
            whole.post("/desk/statistics/targets", &fields).await
        };
        set("0").await.expect(422);
        set("很多").await.expect(422);
        set("90").await.expect(303);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM statistics_target", &[]).await, 1);
        set("").await.expect(303);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM statistics_target", &[]).await, 0);
        for wrong in ["metric=volunteers", "metric=teams", "metric=x", "year=1"] {
            whole.get(&format!("/desk/statistics/targets?{wrong}")).await.expect(400);
        }
        let strange = [("year", "2026"), ("metric", "served"), ("town", "110101001"), ("goal", "9")];
        whole.post("/desk/statistics/targets", &strange).await.expect(422);
        assert!(app.audit_kinds().await.contains(&"statistics.targets_set".to_owned()));
    })
    .await;
}
