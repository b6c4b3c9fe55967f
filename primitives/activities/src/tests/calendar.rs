//! The address that a phone reads, and the file of one activity.

use super::{Stage, post, rooms, signup_of, with};
use kernel::args;
use testkit::{TestApp, on_both};

/// The address that a page shows once.
fn address(page: &testkit::Reply) -> String {
    let text = page.text();
    let at = text.find("/calendar/").expect("the page shows an address");
    text[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_phone_reads_ones_services_by_a_private_address_until_it_is_ended() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(1).await;
        let (who, late) = (stage.volunteer("陈慧敏").await, stage.volunteer("何嘉欣").await);
        open.join(&who).await.expect(303);
        open.join(&late).await.expect(303);
        assert!(who.get("/me/calendar").await.expect(200).text_contains("做日历地址"));
        let (one, other) =
            (who.post("/me/calendar", &[]).await.expect(200), late.post("/me/calendar", &[]).await.expect(200));
        let (url, waits) = (address(&one), address(&other));
        assert!(!who.get("/me/calendar").await.expect(200).text_contains(&url), "it is shown this once");
        let kept = "SELECT COUNT(*) AS n FROM calendar_feed WHERE tenant_id = $1 AND token_hash LIKE '%' || $2 || '%'";
        let token = url.trim_start_matches("/calendar/").trim_end_matches(".ics").to_owned();
        assert_eq!(app.count(kept, args![app.tenant, token]).await, 0, "only a hash of it is kept");

        let phone = app.stranger();
        let read = phone.get(&url).await.expect(200);
        assert_eq!(read.header("content-type"), "text/calendar; charset=utf-8");
        for said in [
            "DTSTART;TZID=Asia/Shanghai:20261123T140000",
            "STATUS:CONFIRMED",
            "SUMMARY:长者饭堂送餐（送餐员）",
            "LOCATION:沥雄社区服务站北门",
        ] {
            assert!(read.text_contains(said), "{said}");
        }
        assert!(!read.text_contains("13800001234"), "nobody's phone stands in it");
        assert!(phone.get(&waits).await.expect(200).text_contains("STATUS:TENTATIVE"));
        let uid = format!("UID:{}@", open.session.id);
        assert!(read.text_contains(&uid));

        app.later(chrono::Duration::minutes(5));
        let signup = app.count("SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1", args![app.tenant]).await;
        assert_eq!(signup, 2);
        stage.reviewer.post(&format!("/desk/activities/{}/step", open.id), &[("step", "disable")]).await.expect(303);
        let stopped = phone.get(&url).await.expect(200);
        assert!(stopped.text_contains(&uid) && stopped.text_contains("STATUS:CANCELLED"));
        stage.reviewer.post(&format!("/desk/activities/{}/step", open.id), &[("step", "resume")]).await.expect(303);
        assert!(phone.get(&url).await.expect(200).text_contains("STATUS:CONFIRMED"));

        let anew = address(&who.post("/me/calendar", &[]).await.expect(200));
        phone.get(&url).await.expect(404);
        phone.get(&anew).await.expect(200);
        app.sql("UPDATE account SET state = 'disabled' WHERE person_id = $1", args![late.person.unwrap()].to_vec())
            .await;
        phone.get(&waits).await.expect(404);
        who.post("/me/calendar/end", &[]).await.expect(303);
        phone.get(&anew).await.expect(404);
        who.post("/me/calendar/end", &[]).await.expect(409);
        phone.get("/calendar/00000000000000000000000000000000.ics").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn what_was_given_back_is_cancelled_in_the_calendar_and_comes_back_when_one_signs_up_again() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("陈慧敏").await;
        let signup = signup_of(&open.join(&who).await.expect(303));
        let token = app.token(who.account.unwrap()).await;
        let made = who.json("POST", "/api/v1/me/calendar", Some(&token), None, None).await.expect(201).json();
        let url = made["url"].as_str().unwrap().split_once("/calendar/").unwrap().1.to_owned();
        let phone = app.stranger();
        let read = async || phone.get(&format!("/calendar/{url}")).await.expect(200).text();
        who.post(&format!("/me/services/{signup}/withdrawal"), &[]).await.expect(303);
        assert!(read().await.contains("STATUS:CANCELLED"));
        open.join(&who).await.expect(303);
        let text = read().await;
        assert!(text.contains("STATUS:CONFIRMED") && text.matches("BEGIN:VEVENT").count() == 1, "one event a session");
        who.json("GET", "/api/v1/me/calendar", Some(&token), None, None).await.expect(200);
        who.json("DELETE", "/api/v1/me/calendar", Some(&token), None, None).await.expect(204);
        who.json("GET", "/api/v1/me/calendar", Some(&token), None, None).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn an_activitys_file_is_for_those_who_see_the_activity() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let file = app.stranger().get(&format!("/activities/{}/calendar.ics", open.id)).await.expect(200);
        assert!(file.header("content-disposition").contains(".ics") && file.text_contains("SUMMARY:长者饭堂送餐"));
        let hidden = stage.open_with(with(stage.form(2), "scope", "hidden")).await;
        let path = format!("/activities/{}/calendar.ics", hidden.id);
        app.stranger().get(&path).await.expect(404);
        stage.leader.get(&path).await.expect(200);
        let kept = post(&stage.leader, "/activities", &with(stage.form(2), "then", "keep")).await.expect(303);
        let draft = kept.location.unwrap().split('/').nth(2).unwrap().to_owned();
        app.stranger().get(&format!("/activities/{draft}/calendar.ics")).await.expect(404);
    })
    .await;
}
