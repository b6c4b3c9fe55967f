//! Reminders in three steps and their answers: once each, whoever runs them; and a place that is given back goes to the line.

use super::{Open, Stage, post, rooms, signup_of, with};
use crate::reminders::remind;
use kernel::ids::Raw;
use kernel::outbox::{Adapter, Channels, Line};
use kernel::{Read as _, Tx, args, row};
use serde_json::json;
use testkit::{TestApp, Visitor, on_both};

impl Stage {
    /// An activity on Friday from 14:00 with this many places.
    async fn open_on_friday(&self, places: i64) -> Open {
        self.open_with(with(self.form(places), "day", "2026-11-27")).await
    }
}

async fn run(app: &TestApp, moment: &str) {
    app.at(moment).await;
    app.run_recurring("activities.remind").await;
}

/// How many messages of this word lie for somebody.
async fn told(app: &TestApp, who: &Visitor, word: &'static str) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND person_id = $2 AND word = $3";
    app.count(sql, args![app.tenant, who.person.unwrap(), word]).await
}

const ASK: &str = "reminder.message.ask";
const KNOWN: &str = "reminder.message.known";

#[tokio::test]
async fn whoever_has_a_place_is_reminded_three_times_and_is_asked_until_they_said_it() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(1).await;
        let (li, waits) = (stage.volunteer("李一").await, stage.volunteer("候二").await);
        let signup = signup_of(&open.join(&li).await.expect(303));
        open.join(&waits).await.expect(303);
        run(&app, "2026-11-24T13:59").await;
        assert_eq!(told(&app, &li, ASK).await, 0, "it is not three days before yet");
        run(&app, "2026-11-24T14:00").await;
        run(&app, "2026-11-24T14:01").await;
        assert_eq!(
            (told(&app, &li, ASK).await, told(&app, &waits, ASK).await),
            (1, 0),
            "who waits has nothing to come to"
        );
        run(&app, "2026-11-26T14:00").await;
        assert_eq!(told(&app, &li, ASK).await, 2);
        let page = format!("/me/services/{signup}/answer");
        assert!(li.get(&page).await.expect(200).text_contains("会来吗？"));
        li.post(&page, &[("answer", "yes")]).await.expect(303);
        run(&app, "2026-11-27T12:00").await;
        assert_eq!(
            (told(&app, &li, ASK).await, told(&app, &li, KNOWN).await),
            (2, 1),
            "who said so is not asked again"
        );
        run(&app, "2026-11-27T13:30").await;
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM reminder", &[]).await, 3);
    })
    .await;
}

#[tokio::test]
async fn whoever_was_reminded_of_the_old_time_is_reminded_of_the_new_one() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(1).await;
        let li = stage.volunteer("李一").await;
        let signup = signup_of(&open.join(&li).await.expect(303));
        run(&app, "2026-11-24T14:00").await;
        let page = format!("/me/services/{signup}/answer");
        li.post(&page, &[("answer", "yes")]).await.expect(303);
        app.at("2026-11-24T15:00").await;
        let to = [("day", "2026-12-04"), ("from", "14:00"), ("to", "17:00"), ("why", "场地改期")];
        stage.reviewer.post(&open.at("/time"), &to).await.expect(303);
        assert!(!li.get(&page).await.expect(200).text_contains("说过会来"), "the yes was to the old time");
        run(&app, "2026-11-27T14:00").await;
        assert_eq!(told(&app, &li, ASK).await, 1, "the old time is nobody's business any more");
        run(&app, "2026-12-01T14:00").await;
        assert_eq!((told(&app, &li, ASK).await, told(&app, &li, KNOWN).await), (2, 0));
    })
    .await;
}

#[tokio::test]
async fn who_signs_up_late_is_not_reminded_of_what_they_did_a_moment_ago() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(5).await;
        app.at("2026-11-24T18:00").await;
        let li = stage.volunteer("李一").await;
        open.join(&li).await.expect(303);
        run(&app, "2026-11-24T18:01").await;
        assert_eq!(told(&app, &li, ASK).await, 0);
        run(&app, "2026-11-26T14:01").await;
        assert_eq!(told(&app, &li, ASK).await, 1);
        // A house that was dark for a day does not remind in the middle of two steps.
        let late = stage.open_with(with(stage.form(5), "day", "2026-12-04")).await;
        late.join(&li).await.expect(303);
        run(&app, "2026-12-02T15:00").await;
        assert_eq!(told(&app, &li, ASK).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_district_switches_each_step_off_and_a_stopped_activity_reminds_nobody() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(5).await;
        let li = stage.volunteer("李一").await;
        open.join(&li).await.expect(303);
        let officer = app.as_account("林区", &[testkit::app::district(kernel::Role::District)], None).await;
        officer.post("/desk/settings/activities.remind_first_days", &[("value", "0")]).await.expect(303);
        officer.post("/desk/settings/activities.remind_second_hours", &[("value", "73")]).await.expect(422);
        run(&app, "2026-11-24T14:00").await;
        assert_eq!(told(&app, &li, ASK).await, 0, "the first is off");
        let step = [("step", "disable"), ("opinion", "台风")];
        stage.reviewer.post(&format!("/desk/activities/{}/step", open.id), &step).await.expect(303);
        run(&app, "2026-11-26T14:00").await;
        assert_eq!(told(&app, &li, ASK).await, 0, "nobody is asked to come to what is stopped");
    })
    .await;
}

row! { struct Asked { url: String } }

/// Where the mail of somebody leads.
async fn mail_of(app: &TestApp, who: &Visitor) -> String {
    let sql =
        "SELECT url FROM outbox WHERE person_id = $1 AND channel = 'mail' AND word = $2 ORDER BY made_at DESC LIMIT 1";
    app.db().one::<Asked>(sql, args![who.person.unwrap(), ASK]).await.unwrap().url
}

/// The same house with a way out for mail, and somebody whose address is confirmed.
async fn with_mail(app: &TestApp, people: &[&Visitor]) -> TestApp {
    for who in people {
        let sql = "INSERT INTO message_setting (tenant_id, person_id, mail, mail_hash, quiet_from, quiet_to, digest, digest_at, lang)
                   VALUES ($1, $2, TRUE, $3, '21:30:00', '08:00:00', FALSE, '18:30:00', 'zh-CN')";
        app.sql(sql, args![app.tenant, who.person.unwrap(), vec![1_u8]].to_vec()).await;
    }
    let line = |adapter| Some(Line { adapter, unless_off: true });
    let channels = Channels { mail: line(Adapter::Console), sms: line(Adapter::Console), ..Channels::default() };
    app.configured(rooms, kernel::Config { channels, ..kernel::Config::default() }).await
}

#[tokio::test]
async fn the_link_of_a_mail_answers_by_a_press_and_never_by_being_opened() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(1).await;
        let (li, next) = (stage.volunteer("李一").await, stage.volunteer("候二").await);
        let signup = signup_of(&open.join(&li).await.expect(303));
        open.join(&next).await.expect(303);
        let app = with_mail(&app, &[&li]).await;
        run(&app, "2026-11-24T14:00").await;
        let link = mail_of(&app, &li).await;
        let sms = "SELECT COUNT(*) AS n FROM outbox WHERE channel = 'sms' AND url = $1";
        assert_eq!(
            app.count(sms, args![format!("/me/services/{signup}/answer")]).await,
            1,
            "an SMS leads to a sign-in"
        );
        let anybody = app.stranger();
        let state = "SELECT COUNT(*) AS n FROM signup WHERE state = 'joined' AND answer IS NULL";
        for _ in 0..3 {
            let page = anybody.get(&link).await.expect(200);
            assert!(page.text_contains("会来吗？") && !page.text_contains("李一"), "{}", page.text());
        }
        assert_eq!(app.count(state, &[]).await, 1, "a filter that opens links says nothing");
        // Another sign-up's mark, a changed one and none open nothing.
        let (head, mark) = link.rsplit_once('/').unwrap();
        let other: String = mark.chars().rev().collect();
        for bad in [format!("{head}/{other}"), format!("{head}/x"), format!("/answers/{}/{mark}", kernel::ids::fresh())]
        {
            anybody.get(&bad).await.expect(404);
            anybody.post(&bad, &[("answer", "no")]).await.expect(404);
        }
        anybody.post_raw(&link, &[("answer", "no")], &[]).await.expect(403);
        anybody.post(&link, &[("answer", "maybe")]).await.expect(400);
        anybody.post(&link, &[("answer", "yes"), ("told", "on")]).await.expect(303);
        let coming = "SELECT COUNT(*) AS n FROM signup WHERE state = 'joined' AND answer = 'coming'";
        assert_eq!(app.count(coming, &[]).await, 1);
        // Something came between: the place goes on to the line.
        let done = anybody.post(&link, &[("answer", "no"), ("told", "on")]).await.expect(303);
        assert!(anybody.follow(&done).await.expect(200).text_contains("你说了来不了，已退出报名"));
        anybody.post(&link, &[("answer", "no")]).await.expect(303);
        anybody.post(&link, &[("answer", "yes")]).await.expect(409);
        assert_eq!(told(&app, &next, "signup.message.offered").await, 1, "the first in line is asked");
        let lines = app.audit().await;
        let said: Vec<_> = lines.iter().filter(|l| l.kind == "signup.answered").collect();
        assert_eq!((said.len(), said[0].actor.as_str()), (2, "李一"));
    })
    .await;
}

#[tokio::test]
async fn a_program_of_the_leader_counts_who_comes_who_cannot_and_who_did_not_say() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(5).await;
        let (one, two, three) =
            (stage.volunteer("甲一").await, stage.volunteer("乙二").await, stage.volunteer("丙三").await);
        let mut signups = Vec::new();
        for who in [&one, &two, &three] {
            signups.push(signup_of(&open.join(who).await.expect(303)));
        }
        run(&app, "2026-11-26T14:00").await;
        let answer = |n: usize| format!("/me/services/{}/answer", signups[n]);
        one.post(&answer(0), &[("answer", "yes")]).await.expect(303);
        two.post(&answer(1), &[("answer", "no")]).await.expect(303);
        two.post(&answer(0), &[("answer", "no")]).await.expect(404);
        let token = app.token(stage.leader.account.unwrap()).await;
        let path = format!("/api/v1{}", open.at("/answers"));
        let counts = app.stranger().json("GET", &path, Some(&token), None, None).await.expect(200).json();
        assert_eq!(counts, json!({ "coming": 1, "cannot": 1, "silent": 1 }));
        // A program says it too.
        let own = app.token(three.account.unwrap()).await;
        let say = async |coming: bool| {
            let body = json!({ "coming": coming });
            app.stranger()
                .json("PUT", &format!("/api/v1/me/services/{}/answer", signups[2]), Some(&own), Some(&body), None)
                .await
        };
        say(true).await.expect(204);
        say(false).await.expect(204);
        say(false).await.expect(204);
        say(true).await.expect(409);
        let counts = app.stranger().json("GET", &path, Some(&token), None, None).await.expect(200).json();
        assert_eq!(counts, json!({ "coming": 1, "cannot": 2, "silent": 0 }));
        // Once it has begun there is nothing to say.
        app.at("2026-11-27T14:00").await;
        one.post(&answer(0), &[("answer", "no")]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn a_press_in_the_list_of_messages_does_not_take_a_group_along_unseen() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(5).await;
        let (one, two) = (stage.volunteer("甲一").await, stage.volunteer("乙二").await);
        let signup = signup_of(&open.join(&one).await.expect(303));
        open.join(&two).await.expect(303);
        let group = kernel::ids::fresh();
        app.sql("UPDATE signup SET group_id = $1", args![group].to_vec()).await;
        let page = format!("/me/services/{signup}/answer");
        let shown = one.post(&page, &[("answer", "no")]).await.expect(303);
        assert_eq!(shown.location.as_deref(), Some(page.as_str()));
        let joined = "SELECT COUNT(*) AS n FROM signup WHERE state = 'joined'";
        assert_eq!(app.count(joined, &[]).await, 2);
        assert!(one.get(&page).await.expect(200).text_contains("2 人"));
        one.post(&page, &[("answer", "no"), ("told", "on")]).await.expect(303);
        assert_eq!(app.count(joined, &[]).await, 0);
    })
    .await;
}

/// So many who joined at the same moment.
async fn crowd(stage: &Stage, open: &Open, size: usize) -> Vec<Raw> {
    let app = &stage.app;
    let mut people = Vec::new();
    for n in 0..size {
        let person = app.person(&format!("众{n}")).await;
        let sql = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position,
                     starts_at, ends_at, made_at, changed_at)
                   SELECT p.tenant_id, $1, p.activity_id, p.session_id, p.id, $2, $3, 'joined', 1, s.starts_at, s.ends_at, $4, $4
                   FROM post p JOIN activity_session s ON s.tenant_id = p.tenant_id AND s.id = p.session_id
                   WHERE p.tenant_id = $5 AND p.id = $6";
        let of = args![kernel::ids::fresh(), person, stage.team, app.app.clock.now(), app.tenant, open.post.id];
        app.sql(sql, of.to_vec()).await;
        people.push(person);
    }
    people
}

#[tokio::test]
async fn a_step_is_told_once_although_two_processes_run_it_and_one_dies_on_the_way() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(300).await;
        let people = crowd(&stage, &open, 150).await;
        let session = open.session.id;
        app.at("2026-11-24T14:00").await;
        // A process that dies in the middle of its part leaves neither the mark nor the message.
        let (at, first) = (app.cx(), people[0]);
        let died = app
            .write(async move |tx: &mut Tx<'_>| {
                let one = crate::reminders::store::Joined {
                    id: crate::SignupId::fresh(),
                    person_id: people::PersonId(first),
                    answer: None,
                };
                let step = (session, crate::reminders::Step::First);
                assert!(crate::reminders::store::note(tx, &at, step, &one).await?);
                Err::<(), _>(kernel::Error::NotFound)
            })
            .await;
        assert!(died.is_err());
        let (one, two, three) = tokio::join!(remind(app.cx()), remind(app.cx()), remind(app.cx()));
        for ran in [one, two, three] {
            ran.unwrap();
        }
        remind(app.cx()).await.unwrap();
        let all = "SELECT COUNT(*) AS n FROM message WHERE word = 'reminder.message.ask'";
        let each = "SELECT COUNT(DISTINCT person_id) AS n FROM message WHERE word = 'reminder.message.ask'";
        assert_eq!((app.count(all, &[]).await, app.count(each, &[]).await), (150, 150));
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM reminder", &[]).await, 150);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM reminder_round", &[]).await, 1);
        // The key itself refuses a second one.
        let again = "INSERT INTO reminder (tenant_id, session_id, person_id, step, signup_id, sent_at)
                     SELECT tenant_id, session_id, person_id, step, signup_id, sent_at FROM reminder";
        assert!(app.write(async move |tx: &mut Tx<'_>| tx.execute(again, &[]).await).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_was_asked_is_not_asked_any_more_once_one_left_by_another_way() {
    on_both(rooms, async |app: TestApp| {
        let stage = Stage::set(&app).await;
        let open = stage.open_on_friday(5).await;
        let li = stage.volunteer("李一").await;
        let signup = signup_of(&open.join(&li).await.expect(303));
        run(&app, "2026-11-24T14:00").await;
        let asks = async || {
            let found = kernel::messages::list(app.db(), &app.cx(), li.person.unwrap(), 60).await.unwrap();
            found.iter().filter(|m| m.ask.is_some()).count()
        };
        assert_eq!(asks().await, 1);
        post(&li, &format!("/me/services/{signup}/withdrawal"), &[]).await.expect(303);
        assert_eq!(asks().await, 0);
        let back = stage.volunteer("王三").await;
        open.join(&back).await.expect(303);
        run(&app, "2026-11-26T14:00").await;
        let found = async || kernel::messages::list(app.db(), &app.cx(), back.person.unwrap(), 60).await.unwrap();
        assert!(found().await[0].ask.is_some());
        app.at("2026-11-27T14:00").await;
        assert!(found().await[0].ask.is_none(), "the session has begun");
    })
    .await;
}
