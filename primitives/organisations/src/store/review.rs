//! The SQL of applications for new teams, and of the teams that do nothing.

use crate::model::{Kind, OrganisationId};
use crate::rules::Level;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{AccountId, Conditions, Cx, Error, Read, Result, TenantId, Tx, args, row};
use people::PersonId;

row! {
    /// An application for a team.
    pub struct Review {
        /// The team that waits.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub name: String,
        /// What kind of body.
        pub kind: Kind,
        /// Where, by code.
        pub region_code: String,
        /// Who will lead it.
        pub leader_id: Option<PersonId>,
        /// Whose decision it is now.
        pub level: Level,
        /// The path of the body whose decision it is; empty at a level without one.
        pub desk_path: String,
        /// `waiting`, `approved` or `declined`.
        pub state: String,
        /// When it was handed in.
        pub made_at: DateTime<Utc>,
        /// By whom.
        pub made_by: Option<AccountId>,
        /// The person behind that account.
        pub made_person: Option<Raw>,
        /// Their name.
        pub made_name: String,
        /// When it should be decided.
        pub due_at: DateTime<Utc>,
        /// How often it went to the body above.
        pub moved_up: i64,
        /// When it was decided.
        pub decided_at: Option<DateTime<Utc>>,
        /// By whom.
        pub decided_name: Option<String>,
        /// What they said.
        pub opinion: Option<String>,
    }
}

impl Review {
    /// Whether nobody decided yet.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.state == "waiting"
    }
}

const SELECT: &str =
    "SELECT r.organisation_id, o.name, o.kind, r.region_code, r.leader_id, r.level, r.desk_path, r.state, r.made_at, r.made_by,
     r.made_person, r.made_name, r.due_at, r.moved_up, r.decided_at, r.decided_name, r.opinion
     FROM team_review r JOIN organisation o ON o.tenant_id = r.tenant_id AND o.id = r.organisation_id WHERE ";

/// The application for a team; one that was put on record without any has none.
pub(crate) async fn find_review(db: &impl Read, tenant: TenantId, id: OrganisationId) -> Result<Option<Review>> {
    let sql = format!("{SELECT}r.tenant_id = $1 AND r.organisation_id = $2");
    db.optional(&sql, args![tenant, id]).await
}

/// What waits within a reach, the earliest due first.
pub(crate) async fn waiting(db: &impl Read, tenant: TenantId, reach: &Reach, limit: i64) -> Result<Vec<Review>> {
    let mut wanted = Conditions::new("r.tenant_id = ? AND r.state = 'waiting'", args![tenant]);
    wanted.within(reach, "r.region_code", "r.desk_path");
    let tail = wanted.tail(" ORDER BY r.due_at, r.organisation_id LIMIT ?", args![limit]);
    db.all(&format!("{SELECT}{tail}"), wanted.args()).await
}

/// What is overdue and can still go to the body above.
pub(crate) async fn overdue(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<Review>> {
    let sql = format!(
        "{SELECT}r.tenant_id = $1 AND r.state = 'waiting' AND r.due_at < $2 AND r.level <> 'district'
         ORDER BY r.due_at LIMIT 200"
    );
    db.all(&sql, args![tenant, now]).await
}

row! { struct Any { organisation_id: OrganisationId } }

/// The team for which a person applied and nobody decided yet.
pub(crate) async fn applied_by(db: &impl Read, tenant: TenantId, person: Raw) -> Result<Option<OrganisationId>> {
    let sql = "SELECT organisation_id FROM team_review WHERE tenant_id = $1 AND made_person = $2 AND state = 'waiting' LIMIT 1";
    Ok(db.optional::<Any>(sql, args![tenant, person]).await?.map(|found| found.organisation_id))
}

/// Hands an application in.
pub(crate) async fn insert_review(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (organisation, region, leader): (OrganisationId, &str, Option<PersonId>),
    (level, desk_path): (Level, &str),
    due_at: DateTime<Utc>,
) -> Result<()> {
    let sql =
        "INSERT INTO team_review (tenant_id, organisation_id, region_code, leader_id, level, desk_path, state, made_at,
                 made_by, made_person, made_name, due_at, moved_up)
               VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9, $10, $11, 0)";
    let (by, person, name) = (cx.actor.account, cx.actor.person, &cx.actor.name);
    let args = args![cx.tenant, organisation, region, leader, level, desk_path, cx.now, by, person, name, due_at];
    tx.execute(sql, args).await?;
    Ok(())
}

/// Keeps the decision; one that somebody else took meanwhile is refused.
pub(crate) async fn decide_review(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: OrganisationId,
    (approved, opinion): (bool, &str),
) -> Result<()> {
    let state = if approved { "approved" } else { "declined" };
    let sql = "UPDATE team_review SET state = $3, decided_at = $4, decided_by = $5, decided_name = $6, opinion = $7
               WHERE tenant_id = $1 AND organisation_id = $2 AND state = 'waiting'";
    let args = args![cx.tenant, id, state, cx.now, cx.actor.account, cx.actor.name, opinion];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::refused("organisations.review.decided")) }
}

/// Hands an overdue application to another body; false when it was decided or moved meanwhile.
pub(crate) async fn move_up(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    review: &Review,
    (level, desk_path): (Level, &str),
    due_at: DateTime<Utc>,
) -> Result<bool> {
    let sql = "UPDATE team_review SET level = $4, desk_path = $5, due_at = $6, moved_up = moved_up + 1
               WHERE tenant_id = $1 AND organisation_id = $2 AND state = 'waiting' AND moved_up = $3";
    let args = args![tenant, review.organisation_id, review.moved_up, level, desk_path, due_at];
    Ok(tx.execute(sql, args).await? == 1)
}

row! {
    /// A team at work with what its quiet is reckoned from.
    pub struct Standing {
        /// Which.
        pub id: OrganisationId,
        /// When it was founded.
        pub founded_on: Option<NaiveDate>,
        /// When its record was made.
        pub created_at: DateTime<Utc>,
        /// Since when it is marked as quiet.
        pub quiet_since: Option<NaiveDate>,
    }
}

/// Every team at work, without the federations that lead them.
pub async fn standing(db: &impl Read, tenant: TenantId) -> Result<Vec<Standing>> {
    let sql = "SELECT id, founded_on, created_at, quiet_since FROM organisation
               WHERE tenant_id = $1 AND tree = 'team' AND state = 'active' AND kind NOT IN ('federation', 'town') ORDER BY id";
    db.all(sql, args![tenant]).await
}

/// Marks a team as quiet since a day, or as working again.
pub async fn mark_quiet(tx: &mut Tx<'_>, tenant: TenantId, id: OrganisationId, since: Option<NaiveDate>) -> Result<()> {
    let sql = "UPDATE organisation SET quiet_since = $3 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, id, since]).await?;
    Ok(())
}
