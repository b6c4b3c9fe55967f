//! The activities and when they are held: most are over, some go on today, some are open, a few wait for review.

use super::dice::Dice;
use super::lore::{Category, Lore, fill};
use super::world::{Team, World};
use super::{Rows, Size, put};
use activities::model::{ActivityId, PostId, SessionId, State};
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use kernel::db::Value;
use kernel::{Cx, Json, args};
use places::model::SiteId;

/// An activity.
pub(super) struct Activity {
    pub id: ActivityId,
    pub number: String,
    pub title: String,
    pub team: usize,
    pub region: String,
    pub site: Option<SiteId>,
    pub place: String,
    pub category: String,
    pub categories: Vec<String>,
    pub state: State,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// A session with the ids of its posts.
pub(super) struct Session {
    pub id: SessionId,
    pub activity: usize,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub posts: Vec<PostId>,
    /// About how many come.
    pub size: usize,
}

impl Session {
    pub(super) fn day(&self) -> NaiveDate {
        kernel::time::day(self.starts_at)
    }
}

/// All of them; sessions in the order of time.
pub(super) struct Plan {
    pub activities: Vec<Activity>,
    pub sessions: Vec<Session>,
    /// The activity for which the demo's volunteer has signed up next.
    pub next: usize,
}

/// Begin (minutes of the day) and length of the usual sessions.
const SLOTS: [(i64, i64); 10] = [
    (510, 150),
    (540, 120),
    (540, 90),
    (570, 120),
    (840, 120),
    (870, 150),
    (900, 120),
    (990, 90),
    (1_140, 120),
    (1_170, 120),
];

/// How many activities stand where.
struct Shares {
    open: usize,
    running: usize,
    review: usize,
    draft: usize,
    /// Sessions of one that is over, on average.
    sessions: f64,
}

impl Shares {
    fn of(size: &Size, people_each: usize) -> Self {
        let n = usize::try_from(size.activities).unwrap_or(0);
        let (open, running) = ((n * 3 / 100).max(1), (n * 3 / 100).max(1));
        let (review, draft) = ((n / 330).max(1), (n / 400).max(1));
        let held = n.saturating_sub(open + review + draft).max(1);
        // Somebody is busy elsewhere now and then, so a few more are held.
        let wanted = size.attendances as f64 * 1.04 / people_each.max(1) as f64;
        Self { open, running, review, draft, sessions: wanted / held as f64 }
    }

    fn state(&self, n: usize) -> State {
        let marks = [self.open, self.running, self.review, self.draft];
        let mut left = n;
        for (mark, state) in marks.iter().zip([State::Open, State::Running, State::Review, State::Draft]) {
            if left < *mark {
                return state;
            }
            left -= mark;
        }
        State::Ended
    }
}

/// Plans everything; also chooses the demo's team.
pub(super) fn make(lore: &Lore, size: &Size, world: &mut World, dice: &mut Dice) -> Plan {
    let team = world.people.len() / world.teams.len().max(1);
    let each = (team * 2 / 5).clamp(2, 22);
    let shares = Shares::of(size, each);
    let mut plan = Plan { activities: Vec::new(), sessions: Vec::new(), next: 0 };
    for n in 0..usize::try_from(size.activities).unwrap_or(0) {
        let state = shares.state(n);
        let days = days(state, n, (world.today, size.days), shares.sessions, dice);
        // The demo's team holds the first that runs, too: its leader has somebody to call today, and a past.
        let first = plan.activities.first().map(|a| a.team).filter(|_| n == shares.open);
        let mut activity = activity(lore, world, (state, first), &days, dice);
        let night = state == State::Running && n % 10 == 3;
        if night {
            let of = called(lore, world, &world.teams[activity.team], None);
            activity.title = fill(&lore.title, &[("of", &of), ("title", &lore.night)]);
            activity.categories = vec!["11".to_owned()];
            activity.category = "11".to_owned();
        }
        for (at, day) in days.iter().enumerate() {
            // The first that runs is on at this moment, so that even a small district is not asleep by day.
            let live = n == shares.open && *day == world.today;
            let (begin, length) = match slot_at(world.now).filter(|_| live) {
                Some(now) => now,
                None if night => (10, 340),
                None => slot(n + at, dice),
            };
            let starts_at = kernel::time::day_start(*day) + Duration::minutes(begin);
            let size = (each / 2 + dice.below(each + 1)).max(1);
            let posts = if size > 16 { 2 } else { 1 };
            plan.sessions.push(Session {
                id: SessionId(dice.id(starts_at - Duration::days(9))),
                activity: n,
                starts_at,
                ends_at: starts_at + Duration::minutes(length),
                posts: (0..posts).map(|_| PostId(dice.id(starts_at - Duration::days(9)))).collect(),
                size,
            });
        }
        plan.activities.push(activity);
    }
    plan.sessions.sort_by_key(|s| (s.starts_at, s.id));
    world.demo_team = plan.activities.first().map_or(0, |a| a.team);
    plan
}

/// A time of day that is well under way at a moment, by day.
fn slot_at(now: chrono::DateTime<chrono::Utc>) -> Option<(i64, i64)> {
    let minute = (now - kernel::time::day_start(kernel::time::day(now))).num_minutes();
    SLOTS.iter().copied().find(|(begin, length)| begin + 20 <= minute && minute + 10 <= begin + length)
}

fn slot(turn: usize, dice: &mut Dice) -> (i64, i64) {
    // Two of three are thrown; the third goes round, so that some session is on at every hour of the day.
    if turn.is_multiple_of(3) { SLOTS[turn / 3 % SLOTS.len()] } else { *dice.pick(&SLOTS) }
}

/// The days on which an activity of this state is held, in order.
#[expect(clippy::cast_possible_truncation, reason = "a count of sessions, far below what an i64 holds")]
fn days(state: State, n: usize, (today, window): (NaiveDate, u64), count: f64, dice: &mut Dice) -> Vec<NaiveDate> {
    let window = i64::try_from(window).unwrap_or(365);
    let weekly = |first: NaiveDate, count: i64| (0..count).map(|w| first + Duration::days(7 * w)).collect::<Vec<_>>();
    match state {
        // The first open one is held tomorrow: it is the next service of the demo's volunteer.
        State::Open if n == 0 => weekly(today + Duration::days(1), 2),
        State::Open => weekly(today + Duration::days(dice.between(1, 26)), dice.between(1, 2)),
        State::Review | State::Draft => weekly(today + Duration::days(dice.between(9, 28)), dice.between(1, 2)),
        _ => {
            // Around the average, so that all of them together are as many as asked for.
            let count = ((count * (0.5 + dice.part()) + dice.part()) as i64).clamp(1, window - 1);
            let pace = if count * 7 <= window { 7 } else { ((window - 1) / count).max(1) };
            let running = state == State::Running;
            // The last day leaves room for all days before it.
            let room = (window - 1 - (count - 1) * pace).max(1);
            let mut last = if running { today } else { today - Duration::days(dice.between(1, room)) };
            if !running && dice.chance(40) {
                // Many are held on the day of the week that today is, so that today has days to be compared with.
                let back =
                    i64::from((last.weekday().num_days_from_monday() + 7 - today.weekday().num_days_from_monday()) % 7);
                last -= Duration::days(back);
            }
            let first = today - Duration::days(window + 7);
            let past = (0..count).map(|back| last - Duration::days(back * pace)).filter(|day| *day > first);
            let mut all: Vec<NaiveDate> = past.collect();
            if all.is_empty() {
                all.push(today - Duration::days(1));
            }
            if running {
                all.extend([7, 14].map(|more| today + Duration::days(more)));
            }
            all.sort_unstable();
            all
        }
    }
}

fn activity(
    lore: &Lore,
    world: &World,
    (state, team): (State, Option<usize>),
    days: &[NaiveDate],
    dice: &mut Dice,
) -> Activity {
    let any = dice.below(world.teams.len());
    let at = team.unwrap_or(any);
    let team = &world.teams[at];
    let codes: Vec<&String> = lore.weights.keys().collect();
    let category = codes[dice.weighted(lore.weights.values().copied())].clone();
    let mut categories = vec![category.clone()];
    let other = codes[dice.weighted(lore.weights.values().copied())].clone();
    if dice.chance(30) && other != category {
        categories.push(other);
    }
    let near: Vec<_> = world.sites.iter().filter(|s| s.town == team.town).collect();
    let site = (!near.is_empty() && dice.chance(70)).then(|| *dice.pick(&near));
    let called = called(lore, world, team, site.map(|s| s.name.as_str()));
    let (first, last) = (days.first().copied().unwrap_or(world.today), days.last().copied().unwrap_or(world.today));
    let made = kernel::time::day_start(first) - Duration::days(dice.between(8, 20));
    let id = ActivityId(dice.id(made.min(world.now)));
    let tail: String = id.0.simple().to_string().chars().rev().take(8).collect();
    Activity {
        id,
        number: format!("HD{}{}", first.year(), tail.to_uppercase()),
        title: fill(&lore.title, &[("of", &called), ("title", dice.text(&of(lore, &category).titles))]),
        team: at,
        region: site.map_or_else(|| team.region.clone(), |s| s.region.clone()),
        site: site.map(|s| s.id),
        place: site.map_or_else(|| team.of.clone(), |s| s.name.clone()),
        category,
        categories,
        state,
        first,
        last,
    }
}

/// How long a name may be that stands before a title; people do not write more.
const SHORT: usize = 7;

/// The name before a title, as people write it: a firm without its place and form, a village as it is called; where the
/// body's own name is long, the place of the service, and where that is long too, the town.
fn called(lore: &Lore, world: &World, team: &Team, site: Option<&str>) -> String {
    let bare = |name: &str, pattern: &str| {
        let (before, _) = pattern.split_once('{').unwrap_or((pattern, ""));
        let (_, after) = pattern.rsplit_once('}').unwrap_or(("", ""));
        let bare = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap_or(name);
        (bare.chars().count() <= SHORT).then(|| bare.to_owned())
    };
    bare(&team.of, &lore.enterprise)
        .or_else(|| bare(site?, &lore.sites["station"]))
        .unwrap_or_else(|| world.towns[team.town].name.clone())
}

/// A category's lore; every weight has one.
pub(super) fn of<'l>(lore: &'l Lore, category: &str) -> &'l Category {
    lore.categories.get(category).or_else(|| lore.categories.values().next()).expect("the lore has categories")
}

const HEAD: &str = "INSERT INTO activity (tenant_id, id, number, title, summary, organisation_id, organisation_name, organisation_path, kind,
  region_code, site_id, place, state, ended_how, starts_on, ends_on, categories, category, beneficiaries, guarantees, risk_notice,
  risky, insurance_no, working_time, own_duty, scope, opens_at, closes_at, min_age, max_age, min_minutes, only_team, contact_name,
  contact_phone, contact_public, submitted_by, submitted_name, submitted_at, due_at, reviewed_by, reviewed_name, reviewed_at, opinion,
  created_at, updated_at)";

/// Puts the activities on record.
pub(super) async fn write(cx: &Cx, lore: &Lore, world: &World, plan: &Plan, dice: &mut Dice) -> anyhow::Result<()> {
    let calendar = kernel::time::WorkCalendar::load(&cx.db).await.map_err(super::plain)?;
    for chunk in plan.activities.chunks(2_000) {
        let mut table = Rows::new(HEAD);
        let mut tokens = Rows::new(kernel::search::INSERT);
        for activity in chunk {
            table.rows.push(cells(cx, lore, (world, &calendar), activity, dice));
            let number = std::slice::from_ref(&activity.number);
            tokens.rows.extend(kernel::search::cells(cx.tenant, "activity", activity.id.0, &activity.title, number));
        }
        tokens.rows.sort_by_cached_key(|row| format!("{:?}", row[2]));
        put(cx, vec![table, tokens]).await?;
    }
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "one row: a cell a line")]
fn cells(
    cx: &Cx,
    lore: &Lore,
    (world, calendar): (&World, &kernel::time::WorkCalendar),
    a: &Activity,
    dice: &mut Dice,
) -> Vec<Value> {
    let team = &world.teams[a.team];
    let category = of(lore, &a.category);
    let leader = world.leader(a.team);
    let draft = a.state == State::Draft;
    let reviewed = !draft && a.state != State::Review;
    let opens_at =
        (kernel::time::day_start(a.first) - Duration::days(dice.between(4, 9))).min(world.now - Duration::hours(1));
    // Handed in lately while it waits, long ago when it was published.
    let submitted_at =
        if reviewed { opens_at - Duration::days(3) } else { world.now - Duration::hours(dice.between(2, 110)) };
    let due_on = calendar.after(kernel::time::day(submitted_at), 3);
    let due_at = kernel::time::day_start(due_on) + Duration::hours(18);
    let given = (!draft).then_some(());
    let done = reviewed.then_some(());
    let insurance =
        category.risky.then(|| fill(&lore.insurance, &[("n", &dice.between(100_000, 999_999).to_string())]));
    let summary = fill(
        &lore.summary,
        &[("team", &team.name), ("place", &a.place), ("title", &a.title), ("beneficiaries", &category.beneficiaries)],
    );
    let scope = if dice.chance(90) { "public" } else { "teams" };
    let min_age = category.risky.then_some(18_i64);
    let phone = leader.phone.clone().unwrap_or_default();
    let (author, reviewer) = (dice.id(submitted_at), dice.id(submitted_at));
    let reviewer_name = lore.demo.get("federation").cloned().unwrap_or_default();
    args![
        cx.tenant,
        a.id,
        a.number,
        a.title,
        summary,
        team.id,
        team.name,
        team.path,
        team.kind,
        a.region,
        a.site,
        a.place,
        a.state,
        (a.state == State::Ended).then_some("auto"),
        a.first,
        a.last,
        Json(&a.categories),
        a.category,
        category.beneficiaries,
        lore.guarantees,
        category.risk,
        category.risky,
        insurance,
        false,
        false,
        scope,
        opens_at,
        kernel::time::day_start(a.last),
        min_age,
        None::<i64>,
        0_i64,
        scope == "teams",
        leader.name,
        phone,
        dice.chance(60),
        given.map(|()| author),
        leader.name,
        given.map(|()| submitted_at),
        given.map(|()| due_at),
        done.map(|()| reviewer),
        done.map(|()| &reviewer_name),
        done.map(|()| submitted_at + Duration::hours(20)),
        done.map(|()| &lore.opinion),
        submitted_at - Duration::hours(1),
        submitted_at
    ]
    .to_vec()
}
