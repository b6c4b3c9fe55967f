//! The pages of a volunteer and of a leader, on their phones.

use crate::house::{House, PHONE, first};
use crate::pages::Pages;
use crate::people::enter;
use anyhow::Result;
use testkit::browser::Browser;

/// One's own pages, each kind once, and what one's next service and one's offer lead to.
pub fn volunteers(house: &mut House, pages: &mut Pages) -> Result<()> {
    let mut browser = enter(house, "（志愿者）", PHONE)?;
    let signup = first(house, &mut browser, "/me/services", "main .list a[href*='/signups/']")?;
    let id = signup.rsplit('/').next().unwrap_or_default();
    let mine = ["answer", "handover", "withdrawal", "swaps"].map(|what| format!("/me/services/{id}/{what}"));
    let [answer, handover, withdrawal, swaps] = mine.each_ref().map(String::as_str);
    let open = first(house, &mut browser, "/activities", "main .list a")?;
    let open = open.split('?').next().unwrap_or(&open).to_owned();
    let (together, poster) = (format!("{open}/groups/new"), format!("{open}/poster"));
    let from = [
        "/me",
        "/me/services",
        "/me/services?show=past",
        "/me/hours",
        "/me/hours/statement",
        "/me/hours/applications/new",
        "/me/messages",
        "/me/announcements",
        "/me/awards",
        "/me/calendar",
        "/me/evaluations",
        "/me/wards",
        "/me/data",
        "/teams/new",
        "/activities?show=all",
        signup.as_str(),
        answer,
        handover,
        withdrawal,
        swaps,
        "/me/swaps",
        "/me/handovers",
        "/me/absences",
        "/me/certificates",
        together.as_str(),
        poster.as_str(),
    ];
    pages.walk(house, &mut browser, ("volunteer", true), &from)?;
    offered(house, pages, &mut browser)?;
    house.read_in_english(&mut browser)?;
    house.visit(&mut browser, "/me/calendar")?;
    browser.click_text("做日历地址")?;
    browser.wait_for_text("只显示这一次")?;
    house.look_here(&mut browser, true)?;
    // A report without a word: the form refused.
    let report = first(house, &mut browser, "/me/hours/applications/new", "main .list a");
    if let Ok(report) = report {
        house.look(&mut browser, &report, true)?;
        pages.met("volunteer", &report);
        browser.click_text("提交")?;
        browser.wait_for_text("处需要改")?;
        house.look_here(&mut browser, true)?;
    }
    Ok(())
}

/// The demo's volunteer has an offer to answer.
fn offered(house: &mut House, pages: &mut Pages, browser: &mut Browser) -> Result<()> {
    house.visit(browser, "/me/services")?;
    browser.click_text("确认")?;
    let offer = "return document.querySelector('a[href$=\"/offer\"]')?.getAttribute('href')";
    let offer = browser.evaluate(offer, &serde_json::json!([]))?;
    if let Some(path) = offer.as_str() {
        house.look(browser, path, true)?;
        pages.met("volunteer", path);
    }
    Ok(())
}

/// A leader's pages, those of the desk too, which leaders open on their phones.
pub fn leaders(house: &mut House, pages: &mut Pages) -> Result<()> {
    let mut browser = enter(house, "（队长）", PHONE)?;
    let form = first(house, &mut browser, "/team", "main a[href^='/activities/new']")?;
    let team = form.rsplit('=').next().unwrap_or_default().to_owned();
    let roster = first(house, &mut browser, "/team", "main a[href^='/sessions/']")?;
    let session = roster.split('/').take(3).collect::<Vec<_>>().join("/");
    let activity = first(house, &mut browser, "/team", "main .alt a[href^='/activities/']")?;
    let of_session = ["", "/code", "/inside", "/bulk?deed=in", "/bulk?deed=out", "/guests/new", "/change", "/sheets"];
    let of_activity = ["/submission", "/series", "/partners", "/copies/new", "/evaluations", "/edit"];
    let desk = [
        "/desk/announcements",
        "/desk/announcements/new",
        "/desk/people",
        "/desk/hours",
        "/desk/hours/pending",
        "/desk/awards",
        "/desk/evaluations",
    ];
    let of_team = [format!("/desk/teams/{team}"), format!("/desk/teams/{team}/statement")];
    let mut from = vec!["/team".to_owned(), "/team/requests".to_owned(), "/team/claims".to_owned(), form.clone()];
    from.extend(of_session.map(|end| format!("{session}{end}")));
    from.extend(of_activity.map(|end| format!("{activity}{end}")));
    from.extend(of_team.into_iter().chain(desk.map(str::to_owned)));
    let from: Vec<&str> = from.iter().map(String::as_str).collect();
    pages.walk(house, &mut browser, ("leader", true), &from)?;
    house.read_in_english(&mut browser)?;
    // The form refused: every question, its error, and the summary of both.
    house.visit(&mut browser, &form)?;
    browser.click_text("交审核")?;
    browser.wait_for_text("处需要改")?;
    house.look_here(&mut browser, true)
}
