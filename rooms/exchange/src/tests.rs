//! Stories of announcements: whom they reach, who has read them, and that nobody is told anything twice.

mod chasing;
mod rates;
mod sending;
mod shares;

use crate::model::AnnouncementId;
use kernel::Module;
use kernel::args;
use kernel::ids::Raw;
use kernel::policy::Role;
use testkit::app::{district, organisation, region};
use testkit::{TestApp, Visitor, on_both};

pub(crate) fn rooms() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        crate::module(),
    ]
}

/// Three teams: two in 大沥镇 and one in 里水镇. 陈慧敏 leads the first and is in the second, 梁志 is in both as well.
pub(crate) struct World {
    pub teams: [(Raw, String); 3],
    /// By team: who is in it, the leader first.
    pub people: [Vec<Raw>; 3],
    pub officer: Visitor,
}

pub(crate) async fn settle(app: &TestApp) -> World {
    app.region_seed().await;
    let teams = [
        app.team("沥雄乐龄助餐队", "440605125003").await,
        app.team("沥东巡河队", "440605125001").await,
        app.team("里水义诊队", "440605126001").await,
    ];
    let chen = app.person("陈慧敏").await;
    let liang = app.person("梁志").await;
    let mut people = [vec![chen, liang], vec![chen, liang], Vec::new()];
    app.leader(teams[0].0, chen).await;
    app.member(teams[0].0, liang).await;
    app.member(teams[1].0, chen).await;
    app.member(teams[1].0, liang).await;
    for (at, names) in [(0, &["何欢", "区杰"][..]), (1, &["冯灿"][..]), (2, &["邓仪", "李伟"][..])] {
        for name in names {
            let person = app.person(name).await;
            app.member(teams[at].0, person).await;
            people[at].push(person);
        }
    }
    lose_two(app, teams[0].0).await;
    let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
    World { teams, people, officer }
}

/// Somebody who left, and somebody whose record is archived, are told nothing.
async fn lose_two(app: &TestApp, team: Raw) {
    let gone = app.person("黎去").await;
    app.member(team, gone).await;
    app.sql("UPDATE membership SET to_on = '2026-06-30' WHERE person_id = $1", args![gone].to_vec()).await;
    let archived = app.person("麦存").await;
    app.member(team, archived).await;
    app.sql("UPDATE person SET state = 'archived' WHERE id = $1", args![archived].to_vec()).await;
}

/// What every form of these stories says, and more.
pub(crate) fn form<'f>(more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![
        ("title", "周五例会"),
        ("urgency", "normal"),
        ("kind", "meeting"),
        ("body", "周五下午三点，站点二楼。"),
        ("role", "all"),
    ];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend_from_slice(more);
    fields
}

/// Writes a draft; answers its id.
pub(crate) async fn draft(by: &Visitor, more: &[(&str, &str)]) -> AnnouncementId {
    let made = by.post("/desk/announcements", &form(more)).await.expect(303);
    made.location.unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

/// Writes one and has it sent.
pub(crate) async fn sent(app: &TestApp, by: &Visitor, more: &[(&str, &str)]) -> AnnouncementId {
    let id = draft(by, more).await;
    by.post(&format!("/desk/announcements/{id}/sending"), &[]).await.expect(303);
    app.run_jobs().await;
    id
}

/// Who has it, in the order of their ids.
pub(crate) async fn recipients(app: &TestApp, id: AnnouncementId) -> Vec<Raw> {
    use kernel::Read as _;
    kernel::row! { struct Got { person_id: Raw } }
    let sql = "SELECT person_id FROM announcement_recipient WHERE announcement_id = $1 ORDER BY person_id";
    app.db().all::<Got>(sql, args![id]).await.unwrap().into_iter().map(|got| got.person_id).collect()
}

pub(crate) fn sorted(people: impl IntoIterator<Item = Raw>) -> Vec<Raw> {
    let mut all: Vec<Raw> = people.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// How many messages lie for somebody.
pub(crate) async fn messages(app: &TestApp, person: Raw) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM message WHERE person_id = $1", args![person]).await
}

#[tokio::test]
async fn it_says_how_many_it_reaches_before_it_is_sent_and_reaches_those_and_nobody_else() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let id = draft(&world.officer, &[("town", "440605125")]).await;
        let url = format!("/desk/announcements/{id}");
        let page = world.officer.get(&url).await.expect(200);
        assert!(page.text_contains("将发给 5 人，2 支队伍。"), "{}", page.text());
        assert!(recipients(&app, id).await.is_empty(), "nothing is sent by writing");
        // The question is asked anew: one more came meanwhile.
        let new = app.person("新来的").await;
        app.member(world.teams[1].0, new).await;
        assert!(world.officer.get(&url).await.expect(200).text_contains("将发给 6 人，2 支队伍。"));
        world.officer.post(&format!("{url}/sending"), &[]).await.expect(303);
        app.run_jobs().await;
        let wanted = sorted(world.people[0].iter().chain(&world.people[1]).copied().chain([new]));
        assert_eq!(recipients(&app, id).await, wanted);
        for person in &wanted {
            assert_eq!(messages(&app, *person).await, 1, "who is in two teams is told once");
        }
        assert_eq!(messages(&app, world.people[2][0]).await, 0, "another town is told nothing");
        world.officer.post(&format!("{url}/sending"), &[]).await.expect(409);
        world.officer.get(&format!("{url}/edit")).await.expect(409);
        assert!(world.officer.get(&url).await.expect(200).text_contains("已发出"));
        let kinds = app.audit_kinds().await;
        for kind in ["announcement.written", "announcement.started", "announcement.ended"] {
            assert_eq!(kinds.iter().filter(|k| *k == kind).count(), 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn kinds_teams_and_parts_narrow_whom_it_is_for() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let [one, two, three] = &world.people;
        app.sql("UPDATE organisation SET kind = 'enterprise' WHERE id = $1", args![world.teams[2].0].to_vec()).await;
        let (leader, rest) = (vec![one[0]], vec![one[1], one[2], one[3], two[0], two[2], three[0], three[1]]);
        let named = format!("沥东巡河队\n{}", "T0003");
        type Case<'c> = (&'c [(&'c str, &'c str)], Vec<Raw>);
        let cases: [Case<'_>; 7] = [
            (&[], sorted(one.iter().chain(two).chain(three).copied())),
            (&[("team_kind", "enterprise")], sorted(three.iter().copied())),
            (&[("teams", &named)], sorted(two.iter().chain(three).copied())),
            (&[("teams", &named), ("town", "440605126")], sorted(three.iter().copied())),
            (&[("role", "leader")], sorted(leader)),
            // 陈慧敏 leads one team and is a member of the other.
            (&[("role", "member")], sorted(rest)),
            (&[("team_kind", "enterprise"), ("role", "leader")], Vec::new()),
        ];
        for (more, wanted) in cases {
            let id = draft(&world.officer, more).await;
            let url = format!("/desk/announcements/{id}");
            let said = world.officer.get(&url).await.expect(200).text();
            if wanted.is_empty() {
                assert!(said.contains("接收范围里没有人"), "{more:?}");
                world.officer.post(&format!("{url}/sending"), &[]).await.expect(409);
                continue;
            }
            assert!(said.contains(&format!("将发给 {} 人", wanted.len())), "{more:?}: {said}");
            world.officer.post(&format!("{url}/sending"), &[]).await.expect(303);
            app.run_jobs().await;
            assert_eq!(recipients(&app, id).await, wanted, "{more:?}");
        }
    })
    .await;
}

/// An activity of a team in 里水镇 that these people joined and these wait for.
async fn activity(app: &TestApp, team: (Raw, &str), joined: &[Raw], waiting: &[Raw]) -> Raw {
    let (tenant, now, id) = (app.tenant, app.clock.now(), kernel::ids::fresh());
    let (session, post, day) = (kernel::ids::fresh(), kernel::ids::fresh(), kernel::time::day(now));
    let (team, path) = (team.0, team.1.to_owned());
    let people: Vec<(Raw, &str)> =
        joined.iter().map(|p| (*p, "joined")).chain(waiting.iter().map(|p| (*p, "waiting"))).collect();
    app.write(async move |tx: &mut kernel::Tx<'_>| {
        let sql = "INSERT INTO activity (tenant_id, id, number, title, summary, organisation_id, organisation_name, organisation_path, kind,
                     region_code, place, state, starts_on, ends_on, categories, category, beneficiaries, guarantees, risk_notice, risky,
                     working_time, own_duty, scope, opens_at, closes_at, min_minutes, only_team, contact_name, contact_phone,
                     contact_public, submitted_name, created_at, updated_at)
                   VALUES ($1, $2, 'A1', '义诊', 'x', $3, 'x', $4, 'village', '440605126001', 'x', 'open', $5, $5, $6, '02', '', '', '', FALSE,
                     FALSE, FALSE, 'public', $7, $7, 0, FALSE, '', '', FALSE, '', $7, $7)";
        tx.execute(sql, args![tenant, id, team, path, day, kernel::Json(vec!["02"]), now]).await?;
        let sql = "INSERT INTO activity_session (tenant_id, id, activity_id, starts_at, ends_at, day, code_key)
                   VALUES ($1, $2, $3, $4, $5, $6, '')";
        let ends = now + chrono::Duration::hours(2);
        tx.execute(sql, args![tenant, session, id, now, ends, day]).await?;
        let sql = "INSERT INTO post (tenant_id, id, session_id, activity_id, name, conditions, places, taken, waiting, next_position)
                   VALUES ($1, $2, $3, $4, 'x', '', 9, 0, 0, 1)";
        tx.execute(sql, args![tenant, post, session, id]).await?;
        for (person, state) in people {
            let sql = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position,
                         starts_at, ends_at, made_at, changed_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $9, $9)";
            let of = args![tenant, kernel::ids::fresh(), id, session, post, person, team, state, now, ends];
            tx.execute(sql, of).await?;
        }
        Ok(id)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn whoever_has_a_place_in_an_activity_can_be_told_by_those_who_hold_it() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let (team, path) = &world.teams[2];
        let (one, two, line) = (world.people[0][1], world.people[2][0], world.people[1][2]);
        let id = activity(&app, (*team, path), &[one, two], &[line]).await.to_string();
        let wanted = [("to", "activity"), ("activity", id.as_str())];
        let leader = app.as_account("李队", &[organisation(Role::Leader, path)], None).await;
        assert!(leader.get("/desk/announcements/new").await.expect(200).text_contains("义诊"));
        let sent = sent(&app, &leader, &wanted).await;
        assert_eq!(recipients(&app, sent).await, sorted([one, two]), "who waits in line has no place");
        // Another team's activity is not told anything.
        let (_, other) = &world.teams[0];
        let stranger = app.as_account("陈队", &[organisation(Role::Leader, other)], None).await;
        stranger.post("/desk/announcements", &form(&wanted)).await.expect(422);
        stranger.post("/desk/announcements", &form(&[("to", "activity")])).await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn nobody_speaks_in_anothers_name_or_beyond_their_own_subtree() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let [(team, path), (other, _), _] = &world.teams;
        let chen = app.as_account("陈慧敏", &[organisation(Role::Leader, path)], Some(world.people[0][0])).await;
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        // A leader tells the own team, and another one's name is not known there.
        let id = sent(&app, &chen, &[]).await;
        assert_eq!(recipients(&app, id).await, sorted(world.people[0].iter().copied()));
        let refused = chen.post("/desk/announcements", &form(&[("teams", "沥东巡河队")])).await.expect(422);
        assert!(refused.text_contains("管得到的队伍里没有「沥东巡河队」"), "{}", refused.text());
        let other = other.to_string();
        chen.post("/desk/announcements", &form(&[("teams", &other)])).await.expect(422);
        chen.post("/desk/announcements", &form(&[("town", "440605126")])).await.expect(422);
        for from in ["district", "region:440605125", &format!("team:{other}")] {
            chen.post("/desk/announcements", &form(&[("from", from)])).await.expect(403);
        }
        // A town reaches its own teams, whatever it names.
        town.post("/desk/announcements", &form(&[("town", "440605125")])).await.expect(422);
        town.post("/desk/announcements", &form(&[("from", "district")])).await.expect(403);
        let far = sent(&app, &town, &[]).await;
        assert_eq!(recipients(&app, far).await, sorted(world.people[2].iter().copied()));
        // Not yours is not there: to look at, to send, to ask again, to take back.
        for part in ["", "/readers", "/edit", "/chasing", "/withdrawal", "/export", "/progress"] {
            town.get(&format!("/desk/announcements/{id}{part}")).await.expect(404);
        }
        for part in ["/sending", "/cancellation", "/chasing", "/withdrawal"] {
            town.post(&format!("/desk/announcements/{id}{part}"), &[]).await.expect(404);
        }
        assert!(!town.get("/desk/announcements").await.expect(200).text_contains(&id.to_string()));
        // The body above sees what its teams said.
        world.officer.get(&format!("/desk/announcements/{id}")).await.expect(200);
        let _ = team;
    })
    .await;
}

#[tokio::test]
async fn a_reader_finds_it_reads_it_and_only_then_has_read_it() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let must = [
            ("must_read", "on"),
            ("read_by", "2026-11-27"),
            ("body", "第一段。\n\n第二段 <b>。"),
            ("link", "/activities"),
        ];
        let id = sent(&app, &world.officer, &must).await;
        let own = format!("/me/announcements/{id}");
        let liang = app.as_account("梁志", &[], Some(world.people[0][1])).await;
        let stranger = app.as_account("旁人", &[], Some(app.person("旁人").await)).await;
        let list = liang.get("/me/announcements?show=waits").await.expect(200);
        assert!(list.text_contains("周五例会") && list.text_contains("消息，1 条未读"), "{}", list.text());
        let page = liang.get(&own).await.expect(200);
        assert!(page.text_contains("<p>第一段。</p><p>第二段 &#60;b&#62;。</p>") && page.text_contains("我已阅读"));
        let read = "SELECT COUNT(*) AS n FROM announcement_recipient WHERE read_at IS NOT NULL";
        assert_eq!(app.count(read, &[]).await, 0, "looking is not reading: whoever opens links changes nothing");
        assert!(
            !app.stranger().get("/activities").await.expect(200).text_contains("/me/messages"),
            "a bell for nobody"
        );
        stranger.get(&own).await.expect(404);
        stranger.post(&format!("{own}/reading"), &[]).await.expect(404);
        liang.post(&format!("{own}/reading"), &[]).await.expect(303);
        liang.post(&format!("{own}/reading"), &[]).await.expect(303);
        assert_eq!(app.count(read, &[]).await, 1);
        let page = liang.get(&own).await.expect(200);
        assert!(
            !page.text_contains("我已阅读") && page.text_contains("确认已读") && page.text_contains("消息，没有未读")
        );
        assert!(!liang.get("/me/announcements?show=waits").await.expect(200).text_contains("周五例会"));
        assert!(
            liang
                .get("/me/announcements?q=%E4%BE%8B%E4%BC%9A&kind=meeting")
                .await
                .expect(200)
                .text_contains("周五例会")
        );
        assert!(
            !liang.get("/me/announcements?q=%E4%BE%8B%E4%BC%9A&kind=work").await.expect(200).text_contains("周五例会")
        );
        assert_eq!(app.audit_kinds().await.iter().filter(|k| *k == "announcement.read").count(), 1);
        // What need not be read is not asked for.
        let plain = sent(&app, &world.officer, &[]).await;
        assert!(!liang.get(&format!("/me/announcements/{plain}")).await.expect(200).text_contains("我已阅读"));
        liang.post(&format!("/me/announcements/{plain}/reading"), &[]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_wrong_tells_every_problem_and_keeps_what_was_typed() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let wrong = form(&[
            ("title", " "),
            ("link", "javascript:alert(1)"),
            ("must_read", "on"),
            ("read_by", "2026-11-22"),
            ("teams", "没有这队"),
            ("team_kind", "nothing"),
        ]);
        let page = world.officer.post("/desk/announcements", &wrong).await.expect(422);
        for said in
            ["有 5 处需要改", "出错：", "请选今天到一年之内的一天", "没有「没有这队」", "周五下午三点，站点二楼。"]
        {
            assert!(page.text_contains(said), "{said}: {}", page.text());
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM announcement", &[]).await, 0);
        let id = draft(&world.officer, &[]).await;
        let url = format!("/desk/announcements/{id}");
        world.officer.post(&url, &form(&[("title", "改过的标题")])).await.expect(303);
        assert!(world.officer.get(&format!("{url}/edit")).await.expect(200).text_contains("改过的标题"));
        let list = world.officer.get("/desk/announcements?q=gaiguo&state=draft").await.expect(200);
        assert!(list.text_contains("改过的标题"));
        assert!(!world.officer.get("/desk/announcements?state=sent").await.expect(200).text_contains("改过的标题"));
        let table = world.officer.get("/desk/announcements/export?format=csv").await.expect(200);
        assert!(table.text_contains("改过的标题"));
        // A draft is laid aside, and stays so.
        world.officer.post(&format!("{url}/withdrawal"), &[]).await.expect(303);
        world.officer.post(&format!("{url}/sending"), &[]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn a_question_to_the_list_of_announcements_is_kept() {
    on_both(rooms, async |app: TestApp| {
        let w = settle(&app).await;
        let asked = "/desk/announcements?q=a&urgency=urgent&kind=meeting&state=sent";
        testkit::views::is_kept(&w.officer, "announcements", asked).await;
    })
    .await;
}
