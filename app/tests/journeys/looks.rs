//! Every page of a lived-in district, looked at by the person whose page it is, in Chinese and in English.

use crate::house::{DESK, House, PHONE, first, heading};
use crate::pages::Pages;
use crate::people::enter;
use crate::{looks_desk, looks_phone};
use anyhow::{Context, Result, ensure};
use testkit::browser::Browser;

/// Pages to which nothing of a demo leads: where they are looked at, or what they would need.
const ELSEWHERE: [(&str, &str); 33] = [
    ("/access/{token}", "the sheet of slips, by its reader"),
    ("/activities/{activity}/draw", "the walk through activities"),
    ("/answers/{signup}/{mark}", "comes by mail; the same page as /me/services/{signup}/answer"),
    ("/check-in/{session}", "the walk through attendance"),
    ("/claim/{token}", "the walk through the registry"),
    ("/desk/announcements/{announcement}/chasing", "the walk through messages"),
    ("/desk/announcements/{announcement}/readers", "the walk through messages"),
    ("/desk/announcements/{announcement}/withdrawal", "the walk through messages"),
    ("/desk/bulk/{run}", "the walk through the desk"),
    ("/desk/imports/{import}", "the rosters of the journey from an empty folder"),
    ("/desk/imports/{import}/undoing", "needs an import"),
    ("/desk/jobs/{job}", "needs a job that is left"),
    ("/desk/people/export/{wish}", "needs a wish for a full export"),
    ("/desk/people/merges/{merge}", "the walk through the registry"),
    ("/desk/sheets/{sheet}", "the walk through attendance"),
    ("/desk/statistics/blanks/{blank}", "needs a form from above"),
    ("/desk/statistics/frozen/{report}", "the walk through statistics"),
    ("/desk/teams/{team}/review", "needs an application for a team"),
    ("/guardian/{token}", "needs a minor with a guardian"),
    ("/keeper/{token}", "the journey from an empty folder"),
    ("/me/hours/applications/{pending}", "the walk through hours"),
    ("/me/teams/{team}/leaving", "on the page of one's own team alone"),
    ("/recovery/{token}", "needs a link back into an account"),
    ("/desk/people/{person}/recovery", "needs somebody with an account"),
    ("/second-factor", "the journey from an empty folder"),
    ("/sessions/{session}/applications/new", "the walk through hours"),
    ("/sessions/{session}/claims/new", "the paper sheet of the journey from an empty folder"),
    ("/sessions/{session}/sheets/new", "the walk through attendance"),
    ("/settings", "leads on"),
    ("/sheets/{sheet}/sample", "the walk through attendance"),
    ("/teams/{team}/application", "needs an application for a team"),
    ("/teams/{team}/handover", "needs a leader who is asked to take over"),
    ("/welcome/{token}", "the journey of an officer"),
];

type Look = fn(&mut House, &mut Pages) -> Result<()>;

/// Who looks, one after the other.
const READERS: [(&str, Look); 5] = [
    ("strangers", strangers),
    ("volunteers", looks_phone::volunteers),
    ("leaders", looks_phone::leaders),
    ("officers", looks_desk::officers),
    ("keepers", keepers),
];

#[test]
fn no_page_of_a_lived_in_district_has_a_fault() -> Result<()> {
    let Some(mut house) = House::lived_in()? else { return Ok(()) };
    let mut pages = Pages::of(&house)?;
    let mut faults = Vec::new();
    for (who, look) in READERS {
        faults.extend(look(&mut house, &mut pages).err().map(|error| format!("{who}: {error:#}")));
        house.forget_walk();
    }
    let unseen: Vec<&str> =
        pages.unseen().into_iter().filter(|page| !ELSEWHERE.iter().any(|(known, _)| known == page)).collect();
    faults.extend(unseen.iter().map(|page| format!("nobody looked at {page}")));
    faults.extend(house.close().err().map(|error| error.to_string()));
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

fn strangers(house: &mut House, pages: &mut Pages) -> Result<()> {
    let mut browser = house.browser(PHONE)?;
    let from = [
        "/",
        "/activities",
        "/figures",
        "/figures/pivot",
        "/postings",
        "/sites",
        "/teams",
        "/sign-in",
        "/claim",
        "/offline",
        "/no-such-page",
        "/activities?q=没有这样的活动",
        "/postings?q=没有这样的活动",
    ];
    pages.walk(house, &mut browser, ("stranger", true), &from)?;
    steps_of_joining(house, &mut browser)?;
    house.read_in_english(&mut browser)
}

/// Each step as it is first shown, and the first one refused.
fn steps_of_joining(house: &mut House, browser: &mut Browser) -> Result<()> {
    house.visit(browser, "/join")?;
    browser.click_text("继续")?;
    browser.wait_for_text("有 1 处需要改")?;
    house.look_here(browser, true)?;
    let steps: [(&str, &[(&str, &str)]); 6] = [
        ("你叫什么名字", &[("姓名", "阿依古丽·买买提")]),
        ("核对身份", &[("身份证号", "11010519491231002X"), ("手机号", "13800138099")]),
        ("你住在哪个镇街", &[("大沥镇", "true")]),
        ("哪个社区或村", &[]),
        ("想加入哪支队伍", &[]),
        ("设一个密码", &[("新密码", "gravel-lantern-orbit-59"), ("再输一遍", "gravel-lantern-orbit-59")]),
    ];
    for (title, answers) in steps {
        heading(browser, title)?;
        house.look_here(browser, true)?;
        for (label, answer) in answers {
            browser.fill(label, answer)?;
        }
        browser.click_text("继续")?;
    }
    heading(browser, "看看填得对不对")?;
    house.look_here(browser, true)
}

fn keepers(house: &mut House, pages: &mut Pages) -> Result<()> {
    let mut registrar = enter(house, "（账号管理员）", DESK)?;
    let explained = "/desk/explain?who=demo-town&verb=people.read&region=440605125";
    pages.walk(house, &mut registrar, ("registrar", false), &["/desk/accounts", "/desk/explain", explained])?;
    let account = first(house, &mut registrar, "/desk/accounts", "tbody a")?;
    house.look(&mut registrar, &account, false)?;
    house.read_in_english(&mut registrar)?;
    let mut auditor = enter(house, "（审计管理员）", DESK)?;
    pages.walk(house, &mut auditor, ("auditor", false), &["/desk/trace"])?;
    house.read_in_english(&mut auditor)?;
    let mut keeper = enter(house, "（系统管理员）", DESK)?;
    pages.walk(house, &mut keeper, ("keeper", false), &["/desk/jobs", "/desk/walls", "/desk/outbox"])?;
    house.read_in_english(&mut keeper)?;
    house.visit(&mut keeper, "/desk/walls")?;
    keeper.fill("放在哪里", "党群服务中心大厅")?;
    keeper.click_text("生成网址")?;
    keeper.wait_for_text("/wall/")?;
    house.look_here(&mut keeper, false)?;
    let wall = keeper.texts("code")?.pop().context("a wall has an address")?;
    let (_, path) = wall.split_once(house.address()).context("the address is ours")?;
    pages.met("keeper", path.trim());
    Ok(())
}
