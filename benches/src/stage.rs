//! What every benchmark stands on: the kept district, copies of it, the application opened in this process, and the people
//! and activities that a benchmark needs beside the generated ones.

use crate::rooms;
use activities::model::{NewActivity, NewPost, NewSession, Scope};
use activities::{ActivityId, PostId};
use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{Days, Duration};
use kernel::auth::{self, Hasher, NewAccount};
use kernel::db::{Durability, Place};
use kernel::ids::Raw;
use kernel::policy::{Grant, Role, Scope as Where};
use kernel::secret::Keys;
use kernel::time::Clock;
use kernel::{App, Config, Cx, Db, Ground, LaneKey, Read as _, TenantId, Tx, args, row};
use organisations::OrganisationId;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use testkit::process::{self, Qiyi, Serve};

/// What was asked on the command line.
pub struct Stage {
    /// The built `qiyi`.
    pub qiyi: PathBuf,
    /// A fiftieth of everything.
    pub small: bool,
    /// How many times each thing is measured.
    pub runs: usize,
    folder: PathBuf,
    fresh: AtomicBool,
}

impl Stage {
    /// Takes what was asked; the folder is made, the program has to be there.
    pub fn new(folder: &Path, qiyi: Option<PathBuf>, small: bool, fresh: bool, runs: Option<usize>) -> Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("qiyi");
        let qiyi = qiyi.unwrap_or(beside);
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let runs = runs.unwrap_or(if small { 2 } else { 5 }).max(1);
        let folder = folder.canonicalize()?;
        Ok(Self { qiyi, small, runs, folder, fresh: AtomicBool::new(fresh) })
    }

    /// A size, or a fiftieth of it.
    pub fn of(&self, full: usize) -> usize {
        if self.small { (full / 50).max(1) } else { full }
    }

    /// Seconds of a burst: 5, or 1.
    pub fn seconds(&self) -> u64 {
        if self.small { 1 } else { 5 }
    }

    /// The generated district, made on the way when it is not kept yet.
    fn district(&self) -> Result<PathBuf> {
        let kept = self.folder.join(if self.small { "small" } else { "district" });
        if !kept.join("whole").exists() || self.fresh.load(Ordering::Relaxed) {
            self.seed()?;
        }
        Ok(kept)
    }

    /// Generates the district anew, keeps it and answers how long it took.
    pub fn seed(&self) -> Result<std::time::Duration> {
        let kept = self.folder.join(if self.small { "small" } else { "district" });
        let counts = [31_000, 496, 2_000, 500_000].map(|n| self.of(n).to_string());
        let [volunteers, teams, activities, attendances] = counts.each_ref().map(String::as_str);
        let took = self.generate(&kept, &[volunteers, teams, activities, attendances])?;
        fs::write(kept.join("whole"), "generated to its end\n")?;
        self.fresh.store(false, Ordering::Relaxed);
        Ok(took)
    }

    /// `qiyi seed` into a new folder: volunteers, teams, activities, attendances.
    pub fn generate(&self, folder: &Path, counts: &[&str; 4]) -> Result<std::time::Duration> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let [volunteers, teams, activities, attendances] = counts;
        let sizes = ["--volunteers", volunteers, "--teams", teams, "--activities", activities];
        let began = Instant::now();
        let data = folder.display().to_string();
        let mut arguments = vec!["seed", "--data", &data, "--days", "365", "--attendances", attendances];
        arguments.extend(sizes);
        self.run(&arguments)?;
        Ok(began.elapsed())
    }

    /// Runs a command of `qiyi` to its end and answers what it printed.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = process::run(&self.qiyi, arguments)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last: Vec<&str> = said.lines().rev().take(3).collect();
            bail!("qiyi {} ended with {}: {}", arguments[0], output.status, last.join(" / "));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// A copy of the district that a benchmark may change.
    pub fn copy(&self, name: &str) -> Result<Folder> {
        let district = self.district()?;
        let copy = self.empty(name)?;
        copy_folder(&district, &copy.path)?;
        Ok(copy)
    }

    /// An empty folder of a benchmark's own.
    pub fn empty(&self, name: &str) -> Result<Folder> {
        let path = self.folder.join(format!("run-{}-{name}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Folder { path })
    }

    /// Serves a folder.
    pub fn serve(&self, folder: &Folder) -> Result<Qiyi> {
        Serve::new(&self.qiyi, &folder.path).start()
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_name().to_str() {
            // Made anew by whoever opens the database first.
            Some("qiyi.db-shm" | "qiyi.lock") => {}
            _ if entry.file_type()?.is_dir() => copy_folder(&entry.path(), &target)?,
            _ => drop(fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}

/// A folder of one benchmark; goes with this guard.
pub struct Folder {
    /// Where.
    pub path: PathBuf,
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.path));
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
#[derive(Clone)]
pub struct Open {
    /// The application.
    pub app: Arc<App>,
    /// The district.
    pub tenant: TenantId,
}

impl Open {
    /// Opens a folder of data as `qiyi` does: SQLite with `synchronous=FULL`.
    pub async fn folder(path: &Path) -> Result<Self> {
        let place = Place::File { path: path.join("qiyi.db"), durability: Durability::Full };
        Self::at(&place, &path.join("keys").join("qiyi.key")).await
    }

    /// Opens a database; makes the district when there is none.
    pub async fn at(place: &Place, key_file: &Path) -> Result<Self> {
        let keys = Keys::load_or_make(key_file)?;
        let db = Db::open(place).await.map_err(plain)?;
        let hasher = Hasher::with_cost(64, 1);
        let ground = Ground { db, keys, clock: Clock::System, config: Config::default(), hasher };
        let (app, _) = App::build(ground, rooms::all()).await?;
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

    /// An officer of the whole district: the token of an open session with its second factor, and one for the API.
    pub async fn officer(&self) -> Result<(String, String)> {
        let (cx, tenant) = (self.cx(), self.tenant);
        self.write(async move |tx: &mut Tx<'_>| {
            let new = new_account("bench-officer".to_owned(), None);
            let account = auth::insert(tx, tenant, &new, cx.now).await?;
            auth::grant(tx, &cx, account, &Grant { role: Role::District, scope: Where::Tenant }).await?;
            let found = auth::find(tx, tenant, account).await?;
            let session = auth::open(tx, tenant, &found, true, cx.now, "127.0.0.1").await?;
            let token = auth::create_token(tx, tenant, account, "bench", cx.now).await?;
            Ok((session, token))
        })
        .await
    }

    /// Signs in as many active volunteers as wanted, each with an account of their own; answers their tokens.
    pub async fn volunteers(&self, count: usize) -> Result<Vec<String>> {
        row! { struct Id { id: Raw } }
        let (tenant, now) = (self.tenant, self.app.clock.now());
        let sql = "SELECT p.id FROM person p WHERE p.tenant_id = $1 AND p.state = 'active' AND NOT EXISTS
                     (SELECT 1 FROM account a WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id) ORDER BY p.id LIMIT $2";
        let people: Vec<Id> = self.app.db.all(sql, args![tenant, i64::try_from(count)?]).await.map_err(plain)?;
        anyhow::ensure!(people.len() == count, "the district has {} volunteers without an account", people.len());
        let mut tokens = Vec::with_capacity(count);
        for part in people.chunks(500) {
            let part: Vec<Raw> = part.iter().map(|p| p.id).collect();
            let opened = self.write(async move |tx: &mut Tx<'_>| {
                let mut tokens = Vec::with_capacity(part.len());
                for person in part {
                    let new = new_account(format!("bench-{person}"), Some(person));
                    let account = auth::insert(tx, tenant, &new, now).await?;
                    let account = auth::find(tx, tenant, account).await?;
                    tokens.push(auth::open(tx, tenant, &account, false, now, "127.0.0.1").await?);
                }
                Ok(tokens)
            });
            tokens.extend(opened.await?);
        }
        Ok(tokens)
    }

    /// Publishes an activity of one session and one post on the `days`th day from now.
    pub async fn publish(&self, title: &str, days: u64, places: i64) -> Result<Hot> {
        row! { struct Holder { id: OrganisationId, region_code: String } }
        let cx = self.cx();
        let sql = "SELECT id, region_code FROM organisation WHERE tenant_id = $1 AND tree = 'team' ORDER BY id LIMIT 1";
        let holder: Option<Holder> = self.app.db.optional(sql, args![self.tenant]).await.map_err(plain)?;
        let holder = holder.context("the district has a team")?;
        let day = cx.today().checked_add_days(Days::new(days)).context("the calendar goes on")?;
        // A quarter to four at night: nobody is expected elsewhere.
        let starts_at = kernel::time::day_start(day) + Duration::minutes(225);
        let session = NewSession {
            starts_at,
            ends_at: starts_at + Duration::minutes(30),
            posts: vec![NewPost {
                name: "派发物资".to_owned(),
                conditions: String::new(),
                places,
                ..NewPost::default()
            }],
            ..NewSession::default()
        };
        let new = activity(&cx, title, holder.id, holder.region_code, session);
        let activity = self.write(async move |tx: &mut Tx<'_>| {
            let id = activities::store::insert(tx, &cx, &new).await?;
            let sql = "UPDATE activity SET state = 'open' WHERE tenant_id = $1 AND id = $2";
            tx.execute(sql, args![cx.tenant, id]).await?;
            Ok(id)
        });
        let activity = activity.await?;
        let posts = activities::store::posts(&self.app.db, self.tenant, activity).await.map_err(plain)?;
        let post = posts.first().context("the activity has its post")?;
        Ok(Hot { activity, post: post.id, session: post.session_id })
    }
}

/// An activity that everybody wants.
#[derive(Clone, Copy, Debug)]
pub struct Hot {
    /// The activity.
    pub activity: ActivityId,
    /// Its session.
    pub session: activities::SessionId,
    /// Its post.
    pub post: PostId,
}

fn new_account(name: String, person: Option<Raw>) -> NewAccount {
    NewAccount { sign_in_name: name.clone(), phone: None, name, person, password_hash: None }
}

fn activity(cx: &Cx, title: &str, organisation: OrganisationId, region: String, session: NewSession) -> NewActivity {
    let day = kernel::time::day(session.starts_at);
    NewActivity {
        organisation,
        title: title.to_owned(),
        summary: "在社区广场整理并派发物资，协助长者登记，结束后清理场地。".repeat(4),
        region,
        site: None,
        place: "社区党群服务中心一楼".to_owned(),
        starts_on: day,
        ends_on: day,
        categories: vec!["01".to_owned(), "02".to_owned()],
        beneficiaries: "社区长者".to_owned(),
        guarantees: "饮用水、志愿服务保险".to_owned(),
        risk_notice: "户外活动注意防暑。".to_owned(),
        risky: false,
        insurance_no: None,
        working_time: false,
        own_duty: false,
        scope: Scope::Public,
        opens_at: cx.now - Duration::hours(1),
        closes_at: session.starts_at,
        min_age: None,
        max_age: None,
        min_minutes: 0,
        only_team: false,
        recruitment: activities::model::Recruitment::default(),
        contact_name: "陈慧敏".to_owned(),
        contact_phone: "13800000000".to_owned(),
        contact_public: false,
        sessions: vec![session],
    }
}
