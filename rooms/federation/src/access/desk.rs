//! Handing out a link at a person's record: the panel, the link that is shown once, and taking it back.

use super::{MOST, Shown, check, ends_at, fresh, held, may_give};
use crate::deeds::{AccessEnded, AccessGiven};
use crate::policy;
use crate::recovery;
use crate::store::{self, access};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Error, Form, Result, Tx, Word, auth};
use people::PersonId;
use people::ties::Later;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "federation/access_panel.html")]
struct Panel {
    person: PersonId,
    has_account: bool,
    /// Whether the reader helps them when they lost their password; the reason where they may not.
    recovery: Option<Option<Word>>,
    held: Option<access::Slip>,
    refused: Option<Word>,
}

/// On a person's record: whether they can sign in, and the way to a link.
pub(crate) fn panel(cx: Cx, id: Raw) -> Later<Option<String>> {
    Box::pin(async move {
        if !cx.can(policy::ACCESS) {
            return Ok(None);
        }
        let person = people::find(&cx.db, cx.tenant, PersonId(id)).await?;
        if may_give(&cx, &person).await.is_err() {
            return Ok(None);
        }
        let has_account = auth::find_by_person(&cx.db, cx.tenant, id).await?.is_some();
        let refused = match check(&cx, &person).await {
            Err(Error::Refused(word)) if !has_account => Some(word),
            Err(other) if !matches!(other, Error::Refused(_)) => return Err(other),
            _ => None,
        };
        let recovery = if has_account { recovery::told(&cx, &person).await? } else { None };
        let held = held(&cx, person.id).await?;
        cx.fragment(&Panel { person: person.id, has_account, recovery, held, refused }).map(Some)
    })
}

#[derive(Template)]
#[template(path = "federation/access_slip.html")]
struct Given {
    back: String,
    slip: Shown,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Makes the link and shows it this once; the one before ends.
pub(crate) async fn create(cx: Cx, Path(id): Path<PersonId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let person = people::find(&cx.db, cx.tenant, id).await?;
    may_give(&cx, &person).await?;
    let leads = check(&cx, &person).await?;
    let (new, shown) = fresh(&cx, (id, &person.name), leads);
    let (at, made) = (cx.clone(), new.id);
    let kept: Raw = cx
        .once(id.lane(), async move |tx: &mut Tx<'_>| {
            store::throttle(tx, &at, "access.give", MOST).await?;
            access::insert_many(tx, &at, ends_at(&at), std::slice::from_ref(&new)).await?;
            tx.record(&at, &AccessGiven { object: Some(id.0), until: ends_at(&at) });
            Ok(new.id)
        })
        .await?;
    if kept != made {
        // The same form again: what was shown cannot be shown twice.
        return Ok(cx.see_other_saying(&person.url(), &Word::new("federation.access.shown_once")));
    }
    cx.page(&Given { back: person.url(), slip: shown })
}

/// Takes the open link back.
pub(crate) async fn destroy(cx: Cx, Path(id): Path<PersonId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let person = people::find(&cx.db, cx.tenant, id).await?;
    may_give(&cx, &person).await?;
    let at = cx.clone();
    cx.write(id.lane(), async move |tx: &mut Tx<'_>| {
        if !access::end(tx, at.tenant, id).await? {
            return Err(Error::NotFound);
        }
        tx.record(&at, &AccessEnded { object: Some(id.0) });
        Ok(())
    })
    .await?;
    Ok(cx.see_other_saying(&person.url(), &Word::new("federation.access.ended")))
}
