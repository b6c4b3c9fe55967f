//! The journeys: the built program in a real browser, from an empty folder to the year's figures, on a phone and on a
//! desk, in elder mode and without JavaScript.

#[path = "journeys/house.rs"]
mod house;
#[path = "journeys/people.rs"]
mod people;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, FixedOffset, NaiveTime, SubsecRound};
use house::{DESK, House, PHONE, appears, citizen, heading, now, path_of, write_table};
use people::{PASSWORD, Plan, Somebody, hand_in, join, publish, sign_in, sign_up};
use std::time::Duration;
use testkit::browser::Browser;

const TEAM: &str = "大沥镇敬老志愿服务队";
const LEADER: Somebody = Somebody { name: "何婉仪", phone: "13800138002", digits: "44060519850412362" };
const VOLUNTEER: Somebody = Somebody { name: "陈志远", phone: "13800138003", digits: "44060519930826157" };
const TODAY: &str = "重阳探访独居老人";
const TOMORROW: &str = "明早陪老人买菜";

fn may_be_skipped() -> bool {
    #[expect(clippy::disallowed_methods, reason = "whether a missing browser is a failure is for ./test to say")]
    let strict = std::env::var("CI").is_ok();
    !testkit::browser::installed() && !strict
}

/// The browsers of those who walk, each with its own cookies.
struct Walkers {
    first: Browser,
    second: Browser,
    leader: Browser,
    volunteer: Browser,
}

#[test]
fn from_an_empty_folder_to_the_years_figures() -> Result<()> {
    if may_be_skipped() {
        return Ok(());
    }
    let mut house = House::open()?;
    let mut first = house.browser(DESK)?;
    first_start(&house, &mut first)?;
    for officer in ["liang", "guan"] {
        let words = ["account", "create", officer, "--role", "district", "--password", PASSWORD];
        house.command(&words)?;
    }
    let mut second = house.browser(DESK)?;
    sign_in(&house, &mut first, "liang")?;
    sign_in(&house, &mut second, "guan")?;
    import_teams(&mut house, &mut first)?;
    let (leader, volunteer) = (house.browser(PHONE)?, house.browser(PHONE)?);
    let mut walkers = Walkers { first, second, leader, volunteer };
    gather(&house, &mut walkers)?;
    serve_today(&mut house, &mut walkers)?;
    house.close()
}

/// The link on the console makes the keeper's account, once.
fn first_start(house: &House, browser: &mut Browser) -> Result<()> {
    let path = house.told_path("first start")?;
    house.visit(browser, &path)?;
    heading(browser, "建第一个账号")?;
    browser.fill("用户名", "keeper")?;
    browser.fill("密码", PASSWORD)?;
    browser.fill("再输一遍", PASSWORD)?;
    browser.click_text("保存")?;
    browser.wait_for_text("设置好了，请登录。")?;
    sign_in(house, browser, "keeper")?;
    house.visit(browser, "/desk/jobs")?;
    heading(browser, "后台任务")?;
    house.visit(browser, &path)?;
    ensure!(!browser.text()?.contains("再输一遍"), "the keeper's link works twice");
    browser.clear_cookies()?;
    house.visit(browser, "/settings?lang=zh-CN")
}

/// Teams from a clerk's table: the counts first, then the rows; one row is refused and says why.
fn import_teams(house: &mut House, desk: &mut Browser) -> Result<()> {
    let teams = house.file("队伍.xlsx");
    let head = ["队伍名称", "队伍编号", "类型", "所属镇街", "社区", "联系人", "联系电话"];
    let rows: [&[&str]; 3] = [
        &[TEAM, "DL-01", "村居", "大沥镇", "", "何婉仪", "13800138002"],
        &["里水镇护河队", "LS-01", "机关", "里水镇", "", "", ""],
        &["没有镇街的队", "XX-01", "村居", "", "", "", ""],
    ];
    write_table(&teams, &head, &rows)?;
    bring(house, desk, "队伍", &teams, ["2", "0", "0", "0", "1"], "没有写镇街。请补上。")
}

/// The same for volunteers, who are found by the pinyin of their names at once.
fn import_volunteers(house: &mut House, desk: &mut Browser) -> Result<()> {
    let volunteers = house.file("名册.xlsx");
    let (first, second) = (citizen("44060519780305241"), citizen("44060519881119436"));
    let wrong = format!("{}{}", &first[..17], if first.ends_with('1') { '2' } else { '1' });
    let head = ["姓名", "身份证号", "手机", "队伍编号", "镇街"];
    let rows: [&[&str]; 3] = [
        &["黎 少 芬", &first, "+86 138-0013-8010", "DL-01", "大沥镇"],
        &["阿依古丽·买买提", &second, "13800138011", "DL-01、LS-01", "里水镇"],
        &["抄错的人", &wrong, "13800138012", "DL-01", "大沥镇"],
    ];
    write_table(&volunteers, &head, &rows)?;
    bring(house, desk, "志愿者", &volunteers, ["2", "0", "0", "0", "1"], "身份证号的最后一位对不上")?;
    house.visit(desk, "/desk/people?q=lishaofen")?;
    desk.wait_for_text("黎少芬")?;
    let pages = ["/desk", "/desk/imports", "/desk/people", "/desk/teams", "/desk/activities", "/desk/hours"];
    pages.iter().try_for_each(|path| house.look(desk, path, false))
}

fn bring(
    house: &mut House,
    desk: &mut Browser,
    kind: &str,
    file: &std::path::Path,
    counts: [&str; 5],
    reason: &str,
) -> Result<()> {
    house.visit(desk, "/desk/imports")?;
    desk.fill(kind, "true")?;
    desk.fill("文件", &file.display().to_string())?;
    desk.click_text("上传")?;
    looked_at(desk, "确认导入")?;
    ensure!(desk.texts("dl.counts dd")? == counts, "the preview counts {:?}", desk.text()?);
    desk.wait_for_text(reason)?;
    let path = path_of(desk)?;
    house.look(desk, &path, false)?;
    house.visit(desk, &path)?;
    desk.click_text("确认导入")?;
    looked_at(desk, "写好了")?;
    ensure!(desk.texts("dl.counts dd")? == counts, "the result counts {:?}", desk.text()?);
    Ok(())
}

/// The job behind an import is through: the page goes on by itself, or the reader does when the progress says so.
fn looked_at(desk: &mut Browser, text: &str) -> Result<()> {
    for _ in 0..200 {
        if desk.text().is_ok_and(|shown| shown.contains("接着办")) {
            desk.click_text("接着办")?;
        }
        if desk.texts("dl.counts dd").is_ok_and(|counts| !counts.is_empty()) {
            return desk.wait_for_text(text);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    anyhow::bail!("the import does not go on: {}", desk.text()?)
}

/// A leader and a volunteer register on their phones; the officer names the leader, who takes the volunteer in.
fn gather(house: &House, walkers: &mut Walkers) -> Result<()> {
    join(house, &mut walkers.leader, &LEADER, None)?;
    join(house, &mut walkers.volunteer, &VOLUNTEER, Some(TEAM))?;
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
    house.visit(&mut walkers.leader, "/team/requests")?;
    walkers.leader.click_text("同意")?;
    walkers.leader.wait_for_text("已同意，对方现在是队员。")
}

/// When the service of today is: it begins in a minute or two, or after midnight when today is nearly over.
fn soon() -> (DateTime<FixedOffset>, DateTime<FixedOffset>, bool) {
    let now = kernel::time::beijing(now());
    let minute = now.trunc_subsecs(0) - chrono::Duration::seconds(now.timestamp() % 60);
    let from = minute + chrono::Duration::minutes(if now.timestamp() % 60 < 40 { 1 } else { 2 });
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
fn serve_today(house: &mut House, walkers: &mut Walkers) -> Result<()> {
    let (from, to, counts) = soon();
    house.visit(&mut walkers.leader, "/team")?;
    walkers.leader.click_text("发新活动")?;
    hand_in(&mut walkers.leader, &Plan { title: TODAY, from, to })?;
    let submission = path_of(&mut walkers.leader)?;
    publish(house, &mut walkers.first, TODAY)?;
    let result = sign_up(house, &mut walkers.volunteer, TODAY)?;
    house.visit(&mut walkers.leader, "/team")?;
    walkers.leader.click_text("点名")?;
    heading(&mut walkers.leader, "点名")?;
    let roster = path_of(&mut walkers.leader)?;
    walkers.leader.click_text("签到 陈志远")?;
    walkers.leader.wait_for_text("签退")?;
    let came = now();

    // The service takes a minute at least: meanwhile everything else is walked.
    import_volunteers(house, &mut walkers.first)?;
    tomorrow(house, walkers)?;
    let public = ["/", "/activities", "/figures", "/sign-in", "/join"];
    let mut stranger = house.browser(PHONE)?;
    public.iter().try_for_each(|path| house.look(&mut stranger, path, true))?;
    let own = ["/me", "/me/services", "/me/hours", "/me/messages", "/me/data", "/me/trace", "/activities", &result];
    own.iter().try_for_each(|path| house.look(&mut walkers.volunteer, path, true))?;
    let code = format!("{roster}/code");
    let led = ["/team", "/team/requests", &submission, &roster, &code];
    led.iter().try_for_each(|path| house.look(&mut walkers.leader, path, true))?;

    leave(house, walkers, &roster, from.to_utc().max(came))?;
    figures(house, walkers, counts)
}

/// The leader sees the volunteer off once a minute of service is full, and counts who was served.
fn leave(house: &House, walkers: &mut Walkers, roster: &str, since: DateTime<chrono::Utc>) -> Result<()> {
    let full = since + chrono::Duration::seconds(62);
    if let Ok(rest) = (full - now()).to_std() {
        // Longer only when the service begins after midnight, and then it is not waited for.
        std::thread::sleep(rest.min(Duration::from_secs(125)));
    }
    let leader = &mut walkers.leader;
    leader.page(PHONE.0, PHONE.1)?;
    house.visit(leader, roster)?;
    leader.click_text("签退 陈志远")?;
    leader.wait_for_text("已签退")?;
    leader.fill("服务人次", "36")?;
    leader.click_text("记下")?;
    leader.wait_for_text("记下了：36 人次。")
}

fn figures(house: &mut House, walkers: &mut Walkers, counts: bool) -> Result<()> {
    let desk = &mut walkers.first;
    let url = house.url("/desk/statistics");
    appears(desk, &url, "36", Duration::from_secs(8))?;
    let heads = desk.texts("main thead th")?;
    let total = desk.texts("main tfoot td")?;
    let whole = |head: &str, figure: &str| -> Result<()> {
        let at = heads.iter().skip(1).position(|h| h == head).with_context(|| format!("{head} in {heads:?}"))?;
        ensure!(total[at] == figure, "{head} is {:?}, not {figure}", total[at]);
        Ok(())
    };
    whole("服务街坊（人次）", "36")?;
    whole("志愿者（人）", "4")?;
    if counts {
        // A minute is 0.0 hours in the table; that it counts is seen by who is active: only whose hours are above zero.
        whole("活跃（人）", "1")?;
        whole("服务（人次）", "1")?;
        house.visit(&mut walkers.volunteer, "/me/hours")?;
        walkers.volunteer.wait_for_text(TODAY)?;
    }
    house.look(desk, "/desk/statistics", false)
}

/// An officer's own activity waits for the other officer; then it is joined and left without JavaScript.
fn tomorrow(house: &mut House, walkers: &mut Walkers) -> Result<()> {
    let day = kernel::time::beijing(now()) + chrono::Duration::days(1);
    let at = |hour| day.with_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()).single();
    let plan = Plan { title: TOMORROW, from: at(8).context("a time")?, to: at(10).context("a time")? };
    let desk = &mut walkers.first;
    house.visit(desk, "/desk/teams")?;
    desk.click_text(TEAM)?;
    heading(desk, TEAM)?;
    let team = path_of(desk)?;
    house.look(desk, &team, false)?;
    let form = format!("/activities/new?team={}", team.trim_start_matches("/desk/teams/"));
    house.visit(desk, &form)?;
    hand_in(desk, &plan)?;
    let submission = path_of(desk)?;
    house.visit(desk, &format!("/desk{}", submission.replace("/submission", "/review")))?;
    desk.wait_for_text("自己交的活动，要请另一位同事审核。")?;
    publish(house, &mut walkers.second, TOMORROW)?;
    let mut plain = house.plain_browser(PHONE)?;
    sign_in(house, &mut plain, VOLUNTEER.phone)?;
    sign_up(house, &mut plain, TOMORROW)?;
    plain.click_text("去不了了")?;
    heading(&mut plain, "退出这次服务？")?;
    plain.click_text("退出")?;
    plain.wait_for_text(&format!("已退出：{TOMORROW}"))
}
