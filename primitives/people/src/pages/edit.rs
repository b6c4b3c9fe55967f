//! Making and changing a record.

use super::district;
use super::show::masked;
use crate::forms::PersonForm;
use crate::model::{Person, PersonId, PoliticalCode};
use crate::private::Field;
use crate::rules::identity::Kind;
use crate::store::Emptied;
use crate::{policy, store, verbs};
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
    Ok(Edit { person, form, errors, regions, education: EDUCATION, political: PoliticalCode::ALL, kinds: KINDS })
}

pub(super) async fn new(cx: Cx) -> Result<Answer> {
    cx.page(&form(&cx, None, PersonForm::default(), FieldErrors::none()).await?)
}

pub(super) async fn create(cx: Cx, Form(typed): Form<PersonForm>) -> Result<Answer> {
    let new = match typed.check_new(&cx).await? {
        Ok(new) => new,
        Err(errors) => return cx.invalid(&form(&cx, None, typed, errors).await?),
    };
    policy::may_register(&cx, &new.region_code)?;
    let at = cx.clone();
    let made = cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::insert(tx, &at, &new).await).await;
    match made {
        Ok(id) => Ok(cx.see_other_saying(&format!("/desk/people/{id}"), &Word::new("people.saved"))),
        Err(Error::Refused(word)) if word.key == "people.identity_taken" => {
            let mut errors = FieldErrors::none();
            errors.add("id_number", word);
            cx.invalid(&form(&cx, None, typed, errors).await?)
        }
        Err(other) => Err(other),
    }
}

pub(super) async fn edit(cx: Cx, Path(person): Path<PersonId>) -> Result<Answer> {
    let person = store::find(&cx.db, cx.tenant, person).await?;
    policy::may(&cx, policy::EDIT, &person).await?;
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
    let (change, political) = match typed.check_change(&cx).await? {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&form(&cx, Some(person), typed, errors).await?),
    };
    if let Some(region) = &change.region_code {
        policy::may_register(&cx, region)?;
    }
    let (at, id) = (cx.clone(), person.id);
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        verbs::change(tx, &at, id, &change).await?;
        if let Some((code, from_on)) = political {
            verbs::set_political_status(tx, &at, id, code, from_on).await?;
        }
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying(&person.url(), &Word::new("people.saved")))
}
