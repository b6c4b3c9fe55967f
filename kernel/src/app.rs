//! The application: the rooms joined, the keys, the clock and the database. Holds nothing that may not be lost.

use crate::auth::Hasher;
use crate::db::{Db, LaneKey, Read as _, Tx};
use crate::error::{Error, Result};
use crate::http::Routes;
use crate::jobs::{JobKind, Recurring};
use crate::module::{Module, NavItem, Panel, Search, Work};
use crate::pointers::Pointer;
use crate::policy::Permission;
use crate::secret::Keys;
use crate::time::Clock;
use crate::words::Words;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What the keeper chose.
#[derive(Clone, Debug)]
pub struct Config {
    /// The name in the head of every page.
    pub name: String,
    /// `https://…` as people reach it, for links in codes and messages; decides the cookie's kind.
    pub base_url: String,
    /// A demo lets anyone sign in as any role.
    pub demo: bool,
    /// Behind a proxy whose `X-Forwarded-For` is believed.
    pub behind_proxy: bool,
    /// The ways by which messages leave; none keeps them inside.
    pub channels: crate::outbox::Channels,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "七一空间".to_owned(),
            base_url: "http://127.0.0.1:8080".to_owned(),
            demo: false,
            behind_proxy: false,
            channels: crate::outbox::Channels::default(),
        }
    }
}

/// One route, as `qiyi routes` shows it.
#[derive(Clone, Debug)]
pub struct RouteFact {
    /// `GET`, `POST` …
    pub method: &'static str,
    /// The path with its `{parameters}`.
    pub path: String,
    /// The permission that it asks.
    pub permission: Permission,
    /// Whether it speaks JSON.
    pub api: bool,
}

/// The joined rooms.
pub struct App {
    /// The database.
    pub db: Db,
    /// All words.
    pub words: Arc<Words>,
    /// The keys outside the database.
    pub keys: Keys,
    /// The clock.
    pub clock: Clock,
    /// What the keeper chose.
    pub config: Config,
    /// Password hashing.
    pub hasher: Hasher,
    /// Counters since the start.
    pub metrics: crate::metrics::Metrics,
    /// A name for this process, for leases.
    pub process: String,
    /// Every permission, by name.
    pub permissions: BTreeMap<&'static str, Permission>,
    /// Every route.
    pub routes: Vec<RouteFact>,
    /// The rail of the desk.
    pub nav: Vec<NavItem>,
    /// What the district may set, in the order of the rooms.
    pub settings: Vec<crate::settings::Setting>,
    pub(crate) known_settings: crate::settings::Memory,
    pub(crate) jobs: HashMap<&'static str, JobKind>,
    pub(crate) recurring: Vec<Recurring>,
    /// Every column that names an object of another room.
    pub pointers: Vec<Pointer>,
    pub(crate) panels: Vec<(&'static str, Panel)>,
    pub(crate) work: Vec<Work>,
    pub(crate) search: Vec<Search>,
    pub(crate) partings: Vec<crate::parting::Parting>,
    pub(crate) bulk: Vec<crate::bulk::BulkDeed>,
    pub(crate) lists: Vec<crate::views::ListFace>,
    pub(crate) objects: Vec<crate::objects::ObjectKind>,
    parts: axum::http::Extensions,
    pub(crate) sessions: crate::auth::Known,
    pub(crate) tenant: std::sync::OnceLock<crate::tenants::Tenant>,
}

/// The data remembers which key seals it; another key would open nothing and find no doubles.
async fn check_key(ground: &Ground) -> anyhow::Result<()> {
    crate::row! { struct Kept { value: String } }
    let mark = hex::encode(ground.keys.fingerprint("key.check", "qiyi"));
    let nobody = crate::ids::TenantId(uuid::Uuid::nil());
    let ours = mark.clone();
    let kept: Kept = ground
        .db
        .write(LaneKey(0), async move |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO setting (tenant_id, key, value) VALUES ($1, 'key.check', $2) ON CONFLICT DO NOTHING";
            tx.execute(sql, crate::args![nobody, ours]).await?;
            tx.one("SELECT value FROM setting WHERE tenant_id = $1 AND key = 'key.check'", crate::args![nobody]).await
        })
        .await
        .map_err(|e| anyhow::anyhow!("{e}"))?;
    if kept.value == mark { Ok(()) } else { Err(ground.keys.not_of_this_data()) }
}

/// Whether there is data that was sealed with some key; an empty database has none.
///
/// # Errors
/// When the database does not answer.
pub async fn has_sealed_data(db: &Db) -> Result<bool> {
    let sql = "SELECT value FROM setting WHERE key = 'key.check'";
    crate::row! { struct Kept { value: String } }
    match db.optional::<Kept>(sql, &[]).await {
        Ok(kept) => Ok(kept.is_some_and(|kept| !kept.value.is_empty())),
        // The table is not there yet.
        Err(Error::Internal(_)) => Ok(false),
        Err(away) => Err(away),
    }
}

/// What an application is built on.
pub struct Ground {
    /// The database, open.
    pub db: Db,
    /// The keys.
    pub keys: Keys,
    /// The clock.
    pub clock: Clock,
    /// The keeper's choices.
    pub config: Config,
    /// Password hashing; tests take a cheap one.
    pub hasher: Hasher,
}

impl App {
    /// Joins the rooms, migrates the database and checks that every route's permission is declared in a room's table.
    ///
    /// # Errors
    /// When words, permissions or migrations do not fit together.
    pub async fn build(ground: Ground, mut modules: Vec<Module>) -> anyhow::Result<(Arc<Self>, axum::Router)> {
        modules.insert(0, crate::desk::module());
        let words = Words::load(&modules.iter().flat_map(|m| m.words.clone()).collect::<Vec<_>>())?;
        let migrations = modules.iter().flat_map(|m| m.migrations.clone()).collect();
        let applied = ground.db.migrate(migrations).await.map_err(|e| anyhow::anyhow!("{e}"))?;
        if !applied.is_empty() {
            tracing::info!(count = applied.len(), "migrations applied");
        }
        check_key(&ground).await?;
        ground.db.learn().await.map_err(|e| anyhow::anyhow!("{e}"))?;
        let mut permissions = BTreeMap::new();
        for permission in modules.iter().flat_map(|m| &m.permissions) {
            anyhow::ensure!(
                permissions.insert(permission.name, *permission).is_none(),
                "the permission {} is declared twice",
                permission.name
            );
        }
        let routes: Vec<Routes> = modules.iter_mut().flat_map(|m| std::mem::take(&mut m.routes)).collect();
        let facts: Vec<RouteFact> = routes.iter().flat_map(|r| r.facts().to_vec()).collect();
        for fact in &facts {
            anyhow::ensure!(
                permissions.contains_key(fact.permission.name),
                "{} {} asks for {}, which no room declares",
                fact.method,
                fact.path,
                fact.permission.name
            );
        }
        let app = Arc::new(Self::join(ground, modules, Arc::new(words), permissions, facts));
        app.learn_tenant().await.map_err(|e| anyhow::anyhow!("{e}"))?;
        let router = crate::http::router(&app, routes);
        Ok((app, router))
    }

    fn join(
        ground: Ground,
        modules: Vec<Module>,
        words: Arc<Words>,
        permissions: BTreeMap<&'static str, Permission>,
        routes: Vec<RouteFact>,
    ) -> Self {
        let mut nav: Vec<NavItem> = modules.iter().flat_map(|m| m.nav.clone()).collect();
        nav.sort_by_key(|item| item.order);
        let mut parts = axum::http::Extensions::new();
        for module in &modules {
            tracing::debug!(room = module.name, "opened");
            parts.extend(module.parts.clone());
        }
        Self {
            db: ground.db,
            words,
            keys: ground.keys,
            clock: ground.clock,
            config: ground.config,
            hasher: ground.hasher,
            metrics: crate::metrics::Metrics::default(),
            process: crate::ids::fresh().simple().to_string(),
            permissions,
            routes,
            nav,
            settings: modules.iter().flat_map(|m| m.settings.clone()).collect(),
            known_settings: crate::settings::Memory::default(),
            jobs: modules.iter().flat_map(|m| m.jobs.iter().map(|j| (j.name, *j))).collect(),
            pointers: modules.iter().flat_map(|m| m.pointers.clone()).collect(),
            recurring: modules.iter().flat_map(|m| m.recurring.clone()).collect(),
            panels: modules.iter().flat_map(|m| m.panels.clone()).collect(),
            work: modules.iter().flat_map(|m| m.work.clone()).collect(),
            search: modules.iter().flat_map(|m| m.search.clone()).collect(),
            bulk: modules.iter().flat_map(|m| m.bulk.clone()).collect(),
            lists: modules.iter().flat_map(|m| m.lists.clone()).collect(),
            objects: modules.iter().flat_map(|m| m.objects.clone()).collect(),
            partings: modules.iter().flat_map(|m| m.partings.clone()).collect(),
            parts,
            sessions: crate::auth::Known::of(4_096),
            tenant: std::sync::OnceLock::new(),
        }
    }

    /// State of a room that lives with the process, by its type.
    #[must_use]
    pub fn part<T: Clone + Send + Sync + 'static>(&self) -> T {
        self.find_part().expect("a room gives its part at its door")
    }

    /// The same, where a house may do without that room.
    #[must_use]
    pub fn find_part<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        self.parts.get::<T>().cloned()
    }

    /// Remembers the district once there is one; called again after it was made.
    pub async fn learn_tenant(&self) -> Result<()> {
        if self.tenant.get().is_none()
            && let Some(first) = crate::tenants::all(&self.db).await?.into_iter().next()
        {
            self.tenant.get_or_init(|| first);
        }
        Ok(())
    }

    /// The district that strangers see; `None` before the first start made one.
    #[must_use]
    pub fn tenant(&self) -> Option<&crate::tenants::Tenant> {
        self.tenant.get()
    }

    /// The recurring verbs, for tests that run them by hand.
    #[must_use]
    pub fn recurring(&self) -> &[Recurring] {
        &self.recurring
    }
}
