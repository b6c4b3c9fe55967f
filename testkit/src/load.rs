//! The load generator: many visitors at once against one address, what they waited, and what the server's process spent.
//! It measures and judges nothing; ratios are made by the benchmark that runs it beside a control.

use crate::client::AsyncClient;
use anyhow::{Context, Result};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After so long.
    Elapsed(Duration),
    /// After so many requests of all connections together.
    Requests(u64),
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Answers with a status below 400.
    pub requests: u64,
    /// Answers from 400 on, and requests without an answer.
    pub errors: u64,
    /// Bytes of bodies.
    pub bytes: u64,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// What the visitors waited, of answered requests.
    pub waits: Waits,
}

impl Report {
    /// Answered requests per second of wall clock.
    pub fn per_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark stay far below 2^52")]
        let requests = self.requests as f64;
        requests / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }
}

/// Waiting times in order.
#[derive(Clone, Debug, Default)]
pub struct Waits(Vec<Duration>);

impl Waits {
    /// Puts them in order.
    pub fn new(mut waits: Vec<Duration>) -> Self {
        waits.sort_unstable();
        Self(waits)
    }

    /// The wait that `percent` of the visitors did not exceed; zero when nobody waited.
    pub fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(rank).copied().unwrap_or_default()
    }

    /// Half waited no longer.
    pub fn p50(&self) -> Duration {
        self.percentile(50)
    }

    /// One in a hundred waited longer.
    pub fn p99(&self) -> Duration {
        self.percentile(99)
    }

    /// The longest.
    pub fn max(&self) -> Duration {
        self.percentile(100)
    }
}

/// Repeats one request over `connections` kept alive. `visitor` carries the cookies and headers to send.
pub async fn repeat(visitor: &crate::wire::Visitor, path: &str, connections: usize, until: Until) -> Result<Report> {
    let bytes: Arc<[u8]> = visitor.encode("GET", path, &[], &[]).into();
    let taken = Arc::new(AtomicU64::new(0));
    let start = Arc::new(Barrier::new(connections + 1));
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let mut client = AsyncClient::new(&visitor.address);
        client.connect().await?;
        let (bytes, taken, start) = (bytes.clone(), taken.clone(), start.clone());
        workers.spawn(async move {
            start.wait().await;
            one_connection(&mut client, &bytes, &taken, until).await
        });
    }
    start.wait().await;
    let began = Instant::now();
    let (mut report, mut waits) = (Report::default(), Vec::new());
    while let Some(part) = workers.join_next().await {
        let (part, waited) = part.context("a connection's task ended badly")?;
        report.requests += part.requests;
        report.errors += part.errors;
        report.bytes += part.bytes;
        waits.extend(waited);
    }
    report.elapsed = began.elapsed();
    report.waits = Waits::new(waits);
    Ok(report)
}

async fn one_connection(
    client: &mut AsyncClient,
    bytes: &[u8],
    taken: &AtomicU64,
    until: Until,
) -> (Report, Vec<Duration>) {
    let (mut report, mut waits) = (Report::default(), Vec::new());
    let began = Instant::now();
    loop {
        let done = match until {
            Until::Elapsed(duration) => began.elapsed() >= duration,
            Until::Requests(count) => taken.fetch_add(1, Ordering::Relaxed) >= count,
        };
        if done {
            return (report, waits);
        }
        let asked = Instant::now();
        match client.raw(bytes, false).await {
            Ok(response) => {
                waits.push(asked.elapsed());
                report.bytes += u64::try_from(response.body.len()).unwrap_or_default();
                if response.status < 400 {
                    report.requests += 1;
                } else {
                    report.errors += 1;
                }
            }
            Err(_) => {
                report.errors += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
}

/// What a crowd did.
#[derive(Debug)]
pub struct Crowd<T> {
    /// One result per visitor, in the visitors' order.
    pub results: Vec<Result<T>>,
    /// From the common start to the last visitor's end.
    pub elapsed: Duration,
    /// From the common start to each visitor's end.
    pub waits: Waits,
}

/// Lets `count` visitors do the same thing at the same moment: each is connected first, then all start together.
/// `visit` gets the visitor's number and a client and does the whole flow (open the form, submit, look at the answer).
/// Each holds a socket: a shell that allows 1,024 open files has to be told otherwise (`ulimit -n 8192`, as `./test` does).
pub async fn crowd<T, F, V>(address: &str, count: usize, visit: V) -> Result<Crowd<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    V: Fn(usize, AsyncClient) -> F,
{
    let start = Arc::new(Barrier::new(count + 1));
    let mut visitors = JoinSet::new();
    for number in 0..count {
        let mut client = AsyncClient::new(address);
        client.connect().await?;
        let flow = visit(number, client);
        let start = start.clone();
        visitors.spawn(async move {
            start.wait().await;
            let began = Instant::now();
            let result = flow.await;
            (number, result, began.elapsed())
        });
    }
    start.wait().await;
    let began = Instant::now();
    let mut ended = visitors.join_all().await;
    let elapsed = began.elapsed();
    ended.sort_unstable_by_key(|(number, ..)| *number);
    let waits = Waits::new(ended.iter().map(|(.., wait)| *wait).collect());
    Ok(Crowd { results: ended.into_iter().map(|(_, result, _)| result).collect(), elapsed, waits })
}

/// CPU seconds (user and system) that a living process has spent, all its threads together, without its children.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    /// The unit of /proc: USER_HZ is 100 on every architecture that Linux builds for us.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("reading the process's times")?;
    // The name in parentheses may hold spaces; counted from behind it, utime and stime are the 12th and 13th.
    let fields = stat.rsplit_once(')').context("a stat line has a name")?.1;
    let times: Vec<f64> = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    anyhow::ensure!(times.len() == 2, "a stat line has utime and stime: {stat}");
    Ok(times.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// Memory that a living process keeps resident, in kB.
pub fn rss_kb(pid: u32) -> Result<u64> {
    memory(pid, "VmRSS:")
}

/// The most memory that a living process ever kept resident, in kB.
pub fn peak_kb(pid: u32) -> Result<u64> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, what: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("reading the process's memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).context("a living process has memory")?;
    line.trim().trim_end_matches("kB").trim().parse().with_context(|| format!("{what} is a number of kB"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Visitor;
    use axum::{Router, routing::get};

    async fn serve() -> String {
        let routes = Router::new().route("/", get(|| async { "ok" }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_request_is_counted_once() {
        let visitor = Visitor::new(&serve().await);
        let report = repeat(&visitor, "/", 4, Until::Requests(203)).await.expect("it runs");
        assert_eq!((report.requests, report.errors, report.bytes), (203, 0, 406));
        assert!(report.waits.p50() <= report.waits.p99() && report.waits.p99() <= report.waits.max());
        let report = repeat(&visitor, "/missing", 2, Until::Requests(10)).await.expect("it runs");
        assert_eq!((report.requests, report.errors), (0, 10));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_crowd_keeps_its_order() {
        let address = serve().await;
        let crowd = crowd(&address, 50, |number, mut client| async move {
            client.get("/").await?;
            Ok(number)
        });
        let crowd = crowd.await.expect("it runs");
        let numbers: Vec<usize> = crowd.results.into_iter().flatten().collect();
        assert_eq!(numbers, (0..50).collect::<Vec<_>>());
        assert!(crowd.waits.max() <= crowd.elapsed + Duration::from_millis(50));
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let waits = Waits::new((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!((waits.p50().as_millis(), waits.p99().as_millis(), waits.max().as_millis()), (100, 198, 200));
        assert_eq!(Waits::default().p99(), Duration::ZERO);
    }

    #[test]
    fn a_process_knows_its_own_time_and_memory() {
        let pid = std::process::id();
        assert!(cpu_seconds(pid).expect("it lives") >= 0.0);
        assert!(rss_kb(pid).expect("it lives") > 500);
        assert!(cpu_seconds(u32::MAX).is_err());
    }
}
