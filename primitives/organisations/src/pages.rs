//! Teams at the desk: the list, the record and its forms.

mod apply;
mod handover;
mod life;
mod review;
mod surgery;

use crate::forms::{MemberForm, OrganisationForm};
use crate::model::{Change, Kind, Member, MembershipRole, Organisation, OrganisationId, State, Tree};
use crate::store::{self, OrganisationFilter, Review};
use crate::verbs::BranchRead;
use crate::{desk, export, policy};
use askama::Template;
use axum::extract::Path;
use kernel::bulk::BulkDeed;
use kernel::http::{Cursor, Paged, filters, query_string};
use kernel::{Answer, Cx, Error, FieldErrors, Form, Query, Result, Routes, Target, Tx, Word};
use people::rules::phone;
use places::Region;
use serde::Deserialize;
use std::collections::HashMap;

const PAGE: usize = 50;

pub(crate) fn routes() -> [Routes; 6] {
    [desk(), apply::routes(), handover::routes(), life::routes(), review::routes(), surgery::routes()]
}

fn desk() -> Routes {
    Routes::new()
        .get("/desk/teams", policy::READ, index)
        .get("/desk/teams/export", policy::READ, export::export)
        .get("/desk/teams/new", policy::MANAGE, new)
        .post("/desk/teams", policy::MANAGE, create)
        .get("/desk/teams/{team}", policy::READ, show)
        .get("/desk/teams/{team}/edit", policy::MANAGE, edit)
        .post("/desk/teams/{team}", policy::MANAGE, update)
}

pub(crate) fn district(cx: &Cx) -> &str {
    cx.app.tenant().map_or("", |t| t.code.as_str())
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    q: String,
    town: String,
    kind: String,
    state: String,
    tree: String,
    /// Of a table to keep: `xlsx` or `csv`.
    pub(crate) format: String,
    cursor: Option<String>,
}

impl Wanted {
    pub(crate) fn tree(&self) -> Tree {
        self.tree.parse().unwrap_or(Tree::Team)
    }

    pub(crate) fn filter(&self) -> OrganisationFilter {
        OrganisationFilter {
            tree: Some(self.tree()),
            query: self.q.trim().to_owned(),
            region: self.town.trim().to_owned(),
            kind: self.kind.parse().ok(),
            state: self.state.parse().ok(),
            quiet: self.state == "quiet",
            joined: false,
        }
    }

    fn fields(&self) -> [(&str, &str); 5] {
        let Self { q, town, kind, state, tree, .. } = self;
        [("q", q), ("town", town), ("kind", kind), ("state", state), ("tree", tree)]
    }

    fn query(&self, cursor: &str) -> String {
        query_string(&self.fields(), cursor)
    }
}

struct Row {
    team: Organisation,
    town: String,
    leader: String,
    members: i64,
}

#[derive(Template)]
#[template(path = "organisations/index.html")]
struct Index {
    rows: Paged<Row>,
    total: i64,
    wanted: Wanted,
    towns: Vec<Region>,
    kinds: &'static [Kind],
    states: &'static [State],
    may_manage: bool,
    may_branches: bool,
    views: String,
    deeds: Vec<BulkDeed>,
}

impl Index {
    fn next(&self) -> Option<String> {
        self.rows.next.as_deref().map(|cursor| self.wanted.query(cursor))
    }

    fn export(&self, format: &str) -> String {
        let mut fields = self.wanted.fields().to_vec();
        fields.push(("format", format));
        format!("/desk/teams/export{}", query_string(&fields, ""))
    }

    fn is_branches(&self) -> bool {
        self.wanted.tree() == Tree::Branch
    }
}

async fn index(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Answer> {
    let permission = policy::reading(wanted.tree());
    cx.may_somewhere(permission)?;
    let (reach, filter) = (cx.reach(permission), wanted.filter());
    let cursor = Cursor::read(wanted.cursor.as_deref(), 2)?;
    let found = store::list(&cx.db, cx.tenant, &filter, &reach, (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let total = store::count(&cx.db, cx.tenant, &filter, &reach).await?;
    let teams = Paged::cut(found, PAGE, Organisation::keys);
    let ids: Vec<OrganisationId> = teams.items.iter().map(|t| t.id).collect();
    let counts = store::count_members(&cx.db, cx.tenant, &ids).await?;
    // Who leads a branch is membership of a branch: it is not listed.
    let leaders =
        if wanted.tree() == Tree::Team { store::leaders_of(&cx.db, cx.tenant, &ids).await? } else { HashMap::new() };
    let towns = places::towns(&cx).await?;
    let names: HashMap<&str, &str> = towns.iter().map(|t| (t.code.as_str(), t.name.as_str())).collect();
    let rows = teams.map(|team| Row {
        town: names.get(places::town_of(&team.region_code)).map_or_else(String::new, |n| (*n).to_owned()),
        leader: leaders.get(&team.id).and_then(|l| l.first()).map(|l| l.name.clone()).unwrap_or_default(),
        members: counts.get(&team.id).copied().unwrap_or(0),
        team,
    });
    let (may_manage, may_branches) = (cx.can(policy::MANAGE), cx.can(policy::BRANCHES));
    let views = kernel::views::chips(&cx, "teams", &wanted.query("")).await?;
    let (kinds, states) = (Kind::ALL, State::ALL);
    let deeds = if wanted.tree() == Tree::Team { kernel::bulk::offered(&cx, "teams") } else { Vec::new() };
    cx.page(&Index { rows, total, wanted, towns, kinds, states, may_manage, may_branches, views, deeds })
}

#[derive(Template)]
#[template(path = "organisations/show.html")]
struct Show {
    team: Organisation,
    region: String,
    parent: Option<Organisation>,
    leaders: Vec<Member>,
    members: Paged<Member>,
    count: i64,
    changes: Vec<Change>,
    phone: String,
    form: MemberForm,
    errors: FieldErrors,
    roles: &'static [MembershipRole],
    past: bool,
    review: Option<Review>,
    successor: Option<Organisation>,
    merged: Vec<Organisation>,
    may_manage: bool,
    may_members: bool,
    panels: Vec<String>,
}

impl Show {
    /// Codes have words, everything else stands as it was typed.
    fn said(&self, change: &Change, value: &str) -> Word {
        match change.field.as_str() {
            _ if value.is_empty() => Word::new("organisations.nothing"),
            "state" | "kind" => Word::new(format!("organisations.{}.{value}", change.field)),
            _ => Word::new("organisations.as_typed").with("text", value),
        }
    }
}

/// Which members of a record.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Part {
    cursor: Option<String>,
    past: String,
}

async fn show(cx: Cx, Path(team): Path<OrganisationId>, Query(part): Query<Part>) -> Result<Answer> {
    let team = store::find(&cx.db, cx.tenant, team).await?;
    policy::may_read(&cx, &team)?;
    cx.page(&record(&cx, team, &part, MemberForm::default(), FieldErrors::none()).await?)
}

/// The record again with what was typed of a member, 422.
pub(crate) async fn again(cx: &Cx, team: Organisation, form: MemberForm, errors: FieldErrors) -> Result<Answer> {
    cx.invalid(&record(cx, team, &Part::default(), form, errors).await?)
}

async fn record(
    cx: &Cx,
    team: Organisation,
    part: &Part,
    form: MemberForm,
    errors: FieldErrors,
) -> Result<impl Template + use<>> {
    let (id, past) = (team.id, part.past == "1");
    let cursor = Cursor::read(part.cursor.as_deref(), 2)?;
    let found = store::members(&cx.db, cx.tenant, (id, past), (cursor.as_ref(), PAGE as i64 + 1)).await?;
    let members = Paged::cut(found, PAGE, Member::keys);
    if team.tree == Tree::Branch {
        trace_branch(cx, id, members.items.len()).await?;
    }
    let parent = match team.parent_id {
        Some(parent) => store::find_many(&cx.db, cx.tenant, &[parent]).await?.pop(),
        None => None,
    };
    Ok(Show {
        region: places::full_region_name(cx, &team.region_code).await?,
        parent,
        leaders: store::leaders_of(&cx.db, cx.tenant, &[id]).await?.remove(&id).unwrap_or_default(),
        members,
        count: store::count_members(&cx.db, cx.tenant, &[id]).await?.remove(&id).unwrap_or(0),
        changes: store::changes(&cx.db, cx.tenant, id, 20).await?,
        phone: masked(team.contact_phone.as_deref()),
        form,
        errors,
        roles: MembershipRole::ALL,
        successor: successor(cx, id).await?,
        merged: store::merged_into(&cx.db, cx.tenant, id).await?,
        past,
        review: store::find_review(&cx.db, cx.tenant, id).await?.filter(Review::waits),
        may_manage: policy::can(cx, policy::MANAGE, &team),
        may_members: policy::can(cx, policy::MEMBERS, &team),
        panels: kernel::desk::panels(cx, "teams.show", id.0).await?,
        team,
    })
}

/// The team that goes on for one that was merged.
async fn successor(cx: &Cx, id: OrganisationId) -> Result<Option<Organisation>> {
    let current = store::current(&cx.db, cx.tenant, id).await?;
    if current == id { Ok(None) } else { store::find(&cx.db, cx.tenant, current).await.map(Some) }
}

/// Who is in a branch is S3: whoever reads it leaves a line before they see it.
async fn trace_branch(cx: &Cx, organisation: OrganisationId, rows: usize) -> Result<()> {
    let at = cx.clone();
    cx.write(organisation.lane(), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &BranchRead { organisation, rows });
        Ok(())
    })
    .await
}

fn masked(number: Option<&str>) -> String {
    number.and_then(|text| phone::parse(text).ok()).map(|phone| phone.masked()).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "organisations/form.html")]
struct Edit {
    team: Option<Organisation>,
    phone: String,
    form: OrganisationForm,
    errors: FieldErrors,
    regions: Vec<Region>,
    kinds: &'static [Kind],
}

async fn form(cx: &Cx, team: Option<Organisation>, form: OrganisationForm, errors: FieldErrors) -> Result<Edit> {
    let all = places::regions(&cx.db, district(cx)).await?;
    let may = |code: &str| cx.may(policy::MANAGE, &Target { region: code, ..Target::default() }).is_ok();
    let regions = all.into_iter().filter(|region| may(&region.code)).collect();
    let phone = masked(team.as_ref().and_then(|t| t.contact_phone.as_deref()));
    Ok(Edit { team, phone, form, errors, regions, kinds: Kind::ALL })
}

async fn new(cx: Cx) -> Result<Answer> {
    cx.page(&form(&cx, None, OrganisationForm::default(), FieldErrors::none()).await?)
}

async fn create(cx: Cx, Form(typed): Form<OrganisationForm>) -> Result<Answer> {
    match desk::found(&cx, &typed).await {
        Ok(id) => Ok(cx.see_other_saying(&format!("/desk/teams/{id}"), &Word::new("organisations.applied"))),
        Err(Error::Invalid(errors)) => cx.invalid(&form(&cx, None, typed, errors).await?),
        Err(other) => Err(other),
    }
}

async fn edit(cx: Cx, Path(team): Path<OrganisationId>) -> Result<Answer> {
    let team = store::find(&cx.db, cx.tenant, team).await?;
    policy::may(&cx, policy::MANAGE, &team)?;
    let typed = OrganisationForm::of(&team);
    cx.page(&form(&cx, Some(team), typed, FieldErrors::none()).await?)
}

async fn update(cx: Cx, Path(team): Path<OrganisationId>, Form(typed): Form<OrganisationForm>) -> Result<Answer> {
    let team = store::find(&cx.db, cx.tenant, team).await?;
    policy::may(&cx, policy::MANAGE, &team)?;
    match desk::revise(&cx, &team, &typed).await {
        Err(Error::Invalid(errors)) => return cx.invalid(&form(&cx, Some(team), typed, errors).await?),
        saved => saved?,
    }
    Ok(cx.see_other_saying(&team.url(), &Word::new("organisations.saved")))
}
