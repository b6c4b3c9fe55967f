//! Paper sheets: one keys the whole, another a sample, differences stop it, and what agrees is handed in as a claim.

use super::program::Program;
use super::{Open, Stage, minutes, rooms};
use crate::sheets::rules::sample_of;
use kernel::ids::Raw;
use kernel::{Read as _, Role, args, row};
use serde_json::json;
use testkit::app::{organisation, region};
use testkit::{Reply, TestApp, Visitor, on_both};

/// The smallest PDF that is one by its first bytes.
const SCAN: (&str, &str, &[u8]) = ("scan", "签到表.pdf", b"%PDF-1.4 scan");

/// Names that a sheet holds.
const NAMES: [&str; 7] = ["陈慧敏", "何嘉欣", "冯子健", "梁少芬", "区志强", "欧阳静", "黄国栋"];

struct Paper {
    stage: Stage,
    open: Open,
    people: Vec<Raw>,
    /// The first of them.
    first: Visitor,
    /// Leads the same team.
    deputy: Visitor,
}

async fn paper(app: &TestApp) -> Paper {
    let stage = Stage::set(app).await;
    let open = stage.open(9).await;
    let mut visitors = Vec::new();
    for name in NAMES {
        let who = stage.volunteer(name).await;
        open.join(&who).await.expect(303);
        visitors.push(who);
    }
    let people = visitors.iter().map(|who| who.person.unwrap()).collect();
    let first = visitors.remove(0);
    let person = app.person("周小燕").await;
    app.leader(stage.team, person).await;
    let path: Path = app.db().one("SELECT path FROM organisation WHERE id = $1", args![stage.team]).await.unwrap();
    let deputy = app.as_account("周小燕", &[organisation(Role::Leader, &path.path)], Some(person)).await;
    app.at("2026-11-23T14:00").await;
    stage.keep_up().await;
    app.at("2026-11-23T18:00").await;
    Paper { stage, open, people, first, deputy }
}

row! { struct Path { path: String } }
row! { struct Line { line: i64 } }
row! { struct Id { id: Raw } }

impl Paper {
    fn at(&self, rest: &str) -> String {
        self.open.at(rest)
    }

    async fn key(&self, who: &Visitor, rows: &[(i64, &str, &str, &str)]) -> Reply {
        let fields = grid(rows, &[("reason", "现场没有网络")]);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        who.upload(&self.at("/sheets"), &fields, SCAN).await
    }

    /// All seven from 14:00 to 16:30, and the sheet that was made of them.
    async fn keyed(&self, app: &TestApp) -> Raw {
        let rows: Vec<_> = (1..).zip(NAMES).map(|(line, name)| (line, name, "1400", "16:30")).collect();
        self.key(&self.stage.leader, &rows).await.expect(303);
        let sql = "SELECT id FROM paper_sheet WHERE tenant_id = $1 ORDER BY keyed_at DESC LIMIT 1";
        app.db().one::<Id>(sql, args![app.tenant]).await.unwrap().id
    }

    async fn check(&self, who: &Visitor, sheet: Raw, rows: &[(i64, &str, &str, &str)]) -> Reply {
        let fields = grid(rows, &[]);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        who.upload(&format!("/sheets/{sheet}/sample"), &fields[..fields.len() - 1], ("scan", "", b"")).await
    }
}

fn grid(rows: &[(i64, &str, &str, &str)], more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    for (line, who, from, to) in rows {
        fields.push((format!("who:{line}"), (*who).to_owned()));
        fields.push((format!("from:{line}"), (*from).to_owned()));
        fields.push((format!("to:{line}"), (*to).to_owned()));
    }
    fields.push(("to:99".to_owned(), String::new()));
    fields
}

async fn sampled(app: &TestApp, sheet: Raw) -> Vec<i64> {
    let sql = "SELECT line FROM paper_row WHERE tenant_id = $1 AND sheet_id = $2 AND sampled ORDER BY line";
    app.db().all::<Line>(sql, args![app.tenant, sheet]).await.unwrap().into_iter().map(|row| row.line).collect()
}

fn name(line: i64) -> &'static str {
    NAMES[usize::try_from(line).unwrap() - 1]
}

#[tokio::test]
async fn each_row_of_a_sheet_is_told_what_is_wrong_with_it_and_nothing_is_kept() {
    on_both(rooms, async |app: TestApp| {
        let paper = paper(&app).await;
        let leader = &paper.stage.leader;
        let page = leader.get(&paper.at("/sheets/new?rows=3")).await.expect(200);
        assert_eq!(page.text().matches("name=\"who:").count(), 3);
        assert!(page.text_contains("data-grid") && page.text_contains("至少 5 行"), "the rule is published");
        let rows = [
            (1, "陈慧敏", "14:00", "16:00"),
            (2, "陈慧敏", "14:00", "16:00"),
            (3, "谁也不是", "14:00", "16:00"),
            (4, "何嘉欣", "16:00", "14:00"),
            (5, "冯子健", "13:00", "16:00"),
            (6, "梁少芬", "两点", "16:00"),
            (7, "", "14:00", ""),
        ];
        let told = paper.key(leader, &rows).await.expect(422);
        for words in [
            "和第 1 行是同一个人",
            "报名的人和队员里没有这个人",
            "离场要晚于到场",
            "时间要在这场之内",
            "时间写成 1405 或 14:05",
            "这行没写是谁",
            "有 6 行要改",
            "谁也不是",
        ] {
            assert!(told.text_contains(words), "{words}: {}", told.text());
        }
        let without = grid(&rows[..1], &[("reason", "没网")]);
        let without: Vec<(&str, &str)> = without.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let told = leader.upload(&paper.at("/sheets"), &without, ("scan", "", b"")).await.expect(422);
        assert!(told.text_contains("请附上原表"));
        leader.upload(&paper.at("/sheets"), &without, ("scan", "x.html", b"<script>")).await.expect(422);
        leader.upload(&paper.at("/sheets"), &[("minutes:1", "999")], SCAN).await.expect(400);
        paper.stage.stranger_leader().await.get(&paper.at("/sheets")).await.expect(404);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM paper_sheet WHERE tenant_id = $1", args![app.tenant]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_readings_that_agree_become_a_claim_graded_paper_for_an_officer_to_approve() {
    on_both(rooms, async |app: TestApp| {
        let paper = paper(&app).await;
        let sheet = paper.keyed(&app).await;
        let lines = sampled(&app, sheet).await;
        assert_eq!(lines.len(), sample_of(NAMES.len()), "a tenth and five at least");
        assert!(paper.stage.reviewer.get("/desk").await.expect(200).text_contains("抽查重录 5 行"));
        let own = paper.stage.leader.get(&format!("/sheets/{sheet}/sample")).await.expect(409);
        assert!(own.text_contains("录过这张表的人不能抽查"));
        let page = paper.deputy.get(&format!("/sheets/{sheet}/sample")).await.expect(200);
        assert_eq!(page.text().matches("name=\"who:").count(), lines.len());
        assert!(!NAMES.iter().any(|name| page.text_contains(name)), "nothing of the first reading is shown");
        assert!(!page.text_contains("16:30"));
        assert!(paper.deputy.get(&format!("/sheets/{sheet}/scan")).await.expect(200).body.starts_with(b"%PDF"));
        let wrong: Vec<_> = lines.iter().map(|line| (*line, "谁也不是", "1400", "1630")).collect();
        paper.check(&paper.deputy, sheet, &wrong).await.expect(422);
        let rows: Vec<_> = lines.iter().map(|line| (*line, name(*line), "14:05", "1626")).collect();
        let agreed = paper.check(&paper.deputy, sheet, &rows).await.expect(303);
        assert!(paper.deputy.follow(&agreed).await.text_contains("已交补录审核"));
        paper.check(&paper.deputy, sheet, &rows).await.expect(409);
        let sql = "SELECT id FROM hours_claim WHERE tenant_id = $1 AND state = 'waiting' AND evidence_id IS NOT NULL AND entered_name = '李伟强'";
        let claim: Id = app.db().one(sql, args![app.tenant]).await.unwrap();
        assert_eq!(minutes(&app, paper.people[0]).await, 0, "nothing counts before an officer approves");
        let path = format!("/desk/hours/claims/{}/decision", claim.id);
        paper.stage.reviewer.post(&path, &[("decision", "approve"), ("opinion", "")]).await.expect(303);
        assert_eq!(minutes(&app, paper.people[0]).await, 150, "the first reading counts");
        let graded = "SELECT COUNT(*) AS n FROM hours_entry WHERE tenant_id = $1 AND method = 'paper'";
        assert_eq!(app.count(graded, args![app.tenant]).await, 7);
        assert!(paper.stage.leader.get(&paper.at("")).await.text_contains("（纸表补录）"));
        let own = paper.first.get("/me/hours").await.expect(200);
        assert!(own.text_contains("纸表补录 · ") && own.text_contains("周敏仪"), "the evidence and who approved it");
        let kinds = app.audit_kinds().await;
        for kind in ["sheet.keyed", "sheet.checked", "sheet.read"] {
            assert!(kinds.contains(&kind.to_owned()), "{kind}");
        }
        let again = paper.key(&paper.stage.leader, &[(1, "陈慧敏", "1400", "1500")]).await.expect(422);
        assert!(again.text_contains("已经记过时长"));
    })
    .await;
}

#[tokio::test]
async fn readings_that_differ_stop_the_sheet_until_an_officer_has_looked_at_both() {
    on_both(rooms, async |app: TestApp| {
        let paper = paper(&app).await;
        let sheet = paper.keyed(&app).await;
        let lines = sampled(&app, sheet).await;
        let mut rows: Vec<_> = lines.iter().map(|line| (*line, name(*line), "1400", "1630")).collect();
        rows[0].3 = "1530";
        let stopped = paper.check(&paper.deputy, sheet, &rows).await.expect(303);
        assert!(paper.deputy.follow(&stopped).await.text_contains("两人录的不一样"));
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM hours_claim WHERE tenant_id = $1", args![app.tenant]).await, 0);
        let (desk, decide) = (format!("/desk/sheets/{sheet}"), format!("/desk/sheets/{sheet}/decision"));
        paper.deputy.get(&desk).await.expect(403);
        let reviewer = &paper.stage.reviewer;
        assert!(reviewer.get("/desk").await.expect(200).text_contains("两人录的纸表不一样"));
        let both = reviewer.get(&desk).await.expect(200);
        assert!(both.text_contains("14:00–16:30") && both.text_contains("14:00–15:30"), "{}", both.text());
        assert!(both.text_contains("以第二人为准"));
        let far = app.as_account("里水", &[region(Role::Town, "440605126")], None).await;
        far.get(&desk).await.expect(404);
        reviewer.post(&decide, &[("decision", "return"), ("opinion", "")]).await.expect(422);
        let line = lines[0].to_string();
        let accept = [("decision", "accept"), ("opinion", "按原表"), ("second", line.as_str())];
        reviewer.post(&decide, &accept).await.expect(303);
        reviewer.post(&decide, &accept).await.expect(409);
        let claim: Id =
            app.db().one("SELECT id FROM hours_claim WHERE tenant_id = $1", args![app.tenant]).await.unwrap();
        let path = format!("/desk/hours/claims/{}/decision", claim.id);
        reviewer.post(&path, &[("decision", "approve"), ("opinion", "")]).await.expect(303);
        let changed = usize::try_from(lines[0]).unwrap() - 1;
        for (at, person) in paper.people.iter().enumerate() {
            assert_eq!(minutes(&app, *person).await, if at == changed { 90 } else { 150 }, "{at}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_sheet_that_is_returned_tells_its_keyer_and_counts_nothing() {
    on_both(rooms, async |app: TestApp| {
        let paper = paper(&app).await;
        let sheet = paper.keyed(&app).await;
        let lines = sampled(&app, sheet).await;
        let rows: Vec<_> = lines.iter().map(|line| (*line, name(line % 7 + 1), "1400", "1630")).collect();
        paper.check(&paper.deputy, sheet, &rows).await.expect(303);
        let decide = format!("/desk/sheets/{sheet}/decision");
        let fields = [("decision", "return"), ("opinion", "差得太多")];
        paper.stage.reviewer.post(&decide, &fields).await.expect(303);
        assert!(paper.stage.leader.get(&paper.at("/sheets")).await.text_contains("差得太多"));
        let told = "SELECT COUNT(*) AS n FROM message WHERE tenant_id = $1 AND word = 'sheet.message.returned'";
        assert_eq!(app.count(told, args![app.tenant]).await, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM hours_claim WHERE tenant_id = $1", args![app.tenant]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_program_keys_a_sheet_and_another_its_sample() {
    on_both(rooms, async |app: TestApp| {
        let paper = paper(&app).await;
        let (leader, deputy) = (Program::of(&app, &paper.stage.leader).await, Program::of(&app, &paper.deputy).await);
        let reviewer = Program::of(&app, &paper.stage.reviewer).await;
        let row = |line: i64, to: &str| json!({ "line": line, "who": name(line), "from": "14:00", "to": to });
        let rows: Vec<_> = (1..=7).map(|line| row(line, "16:00")).collect();
        let scan = json!({ "name": "表.pdf", "content": "JVBERi0xLjQgc2Nhbg==" });
        let path = paper.at("/sheets");
        leader.post(&path, &json!({ "rows": [], "reason": "没网", "scan": scan })).await.expect(422);
        let body = json!({ "rows": rows, "reason": "没网", "scan": scan });
        let made = leader.call("POST", &path, &body, Some("k1")).await.expect(201).json();
        assert_eq!(made, leader.call("POST", &path, &body, Some("k1")).await.expect(201).json());
        let at = format!("/sheets/{}", made["id"].as_str().unwrap());
        let lines = deputy.get(&format!("{at}/sample")).await["lines"].clone();
        let lines: Vec<i64> = serde_json::from_value(lines).unwrap();
        let rows: Vec<_> = lines.iter().map(|line| row(*line, "15:00")).collect();
        leader.post(&format!("{at}/sample"), &json!({ "rows": rows })).await.expect(409);
        let stopped = deputy.post(&format!("{at}/sample"), &json!({ "rows": rows })).await.expect(200).json();
        assert_eq!(stopped["state"], "stopped");
        let both = reviewer.get(&format!("/desk{at}")).await;
        assert_eq!(both["rows"].as_array().unwrap().len(), lines.len());
        assert!(both["rows"].as_array().unwrap().iter().all(|row| row["differs"] == true), "{both}");
        let path = format!("/desk{at}/decision");
        reviewer.post(&path, &json!({ "accept": false })).await.expect(422);
        let done = reviewer.post(&path, &json!({ "accept": true, "second": lines })).await.expect(200).json();
        assert!(done["state"] == "claimed" && done["claim"].is_string(), "{done}");
        let listed = leader.get(&paper.at("/sheets")).await;
        assert_eq!(listed["items"][0]["claim"], done["claim"]);
    })
    .await;
}
