//! Who signed up and did not come: which services, what follows of them, and how one says that one was there.

use crate::rules::absence::{Consequence, consequence};
use crate::settings::{Settings, settings};
use crate::store::absence::{self, Absence, Times};
use chrono::{DateTime, Duration, Utc};
use kernel::{Cx, Read, Result};
use people::model::PersonId;

/// Hours after a session for which nobody is missing yet: the leader still writes down who came.
const GRACE: i64 = 24;

/// What somebody missed, and what follows.
#[derive(Debug)]
pub(crate) struct Record {
    /// The services, the last first.
    pub absences: Vec<Absence>,
    /// How many of them count.
    pub times: i64,
    /// What follows.
    pub consequence: Consequence,
    /// By which rules.
    pub settings: Settings,
}

fn span(settings: &Settings, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (now - Duration::days(settings.absent_days), now - Duration::hours(GRACE))
}

/// Somebody's own record.
pub(crate) async fn record(cx: &Cx, person: PersonId) -> Result<Record> {
    let settings = settings(&cx.db, cx).await?;
    let absences = match settings.absent_times {
        0 => Vec::new(),
        _ => absence::of_person(&cx.db, cx.tenant, person, span(&settings, cx.now)).await?,
    };
    let counted: Vec<&Absence> = absences.iter().filter(|one| !one.claimed).collect();
    let times = i64::try_from(counted.len()).unwrap_or(i64::MAX);
    let consequence = consequence(times, counted.first().map(|one| one.ends_at), &settings, cx.now);
    Ok(Record { absences, times, consequence, settings })
}

/// How often these people missed something, where anything follows of it.
pub(super) async fn times(db: &impl Read, cx: &Cx, settings: &Settings, people: &[PersonId]) -> Result<Vec<Times>> {
    if settings.absent_times == 0 {
        return Ok(Vec::new());
    }
    absence::times(db, cx.tenant, people, span(settings, cx.now)).await
}
