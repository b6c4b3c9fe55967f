//! Whoever leaves or is erased asks to join nothing any more; at erasing, what they agreed to and said goes too.

use crate::store;
use futures_util::future::LocalBoxFuture;
use kernel::ids::Raw;
use kernel::{Cx, End, Parting, Result, Told, Tx};
use people::PersonId;

pub(crate) const PARTING: Parting = Parting { tell: |_, _, _| Box::pin(async { Ok(Told::default()) }), end };

fn end<'t>(tx: &'t mut Tx<'_>, cx: Cx, person: Raw, end: End) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        match end {
            End::Paused => Ok(()),
            End::Left => store::parting::leave(tx, &cx, PersonId(person)).await,
            End::Erased => store::parting::erase(tx, cx.tenant, PersonId(person)).await,
        }
    })
}
