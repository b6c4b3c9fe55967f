//! The volunteer's own: where an application stands, and taking it back.

use super::model::{Objection, Pending, PendingState};
use super::{store, verbs};
use crate::model::{EntryId, Method};
use crate::pages::method_word;
use crate::{settings, store as ledger};
use askama::Template;
use axum::extract::Path;
use kernel::http::filters;
use kernel::{Answer, Cx, Error, Form, LaneKey, Result, Tx, Word};
use people::model::PersonId;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "hours/application.html")]
struct Show {
    pending: Pending,
    team: String,
    method: &'static str,
    files: usize,
    objections: Vec<Objection>,
    days: i64,
}

impl Show {
    /// Whether it can be taken back.
    fn may_withdraw(&self) -> bool {
        self.pending.method == Method::Own && self.pending.state.is_live()
    }

    fn is_posted(&self) -> bool {
        matches!(self.pending.state, PendingState::Posted | PendingState::Objected)
    }

    fn is_entered(&self) -> bool {
        self.pending.state == PendingState::Entered
    }
}

impl Pending {
    /// The last day of its notice.
    pub(crate) fn last_day(&self) -> Option<chrono::NaiveDate> {
        self.posted_until.map(verbs::last_day)
    }
}

/// One's own; another's is not there.
pub(crate) async fn find(cx: &Cx, id: EntryId) -> Result<Pending> {
    let person = PersonId(cx.person()?);
    let pending = store::find(&cx.db, cx.tenant, id).await?;
    if pending.person_id == person { Ok(pending) } else { Err(Error::NotFound) }
}

pub(crate) async fn show(cx: Cx, Path(pending): Path<EntryId>) -> Result<Answer> {
    let pending = find(&cx, pending).await?;
    cx.page(&Show {
        team: ledger::team_name(&cx.db, cx.tenant, pending.organisation_id).await?,
        method: method_word(pending.method),
        files: store::shown(&cx.db, cx.tenant, pending.id).await?.len(),
        objections: store::objections(&cx.db, cx.tenant, pending.id).await?,
        days: settings::NOTICE_DAYS.read(&cx.db, cx.tenant).await?,
        pending,
    })
}

/// Takes one's own application back, once for each one-time key.
///
/// # Errors
/// `Refused` when it came to its end.
pub(crate) async fn take_back(cx: &Cx, pending: Pending) -> Result<()> {
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::withdraw(tx, &at, &pending).await).await
}

/// A form that only says that its button was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

pub(crate) async fn withdraw(cx: Cx, Path(id): Path<EntryId>, Form(Nothing {}): Form<Nothing>) -> Result<Answer> {
    let pending = find(&cx, id).await?;
    take_back(&cx, pending).await?;
    Ok(cx.see_other_saying("/me/hours", &Word::new("hours.apply.withdrawn")))
}
