//! Stories of the wall: what hangs in public tells of now, of few nobody, and of nothing once its address has ended.

use hours::year::{Totals, YearFigures};
use http_body_util::BodyExt as _;
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Module, Tx, args};
use testkit::app::{beijing, district};
use testkit::{TestApp, Visitor, on_both};
use tower::ServiceExt as _;

fn rooms() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        crate::module().part(YearFigures(Some(|_, year| {
            let served = i64::from(year);
            Box::pin(async move { Ok(Totals { volunteers: 31_482, teams: 496, minutes: 10_778_400, served }) })
        }))),
    ]
}

const DALI: &str = "440605125003";

/// A session today of a team in 大沥镇, from one clock to another.
async fn session(app: &TestApp, team: (Raw, &str), title: &str, from: &str, to: &str, places: i64) -> Raw {
    let (tenant, now, id, activity) = (app.tenant, app.clock.now(), kernel::ids::fresh(), kernel::ids::fresh());
    let (from, to) = (beijing(&format!("2026-11-23T{from}")), beijing(&format!("2026-11-23T{to}")));
    let ((team, path), title) = ((team.0, team.1.to_owned()), title.to_owned());
    app.write(async move |tx: &mut Tx<'_>| {
        let day = kernel::time::day(from);
        let sql = "INSERT INTO activity (tenant_id, id, number, title, summary, organisation_id, organisation_name, organisation_path, kind,
                     region_code, place, state, starts_on, ends_on, categories, category, beneficiaries, guarantees, risk_notice, risky,
                     working_time, own_duty, scope, opens_at, closes_at, min_minutes, only_team, contact_name, contact_phone,
                     contact_public, submitted_name, created_at, updated_at)
                   VALUES ($1, $2, $3, $4, 'x', $5, 'x', $6, 'village', $7, $4, 'running', $8, $8, $9, '02', '', '', '', FALSE,
                     FALSE, FALSE, 'public', $10, $10, 0, FALSE, '', '', FALSE, '', $10, $10)";
        let categories = kernel::Json(vec!["02"]);
        let number = activity.to_string();
        tx.execute(sql, args![tenant, activity, number, title, team, path, DALI, day, categories, now]).await?;
        let sql = "INSERT INTO activity_session (tenant_id, id, activity_id, starts_at, ends_at, day, code_key)
                   VALUES ($1, $2, $3, $4, $5, $6, '')";
        tx.execute(sql, args![tenant, id, activity, from, to, day]).await?;
        let sql = "INSERT INTO post (tenant_id, id, session_id, activity_id, name, conditions, places, taken, waiting, next_position)
                   VALUES ($1, $2, $3, $4, 'x', '', $5, 0, 0, 1)";
        tx.execute(sql, args![tenant, kernel::ids::fresh(), id, activity, places]).await?;
        Ok(id)
    })
    .await
    .unwrap();
    id
}

/// Somebody comes to a session at this clock and stays.
async fn come(app: &TestApp, session: Raw, team: Raw, person: Raw, clock: &str) {
    let sql = "INSERT INTO attendance (tenant_id, id, session_id, activity_id, person_id, organisation_id, region_code, day, in_at, in_method, in_by, forgotten)
               SELECT s.tenant_id, $1, s.id, s.activity_id, $2, $3, $4, s.day, $5, 'scan', 'test', FALSE
               FROM activity_session s WHERE s.tenant_id = $6 AND s.id = $7";
    let at = beijing(&format!("2026-11-23T{clock}"));
    app.sql(sql, args![kernel::ids::fresh(), person, team, DALI, at, app.tenant, session].to_vec()).await;
}

/// Makes a screen at the desk and reads its address off the page.
async fn hang(officer: &Visitor, region: &str) -> String {
    let page = officer.post("/desk/walls", &[("name", "沥雄社区大厅"), ("region", region)]).await.expect(200);
    let text = page.text();
    let from = text.find("/wall/").expect("the address is shown");
    text[from..].chars().take_while(|c| *c != '<' && *c != '"').collect()
}

async fn people(app: &TestApp, team: Raw, names: &[&str]) -> Vec<Raw> {
    let mut all = Vec::new();
    for name in names {
        let person = app.person(name).await;
        app.member(team, person).await;
        all.push(person);
    }
    all
}

const NAMES: [&str; 6] = ["陈慧敏", "陈志强", "陈伟", "陈灿辉", "陈欢", "陈柳仪"];

#[tokio::test]
async fn the_wall_shows_who_serves_now_and_masks_their_names() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let (team, path) = app.team("沥雄社区志愿服务队", DALI).await;
        app.team("沥东社区志愿服务队", "440605125001").await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = hang(&officer, "").await;
        let held = session(&app, (team, &path), "长者饭堂送餐", "09:00", "12:00", 20).await;
        session(&app, (team, &path), "四点半课堂", "16:30", "18:00", 12).await;
        for person in people(&app, team, &NAMES).await {
            come(&app, held, team, person, "09:50").await;
        }
        let page = app.stranger().get(&url).await.expect(200).text();
        assert!(page.contains("id=\"w-now\">6<"), "six serve");
        assert!(page.contains("id=\"w-people\">31,482<") && page.contains("id=\"w-hours\">179,640<"));
        assert!(
            page.contains("class=\"lamp on\" id=\"l-440605125-0\"")
                && page.contains("class=\"lamp\" id=\"l-440605125-1\"")
        );
        assert!(page.contains("大沥镇 · 陈** 等 6 人签到") && page.contains("大沥镇 · 还需 12 人"));
        assert!(NAMES.iter().all(|name| !page.contains(name)), "no whole name stands on a wall");
        assert!(page.contains("数据截至") && !page.contains("style="));
        for part in ["now", "next", "rhythm"] {
            app.stranger().get(&format!("{url}/{part}")).await.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn fewer_than_five_people_are_not_counted_in_public() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let (team, path) = app.team("沥雄社区志愿服务队", DALI).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = hang(&officer, "440605125").await;
        let held = session(&app, (team, &path), "独居长者探访", "09:00", "12:00", 3).await;
        for person in people(&app, team, &NAMES[..3]).await {
            come(&app, held, team, person, "09:58").await;
        }
        let page = app.stranger().get(&url).await.expect(200).text();
        assert!(page.contains("id=\"w-now\">少于 5<") && page.contains("陈** 等人签到"));
        assert!(page.contains("class=\"lamp new\" id=\"l-440605125-0\""), "they came less than five minutes ago");
    })
    .await;
}

/// The first message of a stream.
async fn first_message(app: &TestApp, url: &str) -> serde_json::Value {
    let request = axum::http::Request::get(format!("{url}/events")).body(axum::body::Body::empty()).unwrap();
    let answer = app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let frame = answer.into_body().frame().await.unwrap().unwrap();
    let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
    let data = text.lines().find_map(|l| l.strip_prefix("data: ")).expect("the message has data").to_owned();
    serde_json::from_str(&data).unwrap()
}

#[tokio::test]
async fn a_screen_is_told_what_changes_and_shares_one_picture_for_two_seconds() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let (team, path) = app.team("沥雄社区志愿服务队", DALI).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = hang(&officer, "").await;
        let held = session(&app, (team, &path), "长者饭堂送餐", "09:00", "12:00", 20).await;
        assert_eq!(first_message(&app, &url).await["w-now"], "0");
        for person in people(&app, team, &NAMES).await {
            come(&app, held, team, person, "09:59").await;
        }
        assert_eq!(first_message(&app, &url).await["w-now"], "0", "the picture is kept for two seconds");
        app.later(chrono::Duration::seconds(3));
        let message = first_message(&app, &url).await;
        assert_eq!((&message["w-now"], &message["l-440605125-0"]), (&"6".into(), &"new".into()));
        app.later(chrono::Duration::minutes(6));
        assert_eq!(first_message(&app, &url).await["l-440605125-0"], "on");
        app.later(chrono::Duration::hours(2));
        let message = first_message(&app, &url).await;
        assert_eq!((&message["w-now"], &message["l-440605125-0"]), (&"0".into(), &"".into()), "the session is over");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_was_ended_or_guessed_shows_nothing() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = hang(&officer, "").await;
        app.stranger().get(&url).await.expect(200);
        let list = officer.get("/desk/walls").await.expect(200).text();
        assert!(!list.contains(&url), "the address is shown once");
        let end: String = list
            .split("action=\"")
            .find(|p| p.starts_with("/desk/walls/"))
            .unwrap()
            .chars()
            .take_while(|c| *c != '"')
            .collect();
        officer.post(&end, &[]).await.expect(303);
        for path in [url.clone(), format!("{url}/events"), format!("{url}/now"), "/wall/guess".to_owned()] {
            app.stranger().get(&path).await.expect(404);
        }
        officer.post(&end, &[]).await.expect(404);
        officer.post("/desk/walls", &[("name", " "), ("region", "999")]).await.expect(422);
        app.stranger().get("/desk/walls").await.expect(303);
        let kinds = app.audit_kinds().await;
        assert!(kinds.contains(&"wall.screen_made".to_owned()) && kinds.contains(&"wall.screen_ended".to_owned()));
    })
    .await;
}
