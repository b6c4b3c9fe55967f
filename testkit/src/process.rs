//! The built `qiyi` as its keeper runs it: started in a folder, watched until it can serve, stopped politely or killed.
//! Whatever a test forgets to stop is killed when the guard goes.

use crate::client::Client;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The line on stdout that names the address; the keeper reads it and so does this rig.
const ANNOUNCEMENT: &str = "listening on http://";

/// How `qiyi serve` is to be started.
#[derive(Clone, Debug)]
pub struct Serve {
    exe: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    patience: Duration,
}

impl Serve {
    /// `exe` is `env!("CARGO_BIN_EXE_qiyi")`, `data` the folder of data; listens on a free port of 127.0.0.1.
    pub fn new(exe: impl AsRef<Path>, data: impl AsRef<Path>) -> Self {
        let data = data.as_ref().display().to_string();
        let arguments = ["serve", "--data", &data, "--listen", "127.0.0.1:0"].map(str::to_owned).to_vec();
        Self { exe: exe.as_ref().to_owned(), arguments, environment: Vec::new(), patience: Duration::from_secs(60) }
    }

    /// The same with `qiyi demo`, where anyone may sign in as anyone; its folder is `demo` inside `data`.
    pub fn demo(exe: impl AsRef<Path>, data: impl AsRef<Path>) -> Self {
        let mut demo = Self::new(exe, data);
        demo.arguments[0] = "demo".to_owned();
        demo
    }

    /// Serves from PostgreSQL instead of SQLite.
    pub fn database(self, url: &str) -> Self {
        self.argument("--database").argument(url)
    }

    /// One more argument.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets a variable of its environment.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// How long `/readyz` may take before the start counts as failed; a minute unless told.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Starts it and waits until `/readyz` answers 200; an error carries what it printed.
    pub fn start(&self) -> Result<Qiyi> {
        let began = Instant::now();
        let mut command = Command::new(&self.exe);
        command.args(&self.arguments).envs(self.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting {}", self.exe.display()))?;
        let stdout = Lines::collect(child.stdout.take());
        let stderr = Lines::collect(child.stderr.take());
        let mut qiyi = Qiyi { child, stdout, stderr, address: String::new(), ready_after: Duration::ZERO };
        if let Err(error) = qiyi.wait_until_ready(began + self.patience) {
            let said = format!("{}{}", qiyi.stdout.text(), qiyi.stderr.text());
            return Err(error.context(format!("qiyi did not become ready; it said:\n{said}")));
        }
        qiyi.ready_after = began.elapsed();
        Ok(qiyi)
    }
}

/// Runs one command of `qiyi` to its end, without input.
pub fn run(exe: impl AsRef<Path>, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(exe.as_ref());
    command.args(arguments).stdin(Stdio::null());
    command.output().with_context(|| format!("running qiyi {}", arguments.join(" ")))
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// With what status.
    pub status: ExitStatus,
    /// What it said to stdout and then to stderr.
    pub said: String,
    /// The most memory that was seen, in kB, to the grain of 5 ms.
    pub peak_kb: u64,
}

/// Runs a command of `qiyi` that should end soon, without input. It is killed when it does not, and that is an error.
pub fn run_for(exe: impl AsRef<Path>, arguments: &[&str], patience: Duration) -> Result<Ended> {
    let mut command = Command::new(exe.as_ref());
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("running qiyi {}", arguments.join(" ")))?;
    let said = [Lines::collect(child.stdout.take()), Lines::collect(child.stderr.take())];
    let until = Instant::now() + patience;
    let mut peak_kb = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak_kb = peak_kb.max(crate::load::peak_kb(child.id()).unwrap_or_default());
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            bail!("qiyi {} did not end in {patience:?}", arguments.join(" "));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    // The readers need a moment to take the last lines.
    std::thread::sleep(Duration::from_millis(50));
    Ok(Ended { status, said: said.iter().map(Lines::text).collect(), peak_kb })
}

/// A running `qiyi serve`.
#[derive(Debug)]
pub struct Qiyi {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    address: String,
    ready_after: Duration,
}

impl Qiyi {
    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The full address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A new visitor without cookies.
    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// The process, for `load::cpu_seconds` and `load::rss_kb`.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From the start to the first 200 of `/readyz`, to the grain of 5 ms.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// What it has printed to stdout so far.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// What it has printed to stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits for a line of stdout or stderr that contains `wanted` and gives that line.
    pub fn wait_for_line(&self, wanted: &str, patience: Duration) -> Result<String> {
        let until = Instant::now() + patience;
        loop {
            let found = self.stdout.find(wanted).or_else(|| self.stderr.find(wanted));
            match found {
                Some(line) => return Ok(line),
                None if Instant::now() >= until => bail!("no line with {wanted:?} in {patience:?}:\n{}", self.stdout()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Ends it as a power cut would: SIGKILL, nothing is flushed by the process.
    pub fn kill9(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends SIGTERM and waits for the end; gives the exit status and how long it took. Refused after ten seconds.
    pub fn stop(mut self) -> Result<(ExitStatus, Duration)> {
        let began = Instant::now();
        signal(self.pid(), "TERM")?;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, began.elapsed()));
            }
            if began.elapsed() > Duration::from_secs(10) {
                bail!("qiyi did not end within ten seconds of SIGTERM:\n{}", self.stderr());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn wait_until_ready(&mut self, until: Instant) -> Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                // The readers need a moment to take the last lines.
                std::thread::sleep(Duration::from_millis(50));
                bail!("it ended with {status}");
            }
            if self.address.is_empty() {
                self.address = self.stdout.find(ANNOUNCEMENT).and_then(|line| address_in(&line)).unwrap_or_default();
            } else if self.client().get("/readyz").is_ok_and(|response| response.status == 200) {
                return Ok(());
            }
            if Instant::now() >= until {
                bail!("/readyz of {:?} did not answer 200 in time", self.address);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Qiyi {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal (`TERM`, `STOP`, `CONT`) to a process that the test started.
pub fn signal(pid: u32, name: &str) -> Result<()> {
    // The shell's own kill: a small system has no /bin/kill.
    let status = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status()?;
    anyhow::ensure!(status.success(), "signal {name} to {pid} was refused");
    Ok(())
}

fn address_in(line: &str) -> Option<String> {
    let rest = &line[line.find(ANNOUNCEMENT)? + ANNOUNCEMENT.len()..];
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || ".:[]-".contains(c))).unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

/// Lines that a thread reads, so that the child never waits for a full pipe.
#[derive(Clone, Debug, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn collect(source: Option<impl Read + Send + 'static>) -> Self {
        let lines = Self::default();
        if let Some(source) = source {
            let kept = lines.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(source);
                let mut line = Vec::new();
                while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    kept.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                    line.clear();
                }
            });
        }
        lines
    }

    fn find(&self, wanted: &str) -> Option<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().find(|line| line.contains(wanted)).cloned()
    }

    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A stand-in with the same manners: a shell that announces an address where somebody else answers.
    fn stand_in(folder: &Path, then: &str) -> PathBuf {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 1024]);
                let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            }
        });
        let path = folder.join("stand-in");
        let script = format!("#!/bin/sh\necho \"$@\" >&2\necho 'listening on http://{address} (SQLite)'\n{then}\n");
        std::fs::write(&path, script).expect("the folder is writable");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        path
    }

    #[test]
    fn a_server_is_started_watched_and_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let exe = stand_in(folder.path(), "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done");
        let serve = Serve::new(&exe, folder.path()).database("postgres://x");
        let qiyi = serve.start().expect("it becomes ready");
        qiyi.wait_for_line("--listen 127.0.0.1:0 --database postgres://x", Duration::from_secs(5)).expect("it says so");
        assert!(qiyi.url("/me").starts_with("http://127.0.0.1:") && qiyi.ready_after() > Duration::ZERO);
        let (status, took) = qiyi.stop().expect("it ends");
        assert!(status.success() && took < Duration::from_secs(5));
        let again = serve.start().expect("it becomes ready");
        let pid = again.pid();
        again.kill9().expect("it is killed");
        assert!(crate::load::rss_kb(pid).is_err());
    }

    #[test]
    fn a_start_that_fails_says_what_was_printed() {
        let folder = tempfile::tempdir().expect("a folder");
        let exe = stand_in(folder.path(), "echo 'the key file is not readable' >&2; exit 2");
        let text = match Serve::new(&exe, folder.path()).patience(Duration::from_secs(5)).start() {
            // The stand-in may answer before it ends; a real server cannot.
            Ok(qiyi) => qiyi.wait_for_line("key file", Duration::from_secs(5)).expect("it says so"),
            Err(error) => format!("{error:#}"),
        };
        assert!(text.contains("the key file is not readable"), "{text}");
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        assert_eq!(address_in("now listening on http://127.0.0.1:80/ up").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(address_in("nothing"), None);
    }
}
