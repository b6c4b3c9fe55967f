//! Where people can be reached: asked of the room that knows people, at the moment when a message leaves.

use crate::cx::Cx;
use crate::error::Result;
use crate::ids::Raw;
use crate::secret::Secret;
use futures_util::future::BoxFuture;

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

/// A person's addresses; none where no room knows people.
pub(super) async fn addresses(cx: &Cx, person: Raw) -> Result<Addresses> {
    match cx.app.find_part::<Book>() {
        Some(Book(find)) => find(cx.clone(), person).await,
        None => Ok(Addresses::default()),
    }
}
