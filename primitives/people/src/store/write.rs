//! Writing people.

use crate::model::{NewPerson, PersonId, PoliticalCode};
use crate::rules::identity::Identity;
use crate::rules::volunteer_number;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::{Value, Violation};
use kernel::secret::Keys;
use kernel::{Error, Read as _, Result, TenantId, Tx, args, row, search, text_enum};
use std::collections::BTreeMap;

/// The keyed hash that finds doubles of a document without opening it.
#[must_use]
pub fn identity_hash(keys: &Keys, identity: &Identity) -> Vec<u8> {
    keys.fingerprint("person.id", &format!("{} {}", identity.kind.code(), identity.number))
}

/// What a sealed number is bound to.
pub(super) fn place(person: PersonId) -> String {
    format!("person.id:{person}")
}

row! { struct Next { next: i64 } }

/// Takes `count` serials of an area in this transaction; answers the first. Serials begin at 1 and are never given twice.
pub async fn reserve_serials(tx: &mut Tx<'_>, tenant: TenantId, area: &str, count: usize) -> Result<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let sql = "INSERT INTO volunteer_serial (tenant_id, area, next) VALUES ($1, $2, $3)
               ON CONFLICT (tenant_id, area) DO UPDATE SET next = volunteer_serial.next + $4 RETURNING next";
    let row: Next = tx.one(sql, args![tenant, area, count + 1, count]).await?;
    Ok(row.next - count)
}

/// The next volunteer's numbers of an area of six digits.
pub async fn next_volunteer_numbers(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    area: &str,
    count: usize,
) -> Result<Vec<String>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let first = reserve_serials(tx, tenant, area, count).await?;
    let make = |serial: i64| u32::try_from(serial).ok().and_then(|serial| volunteer_number::make(area, serial));
    let numbers: Option<Vec<String>> = (0..count as i64).map(|at| make(first + at)).collect();
    numbers.ok_or_else(|| Error::internal(format!("the area {area} has no volunteer numbers left")))
}

const INSERT: &str = "INSERT INTO person (tenant_id, id, name, sort_key, sex, birth_date, phone, email, id_kind, id_sealed, id_hash,
     id_tail, ethnicity, education, employer, skills, region_code, address, volunteer_no, registered_on, state, created_at, updated_at)";

/// Inserts people with their numbers, status and search tokens; answers the volunteer's numbers, in order.
pub(crate) async fn insert_many(
    tx: &mut Tx<'_>,
    keys: &Keys,
    (tenant, now): (TenantId, DateTime<Utc>),
    people: &[NewPerson],
) -> Result<Vec<Option<String>>> {
    let numbers = numbers(tx, tenant, people).await?;
    let (mut rows, mut tokens, mut statuses) = (Vec::with_capacity(people.len()), Vec::new(), Vec::new());
    for (person, number) in people.iter().zip(&numbers) {
        rows.push(cells(keys, tenant, now, person, number.as_deref())?);
        let extra = extra_tokens(person.phone.as_deref(), number.as_deref());
        tokens.extend(search::cells(tenant, "person", person.id.0, &person.name, &extra));
        if let Some((code, from_on)) = person.political {
            statuses.push(args![tenant, kernel::ids::fresh(), person.id, code, from_on].to_vec());
        }
    }
    tx.insert_many(INSERT, "", &rows).await.map_err(taken)?;
    // In the order of the index, so that a roster of 31,000 fills page after page of it.
    tokens.sort_unstable_by(|a, b| text(&a[2]).cmp(text(&b[2])));
    tx.insert_many(search::INSERT, "ON CONFLICT DO NOTHING", &tokens).await?;
    tx.insert_many("INSERT INTO political_status (tenant_id, id, person_id, code, from_on)", "", &statuses).await?;
    Ok(numbers)
}

fn text(value: &Value) -> &str {
    match value {
        Value::Text(text) => text,
        _ => "",
    }
}

async fn numbers(tx: &mut Tx<'_>, tenant: TenantId, people: &[NewPerson]) -> Result<Vec<Option<String>>> {
    let mut numbers: Vec<Option<String>> = people.iter().map(|p| p.volunteer_no.clone()).collect();
    let mut lacking: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, person) in people.iter().enumerate() {
        if person.volunteer_no.is_none() && person.registered_on.is_some() {
            let area = person.region_code.get(..6).unwrap_or(&person.region_code);
            lacking.entry(area).or_default().push(at);
        }
    }
    for (area, places) in lacking {
        let next = next_volunteer_numbers(tx, tenant, area, places.len()).await?;
        for (at, number) in places.into_iter().zip(next) {
            numbers[at] = Some(number);
        }
    }
    Ok(numbers)
}

fn cells(
    keys: &Keys,
    tenant: TenantId,
    now: DateTime<Utc>,
    new: &NewPerson,
    number: Option<&str>,
) -> Result<Vec<Value>> {
    let id = SealedId::of(keys, new.id, new.identity.as_ref())?;
    Ok(args![
        tenant,
        new.id,
        new.name,
        search::sort_key(&new.name),
        new.sex,
        new.birth_date,
        new.phone,
        new.email,
        id.kind,
        id.sealed,
        id.hash,
        id.tail,
        new.ethnicity,
        new.education,
        new.employer,
        new.skills,
        new.region_code,
        new.address,
        number,
        new.registered_on,
        new.state,
        now,
        now
    ]
    .to_vec())
}

#[derive(Default)]
pub(super) struct SealedId {
    pub(super) kind: Option<&'static str>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) hash: Option<Vec<u8>>,
    pub(super) tail: Option<String>,
}

impl SealedId {
    pub(super) fn of(keys: &Keys, person: PersonId, identity: Option<&Identity>) -> Result<Self> {
        let Some(identity) = identity else { return Ok(Self::default()) };
        let letters = identity.number.chars().count();
        Ok(Self {
            kind: Some(identity.kind.code()),
            sealed: Some(keys.seal(&place(person), &identity.number)?),
            hash: Some(identity_hash(keys, identity)),
            tail: Some(identity.number.chars().skip(letters.saturating_sub(4)).collect()),
        })
    }
}

/// The phone's last four and the number: what people type when a name is too common.
pub(super) fn extra_tokens(phone: Option<&str>, number: Option<&str>) -> Vec<String> {
    let tail = phone.and_then(|p| p.get(p.len().saturating_sub(4)..)).unwrap_or_default();
    vec![tail.to_owned(), number.unwrap_or_default().to_owned()]
}

fn taken(error: Error) -> Error {
    match error {
        Error::Violated(Violation::Unique(what)) if what.contains("volunteer_no") => {
            Error::refused("people.number_taken")
        }
        Error::Violated(Violation::Unique(_)) => Error::refused("people.identity_taken"),
        other => other,
    }
}

text_enum! {
    /// What of a record may be made to stand empty.
    pub(crate) enum Emptied {
        /// The phone.
        Phone = "phone",
        /// The e-mail.
        Email = "email",
        /// Street and number.
        Address = "address",
        /// The birth date.
        BirthDate = "birth_date",
        /// The level of education.
        Education = "education",
        /// Where they work.
        Employer = "employer",
        /// What they can do.
        Skills = "skills",
    }
}

/// What of a record is changed; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub name: Option<String>,
    pub sex: Option<crate::model::Sex>,
    pub birth_date: Option<NaiveDate>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub identity: Option<Identity>,
    pub ethnicity: Option<String>,
    pub education: Option<String>,
    pub employer: Option<String>,
    pub skills: Option<String>,
    pub region_code: Option<String>,
    pub address: Option<String>,
    pub registered_on: Option<NaiveDate>,
    pub state: Option<crate::model::PersonState>,
    /// These stand empty afterwards.
    pub emptied: Vec<Emptied>,
}

/// Changes what is given of a record and keeps its tokens true.
pub(crate) async fn change(
    tx: &mut Tx<'_>,
    keys: &Keys,
    (tenant, now): (TenantId, DateTime<Utc>),
    id: PersonId,
    new: &Change,
) -> Result<()> {
    let before = super::find(tx, tenant, id).await?;
    let name = new.name.clone().unwrap_or(before.name);
    let number = match (&before.volunteer_no, new.registered_on.or(before.registered_on)) {
        (None, Some(_)) => {
            let region = new.region_code.as_deref().unwrap_or(&before.region_code);
            next_volunteer_numbers(tx, tenant, region.get(..6).unwrap_or(region), 1).await?.pop()
        }
        (number, _) => number.clone(),
    };
    let sealed = SealedId::of(keys, id, new.identity.as_ref())?;
    // One statement for every change: COALESCE keeps what was not given.
    let sql = "UPDATE person SET name = $3, sort_key = $4, sex = COALESCE($5, sex), birth_date = COALESCE($6, birth_date),
               phone = COALESCE($7, phone), email = COALESCE($8, email), id_kind = COALESCE($9, id_kind),
               id_sealed = COALESCE($10, id_sealed), id_hash = COALESCE($11, id_hash), id_tail = COALESCE($12, id_tail),
               ethnicity = COALESCE($13, ethnicity), education = COALESCE($14, education), employer = COALESCE($15, employer),
               skills = COALESCE($16, skills), region_code = COALESCE($17, region_code), address = COALESCE($18, address),
               volunteer_no = $19, registered_on = COALESCE($20, registered_on), state = COALESCE($21, state), updated_at = $22
               WHERE tenant_id = $1 AND id = $2";
    let args = args![
        tenant,
        id,
        name,
        search::sort_key(&name),
        new.sex,
        new.birth_date,
        new.phone,
        new.email,
        sealed.kind,
        sealed.sealed,
        sealed.hash,
        sealed.tail,
        new.ethnicity,
        new.education,
        new.employer,
        new.skills,
        new.region_code,
        new.address,
        number,
        new.registered_on,
        new.state,
        now
    ];
    tx.execute(sql, args).await.map_err(taken)?;
    empty(tx, tenant, id, &new.emptied).await?;
    let phone = new.phone.clone().or(before.phone).filter(|_| !new.emptied.contains(&Emptied::Phone));
    let extra = extra_tokens(phone.as_deref(), number.as_deref());
    search::index(tx, tenant, "person", id.0, &name, &extra).await
}

async fn empty(tx: &mut Tx<'_>, tenant: TenantId, id: PersonId, fields: &[Emptied]) -> Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let goes = |field| fields.contains(&field);
    let sql = "UPDATE person SET phone = CASE WHEN $3 THEN NULL ELSE phone END, email = CASE WHEN $4 THEN NULL ELSE email END,
               address = CASE WHEN $5 THEN NULL ELSE address END, birth_date = CASE WHEN $6 THEN NULL ELSE birth_date END,
               education = CASE WHEN $7 THEN NULL ELSE education END, employer = CASE WHEN $8 THEN NULL ELSE employer END,
               skills = CASE WHEN $9 THEN NULL ELSE skills END WHERE tenant_id = $1 AND id = $2";
    let args = args![
        tenant,
        id,
        goes(Emptied::Phone),
        goes(Emptied::Email),
        goes(Emptied::Address),
        goes(Emptied::BirthDate),
        goes(Emptied::Education),
        goes(Emptied::Employer),
        goes(Emptied::Skills)
    ];
    tx.execute(sql, args).await?;
    Ok(())
}

/// Ends the status that holds and begins another; nothing is overwritten. The same status again changes nothing.
pub(crate) async fn set_political_status(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    person: PersonId,
    (code, from_on): (PoliticalCode, NaiveDate),
) -> Result<bool> {
    let held = super::political_status(tx, tenant, person).await?;
    if held.as_ref().is_some_and(|row| row.code == code) {
        return Ok(false);
    }
    if held.as_ref().and_then(|row| row.from_on).is_some_and(|begun| begun > from_on) {
        return Err(Error::refused("people.political_backwards"));
    }
    let last = from_on.pred_opt().unwrap_or(from_on);
    let end = "UPDATE political_status SET to_on = $3 WHERE tenant_id = $1 AND person_id = $2 AND to_on IS NULL";
    tx.execute(end, args![tenant, person, last]).await?;
    let begin = "INSERT INTO political_status (tenant_id, id, person_id, code, from_on) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(begin, args![tenant, kernel::ids::fresh(), person, code, from_on]).await?;
    Ok(true)
}
