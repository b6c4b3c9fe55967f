//! Leaving a team by one's own word: what it means is told first, places in what is to come are given back with it, the history
//! stays. Whoever serves now, or leads alone, does not leave yet.

use super::url;
use activities::model::SignupState;
use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Read, Result, Tx, Word, forms, messages};
use organisations::{MembershipOf, MembershipRole, Organisation, OrganisationId, Tree};
use people::PersonId;
use serde::Deserialize;

/// A place, or a place in line, in what is not over.
struct Place {
    title: String,
    when: (DateTime<Utc>, DateTime<Utc>),
    waiting: bool,
}

#[derive(Template)]
#[template(path = "federation/leaving.html")]
struct Leaving {
    team: Organisation,
    since: MembershipOf,
    places: Vec<Place>,
    /// Why one does not leave now, if so.
    refused: Option<Word>,
    errors: FieldErrors,
}

/// The membership that goes on; whoever is not in the team finds nothing here.
async fn membership(cx: &Cx, person: PersonId, team: OrganisationId) -> Result<MembershipOf> {
    let held = organisations::history_of(&cx.db, cx.tenant, person, Tree::Team).await?;
    held.into_iter().find(|held| held.organisation_id == team && held.to_on.is_none()).ok_or(Error::NotFound)
}

/// Why somebody does not leave now: they lead alone, or serve with the team at this moment.
async fn refusal(db: &impl Read, cx: &Cx, (team, person): (OrganisationId, PersonId)) -> Result<Option<Word>> {
    let led = organisations::leaders_of(db, cx.tenant, &[team]).await?.remove(&team).unwrap_or_default();
    let leads = led.iter().any(|l| l.person_id == person && l.role == MembershipRole::Leader);
    if leads && organisations::leads_alone(db, cx, (team, person)).await? {
        return Ok(Some(Word::new("organisations.sole_leader")));
    }
    let held = activities::store::with_team(db, cx.tenant, (person, team), cx.now).await?;
    // A stay at one's own time that was not said yet is no service that is on.
    let Some(now) = held.iter().find(|place| place.starts_at <= cx.now && !place.loose) else { return Ok(None) };
    let title = activities::find(db, cx.tenant, now.activity_id).await?.title;
    let until = kernel::words::moment(now.ends_at);
    Ok(Some(Word::new("federation.leaving.serving").with("title", title).with("until", until)))
}

async fn page(cx: &Cx, id: OrganisationId, errors: FieldErrors) -> Result<Leaving> {
    let person = PersonId(cx.person()?);
    let since = membership(cx, person, id).await?;
    let team = organisations::find(&cx.db, cx.tenant, id).await?;
    let mut places = Vec::new();
    for place in activities::store::with_team(&cx.db, cx.tenant, (person, id), cx.now).await? {
        let title = activities::find(&cx.db, cx.tenant, place.activity_id).await?.title;
        let waiting = place.state == SignupState::Waiting;
        places.push(Place { title, when: (place.starts_at, place.ends_at), waiting });
    }
    let refused = refusal(&cx.db, cx, (id, person)).await?;
    Ok(Leaving { team, since, places, refused, errors })
}

pub(crate) async fn show(cx: Cx, Path(id): Path<OrganisationId>) -> Result<Answer> {
    cx.page(&page(&cx, id, FieldErrors::none()).await?)
}

/// Leaves a team, once for each one-time key. `gives_back` says that places in what is to come go back with it.
///
/// # Errors
/// `Invalid` while there are places and nobody said so; `Refused` for whoever serves now or leads alone; `NotFound` for
/// whoever is not in it.
pub(crate) async fn leave(cx: &Cx, id: OrganisationId, gives_back: bool) -> Result<()> {
    let person = PersonId(cx.person()?);
    let at = cx.clone();
    cx.once(person.lane(), async move |tx: &mut Tx<'_>| {
        if !organisations::is_member(tx, at.tenant, person, id).await? {
            return Err(Error::NotFound);
        }
        if let Some(word) = refusal(tx, &at, (id, person)).await? {
            return Err(Error::Refused(word));
        }
        let places = activities::store::with_team(tx, at.tenant, (person, id), at.now).await?;
        if !places.is_empty() && !gives_back {
            let mut errors = FieldErrors::none();
            errors.add("give_back", Word::new("federation.leaving.places").with("n", places.len()));
            return Err(Error::Invalid(errors));
        }
        activities::signups::give_back_all(tx, &at, &places).await?;
        let reason = at.t("federation.leaving.reason").to_owned();
        organisations::leave(tx, &at, (id, person), (at.today(), &reason)).await?;
        tell(tx, &at, (id, person)).await
    })
    .await
}

/// Whoever leads the team hears of it.
async fn tell(tx: &mut Tx<'_>, cx: &Cx, (id, person): (OrganisationId, PersonId)) -> Result<()> {
    let team = organisations::find(tx, cx.tenant, id).await?;
    let name = people::find(tx, cx.tenant, person).await?.name;
    let word = Word::new("federation.message.left").with("name", name).with("team", &team.name);
    let leaders = organisations::leaders_of(tx, cx.tenant, &[id]).await?.remove(&id).unwrap_or_default();
    let told: Vec<_> = leaders.into_iter().map(|leader| leader.person_id.0).collect();
    messages::leave_all(tx, cx, &told, &word, &team.url()).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeavingForm {
    give_back: Option<String>,
}

pub(crate) async fn create(cx: Cx, Path(id): Path<OrganisationId>, Form(form): Form<LeavingForm>) -> Result<Answer> {
    match leave(&cx, id, forms::ticked(form.give_back.as_deref())).await {
        Err(Error::Invalid(errors)) => cx.invalid(&page(&cx, id, errors).await?),
        Err(other) => Err(other),
        Ok(()) => Ok(cx.see_other_saying(&url(id), &Word::new("federation.leaving.done"))),
    }
}
