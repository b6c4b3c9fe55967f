//! Attendance at what several teams hold together: each hour counts for one of them.

use super::{Stage, minutes, rooms};
use kernel::Role;
use kernel::args;
use kernel::ids::Raw;
use testkit::app::organisation;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn hours_of_an_activity_held_together_count_once_and_teams_add_up_to_the_whole() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open(9).await;
        let (team, path) = app.team("沥东巡河队", "440605125001").await;
        let person = app.person("何旁成").await;
        app.leader(team, person).await;
        let leader = app.as_account("何旁成", &[organisation(Role::Leader, &path)], Some(person)).await;
        let page = format!("/activities/{}/partners", open.id);
        stage.leader.post(&page, &[("team", "沥东巡河队")]).await.expect(303);
        let accept = [("team", team.to_string()), ("answer", "accept".to_owned())];
        let accept: Vec<(&str, &str)> = accept.iter().map(|(name, value)| (*name, value.as_str())).collect();
        leader.post(&format!("{page}/answer"), &accept).await.expect(303);

        let (first, second, both) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        app.member(stage.team, first.person.unwrap()).await;
        app.member(team, second.person.unwrap()).await;
        for one in [stage.team, team] {
            app.member(one, both.person.unwrap()).await;
        }
        open.join(&first).await.expect(303);
        open.join(&second).await.expect(303);
        let (post, chosen) = (open.post.id.to_string(), team.to_string());
        both.post(&format!("/activities/{}/signups", open.id), &[("post", &post), ("team", &chosen)]).await.expect(303);
        app.at("2026-11-23T14:00").await;
        stage.keep_up().await;
        let people = [&first, &second, &both];
        for who in people {
            stage.leader.post(&open.at("/arrivals"), &[("person", &who.person.unwrap().to_string())]).await.expect(303);
        }
        app.at("2026-11-23T16:00").await;
        for who in people {
            stage.leader.post(&open.at("/departures"), &[("person", &who.person.unwrap().to_string())]).await.expect(303);
        }
        stage.leader.post(&open.at("/served"), &[("served", "40")]).await.expect(303);
        app.run_recurring("hours.roll_up").await;

        let sum = async |sql: &str| app.count(sql, args![app.tenant]).await;
        let whole = sum("SELECT CAST(SUM(minutes) AS BIGINT) AS n FROM metric_day WHERE tenant_id = $1").await;
        let mut of_people = 0;
        for who in people {
            of_people += minutes(&app, who.person.unwrap()).await;
        }
        assert_eq!((whole, of_people), (360, 360), "the total is the sum of the people");
        let of_team = async |id: Raw| {
            let sql = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS n FROM metric_day WHERE tenant_id = $1 AND organisation_id = $2";
            app.count(sql, args![app.tenant, id]).await
        };
        assert_eq!((of_team(stage.team).await, of_team(team).await), (120, 240), "and of the teams");
        let served = "SELECT CAST(SUM(served) AS BIGINT) AS n FROM metric_day WHERE tenant_id = $1";
        let lead = app.count(&format!("{served} AND organisation_id = $2"), args![app.tenant, stage.team]).await;
        assert_eq!((sum(served).await, lead), (40, 40), "people served count once");
        let months = "SELECT COUNT(*) AS n FROM person_month WHERE tenant_id = $1";
        assert_eq!(sum(months).await, 3, "each person stands under one team");
        let page = leader.get(&page).await.expect(200);
        assert!(page.text_contains("4.0") && page.text_contains("2.0") && page.text_contains("6.0"));
    })
    .await;
}
