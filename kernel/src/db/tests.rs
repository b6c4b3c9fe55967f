//! The database on both engines: binding by number, rollback of one verb, one commit for many, gathering in order.

use super::*;
use crate::args;
use std::time::Duration;

async fn places() -> Vec<(Db, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let file = Place::File { path: folder.path().join("test.db"), durability: Durability::Off };
    let mut found = vec![(Db::open(&file).await.unwrap(), Some(folder))];
    #[expect(clippy::disallowed_methods, reason = "the kernel's own tests read where the test server is")]
    if let Ok(url) = std::env::var("QIYI_TEST_POSTGRES") {
        let name = format!("kernel_{}", crate::ids::fresh().simple());
        admin_execute(&url, &format!("CREATE DATABASE {name}")).await.unwrap();
        let (base, _) = url.rsplit_once('/').unwrap();
        found.push((Db::open(&Place::Server { url: format!("{base}/{name}"), lanes: 3 }).await.unwrap(), None));
    }
    for (db, _) in &found {
        const T: &[Migration] = &[Migration {
            name: "20260101_01_thing",
            sqlite: "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL, CHECK (id < 1000))",
            postgres: "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL, CHECK (id < 1000))",
        }];
        let mut all = T.to_vec();
        all.extend_from_slice(crate::migrations!["20261123_01_kernel"]);
        db.migrate(all.clone()).await.unwrap();
        assert!(db.migrate(all).await.unwrap().is_empty());
    }
    found
}

crate::row! { struct Two { a: i64, b: i64 } }
crate::row! { struct Count { n: i64 } }

async fn count(db: &Db) -> i64 {
    let row: Count = db.one("SELECT COUNT(*) AS n FROM thing", &[]).await.unwrap();
    row.n
}

#[tokio::test]
async fn arguments_are_bound_by_their_number_not_by_their_place() {
    for (db, _keep) in places().await {
        let sql = "SELECT CAST($2 AS BIGINT) AS a, CAST($1 AS BIGINT) AS b";
        let row: Two = db.one(sql, args![1_i64, 2_i64]).await.unwrap();
        assert_eq!((row.a, row.b), (2, 1));
    }
}

#[tokio::test]
async fn a_failed_verb_is_rolled_back_alone() {
    for (db, _keep) in places().await {
        let mut waiting = Vec::new();
        for id in 0..40_i64 {
            let db = db.clone();
            waiting.push(tokio::spawn(async move {
                db.write(LaneKey(7), async move |tx: &mut Tx<'_>| {
                    tx.execute("INSERT INTO thing (id, name) VALUES ($1, $2)", args![id, "x"]).await?;
                    if id % 4 == 0 { Err(Error::refused("no")) } else { Ok(id) }
                })
                .await
            }));
        }
        let mut kept = 0;
        for task in waiting {
            kept += i64::from(task.await.unwrap().is_ok());
        }
        assert_eq!(kept, 30);
        assert_eq!(count(&db).await, 30);
    }
}

#[tokio::test]
async fn a_broken_constraint_is_told_apart_and_a_panic_answers_only_itself() {
    for (db, _keep) in places().await {
        let insert = |id: i64| {
            let db = db.clone();
            async move {
                db.write(LaneKey(1), async move |tx: &mut Tx<'_>| {
                    assert!(id != 13, "unlucky");
                    tx.execute("INSERT INTO thing (id, name) VALUES ($1, 'x')", args![id]).await
                })
                .await
            }
        };
        assert!(insert(1).await.is_ok());
        assert!(matches!(insert(1).await, Err(Error::Violated(Violation::Unique(_)))));
        assert!(matches!(insert(5000).await, Err(Error::Violated(Violation::Check(_)))));
        assert!(matches!(insert(13).await, Err(Error::Internal(_))));
        assert!(insert(2).await.is_ok());
        assert_eq!(count(&db).await, 2);
    }
}

#[tokio::test]
async fn what_waits_together_is_answered_in_the_order_it_came() {
    for (db, _keep) in places().await {
        let gather: Gather<u8, i64, i64> = Gather::default();
        let mut waiting = Vec::new();
        for id in 0..200_i64 {
            let (gather, db) = (gather.clone(), db.clone());
            waiting.push(tokio::spawn(async move {
                gather
                    .submit(&db, LaneKey(3), 0, id, async move |tx: &mut Tx<'_>, items: Vec<i64>| {
                        let rows: Vec<Vec<Value>> = items.iter().map(|i| args![*i, "g"].to_vec()).collect();
                        tx.insert_many("INSERT INTO thing (id, name)", "", &rows).await?;
                        Ok(items.into_iter().map(Ok).collect())
                    })
                    .await
            }));
        }
        for (id, task) in waiting.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().unwrap(), i64::try_from(id).unwrap());
        }
        assert_eq!(count(&db).await, 200);
    }
}

crate::row! { struct Step { detail: String } }

#[tokio::test]
async fn one_district_is_not_read_whole_to_save_a_sort() {
    for (db, _keep) in places().await {
        if db.is_server() {
            continue;
        }
        db.write(LaneKey(1), async move |tx: &mut Tx<'_>| {
            let table = "CREATE TABLE part (tenant_id UUID NOT NULL, id BIGINT NOT NULL, whole BIGINT NOT NULL, PRIMARY KEY (tenant_id, id));
                         CREATE INDEX part_whole ON part (tenant_id, whole)";
            tx.script(table).await?;
            let tenant = crate::ids::fresh();
            let rows: Vec<_> = (0..600_i64).map(|n| args![tenant, n, n / 3].to_vec()).collect();
            tx.insert_many("INSERT INTO part (tenant_id, id, whole)", "", &rows).await
        })
        .await
        .unwrap();
        db.learn().await.unwrap();
        let sql = "EXPLAIN QUERY PLAN SELECT id FROM part WHERE tenant_id = $1 AND whole = $2 ORDER BY id";
        let steps: Vec<Step> = db.all(sql, args![crate::ids::fresh(), 1_i64]).await.unwrap();
        assert!(steps[0].detail.contains("part_whole"), "{}", steps[0].detail);
        db.learn().await.unwrap();
    }
}

/// What the file itself holds, without its log.
fn filed(folder: &tempfile::TempDir) -> i64 {
    let copy = folder.path().join("copy.db");
    std::fs::copy(folder.path().join("test.db"), &copy).unwrap();
    let connection = rusqlite::Connection::open(&copy).unwrap();
    connection.query_row("SELECT COUNT(*) FROM thing", [], |row| row.get(0)).unwrap_or(-1)
}

#[tokio::test]
async fn the_log_goes_into_the_file_when_nobody_has_written_for_a_second() {
    let (db, folder) = places().await.swap_remove(0);
    let folder = folder.unwrap();
    for id in 0..5_i64 {
        db.write(LaneKey(1), async move |tx: &mut Tx<'_>| {
            tx.execute("INSERT INTO thing (id, name) VALUES ($1, 'x')", args![id]).await
        })
        .await
        .unwrap();
    }
    assert!(filed(&folder) < 5, "while writing goes on the log is left alone");
    let until = std::time::Instant::now() + Duration::from_secs(10);
    while filed(&folder) < 5 && std::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(filed(&folder), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn learning_waits_for_no_writer_when_nothing_was_written() {
    let (db, _keep) = places().await.swap_remove(0);
    let learns = async || tokio::time::timeout(Duration::from_millis(300), db.learn()).await.is_ok();
    assert!(learns().await, "the first look");
    for write in [false, true] {
        if write {
            let sql = "INSERT INTO thing (id, name) VALUES (1, 'x')";
            db.write(LaneKey(1), async move |tx: &mut Tx<'_>| tx.execute(sql, &[]).await).await.unwrap();
        }
        let (go_on, held) = std::sync::mpsc::channel::<()>();
        let busy = db.clone();
        let holding = tokio::spawn(async move {
            busy.write(LaneKey(1), async move |_: &mut Tx<'_>| {
                let _ = held.recv();
                Ok(())
            })
            .await
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(learns().await, !write, "written before: {write}");
        drop(go_on);
        holding.await.unwrap().unwrap();
    }
    assert!(learns().await, "and then it looks");
}

#[tokio::test]
async fn a_whole_district_is_written_without_waiting_for_the_disk_and_the_usual_pace_waits_again() {
    crate::row! { struct Waits { synchronous: i64 } }
    crate::row! { struct Room { cache_size: i64 } }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let db = Db::open(&Place::File { path: path.clone(), durability: Durability::Full }).await.unwrap();
    let asked = async || {
        db.write(LaneKey(0), async |tx: &mut Tx<'_>| {
            let waits: Waits = tx.one("PRAGMA synchronous", &[]).await?;
            let room: Room = tx.one("PRAGMA cache_size", &[]).await?;
            Ok((waits.synchronous, room.cache_size))
        })
        .await
        .unwrap()
    };
    let (normal, full) = (1, 2);
    assert_eq!(asked().await, (full, -16_000));
    for (pace, set) in [(Pace::Many, (full, -262_144)), (Pace::Whole, (normal, -262_144))] {
        db.take_pace(pace).await.unwrap();
        assert_eq!(asked().await, set, "{pace:?}");
    }
    db.write(LaneKey(0), async |tx: &mut Tx<'_>| {
        tx.script("CREATE TABLE thing (id BIGINT); INSERT INTO thing VALUES (1)").await
    })
    .await
    .unwrap();
    assert_eq!(filed(&folder), -1, "the log is left alone until the end");
    db.take_pace(Pace::Usual).await.unwrap();
    assert_eq!((filed(&folder), asked().await), (1, (full, -16_000)));
}
