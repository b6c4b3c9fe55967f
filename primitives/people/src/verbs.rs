//! What is done to people: the SQL and its trace together.

use crate::deeds::{Changed, Registered};
use crate::forms::PersonForm;
use crate::model::{NewPerson, Person, PersonId, PoliticalCode};
use crate::policy;
use crate::store::{self, Change};
use chrono::NaiveDate;
use kernel::{Cx, Error, Result, Tx};

/// Puts a person on record; a document that is on record already is refused. With a day of registration they get a number.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, new: &NewPerson) -> Result<PersonId> {
    let numbers = store::insert_many(tx, &cx.app.keys, (cx.tenant, cx.now), std::slice::from_ref(new)).await?;
    let number = numbers.into_iter().next().flatten();
    tx.record(cx, &Registered { person: Some(new.id), number });
    Ok(new.id)
}

/// Puts many people on record and answers their volunteer's numbers, in order. The caller leaves one trace for all of them.
pub async fn insert_many(tx: &mut Tx<'_>, cx: &Cx, people: &[NewPerson]) -> Result<Vec<Option<String>>> {
    store::insert_many(tx, &cx.app.keys, (cx.tenant, cx.now), people).await
}

/// Changes what is given: absent fields of `new` stay as they are, so that a roster with fewer columns loses nothing.
/// Name, region and a known sex are taken; the volunteer's number and the state stay.
pub async fn update(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, new: &NewPerson) -> Result<()> {
    let new_sex = (new.sex != crate::model::Sex::Unknown).then_some(new.sex);
    let wanted = Change {
        name: Some(new.name.clone()),
        sex: new_sex,
        birth_date: new.birth_date,
        phone: new.phone.clone(),
        email: new.email.clone(),
        identity: new.identity.clone(),
        ethnicity: new.ethnicity.clone(),
        education: new.education.clone(),
        employer: new.employer.clone(),
        skills: new.skills.clone(),
        region_code: (!new.region_code.is_empty()).then(|| new.region_code.clone()),
        address: new.address.clone(),
        registered_on: None,
        state: None,
        emptied: Vec::new(),
    };
    change(tx, cx, person, &wanted).await?;
    if let Some((code, from_on)) = new.political {
        set_political_status(tx, cx, person, code, from_on.unwrap_or(cx.today())).await?;
    }
    Ok(())
}

/// A record that was given up for another one is not changed: two again would lose it. Nor is one that tells of nobody.
pub(crate) fn not_given_up(person: &Person) -> Result<()> {
    match (person.merged_into_id, person.erased_at) {
        (Some(_), _) => Err(Error::refused("people.merge.given_up")),
        (None, Some(_)) => Err(Error::refused("people.erasure.over")),
        (None, None) => Ok(()),
    }
}

/// Changes a record by what was typed; the actor may edit it already. Empty fields stay.
///
/// # Errors
/// `Invalid` with every problem; `Forbidden` where the new home lies outside the actor's region; `Refused` for a record that was
/// given up for another one.
pub(crate) async fn revise(cx: &Cx, person: PersonId, typed: &PersonForm) -> Result<()> {
    let (wanted, political) = typed.check_change(cx).await?.map_err(Error::Invalid)?;
    if let Some(region) = &wanted.region_code {
        policy::may_register(cx, region)?;
    }
    let at = cx.clone();
    cx.write(person.lane(), async move |tx: &mut Tx<'_>| {
        not_given_up(&store::find(tx, at.tenant, person).await?)?;
        change(tx, &at, person, &wanted).await?;
        if let Some((code, from_on)) = political {
            set_political_status(tx, &at, person, code, from_on).await?;
        }
        Ok(())
    })
    .await
}

pub(crate) async fn change(tx: &mut Tx<'_>, cx: &Cx, person: PersonId, new: &Change) -> Result<()> {
    store::change(tx, &cx.app.keys, (cx.tenant, cx.now), person, new).await?;
    let emptied = new.emptied.iter().map(|field| field.as_str()).collect();
    tx.record(cx, &Changed { person: Some(person), fields: changed(new), emptied });
    Ok(())
}

fn changed(new: &Change) -> Vec<&'static str> {
    let given = [
        ("name", new.name.is_some()),
        ("sex", new.sex.is_some()),
        ("birth_date", new.birth_date.is_some()),
        ("phone", new.phone.is_some()),
        ("email", new.email.is_some()),
        ("identity", new.identity.is_some()),
        ("ethnicity", new.ethnicity.is_some()),
        ("education", new.education.is_some()),
        ("employer", new.employer.is_some()),
        ("skills", new.skills.is_some()),
        ("region", new.region_code.is_some()),
        ("address", new.address.is_some()),
        ("state", new.state.is_some()),
    ];
    given.into_iter().filter(|(_, given)| *given).map(|(field, _)| field).collect()
}

/// Ends the status that holds and begins another from a day; the past stays.
pub async fn set_political_status(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: PersonId,
    code: PoliticalCode,
    from_on: NaiveDate,
) -> Result<()> {
    if store::set_political_status(tx, cx.tenant, person, (code, from_on)).await? {
        tx.record(cx, &Changed { person: Some(person), fields: vec!["political_status"], emptied: Vec::new() });
    }
    Ok(())
}
