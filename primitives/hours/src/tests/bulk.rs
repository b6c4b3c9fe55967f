//! Stories of deciding about many at once: each by the rules of one.

use super::{rooms, town};
use crate::pending::PendingState;
use testkit::bulk::{Deed, look, order};
use testkit::{TestApp, on_both};

#[tokio::test]
async fn many_reports_are_approved_at_once_and_nobody_says_yes_to_their_own() {
    on_both(rooms, async |app: TestApp| {
        let t = town(&app).await;
        let chen = app.as_account("陈慧敏", &[], Some(t.chen)).await;
        // Ou leads the team and has a report of his own.
        let ou = t.leader("区志明", Some(t.ou)).await;
        let theirs = t.apply(&chen, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        let second = t.apply(&chen, "2026-11-22T09:00", "2026-11-22T10:00").await.unwrap();
        let own = t.apply(&ou, "2026-11-21T09:00", "2026-11-21T10:00").await.unwrap();
        assert!(ou.get("/desk/hours/pending").await.expect(200).text_contains("name=\"id\""));
        let ids = [theirs, second, own].map(|id| id.to_string());
        let of = Deed("pending_hours", "hours.approve", "");
        let page = look(&ou, of, &ids).await;
        for part in ["会改 2 个", "不能改 1 个", "陈慧敏：", "2.5 小时", "这是你自己的时长"] {
            assert!(page.text_contains(part), "{part} in {}", page.text());
        }
        assert!(!look(&t.other, of, &ids).await.text_contains("陈慧敏"), "another town knows of none");
        app.later(chrono::Duration::minutes(1));
        let (page, _) = order(&app, &ou, of, &ids).await;
        assert!(page.text_contains("已改 2 个") && page.text_contains("不能改 1 个"), "{}", page.text());
        assert_eq!((t.state(theirs).await, t.state(second).await), (PendingState::Posted, PendingState::Posted));
        assert_eq!(t.state(own).await, PendingState::Waiting);
        let lines = app.audit().await.into_iter().filter(|l| l.kind == "hours.pending_decided");
        assert_eq!(lines.filter(|line| line.actor == "区志明").count(), 2, "each leaves its own line");
        // What somebody objected to is looked at alone.
        let other = app.as_account("何欢", &[], None).await;
        other.post(&format!("/postings/{theirs}/objections"), &[("reason", "当天没见到")]).await.expect(303);
        let page = look(&t.officer, of, &ids[..1]).await;
        assert!(page.text_contains("有人提了异议，请单独看"), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn many_back_entries_are_decided_from_the_work_list_and_a_clash_stays() {
    on_both(rooms, async |app: TestApp| {
        let t = town(&app).await;
        let leader = app.as_account("梁少芬", &[], None).await;
        t.credit(t.ou, "2026-11-21T11:00", "2026-11-21T12:00").await.unwrap();
        let (clash, clean) = (t.claim(&leader, &[t.ou]).await, t.claim(&leader, &[t.chen]).await);
        let own = t.claim(&t.officer, &[t.chen]).await;
        let all = t.officer.get("/desk").await.expect(200);
        assert!(!all.text_contains("name=\"id\""), "of several kinds none has a deed in common");
        let page = t.officer.get("/desk?kind=work.kind.entry").await.expect(200);
        assert!(page.text_contains(&format!("value=\"{clean}\"")) && page.text_contains("通过补录"), "{}", page.text());
        let ids = [clash, clean, own].map(|id| id.to_string());
        let of = Deed("hours_claims", "hours.approve_claims", "");
        let page = look(&t.officer, of, &ids).await;
        assert!(page.text_contains("会改 1 个") && page.text_contains("与已有时长重叠 1 处"), "{}", page.text());
        assert!(page.text_contains("这是你自己录的"));
        let (page, _) = order(&app, &t.officer, of, &ids).await;
        assert!(page.text_contains("已改 1 个") && page.text_contains("不能改 2 个"), "{}", page.text());
        assert_eq!(t.balance(t.chen).await, 150);
        let of = Deed("hours_claims", "hours.return_claims", "时间重叠");
        let (page, _) = order(&app, &t.officer, of, &ids[..1]).await;
        assert!(page.text_contains("已改 1 个"), "{}", page.text());
        assert_eq!(t.lines_of("hours.claim_decided").await, 2);
    })
    .await;
}
