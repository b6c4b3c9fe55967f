//! Every page of a lived-in district, looked at by the person whose page it is.

use crate::house::{DESK, House, PHONE, heading};
use anyhow::{Context, Result};
use serde_json::json;
use testkit::browser::Browser;

#[test]
fn no_page_of_a_lived_in_district_has_a_fault() -> Result<()> {
    let Some(mut house) = House::lived_in()? else { return Ok(()) };
    strangers(&mut house)?;
    volunteers(&mut house)?;
    leaders(&mut house)?;
    officers(&mut house)?;
    keepers(&mut house)?;
    house.close()
}

/// A browser in which that person of the demo is signed in.
fn signed_in(house: &House, who: &str, size: (u32, u32)) -> Result<Browser> {
    let mut browser = house.browser(size)?;
    house.visit(&mut browser, "/sign-in")?;
    browser.click_text(who)?;
    browser.wait_for_text("退出登录")?;
    Ok(browser)
}

/// The path of the first link on a page that a selector finds.
fn first(house: &House, browser: &mut Browser, page: &str, selector: &str) -> Result<String> {
    house.visit(browser, page)?;
    let found = "return document.querySelector(arguments[0])?.getAttribute('href')";
    let found = browser.evaluate(found, &json!([selector]))?;
    Ok(found.as_str().with_context(|| format!("nothing like {selector} at {page}"))?.to_owned())
}

fn strangers(house: &mut House) -> Result<()> {
    let mut browser = house.browser(PHONE)?;
    let activity = first(house, &mut browser, "/activities", "main .list a")?;
    let pages = [
        "/",
        "/activities",
        &activity,
        "/figures",
        "/figures/dictionary",
        "/figures/pivot",
        "/sign-in",
        "/claim",
        "/offline",
        "/no-such-page",
    ];
    for path in pages.into_iter().chain(["/activities?q=没有这样的活动"]) {
        house.visit(&mut browser, path)?;
        house.look_here(&mut browser, true)?;
    }
    steps_of_joining(house, &mut browser)
}

/// Each step as it is first shown, and the first one refused.
fn steps_of_joining(house: &mut House, browser: &mut Browser) -> Result<()> {
    house.visit(browser, "/join")?;
    browser.click_text("继续")?;
    browser.wait_for_text("有 1 处需要改")?;
    house.look_here(browser, true)?;
    let steps: [(&str, &[(&str, &str)]); 6] = [
        ("你叫什么名字", &[("姓名", "阿依古丽·买买提")]),
        ("核对身份", &[("身份证号", "11010519491231002X"), ("手机号", "13800138099")]),
        ("你住在哪个镇街", &[("大沥镇", "true")]),
        ("哪个社区或村", &[]),
        ("想加入哪支队伍", &[]),
        ("设一个密码", &[("新密码", "gravel-lantern-orbit-59"), ("再输一遍", "gravel-lantern-orbit-59")]),
    ];
    for (title, answers) in steps {
        heading(browser, title)?;
        house.look_here(browser, true)?;
        for (label, answer) in answers {
            browser.fill(label, answer)?;
        }
        browser.click_text("继续")?;
    }
    heading(browser, "看看填得对不对")?;
    house.look_here(browser, true)
}

fn volunteers(house: &mut House) -> Result<()> {
    let mut browser = signed_in(house, "（志愿者）", PHONE)?;
    let signup = first(house, &mut browser, "/me/services", "main a[href*='/signups/']");
    let own = [
        "/me",
        "/me/services",
        "/me/services?show=past",
        "/me/hours",
        "/me/messages",
        "/me/messages/settings",
        "/me/data",
        "/me/data/edit",
    ];
    let open = first(house, &mut browser, "/activities", "main .list a")?;
    let together = format!("{}/groups/new", open.split('?').next().unwrap_or(&open));
    let more = ["/me/password", "/me/trace", "/teams/new", "/activities?show=all", &open, &together];
    for path in own.into_iter().chain(more).map(str::to_owned).chain(signup.ok()) {
        house.look(&mut browser, &path, true)?;
    }
    Ok(())
}

fn leaders(house: &mut House) -> Result<()> {
    let mut browser = signed_in(house, "（队长）", PHONE)?;
    let roster = first(house, &mut browser, "/team", "main a[href^='/sessions/']")?;
    let roster = roster.split('/').take(3).collect::<Vec<_>>().join("/");
    let form = first(house, &mut browser, "/team", "main a[href^='/activities/new']")?;
    for path in ["/team", "/team/requests", "/team/claims", &roster, &format!("{roster}/code"), &form] {
        house.look(&mut browser, path, true)?;
    }
    // The form refused: every question, its error, and the summary of both.
    house.visit(&mut browser, &form)?;
    browser.click_text("交审核")?;
    browser.wait_for_text("处需要改")?;
    house.look_here(&mut browser, true)
}

fn officers(house: &mut House) -> Result<()> {
    let mut browser = signed_in(house, "（区联合会干事）", DESK)?;
    let lists = ["/desk", "/desk/people", "/desk/teams", "/desk/activities", "/desk/hours", "/desk/statistics"];
    let more = [
        "/desk/imports",
        "/desk/search?q=陈",
        "/desk/sites",
        "/desk/statistics/served",
        "/desk/statistics/people?metric=active",
        "/desk/statistics/teams",
        "/desk/statistics/activities",
        "/desk/statistics/pivot",
        "/desk/statistics/pivot?metric=active&rows=age&columns=sex",
        "/desk/statistics/pivot?rows=town&columns=town",
        "/desk/statistics/targets",
        "/desk/statistics/frozen",
        "/desk/statistics/blanks",
        "/desk/statistics/dictionary",
        "/desk/people/new",
        "/desk/teams/new",
        "/desk/settings",
        "/desk/towns",
        "/desk/towns/440605124/merger",
        "/desk/towns/440605124/merger?into=440605125",
    ];
    for path in lists.into_iter().chain(more).chain(["/desk/people?q=没有这个人", "/desk/hours?q=没有这个人"])
    {
        house.visit(&mut browser, path)?;
        house.look_here(&mut browser, false)?;
    }
    let records = [
        ("/desk/people", "tbody th a"),
        ("/desk/teams", "tbody th a"),
        ("/desk/activities", "tbody th a"),
        ("/desk/hours", "tbody th a"),
        ("/desk", ".rows a[href*='/review']"),
    ];
    for (list, row) in records {
        let path = first(house, &mut browser, list, row)?;
        house.look(&mut browser, &path, false)?;
    }
    surgery(house, &mut browser)?;
    slips(house, &mut browser)?;
    // A claim waits in some districts only.
    if let Ok(path) = first(house, &mut browser, "/desk", ".rows a[href*='/claims/']") {
        house.look(&mut browser, &path, false)?;
    }
    Ok(())
}

/// The forms by which a team is stopped, handed over, merged and split.
fn surgery(house: &mut House, officer: &mut Browser) -> Result<()> {
    let team = first(house, officer, "/desk/teams?kind=village", "tbody th a")?;
    for form in ["state", "handover", "merger", "division"] {
        house.look(officer, &format!("{team}/{form}"), false)?;
    }
    Ok(())
}

/// The one-time links of a team, before they are made, on the sheet that is printed, and as its reader opens one.
fn slips(house: &mut House, officer: &mut Browser) -> Result<()> {
    let team = first(house, officer, "/desk/teams", "tbody th a")?;
    house.look(officer, &format!("{team}/access"), false)?;
    officer.click_text("做出开通单")?;
    officer.wait_for_text("张开通单")?;
    house.look_here(officer, true)?;
    let link = officer.texts("figcaption")?.into_iter().next().context("a slip has an address")?;
    let (_, path) = link.split_once(house.address()).context("the address is ours")?;
    let mut reader = house.browser(PHONE)?;
    house.look(&mut reader, path.trim(), true)
}

fn keepers(house: &mut House) -> Result<()> {
    let mut registrar = signed_in(house, "（账号管理员）", DESK)?;
    let account = first(house, &mut registrar, "/desk/accounts", "tbody a")?;
    let explained = "/desk/explain?who=demo-town&verb=people.read&region=440605125";
    for path in ["/desk/accounts", &account, "/desk/explain", explained] {
        house.look(&mut registrar, path, false)?;
    }
    let mut auditor = signed_in(house, "（审计管理员）", DESK)?;
    house.look(&mut auditor, "/desk/trace", false)?;
    let mut keeper = signed_in(house, "（系统管理员）", DESK)?;
    house.look(&mut keeper, "/desk/jobs", false)?;
    house.look(&mut keeper, "/desk/walls", false)
}
