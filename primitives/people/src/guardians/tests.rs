//! Stories of guardians: named, agreed on paper or by account, taken back, ended by the eighteenth birthday.

use crate::{NewPerson, PersonId};
use kernel::ids::Raw;
use kernel::outbox::{Adapter, Channels, Line};
use kernel::{Config, Module, Read as _, Role, Tx, Word, args, row};
use testkit::app::{district, region};
use testkit::{TestApp, Visitor, on_both};

fn rooms() -> Vec<Module> {
    vec![places::module(), crate::module()]
}

async fn minor(app: &TestApp, name: &str, born: &str) -> PersonId {
    let mut new = NewPerson::named(name, "440605125003", "2026-11-01".parse().unwrap());
    new.birth_date = Some(born.parse().unwrap());
    let cx = app.cx();
    app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &new).await).await.unwrap()
}

const PAPER: (&str, &str, &[u8]) = ("scan", "consent.pdf", b"%PDF-1.4 signed by Liang");
const LIANG: [(&str, &str); 3] = [("name", "梁国栋"), ("phone", "138-0000-0013"), ("relation", "father")];

async fn only(app: &TestApp) -> Raw {
    row! { struct Found { id: Raw } }
    app.db().one::<Found>("SELECT id FROM guardian ORDER BY id DESC LIMIT 1", &[]).await.unwrap().id
}

/// A child of twelve with a father on record, and the clerk who entered him.
async fn named(app: &TestApp) -> (PersonId, Visitor, String) {
    app.region_seed().await;
    let child = minor(app, "梁小雨", "2014-05-01").await;
    let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
    let url = format!("/desk/people/{child}/guardians");
    clerk.post(&url, &LIANG).await.expect(303);
    let own = format!("{url}/{}", only(app).await);
    (child, clerk, own)
}

#[tokio::test]
async fn a_childs_guardian_agrees_to_service_and_data_on_a_paper_that_is_kept_sealed() {
    on_both(rooms, async |app: TestApp| {
        let (child, clerk, own) = named(&app).await;
        let url = format!("/desk/people/{child}/guardians");
        let no_phone = clerk.post(&url, &[LIANG[0], ("phone", ""), LIANG[2]]).await.expect(422);
        assert!(no_phone.text_contains("未满 16 周岁，请留监护人电话"), "{}", no_phone.text());
        let page = clerk.get(&url).await.expect(200);
        assert!(page.text_contains("梁国栋") && page.text_contains("还没同意") && page.text_contains("现在不能报名"));
        let half = clerk.upload(&format!("{own}/consent"), &[("agrees", "on")], PAPER).await.expect(422);
        assert!(half.text_contains("请看过后打钩"), "the data of a child need a consent of their own");
        let both = [("agrees", "on"), ("for_data", "on")];
        clerk.upload(&format!("{own}/consent"), &both, ("scan", "x.html", b"<script>")).await.expect(422);
        clerk.upload(&format!("{own}/consent"), &both, PAPER).await.expect(303);
        let page = clerk.get(&url).await.expect(200);
        assert!(page.text_contains("签了纸质同意书") && !page.text_contains("现在不能报名"), "{}", page.text());
        let scan = clerk.get(&format!("{own}/consent")).await.expect(200);
        assert_eq!(scan.body, PAPER.2);
        row! { struct Kept { content: Vec<u8> } }
        let kept: Kept = app.db().one("SELECT content FROM file", &[]).await.unwrap();
        assert!(!kept.content.windows(6).any(|part| part == b"signed"), "the paper lies open");
        let record = clerk.get(&format!("/desk/people/{child}")).await.expect(200).text();
        assert!(record.contains("138 **** 0013") && !record.contains("13800000013") && !record.contains("梁国栋"));
        let kinds = app.audit_kinds().await;
        for kind in ["people.guardian_named", "people.guardian_agreed", "people.guardians_read", "people.consent_read"]
        {
            assert!(kinds.iter().any(|k| k == kind), "{kind} is not in {kinds:?}");
        }
        let detail: String = app.audit().await.iter().map(|l| l.detail.0.to_string()).collect();
        assert!(!detail.contains("梁国栋") && !detail.contains("13800000013"), "{detail}");
        let station = app.as_account("zhan", &[region(Role::Station, "440605125003")], None).await;
        station.get(&url).await.expect(403);
        let far = app.as_account("lishui", &[region(Role::Town, "440605126")], None).await;
        far.get(&url).await.expect(404);
        far.get(&format!("{own}/consent")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_guardian_agrees_by_their_own_account_and_takes_it_back() {
    on_both(rooms, async |app: TestApp| {
        let (child, clerk, own) = named(&app).await;
        let father = app.person("梁国栋").await;
        let father = app.as_account("liang", &[], Some(father)).await;
        let own_child = app.as_account("xiaoyu", &[], Some(child.0)).await;
        let shown = clerk.post(&format!("{own}/link"), &[]).await.expect(200).text();
        let link = shown.split("/guardian/").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let link = format!("/guardian/{link}");
        own_child.get(&link).await.expect(409);
        own_child.post(&link, &[("agrees", "on"), ("for_data", "on")]).await.expect(409);
        assert!(father.get(&link).await.expect(200).text_contains("请你同意 梁小雨 参加志愿服务"));
        father.post(&link, &[("agrees", "on")]).await.expect(422);
        father.post(&link, &[("agrees", "on"), ("for_data", "on")]).await.expect(303);
        let page = clerk.get(&format!("/desk/people/{child}/guardians")).await.expect(200);
        assert!(page.text_contains("用自己的账号同意"), "{}", page.text());
        let another = app.person("何嘉颖").await;
        let another = app.as_account("he", &[], Some(another)).await;
        another.get(&link).await.expect(404);
        assert!(father.get("/me/wards").await.expect(200).text_contains("梁小雨"));
        another.post(&format!("/me/wards/{}/withdrawal", only(&app).await), &[]).await.expect(404);
        father.post(&format!("/me/wards/{}/withdrawal", only(&app).await), &[]).await.expect(303);
        assert!(father.get("/me/wards").await.expect(200).text_contains("已撤回"));
        // What ended is not given again by an old link, and the past stays.
        father.post(&link, &[("agrees", "on"), ("for_data", "on")]).await.expect(409);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM guardian WHERE given_at IS NOT NULL", &[]).await, 1);
        app.stranger().get(&link).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn minors_without_a_consent_stand_in_a_list_until_they_are_of_age() {
    on_both(rooms, async |app: TestApp| {
        let (_, clerk, own) = named(&app).await;
        minor(&app, "黄子健", "2010-11-24").await;
        let nearly = minor(&app, "何志强", "2008-11-24").await;
        minor(&app, "周敏仪", "2008-11-23").await;
        let names = async |query: &str| {
            let page = clerk.get(&format!("/desk/people/minors{query}")).await.expect(200);
            ["梁小雨", "黄子健", "何志强", "周敏仪"].into_iter().filter(|n| page.text_contains(n)).collect::<Vec<_>>()
        };
        assert_eq!(names("").await, ["梁小雨", "黄子健", "何志强"]);
        assert!(clerk.get("/desk").await.expect(200).text_contains("3 名未满 18 岁的还缺监护人同意"));
        assert_eq!(names("?band=youth").await, ["黄子健"]);
        assert_eq!(names("?band=near&town=440605125").await, ["何志强"]);
        assert_eq!(names("?q=hzj").await, ["黄子健"]);
        assert_eq!(names("?consent=yes").await, [""; 0]);
        clerk.upload(&format!("{own}/consent"), &[("agrees", "on"), ("for_data", "on")], PAPER).await.expect(303);
        assert_eq!(names("?consent=yes").await, ["梁小雨"]);
        assert_eq!(names("").await, ["黄子健", "何志强"]);
        let sheet = clerk.get("/desk/people/minors/export?consent=all&format=csv").await.expect(200).text();
        assert!(sheet.contains("梁小雨") && sheet.contains("138 **** 0013") && !sheet.contains("周敏仪"), "{sheet}");
        // Sixteen and older: no phone is asked for. The birthday ends the guardian by itself and forgets the phone.
        let url = format!("/desk/people/{nearly}/guardians");
        clerk.post(&url, &[("name", "何国栋"), ("relation", "mother"), ("phone", "")]).await.expect(303);
        clerk.post(&url, &[("name", "何国良"), ("relation", "other"), ("phone", "13800000014")]).await.expect(303);
        app.at("2026-11-24T03:00").await;
        app.run_recurring("people.keep_life").await;
        assert_eq!(names("").await, ["黄子健"]);
        let left = "SELECT COUNT(*) AS n FROM guardian WHERE state = 'grown' AND phone IS NULL AND person_id = $1";
        assert_eq!(app.count(left, args![nearly]).await, 2);
        clerk.post(&url, &[("name", "何国良"), ("relation", "other"), ("phone", "13800000014")]).await.expect(409);
        assert!(app.audit_kinds().await.iter().any(|kind| kind == "people.of_age"));
    })
    .await;
}

fn by_sms() -> Config {
    let line = Line { adapter: Adapter::Console, unless_off: true };
    Config { channels: Channels { sms: Some(line), ..Channels::default() }, ..Config::default() }
}

#[tokio::test]
async fn a_guardian_who_agreed_is_told_what_the_child_is_told() {
    on_both(rooms, async |app: TestApp| {
        let app = app.configured(rooms, by_sms()).await;
        let (child, clerk, own) = named(&app).await;
        let tell = async || {
            let (cx, word) = (app.cx(), Word::new("people.message.erasure_refused"));
            let leave = async move |tx: &mut Tx<'_>| kernel::messages::leave(tx, &cx, child.0, &word, "/me").await;
            app.write(leave).await.unwrap();
        };
        let to = only(&app).await;
        let copies = async || app.count("SELECT COUNT(*) AS n FROM outbox WHERE person_id = $1", args![to]).await;
        tell().await;
        assert_eq!(copies().await, 0, "nobody agreed yet");
        clerk.upload(&format!("{own}/consent"), &[("agrees", "on"), ("for_data", "on")], PAPER).await.expect(303);
        tell().await;
        assert_eq!(copies().await, 1);
        row! { struct Left { text: String } }
        let sql = "SELECT CAST(args AS TEXT) AS text FROM outbox WHERE person_id = $1";
        let left: Left = app.db().one(sql, args![to]).await.unwrap();
        assert!(left.text.contains("梁小雨") && left.text.contains("注销没有同意"), "{}", left.text);
        app.run_recurring("kernel.deliver").await;
        let sent = "SELECT COUNT(*) AS n FROM outbox WHERE person_id = $1 AND state = 'sent'";
        assert_eq!(app.count(sent, args![to]).await, 1, "it goes to the phone of the consent");
        clerk.post(&format!("{own}/withdrawal"), &[("reason", "搬走了")]).await.expect(303);
        tell().await;
        assert_eq!(copies().await, 1, "whoever took it back is told nothing more");
    })
    .await;
}

#[tokio::test]
async fn a_program_names_guardians_and_reads_them_with_a_line() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let child = minor(&app, "梁小雨", "2014-05-01").await;
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let token = app.token(clerk.account.unwrap()).await;
        let call = async |method: &str, path: &str, body: Option<serde_json::Value>| {
            clerk.json(method, path, Some(&token), body.as_ref(), None).await
        };
        let base = format!("/api/v1/people/{child}/guardians");
        let new = serde_json::json!({ "name": "梁国栋", "phone": "13800000013", "relation": "father" });
        let made = call("POST", &base, Some(new)).await.expect(201).json();
        let consent = format!("{base}/{}/consent", made["id"].as_str().unwrap());
        let both = [("agrees", "on"), ("for_data", "on")];
        clerk.upload_by_token(&consent, Some(&token), &both, PAPER).await.expect(200);
        let minors = call("GET", "/api/v1/people/minors?agreed=true", None).await.expect(200).json();
        assert_eq!(minors["items"][0]["band"], "child");
        let read = call("GET", &base, None).await.expect(200).json();
        assert_eq!(
            (read["items"][0]["state"].as_str(), read["items"][0]["phone"].as_str()),
            (Some("given"), Some("13800000013"))
        );
        assert!(app.audit_kinds().await.iter().any(|kind| kind == "people.guardians_read"));
    })
    .await;
}
