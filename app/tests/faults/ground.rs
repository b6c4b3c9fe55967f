//! A small district, on a disk or on a server, that is opened here between the lives of the program that serves it.

use crate::rooms;
use activities::model::{NewActivity, NewPost, NewSession, Scope};
use activities::{ActivityId, PostId, SessionId};
use anyhow::{Context as _, Result, anyhow};
use chrono::{DateTime, Duration, Utc};
use kernel::auth::{self, Hasher, NewAccount};
use kernel::db::{Durability, Place};
use kernel::ids::Raw;
use kernel::policy::{Grant, Role, Scope as Where};
use kernel::secret::Keys;
use kernel::time::Clock;
use kernel::{App, Config, Cx, Db, Ground as Under, LaneKey, Read as _, TenantId, Tx, args, row};
use organisations::OrganisationId;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use testkit::postgres::{self, Database};
use testkit::process::Serve;

/// The built program.
pub const EXE: &str = env!("CARGO_BIN_EXE_qiyi");
/// Where everybody lives.
const REGION: &str = "440605125003";

/// Where the data of one test lies; goes with this guard.
pub struct Ground {
    folder: TempDir,
    url: Option<String>,
    _database: Option<Database>,
}

impl Ground {
    /// On SQLite in a folder of its own.
    pub fn file() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("qiyi-faults-").tempdir()?;
        Ok(Self { folder, url: None, _database: None })
    }

    /// On a fresh database of the server for tests; nothing when there is none.
    pub fn server() -> Result<Option<Self>> {
        let Some(database) = block_on(postgres::empty())? else { return Ok(None) };
        let url = Some(database.url());
        Ok(Some(Self { url, _database: Some(database), ..Self::file()? }))
    }

    /// On a server that a test runs for itself.
    pub fn at(url: &str) -> Result<Self> {
        Ok(Self { url: Some(url.to_owned()), ..Self::file()? })
    }

    /// On SQLite below a folder that somebody else keeps.
    pub fn below(folder: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("qiyi-faults-").tempdir_in(folder)?;
        Ok(Self { folder, url: None, _database: None })
    }

    /// The folder of data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// How the program serves it.
    pub fn serve(&self) -> Serve {
        let serve = Serve::new(EXE, self.data());
        self.url.iter().fold(serve, |serve, url| serve.database(url))
    }

    /// Where the server of its database listens.
    pub fn server_address(&self) -> Result<String> {
        let (_, rest) = self.url.as_deref().and_then(|url| url.rsplit_once('@')).context("it is on a server")?;
        Ok(rest.split('/').next().unwrap_or_default().to_owned())
    }

    /// How the program serves it when it reaches the server by another address.
    pub fn serve_through(&self, address: &str) -> Result<Serve> {
        let url = self.url.as_deref().context("it is on a server")?.replacen(&self.server_address()?, address, 1);
        Ok(Serve::new(EXE, self.data()).database(&url))
    }

    /// Opens it in this process.
    pub async fn open(&self) -> Result<Open> {
        Open::at(&self.data(), self.url.as_deref()).await
    }
}

/// A runtime for what runs in this process; with it go the reading connections that it opened.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work)
}

/// An error of the kernel as one of ours.
pub fn plain(error: kernel::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

/// The application in this process, without a server and without its jobs.
pub struct Open {
    /// The application.
    pub app: Arc<App>,
    /// The district.
    pub tenant: TenantId,
}

/// A session with its only post.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub activity: ActivityId,
    pub session: SessionId,
    pub post: PostId,
}

/// Somebody with an account of their own.
#[derive(Clone, Debug)]
pub struct Member {
    pub person: Raw,
    /// The token in the cookie.
    pub session: String,
}

impl Open {
    /// Opens a folder or a server as `qiyi` does; makes the district when there is none.
    pub async fn at(data: &Path, url: Option<&str>) -> Result<Self> {
        std::fs::create_dir_all(data)?;
        let place = match url {
            Some(url) => Place::Server { url: url.to_owned(), lanes: 2 },
            None => Place::File { path: data.join("qiyi.db"), durability: Durability::Full },
        };
        let keys = Keys::load_or_make(&data.join("keys").join("qiyi.key"))?;
        let db = Db::open(&place).await.map_err(plain)?;
        let hasher = Hasher::with_cost(64, 1);
        let under = Under { db, keys, clock: Clock::System, config: Config::default(), hasher };
        let (app, _) = App::build(under, rooms::all()).await?;
        if app.tenant().is_none() {
            let now = app.clock.now();
            let made = app.db.write(LaneKey(0), async move |tx: &mut Tx<'_>| {
                places::load_regions(tx, places::REGIONS).await?;
                kernel::tenants::insert(tx, "440605", "南海区", now).await
            });
            made.await.map_err(plain)?;
            app.learn_tenant().await.map_err(plain)?;
        }
        let tenant = app.tenant().context("the district was made")?.id;
        Ok(Self { app, tenant })
    }

    /// A context in which nobody is signed in.
    pub fn cx(&self) -> Cx {
        Cx::system(&self.app, self.tenant)
    }

    /// Runs a verb in a transaction.
    pub async fn write<F, T>(&self, verb: F) -> Result<T>
    where
        F: for<'x, 'y> AsyncFnOnce(&'x mut Tx<'y>) -> kernel::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.app.db.write(LaneKey(2), verb).await.map_err(plain)
    }

    /// What a statement counts in its column `n`.
    pub async fn count(&self, sql: &str) -> Result<i64> {
        row! { struct Count { n: i64 } }
        let row: Count = self.app.db.one(sql, args![self.tenant]).await.map_err(plain)?;
        Ok(row.n)
    }

    /// An officer of the whole district: the token of an open session with its second factor, and one for programs.
    pub async fn officer(&self) -> Result<(String, String)> {
        let (cx, tenant) = (self.cx(), self.tenant);
        self.write(async move |tx: &mut Tx<'_>| {
            let account = auth::insert(tx, tenant, &new_account("officer".to_owned(), None), cx.now).await?;
            auth::grant(tx, &cx, account, &Grant { role: Role::District, scope: Where::Tenant }).await?;
            let found = auth::find(tx, tenant, account).await?;
            let session = auth::open(tx, tenant, &found, true, cx.now, "127.0.0.1").await?;
            let token = auth::create_token(tx, tenant, account, "test", cx.now).await?;
            Ok((session, token))
        })
        .await
    }

    /// Makes volunteers with accounts and signs them in.
    pub async fn members(&self, count: usize) -> Result<Vec<Member>> {
        let (tenant, now) = (self.tenant, self.app.clock.now());
        self.write(async move |tx: &mut Tx<'_>| {
            let mut made = Vec::with_capacity(count);
            for number in 0..count {
                let (person, name) = (kernel::ids::fresh(), format!("志愿者{number}"));
                let sql = "INSERT INTO person (tenant_id, id, name, sort_key, sex, region_code, registered_on, state, created_at, updated_at)
                           VALUES ($1, $2, $3, $3, '2', $4, $5, 'active', $6, $6)";
                tx.execute(sql, args![tenant, person, name, REGION, kernel::time::day(now), now]).await?;
                let account = auth::insert(tx, tenant, &new_account(format!("m{person}"), Some(person)), now).await?;
                let account = auth::find(tx, tenant, account).await?;
                let session = auth::open(tx, tenant, &account, false, now, "127.0.0.1").await?;
                made.push(Member { person, session });
            }
            Ok(made)
        })
        .await
    }

    /// Makes a team and publishes an activity of it with one session and one post.
    pub async fn publish(&self, title: &str, span: (DateTime<Utc>, DateTime<Utc>), places: i64) -> Result<Held> {
        let (cx, title) = (self.cx(), title.to_owned());
        let activity = self.write(async move |tx: &mut Tx<'_>| {
            let (team, number) = (kernel::ids::fresh(), kernel::ids::token());
            let sql = "INSERT INTO organisation (tenant_id, id, tree, path, number, name, sort_key, kind, region_code, state, created_at, updated_at)
                       VALUES ($1, $2, 'team', $3, $4, $5, $5, 'village', $6, 'active', $7, $7)";
            let path = format!("{number}/");
            tx.execute(sql, args![cx.tenant, team, path, number, title, REGION, cx.now]).await?;
            let id = activities::store::insert(tx, &cx, &activity(&cx, title, OrganisationId(team), span, places)).await?;
            let state = if span.0 <= cx.now { "running" } else { "open" };
            let sql = "UPDATE activity SET state = $1 WHERE tenant_id = $2 AND id = $3";
            tx.execute(sql, args![state, cx.tenant, id]).await?;
            Ok(id)
        });
        let activity = activity.await?;
        let posts = activities::store::posts(&self.app.db, self.tenant, activity).await.map_err(plain)?;
        let post = posts.first().context("the activity has its post")?;
        Ok(Held { activity, session: post.session_id, post: post.id })
    }
}

fn new_account(name: String, person: Option<Raw>) -> NewAccount {
    NewAccount { sign_in_name: name.clone(), phone: None, name, person, password_hash: None }
}

fn activity(
    cx: &Cx,
    title: String,
    organisation: OrganisationId,
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
    places: i64,
) -> NewActivity {
    let day = kernel::time::day(starts_at);
    let post = NewPost { name: "派发物资".to_owned(), conditions: String::new(), places, ..NewPost::default() };
    NewActivity {
        organisation,
        title,
        summary: "整理并派发物资，协助长者登记。".to_owned(),
        region: REGION.to_owned(),
        site: None,
        place: "社区党群服务中心一楼".to_owned(),
        starts_on: day,
        ends_on: day,
        categories: vec!["01".to_owned()],
        beneficiaries: "社区长者".to_owned(),
        guarantees: "饮用水".to_owned(),
        risk_notice: "注意防暑。".to_owned(),
        risky: false,
        insurance_no: None,
        working_time: false,
        own_duty: false,
        scope: Scope::Public,
        opens_at: cx.now - Duration::hours(1),
        closes_at: ends_at,
        min_age: None,
        max_age: None,
        min_minutes: 0,
        only_team: false,
        recruitment: activities::model::Recruitment::default(),
        contact_name: "陈慧敏".to_owned(),
        contact_phone: "13800000000".to_owned(),
        contact_public: false,
        sessions: vec![NewSession { starts_at, ends_at, posts: vec![post], ..NewSession::default() }],
    }
}
