//! Stories of taking imports back, over HTTP and at the command line, on both databases.

use kernel::ids::Raw;
use kernel::tables::{self, Column, Out};
use kernel::{Module, Read as _, Role, args, row};
use testkit::app::{district, region};
use testkit::{Reply, TestApp, Visitor, on_both};

use crate::import::command::command_import;

fn rooms() -> Vec<Module> {
    let import = crate::import::furnish(Module::new("import")).words(kernel::words!("import"));
    let words = Module::new("federation").words(kernel::words!()).migrations(kernel::migrations![
        "20261123_21_federation",
        "20261124_21_access",
        "20261128_20_pointers"
    ]);
    vec![
        places::module(),
        people::module(),
        organisations::module(),
        hours::module(),
        activities::module(),
        records::module(),
        words,
        import,
    ]
}

const IDS: [&str; 5] =
    ["440605190001010013", "440605190001010021", "440605194912310015", "11010519491231002X", "440605199003070045"];
const HEAD: [&str; 6] = ["姓名", "身份证号", "手机", "所属志愿队", "镇街", "工作单位"];

fn xlsx(rows: &[[&str; 6]]) -> Vec<u8> {
    let columns: Vec<Column> = HEAD.iter().map(|title| Column::new(*title, 12)).collect();
    let cells = rows.iter().map(|row| row.iter().map(|text| Out::Text((*text).to_owned())).collect());
    tables::write_xlsx(&columns, cells).unwrap()
}

/// Uploads, confirms and waits; answers the address of the run.
async fn import(app: &TestApp, visitor: &Visitor, kind: &str, bytes: &[u8]) -> String {
    let sent = visitor.upload("/desk/imports", &[("kind", kind)], ("file", "名册.xlsx", bytes)).await;
    let url = sent.expect(303).location.unwrap();
    visitor.post(&format!("{url}/commit"), &[]).await.expect(303);
    app.run_jobs().await;
    app.later(chrono::Duration::minutes(1));
    url
}

async fn ready(app: &TestApp) -> (Visitor, Raw) {
    app.region_seed().await;
    let (team, _) = app.team("平安队", "440605125003").await;
    app.team("读书队", "440605126").await;
    (app.as_account("周敏仪", &[district(Role::District)], None).await, team)
}

async fn person(app: &TestApp, name: &str) -> Option<Raw> {
    row! { struct Found { id: Raw } }
    let found: Option<Found> = app.db().optional("SELECT id FROM person WHERE name = $1", args![name]).await.unwrap();
    found.map(|found| found.id)
}

async fn n(app: &TestApp, sql: &str) -> i64 {
    app.count(sql, &[]).await
}

async fn undo(app: &TestApp, visitor: &Visitor, url: &str) -> Reply {
    visitor.post(&format!("{url}/undoing"), &[]).await.expect(303);
    app.run_jobs().await;
    visitor.get(&format!("{url}/undoing")).await.expect(200)
}

/// Five people by one roster, one of whom was on record before; then four of them are used or edited. Answers the run.
async fn five(app: &TestApp, officer: &Visitor) -> String {
    // 王五 was on record before, with another phone, and is in no team.
    import(app, officer, "volunteers", &xlsx(&[["王五", IDS[2], "13911112222", "", "大沥镇", "旧单位"]])).await;
    let before = "SELECT COUNT(*) AS n FROM person WHERE phone = '13911112222' AND employer = '旧单位'";
    assert_eq!(n(app, before).await, 1);
    let rows = [
        ["张三", IDS[0], "13800000001", "平安队", "", ""],
        ["李四", IDS[1], "13800000002", "平安队", "", ""],
        ["王五", IDS[2], "13800000003", "平安队", "", "新单位"],
        ["赵六", IDS[3], "13800000004", "读书队", "", ""],
        ["钱七", IDS[4], "13800000005", "平安队", "", ""],
    ];
    let url = import(app, officer, "volunteers", &xlsx(&rows)).await;
    assert_eq!(n(app, "SELECT COUNT(*) AS n FROM person").await, 5);
    assert_eq!(n(app, "SELECT COUNT(*) AS n FROM membership").await, 5);
    // 李四 got an account, 赵六 is edited, 钱七 joins another team, and 王五's employer is corrected by hand.
    app.as_account("李四", &[], person(app, "李四").await).await;
    let now = app.clock.now();
    app.sql("UPDATE person SET skills = '急救', updated_at = $1 WHERE name = '赵六'", args![now].to_vec()).await;
    let (other, _) = app.team("助学队", "440605125").await;
    app.member(other, person(app, "钱七").await.unwrap()).await;
    app.sql("UPDATE person SET employer = '新单位（已核）' WHERE name = '王五'", vec![]).await;
    url
}

#[tokio::test]
async fn a_whole_import_is_taken_back_and_what_was_used_or_edited_since_stays() {
    on_both(rooms, async |app: TestApp| {
        let (officer, team) = ready(&app).await;
        let url = five(&app, &officer).await;
        let page = officer.get(&format!("{url}/undoing")).await.expect(200);
        let effect = ["1 人、0 个组织移出名册", "1 项资料还原", "1 个队伍关系去掉", "4 个后来用过或改过"];
        let stays = ["李四", "开了账号", "赵六", "后来改过资料", "钱七", "后来改过队伍关系"];
        for said in effect.into_iter().chain(stays) {
            assert!(page.text_contains(said), "{said} is not in {}", page.text());
        }
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM person").await, 5, "a look takes nothing back");

        let done = undo(&app, &officer, &url).await;
        assert!(
            done.text_contains("移出 1 人") && done.text_contains("李四") && !done.text_contains("张三"),
            "{}",
            done.text()
        );
        assert_eq!(person(&app, "张三").await, None);
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM search_token WHERE token = '张三'").await, 0);
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM person").await, 4);
        let kept = "SELECT COUNT(*) AS n FROM person WHERE phone = '13911112222' AND employer = '新单位（已核）'";
        assert_eq!(n(&app, kept).await, 1, "the phone returned, what was edited since did not");
        let (lisi, wangwu) = (person(&app, "李四").await.unwrap(), person(&app, "王五").await.unwrap());
        let of = "SELECT COUNT(*) AS n FROM membership WHERE person_id = $1 AND organisation_id = $2";
        assert_eq!(app.count(of, args![wangwu, team]).await, 0);
        assert_eq!(app.count(of, args![lisi, team]).await, 1);
        let found = officer.get("/desk/people?q=2222").await.expect(200);
        assert!(found.text_contains("王五"), "the search finds the phone that returned");
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_is_not_taken_back_again_and_the_trace_says_who_did_it() {
    on_both(rooms, async |app: TestApp| {
        let (officer, _) = ready(&app).await;
        let url = five(&app, &officer).await;
        undo(&app, &officer, &url).await;
        let kinds = app.audit_kinds().await;
        for kind in ["import.undo_asked", "import.undo_part", "import.undone"] {
            assert!(kinds.iter().any(|k| k == kind), "{kind} is not in the trace");
        }
        officer.post(&format!("{url}/undoing"), &[]).await.expect(409);
        let id = url.rsplit('/').next().unwrap().to_owned();
        assert!(command_import(&app.cx(), "undo", std::path::Path::new(&id), false, None, false).await.is_err());
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM person").await, 4);
        assert!(officer.get(&url).await.expect(200).text_contains("已撤回"));
    })
    .await;
}

#[tokio::test]
async fn an_undo_that_was_broken_off_goes_on_and_does_nothing_twice() {
    on_both(rooms, async |app: TestApp| {
        let (officer, _) = ready(&app).await;
        let rows =
            [["张三", IDS[0], "13800000001", "平安队", "", ""], ["李四", IDS[1], "13800000002", "平安队", "", ""]];
        let url = import(&app, &officer, "volunteers", &xlsx(&rows)).await;
        for _ in 0..2 {
            officer.post(&format!("{url}/undoing"), &[("_once", "one")]).await.expect(303);
        }
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM job WHERE kind = 'federation.import_undo'").await, 1);
        assert!(officer.get(&format!("{url}/undoing")).await.text_contains("已撤回 0 / 2"), "it waits for the job");
        app.run_jobs().await;
        // As it stands when the process ends between the last part and the end.
        app.sql("UPDATE import_undoing SET done_at = NULL", vec![]).await;
        app.sql("UPDATE import_run SET state = 'done'", vec![]).await;
        app.sql("UPDATE job SET state = 'failed' WHERE kind = 'federation.import_undo'", vec![]).await;
        let page = officer.get(&format!("{url}/undoing")).await.expect(200);
        assert!(page.text_contains("没有撤完") && page.text_contains("接着撤回"), "{}", page.text());
        let done = undo(&app, &officer, &url).await;
        assert!(done.text_contains("移出 2 人"), "{}", done.text());
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM person").await, 0);
    })
    .await;
}

#[tokio::test]
async fn teams_go_with_their_import_unless_somebody_joined_them() {
    on_both(rooms, async |app: TestApp| {
        let (officer, _) = ready(&app).await;
        let columns: Vec<Column> = ["队伍名称", "队伍类型", "镇街"].iter().map(|t| Column::new(*t, 12)).collect();
        let rows = [["和顺队", "村居", "大沥镇"], ["九江队", "村居", "大沥镇"]];
        let cells = rows.iter().map(|row| row.iter().map(|text| Out::Text((*text).to_owned())).collect());
        let bytes = tables::write_xlsx(&columns, cells).unwrap();
        let before = n(&app, "SELECT COUNT(*) AS n FROM organisation").await;
        let url = import(&app, &officer, "teams", &bytes).await;
        row! { struct Found { id: Raw } }
        let used: Found = app.db().one("SELECT id FROM organisation WHERE name = '九江队'", &[]).await.unwrap();
        let person = app.person("梁一").await;
        app.member(used.id, person).await;
        let page = officer.get(&format!("{url}/undoing")).await.expect(200);
        assert!(page.text_contains("九江队") && page.text_contains("下面还有组织"), "{}", page.text());
        undo(&app, &officer, &url).await;
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM organisation WHERE name = '和顺队'").await, 0);
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM organisation WHERE name = '九江队'").await, 1);
        assert!(
            n(&app, "SELECT COUNT(*) AS n FROM organisation").await > before,
            "what is above the used one stays too"
        );
    })
    .await;
}

#[tokio::test]
async fn after_thirty_days_and_for_others_nothing_is_taken_back() {
    on_both(rooms, async |app: TestApp| {
        let (officer, _) = ready(&app).await;
        let url =
            import(&app, &officer, "volunteers", &xlsx(&[["张三", IDS[0], "13800000001", "平安队", "", ""]])).await;
        let town = app.as_account("何嘉颖", &[region(Role::Town, "440605125")], None).await;
        town.get(&format!("{url}/undoing")).await.expect(404);
        town.post(&format!("{url}/undoing"), &[]).await.expect(404);
        app.sql("UPDATE import_run SET done_at = $1", args![app.clock.now() - chrono::Duration::days(31)].to_vec())
            .await;
        let page = officer.get(&format!("{url}/undoing")).await.expect(200);
        assert!(page.text_contains("不能整批撤回") && !page.text_contains("确认撤回"), "{}", page.text());
        officer.post(&format!("{url}/undoing"), &[]).await.expect(409);
        assert!(!officer.get(&url).await.text_contains("撤回这次导入"));
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM person").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_command_says_what_it_would_take_back_and_then_does() {
    on_both(rooms, async |app: TestApp| {
        ready(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("名册.xlsx");
        std::fs::write(&file, xlsx(&[["张三", IDS[0], "13800000001", "平安队", "", ""]])).unwrap();
        command_import(&app.cx(), "volunteers", &file, false, None, false).await.unwrap();
        row! { struct Found { id: Raw } }
        let run: Found = app.db().one("SELECT id FROM import_run", &[]).await.unwrap();
        let id = std::path::PathBuf::from(run.id.to_string());
        let dry = command_import(&app.cx(), "undo", &id, true, None, true).await.unwrap();
        assert!(dry.contains("\"people_gone\":1"), "{dry}");
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM person").await, 1);
        let wet = command_import(&app.cx(), "undo", &id, false, None, false).await.unwrap();
        assert!(wet.contains("移出 1 人"), "{wet}");
        assert_eq!(n(&app, "SELECT COUNT(*) AS n FROM person").await, 0);
        let lost = command_import(&app.cx(), "undo", std::path::Path::new("x"), false, None, false).await.unwrap_err();
        assert!(lost.to_string().contains("没有编号"), "{lost}");
    })
    .await;
}
