//! Who may: permission = verb x object x subtree x sensitivity, decided by one evaluator for page, JSON, export and job.

use crate::cx::Actor;
use crate::db::Value;
use crate::ids::Raw;

crate::text_enum! {
    /// What somebody may be, somewhere. The first three come from the request itself, the others are rows with a scope.
    pub enum Role {
        /// Whoever asks, signed in or not.
        Anyone = "anyone",
        /// Whoever is signed in.
        Member = "member",
        /// The person whom the object is about.
        Own = "own",
        /// Leads the organisation of the scope.
        Leader = "leader",
        /// Works at a station of the scope.
        Station = "station",
        /// Works for a town.
        Town = "town",
        /// Works for the district's federation.
        District = "district",
        /// Reads the trace and nothing else.
        Auditor = "auditor",
        /// Gives and takes accounts and roles.
        Accounts = "accounts",
        /// Keeps the system running; reads no personal data.
        Keeper = "keeper",
    }
}

impl Role {
    /// Whether this role asks for a second factor.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Station | Self::Town | Self::District | Self::Auditor | Self::Accounts | Self::Keeper)
    }

    /// Whether this is one of the three administrative powers, of which one person holds one at most (三权分立).
    #[must_use]
    pub const fn is_power(self) -> bool {
        matches!(self, Self::Auditor | Self::Accounts | Self::Keeper)
    }
}

/// How sensitive what a permission opens is; see SECURITY.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Public.
    S1,
    /// Within a unit and above it.
    S2,
    /// Personal: masked by default, each read leaves a trace.
    S3,
    /// Sealed: each read leaves a trace with a reason.
    S4,
}

/// One line of a room's table: a verb on an object, its class, and the roles that carry it within their scope.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// `room.verb`, e.g. `activities.review`.
    pub name: &'static str,
    /// The highest class of data that it opens.
    pub class: Class,
    /// The roles that have it.
    pub roles: &'static [Role],
}

impl Permission {
    /// A permission of a room's table.
    #[must_use]
    pub const fn new(name: &'static str, class: Class, roles: &'static [Role]) -> Self {
        Self { name, class, roles }
    }
}

/// The subtree in which a role counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole district.
    Tenant,
    /// A region and all below: the code itself is the path (`440605125` holds `440605125003`).
    Region(String),
    /// An organisation and all below, by its path.
    Organisation(String),
}

impl Scope {
    /// Whether everything in the other scope is in this one.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tenant, _) => true,
            (Self::Region(own), Self::Region(other)) | (Self::Organisation(own), Self::Organisation(other)) => {
                other.starts_with(own.as_str())
            }
            _ => false,
        }
    }
}

/// A role that somebody holds in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What.
    pub role: Role,
    /// Where.
    pub scope: Scope,
}

impl Grant {
    /// A grant as its row says it: `tenant`, `region` or `organisation`, with the code or path.
    pub(crate) fn stored(role: Role, scope_kind: &str, scope: String) -> Self {
        let scope = match scope_kind {
            "region" => Scope::Region(scope),
            "organisation" => Scope::Organisation(scope),
            _ => Scope::Tenant,
        };
        Self { role, scope }
    }
}

/// Where an object stands: what the evaluator needs to know of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Target<'t> {
    /// Its region's code; empty when it has none.
    pub region: &'t str,
    /// Its organisation's path; empty when it has none.
    pub organisation: &'t str,
    /// The person it is about.
    pub person: Option<Raw>,
}

/// A decision with its reason, as `qiyi explain` and the page show it.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Whether the verb may go on.
    pub allowed: bool,
    /// One line for each role of the permission: the role, whether it carried, and where it is held.
    pub reasons: Vec<(Role, bool, Option<Scope>)>,
}

/// The one evaluator. Without a target it answers whether the actor holds the permission anywhere.
#[must_use]
pub fn decide(actor: &Actor, permission: Permission, target: Option<&Target<'_>>) -> Decision {
    let mut reasons = Vec::new();
    for &role in permission.roles {
        let (carried, scope) = match role {
            Role::Anyone => (true, None),
            Role::Member => (actor.account.is_some(), None),
            Role::Own => (is_own(actor, target), None),
            _ => {
                let held = actor.grants.iter().filter(|g| g.role == role);
                let found = held.clone().find(|g| target.is_none_or(|t| covers(&g.scope, t)));
                let any = found.or_else(|| held.clone().next());
                (found.is_some(), any.map(|g| g.scope.clone()))
            }
        };
        reasons.push((role, carried, scope));
    }
    Decision { allowed: reasons.iter().any(|(_, carried, _)| *carried), reasons }
}

fn is_own(actor: &Actor, target: Option<&Target<'_>>) -> bool {
    match target {
        None => actor.person.is_some(),
        Some(target) => actor.person.is_some() && actor.person == target.person,
    }
}

fn covers(scope: &Scope, target: &Target<'_>) -> bool {
    match scope {
        Scope::Tenant => true,
        Scope::Region(code) => !target.region.is_empty() && target.region.starts_with(code.as_str()),
        Scope::Organisation(path) => !target.organisation.is_empty() && target.organisation.starts_with(path.as_str()),
    }
}

/// The part of a list that an actor may see, as a condition for SQL.
#[derive(Clone, Debug)]
pub struct Reach {
    scopes: Vec<Scope>,
    all: bool,
}

impl Reach {
    pub(crate) fn of(actor: &Actor, permission: Permission) -> Self {
        let all = permission.roles.contains(&Role::Anyone)
            || (permission.roles.contains(&Role::Member) && actor.account.is_some());
        let held = actor.grants.iter().filter(|g| permission.roles.contains(&g.role));
        Self { all, scopes: held.map(|g| g.scope.clone()).collect() }
    }

    /// Whether nothing limits it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.all || self.scopes.contains(&Scope::Tenant)
    }

    /// A condition over the two columns, whose arguments are pushed onto `args`. Columns are names in code, never input.
    pub fn condition(&self, region: &'static str, organisation: &'static str, args: &mut Vec<Value>) -> String {
        if self.is_all() {
            return "TRUE".to_owned();
        }
        let parts: Vec<String> = self
            .scopes
            .iter()
            .filter_map(|scope| match scope {
                Scope::Tenant => None,
                Scope::Region(code) => Some((region, code)),
                Scope::Organisation(path) => Some((organisation, path)),
            })
            .filter(|(column, _)| !column.is_empty())
            .map(|(column, prefix)| {
                args.push(Value::Text(prefix.clone()));
                args.push(Value::Text(after(prefix)));
                format!("({column} >= ${} AND {column} < ${})", args.len() - 1, args.len())
            })
            .collect();
        if parts.is_empty() { "FALSE".to_owned() } else { format!("({})", parts.join(" OR ")) }
    }
}

/// The first text after all those that begin with `prefix`, for a range that an index can serve.
#[must_use]
pub fn after(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const REVIEW: Permission = Permission::new("x.review", Class::S2, &[Role::Town, Role::Leader]);

    fn actor(grants: Vec<Grant>) -> Actor {
        Actor { account: Some(crate::ids::AccountId::fresh()), grants, ..Actor::default() }
    }

    #[test]
    fn a_role_counts_in_its_subtree_only() {
        let town = actor(vec![Grant { role: Role::Town, scope: Scope::Region("440605125".into()) }]);
        let near = Target { region: "440605125003", ..Target::default() };
        let far = Target { region: "440605126003", ..Target::default() };
        assert!(decide(&town, REVIEW, Some(&near)).allowed);
        assert!(!decide(&town, REVIEW, Some(&far)).allowed);
        assert!(!decide(&town, REVIEW, Some(&Target::default())).allowed);
        assert!(decide(&town, REVIEW, None).allowed);
    }

    #[test]
    fn a_list_is_what_the_actor_may_see() {
        let mut args = vec![Value::Int(1)];
        let leader = actor(vec![Grant { role: Role::Leader, scope: Scope::Organisation("a/b/".into()) }]);
        let sql = Reach::of(&leader, REVIEW).condition("r", "o", &mut args);
        assert_eq!(sql, "((o >= $2 AND o < $3))");
        assert_eq!(Reach::of(&actor(vec![]), REVIEW).condition("r", "o", &mut args), "FALSE");
    }
}
