//! Paper sheets: one person keys the whole, a second keys a random part without seeing it, and two readings that differ stop the
//! sheet until an officer has looked at both. What agrees is handed in as a claim of hours, for an officer to approve.

pub(crate) mod model;
pub mod rules;

use crate::deeds::{RosterRead, SheetChecked, SheetDecided, SheetKeyed, SheetRead};
use crate::store::{self, sheet};
use activities::{Activity, Session, SessionId, held_session, scans};
use hours::{CLAIM, ClaimId, DECIDE, NewClaim};
use kernel::time::WorkCalendar;
use kernel::{AccountId, Cx, Error, FieldErrors, LaneKey, Result, Tx, Word, WorkItem};
use model::{Candidate, Keyed, Sheet, SheetId, SheetRow, SheetState, TypedRow};
use organisations::OrganisationId;
use people::PersonId;

/// The largest scan that is taken.
pub(crate) const MOST_SCAN: usize = 10 * 1024 * 1024;
/// Working days within which a sample is keyed and differences are looked at.
const DUE: u32 = 3;

/// What was typed of a whole sheet.
#[derive(Clone, Default)]
pub(crate) struct TypedSheet {
    pub rows: Vec<TypedRow>,
    pub reason: String,
    pub scan: Option<(String, Vec<u8>)>,
}

/// What is wrong with a sheet: its fields, and its rows by their numbers.
pub(crate) struct Wrong {
    pub fields: FieldErrors,
    pub rows: Vec<(i64, Word)>,
}

/// The session, when a sheet of it can be keyed: it is over, and its activity earns hours.
pub(crate) async fn keyable(cx: &Cx, id: SessionId) -> Result<(Session, Activity)> {
    crate::claims::claimable(cx, id).await
}

/// A sheet that the actor may key the sample of.
pub(crate) async fn held(cx: &Cx, id: SheetId) -> Result<Sheet> {
    let sheet = sheet::find(&cx.db, cx.tenant, id).await?;
    cx.may(CLAIM, &sheet.target()).map_err(|_| Error::NotFound)?;
    Ok(sheet)
}

/// A sheet that the actor may decide about.
pub(crate) async fn decidable(cx: &Cx, id: SheetId) -> Result<Sheet> {
    let sheet = sheet::find(&cx.db, cx.tenant, id).await?;
    cx.may(DECIDE, &sheet.target()).map_err(|_| Error::NotFound)?;
    Ok(sheet)
}

/// Who may stand on a session's sheet; reading their names leaves a trace.
async fn candidates(cx: &Cx, session: SessionId, team: OrganisationId) -> Result<Vec<Candidate>> {
    let at = cx.clone();
    cx.write(session.lane(), async move |tx: &mut Tx<'_>| {
        let found = sheet::candidates(tx, at.tenant, session, team).await?;
        tx.record(&at, &RosterRead { session, people: found.len() });
        Ok(found)
    })
    .await
}

fn check(typed: &TypedSheet) -> (FieldErrors, String, Option<&'static str>) {
    let mut errors = FieldErrors::none();
    let reason = errors.text("reason", &typed.reason, 50);
    let kind = typed.scan.as_ref().and_then(|(_, bytes)| scans::scan(bytes));
    match &typed.scan {
        None => errors.add("scan", Word::new("sheet.scan_missing")),
        Some((_, bytes)) if bytes.len() > MOST_SCAN => errors.add("scan", Word::new("error.too_large")),
        Some(_) if kind.is_none() => errors.add("scan", Word::new("sheet.scan_shape")),
        Some(_) => {}
    }
    let filled = typed.rows.iter().filter(|row| !row.is_empty()).count();
    if filled == 0 {
        errors.add("rows", Word::new("sheet.rows_missing"));
    }
    if filled > rules::MOST {
        errors.add("rows", Word::new("sheet.rows_many").with("n", rules::MOST));
    }
    (errors, reason, kind)
}

/// The numbers of the rows that a second person keys: the keyer cannot know them beforehand.
fn sample(cx: &Cx, sheet: SheetId, keyed: &[Keyed]) -> Vec<i64> {
    let drawn = |line: i64| cx.app.keys.fingerprint("attendance.sample", &format!("{} {sheet} {line}", cx.tenant));
    let mut lines: Vec<i64> = keyed.iter().map(|one| one.line).collect();
    lines.sort_by_key(|line| drawn(*line));
    lines.truncate(rules::sample_of(keyed.len()));
    lines
}

async fn due(cx: &Cx) -> Result<chrono::DateTime<chrono::Utc>> {
    let calendar = WorkCalendar::load(&cx.db).await?;
    Ok(kernel::time::day_start(calendar.after(cx.today(), DUE)) + chrono::Duration::hours(18))
}

/// Keeps a sheet that was keyed, for a second person to key its sample; or says what is wrong with it.
pub(crate) async fn key(
    cx: &Cx,
    (session, activity): (&Session, &Activity),
    typed: TypedSheet,
) -> Result<std::result::Result<SheetId, Wrong>> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let (mut fields, reason, kind) = check(&typed);
    let filled: Vec<TypedRow> = typed.rows.into_iter().filter(|row| !row.is_empty()).collect();
    let known = candidates(cx, session.id, activity.organisation_id).await?;
    let keyed = match rules::read_all(&filled, session, &known, cx.now) {
        Ok(keyed) => keyed,
        Err(rows) => {
            fields.add("rows", Word::new("sheet.rows_wrong").with("n", rows.len()));
            return Ok(Err(Wrong { fields, rows }));
        }
    };
    let (Some((name, bytes)), Some(kind), true) = (typed.scan, kind, fields.is_empty()) else {
        return Ok(Err(Wrong { fields, rows: Vec::new() }));
    };
    let id = SheetId::fresh();
    let (lines, due_at) = (sample(cx, id, &keyed), due(cx).await?);
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut new = Sheet {
        id,
        session_id: session.id,
        activity_id: activity.id,
        region_code: activity.region_code.clone(),
        organisation_path: activity.organisation_path.clone(),
        title: activity.title.clone(),
        state: SheetState::Sample,
        reason,
        scan_id: kernel::FileId::fresh(),
        people: count(keyed.len()),
        sampled: count(lines.len()),
        keyed_by: account,
        keyed_person_id: cx.actor.person.map(PersonId),
        keyed_name: cx.actor.name.clone(),
        keyed_at: cx.now,
        due_at,
        checked_by: None,
        checked_name: None,
        checked_at: None,
        decided_name: None,
        opinion: None,
        claim_id: None,
    };
    let at = cx.clone();
    let made = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            new.scan_id = kernel::files::insert(tx, &at, &name, kind, bytes).await?;
            sheet::insert(tx, &at, &new).await?;
            sheet::insert_rows(tx, at.tenant, id, &keyed, &lines).await?;
            tx.record(&at, &SheetKeyed { sheet: id, rows: keyed.len(), sample: lines.len() });
            Ok(id)
        })
        .await?;
    Ok(Ok(made))
}

/// Whether the actor is somebody else than who keyed it, and gains nothing by it.
pub(crate) fn second_person(cx: &Cx, sheet: &Sheet, rows: &[SheetRow]) -> Result<AccountId> {
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let person = cx.actor.person.map(PersonId);
    if sheet.keyed_by == account || person.is_some() && sheet.keyed_person_id == person {
        return Err(Error::refused("sheet.refused.own"));
    }
    if rows.iter().any(|row| Some(row.person_id) == person) {
        return Err(Error::refused("sheet.refused.gains"));
    }
    Ok(account)
}

/// The numbers of the sample, for whoever keys it: nothing of what the first person keyed.
pub(crate) async fn lines(cx: &Cx, sheet: &Sheet) -> Result<Vec<i64>> {
    if sheet.state != SheetState::Sample {
        return Err(Error::refused("sheet.refused.checked"));
    }
    sampled(cx, sheet).await
}

async fn sampled(cx: &Cx, sheet: &Sheet) -> Result<Vec<i64>> {
    let rows = sheet::rows(&cx.db, cx.tenant, sheet.id).await?;
    second_person(cx, sheet, &rows)?;
    Ok(rows.iter().filter(|row| row.sampled).map(|row| row.line).collect())
}

/// Compares what a second person keyed of the sample; two readings that agree become a claim, others stop the sheet. Answers where
/// it stands, or what is wrong with the rows.
pub(crate) async fn compare(
    cx: &Cx,
    sheet: &Sheet,
    typed: &[TypedRow],
) -> Result<std::result::Result<SheetState, Wrong>> {
    let wanted = sampled(cx, sheet).await?;
    let account = cx.actor.account.ok_or(Error::SignIn)?;
    let activity = activities::find(&cx.db, cx.tenant, sheet.activity_id).await?;
    let session = activities::store::find_session(&cx.db, cx.tenant, sheet.session_id).await?;
    let known = candidates(cx, session.id, activity.organisation_id).await?;
    let (mut keyed, mut wrong) = (Vec::new(), Vec::new());
    for line in wanted {
        let row =
            typed.iter().find(|row| row.line == line).cloned().unwrap_or(TypedRow { line, ..TypedRow::default() });
        match rules::read(&row, &session, &known, cx.now) {
            Ok(read) => keyed.push(read),
            Err(word) => wrong.push((line, word)),
        }
    }
    if !wrong.is_empty() {
        let mut fields = FieldErrors::none();
        fields.add("rows", Word::new("sheet.rows_wrong").with("n", wrong.len()));
        return Ok(Err(Wrong { fields, rows: wrong }));
    }
    let (at, id, due_at) = (cx.clone(), sheet.id, due(cx).await?);
    let calendar = WorkCalendar::load(&cx.db).await?;
    let state = cx
        .once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            for one in &keyed {
                sheet::second(tx, at.tenant, id, one).await?;
            }
            let rows = sheet::rows(tx, at.tenant, id).await?;
            let differences = rows.iter().filter(|row| row.differs()).count();
            let state = if differences == 0 { SheetState::Claimed } else { SheetState::Stopped };
            if !sheet::check(tx, &at, id, (account, state, due_at)).await? {
                return Err(Error::refused("sheet.refused.checked"));
            }
            tx.record(&at, &SheetChecked { sheet: id, rows: keyed.len(), differences });
            if state == SheetState::Claimed {
                hand_in(tx, &at, id, &calendar).await?;
            }
            Ok(state)
        })
        .await?;
    Ok(Ok(state))
}

/// Hands a sheet in as a claim of hours in the name of who keyed it, with its scan.
async fn hand_in(tx: &mut Tx<'_>, cx: &Cx, id: SheetId, calendar: &WorkCalendar) -> Result<ClaimId> {
    let sheet = sheet::find(tx, cx.tenant, id).await?;
    let activity = activities::find(tx, cx.tenant, sheet.activity_id).await?;
    let rows = sheet::rows(tx, cx.tenant, id).await?;
    let new = NewClaim {
        activity: activity.id.0,
        session: sheet.session_id.0,
        title: activity.title.clone(),
        kind: activity.kind.clone(),
        category: activity.category.clone(),
        window: activity.window(),
        organisation: activity.organisation_id,
        organisation_path: activity.organisation_path.clone(),
        region: activity.region_code.clone(),
        reason: sheet.reason.clone(),
        evidence: Some(sheet.scan_id),
        lines: rows.into_iter().map(|row| (row.person_id, row.from_at, row.to_at)).collect(),
    };
    let claim = hours::claim_of(tx, cx, &new, calendar, (sheet.keyed_by, &sheet.keyed_name)).await?;
    sheet::claimed(tx, cx.tenant, id, claim).await?;
    Ok(claim)
}

/// What an officer makes of two readings.
pub(crate) enum Verdict {
    /// Go on; of these rows the second reading is the true one.
    Accept(Vec<i64>),
    /// Key it anew.
    Return,
}

/// Decides about a sheet that was stopped: never by either of the two who keyed it, nor by one who gains hours by it.
pub(crate) async fn decide(cx: &Cx, sheet: &Sheet, verdict: Verdict, opinion: Option<String>) -> Result<SheetState> {
    let rows = sheet::rows(&cx.db, cx.tenant, sheet.id).await?;
    let account = second_person(cx, sheet, &rows)?;
    if sheet.checked_by == Some(account) {
        return Err(Error::refused("sheet.refused.own"));
    }
    let calendar = WorkCalendar::load(&cx.db).await?;
    let (at, id, keyed_by, title) = (cx.clone(), sheet.id, sheet.keyed_person_id, sheet.title.clone());
    let back = format!("/sessions/{}/sheets", sheet.session_id);
    cx.once(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        let state = if matches!(verdict, Verdict::Return) { SheetState::Returned } else { SheetState::Claimed };
        if !sheet::decide(tx, &at, id, (state, opinion.as_deref())).await? {
            return Err(Error::refused("sheet.refused.decided"));
        }
        let corrected = match &verdict {
            Verdict::Accept(lines) => {
                for line in lines {
                    sheet::correct(tx, at.tenant, id, *line).await?;
                }
                hand_in(tx, &at, id, &calendar).await?;
                lines.len()
            }
            Verdict::Return => {
                if let Some(person) = keyed_by {
                    let word = Word::new("sheet.message.returned").with("title", &title);
                    kernel::messages::leave(tx, &at, person.0, &word, &back).await?;
                }
                0
            }
        };
        tx.record(&at, &SheetDecided { sheet: id, state, corrected });
        Ok(state)
    })
    .await
}

/// The scan, with names and signatures (S3): each look leaves a trace.
pub(crate) async fn scan(cx: &Cx, sheet: &Sheet) -> Result<kernel::files::File> {
    let (at, id, scan) = (cx.clone(), sheet.id, sheet.scan_id);
    cx.write(sheet.id.lane(), async move |tx: &mut Tx<'_>| {
        let file = kernel::files::find(tx, &at, scan).await?;
        tx.record(&at, &SheetRead { sheet: id, rows: 0 });
        Ok(file)
    })
    .await
}

/// Both readings of a sheet; reading the names leaves a trace.
pub(crate) async fn readings(cx: &Cx, sheet: &Sheet) -> Result<Vec<SheetRow>> {
    let (at, id) = (cx.clone(), sheet.id);
    cx.write(sheet.id.lane(), async move |tx: &mut Tx<'_>| {
        let rows = sheet::rows(tx, at.tenant, id).await?;
        tx.record(&at, &SheetRead { sheet: id, rows: rows.len() });
        Ok(rows)
    })
    .await
}

/// The sheets that wait for this reader: samples of others to key, and differences to look at.
pub(crate) async fn work(cx: Cx) -> Result<Vec<WorkItem>> {
    let mut items = Vec::new();
    for (permission, state, title) in
        [(CLAIM, SheetState::Sample, "sheet.work.sample"), (DECIDE, SheetState::Stopped, "sheet.work.stopped")]
    {
        if !cx.can(permission) {
            continue;
        }
        let mut found = store::sheet::waiting(&cx, permission, state).await?;
        found.retain(|sheet| {
            cx.actor.account.is_none_or(|account| sheet.keyed_by != account && sheet.checked_by != Some(account))
        });
        items.extend(found.into_iter().map(|sheet| WorkItem {
            many: None,
            kind: "work.kind.sheet",
            tint: "tag-b",
            title: cx.say(&Word::new(title).with("title", &sheet.title).with("n", sheet.sampled)),
            facts: sheet.reason.clone(),
            who: sheet.keyed_name.clone(),
            due: sheet.due_at,
            url: match state {
                SheetState::Sample => format!("/sheets/{}/sample", sheet.id),
                _ => format!("/desk/sheets/{}", sheet.id),
            },
        }));
    }
    Ok(items)
}

/// Both permissions are asked of the sheet itself; this names the session's own list.
pub(crate) async fn of_session(cx: &Cx, id: SessionId) -> Result<(Session, Activity, Vec<Sheet>)> {
    let (session, activity) = held_session(cx, id, CLAIM).await?;
    let found = sheet::of_session(&cx.db, cx.tenant, session.id).await?;
    Ok((session, activity, found))
}
