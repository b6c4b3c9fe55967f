//! The slot for the figures of a year. The room of statistics fills it; the wall and the public home show what it says, so
//! that every screen and every report tell the same number.

use futures_util::future::BoxFuture;
use kernel::{Cx, Result};

/// What a year came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Volunteers on the register.
    pub volunteers: i64,
    /// Their teams.
    pub teams: i64,
    /// Minutes of service.
    pub minutes: i64,
    /// People served, person-times.
    pub served: i64,
}

/// A verb that tells the figures of a year of the reader's district.
pub type YearVerb = fn(Cx, i32) -> BoxFuture<'static, Result<Totals>>;

/// The slot; a part of the application.
#[derive(Clone, Copy, Default)]
pub struct YearFigures(pub Option<YearVerb>);

/// The figures of a year; absent where no room tells them.
///
/// # Errors
/// When they cannot be read.
pub async fn totals(cx: &Cx, year: i32) -> Result<Option<Totals>> {
    match cx.app.part::<YearFigures>().0 {
        Some(tell) => tell(cx.clone(), year).await.map(Some),
        None => Ok(None),
    }
}
