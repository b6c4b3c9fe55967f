//! Hours: reported by the volunteer, looked at by the leader, shown to everybody, objected to, entered or not; the statement
//! of the year.

use crate::house::{House, heading, in_time, path_of};
use crate::walk_registry::NEWCOMER;
use crate::walks::Hands;
use anyhow::{Result, ensure};
use testkit::browser::Browser;

pub fn walk(house: &mut House, hands: &mut Hands) -> Result<()> {
    report(house, &mut hands.newcomer)?;
    review(house, &mut hands.leader)?;
    object(house, hands)?;
    statement(house, hands)
}

/// She was there and forgot to check in.
fn report(house: &mut House, phone: &mut Browser) -> Result<()> {
    house.visit(phone, "/me/hours")?;
    phone.click_text("自报时长")?;
    heading(phone, "自报时长")?;
    house.look_here(phone, true)?;
    phone.evaluate("document.querySelector('main .list a').click()", &serde_json::json!([]))?;
    phone.wait_for_text("只写活动时间内的")?;
    phone.fill("备注", "手机没电，没有扫码；派饭到最后一户")?;
    let proof = house.file("现场.png");
    phone.screenshot(&proof)?;
    phone.fill("证明", &proof.display().to_string())?;
    house.look_here(phone, true)?;
    phone.click_text("提交")?;
    phone.wait_for_text("已提交，队长会审核。")?;
    house.look_here(phone, true)?;
    house.visit(phone, "/me/hours")?;
    phone.wait_for_text("待队长审核")
}

fn review(house: &mut House, leader: &mut Browser) -> Result<()> {
    house.visit(leader, "/team")?;
    leader.wait_for_text("自报时长等你审核")?;
    leader.click_text("去审核")?;
    leader.click_text(NEWCOMER.name)?;
    heading(leader, NEWCOMER.name)?;
    leader.wait_for_text("派饭到最后一户")?;
    house.look_here(leader, true)?;
    leader.click_text("通过")?;
    leader.wait_for_text("已通过，正在公示。")
}

/// Anybody sees the surname; somebody of the team knows better; the officer finds out and lets it stand.
fn object(house: &mut House, hands: &mut Hands) -> Result<()> {
    let phone = &mut hands.volunteer;
    house.visit(phone, "/postings")?;
    let shown = phone.text()?;
    ensure!(!shown.contains(NEWCOMER.name), "a whole name is posted");
    phone.click_text("黎*")?;
    house.look_here(phone, true)?;
    phone.fill("哪里不属实", "那天最后一户是我送的")?;
    phone.click_text("提异议")?;
    phone.wait_for_text("异议已收到。")?;
    let desk = &mut hands.desk;
    house.visit(desk, "/desk/hours/pending?state=objected")?;
    desk.click_text(NEWCOMER.name)?;
    desk.wait_for_text("那天最后一户是我送的")?;
    house.look_here(desk, false)?;
    desk.fill("意见", "两人都去了，一人送一半")?;
    desk.click_text("异议不成立")?;
    in_time(house, &mut hands.newcomer, "/me/hours", "公示中")
}

/// The year on one sheet says what the list says.
fn statement(house: &mut House, hands: &mut Hands) -> Result<()> {
    let phone = &mut hands.volunteer;
    house.visit(phone, "/me/hours")?;
    let listed = phone.texts(".total .huge")?;
    phone.click_text("年度汇总")?;
    heading(phone, "年志愿服务汇总")?;
    let summed = phone.texts(".total .huge")?;
    ensure!(listed == summed && !listed.is_empty(), "the list says {listed:?}, the statement {summed:?}");
    house.look_here(phone, true)?;
    let year = path_of(phone)?;
    ensure!(year.contains("statement"), "the statement is at {year}");
    house.look(&mut hands.desk, &format!("/desk/teams/{}/statement", hands.team), false)
}
