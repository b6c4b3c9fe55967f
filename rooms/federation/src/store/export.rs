//! The SQL of tables that leave the system: keyset pages, so that a table of any length is read in steps.

use activities::{ActivityId, State};
use chrono::{DateTime, NaiveDate, Utc};
use hours::{EntryId, Method};
use kernel::{Conditions, Read, Result, TenantId, args, row};
use organisations::{Kind, OrganisationId};
use people::{PersonId, PersonState, Sex};
use std::collections::HashMap;

row! { struct Sum { person_id: PersonId, minutes: i64 } }

/// Everybody's minutes: the totals that were rolled up, and the entries that wait for it.
pub(crate) async fn minutes(db: &impl Read, tenant: TenantId) -> Result<HashMap<PersonId, i64>> {
    let sql = "SELECT person_id, CAST(SUM(minutes) AS BIGINT) AS minutes FROM (
                 SELECT person_id, minutes FROM person_year WHERE tenant_id = $1
                 UNION ALL
                 SELECT e.person_id, e.minutes FROM hours_unsealed u
                 JOIN hours_entry e ON e.tenant_id = u.tenant_id AND e.id = u.id
                 WHERE u.tenant_id = $1 AND u.source = 'entry') AS part
               GROUP BY person_id";
    let rows: Vec<Sum> = db.all(sql, args![tenant]).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row.minutes)).collect())
}

row! {
    /// A volunteer in the table.
    pub(crate) struct Volunteer {
        pub id: PersonId,
        pub sort_key: String,
        pub name: String,
        pub sex: Sex,
        pub phone: Option<String>,
        pub region_code: String,
        pub volunteer_no: Option<String>,
        pub registered_on: Option<NaiveDate>,
        pub state: PersonState,
    }
}

/// Volunteers by name, those after a name and id.
pub(crate) async fn volunteers(
    db: &impl Read,
    tenant: TenantId,
    after: Option<&(String, PersonId)>,
    limit: i64,
) -> Result<Vec<Volunteer>> {
    let mut wanted = Conditions::new("tenant_id = ? AND state <> 'archived'", args![tenant]);
    if let Some((key, id)) = after {
        wanted.and("(sort_key, id) > (?, ?)", args![key, id]);
    }
    let tail = wanted.tail(" ORDER BY sort_key, id LIMIT ?", args![limit]);
    let columns = "id, sort_key, name, sex, phone, region_code, volunteer_no, registered_on, state";
    db.all(&format!("SELECT {columns} FROM person WHERE {tail}"), wanted.args()).await
}

row! {
    /// A team in the table.
    pub(crate) struct Team {
        pub id: OrganisationId,
        pub sort_key: String,
        pub number: String,
        pub name: String,
        pub kind: Kind,
        pub region_code: String,
        pub founded_on: Option<NaiveDate>,
        pub state: organisations::State,
    }
}

/// Teams by name.
pub(crate) async fn teams(
    db: &impl Read,
    tenant: TenantId,
    after: Option<&(String, OrganisationId)>,
    limit: i64,
) -> Result<Vec<Team>> {
    let mut wanted = Conditions::new("tenant_id = ? AND tree = 'team'", args![tenant]);
    if let Some((key, id)) = after {
        wanted.and("(sort_key, id) > (?, ?)", args![key, id]);
    }
    let tail = wanted.tail(" ORDER BY sort_key, id LIMIT ?", args![limit]);
    let columns = "id, sort_key, number, name, kind, region_code, founded_on, state";
    db.all(&format!("SELECT {columns} FROM organisation WHERE {tail}"), wanted.args()).await
}

row! {
    /// A row of the ledger in the table.
    pub(crate) struct Entry {
        pub id: EntryId,
        pub made_at: DateTime<Utc>,
        pub day: NaiveDate,
        pub volunteer_no: Option<String>,
        pub person_name: String,
        pub team: String,
        pub title: String,
        pub started_at: DateTime<Utc>,
        pub ended_at: DateTime<Utc>,
        pub minutes: i64,
        pub method: Method,
        pub reverses_id: Option<EntryId>,
    }
}

/// The ledger in the order in which it was written.
pub(crate) async fn hours(
    db: &impl Read,
    tenant: TenantId,
    after: Option<&(DateTime<Utc>, EntryId)>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut wanted = Conditions::new("e.tenant_id = ?", args![tenant]);
    if let Some((at, id)) = after {
        wanted.and("(e.made_at, e.id) > (?, ?)", args![at, id]);
    }
    let tail = wanted.tail(" ORDER BY e.made_at, e.id LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT e.id, e.made_at, e.day, p.volunteer_no, p.name AS person_name, o.name AS team, e.title, e.started_at, e.ended_at,
                e.minutes, e.method, e.reverses_id
         FROM hours_entry e
         JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.person_id
         JOIN organisation o ON o.tenant_id = e.tenant_id AND o.id = e.organisation_id
         WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}

row! {
    /// An activity in the table.
    pub(crate) struct Activity {
        pub id: ActivityId,
        pub number: String,
        pub title: String,
        pub organisation_name: String,
        pub region_code: String,
        pub category: String,
        pub state: State,
        pub starts_on: NaiveDate,
        pub ends_on: NaiveDate,
        pub places: i64,
        pub taken: i64,
    }
}

/// Activities by their first day, with the places of all their sessions.
pub(crate) async fn activities(
    db: &impl Read,
    tenant: TenantId,
    after: Option<&(NaiveDate, ActivityId)>,
    limit: i64,
) -> Result<Vec<Activity>> {
    let mut wanted = Conditions::new("a.tenant_id = ?", args![tenant]);
    if let Some((day, id)) = after {
        wanted.and("(a.starts_on, a.id) > (?, ?)", args![day, id]);
    }
    let tail = wanted.tail(" ORDER BY a.starts_on, a.id LIMIT ?", args![limit]);
    let sum = |column: &str| {
        format!(
            "CAST(COALESCE((SELECT SUM(p.{column}) FROM post p WHERE p.tenant_id = a.tenant_id AND p.activity_id = a.id), 0) AS BIGINT)"
        )
    };
    let (places, taken) = (sum("places"), sum("taken"));
    let sql = format!(
        "SELECT a.id, a.number, a.title, a.organisation_name, a.region_code, a.category, a.state, a.starts_on, a.ends_on,
                {places} AS places, {taken} AS taken FROM activity a WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}
