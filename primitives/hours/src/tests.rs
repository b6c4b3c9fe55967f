//! Stories of the ledger over HTTP, on both databases.

mod bulk;
mod months;
mod pending;
mod views;

use crate::model::{EntryId, Method, NewEntry, Window};
use crate::{ClaimId, NewClaim, balance, claim, credit};
use chrono::{DateTime, Utc};
use kernel::db::{LaneKey, Migration};
use kernel::ids::Raw;
use kernel::time::WorkCalendar;
use kernel::{Cx, Error, Module, Read as _, Result, Role, Tx, args, row};
use organisations::model::OrganisationId;
use people::model::PersonId;
use testkit::app::{beijing, region};
use testkit::{Reply, TestApp, Visitor, on_both};

/// The tables of people and organisations, without their rooms.
fn rooms() -> Vec<Module> {
    macro_rules! below {
        ($($room:literal / $name:literal),* $(,)?) => {[$({
            const TEXT: &str = include_str!(concat!("../../", $room, "/migrations/", $name, ".sql"));
            Migration { name: $name, sqlite: TEXT, postgres: TEXT }
        }),*]};
    }
    let tables = below![
        "people" / "20261123_12_people",
        "organisations" / "20261123_13_organisations",
        "people" / "20261128_62_life",
    ];
    vec![places::module(), Module::new("below").migrations(&tables), crate::module()]
}

/// Two towns: a team of Dali with two volunteers and an officer, an officer of Lishui.
struct Town {
    app: TestApp,
    team: Raw,
    path: String,
    chen: Raw,
    ou: Raw,
    officer: Visitor,
    other: Visitor,
}

const DALI: &str = "440605125";
const LIXIONG: &str = "440605125003";
const OVERLAP: &str = "同一时间已有另一条时长";

async fn town(app: &TestApp) -> Town {
    app.region_seed().await;
    let (team, path) = app.team("沥雄乐龄助餐队", LIXIONG).await;
    let (chen, ou) = (app.person("陈慧敏").await, app.person("区志明").await);
    let officer = app.as_account("周敏仪", &[region(Role::Town, DALI)], None).await;
    let other = app.as_account("里水干事", &[region(Role::Town, "440605126")], None).await;
    Town { app: app.clone(), team, path, chen, ou, officer, other }
}

impl Town {
    fn window(&self) -> Window {
        Window { from: beijing("2026-11-20T00:00"), to: beijing("2026-11-24T00:00") }
    }

    fn entry(&self, person: Raw, from: &str, to: &str) -> NewEntry {
        NewEntry {
            person: PersonId(person),
            activity: kernel::ids::fresh(),
            session: kernel::ids::fresh(),
            title: "长者饭堂送餐".to_owned(),
            organisation: OrganisationId(self.team),
            organisation_path: self.path.clone(),
            region: LIXIONG.to_owned(),
            kind: "village".to_owned(),
            category: "02".to_owned(),
            started_at: beijing(from),
            ended_at: beijing(to),
            window: self.window(),
            method: Method::Scan,
            reason: None,
            entered_by: "qiyi".to_owned(),
            approved_by: None,
        }
    }

    async fn credit(&self, person: Raw, from: &str, to: &str) -> Result<EntryId> {
        put(&self.app, LaneKey::of(person), self.entry(person, from, to)).await
    }

    async fn balance(&self, person: Raw) -> i64 {
        balance(self.app.db(), self.app.tenant, PersonId(person)).await.unwrap()
    }

    /// A claim that the account hands in for these people, nine to half past eleven on 21 November.
    async fn claim(&self, by: &Visitor, people: &[Raw]) -> ClaimId {
        let (from, to) = (beijing("2026-11-21T09:00"), beijing("2026-11-21T11:30"));
        let new = NewClaim {
            activity: kernel::ids::fresh(),
            session: kernel::ids::fresh(),
            title: "社区义诊".to_owned(),
            kind: "village".to_owned(),
            category: "09".to_owned(),
            window: self.window(),
            organisation: OrganisationId(self.team),
            organisation_path: self.path.clone(),
            region: LIXIONG.to_owned(),
            reason: "站点断网，现场改用纸质签到".to_owned(),
            evidence: None,
            lines: people.iter().map(|p| (PersonId(*p), from, to)).collect(),
        };
        let cx = acting(&self.app, by);
        self.app.write(async move |tx: &mut Tx<'_>| claim(tx, &cx, &new, &WorkCalendar::default()).await).await.unwrap()
    }

    async fn decide(&self, by: &Visitor, claim: ClaimId, decision: &str, opinion: &str) -> Reply {
        let fields = [("decision", decision), ("opinion", opinion)];
        by.post(&format!("/desk/hours/claims/{claim}/decision"), &fields).await
    }

    async fn lines_of(&self, kind: &str) -> usize {
        self.app.audit_kinds().await.iter().filter(|k| *k == kind).count()
    }
}

fn acting(app: &TestApp, visitor: &Visitor) -> Cx {
    let actor = kernel::Actor { account: visitor.account, name: "梁少芬".to_owned(), ..kernel::Actor::default() };
    app.cx().acting(actor)
}

async fn put(app: &TestApp, lane: LaneKey, new: NewEntry) -> Result<EntryId> {
    let cx = app.cx();
    app.db().write(lane, async move |tx: &mut Tx<'_>| credit(tx, &cx, &new).await).await
}

fn word(result: Result<EntryId>) -> String {
    match result {
        Err(Error::Refused(word)) => word.key.into_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_row_keeps_the_rules_or_is_not_written() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        for (from, to, refused) in [
            ("2026-11-23T09:00", "2026-11-23T11:00", "hours.refused.future"),
            ("2026-11-21T23:00", "2026-11-22T01:00", "hours.refused.two_days"),
            ("2026-11-19T09:00", "2026-11-19T11:00", "hours.refused.window"),
            ("2026-11-21T11:00", "2026-11-21T09:00", "hours.refused.backwards"),
        ] {
            assert_eq!(word(town.credit(town.chen, from, to).await), refused);
        }
        assert_eq!(town.balance(town.chen).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM hours_day", &[]).await, 0, "no day is left taken");
        town.credit(town.chen, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        assert_eq!(word(town.credit(town.chen, "2026-11-21T11:00", "2026-11-21T12:00").await), "hours.refused.overlap");
        town.credit(town.chen, "2026-11-21T11:30", "2026-11-21T12:00").await.unwrap();
        town.credit(town.ou, "2026-11-21T11:00", "2026-11-21T12:00").await.unwrap();
        assert_eq!(town.balance(town.chen).await, 180);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_rows_at_the_same_time_exactly_one_stands_whatever_lane_they_take() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let mut tries = Vec::new();
        for lane in 0..16 {
            let new = town.entry(town.chen, "2026-11-21T09:00", "2026-11-21T11:00");
            let app = app.clone();
            tries.push(tokio::spawn(async move { put(&app, LaneKey(lane), new).await }));
        }
        let mut stood = 0;
        for result in tries {
            match result.await.unwrap() {
                Ok(_) => stood += 1,
                refused => assert_eq!(word(refused), "hours.refused.overlap"),
            }
        }
        assert_eq!(stood, 1);
        assert_eq!(town.balance(town.chen).await, 120);
    })
    .await;
}

#[tokio::test]
async fn the_balance_is_the_union_of_what_stands() {
    row! { struct Span { started_at: DateTime<Utc>, ended_at: DateTime<Utc> } }
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let mut dice = 7_u64;
        let mut roll = move |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        for _ in 0..60 {
            let (start, length) = (roll(18 * 12), roll(36) + 1);
            let at = |n: u64| format!("2026-11-21T{:02}:{:02}", n / 12, n % 12 * 5);
            drop(town.credit(town.chen, &at(start), &at(start + length)).await);
        }
        let sql = "SELECT started_at, ended_at FROM hours_entry WHERE person_id = $1 ORDER BY started_at";
        let spans: Vec<Span> = app.db().all(sql, args![town.chen]).await.unwrap();
        assert!(spans.len() > 5, "{} rows stand", spans.len());
        assert!(spans.windows(2).all(|two| two[0].ended_at <= two[1].started_at), "no two meet");
        let union: i64 = spans.iter().map(|s| (s.ended_at - s.started_at).num_minutes()).sum();
        assert_eq!(town.balance(town.chen).await, union);
    })
    .await;
}

#[tokio::test]
async fn taking_a_row_back_leaves_both_rows_and_frees_the_time() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let entry = town.credit(town.chen, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        let (page, path) = (format!("/desk/hours/{entry}"), format!("/desk/hours/{entry}/reversal"));
        let shown = town.officer.get(&page).await.expect(200);
        assert!(shown.text_contains("合计从 2.5 小时变为 0.0 小时"), "{}", shown.text());
        let empty = town.officer.post(&path, &[("reason", " ")]).await.expect(422);
        assert!(empty.text_contains("<title>出错：") && empty.text_contains("这里还没有填"));
        assert_eq!(town.balance(town.chen).await, 150);
        let done = town.officer.post(&path, &[("reason", "签退时间记错")]).await.expect(303);
        assert!(town.officer.follow(&done).await.expect(200).text_contains("这条已冲销"));
        let again = town.officer.post(&path, &[("reason", "再来")]).await.expect(409);
        assert!(again.text_contains("这条已经冲销过"));
        assert_eq!(town.balance(town.chen).await, 0);
        let rows = "SELECT COUNT(*) AS n FROM hours_entry WHERE person_id = $1";
        assert_eq!(app.count(rows, args![town.chen]).await, 2);
        assert_eq!(app.count("SELECT minutes AS n FROM hours_day", &[]).await, 0);
        town.credit(town.chen, "2026-11-21T09:00", "2026-11-21T11:00").await.unwrap();
        assert_eq!(town.balance(town.chen).await, 120);
        assert_eq!(app.audit_kinds().await, ["hours.reversed"]);
        let told = "SELECT COUNT(*) AS n FROM message WHERE person_id = $1 AND word = 'hours.message.reversed'";
        assert_eq!(app.count(told, args![town.chen]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_decides_about_their_own_claim_nor_about_their_own_hours() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let own = town.claim(&town.officer, &[town.chen]).await;
        let page = town.officer.get(&format!("/desk/hours/claims/{own}")).await.expect(200);
        assert!(page.text_contains("这是你自己录的") && !page.text_contains("/decision"), "the form is not there");
        assert!(town.decide(&town.officer, own, "approve", "").await.expect(409).text_contains("这是你自己录的"));
        let gains = app.as_account("陈慧敏", &[region(Role::Town, DALI)], Some(town.chen)).await;
        assert!(town.decide(&gains, own, "approve", "").await.expect(409).text_contains("名单里有你自己"));
        assert_eq!((town.balance(town.chen).await, town.lines_of("hours.claim_decided").await), (0, 0));
        let second = app.as_account("李伟强", &[region(Role::Town, DALI)], None).await;
        town.decide(&second, own, "approve", "").await.expect(303);
        assert_eq!(town.balance(town.chen).await, 150);
        let late = town.decide(&second, own, "return", "晚了").await.expect(409);
        assert!(late.text_contains("别人已经办过了"));
    })
    .await;
}

#[tokio::test]
async fn an_approved_claim_writes_every_row_or_none() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let leader = app.as_account("梁少芬", &[], None).await;
        town.credit(town.ou, "2026-11-21T11:00", "2026-11-21T12:00").await.unwrap();
        let claim = town.claim(&leader, &[town.chen, town.ou]).await;
        let shown = town.officer.get(&format!("/desk/hours/claims/{claim}")).await.expect(200);
        for part in ["与已有时长重叠 1 处", "区志明", "3 个工作日内提交", "没有附签到表", "2 人，共 5.0 小时"]
        {
            assert!(shown.text_contains(part), "{part} in {}", shown.text());
        }
        let refused = town.decide(&town.officer, claim, "approve", "").await.expect(422);
        assert!(refused.text_contains("区志明：") && refused.text_contains(OVERLAP), "{}", refused.text());
        assert_eq!((town.balance(town.chen).await, town.balance(town.ou).await), (0, 60));
        let waiting = "SELECT COUNT(*) AS n FROM hours_claim WHERE state = 'waiting'";
        assert_eq!(app.count(waiting, &[]).await, 1, "the claim still waits");
        let silent = town.decide(&town.officer, claim, "return", "").await.expect(422);
        assert!(silent.text_contains("这里还没有填"));
        town.decide(&town.officer, claim, "return", "区志明同一时间另有服务").await.expect(303);
        assert_eq!(town.lines_of("hours.claim_decided").await, 1);

        let clean = town.claim(&leader, &[town.chen]).await;
        town.decide(&town.officer, clean, "approve", "").await.expect(303);
        assert_eq!(town.balance(town.chen).await, 150);
        assert_eq!(town.lines_of("hours.claim_decided").await, 2);
        let paper = "SELECT COUNT(*) AS n FROM hours_entry WHERE method = 'paper' AND approved_by = '周敏仪'";
        assert_eq!(app.count(paper, &[]).await, 1);
        let done = town.officer.get(&format!("/desk/hours/claims/{clean}")).await.expect(200);
        assert!(!done.text_contains("/decision") && done.text_contains("处理结果"));
    })
    .await;
}

#[tokio::test]
async fn each_look_at_a_signed_sheet_leaves_a_line() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let leader = app.as_account("梁少芬", &[], None).await;
        let claim = town.claim(&leader, &[town.chen]).await;
        let path = format!("/desk/hours/claims/{claim}/evidence");
        town.officer.get(&path).await.expect(404);
        let (cx, tenant) = (app.cx(), app.tenant);
        app.write(async move |tx: &mut Tx<'_>| {
            let file = kernel::files::insert(tx, &cx, "签到表.pdf", "application/pdf", vec![1, 2, 3]).await?;
            let sql = "UPDATE hours_claim SET evidence_id = $1 WHERE tenant_id = $2 AND id = $3";
            tx.execute(sql, args![file, tenant, claim]).await
        })
        .await
        .unwrap();
        assert!(town.officer.get(&format!("/desk/hours/claims/{claim}")).await.expect(200).text_contains(&path));
        let sheet = town.officer.get(&path).await.expect(200);
        assert_eq!((sheet.body.as_slice(), sheet.header("x-content-type-options")), (&[1, 2, 3][..], "nosniff"));
        assert!(sheet.header("content-disposition").starts_with("attachment"));
        assert_eq!(town.lines_of("hours.evidence_read").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_lies_in_another_town_is_not_there() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let entry = town.credit(town.chen, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        let leader = app.as_account("梁少芬", &[], None).await;
        let claim = town.claim(&leader, &[town.ou]).await;
        let none = kernel::ids::fresh();
        for id in [entry.0, none] {
            let page = town.other.get(&format!("/desk/hours/{id}")).await.expect(404);
            assert!(!page.text_contains("陈慧敏") && !page.text_contains("饭堂"));
            town.other.post(&format!("/desk/hours/{id}/reversal"), &[("reason", "x")]).await.expect(404);
        }
        for id in [claim.0, none] {
            town.other.get(&format!("/desk/hours/claims/{id}")).await.expect(404);
            town.other.get(&format!("/desk/hours/claims/{id}/evidence")).await.expect(404);
            town.decide(&town.other, ClaimId(id), "approve", "").await.expect(404);
        }
        assert!(!town.other.get("/desk/hours").await.expect(200).text_contains("陈慧敏"));
        assert!(!town.other.get("/desk").await.expect(200).text_contains("社区义诊"));
        assert!(town.officer.get("/desk").await.expect(200).text_contains("补录：社区义诊，1 人"));
        assert_eq!(town.balance(town.chen).await, 150);
        let led = testkit::app::organisation(Role::Leader, &town.path);
        let leader = app.as_account("队长", &[led], Some(town.ou)).await;
        let page = leader.get(&format!("/desk/hours/{entry}")).await.expect(200);
        assert!(!page.text_contains("/reversal"), "a leader reads and does not correct");
        leader.post(&format!("/desk/hours/{entry}/reversal"), &[("reason", "x")]).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn ones_own_ledger_is_paged_and_tells_corrections_apart() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let me = app.as_account("陈慧敏", &[], Some(town.chen)).await;
        assert!(me.get("/me/hours").await.expect(200).text_contains("还没有时长"));
        for n in 0..30 {
            let day = ["2026-11-20", "2026-11-21", "2026-11-22"][n / 10];
            let (from, to) = (format!("{day}T{:02}:00", n % 10), format!("{day}T{:02}:30", n % 10));
            town.credit(town.chen, &from, &to).await.unwrap();
        }
        town.credit(town.ou, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        let first = me.get("/me/hours").await.expect(200).text();
        assert!(first.contains("15.0") && first.contains("11 月，15.0 小时") && first.contains("共 30 条"), "{first}");
        assert!(first.contains("<svg class=\"ticks\"") && first.contains("扫码"));
        assert_eq!(first.matches("长者饭堂送餐").count(), 20);
        let next = first.split("/me/hours?cursor=").nth(1).unwrap().split('"').next().unwrap();
        let second = me.get(&format!("/me/hours?cursor={next}")).await.expect(200).text();
        assert_eq!(second.matches("长者饭堂送餐").count(), 10);
        for wrong in ["/me/hours?cursor=x", "/me/hours?page=2", "/desk/hours?cursor=x", "/desk/hours?from=x"] {
            let visitor = if wrong.starts_with("/me") { &me } else { &town.officer };
            visitor.get(wrong).await.expect(400);
        }
        let token = app.token(me.account.unwrap()).await;
        let json = me.json("GET", "/api/v1/me/hours", Some(&token), None, None).await.expect(200).json();
        assert_eq!(json["items"].as_array().unwrap().len(), 30);
        assert_eq!((&json["items"][0]["minutes"], &json["items"][0]["day"]), (&30.into(), &"2026-11-22".into()));
        let stranger = me.json("GET", "/api/v1/me/hours", None, None, None).await.expect(401);
        assert_eq!(stranger.json()["type"], "sign_in");
        let document = me.get("/openapi.json").await.expect(200).json();
        let operation = &document["paths"]["/api/v1/me/hours"]["get"];
        assert_eq!(operation["parameters"][0]["name"], "cursor", "{operation}");
    })
    .await;
}

#[tokio::test]
async fn the_list_is_found_by_person_team_evidence_and_day_and_exported_with_a_line_in_the_trace() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        town.credit(town.chen, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        town.credit(town.ou, "2026-11-22T09:00", "2026-11-22T10:00").await.unwrap();
        let both = ["", "?team=T0001", "?team=%E5%8A%A9%E9%A4%90", "?town=440605125", "?method=scan&from=2026-11-21"];
        for query in both {
            let page = town.officer.get(&format!("/desk/hours{query}")).await.expect(200);
            assert!(page.text_contains("陈慧敏") && page.text_contains("区志明"), "{query}: {}", page.text());
        }
        for query in ["?q=chm", "?q=%E6%85%A7%E6%95%8F", "?to=2026-11-21"] {
            let page = town.officer.get(&format!("/desk/hours{query}")).await.expect(200);
            assert!(page.text_contains("陈慧敏") && !page.text_contains("区志明"), "{query}: {}", page.text());
            assert!(page.text_contains("共 1 条，2.5 小时"), "{query}");
        }
        for query in ["?method=paper", "?team=T0002", "?town=440605126", "?q=nobody"] {
            let page = town.officer.get(&format!("/desk/hours{query}")).await.expect(200);
            assert!(page.text_contains("没有符合条件的时长"), "{query}");
        }
        let csv = town.officer.get("/desk/hours/export?q=chm&format=csv").await.expect(200);
        assert!(
            csv.text_contains("陈慧敏") && csv.text_contains("2.50") && !csv.text_contains("区志明"),
            "{}",
            csv.text()
        );
        let xlsx = town.officer.get("/desk/hours/export?format=xlsx").await.expect(200);
        assert!(xlsx.body.starts_with(b"PK") && xlsx.header("content-disposition").starts_with("attachment"));
        let none = town.other.get("/desk/hours/export?format=csv").await.expect(200);
        assert_eq!(none.text().lines().count(), 1, "another town exports its own rows");
        let lines: Vec<_> = app.audit().await.into_iter().filter(|l| l.kind == "hours.exported").collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|l| !l.detail.0.to_string().contains("chm")), "what was searched stays out");
    })
    .await;
}
