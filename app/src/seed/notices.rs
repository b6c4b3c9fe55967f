//! What the federation told its teams: a meeting that is over, an arrangement that has to be read and that the demo's volunteer has
//! not read yet, and a draft.

use super::dice::Dice;
use super::lore::Lore;
use super::world::World;
use super::{Rows, put};
use chrono::{DateTime, Duration, Utc};
use kernel::ids::Raw;
use kernel::{Cx, Json, args};
use std::collections::HashSet;

/// So many teams of the demo's town are told.
const TEAMS: usize = 6;

struct Notice {
    title: &'static str,
    body: &'static str,
    kind: &'static str,
    role: &'static str,
    must_read: bool,
    state: &'static str,
    days_ago: i64,
}

const NOTICES: [Notice; 3] = [
    Notice {
        title: "第三季度队长例会",
        body: "请各队队长周五下午三点到镇街联合会二楼会议室开会，带上本队下季度的活动安排。\n\n来不了请派副队长。",
        kind: "meeting",
        role: "leader",
        must_read: false,
        state: "sent",
        days_ago: 24,
    },
    Notice {
        title: "入户探访要两人同行",
        body: "从今天起，入户探访、送餐上门都要两人同行，进门先报姓名和队伍。\n\n遇到急病先打 120，再打带队电话。",
        kind: "work",
        role: "all",
        must_read: true,
        state: "sent",
        days_ago: 2,
    },
    Notice {
        title: "急救培训报名",
        body: "区红十字会下月开办急救培训，两天学完，考过发证。每队限两人。",
        kind: "training",
        role: "all",
        must_read: false,
        state: "draft",
        days_ago: 0,
    },
];

struct Tables {
    notices: Rows,
    recipients: Rows,
    teams: Rows,
}

/// Writes them.
pub(super) async fn make(cx: &Cx, lore: &Lore, world: &World, dice: &mut Dice) -> anyhow::Result<()> {
    let mut tables = Tables {
        notices: Rows::new(
            "INSERT INTO announcement (tenant_id, id, region_code, organisation_path, sender, title, body, urgency, kind, must_read,
               read_by, town, team_kinds, teams, role, state, made_name, made_at, planned, people, sent_at, ended_at)",
        ),
        recipients: Rows::new(
            "INSERT INTO announcement_recipient (tenant_id, id, announcement_id, person_id, sent_at, read_at)",
        ),
        teams: Rows::new(
            "INSERT INTO announcement_team (tenant_id, announcement_id, organisation_id, recipient_id)",
        ),
    };
    for notice in &NOTICES {
        write(cx, (lore, world), notice, dice, &mut tables);
    }
    put(cx, vec![tables.notices, tables.recipients, tables.teams]).await
}

fn write(cx: &Cx, (lore, world): (&Lore, &World), notice: &Notice, dice: &mut Dice, tables: &mut Tables) {
    let made_at = world.now - Duration::days(notice.days_ago) - Duration::hours(3);
    let id: Raw = dice.id(made_at);
    let sent_at = (notice.state == "sent").then_some(made_at + Duration::minutes(5));
    let people = sent_at.map_or(0, |at| tell(cx, world, (notice, id, at), dice, tables));
    let town = &world.towns[world.teams[world.demo_team].town];
    let officer = lore.demo.get("federation").cloned().unwrap_or_default();
    let read_by = notice.must_read.then(|| world.today + Duration::days(3));
    let (kinds, teams): (Json<Vec<String>>, Json<Vec<String>>) = (Json(Vec::new()), Json(Vec::new()));
    let cells = args![
        cx.tenant,
        id,
        "",
        "",
        lore.federation,
        notice.title,
        notice.body,
        "normal",
        notice.kind,
        notice.must_read,
        read_by,
        town.code,
        kinds,
        teams,
        notice.role,
        notice.state,
        officer,
        made_at,
        people,
        people,
        sent_at,
        sent_at.map(|at| at + Duration::minutes(1))
    ];
    tables.notices.rows.push(cells.to_vec());
}

/// Tells the demo's team and a few more of its town; gives how many people that are.
fn tell(
    cx: &Cx,
    world: &World,
    (notice, id, sent_at): (&Notice, Raw, DateTime<Utc>),
    dice: &mut Dice,
    tables: &mut Tables,
) -> i64 {
    let demo = &world.teams[world.demo_team];
    let near = world.teams.iter().enumerate().filter(|(at, team)| *at != world.demo_team && team.town == demo.town);
    let told = std::iter::once(demo).chain(near.map(|(_, team)| team)).take(TEAMS);
    // Somebody in two of the teams is told once.
    let mut people = HashSet::new();
    for team in told {
        let most = if notice.role == "leader" { 1 } else { team.members.len() };
        for &member in team.members.iter().take(most) {
            if !people.insert(member) {
                continue;
            }
            let recipient: Raw = dice.id(sent_at);
            let seen = member != world.volunteer() && dice.chance(if notice.must_read { 62 } else { 85 });
            let read_at = seen.then(|| (sent_at + Duration::minutes(dice.between(4, 2_400))).min(world.now));
            let row = args![cx.tenant, recipient, id, world.people[member].id, sent_at, read_at];
            tables.recipients.rows.push(row.to_vec());
            tables.teams.rows.push(args![cx.tenant, id, team.id, recipient].to_vec());
        }
    }
    i64::try_from(people.len()).unwrap_or(0)
}
