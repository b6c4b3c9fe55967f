//! What the program shows of itself and what it keeps: figures for this machine alone, and nothing for longer than needed.

use crate::rooms;
use chrono::Duration;
use kernel::{Tx, args, auth};
use testkit::{TestApp, on_both};

#[tokio::test]
async fn the_figures_of_the_process_are_for_this_machine_alone() {
    on_both(rooms::all, async |app: TestApp| {
        let here = app.stranger().get("/metrics").await.expect(200);
        assert!(here.text_contains("qiyi_http_answers_total"));
        app.stranger().from_address([10, 0, 0, 9]).get("/metrics").await.expect(404);
        for header in ["x-forwarded-for", "forwarded", "x-real-ip", "via"] {
            let through = app.stranger().send("GET", "/metrics", &[(header, "127.0.0.1")], String::new()).await;
            assert_eq!(through.status, 404, "{header}: a proxy speaks for somebody else");
        }
    })
    .await;
}

#[tokio::test]
async fn what_had_its_while_is_swept_and_what_is_young_is_kept() {
    on_both(rooms::all, async |app: TestApp| {
        let account = app.as_account("qu", &[], None).await.account.unwrap();
        let make = async |what: &'static str, age: Duration| {
            let (tenant, now) = (app.tenant, app.app.clock.now());
            app.write(async move |tx: &mut Tx<'_>| {
                let once = "INSERT INTO once (tenant_id, key, actor, route, answer, made_at) VALUES ($1, $2, 'a', '/', $3, $4)";
                let nothing = kernel::Json(serde_json::json!({}));
                tx.execute(once, args![tenant, what, nothing, now - age]).await?;
                let found = auth::find(tx, tenant, account).await?;
                let token = auth::open(tx, tenant, &found, false, now, what).await?;
                let ends = "UPDATE session SET ends_at = $1 WHERE id_hash = $2";
                tx.execute(ends, args![now + Duration::hours(1) - age, auth::digest(&token)]).await?;
                auth::make_link(tx, tenant, "welcome", what, now + Duration::hours(1) - age).await?;
                let job = "INSERT INTO job (id, tenant_id, kind, payload, run_at, state, tries, progress)
                           VALUES ($1, $2, $3, $4, $5, $6, 0, $4)";
                let nothing = kernel::Json(serde_json::json!({}));
                for state in ["done", "failed"] {
                    let run_at = now - age * 15;
                    tx.execute(job, args![kernel::ids::fresh(), tenant, what, nothing, run_at, state]).await?;
                }
                Ok(())
            })
            .await
            .unwrap();
        };
        make("young", Duration::minutes(30)).await;
        make("old", Duration::hours(49)).await;
        app.run_recurring("kernel.sweep").await;
        let count = async |sql: &'static str| app.count(sql, &[]).await;
        assert_eq!(count("SELECT COUNT(*) AS n FROM once WHERE key = 'old'").await, 0);
        assert_eq!(count("SELECT COUNT(*) AS n FROM once WHERE key = 'young'").await, 1);
        assert_eq!(count("SELECT COUNT(*) AS n FROM session WHERE ip = 'old'").await, 0);
        assert_eq!(count("SELECT COUNT(*) AS n FROM session WHERE ip = 'young'").await, 1);
        assert_eq!(count("SELECT COUNT(*) AS n FROM link WHERE subject = 'old'").await, 0);
        assert_eq!(count("SELECT COUNT(*) AS n FROM link WHERE subject = 'young'").await, 1);
        assert_eq!(count("SELECT COUNT(*) AS n FROM job WHERE kind = 'old' AND state = 'done'").await, 0);
        assert_eq!(count("SELECT COUNT(*) AS n FROM job WHERE kind = 'old' AND state = 'failed'").await, 1, "to be looked at");
        assert_eq!(count("SELECT COUNT(*) AS n FROM job WHERE kind = 'young'").await, 2);
    })
    .await;
}
