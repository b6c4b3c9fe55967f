//! Stories over HTTP, on both databases.

use activities::model::Scope;
use activities::{NewActivity, NewPost, NewSession, PostId};
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Cx, Module, Read as _, Tx, args};
use people::rules::identity;
use people::{NewPerson, PersonId};
use testkit::app::{Reply, TestApp, Visitor, beijing, on_both, organisation, region};

const ID: &str = "440605190001010013";
const PASSWORD: &str = "木棉花开在三月里的岭南";

pub(crate) fn modules() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        records::module(),
        crate::module(),
    ]
}

/// The sealed answers of a page.
fn state(reply: &Reply) -> String {
    let text = reply.text();
    let at = text.find("name=\"state\" value=\"").expect("the page carries its answers") + 20;
    text[at..].split('"').next().unwrap_or_default().to_owned()
}

async fn step(visitor: &Visitor, before: &Reply, step: &str, fields: &[(&str, &str)]) -> Reply {
    let state = state(before);
    let all: Vec<(&str, &str)> =
        [("step", step), ("state", state.as_str()), ("go", "next")].into_iter().chain(fields.iter().copied()).collect();
    visitor.post("/join", &all).await
}

/// Goes through all pages and answers the last one.
pub(crate) async fn join(visitor: &Visitor, name: &str, id: &str, phone: &str, team: &str) -> Reply {
    let page = visitor.get("/join").await.expect(200);
    let page = step(visitor, &page, "name", &[("name", name)]).await.expect(200);
    let page = step(visitor, &page, "identity", &[("id_no", id), ("phone", phone)]).await.expect(200);
    let page = step(visitor, &page, "town", &[("region", "440605125")]).await.expect(200);
    let page = step(visitor, &page, "community", &[("region", "440605125003")]).await.expect(200);
    let page = step(visitor, &page, "team", &[("team", team)]).await.expect(200);
    let page = step(visitor, &page, "password", &[("password", PASSWORD), ("again", PASSWORD)]).await.expect(200);
    assert!(!page.text_contains(id) && !page.text_contains(phone), "the page shows what it should mask");
    step(visitor, &page, "check", &[("agreed", "1")]).await
}

async fn people(rig: &TestApp) -> i64 {
    rig.count("SELECT COUNT(*) AS n FROM person WHERE tenant_id = $1", args![rig.tenant]).await
}

pub(crate) async fn kinds(rig: &TestApp, kind: &str) -> usize {
    rig.audit_kinds().await.iter().filter(|k| *k == kind).count()
}

/// A volunteer with everything that is masked, and no account.
pub(crate) async fn on_record(rig: &TestApp) -> PersonId {
    let at: Cx = rig.cx();
    rig.write(async move |tx: &mut Tx<'_>| {
        let mut new = NewPerson::named("陈慧敏", "440605125003", at.today());
        new.phone = Some("13800000000".to_owned());
        new.address = Some("沥雄大街 8 号".to_owned());
        new.political = Some((people::PoliticalCode::Party, None));
        let identity = identity::parse(ID, None, at.today()).map_err(|e| kernel::Error::internal(e.to_string()))?;
        crate::join::identify(&mut new, identity);
        people::insert(tx, &at, &new).await
    })
    .await
    .unwrap()
}

/// The same, and a visitor signed in as them.
pub(crate) async fn known(rig: &TestApp) -> (PersonId, Visitor) {
    let id = on_record(rig).await;
    let visitor = rig.as_account("chen", &[], Some(id.0)).await;
    (id, visitor)
}

#[tokio::test]
async fn a_stranger_registers_signs_in_and_sees_their_number() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let stranger = rig.stranger();
        let done = join(&stranger, "陈慧敏", ID, "138 0000 0000", "").await.expect(200);
        assert!(done.text_contains("登记收到了"));
        assert_eq!(people(&rig).await, 1);
        for deed in ["people.registered", "federation.joined"] {
            assert_eq!(kinds(&rig, deed).await, 1, "{deed}");
        }
        let inside = stranger.post("/sign-in", &[("name", "13800000000"), ("password", PASSWORD), ("next", "")]).await;
        assert_eq!(inside.location.as_deref(), Some("/me"));
        let me = stranger.follow(&inside).await.expect(200);
        assert!(me.text_contains("慧敏，还没有安排"));
        let data = stranger.get("/me/data").await.expect(200);
        assert!(data.text_contains("440605 00000001") && data.text_contains("**** **** **** 0013"));
        assert!(!data.text_contains(ID) && !data.text_contains("13800000000"));
    })
    .await;
}

#[tokio::test]
async fn joining_twice_makes_one_person_and_the_answers_are_the_same() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let first = join(&rig.stranger(), "陈慧敏", ID, "13800000000", "").await.expect(200);
        let second = join(&rig.stranger(), "陈慧敏", ID, "13911112222", "").await.expect(200);
        assert_eq!(first.text(), second.text());
        assert_eq!(people(&rig).await, 1);
        assert_eq!(kinds(&rig, "federation.join_repeated").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_family_shares_a_phone_and_signs_in_with_phone_and_name() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        join(&rig.stranger(), "陈慧敏", ID, "13800000000", "").await.expect(200);
        let child = rig.stranger();
        join(&child, "陈小明", "440605201103010058", "13800000000", "").await.expect(200);
        assert_eq!(people(&rig).await, 2);
        let fields = [("name", "138 0000 0000 陈小明"), ("password", PASSWORD), ("next", "")];
        assert_eq!(child.post("/sign-in", &fields).await.location.as_deref(), Some("/me"));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_under_fourteen_is_asked_to_come_with_a_parent() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let stranger = rig.stranger();
        let page = stranger.get("/join").await.expect(200);
        let page = step(&stranger, &page, "name", &[("name", "李小童")]).await.expect(200);
        let fields = [("id_no", "440605201506010044"), ("phone", "13800000000")];
        let refused = step(&stranger, &page, "identity", &fields).await.expect(422);
        assert!(refused.text_contains("未满 14 岁") && refused.text_contains("有 1 处需要改"));
        assert!(refused.text_contains("<title>出错："));
        assert_eq!(people(&rig).await, 0);
    })
    .await;
}

#[tokio::test]
async fn no_question_can_be_jumped_over_and_no_answers_can_be_made_up() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let stranger = rig.stranger();
        let page = stranger.get("/join").await.expect(200);
        let jumped = step(&stranger, &page, "check", &[("agreed", "1")]).await.expect(200);
        assert!(jumped.text_contains("你叫什么名字"));
        let forged = stranger.post("/join", &[("step", "check"), ("state", "00ff"), ("agreed", "1")]).await;
        assert!(forged.expect(422).text_contains("请从头再填"));
        let extra = stranger.post("/join", &[("step", "name"), ("name", "陈慧敏"), ("role", "keeper")]).await;
        assert_eq!(extra.status.as_u16(), 400);
        let old = step(&stranger, &page, "name", &[("name", "陈慧敏")]).await.expect(200);
        rig.later(chrono::Duration::hours(3));
        step(&stranger, &old, "town", &[("region", "440605125")]).await.expect(422);
        assert_eq!(people(&rig).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_address_registers_thirty_people_an_hour_and_no_more() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let stranger = rig.stranger();
        let mut page = stranger.get("/join").await.expect(200);
        for (name, fields) in [
            ("name", vec![("name", "陈慧敏")]),
            ("identity", vec![("id_no", ID), ("phone", "13800000000")]),
            ("town", vec![("region", "440605125")]),
            ("community", vec![("region", "")]),
            ("team", vec![("team", "")]),
            ("password", vec![("password", PASSWORD), ("again", PASSWORD)]),
        ] {
            page = step(&stranger, &page, name, &fields).await.expect(200);
        }
        for _ in 0..30 {
            step(&stranger, &page, "check", &[("agreed", "1")]).await.expect(200);
        }
        let refused = step(&stranger, &page, "check", &[("agreed", "1")]).await.expect(429);
        assert!(!refused.header("retry-after").is_empty());
        let elsewhere = rig.stranger().from_address([10, 0, 0, 9]);
        step(&elsewhere, &page, "check", &[("agreed", "1")]).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_leader_decides_who_joins_and_nobody_else_s_leader_does() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (team, path) = rig.team("沥雄乐龄助餐队", "440605125003").await;
        let (_, other) = rig.team("里水护河队", "440605126001").await;
        let leader = rig.person("李伟强").await;
        rig.leader(team, leader).await;
        let li = rig.as_account("li", &[organisation(Role::Leader, &path)], Some(leader)).await;
        let stranger =
            rig.as_account("zhou", &[organisation(Role::Leader, &other)], Some(rig.person("周敏").await)).await;
        join(&rig.stranger(), "陈慧敏", ID, "13800000000", &team.to_string()).await.expect(200);
        assert!(li.get("/me/messages").await.expect(200).text_contains("陈慧敏 申请加入 沥雄乐龄助餐队"));
        assert!(li.get("/team/requests").await.expect(200).text_contains("陈慧敏"));
        assert!(!stranger.get("/team/requests").await.expect(200).text_contains("陈慧敏"));
        let town = rig.as_account("town", &[region(Role::Town, "440605125")], None).await;
        assert!(town.get("/desk").await.expect(200).text_contains("陈慧敏 申请入队"));
        let url = format!("/team/requests/{}/decision", request(&rig).await);
        stranger.post(&url, &[("decision", "accepted")]).await.expect(404);
        let yes = [("decision", "accepted"), ("opinion", "欢迎"), ("_once", "decided")];
        for _ in 0..2 {
            li.post(&url, &yes).await.expect(303);
        }
        li.post(&url, &[("decision", "declined")]).await.expect(404);
        let sql =
            "SELECT COUNT(*) AS n FROM membership WHERE tenant_id = $1 AND organisation_id = $2 AND role = 'member'";
        assert_eq!(rig.count(sql, args![rig.tenant, team]).await, 1);
        assert_eq!(kinds(&rig, "federation.request_decided").await, 1);
        assert_eq!(kinds(&rig, "organisations.joined").await, 1);
    })
    .await;
}

async fn request(rig: &TestApp) -> Raw {
    kernel::row! { struct Found { id: Raw } }
    let sql = "SELECT id FROM join_request WHERE tenant_id = $1";
    rig.db().one::<Found>(sql, args![rig.tenant]).await.unwrap().id
}

#[tokio::test]
async fn a_look_at_one_s_own_data_is_on_record_where_one_can_see_it() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (_, chen) = known(&rig).await;
        let data = chen.get("/me/data").await.expect(200);
        for hidden in [ID, "13800000000", "沥雄大街", "中共党员", "1900-01-01"] {
            assert!(!data.text_contains(hidden), "{hidden}");
        }
        let shown = chen.post("/me/data/reveal", &[("field", "identity"), ("why", "check")]).await.expect(200);
        assert!(shown.text_contains(ID) && shown.text_contains("data-hide-after=\"60\""));
        assert_eq!(shown.header("cache-control"), "no-store");
        let shown = chen.post("/me/data/reveal", &[("field", "political_status"), ("why", "wrong")]).await.expect(200);
        assert!(shown.text_contains("中共党员"));
        chen.post("/me/data/reveal", &[("field", "identity"), ("why", "")]).await.expect(422);
        assert_eq!(kinds(&rig, "federation.own_opened").await, 2);
        let trace = chen.get("/me/trace").await.expect(200);
        assert!(trace.text_contains("查看自己的资料") && trace.text_contains("核对对不对"));
    })
    .await;
}

#[tokio::test]
async fn another_phone_asks_for_the_present_password() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        join(&rig.stranger(), "陈慧敏", ID, "13800000000", "").await.expect(200);
        let chen = rig.stranger();
        chen.post("/sign-in", &[("name", "13800000000"), ("password", PASSWORD), ("next", "")]).await.expect(303);
        let form = [("phone", "139 1111 2222"), ("password", "wrong password"), ("skills", "会急救")];
        let refused = chen.post("/me/data/edit", &form).await.expect(422);
        assert!(refused.text_contains("现在的密码不对") && refused.text_contains("会急救"));
        let form = [("phone", "139 1111 2222"), ("password", PASSWORD), ("skills", "会急救")];
        chen.post("/me/data/edit", &form).await.expect(303);
        let sql =
            "SELECT COUNT(*) AS n FROM person WHERE tenant_id = $1 AND phone = '13911112222' AND skills = '会急救'";
        assert_eq!(rig.count(sql, args![rig.tenant]).await, 1);
        let again = rig.stranger();
        let fields = [("name", "13911112222"), ("password", PASSWORD), ("next", "")];
        assert_eq!(again.post("/sign-in", &fields).await.location.as_deref(), Some("/me"));
        for deed in ["federation.own_changed", "federation.own_refused"] {
            assert_eq!(kinds(&rig, deed).await, 1, "{deed}");
        }
    })
    .await;
}

#[tokio::test]
async fn another_password_ends_every_other_session() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        join(&rig.stranger(), "陈慧敏", ID, "13800000000", "").await.expect(200);
        let sign_in = [("name", "13800000000"), ("password", PASSWORD), ("next", "")];
        let (here, there) = (rig.stranger(), rig.stranger());
        here.post("/sign-in", &sign_in).await.expect(303);
        there.post("/sign-in", &sign_in).await.expect(303);
        let before = here.cookie("qiyi");
        let weak = [("password", PASSWORD), ("new", "12345678"), ("again", "12345678")];
        here.post("/me/password", &weak).await.expect(422);
        let next = "秋天的西樵山真的很好看";
        let form = [("password", PASSWORD), ("new", next), ("again", next)];
        here.post("/me/password", &form).await.expect(303);
        assert_ne!(here.cookie("qiyi"), before);
        here.get("/me").await.expect(200);
        let gone = there.get("/me").await.expect(303);
        assert_eq!(gone.location.as_deref(), Some("/sign-in?next=/me"));
        assert_eq!(kinds(&rig, "federation.password_changed").await, 1);
    })
    .await;
}

#[tokio::test]
async fn strangers_are_asked_to_sign_in_and_see_the_public_home() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let stranger = rig.stranger();
        for path in ["/me", "/me/data", "/me/messages", "/me/trace", "/me/password", "/team/requests"] {
            let reply = stranger.get(path).await.expect(303);
            assert!(reply.location.is_some_and(|to| to.starts_with("/sign-in")), "{path}");
        }
        let home = stranger.get("/").await.expect(200);
        for word in ["找一次活动", "登记做志愿者", "我的", "长辈版", "今年，我们一起"] {
            assert!(home.text_contains(word), "{word}");
        }
        stranger.keep("mode", "elder");
        assert!(stranger.get("/").await.expect(200).text_contains("data-mode=\"elder\""));
    })
    .await;
}

#[tokio::test]
async fn messages_are_read_once() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (id, chen) = known(&rig).await;
        let at = rig.cx();
        rig.write(async move |tx: &mut Tx<'_>| {
            let word = kernel::Word::new("federation.message.accepted").with("team", "沥雄乐龄助餐队");
            kernel::messages::leave(tx, &at, id.0, &word, "/me/data").await
        })
        .await
        .unwrap();
        assert!(chen.get("/me").await.expect(200).text_contains("1 条未读"));
        assert!(chen.get("/me/messages").await.expect(200).text_contains("沥雄乐龄助餐队 同意你入队了"));
        chen.post("/me/messages/read", &[]).await.expect(303);
        assert!(chen.get("/me").await.expect(200).text_contains("没有未读"));
        assert_eq!(kinds(&rig, "federation.messages_read").await, 1);
    })
    .await;
}

#[tokio::test]
async fn programs_read_themselves_and_register_volunteers_once() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (_, chen) = known(&rig).await;
        let token = rig.token(chen.account.unwrap()).await;
        let me = rig.stranger().json("GET", "/api/v1/me", Some(&token), None, None).await.expect(200).json();
        assert_eq!((me["name"].as_str(), me["phone"].as_str()), (Some("陈慧敏"), Some("138 **** 0000")));
        let staff = rig.as_account("town", &[region(Role::Town, "440605125")], None).await;
        let token = rig.token(staff.account.unwrap()).await;
        let new =
            serde_json::json!({ "name": "李强", "id_number": "440605194912310015", "region_code": "440605125003" });
        let post = async |key: &str, body: &serde_json::Value| {
            rig.stranger().json("POST", "/api/v1/volunteers", Some(&token), Some(body), Some(key)).await
        };
        let made = post("k1", &new).await.expect(201).json();
        assert_eq!(post("k1", &new).await.expect(201).json(), made);
        assert_eq!(people(&rig).await, 2);
        post("k2", &new).await.expect(409);
        let bad =
            serde_json::json!({ "name": "李强", "id_number": "440605190001010010", "region_code": "440605125003" });
        let problem = post("k3", &bad).await.expect(422);
        assert!(problem.text_contains("people.identity.check") && !problem.text_contains("440605190001010010"));
        let far =
            serde_json::json!({ "name": "李强", "id_number": "440605190001010021", "region_code": "440605126001" });
        post("k4", &far).await.expect(403);
        assert_eq!(kinds(&rig, "federation.registered").await, 1);
    })
    .await;
}

#[tokio::test]
async fn tables_are_written_with_masked_phones_and_leave_a_line() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (team, _) = rig.team("沥雄乐龄助餐队", "440605125003").await;
        let (id, _) = known(&rig).await;
        rig.member(team, id.0).await;
        let folder = std::env::temp_dir().join(format!("qiyi-export-{}", kernel::ids::fresh()));
        std::fs::create_dir_all(&folder).unwrap();
        let cx = rig.cx();
        for (kind, rows) in [("volunteers", 1), ("teams", 1), ("hours", 0), ("activities", 0)] {
            for ending in ["csv", "xlsx"] {
                let file = folder.join(format!("{kind}.{ending}"));
                assert_eq!(crate::command_export(&cx, kind, &file).await.unwrap(), rows, "{kind}.{ending}");
            }
        }
        let text = std::fs::read_to_string(folder.join("volunteers.csv")).unwrap();
        assert!(text.contains("陈慧敏") && text.contains("138 **** 0000") && text.contains("沥雄乐龄助餐队"));
        assert!(!text.contains("13800000000") && !text.contains(ID));
        assert!(crate::command_export(&cx, "cases", &folder.join("x.csv")).await.is_err());
        assert!(crate::command_export(&cx, "teams", &folder.join("x.txt")).await.is_err());
        assert_eq!(kinds(&rig, "federation.exported").await, 8);
        std::fs::remove_dir_all(&folder).unwrap();
    })
    .await;
}

/// An open activity at 14:30 today with some places; answers its post.
pub(crate) async fn activity(rig: &TestApp, title: &'static str, team: Raw, town: &'static str, places: i64) -> PostId {
    let (at, now) = (rig.cx(), rig.app.clock.now());
    let (from, to) = (beijing("2026-11-23T14:30"), beijing("2026-11-23T17:00"));
    let new = NewActivity {
        title: title.to_owned(),
        summary: "帮长者送餐到家".to_owned(),
        organisation: organisations::OrganisationId(team),
        region: town.to_owned(),
        site: None,
        place: "沥雄社区服务站北门".to_owned(),
        starts_on: at.today(),
        ends_on: at.today(),
        categories: vec!["02".to_owned()],
        beneficiaries: String::new(),
        guarantees: String::new(),
        risk_notice: "上下楼梯当心".to_owned(),
        risky: false,
        insurance_no: None,
        working_time: false,
        own_duty: false,
        scope: Scope::Public,
        opens_at: now - chrono::Duration::days(1),
        closes_at: from,
        min_age: None,
        max_age: None,
        min_minutes: 0,
        only_team: false,
        recruitment: activities::model::Recruitment::default(),
        contact_name: "李伟强".to_owned(),
        contact_phone: "13700000000".to_owned(),
        contact_public: true,
        sessions: vec![NewSession {
            starts_at: from,
            ends_at: to,
            posts: vec![NewPost {
                name: "送餐员".to_owned(), conditions: String::new(), places, ..NewPost::default()
            }],
            ..NewSession::default()
        }],
    };
    rig.write(async move |tx: &mut Tx<'_>| {
        kernel::row! { struct Found { id: PostId } }
        let id = activities::store::insert(tx, &at, &new).await?;
        tx.execute("UPDATE activity SET state = 'open' WHERE tenant_id = $1 AND id = $2", args![at.tenant, id]).await?;
        let sql = "SELECT id FROM post WHERE tenant_id = $1 AND activity_id = $2";
        Ok(tx.one::<Found>(sql, args![at.tenant, id]).await?.id)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn the_next_service_is_the_first_thing_on_one_s_page() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (team, _) = rig.team("沥雄乐龄助餐队", "440605125003").await;
        let (id, chen) = known(&rig).await;
        let post = activity(&rig, "长者饭堂送餐", team, "440605125003", 6).await;
        activity(&rig, "里水护河", team, "440605126001", 2).await;
        let home = rig.stranger().get("/").await.expect(200);
        assert!(home.text_contains("今天，2 处等人帮手") && home.text_contains("剩 2 个名额"));
        let me = chen.get("/me").await.expect(200).text();
        let (near, far) = (me.find("长者饭堂送餐").unwrap(), me.find("里水护河").unwrap());
        assert!(near < far, "one's own town comes first");
        activities::sign_up(&rig.cx(), id, post).await.unwrap();
        let me = chen.get("/me").await.expect(200);
        for word in ["慧敏，今天下午有一次服务", "14:30", "17:00", "14:00 起可签到", "查看活动", "已报 1 场，候补 0 场"]
        {
            assert!(me.text_contains(word), "{word}");
        }
        assert!(!me.text_contains("里水护河"), "it is held at the same time");
        rig.at("2026-11-23T14:10").await;
        let me = chen.get("/me").await.expect(200);
        assert!(me.text_contains("到场签到") && me.text_contains("href=\"/check-in/"));
    })
    .await;
}
