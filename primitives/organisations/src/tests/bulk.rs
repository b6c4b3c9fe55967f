//! Stories of deeds for many teams.

use super::life::{FORM, applied, state};
use super::{person, rooms, team};
use crate::State;
use kernel::Role;
use testkit::app::{TestApp, region};
use testkit::bulk::{Deed, look, order, undo};
use testkit::on_both;

#[tokio::test]
async fn many_teams_are_stopped_for_one_reason_and_let_work_again_by_taking_it_back() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let (one, two) =
            (team(&app, "沥雄护河队", "440605125003").await, team(&app, "沥东义诊队", "440605125001").await);
        let far = team(&app, "里水护河队", "440605126001").await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let page = clerk.get("/desk/teams").await.expect(200);
        assert!(page.text_contains("name=\"id\"") && page.text_contains("暂停"), "{}", page.text());
        let ids = [one, two, far].map(|id| id.to_string());
        let of = Deed("teams", "organisations.suspend", "换届");
        let page = look(&clerk, of, &ids).await;
        assert!(page.text_contains("会改 2 个") && !page.text_contains("里水护河队"), "{}", page.text());
        let (_, url) = order(&app, &clerk, of, &ids).await;
        assert_eq!((state(&app, one).await, state(&app, far).await), (State::Suspended, State::Active));
        let again = look(&clerk, of, &ids).await;
        assert!(again.text_contains("不能改 2 个") && again.text_contains("现在的状态不能这样改"), "{}", again.text());
        // One resumed meanwhile by hand stays as it is, and the page says why.
        let to = [("state", "active"), ("reason", "选好了")];
        clerk.post(&format!("/desk/teams/{two}/state"), &to).await.expect(303);
        let page = undo(&app, &clerk, &url).await;
        assert!(page.text_contains("没能撤回 1 个"), "{}", page.text());
        assert_eq!((state(&app, one).await, state(&app, two).await), (State::Active, State::Active));
        let moved = app.audit().await.into_iter().filter(|line| line.kind == "organisations.moved");
        assert_eq!(moved.filter(|line| line.actor == "dali").count(), 4);
    })
    .await;
}

#[tokio::test]
async fn many_applications_for_teams_are_answered_at_once_but_not_ones_own() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let who = person(&app, "陈慧敏").await;
        // She works at the town, too.
        let own = app.as_account("huimin", &[region(Role::Town, "440605125")], Some(who.0)).await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let first = applied(&app, &own, &FORM).await;
        let page = clerk.get("/desk?kind=work.kind.team").await.expect(200);
        assert!(page.text_contains(&format!("value=\"{first}\"")), "{}", page.text());
        let of = Deed("team_reviews", "organisations.decline", "先并入沥雄队");
        let page = look(&own, of, &[first.to_string()]).await;
        assert!(page.text_contains("由别人审核"), "{}", page.text());
        let (page, _) = order(&app, &clerk, of, &[first.to_string()]).await;
        assert!(page.text_contains("已改 1 个"), "{}", page.text());
        assert_eq!(state(&app, first).await, State::Ended);
        let second = applied(&app, &own, &FORM).await;
        let of = Deed("team_reviews", "organisations.approve", "");
        order(&app, &clerk, of, &[second.to_string()]).await;
        assert_eq!(state(&app, second).await, State::Active);
    })
    .await;
}
