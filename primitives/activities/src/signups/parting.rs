//! Whoever pauses, leaves or is erased gives back the places that they have in what has not begun.

use super::line::leave;
use crate::model::{Signup, SignupState};
use crate::store;
use crate::store::signup;
use futures_util::future::LocalBoxFuture;
use kernel::ids::Raw;
use kernel::{Cx, End, Parting, Result, Told, Tx, Word};
use people::model::PersonId;

pub(crate) const PARTING: Parting = Parting { tell: |cx, person, _| Box::pin(tell(cx, person)), end };

async fn tell(cx: Cx, person: Raw) -> Result<Told> {
    let n = signup::ahead(&cx.db, cx.tenant, PersonId(person), cx.now).await?.len();
    let effects = if n > 0 { vec![Word::new("signup.parting").with("n", n)] } else { Vec::new() };
    Ok(Told { stops: Vec::new(), effects })
}

fn end<'t>(tx: &'t mut Tx<'_>, cx: Cx, person: Raw, _: End) -> LocalBoxFuture<'t, Result<()>> {
    Box::pin(async move {
        let ahead = signup::ahead(tx, cx.tenant, PersonId(person), cx.now).await?;
        give_back_all(tx, &cx, &ahead).await
    })
}

/// Gives places and places in line back that have not begun, in the transaction of a larger deed.
pub async fn give_back_all(tx: &mut Tx<'_>, cx: &Cx, all: &[Signup]) -> Result<()> {
    for one in all {
        // Whoever stands or falls together may have gone with one before.
        let now = signup::find(tx, cx.tenant, one.id).await?;
        if matches!(now.state, SignupState::Joined | SignupState::Waiting) {
            let session = store::find_session(tx, cx.tenant, now.session_id).await?;
            leave(tx, cx, &session, &now, SignupState::Withdrawn).await?;
        }
    }
    Ok(())
}
