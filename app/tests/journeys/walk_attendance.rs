//! Attendance: the spoken code on a phone, somebody without an account at the desk, the leader's many at once, who is inside,
//! and a paper sheet that two people key.

use crate::house::{House, first, heading, in_time, now, path_of, tick};
use crate::people::{Plan, hand_in, publish, sign_up};
use crate::walk_activities::new;
use crate::walk_registry::{AUNT, NEWCOMER};
use crate::walks::Hands;
use crate::{rest, soon};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use serde_json::json;

const TITLE: &str = "社区义诊引导";
const GUEST: (&str, &str) = ("冯少坚", "13800138041");

/// A shift that three people have come to.
pub struct Shift {
    session: String,
    begins: DateTime<Utc>,
    counts: bool,
}

/// One comes by the spoken code, one without an account, one by the leader's list.
pub fn arrive(house: &mut House, hands: &mut Hands) -> Result<Shift> {
    let (from, to, counts) = soon();
    new(house, hands)?;
    hand_in(&mut hands.leader, &Plan { title: TITLE, from, to })?;
    publish(house, &mut hands.desk, TITLE)?;
    sign_up(house, &mut hands.volunteer, TITLE)?;
    sign_up(house, &mut hands.newcomer, TITLE)?;
    let leader = &mut hands.leader;
    house.visit(leader, "/team")?;
    leader.click_text(TITLE)?;
    heading(leader, "点名")?;
    let session = path_of(leader)?;
    spoken(house, hands, &session)?;
    guest(house, hands, &session)?;
    many(house, hands, &session)?;
    house.look(&mut hands.leader, &format!("{session}/inside"), true)?;
    let figures = hands.leader.texts("#inside")?;
    ensure!(figures == ["3"], "inside are {figures:?}, not three");
    house.look(&mut hands.leader, &format!("{session}?show=inside"), true)?;
    Ok(Shift { session, begins: from.to_utc().max(now()), counts })
}

/// Whoever cannot scan types six digits; wrong ones let nobody in.
fn spoken(house: &mut House, hands: &mut Hands, session: &str) -> Result<()> {
    let Hands { leader, volunteer, .. } = hands;
    house.visit(leader, &format!("{session}/code"))?;
    let said = leader.texts(".code .say .num")?.into_iter().next().context("a spoken code is shown")?;
    let digits: String = said.chars().filter(char::is_ascii_digit).collect();
    ensure!(digits.len() == 6, "the spoken code is {said:?}");
    let door = session.replace("/sessions/", "/check-in/");
    house.look(volunteer, &door, true)?;
    volunteer.fill("扫不了？输入口令", if digits == "000000" { "111111" } else { "000000" })?;
    volunteer.click_text("签到")?;
    volunteer.wait_for_text("口令不对")?;
    house.look_here(volunteer, true)?;
    volunteer.fill("扫不了？输入口令", &said)?;
    volunteer.click_text("签到")?;
    volunteer.wait_for_text("正在服务")?;
    house.look_here(volunteer, true)
}

fn guest(house: &mut House, hands: &mut Hands, session: &str) -> Result<()> {
    let leader = &mut hands.leader;
    house.visit(leader, &format!("{session}/guests/new"))?;
    leader.click_text("登记并签到")?;
    leader.wait_for_text("处需要改")?;
    house.look_here(leader, true)?;
    leader.fill("姓名", GUEST.0)?;
    leader.fill("手机号", GUEST.1)?;
    leader.fill("已当面告知", "true")?;
    leader.click_text("登记并签到")?;
    leader.wait_for_text("登记好了")?;
    leader.wait_for_text(GUEST.0)
}

fn many(house: &mut House, hands: &mut Hands, session: &str) -> Result<()> {
    let leader = &mut hands.leader;
    house.visit(leader, &format!("{session}/bulk?deed=in"))?;
    leader.fill(NEWCOMER.name, "true")?;
    leader.click_text("下一步")?;
    heading(leader, "将给 1 人签到")?;
    house.look_here(leader, true)?;
    leader.click_text("给这 1 人签到")?;
    heading(leader, "已给 1 人签到")
}

/// All of them go at once; what counts is told before and after.
pub fn leave(house: &mut House, hands: &mut Hands, shift: &Shift) -> Result<()> {
    if !shift.counts {
        return Ok(());
    }
    rest(shift.begins + chrono::Duration::seconds(62));
    let leader = &mut hands.leader;
    house.look(leader, &format!("{}/bulk?deed=out", shift.session), true)?;
    leader.click_text("下一步")?;
    heading(leader, "将给 3 人签退")?;
    house.look_here(leader, true)?;
    leader.click_text("给这 3 人签退")?;
    heading(leader, "已给 3 人签退")?;
    house.visit(&mut hands.volunteer, "/me/hours")?;
    hands.volunteer.wait_for_text(TITLE)
}

/// The officer keys a sheet, the leader keys a sample and reads another hour: the second officer looks at both and decides.
pub fn paper(house: &mut House, hands: &mut Hands) -> Result<()> {
    let session = past(house, hands)?;
    let desk = &mut hands.desk;
    house.visit(desk, &format!("{session}/sheets/new"))?;
    let times = desk.text()?;
    let (from, to) = span(&times).context("the page says when the session was")?;
    desk.click_text("交第二人抽查")?;
    desk.wait_for_text("还没有录人")?;
    house.look_here(desk, true)?;
    key(desk, &[("who", AUNT.name), ("from", &from), ("to", &to)])?;
    let scan = house.file("原表.png");
    desk.screenshot(&scan)?;
    desk.fill("原表的照片或扫描件", &scan.display().to_string())?;
    desk.click_text("交第二人抽查")?;
    desk.wait_for_text("录好了，等另一个人抽查。")?;
    let title = desk.texts("p.at")?.into_iter().next().unwrap_or_default();
    let title = title.split(" · ").next().unwrap_or_default().to_owned();

    let leader = &mut hands.leader;
    house.look(leader, &format!("{session}/sheets"), true)?;
    leader.click_text("抽查重录 1 行")?;
    heading(leader, "抽查重录")?;
    house.look_here(leader, true)?;
    key(leader, &[("who", NEWCOMER.name), ("from", &from), ("to", &to)])?;
    leader.click_text("对一对")?;
    leader.wait_for_text("两人录的不一样")?;

    let second = &mut hands.second;
    in_time(house, second, "/desk", &format!("{title}：两人录的纸表不一样"))?;
    second.click_text(&format!("{title}：两人录的纸表不一样"))?;
    heading(second, "纸表对不上")?;
    house.look_here(second, false)?;
    tick(second, "second", "1")?;
    second.click_text("放行")?;
    second.wait_for_text("放行了，已转为补录。")
}

/// A session of the leader's team that is over.
fn past(house: &House, hands: &mut Hands) -> Result<String> {
    let phone = &mut hands.newcomer;
    let selector = "main .list a[href^='/sessions/']";
    first(house, phone, "/me/hours/applications/new", selector).context("the demo's team has served lately")?;
    let of_team =
        "return [...document.querySelectorAll(arguments[0])].filter((a) => a.innerText.includes(arguments[1]))
                   .map((a) => a.getAttribute('href')).pop()";
    let found = phone.evaluate(of_team, &json!([selector, hands.team_name]))?;
    let found = found.as_str().context("a session of the team")?;
    Ok(found.trim_end_matches("/applications/new").to_owned())
}

/// The first two times of a page, as `09:00–11:00`.
fn span(text: &str) -> Option<(String, String)> {
    let dash = text.find('–')?;
    let before: String = text[..dash].chars().rev().take(5).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = text[dash..].chars().skip(1).take(5).collect();
    Some((before, after))
}

/// Writes into the first row of the grid, going on from cell to cell as a clerk does.
fn key(browser: &mut testkit::browser::Browser, cells: &[(&str, &str)]) -> Result<()> {
    for (name, text) in cells {
        let put = "const cell = document.querySelector(`[data-grid] input[name^=\"${arguments[0]}:\"]`);
                   cell.focus(); cell.value = arguments[1]; return cell.name";
        browser.evaluate(put, &json!([name, text]))?;
        browser.press("Enter")?;
    }
    Ok(())
}
