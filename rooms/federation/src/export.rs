//! Tables out, for the keeper's command line: read page by page, written row by row. Phones are masked and documents'
//! numbers are left out; who needs those asks at the desk, with a reason.

use crate::deeds::Exported;
use crate::store::export as rows;
use anyhow::Context as _;
use kernel::tables::{Column, Out, write_csv, write_xlsx};
use kernel::{Cx, LaneKey, Tx};
use std::collections::HashMap;
use std::path::Path;
use tokio::sync::mpsc;

/// Rows read at once.
const PAGE: i64 = 2_000;

type Rows = Vec<Vec<Out>>;

/// Writes volunteers, teams, hours or activities to a `.xlsx` or `.csv`; answers how many rows.
///
/// # Errors
/// When the kind or the file's ending is another, the file cannot be written, or the table is too large for a sheet.
pub async fn command_export(cx: &Cx, kind: &str, file: &Path) -> anyhow::Result<u64> {
    let format = match file.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("xlsx") => "xlsx",
        Some("csv") => "csv",
        _ => anyhow::bail!("name a file that ends in .xlsx or .csv"),
    };
    let columns = columns(cx, kind)?;
    let (send, receive) = mpsc::channel(4);
    let writing = tokio::task::spawn_blocking(move || write(&columns, receive, format));
    let read = read(cx, kind, &send).await;
    drop(send);
    let written = writing.await.context("writing the table")?;
    let count = read.map_err(|e| anyhow::anyhow!("{e}"))?;
    let bytes = written.context("writing the table")?;
    keep(file, &bytes).with_context(|| format!("writing {}", file.display()))?;
    let (at, kind) = (cx.clone(), kind.to_owned());
    cx.write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        tx.record(&at, &Exported { object: None, kind, rows: count, format });
        Ok(())
    })
    .await
    .map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok(count)
}

fn columns(cx: &Cx, kind: &str) -> anyhow::Result<Vec<Column>> {
    let wanted: &[(&str, u8)] = match kind {
        "volunteers" => &[
            ("number", 18),
            ("name", 14),
            ("sex", 6),
            ("phone", 16),
            ("town", 14),
            ("region", 24),
            ("teams", 36),
            ("state", 10),
            ("registered", 12),
            ("hours", 10),
        ],
        "teams" => &[
            ("team_number", 14),
            ("team", 36),
            ("kind", 12),
            ("town", 14),
            ("region", 24),
            ("state", 10),
            ("founded", 12),
            ("leaders", 24),
            ("members", 8),
        ],
        "hours" => &[
            ("day", 12),
            ("number", 18),
            ("name", 14),
            ("team", 36),
            ("activity", 36),
            ("from", 18),
            ("to", 18),
            ("hours", 10),
            ("method", 12),
            ("reversal", 10),
        ],
        "activities" => &[
            ("activity_number", 20),
            ("activity", 36),
            ("team", 36),
            ("region", 24),
            ("category", 20),
            ("state", 10),
            ("first_day", 12),
            ("last_day", 12),
            ("places", 8),
            ("taken", 8),
        ],
        other => anyhow::bail!("{other} cannot be exported: volunteers, teams, hours or activities"),
    };
    Ok(wanted.iter().map(|(name, width)| Column::new(cx.t(&format!("federation.column.{name}")), *width)).collect())
}

/// Takes pages as they come and holds one of them at a time.
fn write(
    columns: &[Column],
    mut pages: mpsc::Receiver<Rows>,
    format: &'static str,
) -> Result<Vec<u8>, kernel::tables::TableError> {
    let rows = std::iter::from_fn(move || pages.blocking_recv()).flatten();
    if format == "xlsx" { write_xlsx(columns, rows) } else { write_csv(columns, rows) }
}

/// The file is its owner's alone: it names people.
fn keep(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)?.write_all(bytes)
}

async fn read(cx: &Cx, kind: &str, send: &mpsc::Sender<Rows>) -> kernel::Result<u64> {
    let names = Names::load(cx).await?;
    match kind {
        "volunteers" => volunteers(cx, &names, send).await,
        "teams" => teams(cx, &names, send).await,
        "hours" => hours(cx, send).await,
        _ => activities(cx, &names, send).await,
    }
}

/// Regions by code.
struct Names(HashMap<String, String>);

impl Names {
    async fn load(cx: &Cx) -> kernel::Result<Self> {
        let code = cx.app.tenant().map_or("", |t| t.code.as_str());
        let all = places::regions(&cx.db, code).await?;
        Ok(Self(all.into_iter().map(|r| (r.code, r.name)).collect()))
    }

    fn of(&self, code: &str) -> Out {
        Out::Text(self.0.get(code).cloned().unwrap_or_else(|| code.to_owned()))
    }
}

/// Hands a page on; a writer that gave up ends the reading, and its own error is told.
async fn hand(send: &mpsc::Sender<Rows>, page: Rows) -> kernel::Result<u64> {
    let count = page.len() as u64;
    send.send(page).await.map_err(|_| kernel::Error::internal("the table could not be written".to_owned()))?;
    Ok(count)
}

async fn volunteers(cx: &Cx, names: &Names, send: &mpsc::Sender<Rows>) -> kernel::Result<u64> {
    let minutes = rows::minutes(&cx.db, cx.tenant).await?;
    let ties = cx.app.part::<people::Ties>();
    let (mut count, mut after) = (0, None);
    loop {
        let page = rows::volunteers(&cx.db, cx.tenant, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some((last.sort_key.clone(), last.id));
        let teams = (ties.teams)(cx.db.clone(), cx.tenant, page.iter().map(|p| p.id).collect()).await?;
        let made = page.into_iter().map(|p| {
            vec![
                Out::maybe(p.volunteer_no),
                Out::Text(p.name),
                Out::Text(cx.t(&format!("people.sex.{}", p.sex)).to_owned()),
                Out::maybe(p.phone.as_deref().map(people::mask::phone)),
                names.of(places::town_of(&p.region_code)),
                names.of(&p.region_code),
                Out::Text(teams.get(&p.id).map(|t| t.join("、")).unwrap_or_default()),
                Out::Text(cx.t(&format!("people.state.{}", p.state)).to_owned()),
                p.registered_on.map_or(Out::Empty, Out::Date),
                Out::Hours(minutes.get(&p.id).copied().unwrap_or(0)),
            ]
        });
        count += hand(send, made.collect()).await?;
    }
}

async fn teams(cx: &Cx, names: &Names, send: &mpsc::Sender<Rows>) -> kernel::Result<u64> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = rows::teams(&cx.db, cx.tenant, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some((last.sort_key.clone(), last.id));
        let ids: Vec<_> = page.iter().map(|t| t.id).collect();
        let leaders = organisations::leaders_of(&cx.db, cx.tenant, &ids).await?;
        let members = organisations::count_members(&cx.db, cx.tenant, &ids).await?;
        let made = page.into_iter().map(|t| {
            let led = leaders.get(&t.id).map(|l| l.iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join("、"));
            vec![
                Out::Text(t.number),
                Out::Text(t.name),
                Out::Text(cx.t(&format!("organisations.kind.{}", t.kind)).to_owned()),
                names.of(places::town_of(&t.region_code)),
                names.of(&t.region_code),
                Out::Text(cx.t(&format!("organisations.state.{}", t.state)).to_owned()),
                t.founded_on.map_or(Out::Empty, Out::Date),
                Out::maybe(led),
                Out::Int(members.get(&t.id).copied().unwrap_or(0)),
            ]
        });
        count += hand(send, made.collect()).await?;
    }
}

async fn hours(cx: &Cx, send: &mpsc::Sender<Rows>) -> kernel::Result<u64> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = rows::hours(&cx.db, cx.tenant, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some((last.made_at, last.id));
        let made = page.into_iter().map(|e| {
            vec![
                Out::Date(e.day),
                Out::maybe(e.volunteer_no),
                Out::Text(e.person_name),
                Out::Text(e.team),
                Out::Text(e.title),
                Out::Text(kernel::words::moment(e.started_at)),
                Out::Text(kernel::words::moment(e.ended_at)),
                Out::Hours(e.minutes),
                Out::Text(cx.t(&format!("hours.method.{}", e.method.as_str())).to_owned()),
                Out::maybe(e.reverses_id.map(|_| cx.t("hours.method.reversal").to_owned())),
            ]
        });
        count += hand(send, made.collect()).await?;
    }
}

async fn activities(cx: &Cx, names: &Names, send: &mpsc::Sender<Rows>) -> kernel::Result<u64> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = rows::activities(&cx.db, cx.tenant, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some((last.starts_on, last.id));
        let made = page.into_iter().map(|a| {
            vec![
                Out::Text(a.number),
                Out::Text(a.title),
                Out::Text(a.organisation_name),
                names.of(&a.region_code),
                Out::Text(cx.t(&format!("category.{}", a.category)).to_owned()),
                Out::Text(cx.t(&format!("activity.state.{}", a.state)).to_owned()),
                Out::Date(a.starts_on),
                Out::Date(a.ends_on),
                Out::Int(a.places),
                Out::Int(a.taken),
            ]
        });
        count += hand(send, made.collect()).await?;
    }
}
