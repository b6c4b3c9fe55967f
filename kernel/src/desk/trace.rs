//! The trace, for the auditor: who did what when, newest first.

use crate::audit::{self, Deed, Stored};
use crate::cx::Cx;
use crate::db::{LaneKey, Tx};
use crate::error::Result;
use crate::http::{Answer, Cursor, Query, filters};
use crate::ids::Raw;
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who reads of everybody leaves a line too.
#[derive(Serialize)]
pub(super) struct TraceRead {
    #[serde(skip)]
    object: Option<Raw>,
    actor: String,
    kind: String,
    lines: usize,
}

impl TraceRead {
    /// So many lines of one object were read.
    pub(super) fn of(object: Option<Raw>, lines: usize) -> Self {
        Self { object, actor: String::new(), kind: String::new(), lines }
    }
}

impl Deed for TraceRead {
    const KIND: &'static str = "trace.read";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("trace", self.object)
    }
}

#[derive(Template)]
#[template(path = "desk/trace.html")]
struct Index {
    lines: Vec<Line>,
    actor: String,
    kind: String,
    next: Option<String>,
    views: String,
}

/// A line as people read it: what was noted of the deed as names and values.
pub(super) struct Line {
    pub stored: Stored,
    pub facts: Vec<(String, String)>,
}

impl Line {
    pub(super) fn of(cx: &Cx, stored: Stored) -> Self {
        Self { facts: facts(cx, &stored.detail.0), stored }
    }
}

/// The named values of a deed; what is absent is left out.
pub(super) fn facts(cx: &Cx, detail: &Value) -> Vec<(String, String)> {
    let Value::Object(members) = detail else { return Vec::new() };
    let told = members.iter().filter(|(_, value)| !matches!(value, Value::Null) && *value != "");
    told.map(|(name, value)| (cx.t(&format!("trace.field.{name}")).to_owned(), shown(cx, value))).collect()
}

fn shown(cx: &Cx, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => cx.t("trace.true").to_owned(),
        Value::Bool(false) => cx.t("trace.false").to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(|v| shown(cx, v)).collect::<Vec<_>>().join(" · "),
        Value::Object(_) => {
            facts(cx, value).into_iter().map(|(name, text)| format!("{name} {text}")).collect::<Vec<_>>().join(" · ")
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    actor: Option<String>,
    kind: Option<String>,
    object: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn index(cx: Cx, Query(query): Query<Filter>) -> Result<Answer> {
    let before = match Cursor::read(query.cursor.as_deref(), 3)? {
        Some(cursor) => Some((cursor.get(0)?, cursor.get(1)?, cursor.get(2)?)),
        None => None,
    };
    let wanted = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
    let filter = audit::Filter {
        actor: wanted(&query.actor),
        kind: wanted(&query.kind),
        object: query.object.as_deref().and_then(|o| o.parse().ok()),
        before,
        ..audit::Filter::default()
    };
    let at = cx.clone();
    let lines = cx
        .write(LaneKey(3), async move |tx: &mut Tx<'_>| {
            let lines = audit::list(tx, at.tenant, &filter, 101).await?;
            let (actor, kind) = (filter.actor.unwrap_or_default(), filter.kind.unwrap_or_default());
            tx.record(&at, &TraceRead { object: filter.object, actor, kind, lines: lines.len().min(100) });
            Ok(lines)
        })
        .await?;
    let page = crate::http::Paged::cut(lines, 100, |l| vec![l.at.to_rfc3339(), l.chain.clone(), l.seq.to_string()]);
    let (actor, kind) = (query.actor.unwrap_or_default(), query.kind.unwrap_or_default());
    let object = query.object.unwrap_or_default();
    let asked = crate::http::query_string(&[("actor", &actor), ("kind", &kind), ("object", &object)], "");
    cx.page(&Index {
        views: crate::views::chips(&cx, "trace", &asked).await?,
        lines: page.items.into_iter().map(|line| Line::of(&cx, line)).collect(),
        next: page.next,
        actor,
        kind,
    })
}
