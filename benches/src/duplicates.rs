//! Everybody compared with everybody: a hundred thousand people, two in a hundred of them on record twice.

use crate::roster::{name, phone};
use crate::stage::{Open, Stage, block_on, plain};
use crate::table::{Row, Runs, float};
use anyhow::{Result, ensure};
use chrono::{Days, NaiveDate};
use kernel::db::Value;
use kernel::{Tx, args, search};
use people::{PersonId, duplicates};
use std::time::Instant;

/// People on record.
const PEOPLE: usize = 100_000;
/// Of so many, one is on record twice.
const DOUBLED: usize = 50;

/// Reading everybody, comparing, and writing down the pairs.
pub fn measure(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.empty("duplicates")?;
    let count = stage.of(PEOPLE);
    block_on(async {
        let open = Open::folder(&folder.path).await?;
        fill(&open, count).await?;
        let mut waits = Vec::new();
        for _ in 0..stage.runs {
            let began = Instant::now();
            let found = duplicates::find_all(&open.cx()).await.map_err(plain)?;
            waits.push(began.elapsed().as_secs_f64());
            let doubled = i64::try_from(count / DOUBLED)?;
            ensure!(found >= doubled, "{found} of {doubled} doubles were found");
        }
        let waits = Runs::new(waits);
        let rate = float(count) / waits.median();
        let shown = format!("{} ({rate:.0} people/s)", waits.show(2, " s"));
        Ok(vec![Row::alone(format!("doubles among {count} people"), shown, "<= 30 s", waits.median() <= 30.0)])
    })
}

/// Every fiftieth comes again, without a document and in another form of the name's sound: what nights find.
async fn fill(open: &Open, count: usize) -> Result<()> {
    let (tenant, now) = (open.tenant, open.app.clock.now());
    let day = kernel::time::day(now);
    let born = |number: usize| {
        let first = NaiveDate::from_ymd_opt(1945, 1, 1);
        first.and_then(|day| day.checked_add_days(Days::new((number.wrapping_mul(7_919) % 24_000) as u64)))
    };
    for first in (0..count).step_by(10_000) {
        let mut people: Vec<Vec<Value>> = Vec::new();
        for number in first..count.min(first + 10_000) {
            let again = number % DOUBLED == 1;
            // The one before, once more.
            let of = if again { number - 1 } else { number };
            let (id, name, kind) = (PersonId::fresh(), name(of), (!again).then_some("111"));
            let tail = kind.map(|_| format!("{:04}", number % 10_000));
            let hash = kind.map(|_| number.to_le_bytes().to_vec());
            let key = search::sort_key(&name);
            people.push(
                args![
                    tenant,
                    id,
                    name,
                    key,
                    "2",
                    born(of),
                    phone(of),
                    kind,
                    hash,
                    tail,
                    "440605125003",
                    day,
                    "active",
                    now,
                    now
                ]
                .to_vec(),
            );
        }
        let head = "INSERT INTO person (tenant_id, id, name, sort_key, sex, birth_date, phone, id_kind, id_hash, id_tail, region_code,
                      registered_on, state, created_at, updated_at)";
        open.write(async move |tx: &mut Tx<'_>| tx.insert_many(head, "", &people).await.map(|_| ())).await?;
    }
    Ok(())
}
