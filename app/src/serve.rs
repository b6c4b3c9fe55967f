//! Serving: one process with the jobs inside; ends cleanly within five seconds of SIGTERM.

use crate::config::Where;
use crate::{Listening, channels, rooms, seed};
use anyhow::Context as _;
use kernel::db::LaneKey;
use kernel::{App, Config, Tx};
use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::sync::watch;

/// Serves everything and runs the jobs.
pub async fn serve(place: &Where, listening: &Listening) -> anyhow::Result<()> {
    let _lock = hold(place)?;
    let (app, router, socket, address) = prepare(place, listening, false).await?;
    first_start(&app).await?;
    if let Some(token) = keeper_link(&app).await? {
        println!("first start: make the keeper's account within a day at {}/keeper/{token}", app.config.base_url);
    }
    run(app, router, socket, address).await
}

/// A lived-in district in `<data>/demo`, served; every start makes the days of today anew when the folder is a day old.
pub async fn demo(mut place: Where, listening: Listening) -> anyhow::Result<()> {
    place.data = place.data.join("demo");
    let fresh = place.database.is_some() || !place.file().exists();
    let _lock = hold(&place)?;
    let (app, router, socket, address) = prepare(&place, &listening, true).await?;
    first_start(&app).await?;
    let tenant = app.tenant().context("the first start made a district")?.id;
    if fresh {
        println!("making a district of 496 teams and 31,000 volunteers in {} …", place.data.display());
        let made = seed::generate(&app, tenant, &seed::Size::demo(), |what, done, of| {
            tracing::info!(what, done, of, "seeding");
        })
        .await?;
        println!("{made}");
    }
    println!("sign in at {}/sign-in: choose anyone, from volunteer to federation officer", app.config.base_url);
    run(app, router, socket, address).await
}

/// Runs jobs only, beside other processes on the same server; a folder has one process.
pub async fn work(place: &Where) -> anyhow::Result<()> {
    let _lock = hold(place)?;
    let (app, router) = open(place).await?;
    drop(router);
    println!("working; stop with ctrl-c");
    let (stop, stopped) = watch::channel(false);
    let jobs = tokio::spawn(kernel::jobs::work(Arc::clone(&app), stopped));
    signal().await;
    let _ = stop.send(true);
    let ended = jobs.await.context("the jobs' task");
    give_back(&app).await;
    ended
}

/// Opens the application for a command.
pub async fn open(place: &Where) -> anyhow::Result<(Arc<App>, axum::Router)> {
    let chosen = channels::read(place)?;
    let usual = Config { name: place.name.clone(), channels: chosen.channels, ..Config::default() };
    let config = Config { base_url: chosen.address.unwrap_or(usual.base_url), ..usual };
    let ground = place.open(config).await?;
    App::build(ground, rooms::all()).await
}

type Prepared = (Arc<App>, axum::Router, TcpSocket, SocketAddr);

async fn prepare(place: &Where, listening: &Listening, demo: bool) -> anyhow::Result<Prepared> {
    let socket = if listening.listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(listening.listen).with_context(|| {
        format!(
            "cannot listen on {}: another program does, or the port needs more rights; choose another with --listen",
            listening.listen
        )
    })?;
    let address = socket.local_addr()?;
    let chosen = channels::read(place)?;
    let base_url = listening.base_url.clone().or(chosen.address).unwrap_or_else(|| format!("http://{address}"));
    let config = Config {
        name: place.name.clone(),
        base_url: base_url.trim_end_matches('/').to_owned(),
        demo,
        behind_proxy: listening.behind_proxy,
        channels: chosen.channels,
    };
    let ground = place.open(config).await?;
    let (app, router) = App::build(ground, rooms::all()).await?;
    Ok((app, router, socket, address))
}

/// One process serves an SQLite folder: two would run its jobs twice.
fn hold(place: &Where) -> anyhow::Result<Option<File>> {
    if place.database.is_some() {
        return Ok(None);
    }
    std::fs::create_dir_all(&place.data).with_context(|| format!("making {}", place.data.display()))?;
    let path = place.data.join("qiyi.lock");
    let file = File::create(&path).with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => anyhow::bail!(
            "another qiyi already serves {}: stop it first, or use another folder with --data",
            place.data.display()
        ),
        Err(std::fs::TryLockError::Error(error)) => Err(error).context("locking the data folder"),
    }
}

/// Makes the district with its regions and working days, once.
pub async fn first_start(app: &Arc<App>) -> anyhow::Result<()> {
    if app.tenant().is_none() {
        let now = app.clock.now();
        app.db
            .write(LaneKey(0), async move |tx: &mut Tx<'_>| {
                places::load_regions(tx, places::REGIONS).await?;
                places::load_workdays(tx).await?;
                kernel::tenants::insert(tx, "440605", "南海区", now).await
            })
            .await
            .map_err(|e| anyhow::anyhow!("{e}"))?;
        app.learn_tenant().await.map_err(|e| anyhow::anyhow!("{e}"))?;
    }
    Ok(())
}

async fn keeper_link(app: &Arc<App>) -> anyhow::Result<Option<String>> {
    let tenant = app.tenant().context("the first start made a district")?.id;
    kernel::auth::first_keeper_link(app, tenant).await.map_err(|e| anyhow::anyhow!("{e}"))
}

async fn run(app: Arc<App>, router: axum::Router, socket: TcpSocket, address: SocketAddr) -> anyhow::Result<()> {
    let listener = socket.listen(4096)?;
    println!("listening on http://{address}");
    std::io::Write::flush(&mut std::io::stdout())?;
    let (stop, stopped) = watch::channel(false);
    let jobs = tokio::spawn(kernel::jobs::work(Arc::clone(&app), stopped.clone()));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut told = stopped;
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = told.changed().await;
    });
    let serving = tokio::spawn(async move { server.await });
    signal().await;
    println!("stopping");
    let _ = stop.send(true);
    // Whoever is still being answered gets three seconds; screens that listen for ever are cut.
    let _ = tokio::time::timeout(Duration::from_secs(3), serving).await;
    jobs.abort();
    give_back(&app).await;
    Ok(())
}

/// What recurs is done at once by the next process; without an answer the leases run out by themselves.
async fn give_back(app: &Arc<App>) {
    if let Ok(Err(error)) = tokio::time::timeout(Duration::from_secs(1), kernel::jobs::release(app)).await {
        tracing::warn!(%error, "leases were not given back");
    }
}

async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}

/// Whether a path is readable by its owner alone.
#[must_use]
pub fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        path.exists()
    }
}
