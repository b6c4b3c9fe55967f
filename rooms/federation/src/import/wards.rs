//! Stories of rosters that name the guardians of minors.

use super::stories::{counts, import, ready, upload, xlsx};
use crate::tests::modules;
use kernel::{Read as _, args, row};
use testkit::{TestApp, on_both};

/// Born 2014-03-01, 2011-05-02, 2009-06-03 and 1990-01-01: a child, a youth, one near eighteen, and somebody of age.
const CHILD: &str = "440605201403010014";
const YOUTH: &str = "440605201105020017";
const NEAR: &str = "440605200906030013";
const OF_AGE: &str = "440605190001010013";

/// The same number with the check character that fits.
fn checked(number: &str) -> String {
    let body = &number[..17];
    let day = "2026-11-23".parse().unwrap();
    let all = "0123456789X".chars().map(|check| format!("{body}{check}"));
    all.into_iter().find(|n| people::rules::identity::parse(n, None, day).is_ok()).expect("one check character fits")
}

const HEAD: [&str; 8] = ["姓名", "身份证号", "手机", "镇街", "监护人", "与本人关系", "电话", "同意日期"];

row! { struct Found { name: String, phone: Option<String>, relation: String, state: String, paper_on: Option<chrono::NaiveDate> } }

async fn guardians(app: &TestApp) -> Vec<Found> {
    let sql = "SELECT name, phone, relation, state, paper_on FROM guardian WHERE tenant_id = $1 ORDER BY name";
    app.db().all(sql, args![app.tenant]).await.unwrap()
}

#[tokio::test]
async fn a_roster_names_the_guardians_of_minors_and_says_what_is_missing() {
    on_both(modules, async |app: TestApp| {
        let officer = ready(&app).await;
        let (child, youth, near) = (checked(CHILD), checked(YOUTH), checked(NEAR));
        let rows: Vec<Vec<&str>> = vec![
            HEAD.to_vec(),
            vec!["梁小明", &child, "", "大沥镇", "梁国栋", "父亲", "13800000021", "2026-09-01"],
            vec!["何小芳", &youth, "", "大沥镇", "何桂英", "外婆", "", ""],
            vec!["冯子健", &near, "13800000023", "大沥镇", "冯永强", "监护", "", ""],
            vec!["张三", OF_AGE, "13800000024", "大沥镇", "张父", "父亲", "13800000025", ""],
        ];
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let url = upload(&officer, "volunteers", &xlsx(&rows)).await.expect(303).location.unwrap();
        let page = officer.get(&url).await.expect(200);
        assert_eq!(counts(&page), ["2", "0", "0", "0", "2"], "{}", page.text());
        for said in [
            "未满 16 岁，要有监护人的电话",
            "监护人关系看不懂",
            "会给 1 名未成年人记下监护人",
            "其中 1 人的名册上写了监护人同意日期",
            "1 行的人已成年",
            "监护人姓名",
            "监护人同意日期",
        ] {
            assert!(page.text_contains(said), "{said} is not in {}", page.text());
        }
        assert!(!page.text_contains("13800000021") && !page.text_contains("梁国栋"), "samples are masked");
        officer.post(&format!("{url}/commit"), &[]).await.expect(303);
        app.run_jobs().await;
        let found = guardians(&app).await;
        let [one] = found.as_slice() else { panic!("{} guardians", found.len()) };
        assert_eq!(
            (one.name.as_str(), one.phone.as_deref(), one.relation.as_str(), one.state.as_str()),
            ("梁国栋", Some("13800000021"), "father", "named"),
            "what a roster says is no consent before the scan is there"
        );
        assert_eq!(one.paper_on, "2026-09-01".parse().ok());
        row! { struct Of { id: people::PersonId } }
        let sql = "SELECT id FROM person WHERE tenant_id = $1 AND name = '梁小明'";
        let child = app.db().one::<Of>(sql, args![app.tenant]).await.unwrap().id;
        let record = officer.get(&format!("/desk/people/{child}/guardians")).await.expect(200);
        assert!(record.text_contains("名册上写 2026-09-01 签了纸质同意书"), "{}", record.text());
        let kinds = app.audit_kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "people.guardian_named").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_second_roster_names_nobody_twice_and_an_undo_takes_the_guardians_back() {
    on_both(modules, async |app: TestApp| {
        let officer = ready(&app).await;
        let (child, youth) = (checked(CHILD), checked(YOUTH));
        import(&app, &officer, "volunteers", &[&HEAD[..4], &["何小芳", &youth, "", "大沥镇"]]).await;
        let rows: Vec<Vec<&str>> = vec![
            HEAD.to_vec(),
            vec!["梁小明", &child, "", "大沥镇", "梁国栋", "父亲", "13800000021", ""],
            vec!["何小芳", &youth, "", "大沥镇", "何桂英", "外婆", "13800000022", ""],
        ];
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let page = import(&app, &officer, "volunteers", &rows).await;
        assert_eq!(counts(&page), ["1", "1", "0", "0", "0"], "who is on record gets a guardian, too");
        assert_eq!(guardians(&app).await.len(), 2);
        let again = import(&app, &officer, "volunteers", &rows).await;
        assert_eq!(counts(&again), ["0", "0", "0", "2", "0"]);
        assert_eq!(guardians(&app).await.len(), 2);
        row! { struct Run { id: kernel::ids::Raw } }
        let sql = "SELECT id FROM import_run WHERE tenant_id = $1 ORDER BY id";
        let runs: Vec<Run> = app.db().all(sql, args![app.tenant]).await.unwrap();
        officer.post(&format!("/desk/imports/{}/undoing", runs[1].id), &[]).await.expect(303);
        app.run_jobs().await;
        let undone = officer.get(&format!("/desk/imports/{}/undoing", runs[1].id)).await.expect(200);
        assert!(guardians(&app).await.is_empty(), "nobody stands any more for those of the run: {}", undone.text());
        let left = "SELECT COUNT(*) AS n FROM person WHERE tenant_id = $1";
        assert_eq!(app.count(left, args![app.tenant]).await, 1, "the child went, who was there before stays");
    })
    .await;
}
