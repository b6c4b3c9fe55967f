//! Who may sign in to a demo: one account for each role, none with a password.

use super::lore::Lore;
use super::plain;
use super::plan::Plan;
use super::service::titled;
use super::world::World;
use kernel::auth::{self, NewAccount};
use kernel::db::LaneKey;
use kernel::ids::Raw;
use kernel::policy::{Grant, Role, Scope};
use kernel::{Cx, Tx};

/// An account to be made.
struct Wanted {
    sign_in_name: &'static str,
    name: String,
    person: Option<Raw>,
    grant: Option<Grant>,
}

/// Makes them; `demo-…` are the names that the sign-in page of a demo offers.
pub(super) async fn make(cx: &Cx, lore: &Lore, world: &World, plan: &Plan) -> anyhow::Result<()> {
    let team = &world.teams[plan.activities.first().map_or(world.demo_team, |a| a.team)];
    let town = &world.towns[team.town];
    let volunteer = &world.people[world.volunteer()];
    let leader = world.leader(world.demo_team);
    let grant = |role, scope| Some(Grant { role, scope });
    let person = |role: &str, of: &super::world::Somebody| titled(lore, role, &of.name, &town.name);
    let staff = |role: &str| titled(lore, role, lore.demo.get(role).map_or("", String::as_str), &town.name);
    let mut wanted = vec![Wanted {
        sign_in_name: "demo-volunteer",
        name: person("volunteer", volunteer),
        person: Some(volunteer.id.0),
        grant: None,
    }];
    if leader.id != volunteer.id {
        wanted.push(Wanted {
            sign_in_name: "demo-leader",
            name: person("leader", leader),
            person: Some(leader.id.0),
            grant: grant(Role::Leader, Scope::Organisation(team.path.clone())),
        });
    }
    let offices = [
        ("demo-town", "town", Role::Town, Scope::Region(town.code.clone())),
        ("demo-federation", "federation", Role::District, Scope::Tenant),
        ("demo-accounts", "accounts", Role::Accounts, Scope::Tenant),
        ("demo-audit", "audit", Role::Auditor, Scope::Tenant),
        ("demo-keeper", "keeper", Role::Keeper, Scope::Tenant),
    ];
    for (sign_in_name, role, held, scope) in offices {
        wanted.push(Wanted { sign_in_name, name: staff(role), person: None, grant: grant(held, scope) });
    }
    let at = cx.clone();
    cx.db
        .write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            for account in &wanted {
                let new = NewAccount {
                    sign_in_name: account.sign_in_name.to_owned(),
                    phone: None,
                    name: account.name.clone(),
                    person: account.person,
                    password_hash: None,
                };
                let id = auth::insert(tx, at.tenant, &new, at.now).await?;
                if let Some(grant) = &account.grant {
                    auth::grant(tx, &at, id, grant).await?;
                }
            }
            Ok(())
        })
        .await
        .map_err(plain)
}
