//! Stories of questions that are kept.

use super::{rooms, town};
use testkit::on_both;
use testkit::views::is_kept;

#[tokio::test]
async fn questions_to_the_ledger_and_to_what_does_not_count_yet_are_kept() {
    on_both(rooms, async |app| {
        let t = town(&app).await;
        let asked = "/desk/hours?q=a&team=b&town=440605125&method=scan&from=2026-11-01&to=2026-11-30";
        is_kept(&t.officer, "hours", asked).await;
        is_kept(&t.officer, "hours", "/desk/hours?kind=village&category=02").await;
        let asked =
            "/desk/hours/pending?q=a&team=b&town=440605125&state=held&method=self&from=2026-11-01&to=2026-11-30";
        is_kept(&t.officer, "pending_hours", asked).await;
    })
    .await;
}
