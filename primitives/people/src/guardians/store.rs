//! The SQL of guardians.

use super::model::{Guardian, GuardianId, GuardianState, Minor, MinorFilter, OnRoster, Standing, Way};
use super::rules::{born_after, minors_after};
use crate::model::PersonId;
use crate::ties::Ties;
use chrono::NaiveDate;
use kernel::db::in_list;
use kernel::http::Cursor;
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Error, FileId, Read, Result, TenantId, Tx, args, row};

/// What the guardians of a person `p` agreed to: 2 with the separate consent to data, 1 without, NULL when nobody agreed.
pub const CONSENT: &str = "(SELECT CAST(MAX(CASE WHEN g.for_data THEN 2 ELSE 1 END) AS BIGINT) FROM guardian g
     WHERE g.tenant_id = p.tenant_id AND g.person_id = p.id AND g.state = 'given')";

const COLUMNS: &str =
    "id, person_id, name, phone, relation, guardian_person_id, state, way, for_data, file_id, given_at, given_name,
     ended_at, ended_name, ended_why, paper_on, made_at, made_name";

/// Everybody who ever stood for a person, the newest first (S3: the caller leaves the trace).
pub async fn of_person(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<Guardian>> {
    let sql =
        format!("SELECT {COLUMNS} FROM guardian WHERE tenant_id = $1 AND person_id = $2 ORDER BY id DESC LIMIT 50");
    db.all(&sql, args![tenant, person]).await
}

/// One guardian.
pub(crate) async fn find(db: &impl Read, tenant: TenantId, id: GuardianId) -> Result<Guardian> {
    db.one(&format!("SELECT {COLUMNS} FROM guardian WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

row! {
    /// Somebody for whom the reader stands.
    pub(crate) struct Ward {
        /// The guardian's row.
        pub id: GuardianId,
        /// The minor.
        pub person_id: PersonId,
        /// The minor's name.
        pub name: String,
        /// Where the consent stands.
        pub state: GuardianState,
        /// Whether it holds for data separately.
        pub for_data: bool,
        /// When it was given.
        pub given_at: Option<chrono::DateTime<chrono::Utc>>,
    }
}

/// For whom a person stands or stood, by their own account.
pub(crate) async fn wards(db: &impl Read, tenant: TenantId, guardian: PersonId) -> Result<Vec<Ward>> {
    let sql = "SELECT g.id, g.person_id, p.name, g.state, g.for_data, g.given_at FROM guardian g
               JOIN person p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
               WHERE g.tenant_id = $1 AND g.guardian_person_id = $2 ORDER BY g.id DESC LIMIT 50";
    db.all(sql, args![tenant, guardian]).await
}

/// Names a guardian.
pub(crate) async fn insert(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, new: &OnRoster) -> Result<()> {
    let OnRoster { id, name, phone, relation, paper_on } = new;
    let sql =
        "INSERT INTO guardian (tenant_id, id, person_id, name, phone, relation, state, for_data, paper_on, made_at, made_name)
               VALUES ($1, $2, $3, $4, $5, $6, 'named', FALSE, $7, $8, $9)";
    tx.execute(sql, args![cx.tenant, *id, person, name, phone, *relation, *paper_on, cx.now, cx.actor.name]).await?;
    Ok(())
}

/// Who stands for these people, and for whom they stand, past ones too.
pub async fn standing(db: &impl Read, tenant: TenantId, people: &[PersonId]) -> Result<Vec<Standing>> {
    let mut found: Vec<Standing> = Vec::new();
    for column in ["person_id", "guardian_person_id"] {
        for part in people.chunks(500) {
            let sql = format!(
                "SELECT id, person_id, guardian_person_id, name, phone, state FROM guardian WHERE tenant_id = $1 AND {column} IN {}",
                in_list(2, part.len())
            );
            let mut args = args![tenant].to_vec();
            args.extend(part.iter().map(kernel::db::ToValue::to_value));
            found.extend(db.all::<Standing>(&sql, &args).await?);
        }
    }
    Ok(found)
}

/// Takes guardians off the record who agreed to nothing yet.
pub async fn forget(tx: &mut Tx<'_>, tenant: TenantId, ids: &[GuardianId]) -> Result<()> {
    for part in ids.chunks(500) {
        let sql = format!(
            "DELETE FROM guardian WHERE tenant_id = $1 AND state = 'named' AND id IN {}",
            in_list(2, part.len())
        );
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Puts a consent on record, again and wider too; refused where it ended.
pub(crate) async fn give(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: GuardianId,
    (way, for_data): (Way, bool),
    (file, by): (Option<FileId>, Option<PersonId>),
) -> Result<()> {
    let sql = "UPDATE guardian SET state = 'given', way = $3, for_data = $4, file_id = COALESCE($5, file_id),
                 guardian_person_id = COALESCE($6, guardian_person_id), given_at = $7, given_name = $8
               WHERE tenant_id = $1 AND id = $2 AND state IN ('named', 'given')";
    let args = args![cx.tenant, id, way, for_data, file, by, cx.now, cx.actor.name];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::refused("people.guardian.ended")) }
}

/// Ends a consent.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, id: GuardianId, why: &str) -> Result<()> {
    let sql = "UPDATE guardian SET state = 'withdrawn', ended_at = $3, ended_name = $4, ended_why = $5
               WHERE tenant_id = $1 AND id = $2 AND state IN ('named', 'given')";
    let args = args![cx.tenant, id, cx.now, cx.actor.name, why];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::refused("people.guardian.ended")) }
}

row! { struct Grown { person_id: PersonId } }

/// Ends what stands for people who are of age by now, and forgets the guardians' phones; answers whose.
pub(crate) async fn grow(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<PersonId>> {
    let sql = "UPDATE guardian SET state = 'grown', phone = NULL, ended_at = $2, ended_name = $3
               WHERE tenant_id = $1 AND state IN ('named', 'given') AND person_id IN (
                 SELECT id FROM person WHERE tenant_id = $1 AND birth_date <= $4)
               RETURNING person_id";
    let rows: Vec<Grown> = tx.all(sql, args![cx.tenant, cx.now, cx.actor.name, minors_after(cx.today())]).await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

row! {
    /// Who is told for whom.
    pub(crate) struct Told {
        /// The guardian's row.
        pub id: GuardianId,
        /// Their own record.
        pub guardian_person_id: Option<PersonId>,
        /// The minor's name.
        pub name: String,
    }
}

/// The guardians who agreed for those of these people who are minors on a day.
pub(crate) async fn told(db: &impl Read, tenant: TenantId, people: &[Raw], day: NaiveDate) -> Result<Vec<Told>> {
    let mut found = Vec::new();
    for part in people.chunks(500) {
        let sql = format!(
            "SELECT g.id, g.guardian_person_id, p.name FROM guardian g
             JOIN person p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
             WHERE g.tenant_id = $1 AND g.state = 'given' AND p.birth_date > $2 AND g.person_id IN {}",
            in_list(3, part.len())
        );
        let mut args = args![tenant, minors_after(day)].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        found.extend(db.all::<Told>(&sql, &args).await?);
    }
    Ok(found)
}

row! { struct Phone { phone: Option<String> } }

/// The phone of a guardian who agreed, while the minor is one.
pub(crate) async fn mobile(db: &impl Read, tenant: TenantId, id: Raw, day: NaiveDate) -> Result<Option<String>> {
    let sql = "SELECT g.phone FROM guardian g JOIN person p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
               WHERE g.tenant_id = $1 AND g.id = $2 AND g.state = 'given' AND p.birth_date > $3";
    let row: Option<Phone> = db.optional(sql, args![tenant, id, minors_after(day)]).await?;
    Ok(row.and_then(|row| row.phone))
}

fn conditions(cx: &Cx, filter: &MinorFilter, reach: &Reach, ties: Ties) -> Conditions {
    let today = cx.today();
    let mut wanted = Conditions::new(
        "tenant_id = ? AND merged_into_id IS NULL AND state IN ('candidate', 'active', 'dormant') AND birth_date > ?",
        args![cx.tenant, minors_after(today)],
    );
    wanted.within_through(reach, "region_code", ties.through, ties.path);
    if !filter.region.is_empty() {
        let end = kernel::policy::after(&filter.region);
        wanted.and("region_code >= ? AND region_code < ?", args![filter.region, end]);
    }
    if let Some(band) = filter.band {
        let (least, most) = band.years();
        let (young, old) = (born_after(today, most), born_after(today, least));
        wanted.and("birth_date > ? AND birth_date <= ?", args![young, old]);
    }
    const AGREED: &str =
        "EXISTS (SELECT 1 FROM guardian g WHERE g.tenant_id = person.tenant_id AND g.person_id = person.id
         AND g.state = 'given' AND (g.for_data OR person.birth_date <= ?))";
    const NOT: &str =
        "NOT EXISTS (SELECT 1 FROM guardian g WHERE g.tenant_id = person.tenant_id AND g.person_id = person.id
         AND g.state = 'given' AND (g.for_data OR person.birth_date <= ?))";
    if let Some(agreed) = filter.agreed {
        wanted.and(if agreed { AGREED } else { NOT }, args![born_after(today, 14)]);
    }
    kernel::search::narrow(&mut wanted, cx.tenant, "person", &filter.query);
    wanted
}

/// Minors by name, `limit` at most, after the cursor `(sort_key, id)`.
pub(crate) async fn list(
    cx: &Cx,
    (filter, reach, ties): (&MinorFilter, &Reach, Ties),
    (cursor, limit): (Option<&Cursor>, i64),
) -> Result<Vec<Minor>> {
    let mut wanted = conditions(cx, filter, reach, ties);
    if let Some(cursor) = cursor {
        let id: PersonId = cursor.get(1)?;
        wanted.and("(sort_key, id) > (?, ?)", args![cursor.0[0], id]);
    }
    let tail = wanted.tail(" ORDER BY sort_key, id LIMIT ?", args![limit]);
    let consent = CONSENT.replace("p.", "person.");
    let sql = format!(
        "SELECT id, name, sort_key, birth_date, region_code, {consent} AS consent,
           (SELECT MAX(g.phone) FROM guardian g WHERE g.tenant_id = person.tenant_id AND g.person_id = person.id
              AND g.state IN ('named', 'given')) AS guardian_phone
         FROM person WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}

row! { struct Count { n: i64 } }

/// How many there are of them.
pub(crate) async fn count(cx: &Cx, filter: &MinorFilter, reach: &Reach, ties: Ties) -> Result<i64> {
    let mut wanted = conditions(cx, filter, reach, ties);
    let tail = wanted.tail("", args![]);
    let row: Count = cx.db.one(&format!("SELECT COUNT(*) AS n FROM person WHERE {tail}"), wanted.args()).await?;
    Ok(row.n)
}

row! { struct Scan { file_id: Option<FileId> } }

/// Takes a person's guardians off the record with their papers, and their own name out of what they agreed to for others.
pub(crate) async fn erase(tx: &mut Tx<'_>, cx: &Cx, person: PersonId) -> Result<()> {
    let sql = "DELETE FROM guardian WHERE tenant_id = $1 AND person_id = $2 RETURNING file_id";
    for scan in tx.all::<Scan>(sql, args![cx.tenant, person]).await? {
        if let Some(file) = scan.file_id {
            kernel::files::remove(tx, cx, file).await?;
        }
    }
    let sql = "UPDATE guardian SET name = '', phone = NULL, guardian_person_id = NULL, given_name = NULL,
                 state = CASE WHEN state IN ('named', 'given') THEN 'withdrawn' ELSE state END,
                 ended_at = COALESCE(ended_at, $3) WHERE tenant_id = $1 AND guardian_person_id = $2";
    tx.execute(sql, args![cx.tenant, person, cx.now]).await?;
    Ok(())
}
