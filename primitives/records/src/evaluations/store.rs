//! The SQL of evaluations.

use super::model::{About, Asked, Closed, Evaluation, Marks, Served};
use crate::policy::EVALUATE;
use activities::{Activity, ActivityId};
use chrono::NaiveDate;
use kernel::policy::after;
use kernel::{Conditions, Cx, Read, Result, TenantId, Tx, args, row};
use people::PersonId;

row! { struct Sum { n: i64 } }

/// Minutes that somebody has in an activity.
pub(crate) async fn minutes(db: &impl Read, tenant: TenantId, activity: ActivityId, person: PersonId) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS n FROM hours_entry
               WHERE tenant_id = $1 AND person_id = $2 AND activity_id = $3";
    let row: Sum = db.one(sql, args![tenant, person, activity]).await?;
    Ok(row.n)
}

const SELECT: &str =
    "SELECT e.activity_id, a.title, a.organisation_name, e.person_id, e.first, e.second, e.third, e.words, e.made_name,
    e.made_at, e.changed_at
  FROM evaluation e JOIN activity a ON a.tenant_id = e.tenant_id AND a.id = e.activity_id WHERE ";

/// What was said of or by somebody about an activity.
pub(crate) async fn find(
    db: &impl Read,
    tenant: TenantId,
    (activity, person): (ActivityId, PersonId),
    about: About,
) -> Result<Option<Evaluation>> {
    let sql = format!("{SELECT} e.tenant_id = $1 AND e.activity_id = $2 AND e.person_id = $3 AND e.about = $4");
    db.optional(&sql, args![tenant, activity, person, about]).await
}

/// Writes it, or what it was changed to.
pub(crate) async fn put(
    tx: &mut Tx<'_>,
    cx: &Cx,
    activity: &Activity,
    (person, about): (PersonId, About),
    said: &Marks,
) -> Result<()> {
    let sql = "INSERT INTO evaluation (tenant_id, id, activity_id, organisation_id, person_id, about, first, second, third, words,
                 made_by, made_name, made_at, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
               ON CONFLICT (tenant_id, activity_id, person_id, about) DO UPDATE
                 SET first = excluded.first, second = excluded.second, third = excluded.third, words = excluded.words,
                     made_by = excluded.made_by, made_name = excluded.made_name, changed_at = excluded.changed_at";
    let [first, second, third] = said.marks;
    let cells = args![
        cx.tenant,
        kernel::ids::fresh(),
        activity.id,
        activity.organisation_id,
        person,
        about,
        first,
        second,
        third,
        said.words,
        cx.actor.account,
        cx.actor.name,
        cx.now
    ];
    tx.execute(sql, cells).await?;
    Ok(())
}

/// Everybody with hours in an activity, by name, with what the team said of them.
pub(crate) async fn served(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Served>> {
    let sql = "SELECT p.id AS person_id, p.name, h.minutes, e.first, e.second, e.third, e.words, e.made_at
               FROM (SELECT person_id, CAST(SUM(minutes) AS BIGINT) AS minutes FROM hours_entry
                     WHERE tenant_id = $1 AND activity_id = $2 GROUP BY person_id HAVING SUM(minutes) > 0) h
               JOIN person p ON p.tenant_id = $1 AND p.id = h.person_id
               LEFT JOIN evaluation e ON e.tenant_id = $1 AND e.activity_id = $2 AND e.person_id = p.id AND e.about = 'volunteer'
               ORDER BY p.sort_key, p.id LIMIT 2000";
    db.all(sql, args![tenant, activity]).await
}

/// What volunteers said of the team, the earliest first.
pub(crate) async fn answers(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Evaluation>> {
    let sql = format!(
        "{SELECT} e.tenant_id = $1 AND e.activity_id = $2 AND e.about = 'team' ORDER BY e.made_at, e.id LIMIT 2000"
    );
    db.all(&sql, args![tenant, activity]).await
}

/// What teams said of somebody, or what they said of teams, the newest first.
pub(crate) async fn of_person(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    (about, limit): (About, i64),
) -> Result<Vec<Evaluation>> {
    let sql = format!(
        "{SELECT} e.tenant_id = $1 AND e.person_id = $2 AND e.about = $3 ORDER BY e.made_at DESC, e.id DESC LIMIT $4"
    );
    db.all(&sql, args![tenant, person, about, limit]).await
}

/// Closed activities in which somebody has hours and about which they did not answer yet, the latest first.
pub(crate) async fn asked(db: &impl Read, tenant: TenantId, person: PersonId, since: NaiveDate) -> Result<Vec<Asked>> {
    let sql = "SELECT a.id, a.title, a.organisation_name, a.ends_on, h.minutes
               FROM (SELECT activity_id, CAST(SUM(minutes) AS BIGINT) AS minutes FROM hours_entry
                     WHERE tenant_id = $1 AND person_id = $2 GROUP BY activity_id HAVING SUM(minutes) > 0) h
               JOIN activity a ON a.tenant_id = $1 AND a.id = h.activity_id AND a.state = 'ended' AND a.ends_on >= $3
               WHERE NOT EXISTS (SELECT 1 FROM evaluation e WHERE e.tenant_id = $1 AND e.activity_id = a.id AND e.person_id = $2
                                   AND e.about = 'team')
               ORDER BY a.ends_on DESC, a.id DESC LIMIT 30";
    db.all(sql, args![tenant, person, since]).await
}

/// What the desk's list asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted<'w> {
    pub query: &'w str,
    pub town: &'w str,
    pub before: Option<(NaiveDate, ActivityId)>,
}

/// Closed activities of a scope, the latest first.
pub(crate) async fn closed(cx: &Cx, asked: Wanted<'_>, limit: i64) -> Result<Vec<Closed>> {
    let mut wanted = Conditions::new("a.tenant_id = ? AND a.state = 'ended'", args![cx.tenant]);
    wanted.within(&cx.reach(EVALUATE), "a.region_code", "a.organisation_path");
    if !asked.query.is_empty() {
        wanted.and(
            "(a.title LIKE '%' || ? || '%' OR a.organisation_name LIKE '%' || ? || '%' OR a.number = ?)",
            args![asked.query, asked.query, asked.query],
        );
    }
    if !asked.town.is_empty() {
        wanted.and("a.region_code >= ? AND a.region_code < ?", args![asked.town, after(asked.town)]);
    }
    if let Some((on, id)) = asked.before {
        wanted.and("(a.ends_on, a.id) < (?, ?)", args![on, id]);
    }
    let tail = wanted.tail(" ORDER BY a.ends_on DESC, a.id DESC LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT a.id, a.title, a.organisation_name, a.ends_on,
                (SELECT COUNT(*) FROM (SELECT h.person_id FROM activity_session s
                   JOIN hours_entry h ON h.tenant_id = s.tenant_id AND h.session_id = s.id
                   WHERE s.tenant_id = a.tenant_id AND s.activity_id = a.id
                   GROUP BY h.person_id HAVING SUM(h.minutes) > 0) served) AS served,
                (SELECT COUNT(*) FROM evaluation e WHERE e.tenant_id = a.tenant_id AND e.activity_id = a.id AND e.about = 'volunteer')
                  AS evaluated,
                (SELECT COUNT(*) FROM evaluation e WHERE e.tenant_id = a.tenant_id AND e.activity_id = a.id AND e.about = 'team')
                  AS answered
         FROM activity a WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}
