//! The two pages that everybody opens, beside a bare server: requests per CPU second of the server, 99th percentile, bytes.

use crate::bare::Bare;
use crate::stage::{Folder, Open, Stage, block_on, plain};
use crate::table::{Row, Runs, float, millis};
use anyhow::{Result, ensure};
use kernel::Read as _;
use kernel::{Tx, args, row};
use std::time::Duration;
use testkit::client::Client;
use testkit::load::{self, Until};
use testkit::wire::Visitor;

/// Connections held open.
const CONNECTIONS: usize = 16;
/// Activities that are open.
const OPEN: i64 = 60;
/// How far two controls may differ before the pair is measured again.
const STEADY: f64 = 0.2;
/// How often a pair is measured at most.
const TRIES: usize = 3;

/// A page with what was promised of it.
struct Page {
    name: &'static str,
    visitor: Visitor,
    path: String,
    /// Percent of the control's requests per CPU second.
    percent: f64,
    bytes: Option<usize>,
}

/// What one burst came to.
#[derive(Clone, Copy)]
struct Burst {
    per_cpu: f64,
    p99: f64,
}

/// A page beside the mean of its two controls.
struct Pair {
    page: Burst,
    control: Burst,
    steady: bool,
}

/// Lists and activity pages, for strangers and for somebody signed in.
pub fn measure(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.copy("pages")?;
    let (token, activity) = prepare(&folder)?;
    let qiyi = stage.serve(&folder)?;
    let bare = Bare::start()?;
    let pages = pages(qiyi.address(), &token, &activity);
    let mut rows = Vec::new();
    let mut pairs: Vec<Vec<Pair>> = pages.iter().map(|_| Vec::new()).collect();
    block_on(async {
        for run in 0..stage.runs {
            for (page, pairs) in pages.iter().zip(&mut pairs) {
                eprintln!("   run {} of {}: {}", run + 1, stage.runs, page.name);
                pairs.push(pair(stage, page, qiyi.pid(), &bare).await?);
            }
        }
        Ok(())
    })?;
    for (page, pairs) in pages.iter().zip(&pairs) {
        rows.extend(rows_of(page, pairs)?);
    }
    qiyi.stop()?;
    Ok(rows)
}

fn pages(address: &str, token: &str, activity: &str) -> Vec<Page> {
    let stranger = Visitor::new(address);
    let mut signed_in = stranger.clone();
    signed_in.cookies.push(("qiyi".to_owned(), token.to_owned()));
    let (list, path) = ("/activities".to_owned(), format!("/activities/{activity}"));
    let page = |name, visitor: &Visitor, path: &str, percent, bytes| Page {
        name,
        visitor: visitor.clone(),
        path: path.to_owned(),
        percent,
        bytes,
    };
    vec![
        page("activity list, stranger", &stranger, &list, 10.0, Some(30_000)),
        page("activity list, signed in", &signed_in, &list, 10.0, Some(30_000)),
        page("activity page, stranger", &stranger, &path, 17.0, None),
        page("activity page with its form, signed in", &signed_in, &path, 17.0, None),
    ]
}

/// Leaves exactly 60 activities open to come, signs somebody in, and answers the token and the activity that is opened.
fn prepare(folder: &Folder) -> Result<(String, String)> {
    row! { struct Count { n: i64 } }
    block_on(async {
        let open = Open::folder(&folder.path).await?;
        let (tenant, today) = (open.tenant, open.cx().today());
        let hot = open.publish("一万份防疫物资派发与长者登记", 20, 200).await?;
        let sql = "UPDATE activity SET state = 'ended', ended_how = 'hand' WHERE tenant_id = $1 AND state IN ('open', 'running')
                     AND id <> $2 AND id NOT IN (SELECT id FROM activity WHERE tenant_id = $1 AND state IN ('open', 'running')
                       AND starts_on > $3 AND id <> $2 ORDER BY starts_on, id LIMIT $4)";
        open.write(async move |tx: &mut Tx<'_>| tx.execute(sql, args![tenant, hot.activity, today, OPEN - 1]).await)
            .await?;
        let sql = "SELECT COUNT(*) AS n FROM activity WHERE tenant_id = $1 AND state IN ('open', 'running')";
        let count: Count = open.app.db.one(sql, args![tenant]).await.map_err(plain)?;
        for more in count.n..OPEN {
            open.publish(&format!("周末清洁家园行动第 {more} 期"), u64::try_from(more % 30 + 2)?, 40).await?;
        }
        let token = open.volunteers(1).await?.remove(0);
        Ok((token, hot.activity.to_string()))
    })
}

async fn pair(stage: &Stage, page: &Page, pid: u32, bare: &Bare) -> Result<Pair> {
    let control = Visitor::new(&bare.address);
    let mut tries = 0;
    loop {
        tries += 1;
        let before = burst(stage, &control, "/", bare.pid()).await?;
        let measured = burst(stage, &page.visitor, &page.path, pid).await?;
        let after = burst(stage, &control, "/", bare.pid()).await?;
        let mean = f64::midpoint(before.per_cpu, after.per_cpu);
        let steady = (before.per_cpu - after.per_cpu).abs() <= STEADY * mean;
        if steady || tries == TRIES {
            let control = Burst { per_cpu: mean, p99: f64::midpoint(before.p99, after.p99) };
            return Ok(Pair { page: measured, control, steady });
        }
        eprintln!("   the two controls differ too much; once more");
    }
}

async fn burst(stage: &Stage, visitor: &Visitor, path: &str, pid: u32) -> Result<Burst> {
    let seconds = Duration::from_secs(stage.seconds());
    load::repeat(visitor, path, CONNECTIONS, Until::Elapsed(seconds / 10)).await?;
    let before = load::cpu_seconds(pid)?;
    let report = load::repeat(visitor, path, CONNECTIONS, Until::Elapsed(seconds)).await?;
    let spent = load::cpu_seconds(pid)? - before;
    ensure!(report.errors == 0, "{} of {} requests for {path} failed", report.errors, report.requests + report.errors);
    let requests = float(usize::try_from(report.requests)?);
    Ok(Burst { per_cpu: requests / spent.max(0.01), p99: millis(report.waits.p99()) })
}

fn rows_of(page: &Page, pairs: &[Pair]) -> Result<Vec<Row>> {
    let runs = |value: fn(&Pair) -> f64| pairs.iter().map(value).collect::<Runs>();
    let percent = runs(|p| 100.0 * p.page.per_cpu / p.control.per_cpu);
    let slower = runs(|p| p.page.p99 / p.control.p99.max(f64::EPSILON));
    let unsteady = pairs.iter().filter(|p| !p.steady).count();
    let note = if unsteady == 0 { String::new() } else { format!("; {unsteady} unsteady") };
    let rate = Row {
        promise: format!("{}: requests per CPU second", page.name),
        measured: runs(|p| p.page.per_cpu).show(0, ""),
        control: format!("{} (bare axum, 20 kB){note}", runs(|p| p.control.per_cpu).show(0, "")),
        ratio: percent.show(1, " %"),
        goal: format!(">= {} %", page.percent),
        met: Some(percent.median() >= page.percent),
    };
    let tail = Row {
        promise: format!("{}: p99 at {CONNECTIONS} connections", page.name),
        measured: runs(|p| p.page.p99).show(2, " ms"),
        control: runs(|p| p.control.p99).show(2, " ms"),
        ratio: slower.show(2, ""),
        goal: "<= 3 times".to_owned(),
        met: Some(slower.median() <= 3.0),
    };
    let bytes = bytes(page)?;
    let name = format!("{}: bytes before compression", page.name);
    let size = match page.bytes {
        Some(most) => Row::alone(name, bytes.to_string(), &format!("<= {most}"), bytes <= most),
        None => Row::information(name, bytes.to_string()),
    };
    Ok(vec![rate, tail, size])
}

fn bytes(page: &Page) -> Result<usize> {
    let mut client = Client::new(&page.visitor.address);
    client.cookies.clone_from(&page.visitor.cookies);
    let answer = client.get(&page.path)?;
    ensure!(answer.status == 200, "{} answered {}", page.path, answer.status);
    Ok(answer.body.len())
}
