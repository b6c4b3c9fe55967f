//! The process that rolls up the figures dies: the next one goes on within seconds, and a living one is left its work.

use crate::ground::{Ground, Open, block_on, plain};
use anyhow::{Result, ensure};
use kernel::{Read as _, args, row};
use std::time::{Duration, Instant};
use testkit::process::{Qiyi, signal};

/// It takes three or four seconds; a busy machine is given some more, and what was held for half a minute is found.
const PATIENCE: Duration = Duration::from_secs(12);

row! { struct Held { holder: String } }

async fn holder(open: &Open) -> Result<Option<String>> {
    let sql = "SELECT holder FROM lease WHERE name = 'hours.roll_up'";
    let held: Option<Held> = open.app.db.optional(sql, args![]).await.map_err(plain)?;
    Ok(held.map(|held| held.holder))
}

/// Waits until somebody else than `before` rolls up; how long that took.
async fn taken_over(open: &Open, before: Option<&str>, patience: Duration) -> Result<(String, Duration)> {
    let began = Instant::now();
    loop {
        if let Some(now) = holder(open).await?.filter(|now| Some(now.as_str()) != before) {
            return Ok((now, began.elapsed()));
        }
        ensure!(began.elapsed() < patience, "nobody took over in {patience:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn kill(qiyi: &Qiyi) -> Result<()> {
    signal(qiyi.pid(), "KILL")
}

#[test]
fn what_a_killed_process_held_is_taken_over_within_the_time_of_fresh_figures() -> Result<()> {
    let Some(ground) = Ground::server()? else { return Ok(()) };
    block_on(async { ground.open().await.map(drop) })?;
    let first = ground.serve().start()?;
    let dead = block_on(async { taken_over(&ground.open().await?, None, PATIENCE).await })?.0;
    kill(&first)?;
    let killed = Instant::now();
    let second = ground.serve().start()?;
    let (heir, _) = block_on(async { taken_over(&ground.open().await?, Some(&dead), Duration::from_secs(45)).await })?;
    let after = killed.elapsed();
    println!("taken over {after:?} after the kill");
    ensure!(after < PATIENCE, "the figures stood still for {after:?}");

    // A third process beside it is polite for as long as the second one lives, and goes on when it is gone.
    let third = ground.serve().start()?;
    let stays = block_on(async { taken_over(&ground.open().await?, Some(&heir), Duration::from_secs(7)).await });
    ensure!(stays.is_err(), "a living process lost its lease: {stays:?}");
    kill(&second)?;
    let (_, after) = block_on(async { taken_over(&ground.open().await?, Some(&heir), PATIENCE).await })?;
    println!("taken over by the one beside it {after:?} after the kill");
    third.stop()?;
    ensure!(block_on(async { holder(&ground.open().await?).await })?.is_none(), "who stops gives back what it holds");
    Ok(())
}
