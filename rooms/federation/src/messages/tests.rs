//! Stories of being told outside Qiyi, on both databases.

use crate::tests::{kinds, known, modules};
use kernel::Tx;
use kernel::outbox::{Adapter, Channels, Line};
use testkit::app::{TestApp, Visitor, on_both};

/// A house from which messages leave by mail and SMS, into files that are read here.
async fn with_ways_out(rig: &TestApp, folder: &std::path::Path) -> TestApp {
    let line = |name: &str| Some(Line { adapter: Adapter::Folder(folder.join(name)), unless_off: false });
    let channels = Channels { mail: line("mail"), sms: line("sms"), ..Channels::default() };
    rig.configured(modules, kernel::Config { channels, ..kernel::Config::default() }).await
}

/// The same session in another house over the same data.
fn moved(rig: &TestApp, visitor: &Visitor) -> Visitor {
    let mut moved = rig.stranger();
    moved.account = visitor.account;
    moved.keep("qiyi", &visitor.cookie("qiyi").unwrap());
    moved
}

/// What lies in a folder of letters, the oldest first.
fn letters(folder: &std::path::Path) -> Vec<serde_json::Value> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
}

/// Leaves a message for somebody and hands over what is due.
async fn leave(rig: &TestApp, person: kernel::ids::Raw) {
    let at = rig.cx();
    let leave = async move |tx: &mut Tx<'_>| {
        let word = kernel::Word::new("federation.message.accepted").with("team", "助餐队");
        kernel::messages::leave(tx, &at, person, &word, "/me/data").await
    };
    rig.write(leave).await.unwrap();
    rig.run_recurring("kernel.deliver").await;
}

/// The six digits of the newest mail.
fn digits(folder: &std::path::Path) -> String {
    let mail = letters(&folder.join("mail")).pop().unwrap();
    let text = mail["text"].as_str().unwrap().to_owned();
    text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect()
}

#[tokio::test]
async fn one_is_told_outside_only_where_one_wants_to_be_and_switches_all_off_with_one_press() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let folder = tempfile::tempdir().unwrap();
        let sms = folder.path().join("sms");
        let (id, chen) = known(&rig).await;
        assert!(chen.get("/me/messages/settings").await.expect(200).text_contains("消息都在站内"));
        let rig = with_ways_out(&rig, folder.path()).await;
        let chen = moved(&rig, &chen);
        leave(&rig, id.0).await;
        assert_eq!(letters(&sms).len(), 0, "nobody chose it");
        let page = chen.get("/me/messages/settings").await.expect(200);
        assert!(page.text_contains("138 **** 0000") && page.text_contains("还没填邮箱"), "{}", page.text());
        let times = [("quiet_from", "22:00"), ("quiet_to", "07:00"), ("digest_at", "18:30")];
        let bad = [("quiet_from", "late"), times[1], times[2]];
        assert!(chen.post("/me/messages/settings", &bad).await.expect(422).text_contains("出错："));
        let chosen = [&[("sms", "on"), ("mail", "on")][..], &times].concat();
        chen.post("/me/messages/settings", &chosen).await.expect(303);
        leave(&rig, id.0).await;
        let [said] = &letters(&sms)[..] else { panic!("one SMS") };
        assert_eq!(said["to"], "13800000000");
        assert_eq!(said["url"], "http://127.0.0.1:8080/me/data");
        assert_eq!(letters(&folder.path().join("mail")).len(), 0, "no address is confirmed");
        let token = rig.token(chen.account.unwrap()).await;
        let api = async |method: &str, body: Option<&serde_json::Value>| {
            rig.stranger()
                .json(method, "/api/v1/me/messages/settings", Some(&token), body, None)
                .await
                .expect(200)
                .json()
        };
        assert_eq!(api("GET", None).await["quiet_from"], "22:00");
        let body = serde_json::json!({
            "sms": true, "quiet_from": "23:00", "quiet_to": "06:00", "digest": false, "digest_at": "18:30"
        });
        assert_eq!(api("PUT", Some(&body)).await["mail"], false);
        chen.post("/me/messages/settings/off", &[]).await.expect(303);
        leave(&rig, id.0).await;
        assert_eq!(letters(&sms).len(), 1);
        assert_eq!(kinds(&rig, "federation.message_setting").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_mail_address_is_confirmed_before_anything_goes_there() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let folder = tempfile::tempdir().unwrap();
        let (id, chen) = known(&rig).await;
        let rig = with_ways_out(&rig, folder.path()).await;
        let chen = moved(&rig, &chen);
        chen.post("/me/messages/confirmation", &[]).await.expect(409);
        chen.post("/me/data/edit", &[("email", "chen@example.cn")]).await.expect(303);
        chen.post("/me/messages/confirmation", &[]).await.expect(303);
        chen.post("/me/messages/confirmation", &[]).await.expect(429);
        rig.run_recurring("kernel.deliver").await;
        assert_eq!(letters(&folder.path().join("mail"))[0]["to"], "chen@example.cn");
        let code = digits(folder.path());
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = chen.post("/me/messages/confirmation/code", &[("code", wrong)]).await.expect(422);
        assert!(refused.text_contains("数字不对"), "{}", refused.text());
        leave(&rig, id.0).await;
        assert_eq!(letters(&folder.path().join("mail")).len(), 1);
        chen.post("/me/messages/confirmation/code", &[("code", &code)]).await.expect(303);
        chen.post("/me/messages/confirmation/code", &[("code", &code)]).await.expect(409);
        leave(&rig, id.0).await;
        assert_eq!(letters(&folder.path().join("mail")).len(), 2, "an address that is confirmed is used");
        assert_eq!(kinds(&rig, "federation.mail_confirmed").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_code_for_an_address_is_guessed_five_times_and_is_of_no_use_after_a_quarter_of_an_hour() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let folder = tempfile::tempdir().unwrap();
        let (_, chen) = known(&rig).await;
        let rig = with_ways_out(&rig, folder.path()).await;
        let chen = moved(&rig, &chen);
        chen.post("/me/data/edit", &[("email", "chen@example.cn")]).await.expect(303);
        let asked = async || {
            chen.post("/me/messages/confirmation", &[]).await.expect(303);
            rig.run_recurring("kernel.deliver").await;
            digits(folder.path())
        };
        let code = asked().await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            chen.post("/me/messages/confirmation/code", &[("code", wrong)]).await.expect(422);
        }
        chen.post("/me/messages/confirmation/code", &[("code", &code)]).await.expect(409);
        rig.later(chrono::Duration::minutes(2));
        let code = asked().await;
        rig.later(chrono::Duration::minutes(16));
        chen.post("/me/messages/confirmation/code", &[("code", &code)]).await.expect(409);
        // Another address is another one to confirm.
        let code = asked().await;
        chen.post("/me/data/edit", &[("email", "other@example.cn")]).await.expect(303);
        chen.post("/me/messages/confirmation/code", &[("code", &code)]).await.expect(422);
    })
    .await;
}
