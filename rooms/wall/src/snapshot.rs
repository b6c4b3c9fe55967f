//! What all screens of a region show at a moment: read once, shared by as many screens as hang.

use crate::rhythm::{self, Counts, QUARTERS};
use crate::store::{self, Arrival, Coming};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kernel::{Cx, Result, TenantId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::Mutex;

/// What is happening at a moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The moment.
    pub at: DateTime<Utc>,
    /// People serving now.
    pub people: i64,
    /// Their teams.
    pub teams: i64,
    /// The towns in which they serve.
    pub towns: i64,
    /// The places at which they serve.
    pub places: i64,
    /// The year's figures; absent where no room tells them.
    pub year: Option<hours::year::Totals>,
    /// The lamps of each town in the order of the teams' numbers: `new`, `on` or nothing.
    pub lamps: BTreeMap<String, Vec<&'static str>>,
    /// Names of towns by code.
    pub names: HashMap<String, String>,
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) coming: Vec<Coming>,
    pub(crate) today: Counts,
    pub(crate) usual: Counts,
}

impl Snapshot {
    /// Teams with their lamp on, in a town or everywhere.
    #[must_use]
    pub fn lit(&self, town: Option<&str>) -> i64 {
        let lamps = self.lamps.iter().filter(|(code, _)| town.is_none_or(|t| t == code.as_str()));
        count(lamps.flat_map(|(_, lamps)| lamps).filter(|l| !l.is_empty()))
    }

    /// All teams with a lamp.
    #[must_use]
    pub fn all_lamps(&self) -> i64 {
        count(self.lamps.values().flatten())
    }

    /// The name of the town that a region lies in.
    #[must_use]
    pub fn town(&self, region: &str) -> &str {
        self.names.get(region.get(..9).unwrap_or(region)).map_or("", String::as_str)
    }
}

fn count<T>(all: impl Iterator<Item = T>) -> i64 {
    i64::try_from(all.count()).unwrap_or(i64::MAX)
}

/// For so long a picture serves every screen that asks.
const FRESH: Duration = Duration::seconds(2);
/// For so long a check-in is new.
const NEW: Duration = Duration::minutes(5);

type Kept = Arc<Mutex<Option<Memory>>>;

struct Memory {
    snapshot: Arc<Snapshot>,
    /// Which day and minute the rhythm is of, and the average of the days before.
    minute: i64,
    day: NaiveDate,
}

/// The last picture of each region.
#[derive(Clone, Default)]
pub(crate) struct Snapshots(Arc<std::sync::Mutex<HashMap<(TenantId, String), Kept>>>);

impl Snapshots {
    fn of(&self, tenant: TenantId, region: &str) -> Kept {
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(all.entry((tenant, region.to_owned())).or_default())
    }
}

/// The picture of now; who comes while it is being read waits for it and reads nothing.
pub(crate) async fn of(cx: &Cx, region: &str, now: DateTime<Utc>) -> Result<Arc<Snapshot>> {
    let kept = cx.app.part::<Snapshots>().of(cx.tenant, region);
    let mut memory = kept.lock().await;
    if let Some(memory) = memory.as_ref()
        && (Duration::zero()..FRESH).contains(&(now - memory.snapshot.at))
    {
        return Ok(Arc::clone(&memory.snapshot));
    }
    let snapshot = Arc::new(read(cx, region, now, memory.as_ref()).await?);
    let minute = now.timestamp().div_euclid(60);
    *memory = Some(Memory { snapshot: Arc::clone(&snapshot), minute, day: kernel::time::day(now) });
    Ok(snapshot)
}

async fn read(cx: &Cx, region: &str, now: DateTime<Utc>, before: Option<&Memory>) -> Result<Snapshot> {
    let (db, tenant) = (&cx.db, cx.tenant);
    let serving = store::serving(db, tenant, region, now).await?;
    let mut latest: HashMap<_, DateTime<Utc>> = HashMap::new();
    for team in &serving {
        let known = latest.entry(team.organisation_id).or_insert(team.latest);
        *known = (*known).max(team.latest);
    }
    let mut lamps: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for lamp in store::lamps(db, tenant, region).await? {
        let state = match latest.get(&lamp.id) {
            Some(at) if now - *at <= NEW => "new",
            Some(_) => "on",
            None => "",
        };
        lamps.entry(lamp.town).or_default().push(state);
    }
    let day = kernel::time::day(now);
    let today = match before.filter(|b| b.minute == now.timestamp().div_euclid(60)) {
        Some(before) => before.snapshot.today,
        None => rhythm::counts(day, &store::stays(db, tenant, region, day).await?, now),
    };
    let usual = match before.filter(|b| b.day == day) {
        Some(before) => before.snapshot.usual,
        None => usual(cx, region, day).await?,
    };
    let year = hours::year::totals(&Cx { now, ..cx.clone() }, chrono::Datelike::year(&day)).await?;
    Ok(Snapshot {
        at: now,
        people: serving.iter().map(|s| s.people).sum(),
        teams: count(latest.keys()),
        towns: count(serving.iter().map(|s| &s.town).collect::<HashSet<_>>().iter()),
        places: count(serving.iter().map(|s| (&s.town, &s.place)).collect::<HashSet<_>>().iter()),
        year,
        lamps,
        names: store::towns(db, tenant).await?.into_iter().map(|t| (t.code, t.name)).collect(),
        arrivals: store::arrivals(db, tenant, region, now).await?,
        coming: store::coming(db, tenant, region, now).await?,
        today,
        usual,
    })
}

/// The average of the last four days with this day's name.
async fn usual(cx: &Cx, region: &str, day: NaiveDate) -> Result<[i64; QUARTERS]> {
    let mut days = Vec::with_capacity(4);
    for weeks in 1..=4 {
        let then = day - Duration::weeks(weeks);
        let stays = store::stays(&cx.db, cx.tenant, region, then).await?;
        days.push(rhythm::counts(then, &stays, kernel::time::day_start(day)));
    }
    Ok(rhythm::average(&days))
}
