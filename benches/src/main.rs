//! `bench`: measures what the project promises about speed and prints it as a Markdown table. What is measured how, and with
//! which control, is told in `benches/README.md`.

#![expect(clippy::print_stdout, reason = "a benchmark's result goes to standard output")]

mod bare;
mod district;
mod duplicates;
mod line;
mod pages;
mod phone;
mod postgres;
#[path = "../../app/src/rooms.rs"]
mod rooms;
mod roster;
mod rush;
mod search;
mod signups;
mod stage;
mod table;

use clap::{Parser, Subcommand};
use stage::Stage;
use std::net::SocketAddr;
use std::path::PathBuf;
use table::{Row, Table};

/// Measures what the project promises.
#[derive(Parser)]
#[command(name = "bench", about)]
struct Cli {
    /// A fiftieth of every size, and short runs: only to see that everything works.
    #[arg(long, global = true)]
    small: bool,
    /// Generate the district anew instead of taking the one that is kept.
    #[arg(long, global = true)]
    fresh: bool,
    /// How many times each thing is measured; the median counts. 5, or 2 with --small.
    #[arg(long, global = true)]
    runs: Option<usize>,
    /// The folder of the kept district and of the copies, on the disk that is to be measured.
    #[arg(long, global = true, default_value = "target/bench")]
    folder: PathBuf,
    /// The built `qiyi`; the one beside this program unless told.
    #[arg(long, global = true)]
    qiyi: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// One for each row of `benches/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
enum Command {
    /// The activity list and the activity page beside a bare server.
    Pages,
    /// First views on a slow phone and a slow network, in Chromium.
    Phone,
    /// 2,000 clients at once for 200 places, over HTTP.
    Rush,
    /// Durable sign-ups into one activity, on SQLite and PostgreSQL, beside one commit each and pgbench.
    Signups,
    /// The year report, as page and as JSON.
    Report,
    /// The spreadsheet of all volunteers.
    Export,
    /// From the start to /readyz.
    Start,
    /// Memory at rest and in the rush.
    Memory,
    /// A roster of 31,000 rows: preview and commit.
    Import,
    /// `qiyi seed` of the whole district.
    Seed,
    /// Search among 100,000 people.
    Search,
    /// Doubles among 100,000 people.
    Duplicates,
    /// All of them, one after the other.
    All,
    /// The control server of `pages`.
    #[command(hide = true)]
    Bare {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
}

/// In this order the district is there before it is asked for, and what fills the disk's queue comes late.
const ORDER: [Command; 12] = [
    Command::Seed,
    Command::Start,
    Command::Memory,
    Command::Report,
    Command::Export,
    Command::Pages,
    Command::Phone,
    Command::Rush,
    Command::Search,
    Command::Duplicates,
    Command::Signups,
    Command::Import,
];

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if let Command::Bare { listen } = cli.command {
        return bare::serve(listen);
    }
    if cfg!(debug_assertions) {
        eprintln!("this is a debug build: its figures say nothing (cargo build --release -p benches -p app)");
    }
    let stage = Stage::new(&cli.folder, cli.qiyi, cli.small, cli.fresh, cli.runs)?;
    let mut table = Table::default();
    let mut failed = false;
    let all = cli.command == Command::All;
    for command in if all { ORDER.to_vec() } else { vec![cli.command] } {
        eprintln!("== {command:?}");
        match measure(&stage, command, all) {
            Ok(rows) => {
                // Whoever stops a long run keeps what it has found.
                eprint!("{}", rows.iter().map(|row| format!("   {row}\n")).collect::<String>());
                table.rows.extend(rows);
            }
            Err(error) => {
                failed = true;
                eprintln!("{command:?}: {error:#}");
                table.rows.push(Row::failed(&format!("{command:?}").to_lowercase(), &error));
            }
        }
    }
    println!("{}\n\n{table}", table::facts(&stage));
    anyhow::ensure!(!failed, "not everything could be measured");
    Ok(())
}

fn measure(stage: &Stage, command: Command, all: bool) -> anyhow::Result<Vec<Row>> {
    match command {
        Command::Pages => pages::measure(stage),
        Command::Phone => phone::measure(stage),
        Command::Rush => rush::measure(stage),
        Command::Signups => signups::measure(stage),
        Command::Report => district::report(stage),
        Command::Export => district::export(stage),
        Command::Start => district::start(stage),
        Command::Memory => {
            let mut rows = vec![district::memory(stage)?];
            // In a whole run the rush comes later and tells its own.
            if !all {
                rows.extend(rush::measure(stage)?.into_iter().filter(|row| row.promise.contains("memory")));
            }
            Ok(rows)
        }
        Command::Import => roster::measure(stage),
        Command::Seed => district::seed(stage),
        Command::Search => search::measure(stage),
        Command::Duplicates => duplicates::measure(stage),
        Command::All | Command::Bare { .. } => Ok(Vec::new()),
    }
}
