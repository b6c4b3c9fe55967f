//! Nobody could take attendance: the paper sheet, four eyes, hours on the volunteer's page, and the way back.

use crate::hall::Codes;
use crate::house::{House, heading};
use crate::{PAPER, SIGNER, Walkers};
use anyhow::{Result, ensure};

/// The leader claims with the sheet, another person decides, the hours stand; then they are taken back, both in sight.
pub fn back_entry(house: &House, walkers: &mut Walkers) -> Result<()> {
    claim(house, walkers)?;
    decide(house, walkers)?;
    house.visit(&mut walkers.lent, "/me/hours")?;
    walkers.lent.wait_for_text(PAPER)?;
    walkers.lent.wait_for_text("补录，梁惠冰 复核")?;
    reverse(house, walkers)?;
    house.visit(&mut walkers.lent, "/me/hours")?;
    walkers.lent.wait_for_text("已冲销")?;
    walkers.lent.wait_for_text("冲销：签到表上签错了人")?;
    house.visit(&mut walkers.lent, "/me/messages")?;
    walkers.lent.wait_for_text("已冲销，原因写在明细里。")
}

fn claim(house: &House, walkers: &mut Walkers) -> Result<()> {
    let leader = &mut walkers.leader;
    Codes::of(house, leader, PAPER)?;
    leader.click_text("补录")?;
    heading(leader, "补录")?;
    leader.click_text("交复核")?;
    leader.wait_for_text("请至少选一个人")?;
    leader.fill(SIGNER.name, "true")?;
    leader.fill("为什么补录", "村口没有信号，用了纸表")?;
    let photograph = house.file("签到表.png");
    leader.screenshot(&photograph)?;
    leader.fill("纸质签到表", &photograph.display().to_string())?;
    leader.click_text("交复核")?;
    leader.wait_for_text("交上去了，共 1 人。")
}

fn decide(house: &House, walkers: &mut Walkers) -> Result<()> {
    let desk = &mut walkers.first;
    house.visit(desk, "/desk")?;
    desk.click_text(&format!("补录：{PAPER}，1 人"))?;
    heading(desk, PAPER)?;
    desk.wait_for_text("与已有时长没有重叠")?;
    ensure!(!desk.text()?.contains("没有附签到表"), "the sheet is lost");
    let sheet = "return document.querySelector('a[href$=\"/evidence\"]').getAttribute('href')";
    let sheet = desk.evaluate(sheet, &serde_json::json!([]))?;
    let answer = desk.client()?.get(sheet.as_str().unwrap_or_default())?;
    ensure!(answer.status == 200 && answer.body.starts_with(b"\x89PNG"), "the sheet is not the photograph");
    desk.click_text("通过")?;
    desk.wait_for_text("补录已通过，时长已记入。")
}

fn reverse(house: &House, walkers: &mut Walkers) -> Result<()> {
    let desk = &mut walkers.second;
    house.visit(desk, "/desk/hours?q=fengshaojian")?;
    desk.click_text(SIGNER.name)?;
    heading(desk, "冯少坚 的一条时长")?;
    desk.fill("冲销原因", "签到表上签错了人")?;
    desk.click_text("冲销")?;
    desk.wait_for_text("两条记录都留着。")
}
