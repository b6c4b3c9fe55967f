//! How long a slow phone on a slow network looks at nothing: the largest contentful paint of a first view, in a browser that
//! has seen nothing yet. The profile is Lighthouse's own for a mobile phone ("mobileSlow4G" as applied in the browser, and a
//! processor four times slower). The control is the same page in the same browser without the brakes.

use crate::stage::{Folder, Open, Stage, block_on};
use crate::table::{Row, Runs};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::browser::Browser;
use testkit::process::Qiyi;

/// A phone as wide as most.
const PHONE: (u32, u32) = (390, 844);
/// Lighthouse's slow 4G: 150 ms and 1.6 Mbit/s on the wire, which are these when the browser puts them on each request.
const LATENCY_MS: f64 = 562.5;
const BYTES_A_SECOND: f64 = 1_474.56 * 1024.0 / 8.0;
const BYTES_A_SECOND_UP: f64 = 675.0 * 1024.0 / 8.0;
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
    let mut rows = Vec::new();
    for (name, path, token) in pages {
        let (mut slow, mut free) = (Vec::new(), Vec::new());
        for _ in 0..stage.runs {
            free.push(first_view(&qiyi, &path, token, false)?);
            slow.push(first_view(&qiyi, &path, token, true)?);
        }
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

/// Milliseconds until the largest piece of the page was painted.
fn first_view(qiyi: &Qiyi, path: &str, token: Option<&String>, slow: bool) -> Result<f64> {
    let mut browser = Browser::start()?;
    browser.page(PHONE.0, PHONE.1)?;
    browser.devtools("Network.enable", &json!({}))?;
    if let Some(token) = token {
        let cookie = json!({ "name": "qiyi", "value": token, "url": qiyi.url("/") });
        browser.devtools("Network.setCookie", &cookie)?;
    }
    if slow {
        // An empty pattern is every address.
        let network = json!({
            "urlPattern": "",
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND_UP,
        });
        let rules = json!({ "offline": false, "matchedNetworkConditions": [network] });
        browser.devtools("Network.emulateNetworkConditionsByRule", &rules)?;
        browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER }))?;
    }
    browser.goto(&qiyi.url(path))?;
    let told = told(&mut browser)?;
    let answered = told[1].as_f64().context("the page tells when it was answered")?;
    ensure!(!slow || answered >= LATENCY_MS * 0.9, "the network was not slowed: {path} was answered in {answered} ms");
    ensure!(told[2].as_str() == Some(path), "{path} leads to {}", told[2]);
    told[0].as_f64().with_context(|| format!("{path} painted nothing"))
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
