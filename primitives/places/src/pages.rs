//! Sites as pages: the public list and the desk's.

use crate::forms::SiteForm;
use crate::model::{Region, Site, SiteId, SiteKind, SiteState};
use crate::{keeping, policy, regions, store};
use askama::Template;
use axum::extract::Path;
use kernel::http::{Cursor, Paged, filters};
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Routes, Word};
use serde::Deserialize;
use std::collections::HashMap;

const PAGE: usize = 50;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/sites", policy::READ, public)
        .get("/desk/sites", policy::MANAGE, index)
        .get("/desk/sites/new", policy::MANAGE, new)
        .post("/desk/sites", policy::MANAGE, create)
        .get("/desk/sites/{site}/edit", policy::MANAGE, edit)
        .post("/desk/sites/{site}", policy::MANAGE, update)
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    town: String,
    #[serde(default)]
    kind: String,
    cursor: Option<String>,
}

impl Wanted {
    /// The same question as an address says it, with a cursor or without.
    fn query(&self, cursor: &str) -> String {
        kernel::http::query_string(&[("q", &self.q), ("town", &self.town), ("kind", &self.kind)], cursor)
    }
}

#[derive(Template)]
#[template(path = "places/desk_index.html")]
struct Index {
    list: List,
    views: String,
}

#[derive(Template)]
#[template(path = "places/index.html")]
struct Public {
    list: List,
}

struct List {
    page: Paged<Site>,
    names: HashMap<String, String>,
    towns: Vec<Region>,
    kinds: &'static [SiteKind],
    wanted: Wanted,
}

impl List {
    fn region(&self, code: &str) -> &str {
        self.names.get(code).map_or("", String::as_str)
    }

    fn town(&self, code: &str) -> &str {
        self.region(regions::town_of(code))
    }

    fn next(&self) -> Option<String> {
        self.page.next.as_deref().map(|cursor| self.wanted.query(cursor))
    }
}

async fn list(cx: &Cx, wanted: Wanted, state: Option<SiteState>) -> Result<List> {
    let filter = store::SiteFilter {
        query: wanted.q.trim().to_owned(),
        region: wanted.town.clone(),
        kind: wanted.kind.parse().ok(),
        state,
    };
    let cursor = Cursor::read(wanted.cursor.as_deref(), 3)?;
    let found = store::list(&cx.db, cx.tenant, &filter, cursor.as_ref(), PAGE as i64 + 1).await?;
    let district = district(cx);
    let all = regions(&cx.db, district).await?;
    let towns = all.iter().filter(|r| r.level == crate::Level::Town).cloned().collect();
    let names = all.into_iter().map(|r| (r.code, r.name)).collect();
    Ok(List { page: Paged::cut(found, PAGE, Site::keys), names, towns, kinds: SiteKind::ALL, wanted })
}

fn district(cx: &Cx) -> &str {
    cx.app.tenant().map_or("", |t| t.code.as_str())
}

async fn public(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    cx.page(&Public { list: list(&cx, wanted, Some(SiteState::Open)).await? })
}

async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let views = kernel::views::chips(&cx, "sites", &wanted.query("")).await?;
    cx.page(&Index { list: list(&cx, wanted, None).await?, views })
}

#[derive(Template)]
#[template(path = "places/form.html")]
struct Edit {
    site: Option<Site>,
    form: SiteForm,
    errors: FieldErrors,
    regions: Vec<Region>,
    kinds: &'static [SiteKind],
    states: &'static [SiteState],
}

async fn form(cx: &Cx, site: Option<Site>, form: SiteForm, errors: FieldErrors) -> Result<Edit> {
    let regions = regions(&cx.db, district(cx)).await?;
    let regions = regions.into_iter().filter(|r| policy::may_manage(cx, &r.code).is_ok()).collect();
    Ok(Edit { site, form, errors, regions, kinds: SiteKind::ALL, states: SiteState::ALL })
}

async fn new(cx: Cx) -> Result<Answer> {
    cx.page(&form(&cx, None, SiteForm::default(), FieldErrors::none()).await?)
}

async fn create(cx: Cx, Form(typed): Form<SiteForm>) -> Result<Answer> {
    match keeping::found(&cx, &typed).await {
        Err(Error::Invalid(errors)) => return cx.invalid(&form(&cx, None, typed, errors).await?),
        saved => saved?,
    };
    Ok(cx.see_other_saying("/desk/sites", &Word::new("places.saved")))
}

async fn edit(cx: Cx, Path(site): Path<SiteId>) -> Result<Answer> {
    let site = store::find(&cx.db, cx.tenant, site).await?;
    policy::may_change(&cx, &site)?;
    let typed = SiteForm::of(&site);
    cx.page(&form(&cx, Some(site), typed, FieldErrors::none()).await?)
}

async fn update(cx: Cx, Path(site): Path<SiteId>, Form(typed): Form<SiteForm>) -> Result<Answer> {
    let site = store::find(&cx.db, cx.tenant, site).await?;
    policy::may_change(&cx, &site)?;
    match keeping::revise(&cx, site.id, &typed).await {
        Err(Error::Invalid(errors)) => return cx.invalid(&form(&cx, Some(site), typed, errors).await?),
        saved => saved?,
    }
    Ok(cx.see_other_saying("/desk/sites", &Word::new("places.saved")))
}
