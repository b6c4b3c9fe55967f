//! The live messages of a screen: every ten seconds what changed since the last one. A lost connection comes back by itself;
//! until then the screen keeps its last picture and the time of it.

use crate::pages::{map, open};
use crate::picture;
use axum::extract::Path;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, Sse};
use futures_util::stream;
use kernel::{Answer, Cx, Result};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

/// Between two messages (design rule 20: changes at most every ten seconds).
const EVERY: Duration = Duration::from_secs(10);
/// A browser waits so long before it connects again.
const RETRY: Duration = Duration::from_secs(5);

/// What one screen has been told.
struct Told {
    cx: Cx,
    token: String,
    texts: BTreeMap<String, String>,
    first: bool,
}

pub(crate) async fn stream(cx: Cx, Path(token): Path<String>) -> Result<Answer> {
    // An address that does not work is answered before anything streams.
    open(&cx, &token).await?;
    let told = Told { cx, token, texts: BTreeMap::new(), first: true };
    let messages = stream::unfold(told, |mut told| async move {
        if !told.first {
            tokio::time::sleep(EVERY).await;
        }
        let event = match told.message().await {
            Ok(message) => Event::default().data(message),
            // Ended, or the database is away: the stream ends, and the browser asks again.
            Err(_) => return None,
        };
        let event = if told.first { event.retry(RETRY) } else { event };
        told.first = false;
        Some((Ok::<_, Infallible>(event), told))
    });
    let mut answer = Sse::new(messages).into_response();
    // Proxies that gather answers would hold the messages back.
    answer.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(answer)
}

impl Told {
    /// What changed since the last message, as JSON.
    async fn message(&mut self) -> Result<String> {
        self.cx.now = self.cx.app.clock.now();
        let (_, snapshot) = open(&self.cx, &self.token).await?;
        let map = map(&self.cx);
        let mut texts = picture::texts(&self.cx, &snapshot, map);
        texts.extend(picture::lamps(&snapshot, map).into_iter().map(|l| (l.id, l.state.to_owned())));
        let changed: BTreeMap<&String, &String> =
            texts.iter().filter(|(id, text)| self.texts.get(*id) != Some(*text)).collect();
        let message = serde_json::to_string(&changed).unwrap_or_default();
        self.texts = texts;
        Ok(message)
    }
}
