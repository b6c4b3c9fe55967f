//! The journeys: the built program in real browsers, from an empty folder to the year's figures, on a phone and on a desk,
//! in elder mode, without JavaScript, on both databases; the whole federation walked on a lived-in district; and a look at every
//! page of one, in Chinese and in English.

#[path = "journeys/accounts.rs"]
mod accounts;
#[path = "journeys/english.rs"]
mod english;
#[path = "journeys/figures.rs"]
mod figures;
#[path = "journeys/hall.rs"]
mod hall;
#[path = "journeys/house.rs"]
mod house;
#[path = "journeys/looks.rs"]
mod looks;
#[path = "journeys/looks_desk.rs"]
mod looks_desk;
#[path = "journeys/looks_phone.rs"]
mod looks_phone;
#[path = "journeys/pages.rs"]
mod pages;
#[path = "journeys/people.rs"]
mod people;
#[path = "journeys/phone.rs"]
mod phone;
#[path = "journeys/roster.rs"]
mod roster;
#[path = "journeys/sheet.rs"]
mod sheet;
#[path = "journeys/walk_activities.rs"]
mod walk_activities;
#[path = "journeys/walk_attendance.rs"]
mod walk_attendance;
#[path = "journeys/walk_desk.rs"]
mod walk_desk;
#[path = "journeys/walk_hours.rs"]
mod walk_hours;
#[path = "journeys/walk_messages.rs"]
mod walk_messages;
#[path = "journeys/walk_registry.rs"]
mod walk_registry;
#[path = "journeys/walk_statistics.rs"]
mod walk_statistics;
#[path = "journeys/walks.rs"]
mod walks;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, FixedOffset, NaiveTime, SubsecRound};
use hall::Codes;
use house::{DESK, Engine, House, PHONE, heading, now, path_of};
use people::{PASSWORD, Plan, Somebody, hand_in, join, publish, sign_in, sign_up};
use std::time::{Duration, Instant};
use testkit::browser::Browser;

const TEAM: &str = "大沥镇敬老志愿服务队";
const LEADER: Somebody = Somebody { name: "何婉仪", phone: "13800138002", digits: "44060519850412362" };
/// Comes with a phone, by the place's code.
const VOLUNTEER: Somebody = Somebody { name: "陈志远", phone: "13800138003", digits: "44060519930826157" };
/// Does the same with JavaScript switched off.
const PLAIN: Somebody = Somebody { name: "梁少雄", phone: "13800138004", digits: "44060519760318213" };
/// Has no phone with her: the leader takes her in and sees her off.
const AUNT: Somebody = Somebody { name: "吴桂兰", phone: "13800138005", digits: "44060519581109428" };
/// Serves where nobody can take attendance, and signs the paper sheet.
const SIGNER: Somebody = Somebody { name: "冯少坚", phone: "13800138006", digits: "44060519690725331" };
const TODAY: &str = "重阳探访独居老人";
const PAPER: &str = "村口赠书摊";
const TOMORROW: &str = "明早陪老人买菜";

/// The browsers of those who walk, each with its own cookies.
struct Walkers {
    first: Browser,
    second: Browser,
    leader: Browser,
    volunteer: Browser,
    plain: Browser,
    /// One phone that several people use after each other.
    lent: Browser,
}

#[test]
fn from_an_empty_folder_to_the_years_figures() -> Result<()> {
    walk(Engine::Sqlite)
}

#[test]
fn from_an_empty_database_on_a_server_to_the_years_figures() -> Result<()> {
    walk(Engine::Postgres)
}

fn walk(engine: Engine) -> Result<()> {
    let Some(mut house) = House::open(engine)? else { return Ok(()) };
    let mut first = house.browser(DESK)?;
    let wall = first_start(&house, &mut first)?;
    for (officer, name) in [("liang", "梁惠冰"), ("guan", "关志坚")] {
        let words = ["account", "create", officer, "--name", name, "--role", "district", "--password", PASSWORD];
        house.command(&words)?;
    }
    let mut second = house.browser(DESK)?;
    sign_in(&house, &mut first, "liang")?;
    sign_in(&house, &mut second, "guan")?;
    roster::import_teams(&mut house, &mut first)?;
    let (leader, volunteer) = (house.browser(PHONE)?, house.browser(PHONE)?);
    let (plain, lent) = (house.plain_browser(PHONE)?, house.browser(PHONE)?);
    let mut walkers = Walkers { first, second, leader, volunteer, plain, lent };
    gather(&house, &mut walkers)?;
    serve_today(&mut house, &mut walkers, &wall)?;
    house.close()
}

/// The link on the console makes the keeper's account, once; the keeper hangs a wall and gets its address.
fn first_start(house: &House, browser: &mut Browser) -> Result<String> {
    let path = house.told_path("first start")?;
    house.visit(browser, &path)?;
    heading(browser, "建第一个账号")?;
    browser.fill("用户名", "keeper")?;
    browser.fill("密码", PASSWORD)?;
    browser.fill("再输一遍", PASSWORD)?;
    browser.click_text("保存")?;
    browser.wait_for_text("设置好了，请登录。")?;
    sign_in(house, browser, "keeper")?;
    house.visit(browser, "/desk/walls")?;
    browser.fill("放在哪里", "党群服务中心大厅")?;
    browser.click_text("生成网址")?;
    browser.wait_for_text("/wall/")?;
    let wall = browser.texts("code")?.pop().context("a wall has an address")?;
    house.visit(browser, &path)?;
    ensure!(!browser.text()?.contains("再输一遍"), "the keeper's link works twice");
    browser.clear_cookies()?;
    house.visit(browser, "/settings?lang=zh-CN")?;
    Ok(wall)
}

/// A leader and volunteers register on their phones; the officer names the leader, who takes a volunteer in.
fn gather(house: &House, walkers: &mut Walkers) -> Result<()> {
    all_join(house, walkers)?;
    let desk = &mut walkers.first;
    house.visit(desk, "/desk/teams")?;
    desk.click_text(TEAM)?;
    heading(desk, TEAM)?;
    desk.fill("志愿者编号或手机号", LEADER.phone)?;
    desk.fill("角色", "队长")?;
    desk.click_text("加队员")?;
    desk.wait_for_text("已加入：何婉仪。")?;
    sign_in(house, &mut walkers.leader, LEADER.phone)?;
    sign_in(house, &mut walkers.volunteer, VOLUNTEER.phone)?;
    sign_in(house, &mut walkers.plain, PLAIN.phone)?;
    house.visit(&mut walkers.leader, "/team/requests")?;
    walkers.leader.click_text("同意")?;
    walkers.leader.wait_for_text("已同意，对方现在是队员。")
}

/// Everybody registers at the same time, each on a phone of their own.
fn all_join(house: &House, walkers: &mut Walkers) -> Result<()> {
    let Walkers { leader, volunteer, plain, lent, .. } = walkers;
    std::thread::scope(|phones| {
        let walks = [
            phones.spawn(|| join(house, leader, &LEADER, None)),
            phones.spawn(|| join(house, volunteer, &VOLUNTEER, Some(TEAM))),
            phones.spawn(|| join(house, plain, &PLAIN, None)),
            phones.spawn(|| {
                join(house, lent, &AUNT, None)?;
                join(house, lent, &SIGNER, None)
            }),
        ];
        walks.into_iter().try_for_each(|walk| walk.join().unwrap_or_else(|_| anyhow::bail!("a phone broke")))
    })
}

/// When the service of today is: it begins in a minute or two, or after midnight when today is nearly over.
fn soon() -> (DateTime<FixedOffset>, DateTime<FixedOffset>, bool) {
    let now = kernel::time::beijing(now());
    let minute = now.trunc_subsecs(0) - chrono::Duration::seconds(now.timestamp() % 60);
    let from = minute + chrono::Duration::minutes(if now.timestamp() % 60 < 20 { 1 } else { 2 });
    let last = NaiveTime::from_hms_opt(23, 59, 0).unwrap_or_default();
    if from.time() < NaiveTime::from_hms_opt(23, 50, 0).unwrap_or_default() && from.date_naive() == now.date_naive() {
        let to = (from + chrono::Duration::hours(2)).min(from.with_time(last).single().unwrap_or(from));
        let to = if to.date_naive() == from.date_naive() { to } else { from.with_time(last).single().unwrap_or(to) };
        return (from, to, true);
    }
    let from = minute + chrono::Duration::minutes(20);
    (from, from + chrono::Duration::hours(1), false)
}

/// Publish, sign up, come, leave, count: and the figures of the year say so.
fn serve_today(house: &mut House, walkers: &mut Walkers, wall: &str) -> Result<()> {
    let (from, to, counts) = soon();
    let plans = [Plan { title: TODAY, from, to }, Plan { title: PAPER, from, to: from + chrono::Duration::minutes(1) }];
    for plan in &plans {
        house.visit(&mut walkers.leader, "/team")?;
        walkers.leader.click_text("发新活动")?;
        hand_in(&mut walkers.leader, plan)?;
        publish(house, &mut walkers.first, plan.title)?;
    }
    sign_up(house, &mut walkers.volunteer, TODAY)?;
    sign_up(house, &mut walkers.plain, TODAY)?;
    for (somebody, title) in [(&AUNT, TODAY), (&SIGNER, PAPER)] {
        walkers.lent.clear_cookies()?;
        house.visit(&mut walkers.lent, "/settings?lang=zh-CN")?;
        sign_in(house, &mut walkers.lent, somebody.phone)?;
        sign_up(house, &mut walkers.lent, title)?;
    }
    let codes = Codes::of(house, &mut walkers.leader, TODAY)?;
    let old = hall::arrive(house, walkers, &codes)?;
    let came = now();

    // The service takes a minute at least: meanwhile everything else is walked.
    roster::import_volunteers(house, &mut walkers.first)?;
    tomorrow(house, walkers)?;
    rest(from.to_utc().max(came) + chrono::Duration::seconds(62));
    hall::is_stale(&mut walkers.plain, &old)?;
    let since = hall::leave(house, walkers, &codes)?;
    figures::agree(house, walkers, wall, since, counts)?;
    if counts { sheet::back_entry(house, walkers) } else { Ok(()) }
}

/// Waits; longer only when the service begins after midnight, and then it is not waited for.
fn rest(until: DateTime<chrono::Utc>) {
    if let Ok(rest) = (until - now()).to_std() {
        std::thread::sleep(rest.min(Duration::from_secs(185)));
    }
}

/// An officer's own activity waits for the other officer; then it is joined and left without JavaScript.
fn tomorrow(house: &House, walkers: &mut Walkers) -> Result<()> {
    let day = kernel::time::beijing(now()) + chrono::Duration::days(1);
    let at = |hour| day.with_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()).single();
    let plan = Plan { title: TOMORROW, from: at(8).context("a time")?, to: at(10).context("a time")? };
    let desk = &mut walkers.first;
    house.visit(desk, "/desk/teams")?;
    desk.click_text(TEAM)?;
    heading(desk, TEAM)?;
    let team = path_of(desk)?;
    let form = format!("/activities/new?team={}", team.trim_start_matches("/desk/teams/"));
    house.visit(desk, &form)?;
    hand_in(desk, &plan)?;
    let submission = path_of(desk)?;
    house.visit(desk, &format!("/desk{}", submission.replace("/submission", "/review")))?;
    desk.wait_for_text("自己交的活动，要请另一位同事审核。")?;
    publish(house, &mut walkers.second, TOMORROW)?;
    let plain = &mut walkers.plain;
    sign_up(house, plain, TOMORROW)?;
    plain.click_text("去不了了")?;
    heading(plain, "退出这次服务？")?;
    plain.click_text("退出")?;
    plain.wait_for_text(&format!("已退出：{TOMORROW}"))
}

/// How long ago something was.
fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}
