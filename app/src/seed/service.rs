//! Who signed up, came and served: consistent with every rule of the ledger, because a person has one session a day, inside
//! it, in the past.

use super::dice::Dice;
use super::lore::{Lore, fill};
use super::plan::{Activity, Plan, Session, of};
use super::world::World;
use super::{Rows, Summary, plain, put};
use activities::model::State;
use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use kernel::db::{LaneKey, Value};
use kernel::ids::Raw;
use kernel::{Cx, Tx, args};
use tokio::task::JoinHandle;

/// So many sessions are written at once.
const AT_ONCE: usize = 1_000;
/// About as many people were served a year for each volunteer.
const SERVED_EACH: usize = 16;
/// The part of a team that serves in a year; the others are on the register only, as in a real district.
const SERVING: f64 = 0.36;
/// Of a hundred who join, so many are of other teams.
const GUESTS: usize = 25;
/// Back-entries that wait for a second person.
const CLAIMS: usize = 8;

/// The tables that grow with the sessions.
struct Tables {
    sessions: Rows,
    posts: Rows,
    signups: Rows,
    attendances: Rows,
    entries: Rows,
    claims: Rows,
    lines: Rows,
}

impl Tables {
    fn new() -> Self {
        Self {
            sessions: Rows::new(
                "INSERT INTO activity_session (tenant_id, id, activity_id, starts_at, ends_at, day, served, served_by, served_at, code_key)",
            ),
            posts: Rows::new(
                "INSERT INTO post (tenant_id, id, session_id, activity_id, name, conditions, places, taken, waiting, next_position)",
            ),
            signups: Rows::new(
                "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position, starts_at, ends_at, made_at, changed_at)",
            ),
            attendances: Rows::new(
                "INSERT INTO attendance (tenant_id, id, session_id, activity_id, person_id, organisation_id, region_code, day, in_at, in_method, in_by, out_at, out_method, out_by, forgotten, entry_id)",
            ),
            entries: Rows::new(
                "INSERT INTO hours_entry (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path, region_code, kind, category, day, started_at, ended_at, minutes, method, entered_by, made_at)",
            ),
            claims: Rows::new(
                "INSERT INTO hours_claim (tenant_id, id, activity_id, session_id, title, kind, category, window_from, window_to, organisation_id, organisation_path, region_code, reason, state, entered_by, entered_name, made_at, due_at)",
            ),
            lines: Rows::new("INSERT INTO hours_claim_line (tenant_id, id, claim_id, person_id, started_at, ended_at)"),
        }
    }

    fn in_order(mut self) -> Vec<Rows> {
        // The keys follow time and are in order already; the indexes by person are filled page after page like this.
        for (table, person) in [(&mut self.signups, 5), (&mut self.entries, 2)] {
            table.rows.sort_by(|a, b| uuid(&a[person]).cmp(&uuid(&b[person])));
        }
        vec![self.sessions, self.posts, self.signups, self.attendances, self.entries, self.claims, self.lines]
    }
}

fn uuid(value: &Value) -> Option<Raw> {
    if let Value::Uuid(id) = value { Some(*id) } else { None }
}

/// What the walk through the sessions carries on.
struct Walk<'w> {
    cx: &'w Cx,
    lore: &'w Lore,
    world: &'w World,
    plan: &'w Plan,
    dice: &'w mut Dice,
    /// The last day on which each person has something.
    busy: Vec<NaiveDate>,
    served_each: i64,
    volunteer_minutes: i64,
    claims: usize,
    made: Summary,
}

/// Walks through all sessions in the order of time.
pub(super) async fn make(
    cx: &Cx,
    lore: &Lore,
    world: &mut World,
    plan: &Plan,
    dice: &mut Dice,
    progress: &mut impl FnMut(&str, u64, u64),
) -> anyhow::Result<Summary> {
    let past = plan.sessions.iter().filter(|s| s.ends_at <= world.now).count().max(1);
    let served_each = i64::try_from((world.people.len() * SERVED_EACH / past).clamp(4, 300))?;
    let busy = vec![NaiveDate::MIN; world.people.len()];
    let world = &*world;
    let mut walk = Walk {
        cx,
        lore,
        world,
        plan,
        dice,
        busy,
        served_each,
        volunteer_minutes: 0,
        claims: 0,
        made: Summary::default(),
    };
    let mut writing = None;
    for (at, chunk) in plan.sessions.chunks(AT_ONCE).enumerate() {
        let mut tables = Tables::new();
        for session in chunk {
            walk.session(session, &mut tables);
        }
        let rows = tables.in_order();
        // The next part is thrown while this one is written; no more than one waits.
        finish(writing.take()).await?;
        let at_work = cx.clone();
        writing = Some(tokio::spawn(async move { put(&at_work, rows).await }));
        progress("sessions", (at * AT_ONCE + chunk.len()) as u64, plan.sessions.len() as u64);
    }
    finish(writing).await?;
    Ok(walk.made)
}

async fn finish(writing: Option<JoinHandle<anyhow::Result<()>>>) -> anyhow::Result<()> {
    match writing {
        Some(writing) => writing.await.context("the task that writes")?,
        None => Ok(()),
    }
}

/// The people of a session: those who joined, and how many of them came.
struct Crowd {
    joined: Vec<usize>,
    came: usize,
    waiting: Vec<usize>,
}

impl Walk<'_> {
    fn session(&mut self, session: &Session, tables: &mut Tables) {
        let activity = &self.plan.activities[session.activity];
        let (now, day) = (self.world.now, session.day());
        let crowd = self.crowd(session, activity);
        let past = session.ends_at <= now;
        let served = (past && (day < self.world.today - Duration::days(6) || self.dice.chance(85)))
            .then(|| self.dice.between(self.served_each / 4, self.served_each * 7 / 4));
        let leader = &self.world.leader(activity.team).name;
        let told = served.map(|_| (session.ends_at + Duration::hours(1)).min(now));
        tables.sessions.rows.push(
            args![
                self.cx.tenant,
                session.id,
                activity.id,
                session.starts_at,
                session.ends_at,
                day,
                served,
                served.map(|_| leader),
                told,
                self.dice.word()
            ]
            .to_vec(),
        );
        if let Some(n) = served {
            self.made.served += n;
        }
        self.sign_ups(session, activity, &crowd, tables);
        if session.starts_at <= now {
            for at in 0..crowd.came {
                self.attend(session, activity, (at, crowd.joined[at]), tables);
            }
            self.claim(session, activity, tables);
        }
    }

    /// Chooses who joins: mostly members of the team, a third of them, the eager ones more often, nobody twice on a day.
    fn crowd(&mut self, session: &Session, activity: &Activity) -> Crowd {
        if matches!(activity.state, State::Draft | State::Review) {
            return Crowd { joined: Vec::new(), came: 0, waiting: Vec::new() };
        }
        let mut joined = Vec::new();
        let future = session.starts_at > self.world.now;
        let wanted =
            if future { session.size * (20 + self.dice.below(90)) / 100 } else { session.size + session.size / 14 };
        let volunteer = self.world.volunteer();
        let own = activity.team == self.world.demo_team;
        let next = session.activity == self.plan.next && future;
        if own && (next || (session.day() < self.world.today && self.volunteer_minutes < 3_600)) {
            self.take(volunteer, session.day(), &mut joined);
        }
        let mut tries = wanted * 12 + 12;
        while joined.len() < wanted && tries > 0 {
            tries -= 1;
            let team = if self.dice.chance(GUESTS) {
                self.world.people[self.dice.below(self.world.people.len())].team
            } else {
                activity.team
            };
            let members = &self.world.teams[team].members;
            let person = members[share(members.len(), self.dice.part().powf(1.6) * SERVING)];
            if person != volunteer {
                self.take(person, session.day(), &mut joined);
            }
        }
        let mut waiting = Vec::new();
        if future && self.dice.chance(15) {
            for _ in 0..self.dice.below(7) {
                let person = self.dice.below(self.world.people.len());
                if person != volunteer {
                    self.take(person, session.day(), &mut waiting);
                }
            }
        }
        let came = if future { 0 } else { joined.len().min(session.size) };
        Crowd { joined, came, waiting }
    }

    fn take(&mut self, person: usize, day: NaiveDate, into: &mut Vec<usize>) {
        if self.busy[person] < day && self.world.people[person].registered_on <= day {
            self.busy[person] = day;
            into.push(person);
        }
    }

    fn sign_ups(&mut self, session: &Session, activity: &Activity, crowd: &Crowd, tables: &mut Tables) {
        let names = &of(self.lore, &activity.category).posts;
        let posts = session.posts.len();
        for (at, post) in session.posts.iter().enumerate() {
            let joined: Vec<usize> = crowd.joined.iter().skip(at).step_by(posts).copied().collect();
            let waiting: Vec<usize> = if at == 0 { crowd.waiting.clone() } else { Vec::new() };
            // Somebody waits only where it is full.
            let room = session.size / posts + 1;
            let places = if waiting.is_empty() { joined.len().max(room).div_ceil(5) * 5 } else { joined.len().max(1) };
            for (position, person) in (1_i64..).zip(joined.iter().chain(&waiting)) {
                let state = if usize::try_from(position).unwrap_or(0) <= joined.len() { "joined" } else { "waiting" };
                let made_at = (session.starts_at - Duration::minutes(self.dice.between(90, 9_000))).min(self.world.now);
                let team = self.team_of(*person, activity);
                tables.signups.rows.push(
                    args![
                        self.cx.tenant,
                        self.dice.id(made_at),
                        activity.id,
                        session.id,
                        post,
                        self.world.people[*person].id,
                        self.world.teams[team].id,
                        state,
                        position,
                        session.starts_at,
                        session.ends_at,
                        made_at,
                        made_at
                    ]
                    .to_vec(),
                );
            }
            let count = |n: usize| i64::try_from(n).unwrap_or(0);
            tables.posts.rows.push(
                args![
                    self.cx.tenant,
                    post,
                    session.id,
                    activity.id,
                    names[at % names.len()],
                    self.lore.conditions,
                    count(places),
                    count(joined.len()),
                    count(waiting.len()),
                    count(joined.len() + waiting.len()) + 1
                ]
                .to_vec(),
            );
        }
    }

    /// The team for which somebody's hours count: the holding one for its members, their own for others.
    fn team_of(&self, person: usize, activity: &Activity) -> usize {
        let who = &self.world.people[person];
        if who.team == activity.team || who.second == Some(activity.team) { activity.team } else { who.team }
    }

    #[expect(clippy::too_many_lines, reason = "three rows that belong together: a cell a line")]
    fn attend(&mut self, session: &Session, activity: &Activity, (at, person): (usize, usize), tables: &mut Tables) {
        let now = self.world.now;
        let in_at = (session.starts_at + Duration::minutes(self.dice.between(-12, 14)))
            .min(now - Duration::minutes(self.dice.between(1, 4)));
        let left = session.ends_at + Duration::minutes(self.dice.between(-9, 12));
        let early = session.ends_at > now && self.dice.chance(4);
        let out_at = if early {
            Some(now - Duration::seconds(20))
        } else {
            Some(left).filter(|_| session.ends_at <= now).map(|l| l.min(now))
        };
        let forgotten = out_at.is_some() && !early && at > 0 && self.dice.below(150) == 0;
        let out_at = if forgotten { Some(session.ends_at) } else { out_at };
        let scan = self.dice.chance(72);
        let method = if scan { "scan" } else { "staff" };
        let who = &self.world.people[person];
        let by = if scan { &who.name } else { &self.world.leader(activity.team).name };
        let team = &self.world.teams[self.team_of(person, activity)];
        let counted = out_at.filter(|_| !forgotten).and_then(|out| length(session, in_at, out));
        let entry = counted.map(|_| self.dice.id(session.ends_at));
        tables.attendances.rows.push(
            args![
                self.cx.tenant,
                self.dice.id(in_at),
                session.id,
                activity.id,
                who.id,
                team.id,
                activity.region,
                session.day(),
                in_at,
                method,
                by,
                out_at,
                out_at.map(|_| method),
                out_at.map(|_| by),
                forgotten,
                entry
            ]
            .to_vec(),
        );
        self.made.attendances += 1;
        let (Some(entry), Some((from, to))) = (entry, counted) else { return };
        let minutes = (to - from).num_minutes();
        self.made.minutes += minutes;
        if person == self.world.volunteer() && session.day().year() == self.world.today.year() {
            self.volunteer_minutes += minutes;
        }
        tables.entries.rows.push(
            args![
                self.cx.tenant,
                entry,
                who.id,
                activity.id,
                session.id,
                activity.title,
                team.id,
                team.path,
                activity.region,
                team.kind,
                activity.category,
                session.day(),
                from,
                to,
                minutes,
                method,
                by,
                to.max(out_at.unwrap_or(to))
            ]
            .to_vec(),
        );
    }

    /// A few sessions of the last week have people whose coming was noted on paper only.
    fn claim(&mut self, session: &Session, activity: &Activity, tables: &mut Tables) {
        let recent = session.ends_at <= self.world.now && session.day() > self.world.today - Duration::days(7);
        if !recent || self.claims == CLAIMS || !self.dice.chance(12) {
            return;
        }
        let mut people = Vec::new();
        for person in self.world.teams[activity.team].members.clone().into_iter().rev().take(12) {
            if people.len() < 3 && person != self.world.volunteer() {
                self.take(person, session.day(), &mut people);
            }
        }
        if people.is_empty() {
            return;
        }
        self.claims += 1;
        let team = &self.world.teams[activity.team];
        let made_at = (session.ends_at + Duration::hours(self.dice.between(3, 20))).min(self.world.now);
        let (id, author) = (self.dice.id(made_at), self.dice.id(made_at));
        let (window_from, window_to) =
            (kernel::time::day_start(activity.first), kernel::time::day_start(activity.last + Duration::days(1)));
        tables.claims.rows.push(
            args![
                self.cx.tenant,
                id,
                activity.id,
                session.id,
                activity.title,
                team.kind,
                activity.category,
                window_from,
                window_to,
                team.id,
                team.path,
                activity.region,
                self.dice.pick(&self.lore.claim_reasons),
                "waiting",
                author,
                self.world.leader(activity.team).name,
                made_at,
                made_at + Duration::days(3)
            ]
            .to_vec(),
        );
        for person in people {
            let line: Raw = self.dice.id(made_at);
            let who = self.world.people[person].id;
            tables.lines.rows.push(args![self.cx.tenant, line, id, who, session.starts_at, session.ends_at].to_vec());
        }
    }
}

/// The part of a stay that counts.
fn length(session: &Session, in_at: DateTime<Utc>, out_at: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    attendance::rules::counted(session.starts_at, session.ends_at, in_at, out_at)
}

/// What is kept beside the rows: each activity's next session, each person's day, and the figures, made in one go by the
/// rooms' own verbs.
pub(super) async fn settle(cx: &Cx) -> anyhow::Result<()> {
    let (tenant, now) = (cx.tenant, cx.now);
    cx.db
        .write(LaneKey::of(tenant.0), async move |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO hours_day (tenant_id, person_id, day, minutes)
                       SELECT tenant_id, person_id, day, CAST(SUM(minutes) AS BIGINT) FROM hours_entry WHERE tenant_id = $1
                       GROUP BY tenant_id, person_id, day";
            tx.execute(sql, args![tenant]).await?;
            activities::store::next::note_all(tx, tenant, now).await?;
            hours::roll_up_anew(tx, tenant).await
        })
        .await
        .map_err(plain)?;
    Ok(())
}

/// The name of a demo account with what it is.
pub(super) fn titled(lore: &Lore, role: &str, name: &str, town: &str) -> String {
    lore.demo_titles.get(role).map_or_else(|| name.to_owned(), |t| fill(t, &[("name", name), ("town", town)]))
}

/// The index at a share (0 to 1) of a list that is not empty.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "teams are small and shares are not negative"
)]
fn share(length: usize, part: f64) -> usize {
    ((length as f64 * part) as usize).min(length.saturating_sub(1))
}
