//! Back-entry: hours that could not be taken on the spot, entered by one person and decided by another.

mod model;

pub use model::{Claim, ClaimId, ClaimLine, ClaimState, NewClaim};

use crate::forms::DecisionForm;
use crate::model::{Method, NewEntry, Window};
use crate::pending::PendingState;
use crate::pending::model::First;
use crate::pending::verbs::{Admission, admit};
use crate::{rules, settings};
use chrono::{DateTime, Utc};
use kernel::http::Cursor;
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{AccountId, Conditions, Cx, Deed, Error, Read, Result, Tx, Word, WorkItem, args, row};
use serde::Serialize;

const COLUMNS: &str = "id, activity_id, session_id, title, kind, category, window_from, window_to, organisation_id, organisation_path, \
    region_code, reason, evidence_id, state, entered_by, entered_name, made_at, due_at, decided_name, decided_at, opinion";

#[derive(Serialize)]
struct ClaimMade {
    #[serde(skip)]
    claim: ClaimId,
    people: usize,
    minutes: i64,
}

impl Deed for ClaimMade {
    const KIND: &'static str = "hours.claimed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("claim", Some(self.claim.0))
    }
}

#[derive(Serialize)]
struct ClaimDecided {
    #[serde(skip)]
    claim: ClaimId,
    state: ClaimState,
    entries: usize,
}

impl Deed for ClaimDecided {
    const KIND: &'static str = "hours.claim_decided";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("claim", Some(self.claim.0))
    }
}

/// Enters a claim: the rules of a row hold already, but nothing counts until another person approves it.
pub async fn claim(tx: &mut Tx<'_>, cx: &Cx, new: &NewClaim, calendar: &WorkCalendar) -> Result<ClaimId> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    claim_of(tx, cx, new, calendar, (account, &cx.actor.name)).await
}

/// The same for what somebody else keyed before: they, not the actor, are who entered it.
pub async fn claim_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    new: &NewClaim,
    calendar: &WorkCalendar,
    (account, name): (AccountId, &str),
) -> Result<ClaimId> {
    let mut minutes = 0;
    for (_, start, end) in &new.lines {
        minutes += rules::check(*start, *end, new.window, cx.now)?;
    }
    let id = ClaimId::fresh();
    let due = kernel::time::day_start(calendar.after(cx.today(), 3)) + chrono::Duration::hours(18);
    let sql = "INSERT INTO hours_claim (tenant_id, id, activity_id, session_id, title, kind, category, window_from, window_to,
                 organisation_id, organisation_path, region_code, reason, evidence_id, state, entered_by, entered_name, made_at, due_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'waiting', $15, $16, $17, $18)";
    let cells = args![
        cx.tenant,
        id,
        new.activity,
        new.session,
        new.title,
        new.kind,
        new.category,
        new.window.from,
        new.window.to,
        new.organisation,
        new.organisation_path,
        new.region,
        new.reason,
        new.evidence,
        account,
        name,
        cx.now,
        due
    ];
    tx.execute(sql, cells).await?;
    let lines: Vec<_> = new
        .lines
        .iter()
        .map(|(person, start, end)| args![cx.tenant, kernel::ids::fresh(), id, person, start, end].to_vec())
        .collect();
    let head = "INSERT INTO hours_claim_line (tenant_id, id, claim_id, person_id, started_at, ended_at)";
    tx.insert_many(head, "", &lines).await?;
    tx.record(cx, &ClaimMade { claim: id, people: new.lines.len(), minutes });
    Ok(id)
}

/// One claim.
pub(crate) async fn find(db: &impl Read, cx: &Cx, id: ClaimId) -> Result<Claim> {
    db.one(&format!("SELECT {COLUMNS} FROM hours_claim WHERE tenant_id = $1 AND id = $2"), args![cx.tenant, id]).await
}

/// Claims that the actor may decide about, the newest first, after the cursor of a moment and an id.
pub(crate) async fn list(
    cx: &Cx,
    state: Option<ClaimState>,
    cursor: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Claim>> {
    let mut wanted = Conditions::new("tenant_id = ?", args![cx.tenant]);
    wanted.within(&cx.reach(crate::DECIDE), "region_code", "organisation_path");
    if let Some(state) = state {
        wanted.and("state = ?", args![state]);
    }
    if let Some(cursor) = cursor {
        let (made_at, id): (DateTime<Utc>, ClaimId) = (cursor.get(0)?, cursor.get(1)?);
        wanted.and("(made_at, id) < (?, ?)", args![made_at, id]);
    }
    let tail = wanted.tail(" ORDER BY made_at DESC, id DESC LIMIT ?", args![limit]);
    cx.db.all(&format!("SELECT {COLUMNS} FROM hours_claim WHERE {tail}"), wanted.args()).await
}

/// The people of a claim.
pub(crate) async fn lines(db: &impl Read, cx: &Cx, id: ClaimId) -> Result<Vec<ClaimLine>> {
    let sql = "SELECT l.person_id, p.name, l.started_at, l.ended_at FROM hours_claim_line l
               JOIN person p ON p.tenant_id = l.tenant_id AND p.id = l.person_id
               WHERE l.tenant_id = $1 AND l.claim_id = $2 ORDER BY p.sort_key, l.id";
    db.all(sql, args![cx.tenant, id]).await
}

row! {
    /// A row of the ledger that stands in the way of a claim's line.
    pub struct Clash {
        /// Who.
        pub name: String,
        /// The row.
        pub entry_id: crate::EntryId,
        /// Its activity.
        pub title: String,
    }
}

/// The rows of the ledger that lie at the same time as a line of the claim and were not taken back.
pub(crate) async fn clashes(db: &impl Read, cx: &Cx, id: ClaimId) -> Result<Vec<Clash>> {
    let sql = "SELECT p.name, e.id AS entry_id, e.title FROM hours_claim_line l
               JOIN person p ON p.tenant_id = l.tenant_id AND p.id = l.person_id
               JOIN hours_entry e ON e.tenant_id = l.tenant_id AND e.person_id = l.person_id
                AND e.started_at < l.ended_at AND e.ended_at > l.started_at AND e.reverses_id IS NULL
               WHERE l.tenant_id = $1 AND l.claim_id = $2
                 AND NOT EXISTS (SELECT 1 FROM hours_entry r WHERE r.tenant_id = e.tenant_id AND r.reverses_id = e.id)
               ORDER BY p.sort_key, e.id LIMIT 50";
    db.all(sql, args![cx.tenant, id]).await
}

#[derive(Serialize)]
struct EvidenceRead {
    #[serde(skip)]
    claim: ClaimId,
    name: String,
}

impl Deed for EvidenceRead {
    const KIND: &'static str = "hours.evidence_read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("claim", Some(self.claim.0))
    }
}

/// The photographed sheet, with names and signatures (S3): each look leaves a trace.
pub(crate) async fn evidence(tx: &mut Tx<'_>, cx: &Cx, claim: &Claim) -> Result<kernel::files::File> {
    let file = kernel::files::find(tx, cx, claim.evidence_id.ok_or(Error::NotFound)?).await?;
    tx.record(cx, &EvidenceRead { claim: claim.id, name: file.name.clone() });
    Ok(file)
}

/// Decides a claim by what was typed, once for each one-time key; answers whether it was approved.
///
/// # Errors
/// `Invalid` when a return lacks its reason; else as `decide`.
pub(crate) async fn settle(cx: &Cx, id: ClaimId, form: &DecisionForm) -> Result<bool> {
    let (approve, opinion) = form.check().map_err(Error::Invalid)?;
    let at = cx.clone();
    cx.once(id.lane(), async move |tx: &mut Tx<'_>| {
        decide(tx, &at, id, approve, &opinion).await?;
        Ok(approve)
    })
    .await
}

/// Decides a claim: never by the one who entered it, nor by one who would gain hours by it. Approval writes every row or none.
pub(crate) async fn decide(tx: &mut Tx<'_>, cx: &Cx, id: ClaimId, approve: bool, opinion: &str) -> Result<()> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let claim = find(tx, cx, id).await?;
    let entered = person_of(tx, cx, claim.entered_by).await;
    if claim.entered_by == account || (entered.is_some() && entered == cx.actor.person) {
        return Err(Error::refused("hours.claim.own"));
    }
    let state = if approve { ClaimState::Approved } else { ClaimState::Returned };
    let sql = "UPDATE hours_claim SET state = $1, decided_by = $2, decided_name = $3, decided_at = $4, opinion = $5
               WHERE tenant_id = $6 AND id = $7 AND state = 'waiting'";
    let changed = tx.execute(sql, args![state, account, cx.actor.name, cx.now, opinion, cx.tenant, id]).await?;
    if changed == 0 {
        return Err(Error::refused("hours.claim.decided"));
    }
    let people = lines(tx, cx, id).await?;
    if people.iter().any(|line| Some(line.person_id.0) == cx.actor.person) {
        return Err(Error::refused("hours.claim.gains"));
    }
    let mut entries = 0;
    for line in &people {
        let counts = approve && admit_line(tx, cx, &claim, line).await? == PendingState::Entered;
        // Whoever has to wait was told so.
        if counts || !approve {
            let word = Word::new(if approve { "hours.message.approved" } else { "hours.message.returned" });
            let word = word.with("title", &claim.title);
            kernel::messages::leave(tx, cx, line.person_id.0, &word, "/me/hours").await?;
        }
        entries += usize::from(counts);
    }
    tx.record(cx, &ClaimDecided { claim: id, state, entries });
    Ok(())
}

/// The person behind an account, if there is one.
async fn person_of(tx: &Tx<'_>, cx: &Cx, account: AccountId) -> Option<Raw> {
    kernel::auth::find(tx, cx.tenant, account).await.ok().and_then(|account| account.person_id)
}

/// Lets a line of an approved claim in: into the ledger, or where it is long onto the public notice first.
async fn admit_line(tx: &mut Tx<'_>, cx: &Cx, claim: &Claim, line: &ClaimLine) -> Result<PendingState> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let by = Admission {
        notice: line.minutes() > settings::NOTICE_OVER.read(tx, cx.tenant).await? * 60,
        entered_by: Some(claim.entered_by),
        entered_person: person_of(tx, cx, claim.entered_by).await,
        first: Some(First { account, person: cx.actor.person, name: cx.actor.name.clone() }),
        claim: Some(claim.id.0),
    };
    match admit(tx, cx, &entry_of(cx, claim, line), by).await {
        Ok((_, state)) => Ok(state),
        Err(Error::Refused(word)) => {
            let said = cx.say(&word);
            Err(Error::Refused(Word::new("hours.claim.person").with("name", &line.name).with("why", said)))
        }
        Err(error) => Err(error),
    }
}

fn entry_of(cx: &Cx, claim: &Claim, line: &ClaimLine) -> NewEntry {
    NewEntry {
        person: line.person_id,
        activity: claim.activity_id,
        session: claim.session_id,
        title: claim.title.clone(),
        organisation: claim.organisation_id,
        organisation_path: claim.organisation_path.clone(),
        region: claim.region_code.clone(),
        kind: claim.kind.clone(),
        category: claim.category.clone(),
        started_at: line.started_at,
        ended_at: line.ended_at,
        window: Window { from: claim.window_from, to: claim.window_to },
        method: Method::Paper,
        reason: Some(claim.reason.clone()),
        entered_by: claim.entered_name.clone(),
        approved_by: Some(cx.actor.name.clone()),
    }
}

row! { struct Waiting { id: ClaimId, title: String, entered_name: String, due_at: DateTime<Utc>, reason: String, people: i64 } }

/// The claims that wait for this reader.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(crate::DECIDE) {
        return Ok(Vec::new());
    }
    let mut wanted = Conditions::new("c.tenant_id = ? AND c.state = 'waiting'", args![cx.tenant]);
    wanted.within(&cx.reach(crate::DECIDE), "c.region_code", "c.organisation_path");
    let tail = wanted.tail(" ORDER BY c.due_at LIMIT 200", &[]);
    let sql = format!(
        "SELECT c.id, c.title, c.entered_name, c.due_at, c.reason,
                (SELECT COUNT(*) FROM hours_claim_line l WHERE l.tenant_id = c.tenant_id AND l.claim_id = c.id) AS people
         FROM hours_claim c WHERE {tail}"
    );
    let rows: Vec<Waiting> = cx.db.all(&sql, wanted.args()).await?;
    Ok(rows
        .into_iter()
        .map(|w| WorkItem {
            many: Some((crate::bulk::CLAIMS, w.id.0)),
            kind: "work.kind.entry",
            tint: "tag-b",
            title: cx.say(&Word::new("hours.work.title").with("title", &w.title).with("n", w.people)),
            facts: w.reason,
            who: w.entered_name,
            due: w.due_at,
            url: format!("/desk/hours/claims/{}", w.id),
        })
        .collect())
}
