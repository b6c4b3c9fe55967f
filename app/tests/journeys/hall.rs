//! At the place: the code that turns on the leader's screen, the phones that are held before it, and the leader's list.

use crate::house::{House, heading, path_of};
use crate::{AUNT, Walkers};
use anyhow::{Context, Result, ensure};
use std::time::Instant;
use testkit::browser::Browser;

/// Where the leader takes attendance of one session.
pub struct Codes {
    roster: String,
}

impl Codes {
    /// The leader opens the list of today from the phone.
    pub fn of(house: &House, leader: &mut Browser, title: &str) -> Result<Self> {
        house.visit(leader, "/team")?;
        let found = "const row = [...document.querySelectorAll('a[href^=\"/sessions/\"], article')]
                     .find((e) => e.innerText.includes(arguments[0])); if (!row) return null;
                     const link = row.matches('a') ? row : row.querySelector('a[href^=\"/sessions/\"]');
                     return link && link.getAttribute('href').split('/').slice(0, 3).join('/')";
        let roster = leader.evaluate(found, &serde_json::json!([title]))?;
        let roster = roster.as_str().with_context(|| format!("{title} is not on the leader's page"))?.to_owned();
        house.visit(leader, &roster)?;
        heading(leader, "点名")?;
        Ok(Self { roster })
    }

    /// What a camera reads from the leader's screen now.
    fn scan(&self, house: &House, leader: &mut Browser) -> Result<String> {
        house.visit(leader, &format!("{}/code", self.roster))?;
        leader.wait_for_text("15 秒换一次")?;
        leader.scanned()
    }
}

/// Everybody comes: two by the code, one by the list. Gives the address that a code held.
pub fn arrive(house: &House, walkers: &mut Walkers, codes: &Codes) -> Result<String> {
    let address = codes.scan(house, &mut walkers.leader)?;
    ensure!(address.starts_with(&house.url("/c/")), "the code leads to {address}");
    for phone in [&mut walkers.volunteer, &mut walkers.plain] {
        press(phone, &codes.scan(house, &mut walkers.leader)?, "签到")?;
        phone.wait_for_text("你在场")?;
        // Without a new scan there is nothing to press: a picture of an old code lets nobody out.
        ensure!(!phone.text()?.contains("提早走也要签退"), "one scan serves twice");
    }
    let leader = &mut walkers.leader;
    house.visit(leader, &codes.roster)?;
    leader.click_text(&format!("签到 {}", AUNT.name))?;
    leader.wait_for_text("到 3 人，还有 0 人没到")?;
    Ok(address)
}

/// The camera opens the address in the phone's own browser; one button is pressed.
fn press(phone: &mut Browser, address: &str, button: &str) -> Result<()> {
    phone.goto(address)?;
    ensure!(path_of(phone)?.starts_with("/check-in/"), "{address} leads to {}", phone.text()?);
    phone.click_text(button)
}

/// A code from a minute ago is refused, and the page says what to do.
pub fn is_stale(phone: &mut Browser, address: &str) -> Result<()> {
    phone.goto(address)?;
    heading(phone, "这个码过期了")?;
    phone.wait_for_text("请对着屏幕扫最新的码，或请带队代签。")?;
    ensure!(phone.texts("main form button")?.is_empty(), "an old code still offers a button");
    let another =
        address.rsplit_once('/').map(|(start, _)| format!("{start}/AAAAAAAA")).context("a code has a mark")?;
    phone.goto(&another)?;
    heading(phone, "这个码过期了")
}

/// Everybody leaves as they came, and the leader counts who was served. Gives the moment of the last deed.
pub fn leave(house: &House, walkers: &mut Walkers, codes: &Codes) -> Result<Instant> {
    for phone in [&mut walkers.volunteer, &mut walkers.plain] {
        press(phone, &codes.scan(house, &mut walkers.leader)?, "签退")?;
        phone.wait_for_text("离场")?;
    }
    let leader = &mut walkers.leader;
    house.visit(leader, &codes.roster)?;
    leader.click_text(&format!("签退 {}", AUNT.name))?;
    leader.wait_for_text("已签退")?;
    leader.fill("服务人次", "36")?;
    leader.click_text("记下")?;
    leader.wait_for_text("记下了：36 人次。")?;
    Ok(Instant::now())
}
