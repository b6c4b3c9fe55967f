//! The SQL of what does not count yet.

use super::model::{First, Objection, Pending, PendingState, Shown};
use super::rules;
use crate::model::{EntryId, Method, NewEntry};
use crate::store::list::Wanted;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{AccountId, Conditions, Cx, Db, FileId, Read, Result, TenantId, Tx, args, row};
use people::model::PersonId;

const COLUMNS: &str = "id, person_id, activity_id, session_id, title, organisation_id, organisation_path, region_code, kind, category, \
    window_from, window_to, day, started_at, ended_at, minutes, method, reason, state, notice, entered_by, entered_person, \
    entered_name, made_at, due_at, first_by, first_person, first_name, first_at, second_by, second_person, second_name, second_at, \
    posted_at, posted_until, closed_at, closed_name, opinion";

/// One of them.
pub(crate) async fn find(db: &impl Read, tenant: TenantId, id: EntryId) -> Result<Pending> {
    db.one(&format!("SELECT {COLUMNS} FROM hours_pending WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

row! { struct Found { id: EntryId } }
row! { struct Sum { total: i64 } }

/// Whether an entry of this id still waits for somebody's yes, so that its hours do not count yet.
pub async fn held(db: &impl Read, tenant: TenantId, id: EntryId) -> Result<bool> {
    let sql = "SELECT id FROM hours_pending WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'held', 'posted', 'objected')";
    let found: Option<Found> = db.optional(sql, args![tenant, id]).await?;
    Ok(found.is_some())
}

/// A person's own, those that something can still come of and what was decided within a month.
pub(crate) async fn of_person(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    since: DateTime<Utc>,
) -> Result<Vec<Pending>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hours_pending WHERE tenant_id = $1 AND person_id = $2
           AND (state IN ('waiting', 'held', 'posted', 'objected') OR (state = 'returned' AND closed_at >= $3))
         ORDER BY made_at DESC, id DESC LIMIT 100"
    );
    db.all(&sql, args![tenant, person, since]).await
}

/// A person's own, the newest first, after the cursor of a moment and an id.
pub(crate) async fn page_of_person(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    (before, limit): (Option<(DateTime<Utc>, EntryId)>, i64),
) -> Result<Vec<Pending>> {
    let mut wanted = Conditions::new("tenant_id = ? AND person_id = ?", args![tenant, person]);
    if let Some((made_at, id)) = before {
        wanted.and("(made_at, id) < (?, ?)", args![made_at, id]);
    }
    let tail = wanted.tail(" ORDER BY made_at DESC, id DESC LIMIT ?", args![limit]);
    db.all(&format!("SELECT {COLUMNS} FROM hours_pending WHERE {tail}"), wanted.args()).await
}

/// Another one of this person at the same time that something can still come of.
pub(crate) async fn overlaps(tx: &Tx<'_>, tenant: TenantId, new: &NewEntry) -> Result<bool> {
    let sql =
        "SELECT id FROM hours_pending WHERE tenant_id = $1 AND person_id = $2 AND started_at < $3 AND ended_at > $4
                 AND state IN ('waiting', 'held', 'posted', 'objected') LIMIT 1";
    let found: Option<Found> = tx.optional(sql, args![tenant, new.person, new.ended_at, new.started_at]).await?;
    Ok(found.is_some())
}

/// How one comes to be: where it begins, who said yes already, which claim it was a line of.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub state: PendingState,
    pub notice: bool,
    pub entered_by: Option<AccountId>,
    pub entered_person: Option<Raw>,
    pub first: Option<First>,
    pub claim: Option<Raw>,
    pub due: DateTime<Utc>,
}

/// Writes one down.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (id, new): (EntryId, &NewEntry),
    (minutes, origin): (i64, &Origin),
) -> Result<()> {
    let sql = "INSERT INTO hours_pending (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path,
                 region_code, kind, category, window_from, window_to, day, started_at, ended_at, minutes, method, reason, state, notice,
                 claim_id, entered_by, entered_person, entered_name, made_at, due_at, first_by, first_person, first_name, first_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
                 $25, $26, $27, $28, $29, $30, $31)";
    let first = origin.first.as_ref();
    let cells = args![
        cx.tenant,
        id,
        new.person,
        new.activity,
        new.session,
        new.title,
        new.organisation,
        new.organisation_path,
        new.region,
        new.kind,
        new.category,
        new.window.from,
        new.window.to,
        kernel::time::day(new.started_at),
        new.started_at,
        new.ended_at,
        minutes,
        new.method,
        new.reason,
        origin.state,
        origin.notice,
        origin.claim,
        origin.entered_by,
        origin.entered_person,
        new.entered_by,
        cx.now,
        origin.due,
        first.map(|f| f.account),
        first.and_then(|f| f.person),
        first.map(|f| f.name.clone()),
        first.map(|_| cx.now)
    ];
    tx.execute(sql, cells).await?;
    Ok(())
}

/// Keeps what a volunteer shows.
pub(crate) async fn show(tx: &mut Tx<'_>, cx: &Cx, id: EntryId, (file, name): (FileId, &str)) -> Result<()> {
    let sql = "INSERT INTO hours_evidence (tenant_id, id, pending_id, file_id, name) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, args![cx.tenant, kernel::ids::fresh(), id, file, name]).await?;
    Ok(())
}

/// What was shown for it.
pub(crate) async fn shown(db: &impl Read, tenant: TenantId, id: EntryId) -> Result<Vec<Shown>> {
    let sql = "SELECT id, file_id, name FROM hours_evidence WHERE tenant_id = $1 AND pending_id = $2 ORDER BY id";
    db.all(sql, args![tenant, id]).await
}

/// The first yes; `false` when somebody was quicker.
pub(crate) async fn say_first(tx: &mut Tx<'_>, cx: &Cx, id: EntryId) -> Result<bool> {
    let sql = "UPDATE hours_pending SET first_by = $1, first_person = $2, first_name = $3, first_at = $4
               WHERE tenant_id = $5 AND id = $6 AND state = 'waiting' AND first_by IS NULL";
    let cells = args![cx.actor.account, cx.actor.person, cx.actor.name, cx.now, cx.tenant, id];
    Ok(tx.execute(sql, cells).await? == 1)
}

/// The second person's yes; `false` when somebody was quicker.
pub(crate) async fn say_second(tx: &mut Tx<'_>, cx: &Cx, id: EntryId) -> Result<bool> {
    let sql = "UPDATE hours_pending SET second_by = $1, second_person = $2, second_name = $3, second_at = $4
               WHERE tenant_id = $5 AND id = $6 AND state = 'held' AND second_by IS NULL";
    let cells = args![cx.actor.account, cx.actor.person, cx.actor.name, cx.now, cx.tenant, id];
    Ok(tx.execute(sql, cells).await? == 1)
}

/// From one state to another; `false` when it is in the first no more.
pub(crate) async fn step(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: EntryId,
    (from, to): (PendingState, PendingState),
) -> Result<bool> {
    let sql = "UPDATE hours_pending SET state = $1 WHERE tenant_id = $2 AND id = $3 AND state = $4";
    Ok(tx.execute(sql, args![to, tenant, id, from]).await? == 1)
}

/// Asks a second person, until when.
pub(crate) async fn hold(tx: &mut Tx<'_>, tenant: TenantId, id: EntryId, due: DateTime<Utc>) -> Result<()> {
    let sql = "UPDATE hours_pending SET state = 'held', due_at = $1, closed_at = NULL, closed_name = NULL WHERE tenant_id = $2 AND id = $3";
    tx.execute(sql, args![due, tenant, id]).await?;
    Ok(())
}

/// Puts it on the public notice.
pub(crate) async fn post(tx: &mut Tx<'_>, cx: &Cx, id: EntryId, until: DateTime<Utc>) -> Result<()> {
    let sql = "UPDATE hours_pending SET state = 'posted', posted_at = $1, posted_until = $2, due_at = $2 WHERE tenant_id = $3 AND id = $4";
    tx.execute(sql, args![cx.now, until, cx.tenant, id]).await?;
    Ok(())
}

/// Ends it; `false` when it is in the first state no more.
pub(crate) async fn close(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: EntryId,
    (from, to, opinion): (PendingState, PendingState, &str),
) -> Result<bool> {
    let opinion = (!opinion.is_empty()).then_some(opinion);
    let sql = "UPDATE hours_pending SET state = $1, closed_at = $2, closed_name = $3, opinion = $4
               WHERE tenant_id = $5 AND id = $6 AND state = $7";
    Ok(tx.execute(sql, args![to, cx.now, cx.actor.name, opinion, cx.tenant, id, from]).await? == 1)
}

/// Those whose public notice has ended without an objection, the longest first.
pub(crate) async fn ripe(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<EntryId>> {
    let sql = "SELECT id FROM hours_pending WHERE tenant_id = $1 AND state = 'posted' AND posted_until <= $2
               ORDER BY posted_until, id LIMIT 500";
    let rows: Vec<Found> = db.all(sql, args![tenant, now]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Minutes that a person has in the ledger on the day of a service.
pub(crate) async fn day_minutes(db: &impl Read, tenant: TenantId, person: PersonId, day: NaiveDate) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS total FROM hours_day
               WHERE tenant_id = $1 AND person_id = $2 AND day = $3";
    let row: Sum = db.one(sql, args![tenant, person, day]).await?;
    Ok(row.total)
}

/// Writes an objection down.
pub(crate) async fn object(tx: &mut Tx<'_>, cx: &Cx, id: EntryId, account: AccountId, reason: &str) -> Result<()> {
    let sql = "INSERT INTO hours_objection (tenant_id, id, pending_id, account_id, person, name, reason, made_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let fresh = kernel::ids::fresh();
    let cells = args![cx.tenant, fresh, id, account, cx.actor.person, cx.actor.name, reason, cx.now];
    tx.execute(sql, cells).await?;
    let sql = "UPDATE hours_pending SET due_at = $1 WHERE tenant_id = $2 AND id = $3";
    tx.execute(sql, args![super::verbs::due(tx, cx).await?, cx.tenant, id]).await?;
    Ok(())
}

/// The objections to an entry, the newest first.
pub(crate) async fn objections(db: &impl Read, tenant: TenantId, id: EntryId) -> Result<Vec<Objection>> {
    let sql = "SELECT account_id, person, name, reason, made_at, upheld, decided_name, opinion FROM hours_objection
               WHERE tenant_id = $1 AND pending_id = $2 ORDER BY made_at DESC, id DESC LIMIT 50";
    db.all(sql, args![tenant, id]).await
}

/// Says whether the objection that is open was right.
pub(crate) async fn answer(tx: &mut Tx<'_>, cx: &Cx, id: EntryId, (upheld, opinion): (bool, &str)) -> Result<()> {
    let sql =
        "UPDATE hours_objection SET upheld = $1, decided_by = $2, decided_name = $3, decided_at = $4, opinion = $5
               WHERE tenant_id = $6 AND pending_id = $7 AND upheld IS NULL";
    tx.execute(sql, args![upheld, cx.actor.account, cx.actor.name, cx.now, opinion, cx.tenant, id]).await?;
    Ok(())
}

row! {
    /// A row of the desk's list.
    pub(crate) struct Listed {
        /// The entry.
        pub id: EntryId,
        /// Who.
        pub person_name: String,
        /// Their volunteer number.
        pub volunteer_no: Option<String>,
        /// The team.
        pub team_name: String,
        /// The activity.
        pub title: String,
        /// The day.
        pub day: NaiveDate,
        /// From.
        pub started_at: DateTime<Utc>,
        /// To.
        pub ended_at: DateTime<Utc>,
        /// Minutes.
        pub minutes: i64,
        /// The evidence.
        pub method: Method,
        /// The remark.
        pub reason: Option<String>,
        /// Where it stands.
        pub state: PendingState,
        /// Who entered it.
        pub entered_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// When it should be decided, or the notice ends.
        pub due_at: DateTime<Utc>,
        /// Who said yes first.
        pub first_name: Option<String>,
        /// Who said yes to a day over the limit.
        pub second_name: Option<String>,
    }
}

/// The three tables with names of their own, so that `id` is the person's alone: what the search narrows.
const FROM: &str = "person p
    JOIN (SELECT tenant_id AS entry_tenant, id AS entry_id, person_id, organisation_id, organisation_path, region_code, kind, category,
                 title, day, started_at, ended_at, minutes, method, reason, state, entered_name, made_at, due_at, first_name, second_name,
                 posted_until FROM hours_pending) e
      ON e.entry_tenant = p.tenant_id AND e.person_id = p.id
    JOIN (SELECT tenant_id AS team_tenant, id AS team_id, name AS team_name, number AS team_number FROM organisation) o
      ON o.team_tenant = e.entry_tenant AND o.team_id = e.organisation_id";

/// Rows of a scope, the newest first.
pub(crate) async fn list(db: &Db, wanted: Wanted, limit: i64) -> Result<Vec<Listed>> {
    let mut conditions = wanted.conditions;
    let tail = conditions.tail(" ORDER BY e.made_at DESC, e.entry_id DESC LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT e.entry_id AS id, p.name AS person_name, p.volunteer_no, o.team_name, e.title, e.day, e.started_at, e.ended_at, e.minutes,
                e.method, e.reason, e.state, e.entered_name, e.made_at, e.due_at, e.first_name, e.second_name
         FROM {FROM} WHERE {tail}"
    );
    db.all(&sql, conditions.args()).await
}

row! {
    /// A row of the public notice; the name is masked before it leaves this file.
    pub(crate) struct Posting {
        /// The entry.
        pub id: EntryId,
        /// Who, masked: `张**`.
        pub name: String,
        /// The team.
        pub team_name: String,
        /// The activity.
        pub title: String,
        /// The day.
        pub day: NaiveDate,
        /// Minutes.
        pub minutes: i64,
        /// The evidence.
        pub method: Method,
        /// `posted`, or `objected` while an officer looks into it.
        pub state: PendingState,
        /// Until when anybody may object.
        pub posted_until: DateTime<Utc>,
    }
}

const POSTING: &str =
    "SELECT e.entry_id AS id, p.name, o.team_name, e.title, e.day, e.minutes, e.method, e.state, e.posted_until";

fn masked(mut posting: Posting) -> Posting {
    posting.name = rules::posted_name(&posting.name);
    posting
}

/// The public notice of a district, what ends first at the top.
pub(crate) async fn postings(db: &Db, mut wanted: Conditions, limit: i64) -> Result<Vec<Posting>> {
    let tail = wanted.tail(" ORDER BY e.posted_until, e.entry_id LIMIT ?", args![limit]);
    let rows: Vec<Posting> = db.all(&format!("{POSTING} FROM {FROM} WHERE {tail}"), wanted.args()).await?;
    Ok(rows.into_iter().map(masked).collect())
}

/// One row of it; what is not posted is not there.
pub(crate) async fn posting(db: &Db, tenant: TenantId, id: EntryId) -> Result<Posting> {
    let mut wanted = Conditions::new("e.entry_tenant = ? AND e.entry_id = ?", args![tenant, id]);
    wanted.and("e.state IN ('posted', 'objected')", args![]);
    let tail = wanted.tail("", args![]);
    Ok(masked(db.one(&format!("{POSTING} FROM {FROM} WHERE {tail}"), wanted.args()).await?))
}

row! { pub(crate) struct Waiting { pub id: EntryId, pub title: String, pub name: String, pub minutes: i64, pub state: PendingState, pub entered_name: String, pub due_at: DateTime<Utc>, pub reason: Option<String> } }

/// What waits for somebody's decision in a scope; `mine` leaves out what the actor may not decide.
pub(crate) async fn waiting(cx: &Cx, states: &'static str, reach: &kernel::policy::Reach) -> Result<Vec<Waiting>> {
    let mut wanted = Conditions::new("e.tenant_id = ?", args![cx.tenant]);
    wanted.and(states, args![]);
    wanted.within(reach, "e.region_code", "e.organisation_path");
    let tail = wanted.tail(" ORDER BY e.due_at, e.id LIMIT 200", &[]);
    let sql = format!(
        "SELECT e.id, e.title, p.name, e.minutes, e.state, e.entered_name, e.due_at, e.reason
         FROM hours_pending e JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.person_id WHERE {tail}"
    );
    cx.db.all(&sql, wanted.args()).await
}
