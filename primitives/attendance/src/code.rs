//! The place's code, which turns every 15 seconds, and the mark that a phone keeps after a scan.

use crate::rules;
use activities::SessionId;
use kernel::{Cx, Error, Result};

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
