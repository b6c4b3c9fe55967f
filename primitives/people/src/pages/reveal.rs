//! Showing what is masked: a reason first, the trace in the same transaction, sixty seconds on the screen.

use super::show;
use crate::deeds::Opened;
use crate::model::{Person, PersonId};
use crate::{policy, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, FieldErrors, Form, Permission, Result, Tx, Word, text_enum};
use serde::Deserialize;

text_enum! {
    /// What is masked on a record.
    pub(crate) enum Field {
        /// S3.
        BirthDate = "birth_date",
        /// S4.
        Identity = "identity",
        /// S3.
        Phone = "phone",
        /// S3.
        Email = "email",
        /// S3.
        Address = "address",
        /// S3.
        PoliticalStatus = "political_status",
    }
}

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

impl Field {
    const fn permission(self) -> Permission {
        match self {
            Self::Identity => policy::OPEN_ID,
            _ => policy::READ_PRIVATE,
        }
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
    policy::may(cx, field.permission(), &person).await?;
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
            clear(tx, &at, id, field).await
        })
        .await?;
    let clear = clear.unwrap_or_else(|| cx.t("people.not_known").to_owned());
    show::record(&cx, person, Some((field, clear))).await
}

async fn clear(tx: &mut Tx<'_>, cx: &Cx, id: PersonId, field: Field) -> Result<Option<String>> {
    if field == Field::Identity {
        let opened = store::open_identity(tx, &cx.app.keys, cx.tenant, id).await?;
        return Ok(opened.map(|number| number.expose().clone()));
    }
    if field == Field::PoliticalStatus {
        let held = store::political_status(tx, cx.tenant, id).await?;
        return Ok(held.map(|row| cx.t(&format!("people.political.{}", row.code)).to_owned()));
    }
    let person = store::find(tx, cx.tenant, id).await?;
    Ok(match field {
        Field::BirthDate => person.birth_date.map(|born| born.to_string()),
        Field::Phone => person.phone,
        Field::Email => person.email,
        Field::Address => person.address,
        Field::Identity | Field::PoliticalStatus => None,
    })
}
