//! A town that is called otherwise from a day on: codes, people and figures stay, reports of the time before keep the old name.

use super::{district, standing};
use crate::policy::TOWNS;
use askama::Template;
use axum::extract::Path;
use chrono::NaiveDate;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Deed, Error, FieldErrors, Form, LaneKey, Query, Result, Tx, Word};
use places::{Former, Region};
use serde::{Deserialize, Serialize};

/// A town is called otherwise.
#[derive(Serialize)]
struct TownRenamed {
    region: String,
    from: String,
    to: String,
    day: NaiveDate,
    reason: String,
}

impl Deed for TownRenamed {
    const KIND: &'static str = "federation.town_renamed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("region", None)
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NameForm {
    name: String,
    on: String,
    reason: String,
}

impl NameForm {
    /// The name and the day that were typed; a name does not begin in the future.
    fn check(&self, cx: &Cx, errors: &mut FieldErrors) -> (String, NaiveDate) {
        let name = errors.text("name", &self.name, 20);
        let on = match self.on.trim() {
            "" => cx.today(),
            text => text.parse().unwrap_or_else(|_| {
                errors.add("on", Word::new("form.choose"));
                cx.today()
            }),
        };
        if on > cx.today() {
            errors.add("on", Word::new("federation.towns.name_later"));
        }
        (name, on)
    }
}

#[derive(Template)]
#[template(path = "federation/town_name.html")]
struct Show {
    town: Region,
    former: Vec<Former>,
    form: NameForm,
    /// The new name and its first day, once both are said.
    effect: Option<(String, NaiveDate)>,
    errors: FieldErrors,
}

async fn page(cx: &Cx, code: &str, form: NameForm, mut errors: FieldErrors) -> Result<Show> {
    let town = standing(cx, code).await?;
    let mut former = places::former_names(&cx.db, district(cx)).await?;
    former.retain(|name| name.code == town.code);
    former.reverse();
    let mut effect = None;
    if !form.name.is_empty() {
        let mut asked = FieldErrors::none();
        let said = form.check(cx, &mut asked);
        effect = asked.is_empty().then_some(said);
        // What is wrong with the first step is said when it is taken; the second step brings its own.
        errors = if errors.is_empty() { asked } else { errors };
    }
    Ok(Show { town, former, form, effect, errors })
}

pub(crate) async fn show(cx: Cx, Path(town): Path<String>, Query(form): Query<NameForm>) -> Result<Answer> {
    let page = page(&cx, &town, form, FieldErrors::none()).await?;
    if page.errors.is_empty() { cx.page(&page) } else { cx.invalid(&page) }
}

pub(crate) async fn update(cx: Cx, Path(town): Path<String>, Form(form): Form<NameForm>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let (name, on) = form.check(&cx, &mut errors);
    let reason = errors.text("reason", &form.reason, 200);
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, &town, form, errors).await?);
    }
    let old = carry_out(&cx, &town, (name.clone(), on), reason).await?;
    let word = Word::new("federation.towns.renamed").with("old", old).with("name", name);
    Ok(cx.see_other_saying("/desk/towns", &word))
}

/// Renames a town that stands, once for each one-time key; answers its name of before.
///
/// # Errors
/// `Refused` when it is called so, another town is, or it was renamed on that day or later.
pub(crate) async fn carry_out(cx: &Cx, code: &str, (name, on): (String, NaiveDate), reason: String) -> Result<String> {
    cx.may_somewhere(TOWNS)?;
    let (at, town) = (cx.clone(), standing(cx, code).await?);
    let old = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            let old = places::rename_town(tx, (&town.code, &name), on).await?;
            let deed = TownRenamed { region: town.code, from: old.clone(), to: name, day: on, reason };
            tx.record(&at, &deed);
            Ok(old)
        })
        .await?;
    places::forget_tree(cx);
    Ok(old)
}

/// What a program says.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TownName {
    /// The new name, up to 20 characters.
    name: String,
    /// Its first day; today without it, never later.
    on: Option<NaiveDate>,
    /// The decision it rests on, up to 200 characters.
    reason: String,
}

impl TownName {
    pub(crate) fn check(self, cx: &Cx) -> Result<((String, NaiveDate), String)> {
        let mut errors = FieldErrors::none();
        let on = self.on.map(|on| on.to_string()).unwrap_or_default();
        let form = NameForm { name: self.name, on, reason: self.reason };
        let said = form.check(cx, &mut errors);
        let reason = errors.text("reason", &form.reason, 200);
        if errors.is_empty() { Ok((said, reason)) } else { Err(Error::Invalid(errors)) }
    }
}
