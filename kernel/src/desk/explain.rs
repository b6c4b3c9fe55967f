//! Who may see this and why: the evaluator's own reasons, as `qiyi explain` prints them.

use crate::auth;
use crate::cx::Cx;
use crate::error::Result;
use crate::http::{Answer, Query, filters};
use crate::objects;
use crate::policy::{self, Permission, Scope, Target};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "desk/explain.html")]
struct Show {
    permissions: Vec<Permission>,
    who: String,
    verb: String,
    region: String,
    answer: Option<Explained>,
    missing: bool,
}

/// A decision in words.
pub struct Explained {
    /// Whether the verb may go on.
    pub allowed: bool,
    /// Role, whether it carried, and where it is held.
    pub lines: Vec<(String, bool, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    who: Option<String>,
    verb: Option<String>,
    region: Option<String>,
}

pub(super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Answer> {
    let permissions = cx.app.permissions.values().copied().collect();
    let (who, verb) = (asked.who.unwrap_or_default(), asked.verb.unwrap_or_default());
    let region = asked.region.unwrap_or_default();
    let mut page = Show { permissions, who, verb, region, answer: None, missing: false };
    if !page.who.is_empty() && !page.verb.is_empty() {
        page.answer = explain(&cx, &page.who, &page.verb, &page.region).await?;
        page.missing = page.answer.is_none();
    }
    cx.page(&page)
}

/// Why an account may or may not; `None` when there is no such account or permission. `region` is a region's code, an object such as
/// `person:ID`, or empty for anywhere.
pub async fn explain(cx: &Cx, who: &str, verb: &str, region: &str) -> Result<Option<Explained>> {
    let Some(permission) = cx.app.permissions.get(verb).copied() else { return Ok(None) };
    let Some(account) = auth::find_by_name(&cx.db, cx.tenant, who.trim()).await? else { return Ok(None) };
    let actor = auth::actor(&cx.db, cx.tenant, &account, true, cx.today()).await?;
    let object = match region.split_once(':') {
        // `person:ID`: asked about the object itself, wherever it is reached.
        Some((kind, id)) => match id.parse() {
            Ok(id) => Some(objects::find(cx, kind, id).await?.1),
            Err(_) => return Ok(None),
        },
        None => None,
    };
    let target = Target { region, ..Target::default() };
    let decision = match &object {
        Some(object) => objects::decide(&actor, permission, object),
        None => policy::decide(&actor, permission, (!region.is_empty()).then_some(&target)),
    };
    let made = object.as_ref().is_some_and(|object| objects::is_maker(&actor, object));
    let line = |(role, carried, scope): &(crate::policy::Role, bool, Option<Scope>)| {
        (cx.t(&format!("role.{role}")).to_owned(), *carried, place_of(cx, scope.as_ref()))
    };
    let lines = decision.reasons.iter().map(line).collect();
    let allowed = decision.allowed || made;
    Ok(Some(Explained { allowed: allowed && account.state == "active", lines }))
}

/// Where a role is held, in words.
pub(super) fn place_of(cx: &Cx, scope: Option<&Scope>) -> String {
    match scope {
        None => String::new(),
        Some(Scope::Tenant) => cx.t("account.whole").to_owned(),
        Some(Scope::Region(code)) => code.clone(),
        Some(Scope::Organisation(path)) => path.clone(),
    }
}
