//! A PostgreSQL for one benchmark: its own folder, `fsync=on`, on this machine's loopback alone, stopped by its process id.

use anyhow::{Context as _, Result, bail};
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use testkit::process::signal;

/// A running server; stopped and removed with this guard.
pub struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    password: String,
    port: u16,
    as_root: bool,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub fn start() -> Result<Self> {
        let bin = bin().context("no PostgreSQL is installed: apt-get install postgresql")?;
        // Not below the benchmarks' folder: its owner must reach it, and a socket's path is short.
        let folder = std::env::temp_dir().join(format!("qiyi-bench-pg-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let password = kernel::ids::token();
        let secret = folder.join("password");
        fs::write(&secret, format!("{password}\n"))?;
        let as_root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.starts_with(b"0\n"));
        if as_root {
            done(Command::new("chown").arg("-R").arg("postgres").arg(&folder).output()?)?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { bin, folder, password, port, as_root };
        let data = server.folder.join("data");
        let (data, secret) = (data.display().to_string(), secret.display().to_string());
        let pwfile = format!("--pwfile={secret}");
        let cluster = ["-D", &data, "-U", "postgres", "-A", "password", &pwfile, "-E", "UTF8", "--locale=C.UTF-8"];
        done(server.command("initdb", &cluster).output()?).context("initdb")?;
        let socket = server.folder.display();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={socket} -c max_connections=100 \
             -c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=128MB"
        );
        let log = server.folder.join("log").display().to_string();
        let start = ["-D", &data, "-l", &log, "-o", &options, "-w", "-t", "60", "start"];
        // The server would keep a pipe open for as long as it runs.
        let status = server.command("pg_ctl", &start).stdout(std::process::Stdio::null()).status()?;
        anyhow::ensure!(status.success(), "PostgreSQL did not start: {}", fs::read_to_string(log).unwrap_or_default());
        Ok(server)
    }

    /// What `--database` takes.
    pub fn url(&self) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    /// Transactions per second of a script, 32 connections for so many seconds.
    pub fn pgbench(&self, script: &Path, seconds: u64) -> Result<f64> {
        let mut command = Command::new(self.bin.join("pgbench"));
        command.args(["-n", "-c", "32", "-j", "2", "-T", &seconds.to_string(), "-f"]).arg(script);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", "postgres"]);
        let output = command.env("PGPASSWORD", &self.password).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        done(output).context("pgbench")?;
        let line = said.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench tells its rate")?;
        line.split(' ').next().unwrap_or_default().parse().context("a rate is a number")
    }

    /// PostgreSQL refuses to run as root.
    fn command<S: AsRef<OsStr>>(&self, program: &str, arguments: &[S]) -> Command {
        let program = self.bin.join(program);
        let mut command = if self.as_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let pid = fs::read_to_string(data.join("postmaster.pid")).ok();
        let pid = pid.and_then(|text| text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()));
        if let Some(pid) = pid {
            let data = data.display().to_string();
            let stop = ["-D", &data, "-m", "immediate", "-w", "-t", "20", "stop"];
            if !self.command("pg_ctl", &stop).output().is_ok_and(|o| o.status.success()) {
                drop(signal(pid, "QUIT"));
            }
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The newest installed version.
fn bin() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("pgbench").exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, bin)| bin)
}

fn done(output: Output) -> Result<()> {
    if output.status.success() {
        return Ok(());
    }
    bail!("it ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr))
}
