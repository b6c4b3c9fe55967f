//! The pages of the desk, as an officer of the whole district sees them.

use crate::house::{DESK, House, PHONE, first};
use crate::pages::Pages;
use crate::people::enter;
use crate::walk_registry::pair;
use anyhow::{Context, Result};
use testkit::browser::Browser;

/// Everything that an officer's links lead to, and the forms and lists with questions of their own.
pub fn officers(house: &mut House, pages: &mut Pages) -> Result<()> {
    let mut browser = enter(house, "（区联合会干事）", DESK)?;
    let pair = pair(house, &mut browser)?;
    let from = [
        "/desk",
        "/desk/people",
        "/desk/people?q=没有这个人",
        "/desk/people/duplicates?state=apart",
        &pair,
        "/desk/teams",
        "/desk/activities",
        "/desk/hours",
        "/desk/hours?q=没有这个人",
        "/desk/hours/pending",
        "/desk/hours/months",
        "/desk/awards",
        "/desk/evaluations",
        "/desk/announcements",
        "/desk/imports",
        "/desk/search?q=陈",
        "/desk/sites",
        "/desk/statistics",
        "/desk/statistics/served",
        "/desk/statistics/people?metric=active",
        "/desk/statistics/teams",
        "/desk/statistics/activities",
        "/desk/statistics/pivot?metric=active&rows=age&columns=sex",
        "/desk/statistics/pivot?rows=town&columns=town",
        "/desk/statistics/targets",
        "/desk/statistics/frozen",
        "/desk/statistics/blanks",
        "/desk/settings",
        "/desk/towns",
        "/desk/towns/440605124/merger?into=440605125",
        "/desk/certificates",
        "/desk/jobs",
        "/desk/walls",
    ];
    pages.walk(house, &mut browser, ("officer", false), &from)?;
    of_a_team(house, pages, &mut browser)?;
    of_a_person(house, pages, &mut browser)?;
    judged(house, pages, &mut browser)?;
    house.read_in_english(&mut browser)?;
    slips(house, pages, &mut browser)
}

/// The forms by which a team is stopped, handed over, merged and split.
fn of_a_team(house: &mut House, pages: &mut Pages, officer: &mut Browser) -> Result<()> {
    let team = first(house, officer, "/desk/teams?kind=village", "tbody th a")?;
    let forms = ["state", "handover", "merger", "division", "edit", "statement"].map(|form| format!("{team}/{form}"));
    pages.walk(house, officer, ("officer", false), &forms.each_ref().map(String::as_str))
}

/// What was said of those who served, and a draft of what will be said to all.
fn judged(house: &mut House, pages: &mut Pages, officer: &mut Browser) -> Result<()> {
    let closed = first(house, officer, "/desk/evaluations", "tbody th a")?;
    let one = first(house, officer, &closed, "tbody th a")?;
    let draft = first(house, officer, "/desk/announcements?state=draft", "tbody th a")?;
    pages.walk(house, officer, ("officer", false), &[&closed, &one, &format!("{draft}/edit")])
}

/// What is kept of a person beside the record, and a deed for several of the list, looked at before it is done.
fn of_a_person(house: &mut House, pages: &mut Pages, officer: &mut Browser) -> Result<()> {
    let person = first(house, officer, "/desk/people", "tbody th a")?;
    let more = ["edit", "guardians", "life", "certificates", "reveal/phone"].map(|form| format!("{person}/{form}"));
    pages.walk(house, officer, ("officer", false), &more.each_ref().map(String::as_str))?;
    house.visit(officer, "/desk/people")?;
    officer.evaluate(
        "for (const box of [...document.querySelectorAll('tbody .tick')].slice(0, 3)) box.click()",
        &serde_json::json!([]),
    )?;
    officer.fill("对选中的", "people.dormant")?;
    officer.click_text("先看会怎样")?;
    officer.wait_for_text("会改")?;
    pages.met("officer", "/desk/bulk");
    house.look_here(officer, false)
}

/// The one-time links of a team, before they are made, on the sheet that is printed, and as its reader opens one.
fn slips(house: &mut House, pages: &mut Pages, officer: &mut Browser) -> Result<()> {
    let team = first(house, officer, "/desk/teams", "tbody th a")?;
    house.look(officer, &format!("{team}/access"), false)?;
    pages.met("officer", &format!("{team}/access"));
    officer.click_text("做出开通单")?;
    officer.wait_for_text("张开通单")?;
    house.look_here(officer, true)?;
    let link = officer.texts("figcaption")?.into_iter().next().context("a slip has an address")?;
    let (_, path) = link.split_once(house.address()).context("the address is ours")?;
    pages.met("reader", path.trim());
    let mut reader = house.browser(PHONE)?;
    house.look(&mut reader, path.trim(), true)
}
