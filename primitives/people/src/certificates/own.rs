//! What one holds oneself, and what the record says of it.

use super::model::Certificate;
use super::store;
use crate::model::PersonId;
use crate::policy::{self, CERTIFY};
use crate::ties::Later;
use askama::Template;
use chrono::NaiveDate;
use kernel::http::filters;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Result};

#[derive(Template)]
#[template(path = "people/own_certificates.html")]
struct Index {
    certificates: Vec<Certificate>,
    today: NaiveDate,
}

/// What one holds, without a line: it is one's own.
pub(super) async fn own(cx: &Cx) -> Result<Vec<Certificate>> {
    store::of_person(&cx.db, cx.tenant, PersonId(cx.person()?)).await
}

pub(super) async fn index(cx: Cx) -> Result<Answer> {
    let certificates = own(&cx).await?;
    cx.page(&Index { certificates, today: cx.today() })
}

#[derive(Template)]
#[template(path = "people/certificates_line.html")]
struct Line {}

/// On one's own page: the way to them.
pub(crate) fn line(cx: Cx, _: Raw) -> Later<Option<String>> {
    Box::pin(async move { cx.fragment(&Line {}).map(Some) })
}

#[derive(Template)]
#[template(path = "people/certificates_panel.html")]
struct Panel {
    url: String,
    /// Kind, last day and standing of what counts.
    held: Vec<(String, Option<NaiveDate>, &'static str)>,
}

/// On the record, for those who keep them: which kinds, and until when. Numbers stand on their own page.
pub(crate) fn panel_of_record(cx: Cx, id: Raw) -> Later<Option<String>> {
    Box::pin(async move {
        let person = crate::find(&cx.db, cx.tenant, PersonId(id)).await?;
        if !policy::can(&cx, CERTIFY, &person).await? {
            return Ok(None);
        }
        let today = cx.today();
        let found = store::of_person(&cx.db, cx.tenant, person.id).await?;
        let counts = found.into_iter().filter(|one| one.ended_at.is_none());
        let held = counts.map(|one| (one.kind.clone(), one.valid_until, one.standing(today))).collect();
        cx.fragment(&Panel { url: format!("{}/certificates", person.url()), held }).map(Some)
    })
}
