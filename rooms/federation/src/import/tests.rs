//! Rosters as they come: titles, two-row headings, totals, signatures, spoilt numbers, the same person three times.

use std::{collections::BTreeMap, time::Instant};

use chrono::NaiveDate;
use kernel::tables::{Cell, Limits, Merge, Sheet, Workbook};
use people::rules::identity::Sex;

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn sheet(name: &str, rows: &[&[&str]]) -> Sheet {
    let rows = rows.iter().map(|row| row.iter().map(|text| Cell::text(*text)).collect()).collect();
    Sheet { name: name.to_owned(), rows, first_row: 1, ..Sheet::default() }
}

fn check(sheets: Vec<Sheet>) -> (Roster, Vec<(u32, &'static str)>) {
    let book = Workbook { sheets };
    let layout = layout::find(&book, Kind::Volunteers, &BTreeMap::new());
    let dropped = layout.tables.iter().flat_map(|table| table.dropped.clone()).collect();
    (roster::check(&layout, today()), dropped)
}

/// The reason of every refusal with its row.
fn reasons(roster: &Roster) -> Vec<(u32, &'static str, &'static str)> {
    roster.refused.iter().map(|refusal| (refusal.row, refusal.field.key(), refusal.reason)).collect()
}

fn id(born: &str, sequence: u32) -> String {
    let body = format!("440605{born}{sequence:03}");
    "0123456789X"
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(|number| people::rules::identity::parse(number, None, today()).is_ok())
        .unwrap()
}

const A: &str = "440605190001010013";
const B: &str = "440605190001010021";
const C: &str = "440605194912310015";

#[test]
fn a_roster_under_titles_with_its_totals_and_signatures_is_read() {
    let rows: &[&[&str]] = &[
        &["大沥镇党员志愿者花名册", "", "", "", "", ""],
        &["填报单位：沥雄社区", "", "", "", "填报日期：2026-11-01", ""],
        &["序号", "姓 名", "性别", "身份证号码（18位）", "联系电话*", "所属志愿队"],
        &["1", "张 三", "男", A, "138 0000 0000", "平安队、助老队"],
        &["一、先锋队", "", "", "", "", ""],
        &["2", "李　四", "女", "４４０６０５１９０００１０１００２１", "+86-13900000000", "平安队"],
        &["小计", "2人", "", "", "", ""],
        &["大沥镇党员志愿者花名册", "", "", "", "", ""],
        &["序号", "姓名", "性别", "身份证号码（18位）", "联系电话*", "所属志愿队"],
        &["3", "阿依古丽．买买提", "1", C, "0757-81234567", "无"],
        &["4", "", "", "", "", ""],
        &["合  计：", "", "3", "", "", ""],
        &["总计", "", "", "3", "", ""],
        &["制表人：王五", "", "审核：", "", "日期：", ""],
    ];
    let (roster, dropped) = check(vec![sheet("名册", rows)]);
    assert_eq!(reasons(&roster), []);
    let names: Vec<(&str, u32, usize)> =
        roster.rows.iter().map(|row| (row.name.as_str(), row.row, row.teams.len())).collect();
    assert_eq!(names, [("张三", 4, 2), ("李四", 6, 1), ("阿依古丽·买买提", 10, 0)]);
    assert_eq!(roster.rows[1].phone.as_ref().map(|phone| phone.number.as_str()), Some("13900000000"));
    let why: Vec<(u32, &str)> =
        dropped.into_iter().map(|(row, reason)| (row, reason.rsplit('.').next().unwrap())).collect();
    assert_eq!(
        why,
        [(5, "title"), (7, "total"), (8, "title"), (9, "heading"), (12, "total"), (13, "total"), (14, "signature")]
    );
}

#[test]
fn a_heading_of_two_rows_is_joined() {
    let rows: &[&[&str]] = &[
        &["志愿者登记表", "", "", "", "", "", "", ""],
        &["姓名", "证件", "", "联系方式", "", "党组织情况", "", "紧急联系人"],
        &["", "类型", "号码", "手机", "邮箱", "所在党支部", "入党时间", "电话"],
        &["张三", "护照", "E12345678", "13800000000", "A@example.org", "沥雄支部", "1999年7月", "13900000000"],
    ];
    let (roster, _) = check(vec![sheet("", rows)]);
    // 「证件 类型」 and 「证件 号码」 are only known together with what stands above them.
    assert_eq!(reasons(&roster), []);
    let row = &roster.rows[0];
    assert_eq!(
        (row.identity.number.as_str(), row.email.as_deref(), row.branch.as_deref()),
        ("E12345678", Some("a@example.org"), Some("沥雄支部"))
    );
    assert_eq!((row.joined_party_on, row.row), (NaiveDate::from_ymd_opt(1999, 7, 1), 4));
}

/// The reasons of the twenty wrong rows below, in their order.
const REASONS: [&str; 20] = [
    "people.identity.spoilt",
    "people.identity.fifteen",
    "people.identity.check",
    "people.identity.missing",
    "people.identity.masked",
    "people.identity.kind_needed",
    "import.refused.sex_differs",
    "import.refused.sex",
    "import.refused.birth_date_differs",
    "people.date.ambiguous",
    "people.phone.too_short",
    "import.refused.political_status",
    "import.refused.future",
    "people.date.impossible",
    "import.refused.education",
    "import.refused.ethnicity",
    "import.refused.email",
    "people.volunteer_number.check",
    "people.name.mark",
    "people.name.missing",
];

#[test]
fn every_kind_of_wrong_row_has_its_reason_and_shows_no_number() {
    let heading: &[&str] =
        &["姓名", "性别", "身份证号", "出生日期", "手机", "政治面貌", "入党日期", "学历", "民族", "邮箱", "志愿者编号"];
    let row = |id: &'static str, rest: [&'static str; 9]| -> Vec<&'static str> {
        [&["张三", rest[0], id], &rest[1..]].concat()
    };
    let ok = ["", "", "", "", "", "", "", "", ""];
    let with = |at: usize, text: &'static str| {
        let mut rest = ok;
        rest[at] = text;
        rest
    };
    let rows: Vec<Vec<&str>> = vec![
        heading.to_vec(),
        row("4.40605E+17", ok),
        row("440605900101001", ok),
        row("440605190001010010", ok),
        row("", with(2, "13800000000")),
        row("440605********0013", ok),
        row("E12345678", ok),
        row(A, with(0, "女")),
        row(A, with(0, "中")),
        row(A, with(1, "1900-01-02")),
        row(A, with(1, "1/2/1900")),
        row(A, with(2, "1380000000")),
        row(A, with(3, "良民")),
        row(A, with(4, "2027-01-01")),
        row(A, with(4, "2001年2月30日")),
        row(A, with(5, "很高")),
        row(A, with(6, "火星族")),
        row(A, with(7, "a@b")),
        row(A, with(8, "440605000000015")),
        vec!["张三（组长）", "", B],
        vec!["", "", B],
    ];
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let (roster, _) = check(vec![sheet("", &rows)]);
    assert_eq!(roster.refused.iter().map(|refusal| refusal.reason).collect::<Vec<_>>(), REASONS);
    assert!(roster.refused.iter().enumerate().all(|(at, refusal)| refusal.row as usize == at + 2));
    assert!(roster.refused.iter().all(|refusal| !refusal.shown.contains("19000101")), "{:?}", roster.refused);
    assert_eq!((roster.read, roster.rows.len(), roster.refused_rows()), (20, 0, 20));
}

#[test]
fn number_cells_are_phones_but_never_identity_numbers() {
    let mut sheet = sheet("", &[&["姓名", "身份证号", "手机", "出生年月"], &["张三", A], &["李四"]]);
    sheet.rows[1]
        .extend([Cell::Number(13_800_000_000.0), Cell::Date(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap().into())]);
    sheet.rows[2].extend([Cell::Number(440_605_190_001_010_021.0), Cell::Empty]);
    let (roster, _) = check(vec![sheet]);
    assert_eq!(roster.rows[0].phone.as_ref().map(|phone| phone.number.as_str()), Some("13800000000"));
    assert_eq!(reasons(&roster), [(3, "id_number", "people.identity.spoilt")]);
}

#[test]
fn a_column_that_was_rounded_is_not_trusted_where_the_check_character_happens_to_fit() {
    let fitting = (0..10)
        .map(|n| id("19900101", n * 100))
        .chain((0..28).map(|day| id(&format!("199002{:02}", day + 1), 100)))
        .find(|number| number.ends_with("000"))
        .expect("one in eleven fits");
    let whole = check(vec![sheet("", &[&["姓名", "身份证号"], &["张三", &fitting]])]).0;
    assert_eq!(whole.rows.len(), 1);
    let spoilt =
        check(vec![sheet("", &[&["姓名", "身份证号"], &["张三", &fitting], &["李四", "440605190001010000"]])]).0;
    assert_eq!(
        reasons(&spoilt),
        [(2, "id_number", "people.identity.spoilt"), (3, "id_number", "people.identity.spoilt")]
    );
}

#[test]
fn a_person_in_several_teams_joins_and_a_number_with_two_names_is_refused_on_both_rows() {
    let one: &[&[&str]] = &[
        &["姓名", "身份证号", "手机", "队伍"],
        &["张三", A, "13800000000", "甲队"],
        &["李四", B, "13800000000", "甲队"],
        &["王五", C, "", "甲队"],
    ];
    let two: &[&[&str]] = &[
        &["队伍", "证件号码", "姓名"],
        &["乙队", A, "张 三"],
        &["甲队", A, "张三"],
        &["丙队", B, "李思"],
        &["T-0031/甲队", C, "王五"],
    ];
    let (roster, _) = check(vec![sheet("一队", one), sheet("二队", two)]);
    let standing: Vec<Standing> = roster.rows.iter().map(|row| row.standing).collect();
    assert_eq!(
        standing,
        [Standing::First, Standing::First, Standing::Joins(0), Standing::Repeats(0), Standing::Joins(1)]
    );
    let both: Vec<_> =
        roster.refused.iter().map(|refusal| (refusal.row, refusal.reason, refusal.other.clone())).collect();
    assert_eq!(
        both,
        [
            (3, "import.refused.id_of_another_name", Some(("二队".into(), 4))),
            (4, "import.refused.id_of_another_name", Some(("一队".into(), 3)))
        ]
    );
    assert_eq!(roster.rows[4].teams[0], TeamRef { name: None, number: Some("T-0031".into()) });
}

#[test]
fn sheets_that_are_no_rosters_are_told_and_left_out() {
    let roster: &[&[&str]] = &[&["姓名", "身份证号"], &["张三", A]];
    let aside: &[&[&str]] = &[&["姓名", "手机", "姓名", "手机"], &["张三", "13800000000", "李四", "13900000000"]];
    let mut hidden = sheet("Sheet9", roster);
    hidden.hidden = true;
    let book = Workbook {
        sheets: vec![
            sheet("填写说明", &[&["姓名", "必填"], &["性别", "男或女"]]),
            sheet("统计", &[&["镇街", "人数"], &["大沥", "3"]]),
            sheet("名册", roster),
            sheet("两栏", aside),
            hidden,
        ],
    };
    let layout = layout::find(&book, Kind::Volunteers, &BTreeMap::new());
    assert_eq!(layout.tables.len(), 1);
    let skipped: Vec<&str> = layout.skipped.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(
        skipped,
        [
            "import.skipped.explains",
            "import.skipped.no_heading",
            "import.skipped.side_by_side",
            "import.skipped.hidden"
        ]
    );
}

#[test]
fn a_team_merged_over_rows_counts_for_each_and_a_name_does_not() {
    let mut merged = sheet("", &[&["队伍", "姓名", "身份证号"], &["甲队", "张三", A], &["", "", B], &["", "王五", C]]);
    merged.merges =
        vec![Merge { top: 2, bottom: 4, left: 0, right: 0 }, Merge { top: 2, bottom: 3, left: 1, right: 1 }];
    let (roster, _) = check(vec![merged]);
    assert!(roster.rows.iter().all(|row| row.teams[0].name.as_deref() == Some("甲队")));
    assert_eq!(reasons(&roster), [(3, "name", "people.name.missing")]);
}

#[test]
fn words_become_codes() {
    let heading: &[&str] = &["姓名", "身份证号", "政治面貌", "文化程度", "民族", "性别"];
    let rows: Vec<[&str; 6]> = vec![
        ["张三", A, "党员", "大学本科", "汉", "M"],
        ["李四", B, "中共预备党员", "大专", "壮族", "f"],
        ["王五", C, "入党积极分子", "高中毕业", "01", "男"],
    ];
    let rows: Vec<&[&str]> = std::iter::once(heading).chain(rows.iter().map(|row| &row[..])).collect();
    let (roster, _) = check(vec![sheet("", &rows)]);
    let codes: Vec<_> = roster
        .rows
        .iter()
        .map(|row| {
            (
                row.political.unwrap().code,
                row.political.unwrap().stage,
                row.education.unwrap(),
                row.ethnicity.unwrap(),
                row.sex.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            (Some("01"), None, "21", "01", Sex::Male),
            (Some("02"), None, "31", "08", Sex::Female),
            (None, Some(roster::Stage::Activist), "61", "01", Sex::Male)
        ]
    );
}

#[test]
fn months_of_birth_agree_with_the_number_by_month() {
    let rows: &[&[&str]] = &[
        &["姓名", "身份证号", "出生年月"],
        &["张三", C, "1949年12月"],
        &["李四", A, "1900.02"],
        &["王五", B, "1900-01-01"],
    ];
    let (roster, _) = check(vec![sheet("", rows)]);
    assert_eq!(roster.rows[0].birth_date, NaiveDate::from_ymd_opt(1949, 12, 31));
    assert_eq!(reasons(&roster), [(3, "birth_date", "import.refused.birth_date_differs")]);
}

#[test]
fn a_map_of_the_clerk_goes_before_the_guess() {
    let book = Workbook {
        sheets: vec![sheet("", &[&["人", "号", "备注", "手机"], &["张三", A, "13800000000", "没用"]])],
    };
    let told = BTreeMap::from([
        ("人".to_owned(), Some(Field::Name)),
        ("号".to_owned(), Some(Field::IdNumber)),
        ("备注".to_owned(), Some(Field::Phone)),
        ("手机".to_owned(), None),
    ]);
    let roster = roster::check(&layout::find(&book, Kind::Volunteers, &told), today());
    assert_eq!(roster.rows[0].phone.as_ref().map(|phone| phone.masked()), Some("138 **** 0000".to_owned()));
}

#[test]
fn a_sheet_without_the_column_of_numbers_is_refused_once() {
    let (roster, _) = check(vec![sheet("", &[&["姓名", "手机"], &["张三", "13800000000"], &["李四", "13800000001"]])]);
    assert_eq!(reasons(&roster), [(1, "id_number", "import.refused.column_missing")]);
}

#[test]
fn teams_are_read_and_doubles_refused() {
    let rows: &[&[&str]] = &[
        &["2026年志愿队伍汇总表"],
        &[
            "序号",
            "队伍名称",
            "队伍编号",
            "类型",
            "所属镇街",
            "社区",
            "负责人",
            "负责人电话",
            "成立时间",
            "联系人",
            "联系电话",
            "上级组织",
        ],
        &[
            "1",
            "平安队",
            "T-1",
            "党员",
            "大沥镇",
            "沥雄",
            "张三",
            "13800000000",
            "2012年7月",
            "李四",
            "0757-81234567",
            "总队",
        ],
        &["2", "平安队", "T-2", "", "大沥镇", "沥雄"],
        &["3", "助老队", "T-1"],
        &["4", "", "T-4"],
        &["合计", "3"],
    ];
    let book = Workbook { sheets: vec![sheet("", rows)] };
    let roster = teams::check(&layout::find(&book, Kind::Teams, &BTreeMap::new()), today());
    let row = &roster.rows[0];
    assert_eq!(
        (row.name.as_str(), row.number.as_deref(), row.founded_on, row.leader_name.as_deref()),
        ("平安队", Some("T-1"), NaiveDate::from_ymd_opt(2012, 7, 1), Some("张三"))
    );
    let refused: Vec<(u32, &str)> = roster.refused.iter().map(|refusal| (refusal.row, refusal.reason)).collect();
    assert_eq!(
        refused,
        [
            (4, "import.refused.team_twice"),
            (5, "import.refused.team_number_twice"),
            (6, "import.refused.team_name_missing")
        ]
    );
}

#[test]
fn a_csv_is_a_roster_in_gb18030_utf_8_and_utf_16() {
    let text = format!("志愿者名册,,\r\n姓名,身份证号,手机\r\n张三,{A},'+8613800000000\r\n");
    // 志愿者名册 姓名 身份证号 手机 张三, as a spreadsheet of Windows writes them.
    let national: &[u8] =
        b"\xd6\xbe\xd4\xb8\xd5\xdf\xc3\xfb\xb2\xe1,,\r\n\xd0\xd5\xc3\xfb,\xc9\xed\xb7\xdd\xd6\xa4\xba\xc5,\xca\xd6\xbb\xfa\r\n\xd5\xc5\xc8\xfd,";
    let national = [national, A.as_bytes(), b",'+8613800000000\r\n"].concat();
    assert!(String::from_utf8(national.clone()).is_err(), "these bytes are not UTF-8");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [national, text.into_bytes(), wide] {
        let book = kernel::tables::read(&bytes, &Limits::default()).unwrap();
        let roster = roster::check(&layout::find(&book, Kind::Volunteers, &BTreeMap::new()), today());
        let row = &roster.rows[0];
        assert_eq!(
            (roster.rows.len(), row.name.as_str(), row.row, row.phone.as_ref().unwrap().number.as_str()),
            (1, "张三", 3, "13800000000")
        );
    }
}

#[test]
#[ignore = "a measurement, for release builds"]
fn times() {
    let heading = [
        "序号",
        "姓名",
        "性别",
        "身份证号码",
        "出生年月",
        "联系电话",
        "所属志愿队",
        "职务",
        "所在党支部",
        "政治面貌",
        "入党时间",
        "学历",
        "民族",
        "工作单位",
        "住址",
    ];
    let mut rows = vec![vec![Cell::text("花名册")], heading.iter().map(|text| Cell::text(*text)).collect()];
    for n in 0..31_000_u32 {
        let number = id(&format!("{}{:02}{:02}", 1950 + n % 50, n % 12 + 1, n % 28 + 1), n / 50 % 999);
        let sex = if number.as_bytes()[16] % 2 == 1 { "男" } else { "女" };
        let texts = [
            n.to_string(),
            "张三".into(),
            sex.into(),
            number.clone(),
            format!("{}.{}", &number[6..10], &number[10..12]),
            format!("138{n:08}"),
            format!("第{}队", n % 496),
            "队员".into(),
            "沥雄支部".into(),
            "中共党员".into(),
            "1999-07-01".into(),
            "本科".into(),
            "汉族".into(),
            "某单位".into(),
            "大沥镇沥雄社区".into(),
        ];
        rows.push(texts.into_iter().map(Cell::text).collect());
    }
    let book = Workbook { sheets: vec![Sheet { name: "名册".into(), rows, first_row: 1, ..Sheet::default() }] };
    let started = Instant::now();
    let roster = roster::check(&layout::find(&book, Kind::Volunteers, &BTreeMap::new()), today());
    println!(
        "31,000 x 15 laid out and checked in {:?}: {} taken, {} refused",
        started.elapsed(),
        roster.rows.len(),
        roster.refused_rows()
    );
    assert_eq!(roster.refused_rows(), 0);
}
