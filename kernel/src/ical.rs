//! Calendars for phones and desks (RFC 5545): what is held when, in Beijing time. Written by hand: the `icalendar` crate (0.16)
//! cannot write a VTIMEZONE, and stamps whatever it writes with the machine's clock.

use crate::time::beijing;
use chrono::{DateTime, Utc};
use std::fmt::Write as _;

/// How a calendar shows an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is held and one goes.
    Confirmed,
    /// One may go: a place in line.
    Tentative,
    /// It is not held, or one does not go any more.
    Cancelled,
}

impl Status {
    const fn text(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Tentative => "TENTATIVE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// Something that is held.
#[derive(Clone, Debug)]
pub struct Event {
    /// The same for ever, also when it is moved or called off.
    pub uid: String,
    /// What it is.
    pub summary: String,
    /// More of it; lines are kept.
    pub description: String,
    /// Where.
    pub location: String,
    /// Its page.
    pub url: String,
    /// From.
    pub starts_at: DateTime<Utc>,
    /// To.
    pub ends_at: DateTime<Utc>,
    /// When anything of it changed last: a later change is told by it.
    pub changed_at: DateTime<Utc>,
    /// How it stands.
    pub status: Status,
    /// Whether it takes no hour of one's day.
    pub free: bool,
}

/// A calendar of events.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// What the phone calls it.
    pub name: String,
    /// Its events.
    pub events: Vec<Event>,
}

/// China has had one time since 1991.
const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19920101T000000\r\nTZOFFSETFROM:+0800\r\n\
    TZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

impl Calendar {
    /// The file, `text/calendar; charset=utf-8`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::from(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//qiyi//qiyi//ZH\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
        );
        line(&mut out, "X-WR-CALNAME", &escaped(&self.name));
        line(&mut out, "NAME", &escaped(&self.name));
        out.push_str("X-WR-TIMEZONE:Asia/Shanghai\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n");
        out.push_str(ZONE);
        for event in &self.events {
            event.write(&mut out);
        }
        out.push_str("END:VCALENDAR\r\n");
        out
    }
}

impl Event {
    fn write(&self, out: &mut String) {
        let local = |at: DateTime<Utc>| beijing(at).format("%Y%m%dT%H%M%S").to_string();
        let stamp = self.changed_at.format("%Y%m%dT%H%M%SZ").to_string();
        out.push_str("BEGIN:VEVENT\r\n");
        line(out, "UID", &escaped(&self.uid));
        line(out, "DTSTAMP", &stamp);
        line(out, "LAST-MODIFIED", &stamp);
        // Seconds since 2020 fit an INTEGER of 31 bits until 2088, and a later change has a larger one.
        line(out, "SEQUENCE", &(self.changed_at.timestamp() - 1_577_836_800).max(0).to_string());
        line(out, "DTSTART;TZID=Asia/Shanghai", &local(self.starts_at));
        line(out, "DTEND;TZID=Asia/Shanghai", &local(self.ends_at));
        line(out, "SUMMARY", &escaped(&self.summary));
        line(out, "LOCATION", &escaped(&self.location));
        line(out, "DESCRIPTION", &escaped(&self.description));
        let url: String = self.url.chars().filter(|c| !c.is_control()).collect();
        line(out, "URL", &url);
        line(out, "STATUS", self.status.text());
        if self.free {
            line(out, "TRANSP", "TRANSPARENT");
        }
        out.push_str("END:VEVENT\r\n");
    }
}

/// Text as a value: what would end it is escaped, and control characters are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded so that none is longer than 75 octets and no character is cut.
fn line(out: &mut String, name: &str, value: &str) {
    let whole = format!("{name}:{value}");
    let mut width = 0;
    for c in whole.chars() {
        if width + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    let _ = out.write_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(summary: &str, description: &str) -> Event {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        Event {
            uid: "1@qiyi".to_owned(),
            summary: summary.to_owned(),
            description: description.to_owned(),
            location: "沥雄社区服务站北门".to_owned(),
            url: "https://qiyi.example/activities/1".to_owned(),
            starts_at: at("2026-11-23T06:00:00Z"),
            ends_at: at("2026-11-23T09:00:00Z"),
            changed_at: at("2026-11-20T01:02:03Z"),
            free: false,
            status: Status::Cancelled,
        }
    }

    fn text(event: Event) -> String {
        Calendar { name: "我的志愿服务".to_owned(), events: vec![event] }.text()
    }

    /// What a reader of the file sees of a property: unfolded and unescaped.
    fn read(text: &str, name: &str) -> String {
        let unfolded = text.replace("\r\n ", "");
        let value = unfolded.lines().find_map(|l| l.strip_prefix(&format!("{name}:"))).unwrap().to_owned();
        let (mut out, mut chars) = (String::new(), value.chars());
        while let Some(c) = chars.next() {
            match c {
                '\\' => out.extend(chars.next().map(|next| if next == 'n' { '\n' } else { next })),
                c => out.push(c),
            }
        }
        out
    }

    #[test]
    fn an_event_says_when_in_beijing_and_that_it_was_called_off() {
        let text = text(event("长者饭堂送餐", "集合：北门; 带水, 谢谢"));
        for said in [
            "DTSTART;TZID=Asia/Shanghai:20261123T140000",
            "DTEND;TZID=Asia/Shanghai:20261123T170000",
            "STATUS:CANCELLED",
            "DTSTAMP:20261120T010203Z",
            "TZID:Asia/Shanghai",
            "DESCRIPTION:集合：北门\\; 带水\\, 谢谢",
        ] {
            assert!(text.contains(&format!("{said}\r\n")), "{said}");
        }
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    }

    #[test]
    fn a_line_that_somebody_typed_starts_no_line_of_the_file() {
        let text = text(event("a\r\nATTENDEE:mailto:x@example.org", "b\nEND:VEVENT"));
        assert!(!text.lines().any(|l| l.starts_with("ATTENDEE") || l == "b"));
        assert_eq!(text.lines().filter(|l| *l == "END:VEVENT").count(), 1);
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_no_line_is_longer_than_75_octets(summary in "\\PC{0,200}", description in "(\\PC|\n){0,200}") {
            let text = text(event(&summary, &description));
            prop_assert!(text.split("\r\n").all(|l| l.len() <= 75));
            prop_assert_eq!(read(&text, "SUMMARY"), summary);
            prop_assert_eq!(read(&text, "DESCRIPTION"), description);
        }
    }
}
