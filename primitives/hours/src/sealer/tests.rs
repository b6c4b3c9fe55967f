//! The figures equal the entries below them, whatever is written between two batches, on both engines.

use super::*;
use chrono::{Duration, NaiveDate};
use testkit::{TestApp, on_both};

fn rooms() -> Vec<kernel::Module> {
    vec![people::module(), organisations::module(), crate::module()]
}

/// Writes an entry of `minutes` on the n-th day of the year; a negative one takes `reverses` back.
async fn entry(app: &TestApp, person: Raw, team: Raw, n: i64, minutes: i64, reverses: Option<Raw>) -> Raw {
    let (tenant, id, now) = (app.tenant, kernel::ids::fresh(), app.clock.now());
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Duration::days(n);
    let start = kernel::time::day_start(day) + Duration::hours(9);
    let region = if n % 2 == 0 { "440605125003" } else { "440605126001" };
    let category = if n % 3 == 0 { "01" } else { "07" };
    app.write(async move |tx: &mut Tx<'_>| {
        let sql = "INSERT INTO hours_entry (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path,
                     region_code, kind, category, day, started_at, ended_at, minutes, method, reverses_id, entered_by, made_at)
                   VALUES ($1, $2, $3, $2, $2, 'x', $4, 'T/', $5, 'village', $6, $7, $8, $9, $10, 'scan', $11, 'test', $12)";
        let end = start + Duration::minutes(minutes.abs());
        tx.execute(sql, args![tenant, id, person, team, region, category, day, start, end, minutes, reverses, now]).await?;
        let sql = "INSERT INTO hours_unsealed (tenant_id, id, source) VALUES ($1, $2, 'entry')";
        tx.execute(sql, args![tenant, id]).await?;
        Ok(id)
    })
    .await
    .unwrap()
}

/// The number of groups in which a figure differs from the entries below it.
async fn differences(app: &TestApp) -> i64 {
    const DIFFERENT: &[&str] = &[
        "SELECT COUNT(*) AS n FROM metric_day m WHERE m.tenant_id = $1 AND (m.minutes, m.services) <> (
           SELECT COALESCE(SUM(minutes), 0), COALESCE(SUM(CASE WHEN minutes > 0 THEN 1 ELSE -1 END), 0) FROM hours_entry e
           WHERE e.tenant_id = m.tenant_id AND e.day = m.day AND e.organisation_id = m.organisation_id
             AND e.category = m.category AND e.region_code = m.region_code)",
        "SELECT COUNT(*) AS n FROM person_month m WHERE m.tenant_id = $1 AND m.minutes <> (
           SELECT COALESCE(SUM(minutes), 0) FROM hours_entry e
           WHERE e.tenant_id = m.tenant_id AND substr(CAST(e.day AS TEXT), 1, 7) = m.month AND e.person_id = m.person_id
             AND e.organisation_id = m.organisation_id AND e.category = m.category AND e.region_code = m.region_code)",
        "SELECT COUNT(*) AS n FROM person_month_total m WHERE m.tenant_id = $1 AND m.minutes <> (
           SELECT COALESCE(SUM(minutes), 0) FROM hours_entry e
           WHERE e.tenant_id = m.tenant_id AND substr(CAST(e.day AS TEXT), 1, 7) = m.month AND e.person_id = m.person_id)",
        "SELECT COUNT(*) AS n FROM person_year m WHERE m.tenant_id = $1 AND m.minutes <> (
           SELECT COALESCE(SUM(minutes), 0) FROM hours_entry e WHERE e.tenant_id = m.tenant_id AND e.person_id = m.person_id)",
        "SELECT COUNT(*) AS n FROM person_year_team m WHERE m.tenant_id = $1 AND m.minutes <> (
           SELECT COALESCE(SUM(minutes), 0) FROM hours_entry e WHERE e.tenant_id = m.tenant_id AND e.person_id = m.person_id
             AND e.organisation_id = m.organisation_id)",
        "SELECT COUNT(*) AS n FROM person_year_part m WHERE m.tenant_id = $1 AND m.minutes <> (
           SELECT COALESCE(SUM(minutes), 0) FROM hours_entry e WHERE e.tenant_id = m.tenant_id AND e.person_id = m.person_id
             AND m.code = CASE m.part WHEN 'town' THEN substr(e.region_code, 1, 9) WHEN 'kind' THEN e.kind ELSE e.category END)",
        "SELECT COUNT(*) AS n FROM metric_month m WHERE m.tenant_id = $1 AND (m.minutes, m.services) <> (
           SELECT COALESCE(SUM(minutes), 0), COALESCE(SUM(services), 0) FROM metric_day d
           WHERE d.tenant_id = m.tenant_id AND substr(CAST(d.day AS TEXT), 1, 7) = m.month AND d.kind = m.kind
             AND d.category = m.category AND substr(d.region_code, 1, 9) = m.town)",
        "SELECT COUNT(*) AS n FROM metric_team m WHERE m.tenant_id = $1 AND (m.minutes, m.services, m.served) <> (
           SELECT COALESCE(SUM(minutes), 0), COALESCE(SUM(services), 0), COALESCE(SUM(served), 0) FROM metric_day d
           WHERE d.tenant_id = m.tenant_id AND substr(CAST(d.day AS TEXT), 1, 7) = m.month
             AND d.organisation_id = m.organisation_id)",
        "SELECT CAST((SELECT COALESCE(SUM(minutes), 0) FROM metric_team WHERE tenant_id = $1)
                   - (SELECT COALESCE(SUM(minutes), 0) FROM hours_entry WHERE tenant_id = $1) AS BIGINT) AS n",
        "SELECT CAST((SELECT COALESCE(SUM(minutes), 0) FROM metric_month WHERE tenant_id = $1)
                   - (SELECT COALESCE(SUM(minutes), 0) FROM hours_entry WHERE tenant_id = $1) AS BIGINT) AS n",
        "SELECT CAST((SELECT COALESCE(SUM(minutes), 0) FROM metric_day WHERE tenant_id = $1)
                   - (SELECT COALESCE(SUM(minutes), 0) FROM hours_entry WHERE tenant_id = $1) AS BIGINT) AS n",
    ];
    let mut all = 0;
    for sql in DIFFERENT {
        all += app.count(sql, args![app.tenant]).await.abs();
    }
    all
}

#[tokio::test]
async fn the_figures_equal_the_entries_however_the_batches_fall() {
    on_both(rooms, async |app: TestApp| {
        let (team, _) = app.team("沥雄社区志愿服务队", "440605125003").await;
        let people = [app.person("陈慧敏").await, app.person("何伟").await];
        let mut written = Vec::new();
        for n in 0..40_i64 {
            let person = people[usize::from(n % 7 < 3)];
            let id = entry(&app, person, team, n, 30 + n, None).await;
            written.push((id, person, n));
            if n % 5 == 4 {
                let (id, person, day) = written.swap_remove(usize::try_from(n / 5).unwrap());
                entry(&app, person, team, day, -(30 + day), Some(id)).await;
            }
            if n % 9 == 0 {
                let tenant = app.tenant;
                app.write(async move |tx: &mut Tx<'_>| roll_up_batch(tx, tenant, 3).await).await.unwrap();
            }
        }
        roll_up(app.cx()).await.unwrap();
        roll_up(app.cx()).await.unwrap();
        assert_eq!(differences(&app).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM hours_unsealed", &[]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_fails_leaves_the_figures_and_what_waits_as_they_were() {
    on_both(rooms, async |app: TestApp| {
        let (team, _) = app.team("里水社区志愿服务队", "440605126001").await;
        let person = app.person("黎灿辉").await;
        entry(&app, person, team, 1, 60, None).await;
        let tenant = app.tenant;
        let fallen = app
            .write(async move |tx: &mut Tx<'_>| {
                roll_up_batch(tx, tenant, 100).await?;
                Err::<(), _>(kernel::Error::refused("the power went"))
            })
            .await;
        assert!(fallen.is_err());
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM metric_day", &[]).await, 0);
        roll_up(app.cx()).await.unwrap();
        assert_eq!(app.count("SELECT CAST(SUM(minutes) AS BIGINT) AS n FROM metric_day", &[]).await, 60);
    })
    .await;
}
