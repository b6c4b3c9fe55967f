//! When somebody pauses, leaves or is erased: each room says what of its own ends, and ends it in the transaction of the deed.

use crate::cx::Cx;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::Raw;
use crate::words::Word;
use futures_util::future::{BoxFuture, LocalBoxFuture};

/// How far somebody goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// They may not serve for now: what they signed up for ends, what they belong to stays.
    Paused,
    /// They left: what they signed up for, belong to and hold ends, what they did stays.
    Left,
    /// Nothing may tell who they were.
    Erased,
}

/// What a room says before.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What has to be done first; nothing ends while there is one.
    pub stops: Vec<Word>,
    /// What would end.
    pub effects: Vec<Word>,
}

/// What a room has to do with it.
#[derive(Clone, Copy)]
pub struct Parting {
    /// Says what would end.
    pub tell: fn(Cx, Raw, End) -> BoxFuture<'static, Result<Told>>,
    /// Ends it.
    pub end: for<'t, 'y> fn(&'t mut Tx<'y>, Cx, Raw, End) -> LocalBoxFuture<'t, Result<()>>,
}

/// What all rooms say of a person.
pub async fn tell(cx: &Cx, person: Raw, end: End) -> Result<Told> {
    let mut all = Told::default();
    for room in &cx.app.partings {
        let told = (room.tell)(cx.clone(), person, end).await?;
        all.stops.extend(told.stops);
        all.effects.extend(told.effects);
    }
    Ok(all)
}

/// Ends what all rooms hold; the caller asked `tell` before, outside this transaction, and each room asks again.
///
/// # Errors
/// `Refused` with what has to be done first.
pub async fn end(tx: &mut Tx<'_>, cx: &Cx, person: Raw, end: End) -> Result<()> {
    for room in cx.app.partings.clone() {
        (room.end)(tx, cx.clone(), person, end).await?;
    }
    Ok(())
}

/// Refuses while a room says that something has to be done first.
pub async fn may_end(cx: &Cx, person: Raw, end: End) -> Result<()> {
    match tell(cx, person, end).await?.stops.into_iter().next() {
        Some(stop) => Err(Error::Refused(stop)),
        None => Ok(()),
    }
}
