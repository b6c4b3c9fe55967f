//! Messages: an announcement that has to be read, counted before it is sent, read, and those who have not read it chased; a
//! reminder that is answered.

use crate::house::{House, heading, in_time, now, path_of};
use crate::walks::Hands;
use anyhow::{Result, ensure};
use testkit::browser::Browser;

const TITLE: &str = "高温天服务安排";

pub fn walk(house: &mut House, hands: &mut Hands) -> Result<()> {
    let announcement = send(house, hands)?;
    read(house, &mut hands.volunteer)?;
    chase(house, hands, &announcement)?;
    answer(house, &mut hands.volunteer)
}

/// The leader writes it on the phone, sees how many it will reach, and sends it.
fn send(house: &mut House, hands: &mut Hands) -> Result<String> {
    let leader = &mut hands.leader;
    house.visit(leader, "/desk/announcements/new")?;
    leader.fill("标题", TITLE)?;
    leader.fill("工作通知", "true")?;
    leader.fill("普通", "true")?;
    leader.fill("内容", "气温超过 35 度，户外服务改到早上七点。请带水。")?;
    leader.fill("要确认已读", "true")?;
    let day = kernel::time::beijing(now()) + chrono::Duration::days(3);
    leader.fill("最晚哪天读", &day.format("%Y-%m-%d").to_string())?;
    leader.click_text("下一步")?;
    heading(leader, TITLE)?;
    leader.wait_for_text("将发给")?;
    house.look_here(leader, true)?;
    let announcement = path_of(leader)?;
    leader.click_text("发出")?;
    in_time(house, leader, &announcement, "已发出")?;
    Ok(announcement)
}

/// It stands on the first page of who has to read it, and is gone from there once they have.
fn read(house: &mut House, phone: &mut Browser) -> Result<()> {
    in_time(house, phone, "/me", TITLE)?;
    phone.wait_for_text("有通知等你确认")?;
    house.look_here(phone, true)?;
    phone.click_text(TITLE)?;
    heading(phone, TITLE)?;
    phone.wait_for_text("请带水。")?;
    house.look_here(phone, true)?;
    phone.click_text("我已阅读")?;
    phone.wait_for_text("收到，已记下你读过。")?;
    house.visit(phone, "/me")?;
    ensure!(!phone.text()?.contains(TITLE), "what was read still waits");
    Ok(())
}

/// The leader sees who has read it and reminds the others, once a day.
fn chase(house: &mut House, hands: &mut Hands, announcement: &str) -> Result<()> {
    let leader = &mut hands.leader;
    house.look(leader, announcement, true)?;
    house.look(leader, &format!("{announcement}/readers"), true)?;
    house.look(leader, &format!("{announcement}/withdrawal"), true)?;
    house.look(leader, &format!("{announcement}/chasing"), true)?;
    leader.click_text("发提醒")?;
    leader.wait_for_text("已提醒")?;
    in_time(house, &mut hands.newcomer, "/me/messages", &format!("「{TITLE}」还等你确认已读"))?;
    house.visit(&mut hands.volunteer, "/me/messages")?;
    ensure!(!hands.volunteer.text()?.contains(&format!("「{TITLE}」还等你")), "who has read it was chased");
    house.visit(leader, &format!("{announcement}/chasing"))?;
    leader.wait_for_text("今天已经催过")
}

/// One press says that one comes. Whether the question has come by now depends on the hour; its page is there at any.
fn answer(house: &mut House, phone: &mut Browser) -> Result<()> {
    house.visit(phone, "/me/services")?;
    let links =
        "return [...document.querySelectorAll(\"main .list a[href*='/signups/']\")].map((a) => a.getAttribute('href'))";
    let links: Vec<String> = serde_json::from_value(phone.evaluate(links, &serde_json::json!([]))?)?;
    for link in links {
        let id = link.rsplit('/').next().unwrap_or_default();
        house.visit(phone, &format!("/me/services/{id}/answer"))?;
        if phone.text()?.contains("会来吗？") {
            house.look_here(phone, true)?;
            phone.click_text("会来")?;
            return phone.wait_for_text("你会来");
        }
    }
    anyhow::bail!("none of the services may be answered")
}
