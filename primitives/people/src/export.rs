//! A list leaves the system: with a reason, a trace and a mark of who took it; unmasked in small numbers, or
//! when a second person agrees.

pub(crate) mod wish;

use crate::deeds::Exported;
use crate::model::Person;
use crate::pages::{Wanted, district};
use crate::ties::Ties;
use crate::{mask, policy, store};
use askama::Template;
use kernel::http::filters;
use kernel::tables::{Column, Out, write_csv, write_xlsx};
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Query, Result, Routes, Tx, Word};
use serde::Deserialize;
use std::collections::HashMap;

/// Unmasked rows that one person may take alone.
const ALONE: usize = 200;
/// Rows that fit one sheet with room to spare.
const MOST: i64 = 200_000;

pub(crate) fn routes() -> Routes {
    wish::routes().get("/desk/people/export", policy::EXPORT, new).post("/desk/people/export", policy::EXPORT, create)
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ExportForm {
    q: String,
    town: String,
    team: String,
    state: String,
    reason: String,
    format: String,
    columns: String,
}

impl ExportForm {
    fn wanted(&self) -> Wanted {
        let Self { q, town, team, state, .. } = self.clone();
        Wanted { q, town, team, state, cursor: None }
    }
}

#[derive(Template)]
#[template(path = "people/export.html")]
struct New {
    form: ExportForm,
    errors: FieldErrors,
    rows: i64,
    alone: usize,
}

async fn page(cx: &Cx, form: ExportForm, errors: FieldErrors) -> Result<New> {
    let (reach, ties) = (cx.reach(policy::EXPORT), cx.app.part::<Ties>());
    let rows = store::count(&cx.db, cx.tenant, &form.wanted().filter(), (&reach, ties)).await?;
    Ok(New { form, errors, rows, alone: ALONE })
}

async fn new(cx: Cx, Query(Wanted { q, town, team, state, .. }): Query<Wanted>) -> Result<Answer> {
    let form = ExportForm { q, town, team, state, format: "xlsx".to_owned(), ..ExportForm::default() };
    cx.page(&page(&cx, form, FieldErrors::none()).await?)
}

async fn create(cx: Cx, Form(form): Form<ExportForm>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let reason = errors.text("reason", &form.reason, 200);
    let format = match form.format.as_str() {
        "csv" => "csv",
        "xlsx" => "xlsx",
        _ => {
            errors.add("format", Word::new("form.choose"));
            ""
        }
    };
    if !errors.is_empty() {
        return cx.invalid(&page(&cx, form, errors).await?);
    }
    let masked = form.columns != "full";
    let wanted = form.wanted();
    let people = fresh_list(&cx, &wanted).await?;
    if !masked && people.len() > ALONE {
        return wish::ask(&cx, wanted, (format, reason), people.len()).await;
    }
    let (filter, second) = (wanted.query(""), String::new());
    let deed = Exported { person: None, rows: people.len(), masked, format, reason: reason.clone(), filter, second };
    let at = cx.clone();
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &deed);
        Ok(())
    })
    .await?;
    let bytes = sheet(&cx, &people, (masked, format), &Mark { reason: &reason, second: None }).await?;
    Ok(download(&cx, format, bytes))
}

/// Those of the list whom the actor may take out now.
async fn fresh_list(cx: &Cx, wanted: &Wanted) -> Result<Vec<Person>> {
    let (reach, ties) = (cx.reach(policy::EXPORT), cx.app.part::<Ties>());
    store::list(&cx.db, cx.tenant, &wanted.filter(), (&reach, ties), (None, MOST)).await
}

fn download(cx: &Cx, format: &str, bytes: Vec<u8>) -> Answer {
    let name = format!("{}-{}.{format}", cx.t("people.title"), cx.today());
    let kind = if format == "csv" { "text/csv; charset=utf-8" } else { XLSX };
    cx.download(&name, kind, bytes)
}

/// What the last line says beside who and when.
struct Mark<'m> {
    reason: &'m str,
    /// Who agreed, when somebody had to.
    second: Option<&'m str>,
}

impl Mark<'_> {
    fn word(&self, cx: &Cx) -> Word {
        let key = if self.second.is_some() { "people.export_mark_two" } else { "people.export_mark" };
        Word::new(key)
            .with("name", &cx.actor.name)
            .with("time", kernel::words::moment(cx.now))
            .with("reason", self.reason)
            .with("second", self.second.unwrap_or_default())
    }
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn sheet(cx: &Cx, people: &[Person], (masked, format): (bool, &str), mark: &Mark<'_>) -> Result<Vec<u8>> {
    let regions = places::regions(&cx.db, district(cx)).await?;
    let names: HashMap<String, String> = regions.into_iter().map(|r| (r.code, r.name)).collect();
    let name = |code: &str| Out::maybe(names.get(code).cloned());
    let title = |key: &str, width| Column::new(cx.t(key), width);
    let mut columns = vec![
        title("people.number", 18),
        title("people.name", 14),
        title("people.field.sex", 6),
        title("people.town", 12),
        title("people.region", 20),
        title("people.field.phone", 14),
        title("people.registered_on", 12),
        title("people.state", 8),
    ];
    if !masked {
        columns.push(title("people.field.birth_date", 12));
        columns.push(title("people.field.address", 30));
    }
    let row = |person: &Person| {
        let mut cells = vec![
            Out::maybe(person.volunteer_no.clone()),
            Out::Text(person.name.clone()),
            Out::Text(cx.t(&format!("people.sex.{}", person.sex)).to_owned()),
            name(places::town_of(&person.region_code)),
            name(&person.region_code),
            if masked { Out::Text(mask::phone_of(person)) } else { Out::maybe(person.phone.clone()) },
            person.registered_on.map_or(Out::Empty, Out::Date),
            Out::Text(cx.t(&format!("people.state.{}", person.stage())).to_owned()),
        ];
        if !masked {
            cells.push(person.birth_date.map_or(Out::Empty, Out::Date));
            cells.push(Out::maybe(person.address.clone()));
        }
        cells
    };
    let last = std::iter::once(vec![Out::Text(cx.say(&mark.word(cx)))]);
    let rows = people.iter().map(row).chain(last);
    let written = if format == "csv" { write_csv(&columns, rows) } else { write_xlsx(&columns, rows) };
    written.map_err(|e| Error::internal(e.to_string()))
}
