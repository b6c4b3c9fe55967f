//! Showing what is masked: a reason first, the trace in the same transaction, sixty seconds on the screen.

use super::show;
use crate::deeds::Opened;
use crate::model::{Person, PersonId};
use crate::private::{Field, open_field};
use crate::{policy, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Permission, Result, Tx, Word, text_enum};
use serde::Deserialize;

text_enum! {
    /// Why somebody looks.
    pub(crate) enum Reason {
        /// Comparing with a paper.
        Check = "check",
        /// Reaching the person.
        Contact = "contact",
        /// The person asks.
        Asked = "asked",
        /// Told in the note.
        Other = "other",
    }
}

/// What a reader needs to see it.
const fn permission(field: Field) -> Permission {
    match field {
        Field::Identity => policy::OPEN_ID,
        _ => policy::READ_PRIVATE,
    }
}

#[derive(Template)]
#[template(path = "people/reveal.html")]
struct Ask {
    person: Person,
    field: Field,
    reasons: &'static [Reason],
    form: ReasonForm,
    errors: FieldErrors,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ReasonForm {
    why: String,
    note: String,
}

async fn find(cx: &Cx, person: PersonId, field: &str) -> Result<(Person, Field)> {
    let field: Field = field.parse().map_err(|_| Error::NotFound)?;
    let person = store::find(&cx.db, cx.tenant, person).await?;
    policy::may(cx, permission(field), &person).await?;
    Ok((person, field))
}

pub(super) async fn ask(cx: Cx, Path((person, field)): Path<(PersonId, String)>) -> Result<Answer> {
    let (person, field) = find(&cx, person, &field).await?;
    let form = ReasonForm { why: Reason::Check.to_string(), note: String::new() };
    cx.page(&Ask { person, field, reasons: Reason::ALL, form, errors: FieldErrors::none() })
}

pub(super) async fn create(
    cx: Cx,
    Path((person, field)): Path<(PersonId, String)>,
    Form(form): Form<ReasonForm>,
) -> Result<Answer> {
    let (person, field) = find(&cx, person, &field).await?;
    let mut errors = FieldErrors::none();
    let reason: Option<Reason> = errors.choice("why", &form.why);
    let note = errors.optional_text("note", &form.note, 200).unwrap_or_default();
    if reason == Some(Reason::Other) && note.is_empty() {
        errors.add("note", Word::new("people.reveal_note"));
    }
    let Some(reason) = reason.filter(|_| errors.is_empty()) else {
        return cx.invalid(&Ask { person, field, reasons: Reason::ALL, form, errors });
    };
    let (at, id) = (cx.clone(), person.id);
    let clear = cx
        .write(id.lane(), async move |tx: &mut Tx<'_>| {
            tx.record(&at, &Opened { person: Some(id), field: field.as_str(), reason: reason.to_string(), note });
            open_field(tx, &at, id, field).await
        })
        .await?;
    let clear = clear.unwrap_or_else(|| cx.t("people.not_known").to_owned());
    show::record(&cx, person, Some((field, clear))).await
}
