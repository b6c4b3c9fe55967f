//! Statistics: two dimensions against each other, the people behind a number, a report that stays as it was reported, a goal.

use crate::house::{House, heading};
use crate::walks::Hands;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use testkit::browser::Browser;

pub fn walk(house: &mut House, hands: &mut Hands) -> Result<()> {
    drill(house, &mut hands.desk)?;
    freeze(house, &mut hands.desk)?;
    target(house, &mut hands.desk)
}

/// A number of the table is the number of rows behind it.
fn drill(house: &mut House, desk: &mut Browser) -> Result<()> {
    house.visit(desk, "/desk/statistics/pivot")?;
    desk.fill("指标", "活跃志愿者")?;
    desk.fill("行", "镇街")?;
    desk.fill("列", "性别")?;
    desk.click_text("筛选")?;
    heading(desk, "活跃志愿者")?;
    house.look_here(desk, false)?;
    let cell = "const a = [...document.querySelectorAll('tbody td.n a')].find((a) => a.innerText !== '0');
                return a && [a.innerText.replaceAll(',', ''), a.getAttribute('href')]";
    let cell = desk.evaluate(cell, &json!([]))?;
    let (number, way) =
        (cell[0].as_str().context("a number")?.to_owned(), cell[1].as_str().context("its way")?.to_owned());
    house.look(desk, &way, false)?;
    heading(desk, &format!("活跃志愿者 {number} 人"))?;
    let rows = desk.texts("tbody tr")?.len();
    let unseen = desk.texts(".pager a")?.len();
    ensure!(rows.to_string() == number || unseen > 0, "{number} people are {rows} rows");
    let person = desk.texts("tbody th a")?.into_iter().next().context("a person")?;
    desk.click_text(&person)?;
    desk.wait_for_text("经过")
}

fn freeze(house: &mut House, desk: &mut Browser) -> Result<()> {
    house.visit(desk, "/desk/statistics")?;
    desk.fill("名称", "报区里的月报")?;
    desk.click_text("冻结")?;
    desk.wait_for_text("已冻结「报区里的月报」")?;
    heading(desk, "报区里的月报")?;
    desk.wait_for_text("报出去的数和现在的数一样。")?;
    house.look_here(desk, false)
}

fn target(house: &mut House, desk: &mut Browser) -> Result<()> {
    house.visit(desk, "/desk/statistics/targets")?;
    let town = desk.texts("tbody th")?.into_iter().next().context("a town")?;
    desk.fill(&town, "5000")?;
    desk.click_text("保存目标")?;
    desk.wait_for_text("的目标已保存")?;
    desk.wait_for_text("5,000")?;
    house.look_here(desk, false)
}
