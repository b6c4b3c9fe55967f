//! A lost password or phone: what an accounts officer gives, to whom, and what the link does.

use super::{PASSWORD, account, code_of, hidden, hold, no_rooms, sign_in};
use chrono::Duration;
use kernel::policy::Role;
use kernel::{AccountId, args};
use testkit::app::{district, region};
use testkit::{Reply, TestApp, Visitor, on_both};

const NEW: &str = "another three unrelated words";

/// The path of the link that a page shows.
fn link(page: &Reply) -> String {
    let text = page.text();
    let token = text.split("/recovery/").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
    format!("/recovery/{}", token.split('<').next().unwrap())
}

async fn ask(officer: &Visitor, account: AccountId) -> Reply {
    officer.post(&format!("/desk/accounts/{account}/recovery"), &[("checked", "document")]).await
}

async fn choose(who: &Visitor, link: &str, tail: &str) -> Reply {
    who.post(link, &[("tail", tail), ("password", NEW), ("again", NEW)]).await
}

#[tokio::test]
async fn whoever_lost_both_factors_gets_new_ones_face_to_face_and_no_session_stays() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let id = account(&app, "chen").await;
        hold(&app, id, Role::District).await;
        let lost = app.stranger();
        sign_in(&lost, "chen", PASSWORD).await.expect(303);
        let page = lost.get("/second-factor").await.expect(200).text();
        let (secret, mark) = (hidden(&page, "secret"), hidden(&page, "mark"));
        let code = code_of(&secret, &app);
        lost.post("/second-factor", &[("code", &code), ("secret", &secret), ("mark", &mark)]).await.expect(303);
        lost.get("/desk").await.expect(200);

        let form = officer.get(&format!("/desk/accounts/{id}")).await.expect(200);
        assert!(form.text_contains("马上退出登录"), "the effect is told first");
        let path = format!("/desk/accounts/{id}/recovery");
        for said in ["", "machine", "somehow"] {
            officer.post(&path, &[("checked", said)]).await.expect(422);
        }
        let slip = ask(&officer, id).await.expect(200);
        assert!(slip.text_contains("<svg"), "the link is shown as a code to scan");
        let led = lost.get("/desk").await.expect(303);
        assert!(led.location.unwrap().starts_with("/sign-in"), "a lost phone is signed out when the link is made");

        let fresh = app.stranger();
        fresh.post(&link(&slip), &[("password", "short"), ("again", "short")]).await.expect(422);
        fresh.post(&link(&slip), &[("password", NEW), ("again", PASSWORD)]).await.expect(422);
        assert_eq!(choose(&fresh, &link(&slip), "").await.expect(303).location.as_deref(), Some("/sign-in"));
        sign_in(&app.stranger(), "chen", PASSWORD).await.expect(422);
        assert_eq!(sign_in(&fresh, "chen", NEW).await.expect(303).location.as_deref(), Some("/second-factor"));
        let page = fresh.get("/second-factor").await.expect(200).text();
        assert_ne!(hidden(&page, "secret"), secret, "the authenticator is set up anew");
        choose(&app.stranger(), &link(&slip), "").await.expect(404);
        let told: Vec<_> = app.audit().await.into_iter().filter(|l| l.kind.contains("recovery")).collect();
        let given = told.iter().find(|l| l.kind == "account.recovery_given").unwrap();
        assert_eq!((given.actor.as_str(), given.detail.0["checked"].as_str()), ("officer", Some("document")));
        let used = told.iter().find(|l| l.kind == "account.recovery_used").unwrap();
        assert_eq!((used.account_id, used.detail.0["given_by"].as_str()), (Some(id), Some("officer")));
        let kept = "SELECT COUNT(*) AS n FROM account_recovery WHERE state = 'used' AND length(token_hash) = 64";
        assert_eq!(app.count(kept, &[]).await, 1, "the link itself is not kept");
    })
    .await;
}

#[tokio::test]
async fn nobody_helps_themselves_nor_another_power_nor_beyond_their_own_scope() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let refused = ask(&officer, officer.account.unwrap()).await.expect(409);
        assert!(refused.text_contains("不能给自己办"));
        for (name, role) in [("keeper", Role::Keeper), ("auditor", Role::Auditor)] {
            let other = app.as_account(name, &[district(role)], None).await;
            let refused = ask(&officer, other.account.unwrap()).await.expect(409);
            assert!(refused.text_contains("qiyi account reset"), "{}", refused.text());
            other.get("/desk").await.expect(200);
        }
        let near = app.as_account("near", &[region(Role::Accounts, "440605125")], None).await;
        let town = app.as_account("town", &[region(Role::Town, "440605126")], None).await;
        assert!(ask(&near, town.account.unwrap()).await.expect(409).text_contains("超出你管的范围"));
        ask(&officer, town.account.unwrap()).await.expect(200);
        let gone = account(&app, "gone").await;
        app.sql("UPDATE account SET state = 'disabled' WHERE id = $1", args![gone].to_vec()).await;
        assert!(ask(&officer, gone).await.expect(409).text_contains("已停用"));
        let open = "SELECT COUNT(*) AS n FROM account_recovery";
        assert_eq!(app.count(open, &[]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_after_an_hour_with_the_next_one_and_with_every_change_of_the_account() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let id = account(&app, "chen").await;
        let first = link(&ask(&officer, id).await.expect(200));
        let second = link(&ask(&officer, id).await.expect(200));
        assert!(app.stranger().get(&first).await.expect(404).text_contains("这个链接用不了"));
        app.stranger().get(&second).await.expect(200);
        let give = [("role", "station"), ("region", "440605125003")];
        officer.post(&format!("/desk/accounts/{id}/roles"), &give).await.expect(303);
        choose(&app.stranger(), &second, "").await.expect(404);
        let third = link(&ask(&officer, id).await.expect(200));
        app.later(Duration::minutes(60));
        choose(&app.stranger(), &third, "").await.expect(404);
        sign_in(&app.stranger(), "chen", PASSWORD).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn who_finds_a_slip_is_asked_for_the_phone_and_slowed_like_at_the_door() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let id = account(&app, "chen").await;
        app.sql("UPDATE account SET phone = '13800138000' WHERE id = $1", args![id].to_vec()).await;
        let path = link(&ask(&officer, id).await.expect(200));
        let thief = app.stranger().from_address([10, 9, 8, 7]);
        assert!(!thief.get(&path).await.expect(200).text_contains("chen"), "the page does not tell whose it is");
        choose(&thief, &path, "80").await.expect(422);
        for left in ["4", "3", "2", "1"] {
            let wrong = choose(&thief, &path, "1234").await.expect(422);
            assert!(wrong.text_contains(&format!("还可以试 {left} 次")));
        }
        choose(&thief, &path, "8000").await.expect(429);
        let owner = app.stranger().from_address([10, 0, 0, 1]);
        choose(&owner, &path, "８０００").await.expect(303);

        let guesser = app.stranger().from_address([10, 9, 8, 6]);
        let mut heard = 0;
        for n in 0..20 {
            heard += usize::from(choose(&guesser, &format!("/recovery/guess{n}"), "").await.status == 404);
        }
        assert!(heard <= 5, "{heard} guesses were heard");
    })
    .await;
}

#[tokio::test]
async fn five_wrong_answers_kill_a_link_from_wherever_they_come() {
    on_both(no_rooms, async |app: TestApp| {
        let officer = app.as_account("officer", &[district(Role::Accounts)], None).await;
        let id = account(&app, "chen").await;
        app.sql("UPDATE account SET phone = '13800138000' WHERE id = $1", args![id].to_vec()).await;
        let path = link(&ask(&officer, id).await.expect(200));
        for n in 1..=4 {
            choose(&app.stranger().from_address([10, 0, 1, n]), &path, "1234").await.expect(422);
        }
        choose(&app.stranger().from_address([10, 0, 1, 5]), &path, "1234").await.expect(404);
        choose(&app.stranger().from_address([10, 0, 1, 6]), &path, "8000").await.expect(404);
        sign_in(&app.stranger(), "chen", PASSWORD).await.expect(303);
        let mut slowed = 0;
        for n in 0..25 {
            let other = account(&app, &format!("other{n}")).await;
            slowed += usize::from(ask(&officer, other).await.status == 429);
        }
        assert!(slowed >= 5, "nobody hands out links by the dozen: {slowed}");
    })
    .await;
}
