//! Qiyi: the one binary. Every subcommand says what it did.

#![expect(clippy::print_stdout, reason = "this is the command line: what it says goes to standard output")]

mod channels;
mod commands;
mod config;
mod rooms;
mod seed;
mod serve;

use clap::{Parser, Subcommand};
use config::Where;
use std::net::SocketAddr;
use std::path::PathBuf;

/// 七一空间: the software that a community service complex runs on.
#[derive(Parser)]
#[command(name = "qiyi", version, about, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    place: Where,
    /// What is logged, e.g. `info` or `kernel=debug`.
    #[arg(long, env = "QIYI_LOG", default_value = "warn,qiyi=info", global = true)]
    log: String,
    #[command(subcommand)]
    command: Command,
}

/// How the server is reached.
#[derive(clap::Args, Clone, Debug)]
pub struct Listening {
    /// Where to listen.
    #[arg(long, env = "QIYI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address as people reach it, e.g. `https://qiyi.example.cn`; decides links and the kind of cookie.
    #[arg(long)]
    pub base_url: Option<String>,
    /// Believe `X-Forwarded-For` of the proxy in front.
    #[arg(long)]
    pub behind_proxy: bool,
}

/// What there is to do.
#[derive(Subcommand)]
enum Command {
    /// Serve everything and run the jobs.
    Serve(Listening),
    /// Fill ./data/demo with a lived-in district and serve it; anyone may sign in as anyone.
    Demo(Listening),
    /// Generate a district of any size; the same arguments give the same data.
    Seed(commands::SeedArgs),
    /// Bring in a table: volunteers, teams, regions.
    Import(commands::ImportArgs),
    /// Write a table (volunteers, teams, hours, activities) to a file.
    Export(commands::ExportArgs),
    /// Accounts of people who sign in.
    #[command(subcommand)]
    Account(commands::AccountCommand),
    /// Tokens of other systems.
    #[command(subcommand)]
    Token(commands::TokenCommand),
    /// Bring the database to this version.
    Migrate,
    /// Run jobs only.
    Work,
    /// Check keys, modes, clock, disk and database.
    Doctor,
    /// Check the trace; says the first line that was changed.
    Verify,
    /// Every route with the permission that it asks.
    Routes {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Why somebody may or may not.
    Explain {
        /// The account's sign-in name.
        actor: String,
        /// The permission, e.g. `activities.review`.
        verb: String,
        /// The region code of the object; empty asks whether it holds anywhere.
        #[arg(default_value = "")]
        object: String,
    },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::new(&cli.log);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(run(cli));
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    ended
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let place = cli.place;
    match cli.command {
        Command::Serve(listening) => serve::serve(&place, &listening).await,
        Command::Demo(listening) => serve::demo(place, listening).await,
        Command::Seed(args) => commands::seed(&place, &args).await,
        Command::Import(args) => commands::import(&place, args).await,
        Command::Export(args) => commands::export(&place, &args).await,
        Command::Account(command) => commands::account(&place, command).await,
        Command::Token(command) => commands::token(&place, command).await,
        Command::Migrate => commands::migrate(&place).await,
        Command::Work => serve::work(&place).await,
        Command::Doctor => commands::doctor(&place).await,
        Command::Verify => commands::verify(&place).await,
        Command::Routes { json } => commands::routes(&place, json).await,
        Command::Explain { actor, verb, object } => commands::explain(&place, &actor, &verb, &object).await,
    }
}

/// A file's path on the command line.
pub type FilePath = PathBuf;
