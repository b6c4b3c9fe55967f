//! A roster of 31,000 volunteers as an officer brings it: checked in a dry run, then taken. Everybody in it is made up; the
//! numbers are built by the rules, so that all rows can be taken.

use crate::stage::{Folder, Open, Stage, block_on, plain};
use crate::table::{Row, Runs, float};
use anyhow::{Context as _, Result, ensure};
use chrono::{Days, NaiveDate};
use kernel::tables::{Column, Out, write_xlsx};
use kernel::{Read as _, args, row};
use people::rules::identity;
use serde_json::Value;
use std::time::Instant;

/// Surnames, from the commonest of the region on.
const SURNAMES: [&str; 24] = [
    "陈", "李", "黄", "梁", "何", "林", "张", "吴", "刘", "罗", "叶", "杨", "麦", "区", "冯", "谭", "邓", "周", "关",
    "潘", "杜", "欧阳", "邵", "郭",
];
/// Characters of given names.
const GIVEN: [&str; 40] = [
    "志", "明", "慧", "敏", "伟", "强", "丽", "芳", "娜", "静", "秀", "英", "华", "玉", "兰", "建", "国", "文", "杰",
    "俊", "嘉", "欣", "怡", "婷", "浩", "然", "子", "轩", "梓", "涵", "雅", "晴", "健", "锋", "权", "光", "燕", "霞",
    "坚", "雄",
];

/// A name of two to four characters, another for each number until some forty thousand.
pub fn name(number: usize) -> String {
    let spread = number.wrapping_mul(7_919);
    let (surname, first) = (SURNAMES[number % SURNAMES.len()], GIVEN[(spread / 24) % GIVEN.len()]);
    let second = if number.is_multiple_of(9) { "" } else { GIVEN[(spread / 960) % GIVEN.len()] };
    format!("{surname}{first}{second}")
}

/// A mobile number of eleven digits.
pub fn phone(number: usize) -> String {
    format!("139{:08}", number.wrapping_mul(104_729) % 100_000_000)
}

/// Dry run and commit of the whole roster.
pub fn measure(stage: &Stage) -> Result<Vec<Row>> {
    let count = stage.of(31_000);
    let ground = stage.empty("import")?;
    let teams = stage.of(496).to_string();
    // The least that makes the teams be there: a volunteer for each.
    stage.generate(&ground.path, &[&teams, &teams, "1", "1"])?;
    let file = ground.path.join("roster.xlsx");
    std::fs::write(&file, roster(&ground, count)?)?;
    let (data, file) = (ground.path.display().to_string(), file.display().to_string());
    let mut previews = Vec::new();
    for _ in 0..stage.runs {
        let began = Instant::now();
        let said = stage.run(&["import", "volunteers", &file, "--dry-run", "--json", "--data", &data])?;
        previews.push(began.elapsed().as_secs_f64());
        check(&said, count)?;
    }
    let began = Instant::now();
    let said = stage.run(&["import", "volunteers", &file, "--json", "--data", &data])?;
    let took = began.elapsed().as_secs_f64();
    check(&said, count)?;
    let previews = Runs::new(previews);
    let preview = Row::alone(
        format!("roster of {count} rows: preview"),
        previews.show(2, " s"),
        "<= 5 s",
        previews.median() <= 5.0,
    );
    let rate = float(count) / took;
    let commit = Row::alone(
        format!("roster of {count} rows: commit"),
        format!("{took:.2} s ({rate:.0} rows/s)"),
        "<= 5 s",
        took <= 5.0,
    );
    Ok(vec![preview, commit])
}

fn check(said: &str, count: usize) -> Result<()> {
    let answer: Value = serde_json::from_str(said.trim()).context("the import answers JSON")?;
    let created = answer["created"].as_u64().unwrap_or_default();
    let refused = answer["refused"].as_array().map_or(0, Vec::len);
    let first = answer["refused"].get(0).map(Value::to_string).unwrap_or_default();
    ensure!(refused == 0, "{refused} cells of the roster were refused, the first: {first}");
    ensure!(usize::try_from(created)? == count, "the import created {created} of {count} people");
    Ok(())
}

/// The file: a row for each volunteer, in the teams that the folder has.
fn roster(ground: &Folder, count: usize) -> Result<Vec<u8>> {
    row! { struct Team { name: String } }
    let teams: Vec<Team> = block_on(async {
        let open = Open::folder(&ground.path).await?;
        let sql = "SELECT o.name FROM organisation o WHERE o.tenant_id = $1 AND o.tree = 'team' AND o.state = 'active'
                     AND o.kind NOT IN ('federation', 'town')
                     AND NOT EXISTS (SELECT 1 FROM organisation n WHERE n.tenant_id = o.tenant_id AND n.tree = 'team'
                       AND n.name = o.name AND n.id <> o.id) ORDER BY o.path";
        open.app.db.all(sql, args![open.tenant]).await.map_err(plain)
    })?;
    ensure!(!teams.is_empty(), "the generated district has no team");
    let today = kernel::time::day(kernel::time::Clock::System.now());
    let columns = [
        ("姓名", 12),
        ("性别", 6),
        ("身份证号码", 22),
        ("手机号码", 14),
        ("所属队伍", 30),
        ("政治面貌", 12),
        ("学历", 10),
        ("工作单位", 24),
        ("镇街", 12),
        ("入队时间", 14),
    ];
    let columns: Vec<Column> = columns.into_iter().map(|(title, width)| Column::new(title, width)).collect();
    let rows = (0..count).map(|number| cells(number, &teams[number % teams.len()].name, today));
    Ok(write_xlsx(&columns, rows)?)
}

fn cells(number: usize, team: &str, today: NaiveDate) -> Vec<Out> {
    let text = |text: &str| Out::Text(text.to_owned());
    let man = number.is_multiple_of(2);
    vec![
        Out::Text(name(number)),
        text(if man { "男" } else { "女" }),
        Out::Text(identity_number(number, man, today)),
        Out::Text(phone(number)),
        text(team),
        text(["群众", "中共党员", "共青团员"][number % 3]),
        text(["本科", "大专", "高中", "初中"][number % 4]),
        text("桂城街道社区服务中心"),
        text("桂城街道"),
        Out::Text(format!("2024-{:02}-{:02}", number % 12 + 1, number % 28 + 1)),
    ]
}

/// A made-up number of 18 characters that the rules accept: a day of birth, a serial of the right sex, and the one check
/// character of eleven that fits.
fn identity_number(number: usize, man: bool, today: NaiveDate) -> String {
    let born =
        NaiveDate::from_ymd_opt(1960, 1, 1).and_then(|day| day.checked_add_days(Days::new(number as u64 % 15_000)));
    let serial = (number / 15_000 * 2 + usize::from(man)) % 1_000;
    let body = format!("440605{}{serial:03}", born.unwrap_or(today).format("%Y%m%d"));
    let fits = |last: &char| identity::parse(&format!("{body}{last}"), None, today).is_ok();
    let last = "0123456789X".chars().find(fits).unwrap_or('?');
    format!("{body}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_people_of_a_roster_have_valid_numbers_of_their_own() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
        let numbers: HashSet<String> = (0..31_000).map(|n| identity_number(n, n.is_multiple_of(2), today)).collect();
        assert_eq!(numbers.len(), 31_000);
        assert!(numbers.iter().all(|n| !n.contains('?')));
        let phones: HashSet<String> = (0..31_000).map(phone).collect();
        assert_eq!(phones.len(), 31_000);
    }
}
