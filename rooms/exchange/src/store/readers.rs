//! The SQL of who has read an announcement: by team, and one by one.

use crate::model::{AnnouncementId, Reader, TeamRate};
use kernel::http::Cursor;
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Conditions, Read, Result, TenantId, args, search};
use organisations::OrganisationId;

/// The teams that have it with how many of each have read it: the lowest rate first, `most` at most after the cursor
/// `(permille, sort_key, id)`; `query` is a part of a team's name.
pub(crate) async fn teams(
    db: &impl Read,
    tenant: TenantId,
    (id, query): (AnnouncementId, &str),
    (after, most): (Option<&Cursor>, i64),
) -> Result<Vec<TeamRate>> {
    let mut wanted = Conditions::new("tenant_id = ? AND announcement_id = ?", args![tenant, id]);
    search::narrow(&mut wanted, tenant, "organisation", query);
    if let Some(cursor) = after {
        let (permille, key, team): (i64, String, Raw) = (cursor.get(0)?, cursor.get(1)?, cursor.get(2)?);
        wanted.and("(permille, sort_key, id) > (?, ?, ?)", args![permille, key, team]);
    }
    let rest = wanted.tail(" ORDER BY permille, sort_key, id LIMIT ?", args![most]);
    let sql = format!(
        "SELECT id, name, sort_key, people, seen, permille FROM (
           SELECT t.tenant_id, t.announcement_id, o.id, o.name, o.sort_key, COUNT(*) AS people, COUNT(r.read_at) AS seen,
             COUNT(r.read_at) * 1000 / COUNT(*) AS permille
           FROM announcement_team t
           JOIN announcement_recipient r ON r.tenant_id = t.tenant_id AND r.id = t.recipient_id
           JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id
           GROUP BY t.tenant_id, t.announcement_id, o.id, o.name, o.sort_key) AS rates
         WHERE {rest}"
    );
    db.all(&sql, wanted.args()).await
}

/// Which of those who have it are looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// A part of a name, or its pinyin.
    pub query: String,
    /// One team.
    pub team: Option<OrganisationId>,
    /// Who said that they read it (`true`), who did not (`false`), or both.
    pub seen: Option<bool>,
    /// Whom teams within a reach were told for alone.
    pub near: Option<Reach>,
}

/// Those who have it by name, `most` at most after the cursor `(sort_key, id)`.
pub(crate) async fn list(
    db: &impl Read,
    tenant: TenantId,
    (id, filter): (AnnouncementId, &Filter),
    (after, most): (Option<&Cursor>, i64),
) -> Result<Vec<Reader>> {
    let mut wanted = Conditions::new("tenant_id = ? AND announcement_id = ?", args![tenant, id]);
    match filter.seen {
        Some(true) => wanted.and("read_at IS NOT NULL", &[]),
        Some(false) => wanted.and("read_at IS NULL", &[]),
        None => {}
    }
    if let Some(team) = filter.team {
        wanted.and(
            "EXISTS (SELECT 1 FROM announcement_team t WHERE t.tenant_id = ? AND t.recipient_id = readers.recipient_id
               AND t.organisation_id = ?)",
            args![tenant, team],
        );
    }
    if let Some(reach) = &filter.near {
        let told = "EXISTS (SELECT 1 FROM announcement_team t JOIN organisation o ON o.tenant_id = t.tenant_id
                    AND o.id = t.organisation_id WHERE t.tenant_id = readers.tenant_id AND t.recipient_id = readers.recipient_id";
        wanted.within_any(reach, told, ("o.region_code", "o.path"));
    }
    search::narrow(&mut wanted, tenant, "person", &filter.query);
    if let Some(cursor) = after {
        let (key, person): (String, Raw) = (cursor.get(0)?, cursor.get(1)?);
        wanted.and("(sort_key, id) > (?, ?)", args![key, person]);
    }
    let rest = wanted.tail(" ORDER BY sort_key, id LIMIT ?", args![most]);
    let sql = format!(
        "SELECT id, name, sort_key, read_at, chased_on, (
           SELECT string_agg(o.name, '、' ORDER BY o.sort_key) FROM announcement_team t
           JOIN organisation o ON o.tenant_id = t.tenant_id AND o.id = t.organisation_id
           WHERE t.tenant_id = readers.tenant_id AND t.recipient_id = readers.recipient_id) AS teams
         FROM (
           SELECT r.tenant_id, r.announcement_id, r.id AS recipient_id, p.id, p.name, p.sort_key, r.read_at, r.chased_on
           FROM announcement_recipient r JOIN person p ON p.tenant_id = r.tenant_id AND p.id = r.person_id) AS readers
         WHERE {rest}"
    );
    db.all(&sql, wanted.args()).await
}
