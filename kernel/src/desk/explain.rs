//! Who may see this and why: the evaluator's own reasons, as `qiyi explain` prints them.

use crate::auth;
use crate::cx::Cx;
use crate::error::Result;
use crate::http::{Answer, Query, filters};
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

/// Why an account may or may not; `None` when there is no such account or permission.
pub async fn explain(cx: &Cx, who: &str, verb: &str, region: &str) -> Result<Option<Explained>> {
    let Some(permission) = cx.app.permissions.get(verb).copied() else { return Ok(None) };
    let Some(account) = auth::find_by_name(&cx.db, cx.tenant, who.trim()).await? else { return Ok(None) };
    let actor = auth::actor(&cx.db, cx.tenant, &account, true, cx.today()).await?;
    let target = Target { region, ..Target::default() };
    let target = (!region.is_empty()).then_some(&target);
    let decision = policy::decide(&actor, permission, target);
    let lines = decision
        .reasons
        .iter()
        .map(|(role, carried, scope)| {
            let place = match scope {
                None => String::new(),
                Some(Scope::Tenant) => cx.t("account.whole").to_owned(),
                Some(Scope::Region(code)) => code.clone(),
                Some(Scope::Organisation(path)) => path.clone(),
            };
            (cx.t(&format!("role.{role}")).to_owned(), *carried, place)
        })
        .collect();
    Ok(Some(Explained { allowed: decision.allowed && account.state == "active", lines }))
}
