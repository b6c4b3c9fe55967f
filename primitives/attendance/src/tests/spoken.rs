//! The spoken code: six digits for those who cannot scan, few tries, and what a phone offers of how far away it is.

use super::program::Program;
use super::{Stage, minutes, rooms};
use crate::code;
use kernel::args;
use serde_json::json;
use testkit::{TestApp, on_both};

/// Digits that are not these.
fn other(digits: &str) -> String {
    let n: u64 = digits.parse().unwrap();
    format!("{:06}", (n + 1) % 1_000_000)
}

#[tokio::test]
async fn whoever_cannot_scan_types_what_is_spoken_at_the_place_within_two_minutes() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("陈慧敏").await;
        open.join(&who).await.expect(303);
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let digits = code::spoken(&app.cx(), open.session.id);
        let shown = stage.leader.get(&open.at("/code")).await.expect(200);
        assert!(shown.text_contains(&format!("{} {}", &digits[..3], &digits[3..])), "large beside the picture");
        let page = format!("/check-in/{}", open.session.id);
        assert!(who.get(&page).await.expect(200).text_contains("扫不了？输入口令"));
        who.post(&page, &[("deed", "in"), ("spoken", "")]).await.expect(409);
        app.at("2026-11-23T14:01").await;
        let typed = format!("{} {}", &digits[..3], &digits[3..]);
        who.post(&page, &[("deed", "in"), ("spoken", &typed)]).await.expect(303);
        assert!(who.get(&page).await.text_contains("14:01 到场"));
        assert!(stage.leader.get(&open.at("")).await.text_contains("口令"));
        app.at("2026-11-23T14:02").await;
        let old = who.post(&page, &[("deed", "out"), ("spoken", &digits)]).await.expect(409);
        assert!(old.text_contains("口令不对") && old.text_contains("还可以试 4 次"));
        app.at("2026-11-23T16:01").await;
        let full: String = code::spoken(&app.cx(), open.session.id)
            .chars()
            .filter_map(|c| char::from_u32(u32::from(c) + 0xfee0))
            .collect();
        who.post(&page, &[("deed", "out"), ("spoken", &full)]).await.expect(303);
        assert_eq!(minutes(&app, who.person.unwrap()).await, 120);
        let graded = "SELECT COUNT(*) AS n FROM hours_entry WHERE tenant_id = $1 AND method = 'scan'";
        assert_eq!(app.count(graded, args![app.tenant]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_spoken_codes_close_them_to_that_person_and_to_nobody_else() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, next) = (stage.open(3).await, stage.open(3).await);
        let (who, second) = (stage.volunteer("陈慧敏").await, stage.volunteer("何嘉欣").await);
        let stranger = stage.volunteer("冯子健").await;
        for one in [&who, &second] {
            open.join(one).await.expect(303);
        }
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let (right, page) = (code::spoken(&app.cx(), open.session.id), format!("/check-in/{}", open.session.id));
        assert_ne!(right, code::spoken(&app.cx(), next.session.id), "of one session alone");
        let unknown = stranger.post(&page, &[("deed", "in"), ("spoken", &right)]).await.expect(409);
        assert!(unknown.text_contains("没有这场的报名"), "who did not join may not even try");
        let wrong = other(&right);
        for left in (1..5).rev() {
            let reply = who.post(&page, &[("deed", "in"), ("spoken", &wrong)]).await.expect(409);
            assert!(reply.text_contains(&format!("还可以试 {left} 次")), "{left}: {}", reply.text());
        }
        who.post(&page, &[("deed", "in"), ("spoken", &wrong)]).await.expect(409);
        let over = who.post(&page, &[("deed", "in"), ("spoken", &right)]).await.expect(409);
        assert!(over.text_contains("口令错得太多"), "the right one comes too late");
        let elsewhere = who.from_address([10, 0, 0, 9]);
        elsewhere.post(&page, &[("deed", "in"), ("spoken", &right)]).await.expect(409);
        second.post(&page, &[("deed", "in"), ("spoken", &right)]).await.expect(303);
        let rows = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1";
        assert_eq!(app.count(rows, args![app.tenant]).await, 1);
        let lines = app.audit_kinds().await;
        assert_eq!(lines.iter().filter(|kind| *kind == "attendance.spoken_wrong").count(), 5);
        app.at("2026-11-26T14:00").await;
        app.run_recurring("attendance.sweep").await;
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM spoken_try WHERE tenant_id = $1", args![app.tenant]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn behind_one_address_sixty_wrong_ones_close_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(40).await;
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let (right, page) = (code::spoken(&app.cx(), open.session.id), format!("/check-in/{}", open.session.id));
        let sql = "UPDATE activity SET closes_at = '2026-11-23T08:59:00.000000Z' WHERE tenant_id = $1";
        app.sql(sql, args![app.tenant].to_vec()).await;
        for n in 0..15 {
            let who = stage.volunteer(&format!("志愿者{n}")).await;
            open.join(&who).await.expect(303);
            for _ in 0..4 {
                who.post(&page, &[("deed", "in"), ("spoken", &other(&right))]).await.expect(409);
            }
        }
        let who = stage.volunteer("陈慧敏").await;
        open.join(&who).await.expect(303);
        who.post(&page, &[("deed", "in"), ("spoken", &right)]).await.expect(409);
        let elsewhere = who.from_address([10, 0, 0, 9]);
        elsewhere.post(&page, &[("deed", "in"), ("spoken", &right)]).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn a_program_comes_and_goes_by_spoken_digits() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(2).await;
        let who = stage.volunteer("陈慧敏").await;
        open.join(&who).await.expect(303);
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let (leader, who) = (Program::of(&app, &stage.leader).await, Program::of(&app, &who).await);
        let code = leader.get(&open.at("/code")).await;
        let mut body = json!({ "session": open.session.id, "spoken": code["spoken"], "distance": "around" });
        who.post("/me/arrivals", &json!({ "session": open.session.id })).await.expect(422);
        who.post("/me/arrivals", &json!({ "code": code["code"], "spoken": code["spoken"] })).await.expect(422);
        who.post("/me/arrivals", &body).await.expect(200);
        let listed = leader.get(&open.at("/signups")).await;
        let line = &listed["items"][0];
        assert_eq!((&line["in_via"], &line["distance"]), (&"spoken".into(), &"around".into()), "{listed}");
        body["spoken"] = "".into();
        who.post("/me/departures", &body).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn a_phone_offers_how_far_it_is_as_a_class_and_it_is_gone_after_thirty_days() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let site = kernel::ids::fresh();
        let sql =
            "INSERT INTO site (tenant_id, id, name, kind, region_code, address, latitude, longitude, opening, state)
                   VALUES ($1, $2, '沥雄社区服务站', 'station', '440605125003', '', 23.1024, 113.0987, '', 'open')";
        app.sql(sql, args![app.tenant, site].to_vec()).await;
        app.sql("UPDATE activity SET site_id = $1 WHERE id = $2", args![site, open.id].to_vec()).await;
        let (who, silent) = (stage.volunteer("陈慧敏").await, stage.volunteer("何嘉欣").await);
        for one in [&who, &silent] {
            open.join(one).await.expect(303);
        }
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let page = format!("/check-in/{}", open.session.id);
        assert!(who.get(&page).await.expect(200).text_contains("data-site=\"23.1024,113.0987\""));
        let digits = code::spoken(&app.cx(), open.session.id);
        let press = |distance: &'static str, accuracy: &'static str| {
            vec![("deed", "in"), ("distance", distance), ("accuracy", accuracy)]
        };
        for (distance, accuracy) in [("23.1024,113.0987", "fine"), ("150", ""), ("near", "3 m"), ("", "fine")] {
            let mut fields = press(distance, accuracy);
            fields.push(("spoken", &digits));
            who.post(&page, &fields).await.expect(400);
        }
        let mut fields = press("far", "coarse");
        fields.push(("spoken", &digits));
        who.post(&page, &fields).await.expect(303);
        silent.post(&page, &[("deed", "in"), ("spoken", &digits)]).await.expect(303);
        let list = stage.leader.get(&open.at("")).await.expect(200);
        assert!(list.text_contains("手机在 1 公里外（定位不准）"), "far away is told and refuses nobody");
        let kept = "SELECT COUNT(*) AS n FROM attendance_distance WHERE tenant_id = $1";
        assert_eq!(app.count(kept, args![app.tenant]).await, 1, "who offers nothing leaves nothing");
        app.at("2026-12-23T13:50").await;
        app.run_recurring("attendance.sweep").await;
        assert_eq!(app.count(kept, args![app.tenant]).await, 1);
        app.at("2026-12-23T14:10").await;
        app.run_recurring("attendance.sweep").await;
        assert_eq!(app.count(kept, args![app.tenant]).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1", args![app.tenant]).await, 2);
    })
    .await;
}
