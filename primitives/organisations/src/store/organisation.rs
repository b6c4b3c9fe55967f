//! The SQL of organisations.

use crate::model::{Change, Kind, NewOrganisation, Organisation, OrganisationId, State, Tree};
use chrono::{DateTime, Utc};
use kernel::db::{Value, Violation, in_list};
use kernel::http::Cursor;
use kernel::policy::Reach;
use kernel::{Conditions, Cx, Error, Read, Result, TenantId, Tx, args, row, search};
use std::collections::HashMap;

const COLUMNS: &str = "id, tree, parent_id, path, number, name, sort_key, kind, region_code, founded_on, contact_name,
     contact_phone, purpose, state, quiet_since, created_at, updated_at";

/// One organisation.
pub async fn find(db: &impl Read, tenant: TenantId, id: OrganisationId) -> Result<Organisation> {
    db.one(&format!("SELECT {COLUMNS} FROM organisation WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// Several, in no order; those that are not there are left out.
pub async fn find_many(db: &impl Read, tenant: TenantId, ids: &[OrganisationId]) -> Result<Vec<Organisation>> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        let sql =
            format!("SELECT {COLUMNS} FROM organisation WHERE tenant_id = $1 AND id IN {}", in_list(2, part.len()));
        let mut args = args![tenant].to_vec();
        args.extend(part.iter().map(kernel::db::ToValue::to_value));
        found.extend(db.all::<Organisation>(&sql, &args).await?);
    }
    Ok(found)
}

/// The organisation with this number in its tree.
pub async fn find_by_number(
    db: &impl Read,
    tenant: TenantId,
    tree: Tree,
    number: &str,
) -> Result<Option<Organisation>> {
    let sql = format!("SELECT {COLUMNS} FROM organisation WHERE tenant_id = $1 AND tree = $2 AND number = $3");
    db.optional(&sql, args![tenant, tree, number]).await
}

/// The organisation at this path of its tree.
pub async fn find_by_path(db: &impl Read, tenant: TenantId, tree: Tree, path: &str) -> Result<Option<Organisation>> {
    let sql = format!("SELECT {COLUMNS} FROM organisation WHERE tenant_id = $1 AND tree = $2 AND path = $3");
    db.optional(&sql, args![tenant, tree, path]).await
}

/// Every organisation of exactly this name, those at work first: two towns may each have one.
pub async fn find_by_name(db: &impl Read, tenant: TenantId, tree: Tree, name: &str) -> Result<Vec<Organisation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM organisation WHERE tenant_id = $1 AND tree = $2 AND sort_key = $3
         ORDER BY CASE WHEN state = 'active' THEN 0 ELSE 1 END, id LIMIT 20"
    );
    db.all(&sql, args![tenant, tree, search::sort_key(name)]).await
}

row! { struct Id { id: OrganisationId } }

/// The federation of a town, under which its teams stand.
pub async fn town_body(db: &impl Read, tenant: TenantId, town: &str) -> Result<Option<OrganisationId>> {
    let sql =
        "SELECT id FROM organisation WHERE tenant_id = $1 AND tree = 'team' AND region_code = $2 AND kind = 'town'
               AND state = 'active' ORDER BY id LIMIT 1";
    Ok(db.optional::<Id>(sql, args![tenant, town]).await?.map(|row| row.id))
}

/// What a reader of the list looks for.
#[derive(Clone, Debug, Default)]
pub struct OrganisationFilter {
    /// Which tree; teams without it.
    pub tree: Option<Tree>,
    /// Name or part of it, pinyin, initials, number.
    pub query: String,
    /// A region's code; everything at or below it.
    pub region: String,
    /// One kind.
    pub kind: Option<Kind>,
    /// One state; without it all that have not ended.
    pub state: Option<State>,
    /// Only those that did nothing for a year.
    pub quiet: bool,
    /// Only those that people join: not the federation's own bodies.
    pub joined: bool,
}

fn conditions(tenant: TenantId, filter: &OrganisationFilter, reach: &Reach) -> Conditions {
    let tree = filter.tree.unwrap_or(Tree::Team);
    let mut wanted = Conditions::new("tenant_id = ? AND tree = ?", args![tenant, tree]);
    wanted.within(reach, "region_code", "path");
    match filter.state {
        Some(state) => wanted.and("state = ?", args![state]),
        None => wanted.and("state <> 'ended'", args![]),
    }
    if filter.joined {
        wanted.and("kind NOT IN ('federation', 'town')", args![]);
    }
    if filter.quiet {
        wanted.and("quiet_since IS NOT NULL", args![]);
    }
    if !filter.region.is_empty() {
        let end = kernel::policy::after(&filter.region);
        wanted.and("region_code >= ? AND region_code < ?", args![filter.region, end]);
    }
    if let Some(kind) = filter.kind {
        wanted.and("kind = ?", args![kind]);
    }
    search::narrow(&mut wanted, tenant, "organisation", &filter.query);
    wanted
}

/// Organisations by name, `limit` at most, after the cursor `(sort_key, id)`: those that the reach shows.
pub async fn list(
    db: &impl Read,
    tenant: TenantId,
    filter: &OrganisationFilter,
    reach: &Reach,
    (cursor, limit): (Option<&Cursor>, i64),
) -> Result<Vec<Organisation>> {
    let mut wanted = conditions(tenant, filter, reach);
    if let Some(cursor) = cursor {
        let id: OrganisationId = cursor.get(1)?;
        wanted.and("(sort_key, id) > (?, ?)", args![cursor.0[0], id]);
    }
    // A search goes from its hits to the rows, so it is sorted by an expression; without one the index is in order already.
    let order = match filter.query.is_empty() {
        true => " ORDER BY sort_key, id LIMIT ?",
        false => " ORDER BY sort_key || '', id LIMIT ?",
    };
    let tail = wanted.tail(order, args![limit]);
    db.all(&format!("SELECT {COLUMNS} FROM organisation WHERE {tail}"), wanted.args()).await
}

row! { struct Count { n: i64 } }

/// How many there are of them.
pub async fn count(db: &impl Read, tenant: TenantId, filter: &OrganisationFilter, reach: &Reach) -> Result<i64> {
    let mut wanted = conditions(tenant, filter, reach);
    let tail = wanted.tail("", args![]);
    let row: Count = db.one(&format!("SELECT COUNT(*) AS n FROM organisation WHERE {tail}"), wanted.args()).await?;
    Ok(row.n)
}

const INSERT: &str =
    "INSERT INTO organisation (tenant_id, id, tree, parent_id, path, number, name, sort_key, kind, region_code,
     founded_on, contact_name, contact_phone, purpose, state, created_at, updated_at)";

/// Inserts organisations in the order given, parents before children; answers their paths.
pub(crate) async fn insert_many(
    tx: &mut Tx<'_>,
    (tenant, now): (TenantId, DateTime<Utc>),
    list: &[NewOrganisation],
) -> Result<Vec<String>> {
    let numbers = numbers(tx, tenant, list).await?;
    let mut paths = known_parents(tx, tenant, list).await?;
    let (mut rows, mut tokens) = (Vec::with_capacity(list.len()), Vec::new());
    for (new, number) in list.iter().zip(&numbers) {
        let above = match new.parent {
            None => root(new.tree).to_owned(),
            Some(parent) => match paths.get(&parent) {
                Some((tree, path)) if *tree == new.tree => path.clone(),
                Some(_) => return Err(Error::refused("organisations.other_tree")),
                None => return Err(Error::refused("organisations.no_parent")),
            },
        };
        let path = format!("{above}{number}/");
        rows.push(cells((tenant, now), new, number, &path));
        tokens.extend(search::cells(tenant, "organisation", new.id.0, &new.name, std::slice::from_ref(number)));
        paths.insert(new.id, (new.tree, path));
    }
    tx.insert_many(INSERT, "", &rows).await.map_err(taken)?;
    tx.insert_many(search::INSERT, "ON CONFLICT DO NOTHING", &tokens).await?;
    Ok(list.iter().map(|new| paths.remove(&new.id).map(|(_, path)| path).unwrap_or_default()).collect())
}

/// Paths of the two trees never meet, so that who leads a team leads no branch.
const fn root(tree: Tree) -> &'static str {
    match tree {
        Tree::Team => "",
        Tree::Branch => "branch/",
    }
}

async fn known_parents(
    tx: &Tx<'_>,
    tenant: TenantId,
    list: &[NewOrganisation],
) -> Result<HashMap<OrganisationId, (Tree, String)>> {
    let mut ids: Vec<OrganisationId> = list.iter().filter_map(|new| new.parent).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(find_many(tx, tenant, &ids).await?.into_iter().map(|o| (o.id, (o.tree, o.path))).collect())
}

/// `00001` and on: the serials of both trees are counted where the volunteers' are.
async fn numbers(tx: &mut Tx<'_>, tenant: TenantId, list: &[NewOrganisation]) -> Result<Vec<String>> {
    let mut numbers: Vec<String> = list.iter().map(|new| new.number.clone().unwrap_or_default()).collect();
    for tree in Tree::ALL {
        let lacking: Vec<usize> =
            (0..list.len()).filter(|at| list[*at].tree == *tree && numbers[*at].is_empty()).collect();
        if lacking.is_empty() {
            continue;
        }
        let first = people::reserve_serials(tx, tenant, tree.as_str(), lacking.len()).await?;
        for (serial, at) in (first..).zip(lacking) {
            numbers[at] = format!("{serial:05}");
        }
    }
    Ok(numbers)
}

fn cells((tenant, now): (TenantId, DateTime<Utc>), new: &NewOrganisation, number: &str, path: &str) -> Vec<Value> {
    args![
        tenant,
        new.id,
        new.tree,
        new.parent,
        path,
        number,
        new.name,
        search::sort_key(&new.name),
        new.kind,
        new.region_code,
        new.founded_on,
        new.contact_name,
        new.contact_phone,
        new.purpose,
        new.state,
        now,
        now
    ]
    .to_vec()
}

fn taken(error: Error) -> Error {
    match error {
        Error::Violated(Violation::Unique(_)) => Error::refused("organisations.number_taken"),
        other => other,
    }
}

/// Changes the record to what `new` says (tree, parent and number stay) and keeps what stood there before.
pub(crate) async fn update(
    tx: &mut Tx<'_>,
    (tenant, now, actor): (TenantId, DateTime<Utc>, &str),
    id: OrganisationId,
    new: &NewOrganisation,
) -> Result<Vec<&'static str>> {
    let old = find(tx, tenant, id).await?;
    let changes = differences(&old, new);
    let rows: Vec<Vec<Value>> = changes
        .iter()
        .map(|(field, before, after)| {
            args![tenant, kernel::ids::fresh(), id, now, actor, *field, before, after].to_vec()
        })
        .collect();
    let sql = "UPDATE organisation SET name = $3, sort_key = $4, kind = $5, region_code = $6, founded_on = $7,
               contact_name = $8, contact_phone = $9, purpose = $10, state = $11, updated_at = $12
               WHERE tenant_id = $1 AND id = $2";
    let args = args![
        tenant,
        id,
        new.name,
        search::sort_key(&new.name),
        new.kind,
        new.region_code,
        new.founded_on,
        new.contact_name,
        new.contact_phone,
        new.purpose,
        new.state,
        now
    ];
    tx.execute(sql, args).await?;
    let head = "INSERT INTO organisation_change (tenant_id, id, organisation_id, at, actor, field, old, new)";
    tx.insert_many(head, "", &rows).await?;
    search::index(tx, tenant, "organisation", id.0, &new.name, &[old.number]).await?;
    Ok(changes.into_iter().map(|(field, _, _)| field).collect())
}

fn differences(old: &Organisation, new: &NewOrganisation) -> Vec<(&'static str, String, String)> {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let day = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let tail = |t: &Option<String>| {
        let phone = text(t);
        if phone.is_empty() { phone } else { format!("****{}", &phone[phone.len().saturating_sub(4)..]) }
    };
    let mut all = vec![
        ("name", old.name.clone(), new.name.clone()),
        ("kind", old.kind.to_string(), new.kind.to_string()),
        ("region", old.region_code.clone(), new.region_code.clone()),
        ("founded_on", day(old.founded_on), day(new.founded_on)),
        ("contact_name", text(&old.contact_name), text(&new.contact_name)),
        ("purpose", text(&old.purpose), text(&new.purpose)),
        ("state", old.state.to_string(), new.state.to_string()),
    ];
    all.retain(|(_, before, after)| before != after);
    if old.contact_phone != new.contact_phone {
        all.push(("contact_phone", tail(&old.contact_phone), tail(&new.contact_phone)));
    }
    all
}

/// What was changed of an organisation, the newest first.
pub async fn changes(db: &impl Read, tenant: TenantId, id: OrganisationId, limit: i64) -> Result<Vec<Change>> {
    let sql = "SELECT at, actor, field, old, new, reason FROM organisation_change WHERE tenant_id = $1 AND organisation_id = $2
               ORDER BY at DESC, id DESC LIMIT $3";
    db.all(sql, args![tenant, id, limit]).await
}

/// Keeps one change of an organisation with its reason.
pub(crate) async fn note(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: OrganisationId,
    (field, old, new): (&str, &str, &str),
    reason: &str,
) -> Result<()> {
    let sql = "INSERT INTO organisation_change (tenant_id, id, organisation_id, at, actor, field, old, new, reason)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![cx.tenant, kernel::ids::fresh(), id, cx.now, cx.actor.name, field, old, new, reason];
    tx.execute(sql, args).await?;
    Ok(())
}

/// Moves an organisation from one state to another; false when somebody was quicker. A team that begins has its day.
pub(crate) async fn set_state(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: OrganisationId,
    (from, to): (State, State),
) -> Result<bool> {
    let begun = (from == State::Applied && to == State::Active).then(|| cx.today());
    let sql =
        "UPDATE organisation SET state = $4, updated_at = $5, quiet_since = NULL, founded_on = COALESCE(founded_on, $6)
               WHERE tenant_id = $1 AND id = $2 AND state = $3";
    Ok(tx.execute(sql, args![cx.tenant, id, from, to, cx.now, begun]).await? == 1)
}
/// Removes organisations, in the order given, with their search tokens.
pub(crate) async fn remove_many(tx: &mut Tx<'_>, tenant: TenantId, list: &[OrganisationId]) -> Result<()> {
    for id in list {
        tx.execute("DELETE FROM search_token WHERE tenant_id = $1 AND object_id = $2", args![tenant, id]).await?;
        tx.execute("DELETE FROM organisation WHERE tenant_id = $1 AND id = $2", args![tenant, id]).await?;
    }
    Ok(())
}
