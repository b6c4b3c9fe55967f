//! Styles, scripts and marks: inside the binary, cached for ever under the mark of their content.

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// One file that pages fetch.
pub struct Asset {
    name: &'static str,
    kind: &'static str,
    content: Bytes,
    mark: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    const TOKENS: &str = include_str!("../../assets/tokens.css");
    let css = "text/css; charset=utf-8";
    vec![
        make("public.css", css, slim(&[TOKENS, include_str!("../../assets/public.css")])),
        make("desk.css", css, slim(&[TOKENS, include_str!("../../assets/desk.css")])),
        make("wall.css", css, slim(&[TOKENS, include_str!("../../assets/wall.css")])),
        make("app.js", "text/javascript; charset=utf-8", include_str!("../../assets/app.js")),
        make("mark.svg", "image/svg+xml", include_str!("../../assets/mark.svg")),
        make("icon-192.png", "image/png", &include_bytes!("../../assets/icon-192.png")[..]),
        make("icon-512.png", "image/png", &include_bytes!("../../assets/icon-512.png")[..]),
    ]
});

fn make(name: &'static str, kind: &'static str, content: impl Into<Bytes>) -> Asset {
    let content = content.into();
    Asset { name, kind, mark: mark(&content), content }
}

fn mark(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)[..6])
}

/// Joins style sheets, without comments and indentation.
fn slim(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        let mut rest = *part;
        while let Some((before, after)) = rest.split_once("/*") {
            out.push_str(before);
            rest = after.split_once("*/").map_or("", |(_, tail)| tail);
        }
        out.push_str(rest);
    }
    out.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// `/assets/{mark}/{name}`
pub(super) fn url(name: &str) -> String {
    ASSETS.iter().find(|a| a.name == name).map_or_else(String::new, |a| format!("/assets/{}/{}", a.mark, a.name))
}

/// The worker's text: it keeps what a phone's pages fetch, and goes by another name when any of it changes.
pub(super) fn worker() -> String {
    let kept: Vec<String> = ["public.css", "app.js", "mark.svg"].map(|name| format!("{:?}", url(name))).to_vec();
    let kept = kept.join(", ");
    let text = include_str!("../../assets/worker.js").replace("{files}", &kept);
    text.replace("{mark}", &mark(text.as_bytes()))
}

pub(super) async fn serve(axum::extract::Path((_, name)): axum::extract::Path<(String, String)>) -> Response {
    match ASSETS.iter().find(|a| a.name == name) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, asset.content.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
