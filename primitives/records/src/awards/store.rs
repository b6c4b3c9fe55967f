//! The SQL of awards.

use super::model::{Award, AwardId, NewAward, Whose};
use chrono::NaiveDate;
use kernel::db::Value;
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Db, Read, Result, TenantId, Tx, args, row};
use organisations::OrganisationId;
use people::PersonId;

/// Awards `a` with the person `p` or the team `o` that they are for.
const SELECT: &str = "SELECT a.id, a.person_id, a.organisation_id, COALESCE(p.name, o.name) AS name,
    COALESCE(p.volunteer_no, o.number) AS own_number, a.region_code, a.title, a.awarded_on, a.issuer, a.document, a.number, a.kind,
    a.content, a.entered_name, a.made_at, a.withdrawn_at, a.withdrawn_name, a.withdrawn_reason
  FROM award a
  LEFT JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
  LEFT JOIN organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id WHERE ";

/// One award.
pub(crate) async fn find(db: &impl Read, tenant: TenantId, id: AwardId) -> Result<Award> {
    db.one(&format!("{SELECT} a.tenant_id = $1 AND a.id = $2"), args![tenant, id]).await
}

/// Writes one down.
pub(crate) async fn insert(tx: &mut Tx<'_>, cx: &Cx, new: &NewAward) -> Result<AwardId> {
    let id = AwardId::fresh();
    let (person, team) = match new.whose {
        Whose::Person(person) => (Some(person), None),
        Whose::Team(team) => (None, Some(team)),
    };
    let sql = "INSERT INTO award (tenant_id, id, person_id, organisation_id, region_code, title, awarded_on, issuer, document, number,
                 kind, content, entered_by, entered_name, made_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let cells = args![
        cx.tenant,
        id,
        person,
        team,
        new.region,
        new.title,
        new.on,
        new.issuer,
        new.document,
        new.number,
        new.kind,
        new.content,
        cx.actor.account,
        cx.actor.name,
        cx.now
    ];
    tx.execute(sql, cells).await?;
    Ok(id)
}

/// Says that it was withdrawn; `false` when it was before.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, cx: &Cx, id: AwardId, reason: &str) -> Result<bool> {
    let sql = "UPDATE award SET withdrawn_at = $1, withdrawn_by = $2, withdrawn_name = $3, withdrawn_reason = $4
               WHERE tenant_id = $5 AND id = $6 AND withdrawn_at IS NULL";
    let cells = args![cx.now, cx.actor.account, cx.actor.name, reason, cx.tenant, id];
    Ok(tx.execute(sql, cells).await? == 1)
}

/// What a list begins with: the district, and what the reader reaches: by region, or by a team that has it or whose member does.
pub(crate) fn reached(tenant: TenantId, reach: &Reach) -> Conditions {
    let mut wanted = Conditions::new("a.tenant_id = ?", args![tenant]);
    wanted.within_through(
        reach,
        "a.region_code",
        "EXISTS (SELECT 1 FROM organisation t WHERE t.tenant_id = a.tenant_id AND (t.id = a.organisation_id
           OR EXISTS (SELECT 1 FROM membership m WHERE m.tenant_id = t.tenant_id AND m.organisation_id = t.id
                        AND m.person_id = a.person_id AND m.to_on IS NULL))",
        "t.path",
    );
    wanted
}

/// Awards that were asked for, the newest first.
pub(crate) async fn list(db: &Db, mut wanted: Conditions, limit: i64) -> Result<Vec<Award>> {
    let tail = wanted.tail(" ORDER BY a.awarded_on DESC, a.id DESC LIMIT ?", args![limit]);
    db.all(&format!("{SELECT}{tail}"), wanted.args()).await
}

async fn standing(db: &impl Read, tenant: TenantId, whose: (&'static str, Value), limit: i64) -> Result<Vec<Award>> {
    let (column, id) = whose;
    let sql = format!(
        "{SELECT} a.tenant_id = $1 AND a.{column} = $2 AND a.withdrawn_at IS NULL ORDER BY a.awarded_on DESC, a.id DESC LIMIT $3"
    );
    db.all(&sql, &[args![tenant], &[id][..], args![limit]].concat()).await
}

/// A person's awards that stand, the newest first.
pub(crate) async fn of_person(db: &impl Read, tenant: TenantId, person: PersonId, limit: i64) -> Result<Vec<Award>> {
    standing(db, tenant, ("person_id", Value::Uuid(person.0)), limit).await
}

/// A team's awards that stand, the newest first.
pub(crate) async fn of_team(db: &impl Read, tenant: TenantId, team: OrganisationId, limit: i64) -> Result<Vec<Award>> {
    standing(db, tenant, ("organisation_id", Value::Uuid(team.0)), limit).await
}

row! { struct Count { n: i64 } }

/// How many awards of a person stand.
///
/// # Errors
/// When they cannot be read.
pub async fn count_of_person(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM award WHERE tenant_id = $1 AND person_id = $2 AND withdrawn_at IS NULL";
    let row: Count = db.one(sql, args![tenant, person]).await?;
    Ok(row.n)
}

/// Whether such an award is on record already: the same title and day for the same holder.
pub(crate) async fn is_there(
    db: &impl Read,
    tenant: TenantId,
    whose: Whose,
    (title, on): (&str, NaiveDate),
) -> Result<bool> {
    let (person, team) = match whose {
        Whose::Person(person) => (Some(person), None),
        Whose::Team(team) => (None, Some(team)),
    };
    let sql = "SELECT COUNT(*) AS n FROM award WHERE tenant_id = $1 AND title = $2 AND awarded_on = $3 AND withdrawn_at IS NULL
                 AND person_id IS NOT DISTINCT FROM $4 AND organisation_id IS NOT DISTINCT FROM $5";
    let row: Count = db.one(sql, args![tenant, title, on, person, team]).await?;
    Ok(row.n > 0)
}
