//! What strangers and volunteers see, and every reason why one cannot join.

use super::{Stage, rooms, signup_of};
use kernel::args;
use kernel::db::Value;
use testkit::app::beijing;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn strangers_see_what_is_published_and_no_hidden_phone() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let stranger = app.stranger();
        let waiting = stage.handed_in(3).await;
        stranger.get(&format!("/activities/{waiting}")).await.expect(404);
        stage.volunteer("陈慧敏").await.get(&format!("/activities/{waiting}")).await.expect(404);
        stage.leader.get(&format!("/activities/{waiting}")).await.expect(200);
        let token = app.token(stage.leader.account.unwrap()).await;
        stranger.json("GET", &format!("/api/v1/activities/{waiting}"), None, None, None).await.expect(404);
        stranger.json("GET", &format!("/api/v1/activities/{waiting}"), Some(&token), None, None).await.expect(200);

        let open = stage.open(5).await;
        let list = stranger.get("/activities?town=440605125&category=01&when=today&left=1&q=送餐").await.expect(200);
        assert!(list.text_contains(&open.id.to_string()) && list.text_contains("还需 5 人"));
        assert!(list.text_contains("<span>今天 ") && !list.text_contains("11月23日"), "the home says 今天 too");
        assert!(!list.text_contains(&waiting.to_string()));
        assert!(!stranger.get("/activities?town=440605126").await.expect(200).text_contains("长者饭堂"));
        assert!(!stranger.get("/activities?category=17").await.expect(200).text_contains("长者饭堂"));
        assert!(!stranger.get("/activities?when=pick&day=2026-11-24").await.expect(200).text_contains("长者饭堂"));
        assert!(!stranger.get("/activities?q=xqdzw").await.expect(200).text_contains("长者饭堂"));
        stranger.get("/activities?cursor=nonsense").await.expect(400);
        stranger.get("/activities?colour=red").await.expect(400);

        let page = stranger.get(&format!("/activities/{}", open.id)).await.expect(200);
        assert!(page.text_contains("登录后报名") && page.text_contains("路线过两处路口"));
        assert!(!page.text_contains("13800001234"), "the phone is kept to those who joined");
        let json = stranger.json("GET", &format!("/api/v1/activities/{}", open.id), None, None, None).await.expect(200);
        assert!(json.json()["contact_phone"].is_null() && json.json()["sessions"][0]["posts"][0]["places"] == 5);
        let volunteer = stage.volunteer("冯子健").await;
        assert!(!volunteer.get(&format!("/activities/{}", open.id)).await.text_contains("13800001234"));
        let joined = open.join(&volunteer).await.expect(303);
        assert!(volunteer.follow(&joined).await.expect(200).text_contains("13800001234"));
        assert!(stage.leader.get(joined.location.as_deref().unwrap()).await.status == 404, "a sign-up is one's own");
        assert!(volunteer.get("/me/services").await.expect(200).text_contains("已报名"));
    })
    .await;
}

#[tokio::test]
async fn every_reason_is_told_before_pressing_and_after() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(5).await;
        let who = stage.volunteer("黄婉婷").await;
        let (id, person) = (args![open.id][0].clone(), args![who.person.unwrap()][0].clone());
        let later = args![beijing("2026-11-23T12:00")][0].clone();
        let before = args![beijing("2026-11-23T09:00")][0].clone();
        let cases: Vec<(&'static str, Vec<Value>, &str)> = vec![
            ("UPDATE activity SET opens_at = $2 WHERE id = $1", vec![id.clone(), later], "2026-11-23 12:00 才开始报名"),
            ("UPDATE activity SET closes_at = $2 WHERE id = $1", vec![id.clone(), before.clone()], "报名已经截止"),
            ("UPDATE activity SET scope = 'teams' WHERE id = $1", vec![id.clone()], "只招沥雄乐龄助餐队的队员"),
            ("UPDATE activity SET scope = 'real_name' WHERE id = $1", vec![id.clone()], "只招实名志愿者"),
            ("UPDATE activity SET min_age = 16 WHERE id = $1", vec![id.clone()], "没有出生日期"),
            (
                "UPDATE activity SET min_minutes = 120 WHERE id = $1",
                vec![id.clone()],
                "要先服务满 2.0 小时，你现在有 0.0 小时",
            ),
            ("UPDATE person SET state = 'left' WHERE id = $1", vec![person.clone()], "登记还没生效或已暂停"),
        ];
        let reset = async || {
            let sql =
                "UPDATE activity SET opens_at = $2, closes_at = $3, scope = 'public', min_age = NULL, max_age = NULL,
                       min_minutes = 0 WHERE id = $1";
            let closes = args![beijing("2026-11-23T14:00")][0].clone();
            app.sql(sql, vec![id.clone(), before.clone(), closes]).await;
            app.sql("UPDATE person SET state = 'active' WHERE id = $1", vec![person.clone()]).await;
        };
        let page = format!("/activities/{}", open.id);
        let refused = async |words: &str| {
            assert!(who.get(&page).await.expect(200).text_contains(words), "before pressing: {words}");
            let reply = open.join(&who).await.expect(409);
            assert!(reply.text_contains(words), "after pressing: {words}: {}", reply.text());
        };
        for (sql, args, words) in cases {
            app.sql(sql, args).await;
            refused(words).await;
            reset().await;
        }
        for (birth, words) in [("2012-01-01", "要满 18 岁"), ("1930-01-01", "超过 80 岁")] {
            app.sql("UPDATE activity SET min_age = 18, max_age = 80 WHERE id = $1", vec![id.clone()]).await;
            let birth: chrono::NaiveDate = birth.parse().unwrap();
            app.sql(
                "UPDATE person SET birth_date = $2 WHERE id = $1",
                [person.clone(), args![birth][0].clone()].to_vec(),
            )
            .await;
            refused(words).await;
            reset().await;
        }
    })
    .await;
}

#[tokio::test]
async fn being_expected_elsewhere_and_a_stop_are_reasons_and_several_stand_together() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (open, other) = (stage.open(5).await, stage.open(5).await);
        let who = stage.volunteer("黄婉婷").await;
        let page = format!("/activities/{}", open.id);
        other.join(&who).await.expect(303);
        assert!(who.get(&page).await.expect(200).text_contains("同一时间已报了别的活动"));
        assert!(open.join(&who).await.expect(409).text_contains("同一时间已报了别的活动"));
        app.sql("UPDATE activity SET scope = 'real_name' WHERE id = $1", args![open.id].to_vec()).await;
        let both = open.join(&who).await.expect(409);
        assert!(both.text_contains("只招实名志愿者") && both.text_contains("同一时间"));
        stage.reviewer.post(&format!("/desk/activities/{}/step", open.id), &[("step", "disable")]).await.expect(303);
        assert!(who.get(&page).await.expect(200).text_contains("活动已停用"));
        assert!(open.join(&who).await.expect(409).text_contains("现在不招人"));
    })
    .await;
}

#[tokio::test]
async fn a_program_signs_its_person_up_once() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(2).await;
        let who = stage.volunteer("何嘉欣").await;
        let token = app.token(who.account.unwrap()).await;
        let path = format!("/api/v1/activities/{}/signups", open.id);
        let body = serde_json::json!({ "post": open.post.id.to_string() });
        let first = who.json("POST", &path, Some(&token), Some(&body), Some("one")).await.expect(201).json();
        let again = who.json("POST", &path, Some(&token), Some(&body), Some("one")).await.expect(201).json();
        assert_eq!(first, again);
        assert_eq!(first["state"], "joined");
        who.json("POST", &path, None, Some(&body), None).await.expect(401);
        let more = serde_json::json!({ "post": open.post.id.to_string(), "state": "joined" });
        who.json("POST", &path, Some(&token), Some(&more), None).await.expect(400);
        let list = who.json("GET", "/api/v1/activities?left=true", None, None, None).await.expect(200).json();
        assert_eq!(list["items"][0]["taken"], 1);
        assert!(!signup_of(&open.join(&who).await.expect(303)).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_page_of_sixty_is_light_and_leads_on_to_the_rest() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        for _ in 0..63 {
            stage.handed_in(7).await;
        }
        app.sql("UPDATE activity SET state = 'open' WHERE tenant_id = $1", args![app.tenant].to_vec()).await;
        let page = app.stranger().get("/activities?left=1").await.expect(200).text();
        assert_eq!(page.matches("还需 7 人").count(), 60);
        assert!(page.len() <= 30_000, "{} bytes", page.len());
        let next = page.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        assert_eq!(app.stranger().get(&next).await.expect(200).text().matches("还需 7 人").count(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_list_tells_what_is_left_of_the_next_session_at_once_and_goes_on_when_it_is_over() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(2).await;
        let id = args![open.id].to_vec();
        let later = [
            "INSERT INTO activity_session (tenant_id, id, activity_id, starts_at, ends_at, day, code_key)
             SELECT tenant_id, $2, activity_id, $3, $4, $5, 'k' FROM activity_session WHERE activity_id = $1",
            "INSERT INTO post (tenant_id, id, session_id, activity_id, name, conditions, places, taken, waiting, next_position)
             SELECT tenant_id, $3, $2, activity_id, name, '', 9, 0, 0, 1 FROM post WHERE activity_id = $1",
        ];
        let session = kernel::ids::fresh();
        let (from, to) = (beijing("2026-11-24T09:00"), beijing("2026-11-24T11:00"));
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        app.sql(later[0], [id.clone(), args![session, from, to, day].to_vec()].concat()).await;
        app.sql(later[1], [id.clone(), args![session, kernel::ids::fresh()].to_vec()].concat()).await;
        app.sql("UPDATE activity SET ends_on = $2 WHERE id = $1", [id, args![day].to_vec()].concat()).await;
        let list = async |what: &str| app.stranger().get("/activities").await.expect(200).text_contains(what);

        let (first, second) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let mine = signup_of(&open.join(&first).await.expect(303));
        assert!(list("剩 1 个名额").await && list("14:00–17:00").await);
        open.join(&second).await.expect(303);
        assert!(list("已满，可候补").await);
        assert!(!app.stranger().get("/activities?left=1").await.expect(200).text_contains("长者饭堂"));
        first.post(&format!("/me/services/{mine}/withdrawal"), &[]).await.expect(303);
        assert!(list("剩 1 个名额").await);

        app.at("2026-11-23T17:01").await;
        stage.keep_up().await;
        assert!(list("还需 9 人").await && list("09:00–11:00").await);
    })
    .await;
}

#[tokio::test]
async fn what_is_published_stands_in_the_list_however_long_it_was_a_draft() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let id = stage.handed_in(4).await;
        // As in a district whose drafts are older than the column.
        app.sql("UPDATE activity SET next_at = NULL, next_end = NULL WHERE id = $1", args![id].to_vec()).await;
        let listed = async || app.stranger().get("/activities").await.expect(200).text_contains("长者饭堂送餐");
        assert!(!listed().await);
        stage.reviewer.post(&format!("/desk/activities/{id}/decision"), &[("decision", "publish")]).await.expect(303);
        assert!(listed().await);
        let path = format!("/desk/activities/{id}/step");
        stage.reviewer.post(&path, &[("step", "disable")]).await.expect(303);
        app.sql("UPDATE activity SET next_at = NULL, next_end = NULL WHERE id = $1", args![id].to_vec()).await;
        stage.reviewer.post(&path, &[("step", "resume")]).await.expect(303);
        assert!(listed().await);
    })
    .await;
}
