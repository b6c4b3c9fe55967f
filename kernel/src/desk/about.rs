//! What was done to an object, and who may see and change it, with the reason. For every kind that a room tells of.

use super::explain::place_of;
use super::trace::{Line, TraceRead, facts};
use super::{LOG, TRACE, WHO};
use crate::audit::{self, Stored};
use crate::auth;
use crate::cx::{Actor, Cx};
use crate::db::{LaneKey, Tx};
use crate::error::Result;
use crate::http::{Answer, Cursor, Paged, Problem, Query, filters, query_string};
use crate::ids::Raw;
use crate::objects::{self, Object, ObjectKind};
use crate::policy::{Permission, Role};
use askama::Template;
use axum::Json;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PAGE: usize = 50;

#[derive(Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LogQuery {
    /// Part of the name of who did it.
    actor: String,
    /// The beginning of the deed's name, e.g. `people.`.
    kind: String,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/log.html")]
struct Log {
    kind: &'static str,
    id: Raw,
    object: Object,
    lines: Vec<Line>,
    looks: bool,
    query: LogQuery,
    next: Option<String>,
}

impl Log {
    fn next(&self) -> Option<String> {
        let filters = [("actor", self.query.actor.as_str()), ("kind", self.query.kind.as_str())];
        self.next.as_deref().map(|cursor| query_string(&filters, cursor))
    }
}

/// The lines of one object that this reader may see; whoever sees looks at personal data leaves a line.
async fn read(cx: &Cx, kind: &str, id: Raw, query: &LogQuery) -> Result<(ObjectKind, Object, Paged<Stored>, bool)> {
    let (kind, object) = objects::find(cx, kind, id).await?;
    objects::may(cx, LOG, &object)?;
    let looks = cx.can(TRACE);
    let before = match Cursor::read(query.cursor.as_deref(), 3)? {
        Some(cursor) => Some((cursor.get(0)?, cursor.get(1)?, cursor.get(2)?)),
        None => None,
    };
    let wanted = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = audit::Filter {
        actor: wanted(&query.actor),
        kind: wanted(&query.kind),
        before,
        ..objects::filter(kind, id, looks)
    };
    let lines = if looks {
        let at = cx.clone();
        cx.write(LaneKey(3), async move |tx: &mut Tx<'_>| {
            let lines = audit::list(tx, at.tenant, &filter, PAGE as i64 + 1).await?;
            tx.record(&at, &TraceRead::of(Some(id), lines.len().min(PAGE)));
            Ok(lines)
        })
        .await?
    } else {
        audit::list(&cx.db, cx.tenant, &filter, PAGE as i64 + 1).await?
    };
    let page = Paged::cut(lines, PAGE, |l| vec![l.at.to_rfc3339(), l.chain.clone(), l.seq.to_string()]);
    Ok((kind, object, page, looks))
}

pub(super) async fn log(
    cx: Cx,
    Path((kind, id)): Path<(String, Raw)>,
    Query(query): Query<LogQuery>,
) -> Result<Answer> {
    let (kind, object, page, looks) = read(&cx, &kind, id, &query).await?;
    let lines = page.items.into_iter().map(|line| Line::of(&cx, line)).collect();
    cx.page(&Log { kind: kind.name, id, object, lines, looks, query, next: page.next })
}

/// A line of the trace about an object.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct LogLine {
    /// When.
    at: DateTime<Utc>,
    /// Who, by the name of that time.
    actor: String,
    /// The deed, e.g. `people.changed`.
    kind: String,
    /// The deed in the reader's language.
    said: String,
    /// What was noted of it.
    facts: BTreeMap<String, String>,
}

/// What was done to an object, the newest first: `person`, `organisation`, `activity` or `import`.
#[utoipa::path(get, path = "/api/v1/objects/{kind}/{object}/log", tag = "desk",
    params(("kind" = String, Path), ("object" = String, Path), LogQuery),
    responses((status = 200, body = Paged<LogLine>), (status = 404, body = Problem)))]
pub(super) async fn list_log(
    cx: Cx,
    Path((kind, id)): Path<(String, Raw)>,
    Query(query): Query<LogQuery>,
) -> Result<Json<Paged<LogLine>>> {
    let (_, _, page, _) = read(&cx, &kind, id, &query).await?;
    Ok(Json(page.map(|line| LogLine {
        at: line.at,
        said: cx.t(&format!("deed.{}", line.kind)).to_owned(),
        facts: facts(&cx, &line.detail.0).into_iter().collect(),
        actor: line.actor,
        kind: line.kind,
    })))
}

/// Somebody who may, with the reason of each verb.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Holder {
    /// The account's name.
    name: String,
    /// What they may, each with the role that carries it and where that is held.
    may: Vec<Carried>,
}

/// A verb that somebody may, and why.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Carried {
    /// The permission, e.g. `people.read`.
    verb: String,
    /// The role that carries it, in the reader's language; empty where they made it themselves.
    role: String,
    /// Where the role is held; empty where it has no place.
    place: String,
}

#[derive(Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WhoQuery {
    /// Part of the name.
    q: String,
    /// One permission, e.g. `people.edit`.
    verb: String,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/who.html")]
struct Who {
    kind: &'static str,
    id: Raw,
    object: Object,
    verbs: &'static [Permission],
    holders: Vec<Holder>,
    total: usize,
    query: WhoQuery,
    next: Option<String>,
}

impl Who {
    fn next(&self) -> Option<String> {
        let filters = [("q", self.query.q.as_str()), ("verb", self.query.verb.as_str())];
        self.next.as_deref().map(|cursor| query_string(&filters, cursor))
    }

    fn roles(&self, verb: &Permission) -> Vec<Role> {
        verb.roles.to_vec()
    }
}

/// What the evaluator says of one account and an object.
fn carried(cx: &Cx, actor: &Actor, verbs: &[Permission], object: &Object) -> Vec<Carried> {
    let made = objects::is_maker(actor, object);
    let of = |verb: &Permission| {
        let decision = objects::decide(actor, *verb, object);
        let reason = decision.reasons.iter().find(|(_, carried, _)| *carried);
        match reason {
            Some((role, _, scope)) => Some(Carried {
                verb: verb.name.to_owned(),
                role: cx.t(&format!("role.{role}")).to_owned(),
                place: place_of(cx, scope.as_ref()),
            }),
            None if made => Some(Carried { verb: verb.name.to_owned(), role: String::new(), place: String::new() }),
            None => None,
        }
    };
    verbs.iter().filter_map(of).collect()
}

async fn holders(cx: &Cx, kind: &str, id: Raw, query: &WhoQuery) -> Result<(ObjectKind, Object, Paged<Holder>, usize)> {
    let (kind, object) = objects::find(cx, kind, id).await?;
    objects::may(cx, WHO, &object)?;
    let after = Cursor::read(query.cursor.as_deref(), 2)?;
    let mut found = Vec::new();
    for actor in auth::holders(&cx.db, cx.tenant, cx.today(), &object).await? {
        if !query.q.trim().is_empty() && !actor.name.contains(query.q.trim()) {
            continue;
        }
        let may = carried(cx, &actor, kind.verbs, &object);
        if may.iter().any(|one| query.verb.is_empty() || one.verb == query.verb) {
            let key = actor.account.map(|account| account.to_string()).unwrap_or_default();
            found.push((actor.name.clone(), key, may));
        }
    }
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let total = found.len();
    if let Some(Cursor(keys)) = after {
        found.retain(|(name, key, _)| (name, key) > (&keys[0], &keys[1]));
    }
    let page = Paged::cut(found, PAGE, |(name, key, _)| vec![name.clone(), key.clone()]);
    Ok((kind, object, page.map(|(name, _, may)| Holder { name, may }), total))
}

pub(super) async fn who(
    cx: Cx,
    Path((kind, id)): Path<(String, Raw)>,
    Query(query): Query<WhoQuery>,
) -> Result<Answer> {
    let (kind, object, page, total) = holders(&cx, &kind, id, &query).await?;
    let (kind, verbs) = (kind.name, kind.verbs);
    cx.page(&Who { kind, id, object, verbs, holders: page.items, total, query, next: page.next })
}

/// Who may see and change an object, and why; the evaluator's own reasons.
#[utoipa::path(get, path = "/api/v1/objects/{kind}/{object}/access", tag = "desk",
    params(("kind" = String, Path), ("object" = String, Path), WhoQuery),
    responses((status = 200, body = Paged<Holder>), (status = 404, body = Problem)))]
pub(super) async fn list_access(
    cx: Cx,
    Path((kind, id)): Path<(String, Raw)>,
    Query(query): Query<WhoQuery>,
) -> Result<Json<Paged<Holder>>> {
    let (_, _, page, _) = holders(&cx, &kind, id, &query).await?;
    Ok(Json(page))
}
