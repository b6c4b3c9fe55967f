//! Forms and queries as they arrive: typed, unknown fields refused, the token checked before anything is read.

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::words::Word;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

/// A posted form. The struct names its fields and denies unknown ones.
pub struct Form<T>(pub T);

/// A query; an unknown or malformed field is refused.
pub struct Query<T>(pub T);

/// A form with a file; the token is its first field, and its one-time key is taken as a posted form's is.
pub struct Multipart(axum::extract::Multipart, Cx, Sha256);

const MOST: usize = 256 * 1024;

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let cx = context(&parts)?;
        same_site(&parts.headers, &cx)?;
        let bytes =
            axum::body::to_bytes(body, MOST).await.map_err(|_| Error::Malformed(Word::new("error.too_large")))?;
        let mut fields: Vec<(String, String)> =
            serde_html_form::from_bytes(&bytes).map_err(|_| Error::Malformed(Word::new("error.form")))?;
        let token = take(&mut fields, "_csrf").unwrap_or_default();
        let once = take(&mut fields, "_once");
        check_token(&cx, &token)?;
        keep_key(&cx, once);
        let text = serde_html_form::to_string(&fields).map_err(|_| Error::Malformed(Word::new("error.form")))?;
        cx.asks(&text);
        let form = serde_html_form::from_str(&text).map_err(|e| {
            tracing::debug!(error = %e, "a form was refused");
            Error::Malformed(Word::new("error.form"))
        })?;
        Ok(Self(form))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let text = parts.uri.query().unwrap_or_default();
        serde_html_form::from_str(text).map(Self).map_err(|e| {
            // A program is told which field; a reader chooses again on the page.
            let program = parts.extensions.get::<Cx>().is_some_and(|cx| cx.request.path.starts_with("/api/"));
            Error::Malformed(if program {
                Word::new("error.query_field").with("what", e)
            } else {
                Word::new("error.query")
            })
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let wrong = || Error::Malformed(Word::new("error.form"));
        let (parts, body) = request.into_parts();
        let cx = context(&parts)?;
        same_site(&parts.headers, &cx)?;
        let request = Request::from_parts(parts, body);
        let mut multipart = axum::extract::Multipart::from_request(request, state).await.map_err(|_| wrong())?;
        let first = multipart.next_field().await.map_err(|_| wrong())?.ok_or_else(wrong)?;
        if first.name() != Some("_csrf") {
            return Err(Error::Malformed(Word::new("error.csrf")));
        }
        let token = first.text().await.map_err(|_| wrong())?;
        check_token(&cx, &token)?;
        Ok(Self(multipart, cx, Sha256::new()))
    }
}

/// A program's upload: the parts of a form without its token. Callers with a session cookie are refused, as by `Body`.
pub struct Upload(Multipart);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let cx = super::api::program(&parts)?;
        let request = Request::from_parts(parts, body);
        let parts = axum::extract::Multipart::from_request(request, state).await;
        let parts = parts.map_err(|_| Error::Malformed(Word::new("error.upload")))?;
        Ok(Self(Multipart(parts, cx, Sha256::new())))
    }
}

impl Upload {
    /// The next field's name, file name and bytes.
    pub async fn next(&mut self) -> Result<Option<(String, String, Vec<u8>)>> {
        self.0.next().await
    }
}

impl Multipart {
    /// The next field's name, file name and bytes.
    pub async fn next(&mut self) -> Result<Option<(String, String, Vec<u8>)>> {
        loop {
            match self.field().await? {
                Some((name, _, bytes)) if name == "_once" => keep_key(&self.1, String::from_utf8(bytes).ok()),
                Some((name, file, bytes)) => {
                    for part in [name.as_bytes(), file.as_bytes(), &bytes] {
                        self.2.update(part.len().to_le_bytes());
                        self.2.update(part);
                    }
                    return Ok(Some((name, file, bytes)));
                }
                None => {
                    let digest = hex::encode(self.2.finalize_reset());
                    self.1.asks(&digest);
                    return Ok(None);
                }
            }
        }
    }

    async fn field(&mut self) -> Result<Option<(String, String, Vec<u8>)>> {
        let failed = |e: axum::extract::multipart::MultipartError| {
            tracing::debug!(error = %e, "an upload was refused");
            Error::Malformed(Word::new("error.too_large"))
        };
        let Some(field) = self.0.next_field().await.map_err(failed)? else { return Ok(None) };
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(failed)?;
        Ok(Some((name, file, bytes.to_vec())))
    }
}

fn context(parts: &Parts) -> Result<Cx> {
    parts.extensions.get::<Cx>().cloned().ok_or_else(|| Error::internal("a route without a context".to_owned()))
}

/// The facts of a request are shared by every clone of its context, so the handler's `cx.once` finds the key.
fn keep_key(cx: &Cx, once: Option<String>) {
    if let Some(key) = once.filter(|key| !key.is_empty() && key.len() <= 64) {
        cx.request.once.get_or_init(|| key);
    }
}

fn take(fields: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = fields.iter().position(|(n, _)| n == name)?;
    Some(fields.remove(at).1)
}

fn check_token(cx: &Cx, token: &str) -> Result<()> {
    let session = cx.request.session.clone().unwrap_or_default();
    if cx.app.keys.is_signed("csrf", &[&session], token) {
        return Ok(());
    }
    Err(Error::Malformed(Word::new("error.csrf")))
}

/// A form comes from our own pages: what the browser says of its origin must agree.
fn same_site(headers: &HeaderMap, cx: &Cx) -> Result<()> {
    let foreign = || Error::Malformed(Word::new("error.csrf"));
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return Err(foreign());
    }
    if let Some(origin) = text("origin") {
        let host = text(header::HOST.as_str()).unwrap_or_default();
        let ours = origin == cx.app.config.base_url || origin.split("://").nth(1) == Some(host);
        if !ours {
            return Err(foreign());
        }
    }
    Ok(())
}
