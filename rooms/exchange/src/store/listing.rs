//! The SQL of lists of announcements: at the desk, and one's own.

use super::COLUMNS;
use crate::model::{Announcement, AnnouncementId, Own, State, Topic, Urgency};
use chrono::{DateTime, Utc};
use kernel::db::{ToValue as _, Value, in_list};
use kernel::http::Cursor;
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Conditions, Read, Result, TenantId, args, row, search};
use people::PersonId;
use std::collections::HashMap;

/// What a reader of the desk's list looks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// A part of the title, or its pinyin.
    pub query: String,
    /// One urgency.
    pub urgency: Option<Urgency>,
    /// One kind.
    pub kind: Option<Topic>,
    /// One state.
    pub state: Option<State>,
}

/// Announcements within a reach, the newest first, `most` at most after the cursor `(made_at, id)`.
pub(crate) async fn list(
    db: &impl Read,
    tenant: TenantId,
    (filter, reach): (&Filter, &Reach),
    (after, most): (Option<&Cursor>, i64),
) -> Result<Vec<Announcement>> {
    let mut wanted = Conditions::new("tenant_id = ?", args![tenant]);
    wanted.within(reach, "region_code", "organisation_path");
    if let Some(urgency) = filter.urgency {
        wanted.and("urgency = ?", args![urgency]);
    }
    if let Some(kind) = filter.kind {
        wanted.and("kind = ?", args![kind]);
    }
    if let Some(state) = filter.state {
        wanted.and("state = ?", args![state]);
    }
    search::narrow(&mut wanted, tenant, "announcement", &filter.query);
    if let Some(cursor) = after {
        let (made, id): (DateTime<Utc>, Raw) = (cursor.get(0)?, cursor.get(1)?);
        wanted.and("(made_at, id) < (?, ?)", args![made, id]);
    }
    let rest = wanted.tail(" ORDER BY made_at DESC, id DESC LIMIT ?", args![most]);
    db.all(&format!("SELECT {COLUMNS} FROM announcement WHERE {rest}"), wanted.args()).await
}

row! { struct Unread { announcement_id: AnnouncementId, n: i64 } }

/// How many of each of these are not read by those who have them; nothing of those that all have read.
pub(crate) async fn unread_of(
    db: &impl Read,
    tenant: TenantId,
    ids: &[AnnouncementId],
) -> Result<HashMap<AnnouncementId, i64>> {
    let mut all = HashMap::new();
    for part in ids.chunks(500) {
        let list = in_list(2, part.len());
        let sql = format!(
            "SELECT announcement_id, COUNT(*) AS n FROM announcement_recipient
             WHERE tenant_id = $1 AND announcement_id IN {list} AND read_at IS NULL GROUP BY announcement_id"
        );
        let of: Vec<Value> = args![tenant].iter().cloned().chain(part.iter().map(|id| id.to_value())).collect();
        all.extend(db.all::<Unread>(&sql, &of).await?.into_iter().map(|row| (row.announcement_id, row.n)));
    }
    Ok(all)
}

/// What one looks for among one's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnFilter {
    /// A part of the title, or its pinyin.
    pub query: String,
    /// One kind.
    pub kind: Option<Topic>,
    /// Only those that one must read and did not.
    pub waits: bool,
}

/// One's own announcements, the newest first, `most` at most after the cursor `(got_at, id)`. What was taken back stays, as taken
/// back.
pub(crate) async fn own(
    db: &impl Read,
    tenant: TenantId,
    (person, filter): (PersonId, &OwnFilter),
    (after, most): (Option<&Cursor>, i64),
) -> Result<Vec<Own>> {
    // The inner rows are one person's, found by their index; the outer WHERE is the list's.
    let mut wanted = Conditions::new("tenant_id = ? AND person_id = ?", args![tenant, person]);
    if filter.waits {
        wanted.and("must_read AND read_at IS NULL AND state <> 'withdrawn'", &[]);
    }
    if let Some(kind) = filter.kind {
        wanted.and("kind = ?", args![kind]);
    }
    search::narrow(&mut wanted, tenant, "announcement", &filter.query);
    if let Some(cursor) = after {
        let (got, id): (DateTime<Utc>, Raw) = (cursor.get(0)?, cursor.get(1)?);
        wanted.and("(got_at, id) < (?, ?)", args![got, id]);
    }
    let rest = wanted.tail(" ORDER BY got_at DESC, id DESC LIMIT ?", args![most]);
    let sql = format!(
        "SELECT id, sender, title, urgency, kind, must_read, read_by, state, got_at, read_at FROM (
           SELECT r.tenant_id, r.person_id, a.id, a.sender, a.title, a.urgency, a.kind, a.must_read, a.read_by, a.state,
             r.sent_at AS got_at, r.read_at
           FROM announcement_recipient r
           JOIN announcement a ON a.tenant_id = r.tenant_id AND a.id = r.announcement_id) AS mine
         WHERE {rest}"
    );
    db.all(&sql, wanted.args()).await
}
