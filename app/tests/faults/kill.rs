//! The power goes in the middle of a rush, again and again: what was acknowledged is there, once, and nothing is half there.

use crate::ground::{Ground, Held, Member, Open, block_on, plain};
use crate::laws;
use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Duration, Utc};
use kernel::ids::Raw;
use kernel::{Read as _, Tx, args, row};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use testkit::client::{AsyncClient, form_fields};
use testkit::load;
use testkit::process::signal;

/// How often the program is killed.
const LIVES: usize = 4;
const SIGN_UPS: usize = 360;
const PLACES: i64 = 90;
const ARRIVALS: usize = 100;
const DEPARTURES: usize = 100;

#[test]
fn on_sqlite_a_kill_in_the_rush_loses_and_doubles_nothing_that_was_acknowledged() -> Result<()> {
    story(&Ground::file()?)
}

#[test]
fn on_postgres_a_kill_in_the_rush_loses_and_doubles_nothing_that_was_acknowledged() -> Result<()> {
    Ground::server()?.map_or(Ok(()), |ground| story(&ground))
}

/// What somebody wants; repeated until it is acknowledged.
#[derive(Clone)]
enum Wish {
    SignUp(Member, Held),
    Arrive(Raw, Held, String),
    Depart(Raw, Held, String),
}

/// What the program said was done.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    SignedUp(Raw),
    Came(DateTime<Utc>),
    Left(DateTime<Utc>),
}

fn story(ground: &Ground) -> Result<()> {
    await_daytime();
    let wishes = block_on(prepare(ground))?;
    let mut told: HashMap<usize, Told> = HashMap::new();
    let mut restarts = Vec::new();
    for life in 0..=LIVES {
        let qiyi = ground.serve().patience(std::time::Duration::from_secs(10)).start()?;
        restarts.push(qiyi.ready_after());
        block_on(check(ground, &wishes, &told))?;
        let left: Vec<usize> = (0..wishes.len()).filter(|at| !told.contains_key(at)).collect();
        ensure!(!left.is_empty(), "everybody was answered before the program was killed {LIVES} times");
        // The last life is not cut short.
        let kill_at = (life < LIVES).then(|| rand::random_range(1..=(left.len() / 3).max(1)));
        let answered = block_on(rush(qiyi.address(), qiyi.pid(), &wishes, &left, kill_at))?;
        println!("life {life}: {} of {} acknowledged", answered.len(), left.len());
        ensure!(life < LIVES || answered.len() == left.len(), "an untroubled program answers everybody");
        told.extend(answered);
        if life == LIVES {
            qiyi.stop()?;
        }
    }
    println!("from start to /readyz: {restarts:?}");
    block_on(async {
        check(ground, &wishes, &told).await?;
        let open = ground.open().await?;
        laws::figures_agree(&open).await?;
        let joined = open.count("SELECT COUNT(*) AS n FROM signup WHERE tenant_id = $1 AND state = 'joined'").await?;
        let all = i64::try_from(ARRIVALS + DEPARTURES)? + PLACES;
        ensure!(joined == all, "{joined} have a place instead of {all}");
        Ok(())
    })
}

/// Services lie within one day: around midnight this waits for the day to begin.
fn await_daytime() {
    let near = || {
        let minute = (now() - kernel::time::day_start(kernel::time::day(now()))).num_minutes();
        !(5..24 * 60 - 8).contains(&minute)
    };
    while near() {
        std::thread::sleep(std::time::Duration::from_secs(5));
    }
}

fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

async fn prepare(ground: &Ground) -> Result<Vec<Wish>> {
    let open = ground.open().await?;
    let (_, token) = open.officer().await?;
    let day = kernel::time::day_start(kernel::time::day(now()));
    let running =
        ((now() - Duration::hours(2)).max(day), (now() + Duration::hours(2)).min(day + Duration::minutes(1439)));
    let hot = open
        .publish("中秋派粮油", (now() + Duration::days(9), now() + Duration::days(9) + Duration::minutes(30)), PLACES)
        .await?;
    let held = open.publish("长者饭堂", running, i64::try_from(ARRIVALS + DEPARTURES)?).await?;
    let (eager, serving) = (open.members(SIGN_UPS).await?, open.members(ARRIVALS + DEPARTURES).await?);
    for member in &serving {
        activities_joined(&open, member.person, held).await?;
    }
    let inside: Vec<Raw> = serving[ARRIVALS..].iter().map(|m| m.person).collect();
    came_before(&open, inside, held).await?;
    let mut wishes: Vec<Wish> = eager.into_iter().map(|member| Wish::SignUp(member, hot)).collect();
    wishes.extend(serving.iter().enumerate().map(|(at, member)| match at < ARRIVALS {
        true => Wish::Arrive(member.person, held, token.clone()),
        false => Wish::Depart(member.person, held, token.clone()),
    }));
    Ok(wishes)
}

async fn activities_joined(open: &Open, person: Raw, held: Held) -> Result<()> {
    activities::signups::sign_up(&open.cx(), people::PersonId(person), held.post).await.map_err(plain)?;
    Ok(())
}

/// These came some minutes ago, so that leaving writes hours.
async fn came_before(open: &Open, people: Vec<Raw>, held: Held) -> Result<()> {
    let cx = open.cx();
    for person in &people {
        let person = people::PersonId(*person);
        attendance::check_in(&cx, held.session, person, attendance::Via::List).await.map_err(plain)?;
    }
    let (tenant, earlier) = (open.tenant, cx.now - Duration::minutes(3));
    let sql = "UPDATE attendance SET in_at = $1 WHERE tenant_id = $2";
    open.write(async move |tx: &mut Tx<'_>| tx.execute(sql, args![earlier, tenant]).await).await?;
    Ok(())
}

/// Everybody at once; when so many were answered, the program is killed.
async fn rush(
    address: &str,
    pid: u32,
    wishes: &[Wish],
    left: &[usize],
    kill_at: Option<usize>,
) -> Result<HashMap<usize, Told>> {
    let (answered, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let killer = kill_at.map(|kill_at| {
        let (answered, ended) = (Arc::clone(&answered), Arc::clone(&ended));
        std::thread::spawn(move || {
            while answered.load(Ordering::Relaxed) < kill_at && !ended.load(Ordering::Relaxed) {
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
            signal(pid, "KILL")
        })
    });
    let crowd = load::crowd(address, left.len(), |number, mut client| {
        let (wish, answered) = (wishes[left[number]].clone(), Arc::clone(&answered));
        async move {
            let told = wish.ask(&mut client).await?;
            answered.fetch_add(1, Ordering::Relaxed);
            Ok(told)
        }
    });
    let crowd = crowd.await?;
    ended.store(true, Ordering::Relaxed);
    if let Some(killer) = killer {
        killer.join().map_err(|_| anyhow::anyhow!("the killer panicked"))??;
    }
    let mut told = HashMap::new();
    for (at, result) in left.iter().zip(crowd.results) {
        match result {
            Ok(said) => drop(told.insert(*at, said)),
            Err(error) => ensure!(kill_at.is_some(), "without a kill: {error:#}"),
        }
    }
    Ok(told)
}

impl Wish {
    /// Asks, and gives what was acknowledged; an error when nothing was.
    async fn ask(&self, client: &mut AsyncClient) -> Result<Told> {
        match self {
            Self::SignUp(member, held) => {
                client.cookies.push(("qiyi".to_owned(), member.session.clone()));
                sign_up(client, held).await
            }
            Self::Arrive(person, held, token) => {
                Ok(Told::Came(stay(client, (person, held, token), "arrivals", "in_at").await?))
            }
            Self::Depart(person, held, token) => {
                Ok(Told::Left(stay(client, (person, held, token), "departures", "out_at").await?))
            }
        }
    }

    fn person(&self) -> Raw {
        match self {
            Self::SignUp(member, _) => member.person,
            Self::Arrive(person, ..) | Self::Depart(person, ..) => *person,
        }
    }
}

async fn sign_up(client: &mut AsyncClient, held: &Held) -> Result<Told> {
    let path = format!("/activities/{}", held.activity);
    let page = client.get(&path).await?;
    ensure!(page.status == 200, "the page was answered {}: {}", page.status, page.text());
    // Who was taken and did not hear of it finds their sign-up where the form was.
    let link = format!("{path}/signups/");
    if let Some((_, rest)) = page.text().split_once(&link) {
        return Ok(Told::SignedUp(rest.get(..36).context("an id follows")?.parse()?));
    }
    let form = form_fields(&page.text(), "/signups").context("the page has its form")?;
    let form = form.with("post", &held.post.to_string());
    let answer = client.post(&form.action, &form.fields).await?;
    ensure!(answer.status == 303, "the sign-up was answered {}: {}", answer.status, answer.text());
    let id = answer.location().and_then(|to| to.rsplit('/').next()).context("it leads to the sign-up")?;
    Ok(Told::SignedUp(id.parse()?))
}

async fn stay(
    client: &mut AsyncClient,
    (person, held, token): (&Raw, &Held, &str),
    what: &str,
    field: &str,
) -> Result<DateTime<Utc>> {
    let path = format!("/api/v1/sessions/{}/{what}", held.session);
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let body = json!({ "person": person.to_string() }).to_string();
    let answer = client.send("POST", &path, &headers, body.as_bytes()).await?;
    ensure!(answer.status == 200, "{what} was answered {}: {}", answer.status, answer.text());
    let at = answer.json()?[field].as_str().context("the stay has its time")?.to_owned();
    Ok(at.parse()?)
}

/// All laws hold, and everything that was acknowledged is there as it was told.
async fn check(ground: &Ground, wishes: &[Wish], told: &HashMap<usize, Told>) -> Result<()> {
    row! { struct SignedUp { id: Raw, person_id: Raw } }
    row! { struct Stayed { person_id: Raw, in_at: DateTime<Utc>, out_at: Option<DateTime<Utc>> } }
    let open = ground.open().await?;
    laws::hold(&open).await?;
    let sql = "SELECT id, person_id FROM signup WHERE tenant_id = $1";
    let signed: Vec<SignedUp> = open.app.db.all(sql, args![open.tenant]).await.map_err(plain)?;
    let sql = "SELECT person_id, in_at, out_at FROM attendance WHERE tenant_id = $1";
    let stays: Vec<Stayed> = open.app.db.all(sql, args![open.tenant]).await.map_err(plain)?;
    for (at, told) in told {
        let person = wishes[*at].person();
        let there = match told {
            Told::SignedUp(id) => signed.iter().any(|s| s.id == *id && s.person_id == person),
            Told::Came(when) => stays.iter().any(|s| s.person_id == person && s.in_at == *when),
            Told::Left(when) => stays.iter().any(|s| s.person_id == person && s.out_at == Some(*when)),
        };
        ensure!(there, "acknowledged and lost: {told:?} of {person}");
    }
    Ok(())
}
