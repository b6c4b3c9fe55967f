//! A call for a replacement: whoever cannot come lets those know who may take the place, once, and not more than two such calls a
//! person and day. The first who takes it has it, or asks the leader (see `handover`).

use super::handover::place;
use super::known::Known;
use super::when;
use crate::model::{Activity, Session, SignupId};
use crate::store::{self, calls, handover, signup};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, Result, Tx, Word};
use people::model::PersonId;
use serde::Serialize;

/// How many are asked whether they may.
const ASKED: i64 = 200;
/// How many are told at most.
pub(crate) const TOLD: usize = 40;

#[derive(Serialize)]
struct Called {
    #[serde(skip)]
    signup: SignupId,
    person: PersonId,
    people: usize,
    reason: String,
}

impl Deed for Called {
    const KIND: &'static str = "signup.called";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("signup", Some(self.signup.0))
    }
}

/// Offers one's place and tells whoever may take it; answers how many were told.
///
/// # Errors
/// `NotFound` for somebody else's place; `Refused` when it cannot be handed over, or they were told already.
pub(crate) async fn call(cx: &Cx, person: PersonId, id: SignupId, why: String) -> Result<usize> {
    tell(cx, Some(person), id, why).await
}

/// The same by the leader for somebody who said that they cannot come; the caller asked whose session it is.
pub(crate) async fn call_for(cx: &Cx, id: SignupId, why: String) -> Result<usize> {
    tell(cx, None, id, why).await
}

async fn tell(cx: &Cx, person: Option<PersonId>, id: SignupId, why: String) -> Result<usize> {
    let found = signup::find(&cx.db, cx.tenant, id).await?;
    let at = cx.clone();
    cx.once(found.activity_id.lane(), async move |tx: &mut Tx<'_>| {
        let (now, session, activity) = place(tx, &at, id).await?;
        if person.is_some_and(|person| person != now.person_id) {
            return Err(Error::NotFound);
        }
        if now.group_id.is_some() {
            return Err(Error::refused("handover.refused.group"));
        }
        if let Some(before) = calls::find(tx, at.tenant, id).await? {
            return Err(Error::Refused(Word::new("call.refused.told").with("n", before.told)));
        }
        if now.handover_at.is_none() {
            handover::set(tx, at.tenant, id, Some(at.now), None).await?;
        }
        let since = at.now - chrono::Duration::hours(24);
        let asked = calls::candidates(tx, at.tenant, (&activity, &session, &now), (since, ASKED)).await?;
        let told = those_who_may(tx, &at, (&activity, &session), &asked).await?;
        calls::insert(tx, &at, &now, (i64::try_from(told.len()).unwrap_or(i64::MAX), &why)).await?;
        tx.record(&at, &Called { signup: id, person: now.person_id, people: told.len(), reason: why });
        let post = store::find_post(tx, at.tenant, now.post_id).await?;
        let word = Word::new("call.message.wanted").with("title", &activity.title).with("post", &post.name);
        let word = word.with("when", when(session.starts_at));
        kernel::messages::leave_all(tx, &at, &told, &word, &activity.url()).await?;
        Ok(told.len())
    })
    .await
}

/// Those of some people who may come, the first ones.
async fn those_who_may(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (activity, session): (&Activity, &Session),
    asked: &[PersonId],
) -> Result<Vec<Raw>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::of(tx, cx, (activity, session), asked).await?;
    let open = Activity { closes_at: session.ends_at, ..activity.clone() };
    let may = |one: &&PersonId| known.refusals((&open, session), (**one, true), cx.now).is_empty();
    Ok(asked.iter().filter(may).take(TOLD).map(|one| one.0).collect())
}
