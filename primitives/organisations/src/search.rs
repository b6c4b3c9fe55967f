//! What the search of the whole desk finds of teams: by name, part of it, pinyin, initials or number.

use crate::model::{Organisation, Tree};
use crate::policy;
use crate::store::{self, OrganisationFilter};
use kernel::{Cx, Found, Result, SHELF, Shelf};

pub(crate) async fn search(cx: Cx, query: String) -> Result<Option<Shelf>> {
    if !cx.can(policy::READ) {
        return Ok(None);
    }
    let filter = OrganisationFilter { tree: Some(Tree::Team), query: query.clone(), ..OrganisationFilter::default() };
    let teams = store::list(&cx.db, cx.tenant, &filter, &cx.reach(policy::READ), (None, SHELF as i64 + 1)).await?;
    let tree = places::tree(&cx).await?;
    let found = |team: Organisation| Found {
        facts: format!("{} · {}", team.number, tree.town(&team.region_code)),
        url: team.url(),
        title: team.name,
    };
    Ok(Some(Shelf::of("nav.teams", "/desk/teams", &query, teams, found)))
}
