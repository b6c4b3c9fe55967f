//! What does not count yet, what was praised and what was said: a few reports of hours in each state, awards of the demo's team
//! and volunteer, evaluations of what is closed.

use super::dice::Dice;
use super::plain;
use super::plan::Plan;
use super::world::World;
use activities::model::State;
use chrono::Duration;
use kernel::db::{LaneKey, Value};
use kernel::{Cx, Tx, args};

/// Where the reports stand, in turn; the first is the demo volunteer's own.
const STATES: [&str; 7] = ["posted", "waiting", "posted", "waiting", "posted", "posted", "waiting"];
/// What volunteers write beside them.
const REMARKS: [&str; 3] = ["手机没电，没有扫码", "临时帮忙收尾，忘了签退", "带长者先离开，没赶上签到"];

/// Fills them in.
pub(super) async fn make(cx: &Cx, world: &World, plan: &Plan, dice: &mut Dice) -> anyhow::Result<()> {
    let mut statements: Vec<(&'static str, Vec<Value>)> = Vec::new();
    reports(cx, (world, plan), dice, &mut statements);
    awards(cx, world, dice, &mut statements);
    evaluations(cx, (world, plan), dice, &mut statements);
    cx.db
        .write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            for (sql, cells) in statements {
                tx.execute(sql, &cells).await?;
            }
            Ok(())
        })
        .await
        .map_err(plain)
}

type Statements = Vec<(&'static str, Vec<Value>)>;

/// Hours of sessions that are over, of people who have none at that time.
fn reports(cx: &Cx, (world, plan): (&World, &Plan), dice: &mut Dice, statements: &mut Statements) {
    const REPORT: &str =
        "INSERT INTO hours_pending (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path,
           region_code, kind, category, window_from, window_to, day, started_at, ended_at, minutes, method, reason, state, notice,
           entered_name, made_at, due_at, first_name, first_at, posted_at, posted_until)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'self', $18, $19, TRUE, $20, $21, $22,
           $23, $24, $25, $26
         FROM organisation o WHERE o.tenant_id = $1 AND o.id = $7
           AND NOT EXISTS (SELECT 1 FROM hours_entry e WHERE e.tenant_id = $1 AND e.person_id = $3 AND e.day = $14)";
    let over = plan.sessions.iter().rev().filter(|s| s.ends_at < world.now - Duration::hours(6));
    let earns = |state: State| matches!(state, State::Running | State::Ended);
    let mut over = over.filter(|s| earns(plan.activities[s.activity].state));
    for (n, state) in STATES.into_iter().enumerate() {
        let own = |s: &&super::plan::Session| n > 0 || plan.activities[s.activity].team == world.demo_team;
        let Some(session) = over.find(own) else { return };
        let activity = &plan.activities[session.activity];
        let team = &world.teams[activity.team];
        let person = if n == 0 { world.volunteer() } else { *dice.pick(&team.members) };
        let person = &world.people[person];
        let made_at = (session.ends_at + Duration::hours(dice.between(1, 5))).min(world.now);
        let until = kernel::time::day_start(world.today + Duration::days(2));
        let looked = (state != "waiting").then_some(made_at);
        let cells = args![
            cx.tenant,
            dice.id(made_at),
            person.id,
            activity.id,
            session.id,
            activity.title,
            team.id,
            team.path,
            activity.region,
            team.kind,
            activity.category,
            kernel::time::day_start(activity.first),
            kernel::time::day_start(activity.last + Duration::days(1)),
            session.day(),
            session.starts_at,
            session.ends_at,
            (session.ends_at - session.starts_at).num_minutes(),
            *dice.pick(&REMARKS),
            state,
            person.name,
            made_at,
            world.now + Duration::days(2),
            looked.map(|_| world.leader(activity.team).name.clone()),
            looked,
            looked,
            looked.map(|_| until)
        ];
        statements.push((REPORT, cells.to_vec()));
    }
}

/// Awards of the demo's team and its volunteer.
fn awards(cx: &Cx, world: &World, dice: &mut Dice, statements: &mut Statements) {
    const AWARD: &str = "INSERT INTO award (tenant_id, id, person_id, organisation_id, region_code, title, awarded_on, issuer, document,
           number, kind, content, entered_name, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let team = &world.teams[world.demo_team];
    let person = &world.people[world.volunteer()];
    let rows = [
        (Some(person.id), None, "优秀志愿者", 40, "区志愿者联合会", "district", "全年助餐、巡护，随叫随到"),
        (None, Some(team.id), "优秀志愿服务队", 40, "区志愿者联合会", "district", "服务时间长，街坊满意"),
        (None, Some(team.id), "镇街流动红旗", 150, "镇街志愿服务联合会", "town", "上半年活动最多"),
    ];
    for (person, organisation, title, days, issuer, kind, content) in rows {
        let id = dice.id(world.now - Duration::days(days));
        let (day, document) = (world.today - Duration::days(days), "关于表彰先进的通报");
        let number = format!("南志〔{}〕{}号", day.format("%Y"), dice.between(1, 60));
        let cells = args![
            cx.tenant,
            id,
            person,
            organisation,
            team.region,
            title,
            day,
            issuer,
            document,
            number,
            kind,
            content,
            issuer,
            world.now - Duration::days(days)
        ];
        statements.push((AWARD, cells.to_vec()));
    }
}

/// What the demo's team said of its volunteers, and they of it, about the last activities that it closed.
fn evaluations(cx: &Cx, (world, plan): (&World, &Plan), dice: &mut Dice, statements: &mut Statements) {
    const EVALUATION: &str =
        "INSERT INTO evaluation (tenant_id, id, activity_id, organisation_id, person_id, about, first, second, third, words, made_name,
           made_at, changed_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12 FROM activity a
         WHERE a.tenant_id = $1 AND a.id = $3
           AND EXISTS (SELECT 1 FROM hours_entry e WHERE e.tenant_id = $1 AND e.person_id = $5 AND e.activity_id = $3)";
    let closed = plan.activities.iter().rev().filter(|a| a.team == world.demo_team && a.state == State::Ended);
    let team = &world.teams[world.demo_team];
    for activity in closed.take(3) {
        let made_at = kernel::time::day_start(activity.last + Duration::days(1)) + Duration::hours(9);
        let made_at = made_at.min(world.now);
        for (n, person) in team.members.iter().take(12).enumerate() {
            let person = &world.people[*person];
            for (about, name) in [("volunteer", &world.leader(world.demo_team).name), ("team", &person.name)] {
                // The demo's volunteer still has something to say.
                if n == 2 && about == "team" || !dice.chance(80) {
                    continue;
                }
                let words = if dice.chance(30) { "准时，热心" } else { "" };
                let cells = args![
                    cx.tenant,
                    dice.id(made_at),
                    activity.id,
                    team.id,
                    person.id,
                    about,
                    dice.between(4, 5),
                    dice.between(3, 5),
                    dice.between(4, 5),
                    if about == "volunteer" { words } else { "" },
                    name,
                    made_at
                ];
                statements.push((EVALUATION, cells.to_vec()));
            }
        }
    }
}
