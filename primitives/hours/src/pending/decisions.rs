//! Deciding about an entry that does not count yet: the leader's first yes, the second person's, the answer to an objection.

use super::model::{Objection, Pending, PendingState};
use super::rules;
use super::store;
use super::verbs::{Decided, advance, tell};
use crate::forms::DecisionForm;
use crate::model::EntryId;
use crate::policy::{DECIDE, REVIEW, in_reach};
use crate::store::list::Wanted;
use kernel::db::ToValue;
use kernel::ids::Raw;
use kernel::policy::Target;
use kernel::{Conditions, Cx, Error, LaneKey, Result, Tx, Word, WorkItem, args, messages};

/// One that this reader may look at for a decision; anything else is not there.
pub(crate) async fn find(cx: &Cx, id: EntryId) -> Result<Pending> {
    let pending = store::find(&cx.db, cx.tenant, id).await?;
    in_reach(cx, REVIEW, &pending.region_code, &pending.organisation_path)?;
    Ok(pending)
}

/// Those of these that this reader may look at for a decision, each as a line that tells it from others.
pub(crate) async fn names(cx: &Cx, ids: &[Raw]) -> Result<Vec<(Raw, String)>> {
    let mut wanted = Conditions::new("e.entry_tenant = ?", args![cx.tenant]);
    wanted.within(&cx.reach(REVIEW), "e.region_code", "e.organisation_path");
    let ids: Vec<_> = ids.iter().map(ToValue::to_value).collect();
    wanted.and_any("1 = 0", "e.entry_id = ?", &ids);
    let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let found = store::list(&cx.db, Wanted { conditions: wanted, few: false }, most).await?;
    let line = |row: &store::Listed| {
        let word = Word::new("hours.bulk.row").with("name", &row.person_name).with("title", &row.title);
        cx.say(&word.with("day", row.day).with("hours", kernel::words::hours(row.minutes)))
    };
    Ok(found.iter().map(|row| (row.id.0, line(row))).collect())
}

/// The permission that a decision asks for: the first look is the leader's, everything after it an officer's.
fn may(cx: &Cx, pending: &Pending) -> Result<()> {
    let permission = if pending.state == PendingState::Waiting { REVIEW } else { DECIDE };
    let target = Target { region: &pending.region_code, organisation: &pending.organisation_path, person: None };
    cx.may(permission, &target)
}

/// Why this reader may not decide about it now, if so.
pub(crate) fn bar(cx: &Cx, pending: &Pending, objection: Option<&Objection>) -> Option<Word> {
    match pending.state {
        PendingState::Waiting | PendingState::Held | PendingState::Objected if may(cx, pending).is_err() => {
            Some(Word::new("hours.pending.officer"))
        }
        PendingState::Waiting | PendingState::Held | PendingState::Objected => {
            rules::barred(pending, objection, &cx.actor)
        }
        _ => None,
    }
}

/// Decides by what was typed, once for each one-time key; answers where the entry stands then.
///
/// # Errors
/// `Invalid` when a return lacks its reason; `Refused` when it may not be this actor or cannot be entered.
pub(crate) async fn settle(cx: &Cx, pending: &Pending, form: &DecisionForm) -> Result<PendingState> {
    may(cx, pending)?;
    let (approve, opinion) = form.check().map_err(Error::Invalid)?;
    let (at, id) = (cx.clone(), pending.id);
    // The lane of everything that writes hours of a district.
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| decide(tx, &at, id, approve, &opinion).await).await
}

pub(crate) async fn decide(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: EntryId,
    approve: bool,
    opinion: &str,
) -> Result<PendingState> {
    let pending = store::find(tx, cx.tenant, id).await?;
    may(cx, &pending)?;
    let objection = store::objections(tx, cx.tenant, id).await?.into_iter().find(|o| o.upheld.is_none());
    if let Some(word) = rules::barred(&pending, objection.as_ref(), &cx.actor) {
        return Err(Error::Refused(word));
    }
    let late = || Error::refused("hours.claim.decided");
    let taken = match pending.state {
        PendingState::Waiting | PendingState::Held | PendingState::Objected if !approve => {
            store::close(tx, cx, id, (pending.state, PendingState::Returned, opinion)).await?
        }
        PendingState::Waiting => store::say_first(tx, cx, id).await?,
        PendingState::Held => store::say_second(tx, cx, id).await?,
        PendingState::Objected => store::step(tx, cx.tenant, id, (pending.state, PendingState::Posted)).await?,
        _ => false,
    };
    if !taken {
        return Err(late());
    }
    if pending.state == PendingState::Objected {
        answer(tx, cx, &pending, objection.as_ref(), (!approve, opinion)).await?;
    }
    let state = if approve {
        let now = store::find(tx, cx.tenant, id).await?;
        advance(tx, cx, &now).await?
    } else {
        tell(tx, cx, &pending, Word::new("hours.message.not_entered").with("why", opinion)).await?;
        PendingState::Returned
    };
    tx.record(cx, &Decided { pending: id, state });
    Ok(state)
}

/// Tells whoever objected what came of it.
async fn answer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    pending: &Pending,
    objection: Option<&Objection>,
    (upheld, opinion): (bool, &str),
) -> Result<()> {
    store::answer(tx, cx, pending.id, (upheld, opinion)).await?;
    let Some(person) = objection.and_then(|o| o.person) else { return Ok(()) };
    let word = if upheld { "hours.message.upheld" } else { "hours.message.dismissed" };
    messages::leave(tx, cx, person, &Word::new(word).with("title", &pending.title), "/postings").await
}

/// How many reports wait for this reader's first look.
///
/// # Errors
/// When they cannot be read.
pub async fn reports_waiting(cx: &Cx) -> Result<usize> {
    Ok(store::waiting(cx, "e.state = 'waiting'", &cx.reach(REVIEW)).await?.len())
}

/// What waits for this reader: what nobody looked at yet, and what an officer has to decide.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    let mut items = Vec::new();
    for (permission, states) in [(REVIEW, "e.state = 'waiting'"), (DECIDE, "e.state IN ('held', 'objected')")] {
        if !cx.can(permission) {
            continue;
        }
        for row in store::waiting(&cx, states, &cx.reach(permission)).await? {
            let word = match row.state {
                PendingState::Held => "hours.work.held",
                PendingState::Objected => "hours.work.objected",
                _ => "hours.work.applied",
            };
            items.push(WorkItem {
                many: Some((crate::bulk::PENDING, row.id.0)),
                kind: "work.kind.hours",
                tint: "tag-b",
                title: cx.say(&Word::new(word).with("title", &row.title).with("name", &row.name)),
                facts: row.reason.unwrap_or_default(),
                who: row.entered_name,
                due: row.due_at,
                url: format!("/desk/hours/pending/{}", row.id),
            });
        }
    }
    Ok(items)
}
