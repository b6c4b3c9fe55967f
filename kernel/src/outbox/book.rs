//! Where people can be reached: asked of the room that knows people, at the moment when a message leaves.

use crate::cx::Cx;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::Raw;
use crate::secret::Secret;
use crate::words::Word;
use futures_util::future::{BoxFuture, LocalBoxFuture};

/// Where somebody can be reached now (S3): used to send, never kept and never logged.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// As on record; it counts only when its owner confirmed it.
    pub mail: Option<Secret<String>>,
    /// Eleven digits.
    pub mobile: Option<Secret<String>>,
}

/// The verb of the room that knows people; a part of the application.
#[derive(Clone, Copy)]
pub struct Book(pub fn(Cx, Raw) -> BoxFuture<'static, Result<Addresses>>);

/// Somebody who is told what is left for another: the guardian of a minor.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Whom the message leaves for: a person, or somebody whom the book knows by this id alone.
    pub to: Raw,
    /// Whether they are a person with messages of their own.
    pub inside: bool,
    /// What is said.
    pub word: Word,
    /// Where it leads.
    pub url: String,
}

/// Who else is told what, of a message to these people.
type Copying = for<'t, 'y> fn(&'t Tx<'y>, Cx, Vec<Raw>, Word) -> LocalBoxFuture<'t, Result<Vec<Copied>>>;

/// Who else is told of a message to these people; a part of the application, asked in the transaction of the message.
#[derive(Clone, Copy)]
pub struct Copies(pub Copying);

/// A person's addresses; none where no room knows people.
pub(super) async fn addresses(cx: &Cx, person: Raw) -> Result<Addresses> {
    match cx.app.find_part::<Book>() {
        Some(Book(find)) => find(cx.clone(), person).await,
        None => Ok(Addresses::default()),
    }
}
