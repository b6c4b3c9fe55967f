//! Stories of people: one record each, found as people search, shown masked, changed without losing the past.

mod objects;

use crate::rules::identity;
use crate::{NewPerson, PersonFilter, PersonId, PoliticalCode, Sex, Ties, find, find_by_identity, identity_hash};
use kernel::policy::Reach;
use kernel::{Error, Module, Role, Tx};
use testkit::app::{TestApp, Visitor, district, region};
use testkit::on_both;

const ID: &str = "440605199001010022";

fn rooms() -> Vec<Module> {
    vec![places::module(), crate::module()]
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn chen() -> NewPerson {
    let mut new = NewPerson::named("陈慧敏", "440605125003", day("2026-11-23"));
    new.identity = Some(identity::parse(ID, None, day("2026-11-23")).unwrap());
    new.sex = Sex::Female;
    new.birth_date = Some(day("1990-01-01"));
    new.phone = Some("13800000013".to_owned());
    new.address = Some("沥雄路 3 号".to_owned());
    new.political = Some((PoliticalCode::League, Some(day("2004-05-04"))));
    new
}

async fn put(app: &TestApp, new: NewPerson) -> kernel::Result<PersonId> {
    let cx = app.cx();
    app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &new).await).await
}

async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let filter = PersonFilter { query: query.to_owned(), ..PersonFilter::default() };
    let reach = everybody(app);
    let list = crate::list(app.db(), app.tenant, &filter, (&reach, Ties::default()), (None, 10)).await.unwrap();
    list.into_iter().map(|p| p.name).collect()
}

fn everybody(app: &TestApp) -> Reach {
    let grants = vec![district(Role::District)];
    app.cx().acting(kernel::Actor { grants, ..kernel::Actor::default() }).reach(crate::policy::READ)
}

#[tokio::test]
async fn a_person_is_found_by_name_pinyin_initials_number_and_phone() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        put(&app, NewPerson::named("区志明", "440605126001", day("2026-11-23"))).await.unwrap();
        let person = find(app.db(), app.tenant, id).await.unwrap();
        let number = person.volunteer_no.unwrap();
        for query in ["陈慧", "慧敏", "chenhui", "chm", "0013", number.as_str(), "陈慧敏 0013"] {
            assert_eq!(found(&app, query).await, ["陈慧敏"], "{query}");
        }
        assert_eq!(found(&app, "ouzhiming").await, ["区志明"]);
        assert_eq!(found(&app, "").await, ["陈慧敏", "区志明"]);
        assert!(found(&app, "志敏").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_character_that_a_thousand_names_share_finds_them_in_the_order_of_names() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        // One in three is a Chen; 1,002 of them are more than what a search goes through hit by hit.
        let given: Vec<char> = "安邦彩德恩芳刚海".chars().collect();
        let name = |n: usize| format!("{}{}{}", ["陈", "林", "苏"][n % 3], given[n % 8], given[n / 8 % 8]);
        let cx = app.cx();
        let people: Vec<NewPerson> =
            (0..3_006).map(|n| NewPerson::named(&name(n), "440605125003", day("2026-11-23"))).collect();
        app.write(async move |tx: &mut Tx<'_>| crate::insert_many(tx, &cx, &people).await.map(|_| ())).await.unwrap();
        let mut expected: Vec<String> = (0..3_006).map(name).filter(|n| n.starts_with('陈')).collect();
        expected.sort_by_key(|name| kernel::search::sort_key(name));
        assert_eq!(found(&app, "陈").await, expected[..10]);
        let by_letter = found(&app, "l").await;
        assert!(by_letter.len() == 10 && by_letter.iter().all(|name| name.starts_with('林')), "{by_letter:?}");
    })
    .await;
}

#[tokio::test]
async fn a_document_is_on_record_once_and_sealed() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let again = put(&app, chen()).await;
        assert!(matches!(again, Err(Error::Refused(word)) if word.key == "people.identity_taken"));
        let keys = &app.app.keys;
        let hash = identity_hash(keys, &chen().identity.unwrap());
        assert_eq!(find_by_identity(app.db(), app.tenant, &hash).await.unwrap().unwrap().id, id);
        let opened = crate::open_identity(app.db(), keys, app.tenant, id).await.unwrap().unwrap();
        assert_eq!(opened.expose(), ID);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM search_token WHERE token LIKE '44060519%'", &[]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn numbers_reserved_together_are_never_given_twice() {
    on_both(rooms, async |app| {
        let tenant = app.tenant;
        let take = async |count: usize| {
            app.write(async move |tx: &mut Tx<'_>| crate::next_volunteer_numbers(tx, tenant, "440605", count).await)
                .await
                .unwrap()
        };
        let (mut first, second) = (take(3).await, take(2).await);
        assert!(take(0).await.is_empty());
        first.extend(second);
        assert_eq!(&first[0][..14], "44060500000001");
        assert_eq!(&first[4][..14], "44060500000005");
        assert!(first.iter().all(|n| crate::rules::volunteer_number::parse(n).is_ok()));
    })
    .await;
}

#[tokio::test]
async fn a_new_political_status_ends_the_old_one_and_overwrites_nothing() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let set = async |code, on: &str| {
            let (cx, on) = (app.cx(), day(on));
            app.write(async move |tx: &mut Tx<'_>| crate::set_political_status(tx, &cx, id, code, on).await).await
        };
        set(PoliticalCode::Party, "2012-07-01").await.unwrap();
        set(PoliticalCode::Party, "2013-07-01").await.unwrap();
        assert!(set(PoliticalCode::Masses, "2010-01-01").await.is_err());
        let history = crate::political_history(app.db(), app.tenant, id).await.unwrap();
        let told: Vec<_> = history.iter().map(|r| (r.code, r.from_on, r.to_on)).collect();
        assert_eq!(
            told,
            [
                (PoliticalCode::Party, Some(day("2012-07-01")), None),
                (PoliticalCode::League, Some(day("2004-05-04")), Some(day("2012-06-30"))),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_roster_goes_in_as_one_transaction() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let roster: Vec<NewPerson> =
            (0..300).map(|n| NewPerson::named(&format!("志愿者甲{n}"), "440605125003", day("2026-11-23"))).collect();
        let cx = app.cx();
        let numbers = app.write(async move |tx: &mut Tx<'_>| crate::insert_many(tx, &cx, &roster).await).await.unwrap();
        assert_eq!(numbers.len(), 300);
        assert_eq!(found(&app, "志愿者甲 299").await.len(), 0);
        assert_eq!(found(&app, "甲2").await.len(), 10);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM person WHERE volunteer_no IS NOT NULL", &[]).await, 300);
    })
    .await;
}

#[tokio::test]
async fn a_clerk_registers_a_volunteer_and_the_record_is_masked() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        clerk.get("/desk/people/new").await.expect(200);
        let form = [
            ("name", "陈慧敏"),
            ("id_kind", "111"),
            ("id_number", ID),
            ("phone", "138-0000-0013"),
            ("region", "440605125003"),
            ("address", "沥雄路 3 号"),
            ("political_status", "03"),
        ];
        let made = clerk.post("/desk/people", &form).await.expect(303);
        let page = clerk.follow(&made).await.expect(200);
        let html = page.text();
        assert!(html.contains("138 **** 0013") && html.contains("**** 0022") && html.contains("199*"));
        for secret in [ID, "13800000013", "沥雄路", "1990-01-01", "共青团员"] {
            assert!(!html.contains(secret), "{secret} stands on the page");
        }
        let twice = clerk.post("/desk/people", &form).await.expect(422);
        assert!(twice.text_contains("这个证件号码已经有人登记"));
        let mut far = form;
        far[2].1 = "";
        far[4].1 = "440605126001";
        clerk.post("/desk/people", &far).await.expect(403);
        let list = clerk.get("/desk/people?q=chm&town=440605125").await.expect(200);
        assert!(list.text_contains("陈慧敏") && list.text_contains("未入队"));
        assert_eq!(app.audit_kinds().await, ["people.registered"]);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_contradicts_the_document_says_so() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let form = [
            ("name", "陈慧敏"),
            ("id_number", ID),
            ("sex", "1"),
            ("birth_date", "1990-01-02"),
            ("phone", "1380000"),
            ("region", "440605125003"),
        ];
        let page = clerk.post("/desk/people", &form).await.expect(422);
        for words in ["性别和身份证号对不上", "出生日期和身份证号对不上", "电话号码少了几位"]
        {
            assert!(page.text_contains(words), "{words}");
        }
        clerk.post("/desk/people", &[("name", "陈慧敏"), ("role", "district")]).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn a_masked_field_is_shown_for_a_reason_and_leaves_its_line() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        for (field, clear) in [
            ("phone", "13800000013"),
            ("identity", ID),
            ("birth_date", "1990-01-01"),
            ("address", "沥雄路 3 号"),
            ("political_status", "共青团员"),
        ] {
            let url = format!("/desk/people/{id}/reveal/{field}");
            assert!(!clerk.get(&url).await.expect(200).text().contains(clear));
            clerk.post(&url, &[("why", "")]).await.expect(422);
            clerk.post(&url, &[("why", "other")]).await.expect(422);
            let shown = clerk.post(&url, &[("why", "check")]).await.expect(200).text();
            assert!(shown.contains(clear) && shown.contains("data-hide-after=\"60\""), "{field}");
        }
        let opened: Vec<_> = app.audit().await.into_iter().filter(|l| l.kind == "people.opened").collect();
        assert_eq!(opened.len(), 5);
        assert!(opened.iter().all(|l| l.object_id == Some(id.0) && !l.detail.0.to_string().contains(ID)));
        let station = app.as_account("zhan", &[region(Role::Station, "440605125003")], None).await;
        station.get(&format!("/desk/people/{id}")).await.expect(200);
        station.post(&format!("/desk/people/{id}/reveal/phone"), &[("why", "check")]).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn a_person_of_another_town_is_not_there() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let far = app.as_account("lishui", &[region(Role::Town, "440605126")], None).await;
        let none = PersonId::fresh();
        for tail in ["", "/edit", "/reveal/phone"] {
            let (theirs, nobody) = (format!("/desk/people/{id}{tail}"), format!("/desk/people/{none}{tail}"));
            let (theirs, nobody) = (far.get(&theirs).await.expect(404), far.get(&nobody).await.expect(404));
            assert!(!theirs.text().contains("陈慧敏") && !nobody.text().contains("陈慧敏"));
        }
        far.post(&format!("/desk/people/{id}/reveal/phone"), &[("why", "check")]).await.expect(404);
        far.get(&format!("/api/v1/people/{id}")).await.expect(404);
        assert!(!far.get("/desk/people?q=0013").await.expect(200).text_contains("陈慧敏"));
        app.stranger().get("/desk/people").await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn an_empty_field_of_a_change_keeps_what_stood_there() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let url = format!("/desk/people/{id}");
        assert!(!clerk.get(&format!("{url}/edit")).await.expect(200).text().contains("13800000013"));
        let form = [("name", "陈惠敏"), ("region", "440605126001"), ("phone", ""), ("employer", "里水小学")];
        clerk.post(&url, &form).await.expect(303);
        let person = find(app.db(), app.tenant, id).await.unwrap();
        assert_eq!((person.name.as_str(), person.phone.as_deref()), ("陈惠敏", Some("13800000013")));
        assert_eq!(person.region_code, "440605126001");
        assert_eq!(found(&app, "惠敏 0013").await, ["陈惠敏"]);
        assert!(found(&app, "慧敏").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_list_leaves_masked_or_in_small_numbers_and_with_a_reason() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        put(&app, chen()).await.unwrap();
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        clerk.get("/desk/people/export?town=440605125").await.expect(200);
        clerk.post("/desk/people/export", &[("format", "csv")]).await.expect(422);
        let masked = clerk.post("/desk/people/export", &[("format", "csv"), ("reason", "核对")]).await.expect(200);
        let text = masked.text();
        assert!(
            text.contains("138 **** 0013")
                && text.contains("qu 于 2026-11-23 10:00 导出")
                && !text.contains("13800000013")
        );
        let full = [("format", "csv"), ("reason", "核对"), ("columns", "full")];
        assert!(clerk.post("/desk/people/export", &full).await.expect(200).text().contains("13800000013"));
        let roster: Vec<NewPerson> =
            (0..200).map(|n| NewPerson::named(&format!("甲乙{n}"), "440605125003", day("2026-11-23"))).collect();
        let cx = app.cx();
        app.write(async move |tx: &mut Tx<'_>| crate::insert_many(tx, &cx, &roster).await).await.unwrap();
        let asked = clerk.post("/desk/people/export", &full).await.expect(303);
        assert!(clerk.follow(&asked).await.expect(200).text_contains("等另一位同意"));
        let xlsx = clerk.post("/desk/people/export", &[("format", "xlsx"), ("reason", "核对")]).await.expect(200);
        assert!(xlsx.body.starts_with(b"PK"));
        let rows: Vec<_> = app.audit().await.into_iter().filter(|l| l.kind == "people.exported").collect();
        assert_eq!(rows.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_repeat_of_a_call_with_its_key_makes_nobody_twice() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let token = app.token(clerk.account.unwrap()).await;
        let bearer = format!("Bearer {token}");
        let headers =
            [("authorization", bearer.as_str()), ("idempotency-key", "k1"), ("content-type", "application/json")];
        let body =
            serde_json::json!({ "name": "何嘉欣", "phone": "13500000093", "region": "440605125003" }).to_string();
        let stranger = app.stranger();
        let first = stranger.send("POST", "/api/v1/people", &headers, body.clone()).await.expect(201).json();
        let again = stranger.send("POST", "/api/v1/people", &headers, body).await.expect(201).json();
        assert_eq!(first["id"], again["id"]);
        assert_eq!(first["phone_masked"], "135 **** 0093");
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM person", &[]).await, 1);
        let odd = serde_json::json!({ "name": "何嘉欣", "state": "archived" }).to_string();
        stranger.send("POST", "/api/v1/people", &headers[..1], odd).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_person_and_leads_to_them() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let form = [("name", "陈慧敏"), ("phone", "13800000013"), ("region", "440605125003"), ("_once", "one-form")];
        let (first, second) = tokio::join!(clerk.post("/desk/people", &form), clerk.post("/desk/people", &form));
        let (first, second) = (first.expect(303).location, second.expect(303).location);
        assert_eq!(first, second);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM person", &[]).await, 1);
        let other = [("name", "梁秀英"), ("phone", "13800000013"), ("region", "440605125003"), ("_once", "another")];
        assert_ne!(clerk.post("/desk/people", &other).await.expect(303).location, first);
    })
    .await;
}

/// 240 people of one town, and the path of a wish to take them out in full.
async fn wish(app: &TestApp, by: &Visitor) -> String {
    let named = |n| NewPerson { phone: Some(format!("138{n:08}")), ..named(n) };
    fn named(n: i32) -> NewPerson {
        NewPerson::named(&format!("甲乙{n}"), "440605125003", day("2026-11-23"))
    }
    let (roster, cx): (Vec<NewPerson>, _) = ((0..240).map(named).collect(), app.cx());
    app.write(async move |tx: &mut Tx<'_>| crate::insert_many(tx, &cx, &roster).await).await.unwrap();
    let full = [("format", "csv"), ("reason", "买保险"), ("columns", "full"), ("town", "440605125"), ("_once", "wish")];
    let (one, two) = (by.post("/desk/people/export", &full).await, by.post("/desk/people/export", &full).await);
    let path = one.expect(303).location.unwrap();
    assert_eq!(two.expect(303).location.as_deref(), Some(path.as_str()));
    assert_eq!(app.count("SELECT COUNT(*) AS n FROM people_export", &[]).await, 1);
    path
}

const YES: [(&str, &str); 2] = [("decision", "approved"), ("opinion", "")];

#[tokio::test]
async fn a_second_officer_approves_a_large_export_and_the_first_fetches_it_once() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let path = wish(&app, &clerk).await;
        clerk.post(&format!("{path}/file"), &[]).await.expect(409);
        let town = app.as_account("周敏仪", &[region(Role::Town, "440605125")], None).await;
        assert!(town.get("/desk").await.expect(200).text_contains("完整导出 240 人，等你答复"));
        assert!(town.get(&path).await.expect(200).text_contains("买保险"));
        town.post(&format!("{path}/decision"), &[("decision", "refused")]).await.expect(422);
        town.post(&format!("{path}/decision"), &YES).await.expect(303);
        town.post(&format!("{path}/decision"), &YES).await.expect(409);
        town.post(&format!("{path}/file"), &[]).await.expect(409);
        assert!(clerk.get("/desk").await.expect(200).text_contains("240 人的导出已同意"));
        let file = clerk.post(&format!("{path}/file"), &[]).await.expect(200);
        assert!(file.text().contains("13800000239"));
        assert!(file.text().contains("qu 于 2026-11-23 10:00 导出，周敏仪 同意，原因：买保险"), "{}", file.text());
        assert!(clerk.post(&format!("{path}/file"), &[]).await.expect(409).text_contains("取过了"));
        for deed in ["people.export_asked", "people.export_decided", "people.exported"] {
            let lines = app.audit_kinds().await.into_iter().filter(|kind| kind == deed).count();
            assert_eq!(lines, 1, "{deed}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_approves_their_own_export_nor_one_that_reaches_beyond_them() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let person = put(&app, chen()).await.unwrap();
        let clerk = app.as_account("qu", &[district(Role::District)], Some(person.0)).await;
        let path = wish(&app, &clerk).await;
        clerk.post(&format!("{path}/decision"), &YES).await.expect(409);
        // A second account of the same person cannot exist; were there one, it would be theirs as well.
        let other_town = app.as_account("里水", &[region(Role::Town, "440605126")], None).await;
        let village = app.as_account("沥雄", &[region(Role::Town, "440605125003")], None).await;
        let leader = app.as_account("li", &[], None).await;
        for outsider in [&other_town, &village] {
            outsider.get(&path).await.expect(404);
            outsider.post(&format!("{path}/decision"), &YES).await.expect(404);
            outsider.post(&format!("{path}/file"), &[]).await.expect(404);
            assert!(!outsider.get("/desk").await.expect(200).text_contains("240"));
        }
        leader.post(&format!("{path}/decision"), &YES).await.expect(403);
        let sql = "SELECT COUNT(*) AS n FROM people_export WHERE state = 'waiting'";
        assert_eq!(app.count(sql, &[]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_approval_ends_with_its_day_and_holds_for_the_list_that_was_seen() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("qu", &[region(Role::Town, "440605125")], None).await;
        let path = wish(&app, &clerk).await;
        let second = app.as_account("周敏仪", &[district(Role::District)], None).await;
        second.post(&format!("{path}/decision"), &YES).await.expect(303);
        let more: Vec<NewPerson> =
            (0..13).map(|n| NewPerson::named(&format!("丙丁{n}"), "440605125003", day("2026-11-23"))).collect();
        let cx = app.cx();
        app.write(async move |tx: &mut Tx<'_>| crate::insert_many(tx, &cx, &more).await).await.unwrap();
        assert!(clerk.post(&format!("{path}/file"), &[]).await.expect(409).text_contains("现在有 253 人"));
        app.sql("UPDATE person SET state = 'archived' WHERE name LIKE '丙丁%'", Vec::new()).await;
        app.sql("UPDATE session SET seen_at = '2026-11-24T02:00:30Z', ends_at = '2026-12-01T00:00:00Z'", Vec::new())
            .await;
        app.later(chrono::Duration::hours(24));
        assert!(clerk.post(&format!("{path}/file"), &[]).await.expect(409).text_contains("过了一天"));
    })
    .await;
}

#[tokio::test]
async fn a_field_is_emptied_when_that_is_said_and_nothing_else_is() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let id = put(&app, chen()).await.unwrap();
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let url = format!("/desk/people/{id}");
        let page = clerk.get(&format!("{url}/edit")).await.expect(200);
        assert!(page.text_contains("value=\"phone\"") && !page.text_contains("value=\"email\""));
        let both = [("name", "陈慧敏"), ("phone", "13911112222"), ("empty", "phone")];
        assert!(clerk.post(&url, &both).await.expect(422).text_contains("填了又要清空"));
        clerk.post(&url, &[("name", "陈慧敏"), ("empty", "volunteer_no")]).await.expect(422);
        clerk.post(&url, &[("name", "陈慧敏"), ("empty", "phone"), ("empty", "address")]).await.expect(303);
        let person = find(app.db(), app.tenant, id).await.unwrap();
        assert_eq!((person.phone, person.address), (None, None));
        assert!(person.birth_date.is_some() && person.volunteer_no.is_some());
        assert!(found(&app, "慧敏 0013").await.is_empty());
        let line = app.audit().await.into_iter().rfind(|line| line.kind == "people.changed").unwrap();
        assert_eq!(line.detail.0["emptied"], serde_json::json!(["phone", "address"]));
    })
    .await;
}
