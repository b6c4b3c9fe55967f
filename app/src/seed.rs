//! The generator: a lived-in district of any size. The same arguments on the same day give the same data, but for sealed
//! fields and the keys of codes, which are never twice the same.

mod accounts;
mod dice;
mod ground;
mod lines;
mod lore;
mod news;
mod people;
mod plan;
mod records;
mod service;
#[cfg(test)]
mod tests;
mod world;

use anyhow::{Context as _, ensure};
use dice::Dice;
use kernel::db::{LaneKey, Pace, Value};
use kernel::{App, Cx, Read as _, TenantId, Tx, args};
use lore::Lore;
use std::fmt::{Display, Formatter};
use std::sync::Arc;
use std::time::Instant;

/// How large the district is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Volunteers.
    pub volunteers: u64,
    /// Teams.
    pub teams: u64,
    /// Activities, those to come included.
    pub activities: u64,
    /// Over how many days up to today.
    pub days: u64,
    /// About how many attendances.
    pub attendances: u64,
    /// The seed of the randomness.
    pub random: u64,
}

impl Size {
    /// Nanhai as it is told of 2012: 496 teams, 31,000 volunteers, 180,000 hours and 500,000 people served in a year.
    #[must_use]
    pub fn demo() -> Self {
        Self { volunteers: 31_000, teams: 496, activities: 2_000, days: 365, attendances: 90_000, random: 1 }
    }
}

/// What was made.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Volunteers.
    pub volunteers: usize,
    /// Teams.
    pub teams: usize,
    /// Activities.
    pub activities: usize,
    /// Sessions.
    pub sessions: usize,
    /// Attendances.
    pub attendances: usize,
    /// Minutes in the ledger.
    pub minutes: i64,
    /// People served, person-times.
    pub served: i64,
    /// Milliseconds that it took.
    pub took: u128,
}

impl Display for Summary {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "made {} volunteers in {} teams, {} activities with {} sessions, {} attendances, {} hours, {} people served; {:.1} s",
            self.volunteers,
            self.teams,
            self.activities,
            self.sessions,
            self.attendances,
            self.minutes / 60,
            self.served,
            self.took as f64 / 1000.0
        )
    }
}

/// Fills an empty district. `progress` is told what is being made, how much of it is done and how much there will be.
///
/// # Errors
/// When the district has people already, or the database refuses.
pub async fn generate(
    app: &Arc<App>,
    tenant: TenantId,
    size: &Size,
    mut progress: impl FnMut(&str, u64, u64),
) -> anyhow::Result<Summary> {
    let began = Instant::now();
    ensure!(
        size.volunteers >= size.teams && size.teams > 0 && size.days >= 7,
        "too small: a team needs a volunteer, and a week"
    );
    ensure!(is_empty(app, tenant).await?, "the district has people already; seed an empty one");
    let lore = Lore::read()?;
    let mut dice = Dice::new(size.random);
    let cx = Cx::system(app, tenant);

    app.db.take_pace(Pace::Whole).await.map_err(plain)?;
    progress("teams", 0, size.teams);
    let mut world = ground::make(&cx, &lore, size, &mut dice).await?;
    people::make(&cx, &lore, size, &mut world, &mut dice, &mut progress).await?;
    let plan = plan::make(&lore, size, &mut world, &mut dice);
    plan::write(&cx, &lore, &world, &plan, &mut dice).await?;
    let mut made = service::make(&cx, &lore, &mut world, &plan, &mut dice, &mut progress).await?;
    accounts::make(&cx, &lore, &world, &plan).await?;
    progress("figures", 0, 1);
    lines::make(&cx, &world, &plan, &mut dice).await?;
    records::make(&cx, &world, &plan, &mut dice).await?;
    news::make(&cx, &world, &mut dice).await?;
    service::settle(&cx).await?;
    app.db.take_pace(Pace::Usual).await.map_err(plain)?;
    progress("figures", 1, 1);

    made.volunteers = world.people.len();
    made.teams = world.teams.len();
    made.activities = plan.activities.len();
    made.sessions = plan.sessions.len();
    made.took = began.elapsed().as_millis();
    Ok(made)
}

async fn is_empty(app: &Arc<App>, tenant: TenantId) -> anyhow::Result<bool> {
    kernel::row! { struct Any { id: kernel::ids::Raw } }
    let any: Option<Any> =
        app.db.optional("SELECT id FROM person WHERE tenant_id = $1 LIMIT 1", args![tenant]).await.map_err(plain)?;
    Ok(any.is_none())
}

fn plain(error: kernel::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

/// Rows for one table: the head of the INSERT and the cells.
struct Rows {
    head: &'static str,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    fn new(head: &'static str) -> Self {
        Self { head, rows: Vec::new() }
    }
}

/// Writes rows of several tables in one transaction.
async fn put(cx: &Cx, tables: Vec<Rows>) -> anyhow::Result<()> {
    cx.db
        .write(LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
            for table in &tables {
                tx.insert_many(table.head, "", &table.rows).await?;
            }
            Ok(())
        })
        .await
        .map_err(plain)
        .context("writing what was generated")
}
