//! Doubles at the desk: the list, and two records side by side.

use super::card::Card;
use super::model::{PairFilter, PairRow, Scanned, ordered};
use super::score::{Reason, score};
use super::{store, verbs};
use crate::model::{Person, PersonId};
use crate::private::Field;
use crate::{mask, policy};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::{Answer, Cx, Error, Form, LaneKey, Query, Result, Tx, Word, WorkItem};
use places::Region;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const PAGE: usize = 50;

/// What the reader of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wanted {
    pub q: String,
    pub town: String,
    /// `sure` for the likeliest alone.
    pub level: String,
    /// `open` unless told.
    pub state: String,
    pub format: String,
    pub cursor: Option<String>,
}

/// What may have been decided of a pair.
const STATES: [&str; 3] = ["open", "apart", "one"];

impl Wanted {
    pub(super) fn filter(&self) -> PairFilter {
        PairFilter {
            query: self.q.trim().chars().take(40).collect(),
            town: self.town.trim().to_owned(),
            sure: self.level == "sure",
            state: STATES.into_iter().find(|state| *state == self.state).unwrap_or("open").to_owned(),
        }
    }

    fn query(&self, cursor: &str) -> String {
        query_string(&[("q", &self.q), ("town", &self.town), ("level", &self.level), ("state", &self.state)], cursor)
    }
}

struct Row {
    pair: PairRow,
    phones: (String, String),
    towns: (String, String),
}

#[derive(Template)]
#[template(path = "people/duplicates.html")]
struct Index {
    rows: Paged<Row>,
    total: i64,
    wanted: Wanted,
    towns: Vec<Region>,
    scanned: Option<Scanned>,
    views: String,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.rows.next.as_deref().map(|cursor| self.wanted.query(cursor))
    }

    fn export(&self) -> String {
        self.wanted.query("")
    }

    fn states(&self) -> [&'static str; 3] {
        STATES
    }

    fn is_open(&self) -> bool {
        self.wanted.filter().state == "open"
    }
}

pub(super) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    cx.may_somewhere(policy::EDIT)?;
    let (filter, reach) = (wanted.filter(), cx.reach(policy::EDIT));
    let cursor = Cursor::read(wanted.cursor.as_deref(), 3)?;
    let found = store::list(&cx.db, cx.tenant, (&filter, &reach), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let total = store::count(&cx.db, cx.tenant, &filter, &reach).await?;
    let towns = places::towns(&cx).await?;
    let names: HashMap<&str, &str> = towns.iter().map(|t| (t.code.as_str(), t.name.as_str())).collect();
    let town = |code: &str| names.get(places::town_of(code)).map_or_else(String::new, |name| (*name).to_owned());
    let phone = |phone: &Option<String>| phone.as_deref().map(mask::phone).unwrap_or_default();
    let rows = Paged::cut(found, PAGE, PairRow::keys).map(|pair| Row {
        phones: (phone(&pair.phone), phone(&pair.other_phone)),
        towns: (town(&pair.region_code), town(&pair.other_region_code)),
        pair,
    });
    let scanned = store::scanned(&cx.db, cx.tenant).await?;
    let views = kernel::views::chips(&cx, "doubles", &wanted.query("")).await?;
    cx.page(&Index { rows, total, wanted, views, towns, scanned })
}

/// How many pairs wait for somebody's word, as one line of the work-list.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    if !cx.can(policy::EDIT) {
        return Ok(Vec::new());
    }
    let n = store::count(&cx.db, cx.tenant, &Wanted::default().filter(), &cx.reach(policy::EDIT)).await?;
    let word = Word::new("people.double.work").with("n", n);
    let item = WorkItem::of_list(&cx, "work.kind.double", &word, "/desk/people/duplicates");
    Ok(if n > 0 { vec![item] } else { Vec::new() })
}

/// One line of two records side by side, masked.
pub struct Side {
    /// The word of the field.
    pub field: String,
    /// What stands in each.
    pub values: (String, String),
    /// Whether both hold the same, seen without the mask.
    pub same: bool,
}

#[derive(Template)]
#[template(path = "people/duplicate.html")]
struct Show {
    one: Person,
    other: Person,
    sides: Vec<Side>,
    reasons: Vec<Reason>,
    state: String,
    decided: Option<(String, chrono::DateTime<chrono::Utc>)>,
}

pub(super) async fn show(cx: Cx, Path((person, other)): Path<(PersonId, PersonId)>) -> Result<Answer> {
    let (one, other) = verbs::readable(&cx, ordered(person, other)).await?;
    let pair = store::find(&cx.db, cx.tenant, (one.id, other.id)).await?;
    let reasons = score(&Card::of(&one), &Card::of(&other), 1).map(|(_, reasons)| reasons).unwrap_or_default();
    let state = pair.as_ref().map_or("open", |pair| pair.state.as_str()).to_owned();
    let decided = pair.and_then(|pair| pair.decided_name.zip(pair.decided_at)).filter(|_| state != "open");
    let sides = sides(&cx, &one, &other).await?;
    cx.page(&Show { one, other, sides, reasons, state, decided })
}

/// What stands on both records, masked as everywhere.
pub async fn sides(cx: &Cx, one: &Person, other: &Person) -> Result<Vec<Side>> {
    let mut sides = Vec::new();
    let mut line = |field: &str, a: String, b: String, same: bool| {
        if !(a.is_empty() && b.is_empty()) {
            sides.push(Side { field: field.to_owned(), values: (a, b), same });
        }
    };
    let sex = |p: &Person| cx.t(&format!("people.sex.{}", p.sex)).to_owned();
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let day = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let masked = |field, p: &Person| crate::pages::masked(field, p);
    line("people.name", one.name.clone(), other.name.clone(), one.name == other.name);
    line("people.number", mask::number_of(one), mask::number_of(other), false);
    line("people.field.sex", sex(one), sex(other), one.sex == other.sex);
    for (field, same) in [
        (Field::BirthDate, one.birth_date == other.birth_date),
        (Field::Identity, false),
        (Field::Phone, one.phone == other.phone),
        (Field::Email, one.email == other.email),
        (Field::Address, one.address == other.address),
    ] {
        line(&format!("people.field.{field}"), masked(field, one), masked(field, other), same);
    }
    line("people.field.employer", text(&one.employer), text(&other.employer), one.employer == other.employer);
    line("people.field.skills", text(&one.skills), text(&other.skills), one.skills == other.skills);
    line("people.registered_on", day(one.registered_on), day(other.registered_on), false);
    let (home, other_home) = (
        places::full_region_name(cx, &one.region_code).await?,
        places::full_region_name(cx, &other.region_code).await?,
    );
    line("people.region", home, other_home, one.region_code == other.region_code);
    let ties = cx.app.part::<crate::Ties>();
    let teams = (ties.teams)(cx.db.clone(), cx.tenant, vec![one.id, other.id]).await?;
    let of = |id: PersonId| teams.get(&id).map(|names| names.join("、")).unwrap_or_default();
    line("people.teams", of(one.id), of(other.id), false);
    Ok(sides)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionForm {
    /// `apart` or `open`.
    decision: String,
}

pub(super) async fn decide(
    cx: Cx,
    Path((person, other)): Path<(PersonId, PersonId)>,
    Form(form): Form<DecisionForm>,
) -> Result<Answer> {
    let (one, other) = verbs::readable(&cx, ordered(person, other)).await?;
    let apart = match form.decision.as_str() {
        "apart" => true,
        "open" => false,
        _ => return Err(Error::Malformed(Word::new("error.form"))),
    };
    let (at, pair) = (cx.clone(), (one.id, other.id));
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::decide_apart(tx, &at, pair, apart).await)
        .await?;
    let said = if apart { "people.double.apart_said" } else { "people.double.open_said" };
    Ok(cx.see_other_saying("/desk/people/duplicates", &Word::new(said)))
}
