//! The SQL of activities, sessions and posts; sign-ups have files of their own.

pub(crate) mod absence;
pub(crate) mod calendar;
pub(crate) mod calls;
pub(crate) mod certificate;
pub(crate) mod draw;
pub(crate) mod handover;
pub(crate) mod line;
pub(crate) mod listing;
pub(crate) mod mine;
pub mod moved;
pub mod next;
pub mod partner;
pub(crate) mod presence;
pub(crate) mod report;
pub(crate) mod series;
pub(crate) mod signup;
pub mod swap;

use crate::model::{
    Activity, ActivityId, Exclusive, NewActivity, NewSession, Post, PostId, Quota, Session, SessionId, State,
};
use crate::signups::admission;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Cx, Json, Read, Result, TenantId, Tx, args, row};
pub use listing::{Filter, Listed, list};
use organisations::model::OrganisationId;
pub use signup::{Mine, find_live, of_person, with_team};

const COLUMNS: &str = "id, number, title, summary, organisation_id, organisation_name, organisation_path, kind, region_code, site_id, place, \
    state, ended_how, starts_on, ends_on, categories, category, beneficiaries, guarantees, risk_notice, risky, insurance_no, \
    working_time, own_duty, flexible, scope, invited, pass_sealed, way, draw_hash, draw_sealed, draw_seed, drawn_at, handover_asks, skills, certificates, residents, exclusive, partners, proof_id, truth_name, truth_at, opens_at, closes_at, min_age, max_age, \
    min_minutes, only_team, contact_name, contact_phone, \
    contact_public, submitted_by, submitted_name, submitted_at, due_at, reviewed_name, reviewed_at, opinion";
const SESSION: &str = "id, activity_id, starts_at, ends_at, day, served, cancelled_at, flexible, visit_minutes";
const POST: &str =
    "id, session_id, activity_id, name, conditions, places, taken, waiting, next_position, quotas, free_at";

/// One activity.
pub async fn find(db: &impl Read, tenant: TenantId, id: ActivityId) -> Result<Activity> {
    db.one(&format!("SELECT {COLUMNS} FROM activity WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// Those of some activities that are there.
pub async fn find_many(db: &impl Read, tenant: TenantId, ids: &[ActivityId]) -> Result<Vec<Activity>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = args![tenant].to_vec();
    let list = kernel::db::in_list(2, ids.len());
    args.extend(ids.iter().flat_map(|id| args![id].to_vec()));
    db.all(&format!("SELECT {COLUMNS} FROM activity WHERE tenant_id = $1 AND id IN {list}"), &args).await
}

/// One session.
pub async fn find_session(db: &impl Read, tenant: TenantId, id: SessionId) -> Result<Session> {
    db.one(&format!("SELECT {SESSION} FROM activity_session WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// The sessions of an activity, the earliest first.
pub async fn sessions(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Session>> {
    let sql = format!(
        "SELECT {SESSION} FROM activity_session WHERE tenant_id = $1 AND activity_id = $2 ORDER BY starts_at, id"
    );
    db.all(&sql, args![tenant, activity]).await
}

/// The posts of an activity.
pub async fn posts(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Post>> {
    let sql = format!("SELECT {POST} FROM post WHERE tenant_id = $1 AND activity_id = $2 ORDER BY id");
    db.all(&sql, args![tenant, activity]).await
}

row! {
    struct Line {
        id: SessionId, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, day: NaiveDate, served: Option<i64>,
        cancelled_at: Option<DateTime<Utc>>, flexible: bool, visit_minutes: Option<i64>,
        post_id: Option<PostId>, name: Option<String>, conditions: Option<String>, places: Option<i64>, taken: Option<i64>,
        waiting: Option<i64>, next_position: Option<i64>, quotas: Option<Json<Vec<Quota>>>, free_at: Option<DateTime<Utc>>
    }
}

/// The sessions of an activity, the earliest first, and their posts.
pub async fn program(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<(Vec<Session>, Vec<Post>)> {
    let sql = "SELECT s.id, s.starts_at, s.ends_at, s.day, s.served, s.cancelled_at, s.flexible, s.visit_minutes, p.id AS post_id, p.name,
                 p.conditions, p.places, p.taken, p.waiting, p.next_position, p.quotas, p.free_at
               FROM activity_session s LEFT JOIN post p ON p.tenant_id = s.tenant_id AND p.session_id = s.id
               WHERE s.tenant_id = $1 AND s.activity_id = $2 ORDER BY s.starts_at, s.id, p.id";
    let lines: Vec<Line> = db.all(sql, args![tenant, activity]).await?;
    let (mut sessions, mut posts): (Vec<Session>, Vec<Post>) = (Vec::new(), Vec::with_capacity(lines.len()));
    for line in lines {
        if let Some(id) = line.post_id {
            posts.push(Post {
                id,
                session_id: line.id,
                activity_id: activity,
                name: line.name.unwrap_or_default(),
                conditions: line.conditions.unwrap_or_default(),
                places: line.places.unwrap_or_default(),
                taken: line.taken.unwrap_or_default(),
                waiting: line.waiting.unwrap_or_default(),
                next_position: line.next_position.unwrap_or_default(),
                quotas: line.quotas.unwrap_or_else(|| Json(Vec::new())),
                free_at: line.free_at,
            });
        }
        if sessions.last().is_none_or(|last| last.id != line.id) {
            let Line { id, starts_at, ends_at, day, served, cancelled_at, flexible, visit_minutes, .. } = line;
            let activity_id = activity;
            sessions.push(Session {
                id,
                activity_id,
                starts_at,
                ends_at,
                day,
                served,
                cancelled_at,
                flexible,
                visit_minutes,
            });
        }
    }
    Ok((sessions, posts))
}

/// One post.
pub async fn find_post(db: &impl Read, tenant: TenantId, id: PostId) -> Result<Post> {
    db.one(&format!("SELECT {POST} FROM post WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

row! {
    /// Another activity that a reviewer should look at beside this one.
    pub struct Near {
        /// Its id.
        pub id: ActivityId,
        /// Its title.
        pub title: String,
        /// First day.
        pub starts_on: NaiveDate,
    }
}

/// Other activities of the same team with a session at the same time.
pub async fn clashes(db: &impl Read, tenant: TenantId, of: &Activity) -> Result<Vec<Near>> {
    let sql = "SELECT DISTINCT a.id, a.title, a.starts_on FROM activity_session s
               JOIN activity a ON a.tenant_id = s.tenant_id AND a.organisation_id = $3 AND a.id <> s.activity_id
                 AND a.state IN ('review', 'open', 'running') AND a.starts_on <= $4 AND a.ends_on >= $5
               JOIN activity_session o ON o.tenant_id = a.tenant_id AND o.activity_id = a.id
                 AND o.starts_at < s.ends_at AND o.ends_at > s.starts_at AND NOT o.flexible
               WHERE s.tenant_id = $1 AND s.activity_id = $2 AND NOT s.flexible ORDER BY a.starts_on, a.id LIMIT 5";
    db.all(sql, args![tenant, of.id, of.organisation_id, of.ends_on, of.starts_on]).await
}

/// Others of the same title in the same town within two weeks.
pub async fn namesakes(db: &impl Read, tenant: TenantId, of: &Activity) -> Result<Vec<Near>> {
    let town = of.region_code.get(..9).unwrap_or(&of.region_code);
    let weeks = chrono::Days::new(14);
    let from = of.starts_on.checked_sub_days(weeks).unwrap_or(of.starts_on);
    let to = of.starts_on.checked_add_days(weeks).unwrap_or(of.starts_on);
    let sql = "SELECT id, title, starts_on FROM activity
               WHERE tenant_id = $1 AND id <> $2 AND lower(title) = lower($3) AND region_code >= $4 AND region_code < $5
                 AND starts_on >= $6 AND starts_on <= $7 AND state IN ('review', 'open', 'running', 'ended')
               ORDER BY starts_on, id LIMIT 5";
    db.all(sql, args![tenant, of.id, of.title, town, kernel::policy::after(town), from, to]).await
}

row! { struct Holder { name: String, path: String, kind: String } }

/// Makes a draft with its sessions and posts; its number is the year and its place in it.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, new: &NewActivity) -> Result<ActivityId> {
    let id = ActivityId::fresh();
    let of = "SELECT name, path, kind FROM organisation WHERE tenant_id = $1 AND id = $2";
    let holder: Holder = tx.one(of, args![cx.tenant, new.organisation]).await?;
    let number = number(cx, id);
    let sql = "INSERT INTO activity (tenant_id, id, number, title, summary, organisation_id, organisation_name, organisation_path, kind,
          region_code, site_id, place, state, starts_on, ends_on, categories, category, beneficiaries, guarantees, risk_notice, risky,
          insurance_no, working_time, own_duty, scope, opens_at, closes_at, min_age, max_age, min_minutes, only_team, contact_name,
          contact_phone, contact_public, submitted_name, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'draft', $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
          $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $35)";
    let category = new.categories.first().cloned().unwrap_or_else(|| "99".to_owned());
    let cells = args![
        cx.tenant,
        id,
        number,
        new.title,
        new.summary,
        new.organisation,
        holder.name,
        holder.path,
        holder.kind,
        new.region,
        new.site,
        new.place,
        new.starts_on,
        new.ends_on,
        Json(&new.categories),
        category,
        new.beneficiaries,
        new.guarantees,
        new.risk_notice,
        new.risky,
        new.insurance_no,
        new.working_time,
        new.own_duty,
        new.scope,
        new.opens_at,
        new.closes_at,
        new.min_age,
        new.max_age,
        new.min_minutes,
        new.only_team,
        new.contact_name,
        new.contact_phone,
        new.contact_public,
        cx.actor.name,
        cx.now
    ];
    tx.execute(sql, cells).await?;
    recruit(tx, cx, id, new).await?;
    for session in &new.sessions {
        insert_session(tx, cx, id, session).await?;
    }
    next::note(tx, cx.tenant, id, cx.now).await?;
    kernel::search::index(tx, cx.tenant, "activity", id.0, &new.title, &[number]).await?;
    Ok(id)
}

/// `HD` + year + eight characters of the id: short enough to say, unique without a counter that everybody waits for.
fn number(cx: &Cx, id: ActivityId) -> String {
    let tail: String = id.0.simple().to_string().chars().rev().take(8).collect();
    format!("HD{}{}", cx.today().format("%Y"), tail.to_uppercase())
}

/// Replaces what a draft says; sessions and posts are made anew.
pub async fn update_draft(tx: &mut Tx<'_>, cx: &Cx, id: ActivityId, new: &NewActivity) -> Result<()> {
    let sql = "UPDATE activity SET title = $1, summary = $2, region_code = $3, site_id = $4, place = $5, starts_on = $6, ends_on = $7,
          categories = $8, category = $9, beneficiaries = $10, guarantees = $11, risk_notice = $12, risky = $13, insurance_no = $14,
          working_time = $15, own_duty = $16, scope = $17, opens_at = $18, closes_at = $19, min_age = $20, max_age = $21,
          min_minutes = $22, only_team = $23, contact_name = $24, contact_phone = $25, contact_public = $26, updated_at = $27
        WHERE tenant_id = $28 AND id = $29 AND state = 'draft'";
    let category = new.categories.first().cloned().unwrap_or_else(|| "99".to_owned());
    let cells = args![
        new.title,
        new.summary,
        new.region,
        new.site,
        new.place,
        new.starts_on,
        new.ends_on,
        Json(&new.categories),
        category,
        new.beneficiaries,
        new.guarantees,
        new.risk_notice,
        new.risky,
        new.insurance_no,
        new.working_time,
        new.own_duty,
        new.scope,
        new.opens_at,
        new.closes_at,
        new.min_age,
        new.max_age,
        new.min_minutes,
        new.only_team,
        new.contact_name,
        new.contact_phone,
        new.contact_public,
        cx.now,
        cx.tenant,
        id
    ];
    if tx.execute(sql, cells).await? == 0 {
        return Err(kernel::Error::refused("activity.refused.not_draft"));
    }
    recruit(tx, cx, id, new).await?;
    tx.execute("DELETE FROM post WHERE tenant_id = $1 AND activity_id = $2", args![cx.tenant, id]).await?;
    tx.execute("DELETE FROM activity_session WHERE tenant_id = $1 AND activity_id = $2", args![cx.tenant, id]).await?;
    for session in &new.sessions {
        insert_session(tx, cx, id, session).await?;
    }
    next::note(tx, cx.tenant, id, cx.now).await
}

/// Writes whom an activity takes on, and whether they choose their hours; a pass code stays where none is given.
async fn recruit(tx: &mut Tx<'_>, cx: &Cx, id: ActivityId, new: &NewActivity) -> Result<()> {
    let of = &new.recruitment;
    let flexible = new.sessions.iter().any(|session| session.flexible);
    let sql = "UPDATE activity SET invited = $1, pass_sealed = COALESCE($2, pass_sealed), way = $3, handover_asks = $4, skills = $5,
                 residents = $6, exclusive = $7, flexible = $8, certificates = $9 WHERE tenant_id = $10 AND id = $11";
    let (invited, sealed) = (Json(&of.invited), admission::seal(cx, id, of)?);
    let (skills, exclusive) = (Json(&of.skills), Json(&of.exclusive));
    let (way, asks, residents) = (of.way, of.handover_asks, &of.residents);
    let certificates = Json(&of.certificates);
    let cells = args![invited, sealed, way, asks, skills, residents, exclusive, flexible, certificates, cx.tenant, id];
    tx.execute(sql, cells).await?;
    Ok(())
}

async fn insert_session(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId, new: &NewSession) -> Result<()> {
    let id = SessionId::fresh();
    let sql = "INSERT INTO activity_session (tenant_id, id, activity_id, starts_at, ends_at, day, code_key, flexible, visit_minutes)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (day, key) = (kernel::time::day(new.starts_at), kernel::ids::token());
    let (from, to, most) = (new.starts_at, new.ends_at, new.visit_minutes);
    tx.execute(sql, args![cx.tenant, id, activity, from, to, day, key, new.flexible, most]).await?;
    for post in &new.posts {
        let sql = "INSERT INTO post (tenant_id, id, session_id, activity_id, name, conditions, places, taken, waiting, next_position,
                     quotas, free_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 1, $8, $9)";
        let (quotas, free_at) = (Json(&post.quotas), post.free_at);
        let cells =
            args![cx.tenant, PostId::fresh(), id, activity, post.name, post.conditions, post.places, quotas, free_at];
        tx.execute(sql, cells).await?;
    }
    Ok(())
}

/// Says of each activity that this one excludes that it excludes this one too.
pub async fn exclude_back(tx: &mut Tx<'_>, cx: &Cx, of: &Activity) -> Result<()> {
    for other in &of.exclusive.0 {
        let found: Activity = find(tx, cx.tenant, other.activity).await?;
        let mut exclusive = found.exclusive.0;
        if exclusive.iter().all(|e| e.activity != of.id) {
            exclusive.push(Exclusive { activity: of.id, number: of.number.clone(), title: of.title.clone() });
            let sql = "UPDATE activity SET exclusive = $1 WHERE tenant_id = $2 AND id = $3";
            tx.execute(sql, args![Json(&exclusive), cx.tenant, other.activity]).await?;
        }
    }
    Ok(())
}

/// The activity with this number.
pub async fn find_by_number(db: &impl Read, tenant: TenantId, number: &str) -> Result<Option<Activity>> {
    db.optional(&format!("SELECT {COLUMNS} FROM activity WHERE tenant_id = $1 AND number = $2"), args![tenant, number])
        .await
}

/// Keeps what proves a back-entry project; `false` when it is no draft any more.
pub async fn prove(tx: &mut Tx<'_>, cx: &Cx, id: ActivityId, proof: kernel::FileId, truth: &str) -> Result<bool> {
    let sql = "UPDATE activity SET proof_id = $1, truth_name = $2, truth_at = $3, updated_at = $3
               WHERE tenant_id = $4 AND id = $5 AND state = 'draft' AND scope = 'backfill'";
    Ok(tx.execute(sql, args![proof, truth, cx.now, cx.tenant, id]).await? == 1)
}

row! {
    /// A session to come or just past, for a leader's page.
    pub struct Upcoming {
        /// The session.
        pub id: SessionId,
        /// Its activity.
        pub activity_id: ActivityId,
        /// The activity's title.
        pub title: String,
        /// The category.
        pub category: String,
        /// From.
        pub starts_at: DateTime<Utc>,
        /// To.
        pub ends_at: DateTime<Utc>,
        /// The meeting place.
        pub place: String,
        /// The team.
        pub organisation_name: String,
        /// Where the activity stands.
        pub state: State,
        /// People served, once counted.
        pub served: Option<i64>,
        /// Places taken.
        pub taken: i64,
        /// Places.
        pub places: i64,
    }
}

/// The sessions of an organisation between two moments, the earliest first.
pub async fn upcoming(
    db: &impl Read,
    tenant: TenantId,
    organisation: OrganisationId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Upcoming>> {
    let sql = "SELECT s.id, s.activity_id, a.title, a.category, s.starts_at, s.ends_at, a.place, a.organisation_name, a.state, s.served,
                 CAST(COALESCE((SELECT SUM(p.taken) FROM post p WHERE p.tenant_id = s.tenant_id AND p.session_id = s.id), 0) AS BIGINT) AS taken,
                 CAST(COALESCE((SELECT SUM(p.places) FROM post p WHERE p.tenant_id = s.tenant_id AND p.session_id = s.id), 0) AS BIGINT) AS places
               FROM activity a JOIN activity_session s ON s.tenant_id = a.tenant_id AND s.activity_id = a.id
               WHERE a.tenant_id = $1 AND a.organisation_id = $2 AND s.ends_at >= $3 AND s.starts_at <= $4 AND a.state <> 'void'
                 AND s.cancelled_at IS NULL
               ORDER BY s.starts_at, s.id LIMIT 100";
    db.all(sql, args![tenant, organisation, from, to]).await
}
