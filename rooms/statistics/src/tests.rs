//! Stories of figures: one report on every face, people counted once, and nothing that tells the public of few.

pub(crate) mod links;
mod names;

use crate::model::{Group, MetricCode, Month, Query, Report};
use crate::store::figures;
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::tables::{Cell, Limits};
use kernel::{Module, Read as _, Tx, args};
use testkit::app::{district, region};
use testkit::{TestApp, on_both};

pub(crate) fn rooms() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        crate::module(),
    ]
}

pub(crate) const DALI: &str = "440605125003";
pub(crate) const LISHUI: &str = "440605126001";

/// One session of a team in a region and category on a day of this year, written as activities writes it.
pub(crate) async fn session(app: &TestApp, team: (Raw, &str), place: &str, category: &str, day: &str) -> Raw {
    let (tenant, now, id, activity) = (app.tenant, app.clock.now(), kernel::ids::fresh(), kernel::ids::fresh());
    let day: chrono::NaiveDate = day.parse().unwrap();
    let from = kernel::time::day_start(day) + chrono::Duration::hours(9);
    let to = from + chrono::Duration::hours(3);
    let ((team, path), place, category) = ((team.0, team.1.to_owned()), place.to_owned(), category.to_owned());
    app.write(async move |tx: &mut Tx<'_>| {
        let sql = "INSERT INTO activity (tenant_id, id, number, title, summary, organisation_id, organisation_name, organisation_path, kind,
                     region_code, place, state, starts_on, ends_on, categories, category, beneficiaries, guarantees, risk_notice, risky,
                     working_time, own_duty, scope, opens_at, closes_at, min_minutes, only_team, contact_name, contact_phone,
                     contact_public, submitted_name, created_at, updated_at)
                   VALUES ($1, $2, $3, 'x', 'x', $4, 'x', $5, 'village', $6, 'x', 'ended', $7, $7, $8, $9, '', '', '', FALSE,
                     FALSE, FALSE, 'public', $10, $10, 0, FALSE, '', '', FALSE, '', $10, $10)";
        let categories = kernel::Json(vec![category.clone()]);
        let number = activity.to_string();
        tx.execute(sql, args![tenant, activity, number, team, path, place, day, categories, category, now]).await?;
        let sql = "INSERT INTO activity_session (tenant_id, id, activity_id, starts_at, ends_at, day, code_key)
                   VALUES ($1, $2, $3, $4, $5, $6, '')";
        tx.execute(sql, args![tenant, id, activity, from, to, day]).await?;
        Ok(id)
    })
    .await
    .unwrap();
    id
}

/// Somebody served `minutes` in a session.
pub(crate) async fn serve(app: &TestApp, session: Raw, person: Raw, minutes: i64) {
    let (tenant, id) = (app.tenant, kernel::ids::fresh());
    app.write(async move |tx: &mut Tx<'_>| {
        kernel::row! { struct Length { day: chrono::NaiveDate, starts_at: chrono::DateTime<chrono::Utc> } }
        let sql = "SELECT day, starts_at FROM activity_session WHERE tenant_id = $1 AND id = $2";
        let at: Length = tx.one(sql, args![tenant, session]).await?;
        let sql = "INSERT INTO hours_entry (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path,
                     region_code, kind, category, day, started_at, ended_at, minutes, method, entered_by, made_at)
                   SELECT s.tenant_id, $1, $2, a.id, s.id, a.title, a.organisation_id, a.organisation_path, a.region_code, a.kind,
                          a.category, s.day, s.starts_at, $3, $4, 'scan', 'test', s.ends_at
                   FROM activity_session s JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
                   WHERE s.tenant_id = $5 AND s.id = $6";
        let end = at.starts_at + chrono::Duration::minutes(minutes);
        tx.execute(sql, args![id, person, end, minutes, tenant, session]).await?;
        tx.execute("INSERT INTO hours_unsealed (tenant_id, id, source) VALUES ($1, $2, 'entry')", args![tenant, id]).await
    })
    .await
    .unwrap();
}

pub(crate) async fn count_served(app: &TestApp, session: Raw, served: i64) {
    let tenant = app.tenant;
    app.write(async move |tx: &mut Tx<'_>| {
        let sql = "UPDATE activity_session SET served = $1 WHERE tenant_id = $2 AND id = $3";
        tx.execute(sql, args![served, tenant, session]).await?;
        let sql = "INSERT INTO hours_unsealed (tenant_id, id, source) VALUES ($1, $2, 'served') ON CONFLICT DO NOTHING";
        tx.execute(sql, args![tenant, session]).await
    })
    .await
    .unwrap();
}

/// Two towns, two teams, eleven people of whom one serves in both towns, and one small category.
pub(crate) async fn lived_in(app: &TestApp) {
    app.region_seed().await;
    let (near, near_path) = app.team("沥雄社区志愿服务队", DALI).await;
    let (far, far_path) = app.team("里水社区志愿服务队", LISHUI).await;
    let mut people = Vec::new();
    for n in 0..11 {
        let person = app.person_in(&format!("志愿者{n}"), if n < 6 { DALI } else { LISHUI }).await;
        app.member(if n < 6 { near } else { far }, person).await;
        people.push(person);
    }
    app.member(far, people[0]).await;
    let first = session(app, (near, &near_path), DALI, "01", "2026-03-08").await;
    let second = session(app, (far, &far_path), LISHUI, "07", "2026-05-17").await;
    let third = session(app, (near, &near_path), DALI, "02", "2026-11-22").await;
    serve_all(app, &people, [first, second, third]).await;
    for (session, served) in [(first, 30), (second, 41), (third, 7)] {
        count_served(app, session, served).await;
    }
    app.run_recurring("hours.roll_up").await;
}

/// The first team serves first, the second and one of the first second, two of the first third.
async fn serve_all(app: &TestApp, people: &[Raw], [first, second, third]: [Raw; 3]) {
    for (n, person) in people.iter().enumerate() {
        if n < 6 {
            serve(app, first, *person, 120).await;
        }
        if n == 0 || n >= 6 {
            serve(app, second, *person, 95).await;
        }
        if n < 2 {
            serve(app, third, *person, 60).await;
        }
    }
}

async fn ask(app: &TestApp, change: impl FnOnce(&mut Query)) -> Report {
    let mut query = Query::year(2026, Group::Town, app.clock.now());
    change(&mut query);
    figures(app.db(), app.tenant, &query).await.unwrap()
}

fn of(report: &Report, code: &str, metric: MetricCode) -> Option<i64> {
    report.rows.iter().find(|r| r.code == code).and_then(|r| r.figures.get(metric))
}

#[tokio::test]
async fn people_are_counted_once_and_person_times_every_time() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let report = ask(&app, |_| ()).await;
        let total = |metric| report.total.figures.get(metric).unwrap();
        assert_eq!((total(MetricCode::Active), total(MetricCode::Services)), (11, 14));
        assert_eq!(
            (total(MetricCode::Volunteers), total(MetricCode::Teams), total(MetricCode::Activities)),
            (11, 2, 3)
        );
        assert_eq!((total(MetricCode::Hours), total(MetricCode::Served)), (6 * 120 + 6 * 95 + 2 * 60, 78));
        assert_eq!(of(&report, "440605125", MetricCode::Active), Some(6));
        assert_eq!(of(&report, "440605126", MetricCode::Active), Some(6));
        assert_eq!(of(&report, "440605124", MetricCode::Active), Some(0), "a town where nothing happened has its row");
        let teams = ask(&app, |q| q.group = Group::Kind).await;
        assert_eq!(of(&teams, "village", MetricCode::Volunteers), Some(11));
        let months = ask(&app, |q| q.group = Group::Month).await;
        assert_eq!((months.rows.len(), of(&months, "2026-11", MetricCode::Active)), (11, Some(2)));
    })
    .await;
}

#[tokio::test]
async fn the_year_counted_by_the_sealer_equals_the_year_counted_from_its_months() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        app.sql("UPDATE person SET state = 'left' WHERE name IN ('志愿者0', '志愿者3')", vec![]).await;
        app.sql("UPDATE person SET registered_on = '2027-02-01' WHERE name = '志愿者8'", vec![]).await;
        for group in Group::ALL {
            let quick = ask(&app, |q| q.group = *group).await;
            // A prefix that holds the whole district forces the other way of counting.
            let slow = ask(&app, |q| {
                q.group = *group;
                q.region = "4406".to_owned();
            })
            .await;
            assert_eq!(quick.total, slow.total, "{group}");
            for row in &slow.rows {
                assert!(quick.rows.contains(row), "{group}: {row:?} in {:?}", quick.rows);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn figures_made_anew_equal_those_that_grew() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let mut grown = Vec::new();
        for group in Group::ALL {
            grown.push(ask(&app, |q| q.group = *group).await);
        }
        let tenant = app.tenant;
        app.write(async move |tx: &mut Tx<'_>| hours::roll_up_anew(tx, tenant).await).await.unwrap();
        for before in grown {
            let now = ask(&app, |q| q.group = before.query.group).await;
            assert_eq!((now.rows, now.total), (before.rows, before.total));
        }
        // What was counted is known: a later correction adds the difference only.
        let session = app.count("SELECT COUNT(*) AS n FROM session_served WHERE served > 0", &[]).await;
        assert_eq!(session, 3);
    })
    .await;
}

#[tokio::test]
async fn a_corrected_number_of_people_served_replaces_the_old_one() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let (team, path) = app.team("沥雄社区志愿服务队", DALI).await;
        let held = session(&app, (team, &path), DALI, "01", "2026-03-08").await;
        for served in [50, 70, 70, 12] {
            count_served(&app, held, served).await;
            app.run_recurring("hours.roll_up").await;
            assert_eq!(ask(&app, |_| ()).await.total.figures.get(MetricCode::Served), Some(served));
        }
        app.sql("UPDATE activity SET category = '07'", vec![]).await;
        count_served(&app, held, 20).await;
        app.run_recurring("hours.roll_up").await;
        let report = ask(&app, |q| q.group = Group::Category).await;
        assert_eq!(of(&report, "01", MetricCode::Served), Some(0));
        assert_eq!(of(&report, "07", MetricCode::Served), Some(20));
    })
    .await;
}

/// The numbers of a csv: rows by rows, hours as they are written.
pub(crate) fn cells(text: &str) -> Vec<Vec<String>> {
    let lines = text.trim_start_matches('\u{feff}').lines().skip(1);
    lines.map(|l| l.split(',').map(|c| c.trim_matches('"').to_owned()).collect()).collect()
}

pub(crate) fn number(cell: &Cell) -> String {
    match cell {
        Cell::Number(n) => n.to_string(),
        Cell::Text(t) => t.clone(),
        _ => String::new(),
    }
}

#[tokio::test]
async fn page_spreadsheets_and_json_show_the_same_figures() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        for group in ["town", "team", "kind", "category", "month"] {
            let page = officer.get(&format!("/desk/statistics?group={group}")).await.expect(200);
            let json = officer.get(&format!("/api/v1/statistics?group={group}")).await.expect(200).json();
            let csv = officer.get(&format!("/desk/statistics/export.csv?group={group}")).await.expect(200).text();
            let xlsx = officer.get(&format!("/desk/statistics/export.xlsx?group={group}")).await.expect(200);
            let book = kernel::tables::read(&xlsx.body, &Limits::default()).unwrap();
            let mut rows: Vec<serde_json::Value> = json["rows"].as_array().unwrap().clone();
            rows.push(json["total"].clone());
            let csv = cells(&csv);
            assert_eq!((csv.len(), book.sheets[0].rows.len()), (rows.len(), rows.len() + 1));
            for (at, row) in rows.iter().enumerate() {
                let wanted: Vec<Option<f64>> =
                    ["volunteers", "active", "teams", "activities", "services", "hours", "served"]
                        .map(|m| row[m].as_f64())
                        .to_vec();
                let from_csv: Vec<Option<f64>> = csv[at][1..].iter().map(|c| c.parse().ok()).collect();
                let sheet = &book.sheets[0].rows[at + 1];
                let from_xlsx: Vec<Option<f64>> =
                    (1..8).map(|c| sheet.get(c).and_then(|cell| number(cell).parse().ok())).collect();
                assert_eq!((&from_csv, &from_xlsx), (&wanted, &wanted), "{group} {row}");
                if let Some(minutes) = row["minutes"].as_i64() {
                    assert!(page.text_contains(&kernel::words::hours(minutes)), "{group} {row}");
                }
            }
        }
        let wall = crate::year_totals(app.cx(), 2026).await.unwrap();
        let json = officer.get("/api/v1/statistics").await.expect(200).json();
        let total = ["volunteers", "teams", "minutes", "served"].map(|m| json["total"][m].as_i64().unwrap());
        assert_eq!([wall.volunteers, wall.teams, wall.minutes, wall.served], total);
    })
    .await;
}

#[tokio::test]
async fn an_officer_of_a_town_sees_the_figures_of_that_town() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        let json = officer.get("/api/v1/statistics").await.expect(200).json();
        assert_eq!(json["rows"].as_array().unwrap().len(), 1);
        assert_eq!((json["total"]["active"].as_i64(), json["total"]["minutes"].as_i64()), (Some(6), Some(6 * 95)));
        assert_eq!(json["total"]["volunteers"].as_i64(), Some(5));
        app.stranger().get("/desk/statistics").await.expect(303);
        app.stranger().get("/api/v1/statistics").await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn no_question_of_a_stranger_isolates_anybody() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let stranger = app.stranger();
        let mut groups = 0;
        for year in ["2025", "2026", "2027"] {
            for group in ["town", "kind", "category", "month", "total"] {
                let json = stranger.get(&format!("/api/v1/figures?year={year}&group={group}")).await.expect(200).json();
                stranger.get(&format!("/figures?year={year}&group={group}")).await.expect(200);
                let rows = json["rows"].as_array().unwrap();
                for metric in ["volunteers", "active", "services", "served"] {
                    let seen: Vec<i64> = rows.iter().filter_map(|r| r[metric].as_i64()).collect();
                    assert!(seen.iter().all(|n| *n == 0 || *n >= 5), "{group} {metric} {seen:?}");
                    let (Some(total), false) = (json["total"][metric].as_i64(), metric == "active") else { continue };
                    let missing = if rows.is_empty() { 0 } else { total - seen.iter().sum::<i64>() };
                    let unsaid = rows.iter().all(|r| r[metric].is_null() && !r["hidden"].as_bool().unwrap());
                    assert!(unsaid || missing == 0 || missing >= 5, "{year} {group} {metric}: {missing} of {total}");
                }
                groups += 1;
            }
        }
        assert_eq!(groups, 15);
        let hidden = stranger.get("/api/v1/figures?group=month").await.expect(200).json();
        let november = hidden["rows"].as_array().unwrap().iter().find(|r| r["code"] == "2026-11").unwrap().clone();
        assert!(november["hidden"] == true && november["minutes"].is_null(), "two people served in November");
        for narrow in
            ["town=440605125", "kind=village", "category=01", "from=2026-03", "group=team", "team=T0001", "x=1"]
        {
            stranger.get(&format!("/figures?{narrow}")).await.expect(400);
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_filter_is_refused_and_a_dictionary_explains_every_figure() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        for wrong in
            ["from=2026-13", "from=2026-05&to=2026-01", "kind=x", "category=50", "group=x", "town=x'", "year=1"]
        {
            officer.get(&format!("/desk/statistics?{wrong}")).await.expect(400);
        }
        officer.get("/desk/statistics?team=none").await.expect(404);
        officer.get("/desk/statistics?from=2026-01&to=2026-11&town=&kind=&category=&team=&group=").await.expect(200);
        assert!(officer.get("/desk/statistics/dictionary").await.expect(200).text_contains("活跃志愿者"));
        assert!(app.stranger().get("/figures/dictionary").await.expect(200).text_contains("人次"));
        let json = app.stranger().get("/api/v1/figures/dictionary").await.expect(200).json();
        assert_eq!(json.as_array().unwrap().len(), 7);
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(month.last().to_string(), "2026-11-30");
    })
    .await;
}
