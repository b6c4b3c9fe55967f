//! One deed for many, by page and as JSON: what it would do, the order to do it, how far it is, and taking it back.

use crate::bulk::{self, BulkDeed, BulkId, BulkRun, BulkState, MOST, Preview};
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::{Error, Result};
use crate::forms::FieldErrors;
use crate::http::{Answer, Body, Form, NoBody, Problem, Query, filters};
use crate::ids::Raw;
use crate::words::Word;
use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// What is asked for: a list, a deed, those that were ticked, and what is said with it.
#[derive(Clone, Default, Deserialize, Serialize, utoipa::ToSchema, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BulkForm {
    /// `people`.
    list: String,
    /// The deed, e.g. `people.dormant`.
    deed: String,
    /// The ids of those to whom it shall be done; at most 200.
    id: Vec<String>,
    /// What the deed asks for, e.g. a reason; at most 200 characters.
    said: String,
}

impl BulkForm {
    /// The deed and the ids, each once; an id that is none is refused.
    fn read(&self, cx: &Cx) -> Result<(BulkDeed, Vec<Raw>)> {
        let of = bulk::deed(cx, &self.list, &self.deed)?;
        let mut items: Vec<Raw> = Vec::new();
        for text in &self.id {
            let id = text.parse().map_err(|_| Error::Malformed(Word::new("error.form")))?;
            if !items.contains(&id) {
                items.push(id);
            }
        }
        if items.len() > MOST {
            return Err(Error::Refused(Word::new("bulk.too_many").with("n", MOST)));
        }
        Ok((of, items))
    }

    /// What is wrong before it is done.
    fn wrong(&self, of: &BulkDeed, preview: &Preview) -> FieldErrors {
        let mut errors = FieldErrors::none();
        if !of.asks.is_empty() {
            errors.text("said", &self.said, 200);
        }
        if preview.changes.is_empty() {
            errors.add("id", Word::new("bulk.nobody"));
        }
        errors
    }
}

#[derive(Template)]
#[template(path = "desk/bulk.html")]
struct Show {
    of: BulkDeed,
    url: &'static str,
    form: BulkForm,
    preview: Preview,
    errors: FieldErrors,
}

impl Show {
    fn asks(&self) -> bool {
        !self.of.asks.is_empty()
    }
}

fn list_url(cx: &Cx, list: &str) -> &'static str {
    crate::views::face(cx, list).map_or("/desk", |face| face.url)
}

pub(super) async fn show(cx: Cx, Query(form): Query<BulkForm>) -> Result<Answer> {
    let (of, items) = form.read(&cx)?;
    let preview = bulk::preview(&cx, of, &items, form.said.trim()).await?;
    cx.page(&Show { of, url: list_url(&cx, of.list), form, preview, errors: FieldErrors::none() })
}

async fn begin(cx: &Cx, of: BulkDeed, (items, said): (Vec<Raw>, String)) -> Result<BulkId> {
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| bulk::begin(tx, &at, of, &items, &said).await).await
}

pub(super) async fn create(cx: Cx, Form(form): Form<BulkForm>) -> Result<Answer> {
    let (of, items) = form.read(&cx)?;
    let preview = bulk::preview(&cx, of, &items, form.said.trim()).await?;
    let errors = form.wrong(&of, &preview);
    if !errors.is_empty() {
        return cx.invalid(&Show { of, url: list_url(&cx, of.list), form, preview, errors });
    }
    let id = begin(&cx, of, (items, form.said.trim().to_owned())).await?;
    Ok(cx.see_other(&format!("/desk/bulk/{id}")))
}

#[derive(Template)]
#[template(path = "desk/bulk_run.html")]
struct Run {
    run: BulkRun,
    done: Vec<(Raw, String)>,
    refused: Vec<(String, String)>,
    stays: Vec<(String, String)>,
    may_undo: bool,
    url: &'static str,
}

impl Run {
    fn goes_on(&self) -> bool {
        matches!(self.run.state, BulkState::Waiting | BulkState::Running | BulkState::Undoing)
    }

    /// How many of them were asked about, in the way that goes on.
    fn asked(&self) -> usize {
        match self.run.state {
            BulkState::Undoing | BulkState::Undone => self.run.undone.0.len() + self.run.stays.0.len(),
            _ => self.run.done.0.len() + self.run.refused.0.len(),
        }
    }

    fn of(&self) -> usize {
        match self.run.state {
            BulkState::Undoing | BulkState::Undone => self.run.done.0.len(),
            _ => self.run.items.0.len(),
        }
    }
}

pub(super) async fn run(cx: Cx, Path(id): Path<BulkId>) -> Result<Answer> {
    let run = bulk::find(&cx.db, &cx, id).await?;
    let of = bulk::deed(&cx, &run.list, &run.deed)?;
    let names = (of.names)(cx.clone(), run.items.0.clone()).await?;
    let named = |list: &[(Raw, String)]| -> Vec<(String, String)> {
        let name = |id: &Raw| names.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone());
        list.iter().map(|(id, why)| (name(id).unwrap_or_default(), why.clone())).collect()
    };
    let (refused, stays) = (named(&run.refused.0), named(&run.stays.0));
    let done = names.iter().filter(|(id, _)| run.done.0.contains(id)).cloned().collect();
    let may_undo = run.state == BulkState::Done && of.back.is_some() && !run.done.0.is_empty();
    cx.page(&Run { done, refused, stays, may_undo, url: list_url(&cx, of.list), run })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

async fn take_back(cx: &Cx, id: BulkId) -> Result<()> {
    let at = cx.clone();
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| bulk::undo(tx, &at, id).await).await
}

pub(super) async fn undo(cx: Cx, Path(id): Path<BulkId>, Form(_): Form<Nothing>) -> Result<Answer> {
    take_back(&cx, id).await?;
    Ok(cx.see_other(&format!("/desk/bulk/{id}")))
}

/// What a deed for many would do.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BulkPreview {
    /// The ids of those to whom it would be done.
    changes: Vec<String>,
    /// Those to whom it would not, each with the reason.
    refused: Vec<BulkRefusal>,
}

/// Somebody or something to whom a deed is not done, and why.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BulkRefusal {
    /// Its id.
    id: String,
    /// In the reader's language.
    reason: String,
}

/// What a deed would do to many; nothing is changed.
#[utoipa::path(get, path = "/api/v1/bulk", tag = "desk", params(BulkForm),
    responses((status = 200, body = BulkPreview), (status = 404, body = Problem)))]
pub(super) async fn preview_bulk(cx: Cx, Query(form): Query<BulkForm>) -> Result<Json<BulkPreview>> {
    let (of, items) = form.read(&cx)?;
    let preview = bulk::preview(&cx, of, &items, form.said.trim()).await?;
    let refused = preview.refused.into_iter();
    Ok(Json(BulkPreview {
        changes: preview.changes.into_iter().map(|(id, _)| id.to_string()).collect(),
        refused: refused.map(|(id, _, word)| BulkRefusal { id: id.to_string(), reason: cx.say(&word) }).collect(),
    }))
}

/// A deed for many and how far it is.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BulkJson {
    /// Its id.
    id: String,
    /// The deed.
    deed: String,
    /// `waiting`, `running`, `done`, `undoing` or `undone`.
    state: String,
    /// How many were ticked.
    items: usize,
    /// The ids of those to whom it was done.
    done: Vec<String>,
    /// Those to whom it was not, each with the reason.
    refused: Vec<BulkRefusal>,
}

impl BulkJson {
    fn of(run: BulkRun) -> Self {
        let refusal = |(id, reason): (Raw, String)| BulkRefusal { id: id.to_string(), reason };
        Self {
            id: run.id.to_string(),
            deed: run.deed,
            state: run.state.to_string(),
            items: run.items.0.len(),
            done: run.done.0.iter().map(ToString::to_string).collect(),
            refused: run.refused.0.into_iter().map(refusal).collect(),
        }
    }
}

/// Orders a deed for many; a job does it.
#[utoipa::path(post, path = "/api/v1/bulk", tag = "desk", request_body = BulkForm,
    responses((status = 201, body = BulkJson), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn begin_bulk(cx: Cx, Body(form): Body<BulkForm>) -> Result<(StatusCode, Json<BulkJson>)> {
    let (of, items) = form.read(&cx)?;
    let errors = form.wrong(&of, &bulk::preview(&cx, of, &items, form.said.trim()).await?);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let id = begin(&cx, of, (items, form.said.trim().to_owned())).await?;
    Ok((StatusCode::CREATED, Json(BulkJson::of(bulk::find(&cx.db, &cx, id).await?))))
}

/// How far one's own deed for many is.
#[utoipa::path(get, path = "/api/v1/bulk/{run}", tag = "desk", params(("run" = String, Path)),
    responses((status = 200, body = BulkJson), (status = 404, body = Problem)))]
pub(super) async fn show_bulk(cx: Cx, Path(id): Path<BulkId>) -> Result<Json<BulkJson>> {
    Ok(Json(BulkJson::of(bulk::find(&cx.db, &cx, id).await?)))
}

/// Takes it back where it was done.
#[utoipa::path(delete, path = "/api/v1/bulk/{run}", tag = "desk", params(("run" = String, Path)),
    responses((status = 200, body = BulkJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn undo_bulk(cx: Cx, Path(id): Path<BulkId>, _: NoBody) -> Result<Json<BulkJson>> {
    take_back(&cx, id).await?;
    Ok(Json(BulkJson::of(bulk::find(&cx.db, &cx, id).await?)))
}
