//! What a district decides for all its activities. Read from memory: nothing is asked of the database for a sign-up.

use kernel::settings::{Known, Setting};
use kernel::{Cx, Read, Result};

/// Hours that somebody has to confirm an offered place, at most.
const OFFER_HOURS: Setting = Setting::new("activities.offer_hours", 12, (1, 72));
/// So many hours before the start one simply moves up.
const DIRECT_HOURS: Setting = Setting::new("activities.direct_hours", 6, (0, 72));
/// Hours of rest between two services; 0 asks for none.
const REST_HOURS: Setting = Setting::new("activities.rest_hours", 0, (0, 24));
/// Most hours of service in a day; 0 asks for none.
const DAY_HOURS: Setting = Setting::new("activities.day_hours", 0, (0, 24));
/// Most hours of service in a week, Monday to Sunday; 0 asks for none.
const WEEK_HOURS: Setting = Setting::new("activities.week_hours", 0, (0, 100));
/// Minutes that the way from one activity to another takes.
const TRAVEL_MINUTES: Setting = Setting::new("activities.travel_minutes", 0, (0, 240));
/// 1 when too much is refused, 0 when it is only said.
const LOAD_BLOCKS: Setting = Setting::new("activities.load_blocks", 0, (0, 1));

/// After so many services to which somebody signed up and did not come something follows; 0 lets nothing follow.
const ABSENT_TIMES: Setting = Setting::new("activities.absent_times", 3, (0, 20));
/// Within so many days.
const ABSENT_DAYS: Setting = Setting::new("activities.absent_days", 90, (7, 365));
/// For so many days after the last of them nobody signs up for more; 0 only warns.
const ABSENT_BLOCK_DAYS: Setting = Setting::new("activities.absent_block_days", 0, (0, 90));

/// All of them, for the settings page.
pub(crate) const ALL: [Setting; 10] = [
    OFFER_HOURS,
    DIRECT_HOURS,
    REST_HOURS,
    DAY_HOURS,
    WEEK_HOURS,
    TRAVEL_MINUTES,
    LOAD_BLOCKS,
    ABSENT_TIMES,
    ABSENT_DAYS,
    ABSENT_BLOCK_DAYS,
];

/// The settings of a district.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Hours to confirm an offered place, at most.
    pub offer_hours: i64,
    /// So many hours before the start one simply moves up.
    pub direct_hours: i64,
    /// Hours of rest between two services, or 0.
    pub rest_hours: i64,
    /// Most hours of service in a day, or 0.
    pub day_hours: i64,
    /// Most hours of service in a week, or 0.
    pub week_hours: i64,
    /// Minutes on the way between two activities.
    pub travel_minutes: i64,
    /// Whether too much is refused, or only said.
    pub blocks: bool,
    /// After so many services that one missed something follows, or 0.
    pub absent_times: i64,
    /// Within so many days.
    pub absent_days: i64,
    /// For so many days one does not sign up for more, or 0.
    pub absent_block_days: i64,
}

/// The settings of the reader's district; inside a transaction, `db` is that.
pub async fn settings(db: &impl Read, cx: &Cx) -> Result<Settings> {
    Ok(Settings::of(&Known::read(db, cx).await?))
}

impl Settings {
    pub(crate) fn of(known: &Known) -> Self {
        Self {
            offer_hours: known.of(OFFER_HOURS),
            direct_hours: known.of(DIRECT_HOURS),
            rest_hours: known.of(REST_HOURS),
            day_hours: known.of(DAY_HOURS),
            week_hours: known.of(WEEK_HOURS),
            travel_minutes: known.of(TRAVEL_MINUTES),
            blocks: known.of(LOAD_BLOCKS) == 1,
            absent_times: known.of(ABSENT_TIMES),
            absent_days: known.of(ABSENT_DAYS),
            absent_block_days: known.of(ABSENT_BLOCK_DAYS),
        }
    }
}
