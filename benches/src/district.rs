//! What the keeper and the officer of a whole district wait for: generating it, starting it, its memory at rest, its year
//! report and its spreadsheet of volunteers.

use crate::stage::{Folder, Open, Stage, block_on, plain};
use crate::table::{Row, Runs, millis};
use anyhow::{Context as _, Result, ensure};
use kernel::tables::{self, Limits};
use kernel::{Read as _, args, row};
use std::time::{Duration, Instant};
use testkit::client::{Client, form_fields};
use testkit::load::{self, Until};
use testkit::process::Qiyi;
use testkit::wire::Visitor;

/// `qiyi seed` of the whole district, which is kept for the other benchmarks.
pub fn seed(stage: &Stage) -> Result<Vec<Row>> {
    let took = stage.seed()?.as_secs_f64();
    let what = format!("qiyi seed, {} people, {} attendances", stage.of(31_000), stage.of(500_000));
    Ok(vec![Row::alone(what, format!("{took:.1} s"), "<= 60 s", took <= 60.0)])
}

/// Five starts.
pub fn start(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.copy("start")?;
    let mut waits = Vec::new();
    for _ in 0..5 {
        let qiyi = stage.serve(&folder)?;
        waits.push(millis(qiyi.ready_after()));
        qiyi.stop()?;
    }
    let waits = Runs::new(waits);
    let met = waits.median() <= 300.0;
    Ok(vec![Row::alone("start to /readyz, whole district, five starts", waits.show(0, " ms"), "<= 300 ms", met)])
}

/// Twenty seconds after the start, when the recurring jobs have run.
pub fn memory(stage: &Stage) -> Result<Row> {
    let folder = stage.copy("memory")?;
    let qiyi = stage.serve(&folder)?;
    std::thread::sleep(Duration::from_secs(20));
    #[expect(clippy::cast_precision_loss, reason = "kilobytes of memory stay far below 2^52")]
    let rss = load::rss_kb(qiyi.pid())? as f64 / 1024.0;
    qiyi.stop()?;
    Ok(Row::alone("memory at rest, 20 s after the start", format!("{rss:.0} MB"), "<= 60 MB", rss <= 60.0))
}

/// The report of this year, as the desk's page and as JSON; and one of months that are no year, which is counted anew.
pub fn report(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.copy("report")?;
    let (session, token) = officer(&folder)?;
    let qiyi = stage.serve(&folder)?;
    wait_for_figures(&folder)?;
    let today = kernel::time::day(kernel::time::Clock::System.now());
    let ago = today.checked_sub_days(chrono::Days::new(364)).context("the calendar goes back")?;
    let (year, span) = (today.format("%Y"), format!("from={}&to={}", ago.format("%Y-%m"), today.format("%Y-%m")));
    let (page, json) = ("/desk/statistics", "/api/v1/statistics");
    let mut by_session = Visitor::new(qiyi.address());
    by_session.cookies.push(("qiyi".to_owned(), session));
    let mut by_token = Visitor::new(qiyi.address());
    by_token.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
    let asked = [
        ("year report by town, page", &by_session, format!("{page}?year={year}&group=town")),
        ("year report by town, JSON", &by_token, format!("{json}?year={year}&group=town")),
        ("year report by month, page", &by_session, format!("{page}?year={year}&group=month")),
        ("year report by team, page", &by_session, format!("{page}?year={year}&group=team")),
        ("year report by category, page", &by_session, format!("{page}?year={year}&group=category")),
        ("report of thirteen months by town, page", &by_session, format!("{page}?{span}&group=town")),
    ];
    let mut rows = Vec::new();
    for (name, visitor, path) in asked {
        let count = if stage.small { 10 } else { 100 };
        let waits = block_on(async {
            load::repeat(visitor, &path, 1, Until::Requests(count / 10)).await?;
            load::repeat(visitor, &path, 1, Until::Requests(count)).await
        })?;
        ensure!(waits.errors == 0 && waits.requests == count, "{path} was refused: {}", refusal(visitor, &path));
        let (half, p99) = (millis(waits.waits.p50()), millis(waits.waits.p99()));
        let shown = format!("{half:.1} ms (p99 {p99:.1} ms)");
        let name = format!("{name}, {} attendances", stage.of(500_000));
        rows.push(match path.contains("year=") {
            true => Row::alone(name, shown, "<= 50 ms", half <= 50.0),
            false => Row::information(name, shown),
        });
    }
    qiyi.stop()?;
    Ok(rows)
}

fn refusal(visitor: &Visitor, path: &str) -> String {
    let mut client = Client::new(&visitor.address);
    client.cookies.clone_from(&visitor.cookies);
    client.headers.clone_from(&visitor.headers);
    client.get(path).map_or_else(|e| format!("{e:#}"), |r| format!("{} {:.200}", r.status, r.text()))
}

/// Until the sealer has rolled up whatever the generator left to it.
fn wait_for_figures(folder: &Folder) -> Result<()> {
    row! { struct Count { n: i64 } }
    let until = Instant::now() + Duration::from_secs(120);
    block_on(async {
        let open = Open::folder(&folder.path).await?;
        loop {
            let sql = "SELECT COUNT(*) AS n FROM hours_unsealed WHERE tenant_id = $1";
            let left: Count = open.app.db.one(sql, args![open.tenant]).await.map_err(plain)?;
            if left.n == 0 {
                return Ok(());
            }
            ensure!(Instant::now() < until, "{} entries wait for the sealer after two minutes", left.n);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
}

fn officer(folder: &Folder) -> Result<(String, String)> {
    block_on(async { Open::folder(&folder.path).await?.officer().await })
}

/// The spreadsheet of all volunteers: by the command, and by the desk's page.
pub fn export(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.copy("export")?;
    let (session, _) = officer(&folder)?;
    let file = folder.path.join("volunteers.xlsx");
    let (data, target) = (folder.path.display().to_string(), file.display().to_string());
    let mut by_command = Vec::new();
    for _ in 0..stage.runs {
        let began = Instant::now();
        stage.run(&["export", "volunteers", &target, "--data", &data])?;
        by_command.push(began.elapsed().as_secs_f64());
    }
    let mut rows = vec![row_of(stage, "qiyi export volunteers", &std::fs::read(&file)?, by_command)?];
    let qiyi = stage.serve(&folder)?;
    let mut by_page = Vec::new();
    let mut bytes = Vec::new();
    for _ in 0..stage.runs {
        let (took, content) = download(&qiyi, &session)?;
        by_page.push(took);
        bytes = content;
    }
    qiyi.stop()?;
    rows.push(row_of(stage, "xlsx of the desk's list of people", &bytes, by_page)?);
    Ok(rows)
}

fn download(qiyi: &Qiyi, session: &str) -> Result<(f64, Vec<u8>)> {
    const PAGE: &str = "/desk/people/export";
    let mut client = qiyi.client();
    client.cookies.push(("qiyi".to_owned(), session.to_owned()));
    let page = client.get(PAGE)?;
    let form = form_fields(&page.text(), PAGE);
    let form = form.with_context(|| format!("{PAGE} answered {} without its form", page.status))?;
    let form = form.with("reason", "年度统计").with("format", "xlsx").with("columns", "masked");
    let began = Instant::now();
    let answer = client.post(PAGE, &form.fields)?;
    let took = began.elapsed().as_secs_f64();
    ensure!(answer.status == 200, "the export was answered {}", answer.status);
    Ok((took, answer.body))
}

fn row_of(stage: &Stage, what: &str, bytes: &[u8], took: Vec<f64>) -> Result<Row> {
    let book = tables::read(bytes, &Limits::default())?;
    let sheet = book.sheets.first().context("the export has a sheet")?;
    let (rows, columns) = (sheet.rows.len(), sheet.rows.first().map_or(0, Vec::len));
    ensure!(rows >= stage.of(31_000), "the export has {rows} rows");
    let took = Runs::new(took);
    let name = format!("{what}: {rows} rows of {columns} columns");
    Ok(Row::alone(name, took.show(2, " s"), "<= 2 s", took.median() <= 2.0))
}
