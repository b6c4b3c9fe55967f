//! JSON in and out: bodies are typed, errors are application/problem+json.

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::words::Word;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

/// What a body of JSON may hold unless its route says otherwise.
const MOST: usize = 1024 * 1024;

/// A JSON body of at most `MOST_BYTES`; unknown fields are refused. Callers with a session cookie and no token are refused:
/// JSON is for programs.
pub struct Body<T, const MOST_BYTES: usize = MOST>(pub T);

impl<S: Send + Sync, T: DeserializeOwned, const MOST_BYTES: usize> FromRequest<S> for Body<T, MOST_BYTES> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let bytes = taken(request, MOST_BYTES).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|e| Error::Malformed(Word::new("error.json").with("what", e)))
    }
}

/// A call that its address says all of: no body, or `{}`. Callers with a session cookie are refused here too.
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let bytes = taken(request, MOST).await?;
        match bytes.trim_ascii() {
            b"" | b"{}" => Ok(Self),
            _ => Err(Error::Malformed(Word::new("error.no_body"))),
        }
    }
}

/// The bytes of a program's call, remembered as what it asks for.
async fn taken(request: Request, most: usize) -> Result<Bytes> {
    let (parts, body) = request.into_parts();
    let cx = program(&parts)?;
    let bytes = axum::body::to_bytes(body, most).await.map_err(|_| Error::Malformed(Word::new("error.too_large")))?;
    cx.asks(&String::from_utf8_lossy(&bytes));
    Ok(bytes)
}

/// The context of a call by a program.
pub(super) fn program(parts: &Parts) -> Result<Cx> {
    let cx = parts.extensions.get::<Cx>().ok_or_else(|| Error::internal("a route without a context".to_owned()))?;
    match cx.request.session {
        Some(_) => Err(Error::Malformed(Word::new("error.token_only"))),
        None => Ok(cx.clone()),
    }
}

/// RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem, e.g. `refused`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence in the reader's language.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The word key, for programs that decide by it.
    pub code: String,
    /// The request's id, for the keeper.
    pub request: String,
    /// Problems of fields: name and sentence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field's name.
    pub field: String,
    /// One sentence.
    pub message: String,
    /// The word key.
    pub code: String,
}
