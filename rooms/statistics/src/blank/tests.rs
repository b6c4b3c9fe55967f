//! Stories of blanks: a form is filled with the report's own figures, keeps its look, and says what it cannot fill.

use crate::tests::{lived_in, rooms};
use kernel::policy::Role;
use kernel::tables::{Cell, Column, Limits, Out, write_xlsx};
use testkit::app::{district, region};
use testkit::{TestApp, on_both};

/// A plain form; how merged cells, fonts and formulas fare is tried beside `kernel::tables::fill`.
fn form() -> Vec<u8> {
    let text = |t: &str| Out::Text(t.to_owned());
    let rows = vec![
        vec![text("大沥镇时长"), text("{{hours.town.440605125.2026}}"), Out::Empty],
        vec![text("活跃"), text("{{active.year}}"), Out::Empty],
        vec![text("三月"), text("共 {{services.year-03}} 人次，{{hours.year-03}} 小时"), Out::Empty],
        vec![text("村居"), text("{{served.kind.village.2026}}"), Out::Empty],
        vec![text("说不清"), text("{{happiness.2026}}"), Out::Empty],
    ];
    write_xlsx(&[Column::new("{{year}} 年报表", 20), Column::new("数", 20), Column::new("手填", 10)], rows.into_iter())
        .unwrap()
}

async fn put_in(officer: &testkit::Visitor, bindings: &str) -> String {
    let bytes = form();
    let file = ("file", "年报.xlsx", bytes.as_slice());
    let made = officer.upload("/desk/statistics/blanks", &[("name", "民政年报"), ("bindings", bindings)], file).await;
    made.expect(303).location.unwrap()
}

fn at(rows: &[Vec<Cell>], row: usize, column: usize) -> Cell {
    rows[row].get(column).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_form_is_filled_with_the_reports_own_figures() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = put_in(&officer, "C2 = hours.town.440605126.year\nSheet1!C9 = date").await;
        let page = officer.get(&url).await.expect(200);
        assert!(page.text_contains("14.00") && page.text_contains("9.50") && page.text_contains("1 处填不了"));
        let file = officer.get(&format!("{url}/filled.xlsx?year=2026")).await.expect(200);
        let book = kernel::tables::read(&file.body, &Limits::default()).unwrap();
        let rows = &book.sheets[0].rows;
        let report = officer.get("/api/v1/statistics?group=town").await.expect(200).json();
        let town = |code: &str| report["rows"].as_array().unwrap().iter().find(|r| r["code"] == code).unwrap().clone();
        assert_eq!(at(rows, 0, 0), Cell::Text("2026 年报表".to_owned()));
        assert_eq!(at(rows, 1, 1), Cell::Number(town("440605125")["hours"].as_f64().unwrap()));
        assert_eq!(at(rows, 1, 2), Cell::Number(town("440605126")["hours"].as_f64().unwrap()));
        assert_eq!(at(rows, 2, 1), Cell::Number(report["total"]["active"].as_f64().unwrap()));
        assert_eq!(at(rows, 3, 1), Cell::Text("共 6 人次，12.00 小时".to_owned()));
        assert_eq!(at(rows, 4, 1), Cell::Number(78.0));
        assert_eq!(at(rows, 5, 1), Cell::Text("{{happiness.2026}}".to_owned()), "what is not known stays to be seen");
        assert_eq!(at(rows, 8, 2), Cell::Text("2026-11-23".to_owned()), "a cell that was not in the file");
        let empty = officer.get(&format!("{url}/filled.xlsx?year=2020")).await.expect(200);
        let book = kernel::tables::read(&empty.body, &Limits::default()).unwrap();
        assert_eq!(at(&book.sheets[0].rows, 1, 1), Cell::Number(14.0), "a period that is named stays");
        assert_eq!(at(&book.sheets[0].rows, 2, 1), Cell::Number(0.0), "the year is the one that was chosen");
    })
    .await;
}

#[tokio::test]
async fn bindings_are_changed_and_a_form_is_taken_out_of_use() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let url = put_in(&officer, "").await;
        let bind = format!("{url}/bindings");
        officer.post(&bind, &[("bindings", "C2 hours")]).await.expect(422);
        officer.post(&bind, &[("bindings", "C2 = hours.year")]).await.expect(303);
        assert!(officer.get(&url).await.text_contains("23.50"));
        officer.post(&bind, &[("bindings", "别的表!C2 = hours.year")]).await.expect(303);
        assert!(officer.get(&url).await.text_contains("没有这张工作表"));
        assert!(officer.get("/desk/statistics/blanks?q=民政").await.expect(200).text_contains("民政年报"));
        officer.post(&format!("{url}/removal"), &[]).await.expect(303);
        officer.get(&url).await.expect(404);
        officer.get(&format!("{url}/filled.xlsx")).await.expect(404);
        let kinds = app.audit_kinds().await;
        for kind in ["statistics.blank_made", "statistics.blank_bound", "statistics.blank_ended"] {
            assert!(kinds.contains(&kind.to_owned()), "{kind} left no line");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_workbook_is_refused_and_a_town_fills_in_its_own_figures() {
    on_both(rooms, async |app: TestApp| {
        lived_in(&app).await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        for wrong in [&b"a,b,c"[..], &b"PK\x03\x04 nothing"[..], &b""[..]] {
            let file = ("file", "x.xlsx", wrong);
            officer.upload("/desk/statistics/blanks", &[("name", "x"), ("bindings", "")], file).await.expect(422);
        }
        let url = put_in(&officer, "").await;
        let town = app.as_account("何伟", &[region(Role::Town, "440605126")], None).await;
        let file = town.get(&format!("{url}/filled.xlsx?year=2026")).await.expect(200);
        let book = kernel::tables::read(&file.body, &Limits::default()).unwrap();
        let rows = &book.sheets[0].rows;
        assert_eq!((at(rows, 1, 1), at(rows, 2, 1)), (Cell::Number(0.0), Cell::Number(6.0)), "another town's figures");
        app.stranger().get(&url).await.expect(303);
    })
    .await;
}
