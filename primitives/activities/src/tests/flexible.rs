//! Free hours: a window a day, within which everybody chooses when they come.

use super::{Open, Stage, post, rooms, signup_of, with};
use crate::store;
use kernel::args;
use serde_json::json;
use testkit::{Reply, TestApp, Visitor, on_both};

impl Stage {
    /// Free hours from 24 to 28 November, each day from 8 to 18 o'clock, two hours of which count.
    async fn free_hours(&self) -> Open {
        let form = with(with(self.form(3), "day", "2026-11-24"), "from", "08:00");
        let form = with(with(form, "to", "18:00"), "timing", "flexible");
        self.open_with(with(with(form, "last_day", "2026-11-28"), "visit_hours", "2")).await
    }
}

async fn join_at(open: &Open, who: &Visitor, (from, to): (&str, &str)) -> Reply {
    let fields = [("post", open.post.id.to_string()), ("from", from.to_owned()), ("to", to.to_owned())];
    post(who, &open.signups(), &fields).await
}

#[tokio::test]
async fn free_hours_are_a_window_on_every_day_that_leaves_the_rest_of_the_day_free() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.free_hours().await;
        let sessions = store::sessions(app.db(), app.tenant, open.id).await.unwrap();
        assert_eq!(sessions.iter().filter(|s| s.flexible && s.visit_minutes == Some(120)).count(), 5);
        let who = stage.volunteer("甲一").await;
        let page = who.get(&format!("/activities/{}", open.id)).await.expect(200);
        assert!(page.text_contains("时间自定") && page.text_contains("一次最多记 2 小时"));
        assert!(app.stranger().get("/activities").await.expect(200).text_contains("时间自定"));
        // Without hours, nothing else is in the way, and it is in nobody's way.
        let fixed = stage.open_with(with(stage.form(3), "day", "2026-11-24")).await;
        fixed.join(&who).await.expect(303);
        assert!(who.get("/activities").await.expect(200).text().contains(&format!("/activities/{}", open.id)));
        let mine = signup_of(&open.join(&who).await.expect(303));
        let shown = who.get(&format!("/activities/{}/signups/{mine}", open.id)).await.expect(200);
        assert!(shown.text_contains("这段时间里来就行"));
        let other = stage.open_with(with(with(stage.form(3), "day", "2026-11-24"), "from", "09:00")).await;
        other.join(&who).await.expect(409);
        let late = with(with(with(stage.form(3), "day", "2026-11-24"), "from", "09:00"), "to", "11:00");
        stage.open_with(late).await.join(&who).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn hours_that_somebody_chose_are_theirs_and_are_asked_like_any_others() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.free_hours().await;
        let who = stage.volunteer("甲一").await;
        for (from, to, words) in [
            ("07:00", "09:00", "只能定 08:00–18:00"),
            ("08:00", "10:30", "一次最多 2 小时"),
            ("10:00", "", "几点来、几点走都要填"),
            ("10:00", "09:00", "只能定 08:00–18:00"),
        ] {
            let refused = join_at(&open, &who, (from, to)).await.expect(409);
            assert!(refused.text_contains(words), "{from}–{to}: {}", refused.text());
        }
        let fixed = stage.open_with(with(stage.form(3), "day", "2026-11-24")).await;
        fixed.join(&who).await.expect(303);
        join_at(&open, &who, ("13:30", "15:00")).await.expect(409);
        let mine = signup_of(&join_at(&open, &who, ("10:00", "12:00")).await.expect(303));
        let shown = who.get(&format!("/activities/{}/signups/{mine}", open.id)).await.expect(200);
        assert!(shown.text_contains("10:00–12:00") && shown.text_contains("你自己定的时间"));
        let same = with(with(with(stage.form(3), "day", "2026-11-24"), "from", "11:00"), "to", "13:00");
        stage.open_with(same).await.join(&who).await.expect(409);
        // Whoever takes the place over chooses their own hours.
        let taker = stage.volunteer("乙二").await;
        who.post(&format!("/me/services/{mine}/handover"), &[("answer", "yes")]).await.expect(303);
        app.at("2026-11-24T09:00").await;
        assert!(taker.get("/me/handovers").await.expect(200).text_contains("08:00–18:00（时间自定）"));
        let taken = taker.post(&format!("/activities/{}/handovers", open.id), &[("signup", &mine)]).await.expect(303);
        let shown = taker.follow(&taken).await.expect(200);
        assert!(shown.text_contains("08:00–18:00") && shown.text_contains("这段时间里来就行"));
        let theirs = signup_of(&taken);
        app.at("2026-11-24T15:00").await;
        taker.post(&format!("/me/services/{theirs}/withdrawal"), &[]).await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn calendars_and_reminders_follow_the_hours_that_were_chosen() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.free_hours().await;
        let (loose, said) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        open.join(&loose).await.expect(303);
        join_at(&open, &said, ("10:00", "12:00")).await.expect(303);
        let file = async |who: &Visitor| {
            let made = who.post("/me/calendar", &[]).await.expect(200).text();
            let at = made.find("/calendar/").unwrap();
            let path: String = made[at..].chars().take_while(|c| !"\"<& ".contains(*c)).collect();
            app.stranger().get(&path).await.expect(200).text()
        };
        let (free, taken) = (file(&loose).await, file(&said).await);
        assert!(free.contains("T080000") && free.contains("TRANSP:TRANSPARENT") && free.contains("时间自定"));
        assert!(taken.contains("T100000") && taken.contains("T120000") && !taken.contains("TRANSPARENT"));
        let all = app.stranger().get(&format!("/activities/{}/calendar.ics", open.id)).await.expect(200).text();
        assert_eq!(all.matches("TRANSP:TRANSPARENT").count(), 5);
        app.at("2026-11-24T06:30").await;
        app.run_recurring("activities.remind").await;
        let page = loose.get("/me/services").await.expect(200);
        assert!(page.text_contains("时间自定"));
        let told = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND word = 'reminder.message.ask'
                      AND CAST(args AS TEXT) LIKE '%08:00–18:00%'";
        assert_eq!(app.count(told, args![app.tenant]).await, 2, "whoever is reminded reads the whole window");
    })
    .await;
}

#[tokio::test]
async fn a_form_of_free_hours_takes_one_window_and_a_last_day_and_a_program_sends_the_same() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let base = with(with(stage.form(3), "day", "2026-11-24"), "timing", "flexible");
        for (name, value, words) in [
            ("last_day", "2026-11-23", "最后一天不能早过第一天"),
            ("last_day", "2027-11-23", "最多 120 天"),
            ("visit_hours", "30", "12"),
        ] {
            let refused = post(&stage.leader, "/activities", &with(base.clone(), name, value)).await.expect(422);
            assert!(refused.text_contains(words), "{name} {value}");
        }
        let kept =
            post(&stage.leader, "/activities", &with(with(base, "last_day", "2026-11-26"), "then", "keep")).await;
        let id = kept.expect(303).location.unwrap().split('/').nth(2).unwrap().to_owned();
        let form = stage.leader.get(&format!("/activities/{id}/edit")).await.expect(200).text();
        assert!(form.contains("value=\"2026-11-26\"") && form.contains("value=\"flexible\" checked"));
        let copied = stage.leader.post(&format!("/activities/{id}/copies"), &[("first", "2026-12-01")]).await;
        let copy = copied.expect(303).location.unwrap().split('/').nth(2).unwrap().parse().unwrap();
        let sessions = store::sessions(app.db(), app.tenant, copy).await.unwrap();
        assert_eq!((sessions.len(), sessions.iter().all(|s| s.flexible)), (3, true));
        let token = app.token(stage.leader.account.unwrap()).await;
        let draft = json!({
            "team": stage.team, "title": "河岸巡护", "summary": "沿河走一走。", "place": "北门", "categories": ["07"],
            "risk_notice": "路滑。", "risky": false, "working_time": false, "own_duty": false, "scope": "public",
            "contact_name": "李伟强", "contact_phone": "13800001234",
            "confirmations": { "no_paid_work": true, "no_required_activity": true, "no_own_benefit": true,
              "public_purpose": true, "unpaid": true, "real_hours": true },
            "sessions": [{ "starts_at": "2026-11-24T08:00:00+08:00", "ends_at": "2026-11-24T18:00:00+08:00",
              "posts": [{ "name": "巡护员", "places": 4 }] }],
            "flexible": { "last_day": "2026-11-25", "visit_hours": 3 },
        });
        let made = stage.leader.json("POST", "/api/v1/activities", Some(&token), Some(&draft), None).await;
        let id = made.expect(201).json()["id"].as_str().unwrap().parse().unwrap();
        let open = stage.leader.post(&format!("/activities/{id}/submission"), &[]).await;
        open.expect(303);
        let open = stage.publish(id).await;
        let shown = app.stranger().get(&format!("/api/v1/activities/{}", open.id)).await.expect(200).json();
        assert_eq!(
            (&shown["sessions"][1]["flexible"], &shown["sessions"][1]["visit_minutes"]),
            (&json!(true), &json!(180))
        );
        let who = stage.volunteer("甲一").await;
        let token = app.token(who.account.unwrap()).await;
        let wish =
            json!({ "post": open.post.id, "from": "2026-11-24T09:00:00+08:00", "to": "2026-11-24T11:00:00+08:00" });
        who.json("POST", &format!("/api/v1{}", open.signups()), Some(&token), Some(&wish), None).await.expect(201);
        let own = who.json("GET", "/api/v1/me/services", Some(&token), None, None).await.expect(200).json();
        assert_eq!(own["items"][0]["starts_at"], "2026-11-24T01:00:00Z");
    })
    .await;
}
