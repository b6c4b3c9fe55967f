//! What makes the pages installable on a phone: the manifest, the worker that keeps the shell, and the page without a network.

use super::{Answer, assets, filters};
use crate::app::App;
use crate::cx::Cx;
use crate::error::Result;
use crate::words::Lang;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use std::sync::Arc;

/// W3C Web Application Manifest: name and colours of the complex; opens on the volunteer's own page.
pub(super) async fn manifest(State(app): State<Arc<App>>) -> Response {
    let icon = |name: &str, sizes: &str, kind: &str, purpose: &str| json!({ "src": assets::url(name), "sizes": sizes, "type": kind, "purpose": purpose });
    let shortcut = |word: &str, url: &str| json!({ "name": app.words.text(Lang::Zh, word), "url": url });
    let manifest = json!({
        "name": app.config.name,
        "short_name": app.config.name,
        "lang": "zh-CN",
        "id": "/",
        "scope": "/",
        "start_url": "/me",
        "display": "standalone",
        "background_color": "#f4f5f3",
        "theme_color": "#f4f5f3",
        "icons": [
            icon("mark.svg", "any", "image/svg+xml", "any"),
            icon("icon-192.png", "192x192", "image/png", "any maskable"),
            icon("icon-512.png", "512x512", "image/png", "any maskable"),
        ],
        "shortcuts": [shortcut("layout.activities", "/activities"), shortcut("layout.me", "/me/services")],
    });
    let headers =
        [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, manifest.to_string()).into_response()
}

/// The worker of this version of the shell; browsers ask for it again and again, so it is never kept.
pub(super) async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; connect-src 'self'"),
    ];
    (headers, assets::worker()).into_response()
}

#[derive(Template)]
#[template(path = "offline.html")]
struct Offline;

/// Shown by the worker when there is no network; holds nothing of anybody.
pub(crate) async fn offline(cx: Cx) -> Result<Answer> {
    let stranger = cx.acting(crate::cx::Actor::default());
    stranger.page(&Offline)
}
