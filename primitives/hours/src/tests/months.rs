//! Stories of closed months.

use super::{rooms, town};
use kernel::{Role, args};
use testkit::app::district;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn a_closed_month_keeps_its_figures_and_later_changes_are_booked_today_pointing_back() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let old = town.credit(town.chen, "2026-11-20T09:00", "2026-11-20T11:30").await.unwrap();
        let clerk = app.as_account("区干事", &[district(Role::District)], None).await;
        let (page, path) = ("/desk/hours/months/2026-11", "/desk/hours/months/2026-11/closure");
        assert!(clerk.get(page).await.expect(200).text_contains("这个月还没过完"));
        clerk.post(path, &[]).await.expect(409);
        app.at("2026-12-05T10:00").await;
        let shown = clerk.get(page).await.expect(200);
        assert!(shown.text_contains("定为 1 条、2.5 小时"), "{}", shown.text());
        town.officer.post(path, &[]).await.expect(403);
        clerk.post(path, &[]).await.expect(303);
        assert!(clerk.post(path, &[]).await.expect(409).text_contains("已经关过账"));
        let list = town.officer.get("/desk/hours/months").await.expect(200);
        assert!(list.text_contains("2026-11") && list.text_contains("已关账"), "{}", list.text());
        app.run_recurring("hours.roll_up").await;

        // A correction and a late entry of the same day: both are December's.
        let reason = [("reason", "签退时间记错")];
        town.officer.post(&format!("/desk/hours/{old}/reversal"), &reason).await.expect(303);
        let late = town.credit(town.chen, "2026-11-20T09:00", "2026-11-20T10:00").await.unwrap();
        let again = town.credit(town.chen, "2026-11-20T09:30", "2026-11-20T10:30").await;
        assert_eq!(super::word(again), "hours.refused.overlap");
        app.run_recurring("hours.roll_up").await;
        let month = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS n FROM metric_month WHERE month = $1";
        assert_eq!(app.count(month, args!["2026-11"]).await, 150, "November stays");
        assert_eq!(app.count(month, args!["2026-12"]).await, 60 - 150);
        assert_eq!(town.balance(town.chen).await, 60);
        let moved = "SELECT COUNT(*) AS n FROM hours_entry WHERE day = $1 AND service_day = $2";
        let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
        assert_eq!(app.count(moved, args![day("2026-12-05"), day("2026-11-20")]).await, 2);
        let record = town.officer.get(&format!("/desk/hours/{late}")).await.expect(200);
        assert!(record.text_contains("服务日期是 2026-11-20"), "{}", record.text());
        assert_eq!(town.lines_of("hours.month_closed").await, 1);
        // Taken back once more, the late one goes out where it stands.
        town.officer.post(&format!("/desk/hours/{late}/reversal"), &reason).await.expect(303);
        assert_eq!(app.count("SELECT CAST(SUM(minutes) AS BIGINT) AS n FROM hours_day", &[]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn programs_read_months_and_close_them() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        town.credit(town.chen, "2026-11-20T09:00", "2026-11-20T11:30").await.unwrap();
        let clerk = app.as_account("区干事", &[district(Role::District)], None).await;
        let token = app.token(clerk.account.unwrap()).await;
        let path = "/api/v1/hours/months/2026-11/closure";
        clerk.json("POST", path, Some(&token), None, None).await.expect(409);
        app.at("2026-12-05T10:00").await;
        clerk.json("POST", "/api/v1/hours/months/nothing/closure", Some(&token), None, None).await.expect(404);
        clerk.json("POST", path, Some(&token), None, None).await.expect(200);
        let months = clerk.json("GET", "/api/v1/hours/months", Some(&token), None, None).await.expect(200).json();
        assert_eq!((&months["items"][0]["month"], &months["items"][0]["minutes"]), (&"2026-11".into(), &150.into()));
        assert_eq!(months["items"][0]["closed_by"], "区干事");
    })
    .await;
}
