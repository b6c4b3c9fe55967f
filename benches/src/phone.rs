//! How long a slow phone on a slow network looks at nothing: the largest contentful paint of a first view, in a browser that
//! has seen nothing yet. The profile is Lighthouse's own for a mobile phone: slow 4G (150 ms there and back, 1.6 Mbit/s) and a
//! processor four times slower. The control is the same page in the same browser without the brakes.

use crate::line::{Line, Profile};
use crate::stage::{Folder, Open, Stage, block_on};
use crate::table::{Row, Runs, millis};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::browser::Browser;

/// A phone as wide as most.
const PHONE: (u32, u32) = (390, 844);
/// Lighthouse's slow 4G.
const SLOW_4G: Profile =
    Profile { round_trip: Duration::from_millis(150), down: 1_638.4 * 1_000.0 / 8.0, up: 750.0 * 1_000.0 / 8.0 };
/// How many times slower its processor is.
const SLOWER: u32 = 4;
/// Design rule 17.
const GOAL_MS: f64 = 2_000.0;

/// First views of public pages, and of a volunteer's own.
pub fn measure(stage: &Stage) -> Result<Vec<Row>> {
    ensure!(testkit::browser::installed(), "chromium and chromedriver are not there: run ./test as root once");
    let folder = stage.copy("phone")?;
    let (token, activity) = prepare(&folder)?;
    let qiyi = stage.serve(&folder)?;
    let pages = [
        ("home", "/".to_owned(), None),
        ("activity list", "/activities".to_owned(), None),
        ("activity page", format!("/activities/{activity}"), None),
        ("the year's figures", "/figures".to_owned(), None),
        ("activity page with its form, signed in", format!("/activities/{activity}"), Some(&token)),
        ("a volunteer's first page", "/me".to_owned(), Some(&token)),
    ];
    let line = Line::open(qiyi.address(), SLOW_4G)?;
    let mut rows = Vec::new();
    for (name, path, token) in pages {
        let (mut slow, mut free, mut slower) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..stage.runs {
            let (quick, spun) = first_view(&qiyi.url(&path), &path, token, false)?;
            let (late, spun_late) = first_view(&line.url(&path), &path, token, true)?;
            free.push(quick);
            slow.push(late);
            slower.push(spun_late / spun);
        }
        let slower = Runs::new(slower).median();
        ensure!(slower > f64::from(SLOWER) * 0.6, "the processor was not slowed: {slower:.1} times");
        let (slow, free) = (Runs::new(slow), Runs::new(free));
        rows.push(Row {
            control: format!("{} (no brakes)", free.show(0, " ms")),
            ..Row::alone(
                format!("{name}: largest contentful paint on a slow phone"),
                slow.show(0, " ms"),
                "<= 2,000 ms",
                slow.median() <= GOAL_MS,
            )
        });
    }
    qiyi.stop()?;
    Ok(rows)
}

/// Somebody signed in, and an activity that is open.
fn prepare(folder: &Folder) -> Result<(String, String)> {
    block_on(async {
        let open = Open::folder(&folder.path).await?;
        let hot = open.publish("一万份防疫物资派发与长者登记", 20, 200).await?;
        Ok((open.volunteers(1).await?.remove(0), hot.activity.to_string()))
    })
}

/// Milliseconds until the largest piece of the page was painted, and how many the page then took to count.
fn first_view(url: &str, path: &str, token: Option<&String>, slow: bool) -> Result<(f64, f64)> {
    let mut browser = Browser::start()?;
    browser.page(PHONE.0, PHONE.1)?;
    browser.devtools("Network.enable", &json!({}))?;
    if let Some(token) = token {
        let cookie = json!({ "name": "qiyi", "value": token, "url": url });
        browser.devtools("Network.setCookie", &cookie)?;
    }
    if slow {
        browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER }))?;
    }
    browser.goto(url)?;
    let told = told(&mut browser)?;
    let answered = told[1].as_f64().context("the page tells when it was answered")?;
    let least = 2.0 * millis(SLOW_4G.round_trip);
    ensure!(!slow || answered >= least, "the network was not slowed: {path} was answered in {answered} ms");
    ensure!(told[2].as_str() == Some(path), "{path} leads to {}", told[2]);
    let count = "const began = performance.now(); let sum = 0; for (let n = 0; n < 3e7; n++) sum += n % 7;
                 return sum > 0 && performance.now() - began";
    let counted = browser.evaluate(count, &json!([]))?.as_f64().context("the page counts")?;
    Ok((told[0].as_f64().with_context(|| format!("{path} painted nothing"))?, counted))
}

/// Time of the largest paint, of the first byte, and the path that is shown.
fn told(browser: &mut Browser) -> Result<Value> {
    let watch = "window.largest = null; new PerformanceObserver((list) => {
                   for (const e of list.getEntries()) window.largest = e.startTime })
                 .observe({ type: 'largest-contentful-paint', buffered: true })";
    browser.evaluate(watch, &json!([]))?;
    // A paint may come after the page has loaded, so it is asked until it has stayed for a while.
    let until = Instant::now() + Duration::from_secs(10);
    let mut last = Value::Null;
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let ask =
            "return [window.largest, performance.getEntriesByType('navigation')[0].responseStart, location.pathname]";
        let now = browser.evaluate(ask, &json!([]))?;
        if (now == last && !now[0].is_null()) || Instant::now() > until {
            return Ok(now);
        }
        last = now;
    }
}
