//! Slips for a whole team on one printable page: what it does is told first, and it can be printed only while it is shown.

use super::{DAYS, Shown, ends_at, fresh, is_young, passed_on};
use crate::deeds::{AccessGiven, AccessSheet};
use crate::policy;
use crate::store;
use crate::store::access::{self, Candidate, NewSlip};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, Form, Result, Target, Tx, Word, forms};
use organisations::{Organisation, OrganisationId, Tree};
use people::ties::Later;
use serde::Deserialize;

/// Slips on one sheet.
const MOST: usize = 200;
/// Sheets that an address makes in an hour.
const SHEETS: i64 = 20;

/// Who of a team gets a slip, and who does not.
struct Round {
    people: Vec<(Candidate, Vec<OrganisationId>)>,
    held: usize,
    young: usize,
    led: usize,
    left: usize,
}

async fn round(cx: &Cx, team: OrganisationId, anew: bool) -> Result<Round> {
    let mut round = Round { people: Vec::new(), held: 0, young: 0, led: 0, left: 0 };
    for candidate in access::candidates(cx, team).await? {
        if is_young(cx, candidate.birth_date) {
            round.young += 1;
            continue;
        }
        round.held += usize::from(candidate.held);
        if candidate.held && !anew {
            continue;
        }
        if round.people.len() == MOST {
            round.left += 1;
            continue;
        }
        match passed_on(cx, candidate.id).await? {
            Some(leads) => round.people.push((candidate, leads)),
            None => round.led += 1,
        }
    }
    Ok(round)
}

/// The team, for those who may hand out links in it.
async fn find(cx: &Cx, id: OrganisationId) -> Result<Organisation> {
    let team = organisations::find(&cx.db, cx.tenant, id).await?;
    let target = Target { region: &team.region_code, organisation: &team.path, person: None };
    if team.tree != Tree::Team || cx.may(policy::ACCESS, &target).is_err() {
        return Err(Error::NotFound);
    }
    Ok(team)
}

#[derive(Template)]
#[template(path = "federation/access_sheet_new.html")]
struct New {
    team: Organisation,
    round: Round,
    most: usize,
    days: i64,
}

pub(crate) async fn new(cx: Cx, Path(id): Path<OrganisationId>) -> Result<Answer> {
    let team = find(&cx, id).await?;
    let round = round(&cx, id, false).await?;
    cx.page(&New { team, round, most: MOST, days: DAYS })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    anew: Option<String>,
}

#[derive(Template)]
#[template(path = "federation/access_sheet.html")]
struct Sheet {
    team: Organisation,
    slips: Vec<Shown>,
    left: usize,
}

pub(crate) async fn create(cx: Cx, Path(id): Path<OrganisationId>, Form(wish): Form<Wish>) -> Result<Answer> {
    let team = find(&cx, id).await?;
    let round = round(&cx, id, forms::ticked(wish.anew.as_deref())).await?;
    let (new, slips): (Vec<NewSlip>, Vec<Shown>) =
        round.people.into_iter().map(|(candidate, leads)| fresh(&cx, (candidate.id, &candidate.name), leads)).unzip();
    let (at, made) = (cx.clone(), kernel::ids::fresh());
    let kept: Raw = cx
        .once(id.lane(), async move |tx: &mut Tx<'_>| {
            if new.is_empty() {
                return Err(Error::refused("federation.access.nobody"));
            }
            store::throttle(tx, &at, "access.sheet", SHEETS).await?;
            access::insert_many(tx, &at, ends_at(&at), &new).await?;
            for slip in &new {
                tx.record(&at, &AccessGiven { object: Some(slip.person.0), until: ends_at(&at) });
            }
            tx.record(&at, &AccessSheet { object: Some(id.0), people: new.len() });
            Ok(made)
        })
        .await?;
    if kept != made {
        return Ok(cx.see_other_saying(&team.url(), &Word::new("federation.access.shown_once")));
    }
    cx.page(&Sheet { team, slips, left: round.left })
}

#[derive(Template)]
#[template(path = "federation/access_team.html")]
struct Panel {
    url: String,
    without: usize,
}

/// On a team's record: how many members cannot sign in yet, and the way to their slips.
pub(crate) fn panel(cx: Cx, id: Raw) -> Later<Option<String>> {
    Box::pin(async move {
        let Ok(team) = find(&cx, OrganisationId(id)).await else { return Ok(None) };
        let without = access::candidates(&cx, team.id).await?.len();
        cx.fragment(&Panel { url: team.url(), without }).map(Some)
    })
}
