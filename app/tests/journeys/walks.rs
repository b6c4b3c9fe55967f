//! What the federation in full promises, bullet by bullet: an officer at a desk, a leader and volunteers on their phones, on a
//! district that has been lived in. Each walk goes on what people see and press.

use crate::house::{DESK, House, PHONE, first};
use crate::people::{PASSWORD, enter, sign_in};
use crate::{walk_activities, walk_attendance, walk_desk, walk_hours, walk_messages, walk_registry, walk_statistics};
use anyhow::{Context, Result};
use testkit::browser::Browser;

/// Those who walk, each with a browser of their own.
pub struct Hands {
    /// An officer of the whole district.
    pub desk: Browser,
    /// A second officer: what needs another pair of eyes.
    pub second: Browser,
    /// The leader of the demo's team, on a phone.
    pub leader: Browser,
    /// The demo's volunteer, of the same team, on a phone.
    pub volunteer: Browser,
    /// The phone of somebody whom the officer registers and who takes the record over; of the same team from then on.
    pub newcomer: Browser,
    /// The team.
    pub team: String,
    /// Its name.
    pub team_name: String,
}

impl Hands {
    fn of(house: &House) -> Result<Self> {
        house.command(&[
            "account",
            "create",
            "guan",
            "--name",
            "关志坚",
            "--role",
            "district",
            "--password",
            PASSWORD,
        ])?;
        let desk = enter(house, "（区联合会干事）", DESK)?;
        let mut second = house.browser(DESK)?;
        sign_in(house, &mut second, "guan")?;
        let mut leader = enter(house, "（队长）", PHONE)?;
        let form = first(house, &mut leader, "/team", "main a[href^='/activities/new']")?;
        let team = form.rsplit('=').next().context("a form is for a team")?.to_owned();
        let team_name = leader.texts("main p.today")?.into_iter().next().context("a team has a name")?;
        let volunteer = enter(house, "（志愿者）", PHONE)?;
        let newcomer = house.browser(PHONE)?;
        Ok(Self { desk, second, leader, volunteer, newcomer, team, team_name })
    }
}

/// A walk.
type Walk = fn(&mut House, &mut Hands) -> Result<()>;

#[test]
fn the_whole_federation_is_walked_on_phones_and_at_a_desk() -> Result<()> {
    let Some(mut house) = House::lived_in()? else { return Ok(()) };
    let mut hands = Hands::of(&house)?;
    walk_registry::walk(&mut house, &mut hands).context("the registry")?;
    let shift = walk_attendance::arrive(&mut house, &mut hands).context("attendance");
    let walks: [(&str, Walk); 6] = [
        ("activities", walk_activities::walk),
        ("messages", walk_messages::walk),
        ("hours", walk_hours::walk),
        ("the paper sheet", walk_attendance::paper),
        ("statistics", walk_statistics::walk),
        ("the desk", walk_desk::walk),
    ];
    let mut faults = Vec::new();
    for (what, walk) in walks {
        faults.extend(walk(&mut house, &mut hands).err().map(|error| format!("{what} ends early: {error:#}")));
    }
    let left = shift.and_then(|shift| walk_attendance::leave(&mut house, &mut hands, &shift));
    faults.extend(left.err().map(|error| format!("{error:#}")));
    faults.extend(house.close().err().map(|error| error.to_string()));
    anyhow::ensure!(faults.is_empty(), "{}", faults.join("\n\n"));
    Ok(())
}
