//! A snapshot in words and shapes: what the page draws and what the live messages change. No cell under five is told.

use crate::map::Map;
use crate::rhythm::QUARTERS;
use crate::snapshot::Snapshot;
use kernel::words::{number, time};
use kernel::{Cx, Word};
use std::collections::BTreeMap;

/// The fewest people that a public number tells of.
const FEWEST: i64 = 5;

/// A number of people as the public reads it.
pub(crate) fn few(cx: &Cx, n: i64) -> String {
    if (1..FEWEST).contains(&n) { cx.t("wall.few").to_owned() } else { number(n) }
}

/// Every text that a live message may change, by the id of its element.
pub(crate) fn texts(cx: &Cx, snapshot: &Snapshot, map: &Map) -> BTreeMap<String, String> {
    let day = kernel::time::day(snapshot.at);
    let none = || cx.t("wall.none").to_owned();
    let year = snapshot.year;
    let say = Word::new("wall.say")
        .with("teams", number(snapshot.teams))
        .with("towns", number(snapshot.towns))
        .with("places", number(snapshot.places));
    let mut all = BTreeMap::from([
        ("w-date".to_owned(), kernel::words::date(cx.lang, day, day)),
        ("w-time".to_owned(), time(snapshot.at)),
        ("w-stamp".to_owned(), time(snapshot.at)),
        ("w-now".to_owned(), few(cx, snapshot.people)),
        ("w-say".to_owned(), cx.say(&say)),
        ("w-people".to_owned(), year.map_or_else(none, |y| few(cx, y.volunteers))),
        ("w-teams".to_owned(), year.map_or_else(none, |y| number(y.teams))),
        ("w-hours".to_owned(), year.map_or_else(none, |y| number((y.minutes + 30) / 60))),
        ("w-served".to_owned(), year.map_or_else(none, |y| few(cx, y.served))),
        ("w-on".to_owned(), number(snapshot.lit(None))),
        ("w-off".to_owned(), number(snapshot.all_lamps() - snapshot.lit(None))),
    ]);
    for town in &map.towns {
        all.insert(format!("n-{}", town.code), number(snapshot.lit(Some(&town.code))));
    }
    all
}

/// A lamp on the map.
pub(crate) struct Lamp {
    /// The element's id.
    pub id: String,
    /// Where it hangs.
    pub x: f64,
    /// Where it hangs.
    pub y: f64,
    /// `new`, `on` or nothing.
    pub state: &'static str,
}

/// The lamps of all towns.
pub(crate) fn lamps(snapshot: &Snapshot, map: &Map) -> Vec<Lamp> {
    let mut all = Vec::new();
    for town in &map.towns {
        let states = snapshot.lamps.get(&town.code).map_or(&[][..], Vec::as_slice);
        for (at, (state, (x, y))) in states.iter().zip(&town.lamps).enumerate() {
            all.push(Lamp { id: format!("l-{}-{at}", town.code), x: *x, y: *y, state });
        }
    }
    all
}

/// A line of a feed.
pub(crate) struct Line {
    /// The clock.
    pub time: String,
    /// What.
    pub title: String,
    /// Where and how many.
    pub facts: String,
}

/// Who came just now: `陈** 等 6 人签到`.
pub(crate) fn arrivals(cx: &Cx, snapshot: &Snapshot) -> Vec<Line> {
    let lines = snapshot.arrivals.iter().map(|a| {
        let name = a.person.as_deref().map(mask).unwrap_or_default();
        let word = if a.people < FEWEST { "wall.arrived_few" } else { "wall.arrived" };
        let word = Word::new(word).with("town", snapshot.town(&a.region_code)).with("name", name).with("n", a.people);
        Line { time: time(a.latest), title: a.title.clone(), facts: cx.say(&word) }
    });
    lines.collect()
}

/// The surname's first character and two stars, whatever the name's length.
fn mask(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}**")).unwrap_or_default()
}

/// What comes next.
pub(crate) fn coming(cx: &Cx, snapshot: &Snapshot) -> Vec<Line> {
    let today = kernel::time::day(snapshot.at);
    let lines = snapshot.coming.iter().map(|c| {
        let left = c.places - c.taken;
        let town = snapshot.town(&c.region_code);
        let mut facts = match (left > 0, c.taken < FEWEST) {
            (true, _) => cx.say(&Word::new("wall.needs").with("town", town).with("n", number(left))),
            (false, true) => town.to_owned(),
            (false, false) => cx.say(&Word::new("wall.joined").with("town", town).with("n", number(c.taken))),
        };
        let day = kernel::time::day(c.starts_at);
        if day != today {
            facts = format!("{} · {facts}", cx.app.words.day(cx.lang, day, today));
        }
        Line { time: time(c.starts_at), title: c.title.clone(), facts }
    });
    lines.collect()
}

/// A bar or a dash of the rhythm.
pub(crate) struct Tick {
    /// `t` for the past, `now` for now, `a` for the average.
    pub class: &'static str,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: i64,
    /// Height.
    pub h: f64,
}

/// The picture of the day, 1808 x 168.
pub(crate) struct Rhythm {
    /// Bars and dashes.
    pub ticks: Vec<Tick>,
    /// The hours below.
    pub hours: Vec<(i64, &'static str, String)>,
    /// Where «now» stands; absent at night.
    pub now: Option<(f64, f64)>,
}

/// The line on which the bars stand, and the highest bar.
const BASE: f64 = 134.0;
const HIGH: f64 = 108.0;

/// Draws today beside the usual day.
pub(crate) fn rhythm(snapshot: &Snapshot) -> Rhythm {
    let day = kernel::time::day(snapshot.at);
    let most = snapshot.today.iter().chain(&snapshot.usual).copied().max().unwrap_or(0).max(1);
    let height = |n: i64| (n as f64 / most as f64 * HIGH * 10.0).round() / 10.0;
    let left = |at: usize| ((5.0 + at as f64 * 27.78) * 10.0).round() / 10.0;
    let past = (0..QUARTERS).filter(|at| crate::rhythm::moment(day, *at) <= snapshot.at).count();
    let mut drawn = Rhythm { ticks: Vec::new(), hours: Vec::new(), now: None };
    for at in 0..QUARTERS {
        let (x, high) = (left(at), height(snapshot.today[at]));
        if at < past {
            let last = at + 1 == past && past < QUARTERS;
            let class = if last { "now" } else { "t" };
            drawn.ticks.push(Tick { class, x, y: BASE - high, w: 10, h: high });
            if last {
                // The word is two wide characters; at the first quarter it would lose half of one.
                drawn.now = Some(((x + 5.0).max(22.0), BASE - 12.0 - high.max(height(snapshot.usual[at]))));
            }
        }
        let y = BASE - height(snapshot.usual[at]);
        drawn.ticks.push(Tick { class: "a", x: x - 3.0, y, w: 16, h: 2.0 });
    }
    for (n, hour) in (0_i64..).zip((6..=22).step_by(2)) {
        let anchor = match hour {
            6 => "start",
            22 => "end",
            _ => "middle",
        };
        drawn.hours.push(((8 + n * 222).min(1800), anchor, format!("{hour}:00")));
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn a_name_shows_its_first_character_and_not_its_length() {
        assert_eq!(mask("陈慧敏"), "陈**");
        assert_eq!(mask("阿依古丽·买买提"), "阿**");
        assert_eq!(mask(""), "");
    }
}
