//! Rosters as clerks keep them: what comes in, and what is refused with its reason.

use crate::TEAM;
use crate::house::{House, citizen, write_table};
use anyhow::{Result, ensure};
use std::time::Duration;
use testkit::browser::Browser;

/// Teams from a clerk's table: the counts first, then the rows; one row is refused and says why.
pub fn import_teams(house: &mut House, desk: &mut Browser) -> Result<()> {
    let teams = house.file("队伍.xlsx");
    let head = ["队伍名称", "队伍编号", "类型", "所属镇街", "社区", "联系人", "联系电话"];
    let rows: [&[&str]; 3] = [
        &[TEAM, "DL-01", "村居", "大沥镇", "", "何婉仪", "13800138002"],
        &["里水镇护河队", "LS-01", "机关", "里水镇", "", "", ""],
        &["没有镇街的队", "XX-01", "村居", "", "", "", ""],
    ];
    write_table(&teams, &head, &rows)?;
    bring(house, desk, "队伍", &teams, ["2", "0", "0", "0", "1"], "没有写镇街。请补上。")
}

/// The same for volunteers, who are found by the pinyin of their names at once.
pub fn import_volunteers(house: &mut House, desk: &mut Browser) -> Result<()> {
    let volunteers = house.file("名册.xlsx");
    let (first, second) = (citizen("44060519780305241"), citizen("44060519881119436"));
    let wrong = format!("{}{}", &first[..17], if first.ends_with('1') { '2' } else { '1' });
    let head = ["姓名", "身份证号", "手机", "队伍编号", "镇街"];
    let rows: [&[&str]; 3] = [
        &["黎 少 芬", &first, "+86 138-0013-8010", "DL-01", "大沥镇"],
        &["阿依古丽·买买提", &second, "13800138011", "DL-01、LS-01", "里水镇"],
        &["抄错的人", &wrong, "13800138012", "DL-01", "大沥镇"],
    ];
    write_table(&volunteers, &head, &rows)?;
    bring(house, desk, "志愿者", &volunteers, ["2", "0", "0", "0", "1"], "身份证号的最后一位对不上")?;
    house.visit(desk, "/desk/people?q=lishaofen")?;
    desk.wait_for_text("黎少芬")
}

fn bring(
    house: &mut House,
    desk: &mut Browser,
    kind: &str,
    file: &std::path::Path,
    counts: [&str; 5],
    reason: &str,
) -> Result<()> {
    house.visit(desk, "/desk/imports")?;
    desk.fill(kind, "true")?;
    desk.fill("文件", &file.display().to_string())?;
    desk.click_text("上传")?;
    looked_at(desk, "确认导入")?;
    ensure!(desk.texts("dl.counts dd")? == counts, "the preview counts {:?}", desk.text()?);
    desk.wait_for_text(reason)?;
    house.look_here(desk, false)?;
    desk.click_text("确认导入")?;
    looked_at(desk, "写好了")?;
    ensure!(desk.texts("dl.counts dd")? == counts, "the result counts {:?}", desk.text()?);
    Ok(())
}

/// The job behind an import is through: the page goes on by itself, or the reader does when the progress says so. The progress
/// says the same words without counts, and the page before has counts without the words: both have to stand together.
fn looked_at(desk: &mut Browser, text: &str) -> Result<()> {
    for _ in 0..200 {
        let shown = desk.text().unwrap_or_default();
        if shown.contains("接着办") {
            let _ = desk.click_text("接着办"); // the page may have gone on by itself since it was read: the next look tells
        } else if shown.contains(text) && desk.texts("dl.counts dd").is_ok_and(|counts| !counts.is_empty()) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    anyhow::bail!("the import does not go on: {}", desk.text()?)
}
