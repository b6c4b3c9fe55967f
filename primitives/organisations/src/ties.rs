//! What people ask of memberships: where somebody belongs, without their storey knowing these tables.

use crate::store;
use people::Ties;

/// The conditions and questions over memberships that hold now, in teams.
pub(crate) fn ties() -> Ties {
    Ties {
        paths: |db, tenant, person| {
            Box::pin(async move {
                Ok(store::teams_of(&db, tenant, person).await?.into_iter().map(|team| team.path).collect())
            })
        },
        teams: |db, tenant, people| Box::pin(async move { store::teams_of_many(&db, tenant, &people).await }),
        through: "EXISTS (SELECT 1 FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
             WHERE m.tenant_id = person.tenant_id AND m.person_id = person.id AND m.to_on IS NULL AND o.tree = 'team'",
        path: "o.path",
        in_any: "EXISTS (SELECT 1 FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
             WHERE m.tenant_id = person.tenant_id AND m.person_id = person.id AND m.to_on IS NULL AND o.tree = 'team')",
        in_none: "NOT EXISTS (SELECT 1 FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
             WHERE m.tenant_id = person.tenant_id AND m.person_id = person.id AND m.to_on IS NULL AND o.tree = 'team')",
        in_one: "EXISTS (SELECT 1 FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
             WHERE m.tenant_id = person.tenant_id AND m.person_id = person.id AND m.to_on IS NULL AND o.tree = 'team' AND o.id = ?)",
    }
}
