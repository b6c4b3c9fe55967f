//! The pages of blanks: put in, look at what goes where, fill, take out of use.

use super::store::{self, Blank, BlankId};
use super::{Filling, filling, read};
use crate::pages::XLSX;
use askama::Template;
use axum::extract::Path;
use chrono::Datelike as _;
use kernel::http::{Multipart, filters};
use kernel::ids::Raw;
use kernel::tables::{self, Limits};
use kernel::{Answer, Cx, Deed, Error, FieldErrors, Form, LaneKey, Query, Result, Tx, Word};
use serde::{Deserialize, Serialize};

macro_rules! deed {
    ($name:ident, $kind:literal) => {
        #[derive(Serialize)]
        struct $name {
            #[serde(skip)]
            blank: BlankId,
            name: String,
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ("blank", Some(self.blank.0))
            }
        }
    };
}
deed!(BlankMade, "statistics.blank_made");
deed!(BlankBound, "statistics.blank_bound");
deed!(BlankEnded, "statistics.blank_ended");

/// What the list asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    q: String,
}

#[derive(Template)]
#[template(path = "statistics/blanks.html")]
struct Index {
    errors: FieldErrors,
    q: String,
    name: String,
    bindings: String,
    rows: Vec<Blank>,
}

async fn list(cx: &Cx, (errors, q): (FieldErrors, String), (name, bindings): (String, String)) -> Result<Index> {
    let rows = store::list(&cx.db, cx, q.trim()).await?;
    Ok(Index { errors, q, name, bindings, rows })
}

pub(crate) async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let page = list(&cx, (FieldErrors::none(), wanted.q), (String::new(), String::new())).await?;
    cx.page(&page)
}

/// What an upload holds.
#[derive(Default)]
struct Upload {
    name: String,
    bindings: String,
    file: Vec<u8>,
    file_name: String,
}

async fn upload(mut form: Multipart) -> Result<Upload> {
    let mut upload = Upload::default();
    while let Some((field, file_name, bytes)) = form.next().await? {
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        match field.as_str() {
            "name" => upload.name = text(),
            "bindings" => upload.bindings = text(),
            "file" => (upload.file, upload.file_name) = (bytes, file_name),
            _ => return Err(Error::Malformed(Word::new("error.form"))),
        }
    }
    Ok(upload)
}

/// A table of bindings that can be read, or the line at which it cannot.
fn checked(errors: &mut FieldErrors, text: &str) {
    if text.chars().count() > 20_000 {
        errors.add("bindings", Word::new("form.too_long").with("most", 20_000));
    } else if let Err(line) = super::bindings(text) {
        errors.add("bindings", Word::new("blank.line_wrong").with("line", line));
    }
}

pub(crate) async fn create(cx: Cx, form: Multipart) -> Result<Answer> {
    let mut upload = upload(form).await?;
    let mut errors = FieldErrors::none();
    let name = errors.text("name", &upload.name, 60);
    checked(&mut errors, &upload.bindings);
    if upload.file.is_empty() {
        errors.add("file", Word::new("form.required"));
    } else {
        let bytes = std::mem::take(&mut upload.file);
        let tried = tokio::task::spawn_blocking(move || (read(&bytes).and_then(|_| trial(&bytes)), bytes)).await;
        let (tried, bytes) = tried.map_err(|e| Error::internal(e.to_string()))?;
        upload.file = bytes;
        match tried {
            Err(Error::Refused(word)) => errors.add("file", word),
            other => other?,
        }
    }
    if !errors.is_empty() {
        let page = list(&cx, (errors, String::new()), (upload.name, upload.bindings)).await?;
        return cx.invalid(&page);
    }
    let (act, bound) = (cx.clone(), upload.bindings);
    let verb = async move |tx: &mut Tx<'_>| {
        let file = kernel::files::insert(tx, &act, &upload.file_name, XLSX, upload.file).await?;
        let blank = store::insert(tx, &act, &name, file, &bound).await?;
        tx.record(&act, &BlankMade { blank, name });
        Ok(blank)
    };
    let id: BlankId = cx.once(LaneKey::of(cx.tenant.0), verb).await?;
    Ok(cx.see_other_saying(&format!("/desk/statistics/blanks/{id}"), &Word::new("blank.made")))
}

/// Fills it with nothing, so that a file that cannot be filled is refused when it comes.
fn trial(bytes: &[u8]) -> Result<()> {
    let refused = |error: tables::TableError| Error::Refused(Word::new("blank.unreadable").with("why", error));
    tables::fill(bytes, &Limits::default(), &tables::Values::default()).map(|_| ()).map_err(refused)
}

/// The file of a form, and what it holds; it is unpacked beside the requests and not among them.
async fn opened(cx: &Cx, blank: &Blank) -> Result<(Vec<u8>, tables::Workbook)> {
    let file = kernel::files::find(&cx.db, cx, blank.file_id).await?;
    let open = move || read(&file.content).map(|book| (file.content, book));
    tokio::task::spawn_blocking(open).await.map_err(|e| Error::internal(e.to_string()))?
}

/// For which year.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Chosen {
    year: String,
}

impl Chosen {
    fn read(&self, cx: &Cx) -> Result<i32> {
        let wrong = || Error::Malformed(Word::new("error.query"));
        let year = if self.year.is_empty() { cx.today().year() } else { self.year.parse().map_err(|_| wrong())? };
        if (1990..=2200).contains(&year) { Ok(year) } else { Err(wrong()) }
    }
}

#[derive(Template)]
#[template(path = "statistics/blank.html")]
struct Show {
    errors: FieldErrors,
    blank: Blank,
    bindings: String,
    year: i32,
    filling: Filling,
    problems: usize,
}

async fn shown(cx: &Cx, blank: Blank, year: i32, typed: Option<(FieldErrors, String)>) -> Result<Show> {
    let (_, book) = opened(cx, &blank).await?;
    let bound = super::bindings(&blank.bindings).unwrap_or_default();
    let filling = filling(cx, &book, &bound, year).await?;
    let problems = filling.spots.iter().filter(|spot| spot.problem.is_some()).count();
    let (errors, bindings) = typed.unwrap_or_else(|| (FieldErrors::none(), blank.bindings.clone()));
    Ok(Show { errors, bindings, year, filling, problems, blank })
}

pub(crate) async fn show(cx: Cx, Path(id): Path<BlankId>, Query(chosen): Query<Chosen>) -> Result<Answer> {
    let year = chosen.read(&cx)?;
    let blank = store::find(&cx.db, &cx, id).await?;
    let page = shown(&cx, blank, year, None).await?;
    cx.page(&page)
}

/// The table of bindings as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Bindings {
    bindings: String,
}

pub(crate) async fn bind(cx: Cx, Path(id): Path<BlankId>, Form(form): Form<Bindings>) -> Result<Answer> {
    let blank = store::find(&cx.db, &cx, id).await?;
    let mut errors = FieldErrors::none();
    checked(&mut errors, &form.bindings);
    if !errors.is_empty() {
        let page = shown(&cx, blank, cx.today().year(), Some((errors, form.bindings))).await?;
        return cx.invalid(&page);
    }
    let (act, name) = (cx.clone(), blank.name);
    let verb = async move |tx: &mut Tx<'_>| {
        if store::bind(tx, &act, id, &form.bindings).await? == 0 {
            return Err(Error::NotFound);
        }
        tx.record(&act, &BlankBound { blank: id, name });
        Ok(())
    };
    cx.once(LaneKey::of(cx.tenant.0), verb).await?;
    Ok(cx.see_other_saying(&format!("/desk/statistics/blanks/{id}"), &Word::new("blank.bound")))
}

pub(crate) async fn end(cx: Cx, Path(id): Path<BlankId>) -> Result<Answer> {
    let act = cx.clone();
    let verb = async move |tx: &mut Tx<'_>| {
        let blank = store::find(tx, &act, id).await?;
        store::end(tx, &act, id).await?;
        tx.record(&act, &BlankEnded { blank: id, name: blank.name.clone() });
        Ok(blank.name)
    };
    let name: String = cx.once(LaneKey::of(cx.tenant.0), verb).await?;
    Ok(cx.see_other_saying("/desk/statistics/blanks", &Word::new("blank.ended").with("name", name)))
}

/// The form, filled: the file as it came with the figures of today in it.
pub(crate) async fn filled(cx: Cx, Path(id): Path<BlankId>, Query(chosen): Query<Chosen>) -> Result<Answer> {
    let year = chosen.read(&cx)?;
    let blank = store::find(&cx.db, &cx, id).await?;
    let (content, book) = opened(&cx, &blank).await?;
    let bound = super::bindings(&blank.bindings).unwrap_or_default();
    let filling = filling(&cx, &book, &bound, year).await?;
    let fill =
        move || tables::fill(&content, &Limits::default(), &filling.values).map_err(|e| Error::internal(e.to_string()));
    let made = tokio::task::spawn_blocking(fill).await.map_err(|e| Error::internal(e.to_string()))??;
    Ok(cx.download(&format!("{}-{year}.xlsx", blank.name), XLSX, made))
}
