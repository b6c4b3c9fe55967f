//! Messages to oneself as JSON.

use crate::messages::{MOST, read_all};
use crate::policy::ME;
use axum::Json;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use kernel::http::{NoBody, Paged};
use kernel::ids::Raw;
use kernel::{Cx, Result, Routes, messages, routes};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes() -> Routes {
    Routes::new().api(ME, routes!(list_messages)).api(ME, routes!(create_reading))
}

/// A message to oneself.
#[derive(Serialize, ToSchema)]
struct OwnMessage {
    #[schema(value_type = String)]
    id: Raw,
    /// In the reader's language.
    sentence: String,
    /// The page on which one goes on.
    url: String,
    made_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
    /// What it asks, while it waits for the answer: `reminder` asks whether one comes.
    ask: Option<String>,
}

/// One's own messages, the newest first, at most 60.
#[utoipa::path(get, path = "/api/v1/me/messages", tag = "federation", responses((status = 200, body = Paged<OwnMessage>)))]
async fn list_messages(cx: Cx) -> Result<Json<Paged<OwnMessage>>> {
    let found = messages::list(&cx.db, &cx, cx.person()?, MOST).await?;
    let message = |m: messages::Message| OwnMessage {
        sentence: m.sentence(&cx),
        id: m.id,
        url: kernel::desk::own_path(&m.url).to_owned(),
        made_at: m.made_at,
        read_at: m.read_at,
        ask: m.ask,
    };
    Ok(Json(Paged { items: found.into_iter().map(message).collect(), next: None }))
}

/// Marks all of one's own messages as read.
#[utoipa::path(post, path = "/api/v1/me/messages/read", tag = "federation", responses((status = 204, description = "They are read")))]
async fn create_reading(cx: Cx, _: NoBody) -> Result<StatusCode> {
    read_all(&cx).await?;
    Ok(StatusCode::NO_CONTENT)
}
