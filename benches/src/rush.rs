//! The rush: 2,000 people open the form at the same moment and submit it, for 200 places. Nobody is oversold, doubled or
//! left without an answer, and the line is in order.

use crate::stage::{Folder, Hot, Open, Stage, block_on, plain};
use crate::table::{Row, Runs, float, millis};
use anyhow::{Context as _, Result, ensure};
use kernel::{Read as _, TenantId, args, row};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use testkit::client::Client;
use testkit::load;
use testkit::process::Qiyi;

/// People at once.
const CLIENTS: usize = 2_000;
/// Places that they want.
const PLACES: usize = 200;

/// What one rush came to.
struct Rush {
    cpu_ms: f64,
    elapsed: f64,
    p99: f64,
    handler_ms: f64,
    rss: u64,
}

/// Several rushes on one server, each for an activity of its own.
pub fn measure(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.copy("rush")?;
    let (clients, places) = (stage.of(CLIENTS), stage.of(PLACES));
    let (tokens, hot) = prepare(stage, &folder, clients, places)?;
    let qiyi = stage.serve(&folder)?;
    let few = Arc::new(tokens[..(clients / 10).max(1)].to_vec());
    let tokens = Arc::new(tokens);
    block_on(rush(&qiyi, &few, hot[0]))?;
    let mut rushes = Vec::new();
    for (run, hot) in hot.iter().skip(1).enumerate() {
        eprintln!("   run {} of {}", run + 1, stage.runs);
        rushes.push(block_on(rush(&qiyi, &tokens, *hot))?);
    }
    qiyi.stop()?;
    let wrong = check(&folder, &hot[1..], (clients, places))?;
    Ok(rows(&rushes, &wrong, clients, places))
}

/// The tokens of the clients, and an activity for the warm-up and one for each run, each on a day of its own.
fn prepare(stage: &Stage, folder: &Folder, clients: usize, places: usize) -> Result<(Vec<String>, Vec<Hot>)> {
    block_on(async {
        let open = Open::folder(&folder.path).await?;
        let tokens = open.volunteers(clients).await?;
        let mut hot = Vec::new();
        for run in 0..=stage.runs {
            let days = 40 + u64::try_from(run)?;
            hot.push(open.publish("一万份防疫物资派发与长者登记", days, i64::try_from(places)?).await?);
        }
        Ok((tokens, hot))
    })
}

async fn rush(qiyi: &Qiyi, tokens: &Arc<Vec<String>>, hot: Hot) -> Result<Rush> {
    let path = format!("/activities/{}", hot.activity);
    let sampler = Sampler::start(qiyi.pid());
    let (cpu, handled) = (load::cpu_seconds(qiyi.pid())?, handled(qiyi)?);
    let crowd = load::crowd(qiyi.address(), tokens.len(), |number, mut client| {
        let (path, tokens) = (path.clone(), Arc::clone(tokens));
        async move {
            client.cookies.push(("qiyi".to_owned(), tokens[number].clone()));
            let post = hot.post.to_string();
            let answer = client.submit(&path, "/signups", &[("post", &post)]).await?;
            ensure!(answer.status == 303, "the sign-up was answered {}", answer.status);
            Ok(())
        }
    });
    let crowd = crowd.await?;
    let spent = load::cpu_seconds(qiyi.pid())? - cpu;
    let after = self::handled(qiyi)?;
    let rss = sampler.stop();
    let failed: Vec<&anyhow::Error> = crowd.results.iter().filter_map(|r| r.as_ref().err()).collect();
    if let Some(first) = failed.first() {
        anyhow::bail!("{} of {} clients got an error, the first: {first:#}", failed.len(), tokens.len());
    }
    Ok(Rush {
        cpu_ms: spent * 1000.0 / float(tokens.len()),
        elapsed: millis(crowd.elapsed),
        p99: millis(crowd.waits.p99()),
        handler_ms: (after.1 - handled.1) * 1000.0 / (after.0 - handled.0).max(1.0),
        rss,
    })
}

/// Answers and the seconds they took, as the server counts them itself.
fn handled(qiyi: &Qiyi) -> Result<(f64, f64)> {
    let text = Client::new(qiyi.address()).get("/metrics")?.text();
    let value = |line: &str| line.rsplit_once(' ').and_then(|(_, value)| value.parse::<f64>().ok());
    let counts = text.lines().filter(|l| l.starts_with("qiyi_http_answers_total{")).filter_map(value).sum();
    let seconds = text.lines().find(|l| l.starts_with("qiyi_http_seconds_total ")).and_then(value);
    Ok((counts, seconds.context("/metrics tells the seconds")?))
}

/// What is wrong with the sign-ups of these activities: nothing, when every place is taken once and the line is in order.
fn check(folder: &Folder, hot: &[Hot], (clients, places): (usize, usize)) -> Result<Vec<String>> {
    block_on(async {
        let open = Open::folder(&folder.path).await?;
        let mut wrong = Vec::new();
        for hot in hot {
            wrong.extend(faults(&open, open.tenant, *hot, (clients, places)).await?);
        }
        Ok(wrong)
    })
}

/// The faults of one activity for which `clients` signed up.
pub async fn faults(open: &Open, tenant: TenantId, hot: Hot, (clients, places): (usize, usize)) -> Result<Vec<String>> {
    row! { struct Made { person_id: kernel::ids::Raw, state: String, position: i64 } }
    let sql =
        "SELECT person_id, state, position FROM signup WHERE tenant_id = $1 AND session_id = $2 ORDER BY position";
    let made: Vec<Made> = open.app.db.all(sql, args![tenant, hot.session]).await.map_err(plain)?;
    let mut wrong = Vec::new();
    let mut expect = |what: &str, is: usize, wanted: usize| {
        if is != wanted {
            wrong.push(format!("{what}: {is} instead of {wanted}"));
        }
    };
    let joined = clients.min(places);
    let people: HashSet<_> = made.iter().map(|m| m.person_id).collect();
    expect("sign-ups", made.len(), clients);
    expect("people", people.len(), clients);
    expect("joined", made.iter().filter(|m| m.state == "joined").count(), joined);
    expect("waiting", made.iter().filter(|m| m.state == "waiting").count(), clients - joined);
    let in_order = made.iter().zip(1_i64..).filter(|(m, at)| m.position == *at).count();
    expect("positions in order", in_order, clients);
    let first = made.iter().take(joined).filter(|m| m.state == "joined").count();
    expect("the first have the places", first, joined);
    Ok(wrong)
}

fn rows(rushes: &[Rush], wrong: &[String], clients: usize, places: usize) -> Vec<Row> {
    let runs = |value: fn(&Rush) -> f64| rushes.iter().map(value).collect::<Runs>();
    let (cpu, elapsed) = (runs(|r| r.cpu_ms), runs(|r| r.elapsed / 1000.0));
    #[expect(clippy::cast_precision_loss, reason = "kilobytes of memory stay far below 2^52")]
    let rss = rushes.iter().map(|r| r.rss as f64 / 1024.0).collect::<Runs>();
    let name = format!("the rush, {clients} clients for {places} places");
    let faults = if wrong.is_empty() { "0".to_owned() } else { wrong.join(", ") };
    vec![
        Row::alone(format!("{name}: CPU a client"), cpu.show(2, " ms"), "<= 0.9 ms", cpu.median() <= 0.9),
        Row::alone(format!("{name}: oversold, doubled, errors"), faults, "0", wrong.is_empty()),
        Row::alone(format!("{name}: all answered after"), elapsed.show(2, " s"), "<= 1.5 s", elapsed.median() <= 1.5),
        Row::information(format!("{name}: p99 of a client's two requests"), runs(|r| r.p99).show(0, " ms")),
        Row::information(format!("{name}: mean of a request inside the server"), runs(|r| r.handler_ms).show(1, " ms")),
        Row::alone("memory in the rush, highest", rss.show(0, " MB"), "<= 200 MB", rss.most() <= 200.0),
    ]
}

/// Looks at the memory of a process every 50 ms.
struct Sampler {
    stop: Arc<AtomicBool>,
    highest: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Sampler {
    fn start(pid: u32) -> Self {
        let (stop, highest) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (told, seen) = (Arc::clone(&stop), Arc::clone(&highest));
        let thread = std::thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                seen.fetch_max(load::rss_kb(pid).unwrap_or_default(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(50));
            }
            seen.fetch_max(load::rss_kb(pid).unwrap_or_default(), Ordering::Relaxed);
        });
        Self { stop, highest, thread }
    }

    /// The highest seen, in kB.
    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.thread.join());
        self.highest.load(Ordering::Relaxed)
    }
}
