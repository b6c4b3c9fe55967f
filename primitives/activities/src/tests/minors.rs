//! A minor signs up only while a guardian agrees; whoever leaves gives their places back.

use super::{Stage, rooms};
use kernel::ids::Raw;
use kernel::{Tx, args};
use people::life::{Basis, move_to};
use people::model::PersonId;
use testkit::{TestApp, on_both};

/// A guardian who agreed; `for_data` separately to the data.
async fn agreed(app: &TestApp, person: Raw, for_data: bool) {
    let (id, now) = (kernel::ids::fresh(), app.app.clock.now());
    let sql = "INSERT INTO guardian (tenant_id, id, person_id, name, relation, state, way, for_data, file_id, given_at, made_at, made_name)
               VALUES ($1, $2, $3, '梁国栋', 'father', 'given', 'paper', $4, $2, $5, $5, 'test')";
    app.sql(sql, args![app.tenant, id, person, for_data, now].to_vec()).await;
}

async fn born(app: &TestApp, person: Raw, day: &str) {
    let day: chrono::NaiveDate = day.parse().unwrap();
    app.sql("UPDATE person SET birth_date = $2 WHERE id = $1", args![person, day].to_vec()).await;
}

#[tokio::test]
async fn a_minor_signs_up_only_with_what_a_guardian_agreed_to_and_gives_the_place_back_when_it_ends() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(2).await;
        let child = stage.volunteer("梁小雨").await;
        let person = child.person.unwrap();
        born(&app, person, "2014-05-01").await;
        let page = child.get(&format!("/activities/{}", open.id)).await.expect(200);
        assert!(page.text_contains("监护人同意后才能报名"), "{}", page.text());
        assert!(open.join(&child).await.expect(409).text_contains("监护人同意后才能报名"));
        agreed(&app, person, false).await;
        assert!(open.join(&child).await.expect(409).text_contains("单独同意使用个人信息"));
        agreed(&app, person, true).await;
        open.join(&child).await.expect(303);
        // Seventeen today, of age on the day of the service: nobody is asked.
        let nearly = stage.volunteer("何志强").await;
        born(&app, nearly.person.unwrap(), "2008-11-23").await;
        open.join(&nearly).await.expect(303);
        let taken = "SELECT taken AS n FROM post WHERE id = $1";
        assert_eq!(app.count(taken, args![open.post.id]).await, 2);
        // The consents end, and with the last of them what has not begun.
        let cx = app.cx();
        let withdrawn = app.write(async move |tx: &mut Tx<'_>| {
            for guardian in people::guardians::of_person(tx, cx.tenant, PersonId(person)).await? {
                people::guardians::withdraw(tx, &cx, &guardian, "搬走了").await?;
            }
            Ok(())
        });
        withdrawn.await.unwrap();
        assert_eq!(app.count(taken, args![open.post.id]).await, 1);
        assert!(open.join(&child).await.expect(409).text_contains("监护人同意后才能报名"));
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_gives_back_their_places_and_teams_in_the_same_deed() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(1).await;
        let (who, next) = (stage.volunteer("陈慧敏").await, stage.volunteer("区志明").await);
        let person = who.person.unwrap();
        app.member(stage.team, person).await;
        open.join(&who).await.expect(303);
        open.join(&next).await.expect(303);
        let page = who.get("/me/life").await.expect(200);
        assert!(
            page.text_contains("退掉还没开始的报名 1 场") && page.text_contains("退出 1 支队伍"),
            "{}",
            page.text()
        );
        who.post("/me/life", &[("to", "left")]).await.expect(303);
        let live = "SELECT COUNT(*) AS n FROM signup WHERE person_id = $1 AND state IN ('joined', 'waiting')";
        assert_eq!(app.count(live, args![person]).await, 0);
        let asked =
            "SELECT COUNT(*) AS n FROM signup WHERE person_id = $1 AND (state = 'joined' OR offered_until IS NOT NULL)";
        assert_eq!(app.count(asked, args![next.person.unwrap()]).await, 1, "the place went to the line");
        let open_memberships = "SELECT COUNT(*) AS n FROM membership WHERE person_id = $1 AND to_on IS NULL";
        assert_eq!(app.count(open_memberships, args![person]).await, 0);
        // The only leader of a team at work hands it over first.
        let leader = stage.leader.person.unwrap();
        assert!(stage.leader.get("/me/life").await.expect(200).text_contains("只有这一位队长"));
        assert!(stage.leader.post("/me/life", &[("to", "left")]).await.expect(422).text_contains("只有这一位队长"));
        let cx = app.cx();
        let by_desk = app.write(async move |tx: &mut Tx<'_>| {
            move_to(tx, &cx, PersonId(leader), (people::life::Stage::Left, Basis::Withdrawal, "搬走")).await
        });
        assert!(by_desk.await.is_err());
        assert_eq!(app.count(open_memberships, args![leader]).await, 1);
    })
    .await;
}
