//! What is done with entries that do not count yet: applied for, held, posted, objected to, entered into the ledger once.

use super::evidence;
use super::model::{Application, First, Pending, PendingState};
use super::rules::{self, Next};
use super::store::{self, Origin};
use crate::model::{EntryId, Method, NewEntry};
use crate::rules::HoursError;
use crate::settings;
use crate::store::{Entered, enter};
use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use kernel::time::{WorkCalendar, day, day_start};
use kernel::{Cx, Deed, Error, LaneKey, Read, Result, Tx, Word, messages};
use serde::Serialize;

/// Working days within which somebody should decide.
const DAYS: u32 = 3;

macro_rules! deed {
    ($name:ident, $kind:literal { $($field:ident: $ty:ty),* }) => {
        #[derive(Serialize)]
        pub(super) struct $name {
            #[serde(skip)]
            pub pending: EntryId,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("pending", Some(self.pending.0))
            }
        }
    };
}

deed!(Applied, "hours.applied" { minutes: i64, files: usize });
deed!(Held, "hours.held" { minutes: i64 });
deed!(Decided, "hours.pending_decided" { state: PendingState });
deed!(Objected, "hours.objected" { reason: String });
deed!(TakenBack, "hours.application_withdrawn" { minutes: i64 });
deed!(NoticeEnded, "hours.notice_ended" { state: PendingState, minutes: i64 });

/// When a decision should be there.
pub(super) async fn due(db: &impl Read, cx: &Cx) -> Result<DateTime<Utc>> {
    let calendar = WorkCalendar::load(db).await?;
    Ok(day_start(calendar.after(cx.today(), DAYS)) + chrono::Duration::hours(18))
}

/// The moment at which a public notice that begins today ends: the last of its working days counts whole.
async fn notice_end(db: &impl Read, cx: &Cx) -> Result<DateTime<Utc>> {
    let days = settings::NOTICE_DAYS.read(db, cx.tenant).await?;
    let calendar = WorkCalendar::load(db).await?;
    let last = calendar.after(cx.today(), u32::try_from(days).unwrap_or(3));
    Ok(day_start(last.succ_opt().unwrap_or(last)))
}

/// Applies for one's own hours: the rules of a row hold already, the leader is asked first.
///
/// # Errors
/// `Refused` with the rule that it breaks, or when another application or entry has that time.
pub async fn apply(tx: &mut Tx<'_>, cx: &Cx, application: Application) -> Result<EntryId> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let Application { entry, proofs } = application;
    let minutes = free(tx, cx, &entry).await?;
    let id = EntryId::fresh();
    let origin = Origin {
        state: PendingState::Waiting,
        notice: true,
        entered_by: Some(account),
        entered_person: cx.actor.person,
        first: None,
        claim: None,
        due: due(tx, cx).await?,
    };
    store::insert(tx, cx, (id, &entry), (minutes, &origin)).await?;
    let files = proofs.len();
    evidence::keep(tx, cx, id, proofs).await?;
    tx.record(cx, &Applied { pending: id, minutes, files });
    let leaders = organisations::leaders_of(tx, cx.tenant, &[entry.organisation]).await?;
    let word = Word::new("hours.message.applied").with("name", &entry.entered_by).with("title", &entry.title);
    for leader in leaders.into_values().flatten().filter(|leader| leader.person_id != entry.person) {
        messages::leave(tx, cx, leader.person_id.0, &word, &format!("/desk/hours/pending/{id}")).await?;
    }
    Ok(id)
}

/// The length of an entry that keeps the rules and whose time nobody else's has.
async fn free(tx: &mut Tx<'_>, cx: &Cx, entry: &NewEntry) -> Result<i64> {
    let minutes = crate::rules::check(entry.started_at, entry.ended_at, entry.window, cx.now)?;
    let day = day(entry.started_at);
    crate::store::take_day(tx, cx.tenant, entry.person, day, 0).await?;
    if crate::store::overlaps(tx, cx.tenant, entry, day).await? {
        return Err(HoursError::Overlap.into());
    }
    if store::overlaps(tx, cx.tenant, entry).await? {
        return Err(HoursError::OverlapsPending.into());
    }
    Ok(minutes)
}

/// Lets an entry in as far as it may go: into the ledger, to a second person, or onto the public notice.
///
/// # Errors
/// `Refused` with the rule that it breaks.
pub(crate) async fn admit(tx: &mut Tx<'_>, cx: &Cx, new: &NewEntry, by: Admission) -> Result<(EntryId, PendingState)> {
    let id = EntryId::fresh();
    let minutes = if by.notice {
        free(tx, cx, new).await?
    } else {
        match enter(tx, cx, (id, new), false).await? {
            Entered::Written => return Ok((id, PendingState::Entered)),
            Entered::Refused(error) => return Err(error.into()),
            Entered::Over(minutes) => minutes,
        }
    };
    let origin = Origin {
        state: PendingState::Held,
        notice: by.notice,
        entered_by: by.entered_by,
        entered_person: by.entered_person,
        first: by.first,
        claim: by.claim,
        due: due(tx, cx).await?,
    };
    store::insert(tx, cx, (id, new), (minutes, &origin)).await?;
    tx.record(cx, &Held { pending: id, minutes });
    let pending = store::find(tx, cx.tenant, id).await?;
    Ok((id, advance(tx, cx, &pending).await?))
}

/// By whom an entry comes in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Admission {
    /// Whether it stands on the public notice first.
    pub notice: bool,
    /// Whose account entered it.
    pub entered_by: Option<kernel::AccountId>,
    /// The person behind it.
    pub entered_person: Option<Raw>,
    /// Who said yes already.
    pub first: Option<First>,
    /// The claim of which it is a line.
    pub claim: Option<Raw>,
}

/// Takes an entry a step on, now that everybody who was asked so far said yes; answers where it stands.
///
/// # Errors
/// `Refused` with the rule that keeps it out of the ledger.
pub(super) async fn advance(tx: &mut Tx<'_>, cx: &Cx, pending: &Pending) -> Result<PendingState> {
    let there = store::day_minutes(tx, cx.tenant, pending.person_id, pending.day).await?;
    let over = settings::over_limit(tx, cx.tenant, there + pending.minutes).await?;
    let ended = pending.posted_until.is_some_and(|until| until <= cx.now);
    match rules::next(pending, over, ended) {
        Next::Hold => hold(tx, cx, pending).await,
        Next::Post => {
            let until = notice_end(tx, cx).await?;
            store::post(tx, cx, pending.id, until).await?;
            let last = kernel::words::short_date(cx.lang, last_day(until));
            tell(tx, cx, pending, Word::new("hours.message.posted").with("day", last)).await?;
            Ok(PendingState::Posted)
        }
        Next::Stay => {
            store::step(tx, cx.tenant, pending.id, (pending.state, PendingState::Posted)).await?;
            Ok(PendingState::Posted)
        }
        Next::Enter => match enter(tx, cx, (pending.id, &pending.entry()), pending.second_by.is_some()).await? {
            Entered::Written => {
                store::close(tx, cx, pending.id, (pending.state, PendingState::Entered, "")).await?;
                tell(tx, cx, pending, Word::new("hours.message.entered")).await?;
                Ok(PendingState::Entered)
            }
            Entered::Over(_) => hold(tx, cx, pending).await,
            Entered::Refused(error) => Err(error.into()),
        },
    }
}

async fn hold(tx: &mut Tx<'_>, cx: &Cx, pending: &Pending) -> Result<PendingState> {
    store::hold(tx, cx.tenant, pending.id, due(tx, cx).await?).await?;
    let most = settings::DAY_LIMIT.read(tx, cx.tenant).await?;
    tell(tx, cx, pending, Word::new("hours.message.held").with("most", most)).await?;
    Ok(PendingState::Held)
}

pub(super) async fn tell(tx: &mut Tx<'_>, cx: &Cx, pending: &Pending, word: Word) -> Result<()> {
    let word = word.with("title", &pending.title).with("hours", kernel::words::hours(pending.minutes));
    messages::leave(tx, cx, pending.person_id.0, &word, &pending.own_url()).await
}

/// Objects to what stands on the public notice; it stops until an officer has looked into it.
///
/// # Errors
/// `Refused` when the notice is over, or it is one's own.
pub(crate) async fn object(tx: &mut Tx<'_>, cx: &Cx, id: EntryId, reason: &str) -> Result<()> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let pending = store::find(tx, cx.tenant, id).await?;
    if cx.actor.person == Some(pending.person_id.0) {
        return Err(Error::refused("hours.objection.own"));
    }
    let open = pending.posted_until.is_some_and(|until| until > cx.now);
    if !open || !store::step(tx, cx.tenant, id, (PendingState::Posted, PendingState::Objected)).await? {
        return Err(Error::refused("hours.objection.closed"));
    }
    store::object(tx, cx, id, account, reason).await?;
    tx.record(cx, &Objected { pending: id, reason: reason.to_owned() });
    tell(tx, cx, &pending, Word::new("hours.message.objected")).await
}

/// Takes one's own application back while nothing has come of it.
///
/// # Errors
/// `Refused` when it was not applied for, or came to its end.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, pending: &Pending) -> Result<()> {
    let gone = (pending.state, PendingState::Withdrawn, "");
    if pending.method != Method::Own || !pending.state.is_live() || !store::close(tx, cx, pending.id, gone).await? {
        return Err(Error::refused("hours.apply.not_yours"));
    }
    tx.record(cx, &TakenBack { pending: pending.id, minutes: pending.minutes });
    Ok(())
}

/// Lets everything into the ledger whose public notice has ended. Safe to run twice, at once and after a crash: whoever is first
/// takes the row, and the ledger knows its id.
pub(crate) async fn ripen(cx: Cx) -> Result<()> {
    for id in store::ripe(&cx.db, cx.tenant, cx.now).await? {
        let at = cx.clone();
        cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| ripen_one(tx, &at, id).await).await?;
    }
    Ok(())
}

/// One of them; nothing when another process was quicker or somebody objected meanwhile.
pub(crate) async fn ripen_one(tx: &mut Tx<'_>, cx: &Cx, id: EntryId) -> Result<()> {
    if !store::close(tx, cx, id, (PendingState::Posted, PendingState::Entered, "")).await? {
        return Ok(());
    }
    let pending = store::find(tx, cx.tenant, id).await?;
    let state = match enter(tx, cx, (id, &pending.entry()), pending.second_by.is_some()).await? {
        Entered::Written => {
            tell(tx, cx, &pending, Word::new("hours.message.entered")).await?;
            PendingState::Entered
        }
        Entered::Over(_) => hold(tx, cx, &pending).await?,
        Entered::Refused(error) => {
            let why = cx.say(&Word::new(error.word()));
            store::close(tx, cx, id, (PendingState::Entered, PendingState::Returned, &why)).await?;
            tell(tx, cx, &pending, Word::new("hours.message.refused").with("why", why)).await?;
            PendingState::Returned
        }
    };
    tx.record(cx, &NoticeEnded { pending: id, state, minutes: pending.minutes });
    Ok(())
}

/// The last day of a notice that ends at a moment.
pub(crate) fn last_day(until: DateTime<Utc>) -> chrono::NaiveDate {
    day(until - chrono::Duration::seconds(1))
}
