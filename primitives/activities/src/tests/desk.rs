//! The desk: four eyes, what the system checked, steps and tables.

use super::{Stage, rooms};
use crate::{State, store};
use kernel::{Role, args};
use testkit::app::region;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn nobody_decides_what_they_handed_in_and_a_return_says_why() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let id = stage.handed_in(3).await;
        let (review, decision) = (format!("/desk/activities/{id}/review"), format!("/desk/activities/{id}/decision"));
        stage.leader.post(&decision, &[("decision", "publish")]).await.expect(403);
        let far = app.as_account("陈国栋", &[region(Role::Town, "440605126")], None).await;
        far.get(&review).await.expect(404);
        far.post(&decision, &[("decision", "publish")]).await.expect(404);
        assert!(stage.reviewer.get("/desk").await.expect(200).text_contains("新活动：长者饭堂送餐"));
        let page = stage.reviewer.get(&review).await.expect(200);
        assert!(page.text_contains("写了风险提示") && page.text_contains("同队没有撞时间的活动"));
        assert!(stage.reviewer.post(&decision, &[("decision", "return")]).await.expect(422).text_contains("出错："));
        let why = [("decision", "return"), ("opinion", "请写清路线")];
        stage.reviewer.post(&decision, &why).await.expect(303);
        let told = stage.leader.get(&format!("/activities/{id}/submission")).await.expect(200);
        assert!(told.text_contains("请写清路线"));

        // The reviewer hands it in; then somebody else has to decide.
        stage.reviewer.post(&format!("/activities/{id}/submission"), &[]).await.expect(303);
        assert!(
            stage.reviewer.post(&decision, &[("decision", "publish")]).await.expect(409).text_contains("另一位同事")
        );
        let second = app.as_account("何颖", &[region(Role::Town, "440605125")], None).await;
        second.post(&decision, &[("decision", "publish")]).await.expect(303);
        assert_eq!(store::find(app.db(), app.tenant, id).await.unwrap().state, State::Open);
        second.post(&decision, &[("decision", "publish")]).await.expect(409);

        let twin = stage.handed_in(3).await;
        let page = second.get(&format!("/desk/activities/{twin}/review")).await.expect(200);
        assert!(page.text_contains("同队同时间还有：长者饭堂送餐") && page.text_contains("附近有重名的活动"));
    })
    .await;
}

#[tokio::test]
async fn steps_lead_only_where_they_are_drawn_and_by_those_who_may() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(3).await;
        let path = format!("/desk/activities/{}/step", open.id);
        stage.leader.post(&path, &[("step", "disable")]).await.expect(403);
        stage.reviewer.post(&path, &[("step", "end")]).await.expect(409);
        stage.reviewer.post(&path, &[("step", "publish")]).await.expect(400);
        let who = stage.volunteer("黄婉婷").await;
        open.join(&who).await.expect(303);
        let page = stage.reviewer.get(&format!("/desk/activities/{}", open.id)).await.expect(200);
        assert!(page.text_contains("停用后不能报名") && page.text_contains(&format!("/sessions/{}", open.session.id)));
        stage.reviewer.post(&path, &[("step", "disable"), ("opinion", "台风")]).await.expect(303);
        stage.reviewer.post(&path, &[("step", "resume")]).await.expect(303);
        stage.reviewer.post(&path, &[("step", "void")]).await.expect(303);
        let told = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word LIKE 'activity.message.%'";
        assert_eq!(app.count(told, args![app.tenant, who.person.unwrap()]).await, 3, "whoever is expected is told");
        app.stranger().get(&format!("/activities/{}", open.id)).await.expect(404);
        stage.reviewer.post(&path, &[("step", "resume")]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn the_desks_list_is_paged_filtered_and_kept_as_a_table() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        for _ in 0..52 {
            stage.handed_in(1).await;
        }
        let open = stage.open(4).await;
        let first = stage.reviewer.get("/desk/activities?state=review").await.expect(200).text();
        assert_eq!(first.matches("<th scope=\"row\">").count(), 50);
        let next = first.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
        let next = next.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        let second = stage.reviewer.get(&next).await.expect(200).text();
        assert_eq!(second.matches("<th scope=\"row\">").count(), 2);
        let found = stage.reviewer.get("/desk/activities?state=open&q=送餐").await.expect(200);
        assert!(found.text_contains(&open.id.to_string()) && found.text_contains("0 / 4"));
        let csv = stage.reviewer.get("/desk/activities/export?state=open&format=csv").await.expect(200);
        assert!(csv.text_contains("长者饭堂送餐") && csv.text().lines().count() == 2);
        let xlsx = stage.reviewer.get("/desk/activities/export?format=xlsx").await.expect(200);
        assert!(xlsx.body.starts_with(b"PK"));
        app.stranger().get("/desk/activities").await.expect(303);
    })
    .await;
}
