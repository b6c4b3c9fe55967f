//! The SQL of statements: the rows of the ledger below every total.

use super::model::{Held, Member, Row};
use chrono::NaiveDate;
use kernel::{Read, Result, TenantId, args, row};
use organisations::OrganisationId;
use people::PersonId;

/// A person's rows of a span of days, the earliest first.
pub(crate) async fn rows(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<Row>> {
    let sql = "SELECT e.id, e.activity_id, e.title, o.name AS team_name, e.category, e.day, e.started_at, e.ended_at, e.minutes, e.method,
                 e.reverses_id
               FROM hours_entry e JOIN organisation o ON o.tenant_id = e.tenant_id AND o.id = e.organisation_id
               WHERE e.tenant_id = $1 AND e.person_id = $2 AND e.day >= $3 AND e.day <= $4
               ORDER BY e.day, e.started_at, e.id LIMIT 5000";
    db.all(sql, args![tenant, person, first, last]).await
}

/// The years in which a person has rows, the latest first.
pub(crate) async fn years_of_person(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<i32>> {
    row! { struct Year { year: String } }
    let sql = "SELECT DISTINCT substr(CAST(day AS TEXT), 1, 4) AS year FROM hours_entry
               WHERE tenant_id = $1 AND person_id = $2 ORDER BY 1 DESC";
    let rows: Vec<Year> = db.all(sql, args![tenant, person]).await?;
    Ok(rows.into_iter().filter_map(|row| row.year.parse().ok()).collect())
}

/// Who has hours for a team in a span of days, by name.
pub(crate) async fn members(
    db: &impl Read,
    tenant: TenantId,
    team: OrganisationId,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<Member>> {
    let sql = "SELECT p.id AS person_id, p.name, p.volunteer_no, h.services, h.minutes
               FROM (SELECT person_id, CAST(SUM(CASE WHEN reverses_id IS NULL THEN 1 ELSE -1 END) AS BIGINT) AS services,
                       CAST(SUM(minutes) AS BIGINT) AS minutes
                     FROM hours_entry WHERE tenant_id = $1 AND organisation_id = $2 AND day >= $3 AND day <= $4 GROUP BY person_id) h
               JOIN person p ON p.tenant_id = $1 AND p.id = h.person_id
               WHERE h.services <> 0 OR h.minutes <> 0
               ORDER BY p.sort_key, p.id LIMIT 20000";
    db.all(sql, args![tenant, team, first, last]).await
}

/// What each activity came to for a team in a span of days: service in its name, and people served where it held the activity.
pub(crate) async fn activities(
    db: &impl Read,
    tenant: TenantId,
    team: OrganisationId,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<Held>> {
    let sql = "SELECT u.activity_id, MAX(u.title) AS title, CAST(SUM(u.services) AS BIGINT) AS services,
                 CAST(SUM(u.minutes) AS BIGINT) AS minutes, CAST(SUM(u.served) AS BIGINT) AS served
               FROM (
                 SELECT e.activity_id, e.title, CASE WHEN e.reverses_id IS NULL THEN 1 ELSE -1 END AS services, e.minutes, 0 AS served
                 FROM hours_entry e WHERE e.tenant_id = $1 AND e.organisation_id = $2 AND e.day >= $3 AND e.day <= $4
                 UNION ALL
                 SELECT s.activity_id, a.title, 0 AS services, 0 AS minutes, k.served
                 FROM session_served k JOIN activity_session s ON s.tenant_id = k.tenant_id AND s.id = k.session_id
                 JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
                 WHERE k.tenant_id = $1 AND k.organisation_id = $2 AND k.day >= $3 AND k.day <= $4
               ) u
               GROUP BY u.activity_id HAVING SUM(u.services) <> 0 OR SUM(u.minutes) <> 0 OR SUM(u.served) <> 0
               ORDER BY 2, 1 LIMIT 5000";
    db.all(sql, args![tenant, team, first, last]).await
}
