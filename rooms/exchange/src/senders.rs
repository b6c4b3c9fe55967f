//! In whose name somebody may speak: the district, a town or a team, as their roles say.

use crate::model::Sender;
use crate::policy::MANAGE;
use kernel::policy::{Grant, Scope};
use kernel::{Cx, Read as _, Result, args, row};
use organisations::{OrganisationId, State, Tree};

row! { struct Named { id: OrganisationId, name: String } }

/// Everybody in whose name the actor may speak, the widest first.
pub(crate) async fn of(cx: &Cx) -> Result<Vec<Sender>> {
    let mut held: Vec<&Grant> = cx.actor.grants.iter().filter(|grant| MANAGE.roles.contains(&grant.role)).collect();
    held.sort_by_key(|grant| match &grant.scope {
        Scope::Tenant => (0, String::new()),
        Scope::Region(code) => (1, code.clone()),
        Scope::Organisation(path) => (2, path.clone()),
    });
    held.dedup_by(|one, other| one.scope == other.scope);
    let mut all = Vec::with_capacity(held.len());
    for grant in held {
        match &grant.scope {
            Scope::Tenant => all.push(district(cx).await?),
            Scope::Region(code) => all.push(region(cx, code).await?),
            Scope::Organisation(path) => all.extend(team(cx, path).await?),
        }
    }
    Ok(all)
}

/// The federation by its name, or the district's where none is on record.
async fn district(cx: &Cx) -> Result<Sender> {
    let sql = "SELECT id, name FROM organisation WHERE tenant_id = $1 AND tree = 'team' AND kind = 'federation' AND state = 'active'
               ORDER BY path LIMIT 1";
    let body: Option<Named> = cx.db.optional(sql, args![cx.tenant]).await?;
    let name = body.map(|body| body.name).or_else(|| cx.app.tenant().map(|tenant| tenant.name.clone()));
    let name = name.unwrap_or_default();
    Ok(Sender { code: "district".to_owned(), name, region: String::new(), team: None, path: String::new() })
}

/// A town's federation by its name, or the region's where none is on record.
async fn region(cx: &Cx, code: &str) -> Result<Sender> {
    let name = match organisations::town_body(&cx.db, cx.tenant, code).await? {
        Some(body) => organisations::find(&cx.db, cx.tenant, body).await?.name,
        None => places::full_region_name(cx, code).await?,
    };
    Ok(Sender { code: format!("region:{code}"), name, region: code.to_owned(), team: None, path: String::new() })
}

/// A team that works.
async fn team(cx: &Cx, path: &str) -> Result<Option<Sender>> {
    let found = organisations::find_by_path(&cx.db, cx.tenant, Tree::Team, path).await?;
    Ok(found.filter(|team| team.state == State::Active).map(|team| Sender {
        code: format!("team:{}", team.id),
        name: team.name,
        region: team.region_code,
        team: Some(team.id),
        path: team.path,
    }))
}
