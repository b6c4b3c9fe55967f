//! Whom an announcement is for, as SQL: the same question whether it is counted or sent, and never beyond its sender.

use crate::model::{Announcement, AnnouncementId, Part, Reached};
use kernel::db::Value;
use kernel::ids::Raw;
use kernel::policy::after;
use kernel::{Conditions, Read, Result, TenantId, args, row};
use organisations::OrganisationId;
use people::PersonId;

/// Members of working teams who are volunteers now.
const TEAMS: &str = "FROM membership m
    JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id AND o.tree = 'team' AND o.state = 'active'
    JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id AND p.state IN ('active', 'dormant')";

/// Whoever has a place in an activity, with the team for which they come.
const ACTIVITY: &str = "FROM signup m
    JOIN activity a ON a.tenant_id = m.tenant_id AND a.id = m.activity_id
    JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
    JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id AND p.state IN ('active', 'dormant')";

/// The tables and the conditions of an announcement's question.
fn question(tenant: TenantId, announcement: &Announcement) -> (&'static str, Conditions) {
    let a = announcement;
    if let Some(activity) = a.activity_id {
        let mut wanted = Conditions::new("m.tenant_id = ? AND m.activity_id = ?", args![tenant, activity]);
        wanted.and("m.state = 'joined'", &[]);
        if a.organisation_id.is_some() {
            let path = &a.organisation_path;
            wanted.and("a.organisation_path >= ? AND a.organisation_path < ?", args![path, after(path)]);
        } else if !a.region_code.is_empty() {
            wanted.and("a.region_code >= ? AND a.region_code < ?", args![a.region_code, after(&a.region_code)]);
        }
        return (ACTIVITY, wanted);
    }
    let mut wanted = Conditions::new("m.tenant_id = ? AND m.to_on IS NULL", args![tenant]);
    if a.organisation_id.is_some() {
        wanted.and("o.path >= ? AND o.path < ?", args![a.organisation_path, after(&a.organisation_path)]);
    } else if !a.region_code.is_empty() {
        wanted.and("o.region_code >= ? AND o.region_code < ?", args![a.region_code, after(&a.region_code)]);
    }
    if !a.town.is_empty() {
        wanted.and("o.region_code >= ? AND o.region_code < ?", args![a.town, after(&a.town)]);
    }
    if !a.team_kinds.0.is_empty() {
        let kinds: Vec<Value> = a.team_kinds.0.iter().map(|kind| Value::Text(kind.clone())).collect();
        wanted.and_any("FALSE", "o.kind = ?", &kinds);
    }
    if !a.teams.0.is_empty() {
        let teams: Vec<Value> = a.teams.0.iter().map(|team| Value::Uuid(*team)).collect();
        wanted.and_any("FALSE", "o.id = ?", &teams);
    }
    match a.role {
        Part::All => {}
        Part::Leader => wanted.and("m.role IN ('leader', 'deputy')", &[]),
        Part::Member => wanted.and(
            "NOT EXISTS (SELECT 1 FROM membership l WHERE l.tenant_id = m.tenant_id AND l.organisation_id = m.organisation_id
               AND l.person_id = m.person_id AND l.to_on IS NULL AND l.role IN ('leader', 'deputy'))",
            &[],
        ),
    }
    (TEAMS, wanted)
}

/// How many people of how many teams the question reaches now.
pub(crate) async fn count(db: &impl Read, tenant: TenantId, announcement: &Announcement) -> Result<Reached> {
    let (tables, mut wanted) = question(tenant, announcement);
    let rest = wanted.tail("", &[]);
    let sql = format!(
        "SELECT COUNT(DISTINCT m.person_id) AS people, COUNT(DISTINCT m.organisation_id) AS teams {tables} WHERE {rest}"
    );
    db.one(&sql, wanted.args()).await
}

row! { struct Id { person_id: PersonId } }
row! { struct Pair { person_id: PersonId, organisation_id: OrganisationId } }

/// The next people whom it reaches and who do not have it yet, by id after one, each with their teams.
pub(crate) async fn next(
    db: &impl Read,
    tenant: TenantId,
    announcement: &Announcement,
    (after, most): (Option<Raw>, i64),
) -> Result<Vec<(PersonId, Vec<OrganisationId>)>> {
    let (tables, mut wanted) = question(tenant, announcement);
    lacking(&mut wanted, announcement.id);
    if let Some(after) = after {
        wanted.and("m.person_id > ?", args![after]);
    }
    let rest = wanted.tail(" ORDER BY m.person_id LIMIT ?", args![most]);
    let people: Vec<Id> = db.all(&format!("SELECT DISTINCT m.person_id {tables} WHERE {rest}"), wanted.args()).await?;
    let (Some(first), Some(last)) = (people.first(), people.last()) else { return Ok(Vec::new()) };
    let (tables, mut wanted) = question(tenant, announcement);
    lacking(&mut wanted, announcement.id);
    wanted.and("m.person_id >= ? AND m.person_id <= ?", args![first.person_id, last.person_id]);
    let rest = wanted.tail(" ORDER BY m.person_id, m.organisation_id", &[]);
    let sql = format!("SELECT DISTINCT m.person_id, m.organisation_id {tables} WHERE {rest}");
    let mut all: Vec<(PersonId, Vec<OrganisationId>)> = Vec::with_capacity(people.len());
    for pair in db.all::<Pair>(&sql, wanted.args()).await? {
        match all.last_mut().filter(|(person, _)| *person == pair.person_id) {
            Some((_, teams)) => teams.push(pair.organisation_id),
            None => all.push((pair.person_id, vec![pair.organisation_id])),
        }
    }
    Ok(all)
}

fn lacking(wanted: &mut Conditions, id: AnnouncementId) {
    wanted.and(
        "NOT EXISTS (SELECT 1 FROM announcement_recipient r
           WHERE r.tenant_id = m.tenant_id AND r.announcement_id = ? AND r.person_id = m.person_id)",
        args![id],
    );
}
