//! What the federation, the demo's town and its team told their people, with as many readers as such things have: one that all but a
//! few confirmed, two that are on their way, one that nobody has to confirm, and a draft.

use super::dice::Dice;
use super::world::World;
use super::{Rows, plain, put};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kernel::ids::Raw;
use kernel::{Cx, Json, Read as _, Word, args, row};
use organisations::OrganisationId;
use std::collections::BTreeMap;

/// Who speaks.
struct Sender {
    name: String,
    region: String,
    team: Option<OrganisationId>,
    path: String,
}

/// Something that was told.
struct Told {
    title: &'static str,
    body: &'static str,
    urgency: &'static str,
    kind: &'static str,
    /// Whom of the teams: `all`, `leader` or `member`.
    role: &'static str,
    /// How many days ago it was sent; nothing for a draft.
    ago: Option<i64>,
    /// How many days after that it must be read.
    within: Option<i64>,
    /// Of a hundred, how many read it in the laziest team and in the best.
    reads: (i64, i64),
}

const LEADERS: Told = Told {
    title: "填报今年服务计划",
    body: "各队队长：\n\n请在截止日前核对本队的队员名单和明年的服务计划，有变动的在系统里改好。\n\n看过请点「我已阅读」。",
    urgency: "normal",
    kind: "work",
    role: "leader",
    ago: Some(12),
    within: Some(4),
    reads: (92, 96),
};
const WINTER: Told = Told {
    title: "冬季上门服务注意事项",
    body: "上门前先打电话，两人同行，不收任何钱物。\n\n独居长者家里要看一看取暖和煤气，有情况马上报社区。\n\n看过请点「我已阅读」。",
    urgency: "normal",
    kind: "work",
    role: "all",
    ago: Some(2),
    within: Some(5),
    reads: (35, 97),
};
const MEETING: Told = Told {
    title: "本周五晚例会",
    body: "周五晚七点半，站点二楼，排下个月的班，分发新马甲。\n\n来不了的请跟队长说一声。",
    urgency: "urgent",
    kind: "meeting",
    role: "member",
    ago: Some(1),
    within: Some(3),
    reads: (55, 65),
};
const TRAINING: Told = Told {
    title: "急救培训报名",
    body: "区红十字会下月开急救班，每队可以报两人，名额先到先得。",
    urgency: "normal",
    kind: "training",
    role: "leader",
    ago: Some(24),
    within: None,
    reads: (0, 0),
};
const DRAFT: Told = Told {
    title: "年度表彰推荐",
    body: "推荐条件和名额随后附上。",
    urgency: "normal",
    kind: "work",
    role: "leader",
    ago: None,
    within: None,
    reads: (0, 0),
};

const ANNOUNCEMENT: &str =
    "INSERT INTO announcement (tenant_id, id, region_code, organisation_id, organisation_path, sender, title, body, urgency, kind,
       must_read, read_by, town, team_kinds, teams, role, state, made_name, made_at, planned, people, sent_at, ended_at)";
const RECIPIENT: &str =
    "INSERT INTO announcement_recipient (tenant_id, id, announcement_id, person_id, sent_at, read_at, chased_on)";
const BY: &str = "INSERT INTO announcement_team (tenant_id, announcement_id, organisation_id, recipient_id)";
const CHASE: &str =
    "INSERT INTO announcement_chase (tenant_id, announcement_id, day, people, automatic, made_at, made_name)";
const MESSAGE: &str = "INSERT INTO message (tenant_id, id, person_id, word, args, url, made_at, read_at)";

/// The rows of all of it.
struct News {
    announcements: Rows,
    recipients: Rows,
    by: Rows,
    chases: Rows,
    messages: Rows,
    tokens: Rows,
}

/// Fills it in.
pub(super) async fn make(cx: &Cx, world: &World, dice: &mut Dice) -> anyhow::Result<()> {
    let team = &world.teams[world.demo_team];
    let town = &world.towns[team.town];
    let district = Sender { name: district(cx).await?, region: String::new(), team: None, path: String::new() };
    let local = name_of(cx, town.federation).await?;
    let local = Sender { name: local, region: town.code.clone(), team: None, path: String::new() };
    let own =
        Sender { name: team.name.clone(), region: team.region.clone(), team: Some(team.id), path: team.path.clone() };
    let mut news = News {
        announcements: Rows::new(ANNOUNCEMENT),
        recipients: Rows::new(RECIPIENT),
        by: Rows::new(BY),
        chases: Rows::new(CHASE),
        messages: Rows::new(MESSAGE),
        tokens: Rows::new(kernel::search::INSERT),
    };
    let everywhere: Vec<usize> = (0..world.teams.len()).collect();
    let near: Vec<usize> = everywhere.iter().copied().filter(|at| world.teams[*at].town == team.town).collect();
    news.tell(cx, (world, dice), (&TRAINING, &district), &everywhere);
    news.tell(cx, (world, dice), (&LEADERS, &district), &everywhere);
    news.tell(cx, (world, dice), (&WINTER, &local), &near);
    news.tell(cx, (world, dice), (&MEETING, &own), &[world.demo_team]);
    news.tell(cx, (world, dice), (&DRAFT, &district), &[]);
    put(cx, vec![news.announcements, news.recipients, news.by, news.chases, news.messages, news.tokens]).await
}

row! { struct Named { name: String } }

async fn name_of(cx: &Cx, id: OrganisationId) -> anyhow::Result<String> {
    let sql = "SELECT name FROM organisation WHERE tenant_id = $1 AND id = $2";
    Ok(cx.db.one::<Named>(sql, args![cx.tenant, id]).await.map_err(plain)?.name)
}

async fn district(cx: &Cx) -> anyhow::Result<String> {
    let sql = "SELECT name FROM organisation WHERE tenant_id = $1 AND tree = 'team' AND kind = 'federation' ORDER BY path LIMIT 1";
    Ok(cx.db.one::<Named>(sql, args![cx.tenant]).await.map_err(plain)?.name)
}

/// The people of these teams, each with the teams by which they are reached.
fn reached(world: &World, teams: &[usize], role: &str) -> BTreeMap<usize, Vec<usize>> {
    let mut all: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &at in teams {
        let members = &world.teams[at].members;
        let (from, to) = match role {
            "leader" => (0, members.len().min(1)),
            "member" => (members.len().min(1), members.len()),
            _ => (0, members.len()),
        };
        for person in &members[from..to] {
            all.entry(*person).or_default().push(at);
        }
    }
    all
}

impl News {
    /// One of them, with everybody who has it.
    fn tell(&mut self, cx: &Cx, (world, dice): (&World, &mut Dice), (told, sender): (&Told, &Sender), teams: &[usize]) {
        let sent = told.ago.map(|days| morning(world, days));
        let id = dice.id(sent.unwrap_or(world.now));
        let read_by = sent.zip(told.within).map(|(sent, days)| kernel::time::day(sent) + Duration::days(days));
        let people = reached(world, teams, told.role);
        let n = i64::try_from(people.len()).unwrap_or(0);
        let none: [String; 0] = [];
        let cells = args![
            cx.tenant,
            id,
            sender.region,
            sender.team,
            sender.path,
            sender.name,
            told.title,
            told.body,
            told.urgency,
            told.kind,
            read_by.is_some(),
            read_by,
            "",
            Json(&none),
            Json(&none),
            told.role,
            if sent.is_some() { "sent" } else { "draft" },
            sender.name,
            sent.unwrap_or(world.now),
            n,
            n,
            sent,
            sent
        ];
        self.announcements.rows.push(cells.to_vec());
        self.tokens.rows.extend(kernel::search::cells(cx.tenant, "announcement", id, told.title, &[]));
        let Some(sent) = sent else { return };
        let lazy: BTreeMap<usize, i64> =
            teams.iter().map(|at| (*at, dice.between(told.reads.0, told.reads.1))).collect();
        let unread = self.give(cx, (world, dice), (id, told, sender), (sent, read_by), (&people, &lazy));
        if let Some(eve) = read_by.map(|day| day - Duration::days(1)).filter(|eve| *eve <= world.today) {
            let at = kernel::time::day_start(eve) + Duration::hours(9);
            self.chases.rows.push(args![cx.tenant, id, eve, unread, true, at, sender.name].to_vec());
        }
    }

    /// Gives it to its people; answers how many have not read it.
    fn give(
        &mut self,
        cx: &Cx,
        (world, dice): (&World, &mut Dice),
        (id, told, sender): (Raw, &Told, &Sender),
        (sent, read_by): (DateTime<Utc>, Option<NaiveDate>),
        (people, lazy): (&BTreeMap<usize, Vec<usize>>, &BTreeMap<usize, i64>),
    ) -> i64 {
        let word = match read_by {
            Some(day) => Word::new("exchange.message.must_read").with("day", day),
            None => Word::new("exchange.message.told"),
        };
        let word = word.with("sender", &sender.name).with("title", told.title);
        let said: Vec<(String, String)> = word.args.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
        let (said, url) = (Json(said), format!("/me/announcements/{id}"));
        let mut unread = 0;
        for (person, teams) in people {
            // The demo's volunteer has something to confirm.
            let waits = *person == world.volunteer() && told.role == "all";
            let percent = teams.first().and_then(|at| lazy.get(at)).copied().unwrap_or(0);
            let reads = !waits && dice.between(1, 100) <= percent;
            let (recipient, message) = (dice.id(sent), dice.id(sent));
            let span = (world.now - sent).min(Duration::days(told.within.unwrap_or(1)));
            // Most read it soon.
            let hurry = dice.between(0, 1000) * dice.between(0, 1000);
            let read = sent + Duration::seconds(span.num_seconds() * hurry / 1_000_000);
            let read = reads.then_some(read).filter(|_| read_by.is_some());
            unread += i64::from(read.is_none());
            let chased = read_by.map(|day| day - Duration::days(1)).filter(|eve| read.is_none() && *eve <= world.today);
            let who = world.people[*person].id;
            self.recipients.rows.push(args![cx.tenant, recipient, id, who, sent, read, chased].to_vec());
            self.by.rows.extend(teams.iter().map(|at| args![cx.tenant, id, world.teams[*at].id, recipient].to_vec()));
            let key = word.key.to_string();
            self.messages.rows.push(args![cx.tenant, message, who, key, said, url, sent, read].to_vec());
        }
        unread
    }
}

/// Nine in the morning, so many days ago.
fn morning(world: &World, days: i64) -> DateTime<Utc> {
    kernel::time::day_start(world.today - Duration::days(days)) + Duration::hours(9)
}
