//! One truth: the page, the sheet, the interface and the wall say the same, within seconds of the deed.

use crate::house::House;
use crate::{TODAY, Walkers, seconds};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use testkit::browser::Browser;

/// What the figures are called in the interface, and at the head of their columns.
const FIGURES: [(&str, &str); 7] = [
    ("volunteers", "志愿者（人）"),
    ("active", "活跃（人）"),
    ("teams", "队伍（支）"),
    ("activities", "活动（场）"),
    ("services", "服务（人次）"),
    ("hours", "时长（小时）"),
    ("served", "服务街坊（人次）"),
];

type Figures = BTreeMap<String, String>;

/// Waits for the figures of today and compares who tells them. `counts`: the service was today, not after midnight.
pub fn agree(house: &House, walkers: &mut Walkers, wall: &str, since: Instant, counts: bool) -> Result<()> {
    let desk = &mut walkers.first;
    let page = fresh(house, desk, since)?;
    let own: [(&str, &str); 2] = [("志愿者（人）", "7"), ("队伍（支）", "2")];
    // Three minutes are 0.1 hours at most; that they count is seen by who is active: only whose hours are above zero.
    let served: [(&str, &str); 2] = [("活跃（人）", "3"), ("服务（人次）", "3")];
    for (head, figure) in own.into_iter().chain(served.into_iter().filter(|_| counts)) {
        ensure!(page[head] == figure, "{head} is {:?}, not {figure}", page[head]);
    }
    let sheet = sheet(desk)?;
    ensure!(page == sheet, "the page says {page:?}, the sheet {sheet:?}");
    let told = interface(house, desk)?;
    ensure!(page == told, "the page says {page:?}, the interface {told:?}");
    on_the_wall(desk, wall, &page)?;
    if counts {
        house.visit(&mut walkers.volunteer, "/me/hours")?;
        walkers.volunteer.wait_for_text(TODAY)?;
        walkers.volunteer.wait_for_text("扫码")?;
    }
    Ok(())
}

/// The last row of the page, once the count has arrived there; five seconds are allowed.
fn fresh(house: &House, desk: &mut Browser, since: Instant) -> Result<Figures> {
    loop {
        house.visit(desk, "/desk/statistics")?;
        let heads = desk.texts("main thead th")?;
        let total = desk.texts("main tfoot td")?;
        let row: Figures = heads.into_iter().skip(1).zip(total).collect();
        if row.get("服务街坊（人次）").is_some_and(|figure| figure == "36") {
            ensure!(seconds(since) <= 5.0, "the figures came {:.1} s after the deed", seconds(since));
            return Ok(row);
        }
        ensure!(seconds(since) < 15.0, "the figures do not come: {row:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn sheet(desk: &mut Browser) -> Result<Figures> {
    let answer = desk.client()?.get("/desk/statistics/export.xlsx")?;
    ensure!(answer.status == 200, "the sheet is answered with {}", answer.status);
    let book = kernel::tables::read(&answer.body, &kernel::tables::Limits::default())
        .map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let rows = &book.sheets.first().context("a sheet")?.rows;
    let heads = rows.iter().find(|row| row.iter().any(|cell| cell.shown() == "活跃（人）")).context("a head")?;
    let total = rows.iter().find(|row| row.first().is_some_and(|cell| cell.shown() == "合计")).context("a total")?;
    let pairs = heads.iter().zip(total).map(|(head, cell)| (head.shown(), cell.shown()));
    let wanted = |head: &str| FIGURES.iter().any(|(_, known)| *known == head);
    Ok(pairs.filter(|(head, _)| wanted(head)).map(|(head, figure)| (rounded(&head, &figure), head)).map(swap).collect())
}

fn swap((one, two): (String, String)) -> (String, String) {
    (two, one)
}

/// Hours are shown to a tenth on the page and finer elsewhere.
fn rounded(head: &str, figure: &str) -> String {
    if !head.contains("小时") {
        return figure.to_owned();
    }
    figure.parse::<f64>().map_or_else(|_| figure.to_owned(), |hours| format!("{hours:.1}"))
}

fn interface(house: &House, desk: &mut Browser) -> Result<Figures> {
    let said = house.command(&["token", "create", "liang", "--purpose", "journeys"])?;
    let token = said.lines().map(str::trim).rfind(|line| !line.is_empty()).context("a token is printed")?;
    let bearer = format!("Bearer {token}");
    let answer = desk.client()?.send("GET", "/api/v1/statistics", &[("authorization", &bearer)], &[])?;
    ensure!(answer.status == 200, "the interface answers {}: {}", answer.status, answer.text());
    let total = answer.json()?["total"].take();
    let shown = |(key, head): &(&str, &str)| {
        let figure = total[*key].to_string();
        ((*head).to_owned(), rounded(head, &figure))
    };
    Ok(FIGURES.iter().map(shown).collect())
}

fn on_the_wall(desk: &mut Browser, wall: &str, page: &Figures) -> Result<()> {
    desk.page(1920, 1080)?;
    desk.goto(wall)?;
    for (id, head) in [("#w-people", "志愿者（人）"), ("#w-teams", "队伍（支）"), ("#w-served", "服务街坊（人次）")]
    {
        let shown = desk.texts(id)?;
        ensure!(shown == [page[head].as_str()], "the wall says {shown:?}, the page {head} {:?}", page[head]);
    }
    desk.page(1440, 900)?;
    Ok(())
}
