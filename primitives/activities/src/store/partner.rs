//! The SQL of activities that several teams hold together.

use crate::model::{Activity, ActivityId, Invited, PartnerState};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Cx, Json, Read, Result, TenantId, Tx, args, row};
use organisations::{Organisation, OrganisationId};
use people::model::PersonId;

row! {
    /// A team that was asked to hold an activity with another.
    pub struct Partner {
        /// The team.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub name: String,
        /// Its path, for who may answer.
        pub path: String,
        /// Its region, for who may answer.
        pub region_code: String,
        /// What it said.
        pub state: PartnerState,
        /// When it was asked.
        pub asked_at: DateTime<Utc>,
        /// By whom.
        pub asked_name: String,
        /// When it answered.
        pub answered_at: Option<DateTime<Utc>>,
    }
}

const PARTNER: &str =
    "SELECT p.organisation_id, o.name, o.path, o.region_code, p.state, p.asked_at, p.asked_name, p.answered_at
    FROM activity_partner p JOIN organisation o ON o.tenant_id = p.tenant_id AND o.id = p.organisation_id
    WHERE p.tenant_id = $1 AND p.activity_id = $2";

/// Everybody who was asked, in that order.
pub async fn list(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Partner>> {
    db.all(&format!("{PARTNER} ORDER BY p.asked_at, p.id"), args![tenant, activity]).await
}

/// One of them.
pub async fn find(
    db: &impl Read,
    tenant: TenantId,
    activity: ActivityId,
    team: OrganisationId,
) -> Result<Option<Partner>> {
    db.optional(&format!("{PARTNER} AND p.organisation_id = $3"), args![tenant, activity, team]).await
}

/// Asks a team, again where it said no or was let go.
pub async fn ask(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId, team: OrganisationId) -> Result<()> {
    let sql = "INSERT INTO activity_partner (tenant_id, id, activity_id, organisation_id, state, asked_at, asked_name)
               VALUES ($1, $2, $3, $4, 'asked', $5, $6)
               ON CONFLICT (tenant_id, activity_id, organisation_id) DO UPDATE SET state = excluded.state,
                 asked_at = excluded.asked_at, asked_name = excluded.asked_name, answered_at = NULL, answered_name = NULL";
    let cells = args![cx.tenant, kernel::ids::fresh(), activity, team, cx.now, cx.actor.name];
    tx.execute(sql, cells).await?;
    Ok(())
}

/// Writes what became of it, and who holds the activity now; `false` when it did not stand in `from` any more.
pub async fn answer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (activity, team): (ActivityId, OrganisationId),
    (from, to): (PartnerState, PartnerState),
) -> Result<bool> {
    let sql = "UPDATE activity_partner SET state = $1, answered_at = $2, answered_name = $3
               WHERE tenant_id = $4 AND activity_id = $5 AND organisation_id = $6 AND state = $7";
    let cells = args![to, cx.now, cx.actor.name, cx.tenant, activity, team, from];
    if tx.execute(sql, cells).await? == 0 {
        return Ok(false);
    }
    note(tx, cx, activity).await?;
    Ok(true)
}

/// Keeps on the activity's row who holds it with its team.
async fn note(tx: &mut Tx<'_>, cx: &Cx, activity: ActivityId) -> Result<()> {
    let all = list(tx, cx.tenant, activity).await?.into_iter().filter(|p| p.state == PartnerState::Accepted);
    let partners: Vec<Invited> = all.map(|p| Invited { team: p.organisation_id, name: p.name }).collect();
    let sql = "UPDATE activity SET partners = $1, updated_at = $2 WHERE tenant_id = $3 AND id = $4";
    tx.execute(sql, args![Json(partners), cx.now, cx.tenant, activity]).await?;
    Ok(())
}

row! { struct Held { activity_id: ActivityId } }

/// Lets another team stand where one stood that was merged into it, for activities that are not over.
pub async fn move_team(tx: &mut Tx<'_>, cx: &Cx, from: OrganisationId, to: &Organisation) -> Result<()> {
    let sql = "SELECT p.activity_id FROM activity_partner p JOIN activity a ON a.tenant_id = p.tenant_id AND a.id = p.activity_id
                 AND a.state IN ('draft', 'review', 'open', 'running')
               WHERE p.tenant_id = $1 AND p.organisation_id = $2";
    let held: Vec<Held> = tx.all(sql, args![cx.tenant, from]).await?;
    for Held { activity_id } in held {
        let activity = super::find(tx, cx.tenant, activity_id).await?;
        let there = activity.organisation_id == to.id || find(tx, cx.tenant, activity_id, to.id).await?.is_some();
        if there {
            let sql = "UPDATE activity_partner SET state = 'ended' WHERE tenant_id = $1 AND activity_id = $2 AND organisation_id = $3";
            tx.execute(sql, args![cx.tenant, activity_id, from]).await?;
        } else {
            let sql = "UPDATE activity_partner SET organisation_id = $4 WHERE tenant_id = $1 AND activity_id = $2 AND organisation_id = $3";
            tx.execute(sql, args![cx.tenant, activity_id, from, to.id]).await?;
        }
        note(tx, cx, activity_id).await?;
    }
    Ok(())
}

row! {
    /// What a team brought to an activity.
    pub struct Share {
        /// The team for which it counts.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub name: String,
        /// Sign-ups that have a place.
        pub joined: i64,
        /// Arrivals.
        pub came: i64,
        /// Minutes in the ledger.
        pub minutes: i64,
    }
}

/// What each team brought, the one with most sign-ups first; each sign-up and each hour belongs to one team alone.
pub async fn shares(db: &impl Read, tenant: TenantId, activity: ActivityId) -> Result<Vec<Share>> {
    let sql = "SELECT u.organisation_id, o.name, CAST(SUM(u.joined) AS BIGINT) AS joined, CAST(SUM(u.came) AS BIGINT) AS came,
                 CAST(SUM(u.minutes) AS BIGINT) AS minutes
               FROM (
                 SELECT organisation_id, 1 AS joined, 0 AS came, CAST(0 AS BIGINT) AS minutes FROM signup
                 WHERE tenant_id = $1 AND activity_id = $2 AND state = 'joined'
                 UNION ALL SELECT organisation_id, 0, 1, 0 FROM attendance WHERE tenant_id = $1 AND activity_id = $2
                 UNION ALL SELECT organisation_id, 0, 0, minutes FROM hours_entry WHERE tenant_id = $1 AND activity_id = $2
               ) u JOIN organisation o ON o.tenant_id = $1 AND o.id = u.organisation_id
               GROUP BY u.organisation_id, o.name ORDER BY 3 DESC, o.name";
    db.all(sql, args![tenant, activity]).await
}

row! {
    /// An invitation that waits for a team's answer, or what it holds with others.
    pub struct Shared {
        /// The activity.
        pub id: ActivityId,
        /// Its title.
        pub title: String,
        /// The team that asked.
        pub organisation_name: String,
        /// Its first day.
        pub starts_on: NaiveDate,
        /// What the team said.
        pub state: PartnerState,
    }
}

/// What a team was asked to hold with others, or holds with them, of what is not over; the earliest first.
pub async fn of_team(db: &impl Read, tenant: TenantId, team: OrganisationId) -> Result<Vec<Shared>> {
    let sql = "SELECT a.id, a.title, a.organisation_name, a.starts_on, p.state FROM activity_partner p
               JOIN activity a ON a.tenant_id = p.tenant_id AND a.id = p.activity_id AND a.state IN ('draft', 'review', 'open', 'running')
               WHERE p.tenant_id = $1 AND p.organisation_id = $2 AND p.state IN ('asked', 'accepted')
               ORDER BY a.starts_on, a.id LIMIT 100";
    db.all(sql, args![tenant, team]).await
}

row! { struct Leader { person_id: PersonId } }

/// Whoever leads a team now.
pub async fn leaders(db: &impl Read, tenant: TenantId, team: OrganisationId) -> Result<Vec<PersonId>> {
    let sql = "SELECT DISTINCT person_id FROM membership
               WHERE tenant_id = $1 AND organisation_id = $2 AND to_on IS NULL AND role IN ('leader', 'deputy')";
    let all: Vec<Leader> = db.all(sql, args![tenant, team]).await?;
    Ok(all.into_iter().map(|one| one.person_id).collect())
}

impl Activity {
    /// Whether a team holds it, alone or with others.
    #[must_use]
    pub fn is_held_by(&self, team: OrganisationId) -> bool {
        self.organisation_id == team || self.partners.0.iter().any(|p| p.team == team)
    }
}
