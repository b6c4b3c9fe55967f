//! The people: names as Guangdong has them, valid numbers that nobody owns, and where each belongs.

use super::dice::Dice;
use super::lore::{Lore, fill};
use super::world::{Somebody, World};
use super::{Size, plain};
use chrono::{Datelike as _, Duration, NaiveDate};
use kernel::db::LaneKey;
use kernel::{Cx, Tx};
use organisations::{MembershipRole, NewMembership};
use people::rules::identity::{Identity, Kind};
use people::{NewPerson, PersonId, PersonState, PoliticalCode, Sex};
use std::collections::{HashMap, HashSet};

/// Areas of birth: the district's own and its neighbours', as numbers begin.
const AREAS: [(&str, usize); 8] = [
    ("440605", 40),
    ("440622", 24),
    ("440601", 10),
    ("440606", 6),
    ("440682", 4),
    ("441823", 5),
    ("440981", 6),
    ("450421", 5),
];
/// So many people are written at once.
const AT_ONCE: usize = 4_000;

/// Makes the volunteers and their memberships.
pub(super) async fn make(
    cx: &Cx,
    lore: &Lore,
    size: &Size,
    world: &mut World,
    dice: &mut Dice,
    progress: &mut impl FnMut(&str, u64, u64),
) -> anyhow::Result<()> {
    let weights: Vec<usize> = world.teams.iter().map(|_| dice.below(90) + 20).collect();
    let mut numbers = HashSet::new();
    let mut secretaries = HashMap::new();
    let (mut people, mut memberships) = (Vec::new(), Vec::new());
    let teams = world.teams.len();
    for n in 0..usize::try_from(size.volunteers)? {
        // The first of each team lead it.
        let team = if n < teams { n } else { dice.weighted(weights.iter().copied()) };
        let new = somebody(lore, world, &mut numbers, (n, team, dice));
        belong(world, &new, (n, team), &mut secretaries, (&mut memberships, dice));
        people.push(new);
        if people.len() == AT_ONCE {
            write(cx, std::mem::take(&mut people), std::mem::take(&mut memberships)).await?;
            progress("people", n as u64 + 1, size.volunteers);
        }
    }
    write(cx, people, memberships).await?;
    progress("people", size.volunteers, size.volunteers);
    Ok(())
}

async fn write(cx: &Cx, people: Vec<NewPerson>, memberships: Vec<NewMembership>) -> anyhow::Result<()> {
    let at = cx.clone();
    cx.db
        .write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            people::insert_many(tx, &at, &people).await?;
            organisations::insert_memberships(tx, &at, &memberships).await
        })
        .await
        .map_err(plain)?;
    Ok(())
}

fn somebody(
    lore: &Lore,
    world: &World,
    numbers: &mut HashSet<String>,
    (n, team, dice): (usize, usize, &mut Dice),
) -> NewPerson {
    let sex = if dice.chance(46) { Sex::Male } else { Sex::Female };
    let (name, sex) = name(lore, sex, dice);
    let team = &world.teams[team];
    let town = &world.towns[team.town];
    let near = dice.chance(60) || town.communities.is_empty();
    let region = if near { team.region.clone() } else { dice.pick(&town.communities).0.clone() };
    let registered_on = world.today - Duration::days(dice.between(20, 2_400));
    let age = dice.between(18, 45) + if dice.chance(35) { dice.between(5, 28) } else { 0 };
    let birth = registered_on - Duration::days(age * 365 + dice.between(0, 364));
    let number = resident(birth, sex, numbers, dice);
    let identity = dice.chance(95).then(|| Identity {
        kind: Kind::Resident,
        number,
        birth_date: Some(birth),
        sex: Some(document_sex(sex)),
    });
    let political = match dice.below(100) {
        0..72 => PoliticalCode::Party,
        72..75 => PoliticalCode::Probationary,
        75..84 => PoliticalCode::League,
        _ => PoliticalCode::Masses,
    };
    let since = registered_on - Duration::days(dice.between(0, 2_000));
    NewPerson {
        id: PersonId(dice.id(kernel::time::day_start(registered_on))),
        sex,
        birth_date: Some(birth),
        phone: phone(n, dice),
        identity,
        ethnicity: Some(if dice.chance(97) { "01" } else { "08" }.to_owned()),
        education: Some((*dice.pick(&["14", "21", "21", "31", "31", "41", "61", "71"])).to_owned()),
        employer: dice.chance(70).then(|| team.of.clone()),
        skills: dice.chance(12).then(|| dice.pick(&lore.skills).clone()),
        address: dice.chance(40).then(|| {
            let number = dice.between(1, 200).to_string();
            fill(&lore.address, &[("region", &town.name), ("road", dice.text(&lore.roads)), ("n", &number)])
        }),
        state: if dice.chance(96) { PersonState::Active } else { PersonState::Dormant },
        political: Some((political, Some(since))),
        ..NewPerson::named(&name, &region, registered_on)
    }
}

fn name(lore: &Lore, sex: Sex, dice: &mut Dice) -> (String, Sex) {
    if dice.below(4_000) == 0 {
        let (name, sex) = dice.pick(&lore.others);
        return (name.clone(), if sex == "1" { Sex::Male } else { Sex::Female });
    }
    let surname = if dice.below(150) == 0 {
        dice.pick(&lore.compound).clone()
    } else {
        lore.surnames[dice.weighted(lore.surnames.iter().map(|(_, weight)| *weight))].0.clone()
    };
    let letters = if sex == Sex::Male { &lore.male } else { &lore.female };
    let mut given = dice.pick(letters).clone();
    if dice.below(120) == 0 {
        given.push_str(dice.text(&lore.rare));
    } else if dice.chance(84) {
        given.push_str(dice.text(letters));
    }
    (format!("{surname}{given}"), sex)
}

/// A citizen's number with its check character; each once.
pub(super) fn resident(birth: NaiveDate, sex: Sex, numbers: &mut HashSet<String>, dice: &mut Dice) -> String {
    loop {
        let area = AREAS[dice.weighted(AREAS.iter().map(|(_, weight)| *weight))].0;
        let serial = dice.below(499) * 2 + usize::from(sex == Sex::Male);
        let body = format!("{area}{:04}{:02}{:02}{serial:03}", birth.year(), birth.month(), birth.day());
        let number = format!("{body}{}", check(&body));
        if numbers.insert(number.clone()) {
            return number;
        }
    }
}

/// ISO 7064 MOD 11-2.
fn check(body: &str) -> char {
    let sum = body.bytes().fold(0_u32, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    match (12 - sum) % 11 {
        10 => 'X',
        rest => char::from_digit(rest, 10).unwrap_or('0'),
    }
}

fn document_sex(sex: Sex) -> people::rules::identity::Sex {
    match sex {
        Sex::Male => people::rules::identity::Sex::Male,
        _ => people::rules::identity::Sex::Female,
    }
}

/// A number of a range that no carrier gives out; a few share one, a few have none.
pub(super) fn phone(n: usize, dice: &mut Dice) -> Option<String> {
    let n = if dice.below(300) == 0 { n.saturating_sub(1) } else { n };
    dice.chance(98).then(|| format!("19907{:06}", (n * 7_919 + 13) % 1_000_000))
}

/// Team, sometimes a second one, and the branch of those who are of the party.
fn belong(
    world: &mut World,
    new: &NewPerson,
    (n, team): (usize, usize),
    secretaries: &mut HashMap<organisations::OrganisationId, PersonId>,
    (memberships, dice): (&mut Vec<NewMembership>, &mut Dice),
) {
    let from_on = new.registered_on.unwrap_or(world.today);
    let mut join = |organisation, role| {
        memberships.push(NewMembership { organisation, person: new.id, role, from_on, to_on: None });
    };
    let role = match world.teams[team].members.len() {
        0 => MembershipRole::Leader,
        1 => MembershipRole::Deputy,
        _ => MembershipRole::Member,
    };
    join(world.teams[team].id, role);
    world.teams[team].members.push(n);
    let second = dice.chance(12).then(|| dice.below(world.teams.len())).filter(|second| *second != team);
    // Who is the first of a team by chance does not lead it: its leader comes in turn.
    let second = second.filter(|second| world.teams[*second].members.len() > 1);
    if let Some(second) = second {
        join(world.teams[second].id, MembershipRole::Member);
        world.teams[second].members.push(n);
    }
    let party = matches!(new.political, Some((PoliticalCode::Party | PoliticalCode::Probationary, _)));
    if let Some(branch) = world.teams[team].branch.filter(|_| party) {
        let first = secretaries.insert(branch, new.id).is_none();
        join(branch, if first { MembershipRole::Secretary } else { MembershipRole::Member });
    }
    world.people.push(Somebody {
        id: new.id,
        name: new.name.clone(),
        phone: new.phone.clone(),
        team,
        second,
        registered_on: from_on,
    });
}
