//! The SQL of announcements: the announcement itself, who has it, and when they were asked again.

pub(crate) mod audience;
pub(crate) mod listing;
pub(crate) mod readers;
pub(crate) mod shares;

use crate::model::{Announcement, AnnouncementId, Chase, NewAnnouncement, State};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::db::{ToValue as _, Value, in_list};
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Cx, JobId, Json, Read, Result, TenantId, Tx, args, row};
use people::PersonId;

pub(crate) const COLUMNS: &str = "id, region_code, organisation_id, organisation_path, sender, title, body, link, urgency, kind, \
    must_read, read_by, town, team_kinds, teams, role, activity_id, state, made_by, made_name, made_at, planned, people, job_id, \
    sent_at, ended_at, withdrawn_at";

/// One announcement.
pub(crate) async fn find(db: &impl Read, tenant: TenantId, id: AnnouncementId) -> Result<Announcement> {
    db.one(&format!("SELECT {COLUMNS} FROM announcement WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// The columns that the form fills, in their order.
fn cells(new: &NewAnnouncement) -> Vec<Value> {
    let kinds: Vec<String> = new.audience.kinds.iter().map(ToString::to_string).collect();
    let teams: Vec<Raw> = new.audience.teams.iter().map(|team| team.0).collect();
    args![
        new.sender.region,
        new.sender.team,
        new.sender.path,
        new.sender.name,
        new.title,
        new.body,
        new.link,
        new.urgency,
        new.kind,
        new.read_by.is_some(),
        new.read_by,
        new.audience.town,
        Json(kinds),
        Json(teams),
        new.audience.role,
        new.audience.activity
    ]
    .to_vec()
}

/// Keeps a draft.
pub(crate) async fn insert(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId, new: &NewAnnouncement) -> Result<()> {
    let sql = "INSERT INTO announcement (tenant_id, id, made_by, made_name, made_at, state, planned, people, region_code,
                 organisation_id, organisation_path, sender, title, body, link, urgency, kind, must_read, read_by, town, team_kinds,
                 teams, role, activity_id)
               VALUES ($1, $2, $3, $4, $5, 'draft', 0, 0, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    let head = args![cx.tenant, id, cx.actor.account, cx.actor.name, cx.now].to_vec();
    tx.execute(sql, &[head, cells(new)].concat()).await?;
    kernel::search::index(tx, cx.tenant, "announcement", id.0, &new.title, &[]).await
}

/// Changes a draft; `false` when it is none any more.
pub(crate) async fn update(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId, new: &NewAnnouncement) -> Result<bool> {
    let sql = "UPDATE announcement SET region_code = $3, organisation_id = $4, organisation_path = $5, sender = $6, title = $7,
                 body = $8, link = $9, urgency = $10, kind = $11, must_read = $12, read_by = $13, town = $14, team_kinds = $15,
                 teams = $16, role = $17, activity_id = $18
               WHERE tenant_id = $1 AND id = $2 AND state = 'draft'";
    let head = args![cx.tenant, id].to_vec();
    let changed = tx.execute(sql, &[head, cells(new)].concat()).await? == 1;
    if changed {
        kernel::search::index(tx, cx.tenant, "announcement", id.0, &new.title, &[]).await?;
    }
    Ok(changed)
}

/// Begins to send, or to send on; `false` when it cannot be sent any more.
pub(crate) async fn start(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId, (job, planned): (JobId, i64)) -> Result<bool> {
    let sql = "UPDATE announcement SET state = 'sending', job_id = $3, planned = $4, sent_at = COALESCE(sent_at, $5), ended_at = NULL
               WHERE tenant_id = $1 AND id = $2 AND state IN ('draft', 'stopped')";
    Ok(tx.execute(sql, args![cx.tenant, id, job, planned, cx.now]).await? == 1)
}

/// Ends the sending as `to`; `false` when it had ended.
pub(crate) async fn end(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId, to: State) -> Result<bool> {
    let sql =
        "UPDATE announcement SET state = $3, ended_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'sending'";
    Ok(tx.execute(sql, args![cx.tenant, id, to, cx.now]).await? == 1)
}

/// Takes it back; `false` when it was.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId) -> Result<bool> {
    let sql = "UPDATE announcement SET state = 'withdrawn', withdrawn_at = $3, ended_at = COALESCE(ended_at, $3)
               WHERE tenant_id = $1 AND id = $2 AND state <> 'withdrawn'";
    Ok(tx.execute(sql, args![cx.tenant, id, cx.now]).await? == 1)
}

/// Gives it to these people, each with the teams by which they are reached; `false` when it is not on its way any more.
pub(crate) async fn give(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: AnnouncementId,
    people: &[(PersonId, Vec<organisations::OrganisationId>)],
) -> Result<bool> {
    // First, so that who stops it in another process comes before or after the whole batch.
    let sql = "UPDATE announcement SET people = people + $3 WHERE tenant_id = $1 AND id = $2 AND state = 'sending'";
    if tx.execute(sql, args![cx.tenant, id, i64::try_from(people.len()).unwrap_or(0)]).await? == 0 {
        return Ok(false);
    }
    let (mut given, mut by) = (Vec::with_capacity(people.len()), Vec::new());
    for (person, teams) in people {
        let recipient = kernel::ids::fresh();
        given.push(args![cx.tenant, recipient, id, *person, cx.now].to_vec());
        by.extend(teams.iter().map(|team| args![cx.tenant, id, *team, recipient].to_vec()));
    }
    let head = "INSERT INTO announcement_recipient (tenant_id, id, announcement_id, person_id, sent_at)";
    tx.insert_many(head, "", &given).await?;
    let head = "INSERT INTO announcement_team (tenant_id, announcement_id, organisation_id, recipient_id)";
    tx.insert_many(head, "", &by).await?;
    Ok(true)
}

row! {
    /// Somebody who has an announcement, for the jobs.
    pub(crate) struct Recipient {
        pub id: Raw,
        pub person_id: PersonId,
    }
}

/// Everybody who has it, in parts: the next `most` after one.
pub(crate) async fn recipients(
    db: &impl Read,
    tenant: TenantId,
    id: AnnouncementId,
    (after, most): (Option<Raw>, i64),
) -> Result<Vec<Recipient>> {
    let sql = "SELECT id, person_id FROM announcement_recipient
               WHERE tenant_id = $1 AND announcement_id = $2 AND (CAST($3 AS UUID) IS NULL OR id > $3) ORDER BY id LIMIT $4";
    db.all(sql, args![tenant, id, after, most]).await
}

/// Marks the next of those who have not read it, and were not asked on this day, as asked; answers who they are. With a reach, only
/// those whom teams within it were told for.
pub(crate) async fn chase_some(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    (id, day): (AnnouncementId, NaiveDate),
    (near, most): (Option<&Reach>, i64),
) -> Result<Vec<Recipient>> {
    let mut wanted = shares::unasked(tenant, (id, day), near);
    let tail = wanted.tail(" ORDER BY r.id LIMIT ?", args![most]);
    let sql = format!("SELECT r.id, r.person_id FROM announcement_recipient r WHERE {tail}");
    let found: Vec<Recipient> = tx.all(&sql, wanted.args()).await?;
    if !found.is_empty() {
        let list = in_list(3, found.len());
        let sql = format!("UPDATE announcement_recipient SET chased_on = $2 WHERE tenant_id = $1 AND id IN {list}");
        let mut of = args![tenant, day].to_vec();
        of.extend(found.iter().map(|one| one.id.to_value()));
        tx.execute(&sql, &of).await?;
    }
    Ok(found)
}

row! { struct Count { n: i64 } }

/// How many have it and did not say that they read it.
pub(crate) async fn unread(db: &impl Read, tenant: TenantId, id: AnnouncementId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM announcement_recipient WHERE tenant_id = $1 AND announcement_id = $2 AND read_at IS NULL";
    Ok(db.one::<Count>(sql, args![tenant, id]).await?.n)
}

row! {
    /// What somebody has of an announcement.
    pub(crate) struct Held {
        pub read_at: Option<DateTime<Utc>>,
    }
}

/// Whether somebody has it, and when they said that they read it.
pub(crate) async fn held(db: &impl Read, tenant: TenantId, id: AnnouncementId, person: PersonId) -> Result<Held> {
    let sql =
        "SELECT read_at FROM announcement_recipient WHERE tenant_id = $1 AND announcement_id = $2 AND person_id = $3";
    db.one(sql, args![tenant, id, person]).await
}

/// Somebody says that they read it; `false` when they had said so.
pub(crate) async fn read(tx: &mut Tx<'_>, cx: &Cx, id: AnnouncementId, person: PersonId) -> Result<bool> {
    let sql = "UPDATE announcement_recipient SET read_at = $4
               WHERE tenant_id = $1 AND announcement_id = $2 AND person_id = $3 AND read_at IS NULL";
    Ok(tx.execute(sql, args![cx.tenant, id, person, cx.now]).await? == 1)
}

/// Notes that those who had not read it are asked again on a day; `false` when somebody was first that day.
pub(crate) async fn note_chase(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, day): (AnnouncementId, NaiveDate),
    (people, automatic): (i64, bool),
) -> Result<bool> {
    let sql = "INSERT INTO announcement_chase (tenant_id, announcement_id, day, people, automatic, made_at, made_by, made_name)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let of = args![cx.tenant, id, day, people, automatic, cx.now, cx.actor.account, cx.actor.name];
    Ok(tx.execute(sql, of).await? == 1)
}

/// When it asked again, the newest first.
pub(crate) async fn chases(db: &impl Read, tenant: TenantId, id: AnnouncementId) -> Result<Vec<Chase>> {
    let sql = "SELECT day, people, automatic, made_name, made_at FROM announcement_chase
               WHERE tenant_id = $1 AND announcement_id = $2 ORDER BY day DESC LIMIT 60";
    db.all(sql, args![tenant, id]).await
}

/// Those that must be read by a day and were not asked for again on the day before it.
pub(crate) async fn on_the_eve(
    db: &impl Read,
    tenant: TenantId,
    (last, eve): (NaiveDate, NaiveDate),
) -> Result<Vec<Announcement>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM announcement a WHERE tenant_id = $1 AND read_by = $2 AND must_read AND state IN ('sent', 'stopped')
           AND NOT EXISTS (SELECT 1 FROM announcement_chase c
             WHERE c.tenant_id = a.tenant_id AND c.announcement_id = a.id AND c.day = $3)
         ORDER BY id LIMIT 200"
    );
    db.all(&sql, args![tenant, last, eve]).await
}
