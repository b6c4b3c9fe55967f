//! A town that is merged into another: its communities go on under new codes, what lives there moves, what was done there
//! keeps its rows. One transaction. Names and divisions have files of their own.

pub(crate) mod division;
pub(crate) mod naming;
#[cfg(test)]
mod stories;

use crate::policy::TOWNS;
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::policy::{Grant, Scope};
use kernel::{AccountId, Answer, Cx, Deed, Error, FieldErrors, Form, LaneKey, Query, Result, Role, Tx, Word, auth};
use places::{Region, Succession};
use serde::{Deserialize, Serialize};

/// A town went into another.
#[derive(Serialize)]
struct TownsMerged {
    from: String,
    to: String,
    people: u64,
    reason: String,
}

impl Deed for TownsMerged {
    const KIND: &'static str = "federation.towns_merged";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("region", None)
    }
}

/// What moved.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Moved {
    /// People who live there.
    pub people: u64,
    /// Teams and branches that have not ended.
    pub organisations: u64,
    /// Activities that are not over.
    pub activities: u64,
    /// Sites.
    pub sites: u64,
    /// Accounts that answer for more or for the same under another code.
    pub accounts: u64,
}

/// Merges a town into another from today.
pub async fn merge(tx: &mut Tx<'_>, cx: &Cx, (from, to): (&str, &str), reason: &str) -> Result<Moved> {
    let staff = auth::holding(tx, cx.tenant, from, cx.today()).await?;
    let hosts = auth::holding(tx, cx.tenant, to, cx.today()).await?;
    let successions = places::merge_towns(tx, (from, to), cx.today()).await?;
    let wanted = grants(&staff, &hosts, (from, to), &successions);
    let moved = Moved { accounts: give(tx, cx, &wanted).await?, ..carry(tx, cx, &successions).await? };
    tx.record(cx, &TownsMerged { from: from.into(), to: to.into(), people: moved.people, reason: reason.to_owned() });
    Ok(moved)
}

/// Moves what lives where a code ended to the one that goes on for it.
async fn carry(tx: &mut Tx<'_>, cx: &Cx, successions: &[Succession]) -> Result<Moved> {
    let mut moved = Moved::default();
    for Succession { old, new } in successions {
        let way = (old.as_str(), new.as_str());
        moved.people += people::move_region(tx, cx.tenant, way, cx.today()).await?;
        moved.organisations += organisations::move_region(tx, cx.tenant, way, cx.today()).await?;
        moved.activities += activities::move_region(tx, cx.tenant, way, cx.today()).await?;
        moved.sites += places::move_sites(tx, cx.tenant, way).await?;
    }
    Ok(moved)
}

/// Gives roles to everybody but the actor, by account in a row; answers to how many accounts.
async fn give(tx: &mut Tx<'_>, cx: &Cx, wanted: &[(AccountId, Grant)]) -> Result<u64> {
    let mut accounts: Vec<AccountId> = wanted.iter().map(|(account, _)| *account).collect();
    accounts.dedup();
    for (account, grant) in wanted.iter().filter(|(account, _)| cx.actor.account != Some(*account)) {
        auth::grant(tx, cx, *account, grant).await?;
    }
    Ok(accounts.len() as u64)
}

/// Whoever answered for the old town answers for the one that it is part of now, and for communities under their new codes;
/// whoever answers for the other reads the old one's past. The roles over the old codes stay: they open the past.
fn grants(
    staff: &[auth::Holding],
    hosts: &[auth::Holding],
    (from, to): (&str, &str),
    successions: &[Succession],
) -> Vec<(AccountId, Grant)> {
    let regional = |role: Role| matches!(role, Role::Town | Role::Station | Role::District);
    let give = |account, role, code: &str| (account, Grant { role, scope: Scope::Region(code.to_owned()) });
    let mut all: Vec<(AccountId, Grant)> = Vec::new();
    for held in staff.iter().filter(|held| regional(held.role)) {
        let new = successions.iter().find(|s| s.old == held.scope);
        all.extend(new.map(|s| give(held.account_id, held.role, &s.new)));
    }
    let whole = hosts.iter().filter(|held| regional(held.role) && held.scope == to);
    all.extend(whole.map(|held| give(held.account_id, held.role, from)));
    all.sort_by_key(|(account, _)| *account);
    all
}

#[derive(Template)]
#[template(path = "federation/towns.html")]
struct Index {
    towns: Vec<Region>,
    ended: Vec<places::Ended>,
    former: Vec<places::Former>,
}

impl Index {
    /// The names that a town had, the latest first.
    fn former<'s>(&'s self, town: &Region) -> Vec<&'s places::Former> {
        self.former.iter().rev().filter(|former| former.code == town.code).collect()
    }
}

pub(crate) async fn index(cx: Cx) -> Result<Answer> {
    let towns = places::towns(&cx).await?;
    let ended = places::ended_towns(&cx.db, district(&cx)).await?;
    let former = places::former_names(&cx.db, district(&cx)).await?;
    cx.page(&Index { towns, ended, former })
}

fn district(cx: &Cx) -> &str {
    cx.app.tenant().map_or("", |tenant| tenant.code.as_str())
}

/// A town of this district that stands now.
async fn standing(cx: &Cx, code: &str) -> Result<Region> {
    let all = places::standing_towns(&cx.db, district(cx)).await?;
    all.into_iter().find(|town| town.code == code).ok_or(Error::NotFound)
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MergeForm {
    into: String,
    reason: String,
}

/// What would move.
struct Effect {
    into: Region,
    communities: Vec<Region>,
    counts: Moved,
}

#[derive(Template)]
#[template(path = "federation/town_merger.html")]
struct Merger {
    town: Region,
    others: Vec<Region>,
    form: MergeForm,
    effect: Option<Effect>,
    errors: FieldErrors,
}

/// The towns of this district that stand now: the one meant, and the others.
async fn page(cx: &Cx, code: &str, form: MergeForm, errors: FieldErrors) -> Result<Merger> {
    let standing = places::standing_towns(&cx.db, district(cx)).await?;
    let (mut own, others): (Vec<_>, Vec<_>) = standing.into_iter().partition(|town| town.code == code);
    let town = own.pop().ok_or(Error::NotFound)?;
    let into = others.iter().find(|other| other.code == form.into).cloned();
    let effect = match into {
        Some(into) => Some(effect(cx, &town, into).await?),
        None => None,
    };
    Ok(Merger { town, others, form, effect, errors })
}

async fn effect(cx: &Cx, town: &Region, into: Region) -> Result<Effect> {
    let counts = counts(cx, &town.code).await?;
    Ok(Effect { into, communities: places::communities(&cx.db, &town.code).await?, counts })
}

/// What lives at and below a code.
async fn counts(cx: &Cx, code: &str) -> Result<Moved> {
    Ok(Moved {
        people: people::count_in(&cx.db, cx.tenant, code).await?,
        organisations: organisations::count_in(&cx.db, cx.tenant, code).await?,
        activities: activities::count_in(&cx.db, cx.tenant, code).await?,
        sites: places::count_sites_in(&cx.db, cx.tenant, code).await?,
        accounts: auth::holding(&cx.db, cx.tenant, code, cx.today()).await?.len() as u64,
    })
}

pub(crate) async fn show(cx: Cx, Path(town): Path<String>, Query(form): Query<MergeForm>) -> Result<Answer> {
    cx.page(&page(&cx, &town, form, FieldErrors::none()).await?)
}

pub(crate) async fn update(cx: Cx, Path(town): Path<String>, Form(form): Form<MergeForm>) -> Result<Answer> {
    cx.may_somewhere(TOWNS)?;
    let mut errors = FieldErrors::none();
    let reason = errors.text("reason", &form.reason, 200);
    let into = errors.text("into", &form.into, 12);
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, &town, form, errors).await?);
    }
    let moved = carry_out(&cx, (town, into), reason).await?;
    let word = Word::new("federation.towns.done").with("people", moved.people).with("teams", moved.organisations);
    Ok(cx.see_other_saying("/desk/towns", &word))
}

/// Merges a town that stands into another that stands, once for each one-time key.
///
/// # Errors
/// `Refused` when one of them does not stand, or both are the same.
pub(crate) async fn carry_out(cx: &Cx, (from, into): (String, String), reason: String) -> Result<Moved> {
    let (at, district) = (cx.clone(), district(cx).to_owned());
    let moved = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            let standing = places::standing_towns(tx, &district).await?;
            let stands = |code: &str| standing.iter().any(|town| town.code == code);
            if !stands(&from) || !stands(&into) || from == into {
                return Err(Error::refused("federation.towns.not_standing"));
            }
            merge(tx, &at, (&from, &into), &reason).await
        })
        .await?;
    places::forget_tree(cx);
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_follow_the_codes_and_the_host_reads_the_past() {
        let (clerk, station, host) = (AccountId::fresh(), AccountId::fresh(), AccountId::fresh());
        let holding = |account_id, role, scope: &str| auth::Holding { account_id, role, scope: scope.to_owned() };
        let staff = [holding(clerk, Role::Town, "1"), holding(station, Role::Station, "1001")];
        let hosts = [holding(host, Role::Town, "2"), holding(host, Role::Station, "2001")];
        let way = |old: &str, new: &str| Succession { old: old.to_owned(), new: new.to_owned() };
        let given = grants(&staff, &hosts, ("1", "2"), &[way("1", "2"), way("1001", "2007")]);
        let of = |account: AccountId| -> Vec<Grant> {
            given.iter().filter(|(a, _)| *a == account).map(|(_, grant)| grant.clone()).collect()
        };
        let region = |role, code: &str| Grant { role, scope: Scope::Region(code.to_owned()) };
        assert_eq!(of(clerk), [region(Role::Town, "2")]);
        assert_eq!(of(station), [region(Role::Station, "2007")]);
        assert_eq!(of(host), [region(Role::Town, "1")]);
    }
}
