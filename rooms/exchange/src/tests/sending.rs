//! Sending in batches: stopped and sent on, taken back, and told once although its process dies or two of them do it.

use super::{draft, messages, recipients, rooms, sent, settle};
use crate::jobs::SendJob;
use crate::model::AnnouncementId;
use kernel::ids::Raw;
use kernel::jobs::{self, Job as _};
use kernel::outbox::{Adapter, Channels, Line};
use kernel::{JobId, Read as _, Tx, args, row};
use testkit::{TestApp, on_both};

/// A team of so many.
async fn crowd(app: &TestApp, team: Raw, size: usize) {
    let (tenant, now) = (app.tenant, app.app.clock.now());
    app.write(async move |tx: &mut Tx<'_>| {
        let day = kernel::time::day(now);
        let ids: Vec<Raw> = (0..size).map(|_| kernel::ids::fresh()).collect();
        let people: Vec<_> = ids.iter().map(|id| args![tenant, *id, "众人", "zhongren", "2", "440605126001", day, "active", now, now].to_vec()).collect();
        let head = "INSERT INTO person (tenant_id, id, name, sort_key, sex, region_code, registered_on, state, created_at, updated_at)";
        tx.insert_many(head, "", &people).await?;
        let rows: Vec<_> = ids.iter().map(|id| args![tenant, kernel::ids::fresh(), team, *id, "member", day].to_vec()).collect();
        let head = "INSERT INTO membership (tenant_id, id, organisation_id, person_id, role, from_on)";
        tx.insert_many(head, "", &rows).await
    })
    .await
    .unwrap();
}

row! { struct Sending { job_id: Option<JobId> } }

async fn job_of(app: &TestApp, id: AnnouncementId) -> JobId {
    let sql = "SELECT job_id FROM announcement WHERE id = $1";
    app.db().one::<Sending>(sql, args![id]).await.unwrap().job_id.unwrap()
}

/// Everybody has one message and one row; nobody has two.
async fn once_each(app: &TestApp, id: AnnouncementId, people: i64) {
    let url = crate::model::own_url(id);
    let told = "SELECT COUNT(*) AS n FROM message WHERE url = $1";
    let each = "SELECT COUNT(DISTINCT person_id) AS n FROM message WHERE url = $1";
    assert_eq!((app.count(told, args![url]).await, app.count(each, args![url]).await), (people, people));
    assert_eq!(i64::try_from(recipients(app, id).await.len()).unwrap(), people);
    let kept = "SELECT people AS n FROM announcement WHERE id = $1";
    assert_eq!(app.count(kept, args![id]).await, people);
}

#[tokio::test]
async fn a_job_that_died_on_the_way_is_gone_on_with_and_nobody_is_told_twice() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        crowd(&app, world.teams[2].0, 450).await;
        let id = draft(&world.officer, &[("town", "440605126")]).await;
        let url = format!("/desk/announcements/{id}");
        world.officer.post(&format!("{url}/sending"), &[]).await.expect(303);
        // The first batch is written, and the process is gone: the job's claim runs out.
        let at = app.cx();
        app.write(async move |tx: &mut Tx<'_>| crate::jobs::batch(tx, &at, id, None).await).await.unwrap();
        once_each(&app, id, 200).await;
        let page = world.officer.get(&url).await.expect(200);
        assert!(page.text_contains("已发 200 人，共 452 人"), "{}", page.text());
        assert_eq!(app.run_jobs().await, 1);
        once_each(&app, id, 452).await;
        assert!(world.officer.get(&format!("{url}/progress")).await.expect(200).text_contains("data-go-on"));
        // Run once more, as after a lease that was lost at the very end.
        SendJob { announcement: id }.run(app.cx(), job_of(&app, id).await).await.unwrap();
        once_each(&app, id, 452).await;
    })
    .await;
}

#[tokio::test]
async fn two_processes_that_both_send_it_tell_everybody_once() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        crowd(&app, world.teams[2].0, 450).await;
        let id = draft(&world.officer, &[("town", "440605126")]).await;
        world.officer.post(&format!("/desk/announcements/{id}/sending"), &[]).await.expect(303);
        let job = job_of(&app, id).await;
        app.sql("UPDATE job SET state = 'running', claimed_at = run_at WHERE id = $1", args![job].to_vec()).await;
        let (one, two) = tokio::join!(
            SendJob { announcement: id }.run(app.cx(), job),
            SendJob { announcement: id }.run(app.cx(), job)
        );
        // Whoever comes second to a batch finds its people told, or gives its own batch up and is run again.
        let _ = (one, two);
        SendJob { announcement: id }.run(app.cx(), job).await.unwrap();
        once_each(&app, id, 452).await;
    })
    .await;
}

#[tokio::test]
async fn it_is_stopped_on_its_way_and_sent_on_to_the_rest() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        crowd(&app, world.teams[2].0, 450).await;
        let id = draft(&world.officer, &[("town", "440605126")]).await;
        let url = format!("/desk/announcements/{id}");
        world.officer.post(&format!("{url}/cancellation"), &[]).await.expect(409);
        world.officer.post(&format!("{url}/sending"), &[]).await.expect(303);
        let at = app.cx();
        app.write(async move |tx: &mut Tx<'_>| crate::jobs::batch(tx, &at, id, None).await).await.unwrap();
        world.officer.post(&format!("{url}/cancellation"), &[]).await.expect(303);
        assert_eq!(app.run_jobs().await, 0, "its job is cancelled");
        // A batch that was begun before it was stopped leaves nothing.
        let at = app.cx();
        let late = app.write(async move |tx: &mut Tx<'_>| crate::jobs::batch(tx, &at, id, None).await).await;
        assert!(late.is_err());
        once_each(&app, id, 200).await;
        let page = world.officer.get(&url).await.expect(200);
        assert!(page.text_contains("中途停了") && page.text_contains("其中 200 人已经收到"), "{}", page.text());
        world.officer.post(&format!("{url}/sending"), &[]).await.expect(303);
        app.run_jobs().await;
        once_each(&app, id, 452).await;
        // The keeper's own stop of the job stops it as well.
        let other = draft(&world.officer, &[("town", "440605126")]).await;
        world.officer.post(&format!("/desk/announcements/{other}/sending"), &[]).await.expect(303);
        let (tenant, job) = (app.tenant, job_of(&app, other).await);
        app.write(async move |tx: &mut Tx<'_>| jobs::cancel(tx, tenant, job).await).await.unwrap();
        SendJob { announcement: other }.run(app.cx(), job).await.unwrap();
        assert!(world.officer.get(&format!("/desk/announcements/{other}")).await.expect(200).text_contains("中途停了"));
        assert!(recipients(&app, other).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn taking_it_back_tells_its_effect_and_takes_messages_and_what_did_not_leave() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let line = Some(Line { adapter: Adapter::Console, unless_off: true });
        let channels = Channels { sms: line, ..Channels::default() };
        let app = app.configured(rooms, kernel::Config { channels, ..kernel::Config::default() }).await;
        let officer = app.as_account("夜班", &[testkit::app::district(kernel::Role::District)], None).await;
        let id = sent(&app, &officer, &[("must_read", "on"), ("read_by", "2026-11-30")]).await;
        let person = world.people[0][1];
        let liang = app.as_account("梁志", &[], Some(person)).await;
        let left = "UPDATE outbox SET state = 'sent', done_at = made_at WHERE person_id = $1";
        app.sql(left, args![person].to_vec()).await;
        let url = format!("/desk/announcements/{id}/withdrawal");
        let page = officer.get(&url).await.expect(200);
        assert!(page.text_contains("收到的 7 人不能再看内容") && page.text_contains("其中 0 人已读，7 人还没读"));
        officer.post(&url, &[]).await.expect(303);
        officer.post(&url, &[]).await.expect(409);
        // At once, before the job has cleared anything away.
        let own = liang.get(&format!("/me/announcements/{id}")).await.expect(200);
        assert!(own.text_contains("这条通知已撤回") && !own.text_contains("站点二楼"), "{}", own.text());
        liang.post(&format!("/me/announcements/{id}/reading"), &[]).await.expect(409);
        app.run_jobs().await;
        assert_eq!(messages(&app, person).await, 0);
        let dropped = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'dropped' AND reason = 'taken_back'";
        assert_eq!(app.count(dropped, &[]).await, 6, "what has left cannot be taken back");
        let officer_again = officer.post(&format!("/desk/announcements/{id}/chasing"), &[]).await;
        assert_eq!(officer_again.status.as_u16(), 409);
    })
    .await;
}

#[tokio::test]
async fn a_program_writes_sends_asks_again_and_takes_back() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let token = app.token(world.officer.account.unwrap()).await;
        let call = async |method: &str, path: &str, body: Option<serde_json::Value>| {
            app.stranger().json(method, path, Some(&token), body.as_ref(), None).await
        };
        let body = serde_json::json!({ "title": "培训报名", "urgency": "normal", "kind": "training", "body": "报名从速。",
            "read_by": "2026-11-30", "teams": ["T0003"], "role": "member" });
        let made = call("POST", "/api/v1/announcements", Some(body.clone())).await.expect(201).json();
        let base = format!("/api/v1/announcements/{}", made["id"].as_str().unwrap());
        assert_eq!(call("GET", &base, None).await.expect(200).json()["reaches_people"], 2);
        let mut other = body.clone();
        other["title"] = "培训改期".into();
        call("PUT", &base, Some(other)).await.expect(204);
        call("POST", &format!("{base}/sending"), None).await.expect(202);
        call("POST", &format!("{base}/cancellation"), None).await.expect(204);
        call("POST", &format!("{base}/sending"), None).await.expect(202);
        app.run_jobs().await;
        let reader = app.as_account("李伟", &[], Some(world.people[2][1])).await;
        let own = app.token(reader.account.unwrap()).await;
        let mine = async |method: &str, path: &str| app.stranger().json(method, path, Some(&own), None, None).await;
        let list = mine("GET", "/api/v1/me/announcements?waits=true").await.expect(200).json();
        assert_eq!(list["items"][0]["title"], "培训改期");
        let at = format!("/api/v1/me/announcements/{}", made["id"].as_str().unwrap());
        assert_eq!(mine("GET", &at).await.expect(200).json()["body"], "报名从速。");
        mine("POST", &format!("{at}/reading")).await.expect(204);
        assert_eq!(call("POST", &format!("{base}/chasing"), None).await.expect(202).json()["people"], 1);
        call("POST", &format!("{base}/chasing"), None).await.expect(409);
        assert_eq!(call("GET", &base, None).await.expect(200).json()["chases"][0]["people"], 1);
        call("POST", &format!("{base}/withdrawal"), None).await.expect(204);
        assert!(mine("GET", &at).await.expect(200).json()["body"].is_null());
        let listed = call("GET", "/api/v1/announcements?state=withdrawn&q=peixun", None).await.expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let mut wrong = body;
        wrong["link"] = "http://x.cn".into();
        call("POST", "/api/v1/announcements", Some(wrong)).await.expect(422);
    })
    .await;
}
