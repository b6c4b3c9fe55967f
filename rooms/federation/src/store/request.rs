//! The SQL of requests to join a team.

use chrono::{DateTime, Utc};
use kernel::db::Violation;
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Error, Read, Result, TenantId, Tx, args, row};
use organisations::OrganisationId;
use people::PersonId;

row! {
    /// A request that waits for its decision.
    pub(crate) struct Request {
        /// Its id.
        pub id: Raw,
        /// The team.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub organisation_name: String,
        /// Who asks.
        pub person_id: PersonId,
        /// Their name.
        pub person_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// When it should be decided.
        pub due_at: DateTime<Utc>,
    }
}

const SELECT: &str = "SELECT j.id, j.organisation_id, o.name AS organisation_name, j.person_id, p.name AS person_name, j.made_at, j.due_at
     FROM join_request j
     JOIN organisation o ON o.tenant_id = j.tenant_id AND o.id = j.organisation_id
     JOIN person p ON p.tenant_id = j.tenant_id AND p.id = j.person_id WHERE ";

/// The requests that wait within a reach, the earliest due first.
pub(crate) async fn waiting(db: &impl Read, tenant: TenantId, reach: &Reach, limit: i64) -> Result<Vec<Request>> {
    let mut wanted = Conditions::new("j.tenant_id = ? AND j.state = 'applied'", args![tenant]);
    wanted.within(reach, "o.region_code", "o.path");
    let tail = wanted.tail(" ORDER BY j.due_at, j.id LIMIT ?", args![limit]);
    db.all(&format!("{SELECT}{tail}"), wanted.args()).await
}

/// One request that waits within a reach; others are not there.
pub(crate) async fn find(db: &impl Read, tenant: TenantId, reach: &Reach, id: Raw) -> Result<Request> {
    let mut wanted = Conditions::new("j.tenant_id = ? AND j.state = 'applied' AND j.id = ?", args![tenant, id]);
    wanted.within(reach, "o.region_code", "o.path");
    let tail = wanted.tail("", args![]);
    db.one(&format!("{SELECT}{tail}"), wanted.args()).await
}

row! { struct Open { id: Raw } }

/// The request of a person that waits for a team.
pub(crate) async fn find_open(
    db: &impl Read,
    tenant: TenantId,
    (organisation, person): (OrganisationId, PersonId),
) -> Result<Option<Raw>> {
    let sql = "SELECT id FROM join_request WHERE tenant_id = $1 AND organisation_id = $2 AND person_id = $3 AND state = 'applied'";
    Ok(db.optional::<Open>(sql, args![tenant, organisation, person]).await?.map(|found| found.id))
}

/// Files a request; one that waits already is refused.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (organisation, person): (OrganisationId, PersonId),
    due_at: DateTime<Utc>,
) -> Result<Raw> {
    let id = kernel::ids::fresh();
    let sql = "INSERT INTO join_request (tenant_id, id, organisation_id, person_id, state, made_at, due_at)
               VALUES ($1, $2, $3, $4, 'applied', $5, $6)";
    match tx.execute(sql, args![cx.tenant, id, organisation, person, cx.now, due_at]).await {
        Ok(_) => Ok(id),
        Err(Error::Violated(Violation::Unique(_))) => Err(Error::refused("federation.request.waits")),
        Err(other) => Err(other),
    }
}

/// Ends a request; one that somebody else decided meanwhile is refused.
pub(crate) async fn decide(tx: &mut Tx<'_>, cx: &Cx, id: Raw, accepted: bool, opinion: &str) -> Result<()> {
    let state = if accepted { "accepted" } else { "declined" };
    let sql = "UPDATE join_request SET state = $1, decided_at = $2, decided_by = $3, decided_name = $4, opinion = $5
               WHERE tenant_id = $6 AND id = $7 AND state = 'applied'";
    let account = cx.actor.account.map(|a| a.0);
    let done = tx.execute(sql, args![state, cx.now, account, cx.actor.name, opinion, cx.tenant, id]).await?;
    if done == 1 { Ok(()) } else { Err(Error::refused("federation.request.decided_before")) }
}

row! {
    /// A request as the one who asked sees it.
    pub(crate) struct Own {
        /// Its id.
        pub id: Raw,
        /// Which team.
        pub organisation_id: OrganisationId,
        /// The team's name.
        pub organisation_name: String,
        /// When.
        pub made_at: DateTime<Utc>,
        /// When it should be decided.
        pub due_at: DateTime<Utc>,
    }
}

/// What somebody asked for and nobody decided yet.
pub(crate) async fn own(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<Own>> {
    let sql = "SELECT j.id, j.organisation_id, o.name AS organisation_name, j.made_at, j.due_at FROM join_request j
               JOIN organisation o ON o.tenant_id = j.tenant_id AND o.id = j.organisation_id
               WHERE j.tenant_id = $1 AND j.person_id = $2 AND j.state = 'applied' ORDER BY j.id";
    db.all(sql, args![tenant, person]).await
}

row! {
    /// A team that one could join.
    pub(crate) struct Found {
        /// Which.
        pub id: OrganisationId,
        /// What it is called.
        pub name: String,
        /// Where it is.
        pub region_name: String,
    }
}

/// Teams at work that a search finds; without one, those nearest to a region.
pub(crate) async fn teams(cx: &Cx, query: &str, region: &str, limit: i64) -> Result<Vec<Found>> {
    let mut wanted = Conditions::new(
        "tenant_id = ? AND tree = 'team' AND state = 'active' AND kind NOT IN ('federation', 'town')",
        args![cx.tenant],
    );
    let searched = kernel::search::narrow(&mut wanted, cx.tenant, "organisation", query);
    if !searched {
        let town = places::town_of(region);
        wanted.and("region_code >= ? AND region_code < ?", args![town, kernel::policy::after(town)]);
    }
    let tail = wanted
        .tail(" ORDER BY CASE WHEN region_code = ? THEN 0 ELSE 1 END, sort_key, id LIMIT ?", args![region, limit]);
    let sql = format!(
        "SELECT o.id, o.name, COALESCE(r.name, '') AS region_name
         FROM (SELECT id, name, region_code, sort_key FROM organisation WHERE {tail}) o
         LEFT JOIN region r ON r.code = o.region_code ORDER BY o.sort_key, o.id"
    );
    cx.db.all(&sql, wanted.args()).await
}
