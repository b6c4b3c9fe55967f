//! Stories of two records made one and two again, on both databases, with all rooms below.

use hours::{Method, NewEntry, Window};
use kernel::ids::Raw;
use kernel::{Cx, Module, Read as _, Role, Tx, args, row};
use people::{NewPerson, PersonId};
use testkit::app::{beijing, district, region};
use testkit::{TestApp, Visitor, on_both};

fn rooms() -> Vec<Module> {
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        records::module(),
        crate::module(),
    ]
}

/// Two records of 陈慧敏: the first in a team with two hours, the second with an account, a team and three rows of hours, one of
/// which overlaps the first's.
struct Pair {
    one: PersonId,
    two: PersonId,
    officer: Visitor,
    second: Visitor,
}

async fn put(app: &TestApp, name: &str, phone: &str) -> PersonId {
    let mut new = NewPerson::named(name, "440605125003", "2026-01-01".parse().unwrap());
    new.phone = Some(phone.to_owned());
    new.birth_date = Some("1990-01-01".parse().unwrap());
    let cx = app.cx();
    app.write(async move |tx: &mut Tx<'_>| people::insert(tx, &cx, &new).await).await.unwrap()
}

async fn credit(app: &TestApp, cx: &Cx, person: PersonId, team: Raw, (from, to): (&str, &str)) {
    let window = Window { from: beijing("2026-11-01T00:00"), to: beijing("2026-11-30T23:00") };
    let new = NewEntry {
        person,
        activity: kernel::ids::fresh(),
        session: kernel::ids::fresh(),
        title: "河涌清洁".to_owned(),
        organisation: organisations::OrganisationId(team),
        organisation_path: "1/".to_owned(),
        region: "440605125003".to_owned(),
        kind: "village".to_owned(),
        category: "community".to_owned(),
        started_at: beijing(from),
        ended_at: beijing(to),
        window,
        method: Method::Staff,
        reason: None,
        entered_by: "何嘉颖".to_owned(),
        approved_by: None,
    };
    let cx = cx.clone();
    app.write(async move |tx: &mut Tx<'_>| hours::credit(tx, &cx, &new).await).await.unwrap();
}

async fn ready(app: &TestApp) -> Pair {
    app.region_seed().await;
    let (team, _) = app.team("平安队", "440605125003").await;
    let (other, _) = app.team("读书队", "440605125003").await;
    let one = put(app, "陈慧敏", "13800000013").await;
    let two = put(app, "陈惠敏", "13900000014").await;
    app.member(team, one.0).await;
    app.member(team, two.0).await;
    app.leader(other, two.0).await;
    app.as_account("陈惠敏", &[], Some(two.0)).await;
    let cx = app.cx();
    credit(app, &cx, one, team, ("2026-11-20T09:00", "2026-11-20T11:00")).await;
    credit(app, &cx, two, team, ("2026-11-20T10:00", "2026-11-20T12:00")).await;
    credit(app, &cx, two, team, ("2026-11-21T09:00", "2026-11-21T10:00")).await;
    credit(app, &cx, two, other, ("2026-11-22T09:00", "2026-11-22T12:00")).await;
    let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
    let second = app.as_account("何嘉颖", &[district(Role::District)], None).await;
    Pair { one, two, officer, second }
}

async fn balance(app: &TestApp, person: PersonId) -> i64 {
    hours::balance(app.db(), app.tenant, person).await.unwrap()
}

async fn n(app: &TestApp, sql: &str, person: PersonId) -> i64 {
    app.count(sql, args![person]).await
}

const OPEN: &str = "SELECT COUNT(*) AS n FROM membership WHERE person_id = $1 AND to_on IS NULL";
const ACCOUNT: &str = "SELECT COUNT(*) AS n FROM account WHERE person_id = $1";

impl Pair {
    fn url(&self) -> String {
        format!("/desk/people/{}/duplicates/{}/merging", self.one, self.two)
    }

    async fn merge(&self, phone: PersonId) {
        let (kept, phone) = (self.one.to_string(), phone.to_string());
        let done = self.officer.post(&self.url(), &[("kept", &kept), ("phone", &phone), ("name", &kept)]).await;
        done.expect(303);
    }
}

async fn merging(app: &TestApp) -> String {
    row! { struct Found { id: Raw } }
    let found: Found = app.db().one("SELECT id FROM person_merge ORDER BY id DESC", &[]).await.unwrap();
    format!("/desk/people/merges/{}", found.id)
}

#[tokio::test]
async fn two_records_become_one_with_all_that_they_did_and_count_once() {
    on_both(rooms, async |app: TestApp| {
        let pair = ready(&app).await;
        let page = pair.officer.get(&pair.url()).await.expect(200);
        for said in ["留哪一份", "138 **** 0013", "139 **** 0014", "1 条时数重叠", "河涌清洁", "开了账号"]
        {
            assert!(page.text_contains(said), "{said} is not in {}", page.text());
        }
        pair.merge(pair.two).await;
        // 2 h of its own, 1 h and 3 h of the other's; what overlaps counts once.
        assert_eq!((balance(&app, pair.one).await, balance(&app, pair.two).await), (360, 0));
        assert_eq!((n(&app, OPEN, pair.one).await, n(&app, OPEN, pair.two).await), (2, 0));
        assert_eq!((n(&app, ACCOUNT, pair.one).await, n(&app, ACCOUNT, pair.two).await), (1, 0));
        let kept = people::find(app.db(), app.tenant, pair.one).await.unwrap();
        assert_eq!((kept.name.as_str(), kept.phone.as_deref()), ("陈慧敏", Some("13900000014")));
        // Old links lead on; lists, search and the next roster know one person.
        let old = pair.officer.get(&format!("/desk/people/{}", pair.two)).await.expect(303);
        assert_eq!(old.location.as_deref(), Some(format!("/desk/people/{}", pair.one).as_str()));
        let list = pair.officer.get("/desk/people").await.expect(200);
        assert!(list.text_contains("陈慧敏") && !list.text_contains("陈惠敏"), "{}", list.text());
        let gone = pair.two.to_string();
        assert!(!pair.officer.get("/desk/people?q=陈惠").await.text().contains(&gone));
        assert!(!pair.officer.get("/desk/people?state=archived").await.text_contains("陈惠敏"));
        let record = pair.officer.get(&format!("/desk/people/{}", pair.one)).await.expect(200);
        assert!(record.text_contains("由这些登记合并而来") && record.text_contains("陈惠敏"), "{}", record.text());
        app.run_recurring("hours.roll_up").await;
        let active = "SELECT COUNT(*) AS n FROM person_year WHERE minutes > 0";
        assert_eq!(app.count(active, &[]).await, 1, "one person was active");
        let kinds = app.audit_kinds().await;
        for kind in ["people.merged", "hours.transferred"] {
            assert!(kinds.iter().any(|k| k == kind), "{kind} is not in the trace");
        }
        pair.officer.post(&pair.url(), &[("kept", &pair.one.to_string())]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn two_officers_make_them_two_again_and_what_was_changed_since_stays() {
    on_both(rooms, async |app: TestApp| {
        let pair = ready(&app).await;
        pair.merge(pair.two).await;
        let url = merging(&app).await;
        pair.officer.post(&format!("{url}/unmerging"), &[("reason", "")]).await.expect(422);
        pair.officer.post(&format!("{url}/unmerging"), &[("reason", "两姐妹")]).await.expect(303);
        let own = pair.officer.get(&url).await.expect(200);
        assert!(own.text_contains("另一位") && !own.text_contains("同意拆开"), "{}", own.text());
        pair.officer.post(&format!("{url}/unmerging/decision"), &[("decision", "yes")]).await.expect(409);
        assert!(pair.second.get("/desk").await.text_contains("两姐妹"), "it waits at the desk of the other");
        pair.second.post(&format!("{url}/unmerging/decision"), &[("decision", "yes")]).await.expect(303);

        assert_eq!((balance(&app, pair.one).await, balance(&app, pair.two).await), (120, 360));
        assert_eq!((n(&app, OPEN, pair.one).await, n(&app, OPEN, pair.two).await), (1, 2));
        assert_eq!((n(&app, ACCOUNT, pair.one).await, n(&app, ACCOUNT, pair.two).await), (0, 1));
        let (one, two) = (
            people::find(app.db(), app.tenant, pair.one).await.unwrap(),
            people::find(app.db(), app.tenant, pair.two).await.unwrap(),
        );
        assert_eq!((one.phone.as_deref(), two.phone.as_deref()), (Some("13800000013"), Some("13900000014")));
        assert_eq!(two.state, people::PersonState::Active);
        pair.officer.get(&format!("/desk/people/{}", pair.two)).await.expect(200);
        assert!(pair.officer.get("/desk/people?q=陈惠").await.text_contains("陈惠敏"));
        // They were said to be two: the night does not ask again.
        app.run_recurring("people.find_doubles").await;
        assert!(!pair.officer.get("/desk/people/duplicates").await.text_contains("陈惠敏"));
        pair.second.post(&format!("{url}/unmerging/decision"), &[("decision", "yes")]).await.expect(409);
    })
    .await;
}

#[tokio::test]
async fn a_field_that_was_changed_after_the_merging_is_not_taken_back() {
    on_both(rooms, async |app: TestApp| {
        let pair = ready(&app).await;
        pair.merge(pair.two).await;
        app.sql("UPDATE person SET phone = '13700000015' WHERE id = $1", args![pair.one].to_vec()).await;
        let url = merging(&app).await;
        pair.officer.post(&format!("{url}/unmerging"), &[("reason", "两姐妹")]).await.expect(303);
        pair.second.post(&format!("{url}/unmerging/decision"), &[("decision", "no")]).await.expect(303);
        assert_eq!(balance(&app, pair.two).await, 0, "the other said no");
        pair.officer.post(&format!("{url}/unmerging"), &[("reason", "真的是两姐妹")]).await.expect(303);
        pair.second.post(&format!("{url}/unmerging/decision"), &[("decision", "yes")]).await.expect(303);
        let one = people::find(app.db(), app.tenant, pair.one).await.unwrap();
        assert_eq!(one.phone.as_deref(), Some("13700000015"));
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_before() {
    on_both(rooms, async |app: TestApp| {
        let pair = ready(&app).await;
        app.as_account("陈慧敏", &[], Some(pair.one.0)).await;
        let page = pair.officer.get(&pair.url()).await.expect(200);
        assert!(page.text_contains("两份都有账号"), "{}", page.text());
        let kept = pair.one.to_string();
        let refused = pair.officer.post(&pair.url(), &[("kept", &kept)]).await.expect(422);
        assert!(refused.text_contains("两份都有账号"));
        assert_eq!((balance(&app, pair.one).await, balance(&app, pair.two).await), (120, 360), "nothing moved");
        let town = app.as_account("黄子健", &[region(Role::Town, "440605126")], None).await;
        town.get(&pair.url()).await.expect(404);
        town.post(&pair.url(), &[("kept", &kept)]).await.expect(404);
    })
    .await;
}
