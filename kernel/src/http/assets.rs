//! Styles, script and mark: inside the binary, cached for ever under the mark of their content.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// One file that pages fetch.
pub struct Asset {
    name: &'static str,
    kind: &'static str,
    content: String,
    mark: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    const TOKENS: &str = include_str!("../../assets/tokens.css");
    let css = "text/css; charset=utf-8";
    vec![
        make("public.css", css, slim(&[TOKENS, include_str!("../../assets/public.css")])),
        make("desk.css", css, slim(&[TOKENS, include_str!("../../assets/desk.css")])),
        make("wall.css", css, slim(&[TOKENS, include_str!("../../assets/wall.css")])),
        make("app.js", "text/javascript; charset=utf-8", include_str!("../../assets/app.js").to_owned()),
        make("mark.svg", "image/svg+xml", include_str!("../../assets/mark.svg").to_owned()),
    ]
});

fn make(name: &'static str, kind: &'static str, content: String) -> Asset {
    let mark = Sha256::digest(content.as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect();
    Asset { name, kind, content, mark }
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

pub(super) async fn serve(axum::extract::Path((_, name)): axum::extract::Path<(String, String)>) -> Response {
    match ASSETS.iter().find(|a| a.name == name) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, asset.content.as_str()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
