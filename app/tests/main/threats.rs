//! The list of attacks in docs/threats.md: every test that it names is there; and the attacks that belong to no single room.

#![expect(clippy::unwrap_used, reason = "a story ends where it is surprised")]

use crate::district::{District, PASSWORD, Somebody};
use crate::{files, root};
use kernel::policy::Role;
use kernel::secret::Secret;
use kernel::{Config, Tx, args};
use serde_json::json;
use testkit::app::{Visitor, region};
use testkit::{TestApp, on_both};

#[test]
fn every_test_that_the_list_of_attacks_names_is_there() {
    let list = std::fs::read_to_string(root().join("docs/threats.md")).expect("the list of attacks is there");
    let rows: Vec<&str> =
        list.lines().filter(|l| l.starts_with("| ") && l[2..].starts_with(|c: char| c.is_ascii_digit())).collect();
    assert_eq!(rows.len(), 42, "the list has a row for every attack");
    let mut gone = Vec::new();
    let mut named = 0;
    for row in rows {
        let tests: Vec<&str> = row.split('`').skip(1).step_by(2).filter(|t| t.contains(".rs::")).collect();
        if tests.is_empty() && !row.contains("not yet: ") {
            gone.push(format!("neither a test nor what it waits for: {row}"));
        }
        for test in tests {
            named += 1;
            let (file, name) = test.split_once("::").unwrap();
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            let attribute = text.split(&format!("fn {name}(")).next().unwrap_or_default().trim_end();
            let is_test = attribute.len() < text.len() && attribute.trim_end_matches("async").trim_end().ends_with(']');
            if !is_test || text.contains(&format!("#[ignore]\nfn {name}")) {
                gone.push(format!("no test {test}"));
            }
        }
    }
    assert!(named > 40, "only {named} tests are named");
    assert!(gone.is_empty(), "{}", gone.join("\n"));
}

/// An account with a password, signed out.
async fn account(app: &TestApp, name: &str) {
    let hash = app.app.hasher.hash(Secret::new(PASSWORD.to_owned())).await.unwrap();
    let (tenant, now, name) = (app.tenant, app.app.clock.now(), name.to_owned());
    let insert = async move |tx: &mut Tx<'_>| {
        let (sign_in_name, password_hash) = (name.clone(), Some(hash));
        let new = kernel::auth::NewAccount { sign_in_name, phone: None, name, person: None, password_hash };
        kernel::auth::insert(tx, tenant, &new, now).await
    };
    app.write(insert).await.unwrap();
}

#[tokio::test]
async fn behind_https_the_session_is_bound_to_its_host_and_links_begin_with_the_address_that_was_chosen() {
    let app = TestApp::embedded(crate::district::all).await;
    let config = Config { base_url: "https://qiyi.example.org".to_owned(), ..Config::default() };
    let rig = app.configured(crate::district::all, config).await;
    account(&rig, "li").await;
    let form = [("name", "li"), ("password", PASSWORD), ("next", "")];
    let inside = rig.stranger().post("/sign-in", &form).await.expect(303);
    let set = inside.header("set-cookie");
    assert!(set.starts_with("__Host-qiyi=") && set.contains("; Secure") && set.contains("; HttpOnly"), "{set}");
    assert!(set.contains("Path=/;") && !set.contains("Domain"), "{set}");
    assert!(inside.header("strict-transport-security").contains("max-age=31536000"));

    // What a proxy or a liar says of the host changes no link that we hand out.
    let district = District { app: rig.clone(), ..District::settle(&rig).await };
    let officer = district.somebody("officer", vec![crate::district::whole(Role::Accounts)], None).await;
    officer.visitor.keep("__Host-qiyi", &officer.visitor.cookie("qiyi").unwrap());
    let token = officer.visitor.csrf();
    let fields = [("_csrf", token.as_str()), ("sign_in_name", "new"), ("name", "新同事")];
    let lie = [("x-forwarded-host", "evil.cn"), ("forwarded", "host=evil.cn"), ("x-original-url", "//evil.cn")];
    let page = officer.visitor.post_raw("/desk/accounts", &fields, &lie).await.expect(200);
    assert!(page.text_contains("https://qiyi.example.org/welcome/") && !page.text_contains("evil.cn"));
}

#[tokio::test]
async fn a_forwarded_address_is_believed_behind_a_proxy_alone() {
    let app = TestApp::embedded(crate::district::all).await;
    account(&app, "li").await;
    let heard = async |rig: &TestApp| {
        let guesser = rig.stranger().from_address([10, 9, 8, 7]);
        let mut heard = 0;
        for n in 0..40 {
            let (from, token) = (format!("10.1.1.{n}"), guesser.csrf());
            let form = [("_csrf", token.as_str()), ("name", "li"), ("password", "a guess")];
            let reply = guesser.post_raw("/sign-in", &form, &[("x-forwarded-for", &from)]).await;
            heard += usize::from(reply.status == 422);
        }
        heard
    };
    let plain = heard(&app).await;
    assert!(plain <= 10, "{plain} guesses were heard from an address that was made up anew each time");
    let lines = "SELECT COUNT(*) AS n FROM audit_line WHERE ip LIKE '10.1.1.%'";
    assert_eq!(app.count(lines, &[]).await, 0, "the trace keeps the true address");
}

#[tokio::test]
async fn a_call_with_somebody_elses_key_is_a_call_of_its_own() {
    on_both(crate::district::all, async |app: TestApp| {
        app.region_seed().await;
        let (dali, lishui) = (
            app.as_account("dali", &[region(Role::Town, "440605125")], None).await,
            app.as_account("lishui", &[region(Role::Town, "440605126")], None).await,
        );
        let call = async |who: &Visitor, name: &str, region: &str| {
            let token = app.token(who.account.unwrap()).await;
            let body = json!({ "name": name, "phone": "13911112222", "sex": "2", "region": region });
            who.json("POST", "/api/v1/people", Some(&token), Some(&body), Some("one-key")).await.expect(201).json()
        };
        let first = call(&dali, "陈慧敏", "440605125003").await;
        let other = call(&lishui, "区志明", "440605126001").await;
        assert_ne!(first["id"], other["id"], "a key answers nobody but the one who used it");
        assert_eq!(other["name"], "区志明");
        let again = call(&dali, "陈慧敏", "440605125003").await;
        assert_eq!(first["id"], again["id"]);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM person", &[]).await, 2);
    })
    .await;
}

/// The smallest picture that is one.
const JPEG: [u8; 28] =
    [255, 216, 255, 192, 0, 11, 8, 0, 1, 0, 1, 1, 1, 17, 0, 255, 218, 0, 8, 1, 1, 0, 0, 63, 0, 0, 255, 217];

#[tokio::test]
async fn a_hostile_file_name_stays_a_name_and_a_picture_is_known_by_its_bytes() {
    on_both(crate::district::all, async |app: TestApp| {
        let district = District::settle(&app).await;
        let town = district.somebody("town", vec![region(Role::Town, "440605125")], None).await;
        let (member, over) = (district.near.member, district.near.over.session);
        let (from, to) = (format!("from:{member}"), format!("to:{member}"));
        let member = member.to_string();
        let fields =
            [("person", member.as_str()), ("reason", "断网"), (from.as_str(), "09:00"), (to.as_str(), "11:00")];
        let path = format!("/sessions/{over}/claims");
        let hostile = "../../..;/etc/passwd; filename=x.html%0d%0aSet-Cookie: a=b";
        let page = b"<script>alert(1)</script>".as_slice();
        town.visitor.upload(&path, &fields, ("sheet", hostile, page)).await.expect(422);
        town.visitor.upload(&path, &fields, ("sheet", hostile, &JPEG)).await.expect(303);
        kernel::row! { struct Found { id: kernel::ids::Raw } }
        let sql = "SELECT id FROM hours_claim WHERE session_id = $1";
        let claim: Found = kernel::Read::one(app.db(), sql, args![over]).await.unwrap();
        // Whoever entered the claim may look at it, though not decide.
        let file = town.visitor.get(&format!("/desk/hours/claims/{}/evidence", claim.id)).await.expect(200);
        let place = file.header("content-disposition");
        assert!(place.starts_with("attachment; filename*=UTF-8''"), "{place}");
        let name = place.rsplit("''").next().unwrap();
        assert!(!name.contains(['/', ';', '"', ' ', '\\']) && !name.contains("%0d\n"), "{place}");
        assert_eq!((file.header("content-type"), file.header("x-content-type-options")), ("image/jpeg", "nosniff"));
        assert!(file.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(!file.header("set-cookie").contains("a=b"));
        for path in ["/assets/x/..%2f..%2fetc%2fpasswd", "/assets/../etc/passwd", "/assets/x/%2e%2e/%2e%2e/key"] {
            assert_eq!(town.visitor.get(path).await.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_that_is_a_formula_leaves_as_text() {
    on_both(crate::district::all, async |app: TestApp| {
        let district = District::settle(&app).await;
        let town = district.somebody("town", vec![region(Role::Town, "440605125")], None).await;
        for formula in ["=HYPERLINK(\"https://evil.cn\")", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1"] {
            for sql in [
                "UPDATE person SET name = $1",
                "UPDATE organisation SET name = $1",
                "UPDATE hours_entry SET title = $1",
                "UPDATE activity SET title = $1",
            ] {
                app.sql(sql, args![formula].to_vec()).await;
            }
            let reason = [("format", "csv"), ("reason", "=1+1"), ("columns", "masked")];
            for table in [
                town.visitor.post("/desk/people/export", &reason).await.expect(200),
                town.visitor.get("/desk/hours/export?format=csv").await.expect(200),
                town.visitor.get("/desk/activities/export?format=csv").await.expect(200),
                town.visitor.get("/desk/teams/export?format=csv").await.expect(200),
            ] {
                let text = table.text();
                let cells = text.lines().skip(1).flat_map(|line| line.split(','));
                let live =
                    |cell: &str| cell.trim_matches(['"', '\u{feff}']).starts_with(['=', '+', '-', '@', '\t', '\r']);
                let live: Vec<&str> = cells.filter(|cell| live(cell)).collect();
                assert!(live.is_empty(), "{formula} is live in {live:?}: {text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_line_that_is_changed_moved_or_dropped_is_named() {
    on_both(crate::district::all, async |app: TestApp| {
        let district = District::settle(&app).await;
        let officer: Somebody = district.somebody("officer", vec![crate::district::whole(Role::Accounts)], None).await;
        for _ in 0..25 {
            officer.visitor.get("/desk/accounts").await.expect(200);
        }
        let lines = app.audit().await;
        assert!(lines.len() > 25 && kernel::audit::verify(app.db(), app.tenant).await.unwrap().is_ok());
        let last = lines.iter().map(|l| l.seq).max().unwrap();
        for line in &lines {
            let at = args![app.tenant, line.chain, line.seq].to_vec();
            let broken = async || kernel::audit::verify(app.db(), app.tenant).await.unwrap().err().map(|b| b.at);
            app.sql(
                "UPDATE audit_line SET ip = 'x' || ip WHERE tenant_id = $1 AND chain = $2 AND seq = $3",
                at.clone(),
            )
            .await;
            assert_eq!(broken().await, Some((line.chain.clone(), line.seq)), "changed");
            app.sql(
                "UPDATE audit_line SET ip = substr(ip, 2) WHERE tenant_id = $1 AND chain = $2 AND seq = $3",
                at.clone(),
            )
            .await;
            app.sql("UPDATE audit_line SET seq = seq + 1000 WHERE tenant_id = $1 AND chain = $2 AND seq = $3", at)
                .await;
            assert!(broken().await.is_some(), "{} was dropped from its place and nobody saw it", line.seq);
            let back = args![app.tenant, line.chain, line.seq + 1000].to_vec();
            app.sql("UPDATE audit_line SET seq = seq - 1000 WHERE tenant_id = $1 AND chain = $2 AND seq = $3", back)
                .await;
        }
        assert!(last > 0 && kernel::audit::verify(app.db(), app.tenant).await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused_in_words() {
    let app = TestApp::embedded(crate::district::all).await;
    let visitor = app.stranger();
    let reply = visitor.post("/sign-in", &[("name", &"x".repeat(300_000)), ("password", "x")]).await.expect(413);
    assert!(reply.text().contains("<title>"));
    app.region_seed().await;
    let token = app.as_account("li", &[], Some(app.person("李伟强").await)).await;
    let token = app.token(token.account.unwrap()).await;
    let body = json!({ "post": "x".repeat(2_000_000) });
    let path = format!("/api/v1/activities/{}/signups", kernel::ids::fresh());
    visitor.json("POST", &path, Some(&token), Some(&body), None).await.expect(413);
}

#[test]
fn only_the_guarded_door_and_the_mail_server_are_dialled() {
    let clients = ["reqwest", "ureq", "hyper", "isahc", "curl", "lettre", "tokio-rustls"];
    for folder in ["primitives", "rooms", "app"] {
        for path in files(&root().join(folder), &["Cargo.toml"]) {
            let text = std::fs::read_to_string(&path).unwrap();
            let client = clients.iter().find(|c| text.contains(*c));
            assert!(client.is_none(), "{} brings {client:?}", path.display());
        }
    }
    for path in files(&root(), &[".rs"]) {
        let place = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let house = ["kernel/src", "primitives", "rooms", "app/src"].iter().any(|part| place.starts_with(part));
        if !house || place == "kernel/src/dial.rs" || place == "kernel/src/outbox/smtp.rs" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let dials = ["TcpStream", "hyper::client", "lettre::"].iter().find(|d| text.contains(*d));
        assert!(dials.is_none(), "{place} dials by {dials:?}");
    }
}
