//! The desk's list of awards, one of them, entering and withdrawing; and a volunteer's own.

use super::forms::{AwardFilter, AwardForm, AwardWithdrawalForm};
use super::model::{Award, AwardId, Kind, Whose};
use super::{can, find, store};
use crate::policy::{AWARDS, ENTER};
use crate::sheet::{MOST, Sheet};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Paged, filters};
use kernel::policy::Target;
use kernel::tables::Out;
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Query, Result, Tx, Word};
use organisations::OrganisationId;
use people::PersonId;
use places::Region;
use serde::Deserialize;

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "records/awards.html")]
struct Index {
    filter: AwardFilter,
    page: Paged<Award>,
    towns: Vec<Region>,
    kinds: &'static [Kind],
    views: String,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.page.next.as_deref().map(|cursor| self.filter.query(&[("cursor", cursor)]))
    }

    fn first(&self) -> String {
        self.filter.query(&[])
    }

    fn export(&self, format: &str) -> String {
        format!("/desk/awards/export{}", self.filter.query(&[("format", format)]))
    }

    fn is_kind(&self, kind: &Kind) -> bool {
        self.filter.kind == kind.as_str()
    }
}

fn keys(award: &Award) -> Vec<String> {
    vec![award.awarded_on.to_string(), award.id.to_string()]
}

/// A page of the list.
pub(super) async fn page(cx: &Cx, filter: &AwardFilter, size: usize) -> Result<Paged<Award>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX) + 1;
    Ok(Paged::cut(store::list(&cx.db, filter.page(cx)?, limit).await?, size, keys))
}

pub(super) async fn index(cx: Cx, Query(filter): Query<AwardFilter>) -> Result<Answer> {
    let mut towns = places::towns(&cx).await?;
    towns.retain(|town| cx.may(AWARDS, &Target { region: &town.code, ..Target::default() }).is_ok());
    let views = kernel::views::chips(&cx, "awards", &filter.query(&[])).await?;
    cx.page(&Index { page: page(&cx, &filter, PAGE).await?, filter, views, towns, kinds: Kind::ALL })
}

pub(super) async fn export(cx: Cx, Query(filter): Query<AwardFilter>) -> Result<Answer> {
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX) + 1;
    let rows = store::list(&cx.db, filter.wanted(&cx)?, limit).await?;
    // The search may be a name: the trace keeps that there was one, not what it was.
    let shown = AwardFilter { q: if filter.q.trim().is_empty() { String::new() } else { "*".to_owned() }, ..filter };
    let sheet = Sheet {
        object: ("award", None),
        name: cx.t("records.awards.title").to_owned(),
        columns: &[
            ("records.award.name", 16),
            ("records.award.own_number", 20),
            ("records.award.title", 28),
            ("records.award.on", 12),
            ("records.award.issuer", 24),
            ("records.award.document", 28),
            ("records.award.number", 20),
            ("records.award.kind", 10),
            ("records.award.content", 40),
            ("records.award.entered", 12),
            ("records.award.withdrawn", 28),
        ],
        rows: rows.iter().map(|award| cells(&cx, award)).collect(),
        filter: shown.query(&[]),
    };
    sheet.send(&cx, shown.format == "csv").await
}

fn cells(cx: &Cx, award: &Award) -> Vec<Out> {
    vec![
        Out::Text(award.name.clone()),
        Out::maybe(award.own_number.clone()),
        Out::Text(award.title.clone()),
        Out::Date(award.awarded_on),
        Out::Text(award.issuer.clone()),
        Out::Text(award.document.clone()),
        Out::Text(award.number.clone()),
        Out::Text(cx.t(&format!("records.kind.{}", award.kind)).to_owned()),
        Out::Text(award.content.clone()),
        Out::Text(award.entered_name.clone()),
        Out::maybe(award.withdrawn_reason.clone()),
    ]
}

/// For whom a new award is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct For {
    person: String,
    team: String,
}

#[derive(Template)]
#[template(path = "records/award_new.html")]
struct New {
    /// The name of whom it is for; absent where nobody was chosen yet.
    name: Option<String>,
    form: AwardForm,
    errors: FieldErrors,
    kinds: &'static [Kind],
}

impl New {
    fn is_kind(&self, kind: &Kind) -> bool {
        self.form.kind == kind.as_str()
    }
}

/// For whom the award is, when the actor may give them one; anything else is not there.
async fn whose(cx: &Cx, form: &AwardForm) -> Result<(Whose, String, String)> {
    let found = form.whose(cx).await?;
    if can(cx, ENTER, found.0).await? { Ok(found) } else { Err(Error::NotFound) }
}

pub(super) async fn new(cx: Cx, Query(to): Query<For>) -> Result<Answer> {
    let form = AwardForm { person: to.person, team: to.team, kind: "district".to_owned(), ..AwardForm::default() };
    let chosen = !form.person.is_empty() || !form.team.is_empty();
    let name = if chosen { Some(whose(&cx, &form).await?.2) } else { None };
    cx.page(&New { name, form, errors: FieldErrors::none(), kinds: Kind::ALL })
}

/// Puts an award on record by what was typed, once for each one-time key.
///
/// # Errors
/// `Invalid` with every problem; `NotFound` for whom the actor does not reach.
pub(super) async fn put(cx: &Cx, form: &AwardForm) -> Result<AwardId> {
    let (whose, region, _) = whose(cx, form).await?;
    let new = form.check(cx, whose, region).await?;
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| super::enter(tx, &at, &new).await).await
}

pub(super) async fn create(cx: Cx, Form(form): Form<AwardForm>) -> Result<Answer> {
    match put(&cx, &form).await {
        Ok(id) => Ok(cx.see_other_saying(&format!("/desk/awards/{id}"), &Word::new("records.award.made"))),
        Err(Error::Invalid(errors)) => {
            let name = Some(form.whose(&cx).await?.2);
            cx.invalid(&New { name, form, errors, kinds: Kind::ALL })
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "records/award.html")]
struct Show {
    award: Award,
    may_withdraw: bool,
    form: AwardWithdrawalForm,
    errors: FieldErrors,
}

async fn record(cx: &Cx, award: Award, form: AwardWithdrawalForm, errors: FieldErrors) -> Result<Show> {
    let may_withdraw = !award.is_withdrawn() && can(cx, ENTER, award.whose()).await?;
    Ok(Show { award, may_withdraw, form, errors })
}

pub(super) async fn show(cx: Cx, Path(award): Path<AwardId>) -> Result<Answer> {
    let award = find(&cx, award, AWARDS).await?;
    cx.page(&record(&cx, award, AwardWithdrawalForm::default(), FieldErrors::none()).await?)
}

/// Withdraws an award by what was typed, once for each one-time key.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it was withdrawn before.
pub(super) async fn take_back(cx: &Cx, award: &Award, form: &AwardWithdrawalForm) -> Result<()> {
    let reason = form.check()?;
    let (at, award) = (cx.clone(), award.clone());
    let lane = LaneKey::of(cx.tenant.0);
    cx.once(lane, async move |tx: &mut Tx<'_>| super::withdraw(tx, &at, &award, &reason).await).await
}

pub(super) async fn withdraw(cx: Cx, Path(id): Path<AwardId>, Form(form): Form<AwardWithdrawalForm>) -> Result<Answer> {
    let award = find(&cx, id, ENTER).await?;
    match take_back(&cx, &award, &form).await {
        Ok(()) => Ok(cx.see_other_saying(&award.url(), &Word::new("records.award.taken_back"))),
        Err(Error::Invalid(errors)) => cx.invalid(&record(&cx, award, form, errors).await?),
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "records/own_awards.html")]
struct Own {
    awards: Vec<Award>,
    teams: Vec<(String, Vec<Award>)>,
}

/// A volunteer's own awards, and those of the teams they are in.
pub(super) async fn own_awards(cx: &Cx) -> Result<(Vec<Award>, Vec<(String, Vec<Award>)>)> {
    let person = PersonId(cx.person()?);
    let mut teams: Vec<(OrganisationId, String)> = organisations::teams_of(&cx.db, cx.tenant, person)
        .await?
        .into_iter()
        .map(|team| (team.organisation_id, team.name))
        .collect();
    teams.dedup();
    let mut of_teams = Vec::new();
    for (team, name) in teams {
        let awards = store::of_team(&cx.db, cx.tenant, team, 50).await?;
        if !awards.is_empty() {
            of_teams.push((name, awards));
        }
    }
    Ok((store::of_person(&cx.db, cx.tenant, person, 200).await?, of_teams))
}

pub(super) async fn own(cx: Cx) -> Result<Answer> {
    let (awards, teams) = own_awards(&cx).await?;
    cx.page(&Own { awards, teams })
}
