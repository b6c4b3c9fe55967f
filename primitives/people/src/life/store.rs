//! The SQL of the life cycle.

use super::model::{Basis, Erasure, ErasureState, Stage, StageRow};
use super::nightly::Served;
use crate::model::{Person, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{Conditions, Cx, Error, Read, Result, TenantId, Tx, args, row};

/// The rows of a person, the newest first; what stood before the first of them is read from the record.
pub(crate) async fn history(db: &impl Read, tenant: TenantId, person: &Person) -> Result<Vec<StageRow>> {
    let sql = "SELECT stage, from_on, to_on, basis, reason, made_name FROM person_stage
               WHERE tenant_id = $1 AND person_id = $2 ORDER BY id DESC";
    let mut rows: Vec<StageRow> = db.all(sql, args![tenant, person.id]).await?;
    if rows.is_empty() {
        rows.push(first(person));
    }
    Ok(rows)
}

/// What stands on a record that nobody moved yet.
fn first(person: &Person) -> StageRow {
    StageRow {
        stage: person.stage(),
        from_on: person.registered_on.unwrap_or(kernel::time::day(person.created_at)),
        to_on: None,
        basis: Basis::Consent,
        reason: String::new(),
        made_name: String::new(),
    }
}

row! { struct Open { id: Raw, from_on: NaiveDate } }

/// Writes down where somebody stands since their first day, and who said so.
pub(crate) async fn begin(tx: &mut Tx<'_>, cx: &Cx, person: &Person, (basis, reason): (Basis, &str)) -> Result<()> {
    let row = StageRow { basis, reason: reason.to_owned(), made_name: cx.actor.name.clone(), ..first(person) };
    insert(tx, cx, person.id, (&row, cx.actor.account)).await
}

/// Ends the open row, or writes down what stood before, and begins another; the record's state follows.
pub(crate) async fn step(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: &Person,
    (to, basis, reason): (Stage, Basis, &str),
) -> Result<()> {
    let today = cx.today();
    let sql = "SELECT id, from_on FROM person_stage WHERE tenant_id = $1 AND person_id = $2 AND to_on IS NULL";
    let open: Option<Open> = tx.optional(sql, args![cx.tenant, person.id]).await?;
    match open {
        Some(open) => {
            let sql = "UPDATE person_stage SET to_on = $3 WHERE tenant_id = $1 AND id = $2";
            tx.execute(sql, args![cx.tenant, open.id, today.max(open.from_on)]).await?;
        }
        None => {
            let before = first(person);
            let ends = Some(today.max(before.from_on));
            insert(tx, cx, person.id, (&StageRow { to_on: ends, ..before }, None)).await?;
        }
    }
    let begun = StageRow {
        stage: to,
        from_on: today,
        to_on: None,
        basis,
        reason: reason.to_owned(),
        made_name: cx.actor.name.clone(),
    };
    insert(tx, cx, person.id, (&begun, cx.actor.account)).await?;
    let state = if to == Stage::Erased { "archived" } else { to.as_str() };
    let sql = "UPDATE person SET state = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![cx.tenant, person.id, state, cx.now]).await?;
    tx.execute("DELETE FROM person_notice WHERE tenant_id = $1 AND person_id = $2", args![cx.tenant, person.id])
        .await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: PersonId,
    (row, by): (&StageRow, Option<kernel::AccountId>),
) -> Result<()> {
    let sql = "INSERT INTO person_stage (tenant_id, id, person_id, stage, from_on, to_on, basis, reason, made_at, made_by, made_name)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let id = kernel::ids::fresh();
    let args = args![
        cx.tenant,
        id,
        person,
        row.stage,
        row.from_on,
        row.to_on,
        row.basis,
        row.reason,
        cx.now,
        by,
        row.made_name
    ];
    tx.execute(sql, args).await?;
    Ok(())
}

row! { struct Id { id: PersonId } }

/// Whether somebody is dormant since before a day on which they served.
pub(crate) async fn is_dormant(db: &impl Read, tenant: TenantId, person: PersonId, day: NaiveDate) -> Result<bool> {
    let sql = "SELECT p.id FROM person p WHERE p.tenant_id = $1 AND p.id = $2 AND p.state = 'dormant'
                 AND NOT EXISTS (SELECT 1 FROM person_stage s WHERE s.tenant_id = p.tenant_id AND s.person_id = p.id
                   AND s.to_on IS NULL AND s.from_on > $3)";
    Ok(db.optional::<Id>(sql, args![tenant, person, day]).await?.is_some())
}

/// Active volunteers who have not served since a day, registered and standing so before it; some of them at a time.
fn idle(cx: &Cx, since: NaiveDate, served: Served) -> Conditions {
    let mut wanted = Conditions::new(
        "tenant_id = ? AND state = 'active' AND merged_into_id IS NULL AND registered_on IS NOT NULL AND registered_on < ?",
        args![cx.tenant, since],
    );
    wanted.and(served.not_since, args![since]);
    wanted.and(
        "NOT EXISTS (SELECT 1 FROM person_stage s WHERE s.tenant_id = person.tenant_id AND s.person_id = person.id
           AND s.to_on IS NULL AND s.from_on >= ?)",
        args![since],
    );
    wanted
}

/// Those who have not served since a day and were not asked yet.
pub(crate) async fn to_ask(cx: &Cx, since: NaiveDate, served: Served, limit: i64) -> Result<Vec<PersonId>> {
    let mut wanted = idle(cx, since, served);
    wanted.and(
        "NOT EXISTS (SELECT 1 FROM person_notice n WHERE n.tenant_id = person.tenant_id AND n.person_id = person.id)",
        args![],
    );
    let tail = wanted.tail(" ORDER BY id LIMIT ?", args![limit]);
    let found: Vec<Id> = cx.db.all(&format!("SELECT id FROM person WHERE {tail}"), wanted.args()).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Those who have not served since a day and were asked before a moment.
pub(crate) async fn to_rest(
    cx: &Cx,
    since: NaiveDate,
    served: Served,
    (asked_before, limit): (DateTime<Utc>, i64),
) -> Result<Vec<PersonId>> {
    let mut wanted = idle(cx, since, served);
    wanted.and(
        "EXISTS (SELECT 1 FROM person_notice n WHERE n.tenant_id = person.tenant_id AND n.person_id = person.id AND n.made_at <= ?)",
        args![asked_before],
    );
    let tail = wanted.tail(" ORDER BY id LIMIT ?", args![limit]);
    let found: Vec<Id> = cx.db.all(&format!("SELECT id FROM person WHERE {tail}"), wanted.args()).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Remembers that these people were asked.
pub(crate) async fn note(tx: &mut Tx<'_>, cx: &Cx, people: &[PersonId]) -> Result<()> {
    let rows: Vec<_> = people.iter().map(|person| args![cx.tenant, *person, cx.now].to_vec()).collect();
    tx.insert_many("INSERT INTO person_notice (tenant_id, person_id, made_at)", "ON CONFLICT DO NOTHING", &rows)
        .await?;
    Ok(())
}

/// Forgets who was asked and served since, or stands elsewhere by now.
pub(crate) async fn forget_notices(tx: &mut Tx<'_>, cx: &Cx, since: NaiveDate, served: Served) -> Result<()> {
    let mut wanted = Conditions::new("tenant_id = ? AND state = 'active'", args![cx.tenant]);
    wanted.and(served.not_since, args![since]);
    let tail = wanted.tail("", args![]);
    let sql = format!(
        "DELETE FROM person_notice WHERE tenant_id = $1 AND person_id NOT IN (SELECT id FROM person WHERE {tail})"
    );
    tx.execute(&sql, wanted.args()).await?;
    Ok(())
}

row! { struct Round { day: NaiveDate } }

/// The day of the last round.
pub(crate) async fn last_round(db: &impl Read, tenant: TenantId) -> Result<Option<NaiveDate>> {
    let row: Option<Round> = db.optional("SELECT day FROM person_round WHERE tenant_id = $1", args![tenant]).await?;
    Ok(row.map(|row| row.day))
}

/// Remembers a round.
pub(crate) async fn keep_round(tx: &mut Tx<'_>, tenant: TenantId, day: NaiveDate) -> Result<()> {
    let sql = "INSERT INTO person_round (tenant_id, day) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET day = excluded.day";
    tx.execute(sql, args![tenant, day]).await?;
    Ok(())
}

const ERASURE: &str =
    "id, person_id, state, own, reason, asked_by, asked_person, asked_name, asked_at, decided_name, due_at";

/// The last erasing of a person that somebody asked for.
pub(crate) async fn erasure(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Option<Erasure>> {
    let sql = format!(
        "SELECT {ERASURE} FROM person_erasure WHERE tenant_id = $1 AND person_id = $2 ORDER BY id DESC LIMIT 1"
    );
    db.optional(&sql, args![tenant, person]).await
}

/// Those that wait for the second person, the oldest first.
pub(crate) async fn waiting(db: &impl Read, tenant: TenantId) -> Result<Vec<Erasure>> {
    let sql = format!(
        "SELECT {ERASURE} FROM person_erasure WHERE tenant_id = $1 AND state = 'asked' ORDER BY asked_at, id LIMIT 100"
    );
    db.all(&sql, args![tenant]).await
}

/// Those whose day has come.
pub(crate) async fn due(db: &impl Read, cx: &Cx) -> Result<Vec<Erasure>> {
    let sql = format!(
        "SELECT {ERASURE} FROM person_erasure WHERE tenant_id = $1 AND state = 'agreed' AND due_at <= $2 ORDER BY due_at LIMIT 100"
    );
    db.all(&sql, args![cx.tenant, cx.now]).await
}

/// Files a wish.
pub(crate) async fn ask(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, (own, reason): (bool, &str)) -> Result<Raw> {
    let by = cx.actor.account.ok_or(Error::SignIn)?;
    let id = kernel::ids::fresh();
    let sql = "INSERT INTO person_erasure (tenant_id, id, person_id, state, own, reason, asked_by, asked_person, asked_name, asked_at)
               VALUES ($1, $2, $3, 'asked', $4, $5, $6, $7, $8, $9)";
    let args = args![cx.tenant, id, person, own, reason, by, cx.actor.person, cx.actor.name, cx.now];
    match tx.execute(sql, args).await {
        Ok(_) => Ok(id),
        Err(Error::Violated(kernel::db::Violation::Unique(_))) => Err(Error::refused("people.erasure.asked_already")),
        Err(other) => Err(other),
    }
}

/// The second person says yes, with the day on which it happens, or no; whoever was faster decided.
pub(crate) async fn decide(tx: &mut Tx<'_>, cx: &Cx, id: Raw, due: Option<DateTime<Utc>>) -> Result<()> {
    let state = if due.is_some() { ErasureState::Agreed } else { ErasureState::Refused };
    let sql = "UPDATE person_erasure SET state = $3, decided_by = $4, decided_name = $5, decided_at = $6, due_at = $7
               WHERE tenant_id = $1 AND id = $2 AND state = 'asked'";
    let args = args![cx.tenant, id, state, cx.actor.account, cx.actor.name, cx.now, due];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::refused("people.erasure.decided_already")) }
}

/// Takes it back before it happened.
pub(crate) async fn take_back(tx: &mut Tx<'_>, cx: &Cx, id: Raw) -> Result<()> {
    let sql = "UPDATE person_erasure SET state = 'withdrawn', done_at = $3
               WHERE tenant_id = $1 AND id = $2 AND state IN ('asked', 'agreed')";
    let done = tx.execute(sql, args![cx.tenant, id, cx.now]).await?;
    if done == 1 { Ok(()) } else { Err(Error::refused("people.erasure.over")) }
}

/// The records that were given up for this one: they hold the same person.
pub(crate) async fn given_up(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<PersonId>> {
    let sql = "SELECT id FROM person WHERE tenant_id = $1 AND merged_into_id = $2";
    let found: Vec<Id> = db.all(sql, args![tenant, person]).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Takes everything off a record that tells who it was; `name` stands in its place, the town stays for figures.
pub(crate) async fn erase(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, name: &str) -> Result<()> {
    for sql in [
        "DELETE FROM political_status WHERE tenant_id = $1 AND person_id = $2",
        "DELETE FROM person_pair WHERE tenant_id = $1 AND (first_id = $2 OR second_id = $2)",
        "DELETE FROM person_notice WHERE tenant_id = $1 AND person_id = $2",
        "DELETE FROM search_token WHERE tenant_id = $1 AND object_id = $2",
        "UPDATE person_stage SET reason = '', made_name = CASE WHEN made_by IN (
           SELECT a.id FROM account a WHERE a.tenant_id = $1 AND a.person_id = $2) THEN '' ELSE made_name END
         WHERE tenant_id = $1 AND person_id = $2",
        "UPDATE person_erasure SET reason = '', asked_name = CASE WHEN own THEN '' ELSE asked_name END
         WHERE tenant_id = $1 AND person_id = $2",
    ] {
        tx.execute(sql, args![cx.tenant, person]).await?;
    }
    let sql =
        "UPDATE person_merge SET before = $3, reason = NULL WHERE tenant_id = $1 AND (kept_id = $2 OR gone_id = $2)";
    tx.execute(sql, args![cx.tenant, person, Vec::<u8>::new()]).await?;
    let sql = "UPDATE person SET name = $3, sort_key = $4, sex = '0', birth_date = NULL, phone = NULL, email = NULL, id_kind = NULL,
                 id_sealed = NULL, id_hash = NULL, id_tail = NULL, ethnicity = NULL, education = NULL, employer = NULL, skills = NULL,
                 address = NULL, volunteer_no = NULL, region_code = substr(region_code, 1, 9), erased_at = $5, updated_at = $5
               WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![cx.tenant, person, name, kernel::search::sort_key(name), cx.now]).await?;
    Ok(())
}

/// It happened.
pub(crate) async fn done(tx: &mut Tx<'_>, cx: &Cx, id: Raw) -> Result<()> {
    let sql = "UPDATE person_erasure SET state = 'done', done_at = $3 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![cx.tenant, id, cx.now]).await?;
    Ok(())
}
