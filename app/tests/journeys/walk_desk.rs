//! The desk: the work-list and the tables by keyboard, a filter that is kept, a deed for several with its look before and its
//! way back, one search, the log of a record and who may see it.

use crate::house::{House, first, heading, in_time, path_of};
use crate::walks::Hands;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use testkit::browser::Browser;

pub fn walk(house: &mut House, hands: &mut Hands) -> Result<()> {
    let desk = &mut hands.desk;
    keys(house, desk, "/desk", ".rows a")?;
    for list in ["/desk/people", "/desk/teams", "/desk/activities", "/desk/hours"] {
        keys(house, desk, list, "tbody th a")?;
    }
    keep_a_filter(house, desk)?;
    several(house, desk)?;
    find(house, desk)?;
    log(house, desk)
}

/// j goes down, k goes up, Enter opens, / goes to the search box.
fn keys(house: &House, desk: &mut Browser, list: &str, links: &str) -> Result<()> {
    house.visit(desk, list)?;
    let at = "return [...document.querySelectorAll(arguments[0])].indexOf(document.activeElement)";
    let mut places = Vec::new();
    for key in ["j", "j", "k", "j"] {
        desk.press(key)?;
        places.push(desk.evaluate(at, &json!([links]))?.as_i64().unwrap_or(-1));
    }
    ensure!(places == [0, 1, 0, 1], "{list}: j j k j lead to {places:?}");
    let way = desk.evaluate("return document.activeElement.getAttribute('href')", &json!([]))?;
    desk.press("Enter")?;
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while path_of(desk)? != way.as_str().unwrap_or_default() {
        ensure!(std::time::Instant::now() < until, "{list}: Enter leads to {}, not {way}", path_of(desk)?);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    house.visit(desk, list)?;
    desk.press("/")?;
    let typed = desk.evaluate("return document.activeElement.type", &json!([]))?;
    ensure!(typed == "search", "{list}: / leads to {typed}");
    Ok(())
}

fn keep_a_filter(house: &mut House, desk: &mut Browser) -> Result<()> {
    house.visit(desk, "/desk/people")?;
    desk.fill("队伍", "未入队")?;
    desk.click_text("筛选")?;
    let filtered = path_of(desk)?;
    desk.click_text("存下这个筛选")?;
    desk.fill("起个名字", "没有队伍的人")?;
    house.look_here(desk, false)?;
    desk.click_text("存下")?;
    desk.wait_for_text("已存为「没有队伍的人」。")?;
    house.visit(desk, "/desk/people")?;
    desk.click_text("没有队伍的人")?;
    let kept = path_of(desk)?;
    ensure!(kept.contains("team=none"), "the kept filter leads to {kept}, was {filtered}");
    house.look_here(desk, false)?;
    desk.click_text("不要了")?;
    desk.wait_for_text("已删去。")
}

/// Two people rest; the whole is looked at before, done by a job, and taken back.
fn several(house: &mut House, desk: &mut Browser) -> Result<()> {
    house.visit(desk, "/desk/people?state=active&team=none")?;
    let ticked =
        "const boxes = [...document.querySelectorAll('tbody .tick')].slice(0, 2); boxes.forEach((box) => box.click());
                  return boxes.filter((box) => box.checked).length";
    let ticked = desk.evaluate(ticked, &json!([]))?;
    ensure!(ticked == 2, "{ticked} people could be ticked");
    desk.fill("对选中的", "people.dormant")?;
    desk.click_text("先看会怎样")?;
    desk.wait_for_text("会改 2 个")?;
    desk.fill("原因", "一年没有来")?;
    desk.click_text("先看会怎样")?;
    desk.wait_for_text("会改 2 个")?;
    house.look_here(desk, false)?;
    desk.click_text("改这 2 个")?;
    desk.wait_for_text("/ 2")?;
    let run = path_of(desk)?;
    in_time(house, desk, &run, "改完了")?;
    desk.wait_for_text("已改 2 个")?;
    house.look_here(desk, false)?;
    desk.click_text("整批撤回")?;
    desk.wait_for_text("撤回 · ")?;
    in_time(house, desk, &run, "已撤回")
}

/// One box finds the person, the team and the activity.
fn find(house: &mut House, desk: &mut Browser) -> Result<()> {
    house.visit(desk, "/desk/people")?;
    let name = desk.texts("tbody th a")?.into_iter().next().context("a person")?;
    house.visit(desk, "/desk")?;
    desk.press("/")?;
    desk.fill("查找", &name)?;
    desk.press("Enter")?;
    desk.wait_for_text(&name)?;
    house.look_here(desk, false)?;
    desk.click_text(&name)?;
    heading(desk, &name)
}

fn log(house: &mut House, desk: &mut Browser) -> Result<()> {
    let person = path_of(desk)?;
    desk.click_text("经过")?;
    heading(desk, "的经过")?;
    house.look_here(desk, false)?;
    desk.click_text("谁能看到，为什么")?;
    heading(desk, "谁能看到")?;
    house.look_here(desk, false)?;
    let here = path_of(desk)?;
    let back = first(house, desk, &here, "a.back")?;
    ensure!(back == person, "the way back leads to {back}, not {person}");
    Ok(())
}
