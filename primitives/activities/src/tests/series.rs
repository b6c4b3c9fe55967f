//! Held again and again, one session changed alone, and the whole once more.

use super::{Open, Stage, post, rooms, signup_of, with};
use crate::model::{ActivityId, SignupState};
use crate::store;
use kernel::args;
use serde_json::json;
use testkit::{TestApp, on_both};

const RULE: &str = "cycle=weekly&every=1&weekday=1&weekday=3&nth=1&until=&count=4&skip_holidays=";

/// A draft of a team whose first session is on Monday, 30 November.
async fn draft(stage: &Stage) -> ActivityId {
    let form = with(with(stage.form(2), "day", "2026-11-30"), "then", "keep");
    let reply = post(&stage.leader, "/activities", &form).await.expect(303);
    reply.location.unwrap().split('/').nth(2).unwrap().parse().unwrap()
}

fn fields(query: &str) -> Vec<(&str, &str)> {
    query.split('&').filter_map(|pair| pair.split_once('=')).collect()
}

async fn days(app: &TestApp, id: ActivityId) -> String {
    let sessions = store::sessions(app.db(), app.tenant, id).await.unwrap();
    let live = sessions.iter().filter(|s| s.cancelled_at.is_none());
    live.map(|s| s.day.format("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
}

/// A public series of four sessions.
async fn public(app: &TestApp, stage: &Stage) -> (ActivityId, Open) {
    let id = draft(stage).await;
    stage.leader.post(&format!("/activities/{id}/series"), &fields(RULE)).await.expect(303);
    stage.leader.post(&format!("/activities/{id}/submission"), &[]).await.expect(303);
    let mut open = stage.publish(id).await;
    let posts = store::posts(app.db(), app.tenant, id).await.unwrap();
    open.post = posts.into_iter().find(|p| p.session_id == open.session.id).unwrap();
    (id, open)
}

#[tokio::test]
async fn a_rule_tells_its_sessions_before_it_makes_them_and_the_draft_follows_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let id = draft(&stage).await;
        let url = format!("/activities/{id}/series");
        assert!(stage.leader.get(&url).await.expect(200).text_contains("现在只办一次"));
        let told = stage.leader.get(&format!("{url}?{RULE}")).await.expect(200);
        assert!(told.text_contains("将生成 4 场"));
        assert_eq!(days(&app, id).await, "11-30", "telling makes nothing");
        let wrong = stage.leader.get(&format!("{url}?cycle=weekly&every=1&nth=1")).await.expect(200);
        assert!(wrong.text_contains("请选一项") && wrong.text_contains("写上到哪天，或者办几场"));
        stage.leader.post(&url, &fields("cycle=weekly&every=0&weekday=1&count=3")).await.expect(422);
        stage.stranger_leader().await.post(&url, &fields(RULE)).await.expect(404);
        stage.leader.post(&url, &fields(RULE)).await.expect(303);
        assert_eq!(days(&app, id).await, "11-30 12-02 12-07 12-09");
        let made = store::find(app.db(), app.tenant, id).await.unwrap();
        assert_eq!((made.starts_on.to_string(), made.ends_on.to_string()), ("2026-11-30".into(), "2026-12-09".into()));
        assert_eq!(kernel::time::day(made.closes_at).to_string(), "2026-12-09", "sign-up ends with the last session");
        assert_eq!(store::posts(app.db(), app.tenant, id).await.unwrap().len(), 4);

        let edit = stage.leader.get(&format!("/activities/{id}/edit")).await.expect(200);
        assert!(edit.text_contains("每逢周一、周三，4 场") && !edit.text_contains("第 2 场"));
        let later = with(with(with(stage.form(3), "day", "2026-12-02"), "from", "09:00"), "then", "keep");
        post(&stage.leader, &format!("/activities/{id}"), &later).await.expect(303);
        assert_eq!(days(&app, id).await, "12-02 12-07 12-09 12-14", "the whole series follows the pattern");
        let posts = store::posts(app.db(), app.tenant, id).await.unwrap();
        assert!(posts.iter().all(|p| p.places == 3));
        stage.leader.post(&format!("{url}/end"), &[]).await.expect(303);
        assert_eq!(days(&app, id).await, "12-02");
    })
    .await;
}

#[tokio::test]
async fn public_holidays_are_left_out_when_the_rule_asks_for_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let id = draft(&stage).await;
        app.sql("INSERT INTO work_day (day, kind) VALUES ('2026-12-07', 'holiday')", Vec::new()).await;
        let rule = RULE.replace("skip_holidays=", "skip_holidays=on");
        stage.leader.post(&format!("/activities/{id}/series"), &fields(&rule)).await.expect(303);
        assert_eq!(days(&app, id).await, "11-30 12-02 12-09 12-14");
    })
    .await;
}

#[tokio::test]
async fn one_session_is_moved_or_called_off_alone_and_who_signed_up_is_told() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (id, open) = public(&app, &stage).await;
        let who = stage.volunteer("陈慧敏").await;
        let signup = signup_of(&open.join(&who).await.expect(303));
        let (change, time) = (open.at("/change"), open.at("/time"));
        assert!(stage.leader.get(&change).await.expect(200).text_contains("报名和候补的 1 人跟着改"));
        stage.stranger_leader().await.get(&change).await.expect(404);
        let to = |day: &'static str| [("day", day), ("from", "15:00"), ("to", "16:00"), ("why", "场地检修。")];
        let outside = stage.leader.post(&time, &to("2027-01-04")).await.expect(409);
        assert!(outside.text_contains("审核过的时间是 2026-11-30 到 2026-12-09"));
        stage
            .leader
            .post(&time, &[("day", "2026-12-01"), ("from", "15:00"), ("to", "14:00"), ("why", "")])
            .await
            .expect(422);
        stage.leader.post(&time, &to("2026-12-01")).await.expect(303);
        assert_eq!(days(&app, id).await, "12-01 12-02 12-07 12-09");
        let mine = store::signup::find(app.db(), app.tenant, signup.parse().unwrap()).await.unwrap();
        assert_eq!(kernel::words::moment(mine.starts_at), "2026-12-01 15:00", "whoever signed up goes with it");
        let told = async |word: &'static str| {
            let sql = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = $3";
            app.count(sql, args![app.tenant, who.person.unwrap(), word]).await
        };
        assert_eq!(told("series.message.moved").await, 1);

        stage.leader.post(&open.at("/cancellation"), &[("off", "")]).await.expect(422);
        stage.leader.post(&open.at("/cancellation"), &[("off", "下雨。")]).await.expect(303);
        stage.leader.post(&open.at("/cancellation"), &[("off", "下雨。")]).await.expect(409);
        assert_eq!((days(&app, id).await.as_str(), told("series.message.cancelled").await), ("12-02 12-07 12-09", 1));
        let mine = store::signup::find(app.db(), app.tenant, signup.parse().unwrap()).await.unwrap();
        assert_eq!(mine.state, SignupState::Removed);
        let page = who.get(&format!("/activities/{id}")).await.expect(200);
        assert!(page.text_contains("这场取消了"));
        open.join(&who).await.expect(409);
        let counters =
            "SELECT SUM(taken) * 100 + SUM(waiting) AS n FROM post WHERE tenant_id = $1 AND activity_id = $2";
        assert_eq!(
            app.count(
                &counters.replace("SELECT ", "SELECT CAST(").replace(" AS n", " AS BIGINT) AS n"),
                args![app.tenant, id]
            )
            .await,
            0
        );
        for session in store::sessions(app.db(), app.tenant, id).await.unwrap().into_iter().skip(1).take(2) {
            stage.leader.post(&format!("/sessions/{}/cancellation", session.id), &[("off", "x")]).await.expect(303);
        }
        let last = store::sessions(app.db(), app.tenant, id).await.unwrap().pop().unwrap();
        let refused =
            stage.leader.post(&format!("/sessions/{}/cancellation", last.id), &[("off", "x")]).await.expect(409);
        assert!(refused.text_contains("只剩这一场了"));
    })
    .await;
}

#[tokio::test]
async fn what_is_public_is_lengthened_by_those_who_review_it_alone() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (id, _) = public(&app, &stage).await;
        let url = format!("/activities/{id}/series");
        assert!(stage.leader.get(&url).await.expect(200).text_contains("请镇街或联合会在这里加"));
        stage.leader.post(&url, &[("count", "2")]).await.expect(409);
        assert!(stage.reviewer.get(&format!("{url}?count=2")).await.expect(200).text_contains("将生成 2 场"));
        stage.reviewer.post(&url, &[("count", "2")]).await.expect(303);
        assert_eq!(days(&app, id).await, "11-30 12-02 12-07 12-09 12-14 12-16");
        let now = store::find(app.db(), app.tenant, id).await.unwrap();
        assert_eq!(now.ends_on.to_string(), "2026-12-16");
        let plain = stage.open(2).await;
        let refused = stage.reviewer.post(&format!("/activities/{}/series", plain.id), &[("count", "2")]).await;
        refused.expect(409);
    })
    .await;
}

#[tokio::test]
async fn a_copy_has_the_activity_and_nothing_of_its_people() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let mut form = with(stage.form(2), "scope", "pass_code");
        form.push(("pass_code", "135790".to_owned()));
        form.extend([("day", "2026-11-25".to_owned()), ("from", "09:00".into()), ("to", "10:00".into())]);
        form.extend(vec![("post", String::new()); 2]);
        form.extend(vec![("places", String::new()); 2]);
        form.extend([("post", "登记员".to_owned()), ("places", "5".to_owned())]);
        let open = stage.open_with(form).await;
        let who = stage.volunteer("陈慧敏").await;
        let fields = [("post", open.post.id.to_string()), ("pass", "135790".to_owned())];
        post(&who, &open.signups(), &fields).await.expect(303);
        let page = stage.leader.get(&format!("/activities/{}/copies/new", open.id)).await.expect(200);
        assert!(page.text_contains("将生成 2 场") && page.text_contains("报名、候补、签到、时长"));
        let copies = format!("/activities/{}/copies", open.id);
        stage.leader.post(&copies, &[("first", "2026-11-01")]).await.expect(422);
        stage.stranger_leader().await.post(&copies, &[("first", "2026-12-01")]).await.expect(404);
        let made = stage.leader.post(&copies, &[("first", "2026-12-01")]).await.expect(303);
        let id: ActivityId = made.location.unwrap().split('/').nth(2).unwrap().parse().unwrap();
        assert_eq!(days(&app, id).await, "12-01 12-03", "the sessions keep their distance");
        let new = store::find(app.db(), app.tenant, id).await.unwrap();
        assert_eq!(
            (new.state, new.title.as_str(), new.scope.as_str()),
            (crate::State::Draft, "长者饭堂送餐", "pass_code")
        );
        assert!(new.pass_sealed.is_some() && new.reviewed_name.is_none() && new.number.starts_with("HD"));
        let posts = store::posts(app.db(), app.tenant, id).await.unwrap();
        assert!(posts.iter().all(|p| p.taken == 0 && p.waiting == 0));
        assert_eq!(posts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["送餐员", "登记员"]);
        let signed = "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND activity_id = $2";
        assert_eq!(app.count(signed, args![app.tenant, id]).await, 0);
        stage.leader.get(&format!("/activities/{id}/edit")).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_program_repeats_lengthens_moves_calls_off_and_copies() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let id = draft(&stage).await;
        let (leader, town) =
            (app.token(stage.leader.account.unwrap()).await, app.token(stage.reviewer.account.unwrap()).await);
        let call = async |token: &str, method: &str, path: String, body: serde_json::Value| {
            stage.leader.json(method, &format!("/api/v1{path}"), Some(token), Some(&body), None).await
        };
        let rule = json!({ "cycle": "monthly", "every": 1, "weekdays": [1], "nth": 5, "count": 3, "dry_run": true });
        let told = call(&leader, "PUT", format!("/activities/{id}/series"), rule.clone()).await.expect(200).json();
        assert_eq!((told["starts_at"].as_array().unwrap().len(), &told["made"]), (3, &json!(false)));
        assert_eq!(days(&app, id).await, "11-30");
        let mut real = rule;
        real["dry_run"] = false.into();
        for _ in 0..2 {
            call(&leader, "PUT", format!("/activities/{id}/series"), real.clone()).await.expect(200);
            assert_eq!(days(&app, id).await, "11-30 12-28 01-25", "the last Monday of each month");
        }
        let read = call(&leader, "GET", format!("/activities/{id}/series"), json!(null)).await.expect(200).json();
        assert_eq!((&read["cycle"], &read["nth"]), (&json!("monthly"), &json!(5)));
        stage.leader.post(&format!("/activities/{id}/submission"), &[]).await.expect(303);
        stage.publish(id).await;
        let more = format!("/activities/{id}/sessions");
        call(&leader, "POST", more.clone(), json!({ "count": 1 })).await.expect(409);
        let added = call(&town, "POST", more, json!({ "count": 1 })).await.expect(201).json();
        assert_eq!(added["starts_at"].as_array().unwrap().len(), 1);
        let sessions = store::sessions(app.db(), app.tenant, id).await.unwrap();
        let at = |n: usize, rest: &str| format!("/sessions/{}/{rest}", sessions[n].id);
        let to =
            json!({ "starts_at": "2026-12-29T14:00:00+08:00", "ends_at": "2026-12-29T17:00:00+08:00", "why": "元旦" });
        call(&leader, "PUT", at(1, "time"), to).await.expect(204);
        call(&leader, "POST", at(2, "cancellation"), json!({ "why": "" })).await.expect(422);
        call(&leader, "POST", at(2, "cancellation"), json!({ "why": "春节" })).await.expect(204);
        assert_eq!(days(&app, id).await, "11-30 12-29 02-22");
        let copy = call(&leader, "POST", format!("/activities/{id}/copies"), json!({ "first": "2027-03-01" })).await;
        let copy = copy.expect(201).json();
        assert_eq!((&copy["state"], copy["sessions"].as_array().unwrap().len()), (&json!("draft"), 3));
        let other: ActivityId = copy["id"].as_str().unwrap().parse().unwrap();
        call(&leader, "DELETE", format!("/activities/{other}/series"), json!({})).await.expect(204);
        call(&leader, "GET", format!("/activities/{other}/series"), json!(null)).await.expect(404);
    })
    .await;
}
