//! Places kept for teams, and the published draw.

use super::{Stage, rooms, signup_of, with};
use crate::model::ActivityId;
use crate::store;
use kernel::args;
use testkit::{TestApp, Visitor, on_both};

#[tokio::test]
async fn kept_places_go_to_their_team_until_the_moment_and_then_to_the_line() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (river, _) = app.team("里水护河队", "440605126005").await;
        for (typed, words) in
            [("没有这队 1", "没有找到「没有这队」"), ("里水护河队", "写留几个名额"), ("里水护河队 4", "多过这个岗位")]
        {
            let reply =
                super::post(&stage.leader, "/activities", &with(stage.form(3), "quota", typed)).await.expect(422);
            assert!(reply.text_contains(words), "{words}");
        }
        let form = with(with(stage.form(3), "day", "2026-11-30"), "quota", "里水护河队 2");
        let open = stage.open_with(form).await;
        let (mut own, mut guests) = (Vec::new(), Vec::new());
        for n in 0..3 {
            let who = stage.volunteer(&format!("队员{n}")).await;
            app.member(river, who.person.unwrap()).await;
            own.push(who);
            guests.push(stage.volunteer(&format!("街坊{n}")).await);
        }
        let state = async |who: &Visitor, reply: testkit::Reply| {
            let text = who.follow(&reply.expect(303)).await.expect(200);
            if text.text_contains("报上名了") {
                "joined"
            } else if text.text_contains("候补轮到你了") {
                "offered"
            } else {
                "line"
            }
        };
        let page = guests[0].get(&format!("/activities/{}", open.id)).await.expect(200);
        assert!(page.text_contains("其中 2 个先留给里水护河队"));
        assert_eq!(state(&guests[0], open.join(&guests[0]).await).await, "joined");
        assert_eq!(state(&guests[1], open.join(&guests[1]).await).await, "line");
        let first = open.join(&own[0]).await.expect(303);
        assert_eq!(state(&own[0], open.join(&own[0]).await).await, "joined", "past the line, to their own place");
        own[0].post(&format!("/me/services/{}/withdrawal", signup_of(&first)), &[]).await.expect(303);
        assert_eq!(state(&own[1], open.join(&own[1]).await).await, "joined", "the place stayed the team's");
        let api = format!("/api/v1/activities/{}", open.id);
        let told = app.stranger().json("GET", &api, None, None, None).await.expect(200).json();
        let kept = &told["sessions"][0]["posts"][0]["kept"][0];
        assert_eq!((&kept["places"], &kept["taken"]), (&serde_json::json!(2), &serde_json::json!(1)));

        app.at("2026-11-29T14:01").await;
        app.run_recurring("activities.lines").await;
        assert_eq!(
            state(&guests[1], open.join(&guests[1]).await).await,
            "offered",
            "a day before, it is for everybody"
        );
        assert_eq!(state(&guests[2], open.join(&guests[2]).await).await, "line");
    })
    .await;
}

#[tokio::test]
async fn a_draw_is_committed_before_held_once_and_anybody_can_work_it_out_again() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let form = with(with(stage.form(3), "day", "2026-11-30"), "way", "draw");
        let other: ActivityId = stage.open(1).await.id;
        let refused = super::post(&stage.leader, "/activities", &form).await.expect(422);
        assert!(refused.text_contains("抽签要填报到哪天"));
        let open = stage.open_with(with(form, "closes_on", "2026-11-25")).await;
        let (page, api) = (format!("/activities/{}/draw", open.id), format!("/api/v1/activities/{}/draw", open.id));
        let before = app.stranger().json("GET", &api, None, None, None).await.expect(200).json();
        let hash = before["hash"].as_str().unwrap().to_owned();
        assert!(before["seed"].is_null() && hash.len() == 64);
        let sealed =
            "SELECT COUNT(*) AS n FROM activity WHERE tenant_id = $1 AND draw_seed IS NULL AND draw_sealed IS NOT NULL";
        assert_eq!(app.count(sealed, args![app.tenant]).await, 1, "nobody can read the seed before");
        let mut wishes = Vec::new();
        for n in 0..9 {
            let who = stage.volunteer(&format!("志愿者{n}")).await;
            let reply = open.join(&who).await.expect(303);
            let shown = who.follow(&reply).await.expect(200);
            let ticket = crate::rules::draw::ticket(signup_of(&reply).parse().unwrap());
            assert!(shown.text_contains("等抽签") && shown.text_contains(&ticket));
            wishes.push((who, signup_of(&reply), ticket));
        }
        let taken = "SELECT taken AS n FROM post WHERE tenant_id = $1 AND id = $2";
        assert_eq!(app.count(taken, args![app.tenant, open.post.id]).await, 0, "early or late is the same");
        let (left, out, _) = &wishes[8];
        left.post(&format!("/me/services/{out}/withdrawal"), &[]).await.expect(303);
        app.run_recurring("activities.draws").await;
        assert!(app.stranger().get(&page).await.expect(200).text_contains("现在有 8 人想去"));

        app.at("2026-11-26T00:00").await;
        app.run_recurring("activities.draws").await;
        app.run_recurring("activities.draws").await;
        let after = app.stranger().json("GET", &api, None, None, None).await.expect(200).json();
        let seed = after["seed"].as_str().unwrap();
        assert_eq!(kernel::auth::digest(seed), hash, "the seed is the one that was promised");
        let drawn: Vec<&str> =
            after["tickets"].as_array().unwrap().iter().map(|t| t["ticket"].as_str().unwrap()).collect();
        let mut again: Vec<&str> = wishes[..8].iter().map(|w| w.2.as_str()).collect();
        again.sort_by_key(|ticket| kernel::auth::digest(&format!("{seed}:{ticket}")));
        assert_eq!(drawn, again, "from the seed and the tickets alone");
        let outcomes: Vec<&str> =
            after["tickets"].as_array().unwrap().iter().map(|t| t["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["joined", "joined", "joined", "line", "line", "line", "line", "line"]);
        let text = app.stranger().get(&page).await.expect(200);
        assert!(text.text_contains(seed) && text.text_contains("sha256sum") && !text.text_contains("志愿者0"));
        let of = |ticket: &str| wishes.iter().find(|w| w.2 == ticket).unwrap();
        let (winner, won, _) = of(drawn[0]);
        let (next, waits, _) = of(drawn[3]);
        assert!(winner.get(&format!("/activities/{}/signups/{won}", open.id)).await.text_contains("报上名了"));
        assert!(next.get(&format!("/activities/{}/signups/{waits}", open.id)).await.text_contains("第 1 位"));
        winner.post(&format!("/me/services/{won}/withdrawal"), &[]).await.expect(303);
        assert!(
            next.get("/me/services").await.expect(200).text_contains("前确认"),
            "the line is in the order of the draw"
        );
        assert_eq!(app.audit_kinds().await.iter().filter(|k| *k == "activity.drawn").count(), 1);
        app.stranger().get(&format!("/activities/{other}/draw")).await.expect(404);
        assert!(store::find(app.db(), app.tenant, open.id).await.unwrap().drawn_at.is_some());
    })
    .await;
}
