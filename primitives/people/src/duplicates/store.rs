//! The SQL of doubles.

use super::card::Card;
use super::model::{GuestPair, Pair, PairFilter, PairRow, Scanned};
use crate::model::{Person, PersonId};
use crate::store::COLUMNS;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::Value;
use kernel::http::Cursor;
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Read, Result, TenantId, Tx, args, row};

row! {
    struct Line {
        id: PersonId,
        name: String,
        sex: crate::model::Sex,
        birth_date: Option<NaiveDate>,
        phone: Option<String>,
        email: Option<String>,
        id_kind: Option<String>,
        id_tail: Option<String>,
        address: Option<String>
    }
}

/// Everybody on record as they are compared, the oldest record first.
pub(super) async fn cards(db: &impl Read, tenant: TenantId) -> Result<Vec<Card>> {
    let sql = "SELECT id, name, sex, birth_date, phone, email, id_kind, id_tail, address FROM person
               WHERE tenant_id = $1 AND state <> 'archived' ORDER BY id";
    let lines: Vec<Line> = db.all(sql, args![tenant]).await?;
    let card = |line: Line| {
        let id = line.id_kind.zip(line.id_tail);
        let found = (line.sex, line.birth_date);
        Card::made(line.id, &line.name, found, (&line.phone, &line.email, &line.address), id)
    };
    Ok(lines.into_iter().map(card).collect())
}

/// Who shares a phone, a day of birth or an e-mail with somebody: few enough to be compared one by one.
pub(super) async fn near(db: &impl Read, tenant: TenantId, card: &Card) -> Result<Vec<Person>> {
    let mut found: Vec<Person> = Vec::new();
    let by_phone =
        format!("SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND phone = $2 AND state <> 'archived' LIMIT 60");
    let by_birth = format!(
        "SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND birth_date = $2 AND state <> 'archived' LIMIT 200"
    );
    let by_email =
        format!("SELECT {COLUMNS} FROM person WHERE tenant_id = $1 AND email = $2 AND state <> 'archived' LIMIT 60");
    if let Some(phone) = &card.phone {
        found.extend(db.all::<Person>(&by_phone, args![tenant, phone]).await?);
    }
    if let Some(birth) = card.birth {
        found.extend(db.all::<Person>(&by_birth, args![tenant, birth]).await?);
    }
    if let Some(email) = &card.email {
        found.extend(db.all::<Person>(&by_email, args![tenant, email]).await?);
    }
    found.sort_by_key(|person| person.id);
    found.dedup_by_key(|person| person.id);
    found.retain(|person| person.id != card.person);
    Ok(found)
}

row! { struct Count { n: i64 } }

/// How many people bear a name.
pub(super) async fn bearers(db: &impl Read, tenant: TenantId, sort_key: &str) -> Result<usize> {
    let sql = "SELECT COUNT(*) AS n FROM person WHERE tenant_id = $1 AND sort_key = $2";
    Ok(usize::try_from(db.one::<Count>(sql, args![tenant, sort_key]).await?.n).unwrap_or(1))
}

/// Puts pairs on record; one that was decided about stays as it is.
pub(super) async fn put(tx: &mut Tx<'_>, tenant: TenantId, now: DateTime<Utc>, pairs: &[Pair]) -> Result<()> {
    let rows: Vec<Vec<Value>> = pairs
        .iter()
        .map(|pair| {
            let reasons: Vec<&str> = pair.reasons.iter().map(|reason| reason.as_str()).collect();
            args![tenant, pair.first, pair.second, pair.points, serde_json::json!(reasons), "open", now].to_vec()
        })
        .collect();
    let head = "INSERT INTO person_pair (tenant_id, first_id, second_id, score, reasons, state, found_at)";
    let tail =
        "ON CONFLICT (tenant_id, first_id, second_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons,
                  found_at = excluded.found_at WHERE person_pair.state = 'open'";
    tx.insert_many(head, tail, &rows).await?;
    Ok(())
}

/// Forgets what a scan no longer found and nobody decided about.
pub(super) async fn forget(tx: &mut Tx<'_>, tenant: TenantId, before: DateTime<Utc>) -> Result<()> {
    let sql = "DELETE FROM person_pair WHERE tenant_id = $1 AND state = 'open' AND found_at < $2";
    tx.execute(sql, args![tenant, before]).await?;
    Ok(())
}

/// When everybody was compared last.
pub(super) async fn scanned(db: &impl Read, tenant: TenantId) -> Result<Option<Scanned>> {
    let sql = "SELECT at, people, found FROM person_pair_scan WHERE tenant_id = $1";
    db.optional(sql, args![tenant]).await
}

/// Remembers a scan.
pub(super) async fn set_scanned(tx: &mut Tx<'_>, tenant: TenantId, scan: &Scanned) -> Result<()> {
    let sql = "INSERT INTO person_pair_scan (tenant_id, at, people, found) VALUES ($1, $2, $3, $4)
               ON CONFLICT (tenant_id) DO UPDATE SET at = excluded.at, people = excluded.people, found = excluded.found";
    tx.execute(sql, args![tenant, scan.at, scan.people, scan.found]).await?;
    Ok(())
}

/// Says that two records are, or are not yet said to be, two people.
pub(super) async fn decide(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    (first, second): (PersonId, PersonId),
    (state, by): (&str, &kernel::Cx),
) -> Result<()> {
    let sql = "INSERT INTO person_pair (tenant_id, first_id, second_id, score, reasons, state, found_at, decided_by, decided_name,
                 decided_at) VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $6)
               ON CONFLICT (tenant_id, first_id, second_id) DO UPDATE SET state = excluded.state,
                 decided_by = excluded.decided_by, decided_name = excluded.decided_name, decided_at = excluded.decided_at";
    let reasons = serde_json::json!([]);
    let args = args![tenant, first, second, reasons, state, by.now, by.actor.account, by.actor.name];
    tx.execute(sql, args).await?;
    Ok(())
}

/// One pair.
pub(super) async fn find(db: &impl Read, tenant: TenantId, pair: (PersonId, PersonId)) -> Result<Option<PairRow>> {
    let sql = format!("{PAIRS} WHERE pair.tenant_id = $1 AND pair.first_id = $2 AND pair.second_id = $3");
    db.optional(&sql, args![tenant, pair.0, pair.1]).await
}

const PAIRS: &str =
    "SELECT pair.first_id, pair.second_id, pair.score, pair.reasons, pair.state, pair.decided_name, pair.decided_at,
     person.name, person.phone, person.region_code, other.name AS other_name, other.phone AS other_phone,
     other.region_code AS other_region_code
     FROM person_pair pair JOIN person ON person.tenant_id = pair.tenant_id AND person.id = pair.first_id
     JOIN person other ON other.tenant_id = pair.tenant_id AND other.id = pair.second_id";

fn conditions(tenant: TenantId, filter: &PairFilter, reach: &Reach) -> Conditions {
    let mut wanted = Conditions::new("pair.tenant_id = ?", args![tenant]);
    wanted.and("pair.state = ?", args![filter.state.as_str()]);
    // Who may edit does so by region; a reader sees a pair when both live within.
    wanted.within(reach, "person.region_code", "");
    wanted.within(reach, "other.region_code", "");
    if filter.sure {
        wanted.and("pair.score >= ?", args![super::model::points(super::score::SURE)]);
    }
    if !filter.town.is_empty() {
        let (from, to) = (filter.town.clone(), kernel::policy::after(&filter.town));
        wanted.and(
            "((person.region_code >= ? AND person.region_code < ?) OR (other.region_code >= ? AND other.region_code < ?))",
            args![from, to, from, to],
        );
    }
    if !filter.query.is_empty() {
        let like = format!("%{}%", filter.query.replace(['%', '_', '\\'], ""));
        wanted.and("(person.name LIKE ? OR other.name LIKE ?)", args![like, like]);
    }
    wanted
}

/// Pairs, the likeliest first, after the cursor `(score, first, second)`.
pub(super) async fn list(
    db: &impl Read,
    tenant: TenantId,
    (filter, reach): (&PairFilter, &Reach),
    (cursor, limit): (Option<&Cursor>, i64),
) -> Result<Vec<PairRow>> {
    let mut wanted = conditions(tenant, filter, reach);
    if let Some(cursor) = cursor {
        let (score, first, second): (i64, PersonId, PersonId) = (cursor.get(0)?, cursor.get(1)?, cursor.get(2)?);
        wanted.and("(pair.score, pair.first_id, pair.second_id) < (?, ?, ?)", args![score, first, second]);
    }
    let tail = wanted.tail(" ORDER BY pair.score DESC, pair.first_id DESC, pair.second_id DESC LIMIT ?", args![limit]);
    db.all(&format!("{PAIRS} WHERE {tail}"), wanted.args()).await
}

/// How many there are.
pub(super) async fn count(db: &impl Read, tenant: TenantId, filter: &PairFilter, reach: &Reach) -> Result<i64> {
    let mut wanted = conditions(tenant, filter, reach);
    let tail = wanted.tail("", args![]);
    let from = "FROM person_pair pair JOIN person ON person.tenant_id = pair.tenant_id AND person.id = pair.first_id
         JOIN person other ON other.tenant_id = pair.tenant_id AND other.id = pair.second_id";
    Ok(db.one::<Count>(&format!("SELECT COUNT(*) AS n {from} WHERE {tail}"), wanted.args()).await?.n)
}

/// The pairs of a person that nobody decided about.
pub(super) async fn of_person(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<PairRow>> {
    let sql = format!(
        "{PAIRS} WHERE pair.tenant_id = $1 AND pair.state = 'open' AND (pair.first_id = $2 OR pair.second_id = $2)
         ORDER BY pair.score DESC LIMIT 10"
    );
    db.all(&sql, args![tenant, person]).await
}

/// Pairs of a guest and somebody registered that nobody decided about, the oldest first; both within the reach.
pub(super) async fn guests(cx: &Cx, reach: &Reach, limit: i64) -> Result<Vec<GuestPair>> {
    let mut wanted = Conditions::new("pair.tenant_id = ? AND pair.state = 'open'", args![cx.tenant]);
    wanted.within(reach, "person.region_code", "");
    wanted.within(reach, "guest.region_code", "");
    let tail = wanted.tail(" ORDER BY pair.found_at, guest.id LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT person.id AS person_id, guest.id AS guest_id, person.name, pair.found_at
         FROM person_pair pair
         JOIN person guest ON guest.tenant_id = pair.tenant_id AND guest.id IN (pair.first_id, pair.second_id)
           AND guest.state = 'candidate' AND guest.registered_on IS NULL AND guest.merged_into_id IS NULL
         JOIN person ON person.tenant_id = pair.tenant_id AND person.id IN (pair.first_id, pair.second_id)
           AND person.id <> guest.id AND person.registered_on IS NOT NULL AND person.merged_into_id IS NULL
         WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}

/// Forgets the pairs of a person that nobody decided about.
pub(super) async fn forget_of(tx: &mut Tx<'_>, tenant: TenantId, person: PersonId) -> Result<()> {
    let sql = "DELETE FROM person_pair WHERE tenant_id = $1 AND state = 'open' AND (first_id = $2 OR second_id = $2)";
    tx.execute(sql, args![tenant, person]).await?;
    Ok(())
}
