//! Two records of one person made one, and two again. The record that is given up stays as it is, archived and pointing to the
//! one that is kept; what the kept one held before lies sealed beside it, so that all of it can come back.
//!
//! What other rooms hold of the person is moved by whoever calls these verbs, in the same transaction.

use crate::model::{Person, PersonId, PoliticalCode};
use crate::rules::identity::{Identity, Kind};
use crate::store::{self, Change};
use crate::verbs;
use chrono::NaiveDate;
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Json, Result, Tx, row, text_enum};
use serde::{Deserialize, Serialize};

kernel::id! {
    /// A merging of two records.
    MergeId
}

text_enum! {
    /// What of a record may come from either of two.
    pub enum MergeField {
        /// As on the document.
        Name = "name",
        /// GB/T 2261.1.
        Sex = "sex",
        /// S3.
        BirthDate = "birth_date",
        /// The document with its number (S4).
        Identity = "identity",
        /// S3.
        Phone = "phone",
        /// S3.
        Email = "email",
        /// Region and street (S3).
        Address = "address",
        /// GB/T 3304.
        Ethnicity = "ethnicity",
        /// GB/T 4658.
        Education = "education",
        /// Where they work.
        Employer = "employer",
        /// What they can do.
        Skills = "skills",
        /// S3.
        PoliticalStatus = "political_status",
    }
}

row! {
    /// A merging as stored.
    pub struct Merge {
        /// Its id.
        pub id: MergeId,
        /// The record that is kept.
        pub kept_id: PersonId,
        /// The one that was given up.
        pub gone_id: PersonId,
        /// Codes of the fields that came from the one that was given up.
        pub fields: Json<Vec<String>>,
        /// `merged`, `asked` when somebody wants them two again, or `unmerged`.
        pub state: String,
        /// Who merged.
        pub made_name: String,
        /// When.
        pub made_at: chrono::DateTime<chrono::Utc>,
        /// Which account wants them two again.
        pub asked_by: Option<kernel::AccountId>,
        /// Its person.
        pub asked_person: Option<Raw>,
        /// Its name.
        pub asked_name: Option<String>,
        /// When it asked.
        pub asked_at: Option<chrono::DateTime<chrono::Utc>>,
        /// Why.
        pub reason: Option<String>,
        /// Who agreed.
        pub decided_name: Option<String>,
        /// When.
        pub decided_at: Option<chrono::DateTime<chrono::Utc>>,
    }
}

impl Merge {
    /// Its page.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.id)
    }
}

/// The page of a merging.
#[must_use]
pub fn url(id: MergeId) -> String {
    format!("/desk/people/merges/{id}")
}

/// What stood on the records before; sealed when stored.
#[derive(Serialize, Deserialize)]
struct Before {
    name: String,
    sex: String,
    birth_date: Option<NaiveDate>,
    phone: Option<String>,
    email: Option<String>,
    ethnicity: Option<String>,
    education: Option<String>,
    employer: Option<String>,
    skills: Option<String>,
    region_code: String,
    address: Option<String>,
    registered_on: Option<NaiveDate>,
    volunteer_no: Option<String>,
    identity: Option<(String, String)>,
    political: Option<String>,
    gone_state: String,
    gone_identity: Option<(String, String)>,
    gone_volunteer_no: Option<String>,
    gone_political: Option<String>,
}

fn place(id: MergeId) -> String {
    format!("person.merge:{id}")
}

#[derive(Serialize)]
struct Merged {
    #[serde(skip)]
    person: PersonId,
    other: PersonId,
    fields: Vec<&'static str>,
}

impl Deed for Merged {
    const KIND: &'static str = "people.merged";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

#[derive(Serialize)]
struct Unmerged {
    #[serde(skip)]
    person: PersonId,
    other: PersonId,
    fields: Vec<&'static str>,
}

impl Deed for Unmerged {
    const KIND: &'static str = "people.unmerged";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// Gives one record up for another: `taken` fields come from the one that is given up where it holds something.
///
/// # Errors
/// `Refused` when either was merged meanwhile.
pub async fn merge(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (kept, gone): (PersonId, PersonId),
    taken: &[MergeField],
) -> Result<MergeId> {
    let (kept, gone) = (store::find(tx, cx.tenant, kept).await?, store::find(tx, cx.tenant, gone).await?);
    if kept.id == gone.id || kept.merged_into_id.is_some() || gone.merged_into_id.is_some() {
        return Err(Error::refused("people.merge.already"));
    }
    let id = MergeId::fresh();
    let before = before(tx, cx, &kept, &gone).await?;
    let sealed = serde_json::to_string(&before).map_err(anyhow::Error::from)?;
    let sealed = cx.app.keys.seal(&place(id), &sealed)?;
    let taken: Vec<MergeField> = taken.iter().copied().filter(|field| holds(&gone, &before, *field)).collect();
    take(tx, cx, (&kept, &gone), (&before, &taken)).await?;
    store::merge::give_up(tx, (cx.tenant, cx.now), gone.id, kept.id).await?;
    let fields: Vec<&'static str> = taken.iter().map(|field| field.as_str()).collect();
    store::merge::insert(tx, cx, (id, kept.id, gone.id), (&fields, sealed)).await?;
    crate::duplicates::settle(tx, cx, (kept.id, gone.id), "one").await?;
    tx.record(cx, &Merged { person: kept.id, other: gone.id, fields });
    Ok(id)
}

async fn before(tx: &Tx<'_>, cx: &Cx, kept: &Person, gone: &Person) -> Result<Before> {
    let status = async |person: PersonId| -> Result<Option<String>> {
        let held = store::political_status(tx, cx.tenant, person).await?;
        Ok(held.map(|row| row.code.as_str().to_owned()))
    };
    Ok(Before {
        name: kept.name.clone(),
        sex: kept.sex.as_str().to_owned(),
        birth_date: kept.birth_date,
        phone: kept.phone.clone(),
        email: kept.email.clone(),
        ethnicity: kept.ethnicity.clone(),
        education: kept.education.clone(),
        employer: kept.employer.clone(),
        skills: kept.skills.clone(),
        region_code: kept.region_code.clone(),
        address: kept.address.clone(),
        registered_on: kept.registered_on,
        volunteer_no: kept.volunteer_no.clone(),
        identity: document(tx, cx, kept).await?,
        political: status(kept.id).await?,
        gone_state: gone.state.as_str().to_owned(),
        gone_identity: document(tx, cx, gone).await?,
        gone_volunteer_no: gone.volunteer_no.clone(),
        gone_political: status(gone.id).await?,
    })
}

/// The kind and number of a person's document.
async fn document(tx: &Tx<'_>, cx: &Cx, person: &Person) -> Result<Option<(String, String)>> {
    let number = store::open_identity(tx, &cx.app.keys, cx.tenant, person.id).await?;
    Ok(person.id_kind.clone().zip(number.map(|number| number.expose().clone())))
}

fn identity(document: &(String, String)) -> Option<Identity> {
    let kind = Kind::from_code(&document.0)?;
    Some(Identity { kind, number: document.1.clone(), birth_date: None, sex: None })
}

/// Whether the record that is given up holds anything in a field.
fn holds(gone: &Person, before: &Before, field: MergeField) -> bool {
    match field {
        MergeField::Name | MergeField::Sex | MergeField::Address => true,
        MergeField::BirthDate => gone.birth_date.is_some(),
        MergeField::Identity => before.gone_identity.is_some(),
        MergeField::Phone => gone.phone.is_some(),
        MergeField::Email => gone.email.is_some(),
        MergeField::Ethnicity => gone.ethnicity.is_some(),
        MergeField::Education => gone.education.is_some(),
        MergeField::Employer => gone.employer.is_some(),
        MergeField::Skills => gone.skills.is_some(),
        MergeField::PoliticalStatus => before.gone_political.is_some(),
    }
}

async fn take(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (kept, gone): (&Person, &Person),
    (before, taken): (&Before, &[MergeField]),
) -> Result<()> {
    let takes = |field| taken.contains(&field);
    let mut change = Change::default();
    if takes(MergeField::Identity) {
        store::merge::clear_identity(tx, cx.tenant, gone.id).await?;
        change.identity = before.gone_identity.as_ref().and_then(identity);
    }
    if kept.volunteer_no.is_none() && gone.volunteer_no.is_some() {
        store::merge::set_number(tx, cx.tenant, gone.id, None).await?;
        store::merge::set_number(tx, cx.tenant, kept.id, gone.volunteer_no.as_deref()).await?;
    }
    change.name = takes(MergeField::Name).then(|| gone.name.clone());
    change.sex = takes(MergeField::Sex).then_some(gone.sex);
    change.birth_date = gone.birth_date.filter(|_| takes(MergeField::BirthDate));
    change.phone = gone.phone.clone().filter(|_| takes(MergeField::Phone));
    change.email = gone.email.clone().filter(|_| takes(MergeField::Email));
    change.ethnicity = gone.ethnicity.clone().filter(|_| takes(MergeField::Ethnicity));
    change.education = gone.education.clone().filter(|_| takes(MergeField::Education));
    change.employer = gone.employer.clone().filter(|_| takes(MergeField::Employer));
    change.skills = gone.skills.clone().filter(|_| takes(MergeField::Skills));
    if takes(MergeField::Address) {
        change.region_code = Some(gone.region_code.clone());
        change.address.clone_from(&gone.address);
    }
    // Whoever was registered twice is a volunteer since the first time.
    change.registered_on = kept.registered_on.into_iter().chain(gone.registered_on).min();
    verbs::change(tx, cx, kept.id, &change).await?;
    if takes(MergeField::PoliticalStatus)
        && let Some(held) = store::political_status(tx, cx.tenant, gone.id).await?
    {
        verbs::set_political_status(tx, cx, kept.id, held.code, held.from_on.unwrap_or(cx.today())).await?;
    }
    Ok(())
}

/// Makes two records of one again: what was taken returns where nobody changed it since; answers which fields returned.
///
/// # Errors
/// `Refused` when they are two again already.
pub async fn unmerge(tx: &mut Tx<'_>, cx: &Cx, merge: &Merge) -> Result<Vec<&'static str>> {
    let (kept, gone) =
        (store::find(tx, cx.tenant, merge.kept_id).await?, store::find(tx, cx.tenant, merge.gone_id).await?);
    if merge.state == "unmerged" || gone.merged_into_id != Some(kept.id) {
        return Err(Error::refused("people.merge.apart_already"));
    }
    let sealed = store::merge::before(tx, cx.tenant, merge.id).await?;
    let before: Before =
        serde_json::from_str(cx.app.keys.open(&place(merge.id), &sealed)?.expose()).map_err(anyhow::Error::from)?;
    let taken: Vec<MergeField> = merge.fields.0.iter().filter_map(|code| code.parse().ok()).collect();
    let mut put = kept.clone();
    let mut returned: Vec<&'static str> = Vec::new();
    for field in &taken {
        if give_back(&mut put, &gone, &before, *field) {
            returned.push(field.as_str());
        }
    }
    if kept.registered_on == gone.registered_on {
        put.registered_on = before.registered_on;
    }
    if before.volunteer_no.is_none()
        && before.gone_volunteer_no.is_some()
        && kept.volunteer_no == before.gone_volunteer_no
    {
        put.volunteer_no = None;
        store::merge::set_number(tx, cx.tenant, kept.id, None).await?;
        store::merge::set_number(tx, cx.tenant, gone.id, before.gone_volunteer_no.as_deref()).await?;
    }
    store::merge::write(tx, (cx.tenant, cx.now), &put).await?;
    if taken.contains(&MergeField::Identity) && documents_back(tx, cx, (&kept, &gone), &before).await? {
        returned.push(MergeField::Identity.as_str());
    }
    if taken.contains(&MergeField::PoliticalStatus) && status_back(tx, cx, kept.id, &before).await? {
        returned.push(MergeField::PoliticalStatus.as_str());
    }
    let state = before.gone_state.parse().map_err(|_| Error::internal("a state that is none".to_owned()))?;
    store::merge::take_up(tx, (cx.tenant, cx.now), &gone, state).await?;
    store::merge::end(tx, cx, merge.id).await?;
    crate::duplicates::settle(tx, cx, (kept.id, gone.id), "apart").await?;
    tx.record(cx, &Unmerged { person: kept.id, other: gone.id, fields: returned.clone() });
    Ok(returned)
}

/// Puts back what stood in a field while it holds what was taken; the documents and the status are not among these.
fn give_back(kept: &mut Person, gone: &Person, before: &Before, field: MergeField) -> bool {
    macro_rules! back {
        ($name:ident) => {{
            let same = kept.$name == gone.$name;
            if same {
                kept.$name = before.$name.clone();
            }
            same
        }};
    }
    match field {
        MergeField::Name => back!(name),
        MergeField::Sex => {
            let same = kept.sex == gone.sex;
            if same {
                kept.sex = before.sex.parse().unwrap_or(kept.sex);
            }
            same
        }
        MergeField::BirthDate => back!(birth_date),
        MergeField::Phone => back!(phone),
        MergeField::Email => back!(email),
        MergeField::Ethnicity => back!(ethnicity),
        MergeField::Education => back!(education),
        MergeField::Employer => back!(employer),
        MergeField::Skills => back!(skills),
        MergeField::Address => back!(region_code) && (gone.address.is_none() || back!(address)),
        MergeField::Identity | MergeField::PoliticalStatus => false,
    }
}

async fn documents_back(tx: &mut Tx<'_>, cx: &Cx, (kept, gone): (&Person, &Person), before: &Before) -> Result<bool> {
    if document(tx, cx, kept).await? != before.gone_identity {
        return Ok(false);
    }
    store::merge::clear_identity(tx, cx.tenant, kept.id).await?;
    for (person, held) in [(gone.id, &before.gone_identity), (kept.id, &before.identity)] {
        if let Some(identity) = held.as_ref().and_then(identity) {
            store::merge::set_identity(tx, cx, person, &identity).await?;
        }
    }
    Ok(true)
}

async fn status_back(tx: &mut Tx<'_>, cx: &Cx, kept: PersonId, before: &Before) -> Result<bool> {
    let code = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<PoliticalCode>().ok());
    match code(&before.gone_political) {
        Some(put) if before.political != before.gone_political => {
            crate::put_back_political(tx, cx, kept, (code(&before.political), put)).await
        }
        _ => Ok(false),
    }
}

pub use store::merge::{ask, find, of_kept, refuse, waiting};
