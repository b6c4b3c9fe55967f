//! Stories of questions that are kept: as of every other list, for oneself or one's office, and those of old carried over.

use super::{crowd, rooms};
use kernel::args;
use kernel::policy::Role;
use testkit::app::district;
use testkit::{TestApp, on_both};

#[tokio::test]
async fn a_question_to_the_figures_is_kept_for_oneself_or_for_ones_office() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let other = app.as_account("何伟", &[district(Role::District)], None).await;
        let asked = "/desk/statistics/pivot?metric=active&rows=town&columns=month&town=440605125";
        let page = officer.get(asked).await.expect(200);
        assert!(page.text_contains("存下这个筛选"), "an answer can be kept");
        let silly = officer.get("/desk/statistics/pivot?metric=active&rows=town&columns=town").await.expect(422);
        assert!(!silly.text_contains("存下这个筛选"), "a question without an answer is not worth keeping");
        let keep = async |name: &str, share: &str| {
            let query = asked.trim_start_matches("/desk/statistics/pivot");
            officer
                .post("/desk/views", &[("list", "figures"), ("name", name), ("query", query), ("share", share)])
                .await
        };
        assert_eq!(keep("各镇每月", "").await.expect(303).location.as_deref(), Some(asked));
        keep("各镇每月", "").await.expect(303);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM saved_view", &[]).await, 1, "the same name is the same view");
        assert!(officer.get("/desk/statistics/pivot").await.expect(200).text_contains("各镇每月"));
        assert!(!other.get("/desk/statistics/pivot").await.expect(200).text_contains("各镇每月"));
        keep("各镇每月", "on").await.expect(303);
        assert!(
            other.get("/desk/statistics/pivot").await.expect(200).text_contains("各镇每月"),
            "shared with the office"
        );
        let wrong = [("list", "figures"), ("name", "x"), ("query", "?cell=1")];
        officer.post("/desk/views", &wrong).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn the_views_of_old_are_carried_over_with_their_owners() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let run = async |text: &'static str| {
            for sql in text.split_inclusive(';').filter(|sql| sql.contains(';')) {
                app.sql(sql, vec![]).await;
            }
        };
        // The district as it was before: the old table with a view in it.
        run(include_str!("../../../migrations/20261128_41_views.sql")).await;
        let sql = "INSERT INTO statistics_view (tenant_id, id, account_id, name, query, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let query = "?metric=active&rows=town&columns=month";
        let id = kernel::views::ViewId::fresh();
        app.sql(sql, args![app.tenant, id, officer.account, "各镇每月", query, app.cx().now].to_vec()).await;
        run(include_str!("../../../migrations/20261128_72_views_kept.sql")).await;
        let page = officer.get(&format!("/desk/statistics/pivot{query}")).await.expect(200).text();
        assert!(page.contains("aria-current=\"true\">各镇每月"), "the old question is the present one: {page}");
        officer.post(&format!("/desk/views/{id}/removal"), &[]).await.expect(303);
        assert!(!officer.get("/desk/statistics/pivot").await.expect(200).text_contains("各镇每月"));
    })
    .await;
}

#[tokio::test]
async fn a_question_to_the_report_is_kept() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let asked = "/desk/statistics?from=2026-01&to=2026-06&town=440605125&kind=village&category=01&group=team";
        testkit::views::is_kept(&officer, "report", asked).await;
        testkit::views::is_kept(&officer, "report", "/desk/statistics?year=2025&group=month").await;
    })
    .await;
}
