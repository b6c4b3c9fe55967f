//! Many at once for few places, and what happens to the line.

use super::{Stage, rooms, signup_of};
use kernel::args;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn sixty_at_once_for_twenty_places_are_twenty_joined_and_a_line_in_order() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(20).await;
        let mut visitors = Vec::new();
        for n in 0..60 {
            visitors.push(std::sync::Arc::new(stage.volunteer(&format!("志愿者{n}")).await));
        }
        let post = open.post.id.to_string();
        let mut tasks = Vec::new();
        for visitor in &visitors {
            // Everybody presses twice.
            for _ in 0..2 {
                let (visitor, path, post) = (std::sync::Arc::clone(visitor), open.signups(), post.clone());
                tasks.push(tokio::spawn(async move { visitor.post(&path, &[("post", &post)]).await }));
            }
        }
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(signup_of(&task.await.unwrap().expect(303)));
        }
        assert!(answers.chunks(2).all(|twice| twice[0] == twice[1]), "a repeat answers the sign-up that is there");
        let count = async |sql: &str| app.count(sql, args![app.tenant, open.post.id]).await;
        let of = "FROM signup WHERE tenant_id = $1 AND post_id = $2";
        assert_eq!(count(&format!("SELECT COUNT(*) AS n {of} AND state = 'joined'")).await, 20);
        assert_eq!(count(&format!("SELECT COUNT(*) AS n {of} AND state = 'waiting'")).await, 40);
        assert_eq!(count(&format!("SELECT COUNT(DISTINCT person_id) AS n {of}")).await, 60);
        assert_eq!(count(&format!("SELECT COUNT(DISTINCT position) AS n {of}")).await, 60);
        assert_eq!(count(&format!("SELECT MAX(position) AS n {of}")).await, 60);
        assert_eq!(
            count(&format!("SELECT MAX(position) AS n {of} AND state = 'joined'")).await,
            20,
            "the line is behind"
        );
        let wrong =
            "SELECT COUNT(*) AS n FROM signup a JOIN signup b ON b.tenant_id = a.tenant_id AND b.post_id = a.post_id
                     WHERE a.tenant_id = $1 AND a.post_id = $2 AND a.position < b.position AND a.id > b.id";
        assert_eq!(count(wrong).await, 0, "positions follow the order of the commits");
        let counters = "SELECT taken * 1000 + waiting AS n FROM post WHERE tenant_id = $1 AND id = $2";
        assert_eq!(count(counters).await, 20_040);
        let list = "SELECT next_taken AS n FROM activity WHERE tenant_id = $1 AND $2 = $2";
        assert_eq!(count(list).await, 20, "the list has counted with it");
    })
    .await;
}

#[tokio::test]
async fn a_place_given_back_goes_to_the_first_in_line_who_still_may_and_tells_them() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(1).await;
        let (first, second, third) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        let mine = signup_of(&open.join(&first).await.expect(303));
        let waits = open.join(&second).await.expect(303);
        assert!(second.follow(&waits).await.text_contains("第 1 位"));
        let waits_too = open.join(&third).await.expect(303);
        assert!(third.follow(&waits_too).await.text_contains("第 2 位"));
        app.sql("UPDATE person SET state = 'left' WHERE id = $1", args![second.person.unwrap()].to_vec()).await;

        let path = format!("/me/services/{mine}/withdrawal");
        assert!(first.get(&path).await.expect(200).text_contains("名额马上给候补的人"));
        second.get(&path).await.expect(404);
        second.post(&path, &[]).await.expect(404);
        first.post(&path, &[]).await.expect(303);
        assert!(third.follow(&waits_too).await.text_contains("报上名了"), "the second may not any more");
        let sql = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = 'signup.message.moved_up'";
        assert_eq!(app.count(sql, args![app.tenant, third.person.unwrap()]).await, 1);
        assert_eq!(app.count(sql, args![app.tenant, second.person.unwrap()]).await, 0);
        first.post(&path, &[]).await.expect(409);
        let counters = "SELECT taken * 1000 + waiting AS n FROM post WHERE tenant_id = $1 AND id = $2";
        assert_eq!(app.count(counters, args![app.tenant, open.post.id]).await, 1001);

        app.at("2026-11-23T14:01").await;
        let begun = format!("/me/services/{}/withdrawal", signup_of(&waits_too));
        assert!(third.post(&begun, &[]).await.expect(409).text_contains("已经开场"));
    })
    .await;
}
