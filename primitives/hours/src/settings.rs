//! What a district decides about hours: the day's limit, the public notice, the proof of a self-report.

use kernel::Result;
use kernel::settings::Setting;
use kernel::{Read, TenantId};

/// Hours of one person on one day over which a second person has to say yes (domain 1.6).
pub const DAY_LIMIT: Setting = Setting::new("hours.day_limit", 8, (8, 12));
/// Working days for which a self-report stands on the public notice before it counts (民函〔2012〕340号: at least 3).
pub const NOTICE_DAYS: Setting = Setting::new("hours.notice_days", 3, (3, 15));
/// Back-entries of more hours a person than this stand on the public notice too; 24 asks it of none.
pub const NOTICE_OVER: Setting = Setting::new("hours.notice_over", 4, (0, 24));
/// 1 when a self-report needs a picture or a PDF.
pub const EVIDENCE: Setting = Setting::new("hours.evidence", 0, (0, 1));

/// All of them, for the settings page.
pub(crate) const ALL: [Setting; 4] = [DAY_LIMIT, NOTICE_DAYS, NOTICE_OVER, EVIDENCE];

/// Whether so many minutes of one person's day need a second person's yes. Nothing is read for an ordinary day.
pub(crate) async fn over_limit(db: &impl Read, tenant: TenantId, minutes: i64) -> Result<bool> {
    Ok(minutes > DAY_LIMIT.least * 60 && minutes > DAY_LIMIT.read(db, tenant).await? * 60)
}
