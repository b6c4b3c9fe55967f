//! Messages that leave: by a real mail server and a real gateway on loopback, in quiet hours, over the budget, and not at all.

use base64::Engine as _;
use kernel::dial::Dial;
use kernel::ids::Raw;
use kernel::outbox::{
    self, Adapter, Addresses, Book, Channels, Encryption, Gateway, Line, Outgoing, Setting, Smtp, State, signature,
};
use kernel::{Config, Module, Read as _, Role, Secret, Tx, Word, args};
use testkit::app::district;
use testkit::outside::{CERTIFICATE, GatewayServer, MailServer};
use testkit::{TestApp, on_both};

const SECRET: &str = "a secret of the gateway";

/// A room that knows where everybody can be reached.
fn with_a_book() -> Vec<Module> {
    vec![Module::new("book").part(Book(|_, _| Box::pin(async { Ok(known()) })))]
}

fn known() -> Addresses {
    let secret = |text: &str| Some(Secret::new(text.to_owned()));
    Addresses { mail: secret("chen@example.cn"), mobile: secret("13812345678") }
}

fn mail(server: &MailServer) -> Line {
    let place = ("127.0.0.1", Some(server.address.port()));
    let smtp = Smtp::new(place, Encryption::None, "七一空间 <noreply@example.cn>", None).unwrap();
    Line { adapter: Adapter::Smtp(Box::new(smtp)), unless_off: false }
}

fn sms(server: &GatewayServer) -> Line {
    let dial = Dial::new(&["localhost".to_owned()], Some(CERTIFICATE)).unwrap();
    let body = r#"{"mobile":"{to}","content":"{text}","link":"{url}"}"#;
    let gateway = Gateway::new(&server.url(), body, Secret::new(SECRET.to_owned()), dial).unwrap();
    Line { adapter: Adapter::Gateway(Box::new(gateway)), unless_off: true }
}

async fn house(app: &TestApp, channels: Channels) -> TestApp {
    app.configured(with_a_book, Config { channels, ..Config::default() }).await
}

/// Somebody who confirmed their mail address and switched mail on.
async fn reader(app: &TestApp) -> Raw {
    let person = kernel::ids::fresh();
    let hash = outbox::fingerprint(&app.cx(), "Chen@example.cn ");
    let setting = Setting { mail: Some(true), mail_hash: Some(hash), ..Setting::usual(person) };
    let tenant = app.tenant;
    app.write(async move |tx: &mut Tx<'_>| outbox::store::save(tx, tenant, &setting).await).await.unwrap();
    person
}

async fn leave(app: &TestApp, person: Raw, urgent: bool) {
    let at = app.cx();
    app.write(async move |tx: &mut Tx<'_>| {
        let word = Word::new("account.granted");
        match urgent {
            true => kernel::messages::leave_urgent(tx, &at, &[person], &word, "/me/services").await,
            false => kernel::messages::leave(tx, &at, person, &word, "/me/services").await,
        }
    })
    .await
    .unwrap();
}

async fn rows(app: &TestApp) -> Vec<Outgoing> {
    let sql = format!("SELECT {} FROM outbox WHERE tenant_id = $1 ORDER BY id", outbox::store::COLUMNS);
    app.db().all(&sql, args![app.tenant]).await.unwrap()
}

async fn states(app: &TestApp) -> Vec<State> {
    rows(app).await.into_iter().map(|row| row.state).collect()
}

/// What a mail says, its head and its body decoded.
fn read(data: &str) -> String {
    let decode = |text: &str| {
        let joined: String = text.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(joined);
        bytes.map_or_else(|_| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let (head, body) = data.split_once("\r\n\r\n").unwrap();
    let words: Vec<String> = head.split("=?utf-8?b?").skip(1).map(|w| decode(w.split("?=").next().unwrap())).collect();
    format!("{}\n{head}\n{}", words.concat(), decode(body.trim_end_matches(".\r\n")))
}

#[tokio::test]
async fn without_a_way_out_a_message_lies_inside_and_nothing_else_happens() {
    on_both(with_a_book, async |app: TestApp| {
        let person = reader(&app).await;
        leave(&app, person, true).await;
        app.run_recurring("kernel.deliver").await;
        assert_eq!(kernel::messages::unread(app.db(), &app.cx(), person).await.unwrap(), 1);
        assert_eq!(states(&app).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_mail_leaves_by_a_server_and_is_tried_again_or_given_up_as_the_server_says() {
    on_both(with_a_book, async |app: TestApp| {
        let server = MailServer::open().await;
        let app = house(&app, Channels { mail: Some(mail(&server)), ..Channels::default() }).await;
        let person = reader(&app).await;
        leave(&app, person, false).await;
        app.run_recurring("kernel.deliver").await;
        let [sent] = &server.mails()[..] else { panic!("{:?}", server.mails()) };
        let said = read(&sent.data);
        assert_eq!(sent.to, "chen@example.cn");
        for wanted in [
            "已给角色",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <http://127.0.0.1:8080/me/messages/settings>",
            "http://127.0.0.1:8080/me/services",
        ] {
            assert!(said.contains(wanted), "no {wanted} in {said}");
        }
        assert_eq!(states(&app).await, [State::Sent]);

        server.says("451 4.3.0 chen@example.cn later");
        leave(&app, person, true).await;
        app.run_recurring("kernel.deliver").await;
        let row = rows(&app).await.pop().unwrap();
        assert_eq!((row.state, row.reason.as_str(), row.tries), (State::Waiting, "smtp 451", 1));
        assert_eq!((row.due_at - app.clock.now()).num_seconds(), 30);
        for _ in 0..8 {
            app.later(chrono::Duration::hours(1));
            app.run_recurring("kernel.deliver").await;
        }
        assert_eq!(states(&app).await, [State::Sent, State::Failed], "after eight tries it is left to the keeper");
        let keeper = app.as_account("keeper-at-work", &[district(Role::Keeper)], None).await;
        assert!(keeper.get("/desk").await.expect(200).text_contains("近 7 天有 1 条消息没发出去"));

        server.says("550 5.1.1 chen@example.cn is unknown");
        leave(&app, person, true).await;
        app.run_recurring("kernel.deliver").await;
        let row = rows(&app).await.pop().unwrap();
        assert_eq!((row.state, row.reason.as_str(), row.tries), (State::Bounced, "smtp 550", 1));
        assert_eq!(server.mails().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_mail_goes_to_a_confirmed_address_alone() {
    on_both(with_a_book, async |app: TestApp| {
        let server = MailServer::open().await;
        let app = house(&app, Channels { mail: Some(mail(&server)), ..Channels::default() }).await;
        let person = reader(&app).await;
        let other = outbox::fingerprint(&app.cx(), "chen@elsewhere.cn");
        app.sql("UPDATE message_setting SET mail_hash = $1", args![other].to_vec()).await;
        leave(&app, person, false).await;
        app.run_recurring("kernel.deliver").await;
        let row = rows(&app).await.pop().unwrap();
        assert_eq!(
            (row.state, row.reason.as_str()),
            (State::Dropped, "not_confirmed"),
            "the address was changed since"
        );
        // The code that confirms it is what an address that is not confirmed gets.
        let at = app.cx();
        app.write(async move |tx: &mut Tx<'_>| outbox::confirm(tx, &at, person, "123456", "/me").await).await.unwrap();
        app.run_recurring("kernel.deliver").await;
        assert!(read(&server.mails()[0].data).contains("123456"));
    })
    .await;
}

#[tokio::test]
async fn a_gateway_is_told_signed_and_leads_nowhere_else() {
    on_both(with_a_book, async |app: TestApp| {
        let (server, other) = (GatewayServer::open().await, GatewayServer::open().await);
        let app = house(&app, Channels { sms: Some(sms(&server)), ..Channels::default() }).await;
        let person = kernel::ids::fresh();
        leave(&app, person, false).await;
        app.run_recurring("kernel.deliver").await;
        let [call] = &server.calls()[..] else { panic!("{:?}", server.calls()) };
        let body: serde_json::Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(body["mobile"], "13812345678");
        assert_eq!(body["link"], "http://127.0.0.1:8080/me/services");
        assert!(call.head.starts_with("POST /send?v=1 HTTP/1.1"), "{}", call.head);
        let (time, id) = (call.header("x-qiyi-time"), call.header("x-qiyi-id"));
        assert_eq!(call.header("x-qiyi-signature"), signature(SECRET, time, id, &call.body));
        assert_ne!(call.header("x-qiyi-signature"), signature(SECRET, time, id, &call.body.replace("138", "139")));
        assert_eq!(states(&app).await, [State::Sent]);

        for (said, wanted) in [
            (format!("HTTP/1.1 302 Found\r\nlocation: {}\r\n", other.url()), (State::Bounced, "http 302")),
            ("HTTP/1.1 400 Bad\r\n".to_owned(), (State::Bounced, "http 400")),
            ("HTTP/1.1 503 Busy\r\n".to_owned(), (State::Waiting, "http 503")),
        ] {
            server.says(&said);
            leave(&app, person, true).await;
            app.run_recurring("kernel.deliver").await;
            let row = rows(&app).await.pop().unwrap();
            assert_eq!((row.state, row.reason.as_str()), wanted);
        }
        assert_eq!(other.calls().len(), 0, "a redirect is not followed");
    })
    .await;
}

#[tokio::test]
async fn a_gateway_inside_is_not_dialled_unless_the_keeper_named_it() {
    let app = TestApp::embedded(with_a_book).await;
    let server = GatewayServer::open().await;
    let dial = Dial::new(&[], Some(CERTIFICATE)).unwrap();
    let body = r#"["{to}{text}"]"#;
    let gateway = Gateway::new(&server.url(), body, Secret::new(SECRET.to_owned()), dial).unwrap();
    let line = Line { adapter: Adapter::Gateway(Box::new(gateway)), unless_off: true };
    let app = house(&app, Channels { sms: Some(line), ..Channels::default() }).await;
    leave(&app, kernel::ids::fresh(), false).await;
    app.run_recurring("kernel.deliver").await;
    let row = rows(&app).await.pop().unwrap();
    assert_eq!((row.state, row.reason.as_str()), (State::Bounced, "https not public"));
    assert_eq!(server.calls().len(), 0);
}

#[tokio::test]
async fn nobody_gets_ten_messages_an_hour_and_the_rest_comes_in_one_summary() {
    on_both(with_a_book, async |app: TestApp| {
        let server = MailServer::open().await;
        let app = house(&app, Channels { mail: Some(mail(&server)), ..Channels::default() }).await;
        let person = reader(&app).await;
        for _ in 0..12 {
            leave(&app, person, false).await;
        }
        app.run_recurring("kernel.deliver").await;
        assert_eq!(server.mails().len(), 3, "the budget of an hour");
        // Not even urgent ones come to ten.
        for _ in 0..12 {
            leave(&app, person, true).await;
        }
        app.run_recurring("kernel.deliver").await;
        assert_eq!(server.mails().len(), 9);
        app.at("2026-11-23T18:31").await;
        app.sql("DELETE FROM outbox WHERE urgent", vec![]).await;
        app.run_recurring("kernel.digest").await;
        app.run_recurring("kernel.deliver").await;
        let mails = server.mails();
        assert_eq!(mails.len(), 10, "one summary, eight hours later");
        let said = read(&mails[9].data);
        assert!(said.contains("你有 9 条新消息") && said.matches("· 已给角色").count() == 9, "{said}");
        assert!(states(&app).await.iter().all(|state| *state == State::Sent));
        assert_eq!(kernel::messages::unread(app.db(), &app.cx(), person).await.unwrap(), 24, "all lie inside");
    })
    .await;
}

#[tokio::test]
async fn at_night_only_what_is_urgent_leaves() {
    on_both(with_a_book, async |app: TestApp| {
        let server = GatewayServer::open().await;
        let app = house(&app, Channels { sms: Some(sms(&server)), ..Channels::default() }).await;
        let person = kernel::ids::fresh();
        app.at("2026-11-23T22:00").await;
        leave(&app, person, false).await;
        leave(&app, person, true).await;
        app.run_recurring("kernel.deliver").await;
        assert_eq!(states(&app).await, [State::Waiting, State::Sent]);
        app.at("2026-11-24T07:59").await;
        app.run_recurring("kernel.deliver").await;
        assert_eq!(server.calls().len(), 1);
        app.at("2026-11-24T08:00").await;
        app.run_recurring("kernel.deliver").await;
        assert_eq!(server.calls().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_keeper_sees_why_and_sends_again_and_sees_nobody() {
    on_both(with_a_book, async |app: TestApp| {
        let server = MailServer::open().await;
        let app = house(&app, Channels { mail: Some(mail(&server)), ..Channels::default() }).await;
        let person = reader(&app).await;
        server.says("550 5.1.1 chen@example.cn is unknown");
        leave(&app, person, false).await;
        app.run_recurring("kernel.deliver").await;
        app.as_account("officer", &[district(Role::District)], None).await.get("/desk/outbox").await.expect(403);
        let keeper = app.as_account("keeper", &[district(Role::Keeper)], None).await;
        let page = keeper.get("/desk/outbox?state=bounced&channel=mail&q=%E8%A7%92%E8%89%B2").await.expect(200);
        assert!(page.text_contains("被拒收") && page.text_contains("smtp 550"), "{}", page.text());
        assert!(!page.text_contains("chen@") && !page.text_contains(&person.to_string()));
        assert!(keeper.get("/desk/outbox?q=550").await.expect(200).text_contains("smtp 550"));
        assert!(!keeper.get("/desk/outbox?q=551").await.expect(200).text_contains("smtp 550"));
        let token = app.token(keeper.account.unwrap()).await;
        let list =
            keeper.json("GET", "/api/v1/outbox?state=bounced", Some(&token), None, None).await.expect(200).json();
        assert_eq!(list["items"][0]["reason"], "smtp 550");
        let table = keeper.get("/desk/outbox/export?format=csv").await.expect(200);
        assert!(table.text_contains("smtp 550") && !table.text_contains("chen@"));

        server.says("");
        let id = rows(&app).await[0].id;
        keeper.post(&format!("/desk/outbox/{id}/retry"), &[]).await.expect(303);
        keeper.post(&format!("/desk/outbox/{id}/retry"), &[]).await.expect(409);
        app.run_recurring("kernel.deliver").await;
        assert_eq!((states(&app).await, server.mails().len()), (vec![State::Sent], 1));
        assert!(app.audit_kinds().await.contains(&"outbox.retried".to_owned()));
        keeper.post("/desk/outbox/retries", &[("channel", "")]).await.expect(303);
    })
    .await;
}
