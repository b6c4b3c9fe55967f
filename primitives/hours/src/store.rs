//! The SQL of the ledger.

pub(crate) mod list;
pub(crate) mod month;
pub(crate) mod transfer;

use crate::model::{Entry, EntryId, NewEntry};
use crate::pending::verbs::{Admission, admit};
use crate::rules::{self, HoursError};
use crate::settings;
use chrono::NaiveDate;
use kernel::db::Value;
use kernel::{Conditions, Cx, Read, Result, TenantId, Tx, args, row};
use organisations::model::OrganisationId;
use people::model::PersonId;

pub(crate) const COLUMNS: &str = "id, person_id, activity_id, session_id, title, organisation_id, organisation_path, region_code, category, day, \
     started_at, ended_at, minutes, method, reverses_id, reason, entered_by, approved_by, made_at, service_day";

row! { struct Sum { total: i64 } }
row! { struct Found { id: EntryId } }

/// Minutes that a person has in the ledger.
pub async fn balance(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS total FROM hours_entry WHERE tenant_id = $1 AND person_id = $2";
    let row: Sum = db.one(sql, args![tenant, person]).await?;
    Ok(row.total)
}

row! {
    /// A month's sum of one person.
    pub struct Month {
        /// `2026-11`
        pub month: String,
        /// Minutes of that month.
        pub minutes: i64,
    }
}

/// A person's months of a year, those with hours only.
pub async fn months(db: &impl Read, tenant: TenantId, person: PersonId, year: i32) -> Result<Vec<Month>> {
    let sql =
        "SELECT substr(CAST(day AS TEXT), 1, 7) AS month, CAST(SUM(minutes) AS BIGINT) AS minutes FROM hours_entry
               WHERE tenant_id = $1 AND person_id = $2 AND day >= $3 AND day <= $4
               GROUP BY substr(CAST(day AS TEXT), 1, 7) ORDER BY 1";
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or_default();
    db.all(sql, args![tenant, person, first, last]).await
}

/// A person's rows, the newest day first.
pub async fn list_of_person(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    before: Option<(NaiveDate, EntryId)>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut wanted = Conditions::new("tenant_id = ? AND person_id = ?", args![tenant, person]);
    if let Some((day, id)) = before {
        wanted.and("(day, id) < (?, ?)", args![day, id]);
    }
    let tail = wanted.tail(" ORDER BY day DESC, id DESC LIMIT ?", args![limit]);
    db.all(&format!("SELECT {COLUMNS} FROM hours_entry WHERE {tail}"), wanted.args()).await
}

/// One row.
pub async fn find(db: &impl Read, tenant: TenantId, id: EntryId) -> Result<Entry> {
    db.one(&format!("SELECT {COLUMNS} FROM hours_entry WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// How many rows a person has.
pub(crate) async fn count_of_person(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS total FROM hours_entry WHERE tenant_id = $1 AND person_id = $2";
    let row: Sum = db.one(sql, args![tenant, person]).await?;
    Ok(row.total)
}

/// The rows of a person that were taken back.
pub(crate) async fn reversed_of_person(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<EntryId>> {
    let sql =
        "SELECT reverses_id AS id FROM hours_entry WHERE tenant_id = $1 AND person_id = $2 AND reverses_id IS NOT NULL";
    let rows: Vec<Found> = db.all(sql, args![tenant, person]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The row that takes this one back.
pub(crate) async fn reversal_of(db: &impl Read, tenant: TenantId, id: EntryId) -> Result<Option<EntryId>> {
    let sql = "SELECT id FROM hours_entry WHERE tenant_id = $1 AND reverses_id = $2";
    let row: Option<Found> = db.optional(sql, args![tenant, id]).await?;
    Ok(row.map(|row| row.id))
}

row! { struct Name { name: String } }

/// A volunteer's name.
pub(crate) async fn person_name(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<String> {
    let sql = "SELECT name FROM person WHERE tenant_id = $1 AND id = $2";
    let row: Name = db.one(sql, args![tenant, person]).await?;
    Ok(row.name)
}

/// A team's name.
pub(crate) async fn team_name(db: &impl Read, tenant: TenantId, team: OrganisationId) -> Result<String> {
    let sql = "SELECT name FROM organisation WHERE tenant_id = $1 AND id = $2";
    let row: Name = db.one(sql, args![tenant, team]).await?;
    Ok(row.name)
}

/// Writes a row when all rules hold; the length is computed here. Answers the row's id: it is in the ledger now, or, over the
/// day's limit, once a second person said yes (`held` tells).
///
/// # Errors
/// `Refused` with the rule that it breaks.
pub async fn credit(tx: &mut Tx<'_>, cx: &Cx, new: &NewEntry) -> Result<EntryId> {
    let (entered_by, entered_person) = (cx.actor.account, cx.actor.person);
    let by = Admission { entered_by, entered_person, ..Admission::default() };
    Ok(admit(tx, cx, new, by).await?.0)
}

/// What came of writing a row.
pub(crate) enum Entered {
    /// It is in the ledger.
    Written,
    /// The day would go over its limit and nobody said yes to that; so many minutes it is.
    Over(i64),
    /// A rule says no.
    Refused(HoursError),
}

/// Writes a row under its id unless a rule or the day's limit says no, and then leaves nothing; `cleared` when a second person
/// said yes to the day.
pub(crate) async fn enter(tx: &mut Tx<'_>, cx: &Cx, (id, new): (EntryId, &NewEntry), cleared: bool) -> Result<Entered> {
    let minutes = match rules::check(new.started_at, new.ended_at, new.window, cx.now) {
        Ok(minutes) => minutes,
        Err(error) => return Ok(Entered::Refused(error)),
    };
    let day = kernel::time::day(new.started_at);
    let total = take_day(tx, cx.tenant, new.person, day, minutes).await?;
    let kept_out = if overlaps(tx, cx.tenant, new, day).await? {
        Some(Entered::Refused(HoursError::Overlap))
    } else if !cleared && settings::over_limit(tx, cx.tenant, total).await? {
        Some(Entered::Over(minutes))
    } else {
        None
    };
    if let Some(kept_out) = kept_out {
        take_day(tx, cx.tenant, new.person, day, -minutes).await?;
        return Ok(kept_out);
    }
    let booked = month::book(tx, cx, day).await?;
    let cells = args![
        cx.tenant,
        id,
        new.person,
        new.activity,
        new.session,
        new.title,
        new.organisation,
        new.organisation_path,
        new.region,
        new.kind,
        new.category,
        booked,
        new.started_at,
        new.ended_at,
        minutes,
        new.method,
        None::<EntryId>,
        new.reason,
        new.entered_by,
        new.approved_by,
        cx.now,
        (booked != day).then_some(day)
    ];
    insert(tx, cells).await?;
    people::life::served(tx, cx, new.person, day).await?;
    Ok(Entered::Written)
}

/// Who has not served since a day, for the room that asks whether they go on.
pub(crate) const SERVED: people::life::Served = people::life::Served {
    not_since: "NOT EXISTS (SELECT 1 FROM hours_day h WHERE h.tenant_id = person.tenant_id AND h.person_id = person.id
                  AND h.day >= ? AND h.minutes > 0)",
};

/// Takes the person's day, so that a second writer waits until this one is done; answers the day's minutes.
pub(crate) async fn take_day(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    person: PersonId,
    day: NaiveDate,
    minutes: i64,
) -> Result<i64> {
    let sql = "INSERT INTO hours_day (tenant_id, person_id, day, minutes) VALUES ($1, $2, $3, $4)
               ON CONFLICT (tenant_id, person_id, day) DO UPDATE SET minutes = hours_day.minutes + excluded.minutes
               RETURNING minutes AS total";
    let day: Sum = tx.one(sql, args![tenant, person, day, minutes]).await?;
    Ok(day.total)
}

/// Rule 5: another row of this person at the same time that was not taken back.
pub(crate) async fn overlaps(tx: &Tx<'_>, tenant: TenantId, new: &NewEntry, day: NaiveDate) -> Result<bool> {
    let sql = "SELECT e.id FROM hours_entry e WHERE e.tenant_id = $1 AND e.person_id = $2 AND (e.day = $3 OR e.service_day = $3)
                 AND e.started_at < $4 AND e.ended_at > $5 AND e.reverses_id IS NULL
                 AND NOT EXISTS (SELECT 1 FROM hours_entry r WHERE r.tenant_id = e.tenant_id AND r.reverses_id = e.id) LIMIT 1";
    let found: Option<Found> = tx.optional(sql, args![tenant, new.person, day, new.ended_at, new.started_at]).await?;
    Ok(found.is_some())
}

async fn insert(tx: &mut Tx<'_>, cells: &[Value]) -> Result<()> {
    let sql = "INSERT INTO hours_entry (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path,
                 region_code, kind, category, day, started_at, ended_at, minutes, method, reverses_id, reason, entered_by, approved_by, made_at,
                 service_day)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
    tx.execute(sql, cells).await?;
    let sql = "INSERT INTO hours_unsealed (tenant_id, id, source) VALUES ($1, $2, 'entry')";
    tx.execute(sql, &[cells[0].clone(), cells[1].clone()]).await?;
    Ok(())
}

row! { struct Kind { kind: String } }

/// Takes a row back with a row of its own; the old one stays as it was. In a closed month the new one is booked today.
pub(crate) async fn reverse(tx: &mut Tx<'_>, cx: &Cx, entry: &Entry, reason: &str) -> Result<EntryId> {
    if entry.reverses_id.is_some() {
        return Err(HoursError::Reversed.into());
    }
    let service_day = entry.service_day.unwrap_or(entry.day);
    take_day(tx, cx.tenant, entry.person_id, service_day, -entry.minutes).await?;
    let before: Option<Found> = tx
        .optional("SELECT id FROM hours_entry WHERE tenant_id = $1 AND reverses_id = $2", args![cx.tenant, entry.id])
        .await?;
    if before.is_some() {
        return Err(HoursError::Reversed.into());
    }
    let kind: Kind =
        tx.one("SELECT kind FROM hours_entry WHERE tenant_id = $1 AND id = $2", args![cx.tenant, entry.id]).await?;
    let id = EntryId::fresh();
    let booked = month::book(tx, cx, entry.day).await?;
    let cells = args![
        cx.tenant,
        id,
        entry.person_id,
        entry.activity_id,
        entry.session_id,
        entry.title,
        entry.organisation_id,
        entry.organisation_path,
        entry.region_code,
        kind.kind,
        entry.category,
        booked,
        entry.started_at,
        entry.ended_at,
        -entry.minutes,
        entry.method,
        Some(entry.id),
        Some(reason.to_owned()),
        cx.actor.name,
        None::<String>,
        cx.now,
        (booked != service_day).then_some(service_day)
    ];
    insert(tx, cells).await?;
    Ok(id)
}
