//! Asking again: those alone who have not read it, once a day, by itself on the eve, and within everybody's budget.

use super::{messages, rooms, sent, settle};
use kernel::args;
use kernel::outbox::{Adapter, Channels, Line};
use testkit::{TestApp, on_both};

const MUST: [(&str, &str); 2] = [("must_read", "on"), ("read_by", "2026-11-27")];

#[tokio::test]
async fn those_who_have_not_read_it_are_counted_first_and_asked_once_a_day() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let id = sent(&app, &world.officer, &MUST).await;
        let url = format!("/desk/announcements/{id}/chasing");
        let (reader, other) = (world.people[0][1], world.people[1][2]);
        let liang = app.as_account("梁志", &[], Some(reader)).await;
        liang.post(&format!("/me/announcements/{id}/reading"), &[]).await.expect(303);
        let page = world.officer.get(&url).await.expect(200);
        assert!(page.text_contains("催还没读的 6 人"), "{}", page.text());
        assert_eq!(messages(&app, other).await, 1, "the count is told before anything is sent");
        world.officer.post(&url, &[]).await.expect(303);
        world.officer.post(&url, &[]).await.expect(409);
        assert_eq!(world.officer.get(&url).await.status.as_u16(), 409);
        app.run_jobs().await;
        assert_eq!((messages(&app, reader).await, messages(&app, other).await), (1, 2));
        app.at("2026-11-24T10:00").await;
        world.officer.post(&url, &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!((messages(&app, reader).await, messages(&app, other).await), (1, 3));
        // When all have read it, nobody is asked.
        app.sql("UPDATE announcement_recipient SET read_at = sent_at", vec![]).await;
        app.at("2026-11-25T10:00").await;
        world.officer.post(&url, &[]).await.expect(409);
        assert_eq!(app.audit_kinds().await.iter().filter(|k| *k == "announcement.chased").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn two_at_once_ask_once() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let id = sent(&app, &world.officer, &MUST).await;
        let (cx, other) = (app.cx(), app.cx());
        let (one, two) = tokio::join!(crate::verbs::chase(&cx, id, false), crate::verbs::chase(&other, id, true));
        assert!(one.is_ok() != two.is_ok(), "one of the two: {one:?} {two:?}");
        app.run_jobs().await;
        assert_eq!(messages(&app, world.people[2][0]).await, 2);
    })
    .await;
}

#[tokio::test]
async fn on_the_eve_it_asks_by_itself_unless_somebody_did_that_day() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let (first, second) = (sent(&app, &world.officer, &MUST).await, sent(&app, &world.officer, &MUST).await);
        let person = world.people[2][0];
        let run = async || {
            app.run_recurring("exchange.chase").await;
            app.run_jobs().await;
            messages(&app, person).await
        };
        app.at("2026-11-25T12:00").await;
        assert_eq!(run().await, 2, "two days before it is quiet");
        app.at("2026-11-26T08:59").await;
        assert_eq!(run().await, 2);
        world.officer.post(&format!("/desk/announcements/{second}/chasing"), &[]).await.expect(303);
        app.at("2026-11-26T09:00").await;
        assert_eq!(run().await, 4, "the first by itself, the second by the officer");
        assert_eq!(run().await, 4, "and not again that day");
        app.at("2026-11-27T12:00").await;
        assert_eq!(run().await, 4);
        let page = world.officer.get(&format!("/desk/announcements/{first}")).await.expect(200);
        assert!(page.text_contains("自动提醒了 7 人"), "{}", page.text());
    })
    .await;
}

#[tokio::test]
async fn an_urgent_one_goes_through_quiet_hours_and_asking_again_never_does() {
    on_both(rooms, async |app: TestApp| {
        let world = settle(&app).await;
        let line = Some(Line { adapter: Adapter::Console, unless_off: true });
        let channels = Channels { sms: line, ..Channels::default() };
        let app = app.configured(rooms, kernel::Config { channels, ..kernel::Config::default() }).await;
        let officer = app.as_account("夜班", &[testkit::app::district(kernel::Role::District)], None).await;
        let urgent = [MUST[0], MUST[1], ("urgency", "urgent")];
        let id = sent(&app, &officer, &urgent).await;
        let count = async |urgent: bool, word: &'static str| {
            let sql = "SELECT COUNT(*) AS n FROM outbox WHERE urgent = $1 AND word = $2";
            app.count(sql, args![urgent, word]).await
        };
        assert_eq!(count(true, "exchange.message.must_read").await, 7);
        officer.post(&format!("/desk/announcements/{id}/chasing"), &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!((count(true, "exchange.message.chase").await, count(false, "exchange.message.chase").await), (0, 7));
        let plain = sent(&app, &officer, &[]).await;
        assert_eq!(count(false, "exchange.message.told").await, 7);
        let _ = (plain, world);
    })
    .await;
}
