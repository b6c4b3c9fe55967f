//! When those who have not read something are asked again, and what may lead out of an announcement. Pure.

use crate::model::{Announcement, State};
use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use kernel::Word;
use kernel::time::{beijing, day};

/// From this hour of the day before the last one, those who have not read it are asked by themselves.
const HOUR: u32 = 9;

/// Why those who have not read an announcement cannot be asked again now; nothing where they can.
#[must_use]
pub fn no_chase(announcement: &Announcement, unread: i64, last: Option<NaiveDate>, today: NaiveDate) -> Option<Word> {
    let refused = |key: &'static str| Some(Word::new(key));
    match announcement.state {
        State::Draft | State::Sending => refused("exchange.refused.not_sent"),
        State::Withdrawn => refused("exchange.refused.withdrawn"),
        _ if !announcement.must_read => refused("exchange.refused.need_not"),
        _ if last.is_some_and(|last| last >= today) => refused("exchange.refused.today"),
        _ if unread == 0 => refused("exchange.refused.all_read"),
        _ => None,
    }
}

/// Whether an announcement asks again by itself now: on the day before it must be read, from nine on, unless it was sent that
/// very day.
#[must_use]
pub fn chases_itself(announcement: &Announcement, now: DateTime<Utc>) -> bool {
    let today = day(now);
    let eve = announcement.read_by.and_then(|last| last.pred_opt());
    let fresh = announcement.sent_at.is_none_or(|sent| day(sent) >= today);
    announcement.must_read
        && announcement.state.has_gone()
        && eve == Some(today)
        && !fresh
        && beijing(now).hour() >= HOUR
}

/// Whether an announcement may lead here: a path of ours, or an https address with a host.
#[must_use]
pub fn is_link(link: &str) -> bool {
    let plain = !link.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>\\`".contains(c));
    if let Some(rest) = link.strip_prefix("https://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return plain && host.contains('.') && !host.contains('@');
    }
    plain && link != "/" && kernel::desk::own_path(link) == link
}

/// Thousandths as people read them: `62.5%`.
#[must_use]
pub fn share(permille: i64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// Thousandths of a whole; all of nothing.
#[must_use]
pub const fn permille(part: i64, whole: i64) -> i64 {
    if whole > 0 { part * 1000 / whole } else { 1000 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AnnouncementId, Part, Topic, Urgency};
    use kernel::Json;

    fn sent(state: State, must_read: bool) -> Announcement {
        let at = kernel::time::from_beijing("2026-11-23T10:00:00".parse().unwrap());
        Announcement {
            id: AnnouncementId::fresh(),
            region_code: String::new(),
            organisation_id: None,
            organisation_path: String::new(),
            sender: String::new(),
            title: String::new(),
            body: String::new(),
            link: None,
            urgency: Urgency::Normal,
            kind: Topic::Work,
            must_read,
            read_by: must_read.then(|| "2026-11-26".parse().unwrap()),
            town: String::new(),
            team_kinds: Json(Vec::new()),
            teams: Json(Vec::new()),
            role: Part::All,
            activity_id: None,
            state,
            made_by: None,
            made_name: String::new(),
            made_at: at,
            planned: 0,
            people: 0,
            job_id: None,
            sent_at: Some(at),
            ended_at: Some(at),
            withdrawn_at: None,
        }
    }

    #[test]
    fn only_what_must_be_read_and_was_not_is_asked_for_again_once_a_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-11-24");
        let key = |announcement: &Announcement, unread: i64, last: Option<&str>| {
            no_chase(announcement, unread, last.map(day), today).map(|word| word.key.to_string())
        };
        let refused = |what: &str| Some(format!("exchange.refused.{what}"));
        assert_eq!(key(&sent(State::Sent, true), 3, None), None);
        assert_eq!(key(&sent(State::Stopped, true), 3, Some("2026-11-23")), None);
        assert_eq!(key(&sent(State::Sent, true), 3, Some("2026-11-24")), refused("today"));
        assert_eq!(key(&sent(State::Sent, true), 0, None), refused("all_read"));
        assert_eq!(key(&sent(State::Sent, false), 3, None), refused("need_not"));
        assert_eq!(key(&sent(State::Sending, true), 3, None), refused("not_sent"));
        assert_eq!(key(&sent(State::Draft, true), 3, None), refused("not_sent"));
        assert_eq!(key(&sent(State::Withdrawn, true), 3, None), refused("withdrawn"));
    }

    #[test]
    fn it_asks_again_by_itself_on_the_day_before_and_not_on_the_day_it_was_sent() {
        let at = |moment: &str| kernel::time::from_beijing(format!("2026-11-{moment}:00").parse().unwrap());
        let one = sent(State::Sent, true);
        for (moment, asks) in
            [("24T12:00", false), ("25T08:59", false), ("25T09:00", true), ("25T23:00", true), ("26T09:00", false)]
        {
            assert_eq!(chases_itself(&one, at(moment)), asks, "{moment}");
        }
        let fresh = Announcement { sent_at: Some(at("25T08:00")), ..sent(State::Sent, true) };
        assert!(!chases_itself(&fresh, at("25T12:00")), "it went out this morning");
        assert!(!chases_itself(&sent(State::Sent, false), at("25T12:00")));
        assert!(!chases_itself(&sent(State::Withdrawn, true), at("25T12:00")));
    }

    #[test]
    fn an_announcement_leads_to_a_page_of_ours_or_to_an_https_address() {
        for good in ["/activities", "/activities?town=440605125", "https://www.nanhai.gov.cn/a?b=1#c"] {
            assert!(is_link(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "//evil.cn",
            "http://x.cn",
            "javascript:alert(1)",
            "https://",
            "https://a",
            "https://a.cn@b.cn/",
            "https://a.cn/ b",
            "https://a.cn/\"",
            "/a\\b",
            "mailto:a@b.cn",
        ] {
            assert!(!is_link(bad), "{bad}");
        }
    }

    #[test]
    fn a_rate_is_a_share_of_those_who_have_it() {
        assert_eq!(
            [permille(5, 8), permille(0, 8), permille(8, 8), permille(0, 0)].map(share),
            ["62.5%", "0.0%", "100.0%", "100.0%"]
        );
    }
}
