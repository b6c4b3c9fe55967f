//! The ledger at the desk: the list with its filters, its export, one row and taking it back.

use super::{Sheet, method_word};
use crate::corrections;
use crate::forms::{Filter, ReversalForm};
use crate::model::{Entry, EntryId, Method};
use crate::policy::{CORRECT, READ, in_reach};
use crate::store;
use crate::store::list::{Listed, list};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Paged, filters};
use kernel::tables::Out;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Target, Word};
use places::Region;

const PAGE: usize = 50;
/// More rows than this are refused: narrow the period.
const MOST_EXPORTED: usize = 100_000;

#[derive(Template)]
#[template(path = "hours/index.html")]
struct Index {
    filter: Filter,
    query: String,
    rows: Vec<Listed>,
    next: Option<String>,
    towns: Vec<Region>,
    methods: &'static [Method],
    /// How many rows and minutes, where the page holds them all.
    total: Option<(i64, i64)>,
    views: String,
}

impl Index {
    fn is_method(&self, method: &Method) -> bool {
        self.filter.method == method.as_str()
    }
}

pub(crate) async fn index(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    let rows = list(&cx.db, filter.page(&cx).await?, 51).await?;
    let page = Paged::cut(rows, PAGE, |r| vec![r.day.to_string(), r.id.to_string()]);
    let whole = page.next.is_none() && filter.cursor.is_empty();
    let count = i64::try_from(page.items.len()).unwrap_or(i64::MAX);
    let total = whole.then(|| (count, page.items.iter().map(|row| row.minutes).sum()));
    let views = kernel::views::chips(&cx, "hours", &filter.query()).await?;
    cx.page(&Index {
        views,
        query: filter.query(),
        filter,
        rows: page.items,
        next: page.next,
        towns: towns(&cx).await?,
        methods: Method::ALL,
        total,
    })
}

/// The towns among which this reader may choose.
async fn towns(cx: &Cx) -> Result<Vec<Region>> {
    let mut all = places::towns(cx).await?;
    all.retain(|town| cx.may(READ, &Target { region: &town.code, ..Target::default() }).is_ok());
    Ok(all)
}

pub(crate) async fn export(cx: Cx, Query(filter): Query<Filter>) -> Result<Answer> {
    let limit = i64::try_from(MOST_EXPORTED).unwrap_or(i64::MAX) + 1;
    let rows = list(&cx.db, filter.wanted(&cx).await?, limit).await?;
    if rows.len() > MOST_EXPORTED {
        return Err(Error::Refused(Word::new("hours.export.too_many").with("most", MOST_EXPORTED)));
    }
    // The search may be a name or the tail of a phone: the trace keeps that there was one, not what it was.
    let shown = Filter { q: if filter.q.trim().is_empty() { String::new() } else { "*".to_owned() }, ..filter };
    let sheet = Sheet {
        name: "hours.export.name",
        columns: COLUMNS,
        rows: rows.iter().map(|row| cells(&cx, row)).collect(),
        filter: shown.query(),
    };
    sheet.send(&cx, shown.format == "csv").await
}

const COLUMNS: &[(&str, u8)] = &[
    ("hours.person", 12),
    ("hours.volunteer_no", 20),
    ("hours.team", 28),
    ("hours.activity", 32),
    ("hours.day", 12),
    ("hours.from", 8),
    ("hours.to", 8),
    ("hours.hours", 8),
    ("hours.method", 12),
    ("hours.reason", 28),
    ("hours.entered_by", 12),
    ("hours.approved_by", 12),
];

fn cells(cx: &Cx, row: &Listed) -> Vec<Out> {
    vec![
        Out::Text(row.person_name.clone()),
        Out::maybe(row.volunteer_no.clone()),
        Out::Text(row.team_name.clone()),
        Out::Text(row.title.clone()),
        Out::Date(row.day),
        Out::Text(kernel::words::time(row.started_at)),
        Out::Text(kernel::words::time(row.ended_at)),
        Out::Hours(row.minutes),
        Out::Text(cx.t(row.method_word()).to_owned()),
        Out::maybe(row.reason.clone()),
        Out::Text(row.entered_by.clone()),
        Out::maybe(row.approved_by.clone()),
    ]
}

impl Listed {
    /// The evidence in a word, or that the row is a correction.
    fn method_word(&self) -> &'static str {
        if self.reverses_id.is_some() { "hours.method.reversal" } else { method_word(self.method) }
    }

    /// The colour of its tag.
    fn tint(&self) -> &'static str {
        match self.method {
            _ if self.reverses_id.is_some() => "tag-r",
            Method::Scan => "tag-g",
            Method::Staff => "tag-b",
            Method::Paper | Method::Own => "tag-a",
        }
    }
}

#[derive(Template)]
#[template(path = "hours/show.html")]
struct Show {
    entry: Entry,
    person: String,
    team: String,
    method: &'static str,
    /// The person's minutes now and after a reversal.
    balance: i64,
    reversed_by: Option<EntryId>,
    may_correct: bool,
    errors: FieldErrors,
    form: ReversalForm,
}

impl Show {
    fn after(&self) -> i64 {
        self.balance - self.entry.minutes
    }

    /// Whether the form stands on the page.
    fn can_reverse(&self) -> bool {
        self.may_correct && self.reversed_by.is_none() && self.entry.reverses_id.is_none()
    }
}

async fn record(cx: &Cx, entry: Entry, errors: FieldErrors, form: ReversalForm) -> Result<Show> {
    let target = Target { region: &entry.region_code, organisation: &entry.organisation_path, person: None };
    Ok(Show {
        person: store::person_name(&cx.db, cx.tenant, entry.person_id).await?,
        team: store::team_name(&cx.db, cx.tenant, entry.organisation_id).await?,
        method: if entry.reverses_id.is_some() { "hours.method.reversal" } else { method_word(entry.method) },
        balance: store::balance(&cx.db, cx.tenant, entry.person_id).await?,
        reversed_by: store::reversal_of(&cx.db, cx.tenant, entry.id).await?,
        may_correct: cx.may(CORRECT, &target).is_ok(),
        entry,
        errors,
        form,
    })
}

/// A row that this reader may see; anything else is not there.
pub(crate) async fn find(cx: &Cx, id: EntryId) -> Result<Entry> {
    let entry = store::find(&cx.db, cx.tenant, id).await?;
    in_reach(cx, READ, &entry.region_code, &entry.organisation_path)?;
    Ok(entry)
}

pub(crate) async fn show(cx: Cx, Path(entry): Path<EntryId>) -> Result<Answer> {
    let entry = find(&cx, entry).await?;
    cx.page(&record(&cx, entry, FieldErrors::none(), ReversalForm::default()).await?)
}

pub(crate) async fn reverse(cx: Cx, Path(entry): Path<EntryId>, Form(form): Form<ReversalForm>) -> Result<Answer> {
    let entry = find(&cx, entry).await?;
    in_reach(&cx, CORRECT, &entry.region_code, &entry.organisation_path)?;
    match corrections::take_back(&cx, &entry, &form).await {
        Err(Error::Invalid(errors)) => return cx.invalid(&record(&cx, entry, errors, form).await?),
        taken => taken?,
    };
    let word = Word::new("hours.reversed_now").with("hours", kernel::words::hours(entry.minutes));
    Ok(cx.see_other_saying(&format!("/desk/hours/{}", entry.id), &word))
}
