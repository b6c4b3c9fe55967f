//! Coming and going: the place's code, the leader's list, what nobody closed, and back-entry.

use super::{Stage, minutes, rooms};
use crate::code::code_url;
use kernel::args;
use testkit::{TestApp, on_both};

/// The path inside the code that a place shows now.
fn code(app: &TestApp, session: activities::SessionId) -> String {
    let url = code_url(&app.cx(), session);
    url[url.find("/c/").unwrap()..].to_owned()
}

#[tokio::test]
async fn the_places_code_lets_one_in_and_out_and_hours_follow() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("陈慧敏").await;
        open.join(&who).await.expect(303);
        let page = format!("/check-in/{}", open.session.id);
        app.at("2026-11-23T13:27").await;
        who.get(&code(&app, open.session.id)).await.expect(303);
        assert!(who.post(&page, &[("deed", "in")]).await.expect(409).text_contains("13:30 起可以签到"));
        app.at("2026-11-23T14:10").await;
        stage.keep_up().await;
        assert!(stage.leader.get(&open.at("/code")).await.expect(200).text_contains("<svg"));
        assert!(stage.leader.get(&open.at("/code/picture")).await.expect(200).text_contains("已到 0 人"));
        who.post(&page, &[("deed", "in")]).await.expect(409);
        let reply = who.get(&code(&app, open.session.id)).await.expect(303);
        assert!(reply.header("set-cookie").contains("HttpOnly") && reply.header("set-cookie").contains("Max-Age=600"));
        assert!(who.follow(&reply).await.expect(200).text_contains("btn vast"));
        who.post(&page, &[("deed", "in")]).await.expect(303);
        assert!(who.get(&page).await.text_contains("14:10 到场"));
        assert!(
            who.post(&page, &[("deed", "in")]).await.expect(409).text_contains("先扫站点的码"),
            "one scan, one deed"
        );
        who.get(&code(&app, open.session.id)).await.expect(303);
        who.post(&page, &[("deed", "in")]).await.expect(303);
        let rows = "SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1";
        assert_eq!(app.count(rows, args![app.tenant]).await, 1, "twice is one");

        app.at("2026-11-23T17:20").await;
        assert_eq!(minutes(&app, who.person.unwrap()).await, 0);
        who.get(&code(&app, open.session.id)).await.expect(303);
        who.post(&page, &[("deed", "out")]).await.expect(303);
        assert_eq!(minutes(&app, who.person.unwrap()).await, 170, "only what lies inside the session counts");
        assert!(who.get(&page).await.text_contains("记入 2.8 小时"));
        who.get(&code(&app, open.session.id)).await.expect(303);
        who.post(&page, &[("deed", "out")]).await.expect(303);
        assert_eq!(minutes(&app, who.person.unwrap()).await, 170);
        who.post(&page, &[("deed", "fly")]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn an_old_code_a_forged_one_and_another_sessions_are_refused() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, other) = (stage.open(3).await, stage.open(3).await);
        let who = stage.volunteer("陈慧敏").await;
        open.join(&who).await.expect(303);
        app.at("2026-11-23T14:10").await;
        stage.keep_up().await;
        let shown = code(&app, open.session.id);
        let (rest, last) = shown.split_at(shown.len() - 1);
        let forged = format!("{rest}{}", if last == "x" { "y" } else { "x" });
        for wrong in [
            forged.as_str(),
            "/c/none/1/x",
            &shown.replace(&open.session.id.to_string(), &other.session.id.to_string()),
        ] {
            assert!(who.get(wrong).await.expect(409).text_contains("扫最新的码"), "{wrong}");
        }
        who.get(&code(&app, other.session.id)).await.expect(303);
        who.post(&format!("/check-in/{}", open.session.id), &[("deed", "in")]).await.expect(409);
        app.later(chrono::Duration::seconds(29));
        who.get(&shown).await.expect(303);
        app.later(chrono::Duration::seconds(2));
        who.get(&shown).await.expect(409);
        app.later(chrono::Duration::minutes(11));
        let late = who.post(&format!("/check-in/{}", open.session.id), &[("deed", "in")]).await.expect(409);
        assert!(late.text_contains("先扫站点的码"), "a scan holds ten minutes");
        let nobody = app.stranger();
        let reply = nobody.get(&code(&app, open.session.id)).await.expect(303);
        let asks = nobody.follow(&reply).await.expect(303);
        assert!(asks.location.unwrap().starts_with("/sign-in?next=/check-in/"));
    })
    .await;
}

#[tokio::test]
async fn what_nobody_closed_waits_for_the_leader() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("欧阳静").await;
        let person = who.person.unwrap().to_string();
        open.join(&who).await.expect(303);
        app.at("2026-11-23T14:30").await;
        stage.keep_up().await;
        stage.leader.post(&open.at("/arrivals"), &[("person", &person)]).await.expect(303);
        app.at("2026-11-23T17:20").await;
        app.run_recurring("attendance.close_forgotten").await;
        assert!(stage.leader.get(&open.at("?show=inside")).await.text_contains("欧阳静"), "half an hour is waited");
        app.at("2026-11-23T17:31").await;
        app.run_recurring("attendance.close_forgotten").await;
        assert_eq!(minutes(&app, who.person.unwrap()).await, 0);
        assert!(who.get(&format!("/check-in/{}", open.session.id)).await.text_contains("忘了签退"));
        assert!(stage.leader.get(&open.at("")).await.text_contains("按这个时间记"));
        stage.leader.post(&open.at("/departures"), &[("person", &person)]).await.expect(303);
        assert_eq!(minutes(&app, who.person.unwrap()).await, 150);
        stage.leader.post(&open.at("/departures"), &[("person", &person)]).await.expect(303);
        assert_eq!(minutes(&app, who.person.unwrap()).await, 150);
        let lines = app.audit().await;
        assert!(lines.iter().any(|l| l.kind == "attendance.taken" && l.detail.0["deed"] == "forgotten"));
    })
    .await;
}

/// The smallest photo: one grey point.
const JPEG: [u8; 28] =
    [255, 216, 255, 192, 0, 11, 8, 0, 1, 0, 1, 1, 1, 17, 0, 255, 218, 0, 8, 1, 1, 0, 0, 63, 0, 0, 255, 217];

#[tokio::test]
async fn back_entry_names_only_who_joined_and_counts_nothing_before_another_approves() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("梁少芬").await;
        let outsider = stage.volunteer("冯子健").await.person.unwrap().to_string();
        let person = who.person.unwrap().to_string();
        open.join(&who).await.expect(303);
        stage.keep_up().await;
        stage.leader.get(&open.at("/claims/new")).await.expect(409);
        app.at("2026-11-23T18:00").await;
        assert!(stage.leader.get(&open.at("/claims/new")).await.expect(200).text_contains("梁少芬"));
        let (from, to) = (format!("from:{person}"), format!("to:{person}"));
        let fields = [("person", person.as_str()), (&from, "14:00"), (&to, "16:30"), ("reason", "站点断网")];
        let jpeg = ("sheet", "表.jpg", &JPEG[..]);
        let path = open.at("/claims");
        stage.leader.upload(&path, &fields, ("sheet", "x.svg", b"<svg onload=alert(1)>")).await.expect(422);
        let long = [("person", person.as_str()), (&from, "13:00"), (&to, "19:30"), ("reason", "站点断网")];
        assert!(stage.leader.upload(&path, &long, jpeg).await.expect(422).text_contains("时间要在这场之内"));
        let other = [("person", outsider.as_str()), ("reason", "站点断网")];
        stage.leader.upload(&path, &other, jpeg).await.expect(422);
        let extra = [("person", person.as_str()), ("minutes", "999"), ("reason", "x")];
        stage.leader.upload(&path, &extra, jpeg).await.expect(400);
        stage.leader.upload(&path, &fields, jpeg).await.expect(303);
        assert_eq!(minutes(&app, who.person.unwrap()).await, 0);
        assert!(app.audit_kinds().await.contains(&"hours.claimed".to_owned()));
        let sql = "SELECT COUNT(*) AS n FROM hours_claim WHERE tenant_id = $1 AND state = 'waiting' AND evidence_id IS NOT NULL";
        assert_eq!(app.count(sql, args![app.tenant]).await, 1);
    })
    .await;
}
