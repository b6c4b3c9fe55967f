//! What is done about doubles: finding them and remembering what people say of them.

use super::card::Card;
use super::model::{GuestPair, Pair, PairRow, Scanned, ordered, points};
use super::scan::scan;
use super::score::{LIKELY, Reason, score};
use super::store;
use crate::model::{Person, PersonId};
use crate::policy;
use chrono::Timelike as _;
use kernel::ids::Raw;
use kernel::{Cx, Db, Deed, Error, LaneKey, Read, Result, TenantId, Tx, search};
use serde::Serialize;

/// Somebody on record who may be the one who is about to be put there.
pub struct Likely {
    /// Who.
    pub person: Person,
    /// The points.
    pub score: f32,
    /// What speaks for it and against it.
    pub reasons: Vec<Reason>,
}

/// Who on record may be this person, the likeliest first. Not all of them are for the eyes of every reader.
pub async fn likely(cx: &Cx, db: &impl Read, card: &Card) -> Result<Vec<Likely>> {
    let near = store::near(db, cx.tenant, card).await?;
    let bearers = store::bearers(db, cx.tenant, &search::sort_key(&card.name)).await?;
    let mut found: Vec<Likely> = near
        .into_iter()
        .filter_map(|person| {
            let (score, reasons) = score(&Card::of(&person), card, bearers)?;
            (score >= LIKELY).then_some(Likely { person, score, reasons })
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(found)
}

/// Puts the pairs of somebody who was just put on record before the desk, without a word to whoever put them there; answers how
/// many there are.
pub async fn note(tx: &mut Tx<'_>, cx: &Cx, card: &Card) -> Result<usize> {
    let pair = |likely: Likely| {
        let (first, second) = ordered(card.person, likely.person.id);
        Pair { first, second, points: points(likely.score), reasons: likely.reasons }
    };
    let pairs: Vec<Pair> = self::likely(cx, tx, card).await?.into_iter().map(pair).collect();
    store::put(tx, cx.tenant, cx.now, &pairs).await?;
    Ok(pairs.len())
}

/// Pairs of somebody who was taken down at a place and somebody who registered, that wait for the actor.
pub async fn guests(cx: &Cx, limit: i64) -> Result<Vec<GuestPair>> {
    store::guests(cx, &cx.reach(policy::EDIT), limit).await
}

/// Everybody on record as they are compared, the oldest record first.
pub async fn cards(db: &impl Read, tenant: TenantId) -> Result<Vec<Card>> {
    store::cards(db, tenant).await
}

/// Pairs of one transaction.
const PART: usize = 2_000;

/// A scan ended.
#[derive(Serialize)]
struct Compared {
    people: i64,
    rows: i64,
}

impl Deed for Compared {
    const KIND: &'static str = "people.compared";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", None)
    }
}

/// Compares everybody with everybody and renews the pairs that wait for somebody to decide; safe to run twice.
pub async fn find_all(cx: &Cx) -> Result<i64> {
    let began = cx.app.clock.now();
    let cards = store::cards(&cx.db, cx.tenant).await?;
    let people = i64::try_from(cards.len()).unwrap_or(i64::MAX);
    let looked = tokio::task::spawn_blocking(move || {
        let pair = |found: super::scan::Found| {
            let (first, second) = ordered(cards[found.first].person, cards[found.second].person);
            Pair { first, second, points: points(found.score), reasons: found.reasons }
        };
        scan(&cards, 0).into_iter().map(pair).collect::<Vec<Pair>>()
    });
    let pairs = looked.await.map_err(|e| Error::internal(e.to_string()))?;
    let found = i64::try_from(pairs.len()).unwrap_or(i64::MAX);
    let lane = LaneKey::of(cx.tenant.0);
    for part in pairs.chunks(PART) {
        let (part, tenant) = (part.to_vec(), cx.tenant);
        cx.write(lane, async move |tx: &mut Tx<'_>| store::put(tx, tenant, began, &part).await).await?;
    }
    let at = cx.clone();
    cx.write(lane, async move |tx: &mut Tx<'_>| {
        store::forget(tx, at.tenant, began).await?;
        store::set_scanned(tx, at.tenant, &Scanned { at: began, people, found }).await?;
        tx.record(&at, &Compared { people, rows: found });
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Every night after two, and soon after a start where nobody ever looked.
pub(crate) async fn nightly(cx: Cx) -> Result<()> {
    let hour = (cx.now + chrono::Duration::hours(8)).hour();
    let due = match store::scanned(&cx.db, cx.tenant).await? {
        None => true,
        Some(last) => hour >= 2 && kernel::time::day(last.at) < cx.today(),
    };
    if due { find_all(&cx).await.map(|_| ()) } else { Ok(()) }
}

/// Somebody said whether two records are two people.
#[derive(Serialize)]
struct Decided {
    #[serde(skip)]
    person: PersonId,
    other: PersonId,
    state: &'static str,
}

impl Deed for Decided {
    const KIND: &'static str = "people.double_decided";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// Remembers that two records are two people, or lets them be asked about again.
pub(crate) async fn decide_apart(tx: &mut Tx<'_>, cx: &Cx, pair: (PersonId, PersonId), apart: bool) -> Result<()> {
    let (person, other) = ordered(pair.0, pair.1);
    let state = if apart { "apart" } else { "open" };
    store::decide(tx, cx.tenant, (person, other), (state, cx)).await?;
    tx.record(cx, &Decided { person, other, state });
    Ok(())
}

/// The pairs of a person that wait for somebody to decide.
pub(crate) async fn of_person(db: &Db, tenant: TenantId, person: PersonId) -> Result<Vec<PairRow>> {
    store::of_person(db, tenant, person).await
}

/// Both people, if the actor may change both; else as if one of them were not there.
pub(crate) async fn readable(cx: &Cx, (one, other): (PersonId, PersonId)) -> Result<(Person, Person)> {
    let one = crate::store::find(&cx.db, cx.tenant, one).await?;
    let other = crate::store::find(&cx.db, cx.tenant, other).await?;
    for person in [&one, &other] {
        if !policy::can(cx, policy::EDIT, person).await? {
            return Err(Error::NotFound);
        }
    }
    if one.id == other.id { Err(Error::NotFound) } else { Ok((one, other)) }
}

/// Both people in the order in which pairs are stored, if the actor may change both and neither was given up.
pub async fn both(cx: &Cx, (one, other): (PersonId, PersonId)) -> Result<(Person, Person)> {
    let (one, other) = readable(cx, ordered(one, other)).await?;
    if one.merged_into_id.is_some() || other.merged_into_id.is_some() {
        return Err(Error::refused("people.merge.already"));
    }
    Ok((one, other))
}

/// Remembers that a pair was made one, or is two people again; other pairs of the one that was given up are forgotten.
pub(crate) async fn settle(tx: &mut Tx<'_>, cx: &Cx, (kept, gone): (PersonId, PersonId), state: &str) -> Result<()> {
    store::decide(tx, cx.tenant, ordered(kept, gone), (state, cx)).await?;
    store::forget_of(tx, cx.tenant, gone).await
}
