//! A leader's own part of what the district told: who of theirs has not read it, and asking these again.

use super::{messages, rooms, sent, settle};
use kernel::Role;
use testkit::app::{organisation, region};
use testkit::{TestApp, on_both};

const MUST: [(&str, &str); 2] = [("must_read", "on"), ("read_by", "2026-11-27")];

#[tokio::test]
async fn a_leader_sees_and_asks_the_people_of_their_own_team_alone() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let id = sent(&app, &world.officer, &MUST).await;
        let (chen, liang, ou) = (world.people[0][0], world.people[0][1], world.people[0][3]);
        let leader = app.as_account("陈慧敏", &[organisation(Role::Leader, &world.teams[0].1)], Some(chen)).await;
        let reader = app.as_account("梁志", &[], Some(liang)).await;
        reader.post(&format!("/me/announcements/{id}/reading"), &[]).await.expect(303);
        let list = leader.get("/desk/announcements/received").await.expect(200);
        assert!(list.text_contains("周五例会") && list.text_contains("25.0%"), "{}", list.text());
        let url = format!("/desk/announcements/{id}/share");
        let page = leader.get(&url).await.expect(200);
        for part in ["你管的 4 人里 1 人已读", "何欢", "区杰", "催一催"] {
            assert!(page.text_contains(part), "{part} in {}", page.text());
        }
        assert!(!page.text_contains("冯灿") && !page.text_contains("邓仪"), "others' people are not named");
        leader.get(&format!("/desk/announcements/{id}")).await.expect(404);
        assert!(leader.get(&format!("{url}?show=read")).await.expect(200).text_contains("梁志"));
        let csv = leader.get(&format!("{url}/export?format=csv&show=all")).await.expect(200).text();
        assert_eq!(csv.lines().count(), 5, "{csv}");

        let ask = format!("{url}/chasing");
        assert!(leader.get(&ask).await.expect(200).text_contains("催还没读的 3 人"));
        assert_eq!(messages(&app, ou).await, 1, "nothing is sent by looking");
        leader.post(&ask, &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!((messages(&app, ou).await, messages(&app, liang).await), (2, 1));
        assert_eq!(messages(&app, world.people[1][2]).await, 1, "another team is not asked");
        leader.post(&ask, &[]).await.expect(409);
        // The district asks everybody that day: whom the leader asked is not asked twice.
        world.officer.post(&format!("/desk/announcements/{id}/chasing"), &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!((messages(&app, ou).await, messages(&app, world.people[1][2]).await), (2, 2));
        let kinds = app.audit_kinds().await;
        assert!(kinds.iter().any(|kind| kind == "announcement.share_chased"), "{kinds:?}");
        // The next day again, by a program.
        app.at("2026-11-24T10:00").await;
        let token = app.token(leader.account.unwrap()).await;
        let path = format!("/api/v1/announcements/{id}/share/chasing");
        let asked = leader.json("POST", &path, Some(&token), None, None).await.expect(202).json();
        assert_eq!(asked["people"], 3);
        let json = leader.json("GET", "/api/v1/announcements/received", Some(&token), None, None).await.expect(200);
        assert_eq!((&json.json()["items"][0]["people"], &json.json()["items"][0]["unread"]), (&4.into(), &3.into()));
    })
    .await;
}

#[tokio::test]
async fn a_town_sees_its_part_and_what_reached_nobody_there_is_not_there() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let id = sent(&app, &world.officer, &[MUST[0], MUST[1], ("town", "440605126")]).await;
        let plain = sent(&app, &world.officer, &[]).await;
        let lishui = app.as_account("里水干事", &[region(Role::Town, "440605126")], None).await;
        let dali = app.as_account("大沥干事", &[region(Role::Town, "440605125")], None).await;
        let page = lishui.get(&format!("/desk/announcements/{id}/share")).await.expect(200);
        assert!(page.text_contains("你管的 2 人里 0 人已读"), "{}", page.text());
        dali.get(&format!("/desk/announcements/{id}/share")).await.expect(404);
        dali.post(&format!("/desk/announcements/{id}/share/chasing"), &[]).await.expect(404);
        assert!(dali.get("/desk/announcements/received").await.expect(200).text_contains("还没有要你的人确认的通知"));
        // What need not be confirmed has no part.
        lishui.get(&format!("/desk/announcements/{plain}/share")).await.expect(404);
        lishui.get("/desk/announcements/received?cursor=x").await.expect(400);
    })
    .await;
}
