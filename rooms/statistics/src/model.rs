//! The nouns: a metric and its definition, the question, the report.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kernel::policy::Reach;
use kernel::text_enum;

text_enum! {
    /// What is counted, in the order of the columns.
    pub enum MetricCode {
        /// Registered volunteers.
        Volunteers = "volunteers",
        /// Volunteers with hours in the period.
        Active = "active",
        /// Teams.
        Teams = "teams",
        /// Activities held.
        Activities = "activities",
        /// Services given.
        Services = "services",
        /// Time served.
        Hours = "hours",
        /// People served.
        Served = "served",
    }
}

text_enum! {
    /// What one of a metric is. People are counted once each, person-times every time.
    pub enum Unit {
        /// 人
        People = "people",
        /// 人次
        PersonTimes = "person_times",
        /// 小时
        Hours = "hours",
        /// 支、场
        Count = "count",
    }
}

/// An entry of the dictionary.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in queries and JSON.
    pub code: MetricCode,
    /// The word of its name.
    pub word: &'static str,
    /// Its name with the unit, for the head of a column.
    pub head: &'static str,
    /// What one of it is.
    pub unit: Unit,
    /// The word of the sentence that says exactly what is counted.
    pub definition: &'static str,
    /// The table that it is read from.
    pub source: &'static str,
    /// Whether it tells of persons, so that small cells are hidden from the public.
    pub personal: bool,
}

macro_rules! metric {
    ($code:ident, $name:literal, $unit:ident, $source:literal, $personal:literal) => {
        Metric {
            code: MetricCode::$code,
            word: concat!("metric.", $name),
            head: concat!("metric.", $name, ".head"),
            unit: Unit::$unit,
            definition: concat!("metric.", $name, ".definition"),
            source: $source,
            personal: $personal,
        }
    };
}

/// The dictionary: every figure of every face is one of these.
pub const METRICS: [Metric; 7] = [
    metric!(Volunteers, "volunteers", People, "person, membership", true),
    metric!(Active, "active", People, "person_month", true),
    metric!(Teams, "teams", Count, "organisation", false),
    metric!(Activities, "activities", Count, "activity", false),
    metric!(Services, "services", PersonTimes, "metric_day.services", true),
    metric!(Hours, "hours", Hours, "metric_day.minutes", true),
    metric!(Served, "served", PersonTimes, "metric_day.served", true),
];

text_enum! {
    /// What the rows of a report are.
    pub enum Group {
        /// Towns and streets.
        Town = "town",
        /// Teams.
        Team = "team",
        /// Kinds of team.
        Kind = "kind",
        /// Categories of service.
        Category = "category",
        /// Months.
        Month = "month",
        /// Only the total.
        Total = "total",
    }
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default()
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        self.next().first().pred_opt().unwrap_or_default()
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::str::FromStr for Month {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (year, month) = text.split_once('-').ok_or(())?;
        let (year, month) = (year.parse().map_err(|_| ())?, month.parse().map_err(|_| ())?);
        if (1990..=2200).contains(&year) && (1..=12).contains(&month) { Ok(Self { year, month }) } else { Err(()) }
    }
}

/// A question: which period, of whom, in which rows.
#[derive(Clone, Debug)]
pub struct Query {
    /// The first month.
    pub from: Month,
    /// The last month, itself included.
    pub to: Month,
    /// A region's code; everything below it. Empty: the district.
    pub region: String,
    /// An organisation's path; everything below it. Empty: all.
    pub organisation: String,
    /// One kind of team. Empty: all.
    pub kind: String,
    /// One category. Empty: all.
    pub category: String,
    /// The rows.
    pub group: Group,
    /// What the reader may see; absent: everything.
    pub reach: Option<Reach>,
    /// The moment of the question.
    pub now: DateTime<Utc>,
}

impl Query {
    /// A whole year of the whole district.
    #[must_use]
    pub fn year(year: i32, group: Group, now: DateTime<Utc>) -> Self {
        let empty = String::new;
        Self {
            from: Month { year, month: 1 },
            to: Month { year, month: 12 },
            region: empty(),
            organisation: empty(),
            kind: empty(),
            category: empty(),
            group,
            reach: None,
            now,
        }
    }

    /// The year, when the question is about all of one. Nothing lies in the future, so this year ends with this month.
    #[must_use]
    pub fn whole_year(&self) -> Option<i32> {
        let ended = self.to.month == 12 || self.to >= Month::of(kernel::time::day(self.now));
        (self.from.year == self.to.year && self.from.month == 1 && ended).then_some(self.from.year)
    }

    /// Its months, those to come left out.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        let last = self.to.min(Month::of(kernel::time::day(self.now)));
        std::iter::successors(Some(self.from), |m| Some(m.next())).take_while(|m| *m <= last).collect()
    }

    /// Whether the reader's part, or what they chose, is less than the district.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        let chosen = [&self.region, &self.organisation, &self.kind, &self.category];
        chosen.iter().any(|c| !c.is_empty()) || self.reach.as_ref().is_some_and(|r| !r.is_all())
    }
}

/// The figures of one row, by metric; absent where a metric has no meaning there or is hidden. Hours are minutes here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures([Option<i64>; 7]);

impl Figures {
    /// One figure.
    #[must_use]
    pub fn get(&self, metric: MetricCode) -> Option<i64> {
        self.0[metric as usize]
    }

    /// Sets one figure.
    pub fn set(&mut self, metric: MetricCode, figure: Option<i64>) {
        self.0[metric as usize] = figure;
    }
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// A region's code, a team's number, a kind, a category or `2026-11`; empty in the total.
    pub code: String,
    /// Its name as stored; empty where a word says it.
    pub name: String,
    /// What it was called in a part of the period, and until which day.
    pub formerly: Option<(String, NaiveDate)>,
    /// Its figures.
    pub figures: Figures,
    /// What tells of persons was taken out, because it told of few.
    pub hidden: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Report {
    /// The question.
    pub query: Query,
    /// The rows, in the order in which people read them.
    pub rows: Vec<Row>,
    /// All of it: people are counted once here, so it may be less than the sum of the rows.
    pub total: Row,
    /// Everything up to this moment is in it.
    pub as_of: DateTime<Utc>,
}
