//! Stories of doubles: warned of at the desk, found at night, decided by people, on both databases.

use crate::model::NewPerson;
use crate::{PersonId, duplicates};
use chrono::NaiveDate;
use kernel::{Module, Role, Tx};
use testkit::app::{TestApp, Visitor, district, region};
use testkit::on_both;

fn rooms() -> Vec<Module> {
    vec![places::module(), crate::module()]
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn put(app: &TestApp, name: &str, phone: &str, region: &str) -> PersonId {
    let mut new = NewPerson::named(name, region, day("2026-11-23"));
    new.phone = Some(phone.to_owned());
    new.birth_date = Some(day("1990-01-01"));
    let cx = app.cx();
    app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &new).await).await.unwrap()
}

async fn ready(app: &TestApp) -> Visitor {
    app.region_seed().await;
    app.as_account("周敏仪", &[district(Role::District)], None).await
}

const TYPED: [(&str, &str); 4] =
    [("name", "陳慧敏"), ("birth_date", "1990-01-01"), ("phone", "13800000013"), ("region", "440605125003")];

async fn people(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM person", &[]).await
}

#[tokio::test]
async fn the_desk_is_warned_before_it_makes_somebody_a_second_time() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let known = put(&app, "陈慧敏", "13800000013", "440605125003").await;
        let page = officer.post("/desk/people", &TYPED).await.expect(422);
        for said in ["可能已经登记过", "陈慧敏", "电话相同", "出生日期相同", "姓名只差繁简或异体"]
        {
            assert!(page.text_contains(said), "{said} is not in {}", page.text());
        }
        assert!(page.text().contains(&format!("/desk/people/{known}")) && !page.text_contains("13800000013\u{3000}"));
        assert_eq!(people(&app).await, 1);
        // Another box than the one that was shown is no answer: somebody else came in between.
        let mut fields = TYPED.to_vec();
        fields.push(("apart", "0"));
        officer.post("/desk/people", &fields).await.expect(422);
        let shown = known.to_string();
        *fields.last_mut().unwrap() = ("apart", shown.as_str());
        officer.post("/desk/people", &fields).await.expect(303);
        assert_eq!(people(&app).await, 2);
        // It was said that they are two: the night does not ask again.
        app.run_recurring("people.find_doubles").await;
        assert!(officer.get("/desk/people/duplicates").await.expect(200).text_contains("没有可能重复的人"));
        assert!(officer.get("/desk/people/duplicates?state=apart").await.expect(200).text_contains("陳慧敏"));
    })
    .await;
}

#[tokio::test]
async fn an_old_number_of_fifteen_digits_leads_to_the_record_with_the_new_one() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let mut fields = TYPED.to_vec();
        fields.push(("id_number", "440605199001010022"));
        officer.post("/desk/people", &fields).await.expect(303);
        *fields.last_mut().unwrap() = ("id_number", "440605900101002");
        let page = officer.post("/desk/people", &fields).await.expect(422);
        assert!(page.text_contains("新号码已登记在") && page.text_contains("陳慧敏"), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn the_night_finds_pairs_and_what_people_say_is_remembered() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let one = put(&app, "陈慧敏", "13800000013", "440605125003").await;
        let two = put(&app, "陈惠敏", "13800000013", "440605126").await;
        put(&app, "梁秀英", "13800000013", "440605125003").await;
        app.run_recurring("people.find_doubles").await;
        let list = officer.get("/desk/people/duplicates").await.expect(200);
        assert!(
            list.text_contains("1 对") && list.text_contains("姓名同音") && list.text_contains("138 **** 0013"),
            "{}",
            list.text()
        );
        assert!(!list.text_contains("梁秀英"));
        assert!(officer.get("/desk").await.expect(200).text_contains("1 对档案可能是同一个人"));
        for (query, shown) in [
            ("?level=sure", true),
            ("?q=慧敏", true),
            ("?q=志强", false),
            ("?town=440605126", true),
            ("?town=440605121", false),
        ] {
            let page = officer.get(&format!("/desk/people/duplicates{query}")).await.expect(200);
            assert_eq!(page.text_contains("陈惠敏"), shown, "{query}");
        }
        let url = duplicates::url(one, two);
        let page = officer.get(&url).await.expect(200);
        assert!(
            page.text_contains("电话相同") && page.text_contains("138 **** 0013") && !page.text_contains("13800000013")
        );
        assert!(officer.get(&format!("/desk/people/{one}")).await.text_contains("可能和别的登记是同一个人"));
        let api = officer.get("/api/v1/people/duplicates").await.expect(200).json();
        assert_eq!(api["items"][0]["reasons"], serde_json::json!(["same_phone", "same_birth", "same_sound"]));
        officer.get("/desk/people/duplicates/export?format=csv").await.expect(200);

        // A town sees pairs of its own people alone.
        let town = app.as_account("何嘉颖", &[region(Role::Town, "440605125")], None).await;
        assert!(!town.get("/desk/people/duplicates").await.expect(200).text_contains("陈慧敏"));
        town.get(&url).await.expect(404);
        town.post(&format!("{url}/decision"), &[("decision", "apart")]).await.expect(404);

        officer.post(&format!("{url}/decision"), &[("decision", "apart")]).await.expect(303);
        app.at("2026-11-24T03:00").await;
        app.run_recurring("people.find_doubles").await;
        assert!(officer.get("/desk/people/duplicates").await.text_contains("没有可能重复的人"));
        assert!(!officer.get("/desk").await.expect(200).text_contains("可能是同一个人"));
        officer.post(&format!("{url}/decision"), &[("decision", "open")]).await.expect(303);
        assert!(officer.get("/desk/people/duplicates").await.text_contains("陈惠敏"));
        let kinds = app.audit_kinds().await;
        for kind in ["people.compared", "people.double_decided", "people.doubles_exported"] {
            assert!(kinds.iter().any(|k| k == kind), "{kind} is not in the trace");
        }
    })
    .await;
}

#[tokio::test]
async fn a_pair_that_was_put_right_is_not_listed_the_next_night() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        put(&app, "陈慧敏", "13800000013", "440605125003").await;
        put(&app, "陈慧敏", "13800000013", "440605125003").await;
        app.run_recurring("people.find_doubles").await;
        assert!(officer.get("/desk/people/duplicates").await.text_contains("1 对"));
        app.sql("DELETE FROM person_pair", vec![]).await;
        app.run_recurring("people.find_doubles").await;
        assert!(officer.get("/desk/people/duplicates").await.text_contains("没有可能重复的人"), "once a night is enough");
        app.at("2026-11-24T03:00").await;
        app.run_recurring("people.find_doubles").await;
        assert!(officer.get("/desk/people/duplicates").await.text_contains("1 对"));
        app.sql("UPDATE person SET birth_date = '1960-05-05' WHERE birth_date = '1990-01-01' AND id IN (SELECT second_id FROM person_pair)", vec![]).await;
        app.at("2026-11-25T03:00").await;
        app.run_recurring("people.find_doubles").await;
        assert!(officer.get("/desk/people/duplicates").await.text_contains("没有可能重复的人"), "what is no longer alike is forgotten");
    })
    .await;
}

#[tokio::test]
async fn programs_are_warned_as_the_desk_is_and_say_why_it_is_somebody_else() {
    on_both(rooms, async |app: TestApp| {
        ready(&app).await;
        let known = put(&app, "陈慧敏", "13800000013", "440605125003").await;
        let town = app.as_account("大沥", &[region(Role::Town, "440605125")], None).await;
        let far = app.as_account("里水", &[region(Role::Town, "440605126")], None).await;
        let call = async |who: &Visitor, region: &str, more: serde_json::Value| {
            let token = app.token(who.account.unwrap()).await;
            let mut body = serde_json::json!({ "name": "陳慧敏", "birth_date": "1990-01-01", "phone": "13800000013",
                "sex": "2", "region": region });
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            app.stranger().json("POST", "/api/v1/people", Some(&token), Some(&body), None).await
        };
        let none = serde_json::json!({});
        let warned = call(&town, "440605125003", none.clone()).await.expect(409);
        assert_eq!(warned.header("content-type"), "application/problem+json");
        let told = warned.json();
        assert_eq!((told["code"].as_str(), told["hidden"].as_i64()), (Some("people.double.warn"), Some(0)));
        let candidate = &told["candidates"][0];
        assert_eq!(
            (candidate["name"].as_str(), candidate["id"].as_str()),
            (Some("陈慧敏"), Some(known.to_string().as_str()))
        );
        assert_eq!(candidate["phone_masked"], "138 **** 0013");
        assert!(candidate["reasons"].as_array().unwrap().iter().any(|reason| reason == "same_phone"), "{candidate}");
        // Another town is told that there is somebody, and not who.
        let hidden = call(&far, "440605126001", none).await.expect(409);
        assert_eq!((hidden.json()["hidden"].as_i64(), hidden.text_contains("陈慧敏")), (Some(1), false));
        let apart = told["apart"].as_str().unwrap();
        let silent = call(&town, "440605125003", serde_json::json!({ "apart": apart })).await.expect(422);
        assert_eq!(silent.json()["fields"][0]["field"], "apart_reason");
        call(&town, "440605125003", serde_json::json!({ "apart": "0", "apart_reason": "双胞胎" })).await.expect(409);
        assert_eq!(people(&app).await, 1);
        let said = serde_json::json!({ "apart": apart, "apart_reason": "当面核对过，是同名的另一位" });
        call(&town, "440605125003", said).await.expect(201);
        assert_eq!(people(&app).await, 2);
        let lines = app.audit().await;
        let line = lines.iter().find(|line| line.kind == "people.double_overridden").unwrap();
        assert_eq!(line.detail.0["people"], 1);
        app.run_recurring("people.find_doubles").await;
        let officer = app.as_account("何嘉颖", &[district(Role::District)], None).await;
        assert!(officer.get("/desk/people/duplicates").await.expect(200).text_contains("没有可能重复的人"));
    })
    .await;
}
