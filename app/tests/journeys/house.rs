//! The place where the journeys happen: one served district, browsers that look at it, and what they find wrong.

use crate::english::Phrases;
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;
use testkit::browser::Browser;
use testkit::postgres::Database;
use testkit::process::{Qiyi, Serve, run};

const EXE: &str = env!("CARGO_BIN_EXE_qiyi");
/// A phone, a desk, and the narrowest screen of design rule 6.
pub const PHONE: (u32, u32) = (390, 844);
pub const DESK: (u32, u32) = (1440, 900);
const NARROW: (u32, u32) = (320, 640);

/// On what the district is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in the folder.
    Sqlite,
    /// A database on the server that the suite gives.
    Postgres,
}

/// A district that is served.
pub struct House {
    folder: TempDir,
    /// Where the served data lie.
    data: PathBuf,
    qiyi: Qiyi,
    database: Option<Database>,
    faults: Vec<String>,
    /// Which pages were looked at since the last reader, and whether a thumb should hit everything on them.
    walked: Vec<(String, bool)>,
}

/// Whether there is a browser to walk with. A whole run may not be without.
fn may_be_skipped() -> bool {
    #[expect(clippy::disallowed_methods, reason = "whether a missing browser is a failure is for ./test to say")]
    let strict = std::env::var("CI").is_ok();
    !testkit::browser::installed() && !strict
}

impl House {
    /// Starts the built program on an empty folder or database; nothing comes back where there is no browser or no server.
    pub fn open(engine: Engine) -> Result<Option<Self>> {
        if may_be_skipped() {
            return Ok(None);
        }
        let folder = tempfile::Builder::new().prefix("qiyi-journeys-").tempdir()?;
        let mut serve = Serve::new(EXE, folder.path().join("data"));
        let mut database = None;
        if engine == Engine::Postgres {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let Some(empty) = runtime.block_on(testkit::postgres::empty())? else { return Ok(None) };
            serve = serve.database(&empty.url());
            database = Some(empty);
        }
        let data = folder.path().join("data");
        Ok(Some(Self { qiyi: serve.start()?, folder, data, database, faults: Vec::new(), walked: Vec::new() }))
    }

    /// Starts it on a small district that has been lived in, where anyone may sign in as anyone.
    pub fn lived_in() -> Result<Option<Self>> {
        if may_be_skipped() {
            return Ok(None);
        }
        let folder = tempfile::Builder::new().prefix("qiyi-journeys-").tempdir()?;
        let data = folder.path().join("data");
        let demo = data.join("demo");
        let inside = demo.display().to_string();
        let size = ["--volunteers", "600", "--teams", "40", "--activities", "240", "--attendances", "3000"];
        let made = run(EXE, &[&["seed", "--data", &inside][..], &size].concat())?;
        ensure!(made.status.success(), "qiyi seed: {}", String::from_utf8_lossy(&made.stderr));
        let qiyi = Serve::demo(EXE, &data).start()?;
        Ok(Some(Self { qiyi, folder, data: demo, database: None, faults: Vec::new(), walked: Vec::new() }))
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.qiyi.address()
    }

    /// The full address of a path.
    pub fn url(&self, path: &str) -> String {
        self.qiyi.url(path)
    }

    /// The path that ends the line of stdout with these words.
    pub fn told_path(&self, words: &str) -> Result<String> {
        let line = self.qiyi.wait_for_line(words, Duration::from_secs(10))?;
        let address =
            line.split_whitespace().find(|word| word.starts_with("http://")).context("the line has an address")?;
        let (_, path) = address.split_once(self.qiyi.address()).context("the address is ours")?;
        Ok(path.to_owned())
    }

    /// Runs a command of the keeper on the same folder and gives what it printed.
    pub fn command(&self, words: &[&str]) -> Result<String> {
        let data = self.data.display().to_string();
        let url = self.database.as_ref().map(Database::url);
        let database = url.as_deref().map_or_else(Vec::new, |url| vec!["--database", url]);
        let done = run(EXE, &[words, &["--data", &data], &database].concat())?;
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        ensure!(done.status.success(), "qiyi {}: {said}", words.join(" "));
        Ok(said)
    }

    /// Where a file for an upload may lie.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A browser of that size that reads Chinese.
    pub fn browser(&self, (width, height): (u32, u32)) -> Result<Browser> {
        self.welcome(Browser::start()?, (width, height))
    }

    /// The same without JavaScript.
    pub fn plain_browser(&self, (width, height): (u32, u32)) -> Result<Browser> {
        self.welcome(Browser::without_javascript()?, (width, height))
    }

    fn welcome(&self, mut browser: Browser, (width, height): (u32, u32)) -> Result<Browser> {
        browser.page(width, height)?;
        browser.goto(&self.url("/settings?lang=zh-CN"))?;
        Ok(browser)
    }

    /// Opens a path.
    pub fn visit(&self, browser: &mut Browser, path: &str) -> Result<()> {
        browser.goto(&self.url(path))
    }

    /// Opens a page and looks at it.
    pub fn look(&mut self, browser: &mut Browser, path: &str, touch: bool) -> Result<()> {
        self.visit(browser, path)?;
        let answered = browser.url()?;
        ensure!(answered.ends_with(path), "{path} leads to {answered}: {}", browser.text()?);
        self.look_here(browser, touch)
    }

    /// Looks at the page now shown as a phone, in elder mode, on the narrowest screen and as a desk, walks it with Tab, and
    /// keeps what is wrong with it. `touch`: also whether a thumb can hit everything, which pages of the desk need not.
    pub fn look_here(&mut self, browser: &mut Browser, touch: bool) -> Result<()> {
        let path = path_of(browser)?;
        if !self.walked.iter().any(|(walked, _)| *walked == path) {
            self.walked.push((path.clone(), touch));
        }
        for (size, mode) in [(PHONE, ""), (PHONE, "elder"), (NARROW, ""), (DESK, "")] {
            browser.page(size.0, size.1)?;
            browser.evaluate("document.documentElement.dataset.mode = arguments[0]", &serde_json::json!([mode]))?;
            for fault in browser.faults(touch && size != DESK)? {
                self.faults.push(format!("{path} at {} {mode}: {fault}", size.0));
            }
        }
        for fault in browser.unseen_focus(24)? {
            self.faults.push(format!("{path}: {fault}"));
        }
        Ok(())
    }

    /// Reads in English, as the person who is signed in, every page that was looked at since the last reader: no word of
    /// the interface stays Chinese (what people wrote may), and the longer words fit a phone and a desk.
    pub fn read_in_english(&mut self, browser: &mut Browser) -> Result<()> {
        let phrases = Phrases::read()?;
        self.visit(browser, "/settings?lang=en")?;
        for (path, touch) in std::mem::take(&mut self.walked) {
            self.visit(browser, &path)?;
            let lang = browser.evaluate("return document.documentElement.lang", &serde_json::json!([]))?;
            if lang != "en" {
                self.faults.push(format!("{path} in English says that it is {lang}"));
            }
            let left = browser.chinese()?;
            let left = left.iter().filter_map(|text| phrases.of(text).map(|phrase| (text, phrase)));
            self.faults.extend(left.map(|(text, phrase)| format!("{path} in English says {text:?} ({phrase})")));
            for size in [PHONE, DESK] {
                browser.page(size.0, size.1)?;
                let faults = browser.faults(touch && size == PHONE)?;
                self.faults.extend(faults.iter().map(|fault| format!("{path} in English at {}: {fault}", size.0)));
            }
        }
        self.visit(browser, "/settings?lang=zh-CN")
    }

    /// The next reader is somebody else: what was looked at until now is not theirs to read again.
    pub fn forget_walk(&mut self) {
        self.walked.clear();
    }

    /// Ends the journeys: nothing may be wrong with any page.
    pub fn close(self) -> Result<()> {
        ensure!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
        let (status, _) = self.qiyi.stop()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

/// Now, by the machine's clock, which the served program goes by too.
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// The path of the page now shown.
pub fn path_of(browser: &mut Browser) -> Result<String> {
    let url = browser.url()?;
    let path = url.splitn(4, '/').nth(3).context("an address has a path")?;
    Ok(format!("/{path}"))
}

/// Waits until a heading says so.
pub fn heading(browser: &mut Browser, text: &str) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(15);
    loop {
        // While a page is being left it has no heading to read.
        let shown = browser.texts("h1").unwrap_or_default();
        if shown.iter().any(|h1| h1.contains(text)) {
            return Ok(());
        }
        ensure!(Instant::now() < until, "no heading {text:?} at {}:\n{}", browser.url()?, browser.text()?);
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The path of the first link on a page that a selector finds.
pub fn first(house: &House, browser: &mut Browser, page: &str, selector: &str) -> Result<String> {
    house.visit(browser, page)?;
    let found = "return document.querySelector(arguments[0])?.getAttribute('href')";
    let found = browser.evaluate(found, &serde_json::json!([selector]))?;
    Ok(found.as_str().with_context(|| format!("nothing like {selector} at {page}"))?.to_owned())
}

/// Opens a page again and again until it says so: what a job does comes a little later. Not at once: what was pressed just now
/// has to be on its way before the browser goes elsewhere.
pub fn in_time(house: &House, browser: &mut Browser, path: &str, text: &str) -> Result<()> {
    std::thread::sleep(Duration::from_millis(300));
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        house.visit(browser, path)?;
        let shown = browser.text()?;
        if shown.contains(text) {
            return Ok(());
        }
        ensure!(Instant::now() < until, "{text:?} did not come to {path}:\n{shown}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Ticks the choice with this name and value, where several questions have the same answers.
pub fn tick(browser: &mut Browser, name: &str, value: &str) -> Result<()> {
    let script = "const e = document.querySelector(`input[name=\"${arguments[0]}\"][value=\"${arguments[1]}\"]`);
                  if (e && !e.checked) e.click(); return !!e && e.checked";
    let ticked = browser.evaluate(script, &serde_json::json!([name, value]))?;
    ensure!(ticked == true, "no choice {name}={value} at {}", browser.url()?);
    Ok(())
}

/// Writes a table as a clerk's xlsx.
pub fn write_table(path: &Path, head: &[&str], rows: &[&[&str]]) -> Result<()> {
    let columns: Vec<_> = head.iter().map(|title| kernel::tables::Column::new(*title, 20)).collect();
    let rows = rows.iter().map(|row| row.iter().map(|cell| kernel::tables::Out::Text((*cell).to_owned())).collect());
    std::fs::write(path, kernel::tables::write_xlsx(&columns, rows)?)?;
    Ok(())
}

/// The identity number that these 17 digits begin, with its check character.
pub fn citizen(digits: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        digits.chars().filter_map(|c| c.to_digit(10)).zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize];
    format!("{digits}{check}")
}
