//! Stories of what does not count yet: reported, over the day's limit, posted, objected to.

use super::{Town, acting, rooms, town};
use crate::model::{EntryId, Method, NewEntry};
use crate::pending::{PendingState, verbs};
use crate::{Application, apply};
use kernel::db::LaneKey;
use kernel::ids::Raw;
use kernel::{Error, Result, Role, Tx, args};
use testkit::app::{organisation, region};
use testkit::{Reply, TestApp, Visitor, on_both};

impl Town {
    /// What a volunteer reports of a day.
    fn report(&self, person: Raw, from: &str, to: &str) -> NewEntry {
        NewEntry {
            method: Method::Own,
            reason: Some("手机没电，没有扫码".to_owned()),
            entered_by: "陈慧敏".to_owned(),
            ..self.entry(person, from, to)
        }
    }

    pub(super) async fn apply(&self, by: &Visitor, from: &str, to: &str) -> Result<EntryId> {
        let person = by.person.expect("a volunteer reports");
        let mut cx = acting(&self.app, by);
        let actor = kernel::Actor { person: Some(person), ..(*cx.actor).clone() };
        cx = cx.acting(actor);
        let application = Application { entry: self.report(person, from, to), proofs: Vec::new() };
        self.app.write(async move |tx: &mut Tx<'_>| apply(tx, &cx, application).await).await
    }

    async fn settle(&self, by: &Visitor, id: EntryId, decision: &str, opinion: &str) -> Reply {
        let fields = [("decision", decision), ("opinion", opinion)];
        by.post(&format!("/desk/hours/pending/{id}/decision"), &fields).await
    }

    pub(super) async fn state(&self, id: EntryId) -> PendingState {
        crate::pending::store::find(self.app.db(), self.app.tenant, id).await.unwrap().state
    }

    /// Somebody who leads the team.
    pub(super) async fn leader(&self, name: &str, person: Option<Raw>) -> Visitor {
        self.app.as_account(name, &[organisation(Role::Leader, &self.path)], person).await
    }

    async fn second(&self, name: &str) -> Visitor {
        self.app.as_account(name, &[region(Role::Town, super::DALI)], None).await
    }

    /// A report of 2.5 hours that stands on the public notice until the end of Thursday, 26 November.
    async fn posted(&self) -> (Visitor, EntryId) {
        let me = self.app.as_account("陈慧敏", &[], Some(self.chen)).await;
        let leader = self.leader("梁少芬", Some(self.ou)).await;
        let id = self.apply(&me, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        self.settle(&leader, id, "approve", "").await.expect(303);
        assert_eq!(self.state(id).await, PendingState::Posted);
        (me, id)
    }

    async fn notices(&self, moment: &str) {
        self.app.at(moment).await;
        self.app.run_recurring("hours.notices").await;
    }
}

fn refused(result: Result<EntryId>) -> String {
    match result {
        Err(Error::Refused(word)) => word.key.into_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_report_counts_once_the_leader_said_yes_and_nobody_objected_in_three_working_days() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        // She leads the team, too.
        let me = town.leader("陈慧敏", Some(town.chen)).await;
        let id = town.apply(&me, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        let own = me.get("/me/hours").await.expect(200);
        assert!(own.text_contains("还没记入的") && own.text_contains("待队长审核"), "{}", own.text());
        assert!(!app.stranger().get("/postings").await.expect(200).text_contains("长者饭堂送餐"));

        let barred = me.get(&format!("/desk/hours/pending/{id}")).await.expect(200);
        assert!(barred.text_contains("这是你自己的时长") && !barred.text_contains("/decision"));
        assert!(town.settle(&me, id, "approve", "").await.expect(409).text_contains("这是你自己的时长"));

        // Lines of one moment lie in chains side by side on a server.
        app.later(chrono::Duration::minutes(1));
        let leader = town.leader("梁少芬", Some(town.ou)).await;
        let shown = leader.get(&format!("/desk/hours/pending/{id}")).await.expect(200);
        assert!(shown.text_contains("公示 3 个工作日") && shown.text_contains("没有附证明"), "{}", shown.text());
        town.settle(&leader, id, "approve", "").await.expect(303);
        assert_eq!((town.state(id).await, town.balance(town.chen).await), (PendingState::Posted, 0));
        town.settle(&leader, id, "approve", "").await.expect(403);
        let notice = app.stranger().get("/postings?q=%E9%A5%AD%E5%A0%82").await.expect(200);
        for part in ["陈**", "2.5", "公示到 2026-11-26", "长者饭堂送餐"] {
            assert!(notice.text_contains(part), "{part} in {}", notice.text());
        }
        assert!(!notice.text_contains("陈慧"));

        town.notices("2026-11-26T23:59").await;
        assert_eq!(town.balance(town.chen).await, 0, "the last day counts whole");
        for _ in 0..3 {
            town.notices("2026-11-27T00:00").await;
        }
        assert_eq!((town.balance(town.chen).await, town.state(id).await), (150, PendingState::Entered));
        let rows = "SELECT COUNT(*) AS n FROM hours_entry WHERE id = $1 AND method = 'self' AND approved_by = '梁少芬'";
        assert_eq!(app.count(rows, args![id]).await, 1);
        assert!(!app.stranger().get("/postings").await.expect(200).text_contains("陈**"));
        let told = "SELECT COUNT(*) AS n FROM message WHERE person_id = $1 AND word IN ('hours.message.posted', 'hours.message.entered')";
        assert_eq!(app.count(told, args![town.chen]).await, 2);
        assert_eq!(app.audit_kinds().await, ["hours.applied", "hours.pending_decided", "hours.notice_ended"]);
    })
    .await;
}

#[tokio::test]
async fn a_report_keeps_the_rules_of_a_row_and_takes_nobodys_time_twice() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let me = app.as_account("陈慧敏", &[], Some(town.chen)).await;
        for (from, to, wanted) in [
            ("2026-11-23T09:00", "2026-11-23T11:00", "hours.refused.future"),
            ("2026-11-21T23:00", "2026-11-22T01:00", "hours.refused.two_days"),
            ("2026-11-19T09:00", "2026-11-19T11:00", "hours.refused.window"),
            ("2026-11-21T11:00", "2026-11-21T09:00", "hours.refused.backwards"),
        ] {
            assert_eq!(refused(town.apply(&me, from, to).await), wanted);
        }
        town.credit(town.chen, "2026-11-21T14:00", "2026-11-21T15:00").await.unwrap();
        let taken = town.apply(&me, "2026-11-21T14:30", "2026-11-21T16:00").await;
        assert_eq!(refused(taken), "hours.refused.overlap");
        let id = town.apply(&me, "2026-11-21T09:00", "2026-11-21T11:30").await.unwrap();
        let twice = town.apply(&me, "2026-11-21T10:00", "2026-11-21T12:00").await;
        assert_eq!(refused(twice), "hours.refused.pending");
        let path = format!("/me/hours/applications/{id}/withdrawal");
        let other = app.as_account("区志明", &[], Some(town.ou)).await;
        other.post(&path, &[]).await.expect(404);
        me.post(&path, &[]).await.expect(303);
        me.post(&path, &[]).await.expect(409);
        assert_eq!(town.state(id).await, PendingState::Withdrawn);
        town.apply(&me, "2026-11-21T10:00", "2026-11-21T12:00").await.unwrap();
        assert_eq!(town.balance(town.chen).await, 60);
    })
    .await;
}

#[tokio::test]
async fn an_objection_stops_an_entry_until_an_officer_has_looked_into_it() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let (me, id) = town.posted().await;
        let page = format!("/postings/{id}");
        let path = format!("{page}/objections");
        let reason = [("reason", "那天下雨，活动取消了")];
        assert!(app.stranger().post(&path, &reason).await.location.unwrap().starts_with("/sign-in"));
        assert!(me.post(&path, &reason).await.expect(409).text_contains("这是你自己的时长"));
        let neighbour = app.as_account("邓广强", &[region(Role::Town, super::DALI)], None).await;
        assert!(neighbour.post(&path, &[("reason", " ")]).await.expect(422).text_contains("这里还没有填"));
        neighbour.post(&path, &reason).await.expect(303);
        let other = app.as_account("冯小燕", &[], None).await;
        assert!(other.post(&path, &reason).await.expect(409).text_contains("已有人提过异议"));
        assert!(app.stranger().get(&page).await.expect(200).text_contains("有异议，正在核实"));

        town.notices("2026-11-30T09:00").await;
        assert_eq!((town.balance(town.chen).await, town.state(id).await), (0, PendingState::Objected));
        assert!(town.officer.get("/desk").await.expect(200).text_contains("公示有异议：长者饭堂送餐"));
        assert!(town.settle(&neighbour, id, "approve", "").await.expect(409).text_contains("异议是你提的"));
        town.settle(&town.officer, id, "approve", "签到表上有").await.expect(303);
        assert_eq!((town.balance(town.chen).await, town.state(id).await), (150, PendingState::Entered));

        let second = town.apply(&me, "2026-11-22T09:00", "2026-11-22T10:00").await.unwrap();
        town.settle(&town.officer, second, "approve", "").await.expect(303);
        other.post(&format!("/postings/{second}/objections"), &reason).await.expect(303);
        let third = town.second("李伟强").await;
        assert!(town.settle(&third, second, "return", "").await.expect(422).text_contains("这里还没有填"));
        town.settle(&third, second, "return", "队长证实那天取消了").await.expect(303);
        town.notices("2026-12-10T09:00").await;
        assert_eq!((town.balance(town.chen).await, town.state(second).await), (150, PendingState::Returned));
        let own = me.get(&format!("/me/hours/applications/{second}")).await.expect(200);
        assert!(own.text_contains("队长证实那天取消了"), "{}", own.text());
    })
    .await;
}

#[tokio::test]
async fn a_day_over_the_limit_is_held_for_a_second_person_whatever_its_source() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        town.credit(town.chen, "2026-11-21T08:00", "2026-11-21T13:00").await.unwrap();
        let scan = town.credit(town.chen, "2026-11-21T14:00", "2026-11-21T18:00").await.unwrap();
        assert_eq!((town.balance(town.chen).await, town.state(scan).await), (300, PendingState::Held));
        assert!(crate::held(app.db(), app.tenant, scan).await.unwrap());
        let page = town.officer.get(&format!("/desk/hours/pending/{scan}")).await.expect(200);
        assert!(page.text_contains("这天共 9.0 小时，超过 8 小时"), "{}", page.text());
        let leader = town.leader("梁少芬", Some(town.ou)).await;
        town.settle(&leader, scan, "approve", "").await.expect(403);
        assert!(town.officer.get("/desk").await.expect(200).text_contains("等第二人复核"));
        town.settle(&town.officer, scan, "approve", "").await.expect(303);
        assert_eq!((town.balance(town.chen).await, town.state(scan).await), (540, PendingState::Entered));
        assert!(!crate::held(app.db(), app.tenant, scan).await.unwrap());

        // A report of the same day: the leader first, then somebody else, then the notice.
        let me = app.as_account("陈慧敏", &[], Some(town.chen)).await;
        let own = town.apply(&me, "2026-11-21T19:00", "2026-11-21T20:00").await.unwrap();
        town.settle(&town.officer, own, "approve", "").await.expect(303);
        assert_eq!(town.state(own).await, PendingState::Held);
        assert!(town.settle(&town.officer, own, "approve", "").await.expect(409).text_contains("你已经同意过一次"));
        let second = town.second("李伟强").await;
        town.settle(&second, own, "approve", "").await.expect(303);
        assert_eq!(town.state(own).await, PendingState::Posted);
        town.notices("2026-11-27T00:00").await;
        assert_eq!(town.balance(town.chen).await, 600);
        let both = "SELECT COUNT(*) AS n FROM hours_entry WHERE id = $1 AND approved_by = '周敏仪、李伟强'";
        assert_eq!(app.count(both, args![own]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_came_under_the_limit_when_it_was_posted_is_held_when_the_day_filled_meanwhile() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let (_, id) = town.posted().await;
        town.credit(town.chen, "2026-11-21T12:00", "2026-11-21T19:00").await.unwrap();
        town.notices("2026-11-27T00:00").await;
        assert_eq!((town.balance(town.chen).await, town.state(id).await), (420, PendingState::Held));
        let second = town.second("李伟强").await;
        town.settle(&second, id, "approve", "").await.expect(303);
        assert_eq!((town.balance(town.chen).await, town.state(id).await), (570, PendingState::Entered));
    })
    .await;
}

#[tokio::test]
async fn an_entry_whose_time_was_taken_meanwhile_is_returned_with_the_reason() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let (me, id) = town.posted().await;
        town.credit(town.chen, "2026-11-21T10:00", "2026-11-21T12:00").await.unwrap();
        town.notices("2026-11-27T00:00").await;
        assert_eq!((town.balance(town.chen).await, town.state(id).await), (120, PendingState::Returned));
        let own = me.get(&format!("/me/hours/applications/{id}")).await.expect(200);
        assert!(own.text_contains(super::OVERLAP), "{}", own.text());
    })
    .await;
}

#[tokio::test]
async fn a_long_back_entry_needs_four_eyes_and_then_the_notice() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let clerk = app.as_account("梁少芬", &[], None).await;
        let claim = town.claim(&clerk, &[town.chen, town.ou]).await;
        let longer = "UPDATE hours_claim_line SET ended_at = $1 WHERE person_id = $2";
        app.sql(longer, args![testkit::app::beijing("2026-11-21T14:00"), town.chen].to_vec()).await;
        let shown = town.officer.get(&format!("/desk/hours/claims/{claim}")).await.expect(200);
        assert!(shown.text_contains("其中 1 人超过 4 小时，通过后先公示 3 个工作日"), "{}", shown.text());
        town.decide(&town.officer, claim, "approve", "").await.expect(303);
        assert_eq!((town.balance(town.chen).await, town.balance(town.ou).await), (0, 150));
        assert!(app.stranger().get("/postings").await.expect(200).text_contains("社区义诊"));
        town.notices("2026-11-27T00:00").await;
        assert_eq!((town.balance(town.chen).await, town.balance(town.ou).await), (300, 150));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_processes_at_the_end_of_a_notice_one_enters_the_row_whatever_lane_they_take() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let (_, id) = town.posted().await;
        app.at("2026-11-27T00:00").await;
        let mut tries = Vec::new();
        for lane in 0..16 {
            let app = app.clone();
            tries.push(tokio::spawn(async move {
                let cx = app.cx();
                let enter = async move |tx: &mut Tx<'_>| verbs::ripen_one(tx, &cx, id).await;
                app.db().write(LaneKey(lane), enter).await
            }));
        }
        for result in tries {
            result.await.unwrap().unwrap();
        }
        assert_eq!(town.balance(town.chen).await, 150);
        assert_eq!(town.lines_of("hours.notice_ended").await, 1);
        let waits = "SELECT COUNT(*) AS n FROM hours_unsealed WHERE id = $1";
        assert_eq!(app.count(waits, args![id]).await, 1, "it is rolled up once");
    })
    .await;
}

#[tokio::test]
async fn a_process_that_dies_in_the_middle_leaves_the_entry_posted_for_the_next_one() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let (_, id) = town.posted().await;
        app.at("2026-11-27T00:00").await;
        if app.on_server {
            return;
        }
        // What a kill leaves is what a statement leaves that does not come through: nothing of the transaction.
        for table in ["hours_entry", "hours_unsealed", "message", "audit_line"] {
            let sql = format!("CREATE TRIGGER died BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END");
            let sql: &'static str = sql.leak();
            app.sql(sql, Vec::new()).await;
            assert!(crate::pending::ripen(app.cx()).await.is_err());
            app.sql("DROP TRIGGER died", Vec::new()).await;
            assert_eq!((town.balance(town.chen).await, town.state(id).await), (0, PendingState::Posted), "{table}");
        }
        app.run_recurring("hours.notices").await;
        assert_eq!((town.balance(town.chen).await, town.state(id).await), (150, PendingState::Entered));
    })
    .await;
}

#[tokio::test]
async fn the_list_of_what_does_not_count_yet_is_found_filtered_exported_and_ends_at_the_town() {
    on_both(rooms, async |app: TestApp| {
        let town = town(&app).await;
        let (me, id) = town.posted().await;
        let second = town.apply(&me, "2026-11-22T09:00", "2026-11-22T10:00").await.unwrap();
        for (query, posted, waiting) in [
            ("", true, true),
            ("?q=chm", true, true),
            ("?state=posted", true, false),
            ("?state=waiting&method=self", false, true),
            ("?to=2026-11-21", true, false),
            ("?town=440605126", false, false),
            ("?state=all&team=T0001", true, true),
            ("?state=returned", false, false),
        ] {
            let page = town.officer.get(&format!("/desk/hours/pending{query}")).await.expect(200);
            assert_eq!(page.text_contains(&id.to_string()), posted, "{query}");
            assert_eq!(page.text_contains(&second.to_string()), waiting, "{query}");
        }
        for wrong in ["?state=x", "?method=x", "?from=x", "?cursor=x", "?page=2"] {
            town.officer.get(&format!("/desk/hours/pending{wrong}")).await.expect(400);
        }
        let csv = town.officer.get("/desk/hours/pending/export?format=csv&q=chm").await.expect(200);
        assert!(csv.text_contains("公示中") && csv.text_contains("手机没电"), "{}", csv.text());
        assert_eq!(town.lines_of("hours.exported").await, 1);
        assert!(!town.other.get("/desk/hours/pending").await.expect(200).text_contains("陈慧敏"));
        town.other.get(&format!("/desk/hours/pending/{id}")).await.expect(404);
        town.settle(&town.other, id, "return", "x").await.expect(404);

        let token = app.token(town.officer.account.unwrap()).await;
        let all = me.json("GET", "/api/v1/hours/pending?state=posted", Some(&token), None, None).await.expect(200);
        assert_eq!(all.json()["items"][0]["state"], "posted");
        let path = format!("/api/v1/hours/pending/{second}/decision");
        let body = serde_json::json!({ "decision": "approve" });
        let done = me.json("POST", &path, Some(&token), Some(&body), None).await.expect(200);
        assert_eq!(done.json()["state"], "posted");
        let public = app.stranger().json("GET", "/api/v1/postings", None, None, None).await.expect(200).json();
        assert_eq!((&public["items"][0]["name"], public["items"].as_array().unwrap().len()), (&"陈**".into(), 2));
        let own = app.token(me.account.unwrap()).await;
        let mine = me.json("GET", "/api/v1/me/hours/applications", Some(&own), None, None).await.expect(200).json();
        assert_eq!(mine["items"].as_array().unwrap().len(), 2);
        let path = format!("/api/v1/me/hours/applications/{second}");
        me.json("DELETE", &path, Some(&own), None, None).await.expect(204);
        assert_eq!(town.state(second).await, PendingState::Withdrawn);
    })
    .await;
}
