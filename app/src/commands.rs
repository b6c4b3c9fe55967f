//! The keeper's commands beside serving.

use crate::config::Where;
use crate::serve::{first_start, open};
use crate::{FilePath, seed};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use kernel::auth::{self, NewAccount};
use kernel::db::LaneKey;
use kernel::policy::{Grant, Role, Scope};
use kernel::{App, Cx, Secret, TenantId, Tx};
use std::sync::Arc;

/// `qiyi seed`
#[derive(Args, Debug)]
pub struct SeedArgs {
    /// How many volunteers.
    #[arg(long, default_value_t = 31_000)]
    volunteers: u64,
    /// How many teams.
    #[arg(long, default_value_t = 496)]
    teams: u64,
    /// How many activities.
    #[arg(long, default_value_t = 2_000)]
    activities: u64,
    /// Over how many days up to today.
    #[arg(long, default_value_t = 365)]
    days: u64,
    /// How many attendances; by default three a volunteer.
    #[arg(long)]
    attendances: Option<u64>,
    /// The seed of the randomness.
    #[arg(long, default_value_t = 1)]
    random: u64,
}

/// `qiyi import KIND FILE`
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// volunteers, teams or regions; `undo` takes an import back.
    kind: String,
    /// The table (.xlsx, .xls, .csv); after `undo` the id of the import.
    file: FilePath,
    /// Say what would happen and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// A TOML file: column header = field.
    #[arg(long)]
    map: Option<FilePath>,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// `qiyi export KIND FILE`
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// volunteers, teams, hours, activities
    kind: String,
    /// Where to write: .xlsx or .csv
    file: FilePath,
}

/// `qiyi account …`
#[derive(Subcommand, Debug)]
pub enum AccountCommand {
    /// Make an account and print the link at which its holder chooses a password.
    Create {
        /// The name to sign in with.
        sign_in_name: String,
        /// The name that pages show.
        #[arg(long)]
        name: Option<String>,
        /// district, town, station, auditor, accounts, keeper
        #[arg(long)]
        role: Option<String>,
        /// The region code in which the role counts; the whole district without it.
        #[arg(long)]
        region: Option<String>,
        /// Set this password instead of printing a link; for scripts on this machine.
        #[arg(long)]
        password: Option<String>,
    },
    /// Print the one-time link at which the holder of an account chooses a new password; ends their sessions now, and their
    /// second factor when the link is used. For accounts that nobody at a desk may help: look at who asks.
    Reset {
        /// The name or phone to sign in with.
        sign_in_name: String,
    },
    /// List accounts.
    List,
}

/// `qiyi token …`
#[derive(Subcommand, Debug)]
pub enum TokenCommand {
    /// Make a token that acts as an account for a year; it is printed once.
    Create {
        /// The account's sign-in name.
        account: String,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        purpose: String,
    },
}

fn plain(error: kernel::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}

/// The application with its district, made on the way when this is the first command.
async fn ready(place: &Where) -> anyhow::Result<(Arc<App>, TenantId)> {
    let (app, _) = open(place).await?;
    first_start(&app).await?;
    let tenant = app.tenant().context("the first start made a district")?.id;
    Ok((app, tenant))
}

/// Generates a district.
pub async fn seed(place: &Where, args: &SeedArgs) -> anyhow::Result<()> {
    let (app, tenant) = ready(place).await?;
    let size = seed::Size {
        volunteers: args.volunteers,
        teams: args.teams,
        activities: args.activities,
        days: args.days,
        attendances: args.attendances.unwrap_or(args.volunteers * 3),
        random: args.random,
    };
    let made = seed::generate(&app, tenant, &size, |what, done, of| eprintln!("{what} {done}/{of}")).await?;
    println!("{made}");
    Ok(())
}

/// Brings in a table.
pub async fn import(place: &Where, args: ImportArgs) -> anyhow::Result<()> {
    let (app, tenant) = ready(place).await?;
    let cx = Cx::system(&app, tenant);
    let map = match &args.map {
        Some(path) => Some(std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?),
        None => None,
    };
    let said = federation::command_import(&cx, &args.kind, &args.file, args.dry_run, map.as_deref(), args.json).await?;
    println!("{said}");
    Ok(())
}

/// Writes a table to a file.
pub async fn export(place: &Where, args: &ExportArgs) -> anyhow::Result<()> {
    let (app, tenant) = ready(place).await?;
    let cx = Cx::system(&app, tenant);
    let rows = federation::command_export(&cx, &args.kind, &args.file).await?;
    println!("{rows} rows written to {}", args.file.display());
    Ok(())
}

/// Accounts.
pub async fn account(place: &Where, command: AccountCommand) -> anyhow::Result<()> {
    let (app, tenant) = ready(place).await?;
    match command {
        AccountCommand::List => {
            for account in auth::list(&app.db, tenant, "", "", 10_000).await.map_err(plain)? {
                println!("{}\t{}\t{}", account.sign_in_name, account.name, account.state);
            }
            Ok(())
        }
        AccountCommand::Reset { sign_in_name } => reset_account(&app, tenant, &sign_in_name).await,
        AccountCommand::Create { sign_in_name, name, role, region, password } => {
            let role = role.map(|r| r.parse::<Role>().map_err(|e| anyhow::anyhow!(e))).transpose()?;
            let scope = region.map_or(Scope::Tenant, Scope::Region);
            let hash = match password {
                Some(password) => {
                    if let Some(word) = auth::weakness(&password, &[&sign_in_name]) {
                        anyhow::bail!("{}", app.words.say(kernel::Lang::En, &word));
                    }
                    Some(app.hasher.hash(Secret::new(password)).await.map_err(plain)?)
                }
                None => None,
            };
            create_account(&app, tenant, sign_in_name, name, role.map(|role| Grant { role, scope }), hash).await
        }
    }
}

async fn create_account(
    app: &Arc<App>,
    tenant: TenantId,
    sign_in_name: String,
    name: Option<String>,
    grant: Option<Grant>,
    hash: Option<String>,
) -> anyhow::Result<()> {
    let cx = Cx::system(app, tenant);
    let chosen = hash.is_some();
    let name = name.unwrap_or_else(|| sign_in_name.clone());
    let shown = sign_in_name.clone();
    let new = NewAccount { sign_in_name, phone: None, name, person: None, password_hash: hash };
    let at = cx.clone();
    let token = cx
        .write(LaneKey(2), async move |tx: &mut Tx<'_>| {
            let account = auth::insert(tx, at.tenant, &new, at.now).await?;
            if let Some(grant) = &grant {
                auth::grant(tx, &at, account, grant).await?;
            }
            let ends = at.now + chrono::Duration::days(3);
            auth::make_link(tx, at.tenant, "welcome", &account.to_string(), ends).await
        })
        .await
        .map_err(|e| match e {
            kernel::Error::Refused(word) => anyhow::anyhow!("{}", app.words.say(kernel::Lang::En, &word)),
            other => plain(other),
        })?;
    if chosen {
        println!("account {shown} made; it may sign in with its password");
    } else {
        println!("account {shown} made; its holder chooses a password within three days at <address>/welcome/{token}");
    }
    Ok(())
}

async fn reset_account(app: &Arc<App>, tenant: TenantId, sign_in_name: &str) -> anyhow::Result<()> {
    let cx = Cx::system(app, tenant);
    let found = auth::find_by_name(&app.db, tenant, sign_in_name).await.map_err(plain)?;
    let account = found.with_context(|| format!("no account is called {sign_in_name}: see `qiyi account list`"))?;
    anyhow::ensure!(account.state == "active", "{sign_in_name} is disabled: make another account");
    let new = auth::recovery::NewRecovery::fresh(auth::Checked::Machine, Vec::new());
    let (at, token) = (cx.clone(), new.token.clone());
    cx.write(LaneKey(2), async move |tx: &mut Tx<'_>| kernel::desk::recovery::make(tx, &at, &account, &new).await)
        .await
        .map_err(plain)?;
    let minutes = auth::recovery::MINUTES;
    println!(
        "{sign_in_name} is signed out everywhere; its holder chooses a new password within {minutes} minutes at <address>/recovery/{token}"
    );
    Ok(())
}

/// Tokens.
pub async fn token(place: &Where, command: TokenCommand) -> anyhow::Result<()> {
    let (app, tenant) = ready(place).await?;
    let TokenCommand::Create { account, purpose } = command;
    let found = auth::find_by_name(&app.db, tenant, &account).await.map_err(plain)?;
    let found = found.with_context(|| format!("no account is called {account}: see `qiyi account list`"))?;
    let now = app.clock.now();
    let token = app
        .db
        .write(LaneKey(2), async move |tx: &mut Tx<'_>| auth::create_token(tx, tenant, found.id, &purpose, now).await)
        .await
        .map_err(plain)?;
    println!("{token}");
    Ok(())
}

/// Brings the database to this version.
pub async fn migrate(place: &Where) -> anyhow::Result<()> {
    let (_app, _router) = open(place).await?;
    println!("the database is at this version");
    Ok(())
}

/// Checks the trace.
pub async fn verify(place: &Where) -> anyhow::Result<()> {
    let (app, tenant) = ready(place).await?;
    match kernel::audit::verify(&app.db, tenant).await.map_err(plain)? {
        Ok(lines) => {
            println!("trace: {lines} lines, unbroken");
            Ok(())
        }
        Err(broken) => anyhow::bail!("trace: broken at chain {} line {}: {}", broken.at.0, broken.at.1, broken.why),
    }
}

/// Every route with its permission.
pub async fn routes(place: &Where, json: bool) -> anyhow::Result<()> {
    let (app, _) = open(place).await?;
    let mut routes = app.routes.clone();
    routes.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
    if json {
        let list: Vec<_> = routes
            .iter()
            .map(|r| {
                let roles: Vec<&str> = r.permission.roles.iter().map(|r| r.as_str()).collect();
                serde_json::json!({ "method": r.method, "path": r.path, "permission": r.permission.name, "roles": roles, "api": r.api })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&list)?);
    } else {
        for route in routes {
            println!("{:<6} {:<58} {}", route.method, route.path, route.permission.name);
        }
    }
    Ok(())
}

/// Why somebody may or may not.
pub async fn explain(place: &Where, actor: &str, verb: &str, object: &str) -> anyhow::Result<()> {
    let (app, tenant) = ready(place).await?;
    let cx = Cx { lang: kernel::Lang::En, ..Cx::system(&app, tenant) };
    let found = kernel::desk::explain::explain(&cx, actor, verb, object).await.map_err(plain)?;
    let found = found.with_context(|| format!("no account {actor} or no permission {verb}: see `qiyi routes`"))?;
    println!("{}", if found.allowed { "allowed" } else { "not allowed" });
    for (role, carried, place) in found.lines {
        let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
        println!("  {} {role}{place}", if carried { "+" } else { "-" });
    }
    Ok(())
}

/// Checks keys, modes, clock, disk and database; fails when something needs mending.
pub async fn doctor(place: &Where) -> anyhow::Result<()> {
    let mut wrong = 0;
    let mut say = |good: bool, what: &str, mend: &str| {
        if good {
            println!("ok   {what}");
        } else {
            wrong += 1;
            println!("WRONG {what}: {mend}");
        }
    };
    let (app, tenant) = ready(place).await?;
    say(crate::serve::is_private(&place.keys()), "the key file is yours alone", "chmod 600 it");
    say(crate::serve::is_private(&place.data), "the data folder is yours alone", "chmod 700 it");
    let year = app.clock.now().format("%Y").to_string().parse::<i32>().unwrap_or(0);
    say(year >= 2026, "the clock is plausible", "set the machine's clock");
    let probe = place.data.join("doctor.tmp");
    let space = std::fs::write(&probe, vec![0_u8; 8 * 1024 * 1024]).is_ok();
    let _ = std::fs::remove_file(&probe);
    say(space, "the disk takes 8 MB", "free some room");
    say(app.db.ping().await.is_ok(), "the database answers", "see the log");
    let trace = kernel::audit::verify(&app.db, tenant).await.map_err(plain)?;
    say(trace.is_ok(), "the trace is unbroken", "run `qiyi verify` and call whoever audits");
    let choices = place.choices();
    if choices.exists() {
        say(crate::serve::is_private(&choices), "qiyi.toml is yours alone", "chmod 600 it: it may hold secrets");
    }
    let ways = app.config.channels.described();
    ways.iter().for_each(|way| say(true, way, ""));
    say(
        true,
        if ways.is_empty() { "messages stay inside: no way out is configured" } else { "messages are inside too" },
        "",
    );
    anyhow::ensure!(wrong == 0, "{wrong} things need mending");
    Ok(())
}
