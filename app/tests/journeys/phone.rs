//! What a phone fetches before it shows a page, whether the page stays where it is, whether it can be installed, and what it
//! shows without a network.

use crate::house::{House, PHONE, heading};
use anyhow::{Result, ensure};
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::browser::Browser;

/// Design rule 17: all that a first view fetches, and the script in it, compressed.
const MOST_BYTES: i64 = 60_000;
const MOST_SCRIPT: i64 = 15_000;
const MOST_SHIFT: f64 = 0.05;

#[test]
fn a_phone_fetches_little_keeps_the_shell_and_says_when_there_is_no_network() -> Result<()> {
    let Some(house) = House::lived_in()? else { return Ok(()) };
    let mut browser = house.browser(PHONE)?;
    house.visit(&mut browser, "/activities")?;
    let link = "return document.querySelector('main .list a').getAttribute('href')";
    let activity = browser.evaluate(link, &json!([]))?.as_str().unwrap_or_default().to_owned();
    for path in ["/", "/activities", &activity, "/figures", "/sign-in", "/join"] {
        is_light(&house, path)?;
    }
    can_be_installed(&mut browser)?;
    house.visit(&mut browser, "/activities")?;
    keeps_the_shell(&mut browser)?;
    let (me, wall) = (house.url("/me"), house.url("/wall/none"));
    house.close()?;
    browser.goto(&me)?;
    heading(&mut browser, "没连上网")?;
    let styled = "return getComputedStyle(document.querySelector('.btn')).borderRadius !== '0px'";
    ensure!(browser.evaluate(styled, &json!([]))? == true, "the page without a network has no style");
    ensure!(browser.goto(&wall).is_err() || !browser.text()?.contains("没连上网"), "a wall keeps its own last picture");
    Ok(())
}

/// The first view of a page in a browser that has seen nothing yet.
fn is_light(house: &House, path: &str) -> Result<()> {
    let mut browser = Browser::start()?;
    browser.page(PHONE.0, PHONE.1)?;
    house.visit(&mut browser, path)?;
    let watch = "window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shift += e.value })
                 .observe({ type: 'layout-shift', buffered: true })";
    browser.evaluate(watch, &json!([]))?;
    std::thread::sleep(Duration::from_millis(300));
    let told = "const fetched = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
                const shell = (e) => !/worker\\.js|offline|icon-|webmanifest/.test(e.name);
                const sum = (list) => list.reduce((n, e) => n + e.transferSize, 0);
                return [sum(fetched.filter(shell)), sum(fetched.filter((e) => e.initiatorType === 'script')), window.shift,
                        fetched.filter((e) => new URL(e.name).origin !== location.origin).length]";
    let told = browser.evaluate(told, &json!([]))?;
    let number = |at: usize| told[at].as_i64().unwrap_or(i64::MAX);
    ensure!((1_000..=MOST_BYTES).contains(&number(0)), "{path} fetches {} bytes", told[0]);
    ensure!((1..=MOST_SCRIPT).contains(&number(1)), "{path} fetches {} bytes of script", told[1]);
    ensure!(told[2].as_f64().is_some_and(|shift| shift <= MOST_SHIFT), "{path} moves by {}", told[2]);
    ensure!(told[3] == 0, "{path} fetches from elsewhere");
    Ok(())
}

fn can_be_installed(browser: &mut Browser) -> Result<()> {
    let found = browser.devtools("Page.getAppManifest", &json!({}))?;
    ensure!(found["errors"].as_array().is_some_and(Vec::is_empty), "the manifest: {}", found["errors"]);
    ensure!(found["url"].as_str().is_some_and(|url| url.ends_with("/app.webmanifest")), "no manifest: {found}");
    let faults = browser.devtools("Page.getInstallabilityErrors", &json!({}))?;
    let faults = faults["installabilityErrors"].as_array().cloned().unwrap_or_default();
    // A profile that is thrown away after the test counts as a private window.
    let real: Vec<_> = faults.iter().filter(|fault| fault["errorId"] != "in-incognito").collect();
    ensure!(real.is_empty(), "it cannot be installed: {real:?}");
    Ok(())
}

/// The worker has the shell and goes between the page and the network.
fn keeps_the_shell(browser: &mut Browser) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(15);
    while browser.evaluate("return !!navigator.serviceWorker.controller", &json!([]))? != true {
        ensure!(Instant::now() < until, "no worker took over");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
