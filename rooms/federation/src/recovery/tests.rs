//! Stories of volunteers who forgot their password, and of those who would like to be them.

use crate::tests::{kinds, modules, on_record};
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Secret, Tx, args, auth};
use testkit::app::{Reply, TestApp, Visitor, district, on_both, organisation, region};

const OLD: &str = "木棉花开在三月里的岭南";
const NEW: &str = "龙船水落在五月里的西樵";

/// A volunteer with phone, document and a password they forgot; their team with its leader signed in.
async fn forgetful(rig: &TestApp) -> (Raw, (Raw, String), Visitor) {
    rig.region_seed().await;
    let person = on_record(rig).await.0;
    let hash = rig.app.hasher.hash(Secret::new(OLD.to_owned())).await.unwrap();
    let (tenant, now) = (rig.tenant, rig.app.clock.now());
    rig.write(async move |tx: &mut Tx<'_>| {
        let phone = Some("13800000000".to_owned());
        let (sign_in_name, name) = ("v1".to_owned(), "陈慧敏".to_owned());
        let new = auth::NewAccount { sign_in_name, phone, name, person: Some(person), password_hash: Some(hash) };
        auth::insert(tx, tenant, &new, now).await
    })
    .await
    .unwrap();
    let (team, path) = rig.team("沥雄乐龄助餐队", "440605125003").await;
    rig.member(team, person).await;
    let leader = rig.person("李伟强").await;
    rig.leader(team, leader).await;
    let li = rig.as_account("li", &[organisation(Role::Leader, &path)], Some(leader)).await;
    (person, (team, path), li)
}

async fn enter(rig: &TestApp, password: &str) -> (Visitor, Reply) {
    let phone = rig.stranger();
    let reply = phone.post("/sign-in", &[("name", "13800000000"), ("password", password)]).await;
    (phone, reply)
}

fn link(page: &Reply) -> String {
    let text = page.text();
    let token = text.split("/recovery/").nth(1).expect("the page shows a link");
    format!("/recovery/{}", token.split('<').next().unwrap_or_default())
}

async fn ask(by: &Visitor, person: Raw) -> Reply {
    by.post(&format!("/desk/people/{person}/recovery"), &[("checked", "known")]).await
}

#[tokio::test]
async fn a_leader_helps_a_member_who_forgot_and_the_member_reads_who_it_was() {
    on_both(modules, async |rig| {
        let (person, _, li) = forgetful(&rig).await;
        let (old, entered) = enter(&rig, OLD).await;
        entered.expect(303);
        assert!(li.get(&format!("/desk/people/{person}")).await.expect(200).text_contains("忘了密码或丢了手机"));
        let form = li.get(&format!("/desk/people/{person}/recovery")).await.expect(200);
        assert!(form.text_contains("马上退出登录"), "the effect is told first");
        li.post(&format!("/desk/people/{person}/recovery"), &[]).await.expect(422);
        let slip = ask(&li, person).await.expect(200);
        assert!(old.get("/me").await.expect(303).location.is_some_and(|to| to.starts_with("/sign-in")));
        let phone = rig.stranger();
        let page = phone.get(&link(&slip)).await.expect(200);
        for hidden in ["陈慧敏", "138", "0013"] {
            assert!(!page.text_contains(hidden), "the page shows {hidden} of the record");
        }
        let chosen = |tail: &'static str| [("tail", tail), ("password", NEW), ("again", NEW)];
        phone.post(&link(&slip), &chosen("9999")).await.expect(422);
        phone.post(&link(&slip), &chosen("0013")).await.expect(303);
        enter(&rig, OLD).await.1.expect(422);
        let (inside, entered) = enter(&rig, NEW).await;
        assert_eq!(entered.expect(303).location.as_deref(), Some("/me"));
        let told = inside.get("/me/messages").await.expect(200);
        assert!(told.text_contains("li 给你做了设新密码的链接") && told.text_contains("密码已经重新设过"));
        let trace = inside.get("/me/trace").await.expect(200);
        for line in ["给找回密码的链接", "我认识本人", "用链接重设密码"] {
            assert!(trace.text_contains(line), "{line}: {}", trace.text());
        }
        let deeds = [("account.recovery_given", 1), ("account.recovery_refused", 1), ("account.recovery_used", 1)];
        for (deed, n) in deeds {
            assert_eq!(kinds(&rig, deed).await, n, "{deed}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_opens_an_account_with_more_rights_than_they_hand_out() {
    on_both(modules, async |rig| {
        let (person, (team, _), li) = forgetful(&rig).await;
        let own = li.person.expect("the leader is a person");
        assert!(ask(&li, own).await.expect(409).text_contains("不能给自己办"));
        // Another leader of the same team: only who could make a leader gives their account back.
        let (second, (_, path)) = (rig.person("何旁成").await, rig.team("沥东巡河队", "440605125001").await);
        rig.leader(team, second).await;
        rig.as_account("he", &[organisation(Role::Leader, &path)], Some(second)).await;
        let town = rig.as_account("town", &[region(Role::Town, "440605125")], None).await;
        assert!(ask(&li, second).await.expect(409).text_contains("带着队伍"));
        assert!(
            ask(&town, second).await.expect(409).text_contains("带着队伍"),
            "a role without a team is nobody's to give"
        );
        // A volunteer who works for the town as well.
        let clerk = rig.person("冯远成").await;
        rig.member(team, clerk).await;
        rig.as_account("feng", &[region(Role::Town, "440605125")], Some(clerk)).await;
        for by in [&li, &town] {
            assert!(ask(by, clerk).await.expect(409).text_contains("账号管理员"));
            assert!(by.get(&format!("/desk/people/{clerk}")).await.expect(200).text_contains("请账号管理员当面来办"));
        }
        // Another team's leader and another town know nobody here; a station hands out no way back.
        let far = rig.as_account("far", &[region(Role::Town, "440605126")], None).await;
        ask(&far, person).await.expect(404);
        let station = rig.as_account("station", &[region(Role::Station, "440605125003")], None).await;
        ask(&station, person).await.expect(403);
        assert_eq!(kinds(&rig, "account.recovery_given").await, 0);
        ask(&rig.as_account("district", &[district(Role::District)], None).await, person).await.expect(200);
        let none = rig.person("没有账号").await;
        assert!(ask(&town, none).await.expect(409).text_contains("请先发开通链接"));
        let open = "SELECT COUNT(*) AS n FROM account_recovery WHERE tenant_id = $1 AND state = 'open'";
        assert_eq!(rig.count(open, args![rig.tenant]).await, 1);
    })
    .await;
}
