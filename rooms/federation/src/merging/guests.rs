//! Stories of people who only left their name and phone at a place: they register, or claim what was taken down, and their hours
//! stand under one number.

use crate::tests::{activity, join};
use kernel::ids::Raw;
use kernel::{Module, Read as _, Role, args, row};
use people::PersonId;
use testkit::app::{organisation, region};
use testkit::{TestApp, Visitor, on_both};

const ID: &str = "440605190001010013";
const PHONE: &str = "13800005678";

fn rooms() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        attendance::module(),
        records::module(),
        crate::module(),
    ]
}

row! { struct Found { id: PersonId } }

/// A guest who served an hour, and the leader who took them down.
async fn guest(app: &TestApp) -> (PersonId, Visitor) {
    app.region_seed().await;
    let (team, path) = app.team("沥雄乐龄助餐队", "440605125003").await;
    let chief = app.person("李伟强").await;
    app.leader(team, chief).await;
    let leader = app.as_account("李伟强", &[organisation(Role::Leader, &path)], Some(chief)).await;
    let post = activity(app, "长者饭堂送餐", team, "440605125003", 3).await;
    row! { struct Of { session_id: Raw } }
    let sql = "SELECT session_id FROM post WHERE tenant_id = $1 AND id = $2";
    let session = app.db().one::<Of>(sql, args![app.tenant, post]).await.unwrap().session_id;
    app.at("2026-11-23T14:30").await;
    app.run_recurring("activities.keep_up").await;
    let fields = [("name", "冯秀英"), ("phone", PHONE), ("told", "on")];
    leader.post(&format!("/sessions/{session}/guests"), &fields).await.expect(303);
    let sql = "SELECT id FROM person WHERE tenant_id = $1 AND phone = $2";
    let id = app.db().one::<Found>(sql, args![app.tenant, PHONE]).await.unwrap().id;
    app.at("2026-11-23T15:30").await;
    leader.post(&format!("/sessions/{session}/departures"), &[("person", &id.to_string())]).await.expect(303);
    (id, leader)
}

async fn stages(app: &TestApp, person: PersonId, stage: &str) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM person_stage WHERE tenant_id = $1 AND person_id = $2 AND stage = $3";
    app.count(sql, args![app.tenant, person, stage]).await
}

async fn balance(app: &TestApp, person: PersonId) -> i64 {
    hours::balance(app.db(), app.tenant, person).await.unwrap()
}

#[tokio::test]
async fn a_guest_who_registers_has_the_hours_of_the_gate_under_the_one_number() {
    on_both(rooms, async |app: TestApp| {
        let (guest, leader) = guest(&app).await;
        assert_eq!((stages(&app, guest, "candidate").await, balance(&app, guest).await), (1, 60));
        let stranger = app.stranger();
        let done = join(&stranger, "冯秀英", ID, PHONE, "").await.expect(200);
        assert!(done.text_contains("核对后") && !done.text_contains("送餐"), "who was a guest is told to nobody");
        let sql = "SELECT id FROM person WHERE tenant_id = $1 AND volunteer_no IS NOT NULL AND phone = $2";
        let own = app.db().one::<Found>(sql, args![app.tenant, PHONE]).await.unwrap().id;
        assert_ne!(own, guest);
        // The desk sees the two at once, without waiting for the night.
        let town = app.as_account("周敏仪", &[region(Role::Town, "440605125")], None).await;
        let desk = town.get("/desk").await.expect(200);
        assert!(desk.text_contains("冯秀英 在现场登记过"), "{}", desk.text());
        let far = app.as_account("里水", &[region(Role::Town, "440605126")], None).await;
        assert!(!far.get("/desk").await.expect(200).text_contains("冯秀英"));
        let merging = format!("/desk/people/{own}/duplicates/{guest}/merging");
        leader.get(&merging).await.expect(403);
        assert!(town.get(&merging).await.expect(200).text_contains("冯秀英"));
        let refused = town.post(&merging, &[("kept", &guest.to_string())]).await.expect(422);
        assert!(refused.text_contains("请留登记过的那份"), "{}", refused.text());
        town.post(&merging, &[("kept", &own.to_string())]).await.expect(303);
        assert_eq!((balance(&app, own).await, balance(&app, guest).await), (60, 0));
        let there = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1 AND person_id = $2";
        assert_eq!(app.count(there, args![app.tenant, own]).await, 1, "who came is the one who registered");
        let phone = app.stranger();
        let password = [("name", PHONE), ("password", "木棉花开在三月里的岭南"), ("next", "")];
        phone.post("/sign-in", &password).await.expect(303);
        assert!(phone.get("/me/hours").await.expect(200).text_contains("长者饭堂送餐"));
        assert!(phone.get("/me/messages").await.expect(200).text_contains("已并成一份"));
        assert!(!town.get("/desk").await.expect(200).text_contains("在现场登记过"));
    })
    .await;
}

#[tokio::test]
async fn a_guest_claims_the_record_of_the_gate_by_phone_and_gets_a_number_with_it() {
    on_both(rooms, async |app: TestApp| {
        let (guest, leader) = guest(&app).await;
        let own = app.stranger();
        let claim = async |tail: &str, phone: &str| {
            own.post("/claim", &[("name", "冯秀英"), ("tail", tail), ("phone", phone)]).await.expect(303)
        };
        claim("0013", "13800005679").await;
        assert!(!leader.get("/team/claims").await.expect(200).text_contains("冯秀英"), "another phone fits nobody");
        let filed = claim("0013", PHONE).await;
        app.run_jobs().await;
        assert!(leader.get("/me/messages").await.expect(200).text_contains("冯秀英 要认领"));
        let list = leader.get("/team/claims").await.expect(200);
        assert!(list.text_contains("登记里没有证件，请当面看证件"), "{}", list.text());
        row! { struct Claim { id: Raw } }
        let sql = "SELECT id FROM record_claim WHERE tenant_id = $1 AND person_id = $2";
        let claim = app.db().one::<Claim>(sql, args![app.tenant, guest]).await.unwrap().id;
        leader.post(&format!("/team/claims/{claim}/decision"), &[("decision", "accepted")]).await.expect(303);
        let open = own.get(&filed.location.unwrap()).await.expect(303).location.unwrap();
        let password = "木棉花开在三月里的岭南";
        let chosen = [("tail", "5678"), ("password", password), ("again", password), ("agreed", "1")];
        own.post(&open, &chosen).await.expect(303);
        let record = people::find(app.db(), app.tenant, guest).await.unwrap();
        assert!(record.volunteer_no.is_some() && record.state == people::PersonState::Active);
        assert_eq!((stages(&app, guest, "active").await, balance(&app, guest).await), (1, 60));
        assert!(own.get("/me").await.expect(200).text_contains("1.0"), "{}", own.get("/me").await.text());
    })
    .await;
}
