//! The SQL of memberships: a row begins and ends, and is never overwritten.

use crate::model::{
    Member, Membership, MembershipId, MembershipOf, MembershipRole, NewMembership, OrganisationId, TeamOf, Tree,
};
use chrono::NaiveDate;
use kernel::db::{Violation, in_list};
use kernel::http::Cursor;
use kernel::{Conditions, Error, Read, Result, TenantId, Tx, args, row};
use people::PersonId;
use std::collections::HashMap;

const COLUMNS: &str = "id, organisation_id, person_id, role, from_on, to_on, reason";

/// The memberships of a person in an organisation that go on, in any role.
pub(crate) async fn find_open(
    db: &impl Read,
    tenant: TenantId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<Vec<Membership>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM membership WHERE tenant_id = $1 AND organisation_id = $2 AND person_id = $3 AND to_on IS NULL
         ORDER BY id"
    );
    db.all(&sql, args![tenant, organisation, person]).await
}

/// The teams in which a person is now, the oldest membership first; party branches are not among them.
pub async fn teams_of(db: &impl Read, tenant: TenantId, person: PersonId) -> Result<Vec<TeamOf>> {
    let sql = "SELECT o.id AS organisation_id, o.name, o.path, o.region_code, o.kind, m.role
               FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
               WHERE m.tenant_id = $1 AND m.person_id = $2 AND m.to_on IS NULL AND o.tree = 'team' ORDER BY m.from_on, m.id";
    db.all(sql, args![tenant, person]).await
}

row! { struct NameOf { person_id: PersonId, name: String } }

/// The names of the teams of several people.
pub async fn teams_of_many(
    db: &impl Read,
    tenant: TenantId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<String>>> {
    let mut found: HashMap<PersonId, Vec<String>> = HashMap::new();
    for part in people.chunks(500) {
        let sql = format!(
            "SELECT m.person_id, o.name FROM membership m
             JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
             WHERE m.tenant_id = $1 AND m.to_on IS NULL AND o.tree = 'team' AND m.person_id IN {}
             ORDER BY m.from_on, m.id",
            in_list(2, part.len())
        );
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        for row in db.all::<NameOf>(&sql, &args).await? {
            let names = found.entry(row.person_id).or_default();
            if !names.contains(&row.name) {
                names.push(row.name);
            }
        }
    }
    Ok(found)
}

row! { struct Any { id: MembershipId } }

/// Whether a person is in an organisation now, in any role.
pub async fn is_member(
    db: &impl Read,
    tenant: TenantId,
    person: PersonId,
    organisation: OrganisationId,
) -> Result<bool> {
    let sql = "SELECT id FROM membership WHERE tenant_id = $1 AND organisation_id = $2 AND person_id = $3 AND to_on IS NULL LIMIT 1";
    Ok(db.optional::<Any>(sql, args![tenant, organisation, person]).await?.is_some())
}

/// Every membership of a person in a tree, past ones too, the newest first.
pub async fn history_of(db: &impl Read, tenant: TenantId, person: PersonId, tree: Tree) -> Result<Vec<MembershipOf>> {
    let sql = "SELECT o.id AS organisation_id, o.name, m.role, m.from_on, m.to_on
               FROM membership m JOIN organisation o ON o.tenant_id = m.tenant_id AND o.id = m.organisation_id
               WHERE m.tenant_id = $1 AND m.person_id = $2 AND o.tree = $3
               ORDER BY CASE WHEN m.to_on IS NULL THEN 0 ELSE 1 END, m.from_on DESC, m.id DESC";
    db.all(sql, args![tenant, person, tree]).await
}

const MEMBER: &str = "SELECT m.id, m.person_id, p.name, p.sort_key, p.volunteer_no, m.role, m.from_on, m.to_on
     FROM membership m JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id WHERE ";

/// The members of an organisation by name; `past` shows those who left as well.
pub async fn members(
    db: &impl Read,
    tenant: TenantId,
    (organisation, past): (OrganisationId, bool),
    (cursor, limit): (Option<&Cursor>, i64),
) -> Result<Vec<Member>> {
    let mut wanted = Conditions::new("m.tenant_id = ? AND m.organisation_id = ?", args![tenant, organisation]);
    if !past {
        wanted.and("m.to_on IS NULL", args![]);
    }
    if let Some(cursor) = cursor {
        let id: MembershipId = cursor.get(1)?;
        wanted.and("(p.sort_key, m.id) > (?, ?)", args![cursor.0[0], id]);
    }
    let tail = wanted.tail(" ORDER BY p.sort_key, m.id LIMIT ?", args![limit]);
    db.all(&format!("{MEMBER}{tail}"), wanted.args()).await
}

/// Leaders and deputies now, of several organisations.
pub async fn leaders_of(
    db: &impl Read,
    tenant: TenantId,
    organisations: &[OrganisationId],
) -> Result<HashMap<OrganisationId, Vec<Member>>> {
    row! { struct Leader { organisation_id: OrganisationId, id: MembershipId, person_id: PersonId, name: String,
    sort_key: String, volunteer_no: Option<String>, role: MembershipRole, from_on: NaiveDate } }
    let mut found: HashMap<OrganisationId, Vec<Member>> = HashMap::new();
    for part in organisations.chunks(500) {
        let sql = format!(
            "SELECT m.organisation_id, m.id, m.person_id, p.name, p.sort_key, p.volunteer_no, m.role, m.from_on
             FROM membership m JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
             WHERE m.tenant_id = $1 AND m.to_on IS NULL AND m.role <> 'member' AND m.organisation_id IN {}
             ORDER BY CASE m.role WHEN 'leader' THEN 0 WHEN 'secretary' THEN 1 ELSE 2 END, m.from_on, m.id",
            in_list(2, part.len())
        );
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        for l in db.all::<Leader>(&sql, &args).await? {
            found.entry(l.organisation_id).or_default().push(Member {
                id: l.id,
                person_id: l.person_id,
                name: l.name,
                sort_key: l.sort_key,
                volunteer_no: l.volunteer_no,
                role: l.role,
                from_on: l.from_on,
                to_on: None,
            });
        }
    }
    Ok(found)
}

row! { struct CountOf { organisation_id: OrganisationId, n: i64 } }

/// How many people each organisation has now; who holds two roles counts once.
pub async fn count_members(
    db: &impl Read,
    tenant: TenantId,
    organisations: &[OrganisationId],
) -> Result<HashMap<OrganisationId, i64>> {
    let mut found = HashMap::new();
    for part in organisations.chunks(500) {
        let sql = format!(
            "SELECT organisation_id, COUNT(DISTINCT person_id) AS n FROM membership
             WHERE tenant_id = $1 AND to_on IS NULL AND organisation_id IN {} GROUP BY organisation_id",
            in_list(2, part.len())
        );
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        found.extend(db.all::<CountOf>(&sql, &args).await?.into_iter().map(|row| (row.organisation_id, row.n)));
    }
    Ok(found)
}

/// Begins a membership; the same one that goes on already is refused.
pub(crate) async fn begin(tx: &mut Tx<'_>, tenant: TenantId, new: &NewMembership) -> Result<MembershipId> {
    let id = MembershipId::fresh();
    let sql = "INSERT INTO membership (tenant_id, id, organisation_id, person_id, role, from_on, to_on)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![tenant, id, new.organisation, new.person, new.role, new.from_on, new.to_on];
    match tx.execute(sql, args).await {
        Ok(_) => Ok(id),
        Err(Error::Violated(Violation::Unique(_))) => Err(Error::refused("organisations.member_already")),
        Err(Error::Violated(Violation::ForeignKey(_))) => Err(Error::NotFound),
        Err(other) => Err(other),
    }
}

/// Puts many memberships on record; those that go on already are left as they are. Answers how many are new.
pub(crate) async fn insert_memberships(tx: &mut Tx<'_>, tenant: TenantId, list: &[NewMembership]) -> Result<u64> {
    let rows: Vec<_> = list
        .iter()
        .map(|new| {
            args![tenant, MembershipId::fresh(), new.organisation, new.person, new.role, new.from_on, new.to_on]
                .to_vec()
        })
        .collect();
    let head = "INSERT INTO membership (tenant_id, id, organisation_id, person_id, role, from_on, to_on)";
    tx.insert_many(head, "ON CONFLICT DO NOTHING", &rows).await
}

/// Ends a membership with a day and a reason; one that ended already is not there.
pub(crate) async fn end(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: MembershipId,
    (last, reason): (NaiveDate, &str),
) -> Result<()> {
    let sql = "UPDATE membership SET to_on = $3, reason = $4 WHERE tenant_id = $1 AND id = $2 AND to_on IS NULL";
    match tx.execute(sql, args![tenant, id, last, reason]).await? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Ends every membership of an organisation that goes on, none before its first day; answers how many.
pub(crate) async fn end_open(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    organisation: OrganisationId,
    (last, reason): (NaiveDate, &str),
) -> Result<u64> {
    let sql = "UPDATE membership SET to_on = CASE WHEN from_on > $3 THEN from_on ELSE $3 END, reason = $4
               WHERE tenant_id = $1 AND organisation_id = $2 AND to_on IS NULL";
    tx.execute(sql, args![tenant, organisation, last, reason]).await
}

/// The open memberships of a person that lead an organisation.
pub(crate) async fn leading(
    db: &impl Read,
    tenant: TenantId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<bool> {
    Ok(find_open(db, tenant, organisation, person).await?.iter().any(|m| m.role.leads()))
}

/// Every membership of these people, past ones too, the oldest first.
pub async fn memberships_of(db: &impl Read, tenant: TenantId, people: &[PersonId]) -> Result<Vec<Membership>> {
    let mut found = Vec::new();
    for part in people.chunks(500) {
        let list = in_list(2, part.len());
        let sql = format!("SELECT {COLUMNS} FROM membership WHERE tenant_id = $1 AND person_id IN {list} ORDER BY id");
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        found.extend(db.all::<Membership>(&sql, &args).await?);
    }
    Ok(found)
}

/// Removes memberships that should never have begun.
pub(crate) async fn withdraw(tx: &mut Tx<'_>, tenant: TenantId, ids: &[MembershipId]) -> Result<()> {
    for part in ids.chunks(1_000) {
        let sql = format!("DELETE FROM membership WHERE tenant_id = $1 AND id IN {}", in_list(2, part.len()));
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Lets a membership go on that had ended.
pub(crate) async fn reopen(tx: &mut Tx<'_>, tenant: TenantId, id: MembershipId) -> Result<()> {
    let sql = "UPDATE membership SET to_on = NULL, reason = NULL WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, args![tenant, id]).await?;
    Ok(())
}
