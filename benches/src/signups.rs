//! Durable sign-ups into one activity, answer = on the disk, inside this process: on SQLite beside the same sign-ups one after
//! the other, each with a commit of its own, and beside two bare statements with a commit; on PostgreSQL beside `pgbench` with
//! the same two statements on one hot row.

use crate::postgres::Postgres;
use crate::rush::faults;
use crate::stage::{Hot, Open, Stage, block_on, plain};
use crate::table::{Row, Runs, float};
use activities::SignupId;
use anyhow::{Context as _, Result, ensure};
use kernel::db::{LaneKey, Place, Value};
use kernel::{Tx, args};
use organisations::{Kind, NewOrganisation};
use people::PersonId;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// People who want the same thing.
const PEOPLE: usize = 20_000;
/// Places that there are, the most that a post may have.
const PLACES: usize = 10_000;
/// How many wait for their answer at a time.
const TASKS: usize = 128;
/// Sign-ups of one control, and the time that it may take.
const CONTROLS: usize = 2_000;
const PATIENCE: Duration = Duration::from_secs(5);

/// Both engines.
pub fn measure(stage: &Stage) -> Result<Vec<Row>> {
    let mut rows = sqlite(stage)?;
    match on_postgres(stage) {
        Ok(row) => rows.push(row),
        Err(error) => rows.push(Row::failed("durable sign-ups into one activity, PostgreSQL", &error)),
    }
    Ok(rows)
}

/// What is wanted, by whom.
struct Scene {
    open: Open,
    people: Arc<Vec<PersonId>>,
    hot: Vec<Hot>,
}

fn sqlite(stage: &Stage) -> Result<Vec<Row>> {
    let folder = stage.empty("signups")?;
    let (one, many) = (folder.path.join("one"), folder.path.join("many"));
    let (alone, bare) = block_on(async {
        let controls = stage.of(CONTROLS);
        let single = Scene::set(&file(&one)?, &one, controls, stage.runs * 4).await?;
        let crowded = Scene::set(&file(&many)?, &many, stage.of(PEOPLE), stage.runs + 1).await?;
        crowded.rush(0, stage.of(PEOPLE) / 10).await?;
        let (mut alone, mut bare) = (Vec::new(), Vec::new());
        for run in 0..stage.runs {
            let before = (single.one_by_one(run * 4).await?, single.bare(run * 4 + 1).await?);
            let measured = crowded.rush(run + 1, stage.of(PEOPLE)).await?;
            let after = (single.one_by_one(run * 4 + 2).await?, single.bare(run * 4 + 3).await?);
            eprintln!("   run {}: {before:.0?}, {measured:.0}, {after:.0?} a second", run + 1);
            crowded.check(run + 1).await?;
            alone.push((measured, before.0, after.0));
            bare.push((measured, before.1, after.1));
        }
        Ok((alone, bare))
    })?;
    let name = format!("durable sign-ups into one activity, SQLite, {TASKS} tasks");
    let beside = row(name.clone(), "two bare statements and a commit each, same disk", &bare, 10.0);
    let beside = Row { goal: String::new(), met: None, ..beside };
    Ok(vec![row(name, "the same sign-up, one commit each, same disk", &alone, 10.0), beside])
}

fn file(folder: &Path) -> Result<Place> {
    std::fs::create_dir_all(folder)?;
    Ok(Place::File { path: folder.join("qiyi.db"), durability: kernel::db::Durability::Full })
}

fn on_postgres(stage: &Stage) -> Result<Row> {
    let server = Postgres::start()?;
    let folder = stage.empty("signups-postgres")?;
    let script = folder.path.join("signup.sql");
    std::fs::write(&script, SCRIPT)?;
    // One runtime for all of it: the pool's connections live in the one that opened them.
    let pairs = block_on(async {
        let place = Place::Server { url: server.url(), lanes: 4 };
        let scene = Scene::set(&place, &folder.path, stage.of(PEOPLE), stage.runs + 1).await?;
        kernel::db::admin_execute(&server.url(), TABLES).await?;
        scene.rush(0, stage.of(PEOPLE) / 10).await?;
        // What the server does by itself within a minute of a load.
        kernel::db::admin_execute(&server.url(), "ANALYZE").await?;
        let mut pairs = Vec::new();
        for run in 0..stage.runs {
            let before = server.pgbench(&script, stage.seconds())?;
            let measured = scene.rush(run + 1, stage.of(PEOPLE)).await?;
            let after = server.pgbench(&script, stage.seconds())?;
            eprintln!("   run {}: {before:.0}, {measured:.0}, {after:.0} a second", run + 1);
            scene.check(run + 1).await?;
            pairs.push((measured, before, after));
        }
        Ok(pairs)
    })?;
    let name = format!("durable sign-ups into one activity, PostgreSQL, {TASKS} tasks");
    Ok(row(name, "pgbench, one hot row, 32 connections", &pairs, 5.0))
}

/// As `post` and `signup`, without the checks and foreign keys that a control does not need.
const TABLES: &str =
    "CREATE TABLE bench_post (LIKE post INCLUDING INDEXES); INSERT INTO bench_post SELECT * FROM post LIMIT 1;
     CREATE TABLE bench_signup (LIKE signup INCLUDING INDEXES);";

/// The transaction of a sign-up: one row that everybody wants, and a row of one's own.
const SCRIPT: &str = "BEGIN;
UPDATE bench_post SET taken = taken + 1, next_position = next_position + 1;
INSERT INTO bench_signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state, position, starts_at, ends_at, made_at, changed_at)
  SELECT tenant_id, gen_random_uuid(), activity_id, session_id, id, gen_random_uuid(), activity_id, 'joined', 1, now(), now(), now(), now() FROM bench_post;
END;
";

fn row(name: String, control: &str, pairs: &[(f64, f64, f64)], goal: f64) -> Row {
    let mean = |(_, before, after): &(f64, f64, f64)| f64::midpoint(*before, *after);
    let unsteady = pairs.iter().filter(|p| (p.1 - p.2).abs() > 0.2 * mean(p)).count();
    let note = if unsteady == 0 { String::new() } else { format!("; {unsteady} unsteady") };
    let ratio: Runs = pairs.iter().map(|p| p.0 / mean(p)).collect();
    let controls: Runs = pairs.iter().map(mean).collect();
    Row {
        promise: name,
        measured: pairs.iter().map(|p| p.0).collect::<Runs>().show(0, "/s"),
        control: format!("{} ({control}){note}", controls.show(0, "/s")),
        ratio: ratio.show(1, ""),
        goal: format!(">= {goal} times"),
        met: Some(ratio.median() >= goal),
    }
}

impl Scene {
    /// A new district with these many people, and activities on days of their own.
    async fn set(place: &Place, folder: &Path, people: usize, activities: usize) -> Result<Self> {
        let open = Open::at(place, &folder.join("qiyi.key")).await?;
        let (cx, tenant) = (open.cx(), open.tenant);
        open.write(async move |tx: &mut Tx<'_>| {
            let team = NewOrganisation::team("沥雄社区志愿服务队", Kind::Village, "440605125003", None);
            organisations::insert(tx, &cx, &team).await
        })
        .await?;
        let now = open.app.clock.now();
        let people: Vec<PersonId> = (0..people).map(|_| PersonId::fresh()).collect();
        for part in people.chunks(2_000) {
            let rows: Vec<Vec<Value>> = part.iter().map(|id| person(tenant, *id, now)).collect();
            open.write(async move |tx: &mut Tx<'_>| tx.insert_many(PERSON, "", &rows).await).await?;
        }
        let mut hot = Vec::new();
        for day in 0..activities {
            hot.push(open.publish("一万份防疫物资派发", 30 + u64::try_from(day)?, i64::try_from(PLACES)?).await?);
        }
        Ok(Self { open, people: Arc::new(people), hot })
    }

    /// Everybody signs up for the same activity, `TASKS` at a time; answers sign-ups per second.
    async fn rush(&self, activity: usize, wanted: usize) -> Result<f64> {
        let post = self.hot.get(activity).context("there is an activity for each run")?.post;
        let taken = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        let began = Instant::now();
        for _ in 0..TASKS {
            let (cx, people, taken) = (self.open.cx(), Arc::clone(&self.people), Arc::clone(&taken));
            tasks.spawn(async move {
                loop {
                    let at = taken.fetch_add(1, Ordering::Relaxed);
                    let Some(person) = people[..wanted.min(people.len())].get(at) else { return Ok(()) };
                    activities::sign_up(&cx, *person, post).await.map_err(plain)?;
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            let ended: Result<()> = ended?;
            ended?;
        }
        Ok(float(wanted) / began.elapsed().as_secs_f64())
    }

    async fn check(&self, activity: usize) -> Result<()> {
        let size = (self.people.len(), PLACES);
        let wrong = faults(&self.open, self.open.tenant, self.hot[activity], size).await?;
        ensure!(wrong.is_empty(), "the sign-ups are wrong: {}", wrong.join(", "));
        Ok(())
    }

    /// The same sign-up one after the other, each with a commit of its own; answers sign-ups per second.
    async fn one_by_one(&self, activity: usize) -> Result<f64> {
        let post = self.hot.get(activity).context("there is an activity for each control")?.post;
        let cx = self.open.cx();
        let began = Instant::now();
        let mut made = 0;
        for &person in self.people.iter() {
            activities::sign_up(&cx, person, post).await.map_err(plain)?;
            made += 1;
            if began.elapsed() > PATIENCE {
                break;
            }
        }
        Ok(float(made) / began.elapsed().as_secs_f64())
    }

    /// Two statements one after the other, each pair with a commit of its own; answers pairs per second.
    async fn bare(&self, activity: usize) -> Result<f64> {
        let hot = *self.hot.get(activity).context("there is an activity for each control")?;
        let (tenant, now) = (self.open.tenant, self.open.app.clock.now());
        let began = Instant::now();
        let mut made = 0;
        for &person in self.people.iter() {
            let verb = async move |tx: &mut Tx<'_>| {
                let sql = "UPDATE post SET taken = taken + 1, next_position = next_position + 1 WHERE tenant_id = $1 AND id = $2";
                tx.execute(sql, args![tenant, hot.post]).await?;
                let cells = args![
                    tenant,
                    SignupId::fresh(),
                    hot.activity,
                    hot.session,
                    hot.post,
                    person,
                    hot.activity.0,
                    "joined",
                    1_i64,
                    now,
                    now,
                    now,
                    now
                ];
                tx.execute(SIGNUP, cells).await
            };
            self.open.app.db.write(LaneKey(2), verb).await.map_err(plain)?;
            made += 1;
            if began.elapsed() > PATIENCE {
                break;
            }
        }
        Ok(float(made) / began.elapsed().as_secs_f64())
    }
}

const SIGNUP: &str = "INSERT INTO signup (tenant_id, id, activity_id, session_id, post_id, person_id, organisation_id, state,
     position, starts_at, ends_at, made_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// The head for `Tx::insert_many` of `person`.
const PERSON: &str = "INSERT INTO person (tenant_id, id, name, sort_key, sex, region_code, registered_on, state, created_at, updated_at)";

fn person(tenant: kernel::TenantId, id: PersonId, now: chrono::DateTime<chrono::Utc>) -> Vec<Value> {
    let name = "陈慧敏";
    let (key, day) = (kernel::search::sort_key(name), kernel::time::day(now));
    args![tenant, id, name, key, "2", "440605125003", day, "active", now, now].to_vec()
}
