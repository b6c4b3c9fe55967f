//! The SQL of merging: what moves from one person to another, and what moved.

use hours::{EntryId, Transfer};
use kernel::db::{Value, in_list};
use kernel::ids::Raw;
use kernel::{Cx, Pointer, Read, Result, TenantId, Tx, args, row};
use people::PersonId;
use people::merging::MergeId;

/// What stays: the ledger is only added to; an agreement, a slip and an earlier merging belong to the record of that time.
const BESIDES: [&str; 4] = ["hours_entry", "join_consent", "access_slip", "person_merge"];

/// What tells the rows of a table apart: an application for a team has no id but the team's.
fn key(table: &str) -> &'static str {
    if table == "team_review" { "organisation_id" } else { "id" }
}

/// Rows that stay where they are, because the kept record has such a one already.
const UNLESS: [(&str, &str); 7] = [
    ("account", "EXISTS (SELECT 1 FROM account k WHERE k.tenant_id = t.tenant_id AND k.person_id = $3)"),
    (
        "membership",
        "t.to_on IS NULL AND EXISTS (SELECT 1 FROM membership k WHERE k.tenant_id = t.tenant_id AND k.person_id = $3
           AND k.organisation_id = t.organisation_id AND k.to_on IS NULL AND (k.role = t.role OR t.role = 'member'))",
    ),
    (
        "signup",
        "t.state IN ('joined', 'waiting') AND EXISTS (SELECT 1 FROM signup k WHERE k.tenant_id = t.tenant_id
           AND k.person_id = $3 AND k.session_id = t.session_id AND k.state IN ('joined', 'waiting'))",
    ),
    (
        "attendance",
        "EXISTS (SELECT 1 FROM attendance k WHERE k.tenant_id = t.tenant_id AND k.person_id = $3 AND k.session_id = t.session_id)",
    ),
    (
        "announcement_recipient",
        "EXISTS (SELECT 1 FROM announcement_recipient k WHERE k.tenant_id = t.tenant_id AND k.person_id = $3
           AND k.announcement_id = t.announcement_id)",
    ),
    (
        "evaluation",
        "EXISTS (SELECT 1 FROM evaluation k WHERE k.tenant_id = t.tenant_id AND k.person_id = $3
           AND k.activity_id = t.activity_id AND k.about = t.about)",
    ),
    (
        "join_request",
        "t.state = 'applied' AND EXISTS (SELECT 1 FROM join_request k WHERE k.tenant_id = t.tenant_id AND k.person_id = $3
           AND k.organisation_id = t.organisation_id AND k.state = 'applied')",
    ),
];

/// The columns whose rows go over: those of every room that told of them, and messages.
pub(super) fn moving(cx: &Cx) -> Vec<Pointer> {
    let goes = |pointer: &&Pointer| {
        let used = !pointer.word.is_empty() || pointer.table == "message";
        pointer.object == "person" && used && !BESIDES.contains(&pointer.table)
    };
    cx.app.pointers.iter().filter(goes).copied().collect()
}

row! { struct Id { id: Raw } }

/// The rows of a table that go over from one person to another.
pub(super) async fn rows(
    db: &impl Read,
    tenant: TenantId,
    pointer: &Pointer,
    (from, to): (PersonId, PersonId),
) -> Result<Vec<Raw>> {
    let Pointer { table, column, .. } = pointer;
    let key = key(table);
    let head = format!("SELECT t.{key} AS id FROM {table} t WHERE t.tenant_id = $1 AND t.{column} = $2");
    let found: Vec<Id> = match UNLESS.iter().find(|(name, _)| name == table) {
        Some((_, unless)) => db.all(&format!("{head} AND NOT ({unless})"), args![tenant, from, to]).await?,
        None => db.all(&head, args![tenant, from]).await?,
    };
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Lets rows name another person, those that still name the one before.
pub(super) async fn rename(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    (table, column): (&str, &str),
    (from, to): (PersonId, PersonId),
    ids: &[Raw],
) -> Result<()> {
    let key = key(table);
    for part in ids.chunks(1_000) {
        let list = in_list(4, part.len());
        let sql =
            format!("UPDATE {table} SET {column} = $3 WHERE tenant_id = $1 AND {column} = $2 AND {key} IN {list}");
        let mut args = args![tenant, from, to].to_vec();
        args.extend(part.iter().map(|id| Value::Uuid(*id)));
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Remembers what moved.
pub(super) async fn remember(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    merge: MergeId,
    (kind, rows): (&str, &[(Raw, Option<Raw>)]),
) -> Result<()> {
    let cells: Vec<Vec<Value>> =
        rows.iter().map(|(row, other)| args![tenant, merge, kind, *row, *other].to_vec()).collect();
    tx.insert_many("INSERT INTO merge_row (tenant_id, merge_id, kind, row_id, other_id)", "", &cells).await?;
    Ok(())
}

row! { struct Moved { row_id: Raw, other_id: Option<Raw> } }

/// What moved, of one kind.
pub(super) async fn moved(
    db: &impl Read,
    tenant: TenantId,
    merge: MergeId,
    kind: &str,
) -> Result<Vec<(Raw, Option<Raw>)>> {
    let sql =
        "SELECT row_id, other_id FROM merge_row WHERE tenant_id = $1 AND merge_id = $2 AND kind = $3 ORDER BY row_id";
    let rows: Vec<Moved> = db.all(sql, args![tenant, merge, kind]).await?;
    Ok(rows.into_iter().map(|row| (row.row_id, row.other_id)).collect())
}

/// What came or will come of a session names the row that counts now.
pub(super) async fn attendance_entries(tx: &mut Tx<'_>, tenant: TenantId, rows: &[Transfer]) -> Result<()> {
    for row in rows {
        let sql = "UPDATE attendance SET entry_id = $3 WHERE tenant_id = $1 AND entry_id = $2";
        let (old, new): (EntryId, Option<EntryId>) = (row.old, row.new);
        if let Some(new) = new {
            tx.execute(sql, args![tenant, old, new]).await?;
        }
    }
    Ok(())
}

/// Ends the open slips of a person: nobody opens an account for a record that was given up.
pub(super) async fn end_slips(tx: &mut Tx<'_>, tenant: TenantId, person: PersonId) -> Result<()> {
    let sql = "UPDATE access_slip SET state = 'ended' WHERE tenant_id = $1 AND person_id = $2 AND state = 'open'";
    tx.execute(sql, args![tenant, person]).await?;
    Ok(())
}

row! { struct Titled { title: String } }

/// Sessions not over yet for which both signed up, or at which both are now.
pub(super) async fn twice(db: &impl Read, cx: &Cx, (one, other): (PersonId, PersonId)) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT a.title FROM signup s JOIN signup o ON o.tenant_id = s.tenant_id AND o.session_id = s.session_id
                 JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
               WHERE s.tenant_id = $1 AND s.person_id = $2 AND o.person_id = $3 AND s.ends_at > $4
                 AND s.state IN ('joined', 'waiting') AND o.state IN ('joined', 'waiting')";
    let mut titles: Vec<Titled> = db.all(sql, args![cx.tenant, one, other, cx.now]).await?;
    let sql = "SELECT DISTINCT a.title FROM attendance s JOIN attendance o ON o.tenant_id = s.tenant_id AND o.session_id = s.session_id
                 JOIN activity a ON a.tenant_id = s.tenant_id AND a.id = s.activity_id
               WHERE s.tenant_id = $1 AND s.person_id = $2 AND o.person_id = $3 AND (s.out_at IS NULL OR o.out_at IS NULL)";
    titles.extend(db.all::<Titled>(sql, args![cx.tenant, one, other]).await?);
    let mut titles: Vec<String> = titles.into_iter().map(|row| row.title).collect();
    titles.sort_unstable();
    titles.dedup();
    Ok(titles)
}
