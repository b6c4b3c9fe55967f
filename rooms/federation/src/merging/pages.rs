//! Merging at the desk: which record is kept and what comes from which, the effect first; what was merged, and two again.

use super::model::{Choice, Effect, differs, lacks};
use super::verbs;
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Result, Tx, Word};
use people::merging::{self, Merge, MergeField, MergeId};
use people::ties::Later;
use people::{Person, PersonId, duplicates, policy};
use serde::{Deserialize, Serialize};

/// A field that must be chosen, masked.
struct Choose {
    field: MergeField,
    values: (String, String),
    /// The other record's is chosen.
    other: bool,
}

#[derive(Template)]
#[template(path = "federation/merge.html")]
struct New {
    one: Person,
    other: Person,
    numbers: (String, String),
    chooses: Vec<Choose>,
    kept: PersonId,
    effect: Effect,
    errors: FieldErrors,
}

/// What is sent: the record that is kept, and for each field the id of the record that it comes from; without one the kept's.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct MergeForm {
    /// The id of the record that is kept.
    pub kept: String,
    pub name: String,
    pub sex: String,
    pub birth_date: String,
    pub identity: String,
    pub phone: String,
    pub email: String,
    /// Region and street.
    pub address: String,
    pub ethnicity: String,
    pub education: String,
    pub employer: String,
    pub skills: String,
    pub political_status: String,
}

impl MergeForm {
    fn of(&self, field: MergeField) -> &str {
        match field {
            MergeField::Name => &self.name,
            MergeField::Sex => &self.sex,
            MergeField::BirthDate => &self.birth_date,
            MergeField::Identity => &self.identity,
            MergeField::Phone => &self.phone,
            MergeField::Email => &self.email,
            MergeField::Address => &self.address,
            MergeField::Ethnicity => &self.ethnicity,
            MergeField::Education => &self.education,
            MergeField::Employer => &self.employer,
            MergeField::Skills => &self.skills,
            MergeField::PoliticalStatus => &self.political_status,
        }
    }

    /// The choice among two people; what the kept one lacks is taken from the other without asking.
    pub(super) fn check(&self, one: &Person, other: &Person) -> std::result::Result<Choice, FieldErrors> {
        let mut errors = FieldErrors::none();
        let (kept, gone) = match self.kept.parse::<PersonId>() {
            Ok(id) if id == one.id => (one, other),
            Ok(id) if id == other.id => (other, one),
            _ => {
                errors.add("kept", Word::new("form.choose"));
                return Err(errors);
            }
        };
        let mut taken: Vec<MergeField> = MergeField::ALL.iter().copied().filter(|f| lacks(kept, gone, *f)).collect();
        for field in MergeField::ALL.iter().copied().filter(|field| !self.of(*field).is_empty()) {
            match self.of(field).parse::<PersonId>() {
                Ok(id) if id == gone.id && !taken.contains(&field) => taken.push(field),
                Ok(id) if id == kept.id || id == gone.id => {}
                _ => errors.add("kept", Word::new("error.form")),
            }
        }
        if errors.is_empty() { Ok(Choice { kept: kept.id, gone: gone.id, taken }) } else { Err(errors) }
    }
}

async fn page(cx: &Cx, (one, other): (Person, Person), form: &MergeForm, errors: FieldErrors) -> Result<New> {
    // Who registered is kept before who was only taken down somewhere, else the older record.
    let guest = one.registered_on.is_none() && other.registered_on.is_some();
    let kept = form.kept.parse().unwrap_or(if guest { other.id } else { one.id });
    let gone = if kept == one.id { other.id } else { one.id };
    // What was chosen before, or the kept record's.
    let chosen = |field: MergeField| match form.of(field).parse::<PersonId>() {
        Ok(id) => id == other.id,
        Err(_) => kept == other.id,
    };
    let sides = duplicates::sides(cx, &one, &other).await?;
    let of = |field: MergeField| {
        let word = match field {
            MergeField::Name => "people.name".to_owned(),
            MergeField::Address => "people.region".to_owned(),
            field => format!("people.field.{field}"),
        };
        sides.iter().find(|side| side.field == word).map(|side| side.values.clone()).unwrap_or_default()
    };
    let chooses = MergeField::ALL
        .iter()
        .copied()
        .filter(|field| differs(&one, &other, *field))
        .map(|field| Choose { field, values: of(field), other: chosen(field) })
        .collect();
    let effect = verbs::effect(&cx.db, cx, (kept, gone)).await?;
    let number = |person: &Person| person.volunteer_no.as_deref().map(people::mask::spaced).unwrap_or_default();
    Ok(New { numbers: (number(&one), number(&other)), chooses, kept, effect, errors, one, other })
}

impl New {
    fn kept_is(&self, id: &PersonId) -> bool {
        self.kept == *id
    }
}

pub(super) async fn new(cx: Cx, Path(pair): Path<(PersonId, PersonId)>) -> Result<Answer> {
    let pair = duplicates::both(&cx, pair).await?;
    cx.page(&page(&cx, pair, &MergeForm::default(), FieldErrors::none()).await?)
}

pub(super) async fn create(
    cx: Cx,
    Path(pair): Path<(PersonId, PersonId)>,
    Form(form): Form<MergeForm>,
) -> Result<Answer> {
    let (one, other) = duplicates::both(&cx, pair).await?;
    let choice = match form.check(&one, &other) {
        Ok(choice) => choice,
        Err(errors) => return cx.invalid(&page(&cx, (one, other), &form, errors).await?),
    };
    let (at, kept) = (cx.clone(), choice.kept);
    let merged = cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::merge(tx, &at, &choice).await);
    match merged.await {
        Ok(_) => Ok(cx.see_other_saying(&format!("/desk/people/{kept}"), &Word::new("federation.merge.done"))),
        Err(Error::Refused(word)) => {
            let mut errors = FieldErrors::none();
            errors.add("kept", word);
            cx.invalid(&page(&cx, (one, other), &form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "federation/merged.html")]
struct Show {
    merge: Merge,
    kept: Person,
    gone: Person,
    is_own: bool,
    reason: String,
    errors: FieldErrors,
}

async fn found(cx: &Cx, id: MergeId, reason: String, errors: FieldErrors) -> Result<Show> {
    let (merge, kept, gone) = verbs::find(cx, id).await?;
    Ok(Show { is_own: verbs::is_own(cx, &merge), merge, kept, gone, reason, errors })
}

pub(super) async fn show(cx: Cx, Path(merge): Path<MergeId>) -> Result<Answer> {
    cx.page(&found(&cx, merge, String::new(), FieldErrors::none()).await?)
}

/// Why two records should be two again.
#[derive(Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskForm {
    /// At most 200 characters.
    pub reason: String,
}

pub(super) async fn ask(cx: Cx, Path(id): Path<MergeId>, Form(form): Form<AskForm>) -> Result<Answer> {
    let (merge, ..) = verbs::find(&cx, id).await?;
    let reason: String = form.reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        let mut errors = FieldErrors::none();
        errors.add("reason", Word::new("form.required"));
        return cx.invalid(&found(&cx, id, reason, errors).await?);
    }
    let (at, url) = (cx.clone(), merge.url());
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::ask(tx, &at, &merge, &reason).await).await?;
    Ok(cx.see_other_saying(&url, &Word::new("federation.merge.asked")))
}

/// What the second officer says.
#[derive(Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideForm {
    /// `yes` or `no`.
    pub decision: String,
}

pub(super) async fn decide(cx: Cx, Path(id): Path<MergeId>, Form(form): Form<DecideForm>) -> Result<Answer> {
    let (merge, ..) = verbs::find(&cx, id).await?;
    let yes = match form.decision.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::decide(tx, &at, id, yes).await).await?;
    let said = if yes { "federation.merge.unmerged" } else { "federation.merge.stays" };
    Ok(cx.see_other_saying(&merge.url(), &Word::new(said)))
}

#[derive(Template)]
#[template(path = "federation/merge_panel.html")]
struct Panel {
    merges: Vec<(Merge, String)>,
}

/// On a person's record: what it was made of.
pub(crate) fn panel(cx: Cx, id: Raw) -> Later<Option<String>> {
    Box::pin(async move {
        let merges = merging::of_kept(&cx.db, cx.tenant, PersonId(id)).await?;
        if merges.is_empty()
            || !policy::can(&cx, policy::EDIT, &people::find(&cx.db, cx.tenant, PersonId(id)).await?).await?
        {
            return Ok(None);
        }
        let mut named = Vec::new();
        for merge in merges {
            let gone = people::find(&cx.db, cx.tenant, merge.gone_id).await?;
            let name = match policy::can(&cx, policy::EDIT, &gone).await? {
                true => gone.name,
                false => continue,
            };
            named.push((merge, name));
        }
        cx.fragment(&Panel { merges: named }).map(Some)
    })
}
