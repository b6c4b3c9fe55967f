//! Stories of the one-time links, and the ways in which somebody else might want to use one.

use crate::tests::{modules, on_record};
use chrono::Duration;
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Tx, args};
use testkit::app::{Reply, TestApp, Visitor, district, on_both, organisation, region};

const PASSWORD: &str = "木棉花开在三月里的岭南";

async fn kinds(rig: &TestApp, kind: &str) -> usize {
    rig.audit_kinds().await.iter().filter(|k| *k == kind).count()
}

async fn accounts(rig: &TestApp, person: Raw) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM account WHERE tenant_id = $1 AND person_id = $2";
    rig.count(sql, args![rig.tenant, person]).await
}

/// The paths of the links that a page shows.
fn links(reply: &Reply) -> Vec<String> {
    let text = reply.text();
    let parts = text.split("/access/").skip(1).map(|part| part.split('<').next().unwrap_or_default());
    parts.filter(|token| token.len() == 32).map(|token| format!("/access/{token}")).collect()
}

async fn give(by: &Visitor, person: Raw) -> String {
    let page = by.post(&format!("/desk/people/{person}/access"), &[]).await.expect(200);
    assert!(page.text_contains("<svg"), "the link is shown as a code to scan");
    links(&page).pop().expect("the page shows a link")
}

async fn answer(who: &Visitor, link: &str, tail: &str) -> Reply {
    who.post(link, &[("tail", tail), ("password", PASSWORD), ("again", PASSWORD), ("agreed", "1")]).await
}

/// A team with its leader signed in and one member on record with phone and document: the leader, the team, the member.
async fn team(rig: &TestApp) -> (Visitor, (Raw, String), Raw) {
    rig.region_seed().await;
    let (team, path) = rig.team("沥雄乐龄助餐队", "440605125003").await;
    let leader = rig.person("李伟强").await;
    rig.leader(team, leader).await;
    let li = rig.as_account("li", &[organisation(Role::Leader, &path)], Some(leader)).await;
    let member = on_record(rig).await.0;
    rig.member(team, member).await;
    (li, (team, path), member)
}

#[tokio::test]
async fn a_leader_hands_out_a_link_and_the_member_is_in_with_team_and_number() {
    on_both(modules, async |rig| {
        let (li, _, member) = team(&rig).await;
        assert!(li.get(&format!("/desk/people/{member}")).await.expect(200).text_contains("发开通链接"));
        let link = give(&li, member).await;
        let phone = rig.stranger();
        let page = phone.get(&link).await.expect(200);
        for hidden in ["陈慧敏", "0013", "138", "沥雄"] {
            assert!(!page.text_contains(hidden), "the page shows {hidden} of the record");
        }
        phone.post(&link, &[("tail", "0000"), ("password", "12345678"), ("again", "12345678")]).await.expect(422);
        let inside = answer(&phone, &link, "００００").await.expect(303);
        assert_eq!(inside.location.as_deref(), Some("/me"));
        assert!(phone.follow(&inside).await.expect(200).text_contains("沥雄乐龄助餐队"));
        let again = rig.stranger();
        let fields = [("name", "13800000000"), ("password", PASSWORD), ("next", "")];
        assert_eq!(again.post("/sign-in", &fields).await.location.as_deref(), Some("/me"));
        for deed in ["federation.access_given", "federation.access_used"] {
            assert_eq!(kinds(&rig, deed).await, 1, "{deed}");
        }
        let consents = "SELECT COUNT(*) AS n FROM join_consent WHERE tenant_id = $1";
        assert_eq!(rig.count(consents, args![rig.tenant]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_link_works_once_until_its_day_and_not_after_it_was_taken_back() {
    on_both(modules, async |rig| {
        let (li, _, member) = team(&rig).await;
        let first = give(&li, member).await;
        let second = give(&li, member).await;
        assert!(rig.stranger().get(&first).await.expect(404).text_contains("这个链接用不了"));
        li.post(&format!("/desk/people/{member}/access/end"), &[]).await.expect(303);
        answer(&rig.stranger(), &second, "0000").await.expect(404);
        let third = give(&li, member).await;
        rig.later(Duration::days(7) + Duration::minutes(1));
        rig.stranger().get(&third).await.expect(404);
        assert_eq!(accounts(&rig, member).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_used_link_opens_nothing_a_second_time() {
    on_both(modules, async |rig| {
        let (li, _, member) = team(&rig).await;
        let link = give(&li, member).await;
        answer(&rig.stranger(), &link, "0000").await.expect(303);
        let thief = rig.stranger();
        thief.get(&link).await.expect(404);
        answer(&thief, &link, "0000").await.expect(404);
        assert!(thief.cookie("qiyi").is_none());
        assert_eq!(accounts(&rig, member).await, 1);
        let told = li.post(&format!("/desk/people/{member}/access"), &[]).await.expect(409);
        assert!(told.text_contains("已有账号"));
    })
    .await;
}

#[tokio::test]
async fn five_wrong_answers_kill_a_link_and_the_right_one_comes_too_late() {
    on_both(modules, async |rig| {
        let (li, _, member) = team(&rig).await;
        let link = give(&li, member).await;
        let thief = rig.stranger();
        for left in ["4", "3", "2", "1"] {
            let page = answer(&thief, &link, "9999").await.expect(422);
            assert!(page.text_contains(&format!("还可以试 {left} 次")));
        }
        answer(&thief, &link, "9999").await.expect(404);
        answer(&thief, &link, "0000").await.expect(404);
        assert_eq!(accounts(&rig, member).await, 0);
        assert_eq!(kinds(&rig, "federation.access_refused").await, 5);
    })
    .await;
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_counted_one_by_one() {
    on_both(modules, async |rig| {
        let (li, _, member) = team(&rig).await;
        let link = give(&li, member).await;
        let thieves: Vec<Visitor> = (0..12).map(|_| rig.stranger()).collect();
        futures_util::future::join_all(thieves.iter().map(|thief| answer(thief, &link, "9999"))).await;
        assert_eq!(kinds(&rig, "federation.access_refused").await, 5);
        rig.stranger().get(&link).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn nobody_hands_out_a_link_outside_their_team_station_or_town() {
    on_both(modules, async |rig| {
        let (_, (team, _), member) = team(&rig).await;
        let (_, other) = rig.team("里水护河队", "440605126001").await;
        let outsiders = [
            rig.as_account("zhou", &[organisation(Role::Leader, &other)], None).await,
            rig.as_account("town", &[region(Role::Town, "440605126")], None).await,
            rig.as_account("station", &[region(Role::Station, "440605126001")], None).await,
        ];
        for outsider in &outsiders {
            for path in [format!("/desk/people/{member}/access"), format!("/desk/teams/{team}/access")] {
                let refused = outsider.post(&path, &[]).await.expect(404);
                assert!(!refused.text_contains("陈慧敏"));
            }
            outsider.get(&format!("/desk/teams/{team}/access")).await.expect(404);
        }
        let station = rig.as_account("ours", &[region(Role::Station, "440605125003")], None).await;
        give(&station, member).await;
        rig.as_account("keeper", &[district(Role::Keeper)], None)
            .await
            .post(&format!("/desk/people/{member}/access"), &[])
            .await
            .expect(403);
        rig.stranger().post(&format!("/desk/people/{member}/access"), &[]).await.expect(303);
        assert_eq!(kinds(&rig, "federation.access_given").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_link_never_opens_an_account_that_is_there_already() {
    on_both(modules, async |rig| {
        let (li, _, member) = team(&rig).await;
        let link = give(&li, member).await;
        // In between the same person becomes an officer of the town.
        let officer = rig.as_account("chen", &[region(Role::Town, "440605125")], Some(member)).await;
        answer(&rig.stranger(), &link, "0000").await.expect(404);
        assert_eq!(accounts(&rig, member).await, 1);
        officer.get("/desk").await.expect(200);
        let sql = "SELECT COUNT(*) AS n FROM account WHERE tenant_id = $1 AND person_id = $2 AND password_hash IS NULL";
        assert_eq!(rig.count(sql, args![rig.tenant, member]).await, 1, "the officer's password is as it was");
    })
    .await;
}

#[tokio::test]
async fn who_leads_a_team_gets_their_link_from_above_and_leads_it_then() {
    on_both(modules, async |rig| {
        let (li, (team, _), member) = team(&rig).await;
        let early = give(&li, member).await;
        rig.leader(team, member).await;
        answer(&rig.stranger(), &early, "0000").await.expect(404);
        let told = li.post(&format!("/desk/people/{member}/access"), &[]).await.expect(409);
        assert!(told.text_contains("镇街或区联合会"));
        let town = rig.as_account("town", &[region(Role::Town, "440605125")], None).await;
        let link = give(&town, member).await;
        let phone = rig.stranger();
        answer(&phone, &link, "0000").await.expect(303);
        phone.get("/team/requests").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_sheet_tells_what_it_does_and_makes_one_slip_for_each_who_needs_one() {
    on_both(modules, async |rig| {
        let (li, (team, _), member) = team(&rig).await;
        let zhou = rig.person("周敏").await;
        rig.member(team, zhou).await;
        let child = rig.person("李小童").await;
        rig.member(team, child).await;
        rig.sql(
            "UPDATE person SET birth_date = '2015-06-01' WHERE tenant_id = $1 AND id = $2",
            args![rig.tenant, child].to_vec(),
        )
        .await;
        let url = format!("/desk/teams/{team}/access");
        assert!(li.get(&format!("/desk/teams/{team}")).await.expect(200).text_contains("3 名队员还没有账号"));
        let told = li.get(&url).await.expect(200);
        assert!(told.text_contains("会做 2 个链接") && told.text_contains("1 人未满 14 岁"));
        let once = [("_once", "one-sheet")];
        let sheet = li.post(&url, &once).await.expect(200);
        assert_eq!(links(&sheet).len(), 2);
        assert!(sheet.text_contains("陈慧敏") && sheet.text_contains("周敏") && !sheet.text_contains("李小童"));
        li.post(&url, &once).await.expect(303);
        assert_eq!(kinds(&rig, "federation.access_given").await, 2);
        assert_eq!(kinds(&rig, "federation.access_sheet").await, 1);
        // Nothing that only they know is on record of this one: the slip itself is all.
        let phone = rig.stranger();
        let link = links(&sheet).pop().expect("there are two");
        let inside = phone.post(&link, &[("password", PASSWORD), ("again", PASSWORD), ("agreed", "1")]).await;
        assert_eq!(inside.expect(303).location.as_deref(), Some("/me"));
        assert_eq!(accounts(&rig, zhou).await, 1);
        assert_eq!(accounts(&rig, member).await, 0);
        li.post(&url, &[]).await.expect(409);
        assert_eq!(links(&li.post(&url, &[("anew", "1")]).await.expect(200)).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn links_are_slowed_down_by_address() {
    on_both(modules, async |rig| {
        let (li, _, member) = team(&rig).await;
        let path = format!("/desk/people/{member}/access");
        rig.write({
            let at = rig.cx();
            async move |tx: &mut Tx<'_>| {
                for _ in 0..super::MOST {
                    let facts = kernel::cx::RequestFacts { ip: "127.0.0.1".to_owned(), ..Default::default() };
                    let at = kernel::Cx { request: std::sync::Arc::new(facts), ..at.clone() };
                    crate::store::throttle(tx, &at, "access.give", super::MOST).await?;
                }
                Ok(())
            }
        })
        .await
        .unwrap();
        assert!(!li.post(&path, &[]).await.expect(429).header("retry-after").is_empty());
    })
    .await;
}
