//! The line: offers with a time to confirm, what passes on, and that nobody is ever too many.

use super::{Open, Stage, rooms, signup_of};
use kernel::args;
use serde_json::json;
use testkit::{Reply, TestApp, Visitor, on_both};

impl Open {
    /// Joins, and answers the sign-up's id.
    async fn wish(&self, who: &Visitor) -> String {
        signup_of(&self.join(who).await.expect(303))
    }
}

async fn answer(who: &Visitor, signup: &str, says: &str) -> Reply {
    who.post(&format!("/me/services/{signup}/offer"), &[("answer", says)]).await
}

/// How many have a place, an offer, or wait at a post; and that the counters say the same.
async fn standing(app: &TestApp, open: &Open) -> (i64, i64, i64) {
    let of = "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND post_id = $2";
    let n = async |rest: &str| app.count(&format!("{of} AND {rest}"), args![app.tenant, open.post.id]).await;
    let joined = n("state = 'joined'").await;
    let offered = n("state = 'waiting' AND offered_until IS NOT NULL").await;
    let waiting = n("state = 'waiting' AND offered_until IS NULL").await;
    let counters = "SELECT taken * 1000 + waiting AS n FROM post WHERE tenant_id = $1 AND id = $2";
    assert_eq!(app.count(counters, args![app.tenant, open.post.id]).await, (joined + offered) * 1000 + waiting);
    assert!(joined + offered <= open.post.places, "{joined} + {offered} of {}", open.post.places);
    (joined, offered, waiting)
}

impl Stage {
    /// An activity in a week.
    async fn open_next_week(&self, places: i64) -> Open {
        self.open_with(super::with(self.form(places), "day", "2026-11-30")).await
    }
}

#[tokio::test]
async fn whoever_is_next_in_line_is_asked_and_each_offer_that_lapses_goes_on_in_order() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_next_week(1).await;
        let mut line = Vec::new();
        for name in ["甲一", "乙二", "丙三", "丁四", "戊五"] {
            let who = stage.volunteer(name).await;
            let signup = open.wish(&who).await;
            line.push((who, signup));
        }
        assert_eq!(standing(&app, &open).await, (1, 0, 4));
        let page = |n: usize| format!("/activities/{}/signups/{}", open.id, line[n].1);
        // The third in line may not any more when their turn comes.
        app.sql("UPDATE person SET state = 'left' WHERE id = $1", args![line[2].0.person.unwrap()].to_vec()).await;
        line[0].0.post(&format!("/me/services/{}/withdrawal", line[0].1), &[]).await.expect(303);
        assert_eq!(standing(&app, &open).await, (0, 1, 3), "the place is held while it is offered");
        let told = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = 'signup.message.offered'";
        assert_eq!(app.count(told, args![app.tenant, line[1].0.person.unwrap()]).await, 1);
        let shown = line[1].0.get(&page(1)).await.expect(200);
        assert!(shown.text_contains("候补轮到你了") && shown.text_contains("2026-11-23 22:00 前确认"), "{}", shown.text());
        assert!(line[3].0.get(&page(3)).await.expect(200).text_contains("第 2 位"), "the offer left the line");
        answer(&line[3].0, &line[3].1, "accept").await.expect(409);
        answer(&line[0].0, &line[1].1, "accept").await.expect(404);

        // Somebody new does not walk past.
        let late = stage.volunteer("己六").await;
        open.wish(&late).await;
        assert_eq!(standing(&app, &open).await, (0, 1, 4));

        app.at("2026-11-23T22:01").await;
        assert!(answer(&line[1].0, &line[1].1, "accept").await.expect(409).text_contains("确认时间过了"));
        app.run_recurring("activities.lines").await;
        assert_eq!(standing(&app, &open).await, (0, 1, 3));
        assert!(line[1].0.get(&page(1)).await.expect(200).text_contains("没有按时确认"));
        assert!(line[3].0.get(&page(3)).await.expect(200).text_contains("2026-11-24 10:01 前确认"), "past who may not");

        answer(&line[3].0, &line[3].1, "decline").await.expect(303);
        assert_eq!(standing(&app, &open).await, (0, 1, 2));
        let token = app.token(line[4].0.account.unwrap()).await;
        let api = format!("/api/v1/signups/{}", line[4].1);
        let mine = line[4].0.json("GET", &api, Some(&token), None, None).await.expect(200).json();
        assert_eq!((&mine["state"], &mine["in_line"]), (&json!("waiting"), &json!(null)));
        assert!(mine["offered_until"].is_string());
        let yes = json!({ "accept": true });
        for _ in 0..2 {
            let put = line[4].0.json("PUT", &format!("{api}/offer"), Some(&token), Some(&yes), None).await.expect(200);
            assert_eq!(put.json()["state"], "joined");
        }
        assert_eq!(standing(&app, &open).await, (1, 0, 2));
        late.get(&format!("/me/services/{}/offer", line[4].1)).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_place_is_offered_to_whoever_may_although_the_first_in_line_may_not() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_next_week(1).await;
        let (first, second, third) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        let place = open.wish(&first).await;
        open.wish(&second).await;
        app.sql("UPDATE person SET state = 'left' WHERE id = $1", args![second.person.unwrap()].to_vec()).await;
        first.post(&format!("/me/services/{place}/withdrawal"), &[]).await.expect(303);
        assert_eq!(standing(&app, &open).await, (0, 0, 1), "nobody in line may");
        open.wish(&third).await;
        assert_eq!(standing(&app, &open).await, (0, 1, 1), "whoever came now is asked at once");
        // The other may again, and a second place is there: the next round sees it.
        app.sql("UPDATE person SET state = 'active' WHERE id = $1", args![second.person.unwrap()].to_vec()).await;
        app.sql("UPDATE post SET places = 2 WHERE id = $1", args![open.post.id].to_vec()).await;
        app.run_recurring("activities.lines").await;
        let two = Open { post: crate::Post { places: 2, ..open.post.clone() }, ..open };
        assert_eq!(standing(&app, &two).await, (0, 2, 0));
    })
    .await;
}

#[tokio::test]
async fn whatever_people_do_nobody_is_too_many_and_the_order_is_kept() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_next_week(3).await;
        let mut people = Vec::new();
        for n in 0..14 {
            people.push((stage.volunteer(&format!("志愿者{n}")).await, None::<String>));
        }
        // A walk that is the same every time.
        let mut dice = 20_261_128_u64;
        let mut throw = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        for _ in 0..90 {
            let n = usize::try_from(throw(14)).unwrap();
            let deed = throw(5);
            let (who, signup) = &mut people[n];
            match (deed, signup.clone()) {
                (0 | 1, None) => *signup = Some(open.wish(who).await),
                (2, Some(id)) => {
                    who.post(&format!("/me/services/{id}/withdrawal"), &[]).await;
                    *signup = None;
                }
                (0 | 3, Some(id)) => drop(answer(who, &id, "accept").await),
                (1, Some(id)) => {
                    if answer(who, &id, "decline").await.status == 303 {
                        *signup = None;
                    }
                }
                _ => {
                    app.later(chrono::Duration::hours(4));
                    app.run_recurring("activities.lines").await;
                }
            }
            let (joined, offered, waiting) = standing(&app, &open).await;
            assert!(waiting == 0 || joined + offered == 3, "nobody waits beside a free place");
            let skipped = "SELECT COUNT(*) AS n FROM signup a JOIN signup b ON b.tenant_id = a.tenant_id AND b.post_id = a.post_id
                             AND b.state = 'waiting' AND b.offered_until IS NOT NULL AND b.position > a.position
                           WHERE a.tenant_id = $1 AND a.post_id = $2 AND a.state = 'waiting' AND a.offered_until IS NULL";
            assert_eq!(app.count(skipped, args![app.tenant, open.post.id]).await, 0, "nobody behind is asked first");
            // Who lapsed is out of it.
            for (_, signup) in &mut people {
                if let Some(id) = signup.clone() {
                    let ended = "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND id = $2 AND state = 'withdrawn'";
                    let id: kernel::ids::Raw = id.parse().unwrap();
                    if app.count(ended, args![app.tenant, id]).await == 1 {
                        *signup = None;
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_district_says_how_long_people_have_to_confirm() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        stage.reviewer.get("/desk/settings").await.expect(403);
        let officer = app.as_account("陈局", &[testkit::app::district(kernel::Role::District)], None).await;
        assert!(officer.get("/desk/settings").await.expect(200).text_contains("value=\"12\""));
        let (offer, direct) = ("/desk/settings/activities.offer_hours", "/desk/settings/activities.direct_hours");
        officer.post(offer, &[("value", "0")]).await.expect(422);
        officer.post(offer, &[("value", "2")]).await.expect(303);
        officer.post(direct, &[("value", "1")]).await.expect(303);
        let open = stage.open(1).await;
        let (first, second) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let place = open.wish(&first).await;
        let waits = open.wish(&second).await;
        first.post(&format!("/me/services/{place}/withdrawal"), &[]).await.expect(303);
        let shown = second.get(&format!("/me/services/{waits}/offer")).await.expect(200);
        assert!(shown.text_contains("前确认"), "an hour before the start people are still asked");
        assert!(second.get("/me/services").await.expect(200).text_contains("前确认"));
    })
    .await;
}
