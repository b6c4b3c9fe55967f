//! Who wants to join a team: the leader's page, and a line on the desk's work-list.

use crate::deeds::{RequestDecided, RequestMade};
use crate::policy::REQUESTS;
use crate::store::request::{self, Request};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::time::{WorkCalendar, day_start};
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Result, Tx, Word, WorkItem, messages};
use organisations::OrganisationId;
use people::PersonId;
use serde::Deserialize;

/// Working days within which a request is decided.
const DAYS: u32 = 3;

#[derive(Template)]
#[template(path = "federation/requests.html")]
struct Index {
    requests: Vec<Request>,
    errors: FieldErrors,
}

pub(crate) async fn index(cx: Cx) -> Result<Answer> {
    cx.page(&page(&cx, FieldErrors::none()).await?)
}

async fn page(cx: &Cx, errors: FieldErrors) -> Result<Index> {
    Ok(Index { requests: request::waiting(&cx.db, cx.tenant, &cx.reach(REQUESTS), 100).await?, errors })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    decision: String,
    #[serde(default)]
    opinion: String,
}

pub(crate) async fn decide(cx: Cx, Path(id): Path<Raw>, Form(form): Form<Decision>) -> Result<Answer> {
    let accepted = match form.decision.as_str() {
        "accepted" => true,
        "declined" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    match answer(&cx, id, accepted, &form.opinion).await {
        Err(Error::Invalid(errors)) => return cx.invalid(&page(&cx, errors).await?),
        decided => decided?,
    }
    let said = if accepted { "federation.request.accepted" } else { "federation.request.declined" };
    Ok(cx.see_other_saying("/team/requests", &Word::new(said)))
}

/// Decides about a request within the actor's reach, once for each one-time key; nobody about their own.
///
/// # Errors
/// `Invalid` when the opinion is too long.
pub(crate) async fn answer(cx: &Cx, id: Raw, accepted: bool, opinion: &str) -> Result<()> {
    let mut errors = FieldErrors::none();
    let opinion = errors.optional_text("opinion", opinion, 100).unwrap_or_default();
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let at = cx.clone();
    cx.once(LaneKey::of(id), async move |tx: &mut Tx<'_>| {
        let found = request::find(tx, at.tenant, &at.reach(REQUESTS), id).await?;
        if at.actor.person == Some(found.person_id.0) {
            return Err(Error::refused("federation.request.not_oneself"));
        }
        request::decide(tx, &at, id, accepted, &opinion).await?;
        settle(tx, &at, &found, accepted).await
    })
    .await
}

/// What follows from a decision: the membership, the message to the one who asked, and the trace.
async fn settle(tx: &mut Tx<'_>, cx: &Cx, found: &Request, accepted: bool) -> Result<()> {
    // The team may have been merged since they asked.
    let team = organisations::current(tx, cx.tenant, found.organisation_id).await?;
    let person = found.person_id;
    if accepted && !organisations::is_member(tx, cx.tenant, person, team).await? {
        organisations::join(tx, cx, team, person, cx.today()).await?;
    }
    let key = if accepted { "federation.message.accepted" } else { "federation.message.declined" };
    messages::leave(tx, cx, person.0, &Word::new(key).with("team", &found.organisation_name), "/me/data").await?;
    tx.record(cx, &RequestDecided { object: Some(found.id), person: person.0, organisation: team.0, accepted });
    Ok(())
}

/// Files somebody's wish to join a team and tells its leaders; answers the request.
pub(crate) async fn file(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (team, person): (OrganisationId, PersonId),
    name: &str,
    calendar: &WorkCalendar,
) -> Result<Raw> {
    let found = organisations::find(tx, cx.tenant, team).await?;
    organisations::rules::at_work(&found).map_err(Error::Refused)?;
    let due = calendar.after(cx.today(), DAYS);
    let due_at = day_start(due.succ_opt().unwrap_or(due));
    let id = request::insert(tx, cx, (team, person), due_at).await?;
    tx.record(cx, &RequestMade { object: Some(id), person: person.0, organisation: team.0 });
    let leaders = organisations::leaders_of(tx, cx.tenant, &[team]).await?.remove(&team).unwrap_or_default();
    let word = Word::new("federation.message.request").with("name", name).with("team", &found.name);
    for leader in leaders {
        messages::leave(tx, cx, leader.person_id.0, &word, "/team/requests").await?;
    }
    Ok(id)
}

/// Requests on the work-list of towns and the district.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(REQUESTS) {
        return Ok(Vec::new());
    }
    let found = request::waiting(&cx.db, cx.tenant, &cx.reach(REQUESTS), 100).await?;
    let item = |request: Request| WorkItem {
        many: None,
        kind: "work.kind.join",
        tint: "",
        title: cx.say(&Word::new("federation.request.work").with("name", &request.person_name)),
        facts: request.organisation_name,
        who: request.person_name,
        due: request.due_at,
        url: "/team/requests".to_owned(),
    };
    Ok(found.into_iter().map(item).collect())
}
