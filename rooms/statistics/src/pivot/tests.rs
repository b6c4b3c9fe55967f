//! Stories of pivots: one answer on every face, the report's own totals, lists as long as their numbers, and nothing that
//! tells strangers of few.

pub mod reckon;
mod views;

use super::Axis;
use crate::model::{METRICS, MetricCode};
use crate::tests::links::links;
use crate::tests::{DALI, LISHUI, cells, count_served, number, rooms, serve, session};
use kernel::policy::Role;
use kernel::tables::Limits;
use reckon::Equations;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use testkit::app::{district, region};
use testkit::{Reply, TestApp, Visitor, on_both};

/// Sixty people in two teams of two towns; most serve often, a few serve where hardly anybody else does.
async fn crowd(app: &TestApp) {
    app.region_seed().await;
    let (near, near_path) = app.team("沥雄社区志愿服务队", DALI).await;
    let (far, far_path) = app.team("里水社区志愿服务队", LISHUI).await;
    app.sql("UPDATE organisation SET kind = 'enterprise' WHERE name = '里水社区志愿服务队'", vec![]).await;
    let mut people = Vec::new();
    for n in 0..60 {
        let person = app.person_in(&format!("志愿者{n:02}"), if n % 2 == 0 { DALI } else { LISHUI }).await;
        app.member(if n % 3 == 0 { far } else { near }, person).await;
        people.push(person);
    }
    traits(app).await;
    let near = (near, near_path.as_str());
    let far = (far, far_path.as_str());
    let held = [
        (near, DALI, "01", "2026-03-08", 0..30, 120),
        (near, DALI, "02", "2026-03-09", 10..40, 60),
        (near, LISHUI, "01", "2026-03-10", 20..45, 90),
        (far, LISHUI, "07", "2026-05-17", 0..28, 150),
        (far, DALI, "01", "2026-05-18", 30..60, 45),
        (far, LISHUI, "02", "2026-05-19", 15..35, 75),
        // Few people, in a month, a town and a category where others serve too.
        (near, DALI, "07", "2026-05-20", 3..5, 30),
        (far, DALI, "02", "2026-06-06", 7..8, 95),
        (near, LISHUI, "01", "2026-06-07", 0..40, 110),
    ];
    for (team, place, category, day, who, minutes) in held {
        let held = session(app, team, place, category, day).await;
        for person in &people[who.clone()] {
            serve(app, held, *person, minutes).await;
        }
        count_served(app, held, who.len() as i64 * 4).await;
    }
    app.run_recurring("hours.roll_up").await;
}

async fn traits(app: &TestApp) {
    app.sql("UPDATE person SET sex = CASE WHEN name < '志愿者25' THEN '1' ELSE '2' END", vec![]).await;
    app.sql("UPDATE person SET birth_date = '2012-05-01' WHERE name < '志愿者06'", vec![]).await;
    app.sql("UPDATE person SET birth_date = '1950-05-01' WHERE name > '志愿者50'", vec![]).await;
    app.sql("UPDATE person SET birth_date = '1995-05-01' WHERE name BETWEEN '志愿者06' AND '志愿者30'", vec![]).await;
    let sql = "INSERT INTO political_status (tenant_id, id, person_id, code)
               SELECT tenant_id, id, id, CASE WHEN name < '志愿者20' THEN '01' ELSE '03' END FROM person WHERE name < '志愿者35'";
    app.sql(sql, vec![]).await;
}

fn pairs(metric: MetricCode) -> Vec<(Axis, Axis)> {
    let fits = || Axis::ALL.iter().copied().filter(move |axis| axis.fits(metric));
    fits()
        .flat_map(|rows| fits().map(move |columns| (rows, columns)))
        .filter(|(a, b)| a != b && *b != Axis::Team)
        .collect()
}

fn of(metric: MetricCode, rows: Axis, columns: Axis) -> String {
    format!("metric={metric}&rows={rows}&columns={columns}")
}

/// Metrics of which each piece stands in one cell, so that cells add up to their totals along these dimensions.
fn adds_up(metric: MetricCode, axis: Axis) -> bool {
    match metric {
        MetricCode::Services | MetricCode::Hours | MetricCode::Served => true,
        MetricCode::Activities => axis != Axis::Month,
        MetricCode::Teams => axis != Axis::Month,
        MetricCode::Volunteers => axis.is_trait() || axis == Axis::Town,
        MetricCode::Active => axis.is_trait(),
    }
}

#[tokio::test]
async fn cells_add_up_and_totals_are_the_reports_own() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let mut told = 0;
        for metric in METRICS.iter().map(|m| m.code) {
            for (rows, columns) in pairs(metric) {
                let asked = of(metric, rows, columns);
                let pivot = officer.get(&format!("/api/v1/statistics/pivot?{asked}")).await.expect(200).json();
                told += 1;
                let all =
                    |value: &Value| value.as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect::<Vec<_>>();
                let lines = pivot["rows"].as_array().unwrap();
                assert!(!lines.is_empty(), "{asked}");
                for line in lines {
                    let (sum, total) = (all(&line["cells"]).iter().sum::<i64>(), line["total"].as_i64().unwrap());
                    assert!(sum == total || !adds_up(metric, columns), "{asked}: {line}");
                    assert!(
                        sum >= total || metric == MetricCode::Volunteers,
                        "{asked}: a total above its cells, {line}"
                    );
                }
                for (at, below) in all(&pivot["below"]).into_iter().enumerate() {
                    let sum: i64 = lines.iter().map(|line| line["cells"][at].as_i64().unwrap()).sum();
                    assert!(
                        sum == below || !adds_up(metric, rows),
                        "{asked}: column {at} is {below} and sums to {sum}"
                    );
                }
                if rows.group().is_some() {
                    let report = officer.get(&format!("/api/v1/statistics?group={rows}")).await.expect(200).json();
                    let name = if metric == MetricCode::Hours { "minutes" } else { metric.as_str() };
                    assert_eq!(pivot["total"], report["total"][name], "{asked}");
                    for line in lines {
                        let row =
                            report["rows"].as_array().unwrap().iter().find(|r| r["code"] == line["code"]).unwrap();
                        assert_eq!(line["total"], row[name], "{asked}: {}", line["code"]);
                    }
                }
            }
        }
        assert!(told > 150, "only {told} pivots");
    })
    .await;
}

#[tokio::test]
async fn page_sheets_and_json_of_a_pivot_are_one_answer() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        for (metric, rows, columns) in [
            (MetricCode::Hours, Axis::Town, Axis::Month),
            (MetricCode::Active, Axis::Team, Axis::Category),
            (MetricCode::Volunteers, Axis::Age, Axis::Sex),
        ] {
            let asked = of(metric, rows, columns);
            let json = officer.get(&format!("/api/v1/statistics/pivot?{asked}")).await.expect(200).json();
            let csv = cells(&officer.get(&format!("/desk/statistics/pivot.csv?{asked}")).await.expect(200).text());
            let xlsx = officer.get(&format!("/desk/statistics/pivot.xlsx?{asked}")).await.expect(200);
            let book = kernel::tables::read(&xlsx.body, &Limits::default()).unwrap();
            let page = officer.get(&format!("/desk/statistics/pivot?{asked}")).await.expect(200);
            let mut lines: Vec<(Value, Value)> =
                json["rows"].as_array().unwrap().iter().map(|r| (r["cells"].clone(), r["total"].clone())).collect();
            lines.push((json["below"].clone(), json["total"].clone()));
            assert_eq!((csv.len(), book.sheets[0].rows.len()), (lines.len(), lines.len() + 1));
            for (at, (cells, total)) in lines.iter().enumerate() {
                let minutes = cells.as_array().unwrap().iter().chain([total]).map(|n| n.as_i64().unwrap());
                let hours =
                    |n: i64| if metric == MetricCode::Hours { (n as f64 / 0.6).round() / 100.0 } else { n as f64 };
                let wanted: Vec<f64> = minutes.clone().map(hours).collect();
                let from_csv: Vec<f64> = csv[at][1..].iter().map(|c| c.parse().unwrap()).collect();
                let sheet = &book.sheets[0].rows[at + 1];
                let from_xlsx: Vec<f64> = sheet[1..].iter().map(|cell| number(cell).parse().unwrap()).collect();
                assert_eq!((&from_csv, &from_xlsx), (&wanted, &wanted), "{asked}");
                for n in minutes {
                    let said =
                        if metric == MetricCode::Hours { kernel::words::hours(n) } else { kernel::words::number(n) };
                    assert!(page.text_contains(&said), "{asked}: {said}");
                }
            }
        }
    })
    .await;
}

/// How many a list says that it holds, by its heading.
fn said(list: &Reply) -> i64 {
    let text = list.text();
    let head = text.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned();
    head.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or_else(|_| panic!("{head}"))
}

#[tokio::test]
async fn every_number_leads_to_a_list_as_long_as_it_says() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let whole = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        for officer in [&whole, &town] {
            let mut pages: Vec<String> =
                ["town", "team", "kind", "category", "month"].map(|g| format!("/desk/statistics?group={g}")).to_vec();
            for metric in [MetricCode::Volunteers, MetricCode::Active, MetricCode::Teams, MetricCode::Activities] {
                pages.extend(
                    pairs(metric).into_iter().map(|(a, b)| format!("/desk/statistics/pivot?{}", of(metric, a, b))),
                );
            }
            let mut followed = BTreeSet::new();
            for page in pages {
                let text = officer.get(&page).await.expect(200).text();
                for to in ["people", "teams", "activities"] {
                    for (url, figure) in links(&text, &format!("/desk/statistics/{to}?")) {
                        if followed.insert(url.clone()) {
                            let list = officer.get(&url).await.expect(200);
                            assert_eq!(said(&list), figure.parse::<i64>().unwrap(), "{page} leads to {url}");
                        }
                    }
                }
            }
            assert!(followed.len() > 100, "only {} lists", followed.len());
        }
        let hours =
            whole.get(&format!("/desk/statistics/pivot?{}", of(MetricCode::Hours, Axis::Sex, Axis::Town))).await;
        for (url, figure) in links(&hours.expect(200).text(), "/desk/statistics/people?") {
            let list = whole.get(&url).await.expect(200);
            assert!(list.text_contains(&format!("共 {figure} 小时")), "{url} says not {figure}");
        }
        let political = format!("/desk/statistics/pivot?{}", of(MetricCode::Active, Axis::Political, Axis::Town));
        let page = whole.get(&political).await.expect(200).text();
        assert!(page.contains("中共党员") && !page.contains("political=01"), "nobody is listed by political status");
    })
    .await;
}

#[tokio::test]
async fn a_list_shows_the_names_of_ones_own_region_and_counts_all() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        let list = town.get("/desk/statistics/people?metric=active&from=2026-03&to=2026-03").await.expect(200);
        assert_eq!(said(&list), 25);
        assert!(list.text_contains("其中 13 人住在你管的范围以外") && list.text_contains("志愿者21"));
        assert!(!list.text_contains("志愿者20"), "somebody of another town is named");
        let whole = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let first = whole.get("/desk/statistics/people?metric=volunteers").await.expect(200).text();
        let next = first.split("<a href=\"").find(|l| l.contains("rel=\"next\"")).unwrap().split('"').next().unwrap();
        let rest = whole.get(&next.replace("&amp;", "&").replace("&#38;", "&")).await.expect(200);
        assert!(rest.text_contains("志愿者59") && !rest.text_contains("志愿者01"));
        for wrong in ["metric=hours", "metric=active&sex=5", "metric=active&age=old", "metric=active&cursor=x", ""] {
            whole.get(&format!("/desk/statistics/people?{wrong}")).await.expect(400);
        }
        whole.get("/desk/statistics/teams?team=T9").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn what_people_are_is_told_to_those_who_may_and_leaves_a_line() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let asked = of(MetricCode::Active, Axis::Political, Axis::Month);
        officer.get(&format!("/api/v1/statistics/pivot?{asked}")).await.expect(200);
        officer.get("/desk/statistics/people?metric=active&sex=1").await.expect(200);
        let kinds = app.audit_kinds().await;
        for kind in ["statistics.traits_read", "statistics.people_listed"] {
            assert!(kinds.contains(&kind.to_owned()), "{kind} left no line");
        }
        let stranger = app.stranger();
        for axis in ["sex", "age", "political", "team"] {
            stranger.get(&format!("/figures/pivot?metric=active&rows={axis}&columns=month")).await.expect(400);
        }
        for wrong in ["rows=town&columns=town", "rows=town&columns=team", "metric=teams&rows=town&columns=category"] {
            let page = officer.get(&format!("/desk/statistics/pivot?{wrong}")).await.expect(422);
            assert!(page.text().contains("class=\"note warn\""));
            officer.get(&format!("/api/v1/statistics/pivot?{wrong}")).await.expect(400);
            officer.get(&format!("/desk/statistics/pivot.xlsx?{wrong}")).await.expect(400);
        }
    })
    .await;
}

/// Everything that a stranger can write down of a year: all pivots, with the reports whose totals they share.
async fn told(app: &TestApp, officer: &Visitor, metric: MetricCode) -> (Equations, BTreeMap<String, i64>, usize) {
    let stranger = app.stranger();
    let (mut known, mut few, mut seen) = (Equations::default(), BTreeMap::new(), 0);
    let axes = super::ask::PUBLIC_AXES;
    let name = if metric == MetricCode::Hours { "minutes" } else { metric.as_str() };
    let cell = |a: (Axis, &Value), b: (Axis, &Value)| {
        let mut both = [format!("{}={}", a.0, a.1), format!("{}={}", b.0, b.1)];
        both.sort();
        both.join(" ")
    };
    known.is("all".to_owned(), 0);
    for axis in axes {
        let report = stranger.get(&format!("/api/v1/figures?group={axis}")).await.expect(200).json();
        let rows = report["rows"].as_array().unwrap();
        for row in rows.iter().filter(|row| !row[name].is_null()) {
            known.is(format!("{axis}={}", row["code"]), 0);
        }
        known.adds_up(rows.iter().map(|row| format!("{axis}={}", row["code"])), "all".to_owned());
    }
    for rows in axes {
        for columns in axes.into_iter().filter(|columns| *columns != rows) {
            let asked = of(metric, rows, columns);
            stranger.get(&format!("/figures/pivot?{asked}")).await.expect(200);
            let pivot = stranger.get(&format!("/api/v1/figures/pivot?{asked}")).await.expect(200).json();
            let truth = officer.get(&format!("/api/v1/statistics/pivot?{asked}")).await.expect(200).json();
            let heads =
                officer.get(&format!("/api/v1/statistics/pivot?{}", of(MetricCode::Active, rows, columns))).await;
            let heads = heads.expect(200).json();
            let across = truth["columns"].as_array().unwrap();
            for (at, row) in truth["rows"].as_array().unwrap().iter().enumerate() {
                let row_name = format!("{rows}={}", row["code"]);
                let names: Vec<String> =
                    across.iter().map(|c| cell((rows, &row["code"]), (columns, &c["code"]))).collect();
                for (column, name) in names.iter().enumerate() {
                    let shown = &pivot["rows"][at]["cells"][column];
                    let people = heads["rows"].as_array().unwrap().iter().find(|r| r["code"] == row["code"]);
                    let place =
                        heads["columns"].as_array().unwrap().iter().position(|c| c["code"] == across[column]["code"]);
                    let people = people.zip(place).and_then(|(r, p)| r["cells"][p].as_i64()).unwrap_or(0);
                    if (1..5).contains(&people) {
                        assert!(shown.is_null(), "{asked}: {name} tells of {people}");
                        few.insert(name.clone(), people);
                    }
                    if !shown.is_null() {
                        seen += 1;
                        known.is(name.clone(), 0);
                    }
                }
                known.adds_up(names.into_iter(), row_name.clone());
                if !pivot["rows"][at]["total"].is_null() {
                    known.is(row_name, 0);
                }
            }
        }
    }
    (known, few, seen)
}

#[tokio::test]
async fn nobody_is_isolated_by_all_pivots_and_reports_together() {
    on_both(rooms, async |app: TestApp| {
        crowd(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        for metric in [MetricCode::Services, MetricCode::Hours, MetricCode::Served, MetricCode::Active] {
            let (known, few, seen) = told(&app, &officer, metric).await;
            assert!(few.len() >= 3, "{metric}: the crowd has no small cells, {few:?}");
            for (name, people) in few {
                assert!(!known.tell(&name), "{metric}: {name}, {people} people, follows from what is told");
            }
            assert!(seen > 5, "{metric}: everything is hidden, so nothing was tried: {seen}");
        }
        let stranger = app.stranger();
        for narrow in ["town=440605125", "kind=village", "category=01", "from=2026-03", "team=T1", "metric=volunteers"]
        {
            stranger.get(&format!("/figures/pivot?{narrow}")).await.expect(400);
            stranger.get(&format!("/api/v1/figures/pivot?{narrow}")).await.expect(400);
        }
    })
    .await;
}
