//! A town out of which a new one is made: the communities that are named go on below it under new codes with what lives there;
//! what was done before stays with the old town. One transaction.

use super::{Moved, carry, counts, district, give, standing};
use crate::policy::TOWNS;
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::policy::{Grant, Scope};
use kernel::{AccountId, Answer, Cx, Deed, FieldErrors, Form, LaneKey, Query, Result, Role, Tx, Word, auth};
use places::{Region, Succession};
use serde::{Deserialize, Serialize};

/// A new town was made out of another.
#[derive(Serialize)]
struct TownDivided {
    from: String,
    to: String,
    name: String,
    communities: usize,
    people: u64,
    reason: String,
}

impl Deed for TownDivided {
    const KIND: &'static str = "federation.town_divided";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("region", None)
    }
}

/// What the new town is, and what goes there.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DivisionForm {
    /// The new town's name, up to 20 characters.
    name: String,
    /// Its published code, nine digits.
    code: String,
    /// The codes of the communities that go there.
    community: Vec<String>,
    /// The decision it rests on, up to 200 characters.
    reason: String,
}

/// What was said of the new town, checked.
pub(crate) struct NewTown {
    name: String,
    code: String,
    communities: Vec<String>,
}

impl DivisionForm {
    fn town(&self, cx: &Cx, errors: &mut FieldErrors) -> NewTown {
        let name = errors.text("name", &self.name, 20);
        let code = self.code.trim().to_owned();
        let digits = code.len() == 9 && code.bytes().all(|b| b.is_ascii_digit()) && code.starts_with(district(cx));
        if !digits {
            errors.add("code", Word::new("federation.towns.code_wrong").with("district", district(cx)));
        }
        let mut communities = self.community.clone();
        communities.sort_unstable();
        communities.dedup();
        if communities.is_empty() {
            errors.add("community", Word::new("places.communities_wrong"));
        }
        NewTown { name, code, communities }
    }

    /// The new town and the reason.
    pub(crate) fn check(&self, cx: &Cx) -> std::result::Result<(NewTown, String), FieldErrors> {
        let mut errors = FieldErrors::none();
        let new = self.town(cx, &mut errors);
        let reason = errors.text("reason", &self.reason, 200);
        if errors.is_empty() { Ok((new, reason)) } else { Err(errors) }
    }
}

/// What would go.
struct Effect {
    communities: Vec<Region>,
    counts: Moved,
}

#[derive(Template)]
#[template(path = "federation/town_division.html")]
struct Show {
    town: Region,
    communities: Vec<Region>,
    form: DivisionForm,
    effect: Option<Effect>,
    errors: FieldErrors,
}

impl Show {
    fn goes(&self, community: &Region) -> bool {
        self.form.community.contains(&community.code)
    }
}

async fn page(cx: &Cx, code: &str, form: DivisionForm, mut errors: FieldErrors) -> Result<Show> {
    let town = standing(cx, code).await?;
    let communities = places::communities(&cx.db, &town.code).await?;
    let mut effect = None;
    if !form.name.is_empty() || !form.code.is_empty() {
        let mut asked = FieldErrors::none();
        let new = form.town(cx, &mut asked);
        if asked.is_empty() {
            effect = Some(foresee(cx, &communities, &new).await?);
        }
        errors = if errors.is_empty() { asked } else { errors };
    }
    Ok(Show { town, communities, form, effect, errors })
}

async fn foresee(cx: &Cx, communities: &[Region], new: &NewTown) -> Result<Effect> {
    let go: Vec<Region> = communities.iter().filter(|c| new.communities.contains(&c.code)).cloned().collect();
    let mut all = Moved::default();
    for community in &go {
        let there = counts(cx, &community.code).await?;
        all.people += there.people;
        all.organisations += there.organisations;
        all.activities += there.activities;
        all.sites += there.sites;
        all.accounts += there.accounts;
    }
    Ok(Effect { communities: go, counts: all })
}

pub(crate) async fn show(cx: Cx, Path(town): Path<String>, Query(form): Query<DivisionForm>) -> Result<Answer> {
    let page = page(&cx, &town, form, FieldErrors::none()).await?;
    if page.errors.is_empty() { cx.page(&page) } else { cx.invalid(&page) }
}

pub(crate) async fn update(cx: Cx, Path(town): Path<String>, Form(form): Form<DivisionForm>) -> Result<Answer> {
    let (new, reason) = match form.check(&cx) {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&page(&cx, &town, form, errors).await?),
    };
    let name = new.name.clone();
    let moved = carry_out(&cx, &town, (new, reason)).await?;
    let word = Word::new("federation.towns.divided").with("name", name).with("people", moved.people);
    Ok(cx.see_other_saying("/desk/towns", &word.with("teams", moved.organisations)))
}

/// Makes the new town, once for each one-time key.
///
/// # Errors
/// `NotFound` unless the old town stands; `Refused` when the new one is known or the communities are not the town's.
pub(crate) async fn carry_out(cx: &Cx, code: &str, (new, reason): (NewTown, String)) -> Result<Moved> {
    cx.may_somewhere(TOWNS)?;
    let (at, town) = (cx.clone(), standing(cx, code).await?);
    let moved = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| divide(tx, &at, &town, (&new, &reason)).await)
        .await?;
    places::forget_tree(cx);
    Ok(moved)
}

/// Makes a new town out of a part of another from today.
async fn divide(tx: &mut Tx<'_>, cx: &Cx, from: &Region, (new, reason): (&NewTown, &str)) -> Result<Moved> {
    let staff = auth::holding(tx, cx.tenant, &from.code, cx.today()).await?;
    let way = (from, new.code.as_str(), new.name.as_str());
    let successions = places::split_town(tx, way, &new.communities, cx.today()).await?;
    let wanted = grants(&staff, (&from.code, &new.code), &successions);
    let moved = Moved { accounts: give(tx, cx, &wanted).await?, ..carry(tx, cx, &successions).await? };
    let deed = TownDivided {
        from: from.code.clone(),
        to: new.code.clone(),
        name: new.name.clone(),
        communities: successions.len(),
        people: moved.people,
        reason: reason.to_owned(),
    };
    tx.record(cx, &deed);
    Ok(moved)
}

/// Whoever answers for the old town answers for the new one, too, until its own people are there; whoever answers for a community
/// does so under its new code. The roles over the old codes stay: they open the past.
fn grants(staff: &[auth::Holding], (from, to): (&str, &str), successions: &[Succession]) -> Vec<(AccountId, Grant)> {
    let regional = |role: Role| matches!(role, Role::Town | Role::Station | Role::District);
    let give = |held: &auth::Holding, code: &str| {
        (held.account_id, Grant { role: held.role, scope: Scope::Region(code.to_owned()) })
    };
    let mut all: Vec<(AccountId, Grant)> = Vec::new();
    for held in staff.iter().filter(|held| regional(held.role)) {
        let new = successions.iter().find(|s| s.old == held.scope).map(|s| s.new.as_str());
        all.extend(new.or((held.scope == from).then_some(to)).map(|code| give(held, code)));
    }
    all.sort_by_key(|(account, _)| *account);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_over_communities_follow_and_the_old_towns_staff_keeps_both() {
        let (clerk, station, other) = (AccountId::fresh(), AccountId::fresh(), AccountId::fresh());
        let holding = |account_id, role, scope: &str| auth::Holding { account_id, role, scope: scope.to_owned() };
        let staff = [
            holding(clerk, Role::Town, "1"),
            holding(station, Role::Station, "1001"),
            holding(other, Role::Station, "1002"),
        ];
        let way = Succession { old: "1001".to_owned(), new: "3001".to_owned() };
        let given = grants(&staff, ("1", "3"), &[way]);
        let region = |role, code: &str| Grant { role, scope: Scope::Region(code.to_owned()) };
        let of = |account: AccountId| -> Vec<Grant> {
            given.iter().filter(|(a, _)| *a == account).map(|(_, grant)| grant.clone()).collect()
        };
        assert_eq!(of(clerk), [region(Role::Town, "3")]);
        assert_eq!(of(station), [region(Role::Station, "3001")]);
        assert_eq!(of(other), []);
    }
}
