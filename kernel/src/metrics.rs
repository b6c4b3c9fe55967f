//! Figures of the process for Prometheus: only for this machine itself, and of nobody in particular.

use crate::app::App;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    answers: [AtomicU64; 6],
    micros: AtomicU64,
}

impl Metrics {
    /// Counts an answer by the first digit of its status.
    pub(crate) fn count(&self, status: StatusCode, took: std::time::Duration) {
        let class = usize::from(status.as_u16() / 100).min(5);
        self.answers[class].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn text(&self) -> String {
        let mut out = String::from("# TYPE qiyi_http_answers_total counter\n");
        for (class, count) in self.answers.iter().enumerate().skip(1) {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(out, "qiyi_http_answers_total{{class=\"{class}xx\"}} {count}");
        }
        let seconds = std::time::Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64();
        let _ = writeln!(out, "# TYPE qiyi_http_seconds_total counter\nqiyi_http_seconds_total {seconds}");
        out
    }
}

/// `/metrics`: for callers on this machine, and never through a proxy.
pub(crate) async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let near = request.extensions().get::<ConnectInfo<SocketAddr>>().is_some_and(|c| c.0.ip().is_loopback());
    let by_proxy = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
    let forwarded = by_proxy.iter().any(|name| request.headers().contains_key(*name));
    if !near || forwarded {
        return StatusCode::NOT_FOUND.into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.text()).into_response()
}
