//! Activities: the published draw that anybody can verify, the waiting list that asks the next one, a family that comes
//! together or not at all, a series.

use crate::house::{House, first, heading, now, tick};
use crate::people::{Plan, fill_in, hand_in, publish, sign_up};
use crate::walk_registry::NEWCOMER;
use crate::walks::Hands;
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Duration, FixedOffset, NaiveTime};
use testkit::browser::Browser;

const DRAWN: &str = "抽签报名的观鸟讲解";
const FULL: &str = "只要一个人的陪诊";
const TOGETHER: &str = "带孩子一起的图书漂流";
const WEEKLY: &str = "每周助餐送饭";

pub fn walk(house: &mut House, hands: &mut Hands) -> Result<()> {
    draw(house, hands)?;
    a_draw_that_was_held(house, &mut hands.volunteer)?;
    waiting_list(house, hands)?;
    together(house, hands)?;
    series(house, &mut hands.leader)
}

/// A day after today at an hour.
fn at(days: i64, hour: u32) -> Result<DateTime<FixedOffset>> {
    let day = kernel::time::beijing(now()) + Duration::days(days);
    day.with_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()).single().context("a time")
}

fn plan(title: &'static str, days: i64) -> Result<Plan> {
    Ok(Plan { title, from: at(days, 9)?, to: at(days, 11)? })
}

/// The leader opens the form for a new activity.
pub fn new(house: &House, hands: &mut Hands) -> Result<()> {
    house.visit(&mut hands.leader, &format!("/activities/new?team={}", hands.team))
}

/// Before the draw everybody sees the hash of its seed and nobody the seed.
fn draw(house: &mut House, hands: &mut Hands) -> Result<()> {
    new(house, hands)?;
    let leader = &mut hands.leader;
    fill_in(leader, &plan(DRAWN, 6)?)?;
    leader.fill("名额怎么给", "抽签")?;
    leader.fill("报到哪天", &at(4, 9)?.format("%Y-%m-%d").to_string())?;
    leader.click_text("交审核")?;
    heading(leader, "交上去了")?;
    publish(house, &mut hands.desk, DRAWN)?;
    let phone = &mut hands.volunteer;
    house.visit(phone, &format!("/activities?show=all&q={DRAWN}"))?;
    phone.click_text(DRAWN)?;
    heading(phone, DRAWN)?;
    house.look_here(phone, true)?;
    phone.click_text("参加抽签")?;
    heading(phone, "等抽签")?;
    house.look_here(phone, true)?;
    phone.click_text("看抽签怎么开")?;
    phone.wait_for_text("现在有 1 人想去")?;
    let hashes = phone.texts(".hash")?;
    ensure!(hashes.len() == 1 && hashes[0].len() == 64, "before the draw one hash is shown, not {hashes:?}");
    house.look_here(phone, true)
}

/// After it the seed is there: its hash is the published one, and the order of the tickets follows from it.
fn a_draw_that_was_held(house: &mut House, phone: &mut Browser) -> Result<()> {
    house.visit(phone, "/activities?show=all")?;
    let links = "return [...document.querySelectorAll('main .list a')].map((a) => a.getAttribute('href'))";
    let links: Vec<String> = serde_json::from_value(phone.evaluate(links, &serde_json::json!([]))?)?;
    let mut client = phone.client()?;
    let mut says = |path: &String| {
        client.get(path).is_ok_and(|answer| answer.status == 200 && answer.text().contains("自己验一遍"))
    };
    let mut draws = links.iter().map(|link| format!("{}/draw", link.split('?').next().unwrap_or(link)));
    let path = draws.find(|path| says(path)).context("the demo has a draw that was held")?;
    house.look(phone, &path, true)?;
    let hashes = phone.texts(".steps .hash")?;
    let [published, seed] = hashes.as_slice() else { anyhow::bail!("a hash and a seed, not {hashes:?}") };
    ensure!(kernel::auth::digest(seed) == *published, "the seed is not the one whose hash was published");
    let rows = phone.texts("section:has(.list) .row")?;
    let mut keys = Vec::new();
    for row in &rows {
        let ticket = row.split_whitespace().find(|word| word.len() == 12).context("a row has a ticket")?;
        let key = kernel::auth::digest(&format!("{seed}:{ticket}"));
        ensure!(row.contains(&key[..16]), "{row:?} does not show the key of its ticket");
        keys.push(key);
    }
    let first: Vec<&String> = keys.iter().take(phone.texts("section:has(.list):nth-of-type(2) .row")?.len()).collect();
    ensure!(!first.is_empty() && first.is_sorted(), "the tickets are not in the order of their keys");
    Ok(())
}

/// One place, two who want it: the second stands in line, is asked when the first cannot come, and says yes in time.
fn waiting_list(house: &mut House, hands: &mut Hands) -> Result<()> {
    new(house, hands)?;
    fill_in(&mut hands.leader, &plan(FULL, 9)?)?;
    hands.leader.fill("人数", "1")?;
    hands.leader.click_text("交审核")?;
    heading(&mut hands.leader, "交上去了")?;
    publish(house, &mut hands.desk, FULL)?;
    let mine = sign_up(house, &mut hands.volunteer, FULL)?;
    let phone = &mut hands.newcomer;
    house.visit(phone, &format!("/activities?show=all&q={FULL}"))?;
    phone.click_text(FULL)?;
    phone.click_text("排候补")?;
    heading(phone, "排上候补了，第 1 位")?;
    house.look_here(phone, true)?;
    let phone = &mut hands.volunteer;
    house.visit(phone, &mine)?;
    phone.click_text("去不了了")?;
    phone.click_text("退出")?;
    phone.wait_for_text(&format!("已退出：{FULL}"))?;
    let phone = &mut hands.newcomer;
    crate::house::in_time(house, phone, "/me/messages", &format!("候补轮到你了：{FULL}"))?;
    house.visit(phone, "/me/services")?;
    phone.click_text(FULL)?;
    phone.click_text("去确认名额")?;
    heading(phone, "候补轮到你了")?;
    house.look_here(phone, true)?;
    phone.click_text("我去")?;
    heading(phone, "报上名了")
}

/// Two who come together or not at all: one signs both up, and when the other leaves, both are out.
fn together(house: &mut House, hands: &mut Hands) -> Result<()> {
    new(house, hands)?;
    hand_in(&mut hands.leader, &plan(TOGETHER, 12)?)?;
    publish(house, &mut hands.desk, TOGETHER)?;
    house.visit(&mut hands.newcomer, "/me/data")?;
    let number = hands.newcomer.texts("dl.sum dd .num")?.into_iter().next().context("a volunteer has a number")?;
    let phone = &mut hands.volunteer;
    house.visit(phone, &format!("/activities?show=all&q={TOGETHER}"))?;
    phone.click_text(TOGETHER)?;
    phone.click_text("几个人一起报")?;
    heading(phone, "几个人一起报")?;
    tick(phone, "together", "all")?;
    phone.fill("同行的人", &format!("{} {number}", NEWCOMER.name))?;
    phone.click_text("一起报名")?;
    phone.wait_for_text("报上 2 人")?;
    let phone = &mut hands.newcomer;
    crate::house::in_time(house, phone, "/me/messages", TOGETHER)?;
    house.visit(phone, "/me/services")?;
    phone.click_text(TOGETHER)?;
    phone.click_text("去不了了")?;
    phone.wait_for_text("你们 2 人一起报的")?;
    house.look_here(phone, true)?;
    phone.click_text("退出")?;
    phone.wait_for_text(&format!("已退出：{TOGETHER}"))?;
    crate::house::in_time(house, &mut hands.volunteer, "/me/messages", "一起报名的人退出了")
}

/// A draft that is held every week: the sessions are shown before they are made.
fn series(house: &mut House, leader: &mut Browser) -> Result<()> {
    let form = first(house, leader, "/team", "main a[href^='/activities/new']")?;
    house.visit(leader, &form)?;
    fill_in(leader, &plan(WEEKLY, 8)?)?;
    leader.click_text("先存草稿")?;
    heading(leader, WEEKLY)?;
    leader.click_text("重复举办")?;
    heading(leader, "重复举办")?;
    leader.fill("每几周或几个月", "1")?;
    let day = at(8, 9)?.format("%u").to_string();
    tick(leader, "weekday", &day)?;
    leader.fill("或者办几场", "4")?;
    leader.click_text("看会有哪几场")?;
    heading(leader, "重复举办")?;
    leader.wait_for_text("将生成 4 场")?;
    house.look_here(leader, true)?;
    leader.click_text("生成这 4 场")?;
    leader.wait_for_text("办好了，生成 4 场。")
}
