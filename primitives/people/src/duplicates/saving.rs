//! Putting somebody on record who may be there already: the same warning at the desk and for programs. Whoever was shown the likely
//! ones says that it is somebody else, and that is remembered; a document that is on record is refused outright.

use super::card::Card;
use super::score::Reason;
use super::verbs::{Likely, decide_apart, likely};
use crate::model::{NewPerson, PersonId};
use crate::{mask, policy, store, verbs};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kernel::ids::Raw;
use kernel::{Cx, Deed, Error, FieldErrors, Result, Tx, Word};
use serde::Serialize;
use utoipa::ToSchema;

/// The key of the warning.
pub(crate) const WARN: &str = "people.double.warn";

/// What whoever saves says of the likely ones.
#[derive(Clone, Debug, Default)]
pub struct Apart {
    /// Those who are somebody else, as the warning named them.
    pub said: String,
    /// How they know; empty at the desk, where the box says it.
    pub reason: String,
}

impl Apart {
    /// Of a program: whoever overrides a warning says why.
    ///
    /// # Errors
    /// `Invalid` for a reason that is missing or too long.
    pub fn of_program(said: &str, reason: &str) -> Result<Self> {
        let mut errors = FieldErrors::none();
        let said = said.trim().to_owned();
        let reason = match said.is_empty() {
            true => String::new(),
            false => errors.text("apart_reason", reason, 100),
        };
        if errors.is_empty() { Ok(Self { said, reason }) } else { Err(Error::Invalid(errors)) }
    }
}

/// Somebody was put on record although others looked like them.
#[derive(Serialize)]
struct Overridden {
    #[serde(skip)]
    person: PersonId,
    people: usize,
    reason: String,
}

impl Deed for Overridden {
    const KIND: &'static str = "people.double_overridden";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("person", Some(self.person.0))
    }
}

/// Who was shown, as the warning names them.
pub(crate) fn shown(found: &[Likely]) -> String {
    found.iter().map(|likely| likely.person.id.to_string()).collect::<Vec<_>>().join(",")
}

/// Puts somebody on record, in the transaction of its caller.
///
/// # Errors
/// `Refused` with `WARN` while nobody said of exactly those who are likely that they are somebody else.
pub async fn put(tx: &mut Tx<'_>, cx: &Cx, new: &NewPerson, apart: &Apart) -> Result<PersonId> {
    let found = likely(cx, tx, &Card::of_new(new)).await?;
    let twice = match &new.identity {
        Some(identity) => store::find_by_identity(tx, cx.tenant, &store::identity_hash(&cx.app.keys, identity)).await?,
        None => None,
    };
    if twice.is_none() && shown(&found) != apart.said {
        return Err(Error::refused(WARN));
    }
    let id = verbs::insert(tx, cx, new).await?;
    if !apart.reason.is_empty() && !found.is_empty() {
        tx.record(cx, &Overridden { person: id, people: found.len(), reason: apart.reason.clone() });
    }
    for other in found {
        decide_apart(tx, cx, (id, other.person.id), true).await?;
    }
    Ok(id)
}

/// Whether a refusal is the warning.
#[must_use]
pub fn is_warning(word: &Word) -> bool {
    word.key == WARN
}

/// Somebody on record who may be the same; as far as the caller may see them.
#[derive(Serialize, ToSchema)]
pub struct DoubleCandidate {
    /// The id.
    id: String,
    /// As on the document.
    name: String,
    /// `138 **** 0000`; empty without a phone.
    phone_masked: String,
    /// What speaks for it and against it, such as `same_phone`.
    reasons: Vec<String>,
}

/// RFC 9457, with those who may be the same.
#[derive(Serialize, ToSchema)]
pub struct DoubleProblem {
    /// `refused`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// One sentence in the reader's language.
    title: String,
    /// 409.
    status: u16,
    /// `people.double.warn`.
    code: &'static str,
    /// The request's id, for the keeper.
    request: String,
    /// Those whom the caller may see, the likeliest first.
    candidates: Vec<DoubleCandidate>,
    /// How many more there are.
    hidden: usize,
    /// Send it back as `apart`, with an `apart_reason`, when all of them are somebody else.
    apart: String,
}

/// The warning as a program is told it.
pub async fn problem(cx: &Cx, card: &Card) -> Result<Response> {
    let found = likely(cx, &cx.db, card).await?;
    let apart = shown(&found);
    let (mut candidates, mut hidden) = (Vec::new(), 0);
    for Likely { person, reasons, .. } in found {
        if !policy::can(cx, policy::READ, &person).await? {
            hidden += 1;
            continue;
        }
        candidates.push(DoubleCandidate {
            id: person.id.to_string(),
            phone_masked: mask::phone_of(&person),
            reasons: reasons.iter().map(|reason: &Reason| reason.to_string()).collect(),
            name: person.name,
        });
    }
    let body = DoubleProblem {
        kind: "refused",
        title: cx.t(WARN).to_owned(),
        status: StatusCode::CONFLICT.as_u16(),
        code: WARN,
        request: cx.request.id.clone(),
        candidates,
        hidden,
        apart,
    };
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    Ok((StatusCode::CONFLICT, kind, serde_json::to_string(&body).map_err(anyhow::Error::from)?).into_response())
}
