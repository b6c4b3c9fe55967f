//! Files that are meant to burst, or are simply far too large, by the page and by the command: refused soon, in words, with
//! little memory, and nothing is written.

use crate::ground::{EXE, Ground, block_on};
use anyhow::{Context as _, Result, ensure};
use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};
use testkit::client::{form_fields, visible_text};
use testkit::load;
use testkit::process::{self, Qiyi};
use testkit::wire::multipart;
use zip::{ZipWriter, write::SimpleFileOptions};

/// What the process may ever take, in kB.
const MOST_KB: u64 = 300 * 1024;
/// Tests are built without optimisation; the promise of three seconds is for a release build.
const PATIENCE: Duration = Duration::from_secs(30);

struct Bomb {
    name: &'static str,
    bytes: Vec<u8>,
    /// What the page and the command say.
    words: &'static str,
}

fn package(members: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The least that is a workbook: one sheet, and texts if there are any.
fn workbook(sheet: &str, texts: &str) -> Result<Vec<u8>> {
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    let root = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名册" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    let links = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    package(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/sharedStrings.xml", texts.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn sheet_of(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn bombs() -> Result<Vec<Bomb>> {
    let empty = sheet_of("");
    let many: Vec<String> = (0..600).map(|n| format!("xl/worksheets/sheet{n}.xml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), empty.as_bytes())).collect();
    // Texts that hardly pack, as many as may be: all that a reader keeps of a file within the limits.
    let texts: String =
        (0..150_000_u64).map(|n| format!("<si><t>{:x}</t></si>", n.wrapping_mul(0x9e37_79b9))).collect();
    let wide: String = (1..7_700).map(|n| format!(r#"<row r="{n}"><c r="IV{n}"><v>{n}</v></c></row>"#)).collect();
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let cells: String = (1..40_000).map(|n| format!(r#"<row r="{n}"><c r="IV{n}"><v>{n}</v></c></row>"#)).collect();
    let bomb = |name, bytes, words| Bomb { name, bytes, words };
    Ok(vec![
        bomb("a file of 200 MB", [&b"PK\x03\x04"[..], &vec![b'a'; 200 << 20]].concat(), "10 MB"),
        bomb("one member of 60 MB of blanks", package(&[("xl/workbook.xml", &vec![b' '; 60 << 20])])?, "解开后太大"),
        bomb("600 sheets", package(&many)?, "附件太多"),
        bomb(
            "more texts than any roster has",
            workbook(&empty, &format!("<sst>{}</sst>", "<si/>".repeat(1_000_001)))?,
            "解开后太大",
        ),
        bomb("cells without end", workbook(&sheet_of(&cells), "<sst/>")?, "解开后太大"),
        bomb("150,000 texts and no roster", workbook(&empty, &format!("<sst>{texts}</sst>"))?, "没有内容"),
        bomb("a sheet as wide as may be and no roster", workbook(&sheet_of(&wide), "<sst/>")?, "没找到表头"),
        bomb("200,000 elements inside each other", workbook(&sheet_of(&deep), "<sst/>")?, "没有内容"),
    ])
}

async fn written(ground: &Ground) -> Result<(i64, i64)> {
    let open = ground.open().await?;
    let people = open.count("SELECT COUNT(*) AS n FROM person WHERE tenant_id = $1").await?;
    Ok((people, open.count("SELECT COUNT(*) AS n FROM organisation WHERE tenant_id = $1").await?))
}

#[test]
fn by_the_page_a_bomb_is_refused_in_words_with_little_memory() -> Result<()> {
    let ground = Ground::file()?;
    let officer = block_on(async { ground.open().await?.officer().await })?.0;
    let qiyi = ground.serve().start()?;
    for bomb in bombs()? {
        let began = Instant::now();
        let (status, shown) = upload(&qiyi, &officer, &bomb).with_context(|| bomb.name.to_owned())?;
        let (took, peak) = (began.elapsed(), load::peak_kb(qiyi.pid())?);
        println!("{}: {status} in {took:?}, {} MB at most", bomb.name, peak / 1024);
        // What has many rows is looked at later, and its page says then what was found.
        let refused = (400..500).contains(&status) || status == 303;
        ensure!(refused && shown.contains(bomb.words), "{}: {status} {shown}", bomb.name);
        ensure!(took < PATIENCE, "{} took {took:?}", bomb.name);
        ensure!(peak < MOST_KB, "{}: the process took {peak} kB", bomb.name);
    }
    ensure!(qiyi.client().get("/")?.status == 200, "and it goes on");
    qiyi.stop()?;
    ensure!(block_on(written(&ground))? == (0, 0), "nothing is written");
    Ok(())
}

/// Sends a file as the page's form does; the status and what is shown in the end.
fn upload(qiyi: &Qiyi, officer: &str, bomb: &Bomb) -> Result<(u16, String)> {
    let mut client = qiyi.client();
    client.cookies.push(("qiyi".to_owned(), officer.to_owned()));
    let page = client.get("/desk/imports")?;
    let form = form_fields(&page.text(), "/desk/imports").context("the page has its form")?;
    let form = form.with("kind", "volunteers");
    let (kind, body) = multipart(&form.fields, ("file", "名册.xlsx", &bomb.bytes));
    let answer = client.send("POST", &form.action, &[("content-type", &kind)], &body)?;
    let Some(run) = answer.location().filter(|_| answer.status == 303) else {
        return Ok((answer.status, visible_text(&answer.text())));
    };
    let until = Instant::now() + PATIENCE;
    loop {
        let shown = visible_text(&client.get(run)?.text());
        if shown.contains(bomb.words) || Instant::now() > until {
            return Ok((answer.status, shown));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn by_the_command_a_bomb_is_refused_in_words_with_little_memory() -> Result<()> {
    let ground = Ground::file()?;
    block_on(async { ground.open().await.map(drop) })?;
    let data = ground.data().display().to_string();
    let file = ground.data().join("名册.xlsx");
    for bomb in bombs()? {
        std::fs::write(&file, &bomb.bytes)?;
        let began = Instant::now();
        let words = ["import", "volunteers", &file.display().to_string(), "--data", &data];
        let ended = process::run_for(EXE, &words, PATIENCE).with_context(|| bomb.name.to_owned())?;
        println!("{}: {} in {:?}, {} MB at most", bomb.name, ended.status, began.elapsed(), ended.peak_kb / 1024);
        let in_words = ended.said.contains(bomb.words) && !ended.said.contains("panicked");
        ensure!(!ended.status.success() && in_words, "{}: {} {}", bomb.name, ended.status, ended.said);
        ensure!(ended.peak_kb < MOST_KB, "{}: the process took {} kB", bomb.name, ended.peak_kb);
    }
    ensure!(block_on(written(&ground))? == (0, 0), "nothing is written");
    Ok(())
}
