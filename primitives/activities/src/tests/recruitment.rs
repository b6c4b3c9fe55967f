//! Whom an activity takes on: each of the six scopes.

use super::{Open, Stage, post, rooms, signup_of, with};
use crate::model::{ActivityId, State};
use crate::store;
use kernel::args;
use serde_json::json;
use testkit::{TestApp, on_both};

impl Stage {
    /// A public activity that says this of whom it takes on.
    async fn open_to(&self, places: i64, says: &[(&'static str, &str)]) -> Open {
        let form = says.iter().fold(self.form(places), |form, (name, value)| with(form, name, value));
        self.open_with(form).await
    }
}

#[tokio::test]
async fn only_members_of_the_invited_teams_and_of_those_below_them_can_join() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (town, path) = app.team("大沥志愿总队", "440605125").await;
        let (below, _) = app.team("凤池分队", "440605125004").await;
        let sql = "UPDATE organisation SET parent_id = $2, path = $3 WHERE id = $1";
        app.sql(sql, args![below, town, format!("{path}90001/")].to_vec()).await;
        for (lines, words) in [("", "写上至少一支队伍"), ("没有这支队", "没有找到「没有这支队」")]
        {
            let form = with(with(stage.form(3), "scope", "teams"), "invited", lines);
            let reply = post(&stage.leader, "/activities", &form).await.expect(422);
            assert!(reply.text_contains(words), "{words}");
        }
        let open = stage.open_to(3, &[("scope", "teams"), ("invited", "大沥志愿总队\r\n\r\n大沥志愿总队")]).await;
        let (of_town, of_below, own) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        app.member(town, of_town.person.unwrap()).await;
        app.member(below, of_below.person.unwrap()).await;
        app.member(stage.team, own.person.unwrap()).await;
        let page = own.get(&format!("/activities/{}", open.id)).await.expect(200);
        assert!(page.text_contains("只招大沥志愿总队的队员") && page.text_contains("指定队伍招募"));
        assert!(open.join(&own).await.expect(409).text_contains("只招大沥志愿总队的队员"));
        open.join(&of_town).await.expect(303);
        open.join(&of_below).await.expect(303);
        let api = format!("/api/v1/activities/{}", open.id);
        let told = app.stranger().json("GET", &api, None, None, None).await.expect(200).json();
        assert_eq!((&told["scope"], &told["invited"]), (&json!("teams"), &json!(["大沥志愿总队"])));
    })
    .await;
}

#[tokio::test]
async fn a_pass_code_lets_in_is_shown_only_to_those_who_manage_and_cannot_be_guessed() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        for wrong in ["", "123", "1234567", "12a4"] {
            let form = with(with(stage.form(3), "scope", "pass_code"), "pass_code", wrong);
            post(&stage.leader, "/activities", &form).await.expect(422);
        }
        let open = stage.open_to(3, &[("scope", "pass_code"), ("pass_code", "739154")]).await;
        let (page, told) = (format!("/activities/{}", open.id), format!("/activities/{}/submission", open.id));
        assert!(stage.leader.get(&told).await.expect(200).text_contains("739154"));
        let (who, guesser) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        for reader in [&who, &stage.leader] {
            let shown = reader.get(&page).await.expect(200);
            assert!(shown.text_contains("报名口令") && !shown.text_contains("739154"));
        }
        assert!(!stage.reviewer.get(&format!("/desk/activities/{}", open.id)).await.text_contains("739154"));
        let kept =
            "SELECT COUNT(*) AS n FROM activity WHERE tenant_id = $1 AND pass_code IS NULL AND pass_sealed IS NOT NULL";
        assert_eq!(app.count(kept, args![app.tenant]).await, 1, "it is kept sealed");

        let given = open.post.id.to_string();
        let enter = async |who: &testkit::Visitor, code: &str| {
            who.post(&open.signups(), &[("post", &given), ("pass", code)]).await
        };
        assert!(open.join(&who).await.expect(409).text_contains("口令不对"), "none is not the right one");
        for n in 0..4 {
            assert!(enter(&guesser, &format!("00000{n}")).await.expect(409).text_contains("口令不对"));
        }
        enter(&guesser, "739154").await.expect(429);
        enter(&who, "739154").await.expect(303);
        app.later(chrono::Duration::minutes(16));
        enter(&guesser, " 739154 ").await.expect(303);
        let token = app.token(stage.leader.account.unwrap()).await;
        let api = format!("/api/v1/activities/{}/signups", open.id);
        let body = |pass: &str| json!({ "post": given, "pass": pass });
        stage.leader.json("POST", &api, Some(&token), Some(&body("111111")), None).await.expect(409);
        stage.leader.json("POST", &api, Some(&token), Some(&body("739154")), None).await.expect(201);
        assert!(!app.audit().await.iter().any(|line| line.detail.0.to_string().contains("739154")));
    })
    .await;
}

#[tokio::test]
async fn a_hidden_activity_is_there_only_for_its_teams_its_link_and_those_who_joined() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_to(3, &[("scope", "hidden")]).await;
        let (page, api) = (format!("/activities/{}", open.id), format!("/api/v1/activities/{}", open.id));
        let (own, guest, outsider) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        app.member(stage.team, own.person.unwrap()).await;
        assert!(!app.stranger().get("/activities").await.expect(200).text_contains("长者饭堂"));
        let list = app.stranger().json("GET", "/api/v1/activities", None, None, None).await.expect(200);
        assert_eq!(list.json()["items"], json!([]));
        for who in [&app.stranger(), &outsider] {
            who.get(&page).await.expect(404);
            who.json("GET", &api, None, None, None).await.expect(404);
        }
        open.join(&outsider).await.expect(404);
        own.get(&page).await.expect(200);
        open.join(&own).await.expect(303);

        let told = stage.leader.get(&format!("{page}/submission")).await.expect(200).text();
        let key = told.split("?key=").nth(1).unwrap().split(['"', '<']).next().unwrap().to_owned();
        assert!(app.stranger().get(&format!("{page}?key={key}")).await.expect(200).text_contains("登录后报名"));
        app.stranger().get(&format!("{page}?key={key}x")).await.expect(404);
        app.stranger().json("GET", &format!("{api}?key={key}"), None, None, None).await.expect(200);
        let shown = guest.get(&format!("{page}?key={key}")).await.expect(200);
        assert!(shown.text_contains(&format!("name=\"pass\" value=\"{key}\"")), "the key goes on with the form");
        let given = open.post.id.to_string();
        let joined = guest.post(&open.signups(), &[("post", &given), ("pass", &key)]).await.expect(303);
        assert!(!signup_of(&joined).is_empty());
        guest.get(&page).await.expect(200);
    })
    .await;
}

/// The smallest scan.
const SCAN: (&str, &str, &[u8]) = ("proof", "证明.pdf", b"%PDF-1.4 sheet");

#[tokio::test]
async fn a_back_entry_needs_proof_and_truth_goes_to_review_and_takes_hours_only_by_claims() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let who = stage.volunteer("梁少芬").await;
        app.member(stage.team, who.person.unwrap()).await;
        let form = with(stage.form(3), "scope", "backfill");
        assert!(post(&stage.leader, "/activities", &form).await.expect(422).text_contains("补录的活动要已经结束"));
        let form = with(form, "day", "2026-11-20");
        let reply = post(&stage.leader, "/activities", &form).await.expect(303);
        let id: ActivityId = reply.location.unwrap().split('/').nth(2).unwrap().parse().unwrap();
        let (told, proof) = (format!("/activities/{id}/submission"), format!("/activities/{id}/proof"));
        assert!(stage.leader.get(&told).await.expect(200).text_contains("补录证明"));
        assert!(stage.leader.post(&told, &[]).await.expect(409).text_contains("要先交证明扫描件"));
        let signed = [("truth_name", "李伟强"), ("truth", "on")];
        stage.leader.upload(&proof, &signed[..1], SCAN).await.expect(422);
        stage.leader.upload(&proof, &signed, ("proof", "", b"")).await.expect(422);
        stage.leader.upload(&proof, &signed, ("proof", "x.html", b"<script>")).await.expect(422);
        stage.stranger_leader().await.upload(&proof, &signed, SCAN).await.expect(404);
        stage.leader.upload(&proof, &signed, SCAN).await.expect(303);
        stage.leader.post(&told, &[]).await.expect(303);
        stage.leader.upload(&proof, &signed, SCAN).await.expect(409);

        let review = stage.reviewer.get(&format!("/desk/activities/{id}/review")).await.expect(200);
        assert!(review.text_contains("有证明扫描件，李伟强") && review.text_contains(&proof));
        stage.reviewer.get(&proof).await.expect(200);
        assert!(app.audit_kinds().await.contains(&"activity.proof_read".to_owned()));
        stage.reviewer.post(&format!("/desk/activities/{id}/decision"), &[("decision", "publish")]).await.expect(303);
        assert_eq!(store::find(app.db(), app.tenant, id).await.unwrap().state, State::Backfill);
        let page = app.stranger().get(&format!("/activities/{id}")).await.expect(200);
        assert!(page.text_contains("这是补录的活动") && !page.text_contains("登录后报名"));
        assert!(!app.stranger().get("/activities").await.expect(200).text_contains("长者饭堂"));
        let given = store::posts(app.db(), app.tenant, id).await.unwrap().remove(0).id.to_string();
        who.post(&format!("/activities/{id}/signups"), &[("post", &given)]).await.expect(409);

        let session = store::sessions(app.db(), app.tenant, id).await.unwrap().remove(0).id;
        let claims = format!("/sessions/{session}/claims");
        assert!(stage.leader.get(&told).await.expect(200).text_contains(&format!("{claims}/new")));
    })
    .await;
}
