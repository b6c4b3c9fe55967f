//! Keyset paging: the cursor is the sort values of the last row, never an offset.

use crate::error::{Error, Result};
use crate::words::Word;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;

/// The sort values of the last row of a page, the unique tie-break last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub Vec<String>);

impl Cursor {
    /// Reads `cursor` of a query; a wrong one is refused, not ignored.
    pub fn read(text: Option<&str>, values: usize) -> Result<Option<Self>> {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
        let wrong = || Error::Malformed(Word::new("error.cursor"));
        let raw = B64.decode(text).map_err(|_| wrong())?;
        let list: Vec<String> = serde_json::from_slice(&raw).map_err(|_| wrong())?;
        if list.len() == values { Ok(Some(Self(list))) } else { Err(wrong()) }
    }

    /// A value of the cursor as its type; a wrong one is refused.
    pub fn get<T: std::str::FromStr>(&self, at: usize) -> Result<T> {
        let wrong = || Error::Malformed(Word::new("error.cursor"));
        self.0.get(at).and_then(|v| v.parse().ok()).ok_or_else(wrong)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&B64.encode(serde_json::to_vec(&self.0).unwrap_or_default()))
    }
}

/// `?town=440605125&cursor=…` for the link to the next page: the filters that are set and the cursor.
#[must_use]
pub fn query_string(filters: &[(&str, &str)], cursor: &str) -> String {
    let mut fields: Vec<(&str, &str)> = filters.iter().filter(|(_, value)| !value.is_empty()).copied().collect();
    if !cursor.is_empty() {
        fields.push(("cursor", cursor));
    }
    format!("?{}", serde_html_form::to_string(fields).unwrap_or_default())
}

/// A page of a list.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Give it back as `cursor`; absent on the last page.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// Cuts the row that was read beyond the page and makes the cursor of the last one kept.
    pub fn cut(mut items: Vec<T>, size: usize, keys: impl Fn(&T) -> Vec<String>) -> Self {
        let more = items.len() > size;
        items.truncate(size);
        let next = if more { items.last().map(|last| Cursor(keys(last)).to_string()) } else { None };
        Self { items, next }
    }

    /// The same page of something made from each row.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(make).collect(), next: self.next }
    }
}
