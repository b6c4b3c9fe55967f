//! Stories of the life cycle: steps with their days and reasons, the nightly round, leaving by one's own word, and erasing by two.

use crate::rules::identity;
use crate::{NewPerson, PersonId, PoliticalCode};
use kernel::{Module, Read as _, Role, Tx, args, row};
use testkit::app::{district, region};
use testkit::{TestApp, on_both};

fn rooms() -> Vec<Module> {
    vec![places::module(), crate::module()]
}

/// A house whose ledger of hours is a mark in the record: who has an employer served yesterday.
fn rooms_with_ledger() -> Vec<Module> {
    const SERVED: super::Served =
        super::Served { not_since: "person.employer IS NULL AND CAST(? AS DATE) IS NOT NULL" };
    vec![places::module(), crate::module(), Module::new("ledger").part(SERVED)]
}

const ID: &str = "440605199001010022";

async fn put(app: &TestApp, name: &str, registered: &str) -> PersonId {
    let day: chrono::NaiveDate = registered.parse().unwrap();
    let mut new = NewPerson::named(name, "440605125003", day);
    new.phone = Some("13800000013".to_owned());
    let cx = app.cx();
    app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &new).await).await.unwrap()
}

async fn stage(app: &TestApp, id: PersonId) -> super::Stage {
    crate::find(app.db(), app.tenant, id).await.unwrap().stage()
}

#[tokio::test]
async fn each_step_is_a_row_with_its_days_reason_and_basis_and_nothing_is_overwritten() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let id = put(&app, "陈慧敏", "2024-03-01").await;
        let clerk = app.as_account("周敏仪", &[region(Role::Town, "440605125")], None).await;
        let url = format!("/desk/people/{id}/life");
        let first = clerk.get(&url).await.expect(200);
        assert!(first.text_contains("2024-03-01") && first.text_contains("第十三条第一项"), "{}", first.text());
        let step = async |to: &str, basis: &str, reason: &str| {
            clerk.post(&url, &[("to", to), ("basis", basis), ("reason", reason)]).await
        };
        step("archived", "retention", "整理").await.expect(422);
        step("left", "retention", "搬走").await.expect(422);
        step("left", "withdrawal", "").await.expect(422);
        step("left", "withdrawal", "搬去外地").await.expect(303);
        app.at("2026-12-01T10:00").await;
        step("archived", "retention", "退出满一年").await.expect(303);
        let page = clerk.get(&url).await.expect(200);
        for said in ["搬去外地", "退出满一年", "2026-11-23", "2026-12-01", "周敏仪", "第十五条", "第四十七条第二款"]
        {
            assert!(page.text_contains(said), "{said} is not in {}", page.text());
        }
        // Archived: in no list and no search, found by the filter alone; figures are not touched by any of this.
        assert!(!clerk.get("/desk/people").await.expect(200).text_contains("陈慧敏"));
        assert!(!clerk.get("/desk/people?q=chm").await.expect(200).text_contains("陈慧敏"));
        assert!(clerk.get("/desk/people?state=archived").await.expect(200).text_contains("陈慧敏"));
        assert!(!clerk.get("/desk/search?q=陈慧").await.expect(200).text_contains("陈慧敏"));
        step("left", "purpose", "本人来问").await.expect(303);
        step("active", "consent", "回来了").await.expect(303);
        row! { struct Row { stage: String, from_on: chrono::NaiveDate, to_on: Option<chrono::NaiveDate> } }
        let sql = "SELECT stage, from_on, to_on FROM person_stage WHERE person_id = $1 ORDER BY id";
        let rows: Vec<Row> = app.db().all(sql, args![id]).await.unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|r| (r.stage.as_str(), r.from_on.to_string(), r.to_on.map(|d| d.to_string()).unwrap_or_default()))
            .collect();
        let row = |stage, from: &str, to: &str| (stage, from.to_owned(), to.to_owned());
        assert_eq!(
            told,
            [
                row("active", "2024-03-01", "2026-11-23"),
                row("left", "2026-11-23", "2026-12-01"),
                row("archived", "2026-12-01", "2026-12-01"),
                row("left", "2026-12-01", "2026-12-01"),
                row("active", "2026-12-01", ""),
            ]
        );
        let station = app.as_account("zhan", &[region(Role::Station, "440605125003")], None).await;
        assert!(station.get(&url).await.expect(200).text_contains("退出满一年"));
        station.post(&url, &[("to", "left"), ("basis", "withdrawal"), ("reason", "x")]).await.expect(403);
        let far = app.as_account("lishui", &[region(Role::Town, "440605126")], None).await;
        far.get(&url).await.expect(404);
        let detail: String = app.audit().await.iter().map(|l| l.detail.0.to_string()).collect();
        assert!(!detail.contains("搬去外地"), "a reason in somebody's words stands in the trace");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_not_served_for_long_is_told_first_and_dormant_a_month_later() {
    on_both(rooms_with_ledger, async |app: TestApp| {
        app.region_seed().await;
        let idle = put(&app, "陈慧敏", "2024-12-01").await;
        let busy = put(&app, "区志明", "2024-12-01").await;
        let fresh = put(&app, "黄子健", "2026-10-01").await;
        app.sql("UPDATE person SET employer = '里水小学' WHERE id = $1", args![busy].to_vec()).await;
        let night = async |moment: &str| {
            app.at(moment).await;
            app.run_recurring("people.keep_life").await;
            (stage(&app, idle).await, stage(&app, busy).await, stage(&app, fresh).await)
        };
        use super::Stage::{Active, Dormant};
        let told = async || app.count("SELECT COUNT(*) AS n FROM message WHERE person_id = $1", args![idle]).await;
        assert_eq!(night("2026-10-30T03:00").await, (Active, Active, Active));
        assert_eq!(told().await, 0, "24 months are not nearly over");
        assert_eq!(night("2026-11-02T03:00").await, (Active, Active, Active));
        assert_eq!(told().await, 1);
        assert_eq!(night("2026-11-02T04:00").await, (Active, Active, Active));
        assert_eq!(told().await, 1, "once a day, and each is asked once");
        assert_eq!(night("2026-12-01T03:00").await, (Active, Active, Active));
        assert_eq!(night("2026-12-02T03:00").await, (Dormant, Active, Active));
        // Back by the next service, or by one's own word.
        let (cx, day) = (app.cx(), "2026-12-02".parse().unwrap());
        app.write(async move |tx: &mut Tx<'_>| super::served(tx, &cx, idle, day).await).await.unwrap();
        assert_eq!(stage(&app, idle).await, Active);
        assert_eq!(night("2026-12-03T03:00").await.0, Active, "the clock begins again");
        assert_eq!(told().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_service_of_before_wakes_nobody_and_a_district_may_switch_the_round_off() {
    on_both(rooms_with_ledger, async |app: TestApp| {
        app.region_seed().await;
        let idle = put(&app, "陈慧敏", "2020-01-01").await;
        let clerk = app.as_account("周敏仪", &[district(Role::District)], None).await;
        clerk.post("/desk/settings/people.dormant_months", &[("value", "0")]).await.expect(303);
        for moment in ["2026-11-24T03:00", "2026-12-30T03:00"] {
            app.at(moment).await;
            app.run_recurring("people.keep_life").await;
        }
        assert_eq!(stage(&app, idle).await, super::Stage::Active);
        let url = format!("/desk/people/{idle}/life");
        clerk.post(&url, &[("to", "dormant"), ("basis", "consent"), ("reason", "生病休养")]).await.expect(303);
        let (cx, before) = (app.cx(), "2026-12-01".parse().unwrap());
        app.write(async move |tx: &mut Tx<'_>| super::served(tx, &cx, idle, before).await).await.unwrap();
        assert_eq!(stage(&app, idle).await, super::Stage::Dormant, "a back-entry of an earlier day");
        let own = app.as_account("陈慧敏", &[], Some(idle.0)).await;
        assert!(own.get("/me/life").await.expect(200).text_contains("我还要服务"));
        own.post("/me/life", &[("to", "active")]).await.expect(303);
        assert_eq!(stage(&app, idle).await, super::Stage::Active);
    })
    .await;
}

#[tokio::test]
async fn one_leaves_and_comes_back_by_ones_own_word_and_by_none_of_the_others_steps() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let id = put(&app, "陈慧敏", "2024-03-01").await;
        let own = app.as_account("陈慧敏", &[], Some(id.0)).await;
        own.post("/me/life", &[("to", "archived")]).await.expect(422);
        own.post("/me/life", &[("to", "active")]).await.expect(422);
        own.post("/me/life", &[("to", "left")]).await.expect(303);
        assert_eq!(stage(&app, id).await, super::Stage::Left);
        let page = own.get("/me/life").await.expect(200);
        assert!(page.text_contains("本人办的") && page.text_contains("第十五条"), "{}", page.text());
        own.post("/me/life", &[("to", "active")]).await.expect(303);
        assert_eq!(stage(&app, id).await, super::Stage::Active);
    })
    .await;
}

async fn marked(app: &TestApp) -> PersonId {
    let mut new = NewPerson::named("尉迟慧敏", "440605125003", "2024-03-01".parse().unwrap());
    new.identity = Some(identity::parse(ID, None, "2026-11-23".parse().unwrap()).unwrap());
    new.birth_date = Some("1990-01-01".parse().unwrap());
    (new.phone, new.email) = (Some("13800000013".to_owned()), Some("secret@example.org".to_owned()));
    (new.address, new.employer) = (Some("沥雄路 3 号".to_owned()), Some("里水小学".to_owned()));
    new.political = Some((PoliticalCode::League, None));
    let cx = app.cx();
    app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &new).await).await.unwrap()
}

#[tokio::test]
async fn two_people_erase_somebody_after_a_wait_in_which_it_can_be_taken_back() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let id = marked(&app).await;
        let own = app.as_account("尉迟慧敏", &[], Some(id.0)).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let town = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let url = format!("/desk/people/{id}/erasure");
        let effect = own.get("/me/life").await.expect(200);
        assert!(effect.text_contains("找不回来") && effect.text_contains("停用账号"), "{}", effect.text());
        own.post("/me/erasure", &[]).await.expect(303);
        own.post("/me/erasure", &[]).await.expect(422);
        town.post(&format!("{url}/decision"), &[("decision", "yes")]).await.expect(403);
        assert!(officer.get("/desk").await.expect(200).text_contains("注销 尉迟慧敏 的个人信息"));
        officer.post(&format!("{url}/decision"), &[("decision", "yes")]).await.expect(303);
        app.at("2026-11-29T10:00").await;
        own.post("/me/erasure/withdrawal", &[]).await.expect(303);
        app.at("2026-12-20T10:00").await;
        app.run_recurring("people.erase_due").await;
        assert_eq!(stage(&app, id).await, super::Stage::Active, "it was taken back");
        // An officer asks: the same one does not decide, another does; on its day it happens.
        officer.post(&url, &[("reason", "")]).await.expect(422);
        officer.post(&url, &[("reason", "家属来办，本人去世")]).await.expect(303);
        officer.post(&format!("{url}/decision"), &[("decision", "yes")]).await.expect(409);
        let second = app.as_account("何嘉颖", &[district(Role::District)], None).await;
        second.post(&format!("{url}/decision"), &[("decision", "yes")]).await.expect(303);
        app.at("2026-12-27T09:00").await;
        app.run_recurring("people.erase_due").await;
        assert_eq!(stage(&app, id).await, super::Stage::Active, "seven days are not over");
        app.at("2026-12-27T11:00").await;
        app.run_recurring("people.erase_due").await;
        app.run_recurring("people.erase_due").await;
        assert_eq!(stage(&app, id).await, super::Stage::Erased);
        own.get("/me/life").await.expect(303);
        let person = crate::find(app.db(), app.tenant, id).await.unwrap();
        assert_eq!((person.name.as_str(), person.region_code.as_str()), ("已注销", "440605125"));
        assert!(person.phone.is_none() && person.volunteer_no.is_none() && person.birth_date.is_none());
        assert!(officer.get("/desk/people?state=erased").await.expect(200).text_contains("已注销"));
        assert!(!officer.get("/desk/people").await.expect(200).text().contains(&id.to_string()));
        officer
            .post(&format!("/desk/people/{id}"), &[("name", "尉迟慧敏"), ("region", "440605125003")])
            .await
            .expect(409);
        officer
            .post(&format!("/desk/people/{id}/life"), &[("to", "active"), ("basis", "consent"), ("reason", "x")])
            .await
            .expect(422);
        lies_nowhere(&app).await;
    })
    .await;
}

/// Every table with a text in it that tells who it was, beside the old lines of the trace, which name who acted.
async fn lies_nowhere(app: &TestApp) {
    if app.on_server {
        return;
    }
    row! { struct Named { name: String } }
    row! { struct Text { text: String } }
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    for Named { name } in app.db().all::<Named>(sql, &[]).await.unwrap() {
        let columns: Vec<Named> = app.db().all("SELECT name FROM pragma_table_info($1)", args![name]).await.unwrap();
        let kept = |column: &&Named| !(name == "audit_line" && column.name == "actor");
        let quoted: Vec<String> = columns.iter().filter(kept).map(|c| format!("quote({})", c.name)).collect();
        let sql = format!("SELECT COALESCE(group_concat({}), '') AS text FROM {name}", quoted.join(" || ' ' || "));
        let text: Text = app.db().one(&sql, &[]).await.unwrap();
        for secret in ["尉迟慧敏", "13800000013", "secret@example.org", "沥雄路", ID, "里水小学", "家属来办", "weichi"]
        {
            assert!(!text.text.contains(secret), "{secret} is left in {name}");
        }
    }
}
