//! Teams as anybody sees them, and a volunteer's wish to join a further one: asked on the team's page, decided by its leader.

pub(crate) mod leaving;
#[cfg(test)]
mod tests;

use crate::deeds::RequestWithdrawn;
use crate::offers::{self, Offer};
use crate::policy::HOME;
use crate::requests;
use crate::store::request;
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{Answer, Cx, Error, Form, LaneKey, Query, Read, Result, Tx, Word};
use organisations::{Kind, Organisation, OrganisationFilter, OrganisationId, State, Tree};
use people::{PersonId, PersonState};
use places::Region;
use serde::Deserialize;
use std::collections::HashMap;

const PAGE: usize = 40;
/// Fewer people are not counted in public.
const FEWEST: i64 = 5;
/// Activities on the page of a team.
const OFFERS: usize = 5;
/// Of the kinds of bodies, those that people join.
const KINDS: &[Kind] = &[Kind::Organ, Kind::Village, Kind::Enterprise, Kind::Institution];

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    q: String,
    town: String,
    kind: String,
    cursor: Option<String>,
}

/// A team as strangers see it.
pub(crate) struct Listed {
    pub(crate) team: Organisation,
    pub(crate) town: String,
    /// How many belong to it, where they are enough to be counted in public.
    pub(crate) members: Option<i64>,
}

/// A question to the public list.
pub(crate) struct Asked<'a> {
    pub(crate) query: &'a str,
    pub(crate) town: &'a str,
    pub(crate) kind: Option<Kind>,
}

/// A page of the teams at work that people join, by name; and how many there are.
pub(crate) async fn list(cx: &Cx, asked: &Asked<'_>, cursor: Option<&str>) -> Result<(Paged<Listed>, i64)> {
    let cursor = Cursor::read(cursor, 2)?;
    let filter = OrganisationFilter {
        tree: Some(Tree::Team),
        query: asked.query.trim().to_owned(),
        region: asked.town.chars().filter(char::is_ascii_digit).take(12).collect(),
        kind: asked.kind,
        state: Some(State::Active),
        quiet: false,
        joined: true,
    };
    let reach = cx.reach(HOME);
    let found = organisations::list(&cx.db, cx.tenant, &filter, &reach, (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let total = organisations::count(&cx.db, cx.tenant, &filter, &reach).await?;
    let page = Paged::cut(found, PAGE, Organisation::keys);
    let ids: Vec<OrganisationId> = page.items.iter().map(|team| team.id).collect();
    let counts = organisations::count_members(&cx.db, cx.tenant, &ids).await?;
    let towns = places::towns(cx).await?;
    let names: HashMap<&str, &str> = towns.iter().map(|town| (town.code.as_str(), town.name.as_str())).collect();
    let listed = page.map(|team| Listed {
        town: names.get(places::town_of(&team.region_code)).map_or_else(String::new, |name| (*name).to_owned()),
        members: counts.get(&team.id).copied().filter(|n| *n >= FEWEST),
        team,
    });
    Ok((listed, total))
}

#[derive(Template)]
#[template(path = "federation/teams.html")]
struct Index {
    rows: Paged<Listed>,
    total: i64,
    wanted: Wanted,
    towns: Vec<Region>,
    kinds: &'static [Kind],
}

impl Index {
    fn next(&self) -> Option<String> {
        let Wanted { q, town, kind, .. } = &self.wanted;
        let fields = [("q", q.as_str()), ("town", town), ("kind", kind)];
        self.rows.next.as_deref().map(|cursor| query_string(&fields, cursor))
    }
}

pub(crate) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let kind = wanted.kind.parse().ok();
    let asked = Asked { query: &wanted.q, town: &wanted.town, kind };
    let (rows, total) = list(&cx, &asked, wanted.cursor.as_deref()).await?;
    cx.page(&Index { rows, total, towns: places::towns(&cx).await?, wanted, kinds: KINDS })
}

/// What a team's page offers its reader.
enum Standing {
    /// Not signed in.
    Stranger,
    /// Signed in without a person.
    Nobody,
    Member,
    /// Asked before: the request, until when it should be decided.
    Waits(Raw, DateTime<Utc>),
    May,
    Refused(Word),
}

#[derive(Template)]
#[template(path = "federation/team.html")]
struct Show {
    team: Organisation,
    place: String,
    members: Option<i64>,
    offers: Vec<Offer>,
    standing: Standing,
}

/// A team that people join; what was merged leads to what goes on for it.
async fn find(cx: &Cx, id: OrganisationId) -> Result<Organisation> {
    let id = organisations::current(&cx.db, cx.tenant, id).await?;
    let team = organisations::find(&cx.db, cx.tenant, id).await?;
    let public = team.tree == Tree::Team && team.kind.is_joined() && team.state != State::Applied;
    if public { Ok(team) } else { Err(Error::NotFound) }
}

pub(crate) async fn show(cx: Cx, Path(id): Path<OrganisationId>) -> Result<Answer> {
    let team = find(&cx, id).await?;
    if team.id != id {
        return Ok(cx.see_other(&url(team.id)));
    }
    let counts = organisations::count_members(&cx.db, cx.tenant, &[team.id]).await?;
    cx.page(&Show {
        place: places::full_region_name(&cx, &team.region_code).await?,
        members: counts.get(&team.id).copied().filter(|n| *n >= FEWEST),
        offers: offers::of_team(&cx, team.id, OFFERS).await?,
        standing: standing(&cx, &team).await?,
        team,
    })
}

/// The public page of a team.
pub(crate) fn url(team: OrganisationId) -> String {
    format!("/teams/{team}")
}

async fn standing(cx: &Cx, team: &Organisation) -> Result<Standing> {
    let Some(person) = cx.actor.person.map(PersonId) else {
        return Ok(if cx.actor.account.is_some() { Standing::Nobody } else { Standing::Stranger });
    };
    if organisations::is_member(&cx.db, cx.tenant, person, team.id).await? {
        return Ok(Standing::Member);
    }
    if let Some(own) = own_request(&cx.db, cx, person, team.id).await? {
        return Ok(Standing::Waits(own.id, own.due_at));
    }
    match may_ask(&cx.db, cx, (team, person)).await {
        Ok(()) => Ok(Standing::May),
        Err(Error::Refused(word)) => Ok(Standing::Refused(word)),
        Err(other) => Err(other),
    }
}

async fn own_request(db: &impl Read, cx: &Cx, person: PersonId, team: OrganisationId) -> Result<Option<request::Own>> {
    let own = request::own(db, cx.tenant, person).await?;
    Ok(own.into_iter().find(|request| request.organisation_id == team))
}

/// Why somebody does not ask to join a team now, if so: it takes nobody, they are no volunteer any more, or they would be in too many.
async fn may_ask(db: &impl Read, cx: &Cx, (team, who): (&Organisation, PersonId)) -> Result<()> {
    organisations::rules::at_work(team).map_err(Error::Refused)?;
    let person = people::find(db, cx.tenant, who).await?;
    if matches!(person.state, PersonState::Left | PersonState::Archived) {
        return Err(Error::refused("federation.teams.gone_person"));
    }
    if organisations::is_member(db, cx.tenant, who, team.id).await? {
        return Err(Error::refused("organisations.member_already"));
    }
    let asked = request::own(db, cx.tenant, who).await?.len();
    organisations::room_for(db, cx, who, (team.id, asked)).await
}

/// Asks to join a team, once for each one-time key; answers the request.
///
/// # Errors
/// `Refused` with the reason, `NotFound` where people do not join.
pub(crate) async fn ask(cx: &Cx, id: OrganisationId) -> Result<Raw> {
    let team = find(cx, id).await?;
    let who = PersonId(cx.person()?);
    let calendar = WorkCalendar::load(&cx.db).await?;
    let at = cx.clone();
    cx.once(LaneKey::of(who.0), async move |tx: &mut Tx<'_>| {
        if own_request(tx, &at, who, team.id).await?.is_some() {
            return Err(Error::refused("federation.request.waits"));
        }
        may_ask(tx, &at, (&team, who)).await?;
        let name = people::find(tx, at.tenant, who).await?.name;
        requests::file(tx, &at, (team.id, who), &name, &calendar).await
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

pub(crate) async fn create(cx: Cx, Path(id): Path<OrganisationId>, Form(_): Form<Nothing>) -> Result<Answer> {
    ask(&cx, id).await?;
    Ok(cx.see_other_saying(&url(id), &Word::new("federation.teams.asked")))
}

/// Takes one's own wish back while nobody decided it.
///
/// # Errors
/// `NotFound` for somebody else's, `Refused` when it was decided meanwhile.
pub(crate) async fn take_back(cx: &Cx, id: Raw) -> Result<OrganisationId> {
    let person = PersonId(cx.person()?);
    let at = cx.clone();
    cx.once(LaneKey::of(id), async move |tx: &mut Tx<'_>| {
        let own = request::own(tx, at.tenant, person).await?;
        let found = own.into_iter().find(|own| own.id == id).ok_or(Error::NotFound)?;
        request::decide(tx, &at, id, false, "").await?;
        let organisation = found.organisation_id;
        tx.record(&at, &RequestWithdrawn { object: Some(id), person: person.0, organisation: organisation.0 });
        Ok(organisation)
    })
    .await
}

pub(crate) async fn withdraw(cx: Cx, Path(id): Path<Raw>, Form(_): Form<Nothing>) -> Result<Answer> {
    let team = take_back(&cx, id).await?;
    Ok(cx.see_other_saying(&url(team), &Word::new("federation.teams.withdrawn")))
}
