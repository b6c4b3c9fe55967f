//! Blanks: forms that others prescribe as a spreadsheet. Their cells say, or are told, which figure belongs there; filling one
//! changes nothing else of the file.

mod keys;
pub(crate) mod pages;
mod store;

pub(crate) use keys::{Binding, Key, bindings, placeholders};

use crate::forms::Filter;
use crate::model::{MetricCode, Unit};
use crate::pivot::ask;
use crate::policy::READ;
use crate::store::figures;
use kernel::tables::{self, Cell, Limits, Out, Values, Workbook};
use kernel::{Cx, Error, Result, Word, words};
use std::collections::BTreeMap;

/// So many figures one form may ask for.
const MOST: usize = 600;

/// A cell of a form with the figure that belongs there.
pub(crate) struct Spot {
    /// The sheet's name.
    pub sheet: String,
    /// Its address.
    pub cell: String,
    /// What is asked, as it was written.
    pub key: String,
    /// What stands there once it is filled.
    pub value: String,
    /// Why nothing is put there.
    pub problem: Option<Word>,
}

/// A form, filled in thought: what goes where, for the page and for the file.
pub(crate) struct Filling {
    /// Cell by cell.
    pub spots: Vec<Spot>,
    /// For the file.
    pub values: Values,
}

/// A cell that asks for figures before they are known.
struct Wish {
    sheet: String,
    cell: String,
    /// The text of the cell with its placeholders; empty where the cell was bound by its address.
    text: String,
    key: String,
}

/// Reads a form as an upload is read, within the same limits.
pub(crate) fn read(bytes: &[u8]) -> Result<Workbook> {
    let refused = |error: tables::TableError| Error::Refused(Word::new("blank.unreadable").with("why", error));
    if !bytes.starts_with(b"PK") {
        return Err(Error::Refused(Word::new("blank.only_xlsx")));
    }
    tables::read(bytes, &Limits::default()).map_err(refused)
}

/// The letters of a column, counted from nothing.
fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut all = Vec::new();
    while rest > 0 {
        all.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    all.into_iter().rev().collect()
}

/// The cells whose text asks for a figure.
fn asked(book: &Workbook) -> Vec<Wish> {
    let mut all = Vec::new();
    for sheet in &book.sheets {
        for (at, row) in sheet.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let Cell::Text(text) = cell else { continue };
                for key in placeholders(text) {
                    let cell = format!("{}{}", letters(column), sheet.row_number(at));
                    all.push(Wish { sheet: sheet.name.clone(), cell, text: text.clone(), key });
                }
            }
        }
    }
    all
}

/// Whether a cell lies inside a merged block and is not its upper left one, where nobody would see what is put there.
fn is_covered(book: &Workbook, binding: &Binding) -> bool {
    let Some(sheet) = book.sheets.iter().find(|sheet| sheet.name == binding.sheet) else { return false };
    sheet.merges.iter().any(|merge| {
        (merge.top..=merge.bottom).any(|row| {
            (merge.left..=merge.right).any(|column| {
                (row, column) != (merge.top, merge.left) && format!("{}{row}", letters(column)) == binding.cell
            })
        })
    })
}

/// What a form asks for, answered for a year within what this reader may see.
pub(crate) async fn filling(cx: &Cx, book: &Workbook, bound: &[Binding], year: i32) -> Result<Filling> {
    let mut wishes = asked(book);
    let first = book.sheets.first().map(|sheet| sheet.name.clone()).unwrap_or_default();
    let mut problems = BTreeMap::new();
    for binding in bound {
        let sheet = if binding.sheet.is_empty() { first.clone() } else { binding.sheet.clone() };
        let binding = Binding { sheet, ..binding.clone() };
        let place = (binding.sheet.clone(), binding.cell.clone());
        if book.sheets.iter().all(|sheet| sheet.name != binding.sheet) {
            problems.insert(place, Word::new("blank.no_sheet"));
        } else if is_covered(book, &binding) {
            problems.insert(place, Word::new("blank.covered"));
        }
        wishes.push(Wish { sheet: binding.sheet, cell: binding.cell, text: String::new(), key: binding.key });
    }
    if wishes.len() > MOST {
        return Err(Error::Refused(Word::new("blank.too_many").with("n", MOST)));
    }
    let mut told = Told { cx, year, known: BTreeMap::new() };
    let (mut spots, mut values) = (Vec::new(), Values::default());
    let mut texts: BTreeMap<String, Vec<(String, Option<Out>)>> = BTreeMap::new();
    for wish in wishes {
        let answer = told.answer(&wish.key).await?;
        let hindered = problems.get(&(wish.sheet.clone(), wish.cell.clone())).cloned();
        let (out, problem) = match (answer, hindered) {
            (_, Some(word)) | (Err(word), None) => (None, Some(word)),
            (Ok(out), None) => (Some(out), None),
        };
        let value = out.as_ref().map(said).unwrap_or_default();
        if wish.text.is_empty() {
            if let Some(out) = out {
                values.cells.insert((wish.sheet.clone(), wish.cell.clone()), out);
            }
        } else {
            texts.entry(wish.text.clone()).or_default().push((wish.key.clone(), out));
        }
        spots.push(Spot { sheet: wish.sheet, cell: wish.cell, key: wish.key, value, problem });
    }
    for (text, answers) in texts {
        if let Some(out) = keys::put(&text, &answers) {
            values.texts.insert(text, out);
        }
    }
    Ok(Filling { spots, values })
}

/// A value as it is read.
pub(crate) fn said(out: &Out) -> String {
    match out {
        Out::Int(n) => words::number(*n),
        Out::Hours(minutes) => format!("{:.2}", *minutes as f64 / 60.0),
        Out::Text(text) => text.clone(),
        Out::Date(day) => day.to_string(),
        Out::Empty => String::new(),
    }
}

/// Answers to what was asked already: many cells share a question.
struct Told<'c> {
    cx: &'c Cx,
    year: i32,
    known: BTreeMap<String, crate::Report>,
}

impl Told<'_> {
    /// What stands in the place of a key, or why nothing does.
    async fn answer(&mut self, key: &str) -> Result<std::result::Result<Out, Word>> {
        let cx = self.cx;
        let key = match Key::read(key, self.year) {
            Ok(key) => key,
            Err(word) => return Ok(Err(word)),
        };
        Ok(match key {
            Key::Year => Ok(Out::Text(self.year.to_string())),
            Key::Today => Ok(Out::Text(cx.today().to_string())),
            Key::Figure { metric, filter } => match self.figure(metric, &filter).await? {
                Some(n) if ask::metric(metric).unit == Unit::Hours => Ok(Out::Hours(n)),
                Some(n) => Ok(Out::Int(n)),
                None => Err(Word::new("blank.no_figure")),
            },
        })
    }

    async fn figure(&mut self, metric: MetricCode, filter: &Filter) -> Result<Option<i64>> {
        // Towns, kinds and categories share the report that tells all of them.
        let (group, code) = match (&filter.town, &filter.kind, &filter.category) {
            _ if !filter.team.is_empty() => ("total", ""),
            (town, kind, category) if kind.is_empty() && category.is_empty() && town.len() == 9 => {
                ("town", town.as_str())
            }
            (town, kind, category) if town.is_empty() && category.is_empty() && !kind.is_empty() => {
                ("kind", kind.as_str())
            }
            (town, kind, category) if town.is_empty() && kind.is_empty() && !category.is_empty() => {
                ("category", category.as_str())
            }
            _ => ("total", ""),
        };
        // A group shows its active people as its filter does; registers by category have no meaning either way.
        let asked = match group {
            "total" => Filter { group: group.to_owned(), ..filter.clone() },
            _ => Filter {
                group: group.to_owned(),
                from: filter.from.clone(),
                to: filter.to.clone(),
                ..Filter::default()
            },
        };
        let name = asked.url("", &[]);
        if !self.known.contains_key(&name) {
            let query = match asked.query(self.cx, READ).await {
                Ok(query) => query,
                Err(Error::NotFound | Error::Malformed(_)) => return Ok(None),
                Err(other) => return Err(other),
            };
            let report = figures(&self.cx.db, self.cx.tenant, &query).await?;
            self.known.insert(name.clone(), report);
        }
        let Some(report) = self.known.get(&name) else { return Ok(None) };
        if group == "total" {
            return Ok(report.total.figures.get(metric));
        }
        let row = report.rows.iter().find(|row| row.code == code);
        Ok(row.map_or(report.total.figures.get(metric).map(|_| 0), |row| row.figures.get(metric)))
    }
}

#[cfg(test)]
mod tests;
