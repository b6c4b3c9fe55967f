//! The walk through the doors: signing in and out, the second factor, the one-time links of accounts, the demo.

use super::form;
use crate::district::{PASSWORD, Somebody};
use crate::trace_walk::Walk;
use kernel::auth::Hasher;
use kernel::policy::Role;
use kernel::secret::Keys;
use kernel::{App, Config, Ground, Tx};
use testkit::html::form_fields;

pub async fn walk(walk: &mut Walk) {
    let app = walk.district.app.clone();
    let mut staff = walk.district.somebody("staff", vec![crate::district::whole(Role::District)], None).await;
    let (account, name) = (staff.actor.account.unwrap(), staff.actor.name.clone());
    let lines = [("account.signed_out", "account", None)];
    walk.ask(&staff, ("POST", "/sign-out"), ("/sign-out".into(), form(&[])), &lines).await;
    staff.visitor = app.stranger();
    let typed = |password: &str| ("/sign-in".to_owned(), form(&[("name", &name), ("password", password)]));
    let failed = [("account.sign_in_failed", "account", None)];
    walk.ask_by(&staff, ("POST", "/sign-in"), typed("wrong"), (&failed, None)).await;
    let entered = [("account.signed_in", "account", Some(account.0))];
    walk.ask_by(&staff, ("POST", "/sign-in"), typed(PASSWORD), (&entered, Some(account))).await;
    second_factor(walk, &staff).await;

    let (tenant, ends) = (app.tenant, app.app.clock.now() + chrono::Duration::days(1));
    let links = async move |tx: &mut Tx<'_>| {
        let welcome = kernel::auth::make_link(tx, tenant, "welcome", &account.to_string(), ends).await?;
        Ok((welcome, kernel::auth::make_link(tx, tenant, "keeper", "", ends).await?))
    };
    let (welcome, keeper) = app.write(links).await.unwrap();
    let nobody = Somebody { actor: kernel::Actor::default(), visitor: app.stranger(), token: None, ..staff };
    let chosen = [("account.password_chosen", "account", Some(account.0))];
    let sent = (format!("/welcome/{welcome}"), form(&[("password", PASSWORD), ("again", PASSWORD)]));
    walk.ask_by(&nobody, ("POST", "/welcome/{token}"), sent, (&chosen, Some(account))).await;
    let sent = (format!("/keeper/{keeper}"), form(&[("name", "keeper"), ("password", PASSWORD), ("again", PASSWORD)]));
    let reply = walk.ask_some(&nobody, ("POST", "/keeper/{token}"), sent, "account.password_chosen").await;
    assert_eq!(reply.location.as_deref(), Some("/sign-in"));
    recovery(walk, account, &nobody).await;
    demo(walk, nobody).await;
}

/// The way back into an account, given by whoever keeps the accounts and by somebody who knows the volunteer.
async fn recovery(walk: &mut Walk, account: kernel::AccountId, nobody: &Somebody) {
    let missed = [("account.recovery_refused", "account", None)];
    let chosen = || form(&[("password", PASSWORD), ("again", PASSWORD)]);
    let open = ("POST", "/recovery/{token}");
    walk.ask_in_vain(nobody, open, ("/recovery/nothing".into(), chosen()), &missed).await;
    let officer = walk.district.somebody("accounts", vec![crate::district::whole(Role::Accounts)], None).await;
    let given = [("account.recovery_given", "account", Some(account.0))];
    let sent = (format!("/desk/accounts/{account}/recovery"), form(&[("checked", "document")]));
    let slip = walk.ask(&officer, ("POST", "/desk/accounts/{account}/recovery"), sent, &given).await;
    let text = slip.text();
    let token = text.split("/recovery/").nth(1).and_then(|part| part.split('<').next()).unwrap_or_default().to_owned();
    let used = [("account.recovery_used", "account", Some(account.0))];
    walk.ask_by(nobody, open, (format!("/recovery/{token}"), chosen()), (&used, Some(account))).await;

    let person = walk.district.app.person("忘性大").await;
    walk.district.somebody("forgetful", Vec::new(), Some(person)).await;
    let district = walk.district.somebody("district", vec![crate::district::whole(Role::District)], None).await;
    let given = [("account.recovery_given", "person", Some(person))];
    let sent = (format!("/desk/people/{person}/recovery"), form(&[("checked", "known")]));
    walk.ask(&district, ("POST", "/desk/people/{person}/recovery"), sent, &given).await;
}

/// The code that a telephone would show.
async fn second_factor(walk: &mut Walk, staff: &Somebody) {
    let app = walk.district.app.clone();
    let page = staff.visitor.get("/second-factor").await.expect(200).text();
    let typed = form_fields(&page, "/second-factor").unwrap();
    let (secret, mark) = (typed.value("secret").unwrap().to_owned(), typed.value("mark").unwrap().to_owned());
    let raw = totp_rs::Secret::Encoded(secret.clone()).to_bytes().unwrap();
    let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, raw).unwrap();
    let code = totp.generate(u64::try_from(app.app.clock.now().timestamp()).unwrap());
    let sent =
        |code: &str| ("/second-factor".to_owned(), form(&[("code", code), ("secret", &secret), ("mark", &mark)]));
    let failed = [("account.sign_in_failed", "account", None)];
    walk.ask(staff, ("POST", "/second-factor"), sent("000000"), &failed).await;
    let account = staff.actor.account.map(|a| a.0);
    let entered = [("account.second_factor", "account", account), ("account.signed_in", "account", account)];
    walk.ask(staff, ("POST", "/second-factor"), sent(&code), &entered).await;
}

/// The door of a demo is shut everywhere else, and leaves the line of every other door.
async fn demo(walk: &mut Walk, nobody: Somebody) {
    let app = walk.district.app.clone();
    let sent = || ("/demo-sign-in".to_owned(), form(&[("name", "demo-1")]));
    let shut = nobody.visitor.post("/demo-sign-in", &[("name", "demo-1")]).await;
    walk.except("POST", "/demo-sign-in", shut.status == 404, "is open where there is no demo");
    let account = app.as_account("demo-1", &[], None).await.account;
    let mut rig = app.clone();
    let config = Config { demo: true, ..Config::default() };
    let (db, clock) = (app.app.db.clone(), app.clock.clone());
    let ground = Ground { db, keys: Keys::from_raw(&[7; 32]), clock, config, hasher: Hasher::with_cost(64, 1) };
    (rig.app, rig.router) = App::build(ground, crate::district::all()).await.unwrap();
    rig.app.learn_tenant().await.unwrap();
    let nobody = Somebody { visitor: rig.stranger(), ..nobody };
    let entered = [("account.signed_in", "account", account.map(|a| a.0))];
    walk.ask_by(&nobody, ("POST", "/demo-sign-in"), sent(), (&entered, account)).await;
}
