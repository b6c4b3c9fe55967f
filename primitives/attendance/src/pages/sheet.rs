//! Paper sheets: the grid in which a whole sheet is keyed, the sample for a second person, the session's sheets and their scans.

use crate::sheets::model::{Sheet, SheetId, SheetState, TypedRow};
use crate::sheets::{self, TypedSheet, Wrong, rules};
use activities::{Activity, Session, SessionId};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Multipart, filters};
use kernel::{Answer, Cx, Error, FieldErrors, Query, Result, Word};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Rows of a new grid; `?rows=` asks for another number.
const ROWS: usize = 20;

/// A row of a grid with what is wrong with it.
struct Cell {
    row: TypedRow,
    wrong: Option<Word>,
}

fn cells(rows: Vec<TypedRow>, wrong: &[(i64, Word)]) -> Vec<Cell> {
    let of = |line: i64| wrong.iter().find(|(n, _)| *n == line).map(|(_, word)| word.clone());
    rows.into_iter().map(|row| Cell { wrong: of(row.line), row }).collect()
}

fn empty(lines: impl IntoIterator<Item = i64>) -> Vec<TypedRow> {
    lines.into_iter().map(|line| TypedRow { line, ..TypedRow::default() }).collect()
}

#[derive(Template)]
#[template(path = "attendance/sheet_new.html")]
struct New {
    activity: Activity,
    session: Session,
    cells: Vec<Cell>,
    reason: String,
    least: usize,
    errors: FieldErrors,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    rows: Option<usize>,
}

pub(super) async fn new(cx: Cx, Path(session): Path<SessionId>, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let (session, activity) = sheets::keyable(&cx, session).await?;
    let count = i64::try_from(wanted.rows.unwrap_or(ROWS).clamp(1, rules::MOST)).unwrap_or(1);
    let cells = cells(empty(1..=count), &[]);
    let reason = cx.t("sheet.reason_given").to_owned();
    cx.page(&New { activity, session, cells, reason, least: rules::LEAST, errors: FieldErrors::none() })
}

/// Reads the parts of a grid; a part that nobody asked for is refused.
async fn read(mut parts: Multipart) -> Result<TypedSheet> {
    let wrong = || Error::Malformed(Word::new("error.form"));
    let (mut typed, mut rows) = (TypedSheet::default(), BTreeMap::<i64, TypedRow>::new());
    while let Some((name, file, bytes)) = parts.next().await? {
        if name == "scan" {
            typed.scan = (!bytes.is_empty()).then_some((file, bytes));
            continue;
        }
        let text = String::from_utf8(bytes).map_err(|_| wrong())?;
        if name == "reason" {
            typed.reason = text;
            continue;
        }
        let (field, line) = name.split_once(':').ok_or_else(wrong)?;
        let line: i64 = line.parse().ok().filter(|n| (1..=1_000).contains(n)).ok_or_else(wrong)?;
        let row = rows.entry(line).or_insert_with(|| TypedRow { line, ..TypedRow::default() });
        match field {
            "who" => row.who = text,
            "from" => row.from = text,
            "to" => row.to = text,
            _ => return Err(wrong()),
        }
    }
    typed.rows = rows.into_values().collect();
    Ok(typed)
}

pub(super) async fn create(cx: Cx, Path(session): Path<SessionId>, parts: Multipart) -> Result<Answer> {
    let (session, activity) = sheets::keyable(&cx, session).await?;
    let typed = read(parts).await?;
    let (rows, reason) = (typed.rows.clone(), typed.reason.clone());
    match sheets::key(&cx, (&session, &activity), typed).await? {
        Ok(_) => {
            let back = format!("/sessions/{}/sheets", session.id);
            Ok(cx.see_other_saying(&back, &Word::new("sheet.keyed")))
        }
        Err(Wrong { fields, rows: wrong }) => {
            let cells = cells(rows, &wrong);
            cx.invalid(&New { activity, session, cells, reason, least: rules::LEAST, errors: fields })
        }
    }
}

#[derive(Template)]
#[template(path = "attendance/sheets.html")]
struct Index {
    activity: Activity,
    session: Session,
    sheets: Vec<Sheet>,
    /// Whether another one can be keyed now.
    over: bool,
}

pub(super) async fn index(cx: Cx, Path(session): Path<SessionId>) -> Result<Answer> {
    let (session, activity, sheets) = sheets::of_session(&cx, session).await?;
    let over = session.ends_at <= cx.now && activity.state.earns();
    cx.page(&Index { activity, session, sheets, over })
}

#[derive(Template)]
#[template(path = "attendance/sheet_sample.html")]
struct Sample {
    sheet: Sheet,
    cells: Vec<Cell>,
    errors: FieldErrors,
}

pub(super) async fn sample(cx: Cx, Path(sheet): Path<SheetId>) -> Result<Answer> {
    let sheet = sheets::held(&cx, sheet).await?;
    let lines = sheets::lines(&cx, &sheet).await?;
    cx.page(&Sample { cells: cells(empty(lines), &[]), sheet, errors: FieldErrors::none() })
}

pub(super) async fn compare(cx: Cx, Path(sheet): Path<SheetId>, parts: Multipart) -> Result<Answer> {
    let sheet = sheets::held(&cx, sheet).await?;
    let typed = read(parts).await?;
    let back = format!("/sessions/{}/sheets", sheet.session_id);
    match sheets::compare(&cx, &sheet, &typed.rows).await? {
        Ok(SheetState::Stopped) => Ok(cx.see_other_saying(&back, &Word::new("sheet.stopped"))),
        Ok(_) => Ok(cx.see_other_saying(&back, &Word::new("sheet.agreed"))),
        Err(Wrong { fields, rows }) => {
            let cells = cells(typed.rows, &rows);
            cx.invalid(&Sample { sheet, cells, errors: fields })
        }
    }
}

/// The scan, as a download: each look leaves a trace.
pub(super) async fn scan(cx: Cx, Path(sheet): Path<SheetId>) -> Result<Answer> {
    let sheet = sheets::held(&cx, sheet).await?;
    let file = sheets::scan(&cx, &sheet).await?;
    Ok(cx.download(&file.name, &file.kind, file.content))
}
