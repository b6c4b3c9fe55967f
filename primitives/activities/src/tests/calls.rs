//! Calls for a replacement, and the JSON twins of what people do with each other's places.

use super::{Stage, post, rooms, signup_of, with};
use crate::store;
use kernel::args;
use kernel::ids::Raw;
use serde_json::{Value, json};
use testkit::{TestApp, Visitor, on_both};

async fn told(app: &TestApp, person: Raw) -> i64 {
    let sql =
        "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = 'call.message.wanted'";
    app.count(sql, args![app.tenant, person]).await
}

/// A member of the stage's team with an account.
async fn member(stage: &Stage, name: &str) -> Visitor {
    let who = stage.volunteer(name).await;
    stage.app.member(stage.team, who.person.unwrap()).await;
    who
}

#[tokio::test]
async fn a_call_tells_those_who_may_come_once_and_the_first_of_them_has_the_place() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(1).await;
        let (giver, taker) = (member(&stage, "甲一").await, member(&stage, "乙二").await);
        let (line, gone, foreign) =
            (stage.volunteer("丙三").await, member(&stage, "丁四").await, stage.volunteer("戊五").await);
        app.sql("UPDATE person SET state = 'left' WHERE id = $1", args![gone.person.unwrap()].to_vec()).await;
        let mine = signup_of(&open.join(&giver).await.expect(303));
        open.join(&line).await.expect(303);
        let path = format!("/me/services/{mine}/call");
        taker.post(&path, &[("why", "")]).await.expect(404);
        assert!(!giver.get(&format!("/me/services/{mine}/handover")).await.expect(200).text_contains("通知能来的人"));
        giver.post(&format!("/me/services/{mine}/handover"), &[("answer", "yes")]).await.expect(303);
        assert!(giver.get(&format!("/me/services/{mine}/handover")).await.expect(200).text_contains("通知能来的人"));
        giver.post(&path, &[("why", "孩子发烧")]).await.expect(303);
        let leader = stage.leader.person.unwrap();
        for (who, n) in [
            (taker.person, 1),
            (line.person, 1),
            (Some(leader), 1),
            (giver.person, 0),
            (gone.person, 0),
            (foreign.person, 0),
        ] {
            assert_eq!(told(&app, who.unwrap()).await, n, "{who:?}");
        }
        assert!(giver.post(&path, &[("why", "")]).await.expect(409).text_contains("已经通知过 3 人"));
        let page = giver.get(&format!("/me/services/{mine}/handover")).await.expect(200);
        assert!(page.text_contains("通知了 3 人") && !page.text_contains("孩子发烧"));
        let left = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND CAST(args AS TEXT) LIKE '%孩子发烧%'";
        assert_eq!(app.count(left, args![app.tenant]).await, 0, "why somebody cannot come is not sent around");
        let take = format!("/activities/{}/handovers", open.id);
        taker.post(&take, &[("signup", &mine)]).await.expect(303);
        line.post(&take, &[("signup", &mine)]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn nobody_hears_of_more_than_two_calls_a_day() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let busy = member(&stage, "乙二").await;
        for (n, hour) in ["08:00", "10:00", "12:00"].into_iter().enumerate() {
            let form = with(with(stage.form(1), "day", "2026-11-30"), "from", hour);
            let open = stage.open_with(with(form, "to", "13:00")).await;
            let giver = stage.volunteer(&format!("甲{n}")).await;
            let mine = signup_of(&open.join(&giver).await.expect(303));
            stage.leader.post(&open.at("/calls"), &[("signup", &mine)]).await.expect(303);
            let offered = store::signup::find(app.db(), app.tenant, mine.parse().unwrap()).await.unwrap();
            assert!(offered.handover_at.is_some(), "the leader's call offers the place");
        }
        assert_eq!(told(&app, busy.person.unwrap()).await, 2);
        app.at("2026-11-24T12:00").await;
        let open = stage.open_with(with(stage.form(1), "day", "2026-12-01")).await;
        let giver = stage.volunteer("甲九").await;
        let mine = signup_of(&open.join(&giver).await.expect(303));
        stage.stranger_leader().await.post(&open.at("/calls"), &[("signup", &mine)]).await.expect(404);
        stage.leader.post(&open.at("/calls"), &[("signup", &mine)]).await.expect(303);
        assert_eq!(told(&app, busy.person.unwrap()).await, 3, "another day");
    })
    .await;
}

#[tokio::test]
async fn a_program_brings_a_group_hands_places_over_and_decides_about_them() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let mut form = with(stage.form(2), "day", "2026-11-30");
        form.extend([("post", "登记员".to_owned()), ("places", "2".to_owned()), ("handover_asks", "on".to_owned())]);
        let open = stage.open_with(form).await;
        let (one, two, taker) =
            (member(&stage, "甲一").await, member(&stage, "乙二").await, stage.volunteer("丙三").await);
        let call = async |who: &Visitor, method: &str, path: String, body: Value| {
            let token = app.token(who.account.unwrap()).await;
            who.json(method, &format!("/api/v1{path}"), Some(&token), Some(&body), None).await
        };
        let group =
            json!({ "post": open.post.id, "together": "some", "members": [one.person.unwrap(), two.person.unwrap()] });
        let made = call(&stage.leader, "POST", format!("/activities/{}/groups", open.id), group.clone()).await;
        let made = made.expect(201).json();
        assert_eq!((made["made"].as_array().unwrap().len(), made["left_out"].as_array().unwrap().len()), (2, 0));
        let strange = call(&taker, "POST", format!("/activities/{}/groups", open.id), group).await.expect(422).json();
        assert_eq!(strange["fields"][0]["field"], "member");

        let session = open.session.id;
        let find = async |who: &Visitor| {
            let person = people::PersonId(who.person.unwrap());
            store::find_live(app.db(), app.tenant, session, person).await.unwrap().unwrap()
        };
        let mine = find(&one).await.id;
        let place = format!("/me/services/{mine}/handover");
        call(&two, "GET", place.clone(), Value::Null).await.expect(404);
        let offered = call(&one, "PUT", place.clone(), json!({ "offered": true })).await.expect(200).json();
        assert_eq!(offered, json!({ "offered": true, "leader_decides": true, "told": null }));
        assert_eq!(
            call(&one, "POST", format!("/me/services/{mine}/call"), json!({})).await.expect(201).json()["told"],
            1
        );
        let offers =
            call(&taker, "GET", format!("/activities/{}/handovers", open.id), Value::Null).await.expect(200).json();
        assert_eq!(offers["items"][0]["signup"], json!(mine));
        assert!(!offers.to_string().contains("甲一"), "whose place it is is not told");
        let take = json!({ "signup": mine });
        call(&taker, "POST", format!("/activities/{}/handovers", open.id), take).await.expect(202);
        let decide = format!("/sessions/{session}/handovers/{mine}");
        call(&taker, "PUT", decide.clone(), json!({ "accept": true })).await.expect(403);
        call(&stage.leader, "PUT", decide.clone(), json!({ "accept": true })).await.expect(204);
        call(&stage.leader, "PUT", decide, json!({ "accept": true })).await.expect(409);
        let taken = find(&taker).await;

        let posts = store::posts(app.db(), app.tenant, open.id).await.unwrap();
        let other = posts.iter().find(|p| p.id != open.post.id).unwrap();
        let to = json!({ "signup": taken.id, "post": other.id, "why": "那边缺人" });
        call(&stage.leader, "POST", format!("/sessions/{session}/moves"), to).await.expect(204);
        assert_eq!(find(&taker).await.post_id, other.id);
        let wanted = json!({ "signup": taken.id });
        call(&stage.leader, "POST", format!("/sessions/{session}/calls"), wanted).await.expect(201);
        post(&taker, &format!("/me/services/{}/handover", taken.id), &[("answer", "no".to_owned())]).await.expect(303);
    })
    .await;
}
