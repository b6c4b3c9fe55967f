//! The rows behind a figure: read by the conditions that counted it, so that a list is as long as its number.

use super::traits::{self, Traits};
use super::{Slice, TEAM, registers};
use crate::model::{MetricCode, Query};
use chrono::NaiveDate;
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Conditions, Read, Result, TenantId, args, row, search};

/// Whose rows: a question, whether the team alone is meant without those below it, and traits.
pub(crate) struct Whose<'q> {
    /// The question.
    pub query: &'q Query,
    /// The team alone.
    pub own: bool,
    /// Of people.
    pub traits: &'q Traits,
}

row! {
    /// Somebody who is counted.
    pub(crate) struct Counted {
        /// Their id.
        pub id: Raw,
        /// Their name.
        pub name: String,
        /// Their volunteer's number.
        pub volunteer_no: Option<String>,
        /// Where they live.
        pub region: String,
        /// What lists sort by.
        pub sort_key: String,
        /// What they served in the period; nothing in a list of the register.
        pub minutes: i64,
        /// How often.
        pub services: i64,
    }
}

row! {
    /// What a list of people comes to.
    pub(crate) struct Sum {
        /// People.
        pub people: i64,
        /// Their minutes.
        pub minutes: i64,
        /// Their services.
        pub services: i64,
    }
}

/// The end of the range that holds a team alone; paths below it go on with a number.
fn alone(path: &str) -> String {
    format!("{path}\u{1}")
}

fn in_team(wanted: &mut Conditions, whose: &Whose<'_>) {
    let path = &whose.query.organisation;
    if path.is_empty() && whose.query.kind.is_empty() {
        return;
    }
    let end = if whose.own { alone(path) } else { kernel::policy::after(path) };
    let kind = &whose.query.kind;
    wanted.and(
        "EXISTS (SELECT 1 FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
                 WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id AND m.to_on IS NULL AND o.tree = 'team'
                   AND o.path >= ? AND o.path < ? AND (CAST(? AS TEXT) = '' OR o.kind = ?))",
        args![path, end, kind, kind],
    );
}

/// The register: `person p`.
fn register(tenant: TenantId, whose: &Whose<'_>) -> Conditions {
    let narrow = Query { organisation: String::new(), kind: String::new(), ..whose.query.clone() };
    let mut wanted = registers::registered(tenant, &narrow, false);
    in_team(&mut wanted, whose);
    whose.traits.narrow(&mut wanted, traits::day(whose.query));
    wanted
}

/// Those who served: `person_month m` with `person p`.
fn served(tenant: TenantId, whose: &Whose<'_>) -> (String, Conditions) {
    let mut slice = Slice::of(tenant, whose.query);
    let query = whose.query;
    slice.wanted.and("m.month >= ? AND m.month <= ?", args![query.from.to_string(), query.to.to_string()]);
    if whose.own {
        slice.wanted.and("o.path = ?", args![query.organisation]);
    }
    whose.traits.narrow(&mut slice.wanted, traits::day(query));
    let team = if whose.own { TEAM } else { slice.join };
    let from = format!("person_month m JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id{team}");
    (from, slice.wanted)
}

/// The list as a table `x` of people, with its conditions: `tail` closes them.
fn people(
    tenant: TenantId,
    metric: MetricCode,
    whose: &Whose<'_>,
    (reach, q): (Option<&Reach>, &str),
) -> (String, Conditions) {
    const COLUMNS: &str = "p.id, p.name, p.volunteer_no, p.region_code AS region, p.sort_key";
    let (from, mut wanted, more) = if metric == MetricCode::Volunteers {
        (
            "person p".to_owned(),
            register(tenant, whose),
            ", CAST(0 AS BIGINT) AS minutes, CAST(0 AS BIGINT) AS services",
        )
    } else {
        let (from, wanted) = served(tenant, whose);
        let sums = ", CAST(SUM(m.minutes) AS BIGINT) AS minutes, CAST(SUM(m.services) AS BIGINT) AS services";
        (from, wanted, sums)
    };
    if let Some(reach) = reach {
        wanted.within(reach, "p.region_code", "");
    }
    search::narrow_by(&mut wanted, "p.id", tenant, "person", q);
    let tail = if metric == MetricCode::Volunteers {
        wanted.tail("", args![])
    } else {
        wanted.tail(
            " GROUP BY p.id, p.name, p.volunteer_no, p.region_code, p.sort_key HAVING SUM(m.minutes) > 0",
            args![],
        )
    };
    (format!("SELECT {COLUMNS}{more} FROM {from} WHERE {tail}"), wanted)
}

/// How many people a figure counts, and what they served; with a reach those whom it shows.
pub(crate) async fn sum(
    db: &impl Read,
    tenant: TenantId,
    (metric, whose): (MetricCode, &Whose<'_>),
    reach: Option<&Reach>,
) -> Result<Sum> {
    let (list, wanted) = people(tenant, metric, whose, (reach, ""));
    let sql = format!(
        "SELECT COUNT(*) AS people, CAST(COALESCE(SUM(x.minutes), 0) AS BIGINT) AS minutes,
                CAST(COALESCE(SUM(x.services), 0) AS BIGINT) AS services FROM ({list}) AS x"
    );
    db.one(&sql, wanted.args()).await
}

/// People by name, those whom the reach shows and the search finds.
pub(crate) async fn people_of(
    db: &impl Read,
    tenant: TenantId,
    (metric, whose): (MetricCode, &Whose<'_>),
    (reach, q): (&Reach, &str),
    (after, limit): (Option<(String, Raw)>, i64),
) -> Result<Vec<Counted>> {
    let (list, wanted) = people(tenant, metric, whose, (Some(reach), q));
    let mut bound = wanted.args().to_vec();
    let at = bound.len();
    let place = match after {
        Some((key, id)) => {
            bound.extend_from_slice(args![key, id]);
            format!(" WHERE (x.sort_key, x.id) > (${}, ${})", at + 1, at + 2)
        }
        None => String::new(),
    };
    bound.extend_from_slice(args![limit]);
    let sql = format!("SELECT x.* FROM ({list}) AS x{place} ORDER BY x.sort_key, x.id LIMIT ${}", bound.len());
    db.all(&sql, &bound).await
}

row! {
    /// A team that is counted.
    pub(crate) struct Team {
        /// Its id.
        pub id: Raw,
        /// Its number.
        pub number: String,
        /// Its name.
        pub name: String,
        /// Its kind.
        pub kind: String,
        /// Where it is.
        pub region: String,
        /// What lists sort by.
        pub sort_key: String,
    }
}

row! { struct Number { n: i64 } }

/// How many teams, and a page of those that the search finds.
pub(crate) async fn teams(
    db: &impl Read,
    tenant: TenantId,
    (whose, q): (&Whose<'_>, &str),
    (after, limit): (Option<(String, Raw)>, i64),
) -> Result<(i64, Vec<Team>)> {
    let mut wanted = registers::standing(tenant, whose.query);
    if whose.own {
        wanted.and("o.path = ?", args![whose.query.organisation]);
    }
    let tail = wanted.clone().tail("", args![]);
    let all: Number = db.one(&format!("SELECT COUNT(*) AS n FROM organisation o WHERE {tail}"), wanted.args()).await?;
    search::narrow_by(&mut wanted, "o.id", tenant, "organisation", q);
    if let Some((key, id)) = after {
        wanted.and("(o.sort_key, o.id) > (?, ?)", args![key, id]);
    }
    let tail = wanted.tail(" ORDER BY o.sort_key, o.id LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT o.id, o.number, o.name, o.kind, o.region_code AS region, o.sort_key FROM organisation o WHERE {tail}"
    );
    Ok((all.n, db.all(&sql, wanted.args()).await?))
}

row! {
    /// An activity that is counted.
    pub(crate) struct Activity {
        /// Its id.
        pub id: Raw,
        /// What it is called.
        pub title: String,
        /// The team.
        pub team: String,
        /// Its first day.
        pub starts_on: NaiveDate,
        /// Its last day.
        pub ends_on: NaiveDate,
        /// The first of its categories.
        pub category: String,
    }
}

/// How many activities, and a page of those that the search finds, the newest first.
pub(crate) async fn activities(
    db: &impl Read,
    tenant: TenantId,
    (whose, q): (&Whose<'_>, &str),
    (after, limit): (Option<(NaiveDate, Raw)>, i64),
) -> Result<(i64, Vec<Activity>)> {
    let mut wanted = registers::held(tenant, whose.query);
    if whose.own {
        wanted.and("a.organisation_path = ?", args![whose.query.organisation]);
    }
    let tail = wanted.clone().tail("", args![]);
    let all: Number = db.one(&format!("SELECT COUNT(*) AS n FROM activity a WHERE {tail}"), wanted.args()).await?;
    search::narrow_by(&mut wanted, "a.id", tenant, "activity", q);
    if let Some((day, id)) = after {
        wanted.and("(a.starts_on, a.id) < (?, ?)", args![day, id]);
    }
    let tail = wanted.tail(" ORDER BY a.starts_on DESC, a.id DESC LIMIT ?", args![limit]);
    let sql = format!(
        "SELECT a.id, a.title, a.organisation_name AS team, a.starts_on, a.ends_on, a.category FROM activity a WHERE {tail}"
    );
    Ok((all.n, db.all(&sql, wanted.args()).await?))
}
