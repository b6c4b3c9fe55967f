//! What the address of a pivot says becomes a question, or a refusal in words.

use super::{Ask, Axis};
use crate::forms::Filter;
use crate::model::{Group, METRICS, MetricCode};
use crate::policy::{READ, TRAITS};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, LaneKey, Result, Tx, Word};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// What the address may say. Everything may be missing: then it is the hours of this year by town and month.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `volunteers`, `active`, `teams`, `activities`, `services`, `hours` or `served`.
    pub metric: String,
    /// `town`, `team`, `kind`, `category` or `month`; for people also `sex`, `age`, `political`, `education` or `id_kind`, for
    /// activities also `scope` or `state`.
    pub rows: String,
    /// Another of them; not `team`.
    pub columns: String,
    /// A whole year, `2026`; `from` and `to` say more.
    pub year: String,
    /// The first month, `2026-01`.
    pub from: String,
    /// The last month, `2026-11`.
    pub to: String,
    /// A town's or community's code.
    pub town: String,
    /// A team's number; everything below it.
    pub team: String,
    /// A kind of team.
    pub kind: String,
    /// A category's code.
    pub category: String,
}

/// The fields of a question, in the order of its address.
pub(crate) const FIELDS: &[&str] =
    &["metric", "rows", "columns", "year", "from", "to", "town", "team", "kind", "category"];

impl Wanted {
    /// The same period and part as a report's filter.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            year: self.year.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            town: self.town.clone(),
            team: self.team.clone(),
            kind: self.kind.clone(),
            category: self.category.clone(),
            group: String::new(),
        }
    }

    /// The fields with their names, in the order of the address.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 10] {
        [
            ("metric", &self.metric),
            ("rows", &self.rows),
            ("columns", &self.columns),
            ("year", &self.year),
            ("from", &self.from),
            ("to", &self.to),
            ("town", &self.town),
            ("team", &self.team),
            ("kind", &self.kind),
            ("category", &self.category),
        ]
        .map(|(name, value)| (name, value.as_str()))
    }

    /// The same question at another path.
    pub(crate) fn url(&self, path: &str) -> String {
        let query = kernel::http::query_string(&self.fields(), "");
        if query == "?" { path.to_owned() } else { format!("{path}{query}") }
    }

    /// The metric and the two dimensions; what they may not be is said in words.
    fn axes(&self) -> Result<(MetricCode, Axis, Axis)> {
        let wrong = |_| Error::Malformed(Word::new("error.query"));
        let chosen = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
        let metric = chosen(&self.metric, "hours").parse().map_err(wrong)?;
        let rows: Axis = chosen(&self.rows, "town").parse().map_err(wrong)?;
        let other = if rows == Axis::Month { "town" } else { "month" };
        let columns: Axis = chosen(&self.columns, other).parse().map_err(wrong)?;
        Ok((metric, rows, columns))
    }
}

/// Why a pivot cannot be made, for its page to say.
pub(crate) fn problem(metric: MetricCode, rows: Axis, columns: Axis) -> Option<Word> {
    if rows == columns {
        return Some(Word::new("pivot.same"));
    }
    if columns == Axis::Team {
        return Some(Word::new("pivot.wide"));
    }
    [rows, columns].iter().any(|axis| !axis.fits(metric)).then(|| Word::new("pivot.unfit"))
}

#[derive(Serialize)]
struct TraitsRead {
    metric: MetricCode,
    by_rows: Axis,
    by_columns: Axis,
}

impl Deed for TraitsRead {
    const KIND: &'static str = "statistics.traits_read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("pivot", None)
    }
}

/// What a page needs to show its form again, whether or not there is an answer.
pub(crate) struct Asked {
    /// The question.
    pub ask: Ask,
    /// Why it has no answer.
    pub problem: Option<Word>,
}

impl Asked {
    /// The question, for faces that have no form to say why there is none.
    pub(crate) fn answerable(self) -> Result<Ask> {
        self.problem.map_or(Ok(self.ask), |word| Err(Error::Malformed(word)))
    }
}

/// The question of an officer. One about traits of people asks for its own permission and leaves a line.
pub(crate) async fn of_desk(cx: &Cx, wanted: &Wanted) -> Result<Asked> {
    let (metric, rows, columns) = wanted.axes()?;
    let traits = rows.is_trait() || columns.is_trait();
    if traits {
        cx.may_somewhere(TRAITS)?;
    }
    let query = wanted.filter().query(cx, if traits { TRAITS } else { READ }).await?;
    let problem = problem(metric, rows, columns);
    if traits && problem.is_none() {
        let told = cx.clone();
        let line = async move |tx: &mut Tx<'_>| {
            tx.record(&told, &TraitsRead { metric, by_rows: rows, by_columns: columns });
            Ok(())
        };
        cx.write(LaneKey::of(cx.tenant.0), line).await?;
    }
    Ok(Asked { ask: Ask { metric, rows, columns, query }, problem })
}

/// The dimensions and metrics that strangers choose from: nothing that tells of single teams or of what people are, and no
/// register, whose change from month to month would tell of the few who came.
pub(crate) const PUBLIC_AXES: [Axis; 4] = [Axis::Town, Axis::Kind, Axis::Category, Axis::Month];
/// See above.
pub(crate) const PUBLIC_METRICS: [MetricCode; 5] =
    [MetricCode::Active, MetricCode::Activities, MetricCode::Services, MetricCode::Hours, MetricCode::Served];

/// The question of a stranger: a whole year and no filter.
pub(crate) fn of_public(cx: &Cx, wanted: &Wanted) -> Result<Asked> {
    let (metric, rows, columns) = wanted.axes()?;
    let narrowed = [&wanted.from, &wanted.to, &wanted.town, &wanted.team, &wanted.kind, &wanted.category];
    let open = PUBLIC_METRICS.contains(&metric) && [rows, columns].iter().all(|axis| PUBLIC_AXES.contains(axis));
    if !open || narrowed.iter().any(|field| !field.is_empty()) {
        return Err(Error::Malformed(Word::new("error.query")));
    }
    let query = Filter { group: Group::Total.to_string(), ..wanted.filter() }.public(cx)?;
    Ok(Asked { ask: Ask { metric, rows, columns, query }, problem: problem(metric, rows, columns) })
}

/// The metric of a question as the dictionary has it.
pub(crate) fn metric(code: MetricCode) -> &'static crate::model::Metric {
    &METRICS[code as usize]
}
