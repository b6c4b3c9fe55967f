//! The public notice: what will count unless somebody objects, with masked names, and the objection.

use super::forms::{NoticeFilter, ObjectionForm};
use super::store::{self, Posting};
use super::verbs;
use crate::model::EntryId;
use crate::pages::method_word;
use crate::policy::OBJECT;
use crate::settings;
use askama::Template;
use axum::extract::Path;
use kernel::http::{Paged, filters};
use kernel::{Answer, Cx, Error, FieldErrors, Form, LaneKey, Query, Result, Tx, Word};
use places::Region;

const PAGE: usize = 30;

#[derive(Template)]
#[template(path = "hours/postings.html")]
struct Index {
    filter: NoticeFilter,
    query: String,
    rows: Vec<Posting>,
    next: Option<String>,
    towns: Vec<Region>,
    days: i64,
}

impl Posting {
    fn is_objected(&self) -> bool {
        self.state == super::PendingState::Objected
    }

    fn last_day(&self) -> chrono::NaiveDate {
        verbs::last_day(self.posted_until)
    }

    fn method_word(&self) -> &'static str {
        method_word(self.method)
    }
}

/// A page of the notice.
pub(crate) async fn page(cx: &Cx, filter: &NoticeFilter, size: usize) -> Result<Paged<Posting>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX) + 1;
    let rows = store::postings(&cx.db, filter.wanted(cx)?, limit).await?;
    Ok(Paged::cut(rows, size, |r| vec![r.posted_until.to_rfc3339(), r.id.to_string()]))
}

pub(crate) async fn index(cx: Cx, Query(filter): Query<NoticeFilter>) -> Result<Answer> {
    let page = page(&cx, &filter, PAGE).await?;
    cx.page(&Index {
        query: filter.query(),
        filter,
        rows: page.items,
        next: page.next,
        towns: places::towns(&cx).await?,
        days: settings::NOTICE_DAYS.read(&cx.db, cx.tenant).await?,
    })
}

#[derive(Template)]
#[template(path = "hours/posting.html")]
struct Show {
    posting: Posting,
    may_object: bool,
    errors: FieldErrors,
    form: ObjectionForm,
}

async fn record(cx: &Cx, posting: Posting, errors: FieldErrors, form: ObjectionForm) -> Result<Answer> {
    let open = posting.posted_until > cx.now && !posting.is_objected();
    let wrong = !errors.is_empty();
    let page = Show { may_object: open && cx.can(OBJECT), posting, errors, form };
    if wrong { cx.invalid(&page) } else { cx.page(&page) }
}

pub(crate) async fn show(cx: Cx, Path(pending): Path<EntryId>) -> Result<Answer> {
    let posting = store::posting(&cx.db, cx.tenant, pending).await?;
    record(&cx, posting, FieldErrors::none(), ObjectionForm::default()).await
}

/// Objects, once for each one-time key.
///
/// # Errors
/// `NotFound` unless it is posted; `Invalid` without a reason; `Refused` when the notice is over.
pub(crate) async fn object(cx: &Cx, id: EntryId, form: &ObjectionForm) -> Result<()> {
    let reason = form.check().map_err(Error::Invalid)?;
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| verbs::object(tx, &at, id, &reason).await).await
}

pub(crate) async fn create(cx: Cx, Path(id): Path<EntryId>, Form(form): Form<ObjectionForm>) -> Result<Answer> {
    let posting = store::posting(&cx.db, cx.tenant, id).await?;
    match object(&cx, id, &form).await {
        Ok(()) => Ok(cx.see_other_saying(&format!("/postings/{id}"), &Word::new("hours.objection.made"))),
        Err(Error::Invalid(errors)) => record(&cx, posting, errors, form).await,
        Err(error) => Err(error),
    }
}
