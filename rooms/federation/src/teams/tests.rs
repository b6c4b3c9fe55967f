//! Stories of volunteers who look for a further team, and of those who go.

use crate::tests::{activity, kinds, known, modules};
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Read as _, args, row};
use testkit::app::{TestApp, Visitor, on_both, organisation, region};

/// A team at work with its leader signed in.
async fn team(rig: &TestApp, name: &str, place: &str) -> (Raw, Visitor) {
    let (team, path) = rig.team(name, place).await;
    let leader = rig.person_in("李伟强", place).await;
    rig.leader(team, leader).await;
    (team, rig.as_account(&format!("li-{name}"), &[organisation(Role::Leader, &path)], Some(leader)).await)
}

async fn waiting(rig: &TestApp) -> Raw {
    row! { struct Found { id: Raw } }
    let sql = "SELECT id FROM join_request WHERE tenant_id = $1 AND state = 'applied'";
    rig.db().one::<Found>(sql, args![rig.tenant]).await.unwrap().id
}

#[tokio::test]
async fn a_volunteer_finds_a_further_team_asks_and_is_taken_in() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (near, li) = team(&rig, "沥雄乐龄助餐队", "440605125003").await;
        team(&rig, "里水义诊队", "440605126001").await;
        let (person, chen) = known(&rig).await;
        let stranger = rig.stranger();
        let list = stranger.get("/teams?q=lexiong").await.expect(200);
        assert!(!list.text_contains("里水义诊队"));
        let list = stranger.get("/teams?town=440605125").await.expect(200);
        assert!(list.text_contains("沥雄乐龄助餐队") && !list.text_contains("里水义诊队"), "{}", list.text());
        assert!(!list.text_contains("李伟强"), "who leads is not told to strangers");
        assert!(stranger.get("/teams?kind=enterprise").await.expect(200).text_contains("没有找到队伍"));
        let page = stranger.get(&format!("/teams/{near}")).await.expect(200);
        assert!(page.text_contains("登录后就能申请") && !page.text_contains("李伟强"));
        assert!(stranger.post(&format!("/teams/{near}/requests"), &[]).await.expect(303).location.is_some());

        assert!(chen.get(&format!("/teams/{near}")).await.expect(200).text_contains("申请加入"));
        let asked = chen.post(&format!("/teams/{near}/requests"), &[]).await.expect(303);
        assert!(chen.follow(&asked).await.expect(200).text_contains("等队长答复"));
        assert!(chen.post(&format!("/teams/{near}/requests"), &[]).await.expect(409).text_contains("已经申请过"));
        let own = waiting(&rig).await;
        li.post(&format!("/me/requests/{own}/withdrawal"), &[]).await.expect(404);
        chen.post(&format!("/me/requests/{own}/withdrawal"), &[]).await.expect(303);
        assert!(!li.get("/team/requests").await.expect(200).text_contains("陈慧敏"));

        rig.later(chrono::Duration::minutes(1));
        chen.post(&format!("/teams/{near}/requests"), &[]).await.expect(303);
        assert!(li.get("/team/requests").await.expect(200).text_contains("陈慧敏"));
        let again = waiting(&rig).await;
        li.post(&format!("/team/requests/{again}/decision"), &[("decision", "accepted")]).await.expect(303);
        assert!(chen.get(&format!("/teams/{near}")).await.expect(200).text_contains("你在这支队伍里"));
        assert!(chen.get("/me/data").await.expect(200).text_contains("沥雄乐龄助餐队"));
        let sql = "SELECT COUNT(*) AS n FROM membership WHERE tenant_id = $1 AND person_id = $2 AND to_on IS NULL";
        assert_eq!(rig.count(sql, args![rig.tenant, person]).await, 1);
        for (deed, n) in [("federation.request_made", 2), ("federation.request_withdrawn", 1)] {
            assert_eq!(kinds(&rig, deed).await, n, "{deed}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_asks_for_no_more_teams_than_the_district_allows_and_for_none_that_takes_nobody() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (_, chen) = known(&rig).await;
        let officer = rig.as_account("district", &[testkit::app::district(Role::District)], None).await;
        officer.post("/desk/settings/teams.per_person", &[("value", "2")]).await.expect(303);
        let mut teams = Vec::new();
        for name in ["甲队", "乙队", "丙队"] {
            teams.push(team(&rig, name, "440605125003").await.0);
        }
        for asked in &teams[..2] {
            chen.post(&format!("/teams/{asked}/requests"), &[]).await.expect(303);
        }
        assert!(chen.get(&format!("/teams/{}", teams[2])).await.expect(200).text_contains("最多加入 2 支队伍"));
        let third = format!("/teams/{}/requests", teams[2]);
        assert!(chen.post(&third, &[]).await.expect(409).text_contains("最多加入 2 支队伍"));
        officer.post("/desk/settings/teams.per_person", &[("value", "5")]).await.expect(303);
        let stop = [("state", "suspended"), ("reason", "换届")];
        let town = rig.as_account("town", &[region(Role::Town, "440605125")], None).await;
        town.post(&format!("/desk/teams/{}/state", teams[2]), &stop).await.expect(303);
        chen.post(&third, &[]).await.expect(409);
        let (body, _) = rig.team("大沥镇志愿者联合会", "440605125").await;
        rig.sql("UPDATE organisation SET kind = 'town' WHERE id = $1", args![body].to_vec()).await;
        chen.get(&format!("/teams/{body}")).await.expect(404);
        chen.post(&format!("/teams/{body}/requests"), &[]).await.expect(404);
        assert!(!chen.get("/teams").await.expect(200).text_contains("大沥镇志愿者联合会"));
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_is_told_what_it_means_and_gives_back_what_is_to_come() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (near, li) = team(&rig, "沥雄乐龄助餐队", "440605125003").await;
        let (person, chen) = known(&rig).await;
        let leaving = format!("/me/teams/{near}/leaving");
        chen.get(&leaving).await.expect(404);
        rig.member(near, person.0).await;
        let post = activity(&rig, "长者饭堂送餐", near, "440605125003", 3).await;
        activities::sign_up(&rig.cx(), person, post).await.unwrap();
        let page = chen.get(&leaving).await.expect(200);
        for told in ["从今天起不再是队员", "长者饭堂送餐", "同时退掉上面这些报名"] {
            assert!(page.text_contains(told), "{told}");
        }
        let refused = chen.post(&leaving, &[]).await.expect(422);
        assert!(refused.text_contains("还有 1 个没开始的报名"), "{}", refused.text());
        rig.at("2026-11-23T15:00").await;
        let serving = chen.post(&leaving, &[("give_back", "1")]).await.expect(409);
        assert!(serving.text_contains("正在进行"), "{}", serving.text());
        rig.at("2026-11-23T10:30").await;
        let gone = chen.post(&leaving, &[("give_back", "1")]).await.expect(303);
        assert!(chen.follow(&gone).await.expect(200).text_contains("已退出队伍"));
        let live = "SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND state IN ('joined', 'waiting')";
        assert_eq!(rig.count(live, args![rig.tenant]).await, 0);
        let taken = "SELECT taken AS n FROM post WHERE tenant_id = $1";
        assert_eq!(rig.count(taken, args![rig.tenant]).await, 0, "the place is free again");
        let history = "SELECT COUNT(*) AS n FROM membership WHERE tenant_id = $1 AND person_id = $2 AND to_on = $3
                         AND reason = '本人退出'";
        assert_eq!(rig.count(history, args![rig.tenant, person, rig.cx().today()]).await, 1);
        assert!(chen.get("/me/data").await.expect(200).text_contains("沥雄乐龄助餐队"), "the history stays");
        assert!(li.get("/me/messages").await.expect(200).text_contains("退出了 沥雄乐龄助餐队"));
        for deed in ["organisations.left", "signup.changed"] {
            assert_eq!(kinds(&rig, deed).await, 1, "{deed}");
        }
        let alone = li.get(&leaving).await.expect(200);
        assert!(alone.text_contains("唯一的队长"));
        li.post(&leaving, &[]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn programs_list_teams_ask_and_leave_for_their_person() {
    on_both(modules, async |rig| {
        rig.region_seed().await;
        let (near, _) = team(&rig, "沥雄乐龄助餐队", "440605125003").await;
        let (person, chen) = known(&rig).await;
        let token = rig.token(chen.account.unwrap()).await;
        let call = async |method: &str, path: &str, body: Option<serde_json::Value>| {
            rig.stranger().json(method, path, Some(&token), body.as_ref(), None).await
        };
        let list = call("GET", "/api/v1/open-teams?town=440605125", None).await.expect(200).json();
        assert_eq!(list["items"][0]["name"], "沥雄乐龄助餐队");
        assert!(list["items"][0]["members"].is_null(), "few people are not counted in public");
        call("GET", "/api/v1/open-teams?kind=club", None).await.expect(400);
        let asked = serde_json::json!({ "team": near.to_string() });
        let made = call("POST", "/api/v1/me/requests", Some(asked.clone())).await.expect(201).json();
        call("POST", "/api/v1/me/requests", Some(asked)).await.expect(409);
        let path = format!("/api/v1/me/requests/{}", made["id"].as_str().unwrap());
        call("DELETE", &path, None).await.expect(204);
        call("DELETE", &path, None).await.expect(404);
        rig.member(near, person.0).await;
        let leaving = format!("/api/v1/me/teams/{near}/leaving");
        call("POST", &leaving, Some(serde_json::json!({}))).await.expect(204);
        call("POST", &leaving, Some(serde_json::json!({}))).await.expect(404);
    })
    .await;
}
