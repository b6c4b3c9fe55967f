//! The leader's list, who else may not read it, and what leaves a trace.

use super::{Stage, minutes, rooms, signup_of};
use activities::store;
use kernel::args;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn another_teams_leader_finds_nothing_of_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("陈慧敏").await;
        open.join(&who).await.expect(303);
        let other = stage.stranger_leader().await;
        let person = who.person.unwrap().to_string();
        for rest in ["", "/code", "/code/picture", "/claims/new"] {
            let reply = other.get(&open.at(rest)).await.expect(404);
            assert!(!reply.text_contains("陈慧敏") && !reply.text_contains("长者饭堂"), "{rest}");
            who.get(&open.at(rest)).await.expect(403);
        }
        for rest in ["/arrivals", "/departures"] {
            other.post(&open.at(rest), &[("person", &person)]).await.expect(404);
        }
        other.post(&open.at("/served"), &[("served", "3")]).await.expect(404);
        other.upload(&open.at("/claims"), &[("reason", "x")], ("sheet", "", b"")).await.expect(404);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1", args![app.tenant]).await, 0);
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
        for extra in ["state", "in_at", "organisation_id", "minutes"] {
            stage.leader.post(&open.at("/arrivals"), &[("person", &person), (extra, "1")]).await.expect(400);
            stage.leader.post(&open.at("/served"), &[("served", "1"), (extra, "1")]).await.expect(400);
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM attendance WHERE tenant_id = $1", args![app.tenant]).await, 0);
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
        let open = stage.open(3).await;
        let who = stage.volunteer("陈慧敏").await;
        let person = who.person.unwrap().to_string();
        open.join(&who).await.expect(303);
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        stage.leader.post(&open.at("/arrivals"), &[("person", &person)]).await.expect(303);
        line("attendance.taken").await;
        app.at("2026-11-23T16:00").await;
        stage.leader.post(&open.at("/departures"), &[("person", &person)]).await.expect(303);
        line("attendance.taken").await;
        stage.leader.post(&open.at("/served"), &[("served", "18")]).await.expect(303);
        line("attendance.served_counted").await;
        stage.leader.get(&open.at("")).await.expect(200);
        line("attendance.roster_read").await;
        assert!(kernel::audit::verify(app.db(), app.tenant).await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test]
async fn the_list_tells_who_looks_for_somebody_and_offers_other_posts() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let mut form = stage.form(1);
        form.extend([("post", "登记员".to_owned()), ("places", "1".to_owned())]);
        let open = stage.open_with(form).await;
        let (giver, taker) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let mine = signup_of(&open.join(&giver).await.expect(303));
        assert!(stage.leader.get(&open.at("")).await.expect(200).text_contains("换岗位"));
        app.sql("UPDATE activity SET handover_asks = TRUE WHERE id = $1", args![open.id].to_vec()).await;
        giver.post(&format!("/me/services/{mine}/handover"), &[("answer", "yes")]).await.expect(303);
        taker.post(&format!("/activities/{}/handovers", open.id), &[("signup", &mine)]).await.expect(303);
        assert!(stage.leader.get(&open.at("")).await.expect(200).text_contains("乙二 愿意顶班"));
    })
    .await;
}

#[tokio::test]
async fn a_back_entry_project_takes_hours_only_by_claims_of_its_members() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let who = stage.volunteer("梁少芬").await;
        app.member(stage.team, who.person.unwrap()).await;
        app.sql("UPDATE activity SET scope = 'backfill', state = 'backfill' WHERE id = $1", args![open.id].to_vec())
            .await;
        app.at("2026-11-24T09:00").await;
        let claims = open.at("/claims");
        assert!(stage.leader.get(&format!("{claims}/new")).await.expect(200).text_contains("梁少芬"));
        let person = who.person.unwrap().to_string();
        let (from, to) = (format!("from:{person}"), format!("to:{person}"));
        let fields = [("person", person.as_str()), (&from, "14:00"), (&to, "16:30"), ("reason", "当时没有系统")];
        stage.leader.upload(&claims, &fields, ("sheet", "", b"")).await.expect(303);
        assert_eq!(minutes(&app, who.person.unwrap()).await, 0, "nothing counts before another approves");
        let waits = "SELECT COUNT(*) AS n FROM hours_claim WHERE tenant_id = $1 AND state = 'waiting'";
        assert_eq!(app.count(waits, args![app.tenant]).await, 1);
        assert!(
            store::find_live(app.db(), app.tenant, open.session.id, people::PersonId(who.person.unwrap()))
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn the_leaders_list_says_who_comes_how_many_cannot_and_how_many_did_not_say() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(5).await;
        let (one, two, three) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        let mut answers = Vec::new();
        for who in [&one, &two, &three] {
            answers.push(format!("/me/services/{}/answer", signup_of(&open.join(who).await.expect(303))));
        }
        assert!(!stage.leader.get(&open.at("")).await.expect(200).text_contains("没回"), "nobody was asked yet");
        app.at("2026-11-23T12:00").await;
        app.run_recurring("activities.remind").await;
        one.post(&answers[0], &[("answer", "yes")]).await.expect(303);
        two.post(&answers[1], &[("answer", "no")]).await.expect(303);
        let page = stage.leader.get(&open.at("")).await.expect(200);
        assert!(page.text_contains("会来 1 人，来不了 1 人 · 没回 1 人"), "{}", page.text());
        assert_eq!(page.text().matches("说会来").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn nobody_comes_to_or_is_served_in_a_session_that_was_called_off() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let off = "UPDATE activity_session SET cancelled_at = starts_at WHERE id = $1";
        app.sql(off, args![open.session.id].to_vec()).await;
        app.at("2026-11-23T14:30").await;
        stage.keep_up().await;
        let refused = stage.leader.post(&open.at("/served"), &[("served", "18")]).await.expect(409);
        assert!(refused.text_contains("这场取消了"));
        let guest = [("name", "冯秀英"), ("phone", "13800002222"), ("told", "on")];
        stage.leader.post(&open.at("/guests"), &guest).await.expect(409);
        let counted = "SELECT COUNT(*) AS n FROM activity_session WHERE tenant_id = $1 AND served IS NOT NULL";
        assert_eq!(app.count(counted, args![app.tenant]).await, 0);
        app.at("2026-11-23T18:00").await;
        assert_eq!(stage.leader.get(&open.at("/claims/new")).await.expect(409).status, 409);
        stage.leader.get(&format!("/sessions/{}/applications/new", open.session.id)).await.expect(404);
    })
    .await;
}
