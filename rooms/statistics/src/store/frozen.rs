//! The SQL of frozen reports: they are written once and read; nothing here changes or removes one.

use crate::model::{Group, Query};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Read, Result, Tx, args, row};

kernel::id! {
    /// A frozen report.
    FrozenId
}

row! {
    /// A report as it was frozen.
    pub(crate) struct Frozen {
        /// Its id.
        pub id: FrozenId,
        /// What it is called.
        pub name: String,
        /// The first month.
        pub first_month: String,
        /// The last one.
        pub last_month: String,
        /// Its rows.
        pub grouped: Group,
        /// The part of the district; empty: all of it.
        pub region_code: String,
        /// A team's number, or nothing.
        pub team: String,
        /// Its path.
        pub organisation_path: String,
        /// A kind of team, or nothing.
        pub kind: String,
        /// A category, or nothing.
        pub category: String,
        /// The figures as a text.
        pub figures: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// By whom.
        pub made_name: String,
    }
}

const COLUMNS: &str = "id, name, first_month, last_month, grouped, region_code, team, organisation_path, kind, category, figures, \
     made_at, made_name";

/// Writes one.
pub(crate) async fn insert(tx: &mut Tx<'_>, cx: &Cx, new: &Frozen) -> Result<()> {
    let sql = "INSERT INTO frozen_report (tenant_id, id, name, first_month, last_month, grouped, region_code, team, organisation_path,
                 kind, category, figures, made_at, made_by, made_name)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let cells = args![
        cx.tenant,
        new.id,
        new.name,
        new.first_month,
        new.last_month,
        new.grouped,
        new.region_code,
        new.team,
        new.organisation_path,
        new.kind,
        new.category,
        new.figures,
        new.made_at,
        cx.actor.account.ok_or(kernel::Error::SignIn)?,
        new.made_name
    ];
    tx.execute(sql, cells).await?;
    Ok(())
}

/// One that the reader may see; any other is not there.
pub(crate) async fn find(db: &impl Read, cx: &Cx, reach: &Reach, id: FrozenId) -> Result<Frozen> {
    let mut wanted = Conditions::new("tenant_id = ? AND id = ?", args![cx.tenant, id]);
    wanted.within(reach, "region_code", "");
    let tail = wanted.tail("", args![]);
    db.one(&format!("SELECT {COLUMNS} FROM frozen_report WHERE {tail}"), wanted.args()).await
}

/// Those that the reader may see, the newest first.
pub(crate) async fn list(
    db: &impl Read,
    cx: &Cx,
    (reach, query): (&Reach, &str),
    after: Option<(DateTime<Utc>, FrozenId)>,
    limit: i64,
) -> Result<Vec<Frozen>> {
    let mut wanted = Conditions::new("tenant_id = ?", args![cx.tenant]);
    wanted.within(reach, "region_code", "");
    if !query.is_empty() {
        wanted.and("lower(name) LIKE '%' || lower(?) || '%'", args![query]);
    }
    if let Some((at, id)) = after {
        wanted.and("(made_at, id) < (?, ?)", args![at, id]);
    }
    let tail = wanted.tail(" ORDER BY made_at DESC, id DESC LIMIT ?", args![limit]);
    db.all(&format!("SELECT {COLUMNS} FROM frozen_report WHERE {tail}"), wanted.args()).await
}

/// The digest that the trace holds of one.
pub(crate) async fn digest(db: &impl Read, cx: &Cx, id: FrozenId) -> Result<Option<String>> {
    row! { struct Line { detail: kernel::Json<serde_json::Value> } }
    let sql = "SELECT detail FROM audit_line WHERE tenant_id = $1 AND kind = 'statistics.frozen' AND object_id = $2";
    let line: Option<Line> = db.optional(sql, args![cx.tenant, id]).await?;
    Ok(line.and_then(|line| line.detail.0.get("digest")?.as_str().map(str::to_owned)))
}

row! {
    /// A row of the ledger that was written since.
    pub(crate) struct Since {
        /// The row.
        pub id: kernel::ids::Raw,
        /// The activity.
        pub title: String,
        /// The team.
        pub team: String,
        /// Its day, inside the period.
        pub day: NaiveDate,
        /// Minutes; negative in a reversal.
        pub minutes: i64,
        /// Whether it takes another one back.
        pub reversal: bool,
        /// Why.
        pub reason: Option<String>,
        /// When it was written.
        pub made_at: DateTime<Utc>,
    }
}

row! {
    /// What they come to.
    pub(crate) struct SinceSum {
        /// Rows that take another one back.
        pub reversed: i64,
        /// Their minutes, negative.
        pub reversed_minutes: i64,
        /// Rows that were entered after the fact.
        pub entered: i64,
        /// Their minutes.
        pub entered_minutes: i64,
    }
}

/// Rows of the ledger of a report's period and part that were written after it was frozen.
fn since_then(cx: &Cx, frozen: &Frozen, query: &Query) -> Conditions {
    let mut wanted = Conditions::new("e.tenant_id = ? AND e.made_at > ?", args![cx.tenant, frozen.made_at]);
    wanted.and("e.day >= ? AND e.day <= ?", args![query.from.first(), query.to.last()]);
    if !query.region.is_empty() {
        let end = kernel::policy::after(&query.region);
        wanted.and("e.region_code >= ? AND e.region_code < ?", args![query.region, end]);
    }
    if !query.organisation.is_empty() {
        let end = kernel::policy::after(&query.organisation);
        wanted.and("o.path >= ? AND o.path < ?", args![query.organisation, end]);
    }
    if !query.kind.is_empty() {
        wanted.and("e.kind = ?", args![query.kind]);
    }
    if !query.category.is_empty() {
        wanted.and("e.category = ?", args![query.category]);
    }
    wanted
}

/// The newest of them; at most 100.
pub(crate) async fn since(db: &impl Read, cx: &Cx, frozen: &Frozen, query: &Query) -> Result<Vec<Since>> {
    let mut wanted = since_then(cx, frozen, query);
    let tail = wanted.tail(" ORDER BY e.made_at DESC, e.id DESC LIMIT 100", args![]);
    let sql = format!(
        "SELECT e.id, e.title, o.name AS team, e.day, e.minutes, e.reverses_id IS NOT NULL AS reversal, e.reason, e.made_at
         FROM hours_entry e JOIN organisation o ON o.tenant_id = e.tenant_id AND o.id = e.organisation_id WHERE {tail}"
    );
    db.all(&sql, wanted.args()).await
}

/// What all of them come to.
pub(crate) async fn since_sum(db: &impl Read, cx: &Cx, frozen: &Frozen, query: &Query) -> Result<SinceSum> {
    let mut wanted = since_then(cx, frozen, query);
    let tail = wanted.tail("", args![]);
    let sql = format!(
        "SELECT COUNT(*) FILTER (WHERE e.reverses_id IS NOT NULL) AS reversed,
                CAST(COALESCE(SUM(e.minutes) FILTER (WHERE e.reverses_id IS NOT NULL), 0) AS BIGINT) AS reversed_minutes,
                COUNT(*) FILTER (WHERE e.reverses_id IS NULL) AS entered,
                CAST(COALESCE(SUM(e.minutes) FILTER (WHERE e.reverses_id IS NULL), 0) AS BIGINT) AS entered_minutes
         FROM hours_entry e JOIN organisation o ON o.tenant_id = e.tenant_id AND o.id = e.organisation_id WHERE {tail}"
    );
    db.one(&sql, wanted.args()).await
}
