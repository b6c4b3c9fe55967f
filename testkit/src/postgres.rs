//! A fresh PostgreSQL database for each test, copied from a template that was migrated once. Which server: the one that
//! `./test` starts and names in `QIYI_TEST_POSTGRES`.

use anyhow::{Context, Result, bail};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Only one test of a process builds a template; the others wait and copy it.
static BUILDING: Mutex<()> = Mutex::const_new(());
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A database of one test; dropped with this guard.
#[derive(Debug)]
pub struct Database {
    base: String,
    name: String,
}

impl Database {
    /// What `--database` and the kernel take.
    pub fn url(&self) -> String {
        with_name(&self.base, &self.name)
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (base, name) = (self.base.clone(), self.name.clone());
        // A test's own runtime may be ending, so the last statement brings its own. What fails here goes with the server.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(admin_execute(&base, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")))
        });
        let _ = dropping.join();
    }
}

/// The server for tests. Absent means: skip what needs PostgreSQL, without a word. With `CI` set nothing may be skipped, so
/// there a missing server is a failure of the test that asks.
pub fn server() -> Option<String> {
    let server = environment("QIYI_TEST_POSTGRES");
    if server.is_none() && strict() {
        panic!("CI is set but QIYI_TEST_POSTGRES is not: run ./test, which starts a PostgreSQL and names it there");
    }
    server
}

/// A fresh database, migrated as `migrate` does it. `schema` is everything that the result depends on (the names and texts
/// of the migrations): a template is shared by all tests, and all test programs, that give the same. `migrate` gets the
/// address of an empty database and must have closed its connections when it returns. Nothing comes back when there is no
/// server to test with.
pub async fn database<F>(schema: &str, migrate: F) -> Result<Option<Database>>
where
    F: AsyncFnOnce(&str) -> Result<()>,
{
    let Some(base) = server() else {
        return Ok(None);
    };
    let template = template_name(schema);
    let database = Database { name: unique("qiyi_test"), base };
    if copy(&database, &template).await? {
        return Ok(Some(database));
    }
    let building = BUILDING.lock().await;
    if !copy(&database, &template).await? {
        build(&database.base, &template, migrate).await?;
        let copied = copy(&database, &template).await?;
        anyhow::ensure!(copied, "the template {template} is gone although it was built just now");
    }
    drop(building);
    Ok(Some(database))
}

/// An empty database without any table, for tests of the migrations themselves.
pub async fn empty() -> Result<Option<Database>> {
    let Some(base) = server() else {
        return Ok(None);
    };
    let database = Database { name: unique("qiyi_test"), base };
    admin_execute(&database.base, &format!("CREATE DATABASE \"{}\"", database.name)).await?;
    Ok(Some(database))
}

/// Copies the template; false when there is none yet.
async fn copy(database: &Database, template: &str) -> Result<bool> {
    let sql = format!("CREATE DATABASE \"{}\" TEMPLATE \"{template}\"", database.name);
    match patiently(&database.base, &sql).await {
        Ok(()) => Ok(true),
        Err(error) if says(&error, "does not exist") => Ok(false),
        Err(error) => Err(error.context("copying the template")),
    }
}

/// Migrates under another name and renames at the end, so that a template is either whole or absent, also when several test
/// programs build it at once: the first rename wins.
async fn build<F>(base: &str, template: &str, migrate: F) -> Result<()>
where
    F: AsyncFnOnce(&str) -> Result<()>,
{
    let building = Database { name: unique("qiyi_building"), base: base.to_owned() };
    admin_execute(base, &format!("CREATE DATABASE \"{}\"", building.name)).await?;
    migrate(&building.url()).await.context("migrating the template")?;
    match patiently(base, &format!("ALTER DATABASE \"{}\" RENAME TO \"{template}\"", building.name)).await {
        Err(error) if !says(&error, "already exists") => Err(error.context("naming the template")),
        _ => Ok(()),
    }
}

/// Repeats a statement while a connection that is just being closed still stands in its way.
async fn patiently(base: &str, sql: &str) -> Result<()> {
    for _ in 0..100 {
        match admin_execute(base, sql).await {
            Err(error) if says(&error, "being accessed by other users") => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            result => return result,
        }
    }
    bail!("somebody kept a connection open for five seconds; does `migrate` close its pool? {sql}")
}

/// A server that a test runs for itself, to stop and start it: its answers are on the disk. Stopped and removed with this guard.
#[derive(Debug)]
pub struct Server {
    folder: tempfile::TempDir,
    binaries: PathBuf,
    port: u16,
}

impl Server {
    /// Makes and starts one; nothing where PostgreSQL is not installed. Where `CI` is set that is a failure.
    pub fn start() -> Result<Option<Self>> {
        let Some(binaries) = binaries() else {
            assert!(!strict(), "CI is set but PostgreSQL is not installed: run ./test, which installs it");
            return Ok(None);
        };
        // Not below TMPDIR: its owner must reach it, and a socket's path is short.
        let folder = tempfile::Builder::new().prefix("qiyi-own-pg-").tempdir_in("/tmp")?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { folder, binaries, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(server.folder.path()))?;
        }
        let data = server.data();
        server.tool("initdb", &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])?;
        server.go_on()?;
        Ok(Some(server))
    }

    /// What `--database` takes.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it as its keeper does when something has to be mended at once: whoever is connected is cut off.
    pub fn stop(&self) -> Result<()> {
        self.tool("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "-t", "20", "stop"])
    }

    /// Starts it again, with the same data at the same address.
    pub fn go_on(&self) -> Result<()> {
        let (folder, port) = (self.folder.path().display(), self.port);
        let options = format!("-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}");
        let log = self.folder.path().join("log").display().to_string();
        self.tool("pg_ctl", &["-D", &self.data(), "-l", &log, "-o", &options, "-w", "-t", "60", "start"])
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// PostgreSQL refuses to run as root.
    fn tool(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let program = self.binaries.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        run(command.args(arguments).current_dir("/"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// The newest installed PostgreSQL's programs.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.filter_map(|e| Some(e.ok()?.path().join("bin"))).collect();
    found.sort();
    found.into_iter().rfind(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Without pipes: the server that is started would keep them open.
fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    anyhow::ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

fn says(error: &anyhow::Error, words: &str) -> bool {
    format!("{error:#}").contains(words)
}

fn template_name(schema: &str) -> String {
    let mut hasher = DefaultHasher::new();
    schema.hash(&mut hasher);
    format!("qiyi_template_{:016x}", hasher.finish())
}

fn unique(prefix: &str) -> String {
    format!("{prefix}_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// The same server, another database.
fn with_name(base: &str, name: &str) -> String {
    let (address, query) = base.split_once('?').map_or((base, None), |(address, query)| (address, Some(query)));
    let after_scheme = address.find("://").map_or(0, |at| at + 3);
    let end = address[after_scheme..].find('/').map_or(address.len(), |at| after_scheme + at);
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    format!("{}/{name}{query}", &address[..end])
}

/// With `CI` set nothing may be skipped.
fn strict() -> bool {
    environment("CI").is_some_and(|value| value != "false")
}

fn environment(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "which server to test with is told to tests by ./test, not by the product's configuration"
    )]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

async fn admin_execute(base: &str, sql: &str) -> Result<()> {
    kernel::db::admin_execute(base, sql).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_database_is_replaced_and_the_rest_kept() {
        let base = "postgres://u:p@127.0.0.1:5/postgres?sslmode=disable";
        assert_eq!(with_name(base, "x"), "postgres://u:p@127.0.0.1:5/x?sslmode=disable");
        assert_eq!(with_name("postgres://127.0.0.1", "x"), "postgres://127.0.0.1/x");
    }

    #[tokio::test]
    async fn every_test_has_its_own_copy_and_the_template_is_built_once() {
        let schema = format!("CREATE TABLE a (id BIGINT) -- {}", std::process::id());
        let migrate = async |url: &str| admin_execute(url, "CREATE TABLE a (id BIGINT PRIMARY KEY)").await;
        let Some(one) = database(&schema, migrate).await.expect("it is built") else {
            return;
        };
        admin_execute(&one.url(), "INSERT INTO a VALUES (1)").await.expect("the table is there");
        let never = async |_: &str| bail!("the template was built twice");
        let other = database(&schema, never).await.expect("it is copied").expect("there is a server");
        admin_execute(&other.url(), "INSERT INTO a VALUES (1)").await.expect("the copy has no row yet");
        let url = one.url();
        drop(one);
        assert!(admin_execute(&url, "SELECT 1").await.is_err(), "the database goes with its guard");
        let template = template_name(&schema);
        admin_execute(&other.base, &format!("DROP DATABASE \"{template}\"")).await.expect("nobody uses it");
    }
}
