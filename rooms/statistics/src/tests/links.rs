//! Every number leads to what it counts, and to nothing that its reader may not see.

use super::{LISHUI, count_served, lived_in, rooms, session};
use kernel::ids::Raw;
use kernel::policy::Role;
use kernel::{Read as _, args};
use testkit::app::{district, region};
use testkit::{TestApp, on_both};

/// What the links of the column of people served lead to, with the figure that each says.
fn served_links(page: &str) -> Vec<(String, i64)> {
    let cells = links(page, "/desk/statistics/served");
    cells.into_iter().map(|(url, figure)| (url, figure.parse().unwrap())).collect()
}

/// The links of a page to a list, with the figure that each says.
pub(crate) fn links(page: &str, to: &str) -> Vec<(String, String)> {
    let head = format!("<a href=\"{to}");
    let cells = page.split(head.as_str()).skip(1);
    cells
        .map(|cell| {
            let (url, rest) = cell.split_once("\">").unwrap();
            let figure = rest.split_once("</a>").unwrap().0.replace(',', "");
            (format!("{to}{}", url.replace("&amp;", "&").replace("&#38;", "&")), figure)
        })
        .collect()
}

#[tokio::test]
async fn every_number_of_people_served_leads_to_the_sessions_that_it_sums() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let district = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        for (officer, year) in [(&district, 78), (&town, 41)] {
            for narrowed in ["", "&town=440605126", "&kind=village", "&category=07"] {
                for group in ["town", "team", "kind", "category", "month"] {
                    let report = format!("/desk/statistics?group={group}{narrowed}");
                    let links = served_links(&officer.get(&report).await.expect(200).text());
                    assert!(!links.is_empty(), "{report} has no links");
                    for (url, figure) in links {
                        let page = officer.get(&url).await.expect(200).text();
                        let rows = page.split("<tbody>").nth(1).unwrap_or_default().split("<tr>").skip(1);
                        let numbers = rows.map(|row| row.rsplit_once("</td>").unwrap().0.rsplit_once('>').unwrap().1);
                        let sum: i64 = numbers.map(|n| n.replace(',', "").parse::<i64>().unwrap()).sum();
                        assert_eq!(sum, figure, "{report} leads to {url}");
                        assert!(page.contains(&format!("服务街坊 {figure} 人次")), "{url} says another sum");
                    }
                }
            }
            let whole = officer.get("/desk/statistics/served").await.expect(200);
            assert!(whole.text_contains(&format!("服务街坊 {year} 人次")));
        }
        assert!(!town.get("/desk/statistics/served").await.text_contains("2026-03-08"), "another town's session");
        let cursor = kernel::http::Cursor(vec!["2026-05-18".to_owned(), Raw::default().to_string()]);
        let rest = district.get(&format!("/desk/statistics/served?cursor={cursor}")).await.expect(200);
        assert!(rest.text_contains("2026-05-17") && rest.text_contains("2026-03-08"), "a page goes on where it ended");
        assert!(!rest.text_contains("2026-11-22") && rest.text_contains("服务街坊 78 人次"));
        district.get("/desk/statistics/served?cursor=x").await.expect(400);
        district.get("/desk/statistics/served?colour=red").await.expect(400);
        app.stranger().get("/desk/statistics/served").await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn a_team_of_another_town_is_not_there_until_it_serves_in_this_one() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        kernel::row! { struct Number { number: String } }
        let sql = "SELECT number FROM organisation WHERE tenant_id = $1 AND name = $2";
        let far: Number = app.db().one(sql, args![app.tenant, "沥雄社区志愿服务队"]).await.unwrap();
        let own: Number = app.db().one(sql, args![app.tenant, "里水社区志愿服务队"]).await.unwrap();
        let officer = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        let token = app.token(officer.account.unwrap()).await;
        let paths = ["/desk/statistics", "/desk/statistics/served", "/desk/statistics/export.csv"];
        for path in paths {
            officer.get(&format!("{path}?team={}", own.number)).await.expect(200);
            let answer = officer.get(&format!("{path}?team={}", far.number)).await.expect(404);
            assert!(!answer.text_contains("沥雄"));
        }
        let json = format!("/api/v1/statistics?team={}", far.number);
        officer.json("GET", &json, Some(&token), None, None).await.expect(404);
        kernel::row! { struct Team { id: Raw, path: String } }
        let team: Team = app
            .db()
            .one(
                "SELECT id, path FROM organisation WHERE tenant_id = $1 AND number = $2",
                args![app.tenant, far.number],
            )
            .await
            .unwrap();
        let guest = session(&app, (team.id, &team.path), LISHUI, "01", "2026-06-01").await;
        count_served(&app, guest, 9).await;
        app.run_recurring("hours.roll_up").await;
        for path in paths {
            officer.get(&format!("{path}?team={}", far.number)).await.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn every_number_of_hours_leads_to_the_entries_that_it_sums() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let district = app.as_account("周敏仪", &[district(Role::District)], None).await;
        for narrowed in ["", "&town=440605126", "&category=07"] {
            for group in ["town", "team", "kind", "category", "month"] {
                let report = format!("/desk/statistics?group={group}{narrowed}");
                let page = district.get(&report).await.expect(200).text();
                let hours: Vec<_> = links(&page, "/desk/hours").into_iter().filter(|(_, n)| n.contains('.')).collect();
                assert!(!hours.is_empty(), "{report} has no links");
                for (url, figure) in hours.into_iter().filter(|(_, figure)| figure != "0.0") {
                    let list = district.get(&url).await.expect(200);
                    assert!(list.text_contains(&format!("条，{figure} 小时")), "{report} leads to {url}, not {figure}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_behind_a_figure_is_searched_and_taken_along_whole() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let found = officer.get("/desk/statistics/people?metric=active&q=者7").await.expect(200);
        assert!(found.text_contains("志愿者7") && !found.text_contains("志愿者8"));
        assert!(found.text_contains("活跃志愿者 11 人"), "the figure stays what it is");
        let lines = async |path: &str| {
            let file = officer.get(path).await.expect(200).text();
            file.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        let people = "/desk/statistics/people/export?metric=active&format=csv";
        assert_eq!(lines(people).await.len(), 11);
        let one = lines(&format!("{people}&q=者7")).await;
        assert!(one.len() == 1 && one[0].starts_with("志愿者7,"), "{one:?}");
        assert!(app.audit_kinds().await.contains(&"statistics.people_taken".to_owned()));
        assert_eq!(lines("/desk/statistics/teams/export?format=csv").await.len(), 2);
        assert_eq!(lines("/desk/statistics/activities/export?format=csv").await.len(), 3);
        let sessions = lines("/desk/statistics/served/export?format=csv").await;
        let served: i64 = sessions.iter().map(|l| l.rsplit(',').next().unwrap().parse::<i64>().unwrap()).sum();
        assert_eq!(served, 78, "{sessions:?}");
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        let own = town.get("/desk/statistics/served/export?format=csv").await.expect(200);
        assert!(own.text_contains("2026-05-17") && !own.text_contains("2026-03-08"));
        app.stranger().get("/desk/statistics/people/export?metric=active").await.expect(303);
    })
    .await;
}
