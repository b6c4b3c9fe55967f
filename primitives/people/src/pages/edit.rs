//! Making and changing a record.

use super::district;
use super::show::masked;
use crate::duplicates::saving::{self, Apart};
use crate::duplicates::{self, Card, Likely, Reason};
use crate::forms::PersonForm;
use crate::model::{Person, PersonId, PoliticalCode};
use crate::private::Field;
use crate::rules::identity::{self, Kind};
use crate::store::Emptied;
use crate::{mask, policy, store, verbs};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Result, Target, Tx, Word};
use places::Region;

/// The levels of education that people name (GB/T 4658).
const EDUCATION: &[&str] = &["11", "14", "21", "31", "41", "61", "71", "81", "90"];

#[derive(Template)]
#[template(path = "people/form.html")]
struct Edit {
    person: Option<Person>,
    form: PersonForm,
    errors: FieldErrors,
    regions: Vec<Region>,
    education: &'static [&'static str],
    political: &'static [PoliticalCode],
    kinds: &'static [Kind],
    warned: Option<Warned>,
}

/// Who is on record already and may be the one who was typed.
struct Warned {
    seen: Vec<Seen>,
    /// Those whom this reader may not know.
    hidden: usize,
    /// What the box says when it is ticked: who was shown.
    apart: String,
    /// The record that has the number in its new form.
    old: Option<Person>,
}

struct Seen {
    person: Person,
    phone: String,
    reasons: Vec<Reason>,
}

impl Warned {
    async fn of(cx: &Cx, found: Vec<Likely>) -> Result<Option<Self>> {
        if found.is_empty() {
            return Ok(None);
        }
        let apart = saving::shown(&found);
        let (mut seen, mut hidden) = (Vec::new(), 0);
        for Likely { person, reasons, .. } in found {
            match policy::can(cx, policy::READ, &person).await? {
                true => seen.push(Seen { phone: mask::phone_of(&person), person, reasons }),
                false => hidden += 1,
            }
        }
        Ok(Some(Self { seen, hidden, apart, old: None }))
    }

    /// A number of 15 digits is no longer valid, but it says whose the new one is.
    async fn by_old_number(cx: &Cx, typed: &PersonForm) -> Result<Option<Self>> {
        let Some(identity) = identity::of_fifteen(&typed.id_number, cx.today()) else { return Ok(None) };
        let hash = store::identity_hash(&cx.app.keys, &identity);
        let Some(old) = store::find_by_identity(&cx.db, cx.tenant, &hash).await? else { return Ok(None) };
        let known = policy::can(cx, policy::READ, &old).await?;
        let warned = Self { seen: Vec::new(), hidden: usize::from(!known), apart: String::new(), old: None };
        Ok(Some(if known { Self { old: Some(old), ..warned } } else { warned }))
    }
}

impl Edit {
    /// What stands in a masked field now; empty for a new record.
    fn now(&self, field: &str) -> String {
        match (&self.person, field.parse::<Field>()) {
            (Some(person), Ok(field)) => masked(field, person),
            _ => String::new(),
        }
    }
}

impl Edit {
    /// What stands on the record and may be made to stand empty, and whether that is asked for.
    fn filled(&self) -> Vec<(Emptied, bool)> {
        let Some(person) = &self.person else { return Vec::new() };
        let stands = |field: &Emptied| match field {
            Emptied::Phone => person.phone.is_some(),
            Emptied::Email => person.email.is_some(),
            Emptied::Address => person.address.is_some(),
            Emptied::BirthDate => person.birth_date.is_some(),
            Emptied::Education => person.education.is_some(),
            Emptied::Employer => person.employer.is_some(),
            Emptied::Skills => person.skills.is_some(),
        };
        let asked = |field: Emptied| self.form.empty.iter().any(|text| text == field.as_str());
        Emptied::ALL.iter().copied().filter(stands).map(|field| (field, asked(field))).collect()
    }
}

async fn form(cx: &Cx, person: Option<Person>, form: PersonForm, errors: FieldErrors) -> Result<Edit> {
    let all = places::regions(&cx.db, district(cx)).await?;
    let may = |region: &Region| cx.may(policy::EDIT, &Target { region: &region.code, ..Target::default() }).is_ok();
    let regions = all.into_iter().filter(|region| region.code.len() > 6 && may(region)).collect();
    const KINDS: &[Kind] =
        &[Kind::Resident, Kind::Permit, Kind::HomeReturn, Kind::Taiwan, Kind::Passport, Kind::ForeignResident];
    Ok(Edit {
        person,
        form,
        errors,
        regions,
        education: EDUCATION,
        political: PoliticalCode::ALL,
        kinds: KINDS,
        warned: None,
    })
}

pub(super) async fn new(cx: Cx) -> Result<Answer> {
    cx.page(&form(&cx, None, PersonForm::default(), FieldErrors::none()).await?)
}

pub(super) async fn create(cx: Cx, Form(typed): Form<PersonForm>) -> Result<Answer> {
    let new = match typed.check_new(&cx).await? {
        Ok(new) => new,
        Err(errors) => {
            let warned = Warned::by_old_number(&cx, &typed).await?;
            return cx.invalid(&Edit { warned, ..form(&cx, None, typed, errors).await? });
        }
    };
    policy::may_register(&cx, &new.region_code)?;
    let (at, card) = (cx.clone(), Card::of_new(&new));
    let apart = Apart { said: typed.apart.clone(), reason: String::new() };
    // Looked for inside, so that the same form sent twice is answered as the first time.
    let made = cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| saving::put(tx, &at, &new, &apart).await);
    match made.await {
        Ok(id) => Ok(cx.see_other_saying(&format!("/desk/people/{id}"), &Word::new("people.saved"))),
        Err(Error::Refused(word)) if word.key == "people.identity_taken" => {
            let mut errors = FieldErrors::none();
            errors.add("id_number", word);
            cx.invalid(&form(&cx, None, typed, errors).await?)
        }
        Err(Error::Refused(word)) if saving::is_warning(&word) => {
            let warned = Warned::of(&cx, duplicates::likely(&cx, &cx.db, &card).await?).await?;
            cx.invalid(&Edit { warned, ..form(&cx, None, typed, FieldErrors::none()).await? })
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn edit(cx: Cx, Path(person): Path<PersonId>) -> Result<Answer> {
    let person = store::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::EDIT, &person).await?;
    verbs::not_given_up(&person)?;
    let typed = PersonForm {
        name: person.name.clone(),
        sex: person.sex.to_string(),
        region: person.region_code.clone(),
        education: person.education.clone().unwrap_or_default(),
        employer: person.employer.clone().unwrap_or_default(),
        skills: person.skills.clone().unwrap_or_default(),
        ..PersonForm::default()
    };
    cx.page(&form(&cx, Some(person), typed, FieldErrors::none()).await?)
}

pub(super) async fn update(cx: Cx, Path(person): Path<PersonId>, Form(typed): Form<PersonForm>) -> Result<Answer> {
    let person = store::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::EDIT, &person).await?;
    match verbs::revise(&cx, person.id, &typed).await {
        Err(Error::Invalid(errors)) => return cx.invalid(&form(&cx, Some(person), typed, errors).await?),
        saved => saved?,
    }
    Ok(cx.see_other_saying(&person.url(), &Word::new("people.saved")))
}
