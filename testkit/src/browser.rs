//! A real headless Chromium, driven through chromedriver by the W3C WebDriver protocol over our own small HTTP client.
//! Each browser has a fresh profile and goes, with its driver, when it is dropped.

use crate::client::Client;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SCRIPT: &str = include_str!("browser.js");
/// The key under which WebDriver names an element, fixed by the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--hide-scrollbars",
    "--lang=zh-CN",
];

/// A browser with one window. A phone when it is narrow, a desk when it is wide.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    client: Client,
    session: String,
    process: Option<u64>,
    width: u32,
    /// How long a text, button or field may take to appear; ten seconds unless told.
    pub patience: Duration,
    profile: TempDir,
}

/// Whether Chromium and its driver are there; `./test` installs them.
pub fn installed() -> bool {
    let runs = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success());
    runs("chromedriver") && runs("chromium")
}

impl Browser {
    /// Starts Chromium with a fresh profile at 1440 x 900.
    pub fn start() -> Result<Self> {
        Self::with_preferences(json!({}))
    }

    /// The same with JavaScript switched off in the profile, as a careful keeper might have it.
    pub fn without_javascript() -> Result<Self> {
        Self::with_preferences(json!({ "profile.managed_default_content_settings.javascript": 2 }))
    }

    fn with_preferences(mut preferences: Value) -> Result<Self> {
        preferences["intl.accept_languages"] = json!("zh-CN,zh");
        let profile = tempfile::Builder::new().prefix("qiyi-browser-").tempdir()?;
        let mut command = Command::new("chromedriver");
        command.args(["--port=0", "--allowed-ips=127.0.0.1"]).env("TZ", "Asia/Shanghai");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let missing = "chromedriver does not start: install chromium and chromium-driver, or run ./test as root once";
        let driver = command.spawn().context(missing)?;
        let client = Client::default();
        let mut browser = Self {
            driver,
            client,
            session: String::new(),
            process: None,
            width: 0,
            patience: Duration::from_secs(10),
            profile,
        };
        let port = announced_port(&mut browser.driver)?;
        browser.client = Client::new(&format!("127.0.0.1:{port}"));
        browser.open_session(&preferences)?;
        browser.page(1440, 900)?;
        Ok(browser)
    }

    fn open_session(&mut self, preferences: &Value) -> Result<()> {
        let mut arguments: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", self.profile.path().display()));
        let options = json!({ "binary": program("chromium")?, "args": arguments, "prefs": preferences });
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
            "unhandledPromptBehavior": "accept",
        });
        let answer = self.command("POST", "", &json!({ "capabilities": { "alwaysMatch": wanted } }))?;
        self.session = answer["sessionId"].as_str().context("a new session has an id")?.to_owned();
        self.process = answer["capabilities"]["goog:processID"].as_u64();
        Ok(())
    }

    /// Makes the window exactly so wide and high, in CSS pixels; under 600 it is a phone with touch and a dense screen.
    pub fn page(&mut self, width: u32, height: u32) -> Result<&mut Self> {
        let phone = width < 600;
        let scale = if phone { 2 } else { 1 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics)?;
        self.devtools("Emulation.setTouchEmulationEnabled", &json!({ "enabled": phone }))?;
        self.width = width;
        Ok(self)
    }

    /// Opens an address and waits until it has loaded.
    pub fn goto(&mut self, url: &str) -> Result<()> {
        self.command("POST", "/url", &json!({ "url": url })).with_context(|| format!("opening {url}"))?;
        Ok(())
    }

    /// Presses the button, link or label that says `text`: exactly so, else beginning with it, else containing it.
    pub fn click_text(&mut self, text: &str) -> Result<()> {
        let element = self.find("target", text)?;
        self.click(&element).with_context(|| format!("pressing {text:?}"))
    }

    /// Gives the field labelled `label` its value: types into it, picks the option of that text, sets a date (`2026-11-24`)
    /// or time, ticks a box (`true`, `false`), or attaches a file (its path).
    pub fn fill(&mut self, label: &str, value: &str) -> Result<()> {
        let element = self.find("control", label)?;
        let told = "const e = arguments[0]; return [(e.type || e.tagName).toLowerCase(), e.checked === true]";
        let told = self.evaluate(told, &json!([element]))?;
        let filled = match told[0].as_str().unwrap_or_default() {
            "checkbox" | "radio" if (value == "true") == (told[1] == true) => Ok(()),
            "checkbox" | "radio" => self.click(&element),
            "file" => self.type_into(&element, value),
            "select-one" | "date" | "time" | "datetime-local" | "month" | "week" | "color" | "range" => {
                let fault = self.evaluate("return put(arguments[0], arguments[1])", &json!([element, value]))?;
                let fault = fault.as_str().unwrap_or_default().to_owned();
                if fault.is_empty() { Ok(()) } else { Err(anyhow::anyhow!(fault)) }
            }
            _ => self.element_command(&element, "clear", &json!({})).and_then(|()| self.type_into(&element, value)),
        };
        filled.with_context(|| format!("filling {label:?}"))
    }

    /// What a reader sees, as the browser lays it out.
    pub fn text(&mut self) -> Result<String> {
        Ok(self
            .evaluate("return document.body ? document.body.innerText : ''", &json!([]))?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// The whole address now shown.
    pub fn url(&mut self) -> Result<String> {
        Ok(self.command("GET", "/url", &Value::Null)?.as_str().unwrap_or_default().to_owned())
    }

    /// The visible texts of the elements that a CSS selector finds, in order.
    pub fn texts(&mut self, selector: &str) -> Result<Vec<String>> {
        let script = "return [...document.querySelectorAll(arguments[0])].filter(seen).map((e) => words(e.innerText))";
        Ok(serde_json::from_value(self.evaluate(script, &json!([selector]))?)?)
    }

    /// Waits until the page shows `text`; an error tells what it shows instead.
    pub fn wait_for_text(&mut self, text: &str) -> Result<()> {
        let until = Instant::now() + self.patience;
        loop {
            let shown = self.text()?;
            if shown.contains(text) {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("{text:?} did not appear; {} shows:\n{shown}", self.url()?);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a function body in the page, with `arguments`, and gives what it returns.
    pub fn evaluate(&mut self, body: &str, arguments: &Value) -> Result<Value> {
        self.command("POST", "/execute/sync", &json!({ "script": format!("{SCRIPT}\n{body}"), "args": arguments }))
    }

    /// Presses a key as the keyboard would: `Tab`, `Enter`, `Escape`, `ArrowDown`, `j`, `/` …
    pub fn press(&mut self, key: &str) -> Result<()> {
        let letter =
            key.bytes().next().filter(|_| key.len() == 1).map_or(0, |byte| u32::from(byte.to_ascii_uppercase()));
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "ArrowUp" => (38, ""),
            "ArrowDown" => (40, ""),
            " " => (32, " "),
            "/" => (191, "/"),
            _ if letter > 32 => (letter, key),
            _ => bail!("the rig has no key {key:?} yet"),
        };
        let kind = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let down = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
        self.devtools("Input.dispatchKeyEvent", &down)?;
        let up = json!({ "type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code });
        self.devtools("Input.dispatchKeyEvent", &up)?;
        Ok(())
    }

    /// Writes the whole page, below the fold too, as a PNG; makes the folder if need be.
    pub fn screenshot(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let metrics = self.devtools("Page.getLayoutMetrics", &json!({}))?;
        let size = &metrics["cssContentSize"];
        let clip = json!({ "x": 0, "y": 0, "width": self.width, "height": size["height"], "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let shot = self.devtools("Page.captureScreenshot", &wanted)?;
        let bytes = from_base64(shot["data"].as_str().context("a screenshot has data")?)?;
        let path = path.as_ref();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
    }

    /// Forgets every cookie, also those of other hosts: the next page is a stranger's.
    pub fn clear_cookies(&mut self) -> Result<()> {
        self.devtools("Network.clearBrowserCookies", &json!({}))?;
        Ok(())
    }

    /// A visitor without a browser who carries this browser's cookies, to fetch what a browser would save (xlsx, PDF).
    pub fn client(&mut self) -> Result<Client> {
        let url = self.url()?;
        let address =
            url.strip_prefix("http://").and_then(|rest| rest.split('/').next()).context("a page over http")?;
        let mut client = Client::new(address);
        for cookie in self.command("GET", "/cookie", &Value::Null)?.as_array().into_iter().flatten() {
            let text = |key: &str| cookie[key].as_str().unwrap_or_default().to_owned();
            client.cookies.push((text("name"), text("value")));
        }
        Ok(client)
    }

    fn find(&mut self, how: &str, text: &str) -> Result<Value> {
        let until = Instant::now() + self.patience;
        loop {
            let found = self.evaluate(&format!("return {how}(arguments[0])"), &json!([text]))?;
            if found[ELEMENT].is_string() {
                return Ok(found);
            }
            if Instant::now() > until {
                bail!("no {how} {text:?} at {}, which shows:\n{}", self.url()?, self.text()?);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn click(&mut self, element: &Value) -> Result<()> {
        self.evaluate("arguments[0].scrollIntoView({ block: 'center' })", &json!([element]))?;
        self.element_command(element, "click", &json!({}))
    }

    fn type_into(&mut self, element: &Value, text: &str) -> Result<()> {
        self.element_command(element, "value", &json!({ "text": text }))
    }

    fn element_command(&mut self, element: &Value, verb: &str, body: &Value) -> Result<()> {
        let id = element[ELEMENT].as_str().context("an element has an id")?;
        self.command("POST", &format!("/element/{id}/{verb}"), body)?;
        Ok(())
    }

    /// A command of Chromium's own protocol, for what WebDriver does not know.
    pub fn devtools(&mut self, method: &str, parameters: &Value) -> Result<Value> {
        self.command("POST", "/goog/cdp/execute", &json!({ "cmd": method, "params": parameters }))
    }

    fn command(&mut self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let path =
            if self.session.is_empty() { "/session".to_owned() } else { format!("/session/{}{path}", self.session) };
        let response = if body.is_null() {
            self.client.send(method, &path, &[], &[])?
        } else {
            self.client.json(method, &path, &[], body)?
        };
        let mut answer = response.json()?;
        let value = answer["value"].take();
        ensure!(response.status == 200, "{}: {}", value["error"], value["message"].as_str().unwrap_or_default());
        Ok(value)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.command("DELETE", "", &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        // A Chromium that outlives its driver would keep its profile's folder busy.
        if let Some(process) = self.process {
            let kill = format!("kill -KILL {process} 2>/dev/null");
            let _ = Command::new("sh").args(["-c", &kill]).status();
        }
    }
}

fn announced_port(driver: &mut Child) -> Result<u16> {
    let stdout = driver.stdout.take().context("the driver's stdout is piped")?;
    let mut lines = BufReader::new(stdout).lines();
    let mut said = String::new();
    while let Some(Ok(line)) = lines.next() {
        let port =
            line.rsplit_once("successfully on port ").and_then(|(_, rest)| rest.trim_end_matches('.').parse().ok());
        if let Some(port) = port {
            // Somebody has to go on reading, or the driver would one day wait for a full pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(port);
        }
        said.push_str(&line);
    }
    bail!("chromedriver named no port: {said}")
}

/// The full path of a program, which chromedriver wants.
fn program(name: &str) -> Result<String> {
    let output = Command::new("sh").args(["-c", &format!("command -v {name}")]).output()?;
    ensure!(output.status.success(), "{name} is not installed: run ./test as root once, or apt-get install {name}");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn from_base64(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0u32, 0u32);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => bail!("not base64"),
        };
        held = (held << 6 | u32::from(digit)) & 0x00ff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff)?);
        }
    }
    Ok(bytes)
}

mod senses;
#[cfg(test)]
mod tests;
