//! The SQL of hand-overs of leading.

use crate::model::OrganisationId;
use crate::rules::Level;
use chrono::{DateTime, Utc};
use kernel::db::Violation;
use kernel::ids::Raw;
use kernel::policy::Reach;
use kernel::{AccountId, Conditions, Cx, Error, Read, Result, TenantId, Tx, args, row, text_enum};
use people::PersonId;

text_enum! {
    /// Where a hand-over stands.
    pub enum Stage {
        /// The successor was asked.
        Offered = "offered",
        /// They said yes; it waits for the body above or for its day.
        Accepted = "accepted",
        /// It took effect.
        Done = "done",
        /// They said no.
        Declined = "declined",
        /// Whoever offered took it back.
        Withdrawn = "withdrawn",
        /// The body above said no.
        Refused = "refused",
    }
}

row! {
    /// A hand-over.
    pub struct Handover {
        /// Its id.
        pub id: Raw,
        /// The team.
        pub organisation_id: OrganisationId,
        /// Its name.
        pub team: String,
        /// Who leads now.
        pub from_id: PersonId,
        /// Their name.
        pub from_name: String,
        /// Who will.
        pub to_id: PersonId,
        /// Their name.
        pub to_name: String,
        /// Where it stands.
        pub state: Stage,
        /// Where the team is, by code.
        pub region_code: String,
        /// Whose confirmation it waits for.
        pub level: Level,
        /// The path of that body.
        pub desk_path: String,
        /// When it was offered.
        pub made_at: DateTime<Utc>,
        /// By which account.
        pub made_by: Option<AccountId>,
        /// By whom.
        pub made_name: String,
        /// When it takes effect by itself.
        pub due_at: Option<DateTime<Utc>>,
    }
}

const SELECT: &str =
    "SELECT h.id, h.organisation_id, o.name AS team, h.from_id, f.name AS from_name, h.to_id, t.name AS to_name, h.state,
     h.region_code, h.level, h.desk_path, h.made_at, h.made_by, h.made_name, h.due_at
     FROM team_handover h
     JOIN organisation o ON o.tenant_id = h.tenant_id AND o.id = h.organisation_id
     JOIN person f ON f.tenant_id = h.tenant_id AND f.id = h.from_id
     JOIN person t ON t.tenant_id = h.tenant_id AND t.id = h.to_id WHERE ";

/// The hand-over of a team that goes on.
pub(crate) async fn open_handover(db: &impl Read, tenant: TenantId, team: OrganisationId) -> Result<Option<Handover>> {
    let sql = format!("{SELECT}h.tenant_id = $1 AND h.organisation_id = $2 AND h.state IN ('offered', 'accepted')");
    db.optional(&sql, args![tenant, team]).await
}

/// What is accepted and waits within a reach, the earliest due first.
pub(crate) async fn accepted(db: &impl Read, tenant: TenantId, reach: &Reach) -> Result<Vec<Handover>> {
    let mut wanted = Conditions::new("h.tenant_id = ? AND h.state = 'accepted'", args![tenant]);
    wanted.within(reach, "h.region_code", "h.desk_path");
    let tail = wanted.tail(" ORDER BY h.due_at, h.id LIMIT 200", args![]);
    db.all(&format!("{SELECT}{tail}"), wanted.args()).await
}

/// What takes effect by itself now.
pub(crate) async fn ripe(db: &impl Read, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<Handover>> {
    let sql =
        format!("{SELECT}h.tenant_id = $1 AND h.state = 'accepted' AND h.due_at <= $2 ORDER BY h.due_at LIMIT 200");
    db.all(&sql, args![tenant, now]).await
}

/// Offers leading to somebody; while one hand-over goes on another is refused.
pub(crate) async fn offer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (team, region): (OrganisationId, &str),
    (from, to): (PersonId, PersonId),
    (level, desk_path): (Level, &str),
) -> Result<Raw> {
    let id = kernel::ids::fresh();
    let sql = "INSERT INTO team_handover (tenant_id, id, organisation_id, from_id, to_id, state, region_code, level, desk_path,
                 made_at, made_by, made_name)
               VALUES ($1, $2, $3, $4, $5, 'offered', $6, $7, $8, $9, $10, $11)";
    let (by, name) = (cx.actor.account, &cx.actor.name);
    let args = args![cx.tenant, id, team, from, to, region, level, desk_path, cx.now, by, name];
    match tx.execute(sql, args).await {
        Ok(_) => Ok(id),
        Err(Error::Violated(Violation::Unique(_))) => Err(Error::refused("organisations.handover.waits")),
        Err(other) => Err(other),
    }
}

/// Moves a hand-over on; one that moved meanwhile is refused. `due` is set where it is accepted, `opinion` where it is decided.
pub(crate) async fn advance(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: Raw,
    (from, to): (Stage, Stage),
    (due, opinion): (Option<DateTime<Utc>>, &str),
) -> Result<()> {
    let sql = "UPDATE team_handover SET state = $4, due_at = COALESCE($5, due_at), opinion = $6,
                 answered_at = COALESCE(answered_at, $7), decided_at = $7, decided_name = $8
               WHERE tenant_id = $1 AND id = $2 AND state = $3";
    let args = args![cx.tenant, id, from, to, due, opinion, cx.now, cx.actor.name];
    if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(Error::refused("organisations.handover.moved")) }
}
