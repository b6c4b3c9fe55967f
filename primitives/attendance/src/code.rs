//! The place's codes: the picture that turns every 15 seconds, the mark that a phone keeps after a scan, and the six digits that
//! are spoken to those who cannot scan.

use crate::deeds::SpokenWrong;
use crate::{rules, store};
use activities::SessionId;
use activities::model::SignupState;
use chrono::{DateTime, Utc};
use kernel::{Cx, Error, LaneKey, Result, Tx, Word};
use people::PersonId;

/// Wrong spoken codes of one person in one session.
const MOST_TRIES: i64 = 5;
/// Wrong spoken codes behind one address in one session: a hall sits behind one.
const MOST_BEHIND: i64 = 60;

/// The address inside the place's code at this moment.
#[must_use]
pub fn code_url(cx: &Cx, session: SessionId) -> String {
    let turn = rules::turn(cx.now);
    let mark = cx.app.keys.sign("place", &[&cx.tenant.to_string(), &session.to_string(), &turn.to_string()]);
    format!("{}/c/{session}/{turn}/{mark}", cx.app.config.base_url)
}

/// Whether a scanned code is ours and was shown at most 30 seconds ago.
///
/// # Errors
/// `Refused` with a word that says to scan again.
pub fn check_code(cx: &Cx, session: SessionId, turn: i64, mark: &str) -> Result<()> {
    let ours = cx.app.keys.is_signed("place", &[&cx.tenant.to_string(), &session.to_string(), &turn.to_string()], mark);
    let age = rules::turn(cx.now) - turn;
    if ours && (0..=1).contains(&age) { Ok(()) } else { Err(Error::refused("attendance.refused.code")) }
}

/// What a phone keeps after a scan, so that signing in or reading takes no place away: ten minutes, one session.
#[must_use]
pub fn arrival(cx: &Cx, session: SessionId) -> String {
    let issued = cx.now.timestamp().to_string();
    let nonce = kernel::ids::token();
    let mark = cx.app.keys.sign("arrival", &[&session.to_string(), &issued, &nonce]);
    format!("{session}.{issued}.{nonce}.{mark}")
}

/// Whether the phone scanned this session's code within ten minutes.
#[must_use]
pub fn arrived(cx: &Cx, session: SessionId, kept: &str) -> bool {
    let parts: Vec<&str> = kept.split('.').collect();
    let [of, issued, nonce, mark] = parts.as_slice() else { return false };
    let age = issued.parse::<i64>().map_or(i64::MAX, |at| cx.now.timestamp() - at);
    *of == session.to_string()
        && (0..=600).contains(&age)
        && cx.app.keys.is_signed("arrival", &[of, issued, nonce], mark)
}

/// The session whose place shows this code now; `text` is what the camera reads.
///
/// # Errors
/// As `check_code`.
pub(crate) fn read_code(cx: &Cx, text: &str) -> Result<SessionId> {
    let mut parts = text.trim().rsplit('/');
    let (mark, turn, session) = (parts.next(), parts.next(), parts.next());
    let read = session.and_then(|s| s.parse::<SessionId>().ok()).zip(turn.and_then(|t| t.parse::<i64>().ok()));
    let (session, turn) = read.ok_or_else(|| Error::refused("attendance.refused.code"))?;
    check_code(cx, session, turn, mark.unwrap_or_default())?;
    Ok(session)
}

/// The six digits that a place speaks in a window of time.
fn spoken_of(cx: &Cx, session: SessionId, window: i64) -> String {
    let drawn = cx.app.keys.fingerprint("attendance.spoken", &format!("{} {session} {window}", cx.tenant));
    let number = drawn.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// The six digits that are spoken at the place now.
#[must_use]
pub fn spoken(cx: &Cx, session: SessionId) -> String {
    spoken_of(cx, session, rules::window(cx.now))
}

/// Until when the digits that are shown now are taken: two minutes at most after they first stood there.
#[must_use]
pub fn spoken_until(now: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp((rules::window(now) + 2) * rules::SPOKEN, 0).unwrap_or(now)
}

/// Whether somebody who joined typed what is spoken at the place. Five wrong ones, and this session's digits are closed to them;
/// behind one address sixty.
///
/// # Errors
/// `Refused` with a word that says how many tries are left, or what to do instead.
pub async fn check_spoken(cx: &Cx, session: SessionId, person: PersonId, typed: &str) -> Result<()> {
    let joined = activities::store::find_live(&cx.db, cx.tenant, session, person).await?;
    if joined.is_none_or(|signup| signup.state != SignupState::Joined)
        && store::find(&cx.db, cx.tenant, session, person).await?.is_none()
    {
        return Err(Error::refused("attendance.refused.not_joined"));
    }
    let given = rules::digits(typed);
    let window = rules::window(cx.now);
    let right = [window, window - 1]
        .map(|w| kernel::secret::same(spoken_of(cx, session, w).as_bytes(), given.as_bytes()))
        .contains(&true);
    let who = cx.app.keys.sign("attendance.try", &["person", &person.to_string()]);
    let behind = cx.app.keys.sign("attendance.try", &["address", &cx.request.ip]);
    let at = cx.clone();
    // The lane of the session: two phones of one person cannot both take the last try.
    let left = cx
        .write(LaneKey::of(session.0), async move |tx: &mut Tx<'_>| {
            let (own, all) = (
                store::tries::count(tx, at.tenant, session, &who).await?,
                store::tries::count(tx, at.tenant, session, &behind).await?,
            );
            if own >= MOST_TRIES || all >= MOST_BEHIND {
                return Ok(Some(0));
            }
            if right {
                store::tries::forget(tx, at.tenant, session, &who).await?;
                return Ok(None);
            }
            let tries = store::tries::add(tx, &at, session, &who).await?;
            store::tries::add(tx, &at, session, &behind).await?;
            tx.record(&at, &SpokenWrong { session, person, tries });
            Ok(Some(MOST_TRIES - tries))
        })
        .await?;
    match left {
        None => Ok(()),
        Some(0) => Err(Error::refused("attendance.refused.spoken_over")),
        Some(n) => Err(Error::Refused(Word::new("attendance.refused.spoken").with("n", n))),
    }
}
