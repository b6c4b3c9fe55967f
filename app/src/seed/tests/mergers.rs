//! A town and teams that are merged in a lived-in district: every figure of the past stays, what comes goes on.

use super::{SMALL, seeded};
use kernel::policy::{Grant, Role, Scope};
use kernel::{Module, Read as _, Tx, args, row};
use organisations::OrganisationId;
use statistics::{Group, MetricCode, Month, Query, Report, figures};
use testkit::app::region;
use testkit::{TestApp, on_both};

pub(super) fn rooms() -> Vec<Module> {
    crate::rooms::all()
}

const GROUPS: [Group; 6] = [Group::Total, Group::Town, Group::Team, Group::Kind, Group::Category, Group::Month];
/// What happened, as against who is on the register.
pub(super) const FLOWS: [MetricCode; 5] =
    [MetricCode::Hours, MetricCode::Services, MetricCode::Served, MetricCode::Active, MetricCode::Activities];

pub(super) async fn report(app: &TestApp, (from, to): (u32, u32), group: Group) -> Report {
    let month = |month| Month { year: 2026, month };
    let query = Query { from: month(from), to: month(to), ..Query::year(2026, group, app.app.clock.now()) };
    figures(app.db(), app.tenant, &query).await.unwrap()
}

/// Every cell of a report, row by row.
pub(super) fn cells(report: &Report, metrics: &[MetricCode]) -> Vec<(String, Vec<Option<i64>>)> {
    let of = |row: &statistics::Row| metrics.iter().map(|m| row.figures.get(*m)).collect();
    let rows = report.rows.iter().filter(|row| metrics.iter().any(|m| row.figures.get(*m).unwrap_or(0) != 0));
    let mut all: Vec<_> = rows.map(|row| (row.code.clone(), of(row))).collect();
    all.sort();
    all.push(("total".to_owned(), of(&report.total)));
    all
}

pub(super) async fn past(app: &TestApp, metrics: &[MetricCode]) -> Vec<Vec<(String, Vec<Option<i64>>)>> {
    let mut all = Vec::new();
    for group in GROUPS {
        for span in [(8, 10), (10, 10)] {
            all.push(cells(&report(app, span, group).await, metrics));
        }
    }
    all
}

row! { struct Code { code: String } }

/// The towns of the district with the most people, and of those the second: both have everything.
pub(super) async fn towns(app: &TestApp) -> (String, String) {
    let sql = "SELECT substr(region_code, 1, 9) AS code FROM person GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 2";
    let found: Vec<Code> = app.db().all(sql, &[]).await.unwrap();
    (found[1].code.clone(), found[0].code.clone())
}

#[tokio::test]
async fn a_merged_town_keeps_every_figure_of_its_past_and_goes_on_in_the_other() {
    on_both(rooms, async |app: TestApp| {
        seeded(&app).await;
        let (from, to) = towns(&app).await;
        let (clerk, host) = (
            app.as_account("luocun", &[region(Role::Town, &from)], None).await,
            app.as_account("shishan", &[region(Role::Town, &to)], None).await,
        );
        let (before, year) = (past(&app, MetricCode::ALL).await, report(&app, (1, 12), Group::Town).await);
        let entries = "SELECT COUNT(*) AS n FROM hours_entry WHERE substr(region_code, 1, 9) = $1";
        let rows = app.count(entries, args![from]).await;
        assert!(rows > 50, "{rows} entries are too few to tell");

        let whole = app.as_account("qu", &[testkit::app::district(Role::District)], None).await;
        let url = format!("/desk/towns/{from}/merger");
        assert!(whole.get(&format!("{url}?into={to}")).await.expect(200).text_contains("总数不变"));
        clerk.get(&url).await.expect(403);
        whole.post(&url, &[("into", &to)]).await.expect(422);
        let began = std::time::Instant::now();
        whole.post(&url, &[("into", &to), ("reason", "民政部批复")]).await.expect(303);
        println!("merged in {} ms", began.elapsed().as_millis());
        whole.post(&url, &[("into", &to), ("reason", "再来")]).await.expect(409);

        assert_eq!(past(&app, MetricCode::ALL).await, before, "reports of the time before");
        let after = report(&app, (1, 12), Group::Town).await;
        assert_eq!(cells(&after, MetricCode::ALL).pop(), cells(&year, MetricCode::ALL).pop(), "the year's totals");
        let of = |report: &Report, code: &str, metric| {
            report.rows.iter().find(|row| row.code == code).and_then(|row| row.figures.get(metric)).unwrap_or(0)
        };
        for metric in [MetricCode::Hours, MetricCode::Services, MetricCode::Served, MetricCode::Active] {
            assert_eq!(of(&after, &from, metric), of(&year, &from, metric), "what was done there {metric:?}");
        }
        for metric in [MetricCode::Volunteers, MetricCode::Teams] {
            assert_eq!(of(&after, &from, metric), 0);
            let both = of(&year, &from, metric) + of(&year, &to, metric);
            assert_eq!(of(&after, &to, metric), both, "who is there now {metric:?}");
        }
        assert_eq!(app.count(entries, args![from]).await, rows, "the ledger keeps its rows");
        for table in ["person", "activity WHERE state IN ('open', 'running', 'review', 'draft') AND", "site"] {
            let table = if table.contains("WHERE") { table.to_owned() } else { format!("{table} WHERE") };
            let left = format!("SELECT COUNT(*) AS n FROM {table} substr(region_code, 1, 9) = $1");
            assert_eq!(app.count(&left, args![from]).await, 0, "{table}");
        }

        // Whoever answered for the old town answers for the new one; its host reads the old one's past.
        let held = async |who: &testkit::Visitor| {
            let roles = kernel::auth::list_roles(app.db(), app.tenant, who.account.unwrap(), app.cx().today()).await;
            roles.unwrap().iter().map(kernel::auth::RoleRow::grant).collect::<Vec<Grant>>()
        };
        let town = |code: &str| Grant { role: Role::Town, scope: Scope::Region(code.to_owned()) };
        for who in [&clerk, &host] {
            let roles = held(who).await;
            assert!(roles.contains(&town(&from)) && roles.contains(&town(&to)), "{roles:?}");
        }
        // Old codes lead on, and no form offers them.
        let sql = "SELECT code FROM region WHERE parent_code = $1 AND valid_to IS NOT NULL ORDER BY code LIMIT 1";
        let old: Code = app.db().one(sql, args![from]).await.unwrap();
        let new = places::find_region(app.db(), &old.code).await.unwrap();
        assert!(new.code.starts_with(&to));
        assert!(places::full_region_name(&app.cx(), &old.code).await.unwrap().contains(&new.name));
        let codes: Vec<String> = places::towns(&app.cx()).await.unwrap().into_iter().map(|t| t.code).collect();
        assert!(!codes.contains(&from) && codes.contains(&to));
    })
    .await;
}

#[tokio::test]
async fn a_merged_team_keeps_its_hours_and_its_leader_reads_both() {
    on_both(rooms, async |app: TestApp| {
        assert!(seeded(&app).await.teams == usize::try_from(SMALL.teams).unwrap());
        row! { struct Team { id: OrganisationId, number: String, path: String } }
        let sql = "SELECT o.id, o.number, o.path FROM organisation o JOIN hours_entry e ON e.tenant_id = o.tenant_id AND e.organisation_id = o.id
                   WHERE o.tree = 'team' GROUP BY o.id, o.number, o.path ORDER BY COUNT(*) DESC LIMIT 2";
        let teams: Vec<Team> = app.db().all(sql, &[]).await.unwrap();
        let (to, from) = (&teams[0], &teams[1]);
        let before = past(&app, &FLOWS).await;
        let year = report(&app, (1, 12), Group::Team).await;
        let people = "SELECT COUNT(DISTINCT person_id) AS n FROM membership WHERE to_on IS NULL AND organisation_id IN ($1, $2)";
        let together = app.count(people, args![from.id, to.id]).await;
        let whole = app.as_account("qu", &[testkit::app::district(Role::District)], None).await;
        let url = format!("/desk/teams/{}/merger", from.id);
        assert!(whole.get(&format!("{url}?into={}", to.number)).await.expect(200).text_contains("总数不变"));
        whole.post(&url, &[("into", &to.number), ("reason", "两队合一")]).await.expect(303);
        assert_eq!(past(&app, &FLOWS).await, before, "reports of the time before");
        let after = report(&app, (1, 12), Group::Team).await;
        let done = [MetricCode::Hours, MetricCode::Services, MetricCode::Served, MetricCode::Active];
        assert_eq!(cells(&after, &done), cells(&year, &done), "hours stay with the team that did them");
        assert_eq!(app.count(people, args![to.id, to.id]).await, together);
        assert_eq!(app.count(people, args![from.id, from.id]).await, 0);
        let left = "SELECT COUNT(*) AS n FROM activity WHERE organisation_id = $1 AND state IN ('open', 'running')";
        assert_eq!(app.count(left, args![from.id]).await, 0);
        let page = whole.get(&format!("/desk/teams/{}", from.id)).await.expect(200);
        assert!(page.text_contains("这支队伍已并入"));

        // Whoever leads the other reads the past of the one that ended.
        let (cx, id, member) = (app.cx(), to.id, app.person("新队长").await);
        let leader = app.as_account("xinduizhang", &[], Some(member)).await;
        let role = organisations::MembershipRole::Deputy;
        let appoint = async move |tx: &mut Tx<'_>| {
            organisations::appoint(tx, &cx, (id, ::people::PersonId(member)), role, cx.today()).await
        };
        app.write(appoint).await.unwrap();
        let roles = kernel::auth::list_roles(app.db(), app.tenant, leader.account.unwrap(), app.cx().today()).await.unwrap();
        let mut scopes: Vec<&str> = roles.iter().map(|role| role.scope.as_str()).collect();
        scopes.sort_unstable();
        let mut expected = [from.path.as_str(), to.path.as_str()];
        expected.sort_unstable();
        assert_eq!(scopes, expected);
    })
    .await;
}
