//! The leader's own pages, who else may not, and what leaves a trace.

use super::{Stage, post, rooms, with};
use crate::store;
use kernel::args;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn another_teams_leader_finds_nothing_of_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let waiting = stage.handed_in(2).await;
        let who = stage.volunteer("陈慧敏").await;
        open.join(&who).await.expect(303);
        let other = stage.stranger_leader().await;
        let person = who.person.unwrap().to_string();
        other.post(&open.at("/removals"), &[("person", &person)]).await.expect(404);
        for path in ["edit", "submission"] {
            other.get(&format!("/activities/{waiting}/{path}")).await.expect(404);
        }
        other.get(&format!("/activities/new?team={}", stage.team)).await.expect(404);
        other.get(&format!("/desk/activities/{waiting}")).await.expect(404);
        other.post(&format!("/activities/{waiting}/submission"), &[]).await.expect(404);
        post(&other, &format!("/activities/{waiting}"), &stage.form(9)).await.expect(404);
        post(&other, "/activities", &stage.form(9)).await.expect(404);
        other.post(&format!("/desk/activities/{}/step", open.id), &[("step", "end")]).await.expect(404);
        assert!(!other.get("/desk/activities").await.expect(200).text_contains("长者饭堂"));
        assert!(!other.get("/team").await.expect(200).text_contains("长者饭堂"));
        assert!(stage.leader.get("/team").await.expect(200).text_contains("长者饭堂"));
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_checked_field_by_field_and_keeps_what_was_typed() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let form = stage.form(4);
        assert!(stage.leader.get("/activities/new").await.expect(200).text_contains("六类不能发布的内容"));
        for (field, value, words) in [
            ("title", "", "名称：这里还没有填"),
            ("risk_notice", "", "可能的风险：这里还没有填"),
            ("to", "13:00", "结束要晚于开始"),
            ("day", "2026-11-20", "这个时间已经过去"),
            ("rule", "1", "六条都要看过"),
            ("own_duty", "yes", "本职工作不能算志愿服务"),
            ("risky", "yes", "先买保险"),
            ("places", "0", "请填 1 到 10000"),
            ("region", "440605999", "请选一项"),
            ("contact_phone", "问队长", "请填能打通的电话"),
        ] {
            let reply = post(&stage.leader, "/activities", &with(form.clone(), field, value)).await.expect(422);
            assert!(reply.text_contains(words), "{field}: {words}");
            assert!(reply.text_contains("把热饭送到长者家中"), "what was typed stays");
        }
        let mut five = form.clone();
        five.extend(["03", "04", "05"].map(|c| ("category", c.to_owned())));
        post(&stage.leader, "/activities", &five).await.expect(422);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM activity WHERE tenant_id = $1", args![app.tenant]).await, 0);

        let kept = with(form.clone(), "then", "keep");
        let reply = post(&stage.leader, "/activities", &kept).await.expect(303);
        let id: crate::ActivityId = reply.location.clone().unwrap().split('/').nth(2).unwrap().parse().unwrap();
        assert!(stage.leader.get(&format!("/activities/{id}/edit")).await.expect(200).text_contains("14:00"));
        let changed = with(with(kept, "title", "冬至长者围餐"), "places", "6");
        post(&stage.leader, &format!("/activities/{id}"), &changed).await.expect(303);
        let found = store::find(app.db(), app.tenant, id).await.unwrap();
        assert_eq!((found.title.as_str(), found.state), ("冬至长者围餐", crate::State::Draft));
        assert_eq!(store::posts(app.db(), app.tenant, id).await.unwrap()[0].places, 6);
        stage.leader.post(&format!("/activities/{id}/submission"), &[]).await.expect(303);
        stage.leader.post(&format!("/activities/{id}/submission"), &[]).await.expect(409);
        post(&stage.leader, &format!("/activities/{id}"), &changed).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn fields_that_nobody_asked_for_are_refused() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("陈慧敏").await;
        let person = who.person.unwrap().to_string();
        let given = open.post.id.to_string();
        for extra in ["state", "position", "person", "organisation_id", "minutes"] {
            who.post(&open.signups(), &[("post", &given), (extra, "1")]).await.expect(400);
            stage.leader.post(&open.at("/removals"), &[("person", &person), (extra, "1")]).await.expect(400);
            let mut form = stage.form(3);
            form.push((extra, "open".to_owned()));
            post(&stage.leader, "/activities", &form).await.expect(400);
            let path = format!("/desk/activities/{}/step", open.id);
            stage.reviewer.post(&path, &[("step", "disable"), (extra, "1")]).await.expect(400);
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1", args![app.tenant]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn every_deed_leaves_its_line() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let mut seen: Vec<String> = Vec::new();
        // On PostgreSQL each lane has a chain of its own, so that lines of one moment have no order between them.
        let mut line = async |kind: &str| {
            let kinds = app.audit_kinds().await;
            let count = |all: &[String]| all.iter().filter(|k| *k == kind).count();
            assert!(count(&kinds) > count(&seen), "{kind} left no line: {kinds:?}");
            seen = kinds;
        };
        let id = stage.handed_in(3).await;
        line("activity.written").await;
        stage.reviewer.post(&format!("/desk/activities/{id}/decision"), &[("decision", "publish")]).await.expect(303);
        line("activity.moved").await;
        let session = store::sessions(app.db(), app.tenant, id).await.unwrap().remove(0);
        let given = store::posts(app.db(), app.tenant, id).await.unwrap().remove(0).id.to_string();
        let (who, other) = (stage.volunteer("陈慧敏").await, stage.volunteer("何嘉欣").await);
        let second = other.person.unwrap().to_string();
        who.post(&format!("/activities/{id}/signups"), &[("post", &given)]).await.expect(303);
        line("signup.made").await;
        let reply = other.post(&format!("/activities/{id}/signups"), &[("post", &given)]).await.expect(303);
        line("signup.made").await;
        let path = format!("/me/services/{}/withdrawal", super::signup_of(&reply));
        other.post(&path, &[]).await.expect(303);
        line("signup.changed").await;
        other.post(&format!("/activities/{id}/signups"), &[("post", &given)]).await.expect(303);
        line("signup.made").await;
        stage.leader.post(&format!("/sessions/{}/removals", session.id), &[("person", &second)]).await.expect(303);
        line("signup.changed").await;
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        line("activity.moved").await;
        stage.leader.post(&format!("/desk/activities/{id}/step"), &[("step", "end")]).await.expect(303);
        line("activity.moved").await;
        assert!(kernel::audit::verify(app.db(), app.tenant).await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_team_that_does_not_work_publishes_nothing_and_one_with_sessions_to_come_does_not_end() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let waiting = stage.handed_in(2).await;
        let clerk = app.as_account("zhenjie", &[testkit::app::region(kernel::Role::Town, "440605125")], None).await;
        let url = format!("/desk/teams/{}/state", stage.team);
        assert!(clerk.get(&url).await.expect(200).text_contains("还有 2 场活动没有办完"));
        let ended = clerk.post(&url, &[("state", "ended"), ("reason", "并队")]).await.expect(409);
        assert!(ended.text_contains("还有 2 场活动没有办完"));
        clerk.post(&url, &[("state", "suspended"), ("reason", "换届")]).await.expect(303);
        let new = format!("/activities/new?team={}", stage.team);
        assert!(stage.leader.get(&new).await.expect(409).text_contains("队伍暂停中"));
        assert!(post(&stage.leader, "/activities", &stage.form(4)).await.expect(409).text_contains("队伍暂停中"));
        let decision = format!("/desk/activities/{waiting}/decision");
        let refused = clerk.post(&decision, &[("decision", "publish")]).await.expect(409);
        assert!(refused.text_contains("队伍暂停中"));
        stage.volunteer("陈慧敏").await.get(&format!("/activities/{}", open.id)).await.expect(200);
        clerk.post(&url, &[("state", "active"), ("reason", "换好了")]).await.expect(303);
        clerk.post(&decision, &[("decision", "publish")]).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn a_team_without_a_deed_in_a_year_is_marked_as_quiet_until_it_does_something() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        stage.open(3).await;
        let quiet = "SELECT COUNT(*) AS n FROM organisation WHERE quiet_since IS NOT NULL";
        app.run_recurring("activities.mark_quiet").await;
        assert_eq!(app.count(quiet, &[]).await, 0);
        app.at("2028-01-03T09:00").await;
        app.sql("UPDATE activity SET state = 'ended', starts_on = '2026-11-27', ends_on = '2026-11-27'", vec![]).await;
        app.run_recurring("activities.mark_quiet").await;
        assert!(app.count(quiet, &[]).await >= 1);
        let clerk = app.as_account("zhenjie", &[testkit::app::region(kernel::Role::Town, "440605125")], None).await;
        assert!(clerk.get("/desk/teams?state=quiet").await.expect(200).text_contains("静默"));
        let page = clerk.get(&format!("/desk/teams/{}", stage.team)).await.expect(200);
        assert!(page.text_contains("自 2026-11-27 起没有活动"));
        app.sql("UPDATE activity SET ends_on = '2028-01-02'", vec![]).await;
        app.run_recurring("activities.mark_quiet").await;
        assert!(!clerk.get(&format!("/desk/teams/{}", stage.team)).await.expect(200).text_contains("静默"));
    })
    .await;
}
