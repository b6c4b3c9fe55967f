//! The edge: builds the context of a request before the routes, and renders errors, headers and flash after them.

use super::api::{FieldProblem, Problem};
use super::{Answer, Routes, assets, shell};
use crate::app::App;
use crate::auth;
use crate::cx::{Actor, Cx, RequestFacts};
use crate::error::{Error, Result};
use crate::ids::TenantId;
use crate::words::{Lang, Word};
use askama::Template;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use chrono::{DateTime, Utc};
use cookie::Cookie;
use futures_util::StreamExt as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Uploads may be this large; everything else is limited where it is read.
const MOST_UPLOAD: usize = 12 * 1024 * 1024;

pub(crate) fn router(app: &Arc<App>, routes: Vec<Routes>) -> axum::Router {
    let (rooms, document) = Routes::join(routes);
    let document = super::openapi(document, &app.config.name);
    let document: Arc<str> = serde_json::to_string(&document).unwrap_or_default().into();
    let rooms = rooms
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::NotFound })
        .layer(DefaultBodyLimit::max(MOST_UPLOAD))
        .layer(from_fn_with_state(Arc::clone(app), edge));
    axum::Router::new()
        .route("/assets/{mark}/{name}", get(assets::serve))
        .route("/app.webmanifest", get(shell::manifest))
        .route("/worker.js", get(shell::worker))
        .route("/healthz", get(|| async { "up\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(crate::metrics::show))
        .route(
            "/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document.to_string()) }),
        )
        .merge(rooms)
        .layer(tower_http::compression::CompressionLayer::new().gzip(true))
        .layer(tower_http::timeout::TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            Duration::from_secs(60),
        ))
        .with_state(Arc::clone(app))
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    // Whoever asks wants to know now, not when the last try to connect gave up.
    match tokio::time::timeout(Duration::from_secs(2), app.db.ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

/// An error on its way out; the edge renders it in the reader's language.
#[derive(Clone)]
struct Failure(Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

async fn edge(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let began = std::time::Instant::now();
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let ip = address(&app, &request);
    let json = path.starts_with("/api/");
    let had_flash = cookie(request.headers(), "flash").is_some();
    let (cx, wrong) = context(&app, request.headers(), path, ip, json).await;
    if let Some(error) = wrong {
        let mut response = render(&cx, &error);
        protect(&cx, &mut response);
        app.metrics.count(response.status(), began.elapsed());
        return response;
    }
    request.extensions_mut().insert(cx.clone());
    let mut response = if is_too_large(request.headers()) {
        drain(request.into_body()).await;
        Error::Malformed(Word::new("error.too_large")).into_response()
    } else {
        next.run(request).await
    };
    if let Some(Failure(error)) = response.extensions_mut().remove::<Failure>() {
        response = render(&cx, &error);
    } else if is_no_address(&response) {
        response = render(&cx, &Error::NotFound);
    } else if had_flash && !response.headers().contains_key(header::SET_COOKIE) && !response.status().is_redirection() {
        append_cookie(&mut response, "flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
    protect(&cx, &mut response);
    app.metrics.count(response.status(), began.elapsed());
    response
}

/// The framework's own answer to an address whose id is none: in English and without a page, so it is said as we say it.
fn is_no_address(response: &Response) -> bool {
    let plain =
        text(response.headers(), header::CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("text/plain"));
    response.status() == StatusCode::BAD_REQUEST && plain
}

/// What says beforehand that it is larger than any upload may be.
fn is_too_large(headers: &HeaderMap) -> bool {
    let length = text(headers, header::CONTENT_LENGTH.as_str()).and_then(|v| v.parse::<u64>().ok());
    length.is_some_and(|length| length > MOST_UPLOAD as u64)
}

/// Takes a body and keeps nothing of it: a browser reads no answer before it has sent all, and shows a broken connection
/// instead of the sentence. Whoever sends more, or slower, than any mistake is cut off.
async fn drain(body: axum::body::Body) {
    const MOST: usize = 512 * 1024 * 1024;
    let taking = async {
        let (mut pieces, mut taken) = (body.into_data_stream(), 0);
        while let Some(Ok(piece)) = pieces.next().await {
            taken += piece.len();
            if taken > MOST {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(30), taking).await;
}

/// The context of a request. What is wrong with it is answered in the reader's language too, as to a stranger.
async fn context(app: &Arc<App>, headers: &HeaderMap, path: String, ip: String, json: bool) -> (Cx, Option<Error>) {
    let now = app.clock.now();
    let known = who(app, headers, json, now).await;
    let once = one_time_key(headers);
    let (tenant, actor, session, wrong) = match (known, &once) {
        (Ok(known), Ok(_)) => (known.0, known.1, known.2, None),
        (Ok(known), Err(_)) => (known.0, known.1, known.2, Some(Error::Malformed(Word::new("error.once_wrong")))),
        (Err(error), _) => (TenantId(uuid::Uuid::nil()), Actor::default(), None, Some(error)),
    };
    let lang = match cookie(headers, "lang").as_deref() {
        Some("en") => Lang::En,
        Some(_) => Lang::Zh,
        None => prefers(headers),
    };
    let waiting = session.as_ref().filter(|_| actor.person.is_some()).map(|open| open.unread);
    let facts = RequestFacts {
        id: crate::ids::fresh().simple().to_string()[..16].to_owned(),
        ip,
        path,
        session: session.map(|open| open.id_hash),
        once: once.ok().flatten().map(std::sync::OnceLock::from).unwrap_or_default(),
        asked: std::sync::OnceLock::new(),
        elder: cookie(headers, "mode").as_deref() == Some("elder"),
        json: json || text(headers, "accept").is_some_and(|a| a.starts_with("application/json")),
        flash: cookie(headers, "flash").and_then(|v| B64.decode(v).ok()).and_then(|v| String::from_utf8(v).ok()),
        unread: waiting,
    };
    let (app, db) = (Arc::clone(app), app.db.clone());
    (Cx { app, db, tenant, actor: Arc::new(actor), lang, now, request: Arc::new(facts) }, wrong)
}

/// Who asks, of which district, and the session that is open.
async fn who(
    app: &Arc<App>,
    headers: &HeaderMap,
    json: bool,
    now: DateTime<Utc>,
) -> Result<(TenantId, Actor, Option<auth::Session>)> {
    app.learn_tenant().await?;
    let tenant = app.tenant().map_or(TenantId(uuid::Uuid::nil()), |t| t.id);
    let bearer = text(headers, header::AUTHORIZATION.as_str()).and_then(|v| v.strip_prefix("Bearer "));
    if let Some(token) = bearer.filter(|_| json) {
        if let Some((of, known)) = auth::read_token(app, token.trim(), now).await? {
            return Ok((of, known, None));
        }
    } else if let Some(token) = cookie(headers, cookie_name(app))
        && let Some((open, known)) = auth::read(app, &token, now).await?
    {
        return Ok((open.tenant_id, known, Some(open)));
    }
    Ok((tenant, Actor::default(), None))
}

/// The one-time key of a program's call. One that cannot be kept is refused: the caller believes that a repeat is safe.
fn one_time_key(headers: &HeaderMap) -> std::result::Result<Option<String>, ()> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().map_err(|_| ())?;
    if key.is_empty() || key.len() > 200 { Err(()) } else { Ok(Some(key.to_owned())) }
}

fn prefers(headers: &HeaderMap) -> Lang {
    let wanted = text(headers, "accept-language").unwrap_or_default();
    let first = wanted.split(',').next().unwrap_or_default().trim();
    if first.starts_with("en") { Lang::En } else { Lang::Zh }
}

fn address(app: &App, request: &Request) -> String {
    if app.config.behind_proxy
        && let Some(list) = text(request.headers(), "x-forwarded-for")
        && let Some(last) = list.rsplit(',').next()
    {
        return last.trim().chars().take(45).collect();
    }
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string()).unwrap_or_default()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

/// A cookie of the request.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(std::result::Result::ok)
        .find(|c| c.name() == name)
        .map(|c| c.value().to_owned())
}

/// `__Host-` binds the cookie to this host over TLS; plain http is for one's own machine.
fn cookie_name(app: &App) -> &'static str {
    if app.config.base_url.starts_with("https://") { "__Host-qiyi" } else { "qiyi" }
}

/// Sets the session's cookie, or clears it when the token is empty.
pub fn set_session(answer: &mut Answer, cx: &Cx, token: &str, staff: bool) {
    let secure = if cx.app.config.base_url.starts_with("https://") { "; Secure" } else { "" };
    let age = match (token.is_empty(), staff) {
        (true, _) => "; Max-Age=0",
        (false, true) => "",
        (false, false) => "; Max-Age=2592000",
    };
    let name = cookie_name(&cx.app);
    append_cookie(answer, &format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"));
}

pub(super) fn set_flash(answer: &mut Answer, _: &Cx, sentence: &str) {
    append_cookie(answer, &format!("flash={}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax", B64.encode(sentence)));
}

/// Adds a cookie to an answer; `text` is the whole of `Set-Cookie`.
pub fn append_cookie(answer: &mut Answer, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn protect(cx: &Cx, response: &mut Response) {
    let signed_in = cx.actor.account.is_some();
    let headers = response.headers_mut();
    headers.reserve(12);
    let mut set = |name: &'static str, value: &'static str| {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    set("content-security-policy", POLICY);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), microphone=(), geolocation=(self)");
    set("cache-control", if signed_in { "no-store" } else { "no-cache" });
    if cx.app.config.base_url.starts_with("https://") {
        set("strict-transport-security", "max-age=31536000");
    }
    if let Ok(id) = HeaderValue::from_str(&cx.request.id) {
        headers.insert("x-request-id", id);
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    status: u16,
    title: String,
    sentence: String,
    fields: Vec<String>,
}

use super::filters;

fn render(cx: &Cx, error: &Error) -> Response {
    if matches!(error, Error::SignIn) && !cx.request.json {
        let next: String = cx.request.path.replace('&', "%26").replace('?', "%3F");
        let to =
            if cx.actor.awaits_second_factor { "/second-factor".to_owned() } else { format!("/sign-in?next={next}") };
        return cx.see_other(&to);
    }
    if matches!(error, Error::Forbidden(_)) && cx.actor.awaits_second_factor && !cx.request.json {
        return cx.see_other("/second-factor");
    }
    let (status, kind, word, fields) = describe(cx, error);
    let sentence = cx.say(&word);
    let mut response = if cx.request.json {
        problem(cx, status, kind, &word, sentence, &fields)
    } else {
        let title = cx.t(&format!("error.title.{}", status.as_u16())).to_owned();
        let page = ErrorPage {
            status: status.as_u16(),
            title,
            sentence,
            fields: fields.iter().map(|f| f.message.clone()).collect(),
        };
        cx.page_with(status, &page).unwrap_or_else(|_| (status, word.key.into_owned()).into_response())
    };
    let seconds = match error {
        Error::TooMany(seconds) => Some(*seconds),
        Error::Unavailable(_) => Some(5),
        _ => None,
    };
    if let Some(seconds) = seconds
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn describe(cx: &Cx, error: &Error) -> (StatusCode, &'static str, Word, Vec<FieldProblem>) {
    let none = Vec::new();
    match error {
        Error::NotFound => (StatusCode::NOT_FOUND, "not_found", Word::new("error.not_found"), none),
        Error::SignIn => (StatusCode::UNAUTHORIZED, "sign_in", Word::new("error.sign_in"), none),
        Error::Forbidden(permission) => {
            let what = cx.t(&format!("permission.{permission}")).to_owned();
            (StatusCode::FORBIDDEN, "forbidden", Word::new("error.forbidden").with("what", what), none)
        }
        Error::Invalid(errors) => {
            let fields = errors.0.iter().map(|(field, word)| FieldProblem {
                field: (*field).to_owned(),
                message: cx.say(word),
                code: word.key.to_string(),
            });
            let word = Word::new("error.invalid").with("n", errors.0.len());
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid", word, fields.collect())
        }
        Error::Refused(word) => (StatusCode::CONFLICT, "refused", word.clone(), none),
        Error::Malformed(word) => {
            let status = match word.key.as_ref() {
                "error.csrf" => StatusCode::FORBIDDEN,
                "error.too_large" => StatusCode::PAYLOAD_TOO_LARGE,
                "error.once_reused" => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::BAD_REQUEST,
            };
            (status, "malformed", word.clone(), none)
        }
        Error::TooMany(seconds) => {
            let word = Word::new("error.too_many").with("seconds", seconds);
            (StatusCode::TOO_MANY_REQUESTS, "too_many", word, none)
        }
        Error::Unavailable(word) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", Word::new(*word), none),
        Error::Violated(violation) => {
            tracing::warn!(?violation, request = cx.request.id, "a constraint nobody expected");
            (StatusCode::CONFLICT, "conflict", Word::new("error.conflict"), none)
        }
        Error::Internal(cause) => {
            let route = cx.request.path.split('?').next().unwrap_or_default();
            tracing::error!(request = cx.request.id, route, "{cause:#}");
            let word = Word::new("error.internal").with("request", &cx.request.id);
            (StatusCode::INTERNAL_SERVER_ERROR, "internal", word, none)
        }
    }
}

fn problem(cx: &Cx, status: StatusCode, kind: &str, word: &Word, title: String, fields: &[FieldProblem]) -> Response {
    let fields = fields
        .iter()
        .map(|f| FieldProblem { field: f.field.clone(), message: f.message.clone(), code: f.code.clone() })
        .collect();
    let body = Problem {
        kind: kind.to_owned(),
        title,
        status: status.as_u16(),
        code: word.key.to_string(),
        request: cx.request.id.clone(),
        fields,
    };
    let text = serde_json::to_string(&body).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response()
}
