//! The SQL of paper sheets.

use crate::sheets::model::{Candidate, Keyed, Sheet, SheetId, SheetRow, SheetState};
use activities::SessionId;
use chrono::{DateTime, Utc};
use hours::ClaimId;
use kernel::{AccountId, Conditions, Cx, Permission, Read, Result, TenantId, Tx, args};
use organisations::model::OrganisationId;

const COLUMNS: &str = "id, session_id, activity_id, region_code, organisation_path, title, state, reason, scan_id, people, sampled, \
    keyed_by, keyed_person_id, keyed_name, keyed_at, due_at, checked_by, checked_name, checked_at, decided_name, opinion, claim_id";

/// One sheet.
pub async fn find(db: &impl Read, tenant: TenantId, id: SheetId) -> Result<Sheet> {
    db.one(&format!("SELECT {COLUMNS} FROM paper_sheet WHERE tenant_id = $1 AND id = $2"), args![tenant, id]).await
}

/// The sheets of a session, the newest first, 50 at most.
pub async fn of_session(db: &impl Read, tenant: TenantId, session: SessionId) -> Result<Vec<Sheet>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM paper_sheet WHERE tenant_id = $1 AND session_id = $2 ORDER BY keyed_at DESC, id LIMIT 50"
    );
    db.all(&sql, args![tenant, session]).await
}

/// The sheets in a state that an actor reaches, the earliest due first, 200 at most.
pub async fn waiting(cx: &Cx, permission: Permission, state: SheetState) -> Result<Vec<Sheet>> {
    let mut wanted = Conditions::new("tenant_id = ? AND state = ?", args![cx.tenant, state]);
    wanted.within(&cx.reach(permission), "region_code", "organisation_path");
    let tail = wanted.tail(" ORDER BY due_at, id LIMIT 200", &[]);
    cx.db.all(&format!("SELECT {COLUMNS} FROM paper_sheet WHERE {tail}"), wanted.args()).await
}

/// The rows of a sheet, in the order of the paper.
pub async fn rows(db: &impl Read, tenant: TenantId, sheet: SheetId) -> Result<Vec<SheetRow>> {
    let sql =
        "SELECT r.line, r.person_id, p.name, r.from_at, r.to_at, r.sampled, r.second_person_id, s.name AS second_name,
                 r.second_from_at, r.second_to_at
               FROM paper_row r
               JOIN person p ON p.tenant_id = r.tenant_id AND p.id = r.person_id
               LEFT JOIN person s ON s.tenant_id = r.tenant_id AND s.id = r.second_person_id
               WHERE r.tenant_id = $1 AND r.sheet_id = $2 ORDER BY r.line";
    db.all(sql, args![tenant, sheet]).await
}

/// Who may stand on a session's sheet: who joined or came, and the members of the holding team.
pub async fn candidates(
    db: &impl Read,
    tenant: TenantId,
    session: SessionId,
    team: OrganisationId,
) -> Result<Vec<Candidate>> {
    let sql = "SELECT p.id AS person_id, p.name, p.phone, p.volunteer_no,
                 CAST(COALESCE((SELECT SUM(h.minutes) FROM hours_entry h WHERE h.tenant_id = p.tenant_id AND h.session_id = $2
                   AND h.person_id = p.id), 0) AS BIGINT) AS minutes
               FROM person p
               WHERE p.tenant_id = $1 AND p.merged_into_id IS NULL AND p.id IN (
                 SELECT g.person_id FROM signup g WHERE g.tenant_id = $1 AND g.session_id = $2 AND g.state = 'joined'
                 UNION SELECT t.person_id FROM attendance t WHERE t.tenant_id = $1 AND t.session_id = $2
                 UNION SELECT m.person_id FROM membership m WHERE m.tenant_id = $1 AND m.organisation_id = $3 AND m.to_on IS NULL)
               ORDER BY p.sort_key, p.id LIMIT 3000";
    db.all(sql, args![tenant, session, team]).await
}

/// Keeps a sheet.
pub async fn insert(tx: &mut Tx<'_>, cx: &Cx, sheet: &Sheet) -> Result<()> {
    let sql = "INSERT INTO paper_sheet (tenant_id, id, session_id, activity_id, region_code, organisation_path, title, state, reason,
                 scan_id, people, sampled, keyed_by, keyed_person_id, keyed_name, keyed_at, due_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let cells = args![
        cx.tenant,
        sheet.id,
        sheet.session_id,
        sheet.activity_id,
        sheet.region_code,
        sheet.organisation_path,
        sheet.title,
        sheet.state,
        sheet.reason,
        sheet.scan_id,
        sheet.people,
        sheet.sampled,
        sheet.keyed_by,
        sheet.keyed_person_id,
        sheet.keyed_name,
        sheet.keyed_at,
        sheet.due_at
    ];
    tx.execute(sql, cells).await?;
    Ok(())
}

/// Keeps its rows; those whose numbers are given are of the sample.
pub async fn insert_rows(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    sheet: SheetId,
    keyed: &[Keyed],
    sample: &[i64],
) -> Result<()> {
    let row = |one: &Keyed| {
        let sampled = sample.contains(&one.line);
        args![tenant, kernel::ids::fresh(), sheet, one.line, one.person, one.from, one.to, sampled].to_vec()
    };
    let rows: Vec<_> = keyed.iter().map(row).collect();
    let head = "INSERT INTO paper_row (tenant_id, id, sheet_id, line, person_id, from_at, to_at, sampled)";
    tx.insert_many(head, "", &rows).await?;
    Ok(())
}

/// Keeps what the second person read of a row.
pub async fn second(tx: &mut Tx<'_>, tenant: TenantId, sheet: SheetId, keyed: &Keyed) -> Result<()> {
    let sql = "UPDATE paper_row SET second_person_id = $1, second_from_at = $2, second_to_at = $3
               WHERE tenant_id = $4 AND sheet_id = $5 AND line = $6 AND sampled";
    tx.execute(sql, args![keyed.person, keyed.from, keyed.to, tenant, sheet, keyed.line]).await?;
    Ok(())
}

/// Takes the second person's reading of a row for the true one.
pub async fn correct(tx: &mut Tx<'_>, tenant: TenantId, sheet: SheetId, line: i64) -> Result<()> {
    let sql = "UPDATE paper_row SET person_id = second_person_id, from_at = second_from_at, to_at = second_to_at
               WHERE tenant_id = $1 AND sheet_id = $2 AND line = $3 AND second_person_id IS NOT NULL";
    tx.execute(sql, args![tenant, sheet, line]).await?;
    Ok(())
}

/// Notes who keyed the sample and what came of it; `false` when somebody was quicker.
pub async fn check(
    tx: &mut Tx<'_>,
    cx: &Cx,
    sheet: SheetId,
    (account, to, due_at): (AccountId, SheetState, DateTime<Utc>),
) -> Result<bool> {
    let sql = "UPDATE paper_sheet SET state = $1, checked_by = $2, checked_name = $3, checked_at = $4, due_at = $5
               WHERE tenant_id = $6 AND id = $7 AND state = 'sample'";
    Ok(tx.execute(sql, args![to, account, cx.actor.name, cx.now, due_at, cx.tenant, sheet]).await? == 1)
}

/// Notes what an officer made of two readings; `false` when somebody was quicker.
pub async fn decide(
    tx: &mut Tx<'_>,
    cx: &Cx,
    sheet: SheetId,
    (to, opinion): (SheetState, Option<&str>),
) -> Result<bool> {
    let sql = "UPDATE paper_sheet SET state = $1, decided_name = $2, decided_at = $3, opinion = $4
               WHERE tenant_id = $5 AND id = $6 AND state = 'stopped'";
    Ok(tx.execute(sql, args![to, cx.actor.name, cx.now, opinion, cx.tenant, sheet]).await? == 1)
}

/// Remembers the claim that it became.
pub async fn claimed(tx: &mut Tx<'_>, tenant: TenantId, sheet: SheetId, claim: ClaimId) -> Result<()> {
    tx.execute("UPDATE paper_sheet SET claim_id = $1 WHERE tenant_id = $2 AND id = $3", args![claim, tenant, sheet])
        .await?;
    Ok(())
}
