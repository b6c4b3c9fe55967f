//! Forgotten check-outs on the work-list: a line a session, so that no hours are lost where a leader does not look.

use crate::store::roster;
use activities::ATTEND;
use chrono::Duration;
use kernel::{Cx, Result, Word, WorkItem};

/// Days after the session within which somebody should say when they left.
const DAYS: i64 = 3;

/// The sessions of which this reader takes attendance.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(ATTEND) {
        return Ok(Vec::new());
    }
    let item = |found: roster::Forgotten| WorkItem {
        kind: "work.kind.forgotten",
        tint: "",
        title: cx.say(&Word::new("attendance.work").with("n", found.n).with("title", &found.title)),
        facts: kernel::words::date(cx.lang, kernel::time::day(found.ends_at), cx.today()),
        who: found.organisation_name,
        due: found.ends_at + Duration::days(DAYS),
        url: format!("/sessions/{}?show=forgotten", found.session_id),
        many: None,
    };
    Ok(roster::forgotten(&cx).await?.into_iter().map(item).collect())
}
