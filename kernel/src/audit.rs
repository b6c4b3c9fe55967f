//! The trace: every write, and every read of S3 and S4 data, leaves a line in the same transaction, hash-chained.

use crate::cx::Cx;
use crate::db::{Conditions, Db, Json, Read, ToValue as _, Tx, Value};
use crate::error::Result;
use crate::ids::{AccountId, Raw, TenantId};
use crate::{args, row};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// A deed that matters to a person: its kind is the verb's name, its fields are what a later reader needs.
pub trait Deed: Serialize {
    /// `room.verb`, e.g. `activities.published`.
    const KIND: &'static str;
    /// The kind and id of what it was done to.
    fn object(&self) -> (&'static str, Option<Raw>);
}

/// A line before it is chained.
#[derive(Clone, Debug)]
pub struct Line {
    tenant: TenantId,
    at: DateTime<Utc>,
    account: Option<AccountId>,
    actor: String,
    kind: &'static str,
    object_kind: &'static str,
    object: Option<Raw>,
    detail: serde_json::Value,
    request: String,
    ip: String,
}

impl Line {
    /// A deed of the actor of this request.
    #[must_use]
    pub fn of<D: Deed>(cx: &Cx, deed: &D) -> Self {
        let (object_kind, object) = deed.object();
        Self {
            tenant: cx.tenant,
            at: cx.now,
            account: cx.actor.account,
            actor: cx.actor.name.clone(),
            kind: D::KIND,
            object_kind,
            object,
            detail: serde_json::to_value(deed).unwrap_or_default(),
            request: cx.request.id.clone(),
            ip: cx.request.ip.clone(),
        }
    }
}

impl Tx<'_> {
    /// Leaves the trace of a deed; it is written when the transaction commits, or not at all.
    pub fn record<D: Deed>(&mut self, cx: &Cx, deed: &D) {
        self.trace(Line::of(cx, deed));
    }
}

row! { struct Head { seq: i64, hash: Vec<u8> } }

/// Chains the lines of a batch and writes them; called by the lane just before it commits.
pub(crate) async fn write(tx: &mut Tx<'_>, chain: &str, mut lines: Vec<Line>) -> Result<()> {
    lines.sort_by_key(|l| l.tenant);
    while let Some(tenant) = lines.first().map(|l| l.tenant) {
        let others = lines.split_off(lines.partition_point(|l| l.tenant == tenant));
        let sql = "SELECT seq, hash FROM audit_line WHERE tenant_id = $1 AND chain = $2 ORDER BY seq DESC LIMIT 1";
        let head: Option<Head> = tx.optional(sql, args![tenant, chain]).await?;
        let (mut seq, mut hash) = head.map_or((0, vec![0; 32]), |h| (h.seq, h.hash));
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            seq += 1;
            let next = chained(&hash, seq, &line);
            rows.push(cells(chain, seq, line, hash, next.clone()));
            hash = next;
        }
        let head = "INSERT INTO audit_line (tenant_id, chain, seq, at, account_id, actor, kind, object_kind, object_id, detail, request_id, ip, prev, hash)";
        tx.insert_many(head, "", &rows).await?;
        lines = others;
    }
    Ok(())
}

fn cells(chain: &str, seq: i64, line: Line, prev: Vec<u8>, hash: Vec<u8>) -> Vec<Value> {
    let detail = match line.detail {
        detail @ serde_json::Value::Object(_) => detail,
        _ => serde_json::json!({}),
    };
    vec![
        line.tenant.to_value(),
        chain.to_value(),
        seq.to_value(),
        line.at.to_value(),
        line.account.to_value(),
        Value::Text(line.actor),
        line.kind.to_value(),
        line.object_kind.to_value(),
        line.object.to_value(),
        Value::Json(detail),
        Value::Text(line.request),
        Value::Text(line.ip),
        Value::Bytes(prev),
        Value::Bytes(hash),
    ]
}

fn chained(prev: &[u8], seq: i64, line: &Line) -> Vec<u8> {
    let object = line.object.map(|o| o.to_string()).unwrap_or_default();
    let account = line.account.map(|a| a.to_string()).unwrap_or_default();
    let detail = canonical(&line.detail);
    digest(
        prev,
        seq,
        &line.at,
        &[&account, &line.actor, line.kind, line.object_kind, &object, &detail, &line.request, &line.ip],
    )
}

fn digest(prev: &[u8], seq: i64, at: &DateTime<Utc>, fields: &[&str]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(prev);
    hasher.update(seq.to_be_bytes());
    hasher.update(at.timestamp_micros().to_be_bytes());
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finalize().to_vec()
}

/// Both engines give JSON back with keys of their own order; sorted keys make the hash the same.
fn canonical(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            let inside: Vec<String> = keys.iter().map(|k| format!("{k:?}:{}", canonical(&map[k.as_str()]))).collect();
            format!("{{{}}}", inside.join(","))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

row! {
    /// A line of the trace as it is stored.
    pub struct Stored {
        /// Which chain: one on SQLite, one for each writing connection on PostgreSQL.
        pub chain: String,
        /// Its place in the chain, from 1.
        pub seq: i64,
        /// When, in UTC.
        pub at: DateTime<Utc>,
        /// The account, absent for strangers and jobs.
        pub account_id: Option<AccountId>,
        /// The actor's name at that time.
        pub actor: String,
        /// The deed.
        pub kind: String,
        /// What it was done to.
        pub object_kind: String,
        /// Which one.
        pub object_id: Option<Raw>,
        /// The deed's fields.
        pub detail: Json<serde_json::Value>,
        /// The request's id.
        pub request_id: String,
        /// Where it came from.
        pub ip: String,
        /// The hash of the line before.
        pub prev: Vec<u8>,
        /// The hash of this line.
        pub hash: Vec<u8>,
    }
}

const COLUMNS: &str =
    "chain, seq, at, account_id, actor, kind, object_kind, object_id, detail, request_id, ip, prev, hash";

/// What a reader of the trace looks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the actor's name.
    pub actor: Option<String>,
    /// The beginning of the kind.
    pub kind: Option<String>,
    /// One object.
    pub object: Option<Raw>,
    /// Deeds that are left out.
    pub besides: Vec<&'static str>,
    /// Lines before this moment and place.
    pub before: Option<(DateTime<Utc>, String, i64)>,
}

/// The newest lines first, `limit` at most.
pub async fn list(db: &impl Read, tenant: TenantId, filter: &Filter, limit: i64) -> Result<Vec<Stored>> {
    let mut wanted = Conditions::new("tenant_id = ?", args![tenant]);
    if let Some(actor) = &filter.actor {
        wanted.and("actor LIKE '%' || ? || '%'", args![actor]);
    }
    if let Some(kind) = &filter.kind {
        wanted.and("kind LIKE ? || '%'", args![kind]);
    }
    if let Some(object) = filter.object {
        wanted.and("object_id = ?", args![object]);
    }
    for kind in &filter.besides {
        wanted.and("kind <> ?", args![*kind]);
    }
    if let Some((at, chain, seq)) = &filter.before {
        wanted.and("(at, chain, seq) < (?, ?, ?)", args![at, chain, seq]);
    }
    let tail = wanted.tail(" ORDER BY at DESC, chain DESC, seq DESC LIMIT ?", args![limit]);
    db.all(&format!("SELECT {COLUMNS} FROM audit_line WHERE {tail}"), wanted.args()).await
}

/// What the verifier found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The chain and place of the first line that does not fit.
    pub at: (String, i64),
    /// What is wrong there.
    pub why: &'static str,
}

/// Walks every chain of a tenant; the number of lines, or the first line that was changed, dropped or moved.
pub async fn verify(db: &Db, tenant: TenantId) -> Result<std::result::Result<u64, Broken>> {
    row! { struct Chain { chain: String } }
    let chains: Vec<Chain> =
        db.all("SELECT DISTINCT chain FROM audit_line WHERE tenant_id = $1 ORDER BY chain", args![tenant]).await?;
    let mut count = 0;
    for Chain { chain } in chains {
        let (mut seq, mut hash) = (0_i64, vec![0_u8; 32]);
        loop {
            let sql = format!(
                "SELECT {COLUMNS} FROM audit_line WHERE tenant_id = $1 AND chain = $2 AND seq > $3 ORDER BY seq LIMIT 5000"
            );
            let page: Vec<Stored> = db.all(&sql, args![tenant, chain, seq]).await?;
            if page.is_empty() {
                break;
            }
            for line in page {
                seq += 1;
                if let Err(why) = check(&line, seq, &hash) {
                    return Ok(Err(Broken { at: (chain, seq), why }));
                }
                hash = line.hash;
                count += 1;
            }
        }
    }
    Ok(Ok(count))
}

fn check(line: &Stored, seq: i64, hash: &[u8]) -> std::result::Result<(), &'static str> {
    if line.seq != seq {
        return Err("a line is missing before this one");
    }
    if line.prev != hash {
        return Err("the line before this one was changed");
    }
    let account = line.account_id.map(|a| a.to_string()).unwrap_or_default();
    let object = line.object_id.map(|o| o.to_string()).unwrap_or_default();
    let detail = canonical(&line.detail.0);
    let fields =
        [account.as_str(), &line.actor, &line.kind, &line.object_kind, &object, &detail, &line.request_id, &line.ip];
    if digest(hash, seq, &line.at, &fields) == line.hash { Ok(()) } else { Err("this line was changed") }
}
