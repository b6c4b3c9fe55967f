//! JSON in and out: bodies are typed, errors are application/problem+json.

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::words::Word;
use axum::extract::{FromRequest, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

/// A JSON body; unknown fields are refused. Callers with a session cookie and no token are refused: JSON is for programs.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let cx = parts.extensions.get::<Cx>().ok_or_else(|| Error::internal("a route without a context".to_owned()))?;
        if cx.request.session.is_some() {
            return Err(Error::Malformed(Word::new("error.token_only")));
        }
        let bytes = axum::body::to_bytes(body, 1024 * 1024)
            .await
            .map_err(|_| Error::Malformed(Word::new("error.too_large")))?;
        cx.asks(&String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).map(Self).map_err(|e| Error::Malformed(Word::new("error.json").with("what", e)))
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
