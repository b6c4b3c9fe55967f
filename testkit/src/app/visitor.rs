//! Somebody at the door of a test application: speaks HTTP to the router, keeps cookies, fills the form's token.

use super::TestApp;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use kernel::AccountId;
use kernel::ids::Raw;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use tower::ServiceExt as _;

const FORM: &str = "application/x-www-form-urlencoded";

/// A browser without a screen.
pub struct Visitor {
    /// Whom it is signed in as.
    pub account: Option<AccountId>,
    /// The person behind the account.
    pub person: Option<Raw>,
    rig: TestApp,
    address: SocketAddr,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// Where a redirection leads.
    pub location: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text; broken bytes are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the body holds these words.
    #[must_use]
    pub fn text_contains(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none; the message shows the body.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text()))
    }

    /// A header, empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The same, after the status was looked at; the message shows the body.
    ///
    /// # Panics
    /// When the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "to {:?}: {}", self.location, self.text());
        self
    }
}

impl Visitor {
    pub(super) fn stranger(rig: TestApp) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 40_000));
        Self { account: None, person: None, rig, address, cookies: Mutex::default() }
    }

    pub(super) fn signed_in(rig: TestApp, account: AccountId, person: Option<Raw>, session: String) -> Self {
        let visitor = Self { account: Some(account), person, ..Self::stranger(rig) };
        visitor.keep("qiyi", &session);
        visitor
    }

    /// The same visitor at another address, for what is slowed down by address.
    #[must_use]
    pub fn from_address(mut self, ip: [u8; 4]) -> Self {
        self.address = SocketAddr::from((ip, 40_000));
        self
    }

    /// Keeps a cookie, `mode` `elder` for example.
    pub fn keep(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// A cookie that is kept now.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The token that this visitor's forms carry.
    #[must_use]
    pub fn csrf(&self) -> String {
        let session = self.cookie("qiyi").map(|token| kernel::auth::digest(&token)).unwrap_or_default();
        self.rig.app.keys.sign("csrf", &[&session])
    }

    /// Reads a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], String::new()).await
    }

    /// Sends a form as a page of ours would, its token filled in.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.csrf();
        let all: Vec<(&str, &str)> = std::iter::once(("_csrf", token.as_str())).chain(fields.iter().copied()).collect();
        self.post_raw(path, &all, &[]).await
    }

    /// Sends a form exactly as given.
    pub async fn post_raw(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        let headers: Vec<(&str, &str)> =
            std::iter::once((header::CONTENT_TYPE.as_str(), FORM)).chain(headers.iter().copied()).collect();
        self.send("POST", path, &headers, body.join("&")).await
    }

    /// Sends a form with a file, its token first. The file is its field's name, its own name and its bytes.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Reply {
        let token = self.csrf();
        let all: Vec<(&str, &str)> = std::iter::once(("_csrf", token.as_str())).chain(fields.iter().copied()).collect();
        let (kind, body) = parts(&all, file);
        self.send("POST", path, &[(header::CONTENT_TYPE.as_str(), kind)], body).await
    }

    /// A program's upload with its token; cookies stay at home.
    pub async fn upload_by_token(
        &self,
        path: &str,
        token: Option<&str>,
        fields: &[(&str, &str)],
        file: (&str, &str, &[u8]),
    ) -> Reply {
        let (kind, body) = parts(fields, file);
        let bearer = token.map(|t| format!("Bearer {t}"));
        let mut headers = vec![(header::CONTENT_TYPE.as_str(), kind)];
        headers.extend(bearer.as_deref().map(|b| (header::AUTHORIZATION.as_str(), b)));
        Self::stranger(self.rig.clone()).send("POST", path, &headers, body).await
    }

    /// A program's call with its token; cookies stay at home.
    pub async fn json(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&serde_json::Value>,
        idempotency_key: Option<&str>,
    ) -> Reply {
        let bearer = token.map(|t| format!("Bearer {t}"));
        let mut headers = vec![(header::CONTENT_TYPE.as_str(), "application/json")];
        headers.extend(bearer.as_deref().map(|b| (header::AUTHORIZATION.as_str(), b)));
        headers.extend(idempotency_key.map(|k| ("idempotency-key", k)));
        let program = Self::stranger(self.rig.clone());
        program.send(method, path, &headers, body.map(ToString::to_string).unwrap_or_default()).await
    }

    /// Any request, with the cookies that are kept; cookies of the answer are kept for the next.
    ///
    /// # Panics
    /// When the request cannot be built.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8080");
        let cookies: Vec<String> = {
            let kept = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
            kept.iter().map(|(name, value)| format!("{name}={value}")).collect()
        };
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.into()).expect("the request can be built");
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response = self.rig.router.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body arrives").to_bytes().to_vec();
        self.keep_all(&parts.headers);
        let location = parts.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Reply { status: parts.status, location, headers: parts.headers, body }
    }

    /// What the page says that a redirection leads to.
    ///
    /// # Panics
    /// When the reply leads nowhere.
    pub async fn follow(&self, reply: &Reply) -> Reply {
        let to =
            reply.location.clone().unwrap_or_else(|| panic!("it leads nowhere: {} {}", reply.status, reply.text()));
        self.get(&to).await
    }

    fn keep_all(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for set in headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            let Some((name, rest)) = set.split_once('=') else { continue };
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() || rest.contains("Max-Age=0;") || rest.ends_with("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A form with a file as browsers send it, after its content type.
fn parts(fields: &[(&str, &str)], (field, name, bytes): (&str, &str, &[u8])) -> (&'static str, Vec<u8>) {
    const LINE: &str = "qiyi-testkit-boundary";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let part = format!(
        "--{LINE}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(part.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{LINE}--\r\n").as_bytes());
    ("multipart/form-data; boundary=qiyi-testkit-boundary", body)
}

/// One part of a form or of a query, as browsers write it.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
