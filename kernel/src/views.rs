//! Saved views: the question that somebody asked a list, kept under a name, for themselves or for their team or office. A list
//! names itself and its filters at its room's door; its page shows the views as chips.

use crate::args;
use crate::audit::Deed;
use crate::cx::Cx;
use crate::db::{Read, Tx};
use crate::error::{Error, Result};
use crate::http::filters;
use crate::ids::{AccountId, Raw};
use crate::policy::{Permission, Role, Scope};
use crate::row;
use crate::words::Word;
use askama::Template;
use serde::Serialize;

crate::id! {
    /// A saved view.
    ViewId
}

/// A list whose questions can be kept.
#[derive(Clone, Copy, Debug)]
pub struct ListFace {
    /// Its name, e.g. `people`.
    pub name: &'static str,
    /// Its page.
    pub url: &'static str,
    /// Who may read it.
    pub permission: Permission,
    /// The filters that a question may hold.
    pub fields: &'static [&'static str],
}

/// So many views of one list one account keeps.
const MOST: i64 = 30;

row! {
    /// A view as it is stored.
    pub struct SavedView {
        /// Its id.
        pub id: ViewId,
        /// Of which list.
        pub list: String,
        /// Whose.
        pub account_id: AccountId,
        /// What its owner calls it.
        pub name: String,
        /// The question as an address says it: empty, or `?town=440605125`.
        pub query: String,
        /// `tenant`, `region` or `organisation`, where it is shared.
        pub shared_kind: Option<String>,
        /// The code or path of the place that shares it.
        pub shared_scope: Option<String>,
        /// Its owner's name.
        pub made_name: String,
    }
}

impl SavedView {
    /// Whether it is the reader's own.
    #[must_use]
    pub fn is_own(&self, cx: &Cx) -> bool {
        cx.actor.account == Some(self.account_id)
    }
}

const COLUMNS: &str = "id, list, account_id, name, query, shared_kind, shared_scope, made_name";

#[derive(Serialize)]
struct ViewSaved {
    #[serde(skip)]
    view: ViewId,
    list: String,
    shared: bool,
}

impl Deed for ViewSaved {
    const KIND: &'static str = "view.saved";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("saved_view", Some(self.view.0))
    }
}

#[derive(Serialize)]
struct ViewRemoved {
    #[serde(skip)]
    view: ViewId,
    list: String,
}

impl Deed for ViewRemoved {
    const KIND: &'static str = "view.removed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("saved_view", Some(self.view.0))
    }
}

/// The list of this name, for somebody who may read it.
pub fn face(cx: &Cx, name: &str) -> Result<ListFace> {
    let found = cx.app.lists.iter().find(|list| list.name == name).copied().ok_or(Error::NotFound)?;
    cx.may_somewhere(found.permission)?;
    Ok(found)
}

fn stored(scope: &Scope) -> (&'static str, &str) {
    match scope {
        Scope::Tenant => ("tenant", ""),
        Scope::Region(code) => ("region", code),
        Scope::Organisation(path) => ("organisation", path),
    }
}

/// The place where the actor works, as far as a list knows it: where they hold the first role that opens it.
fn office<'a>(cx: &'a Cx, list: &ListFace) -> Option<(&'static str, &'a str)> {
    let held = cx.actor.grants.iter().find(|grant| list.permission.roles.contains(&grant.role));
    held.filter(|grant| grant.role != Role::Own).map(|grant| stored(&grant.scope))
}

/// The views of a list that the reader sees: their own, and those that are shared where they work, by name.
pub async fn list(db: &impl Read, cx: &Cx, list: &ListFace) -> Result<Vec<SavedView>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM saved_view WHERE tenant_id = $1 AND list = $2 AND (account_id = $3 OR shared_kind IS NOT NULL)
         ORDER BY name, id LIMIT 2000"
    );
    let mut found: Vec<SavedView> = db.all(&sql, args![cx.tenant, list.name, cx.actor.account]).await?;
    let works_at = |kind: &str, scope: &str| cx.actor.grants.iter().any(|grant| stored(&grant.scope) == (kind, scope));
    let shared = |view: &SavedView| match (&view.shared_kind, &view.shared_scope) {
        (Some(kind), Some(scope)) => works_at(kind, scope),
        _ => false,
    };
    found.retain(|view| view.is_own(cx) || shared(view));
    Ok(found)
}

/// A question without its page, its fields in their order; a field that the list does not know is refused.
pub fn read_query(list: &ListFace, query: &str) -> Result<String> {
    let wrong = || Error::Malformed(Word::new("error.query"));
    let text = query.trim().trim_start_matches('?');
    if text.chars().count() > 500 {
        return Err(wrong());
    }
    let pairs: Vec<(String, String)> = serde_html_form::from_str(text).map_err(|_| wrong())?;
    let pairs: Vec<_> = pairs.into_iter().filter(|(name, value)| name != "cursor" && !value.is_empty()).collect();
    if pairs.iter().any(|(name, _)| !list.fields.contains(&name.as_str())) {
        return Err(wrong());
    }
    if pairs.is_empty() {
        return Ok(String::new());
    }
    Ok(format!("?{}", serde_html_form::to_string(pairs).map_err(|_| wrong())?))
}

/// Keeps a question under a name; one with the same name takes the place of the old one.
///
/// # Errors
/// `Refused` when there are too many, or when it shall be shared by somebody who works nowhere.
pub async fn save(tx: &mut Tx<'_>, cx: &Cx, of: ListFace, (name, query, shared): (&str, &str, bool)) -> Result<ViewId> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let kept: Vec<SavedView> = list(tx, cx, &of).await?.into_iter().filter(|view| view.is_own(cx)).collect();
    if kept.len() as i64 >= MOST && kept.iter().all(|view| view.name != name) {
        return Err(Error::Refused(Word::new("view.full").with("n", MOST)));
    }
    let place = match shared {
        true => Some(office(cx, &of).ok_or_else(|| Error::refused("view.no_office"))?),
        false => None,
    };
    let sql = format!(
        "INSERT INTO saved_view (tenant_id, id, list, account_id, name, query, shared_kind, shared_scope, made_name, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (tenant_id, account_id, list, name) DO UPDATE SET query = excluded.query, shared_kind = excluded.shared_kind,
           shared_scope = excluded.shared_scope, made_name = excluded.made_name, made_at = excluded.made_at
         RETURNING {COLUMNS}"
    );
    let (kind, scope) = (place.map(|(kind, _)| kind.to_owned()), place.map(|(_, scope)| scope.to_owned()));
    let args = args![cx.tenant, ViewId::fresh(), of.name, account, name, query, kind, scope, cx.actor.name, cx.now];
    let view: SavedView = tx.one(&sql, args).await?;
    tx.record(cx, &ViewSaved { view: view.id, list: view.list, shared });
    Ok(view.id)
}

/// Forgets a view of one's own; answers of which list it was.
pub async fn remove(tx: &mut Tx<'_>, cx: &Cx, id: ViewId) -> Result<String> {
    let sql =
        format!("DELETE FROM saved_view WHERE tenant_id = $1 AND id = $2 AND account_id = $3 RETURNING {COLUMNS}");
    let gone: Option<SavedView> = tx.optional(&sql, args![cx.tenant, id, cx.actor.account]).await?;
    let gone = gone.ok_or(Error::NotFound)?;
    tx.record(cx, &ViewRemoved { view: id, list: gone.list.clone() });
    Ok(gone.list)
}

struct Chip {
    view: SavedView,
    url: String,
    current: bool,
    own: bool,
}

#[derive(Template)]
#[template(path = "desk/views.html")]
struct Chips {
    list: ListFace,
    query: String,
    chips: Vec<Chip>,
    /// Whether the present question is kept already, or is none.
    kept: bool,
    may_share: bool,
}

/// The chips above a list: the views, and a form that keeps the present question. `query` is the question as the page says it.
pub async fn chips(cx: &Cx, name: &str, query: &str) -> Result<String> {
    let of = face(cx, name)?;
    let query = read_query(&of, query).unwrap_or_default();
    let chip = |view: SavedView| Chip {
        url: format!("{}{}", of.url, view.query),
        current: view.query == query,
        own: view.is_own(cx),
        view,
    };
    let chips: Vec<Chip> = list(&cx.db, cx, &of).await?.into_iter().map(chip).collect();
    let kept = query.is_empty() || chips.iter().any(|chip| chip.current && chip.own);
    let may_share = office(cx, &of).is_some();
    cx.fragment(&Chips { list: of, query, chips, kept, may_share })
}
