//! The registry: one person on two records, merged with a choice of fields and taken apart again; a record that an officer
//! registered, claimed by the person.

use crate::house::{House, citizen, first, heading, in_time, path_of, tick};
use crate::people::{PASSWORD, Somebody};
use crate::walks::Hands;
use anyhow::{Context, Result, ensure};
use testkit::browser::Browser;

const TWICE: &str = "黄丽珍";
const PHONE_OF_BOTH: &str = "13800138031";
/// Registered by the officer, taken over by herself.
pub const NEWCOMER: Somebody = Somebody { name: "黎嘉敏", phone: "13800138021", digits: "44060519950417244" };
/// Registered by the officer, without a phone of her own.
pub const AUNT: Somebody = Somebody { name: "吴桂兰", phone: "13800138022", digits: "44060519581109428" };

pub fn walk(house: &mut House, hands: &mut Hands) -> Result<()> {
    one_person_twice(house, hands)?;
    for somebody in [&NEWCOMER, &AUNT] {
        register(house, &mut hands.desk, somebody, &hands.team)?;
    }
    claim(house, hands)
}

/// Writes one person down twice; gives the page on which both stand side by side.
pub fn pair(house: &mut House, desk: &mut Browser) -> Result<String> {
    for (again, employer) in [(false, "大沥镇文化站"), (true, "大沥镇卫生院")] {
        house.visit(desk, "/desk/people/new")?;
        desk.fill("姓名", TWICE)?;
        desk.fill("手机", PHONE_OF_BOTH)?;
        desk.fill("所在社区或村", "大沥镇")?;
        desk.fill("单位", employer)?;
        desk.click_text("保存")?;
        if again {
            desk.wait_for_text("可能已经登记过")?;
            desk.wait_for_text("电话相同")?;
            house.look_here(desk, false)?;
            desk.fill("已看过，不是同一个人", "true")?;
            desk.click_text("保存")?;
        }
        heading(desk, TWICE)?;
    }
    first(house, desk, &format!("/desk/people/duplicates?state=apart&q={TWICE}"), "tbody th a")
}

fn one_person_twice(house: &mut House, hands: &mut Hands) -> Result<()> {
    let Hands { desk, second, .. } = hands;
    let pair = pair(house, desk)?;
    house.visit(desk, &pair)?;
    heading(desk, "对照两份登记")?;
    desk.wait_for_text("姓名相同")?;
    desk.click_text("合并成一份")?;
    desk.wait_for_text("两份不一样的项目，用谁的")?;
    house.look_here(desk, false)?;
    let (one, other) = pair.trim_start_matches("/desk/people/").split_once("/duplicates/").context("two records")?;
    tick(desk, "kept", one)?;
    tick(desk, "employer", other)?;
    desk.click_text("确认合并")?;
    desk.wait_for_text("已合并。")?;
    let kept = path_of(desk)?;
    ensure!(found(house, desk)? == 1, "two records are still listed after the merge");
    house.visit(desk, &format!("{kept}/edit"))?;
    let employer = desk.evaluate("return document.querySelector('#employer').value", &serde_json::json!([]))?;
    ensure!(employer == "大沥镇卫生院", "the employer is {employer}, not the one that was chosen");

    house.visit(desk, &kept)?;
    desk.wait_for_text("由这些登记合并而来")?;
    let merge = first(house, desk, &kept, "a[href^='/desk/people/merges/']")?;
    house.look(desk, &merge, false)?;
    desk.fill("原因", "两位同名的邻居，电话是同一部")?;
    desk.click_text("申请拆开")?;
    desk.wait_for_text("已交另一位干事决定。")?;
    in_time(house, second, "/desk", "决定是否拆开")?;
    second.click_text(&format!("决定是否拆开 {TWICE} 的登记"))?;
    second.click_text("同意拆开")?;
    second.wait_for_text("已拆开")?;
    ensure!(found(house, desk)? == 2, "the two records do not stand apart again");
    Ok(())
}

/// How many records have that name.
fn found(house: &House, desk: &mut Browser) -> Result<usize> {
    house.visit(desk, &format!("/desk/people?q={TWICE}"))?;
    Ok(desk.texts("tbody th a")?.len())
}

/// An officer writes somebody down and puts them into a team.
fn register(house: &House, desk: &mut Browser, who: &Somebody, team: &str) -> Result<()> {
    house.visit(desk, "/desk/people/new")?;
    desk.fill("姓名", who.name)?;
    desk.fill("证件号码", &citizen(who.digits))?;
    desk.fill("手机", who.phone)?;
    desk.fill("所在社区或村", "大沥镇")?;
    desk.click_text("保存")?;
    heading(desk, who.name)?;
    house.visit(desk, &format!("/desk/teams/{team}"))?;
    desk.fill("志愿者编号或手机号", who.phone)?;
    desk.fill("角色", "队员")?;
    desk.click_text("加队员")?;
    desk.wait_for_text(&format!("已加入：{}。", who.name))
}

/// Her record is hers after she told what is in it and the leader knew her.
fn claim(house: &mut House, hands: &mut Hands) -> Result<()> {
    let phone = &mut hands.newcomer;
    let number = citizen(NEWCOMER.digits);
    house.visit(phone, "/claim")?;
    phone.fill("姓名", NEWCOMER.name)?;
    phone.fill("身份证号后四位", &number[14..])?;
    phone.fill("手机号", NEWCOMER.phone)?;
    phone.click_text("提交")?;
    heading(phone, "已收到")?;
    house.look_here(phone, true)?;
    let link = phone.texts("p.note .num")?.pop().context("a claim has a link")?;

    in_time(house, &mut hands.leader, "/team/claims", NEWCOMER.name)?;
    hands.leader.wait_for_text("手机和登记的一致")?;
    house.look_here(&mut hands.leader, true)?;
    hands.leader.click_text("是本人")?;
    hands.leader.wait_for_text("已确认。")?;

    let phone = &mut hands.newcomer;
    phone.goto(&link)?;
    house.look_here(phone, true)?;
    phone.fill("手机号或证件号的后四位", &NEWCOMER.phone[7..])?;
    phone.fill("新密码", PASSWORD)?;
    phone.fill("再输一遍", PASSWORD)?;
    phone.fill("我看过了", "true")?;
    phone.click_text("开通并登录")?;
    phone.wait_for_text("退出登录")?;
    house.visit(phone, "/me/data")?;
    phone.wait_for_text(&hands.team_name)
}
