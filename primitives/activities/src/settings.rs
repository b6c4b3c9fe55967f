//! What a district decides for all its activities. Read from memory: nothing is asked of the database for a sign-up.

use kernel::ids::Raw;
use kernel::{Cx, Deed, FieldErrors, Read, Result, TenantId, Tx, args, row};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long another process may go on with the old ones.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// The settings of a district.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Hours that somebody has to confirm an offered place, at most.
    pub offer_hours: i64,
    /// So many hours before the start one simply moves up.
    pub direct_hours: i64,
    /// Hours of rest between two services; 0 asks for none.
    pub rest_hours: i64,
    /// Most hours of service in a day; 0 asks for none.
    pub day_hours: i64,
    /// Most hours of service in a week, Monday to Sunday; 0 asks for none.
    pub week_hours: i64,
    /// Minutes that the way from one activity to another takes.
    pub travel_minutes: i64,
    /// 1 when too much is refused, 0 when it is only said.
    pub load_blocks: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offer_hours: 12,
            direct_hours: 6,
            rest_hours: 0,
            day_hours: 0,
            week_hours: 0,
            travel_minutes: 0,
            load_blocks: 0,
        }
    }
}

/// The settings of each district with when they were read; a part of the application.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<HashMap<TenantId, (Instant, Settings)>>>);

row! { struct Line { key: String, value: String } }

/// The settings of the reader's district; inside a transaction, `db` is that.
pub async fn settings(db: &impl Read, cx: &Cx) -> Result<Settings> {
    let kept: Kept = cx.app.part();
    let known = kept.0.lock().unwrap_or_else(PoisonError::into_inner).get(&cx.tenant).copied();
    if let Some((at, settings)) = known
        && at.elapsed() < GOOD_FOR
    {
        return Ok(settings);
    }
    let sql = "SELECT key, value FROM setting WHERE tenant_id = $1 AND key LIKE 'activities.%'";
    let lines: Vec<Line> = db.all(sql, args![cx.tenant]).await?;
    let mut settings = Settings::default();
    for line in lines {
        let name = line.key.trim_start_matches("activities.");
        if let (Some(field), Ok(value)) = (settings.field(name), line.value.parse()) {
            *field = value;
        }
    }
    kept.0.lock().unwrap_or_else(PoisonError::into_inner).insert(cx.tenant, (Instant::now(), settings));
    Ok(settings)
}

impl Settings {
    fn field(&mut self, name: &str) -> Option<&mut i64> {
        match name {
            "offer_hours" => Some(&mut self.offer_hours),
            "direct_hours" => Some(&mut self.direct_hours),
            "rest_hours" => Some(&mut self.rest_hours),
            "day_hours" => Some(&mut self.day_hours),
            "week_hours" => Some(&mut self.week_hours),
            "travel_minutes" => Some(&mut self.travel_minutes),
            "load_blocks" => Some(&mut self.load_blocks),
            _ => None,
        }
    }

    /// All of them in a line, for the trace.
    fn said(mut self) -> String {
        let one = |(name, _, _)| self.field(name).map(|value| format!("{name}={value}"));
        ALL.into_iter().filter_map(one).collect::<Vec<_>>().join(" ")
    }

    /// Whether too much is refused.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.load_blocks == 1
    }
}

/// Each of them with the least and the most that it may be.
const ALL: [(&str, i64, i64); 7] = [
    ("offer_hours", 1, 72),
    ("direct_hours", 0, 72),
    ("rest_hours", 0, 24),
    ("day_hours", 0, 24),
    ("week_hours", 0, 100),
    ("travel_minutes", 0, 240),
    ("load_blocks", 0, 1),
];

/// What the browser sends of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsForm {
    pub offer_hours: String,
    pub direct_hours: String,
    pub rest_hours: String,
    pub day_hours: String,
    pub week_hours: String,
    pub travel_minutes: String,
    pub load_blocks: String,
}

impl SettingsForm {
    pub(crate) fn of(s: Settings) -> Self {
        Self {
            offer_hours: s.offer_hours.to_string(),
            direct_hours: s.direct_hours.to_string(),
            rest_hours: s.rest_hours.to_string(),
            day_hours: s.day_hours.to_string(),
            week_hours: s.week_hours.to_string(),
            travel_minutes: s.travel_minutes.to_string(),
            load_blocks: s.load_blocks.to_string(),
        }
    }

    pub(crate) fn check(&self) -> std::result::Result<Settings, FieldErrors> {
        let (mut errors, mut settings) = (FieldErrors::none(), Settings::default());
        let typed = [
            &self.offer_hours,
            &self.direct_hours,
            &self.rest_hours,
            &self.day_hours,
            &self.week_hours,
            &self.travel_minutes,
            &self.load_blocks,
        ];
        for ((name, least, most), text) in ALL.into_iter().zip(typed) {
            if let (Some(value), Some(field)) = (errors.whole(name, text, least, most), settings.field(name)) {
                *field = value;
            }
        }
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }
}

#[derive(Serialize)]
struct SettingsChanged {
    before: String,
    after: String,
}

impl Deed for SettingsChanged {
    const KIND: &'static str = "activity.settings_changed";
    fn object(&self) -> (&'static str, Option<Raw>) {
        ("setting", None)
    }
}

/// Keeps the settings of the actor's district.
pub(crate) async fn keep(cx: &Cx, after: Settings) -> Result<()> {
    let (at, before) = (cx.clone(), settings(&cx.db, cx).await?);
    cx.write(kernel::LaneKey::of(cx.tenant.0), async move |tx: &mut Tx<'_>| {
        for (name, _, _) in ALL {
            let mut after = after;
            let Some(value) = after.field(name) else { continue };
            let sql = "INSERT INTO setting (tenant_id, key, value) VALUES ($1, $2, $3)
                       ON CONFLICT (tenant_id, key) DO UPDATE SET value = excluded.value";
            tx.execute(sql, args![at.tenant, format!("activities.{name}"), value.to_string()]).await?;
        }
        tx.record(&at, &SettingsChanged { before: before.said(), after: after.said() });
        Ok(())
    })
    .await?;
    let kept: Kept = cx.app.part();
    kept.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&cx.tenant);
    Ok(())
}
