//! The kernel's own pages over HTTP: signing in and out, second factor, tokens of forms, the edge, accounts and roles.
//! They are told here because the kernel cannot depend on the test rig that depends on it.

#![expect(clippy::unwrap_used, reason = "a story ends where it is surprised")]

#[path = "kernel_stories/outbox.rs"]
mod outbox;
#[path = "kernel_stories/recovery.rs"]
mod recovery;

use chrono::Duration;
use kernel::auth;
use kernel::secret::Secret;
use kernel::{Module, Role, Tx, args};
use testkit::app::{district, region};
use testkit::{TestApp, Visitor, on_both};

const PASSWORD: &str = "three unrelated words";

fn no_rooms() -> Vec<Module> {
    Vec::new()
}

/// An account with a password, without roles, that has not signed in.
async fn account(app: &TestApp, name: &str) -> kernel::AccountId {
    let hash = app.app.hasher.hash(Secret::new(PASSWORD.to_owned())).await.unwrap();
    let (tenant, now, name) = (app.tenant, app.app.clock.now(), name.to_owned());
    app.write(async move |tx: &mut Tx<'_>| {
        let new =
            auth::NewAccount { sign_in_name: name.clone(), phone: None, name, person: None, password_hash: Some(hash) };
        auth::insert(tx, tenant, &new, now).await
    })
    .await
    .unwrap()
}

async fn hold(app: &TestApp, account: kernel::AccountId, role: Role) {
    let sql = "INSERT INTO account_role (tenant_id, id, account_id, role, scope_kind, scope, from_on, granted_by)
               VALUES ($1, $2, $3, $4, 'tenant', '', $5, 'test')";
    let day = kernel::time::day(app.app.clock.now());
    app.sql(sql, args![app.tenant, kernel::ids::fresh(), account, role, day].to_vec()).await;
}

async fn sign_in(visitor: &Visitor, name: &str, password: &str) -> testkit::Reply {
    visitor.post("/sign-in", &[("name", name), ("password", password)]).await
}

/// The value of a hidden field of a form.
fn hidden(page: &str, name: &str) -> String {
    let head = format!("name=\"{name}\" value=\"");
    let at = page.find(&head).unwrap_or_else(|| panic!("no {name} in {page}")) + head.len();
    page[at..].split('"').next().unwrap().to_owned()
}

fn code_of(secret: &str, app: &TestApp) -> String {
    let raw = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, raw).unwrap();
    totp.generate(u64::try_from(app.app.clock.now().timestamp()).unwrap())
}

#[tokio::test]
async fn the_first_keepers_link_works_once() {
    on_both(no_rooms, async |app: TestApp| {
        let token = auth::first_keeper_link(&app.app, app.tenant).await.unwrap().unwrap();
        let path = format!("/keeper/{token}");
        let visitor = app.stranger();
        assert!(visitor.get(&path).await.expect(200).text_contains("建第一个账号"));
        let chosen = [("name", "keeper"), ("password", PASSWORD), ("again", PASSWORD)];
        let weak = [("name", "keeper"), ("password", "password"), ("again", "password")];
        let refused = visitor.post(&path, &weak).await.expect(422);
        assert!(refused.text_contains("<title>出错："), "{}", refused.text());
        assert_eq!(visitor.post(&path, &chosen).await.expect(303).location.as_deref(), Some("/sign-in"));
        visitor.get(&path).await.expect(404);
        app.stranger().post(&path, &[("name", "other"), ("password", PASSWORD), ("again", PASSWORD)]).await.expect(404);
        assert!(auth::first_keeper_link(&app.app, app.tenant).await.unwrap().is_none(), "an account is there now");
        assert_eq!(app.audit_kinds().await, ["account.password_chosen"]);
        let inside = sign_in(&visitor, "keeper", PASSWORD).await.expect(303);
        assert_eq!(inside.location.as_deref(), Some("/second-factor"), "a power asks for a second factor");
    })
    .await;
}

#[tokio::test]
async fn signing_in_gives_a_new_cookie_that_no_script_reads_and_leads_where_one_was_going() {
    on_both(no_rooms, async |app: TestApp| {
        account(&app, "li").await;
        let visitor = app.stranger();
        visitor.keep("qiyi", "planted-by-somebody-else");
        let planted = visitor.cookie("qiyi");
        let body = [("name", "li"), ("password", PASSWORD), ("next", "/settings?mode=elder")];
        let token = app.app.keys.sign("csrf", &[""]);
        let all: Vec<_> = [("_csrf", token.as_str())].into_iter().chain(body).collect();
        let reply = visitor.post_raw("/sign-in", &all, &[]).await.expect(303);
        assert_eq!(reply.location.as_deref(), Some("/settings?mode=elder"));
        assert_ne!(visitor.cookie("qiyi"), planted, "a session cannot be planted");
        let set = reply.header("set-cookie");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
        for away in ["//evil.cn", "https://evil.cn/", "/\\evil.cn"] {
            let other = app.stranger();
            let reply = other.post("/sign-in", &[("name", "li"), ("password", PASSWORD), ("next", away)]).await;
            assert_eq!(reply.expect(303).location.as_deref(), Some("/me"), "{away} leads away");
        }
        assert_eq!(app.audit_kinds().await, ["account.signed_in"; 4]);
    })
    .await;
}

#[tokio::test]
async fn no_answer_tells_whether_an_account_is_there() {
    on_both(no_rooms, async |app: TestApp| {
        account(&app, "li").await;
        let bare = |reply: &testkit::Reply| {
            let text = reply.text().replace("li", "").replace("no", "");
            let once = hidden(&reply.text(), "_once");
            text.replace(&once.replace("li", "").replace("no", ""), "")
        };
        let wrong = sign_in(&app.stranger().from_address([10, 0, 0, 1]), "li", "not this one").await.expect(422);
        let none = sign_in(&app.stranger().from_address([10, 0, 0, 2]), "no", "not this one").await.expect(422);
        assert_eq!(bare(&wrong).len(), bare(&none).len());
        assert!(none.text_contains("手机号或密码不对"));
        assert_eq!(app.audit_kinds().await, ["account.sign_in_failed"; 2]);
    })
    .await;
}

#[tokio::test]
async fn tries_slow_down_for_the_guesser_and_not_for_the_owner() {
    on_both(no_rooms, async |app: TestApp| {
        account(&app, "li").await;
        let guesser = app.stranger().from_address([10, 9, 8, 7]);
        let mut heard = 0;
        for _ in 0..60 {
            if sign_in(&guesser, "li", "a guess").await.status == 422 {
                heard += 1;
            }
        }
        assert!(heard <= 10, "{heard} guesses were heard");
        let slowed = sign_in(&guesser, "li", PASSWORD).await.expect(429);
        assert!(!slowed.header("retry-after").is_empty());
        sign_in(&app.stranger().from_address([10, 0, 0, 1]), "li", PASSWORD).await.expect(303);
        app.later(Duration::minutes(20));
        sign_in(&guesser, "li", PASSWORD).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn staff_enrol_a_second_factor_and_each_code_works_once() {
    on_both(no_rooms, async |app: TestApp| {
        let id = account(&app, "auditor").await;
        hold(&app, id, Role::Auditor).await;
        let visitor = app.stranger();
        sign_in(&visitor, "auditor", PASSWORD).await.expect(303);
        let early = visitor.get("/desk/trace").await.expect(303);
        assert_eq!(early.location.as_deref(), Some("/second-factor"), "the role counts only after the second factor");
        let page = visitor.get("/second-factor").await.expect(200).text();
        let (secret, mark) = (hidden(&page, "secret"), hidden(&page, "mark"));
        let own = [("code", "000000"), ("secret", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), ("mark", mark.as_str())];
        visitor.post("/second-factor", &own).await.expect(422);
        let code = code_of(&secret, &app);
        let before = visitor.cookie("qiyi");
        let fields = [("code", code.as_str()), ("secret", secret.as_str()), ("mark", mark.as_str())];
        assert_eq!(visitor.post("/second-factor", &fields).await.expect(303).location.as_deref(), Some("/desk"));
        assert_ne!(visitor.cookie("qiyi"), before, "the session is a new one after the step up");
        visitor.get("/desk/trace").await.expect(200);
        let again = app.stranger();
        sign_in(&again, "auditor", PASSWORD).await.expect(303);
        again.post("/second-factor", &[("code", &code)]).await.expect(422);
        app.later(Duration::seconds(60));
        again.post("/second-factor", &[("code", &code_of(&secret, &app))]).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn a_form_without_its_own_token_or_from_elsewhere_changes_nothing() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let other = app.as_account("other", &[district(Role::Accounts)], None).await;
        let fields = [("sign_in_name", "new"), ("name", "新同事")];
        let (own, others) = (officer.csrf(), other.csrf());
        let path = "/desk/accounts";
        officer.post_raw(path, &fields, &[]).await.expect(403);
        officer.post_raw(path, &[("_csrf", others.as_str()), fields[0], fields[1]], &[]).await.expect(403);
        let signed = [("_csrf", own.as_str()), fields[0], fields[1]];
        for foreign in [("origin", "https://evil.cn"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
            officer.post_raw(path, &signed, &[foreign]).await.expect(403);
        }
        assert!(app.audit_kinds().await.is_empty(), "nothing was done");
        let ours = [("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")];
        officer.post_raw(path, &signed, &ours).await.expect(200);
        assert_eq!(app.audit_kinds().await, ["account.created", "account.read"]);
    })
    .await;
}

#[tokio::test]
async fn unknown_fields_and_wrong_cursors_are_refused_in_words() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let auditor = app.as_account("auditor", &[district(Role::Auditor)], None).await;
        let more = [("sign_in_name", "new"), ("name", "新同事"), ("role", "keeper")];
        let refused = officer.post("/desk/accounts", &more).await.expect(400);
        assert!(refused.text_contains("表单里有系统不认识的内容"));
        officer.get("/desk/accounts?role=keeper").await.expect(400);
        for cursor in ["x", "WyJhIl0", "%00", "WyJhIiwiYiIsImMiXQ"] {
            let reply = auditor.get(&format!("/desk/trace?cursor={cursor}")).await;
            assert_eq!(reply.status, 400, "{cursor}: {}", reply.text());
        }
        assert!(app.audit_kinds().await.is_empty(), "nothing was done");
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM account", &[]).await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_trace_is_read_in_words_and_not_as_it_is_stored() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let auditor = app.as_account("auditor", &[district(Role::Auditor)], None).await;
        officer.post("/desk/accounts", &[("sign_in_name", "new"), ("name", "新同事")]).await.expect(200);
        auditor.get("/desk/trace?actor=nobody").await.expect(200);
        let page = auditor.get("/desk/trace").await.expect(200);
        for word in [">账号</a>", "登录名：new", "谁：nobody", "条数：0"] {
            assert!(page.text_contains(word), "{word}: {}", page.text());
        }
        for stored in ["sign_in_name", "{&#34;", "{\"", ">account<"] {
            assert!(!page.text_contains(stored), "{stored}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_with_its_password_its_role_its_account_and_its_idleness() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let leaves = |reply: testkit::Reply| {
            assert_eq!(reply.status, 303);
            assert!(reply.location.unwrap().starts_with("/sign-in"));
        };
        let town = app.as_account("town", &[region(Role::Town, "440605125")], None).await;
        town.get("/desk").await.expect(200);
        let at = format!("/desk/accounts/{}", town.account.unwrap());
        let give = [("role", "town"), ("region", "440605126")];
        officer.post(&format!("{at}/roles"), &give).await.expect(303);
        leaves(town.get("/desk").await);

        let leaver = app.as_account("leaver", &[district(Role::District)], None).await;
        let token = app.token(leaver.account.unwrap()).await;
        let at = format!("/desk/accounts/{}", leaver.account.unwrap());
        officer.post(&format!("{at}/end"), &[]).await.expect(303);
        leaves(leaver.get("/desk").await);
        let rows = app.count("SELECT COUNT(*) AS n FROM api_token", &[]).await;
        assert_eq!(rows, 0, "{token} is gone with its account");

        let forgetful = app.as_account("forgetful", &[district(Role::District)], None).await;
        let (tenant, now, subject) = (app.tenant, app.app.clock.now(), forgetful.account.unwrap().to_string());
        let link = app
            .write(async move |tx: &mut Tx<'_>| {
                auth::make_link(tx, tenant, "welcome", &subject, now + Duration::days(1)).await
            })
            .await
            .unwrap();
        let chosen = [("password", PASSWORD), ("again", PASSWORD)];
        app.stranger().post(&format!("/welcome/{link}"), &chosen).await.expect(303);
        leaves(forgetful.get("/desk").await);

        app.later(Duration::minutes(31));
        leaves(officer.get("/desk/accounts").await);
    })
    .await;
}

#[tokio::test]
async fn signing_out_clears_the_browser_and_the_session() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::District)], None).await;
        let kept = officer.cookie("qiyi").unwrap();
        let out = officer.post("/sign-out", &[]).await.expect(303);
        assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
        assert_eq!(officer.cookie("qiyi"), None);
        officer.keep("qiyi", &kept);
        officer.get("/desk").await.expect(303);
        assert_eq!(app.audit_kinds().await, ["account.signed_out"]);
    })
    .await;
}

#[tokio::test]
async fn every_page_has_the_strict_policy_and_signed_in_pages_are_not_kept() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::District)], None).await;
        let stranger = app.stranger();
        let pages = [stranger.get("/sign-in").await, stranger.get("/nothing").await, officer.get("/desk").await];
        for page in &pages {
            let policy = page.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            let text = page.text();
            assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick"), "{text}");
        }
        assert_eq!(pages[2].header("cache-control"), "no-store");
        assert_eq!(pages[1].status, 404);
    })
    .await;
}

#[tokio::test]
async fn strangers_are_led_to_sign_in_and_programs_are_told() {
    on_both(no_rooms, async |app: TestApp| {
        let stranger = app.stranger();
        let led = stranger.get("/desk/accounts?q=a&after=b").await.expect(303);
        assert_eq!(led.location.as_deref(), Some("/sign-in?next=/desk/accounts%3Fq=a%26after=b"));
        let told = stranger.send("GET", "/desk", &[("accept", "application/json")], "").await.expect(401);
        assert_eq!(told.header("content-type"), "application/problem+json");
        assert_eq!(told.json()["type"], "sign_in");
        let volunteer = app.as_account("volunteer", &[], None).await;
        let refused = volunteer.get("/desk/trace").await.expect(403);
        assert!(refused.text_contains("查看操作记录"), "{}", refused.text());
        let unknown = stranger.json("GET", "/api/v1/nothing", None, None, None).await.expect(404);
        assert_eq!(unknown.json()["code"], "error.not_found");
    })
    .await;
}

#[tokio::test]
async fn one_person_holds_one_power_and_nobody_gives_a_role_to_themselves() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let own = format!("/desk/accounts/{}/roles", officer.account.unwrap());
        for role in ["keeper", "auditor", "district"] {
            let refused = officer.post(&own, &[("role", role), ("region", "")]).await.expect(409);
            assert!(refused.text_contains("不能给自己加角色"));
        }
        let other = account(&app, "other").await;
        let path = format!("/desk/accounts/{other}/roles");
        officer.post(&path, &[("role", "auditor"), ("region", "")]).await.expect(303);
        for power in ["keeper", "accounts"] {
            let refused = officer.post(&path, &[("role", power), ("region", "")]).await.expect(409);
            assert!(refused.text_contains("一人只能有一项"));
        }
        officer.post(&path, &[("role", "leader"), ("region", "")]).await.expect(422);
        let sql = "SELECT COUNT(*) AS n FROM account_role WHERE account_id = $1";
        assert_eq!(app.count(sql, args![other]).await, 1);
        assert_eq!(
            app.audit_kinds().await,
            ["account.role_changed", "account.read"],
            "what was refused left no line of a deed"
        );
    })
    .await;
}

#[tokio::test]
async fn the_trace_of_a_story_verifies_and_tells_of_a_change() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        for name in ["a", "b", "c"] {
            officer.post("/desk/accounts", &[("sign_in_name", name), ("name", name)]).await.expect(200);
        }
        assert_eq!(
            kernel::audit::verify(app.db(), app.tenant).await.unwrap(),
            Ok(6),
            "three were made, and the list was shown three times"
        );
        app.sql("UPDATE audit_line SET actor = 'nobody' WHERE actor = 'officer'", Vec::new()).await;
        let broken = kernel::audit::verify(app.db(), app.tenant).await.unwrap().unwrap_err();
        assert_eq!(broken.why, "this line was changed");
    })
    .await;
}

#[tokio::test]
async fn questions_to_the_outbox_and_to_the_trace_are_kept_by_those_who_read_them() {
    on_both(no_rooms, async |app: TestApp| {
        let keeper = app.as_account("keeper", &[district(Role::Keeper)], None).await;
        testkit::views::is_kept(&keeper, "outbox", "/desk/outbox?state=failed&channel=sms&q=a").await;
        let auditor = app.as_account("auditor", &[district(Role::Auditor)], None).await;
        testkit::views::is_kept(&auditor, "trace", "/desk/trace?actor=keeper&kind=view.saved").await;
        keeper.post("/desk/views", &[("list", "trace"), ("name", "x"), ("query", "")]).await.expect(403);
    })
    .await;
}

#[test]
fn the_weeks_work_ends_on_the_next_friday_evening() {
    let at = |text: &str| kernel::time::from_beijing(text.parse().unwrap());
    for (now, due) in [
        ("2026-11-23T10:00:00", "2026-11-27T18:00:00"),
        ("2026-11-27T17:59:00", "2026-11-27T18:00:00"),
        ("2026-11-27T18:00:00", "2026-12-04T18:00:00"),
        ("2026-11-28T08:00:00", "2026-12-04T18:00:00"),
        ("2026-11-29T23:00:00", "2026-12-04T18:00:00"),
    ] {
        assert_eq!(kernel::time::friday_evening(at(now)), at(due), "{now}");
    }
}
