//! The SQL of a part of an announcement: what it told the people of the teams within a reach, and who of them has not read it.

use super::COLUMNS;
use crate::model::{Announcement, AnnouncementId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::{ToValue as _, Value};
use kernel::http::Cursor;
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Conditions, Read, Result, TenantId, args, row, search};
use organisations::OrganisationId;
use std::collections::HashMap;

/// By which teams a recipient `r` was told; open for the condition of a reach.
const TOLD_FOR: &str = "EXISTS (SELECT 1 FROM announcement_team t JOIN organisation o ON o.tenant_id = t.tenant_id
    AND o.id = t.organisation_id WHERE t.tenant_id = r.tenant_id AND t.recipient_id = r.id";

row! {
    /// How many of the people of a part have it, and how many of them have not read it.
    pub(crate) struct Share {
        pub announcement_id: AnnouncementId,
        pub people: i64,
        pub unread: i64,
    }
}

/// What must be read and reached people of teams within a reach, the newest first, `most` at most after the cursor `(made_at, id)`;
/// `query` is a part of the title.
pub(crate) async fn received(
    db: &impl Read,
    tenant: TenantId,
    (query, reach): (&str, &Reach),
    (after, most): (Option<&Cursor>, i64),
) -> Result<Vec<Announcement>> {
    let mut wanted =
        Conditions::new("tenant_id = ? AND must_read AND state IN ('sending', 'sent', 'stopped')", args![tenant]);
    let told = "EXISTS (SELECT 1 FROM announcement_team t JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id
                WHERE t.tenant_id = announcement.tenant_id AND t.announcement_id = announcement.id";
    wanted.within_any(reach, told, ("o.region_code", "o.path"));
    search::narrow(&mut wanted, tenant, "announcement", query);
    if let Some(cursor) = after {
        let (made, id): (DateTime<Utc>, Raw) = (cursor.get(0)?, cursor.get(1)?);
        wanted.and("(made_at, id) < (?, ?)", args![made, id]);
    }
    let rest = wanted.tail(" ORDER BY made_at DESC, id DESC LIMIT ?", args![most]);
    db.all(&format!("SELECT {COLUMNS} FROM announcement WHERE {rest}"), wanted.args()).await
}

/// The parts of these announcements within a reach; nothing of those that reached nobody there.
pub(crate) async fn of(
    db: &impl Read,
    tenant: TenantId,
    ids: &[AnnouncementId],
    reach: &Reach,
) -> Result<HashMap<AnnouncementId, Share>> {
    let ids: Vec<Value> = ids.iter().map(|id| id.to_value()).collect();
    let mut wanted = Conditions::new("t.tenant_id = ?", args![tenant]);
    wanted.and_any("FALSE", "t.announcement_id = ?", &ids);
    wanted.within(reach, "o.region_code", "o.path");
    let tail = wanted.tail(" GROUP BY t.announcement_id", &[]);
    let sql = format!(
        "SELECT t.announcement_id, COUNT(DISTINCT r.id) AS people,
           COUNT(DISTINCT CASE WHEN r.read_at IS NULL THEN r.id END) AS unread
         FROM announcement_team t
         JOIN announcement_recipient r ON r.tenant_id = t.tenant_id AND r.id = t.recipient_id
         JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id WHERE {tail}"
    );
    let found: Vec<Share> = db.all(&sql, wanted.args()).await?;
    Ok(found.into_iter().map(|share| (share.announcement_id, share)).collect())
}

/// Those who have not read it and were not asked on a day; with a reach, of its teams alone.
pub(super) fn unasked(tenant: TenantId, (id, day): (AnnouncementId, NaiveDate), near: Option<&Reach>) -> Conditions {
    let mut wanted =
        Conditions::new("r.tenant_id = ? AND r.announcement_id = ? AND r.read_at IS NULL", args![tenant, id]);
    wanted.and("(r.chased_on IS NULL OR r.chased_on < ?)", args![day]);
    if let Some(reach) = near {
        wanted.within_any(reach, TOLD_FOR, ("o.region_code", "o.path"));
    }
    wanted
}

row! { struct Count { n: i64 } }

/// How many of a part have not read it and were not asked on a day.
pub(crate) async fn count_unasked(
    db: &impl Read,
    tenant: TenantId,
    of: (AnnouncementId, NaiveDate),
    reach: &Reach,
) -> Result<i64> {
    let mut wanted = unasked(tenant, of, Some(reach));
    let tail = wanted.tail("", &[]);
    let sql = format!("SELECT COUNT(*) AS n FROM announcement_recipient r WHERE {tail}");
    Ok(db.one::<Count>(&sql, wanted.args()).await?.n)
}

row! {
    /// Something that people of a team have not read.
    pub(crate) struct Open {
        pub id: AnnouncementId,
        pub title: String,
        pub read_by: Option<NaiveDate>,
        pub unread: i64,
    }
}

/// What people of a team have not read of what was sent since a moment, the nearest last day first, three at most.
pub(crate) async fn open_of_team(
    db: &impl Read,
    tenant: TenantId,
    team: OrganisationId,
    since: DateTime<Utc>,
) -> Result<Vec<Open>> {
    let sql = "SELECT a.id, a.title, a.read_by, COUNT(*) AS unread FROM announcement_team t
               JOIN announcement a ON a.tenant_id = t.tenant_id AND a.id = t.announcement_id
                AND a.must_read AND a.state IN ('sent', 'stopped') AND a.sent_at >= $3
               JOIN announcement_recipient r ON r.tenant_id = t.tenant_id AND r.id = t.recipient_id AND r.read_at IS NULL
               WHERE t.tenant_id = $1 AND t.organisation_id = $2 GROUP BY a.id, a.title, a.read_by ORDER BY a.read_by, a.id LIMIT 3";
    db.all(sql, args![tenant, team, since]).await
}
