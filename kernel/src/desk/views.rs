//! Keeping, listing and forgetting saved views, by page and as JSON.

use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::{Error, Result};
use crate::forms::FieldErrors;
use crate::http::{Answer, Body, Form, NoBody, Paged, Problem, Query};
use crate::views::{self, ListFace, SavedView, ViewId};
use crate::words::Word;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// A question to be kept.
#[derive(Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ViewForm {
    /// The list, e.g. `people`, `teams`, `hours` or `work`.
    list: String,
    /// What it is called; at most 30 characters.
    name: String,
    /// The question as the list's address says it, e.g. `?town=440605125`.
    query: String,
    /// `on`: everybody who works at the same team or office sees it.
    share: String,
}

impl ViewForm {
    /// The list, the name and the question, checked.
    fn check(&self, cx: &Cx) -> Result<(ListFace, String, String)> {
        let of = views::face(cx, &self.list)?;
        let mut errors = FieldErrors::none();
        let name = errors.text("name", &self.name, 30);
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        Ok((of, name, views::read_query(&of, &self.query)?))
    }

    async fn save(&self, cx: &Cx) -> Result<(ListFace, ViewId, String)> {
        let (of, name, query) = self.check(cx)?;
        let (at, shared, question) = (cx.clone(), crate::forms::ticked(Some(&self.share)), query.clone());
        let id = cx
            .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
                views::save(tx, &at, of, (&name, &question, shared)).await
            })
            .await?;
        Ok((of, id, query))
    }
}

pub(super) async fn create(cx: Cx, Form(form): Form<ViewForm>) -> Result<Answer> {
    let (of, _, query) = match form.save(&cx).await {
        // The form stands above a list: what is wrong with it is one name.
        Err(Error::Invalid(_)) => return Err(Error::refused("view.name_missing")),
        saved => saved?,
    };
    let saying = Word::new("view.saved").with("name", form.name.trim());
    Ok(cx.see_other_saying(&format!("{}{query}", of.url), &saying))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

async fn forget(cx: &Cx, id: ViewId) -> Result<String> {
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| views::remove(tx, &at, id).await).await
}

pub(super) async fn remove(cx: Cx, Path(id): Path<ViewId>, Form(_): Form<Nothing>) -> Result<Answer> {
    let list = forget(&cx, id).await?;
    let url = views::face(&cx, &list).map_or("/desk", |of| of.url);
    Ok(cx.see_other_saying(url, &Word::new("view.removed")))
}

/// A saved view.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ListedView {
    /// Its id.
    id: String,
    /// The list.
    list: String,
    /// What its owner calls it.
    name: String,
    /// The question as an address says it.
    query: String,
    /// Whether it is the caller's own.
    own: bool,
    /// Whether it is shared with a team or office.
    shared: bool,
    /// Its owner's name.
    made_by: String,
}

impl ListedView {
    fn of(cx: &Cx, view: SavedView) -> Self {
        Self {
            own: view.is_own(cx),
            shared: view.shared_kind.is_some(),
            id: view.id.to_string(),
            list: view.list,
            name: view.name,
            query: view.query,
            made_by: view.made_name,
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewQuery {
    /// The list, e.g. `people`, `teams`, `hours` or `work`.
    list: String,
}

/// The views of a list that the caller sees: their own and those that are shared where they work.
#[utoipa::path(get, path = "/api/v1/views", tag = "desk", params(ViewQuery),
    responses((status = 200, body = Paged<ListedView>), (status = 404, body = Problem)))]
pub(super) async fn list_views(cx: Cx, Query(query): Query<ViewQuery>) -> Result<Json<Paged<ListedView>>> {
    let of = views::face(&cx, &query.list)?;
    let found = views::list(&cx.db, &cx, &of).await?;
    Ok(Json(Paged { items: found.into_iter().map(|view| ListedView::of(&cx, view)).collect(), next: None }))
}

/// Keeps a question under a name; one of the same name takes the place of the old one.
#[utoipa::path(post, path = "/api/v1/views", tag = "desk", request_body = ViewForm,
    responses((status = 201, body = ListedView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn save_view(cx: Cx, Body(form): Body<ViewForm>) -> Result<(StatusCode, Json<ListedView>)> {
    let (of, id, _) = form.save(&cx).await?;
    let found = views::list(&cx.db, &cx, &of).await?.into_iter().find(|view| view.id == id).ok_or(Error::NotFound)?;
    Ok((StatusCode::CREATED, Json(ListedView::of(&cx, found))))
}

/// Forgets a view of one's own.
#[utoipa::path(delete, path = "/api/v1/views/{view}", tag = "desk", params(("view" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn remove_view(cx: Cx, Path(id): Path<ViewId>, _: NoBody) -> Result<StatusCode> {
    forget(&cx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
