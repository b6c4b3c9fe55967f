//! Stories of towns that were renamed: a report says the name of its time.

use super::{lived_in, rooms};
use kernel::Tx;
use kernel::policy::Role;
use testkit::app::district;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn a_report_says_the_name_of_its_time_and_both_across_the_day() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let rename = async |name: &'static str, on: &str| {
            let on: chrono::NaiveDate = on.parse().unwrap();
            app.write(async move |tx: &mut Tx<'_>| places::rename_town(tx, ("440605125", name), on).await)
                .await
                .unwrap()
        };
        assert_eq!(rename("大沥街道", "2026-05-01").await, "大沥镇");
        assert_eq!(rename("大沥新城", "2026-10-01").await, "大沥街道");
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let names = async |span: &str| -> Vec<String> {
            let json = officer.get(&format!("/api/v1/statistics?{span}&group=town")).await.expect(200).json();
            let rows = json["rows"].as_array().unwrap().iter().filter(|row| row["code"] == "440605125");
            rows.map(|row| row["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names("from=2026-01&to=2026-04").await, ["大沥镇"]);
        assert_eq!(names("from=2026-06&to=2026-08").await, ["大沥街道"]);
        assert_eq!(names("from=2026-10&to=2026-11").await, ["大沥新城"]);
        assert_eq!(names("from=2026-04&to=2026-06").await, ["大沥街道（到 2026-04-30 叫 大沥镇）"]);
        assert_eq!(names("year=2026").await, ["大沥新城（到 2026-09-30 叫 大沥街道）"]);
        let page = officer.get("/desk/statistics?from=2026-01&to=2026-04").await.expect(200).text();
        let row = page.split("440605125").nth(1).is_some();
        assert!(row && page.contains(">大沥镇</a>"), "{page}");
        let before = officer.get("/desk/statistics/export.csv?year=2026").await.expect(200).text();
        assert!(before.contains("大沥新城（到 2026-09-30 叫 大沥街道）"), "{before}");
        let pivot = officer.get("/desk/statistics/pivot?rows=town&columns=month&from=2026-01&to=2026-04").await;
        assert!(pivot.expect(200).text_contains("大沥镇"), "a pivot says the name of then, too");
        let stranger = app.stranger().get("/figures?year=2026").await.expect(200);
        assert!(stranger.text_contains("大沥新城"), "{}", stranger.text());
    })
    .await;
}
