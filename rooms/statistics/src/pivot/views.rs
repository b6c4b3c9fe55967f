//! Views with a name: a question that somebody keeps. They belong to the account and to nobody else.

use super::ask::Wanted;
use axum::extract::Path;
use kernel::ids::Raw;
use kernel::{Answer, Cx, Deed, Error, FieldErrors, Form, LaneKey, Read, Result, Tx, Word, args, row};
use serde::{Deserialize, Serialize};

kernel::id! {
    /// A view.
    ViewId
}

/// So many views one account keeps.
const MOST: i64 = 30;

row! {
    /// A view as it is stored.
    pub(crate) struct View {
        /// Its id.
        pub id: ViewId,
        /// What its owner calls it.
        pub name: String,
        /// The question as an address says it.
        pub query: String,
    }
}

impl View {
    /// Where it is looked at.
    pub(crate) fn url(&self) -> String {
        format!("/desk/statistics/pivot{}", self.query)
    }
}

/// The views of who asks, by name.
pub(crate) async fn list(db: &impl Read, cx: &Cx) -> Result<Vec<View>> {
    let sql = "SELECT id, name, query FROM statistics_view WHERE tenant_id = $1 AND account_id = $2 ORDER BY name, id";
    db.all(sql, args![cx.tenant, cx.actor.account]).await
}

#[derive(Serialize)]
struct ViewSaved {
    #[serde(skip)]
    view: ViewId,
    name: String,
}

impl Deed for ViewSaved {
    const KIND: &'static str = "statistics.view_saved";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("view", Some(self.view.0))
    }
}

#[derive(Serialize)]
struct ViewRemoved {
    #[serde(skip)]
    view: ViewId,
    name: String,
}

impl Deed for ViewRemoved {
    const KIND: &'static str = "statistics.view_removed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("view", Some(self.view.0))
    }
}

/// What the form says: the question that is looked at, and a name for it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewView {
    name: String,
    metric: String,
    rows: String,
    columns: String,
    year: String,
    from: String,
    to: String,
    town: String,
    team: String,
    kind: String,
    category: String,
}

impl NewView {
    fn wanted(&self) -> Wanted {
        Wanted {
            metric: self.metric.clone(),
            rows: self.rows.clone(),
            columns: self.columns.clone(),
            year: self.year.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            town: self.town.clone(),
            team: self.team.clone(),
            kind: self.kind.clone(),
            category: self.category.clone(),
        }
    }
}

/// Keeps a question; one with the same name takes the place of the old one.
pub(crate) async fn save(tx: &mut Tx<'_>, cx: &Cx, name: &str, query: &str) -> Result<ViewId> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let kept = list(tx, cx).await?;
    if kept.len() as i64 >= MOST && kept.iter().all(|view| view.name != name) {
        return Err(Error::Refused(Word::new("pivot.views_full").with("n", MOST)));
    }
    let sql = "INSERT INTO statistics_view (tenant_id, id, account_id, name, query, made_at) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (tenant_id, account_id, name) DO UPDATE SET query = excluded.query, made_at = excluded.made_at
               RETURNING id, name, query";
    let view: View = tx.one(sql, args![cx.tenant, ViewId::fresh(), account, name, query, cx.now]).await?;
    tx.record(cx, &ViewSaved { view: view.id, name: name.to_owned() });
    Ok(view.id)
}

/// The form of a pivot: what is looked at is kept under a name.
pub(crate) async fn create(cx: Cx, Form(form): Form<NewView>) -> Result<Answer> {
    let mut errors = FieldErrors::none();
    let name = errors.text("name", &form.name, 30);
    if !errors.is_empty() {
        return Err(Error::Refused(Word::new("pivot.name_missing")));
    }
    let wanted = form.wanted();
    super::ask::of_desk(&cx, &wanted).await?.answerable()?;
    let query = wanted.url("");
    let (act, url) = (cx.clone(), wanted.url("/desk/statistics/pivot"));
    let saying = Word::new("pivot.view_saved").with("name", &name);
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| save(tx, &act, &name, &query).await).await?;
    Ok(cx.see_other_saying(&url, &saying))
}

/// Forgets a view of one's own.
pub(crate) async fn remove(cx: Cx, Path(view): Path<ViewId>) -> Result<Answer> {
    let act = cx.clone();
    let verb = async move |tx: &mut Tx<'_>| {
        let sql = "DELETE FROM statistics_view WHERE tenant_id = $1 AND id = $2 AND account_id = $3
                   RETURNING id, name, query";
        let gone: Option<View> = tx.optional(sql, args![act.tenant, view, act.actor.account]).await?;
        let gone = gone.ok_or(Error::NotFound)?;
        tx.record(&act, &ViewRemoved { view, name: gone.name.clone() });
        Ok(gone.name)
    };
    let name: String = cx.once(LaneKey::of(cx.tenant.0), verb).await?;
    Ok(cx.see_other_saying("/desk/statistics/pivot", &Word::new("pivot.view_removed").with("name", name)))
}
