//! A test application: the real router over a fresh database, a clock that stands, cheap passwords. One story runs on SQLite
//! and, where `QIYI_TEST_POSTGRES` names a server, on PostgreSQL too. No mocks of our own code.

mod builders;
mod visitor;

pub use visitor::{Reply, Visitor, encode};

use crate::postgres;
use chrono::{DateTime, NaiveDateTime, Utc};
use kernel::auth::Hasher;
use kernel::db::{Durability, LaneKey, Place};
use kernel::ids::Raw;
use kernel::policy::{Grant, Role, Scope};
use kernel::secret::Keys;
use kernel::time::Clock;
use kernel::{AccountId, App, Config, Cx, Db, Ground, Module, Read as _, Result, TenantId, Tx, args, row};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where the clock stands when a story begins, on Beijing's clocks: a Monday.
pub const MORNING: &str = "2026-11-23T10:00";

/// An application of one story; clones are the same one.
#[derive(Clone)]
pub struct TestApp {
    /// The joined rooms.
    pub app: Arc<App>,
    /// The whole router, as `qiyi serve` has it.
    pub router: axum::Router,
    /// The district, 440605 南海区.
    pub tenant: TenantId,
    /// The clock; `at` moves it.
    pub clock: Clock,
    /// Whether this is PostgreSQL.
    pub on_server: bool,
    serial: Arc<AtomicI64>,
    _kept: Arc<Kept>,
}

/// What goes away with the last clone.
struct Kept {
    _folder: tempfile::TempDir,
    _database: Option<postgres::Database>,
}

/// Runs a story on SQLite and then, where there is a server to test with, on PostgreSQL.
pub async fn on_both(modules: fn() -> Vec<Module>, story: impl AsyncFn(TestApp)) {
    let embedded = TestApp::embedded(modules).await;
    let schema = schema(&embedded.app.db).await;
    story(embedded).await;
    if let Some(served) = TestApp::served(modules, &schema).await {
        story(served).await;
    }
}

row! { struct Landed { name: String, checksum: String } }

/// The names and checksums of all migrations: what the template of a PostgreSQL database is chosen by.
async fn schema(db: &Db) -> String {
    let landed: Vec<Landed> =
        db.all("SELECT name, checksum FROM migration ORDER BY name", &[]).await.expect("the migrations ran");
    landed.iter().map(|l| format!("{} {}\n", l.name, l.checksum)).collect()
}

fn ground(db: Db, clock: Clock) -> Ground {
    Ground { db, keys: Keys::from_raw(&[7; 32]), clock, config: Config::default(), hasher: Hasher::with_cost(64, 1) }
}

impl TestApp {
    /// On SQLite in a folder of its own.
    pub async fn embedded(modules: fn() -> Vec<Module>) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let place = Place::File { path: folder.path().join("qiyi.db"), durability: Durability::Off };
        let db = Db::open(&place).await.expect("SQLite opens");
        Self::over(db, modules, Kept { _folder: folder, _database: None }).await
    }

    /// On a fresh PostgreSQL database; `None` where there is no server to test with.
    pub async fn served(modules: fn() -> Vec<Module>, schema: &str) -> Option<Self> {
        let migrate = async |url: &str| {
            let db = Db::open(&Place::Server { url: url.to_owned(), lanes: 1 }).await.map_err(failed)?;
            drop(App::build(ground(db, Clock::System), modules()).await?);
            Ok(())
        };
        let database = postgres::database(schema, migrate).await.expect("a database can be made")?;
        let place = Place::Server { url: database.url(), lanes: 4 };
        let db = Db::open(&place).await.expect("the server answers");
        let folder = tempfile::tempdir().expect("a folder can be made");
        Some(Self::over(db, modules, Kept { _folder: folder, _database: Some(database) }).await)
    }

    /// The same house and data as its keeper set it up otherwise.
    pub async fn configured(&self, modules: fn() -> Vec<Module>, config: Config) -> Self {
        let ground = Ground { config, ..ground(self.app.db.clone(), self.clock.clone()) };
        let (app, router) = App::build(ground, modules()).await.expect("the rooms fit together");
        app.learn_tenant().await.expect("the district is there");
        Self { app, router, ..self.clone() }
    }

    async fn over(db: Db, modules: fn() -> Vec<Module>, kept: Kept) -> Self {
        let clock = Clock::standing_at(beijing(MORNING));
        let on_server = db.is_server();
        let (app, router) = App::build(ground(db, clock.clone()), modules()).await.expect("the rooms fit together");
        let now = clock.now();
        let tenant = app
            .db
            .write(LaneKey(2), async move |tx: &mut Tx<'_>| kernel::tenants::insert(tx, "440605", "南海区", now).await)
            .await
            .expect("the district can be made");
        app.learn_tenant().await.expect("the district is there");
        Self { app, router, tenant, clock, on_server, serial: Arc::default(), _kept: Arc::new(kept) }
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.app.db
    }

    /// A context in which nobody is signed in, at the clock's moment.
    #[must_use]
    pub fn cx(&self) -> Cx {
        Cx::system(&self.app, self.tenant)
    }

    /// Moves the clock to a moment on Beijing's clocks, `2026-11-23T14:00`. Open sessions stay open, as if everybody had
    /// been at work in between; `later` lets them idle.
    pub async fn at(&self, moment: &str) {
        let now = beijing(moment);
        self.clock.set(now);
        let ends = now + chrono::Duration::hours(12);
        self.sql("UPDATE session SET seen_at = $1, ends_at = $2", args![now, ends].to_vec()).await;
    }

    /// Moves the clock on and touches nothing else.
    pub fn later(&self, by: chrono::Duration) {
        self.clock.set(self.clock.now() + by);
    }

    /// Runs a statement that changes rows; for builders and for damage done on purpose.
    pub async fn sql(&self, sql: &'static str, args: Vec<kernel::db::Value>) -> u64 {
        self.write(async move |tx: &mut Tx<'_>| tx.execute(sql, &args).await).await.expect(sql)
    }

    /// The number that a statement answers in its column `n`.
    pub async fn count(&self, sql: &str, args: &[kernel::db::Value]) -> i64 {
        row! { struct Count { n: i64 } }
        let row: Count = self.app.db.one(sql, args).await.expect("the statement counts");
        row.n
    }

    /// Runs a verb in a transaction.
    pub async fn write<F, T>(&self, verb: F) -> Result<T>
    where
        F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.app.db.write(LaneKey(2), verb).await
    }

    /// Makes an account with these roles and signs it in, the second factor given. `name` is its name and sign-in name.
    pub async fn as_account(&self, name: &str, grants: &[Grant], person: Option<Raw>) -> Visitor {
        let (tenant, now) = (self.tenant, self.app.clock.now());
        let (name, grants) = (name.to_owned(), grants.to_vec());
        let (account, session) = self
            .write(async move |tx: &mut Tx<'_>| {
                let new = kernel::auth::NewAccount {
                    sign_in_name: name.clone(),
                    phone: None,
                    name,
                    person,
                    password_hash: None,
                };
                let id = kernel::auth::insert(tx, tenant, &new, now).await?;
                for grant in &grants {
                    hold(tx, tenant, id, grant, now).await?;
                }
                let account = kernel::auth::find(tx, tenant, id).await?;
                let token = kernel::auth::open(tx, tenant, &account, true, now, "127.0.0.1").await?;
                Ok((id, token))
            })
            .await
            .expect("the account can be made");
        Visitor::signed_in(self.clone(), account, person, session)
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn stranger(&self) -> Visitor {
        Visitor::stranger(self.clone())
    }

    /// An API token of an account.
    pub async fn token(&self, account: AccountId) -> String {
        let (tenant, now) = (self.tenant, self.app.clock.now());
        self.write(async move |tx: &mut Tx<'_>| kernel::auth::create_token(tx, tenant, account, "test", now).await)
            .await
            .expect("the token can be made")
    }

    /// The trace, the oldest line first.
    pub async fn audit(&self) -> Vec<kernel::audit::Stored> {
        let all = kernel::audit::Filter::default();
        let mut lines = kernel::audit::list(&self.app.db, self.tenant, &all, 10_000).await.expect("the trace reads");
        lines.reverse();
        lines
    }

    /// The deeds of the trace, the oldest first; within one moment of the clock the order is that of the chains.
    pub async fn audit_kinds(&self) -> Vec<String> {
        self.audit().await.into_iter().map(|line| line.kind).collect()
    }

    /// Runs a recurring verb now, such as `hours.roll_up`.
    pub async fn run_recurring(&self, name: &str) {
        let found = self.app.recurring().iter().find(|r| r.name == name).copied();
        let recurring = found.unwrap_or_else(|| panic!("no room does {name} again and again"));
        kernel::jobs::run_recurring(&self.app, recurring).await.expect("it runs");
    }

    /// Runs the jobs that are due until none is; answers how many.
    pub async fn run_jobs(&self) -> usize {
        let mut count = 0;
        while kernel::jobs::run_one(&self.app).await.expect("jobs can be looked for") {
            count += 1;
        }
        count
    }

    fn next(&self) -> i64 {
        self.serial.fetch_add(1, Ordering::Relaxed) + 1
    }
}

async fn hold(tx: &mut Tx<'_>, tenant: TenantId, account: AccountId, grant: &Grant, now: DateTime<Utc>) -> Result<()> {
    let (kind, scope) = match &grant.scope {
        Scope::Tenant => ("tenant", ""),
        Scope::Region(code) => ("region", code.as_str()),
        Scope::Organisation(path) => ("organisation", path.as_str()),
    };
    let sql = "INSERT INTO account_role (tenant_id, id, account_id, role, scope_kind, scope, from_on, granted_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 'test')";
    let (id, day) = (kernel::ids::fresh(), kernel::time::day(now));
    tx.execute(sql, args![tenant, id, account, grant.role, kind, scope, day]).await?;
    Ok(())
}

/// A role in the whole district.
#[must_use]
pub fn district(role: Role) -> Grant {
    Grant { role, scope: Scope::Tenant }
}

/// A role in a region, by its code.
#[must_use]
pub fn region(role: Role, code: &str) -> Grant {
    Grant { role, scope: Scope::Region(code.to_owned()) }
}

/// A role in an organisation and all below, by its path.
#[must_use]
pub fn organisation(role: Role, path: &str) -> Grant {
    Grant { role, scope: Scope::Organisation(path.to_owned()) }
}

/// A moment on Beijing's clocks: `2026-11-23T14:00`.
#[must_use]
pub fn beijing(moment: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(moment, "%Y-%m-%dT%H:%M").expect("a moment is written 2026-11-23T14:00");
    kernel::time::from_beijing(local)
}

fn failed(error: kernel::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}
