//! Stories of teams: two trees, memberships that end and stay, leaders whose accounts follow.

use crate::{
    Kind, MembershipRole, NewMembership, NewOrganisation, OrganisationFilter, OrganisationId, Tree, appoint, find,
    history_of, is_member, join, leave, teams_of,
};
use kernel::policy::{Grant, Scope};
use kernel::{Error, Module, Role, Tx};
use people::{NewPerson, PersonId};
use testkit::app::{TestApp, district, organisation, region};
use testkit::on_both;

mod bulk;
mod handover;
mod life;

fn rooms() -> Vec<Module> {
    vec![places::module(), people::module(), crate::module()]
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

async fn found(app: &TestApp, new: NewOrganisation) -> OrganisationId {
    let (cx, id) = (app.cx(), new.id);
    app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &new).await).await.unwrap();
    id
}

async fn team(app: &TestApp, name: &str, region: &str) -> OrganisationId {
    found(app, NewOrganisation::team(name, Kind::Village, region, None)).await
}

async fn person(app: &TestApp, name: &str) -> PersonId {
    let cx = app.cx();
    let mut new = NewPerson::named(name, "440605125003", day("2026-11-23"));
    new.phone = Some("13800000013".to_owned());
    app.write(async move |tx: &mut Tx<'_>| people::insert(tx, &cx, &new).await).await.unwrap()
}

async fn give(app: &TestApp, at: (OrganisationId, PersonId), role: MembershipRole, on: &str) -> kernel::Result<()> {
    let (cx, on) = (app.cx(), day(on));
    app.write(async move |tx: &mut Tx<'_>| appoint(tx, &cx, at, role, on).await).await.map(|_| ())
}

#[tokio::test]
async fn an_organisation_stands_in_one_tree_and_its_path_tells_where() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let top = NewOrganisation::team("大沥镇志愿者协会", Kind::Town, "440605125", None);
        let below = NewOrganisation::team("沥雄乐龄助餐队", Kind::Institution, "440605125003", Some(top.id));
        let mut branch = NewOrganisation::team("沥雄第一党支部", Kind::Village, "440605125003", Some(top.id));
        branch.tree = Tree::Branch;
        let (top_id, below_id, cx) = (top.id, below.id, app.cx());
        let list = vec![top, below];
        let paths = app.write(async move |tx: &mut Tx<'_>| crate::insert_many(tx, &cx, &list).await).await.unwrap();
        assert_eq!(paths, ["00001/", "00001/00002/"]);
        assert_eq!(find(app.db(), app.tenant, below_id).await.unwrap().parent_id, Some(top_id));
        let cx = app.cx();
        let wrong = branch.clone();
        let refused = app.write(async move |tx: &mut Tx<'_>| crate::insert(tx, &cx, &wrong).await).await;
        assert!(matches!(refused, Err(Error::Refused(word)) if word.key == "organisations.other_tree"));
        branch.parent = None;
        let branch = found(&app, branch).await;
        assert_eq!(find(app.db(), app.tenant, branch).await.unwrap().path, "branch/00001/");
        let named = crate::find_by_name(app.db(), app.tenant, Tree::Team, "沥雄乐龄助餐队").await.unwrap();
        assert_eq!(named[0].id, below_id);
        assert_eq!(
            crate::find_by_number(app.db(), app.tenant, Tree::Team, "00002").await.unwrap().unwrap().id,
            below_id
        );
    })
    .await;
}

#[tokio::test]
async fn a_membership_ends_and_is_never_overwritten() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let (team, who) = (team(&app, "大沥镇河涌护绿队", "440605125").await, person(&app, "陈慧敏").await);
        let (cx, on) = (app.cx(), day("2021-04-10"));
        app.write(async move |tx: &mut Tx<'_>| join(tx, &cx, team, who, on).await).await.unwrap();
        assert!(give(&app, (team, who), MembershipRole::Member, "2022-01-01").await.is_err());
        assert!(give(&app, (team, who), MembershipRole::Deputy, "2020-01-01").await.is_err());
        give(&app, (team, who), MembershipRole::Deputy, "2023-05-06").await.unwrap();
        let cx = app.cx();
        let gone = (day("2024-01-31"), "搬家");
        app.write(async move |tx: &mut Tx<'_>| leave(tx, &cx, (team, who), gone).await).await.unwrap();
        let told: Vec<_> = history_of(app.db(), app.tenant, who, Tree::Team)
            .await
            .unwrap()
            .into_iter()
            .map(|m| (m.role, m.from_on, m.to_on))
            .collect();
        assert_eq!(
            told,
            [
                (MembershipRole::Deputy, day("2023-05-06"), Some(day("2024-01-31"))),
                (MembershipRole::Member, day("2021-04-10"), Some(day("2023-05-05"))),
            ]
        );
        assert!(!is_member(app.db(), app.tenant, who, team).await.unwrap());
        assert!(teams_of(app.db(), app.tenant, who).await.unwrap().is_empty());
        let cx = app.cx();
        let twice = app.write(async move |tx: &mut Tx<'_>| leave(tx, &cx, (team, who), gone).await).await;
        assert!(matches!(twice, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn a_leaders_account_leads_for_as_long_as_the_membership_lasts() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let (team, who) = (team(&app, "西樵镇护山队", "440605125").await, person(&app, "黄婉婷").await);
        let account = app.as_account("wanting", &[], Some(who.0)).await.account.unwrap();
        let roles = async || {
            let held = kernel::auth::list_roles(app.db(), app.tenant, account, day("2026-11-23")).await.unwrap();
            held.iter().map(kernel::auth::RoleRow::grant).collect::<Vec<Grant>>()
        };
        give(&app, (team, who), MembershipRole::Leader, "2026-01-01").await.unwrap();
        assert_eq!(roles().await, [organisation(Role::Leader, "00001/")]);
        give(&app, (team, who), MembershipRole::Secretary, "2026-06-01").await.unwrap();
        assert!(roles().await.is_empty());
        give(&app, (team, who), MembershipRole::Deputy, "2026-07-01").await.unwrap();
        assert_eq!(roles().await[0].scope, Scope::Organisation("00001/".to_owned()));
        let cx = app.cx();
        let gone = (day("2026-11-23"), "换届");
        app.write(async move |tx: &mut Tx<'_>| leave(tx, &cx, (team, who), gone).await).await.unwrap();
        assert!(roles().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_leader_reads_the_people_of_their_own_team_alone() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let (own, other) = (team(&app, "甲队", "440605125").await, team(&app, "乙队", "440605125").await);
        let (mine, theirs) = (person(&app, "陈慧敏").await, person(&app, "何嘉欣").await);
        give(&app, (own, mine), MembershipRole::Member, "2026-01-01").await.unwrap();
        give(&app, (other, theirs), MembershipRole::Member, "2026-01-01").await.unwrap();
        let leader = app.as_account("duizhang", &[organisation(Role::Leader, "00001/")], None).await;
        let list = leader.get("/desk/people").await.expect(200);
        assert!(list.text_contains("陈慧敏") && list.text_contains("甲队") && !list.text_contains("何嘉欣"));
        leader.get(&format!("/desk/people/{mine}")).await.expect(200);
        leader.get(&format!("/desk/people/{theirs}")).await.expect(404);
        let shown = leader.post(&format!("/desk/people/{mine}/reveal/phone"), &[("why", "contact")]).await;
        assert!(shown.expect(200).text().contains("13800000013"));
        leader.post(&format!("/desk/people/{mine}/reveal/identity"), &[("why", "check")]).await.expect(403);
        leader.get(&format!("/desk/teams/{own}")).await.expect(200);
        leader.get(&format!("/desk/teams/{other}")).await.expect(404);
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        assert!(!clerk.get("/desk/people?team=none").await.expect(200).text_contains("陈慧敏"));
        assert!(clerk.get("/desk/people?team=any").await.expect(200).text_contains("何嘉欣"));
        let one = clerk.get(&format!("/desk/people?team={own}")).await.expect(200);
        assert!(one.text_contains("陈慧敏") && !one.text_contains("何嘉欣"));
        let gone = (day("2026-11-23"), "调走");
        let cx = app.cx();
        app.write(async move |tx: &mut Tx<'_>| leave(tx, &cx, (own, mine), gone).await).await.unwrap();
        leader.get(&format!("/desk/people/{mine}")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_team_is_founded_changed_and_its_changes_are_kept() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        clerk.get("/desk/teams/new").await.expect(200);
        let form = [
            ("name", "沥雄乐龄助餐队"),
            ("kind", "institution"),
            ("region", "440605125003"),
            ("founded_on", "2018-06-11"),
            ("contact_name", "李伟强"),
            ("contact_phone", "13800000088"),
        ];
        let made = clerk.post("/desk/teams", &form).await.expect(303);
        let url = made.location.clone().unwrap();
        assert!(clerk.follow(&made).await.expect(200).text_contains("138 **** 0088"));
        let mut far = form;
        far[2].1 = "440605126";
        clerk.post("/desk/teams", &far).await.expect(403);
        clerk.post("/desk/teams", &form[..1]).await.expect(422);
        team(&app, "里水镇志愿者协会", "440605126").await;
        let mut below = form.to_vec();
        below.push(("parent", "00002"));
        clerk.post("/desk/teams", &below).await.expect(404);
        let changed = [
            ("name", "沥雄乐龄队"),
            ("kind", "institution"),
            ("region", "440605125003"),
            ("founded_on", "2018-06-11"),
            ("contact_name", "李伟强"),
        ];
        clerk.get(&format!("{url}/edit")).await.expect(200);
        clerk.post(&url, &changed).await.expect(303);
        let page = clerk.get(&url).await.expect(200);
        assert!(page.text_contains("沥雄乐龄助餐队 → 沥雄乐龄队") && page.text_contains("138 **** 0088"));
        assert!(clerk.get("/desk/teams?q=lxll&state=applied").await.expect(200).text_contains("沥雄乐龄队"));
        let mut kinds = app.audit_kinds().await;
        kinds.sort_unstable();
        let expected =
            ["organisations.applied", "organisations.changed", "organisations.founded", "organisations.founded"];
        assert_eq!(kinds, expected);
    })
    .await;
}

#[tokio::test]
async fn a_member_is_added_by_number_or_phone_and_leaves_with_a_reason() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let (team, who) = (team(&app, "甲队", "440605125").await, person(&app, "陈慧敏").await);
        let number = people::find(app.db(), app.tenant, who).await.unwrap().volunteer_no.unwrap();
        let leader = app.as_account("duizhang", &[organisation(Role::Leader, "00001/")], None).await;
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        let url = format!("/desk/teams/{team}/members");
        clerk.post(&url, &[("who", "13900000000"), ("role", "member")]).await.expect(422);
        clerk.post(&url, &[("who", "谁"), ("role", "member")]).await.expect(422);
        clerk.post(&url, &[("who", "138-0000-0013"), ("role", "member"), ("from_on", "2026-11-01")]).await.expect(303);
        clerk.post(&url, &[("who", &number), ("role", "member")]).await.expect(422);
        assert!(leader.get(&format!("/desk/people/{who}")).await.expect(200).text_contains("甲队"));
        let leaving = format!("{url}/{who}/leaving");
        leader.get(&leaving).await.expect(200);
        leader.post(&leaving, &[("last", "2026-11-20")]).await.expect(422);
        leader.post(&leaving, &[("last", "2026-11-20"), ("reason", "搬家")]).await.expect(303);
        leader.get(&leaving).await.expect(404);
        assert!(leader.get(&format!("/desk/teams/{team}?past=1")).await.expect(200).text_contains("2026-11-20"));
        let kinds = app.audit_kinds().await;
        assert!(["organisations.joined", "organisations.left"].iter().all(|k| kinds.iter().any(|seen| seen == k)));
    })
    .await;
}

#[tokio::test]
async fn a_leaders_word_alone_makes_nobody_a_member_and_tells_not_whose_number_it_is() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let (team, who) = (team(&app, "甲队", "440605125").await, person(&app, "陈慧敏").await);
        let number = people::find(app.db(), app.tenant, who).await.unwrap().volunteer_no.unwrap();
        let leader = app.as_account("duizhang", &[organisation(Role::Leader, "00001/")], None).await;
        let url = format!("/desk/teams/{team}/members");
        let others = (0..10).map(|check| format!("{}77{check}", &number[..number.len() - 3]));
        let unknown = others.into_iter().find(|n| people::rules::volunteer_number::parse(n).is_ok()).unwrap();
        let mut told = std::collections::BTreeSet::new();
        for asked in ["13900000000", "13800000013", &number, &number, &unknown] {
            let answer = leader.post(&url, &[("who", asked), ("role", "member")]).await.expect(303);
            let page = leader.follow(&answer).await.expect(200);
            assert!(!page.text_contains("陈慧敏"), "{asked}");
            told.insert(testkit::html::visible_text(&page.text()));
        }
        assert_eq!(told.len(), 1, "{told:?}");
        let nonsense = leader.post(&url, &[("who", "谁"), ("role", "member")]).await.expect(422);
        assert!(nonsense.text_contains("这不像志愿者编号"));
        for asked in [&number, "13900000000"] {
            leader.post(&url, &[("who", asked), ("role", "leader")]).await.expect(403);
        }
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM membership", &[]).await, 0);
        leader.get(&format!("/desk/people/{who}")).await.expect(404);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM message", &[]).await, 1, "nobody is asked twice");
        let kinds = app.audit_kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "organisations.invited").count(), 5);
        for _ in 5..60 {
            leader.post(&url, &[("who", "13900000000"), ("role", "member")]).await.expect(303);
        }
        let many = leader.post(&url, &[("who", "13900000000"), ("role", "member")]).await.expect(429);
        assert!(!many.header("retry-after").is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_is_in_a_branch_is_read_by_few_and_leaves_a_line() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let mut new = NewOrganisation::team("沥雄第一党支部", Kind::Village, "440605125003", None);
        new.tree = Tree::Branch;
        let branch = found(&app, new).await;
        let who = person(&app, "陈慧敏").await;
        give(&app, (branch, who), MembershipRole::Secretary, "2026-01-01").await.unwrap();
        let station = app.as_account("zhan", &[region(Role::Station, "440605125")], None).await;
        station.get(&format!("/desk/teams/{branch}")).await.expect(404);
        station.get("/desk/teams?tree=branch").await.expect(403);
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        assert!(clerk.get("/desk/teams?tree=branch").await.expect(200).text_contains("沥雄第一党支部"));
        assert!(clerk.get(&format!("/desk/teams/{branch}")).await.expect(200).text_contains("陈慧敏"));
        assert!(app.audit_kinds().await.contains(&"organisations.branch_read".to_owned()));
        assert!(!clerk.get(&format!("/desk/people/{who}")).await.expect(200).text_contains("党支部"));
        clerk.get(&format!("/api/v1/teams/{branch}")).await.expect(404);
        assert!(teams_of(app.db(), app.tenant, who).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_list_of_teams_leaves_as_it_is_filtered_and_within_reach_and_leaves_a_line() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let own = team(&app, "甲队", "440605125003").await;
        team(&app, "乙队", "440605125001").await;
        team(&app, "丙队", "440605126001").await;
        give(&app, (own, person(&app, "陈慧敏").await), MembershipRole::Leader, "2026-01-01").await.unwrap();
        let clerk = app.as_account("dali", &[region(Role::Town, "440605125")], None).await;
        assert!(clerk.get("/desk/teams?q=甲").await.expect(200).text_contains("/desk/teams/export?q="));
        let all = clerk.get("/desk/teams/export?format=csv").await.expect(200);
        assert!(all.text_contains("甲队") && all.text_contains("乙队") && !all.text_contains("丙队"));
        let one = clerk.get("/desk/teams/export?format=csv&q=甲").await.expect(200);
        assert!(one.text_contains("陈慧敏") && !one.text_contains("乙队"));
        let sheet = clerk.get("/desk/teams/export?format=xlsx").await.expect(200);
        let book = kernel::tables::read(&sheet.body, &kernel::tables::Limits::default()).unwrap();
        assert_eq!(book.sheets[0].rows.len(), 3);
        let station = app.as_account("zhan", &[region(Role::Station, "440605125")], None).await;
        station.get("/desk/teams/export?tree=branch").await.expect(403);
        let kinds = app.audit_kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "organisations.exported").count(), 3);
    })
    .await;
}

#[tokio::test]
async fn many_memberships_go_in_at_once_and_those_that_go_on_are_left() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let (team, who) = (team(&app, "甲队", "440605125").await, person(&app, "陈慧敏").await);
        let new = NewMembership {
            organisation: team,
            person: who,
            role: MembershipRole::Member,
            from_on: day("2020-01-01"),
            to_on: None,
        };
        for wanted in [1, 0] {
            let (cx, list) = (app.cx(), vec![new.clone()]);
            let made =
                app.write(async move |tx: &mut Tx<'_>| crate::insert_memberships(tx, &cx, &list).await).await.unwrap();
            assert_eq!(made, wanted);
        }
        let clerk = app.as_account("qu", &[district(Role::District)], None).await;
        let members = clerk.get(&format!("/api/v1/teams/{team}/members")).await.expect(200).json();
        assert_eq!(members["items"][0]["name"], "陈慧敏");
        assert_eq!(clerk.get("/api/v1/teams?q=甲").await.expect(200).json()["items"][0]["number"], "00001");
        let reach = app.cx().reach(crate::policy::READ);
        let none = crate::list(app.db(), app.tenant, &OrganisationFilter::default(), &reach, (None, 9)).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}

#[tokio::test]
async fn forms_sent_twice_found_one_team_add_one_member_and_end_one_membership() {
    on_both(rooms, async |app| {
        app.region_seed().await;
        let clerk = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let form = [("name", "护河队"), ("kind", "village"), ("region", "440605125003"), ("_once", "found")];
        let (one, two) = tokio::join!(clerk.post("/desk/teams", &form), clerk.post("/desk/teams", &form));
        let (url, again) = (one.expect(303).location.unwrap(), two.expect(303).location.unwrap());
        assert_eq!(url, again);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM organisation", &[]).await, 1);
        app.sql("UPDATE organisation SET state = 'active'", vec![]).await;
        let who = person(&app, "陈慧敏").await;
        let joining = [("who", "13800000013"), ("role", "member"), ("from_on", "2026-11-01"), ("_once", "join")];
        let leaving = [("last", "2026-11-20"), ("reason", "搬家"), ("_once", "leave")];
        for _ in 0..2 {
            clerk.post(&format!("{url}/members"), &joining).await.expect(303);
        }
        for _ in 0..2 {
            clerk.post(&format!("{url}/members/{who}/leaving"), &leaving).await.expect(303);
        }
        clerk.post(&format!("{url}/members/{who}/leaving"), &leaving[..2]).await.expect(404);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM membership", &[]).await, 1);
    })
    .await;
}
