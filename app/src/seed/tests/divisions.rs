//! A town and a team that are divided in a lived-in district: every figure of the past stays, what comes goes on in both.

use super::mergers::{FLOWS, cells, past, report, rooms, towns};
use super::seeded;
use kernel::{Read as _, args, row};
use organisations::OrganisationId;
use statistics::{Group, MetricCode, Report};
use testkit::{TestApp, on_both};

row! { struct Code { code: String } }

fn of(report: &Report, code: &str, metric: MetricCode) -> i64 {
    report.rows.iter().find(|row| row.code == code).and_then(|row| row.figures.get(metric)).unwrap_or(0)
}

#[tokio::test]
async fn a_divided_town_keeps_every_figure_of_its_past_and_both_go_on() {
    on_both(rooms, async |app: TestApp| {
        seeded(&app).await;
        let (_, from) = towns(&app).await;
        let (before, year) = (past(&app, MetricCode::ALL).await, report(&app, (1, 12), Group::Town).await);
        let sql =
            "SELECT region_code AS code FROM person WHERE substr(region_code, 1, 9) = $1 AND length(region_code) = 12
                   GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 2";
        let go: Vec<Code> = app.db().all(sql, args![from]).await.unwrap();
        let people = "SELECT COUNT(*) AS n FROM person WHERE region_code IN ($1, $2)";
        let there = app.count(people, args![go[0].code, go[1].code]).await;
        assert!(there > 2, "{there} people are too few to tell");
        let entries = "SELECT COUNT(*) AS n FROM hours_entry WHERE substr(region_code, 1, 9) = $1";
        let rows = app.count(entries, args![from]).await;
        let whole = app.as_account("qu", &[testkit::app::district(kernel::Role::District)], None).await;
        let url = format!("/desk/towns/{from}/division");
        let form = [
            ("name", "新设街道"),
            ("code", "440605190"),
            ("community", go[0].code.as_str()),
            ("community", go[1].code.as_str()),
            ("reason", "民政部批复"),
        ];
        whole.post(&url, &form).await.expect(303);
        assert_eq!(past(&app, MetricCode::ALL).await, before, "reports of the time before");
        let after = report(&app, (1, 12), Group::Town).await;
        assert_eq!(cells(&after, MetricCode::ALL).pop(), cells(&year, MetricCode::ALL).pop(), "the year's totals");
        for metric in [MetricCode::Hours, MetricCode::Services, MetricCode::Served, MetricCode::Active] {
            assert_eq!(of(&after, &from, metric), of(&year, &from, metric), "what was done there {metric:?}");
        }
        let registers = [MetricCode::Volunteers, MetricCode::Teams];
        for metric in registers {
            let both = of(&after, &from, metric) + of(&after, "440605190", metric);
            assert_eq!(both, of(&year, &from, metric), "who is there now {metric:?}");
        }
        assert!(of(&after, "440605190", MetricCode::Volunteers) > 0);
        assert_eq!(app.count(people, args![go[0].code, go[1].code]).await, 0);
        assert_eq!(app.count(entries, args![from]).await, rows, "the ledger keeps its rows");
        let row = after.rows.iter().find(|row| row.code == "440605190").unwrap();
        assert_eq!(row.name, "新设街道");
    })
    .await;
}

row! { struct Team { id: OrganisationId, number: String } }
row! { struct Person { person_id: ::people::PersonId } }

#[tokio::test]
async fn a_split_team_keeps_its_hours_and_its_members_belong_once() {
    on_both(rooms, async |app: TestApp| {
        seeded(&app).await;
        let sql = "SELECT o.id, o.number FROM organisation o JOIN hours_entry e ON e.tenant_id = o.tenant_id AND e.organisation_id = o.id
                   WHERE o.tree = 'team' GROUP BY o.id, o.number ORDER BY COUNT(*) DESC LIMIT 1";
        let team: Team = app.db().one(sql, &[]).await.unwrap();
        let members = "SELECT COUNT(DISTINCT person_id) AS n FROM membership WHERE to_on IS NULL AND organisation_id = $1";
        let all = app.count(members, args![team.id]).await;
        let sql = "SELECT person_id FROM membership WHERE to_on IS NULL AND organisation_id = $1 AND role = 'member'
                   ORDER BY person_id LIMIT 3";
        let go: Vec<Person> = app.db().all(sql, args![team.id]).await.unwrap();
        let ids: Vec<String> = go.iter().map(|one| one.person_id.to_string()).collect();
        assert_eq!(ids.len(), 3, "a team of {all} is too small to split");
        let before = past(&app, &FLOWS).await;
        let year = report(&app, (1, 12), Group::Team).await;
        let minutes = "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) AS n FROM hours_entry WHERE organisation_id = $1";
        let held = app.count(minutes, args![team.id]).await;
        let whole = app.as_account("qu", &[testkit::app::district(kernel::Role::District)], None).await;
        let mut form = vec![("name", "分出来的队"), ("reason", "两个社区各办各的"), ("leader", ids[0].as_str())];
        form.extend(ids.iter().map(|id| ("member", id.as_str())));
        let made = whole.post(&format!("/desk/teams/{}/division", team.id), &form).await.expect(303);
        let new: OrganisationId = made.location.unwrap().rsplit('/').next().unwrap().parse().unwrap();
        assert_eq!(past(&app, &FLOWS).await, before, "reports of the time before");
        let after = report(&app, (1, 12), Group::Team).await;
        let done = [MetricCode::Hours, MetricCode::Services, MetricCode::Served, MetricCode::Active];
        assert_eq!(cells(&after, &done), cells(&year, &done), "hours stay with the team that did them");
        assert_eq!(app.count(minutes, args![team.id]).await, held);
        assert_eq!(app.count(minutes, args![new]).await, 0, "the new team begins at nothing");
        assert_eq!(app.count(members, args![team.id]).await, all - 3);
        assert_eq!(app.count(members, args![new]).await, 3);
        let twice = "SELECT COUNT(*) AS n FROM membership a JOIN membership b ON b.person_id = a.person_id AND b.to_on IS NULL
                     WHERE a.to_on IS NULL AND a.organisation_id = $1 AND b.organisation_id = $2";
        assert_eq!(app.count(twice, args![team.id, new]).await, 0, "who went does not belong to both");
        let of = |metric| of(&after, &team.number, metric);
        assert_eq!(of(MetricCode::Hours), year.rows.iter().find(|r| r.code == team.number).unwrap().figures.get(MetricCode::Hours).unwrap());
    })
    .await;
}
