//! Stories of deeds for many activities, and of inviting many teams to one.

use super::{Stage, post, rooms, with};
use crate::{ActivityId, State, store};
use kernel::args;
use testkit::bulk::{Deed, look, order, undo};
use testkit::{TestApp, on_both};

async fn state(app: &TestApp, id: ActivityId) -> State {
    store::find(app.db(), app.tenant, id).await.unwrap().state
}

impl Stage {
    /// Hands in the activity of a day; two of one day clash.
    async fn on(&self, day: &str, title: &str) -> ActivityId {
        let form = with(with(self.form(2), "day", day), "title", title);
        let reply = post(&self.leader, "/activities", &form).await.expect(303);
        reply.location.unwrap().split('/').nth(2).unwrap().parse().unwrap()
    }
}

#[tokio::test]
async fn many_activities_are_approved_at_once_but_not_ones_own_nor_one_with_something_against_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (one, two) = (stage.on("2026-11-24", "送餐").await, stage.on("2026-11-25", "巡河").await);
        let clash = stage.on("2026-11-25", "义诊").await;
        let own = stage.on("2026-11-27", "清洁").await;
        app.sql(
            "UPDATE activity SET submitted_by = $2 WHERE id = $1",
            args![own, stage.reviewer.account.unwrap()].to_vec(),
        )
        .await;
        let page = stage.reviewer.get("/desk?kind=work.kind.activity").await.expect(200);
        assert!(page.text_contains("通过并发布") && page.text_contains(&format!("value=\"{one}\"")), "{}", page.text());
        let ids = [one, two, clash, own].map(|id| id.to_string());
        let of = Deed("activities", "activities.approve", "");
        let page = look(&stage.reviewer, of, &ids).await;
        for part in ["会改 1 个", "不能改 3 个", "同队同时间还有：义诊", "另一位同事"] {
            assert!(page.text_contains(part), "{part} in {}", page.text());
        }
        let (page, _) = order(&app, &stage.reviewer, of, &ids).await;
        assert!(page.text_contains("已改 1 个"), "{}", page.text());
        assert_eq!((state(&app, one).await, state(&app, two).await), (State::Open, State::Review));
        let of = Deed("activities", "activities.return", "时间撞了，请错开");
        let (page, _) = order(&app, &stage.reviewer, of, &ids[1..]).await;
        assert!(page.text_contains("已改 2 个") && page.text_contains("不能改 1 个"), "{}", page.text());
        assert_eq!((state(&app, two).await, state(&app, own).await), (State::Draft, State::Review));
        let told = stage.leader.get(&format!("/activities/{two}/submission")).await.expect(200);
        assert!(told.text_contains("时间撞了，请错开"));
        // A leader is not offered what officers decide, and closes what is over.
        let query = format!("/desk/bulk?list=activities&deed=activities.approve&id={one}");
        stage.leader.get(&query).await.expect(404);
        let of = Deed("activities", "activities.close", "");
        assert!(look(&stage.leader, of, &ids[..1]).await.text_contains("不能改 1 个"));
        app.at("2026-11-24T09:00").await;
        stage.keep_up().await;
        assert!(look(&stage.leader, of, &ids[..1]).await.text_contains("还有场次没办完"));
        app.at("2026-11-24T17:30").await;
        order(&app, &stage.leader, of, &ids[..1]).await;
        assert_eq!(state(&app, one).await, State::Ended);
        let moved: Vec<_> = app.audit().await.into_iter().filter(|line| line.kind == "activity.moved").collect();
        assert!(moved.iter().any(|l| l.actor == "李伟强" && l.detail.0["to"] == "ended"), "by whoever asked");
    })
    .await;
}

#[tokio::test]
async fn many_teams_are_invited_to_an_activity_and_it_is_taken_back() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let (near, _) = app.team("沥东巡河队", "440605125001").await;
        let head = app.person("梁志").await;
        app.leader(near, head).await;
        let (other, _) = app.team("大沥义诊队", "440605125003").await;
        app.team("沥北先邀队", "440605125001").await;
        let form = with(with(stage.form(2), "scope", "teams"), "invited", "沥北先邀队");
        let form = with(form, "day", "2026-11-28");
        let open = stage.open_with(form).await;
        let activity = async || store::find(app.db(), app.tenant, open.id).await.unwrap();
        let number = activity().await.number;
        let ids = [near, other, stage.team].map(|id| id.to_string());
        assert!(stage.reviewer.get("/desk/teams").await.expect(200).text_contains("邀请参加活动"));
        let of = Deed("teams", "activities.invite", &number);
        let page = look(&stage.reviewer, of, &ids).await;
        assert!(page.text_contains("会改 2 个") && page.text_contains("就是主办队伍"), "{}", page.text());
        let unknown = look(&stage.reviewer, Deed("teams", "activities.invite", "x"), &ids).await;
        assert!(unknown.text_contains("没有这个编号"), "{}", unknown.text());
        let leader = look(&stage.leader, of, &ids).await;
        assert!(!leader.text_contains("沥东巡河队"), "a leader knows of their own team alone");
        let (_, url) = order(&app, &stage.reviewer, of, &ids).await;
        let names = |a: crate::Activity| a.invited.0.into_iter().map(|i| i.name).collect::<Vec<_>>();
        assert_eq!(names(activity().await), ["沥北先邀队", "沥东巡河队", "大沥义诊队"]);
        let told = "SELECT COUNT(*) AS n FROM message WHERE person_id = $1 AND word = 'activity.message.invited'";
        assert_eq!(app.count(told, args![head]).await, 1, "it is open: the leader hears of it");
        let lines = app.audit().await.into_iter().filter(|line| line.kind == "activity.invited");
        assert_eq!(lines.count(), 2);
        let page = undo(&app, &stage.reviewer, &url).await;
        assert!(page.text_contains("已撤回"), "{}", page.text());
        assert_eq!(names(activity().await), ["沥北先邀队"]);
    })
    .await;
}
