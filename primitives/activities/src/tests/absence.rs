//! Who signed up and did not come: a word or a time without signing up, explained, and suspended while one says that one was there.

use super::{Open, Stage, rooms, with};
use kernel::ids::Raw;
use kernel::{Role, args};
use serde_json::json;
use testkit::app::district;
use testkit::{TestApp, Visitor, on_both};

impl Stage {
    /// A session on a day at which somebody else came, and these people signed up for.
    async fn missed(&self, day: &str, who: &[&Visitor]) -> Open {
        let app = &self.app;
        let open = self.open_with(with(self.form(9), "day", day)).await;
        for one in who {
            open.join(one).await.expect(303);
        }
        let came = app.person("来了的人").await;
        let sql = "INSERT INTO attendance (tenant_id, id, session_id, activity_id, person_id, organisation_id, region_code, day, in_at,
                     in_method, in_by, forgotten) VALUES ($1, $2, $3, $4, $5, $6, '440605125003', $7, $8, 'staff', 'test', FALSE)";
        let (day, at): (chrono::NaiveDate, _) = (day.parse().unwrap(), open.session.starts_at);
        let id = kernel::ids::fresh();
        app.sql(sql, args![app.tenant, id, open.session.id, open.id, came, self.team, day, at].to_vec()).await;
        open
    }

    async fn set_absence(&self, times: &str, block: &str) {
        let name = format!("head {times} {block}");
        let head = self.app.as_account(&name, &[district(Role::District)], None).await;
        for (name, value) in [("absent_times", times), ("absent_block_days", block)] {
            head.post(&format!("/desk/settings/activities.{name}"), &[("value", value)]).await.expect(303);
        }
    }
}

async fn end(app: &TestApp, id: Raw) {
    app.sql("UPDATE activity SET state = 'ended' WHERE id = $1", args![id].to_vec()).await;
}

#[tokio::test]
async fn whoever_misses_services_is_warned_then_waits_and_reads_which_ones_counted() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        stage.set_absence("2", "0").await;
        let (who, fine) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let first = stage.missed("2026-11-24", &[&who]).await;
        let second = stage.missed("2026-11-25", &[&who]).await;
        let off = stage.missed("2026-11-26", &[&who]).await;
        app.sql("UPDATE activity_session SET cancelled_at = starts_at WHERE id = $1", args![off.session.id].to_vec())
            .await;
        let next = stage.open_with(with(stage.form(9), "day", "2026-12-05")).await;
        for open in [&first, &second, &off] {
            end(&app, open.id.0).await;
        }
        app.at("2026-11-25T18:00").await;
        let page = format!("/activities/{}", next.id);
        assert!(!who.get(&page).await.expect(200).text_contains("报了没到"), "the leader has a day to write it down");
        app.at("2026-11-27T09:00").await;
        let warned = who.get(&page).await.expect(200);
        assert!(warned.text_contains("90 天里有 2 次报了没到") && warned.text().contains("/me/absences"));
        assert!(!fine.get(&page).await.expect(200).text_contains("报了没到"));
        let list = who.get("/me/absences").await.expect(200);
        assert!(list.text_contains("已有 2 次报了没到") && list.text_contains("我到了"));
        assert!(fine.get("/me/absences").await.expect(200).text_contains("没有报了没到的"));
        next.join(&who).await.expect(303);
        // The same with a time without signing up.
        stage.set_absence("2", "14").await;
        let later = stage.open_with(with(stage.form(9), "day", "2026-12-06")).await;
        let refused = later.join(&who).await.expect(409);
        assert!(refused.text_contains("90 天里有 2 次报了没到，2026-12-09 17:00 后才能再报"), "{}", refused.text());
        later.join(&fine).await.expect(303);
        assert!(who.get("/me/absences").await.expect(200).text_contains("前不能报名"));
        let token = app.token(who.account.unwrap()).await;
        let own = who.json("GET", "/api/v1/me/absences", Some(&token), None, None).await.expect(200).json();
        assert_eq!((&own["times"], &own["limit"], &own["block_days"]), (&json!(2), &json!(2), &json!(14)));
        assert_eq!(own["blocked_until"], "2026-12-09T09:00:00Z");
    })
    .await;
}

#[tokio::test]
async fn whoever_says_that_they_were_there_signs_up_again_until_somebody_decides() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        stage.set_absence("1", "30").await;
        let who = stage.volunteer("甲一").await;
        let missed = stage.missed("2026-11-24", &[&who]).await;
        end(&app, missed.id.0).await;
        app.at("2026-11-26T09:00").await;
        let next = stage.open_with(with(stage.form(9), "day", "2026-12-05")).await;
        next.join(&who).await.expect(409);
        let report = missed.at("/applications");
        who.get(&format!("{report}/new")).await.expect(200);
        let fields = [("from", "14:00"), ("to", "16:00"), ("reason", "码坏了，没签上")];
        who.upload(&report, &fields, ("evidence", "", b"")).await.expect(303);
        let list = who.get("/me/absences").await.expect(200);
        assert!(list.text_contains("说明过了，先不算") && list.text_contains("可以照常报名"));
        next.join(&who).await.expect(303);
        let back = "UPDATE hours_pending SET state = 'returned' WHERE person_id = $1";
        app.sql(back, args![who.person.unwrap()].to_vec()).await;
        let later = stage.open_with(with(stage.form(9), "day", "2026-12-06")).await;
        later.join(&who).await.expect(409);
    })
    .await;
}
