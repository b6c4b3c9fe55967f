//! One error type crosses HTTP; it becomes a page or problem+json, in the reader's language.

use crate::db::Violation;
use crate::forms::FieldErrors;
use crate::words::Word;

/// What a verb or a handler answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was not done.
#[derive(Debug)]
pub enum Error {
    /// It is not there, or not for the one who asks: the same answer.
    NotFound,
    /// Nobody is signed in and the route asks for someone.
    SignIn,
    /// It is there and known to be, but this actor may not; the word is the permission's.
    Forbidden(&'static str),
    /// A form with problems, by field.
    Invalid(FieldErrors),
    /// A rule says no, in words that tell what to do.
    Refused(Word),
    /// The request itself is malformed (a wrong cursor, an unknown field, a missing token); the word says which.
    Malformed(Word),
    /// The tries are used up; seconds until the next.
    TooMany(i64),
    /// Not now: busy, disk full, database away. A word key.
    Unavailable(&'static str),
    /// A constraint of the database; verbs map those that they expect.
    Violated(Violation),
    /// A fault of ours; logged once, at the edge, never shown.
    Internal(anyhow::Error),
}

impl Error {
    /// A fault of ours in a sentence for the log.
    #[must_use]
    pub fn internal(what: String) -> Self {
        Self::Internal(anyhow::Error::msg(what))
    }

    /// A rule's refusal without arguments.
    #[must_use]
    pub fn refused(key: &'static str) -> Self {
        Self::Refused(Word::new(key))
    }

    /// The word for those who only learn that the whole transaction failed.
    #[must_use]
    pub fn unavailable_word(&self) -> &'static str {
        match self {
            Self::Unavailable(word) => word,
            _ => "error.not_saved",
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Internal(error) => write!(f, "{error:#}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::Unavailable("error.disk_full");
        }
        Self::Internal(error.into())
    }
}
