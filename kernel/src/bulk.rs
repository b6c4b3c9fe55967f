//! One deed for many: ticked in a list, shown before (who would change, who not and why), done by a job that acts for whoever asked,
//! and taken back where the deed can be. Each object is asked about again when its turn comes, with the rights of that moment.

use crate::audit::Deed;
use crate::auth;
use crate::cx::Cx;
use crate::db::{Json, LaneKey, Read, Tx};
use crate::error::{Error, Result};
use crate::ids::{AccountId, JobId, Raw};
use crate::jobs::{self, Job};
use crate::policy::Permission;
use crate::words::Word;
use crate::{args, row, text_enum};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use serde::{Deserialize, Serialize};

crate::id! {
    /// A deed for many.
    BulkId
}

/// So many objects of one deed.
pub const MOST: usize = 200;

/// Does the deed to one object, with what was said; refused in words where it cannot be.
pub type Act = for<'t, 'y> fn(&'t mut Tx<'y>, Cx, Raw, String) -> LocalBoxFuture<'t, Result<()>>;

/// The names of objects, of those that the reader may know of.
pub type Names = fn(Cx, Vec<Raw>) -> BoxFuture<'static, Result<Vec<(Raw, String)>>>;

/// A deed that a list offers for many of its objects, as a room tells of it at its door. Its words are `bulk.NAME` and
/// `bulk.effect.NAME`.
#[derive(Clone, Copy)]
pub struct BulkDeed {
    /// The list, as `ListFace` names it.
    pub list: &'static str,
    /// `room.verb`.
    pub name: &'static str,
    /// Who is offered it; each object is asked about by `check`.
    pub permission: Permission,
    /// The word of the text that it asks for, e.g. a reason.
    pub asks: &'static str,
    /// The names of those that the reader may know of, in any order; the others are not there.
    pub names: Names,
    /// Why it cannot be done to one, if so.
    pub check: fn(Cx, Raw, String) -> BoxFuture<'static, Result<Option<Word>>>,
    /// Does it to one.
    pub act: Act,
    /// Takes it back from one.
    pub back: Option<Act>,
}

text_enum! {
    /// How far a deed for many is.
    pub enum BulkState {
        /// Begins soon.
        Waiting = "waiting",
        /// One after the other.
        Running = "running",
        /// Every one was asked about.
        Done = "done",
        /// Being taken back.
        Undoing = "undoing",
        /// Taken back.
        Undone = "undone",
    }
}

row! {
    /// A deed for many as it is stored.
    pub struct BulkRun {
        /// Its id.
        pub id: BulkId,
        /// The list.
        pub list: String,
        /// The deed.
        pub deed: String,
        /// What was said with it.
        pub said: String,
        /// Those that were ticked.
        pub items: Json<Vec<Raw>>,
        /// Those to whom it was done.
        pub done: Json<Vec<Raw>>,
        /// Those to whom it was not, with the reason in the language of whoever asked.
        pub refused: Json<Vec<(Raw, String)>>,
        /// Those from whom it was taken back.
        pub undone: Json<Vec<Raw>>,
        /// Those who stay as they are, with the reason.
        pub stays: Json<Vec<(Raw, String)>>,
        /// How far it is.
        pub state: BulkState,
        /// Who asked.
        pub account_id: AccountId,
        /// Their name.
        pub made_name: String,
        /// When.
        pub made_at: chrono::DateTime<chrono::Utc>,
    }
}

const COLUMNS: &str =
    "id, list, deed, said, items, done, refused, undone, stays, state, account_id, made_name, made_at";

#[derive(Serialize)]
struct BulkBegun {
    #[serde(skip)]
    run: BulkId,
    list: String,
    deed: String,
    rows: usize,
}

impl Deed for BulkBegun {
    const KIND: &'static str = "bulk.begun";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("bulk_run", Some(self.run.0))
    }
}

#[derive(Serialize)]
struct BulkUndoAsked {
    #[serde(skip)]
    run: BulkId,
    deed: String,
    rows: usize,
}

impl Deed for BulkUndoAsked {
    const KIND: &'static str = "bulk.undo_asked";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("bulk_run", Some(self.run.0))
    }
}

/// The deeds that a list offers to this reader.
#[must_use]
pub fn offered(cx: &Cx, list: &str) -> Vec<BulkDeed> {
    cx.app.bulk.iter().filter(|deed| deed.list == list && cx.can(deed.permission)).copied().collect()
}

/// One of them by its name; `NotFound` for who is not offered it.
pub fn deed(cx: &Cx, list: &str, name: &str) -> Result<BulkDeed> {
    offered(cx, list).into_iter().find(|deed| deed.name == name).ok_or(Error::NotFound)
}

/// Who would change, and who would not and why; each with its name. Whoever the reader may not know of is left out.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Those to whom it would be done.
    pub changes: Vec<(Raw, String)>,
    /// Those to whom it would not.
    pub refused: Vec<(Raw, String, Word)>,
}

/// Asks about each of them; nothing is changed.
pub async fn preview(cx: &Cx, of: BulkDeed, items: &[Raw], said: &str) -> Result<Preview> {
    let mut preview = Preview::default();
    let named = (of.names)(cx.clone(), items.to_vec()).await?;
    for item in items {
        let Some((_, name)) = named.iter().find(|(id, _)| id == item) else { continue };
        match (of.check)(cx.clone(), *item, said.to_owned()).await? {
            None => preview.changes.push((*item, name.clone())),
            Some(word) => preview.refused.push((*item, name.clone(), word)),
        }
    }
    Ok(preview)
}

/// One's own deed for many.
pub async fn find(db: &impl Read, cx: &Cx, id: BulkId) -> Result<BulkRun> {
    let sql = format!("SELECT {COLUMNS} FROM bulk_run WHERE tenant_id = $1 AND id = $2 AND account_id = $3");
    db.one(&sql, args![cx.tenant, id, cx.actor.account]).await
}

/// Begins: the job asks about each again and does it.
pub async fn begin(tx: &mut Tx<'_>, cx: &Cx, of: BulkDeed, items: &[Raw], said: &str) -> Result<BulkId> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let id = BulkId::fresh();
    let job = jobs::enqueue(tx, cx.tenant, cx.now, &BulkJob { run: id.0, back: false }).await?;
    let none = || Json(serde_json::json!([]));
    let sql = "INSERT INTO bulk_run (tenant_id, id, list, deed, said, items, done, refused, undone, stays, state, job_id, account_id, made_name, made_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12, $13, $14)";
    let list = Json(serde_json::json!(items));
    let args = args![
        cx.tenant,
        id,
        of.list,
        of.name,
        said,
        list,
        none(),
        none(),
        none(),
        none(),
        job,
        account,
        cx.actor.name,
        cx.now
    ];
    tx.execute(sql, args).await?;
    tx.record(cx, &BulkBegun { run: id, list: of.list.to_owned(), deed: of.name.to_owned(), rows: items.len() });
    Ok(id)
}

/// Takes it back where it was done; refused while it goes on, and for a deed that cannot be.
pub async fn undo(tx: &mut Tx<'_>, cx: &Cx, id: BulkId) -> Result<()> {
    let run = find(tx, cx, id).await?;
    let of = deed(cx, &run.list, &run.deed)?;
    if run.state != BulkState::Done || of.back.is_none() || run.done.0.is_empty() {
        return Err(Error::refused("bulk.no_undo"));
    }
    let job = jobs::enqueue(tx, cx.tenant, cx.now, &BulkJob { run: id.0, back: true }).await?;
    let sql = "UPDATE bulk_run SET state = 'undoing', job_id = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'done'";
    tx.execute(sql, args![cx.tenant, id, job]).await?;
    tx.record(cx, &BulkUndoAsked { run: id, deed: run.deed, rows: run.done.0.len() });
    Ok(())
}

/// The order to do it, or to take it back.
#[derive(Serialize, Deserialize)]
pub(crate) struct BulkJob {
    run: Raw,
    back: bool,
}

impl Job for BulkJob {
    const KIND: &'static str = "bulk.run";

    async fn run(self, cx: Cx, job: JobId) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM bulk_run WHERE tenant_id = $1 AND id = $2");
        let run: BulkRun = cx.db.one(&sql, args![cx.tenant, self.run]).await?;
        // It acts for whoever asked, with the roles of now.
        let cx = auth::acting_for(&cx, run.account_id).await?;
        work(cx, job, run.id, self.back).await
    }
}

async fn work(cx: Cx, job: JobId, id: BulkId, back: bool) -> Result<()> {
    let run = find(&cx.db, &cx, id).await?;
    let of = deed(&cx, &run.list, &run.deed)?;
    let act = if back { of.back.ok_or_else(|| Error::refused("bulk.no_undo"))? } else { of.act };
    let items = if back { run.done.0.clone() } else { run.items.0.clone() };
    for (n, item) in items.iter().copied().enumerate() {
        let now = find(&cx.db, &cx, id).await?;
        let (good, bad) = if back { (&now.undone.0, &now.stays.0) } else { (&now.done.0, &now.refused.0) };
        if good.contains(&item) || bad.iter().any(|(other, _)| *other == item) {
            continue;
        }
        one(&cx, &of, (id, item, back), (act, &run.said)).await?;
        jobs::progress(&cx.db, job, serde_json::json!({ "done": n + 1, "of": items.len() })).await?;
    }
    let state = if back { BulkState::Undone } else { BulkState::Done };
    let (tenant, at) = (cx.tenant, cx.app.clock.now());
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        let sql = "UPDATE bulk_run SET state = $3, done_at = $4 WHERE tenant_id = $1 AND id = $2";
        tx.execute(sql, args![tenant, id, state, at]).await.map(|_| ())
    })
    .await
}

/// Does it to one and remembers, in one transaction; a refusal is remembered with its reason.
async fn one(cx: &Cx, of: &BulkDeed, (id, item, back): (BulkId, Raw, bool), (act, said): (Act, &str)) -> Result<()> {
    let (good, bad) = if back { ("undone", "stays") } else { ("done", "refused") };
    let checked = if back { None } else { (of.check)(cx.clone(), item, said.to_owned()).await? };
    let refused = match checked {
        Some(word) => Some(word),
        None => {
            let (at, text) = (cx.clone(), said.to_owned());
            let done = cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
                act(tx, at.clone(), item, text).await?;
                note(tx, &at, id, (good, serde_json::json!(item))).await
            });
            match done.await {
                Ok(()) => None,
                Err(Error::Refused(word)) => Some(word),
                Err(Error::NotFound | Error::Forbidden(_)) => Some(Word::new("bulk.not_yours")),
                Err(other) => return Err(other),
            }
        }
    };
    let Some(word) = refused else { return Ok(()) };
    let (at, why) = (cx.clone(), cx.say(&word));
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        note(tx, &at, id, (bad, serde_json::json!([item, why]))).await
    })
    .await
}

row! { struct Noted { list: Json<Vec<serde_json::Value>> } }

async fn note(tx: &mut Tx<'_>, cx: &Cx, id: BulkId, (column, what): (&str, serde_json::Value)) -> Result<()> {
    let sql = format!("SELECT {column} AS list FROM bulk_run WHERE tenant_id = $1 AND id = $2");
    let mut noted: Noted = tx.one(&sql, args![cx.tenant, id]).await?;
    noted.list.0.push(what);
    let state = if matches!(column, "done" | "refused") { "running" } else { "undoing" };
    let sql = format!("UPDATE bulk_run SET {column} = $3, state = $4 WHERE tenant_id = $1 AND id = $2");
    tx.execute(&sql, args![cx.tenant, id, Json(serde_json::json!(noted.list.0)), state]).await?;
    Ok(())
}
