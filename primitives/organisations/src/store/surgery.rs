//! The SQL of teams that are merged and split: nothing of the past is touched.

use crate::model::{MembershipId, MembershipRole, NewMembership, Organisation, OrganisationId};
use chrono::NaiveDate;
use kernel::{Read, Result, TenantId, Tx, args, row};
use people::PersonId;

row! {
    /// A membership that goes on.
    pub(crate) struct Held {
        /// Who.
        pub person_id: PersonId,
        /// As what.
        pub role: MembershipRole,
    }
}

/// Everybody who is in an organisation now, by person; who holds two roles stands there twice.
pub(crate) async fn held(db: &impl Read, tenant: TenantId, organisation: OrganisationId) -> Result<Vec<Held>> {
    let sql = "SELECT person_id, role FROM membership WHERE tenant_id = $1 AND organisation_id = $2 AND to_on IS NULL
               ORDER BY person_id, id";
    db.all(sql, args![tenant, organisation]).await
}

row! { struct Count { n: i64 } }

/// How many people are in both of two organisations now.
pub(crate) async fn in_both(
    db: &impl Read,
    tenant: TenantId,
    (one, other): (OrganisationId, OrganisationId),
) -> Result<i64> {
    let sql = "SELECT COUNT(DISTINCT m.person_id) AS n FROM membership m
               WHERE m.tenant_id = $1 AND m.organisation_id = $2 AND m.to_on IS NULL
                 AND EXISTS (SELECT 1 FROM membership x WHERE x.tenant_id = m.tenant_id AND x.organisation_id = $3
                   AND x.person_id = m.person_id AND x.to_on IS NULL)";
    Ok(db.one::<Count>(sql, args![tenant, one, other]).await?.n)
}

/// The teams that stand directly below one and have not ended.
pub(crate) async fn count_below(db: &impl Read, tenant: TenantId, id: OrganisationId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM organisation WHERE tenant_id = $1 AND parent_id = $2 AND state <> 'ended'";
    Ok(db.one::<Count>(sql, args![tenant, id]).await?.n)
}

/// Begins memberships from a day, each with why.
pub(crate) async fn begin_many(tx: &mut Tx<'_>, tenant: TenantId, list: &[NewMembership], reason: &str) -> Result<u64> {
    let row = |new: &NewMembership| {
        args![tenant, MembershipId::fresh(), new.organisation, new.person, new.role, new.from_on, reason].to_vec()
    };
    let rows: Vec<_> = list.iter().map(row).collect();
    let head = "INSERT INTO membership (tenant_id, id, organisation_id, person_id, role, from_on, reason)";
    tx.insert_many(head, "ON CONFLICT DO NOTHING", &rows).await
}

/// Names the team that goes on for another, which lifts what stood below it.
pub(crate) async fn succeed(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    (from, to): (OrganisationId, OrganisationId),
) -> Result<()> {
    let sql = "UPDATE organisation SET successor_id = $3 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, from, to]).await?;
    let sql = "UPDATE organisation SET parent_id = $3 WHERE tenant_id = $1 AND parent_id = $2 AND state <> 'ended'";
    tx.execute(sql, args![tenant, from, to]).await?;
    Ok(())
}

row! { struct Next { id: OrganisationId } }

/// The team that goes on for one that was merged, however often; itself while it stands.
pub async fn current(db: &impl Read, tenant: TenantId, id: OrganisationId) -> Result<OrganisationId> {
    let sql = "WITH RECURSIVE line (id, successor_id) AS (
                 SELECT id, successor_id FROM organisation WHERE tenant_id = $1 AND id = $2
                 UNION SELECT o.id, o.successor_id FROM organisation o JOIN line l ON o.id = l.successor_id WHERE o.tenant_id = $1)
               SELECT id FROM line WHERE successor_id IS NULL";
    Ok(db.optional::<Next>(sql, args![tenant, id]).await?.map_or(id, |row| row.id))
}

row! { struct Line { path: String } }

/// The paths of a team and of all that were merged into it: whoever leads it reads their past.
pub(crate) async fn line(db: &impl Read, tenant: TenantId, team: &Organisation) -> Result<Vec<String>> {
    let sql = "WITH RECURSIVE line (id, path) AS (
                 SELECT id, path FROM organisation WHERE tenant_id = $1 AND id = $2
                 UNION SELECT o.id, o.path FROM organisation o JOIN line l ON o.successor_id = l.id WHERE o.tenant_id = $1)
               SELECT path FROM line";
    let found: Vec<Line> = db.all(sql, args![tenant, team.id]).await?;
    Ok(found.into_iter().map(|row| row.path).collect())
}

/// The teams that were merged into one, by name.
pub(crate) async fn merged_into(db: &impl Read, tenant: TenantId, id: OrganisationId) -> Result<Vec<Organisation>> {
    row! { struct Id { id: OrganisationId } }
    let sql = "SELECT id FROM organisation WHERE tenant_id = $1 AND successor_id = $2 ORDER BY sort_key, id";
    let ids: Vec<Id> = db.all(sql, args![tenant, id]).await?;
    let ids: Vec<OrganisationId> = ids.into_iter().map(|row| row.id).collect();
    super::find_many(db, tenant, &ids).await
}

/// How many organisations that have not ended a region has, with everything below it.
pub async fn count_in(db: &impl Read, tenant: TenantId, region: &str) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS n FROM organisation
               WHERE tenant_id = $1 AND region_code >= $2 AND region_code < $3 AND state <> 'ended'";
    let count: Count = db.one(sql, args![tenant, region, kernel::policy::after(region)]).await?;
    Ok(count.n.unsigned_abs())
}

/// Moves what lives in one region to another and keeps where it lay; what has ended stays.
pub async fn move_region(tx: &mut Tx<'_>, tenant: TenantId, (old, new): (&str, &str), day: NaiveDate) -> Result<u64> {
    let keep = "INSERT INTO region_moved (tenant_id, kind, object_id, old_code, on_day)
                SELECT tenant_id, 'organisation', id, region_code, $3 FROM organisation
                WHERE tenant_id = $1 AND region_code = $2 AND state <> 'ended'
                ON CONFLICT DO NOTHING";
    tx.execute(keep, args![tenant, old, day]).await?;
    for sql in [
        "UPDATE team_review SET region_code = $3 WHERE tenant_id = $1 AND region_code = $2 AND state = 'waiting'",
        "UPDATE team_handover SET region_code = $3 WHERE tenant_id = $1 AND region_code = $2 AND state IN ('offered', 'accepted')",
    ] {
        tx.execute(sql, args![tenant, old, new]).await?;
    }
    let sql = "UPDATE organisation SET region_code = $3 WHERE tenant_id = $1 AND region_code = $2 AND state <> 'ended'";
    tx.execute(sql, args![tenant, old, new]).await
}
