//! Stories of imports over HTTP and at the command line, on both databases.

use kernel::tables::{self, Column, Limits, Out};
use kernel::{Module, Role};
use testkit::app::{district, region};
use testkit::{Reply, TestApp, Visitor, on_both};

use super::columns::Field;
use super::command::command_import;

fn rooms() -> Vec<Module> {
    let import = super::furnish(Module::new("import")).words(kernel::words!("import"));
    vec![places::module(), people::module(), organisations::module(), import]
}

const A: &str = "440605190001010013";
const B: &str = "440605190001010021";
const C: &str = "440605194912310015";
const HEAD: [&str; 5] = ["姓名", "身份证号", "手机", "所属志愿队", "镇街"];

pub(super) fn xlsx(rows: &[&[&str]]) -> Vec<u8> {
    let columns: Vec<Column> = rows[0].iter().map(|title| Column::new(*title, 12)).collect();
    let cells = rows[1..].iter().map(|row| row.iter().map(|text| Out::Text((*text).to_owned())).collect());
    tables::write_xlsx(&columns, cells).unwrap()
}

pub(super) async fn upload(visitor: &Visitor, kind: &str, bytes: &[u8]) -> Reply {
    visitor.upload("/desk/imports", &[("kind", kind)], ("file", "名册.xlsx", bytes)).await
}

async fn people(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM person", &[]).await
}

async fn memberships(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) AS n FROM membership WHERE to_on IS NULL", &[]).await
}

/// Uploads, confirms and waits; answers the page of the run.
pub(super) async fn import(app: &TestApp, visitor: &Visitor, kind: &str, rows: &[&[&str]]) -> Reply {
    let url = upload(visitor, kind, &xlsx(rows)).await.expect(303).location.unwrap();
    visitor.post(&format!("{url}/commit"), &[]).await.expect(303);
    app.run_jobs().await;
    visitor.get(&url).await.expect(200)
}

/// The counts of a run's page: created, updated, joined, skipped, refused.
pub(super) fn counts(page: &Reply) -> Vec<String> {
    let text = page.text();
    let list = text.split("<dl class=\"counts\">").nth(1).unwrap().split("</dl>").next().unwrap().to_owned();
    list.split("<dd class=\"num\">").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

pub(super) async fn ready(app: &TestApp) -> Visitor {
    app.region_seed().await;
    app.team("平安队", "440605125003").await;
    app.team("助老队", "440605125").await;
    app.team("读书队", "440605126").await;
    app.as_account("周敏仪", &[district(Role::District)], None).await
}

#[tokio::test]
async fn an_upload_and_a_yes_sent_twice_are_one_run_written_once() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let file = xlsx(&[&HEAD, &["张三", A, "13800000000", "平安队", ""]]);
        let fields = [("_once", "one-file"), ("kind", "volunteers")];
        let send = || officer.upload("/desk/imports", &fields, ("file", "名册.xlsx", &file));
        let (one, two) = tokio::join!(send(), send());
        let (url, again) = (one.expect(303).location.unwrap(), two.expect(303).location.unwrap());
        assert_eq!(url, again);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM import_run", &[]).await, 1);
        for _ in 0..2 {
            officer.post(&format!("{url}/commit"), &[("_once", "yes")]).await.expect(303);
        }
        app.run_jobs().await;
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM job", &[]).await, 1);
        assert_eq!(people(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_upload_waits_while_another_table_is_open() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let place = app.app.part::<super::turn::Turn>().take().await.unwrap();
        let file = xlsx(&[&HEAD, &["张三", A, "13800000000", "平安队", ""]]);
        let sent = upload(&officer, "volunteers", &file);
        tokio::pin!(sent);
        let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut sent).await;
        assert!(early.is_err(), "it was read beside the other");
        drop(place);
        sent.await.expect(303);
    })
    .await;
}

#[tokio::test]
async fn a_preview_writes_nothing_and_a_second_import_skips_everything() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let rows: &[&[&str]] = &[
            &HEAD,
            &["张 三", A, "+86 138-0000-0000", "平安队、助老队", "大沥镇"],
            &["李四", B, "13800000000", "平安队", ""],
            &["张三", A, "", "读书队", ""],
        ];
        let url = upload(&officer, "volunteers", &xlsx(rows)).await.expect(303).location.unwrap();
        let page = officer.get(&url).await.expect(200);
        assert_eq!(counts(&page), ["2", "0", "1", "0", "0"]);
        assert!(page.text_contains("确认后，将新建 2 人") && !page.text_contains(A), "{}", page.text());
        assert_eq!((people(&app).await, memberships(&app).await), (0, 0), "a preview writes nothing");

        officer.post(&format!("{url}/commit"), &[]).await.expect(303);
        assert!(officer.get(&url).await.text_contains("data-refresh-seconds"), "it works while a job waits");
        app.run_jobs().await;
        assert_eq!(counts(&officer.get(&url).await), ["2", "0", "1", "0", "0"]);
        assert_eq!((people(&app).await, memberships(&app).await), (2, 4), "one person stands in three teams");
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM file", &[]).await, 0, "the upload goes when it is written");
        officer.post(&format!("{url}/commit"), &[]).await.expect(409);

        assert_eq!(counts(&import(&app, &officer, "volunteers", rows).await), ["0", "0", "0", "3", "0"]);
        let changed: &[&[&str]] = &[&HEAD, &["张三", A, "13900000000", "平安队", ""], &["李四", B, "", "读书队", ""]];
        assert_eq!(counts(&import(&app, &officer, "volunteers", changed).await), ["0", "1", "1", "0", "0"]);
        assert_eq!(people(&app).await, 2);
        let kinds = app.audit_kinds().await;
        for kind in ["import.uploaded", "import.previewed", "import.started", "import.part_written", "import.committed"]
        {
            assert!(kinds.iter().any(|k| k == kind), "{kind} is not in the trace");
        }
    })
    .await;
}

#[tokio::test]
async fn refused_rows_come_back_with_reasons_and_only_they_are_sent_again() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let rows: &[&[&str]] = &[
            &HEAD,
            &["张三", A, "", "平安队", ""],
            &["李四", "4.40605E+17", "", "平安队", ""],
            &["王五", C, "", "没有的队", ""],
        ];
        let url = upload(&officer, "volunteers", &xlsx(rows)).await.expect(303).location.unwrap();
        let page = officer.get(&url).await;
        assert_eq!(counts(&page), ["1", "0", "0", "0", "2"]);
        assert!(page.text_contains("被表格改成了数字") && page.text_contains("请先导入队伍"), "{}", page.text());
        let errors = officer.get(&format!("{url}/errors")).await.expect(200);
        assert!(app.audit_kinds().await.contains(&"import.errors_taken".to_owned()));
        let book = tables::read(&errors.body, &Limits::default()).unwrap();
        let back: Vec<Vec<String>> =
            book.sheets[0].rows.iter().map(|row| row.iter().map(tables::Cell::shown).collect()).collect();
        assert_eq!(back.len(), 3);
        assert_eq!(
            (back[0].last().unwrap().as_str(), back[1][1].as_str(), back[2][1].as_str()),
            ("原因", "4.40605E+17", C)
        );

        officer.post(&format!("{url}/commit"), &[]).await.expect(303);
        app.run_jobs().await;
        let mut repaired = back.clone();
        repaired[1][1] = B.to_owned();
        repaired[2][3] = "读书队".to_owned();
        let repaired: Vec<Vec<&str>> = repaired.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let repaired: Vec<&[&str]> = repaired.iter().map(Vec::as_slice).collect();
        assert_eq!(counts(&import(&app, &officer, "volunteers", &repaired).await), ["2", "0", "0", "0", "0"]);
        assert_eq!(people(&app).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_number_on_record_under_another_name_is_refused() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        import(&app, &officer, "volunteers", &[&HEAD, &["区志明", A, "", "平安队", ""]]).await;
        let page =
            import(&app, &officer, "volunteers", &[&HEAD, &["欧志明", A, "", "平安队", ""], &["李四", B, "", "", ""]])
                .await;
        assert_eq!(counts(&page), ["1", "0", "0", "0", "1"]);
        assert!(
            page.text_contains("已登记为别的姓名") && !page.text_contains("区志明"),
            "the other's name is not told"
        );
    })
    .await;
}

#[tokio::test]
async fn a_town_imports_for_itself_alone_and_sees_its_own_runs() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let clerk = app.as_account("李伟强", &[region(Role::Town, "440605125")], None).await;
        let rows: &[&[&str]] =
            &[&HEAD, &["张三", A, "", "平安队", ""], &["李四", B, "", "读书队", ""], &["王五", C, "", "", "里水镇"]];
        let page = import(&app, &clerk, "volunteers", rows).await;
        assert_eq!(counts(&page), ["1", "0", "0", "0", "2"]);
        assert!(page.text_contains("这一行属于别的镇街"));
        let teams: &[&[&str]] = &[&["队伍名称", "镇街"], &["新队", "里水镇"], &["新队", "大沥镇"]];
        assert_eq!(counts(&import(&app, &clerk, "teams", teams).await), ["1", "0", "0", "0", "1"]);
        let url = upload(&officer, "volunteers", &xlsx(rows)).await.expect(303).location.unwrap();
        clerk.get(&url).await.expect(404);
        clerk.post(&format!("{url}/commit"), &[]).await.expect(404);
        clerk.get(&format!("{url}/errors")).await.expect(404);
        let member = app.as_account("志愿者", &[], None).await;
        member.get("/desk/imports").await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_of_columns_is_remembered_for_the_next_file_of_the_source() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let first: &[&[&str]] = &[&["人员", "证号", "号码二"], &["张三", A, "13800000000"]];
        let url = upload(&officer, "volunteers", &xlsx(first)).await.expect(303).location.unwrap();
        let page = officer.get(&url).await;
        assert_eq!(counts(&page), ["0", "0", "0", "0", "0"]);
        assert!(page.text_contains("没找到表头") && page.text_contains("证号"), "the headings can be told");
        assert!(!page.text_contains(A) && !page.text_contains("13800000000"), "what may be a number is masked");
        let told = [
            ("heading", "人员"),
            ("field", "name"),
            ("heading", "证号"),
            ("field", "id_number"),
            ("heading", "号码二"),
            ("field", "phone"),
        ];
        officer.post(&format!("{url}/mapping"), &told).await.expect(303);
        assert_eq!(counts(&officer.get(&url).await), ["1", "0", "0", "0", "0"]);
        officer.post(&format!("{url}/mapping"), &[("heading", "别的"), ("field", "name")]).await.expect(400);
        officer.post(&format!("{url}/mapping"), &[("heading", "人员"), ("field", "state")]).await.expect(400);

        let second: &[&[&str]] = &[&["人员", "证号", "号码二"], &["李四", B, "13900000000"], &["王五", C, ""]];
        let url = upload(&officer, "volunteers", &xlsx(second)).await.expect(303).location.unwrap();
        assert_eq!(counts(&officer.get(&url).await), ["2", "0", "0", "0", "0"], "nothing had to be told again");
    })
    .await;
}

#[tokio::test]
async fn teams_come_before_their_people_and_hang_in_the_tree() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let officer = app.as_account("周敏仪", &[district(Role::District)], None).await;
        let teams: &[&[&str]] = &[
            &["队伍名称", "队伍编号", "类型", "所属镇街", "社区", "负责人", "负责人电话", "成立时间", "上级组织"],
            &["平安分队", "T-2", "村居", "大沥", "沥雄社区", "", "", "", "平安队"],
            &["平安队", "T-1", "机关", "大沥镇", "", "张三", "13800000000", "2012年7月", ""],
            &["无镇队", "", "", "", "", "", "", "", ""],
        ];
        assert_eq!(counts(&import(&app, &officer, "teams", teams).await), ["2", "0", "0", "0", "1"]);
        let sql = "SELECT COUNT(*) AS n FROM organisation WHERE path LIKE '%/%/T-1/T-2/'";
        assert_eq!(app.count(sql, &[]).await, 1, "the part hangs below its team, the team below town and district");
        assert_eq!(counts(&import(&app, &officer, "teams", &teams[..3]).await), ["0", "0", "0", "2", "0"]);
        let moved: &[&[&str]] = &[teams[0], &["平安队", "T-1", "机关", "大沥镇", "", "李四", "13900000000", "", ""]];
        assert_eq!(counts(&import(&app, &officer, "teams", moved).await), ["0", "1", "0", "0", "0"]);
        let head: [&str; 6] = ["姓名", "身份证号", "队伍编号", "职务", "所在党支部", "政治面貌"];
        let rows: &[&[&str]] = &[
            &head,
            &["张三", A, "T-1", "队长", "沥雄支部", "中共党员"],
            &["李四", B, "T-2、T-1", "", "沥雄支部", "群众"],
        ];
        let page = import(&app, &officer, "volunteers", rows).await;
        assert_eq!(counts(&page), ["2", "0", "0", "0", "0"]);
        assert!(page.text_contains("1 个还没登记的党支部"), "{}", page.text());
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM membership WHERE role = 'leader'", &[]).await, 1);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM organisation WHERE tree = 'branch'", &[]).await, 1);
        assert_eq!(memberships(&app).await, 5);
        assert_eq!(counts(&import(&app, &officer, "volunteers", rows).await), ["0", "0", "0", "2", "0"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_table_is_said_on_the_form() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let picture = upload(&officer, "volunteers", b"\x89PNG\r\n").await.expect(422);
        assert!(picture.text_contains("这不是表格") && picture.text_contains("<title>出错："), "{}", picture.text());
        assert!(upload(&officer, "volunteers", b"").await.expect(422).text_contains("请选一个文件"));
        upload(&officer, "people", b"x").await.expect(422);
        let large = vec![b'a'; 10 * 1024 * 1024 + 1];
        assert!(upload(&officer, "volunteers", &large).await.expect(422).text_contains("10 MB"));
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM import_run", &[]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_stopped_run_writes_nothing_more_and_a_month_later_its_files_are_gone() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let rows: &[&[&str]] = &[&HEAD, &["张三", A, "", "平安队", ""], &["李四", "1", "", "", ""]];
        let url = upload(&officer, "volunteers", &xlsx(rows)).await.expect(303).location.unwrap();
        officer.post(&format!("{url}/commit"), &[]).await.expect(303);
        officer.post(&format!("{url}/cancellation"), &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!(people(&app).await, 0);
        assert!(officer.get(&url).await.expect(200).text_contains("已停止"));
        officer.get(&format!("{url}/errors")).await.expect(200);
        app.later(chrono::Duration::days(31));
        app.run_recurring("federation.import_sweep").await;
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM file", &[]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_was_killed_goes_on_with_what_is_missing() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let rows: &[&[&str]] = &[&HEAD, &["张三", A, "", "平安队", ""], &["李四", B, "", "平安队", ""]];
        let url = upload(&officer, "volunteers", &xlsx(rows)).await.expect(303).location.unwrap();
        officer.post(&format!("{url}/commit"), &[]).await.expect(303);
        // As if a first part had been written before the power went: its person is on record, and the run says so.
        import(&app, &officer, "volunteers", &rows[..2]).await;
        app.run_jobs().await;
        assert_eq!(people(&app).await, 2);
        assert_eq!(memberships(&app).await, 2);
    })
    .await;
}

/// A number of a document that is in order.
fn number(n: u32) -> String {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let body = format!("4406051990{:02}{:02}{:03}", n % 12 + 1, n / 12 % 28 + 1, n / 336);
    let all = "0123456789X".chars().map(|check| format!("{body}{check}"));
    all.into_iter().find(|number| people::rules::identity::parse(number, None, today).is_ok()).unwrap()
}

#[tokio::test]
async fn a_large_roster_is_looked_at_by_a_job_and_its_refusals_are_paged() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let numbers: Vec<String> = (0..2_100).map(number).collect();
        let spoilt = |at: usize| if at < 60 { "4.40605E+17" } else { numbers[at].as_str() };
        let rows: Vec<[&str; 5]> = (0..numbers.len()).map(|at| ["张三", spoilt(at), "", "平安队", ""]).collect();
        let rows: Vec<&[&str]> = std::iter::once(&HEAD[..]).chain(rows.iter().map(|row| &row[..])).collect();
        let url = upload(&officer, "volunteers", &xlsx(&rows)).await.expect(303).location.unwrap();
        assert!(officer.get(&url).await.text_contains("正在核对，共 2101 行"));
        assert!(officer.get(&format!("{url}/progress")).await.text_contains("正在核对"));
        officer.post(&format!("{url}/commit"), &[]).await.expect(409);
        app.run_jobs().await;
        assert!(officer.get(&format!("{url}/progress")).await.text_contains("等确认"));
        let page = officer.get(&url).await;
        assert_eq!(counts(&page), ["2,040", "0", "0", "0", "60"]);
        let next = format!("{url}?from=50");
        assert!(page.text_contains(&next), "{}", page.text());
        assert_eq!(officer.get(&next).await.expect(200).text().matches("被表格改成了数字").count(), 10);
        officer.post(&format!("{url}/commit"), &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!((people(&app).await, memberships(&app).await), (2_040, 2_040));
    })
    .await;
}

#[tokio::test]
async fn the_command_counts_rehearses_and_answers_in_json() {
    on_both(rooms, async |app: TestApp| {
        ready(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("名册.xlsx");
        let rows: &[&[&str]] = &[&HEAD, &["张三", A, "", "平安队", ""], &["李四", "440605190001010020", "", "", ""]];
        std::fs::write(&file, xlsx(rows)).unwrap();
        let cx = app.cx();
        let dry = command_import(&cx, "volunteers", &file, true, None, true).await.unwrap();
        let reason = "身份证号的最后一位对不上，可能有一位填错。请对照证件看看。";
        let wanted = format!(
            r#"{{"created":1,"updated":0,"joined":0,"skipped":0,"refused":[{{"sheet":"Sheet1","row":3,"field":"id_number","reason":"{reason}"}}]}}"#
        );
        assert_eq!(dry, wanted);
        assert_eq!(people(&app).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM import_run", &[]).await, 0);
        assert_eq!(command_import(&cx, "volunteers", &file, false, None, true).await.unwrap(), wanted);
        assert_eq!(people(&app).await, 1);
        let map = "手机 = \"\"\n身份证号 = \"id_number\"";
        let again = command_import(&cx, "volunteers", &file, false, Some(map), false).await.unwrap();
        assert!(again.contains("新建 0，更新 0，并入 0，跳过 1，退回 1") && again.contains("第 3 行"), "{again}");
        let wrong = command_import(&cx, "volunteers", &file, true, Some("手机 = \"x\""), false).await.unwrap_err();
        assert!(wrong.to_string().contains("没有「x」"), "{wrong}");
        let lost = command_import(&cx, "volunteers", &folder.path().join("无.xlsx"), true, None, false).await.unwrap_err();
        assert!(lost.to_string().contains("读不到文件"), "{lost}");
        std::fs::write(&file, "人员,证号\n张三,1\n").unwrap();
        let none = command_import(&cx, "volunteers", &file, true, None, true).await.unwrap_err();
        assert!(none.to_string().contains("没找到表头"), "a file that is no roster is not an empty one: {none}");
        assert!(command_import(&cx, "dogs", &file, true, None, false).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn regions_come_from_a_table() {
    on_both(rooms, async |app: TestApp| {
        app.region_seed().await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("regions.csv");
        let text = "code,name,level,parent_code\n440605,南海区,district,\n440605125,大沥街道,street,440605\n\
                    440605121,九江镇,town,440605\n44060x,坏,town,440605\n440605999001,孤,community,440605999\n";
        std::fs::write(&file, text).unwrap();
        let said = command_import(&app.cx(), "regions", &file, false, None, true).await.unwrap();
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&said["created"], &said["updated"], &said["skipped"]), (&1.into(), &1.into(), &1.into()), "{said}");
        assert_eq!(said["refused"].as_array().unwrap().len(), 2);
        assert_eq!(app.count("SELECT COUNT(*) AS n FROM region WHERE name = '大沥街道'", &[]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn every_field_has_its_word_and_no_number_lies_open() {
    on_both(rooms, async |app: TestApp| {
        for field in Field::ALL {
            assert!(app.app.words.has(&format!("import.field.{}", field.key())), "{}", field.key());
        }
        let officer = ready(&app).await;
        let csv = format!("姓名,身份证号\n张三,{A}\n");
        upload(&officer, "volunteers", csv.as_bytes()).await.expect(303);
        row_of_bytes(&app, A).await;
    })
    .await;
}

async fn row_of_bytes(app: &TestApp, number: &str) {
    use kernel::Read as _;
    kernel::row! { struct Kept { content: Vec<u8> } }
    let kept: Vec<Kept> = app.db().all("SELECT content FROM file", &[]).await.unwrap();
    assert_eq!(kept.len(), 1);
    let open = kept[0].content.windows(number.len()).any(|part| part == number.as_bytes());
    assert!(!open, "the upload lies sealed");
}

#[tokio::test]
async fn a_command_that_was_killed_leaves_a_run_that_says_how_to_go_on() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("名册.xlsx");
        std::fs::write(&file, xlsx(&[&HEAD, &["张三", A, "13800000000", "平安队", ""]])).unwrap();
        command_import(&app.cx(), "volunteers", &file, false, None, false).await.unwrap();
        // As it stands when the process ends in the middle.
        app.sql("UPDATE import_run SET state = 'running', done_at = NULL", Vec::new()).await;
        app.run_recurring("federation.import_interrupted").await;
        let running = "SELECT COUNT(*) AS n FROM import_run WHERE state = 'running'";
        let held = i64::from(app.on_server);
        assert_eq!(
            app.count(running, &[]).await,
            held,
            "another process may still write, but not into an embedded one"
        );
        app.later(chrono::Duration::minutes(11));
        app.run_recurring("federation.import_interrupted").await;
        assert_eq!(app.count(running, &[]).await, 0);
        app.run_recurring("federation.import_interrupted").await;
        let marked = app.audit_kinds().await.into_iter().filter(|kind| kind == "import.interrupted").count();
        assert_eq!(marked, 1);
        kernel::row! { struct Found { id: kernel::ids::Raw } }
        let run: Found = kernel::Read::one(app.db(), "SELECT id FROM import_run", &[]).await.unwrap();
        let page = officer.get(&format!("/desk/imports/{}", run.id)).await.expect(200);
        assert!(page.text_contains("命令中断了") && page.text_contains("同一个文件再导入一次"), "{}", page.text());
        command_import(&app.cx(), "volunteers", &file, false, None, false).await.unwrap();
        assert_eq!(people(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_may_be_somebody_on_record_is_told_with_the_reasons_and_never_guessed() {
    on_both(rooms, async |app: TestApp| {
        let officer = ready(&app).await;
        import(&app, &officer, "volunteers", &[&HEAD, &["张三", A, "13800000000", "平安队", ""]]).await;
        let head = ["姓名", "证件类型", "证件号码", "手机"];
        let rows: &[&[&str]] =
            &[&head, &["張三", "护照", "E12345678", "13800000000"], &["李四", "护照", "E22345678", "13800000000"]];
        let url = upload(&officer, "volunteers", &xlsx(rows)).await.expect(303).location.unwrap();
        let page = officer.get(&url).await.expect(200);
        for said in ["1 行可能是已经登记过的人", "张三", "电话相同", "姓名只差繁简或异体"] {
            assert!(page.text_contains(said), "{said} is not in {}", page.text());
        }
        assert_eq!(counts(&page), ["2", "0", "0", "0", "0"], "nothing is changed by a likeness");
        officer.post(&format!("{url}/commit"), &[]).await.expect(303);
        app.run_jobs().await;
        assert_eq!(people(&app).await, 3);
    })
    .await;
}
