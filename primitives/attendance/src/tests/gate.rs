//! The leader at the gate: many at once, who is in, several devices, somebody without an account, forgotten leavings.

use super::program::Program;
use super::{Open, Stage, minutes, rooms};
use crate::model::Via;
use crate::taking;
use kernel::{Read as _, args, row};
use people::PersonId;
use serde_json::json;
use testkit::{TestApp, Visitor, on_both};

async fn joined(stage: &Stage, open: &Open, names: &[&str]) -> Vec<Visitor> {
    let mut all = Vec::new();
    for name in names {
        let who = stage.volunteer(name).await;
        open.join(&who).await.expect(303);
        all.push(who);
    }
    all
}

fn id(who: &Visitor) -> String {
    who.person.unwrap().to_string()
}

#[tokio::test]
async fn many_come_and_go_with_one_press_and_who_cannot_is_told_why() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, other) = (stage.open(5).await, stage.open(5).await);
        let people = joined(&stage, &open, &["甲一", "乙二", "丙三"]).await;
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let path = open.at("/bulk");
        let page = stage.leader.get(&open.at("/bulk?deed=in")).await.expect(200);
        assert!(page.text_contains("甲一") && page.text_contains("丙三") && !page.text_contains("checked"));
        stage.leader.post(&path, &[("deed", "in"), ("then", "look")]).await.expect(422);
        // Somebody is still in elsewhere.
        let busy = PersonId(people[2].person.unwrap());
        let sql = "INSERT INTO attendance (tenant_id, id, session_id, activity_id, person_id, organisation_id, region_code, day, in_at,
                     in_method, in_by, forgotten)
                   SELECT $1, $2, $3, $4, $5, organisation_id, region_code, '2026-11-23', $6, 'staff', 'x', FALSE FROM activity WHERE id = $4";
        let now = app.clock.now();
        app.sql(sql, args![app.tenant, kernel::ids::fresh(), other.session.id, other.id, busy, now].to_vec()).await;
        let (a, b, c) = (id(&people[0]), id(&people[1]), id(&people[2]));
        let all = |then: &'static str, deed: &'static str| {
            vec![("deed", deed), ("then", then), ("person", a.as_str()), ("person", &b), ("person", &c)]
        };
        let look = stage.leader.post(&path, &all("look", "in")).await.expect(200);
        assert!(look.text_contains("将给 2 人签到") && look.text_contains("丙三：还在另一场没有签退"));
        let rows = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1 AND session_id = $2";
        assert_eq!(app.count(rows, args![app.tenant, open.session.id]).await, 0, "looking writes nothing");
        for _ in 0..2 {
            let done = stage.leader.post(&path, &all("do", "in")).await.expect(200);
            assert!(done.text_contains("已给 2 人签到") && done.text_contains("1 人记不了"), "a repeat changes nothing");
        }
        assert_eq!(app.count(rows, args![app.tenant, open.session.id]).await, 2);
        let stranger = id(&stage.volunteer("冯子健").await);
        stage.leader.post(&path, &[("deed", "in"), ("then", "do"), ("person", &stranger)]).await.expect(404);
        stage.stranger_leader().await.post(&path, &all("do", "in")).await.expect(404);

        app.at("2026-11-23T16:00").await;
        let page = stage.leader.get(&open.at("/bulk?deed=out")).await.expect(200);
        assert_eq!(page.text().matches(" checked").count(), 2, "all who are in are ticked");
        let out = [("deed", "out"), ("then", "look"), ("person", a.as_str()), ("person", &b), ("person", &c)];
        let look = stage.leader.post(&path, &out).await.expect(200);
        assert!(look.text_contains("约记入 4.0 小时") && look.text_contains("丙三：还没有签到"), "{}", look.text());
        let done = stage.leader.post(&path, &all("do", "out")).await.expect(200);
        assert!(done.text_contains("已给 2 人签退") && done.text_contains("共记入 4.0 小时"));
        assert_eq!(minutes(&app, people[0].person.unwrap()).await, 120);
        let leader = Program::of(&app, &stage.leader).await;
        let body = json!({ "deed": "out", "people": [a, c], "look": true });
        let told = leader.post(&path, &body).await.expect(200).json();
        assert_eq!((&told["done"], &told["refused"]), (&1.into(), &1.into()), "{told}");
        let list = leader.get(&open.at("/signups")).await;
        let grades: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| one["grade"].clone()).collect();
        assert_eq!(grades.iter().filter(|grade| **grade == "staff").count(), 2, "{list}");
        assert!(stage.leader.get(&open.at("")).await.text_contains("（带队代签）"), "each row says what proves it");
    })
    .await;
}

#[tokio::test]
async fn one_who_is_refused_at_leaving_leaves_nothing_half_done() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(5).await;
        let people = joined(&stage, &open, &["甲一", "乙二"]).await;
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        for who in &people {
            stage.leader.post(&open.at("/arrivals"), &[("person", &id(who))]).await.expect(303);
        }
        // The same time stands in the ledger already.
        let sql = "INSERT INTO hours_entry (tenant_id, id, person_id, activity_id, session_id, title, organisation_id, organisation_path,
                     region_code, kind, category, day, started_at, ended_at, minutes, method, entered_by, made_at)
                   SELECT $1, $2, $3, id, id, 'x', organisation_id, organisation_path, region_code, 'village', '01', '2026-11-23', $4, $5,
                     60, 'paper', 'x', $5 FROM activity WHERE id = $6";
        let (from, to) = (testkit::app::beijing("2026-11-23T14:30"), testkit::app::beijing("2026-11-23T15:30"));
        let busy = PersonId(people[1].person.unwrap());
        app.sql(sql, args![app.tenant, kernel::ids::fresh(), busy, from, to, open.id].to_vec()).await;
        app.at("2026-11-23T16:00").await;
        let (a, b) = (id(&people[0]), id(&people[1]));
        let fields = [("deed", "out"), ("then", "do"), ("person", a.as_str()), ("person", &b)];
        let done = stage.leader.post(&open.at("/bulk"), &fields).await.expect(200);
        assert!(done.text_contains("已给 1 人签退") && done.text_contains("1 人记不了"), "{}", done.text());
        assert_eq!(minutes(&app, people[0].person.unwrap()).await, 120);
        let open_rows = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1 AND out_at IS NULL";
        assert_eq!(app.count(open_rows, args![app.tenant]).await, 1, "the other is still in");
    })
    .await;
}

#[tokio::test]
async fn two_devices_at_one_gate_make_one_arrival_and_show_the_same() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(5).await;
        let who = joined(&stage, &open, &["甲一"]).await.remove(0);
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let (person, session) = (PersonId(who.person.unwrap()), open.session.id);
        let device = |via: Via| {
            let cx = app.cx();
            tokio::spawn(async move { taking::check_in(&cx, session, person, via).await.unwrap() })
        };
        let devices: Vec<_> =
            [Via::List, Via::Code, Via::Bulk, Via::Spoken, Via::List, Via::Code].into_iter().map(device).collect();
        let mut seen = Vec::new();
        for one in devices {
            seen.push(one.await.unwrap());
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:?}");
        let rows = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1";
        assert_eq!(app.count(rows, args![app.tenant]).await, 1);
        let came = app.audit().await.iter().filter(|line| line.kind == "attendance.taken").count();
        assert_eq!(came, 1, "one line in the trace");
        app.at("2026-11-23T15:00").await;
        let device = |via: Via| {
            let cx = app.cx();
            tokio::spawn(async move { taking::check_out(&cx, session, person, via).await.unwrap() })
        };
        let (first, second) = (device(Via::List), device(Via::Code));
        let (first, second) = (first.await.unwrap(), second.await.unwrap());
        assert!(first.is_some() && first == second, "{first:?} {second:?}");
        assert_eq!(minutes(&app, person.0).await, 60);
    })
    .await;
}

/// What a writer finds whose transaction began before another one's row was there, as in a second process.
#[tokio::test]
async fn an_arrival_that_another_process_wrote_is_taken_for_ones_own() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(5).await;
        let who = joined(&stage, &open, &["甲一"]).await.remove(0);
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let (person, session) = (PersonId(who.person.unwrap()), open.session.id);
        let first = taking::check_in(&app.cx(), session, person, Via::List).await.unwrap();
        let (tenant, copy) = (app.tenant, crate::Attendance { id: crate::AttendanceId::fresh(), ..first });
        let written = app
            .write(async move |tx: &mut kernel::Tx<'_>| {
                crate::store::insert(tx, tenant, &copy, "440605125003", "另一台").await
            })
            .await
            .unwrap();
        assert!(!written, "the second one finds that it is there");
    })
    .await;
}

#[tokio::test]
async fn the_live_list_tells_who_is_in_since_when_and_names_nobody_in_its_messages() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(5).await;
        let people = joined(&stage, &open, &["甲一", "乙二"]).await;
        app.at("2026-11-23T14:05").await;
        stage.keep_up().await;
        stage.leader.post(&open.at("/arrivals"), &[("person", &id(&people[0]))]).await.expect(303);
        let page = stage.leader.get(&open.at("/inside")).await.expect(200);
        assert!(page.text_contains("14:05 到，在场") && page.text_contains("还没到"));
        assert!(
            page.text_contains("href=\"/sessions/") && page.text_contains("刷新"),
            "without a script a link reads it anew"
        );
        assert!(page.text_contains(&format!("data-events=\"{}\"", open.at("/inside/events"))));
        people[0].get(&open.at("/inside")).await.expect(403);
        let other = stage.stranger_leader().await;
        other.get(&open.at("/inside")).await.expect(404);
        other.get(&open.at("/inside/events")).await.expect(404);
        let told = stage.leader.get(&open.at("/inside/events")).await.expect(200);
        assert_eq!(told.header("content-type"), "text/event-stream");
        let first = told.text();
        assert!(first.contains(&format!("\"s-{}\":\"14:05 到，在场\"", id(&people[0]))), "{first}");
        assert!(first.contains(&format!("\"l-{}\":\"on\"", id(&people[0]))) && first.contains("\"inside\":\"1\""));
        assert!(!first.contains("甲一"), "no names go over the wire again and again");
    })
    .await;
}

row! { struct Guest { id: PersonId, state: String, volunteer_no: Option<String> } }

#[tokio::test]
async fn somebody_without_an_account_is_taken_down_at_the_desk_and_found_the_next_time() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, later) = (stage.open(1).await, stage.open(1).await);
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let path = open.at("/guests");
        assert!(stage.leader.get(&open.at("/guests/new")).await.expect(200).text_contains("现场登记"));
        let guest = [("name", "冯 秀英"), ("phone", "13800005678"), ("told", "on")];
        let untold = stage.leader.post(&path, &guest[..2]).await.expect(422);
        assert!(untold.text_contains("先当面告知") && untold.text_contains("冯 秀英"));
        stage.leader.post(&path, &[("name", ""), ("phone", "12"), ("told", "on")]).await.expect(422);
        stage.stranger_leader().await.post(&path, &guest).await.expect(404);
        let key = [("_once", "one"), guest[0], guest[1], guest[2]];
        for _ in 0..2 {
            stage.leader.post(&path, &key).await.expect(303);
        }
        let sql = "SELECT id, state, volunteer_no FROM person WHERE tenant_id = $1 AND phone = '13800005678'";
        let found: Vec<Guest> = app.db().all(sql, args![app.tenant]).await.unwrap();
        let [one] = found.as_slice() else { panic!("{} records", found.len()) };
        assert_eq!(
            (one.state.as_str(), &one.volunteer_no),
            ("candidate", &None),
            "nobody is registered without a word"
        );
        let list = stage.leader.get(&open.at("")).await.expect(200);
        assert!(list.text_contains("冯秀英") && list.text_contains("现场登记") && list.text_contains("尾号 5678"));
        assert!(!list.text_contains("13800005678"), "the phone is not shown");
        app.at("2026-11-23T15:00").await;
        stage.leader.post(&open.at("/departures"), &[("person", &one.id.to_string())]).await.expect(303);
        assert_eq!(minutes(&app, one.id.0).await, 60);
        let leader = Program::of(&app, &stage.leader).await;
        let body = json!({ "name": "冯秀英", "phone": "138 0000 5678", "told": true });
        leader
            .post(&later.at("/guests"), &json!({ "name": "冯秀英", "phone": "13800005678", "told": false }))
            .await
            .expect(422);
        leader.post(&later.at("/guests"), &body).await.expect(201);
        let again: Vec<Guest> = app.db().all(sql, args![app.tenant]).await.unwrap();
        assert_eq!(again.len(), 1, "the same name and phone is the same person");
        let other = json!({ "name": "冯子健", "phone": "13800005678", "told": true });
        leader.post(&later.at("/guests"), &other).await.expect(201);
        assert_eq!(app.db().all::<Guest>(sql, args![app.tenant]).await.unwrap().len(), 2, "a family shares a phone");
        let kinds = app.audit_kinds().await;
        assert!(kinds.contains(&"people.registered".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_leaving_is_flagged_and_the_leader_says_when_it_was() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(5).await;
        let people = joined(&stage, &open, &["甲一", "乙二"]).await;
        app.at("2026-11-23T14:30").await;
        stage.keep_up().await;
        for who in &people {
            stage.leader.post(&open.at("/arrivals"), &[("person", &id(who))]).await.expect(303);
        }
        app.at("2026-11-23T17:31").await;
        app.run_recurring("attendance.close_forgotten").await;
        let list = stage.leader.get(&open.at("?show=forgotten")).await.expect(200);
        assert!(list.text_contains("忘签退 <span class=\"num\">2</span>") && list.text_contains("几点走的"));
        // It stands on the work-list of the town, too, until it is settled.
        let waits = async || {
            let page = stage.reviewer.get("/desk").await.expect(200);
            page.text_contains(&open.at("?show=forgotten")).then(|| page.text_contains("2 人忘了签退："))
        };
        assert_eq!(waits().await, Some(true));
        let leave = open.at("/departures");
        let at = |who: &Visitor, left: &'static str| vec![("person", id(who)), ("left", left.to_owned())];
        for wrong in ["14:10", "17:10", "25:00", "later"] {
            let fields = at(&people[0], wrong);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            assert!(
                stage.leader.post(&leave, &fields).await.expect(409).text_contains("离场时间要在到场之后"),
                "{wrong}"
            );
        }
        let fields = at(&people[0], "16:00");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        stage.leader.post(&leave, &fields).await.expect(303);
        assert_eq!(minutes(&app, people[0].person.unwrap()).await, 90, "the true time, not the planned one");
        assert!(stage.leader.post(&leave, &fields).await.expect(409).text_contains("已经记好了"));
        let leader = Program::of(&app, &stage.leader).await;
        let body = json!({ "person": id(&people[1]), "left_at": "2026-11-23T15:30:00+08:00" });
        assert_eq!(leader.post(&leave, &body).await.expect(200).json()["minutes"], 60);
        let left = leader.get(&open.at("/signups?show=forgotten")).await;
        assert!(left["items"].as_array().unwrap().is_empty(), "{left}");
        assert_eq!(waits().await, None);
    })
    .await;
}
