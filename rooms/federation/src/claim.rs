//! "Somebody already registered you": a claim to one's own record by name, document and phone, decided by whoever leads one's
//! team, or the town. Whether anybody is on record is told to nobody: the same page, the same link, the same work.

#[cfg(test)]
mod tests;

use crate::access::{self, DAYS};
use crate::deeds::{AccessGiven, ClaimDecided, ClaimFiled};
use crate::policy::CLAIMS;
use crate::store;
use crate::store::access::NewSlip;
use crate::store::claim::{self, Claim, Said};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::jobs::{self, Job};
use kernel::time::{WorkCalendar, day_start};
use kernel::{
    Answer, Cx, Error, FieldErrors, Form, JobId, LaneKey, Result, Secret, Tx, Word, WorkItem, auth, messages,
};
use people::rules::{name, phone};
use serde::{Deserialize, Serialize};

/// Claims of an address in an hour.
const MOST: i64 = 10;
/// Working days within which a claim is decided.
const DUE: u32 = 3;
/// Days for which a link waits.
const WAITS: i64 = 14;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClaimForm {
    name: String,
    tail: Option<Secret<String>>,
    phone: String,
}

#[derive(Template)]
#[template(path = "federation/claim.html")]
struct New {
    form: ClaimForm,
    errors: FieldErrors,
}

pub(crate) async fn new(cx: Cx) -> Result<Answer> {
    cx.page(&New { form: ClaimForm::default(), errors: FieldErrors::none() })
}

/// What was typed, read; nothing depends on who is on record.
fn read(form: &ClaimForm) -> std::result::Result<(String, String, String), FieldErrors> {
    let mut errors = FieldErrors::none();
    let name = name::parse(&form.name).map_err(|error| errors.add("name", Word::new(error.word()))).unwrap_or_default();
    let tail = kernel::forms::folded(form.tail.as_ref().map_or("", |tail| tail.expose()));
    if tail.chars().count() != 4 {
        errors.add("tail", Word::new("federation.claim.four"));
    }
    let phone = match phone::parse(&form.phone) {
        Ok(found) => found.number,
        Err(error) => {
            errors.add("phone", Word::new(error.word()));
            String::new()
        }
    };
    if errors.is_empty() { Ok((name, tail, phone)) } else { Err(errors) }
}

/// Tells the leaders of a claim's person later, so that filing takes as long for anybody.
#[derive(Serialize, Deserialize)]
pub(crate) struct CallLeaders {
    claim: Raw,
}

impl Job for CallLeaders {
    const KIND: &'static str = "federation.claim";

    async fn run(self, cx: Cx, _: JobId) -> Result<()> {
        let Some(person) = claim::person_of(&cx.db, cx.tenant, self.claim).await? else { return Ok(()) };
        let name = people::find(&cx.db, cx.tenant, person).await?.name;
        let teams = organisations::teams_of(&cx.db, cx.tenant, person).await?;
        let mut ids: Vec<_> = teams.into_iter().map(|team| team.organisation_id).collect();
        ids.extend(claim::teams_of_guest(&cx.db, cx.tenant, person).await?);
        let leaders = organisations::leaders_of(&cx.db, cx.tenant, &ids).await?;
        let mut told: Vec<Raw> =
            leaders.into_values().flatten().filter(|l| l.role.leads()).map(|l| l.person_id.0).collect();
        told.sort_unstable();
        told.dedup();
        let word = Word::new("federation.message.claim").with("name", name);
        let at = cx.clone();
        cx.write(person.lane(), async move |tx: &mut Tx<'_>| {
            messages::leave_all(tx, &at, &told, &word, "/team/claims").await
        })
        .await
    }
}

pub(crate) async fn create(cx: Cx, Form(form): Form<ClaimForm>) -> Result<Answer> {
    let (name, tail, phone) = match read(&form) {
        Ok(said) => said,
        Err(errors) => return cx.invalid(&New { form, errors }),
    };
    let calendar = WorkCalendar::load(&cx.db).await?;
    let due = calendar.after(cx.today(), DUE);
    let until = (day_start(due.succ_opt().unwrap_or(due)), cx.now + Duration::days(WAITS));
    let at = cx.clone();
    let token = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            store::throttle(tx, &at, "claim", MOST).await?;
            let (id, token) = (kernel::ids::fresh(), kernel::ids::token());
            let said = Said { name: &name, tail: &tail, phone: &phone };
            let fitting = claim::fitting(tx, at.tenant, &said).await?;
            claim::insert(tx, &at, (id, &auth::digest(&token)), fitting.as_ref(), until).await?;
            jobs::enqueue(tx, at.tenant, at.now, &CallLeaders { claim: id }).await?;
            tx.record(&at, &ClaimFiled { object: Some(id), person: fitting.map(|fitting| fitting.id.0) });
            Ok(token)
        })
        .await?;
    Ok(cx.see_other(&format!("/claim/{token}")))
}

#[derive(Template)]
#[template(path = "federation/claim_waits.html")]
struct Waits {
    ends_at: DateTime<Utc>,
    over: bool,
    url: String,
}

/// Where a claim stands: it waits, its account can be opened, or its time is over. A refusal looks like waiting.
pub(crate) async fn show(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    let hash = auth::digest(&token);
    let ticket = claim::ticket(&cx.db, cx.tenant, &hash).await?;
    if store::access::find(&cx.db, &cx, &hash).await?.is_some() {
        return Ok(cx.see_other(&format!("/access/{token}")));
    }
    let over = ticket.ends_at <= cx.now;
    let url = format!("{}/claim/{token}", cx.app.config.base_url);
    cx.page_with(StatusCode::OK, &Waits { ends_at: ticket.ends_at, over, url })
}

#[derive(Template)]
#[template(path = "federation/claims.html")]
struct Index {
    claims: Vec<Claim>,
}

pub(crate) async fn index(cx: Cx) -> Result<Answer> {
    let claims = claim::waiting(&cx, &cx.reach(CLAIMS), 100).await?;
    cx.page(&Index { claims })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    decision: String,
}

pub(crate) async fn decide(cx: Cx, Path(id): Path<Raw>, Form(form): Form<Decision>) -> Result<Answer> {
    let approved = match form.decision.as_str() {
        "accepted" => true,
        "declined" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    answer(&cx, id, approved).await?;
    let said = if approved { "federation.claim.approved" } else { "federation.claim.declined" };
    Ok(cx.see_other_saying("/team/claims", &Word::new(said).with("days", DAYS)))
}

/// Decides about a claim within the actor's reach, once for each one-time key. On a yes the claim's own link opens the
/// account, under the rules of every link that somebody hands out.
///
/// # Errors
/// `NotFound` when it does not wait within the reach.
pub(crate) async fn answer(cx: &Cx, id: Raw, approved: bool) -> Result<()> {
    let at = cx.clone();
    cx.once(LaneKey::of(id), async move |tx: &mut Tx<'_>| {
        let found = claim::find(tx, &at, &at.reach(CLAIMS), id).await?;
        claim::decide(tx, &at, id, approved).await?;
        tx.record(&at, &ClaimDecided { object: Some(id), person: found.person_id.0, approved });
        if approved { open(tx, &at, found).await } else { Ok(()) }
    })
    .await
}

async fn open(tx: &mut Tx<'_>, cx: &Cx, found: Claim) -> Result<()> {
    let person = people::find(tx, cx.tenant, found.person_id).await?;
    let leads = access::check(cx, &person).await?;
    let slip = NewSlip { id: kernel::ids::fresh(), person: person.id, token_hash: found.token_hash, leads };
    let until = access::ends_at(cx);
    store::access::insert_many(tx, cx, until, std::slice::from_ref(&slip)).await?;
    tx.record(cx, &AccessGiven { object: Some(person.id.0), until });
    Ok(())
}

/// Claims on the work-list of towns and the district.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(CLAIMS) {
        return Ok(Vec::new());
    }
    let item = |found: Claim| WorkItem {
        many: None,
        kind: "work.kind.claim",
        tint: "",
        title: cx.say(&Word::new("federation.claim.work").with("name", &found.person_name)),
        facts: cx
            .t(if found.by_phone { "federation.claim.same_phone" } else { "federation.claim.no_phone" })
            .to_owned(),
        who: found.person_name,
        due: found.due_at,
        url: "/team/claims".to_owned(),
    };
    Ok(claim::waiting(&cx, &cx.reach(CLAIMS), 100).await?.into_iter().map(item).collect())
}
