//! Frozen reports: what was told on a day stays as it was told, and what became of it since is said beside it with its reasons.

pub(crate) mod api;
pub(crate) mod pages;

use crate::model::{Figures, METRICS, Query, Report, Row};
use crate::store;
use crate::store::frozen::{self as kept, Frozen, FrozenId};
use kernel::ids::Raw;
use kernel::policy::Scope;
use kernel::{Cx, Deed, Error, Result, Tx, Word};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A row as it is kept: figures by the name of their metric, so that new metrics leave old reports as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeptRow {
    code: String,
    name: String,
    figures: BTreeMap<String, i64>,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    rows: Vec<KeptRow>,
    total: KeptRow,
}

impl KeptRow {
    fn of(row: &Row) -> Self {
        let figures = METRICS.iter().filter_map(|m| row.figures.get(m.code).map(|n| (m.code.to_string(), n)));
        Self { code: row.code.clone(), name: row.name.clone(), figures: figures.collect() }
    }

    fn row(&self) -> Row {
        let mut figures = Figures::default();
        for metric in &METRICS {
            figures.set(metric.code, self.figures.get(metric.code.as_str()).copied());
        }
        Row { code: self.code.clone(), name: self.name.clone(), formerly: None, figures, hidden: false }
    }
}

/// The text that is kept; the same figures make the same text.
fn text(report: &Report) -> Result<String> {
    let kept = Kept { rows: report.rows.iter().map(KeptRow::of).collect(), total: KeptRow::of(&report.total) };
    serde_json::to_string(&kept).map_err(|e| Error::internal(e.to_string()))
}

impl Frozen {
    /// The question that it answered, without what may be seen of it: its region is part of it.
    pub(crate) fn query(&self, now: chrono::DateTime<chrono::Utc>) -> Result<Query> {
        let broken = |_| Error::internal("a frozen report says a month that is none".to_owned());
        let (from, to) = (self.first_month.parse().map_err(broken)?, self.last_month.parse().map_err(broken)?);
        Ok(Query {
            from,
            to,
            region: self.region_code.clone(),
            organisation: self.organisation_path.clone(),
            kind: self.kind.clone(),
            category: self.category.clone(),
            group: self.grouped,
            reach: None,
            now,
        })
    }

    /// The report as it was.
    pub(crate) fn report(&self) -> Result<Report> {
        let kept: Kept = serde_json::from_str(&self.figures).map_err(|e| Error::internal(e.to_string()))?;
        let rows = kept.rows.iter().map(KeptRow::row).collect();
        Ok(Report { query: self.query(self.made_at)?, rows, total: kept.total.row(), as_of: self.made_at })
    }

    /// The digest of what is kept.
    pub(crate) fn digest(&self) -> String {
        kernel::auth::digest(&self.figures)
    }

    /// Its page.
    pub(crate) fn url(&self) -> String {
        format!("/desk/statistics/frozen/{}", self.id)
    }
}

/// The part of the district whose figures somebody freezes: what they chose, or all that they may see.
pub(crate) fn region(cx: &Cx, chosen: &str) -> Result<String> {
    let carried = |grant: &&kernel::policy::Grant| crate::policy::FREEZE.roles.contains(&grant.role);
    let mut codes = Vec::new();
    for grant in cx.actor.grants.iter().filter(carried) {
        match &grant.scope {
            Scope::Tenant => return Ok(chosen.to_owned()),
            Scope::Region(code) => codes.push(code.as_str()),
            Scope::Organisation(_) => {}
        }
    }
    match codes.as_slice() {
        _ if codes.iter().any(|code| !chosen.is_empty() && chosen.starts_with(code)) => Ok(chosen.to_owned()),
        [only] if chosen.is_empty() => Ok((*only).to_owned()),
        _ => Err(Error::Refused(Word::new("frozen.region"))),
    }
}

#[derive(Serialize)]
struct ReportFrozen {
    #[serde(skip)]
    report: FrozenId,
    name: String,
    digest: String,
}

impl Deed for ReportFrozen {
    const KIND: &'static str = "statistics.frozen";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("frozen_report", Some(self.report.0))
    }
}

/// Freezes a report: everything that was written before is in it.
pub(crate) async fn freeze(tx: &mut Tx<'_>, cx: &Cx, name: &str, team: &str, query: &Query) -> Result<FrozenId> {
    while hours::roll_up_batch(tx, cx.tenant, 20_000).await? > 0 {}
    let report = store::figures(tx, cx.tenant, query).await?;
    let frozen = Frozen {
        id: FrozenId::fresh(),
        name: name.to_owned(),
        first_month: query.from.to_string(),
        last_month: query.to.to_string(),
        grouped: query.group,
        region_code: query.region.clone(),
        team: team.to_owned(),
        organisation_path: query.organisation.clone(),
        kind: query.kind.clone(),
        category: query.category.clone(),
        figures: text(&report)?,
        made_at: cx.now,
        made_name: cx.actor.name.clone(),
    };
    kept::insert(tx, cx, &frozen).await?;
    tx.record(cx, &ReportFrozen { report: frozen.id, name: frozen.name.clone(), digest: frozen.digest() });
    Ok(frozen.id)
}

/// A figure that is another one now.
pub(crate) struct Restated {
    /// The metric.
    pub metric: &'static crate::model::Metric,
    /// The row; the total has no code.
    pub row: Row,
    /// As it was told.
    pub was: i64,
    /// As it is.
    pub now: i64,
}

/// What became of a report's figures. A row that is gone counts nothing now, one that came counted nothing then.
pub(crate) fn restated(was: &Report, now: &Report) -> Vec<Restated> {
    let mut all = Vec::new();
    let mut compare = |old: Option<&Row>, new: Option<&Row>| {
        let Some(row) = new.or(old) else { return };
        for metric in &METRICS {
            let of = |row: Option<&Row>| row.and_then(|r| r.figures.get(metric.code)).unwrap_or(0);
            let known = old.is_none_or(|row| row.figures.get(metric.code).is_some());
            if known && of(old) != of(new) {
                all.push(Restated { metric, row: row.clone(), was: of(old), now: of(new) });
            }
        }
    };
    compare(Some(&was.total), Some(&now.total));
    for old in &was.rows {
        compare(Some(old), now.rows.iter().find(|new| new.code == old.code));
    }
    for new in now.rows.iter().filter(|new| was.rows.iter().all(|old| old.code != new.code)) {
        compare(None, Some(new));
    }
    all
}

/// What a report's page shows: the report as it was, as it would be now, and whether it is what was frozen.
pub(crate) struct Told {
    /// As it was.
    pub was: Report,
    /// What is another one now.
    pub restated: Vec<Restated>,
    /// Rows of the ledger written since.
    pub since: Vec<kept::Since>,
    /// How many of them there are, and what they come to.
    pub sum: kept::SinceSum,
    /// Whether the figures are those of which the trace holds the digest.
    pub genuine: bool,
}

/// Looks at a frozen report today.
pub(crate) async fn tell(cx: &Cx, frozen: &Frozen) -> Result<Told> {
    let was = frozen.report()?;
    // The same period: months that came since are none of its business.
    let query = frozen.query(frozen.made_at)?;
    let now = store::figures(&cx.db, cx.tenant, &query).await?;
    let genuine = kept::digest(&cx.db, cx, frozen.id).await?.as_deref() == Some(frozen.digest().as_str());
    Ok(Told {
        restated: restated(&was, &now),
        since: kept::since(&cx.db, cx, frozen, &query).await?,
        sum: kept::since_sum(&cx.db, cx, frozen, &query).await?,
        was,
        genuine,
    })
}

#[cfg(test)]
mod tests;
