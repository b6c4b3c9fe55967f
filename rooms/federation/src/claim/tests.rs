//! Stories of claims to a record that somebody else made.

use crate::tests::modules;
use kernel::policy::Role;
use kernel::{Tx, args};
use people::rules::identity;
use people::{NewPerson, PersonId};
use testkit::app::{organisation, region};
use testkit::{Reply, TestApp, Visitor, on_both};

const NUMBER: &str = "11010519491231002X";
const PHONE: &str = "13800138000";

/// Somebody whom a roster put on record, in a team with a leader.
async fn on_record(app: &TestApp) -> (PersonId, Visitor) {
    app.region_seed().await;
    let cx = app.cx();
    let mut new = NewPerson::named("陈慧敏", "440605125003", cx.today());
    new.identity = Some(identity::parse(NUMBER, None, cx.today()).unwrap());
    new.birth_date = new.identity.as_ref().unwrap().birth_date;
    new.phone = Some(PHONE.to_owned());
    let person = app.write(async move |tx: &mut Tx<'_>| people::insert(tx, &cx, &new).await).await.unwrap();
    let (team, path) = app.team("甲队", "440605125003").await;
    app.member(team, person.0).await;
    let chief = app.person("何带队").await;
    app.leader(team, chief).await;
    (person, app.as_account("daidui", &[organisation(Role::Leader, &path)], Some(chief)).await)
}

async fn claim(who: &Visitor, name: &str, tail: &str, phone: &str) -> Reply {
    who.post("/claim", &[("name", name), ("tail", tail), ("phone", phone)]).await
}

/// What a page says, without the address that differs each time.
fn said(reply: &Reply) -> String {
    let text = testkit::html::visible_text(&reply.text());
    text.split_whitespace().filter(|word| !word.contains("/claim/")).collect()
}

async fn only_claim(app: &TestApp) -> String {
    kernel::row! { struct Found { id: kernel::ids::Raw } }
    let sql = "SELECT id FROM record_claim WHERE person_id IS NOT NULL ORDER BY id DESC LIMIT 1";
    kernel::Read::one::<Found>(app.db(), sql, &[]).await.unwrap().id.to_string()
}

#[tokio::test]
async fn whoever_was_registered_by_another_gets_their_account_by_the_leaders_word() {
    on_both(modules, async |app: TestApp| {
        let (person, leader) = on_record(&app).await;
        let own = app.stranger();
        own.get("/claim").await.expect(200);
        claim(&own, "", "12", "x").await.expect(422);
        let filed = claim(&own, "陈慧敏", "002x", "138 0013 8000").await.expect(303);
        let link = filed.location.clone().unwrap();
        assert!(own.get(&link).await.expect(200).text_contains("已收到"));
        assert_eq!(app.run_jobs().await, 1);
        assert!(leader.get("/me/messages").await.expect(200).text_contains("陈慧敏 要认领"));
        let list = leader.get("/team/claims").await.expect(200);
        assert!(list.text_contains("陈慧敏") && list.text_contains("手机和登记的一致"));
        let far = app.as_account("lishui", &[region(Role::Town, "440605126")], None).await;
        let url = format!("/team/claims/{}/decision", only_claim(&app).await);
        assert!(!far.get("/team/claims").await.expect(200).text_contains("陈慧敏"));
        far.post(&url, &[("decision", "accepted")]).await.expect(404);
        leader.post(&url, &[("decision", "accepted")]).await.expect(303);
        leader.post(&url, &[("decision", "declined")]).await.expect(404);
        let open = own.get(&link).await.expect(303).location.unwrap();
        let password = "木棉花开在三月里的岭南";
        let chosen = [("tail", "002X"), ("password", password), ("again", password), ("agreed", "1")];
        own.post(&open, &chosen).await.expect(303);
        assert!(own.get("/me").await.expect(200).text_contains("认领") || own.get("/me").await.status == 200);
        let account = kernel::auth::find_by_person(app.db(), app.tenant, person.0).await.unwrap().unwrap();
        assert_eq!(account.phone.as_deref(), Some(PHONE));
        let kinds = app.audit_kinds().await;
        for kind in ["claim_filed", "claim_decided", "access_given", "access_used"] {
            assert!(kinds.contains(&format!("federation.{kind}")), "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_answer_to_a_claim_tells_whether_anybody_is_on_record() {
    on_both(modules, async |app: TestApp| {
        let (_, leader) = on_record(&app).await;
        let mut told = std::collections::BTreeSet::new();
        let mut links = Vec::new();
        for (name, tail, phone) in [
            ("陈慧敏", "002X", PHONE),
            ("陈慧敏", "0021", PHONE),
            ("陈慧敏", "002X", "13900139000"),
            ("没有登记", "002X", PHONE),
        ] {
            let who = app.stranger();
            let filed = claim(&who, name, tail, phone).await.expect(303);
            let link = filed.location.clone().unwrap();
            told.insert((link.len(), said(&who.get(&link).await.expect(200))));
            links.push(link);
        }
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'federation.claim'", &[]).await, 4);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM record_claim WHERE person_id IS NOT NULL", &[]).await, 1);
        // A refusal looks like waiting, and both end on the same day with the same words.
        let url = format!("/team/claims/{}/decision", only_claim(&app).await);
        leader.post(&url, &[("decision", "declined")]).await.expect(303);
        let who = app.stranger();
        for moment in ["2026-11-24T10:00", "2026-12-20T10:00"] {
            app.at(moment).await;
            let pages = [who.get(&links[0]).await.expect(200), who.get(&links[3]).await.expect(200)];
            assert_eq!(said(&pages[0]), said(&pages[1]), "{moment}");
        }
        // Nothing of what was typed is kept.
        let kept = "SELECT COUNT(*) AS n FROM record_claim WHERE token_hash LIKE '%' || $1 || '%'";
        assert_eq!(app.count(kept, args![PHONE]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn whoever_has_an_account_is_not_claimed_and_an_address_is_slowed_down() {
    on_both(modules, async |app: TestApp| {
        let (person, _) = on_record(&app).await;
        app.as_account("huimin", &[], Some(person.0)).await;
        let who = app.stranger();
        for _ in 0..10 {
            claim(&who, "陈慧敏", "002X", PHONE).await.expect(303);
        }
        let many = claim(&who, "陈慧敏", "002X", PHONE).await.expect(429);
        assert!(!many.header("retry-after").is_empty());
        claim(&app.stranger().from_address([10, 1, 2, 3]), "陈慧敏", "002X", PHONE).await.expect(303);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM record_claim WHERE person_id IS NOT NULL", &[]).await, 0);
    })
    .await;
}
