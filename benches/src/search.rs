//! Search among 100,000 people on SQLite, in this process: each kind of query as the kernel finds ids, and as the desk's list
//! reads its first page.

use crate::roster::{name, phone};
use crate::stage::{Open, Stage, block_on, plain};
use crate::table::{Row, Runs, millis};
use anyhow::{Result, ensure};
use kernel::db::Value;
use kernel::policy::{Grant, Role, Scope};
use kernel::{Actor, Tx, args, search};
use people::{PersonFilter, PersonId, Ties};
use std::time::Instant;

/// People on record.
const PEOPLE: usize = 100_000;
/// Queries of each kind.
const QUERIES: usize = 200;
/// Rows of a page.
const PAGE: i64 = 20;

/// A kind of query, made from the number of somebody who is there.
type Make = fn(usize) -> String;

const KINDS: [(&str, Make); 6] = [
    ("name", name),
    ("part of a name", |number| name(number).chars().skip(1).collect()),
    ("one character", |number| name(number).chars().take(1).collect()),
    ("pinyin", |number| search::pinyin(&name(number)).0),
    ("initials", |number| search::pinyin(&name(number)).1),
    ("phone tail", |number| phone(number)[7..].to_owned()),
];

/// Median and worst of each kind.
pub fn measure(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.empty("search")?;
    let count = stage.of(PEOPLE);
    block_on(async {
        let open = Open::folder(&folder.path).await?;
        fill(&open, count).await?;
        // As the server does at its start and every minute.
        open.app.db.learn().await.map_err(plain)?;
        let actor = Actor { grants: vec![Grant { role: Role::District, scope: Scope::Tenant }], ..Actor::default() };
        let reach = open.cx().acting(actor).reach(people::policy::READ);
        let mut rows = Vec::new();
        for (kind, make) in KINDS {
            let queries: Vec<String> = (0..QUERIES).map(|n| make(n * count / QUERIES)).collect();
            let mut found = Vec::new();
            let mut listed = Vec::new();
            for query in queries.iter().take(QUERIES / 10).chain(&queries) {
                let began = Instant::now();
                let hits = search::find(&open.app.db, open.tenant, "person", query, PAGE).await.map_err(plain)?;
                found.push(millis(began.elapsed()));
                ensure!(!hits.is_empty(), "nobody is found by {query:?} ({kind})");
                let filter = PersonFilter { query: query.clone(), ..PersonFilter::default() };
                let ties = open.app.part::<Ties>();
                let began = Instant::now();
                let page = people::list(&open.app.db, open.tenant, &filter, (&reach, ties), (None, PAGE)).await;
                listed.push(millis(began.elapsed()));
                ensure!(!page.map_err(plain)?.is_empty(), "nobody is listed by {query:?} ({kind})");
            }
            rows.push(row(count, &format!("{kind}, ids"), found));
            rows.push(row(count, &format!("{kind}, first page of the list"), listed));
        }
        Ok(rows)
    })
}

fn row(count: usize, kind: &str, waits: Vec<f64>) -> Row {
    let waits = Runs::new(waits.into_iter().skip(QUERIES / 10).collect());
    let shown = format!("{:.2} ms, worst {:.2} ms", waits.median(), waits.most());
    Row::alone(format!("search among {count} people by {kind}"), shown, "<= 10 ms", waits.most() <= 10.0)
}

/// As an import fills the tables: rows and tokens, in the order of their index.
async fn fill(open: &Open, count: usize) -> Result<()> {
    let (tenant, now) = (open.tenant, open.app.clock.now());
    let day = kernel::time::day(now);
    for first in (0..count).step_by(10_000) {
        let (mut people, mut tokens): (Vec<Vec<Value>>, Vec<Vec<Value>>) = (Vec::new(), Vec::new());
        for number in first..count.min(first + 10_000) {
            let (id, name, phone) = (PersonId::fresh(), name(number), phone(number));
            let key = search::sort_key(&name);
            let serial = format!("440605{number:08}0");
            let extra = [phone[7..].to_owned(), phone.clone(), serial.clone()];
            tokens.extend(search::cells(tenant, "person", id.0, &name, &extra));
            people.push(
                args![tenant, id, name, key, "2", phone, serial, "440605125003", day, "active", now, now].to_vec(),
            );
        }
        tokens.sort_unstable_by_key(|cells| format!("{:?}", cells[2]));
        let head = "INSERT INTO person (tenant_id, id, name, sort_key, sex, phone, volunteer_no, region_code, registered_on, state,
                      created_at, updated_at)";
        open.write(async move |tx: &mut Tx<'_>| {
            tx.insert_many(head, "", &people).await?;
            tx.insert_many(search::INSERT, "ON CONFLICT DO NOTHING", &tokens).await
        })
        .await?;
    }
    Ok(())
}
