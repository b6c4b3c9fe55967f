//! What a browser or a program sends about a person, and what may exist.

use crate::model::{NewPerson, PersonId, PersonState, PoliticalCode, Sex};
use crate::rules::identity::{self, Identity};
use crate::rules::{name, phone};
use crate::store::{Change, Emptied};
use chrono::NaiveDate;
use kernel::{Cx, FieldErrors, Result, Word};
use serde::Deserialize;
use utoipa::ToSchema;

/// A person as typed. At a change, what is empty stays as it is, so that masked fields need not be shown to be kept.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PersonForm {
    /// As on the document.
    pub name: String,
    /// The code of the document's type, e.g. `111`.
    pub id_kind: String,
    /// The document's number; sealed when stored.
    pub id_number: String,
    /// GB/T 2261.1: `1` male, `2` female; told by a citizen's number itself.
    pub sex: String,
    /// `2001-05-31`; told by a citizen's number itself.
    pub birth_date: String,
    /// Mobile or landline.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// GB/T 3304, two digits.
    pub ethnicity: String,
    /// GB/T 4658, two digits.
    pub education: String,
    /// Where they work.
    pub employer: String,
    /// What they can do.
    pub skills: String,
    /// The code of the region where they live.
    pub region: String,
    /// Street and number.
    pub address: String,
    /// GB/T 4762, two digits.
    pub political_status: String,
    /// Since when that holds; today without it.
    pub political_from: String,
    /// At a new record: those of whom was said that they are somebody else, as the warning named them.
    pub apart: String,
    /// By a program, with `apart`: how it is known that they are somebody else.
    pub apart_reason: String,
    /// At a change: the fields that are to stand empty, such as `phone`.
    pub empty: Vec<String>,
}

/// What the fields say once they are read, for a new record and for a change alike.
struct Checked {
    name: String,
    identity: Option<Identity>,
    sex: Option<Sex>,
    birth_date: Option<NaiveDate>,
    phone: Option<String>,
    email: Option<String>,
    ethnicity: Option<String>,
    education: Option<String>,
    employer: Option<String>,
    skills: Option<String>,
    address: Option<String>,
    region: Option<String>,
    political: Option<(PoliticalCode, NaiveDate)>,
}

impl PersonForm {
    /// A new volunteer of today.
    pub(crate) async fn check_new(&self, cx: &Cx) -> Result<std::result::Result<NewPerson, FieldErrors>> {
        let mut errors = FieldErrors::none();
        let checked = self.read(cx, &mut errors).await?;
        if checked.phone.is_none() && errors.of("phone").is_none() {
            errors.add("phone", Word::new("form.required"));
        }
        let Some(region_code) = checked.region.filter(|_| errors.is_empty()) else {
            if self.region.trim().is_empty() {
                errors.add("region", Word::new("form.choose"));
            }
            return Ok(Err(errors));
        };
        Ok(Ok(NewPerson {
            id: PersonId::fresh(),
            name: checked.name,
            sex: checked.sex.unwrap_or(Sex::Unknown),
            birth_date: checked.birth_date,
            phone: checked.phone,
            email: checked.email,
            identity: checked.identity,
            ethnicity: checked.ethnicity,
            education: checked.education,
            employer: checked.employer,
            skills: checked.skills,
            region_code,
            address: checked.address,
            volunteer_no: None,
            registered_on: Some(cx.today()),
            state: PersonState::Active,
            political: checked.political.map(|(code, from_on)| (code, Some(from_on))),
        }))
    }

    /// A change of a record.
    pub(crate) async fn check_change(
        &self,
        cx: &Cx,
    ) -> Result<std::result::Result<(Change, Option<(PoliticalCode, NaiveDate)>), FieldErrors>> {
        let mut errors = FieldErrors::none();
        let checked = self.read(cx, &mut errors).await?;
        let emptied = self.emptied(&checked, &mut errors);
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let change = Change {
            name: Some(checked.name),
            sex: checked.sex,
            birth_date: checked.birth_date,
            phone: checked.phone,
            email: checked.email,
            identity: checked.identity,
            ethnicity: checked.ethnicity,
            education: checked.education,
            employer: checked.employer,
            skills: checked.skills,
            region_code: checked.region,
            address: checked.address,
            registered_on: None,
            state: None,
            emptied,
        };
        Ok(Ok((change, checked.political)))
    }

    /// What is to stand empty: asked for by name, and nothing else typed there. What the page filled in itself may stay.
    fn emptied(&self, checked: &Checked, errors: &mut FieldErrors) -> Vec<Emptied> {
        let mut found = Vec::new();
        for text in &self.empty {
            let Some(field) = errors.choice("empty", text) else { continue };
            let typed = match field {
                Emptied::Phone => checked.phone.is_some(),
                Emptied::Email => checked.email.is_some(),
                Emptied::Address => checked.address.is_some(),
                Emptied::BirthDate => checked.birth_date.is_some(),
                Emptied::Education | Emptied::Employer | Emptied::Skills => false,
            };
            if typed {
                errors.add(field.as_str(), Word::new("people.empty_typed"));
            }
            found.push(field);
        }
        found
    }

    async fn read(&self, cx: &Cx, errors: &mut FieldErrors) -> Result<Checked> {
        let name = name::parse(&self.name).unwrap_or_else(|e| {
            errors.add("name", Word::new(e.word()));
            String::new()
        });
        let identity = self.identity(cx, errors);
        let (sex, birth_date) = self.sex_and_birth(cx, identity.as_ref(), errors);
        let phone = given(&self.phone).and_then(|text| match phone::parse(text) {
            Ok(phone) => Some(phone.number),
            Err(e) => {
                errors.add("phone", Word::new(e.word()));
                None
            }
        });
        let email = errors.optional_text("email", &self.email, 120);
        if email.as_deref().is_some_and(|text| !text.contains('@') || text.contains(char::is_whitespace)) {
            errors.add("email", Word::new("people.email_wrong"));
        }
        let mut code = |field, text: &str| {
            let code = errors.optional_text(field, text, 2);
            if code.as_deref().is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_digit())) {
                errors.add(field, Word::new("form.choose"));
            }
            code
        };
        let (ethnicity, education) = (code("ethnicity", &self.ethnicity), code("education", &self.education));
        let region = match given(&self.region) {
            None => None,
            Some(code) => match places::find_region(&cx.db, code).await {
                Ok(region) => Some(region.code),
                Err(kernel::Error::NotFound) => {
                    errors.add("region", Word::new("form.choose"));
                    None
                }
                Err(other) => return Err(other),
            },
        };
        Ok(Checked {
            name,
            identity,
            sex,
            birth_date,
            phone,
            email,
            ethnicity,
            education,
            employer: errors.optional_text("employer", &self.employer, 120),
            skills: errors.optional_text("skills", &self.skills, 500),
            address: errors.optional_text("address", &self.address, 120),
            region,
            political: self.political(cx, errors),
        })
    }

    fn identity(&self, cx: &Cx, errors: &mut FieldErrors) -> Option<Identity> {
        let number = given(&self.id_number)?;
        match identity::parse(number, identity::Kind::from_code(self.id_kind.trim()), cx.today()) {
            Ok(identity) => Some(identity),
            Err(e) => {
                errors.add("id_number", Word::new(e.word()));
                None
            }
        }
    }

    /// What the document tells goes before; what was typed must agree with it.
    fn sex_and_birth(
        &self,
        cx: &Cx,
        identity: Option<&Identity>,
        errors: &mut FieldErrors,
    ) -> (Option<Sex>, Option<NaiveDate>) {
        let typed_sex: Option<Sex> = given(&self.sex).and_then(|text| errors.choice("sex", text));
        let typed_birth = given(&self.birth_date).and_then(|text| errors.date("birth_date", text));
        if typed_birth.is_some_and(|born| born > cx.today()) {
            errors.add("birth_date", Word::new("people.born_later"));
        }
        let told_sex = identity.and_then(|i| i.sex).and_then(|sex| sex.code().parse().ok());
        let told_birth = identity.and_then(|i| i.birth_date);
        if told_sex.zip(typed_sex).is_some_and(|(told, typed): (Sex, Sex)| told != typed) {
            errors.add("sex", Word::new("people.sex_differs"));
        }
        if told_birth.zip(typed_birth).is_some_and(|(told, typed)| told != typed) {
            errors.add("birth_date", Word::new("people.birth_differs"));
        }
        (told_sex.or(typed_sex), told_birth.or(typed_birth))
    }

    fn political(&self, cx: &Cx, errors: &mut FieldErrors) -> Option<(PoliticalCode, NaiveDate)> {
        let code = errors.choice("political_status", given(&self.political_status)?)?;
        let from_on = match given(&self.political_from) {
            None => cx.today(),
            Some(text) => errors.date("political_from", text)?,
        };
        if from_on > cx.today() {
            errors.add("political_from", Word::new("people.future"));
        }
        Some((code, from_on))
    }
}

fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}
