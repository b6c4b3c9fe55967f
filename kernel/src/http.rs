//! HTTP: pages, errors, forms, paging, flash. A handler asks may, reads, acts and answers.

mod api;
mod assets;
mod document;
mod edge;
mod form;
mod paging;
mod routes;
pub(crate) mod shell;
mod summary;
mod view;

pub use api::{Body, NoBody, Problem};
pub use assets::Asset;
pub(crate) use document::openapi;
pub use form::{Form, Multipart, Query, Upload};
pub use paging::{Cursor, Paged, query_string};
pub use routes::Routes;
pub use view::{View, filters};

pub(crate) use edge::router;
pub use edge::{append_cookie, cookie, set_session};

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::tables::{Column, Out, write_csv, write_xlsx};
use crate::words::Word;
use askama::Template;
use axum::body::Body as HttpBody;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// What a handler answers.
pub type Answer = Response;

impl Cx {
    /// A page, 200.
    pub fn page<T: Template>(&self, page: &T) -> Result<Answer> {
        self.page_with(StatusCode::OK, page)
    }

    /// The same form again with its errors, 422.
    pub fn invalid<T: Template>(&self, page: &T) -> Result<Answer> {
        let joined =
            |label: &str, problem: &str| self.say(&Word::new("form.of").with("label", label).with("problem", problem));
        let text = summary::named(&self.fragment(page)?, joined);
        let head = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        Ok((StatusCode::UNPROCESSABLE_ENTITY, head, text).into_response())
    }

    /// A page with a status.
    pub fn page_with<T: Template>(&self, status: StatusCode, page: &T) -> Result<Answer> {
        let text = self.fragment(page)?;
        Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response())
    }

    /// A part of a page, for panels and for fragments that a script swaps.
    pub fn fragment<T: Template>(&self, page: &T) -> Result<String> {
        let view = View::of(self);
        page.render_with_values(&view).map_err(|e| crate::error::Error::internal(e.to_string()))
    }

    /// Post, redirect, get.
    #[must_use]
    pub fn see_other(&self, url: &str) -> Answer {
        redirect(url)
    }

    /// The same, and the next page says a word.
    #[must_use]
    pub fn see_other_saying(&self, url: &str, word: &Word) -> Answer {
        let mut answer = redirect(url);
        edge::set_flash(&mut answer, self, &self.say(word));
        answer
    }

    /// A table to keep, as a spreadsheet, or as text where `format` is `csv`; its name comes without an ending. It is written
    /// on a thread of its own: a whole district's takes half a second.
    ///
    /// # Errors
    /// `Internal` when it cannot be written.
    pub async fn sheet(&self, name: &str, format: &str, columns: Vec<Column>, rows: Vec<Vec<Out>>) -> Result<Answer> {
        const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let csv = format == "csv";
        let (ending, kind) = if csv { ("csv", "text/csv; charset=utf-8") } else { ("xlsx", XLSX) };
        let written = tokio::task::spawn_blocking(move || {
            let rows = rows.into_iter();
            if csv { write_csv(&columns, rows) } else { write_xlsx(&columns, rows) }
        });
        let file = written.await.map_err(|error| Error::internal(error.to_string()))?;
        let file = file.map_err(|error| Error::internal(error.to_string()))?;
        Ok(self.download(&format!("{name}.{ending}"), kind, file))
    }

    /// A file to keep; the name is quoted as browsers want it.
    #[must_use]
    pub fn download(&self, name: &str, kind: &str, content: Vec<u8>) -> Answer {
        let quoted: String = name
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || b"-_.".contains(&b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect();
        let mut answer = Response::new(HttpBody::from(content));
        let headers = answer.headers_mut();
        let kind = HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        headers.insert(header::CONTENT_TYPE, kind);
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{quoted}")) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        answer
    }

    /// An SVG picture made by the server.
    #[must_use]
    pub fn picture(&self, svg: String) -> Answer {
        ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response()
    }
}

fn redirect(url: &str) -> Answer {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(url).unwrap_or(HeaderValue::from_static("/"));
    answer.headers_mut().insert(header::LOCATION, location);
    answer
}

/// A QR code as SVG, black on white with its quiet zone.
#[must_use]
pub fn qr(text: &str) -> String {
    qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).map_or_else(
        |_| String::new(),
        |code| code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(320, 320).quiet_zone(true).build(),
    )
}
