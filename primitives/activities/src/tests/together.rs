//! People who come together, places that are handed over, and moves between posts.

use super::{Open, Stage, rooms, signup_of, with};
use crate::store;
use kernel::args;
use testkit::{Reply, TestApp, Visitor, on_both};

impl Stage {
    async fn numbered(&self, name: &str, number: &str) -> Visitor {
        let who = self.volunteer(name).await;
        let sql = "UPDATE person SET volunteer_no = $2 WHERE id = $1";
        self.app.sql(sql, args![who.person.unwrap(), number].to_vec()).await;
        who
    }
}

impl Open {
    async fn together(&self, who: &Visitor, rule: &str, others: &str) -> Reply {
        let fields = [("post", self.post.id.to_string()), ("together", rule.to_owned()), ("others", others.to_owned())];
        super::post(who, &format!("/activities/{}/groups", self.id), &fields).await
    }

    async fn count(&self, app: &TestApp, state: &str) -> i64 {
        let sql = "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND post_id = $2 AND state = $3";
        app.count(sql, args![app.tenant, self.post.id, state]).await
    }
}

#[tokio::test]
async fn a_parent_and_a_child_come_both_or_none_also_from_the_line() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_with(with(stage.form(2), "day", "2026-11-30")).await;
        let (first, second) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let (place, other) =
            (signup_of(&open.join(&first).await.expect(303)), signup_of(&open.join(&second).await.expect(303)));
        let parent = stage.numbered("陈慧敏", "4406050001").await;
        let child = stage.numbered("陈小明", "4406050002").await;
        let form = format!("/activities/{}/groups/new", open.id);
        assert!(parent.get(&form).await.expect(200).text_contains("几个人一起报"));
        for (lines, words) in [("", "至少两个人"), ("陈小明 4406050009", "没有找到"), ("陈小红 4406050002", "没有找到")]
        {
            assert!(open.together(&parent, "all", lines).await.expect(422).text_contains(words), "{words}");
        }
        let made = open.together(&parent, "all", "陈小明 4406050002").await.expect(303);
        assert_eq!((open.count(&app, "joined").await, open.count(&app, "waiting").await), (2, 2));
        let told =
            "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word LIKE 'group.message.%'";
        assert_eq!(app.count(told, args![app.tenant, child.person.unwrap()]).await, 1);
        let behind = stage.volunteer("丙三").await;
        open.join(&behind).await.expect(303);

        first.post(&format!("/me/services/{place}/withdrawal"), &[]).await.expect(303);
        let offered =
            "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND post_id = $2 AND offered_until IS NOT NULL";
        let count = async |sql: &str| app.count(sql, args![app.tenant, open.post.id]).await;
        assert_eq!(count(offered).await, 0, "one place is not enough, and nobody walks past");
        second.post(&format!("/me/services/{other}/withdrawal"), &[]).await.expect(303);
        assert_eq!(count(offered).await, 2);
        let mine = signup_of(&made);
        child.post(&format!("/me/services/{mine}/offer"), &[("answer", "accept")]).await.expect(404);
        parent.post(&format!("/me/services/{mine}/offer"), &[("answer", "accept")]).await.expect(303);
        assert_eq!(open.count(&app, "joined").await, 2, "one yes is the yes of both");
        let page = parent.get(&format!("/me/services/{mine}/withdrawal")).await.expect(200);
        assert!(page.text_contains("你们 2 人一起报的"));
        parent.post(&format!("/me/services/{mine}/handover"), &[("answer", "yes")]).await.expect(409);
        parent.post(&format!("/me/services/{mine}/withdrawal"), &[]).await.expect(303);
        assert_eq!((open.count(&app, "joined").await, count(offered).await), (0, 1), "both leave, the next is asked");
        let counters = "SELECT taken * 1000 + waiting AS n FROM post WHERE tenant_id = $1 AND id = $2";
        assert_eq!(count(counters).await, 1000);
    })
    .await;
}

#[tokio::test]
async fn a_leader_brings_as_many_of_the_team_as_there_is_room_for() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_with(with(stage.form(3), "day", "2026-11-30")).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            let person = app.person(&format!("队员{n}")).await;
            app.member(stage.team, person).await;
            ids.push(person.to_string());
        }
        let gone: kernel::ids::Raw = ids[4].parse().unwrap();
        app.sql("UPDATE activity SET min_age = 18 WHERE id = $1", args![open.id].to_vec()).await;
        app.sql("UPDATE person SET birth_date = '1990-01-01' WHERE id <> $1", args![gone].to_vec()).await;
        let bring = async |who: &Visitor, rule: &str| {
            let mut fields = vec![("post", open.post.id.to_string()), ("together", rule.to_owned())];
            fields.extend(ids.iter().map(|id| ("member", id.clone())));
            super::post(who, &format!("/activities/{}/groups", open.id), &fields).await
        };
        stage.stranger_leader().await;
        let refused = bring(&stage.leader, "all").await.expect(409);
        assert!(refused.text_contains("队员4") && refused.text_contains("没有出生日期"));
        assert_eq!(open.count(&app, "joined").await, 0);
        bring(&stage.leader, "some").await.expect(303);
        assert_eq!((open.count(&app, "joined").await, open.count(&app, "waiting").await), (3, 1));
        let other = stage.volunteer("外人").await;
        bring(&other, "some").await.expect(422);
    })
    .await;
}

#[tokio::test]
async fn a_place_that_is_handed_over_goes_to_the_first_who_takes_it_and_is_never_free_between() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(1).await;
        let (giver, taker, late) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        let mine = signup_of(&open.join(&giver).await.expect(303));
        let (page, take) = (format!("/activities/{}", open.id), format!("/activities/{}/handovers", open.id));
        taker.post(&take, &[("signup", &mine)]).await.expect(409);
        let offer = format!("/me/services/{mine}/handover");
        taker.post(&offer, &[("answer", "yes")]).await.expect(404);
        giver.post(&offer, &[("answer", "yes")]).await.expect(303);
        assert!(giver.get(&offer).await.expect(200).text_contains("在找人顶班"));
        giver.post(&take, &[("signup", &mine)]).await.expect(409);
        assert!(taker.get(&page).await.expect(200).text_contains("我来顶班"));
        assert!(!app.stranger().get(&page).await.expect(200).text_contains("我来顶班"));
        app.sql("UPDATE person SET state = 'left' WHERE id = $1", args![late.person.unwrap()].to_vec()).await;
        assert!(
            !late.get(&page).await.expect(200).text_contains("我来顶班"),
            "whoever may not take it does not see it"
        );
        late.post(&take, &[("signup", &mine)]).await.expect(409);
        let got = taker.post(&take, &[("signup", &mine)]).await.expect(303);
        assert!(taker.follow(&got).await.expect(200).text_contains("报上名了"));
        assert!(giver.get("/me/messages").await.status != 500);
        let (joined, gone) = (open.count(&app, "joined").await, open.count(&app, "withdrawn").await);
        assert_eq!((joined, gone), (1, 1));
        let taken = "SELECT taken AS n FROM post WHERE tenant_id = $1 AND id = $2";
        assert_eq!(app.count(taken, args![app.tenant, open.post.id]).await, 1);

        app.sql("UPDATE activity SET handover_asks = TRUE WHERE id = $1", args![open.id].to_vec()).await;
        let theirs = signup_of(&got);
        taker.post(&format!("/me/services/{theirs}/handover"), &[("answer", "yes")]).await.expect(303);
        giver.post(&take, &[("signup", &theirs)]).await.expect(303);
        assert_eq!(open.count(&app, "joined").await, 1);
        let decide = open.at("/handovers");
        stage.stranger_leader().await.post(&decide, &[("signup", &theirs), ("answer", "yes")]).await.expect(404);
        stage.leader.post(&decide, &[("signup", &theirs), ("answer", "no")]).await.expect(303);
        giver.post(&take, &[("signup", &theirs)]).await.expect(303);
        stage.leader.post(&decide, &[("signup", &theirs), ("answer", "yes")]).await.expect(303);
        let of = store::find_live(app.db(), app.tenant, open.session.id, people::PersonId(giver.person.unwrap())).await;
        assert!(of.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_leader_moves_somebody_to_a_post_with_room_and_the_line_gets_the_old_place() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let mut form = stage.form(1);
        form.extend([("post", "登记员".to_owned()), ("places", "1".to_owned())]);
        let open = stage.open_with(form).await;
        let posts = store::posts(app.db(), app.tenant, open.id).await.unwrap();
        let other = posts.iter().find(|p| p.id != open.post.id).unwrap();
        let (first, second) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let mine = signup_of(&open.join(&first).await.expect(303));
        open.join(&second).await.expect(303);
        let (path, to) = (open.at("/moves"), other.id.to_string());
        let fields = [("signup", mine.as_str()), ("post", to.as_str()), ("why", "那边缺人")];
        stage.stranger_leader().await.post(&path, &fields).await.expect(404);
        stage.leader.post(&path, &fields).await.expect(303);
        stage.leader.post(&path, &fields).await.expect(409);
        let joined = "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND session_id = $2 AND state = 'joined'";
        assert_eq!(app.count(joined, args![app.tenant, open.session.id]).await, 2, "the line got the old place");
        let told =
            "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = 'move.message'";
        assert_eq!(app.count(told, args![app.tenant, first.person.unwrap()]).await, 1);
        let full = [("signup", mine.as_str()), ("post", &open.post.id.to_string()), ("why", "")];
        assert!(stage.leader.post(&path, &full).await.expect(409).text_contains("那个岗位满了"));
    })
    .await;
}
