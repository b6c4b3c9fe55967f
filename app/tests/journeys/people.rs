//! Who walks: how they come in and what they do, page by page.

use crate::house::{House, citizen, heading, path_of, tick};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, FixedOffset};
use serde_json::json;
use testkit::browser::Browser;
use totp_rs::{Algorithm, Secret, TOTP};

/// The password of everybody here; nobody guesses it from their name.
pub const PASSWORD: &str = "gravel-lantern-orbit-59";

/// Somebody who registers by phone.
pub struct Somebody {
    pub name: &'static str,
    pub phone: &'static str,
    /// The first 17 digits of their identity number.
    pub digits: &'static str,
}

/// Signs in; staff make their second factor on the way.
pub fn sign_in(house: &House, browser: &mut Browser, name: &str) -> Result<()> {
    house.visit(browser, "/sign-in")?;
    browser.fill("手机号或用户名", name)?;
    browser.fill("密码", PASSWORD)?;
    browser.press("Enter")?;
    browser.wait_for_text("退出登录")?;
    if browser.texts("h1")?.iter().any(|h1| h1 == "再核对一次") {
        second_factor(browser)?;
    }
    Ok(())
}

fn second_factor(browser: &mut Browser) -> Result<()> {
    let secret = browser.evaluate("return document.querySelector('[name=secret]').value", &json!([]))?;
    let raw = Secret::Encoded(secret.as_str().context("the page has a secret")?.to_owned());
    let raw = raw.to_bytes().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let code = TOTP::new_unchecked(Algorithm::SHA1, 6, 1, 30, raw).generate_current()?;
    browser.fill("验证器上的 6 位数字", &code)?;
    browser.press("Enter")?;
    let left = "return !location.pathname.startsWith('/second-factor')";
    for _ in 0..100 {
        if browser.evaluate(left, &json!([])).is_ok_and(|left| left == true) {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    anyhow::bail!("the second factor was not taken: {}", browser.text()?)
}

/// Registers on a phone, step by step; wishes to join a team, or none.
pub fn join(house: &House, browser: &mut Browser, who: &Somebody, team: Option<&str>) -> Result<()> {
    house.visit(browser, "/join")?;
    heading(browser, "你叫什么名字")?;
    browser.fill("姓名", who.name)?;
    browser.click_text("继续")?;
    heading(browser, "核对身份")?;
    browser.fill("身份证号", &citizen(who.digits))?;
    browser.fill("手机号", who.phone)?;
    browser.click_text("继续")?;
    heading(browser, "你住在哪个镇街")?;
    browser.fill("大沥镇", "true")?;
    browser.click_text("继续")?;
    heading(browser, "哪个社区或村")?;
    browser.click_text("继续")?;
    heading(browser, "想加入哪支队伍")?;
    if let Some(team) = team {
        browser.fill("队名", team)?;
        browser.click_text("查找")?;
        browser.wait_for_text(team)?;
        browser.fill(team, "true")?;
    }
    browser.click_text("继续")?;
    heading(browser, "设一个密码")?;
    browser.fill("新密码", PASSWORD)?;
    browser.fill("再输一遍", PASSWORD)?;
    browser.click_text("继续")?;
    heading(browser, "看看填得对不对")?;
    browser.fill("我看过了", "true")?;
    browser.click_text("提交登记")?;
    heading(browser, "登记收到了")
}

/// What an activity is called and when it is.
pub struct Plan {
    pub title: &'static str,
    pub from: DateTime<FixedOffset>,
    pub to: DateTime<FixedOffset>,
}

/// Signs in to a demo as one of its made-up people, by what the button says of them.
pub fn enter(house: &House, who: &str, size: (u32, u32)) -> Result<Browser> {
    let mut browser = house.browser(size)?;
    house.visit(&mut browser, "/sign-in")?;
    browser.click_text(who)?;
    browser.wait_for_text("退出登录")?;
    Ok(browser)
}

/// Fills the form for a new activity, now shown, and hands it in.
pub fn hand_in(browser: &mut Browser, plan: &Plan) -> Result<()> {
    fill_in(browser, plan)?;
    browser.click_text("交审核")?;
    heading(browser, "交上去了")
}

/// Fills the form for a new activity, now shown.
pub fn fill_in(browser: &mut Browser, plan: &Plan) -> Result<()> {
    heading(browser, "发新活动")?;
    browser.fill("名称", plan.title)?;
    browser.fill("扶老助老", "true")?;
    browser.fill("内容和要求", "上门看望独居老人，量血压、聊家常。请穿平底鞋。")?;
    browser.fill("集合地点", "大沥镇文化站门口")?;
    browser.fill("日期", &plan.from.format("%Y-%m-%d").to_string())?;
    browser.fill("开始", &plan.from.format("%H:%M").to_string())?;
    browser.fill("结束", &plan.to.format("%H:%M").to_string())?;
    browser.fill("岗位 1", "探访员")?;
    browser.fill("人数", "6")?;
    browser.fill("带队人", "何婉仪")?;
    browser.fill("带队电话", "13800138002")?;
    browser.fill("可能的风险", "走路多，楼梯旧，请看好脚下。")?;
    for question in ["risky", "working_time", "own_duty"] {
        tick(browser, question, "no")?;
    }
    for rule in ["1", "2", "3", "4", "5", "6"] {
        tick(browser, "rule", rule)?;
    }
    Ok(())
}

/// Reviews what waits on the desk and publishes it.
pub fn publish(house: &House, browser: &mut Browser, title: &str) -> Result<()> {
    house.visit(browser, "/desk")?;
    browser.click_text(&format!("新活动：{title}"))?;
    heading(browser, title)?;
    browser.wait_for_text("系统核对")?;
    browser.click_text("通过")?;
    browser.wait_for_text(&format!("已通过：{title}"))
}

/// Finds an activity in the public list, signs up, and gives the path of the result.
pub fn sign_up(house: &House, browser: &mut Browser, title: &str) -> Result<String> {
    house.visit(browser, "/activities")?;
    browser.click_text(title)?;
    heading(browser, title)?;
    browser.wait_for_text("报哪一个")?;
    browser.click_text("报名")?;
    heading(browser, "报上名了")?;
    let path = path_of(browser)?;
    ensure!(path.contains("/signups/"), "the result is at {path}");
    Ok(path)
}
