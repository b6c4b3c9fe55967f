//! A sheet whose two readings differ, before an officer: both values of each row, and what is made of them.

use crate::sheets::model::{Sheet, SheetId, SheetRow, SheetState};
use crate::sheets::{self, Verdict};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Result, Word};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "attendance/sheet_desk.html")]
struct Show {
    sheet: Sheet,
    rows: Vec<SheetRow>,
    opinion: String,
    errors: FieldErrors,
}

impl Show {
    fn waits(&self) -> bool {
        self.sheet.state == SheetState::Stopped
    }
}

async fn page(cx: &Cx, sheet: Sheet, opinion: String, errors: FieldErrors) -> Result<Show> {
    let mut rows = sheets::readings(cx, &sheet).await?;
    rows.retain(|row| row.sampled);
    Ok(Show { sheet, rows, opinion, errors })
}

pub(super) async fn show(cx: Cx, Path(sheet): Path<SheetId>) -> Result<Answer> {
    let sheet = sheets::decidable(&cx, sheet).await?;
    cx.page(&page(&cx, sheet, String::new(), FieldErrors::none()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionForm {
    decision: String,
    #[serde(default)]
    opinion: String,
    /// The rows of which the second reading is the true one.
    #[serde(default)]
    second: Vec<i64>,
}

impl DecisionForm {
    fn check(&self) -> Result<std::result::Result<(Verdict, Option<String>), FieldErrors>> {
        let mut errors = FieldErrors::none();
        let opinion = errors.optional_text("opinion", &self.opinion, 300);
        let verdict = match self.decision.as_str() {
            "accept" => Verdict::Accept(self.second.clone()),
            "return" => Verdict::Return,
            _ => return Err(Error::Malformed(Word::new("error.form"))),
        };
        if matches!(verdict, Verdict::Return) && opinion.is_none() {
            errors.add("opinion", Word::new("sheet.opinion_missing"));
        }
        Ok(if errors.is_empty() { Ok((verdict, opinion)) } else { Err(errors) })
    }
}

pub(super) async fn decide(cx: Cx, Path(sheet): Path<SheetId>, Form(form): Form<DecisionForm>) -> Result<Answer> {
    let sheet = sheets::decidable(&cx, sheet).await?;
    let (verdict, opinion) = match form.check()? {
        Ok(checked) => checked,
        Err(errors) => return cx.invalid(&page(&cx, sheet, form.opinion, errors).await?),
    };
    let word = match sheets::decide(&cx, &sheet, verdict, opinion).await? {
        SheetState::Returned => "sheet.returned",
        _ => "sheet.accepted",
    };
    Ok(cx.see_other_saying(&format!("/desk/sheets/{}", sheet.id), &Word::new(word)))
}
