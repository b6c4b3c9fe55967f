//! The thinking about paper sheets: whom a row means, which rows a second person keys, when two people differ. Pure.

use super::model::{Candidate, Keyed, TypedRow};
use crate::forms::clock;
use activities::Session;
use chrono::{DateTime, Utc};
use kernel::Word;

/// The least that a second person keys.
pub const LEAST: usize = 5;
/// One row of so many.
pub const OF: usize = 10;
/// Minutes by which two people may read a time differently.
pub const TOLERANCE: i64 = 5;
/// The most rows of a sheet.
pub const MOST: usize = 200;

/// How many rows of a sheet a second person keys: at least a tenth, and five.
#[must_use]
pub fn sample_of(rows: usize) -> usize {
    rows.div_ceil(OF).max(LEAST).min(rows)
}

/// Whether two people read a row differently: another person, or a time that is more than five minutes off.
pub(crate) fn differ(first: &Keyed, second: &Keyed) -> bool {
    let off = |a: DateTime<Utc>, b: DateTime<Utc>| (a - b).num_minutes().abs() > TOLERANCE;
    first.person != second.person || off(first.from, second.from) || off(first.to, second.to)
}

/// As people write it: without spaces, full-width signs as narrow ones.
fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

/// Whom somebody means by a name, a phone's last four digits, a whole number of either kind, or a name with four digits.
pub(crate) fn who<'c>(typed: &str, candidates: &'c [Candidate]) -> Result<&'c Candidate, Word> {
    let text = folded(typed);
    let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (name, digits) = text.split_at(at);
    if text.is_empty() {
        return Err(Word::new("sheet.who_missing"));
    }
    let fits = |one: &&Candidate| {
        let phone = one.phone.as_deref().unwrap_or_default();
        let by_digits = match digits.len() {
            0 => true,
            4 => phone.ends_with(digits),
            11 => phone == digits,
            _ => one.volunteer_no.as_deref().is_some_and(|number| number == digits),
        };
        by_digits && (name.is_empty() || folded(&one.name) == name)
    };
    let mut found = candidates.iter().filter(fits);
    match (found.next(), found.count()) {
        (Some(one), 0) => Ok(one),
        (Some(_), more) => Err(Word::new("sheet.who_many").with("n", more + 1)),
        (None, _) => Err(Word::new("sheet.who_unknown")),
    }
}

/// Reads one row, or says what is wrong with it.
pub(crate) fn read(
    row: &TypedRow,
    session: &Session,
    candidates: &[Candidate],
    now: DateTime<Utc>,
) -> Result<Keyed, Word> {
    let one = who(&row.who, candidates)?;
    let (from, to) = (clock(session, &row.from), clock(session, &row.to));
    let (Some(from), Some(to)) = (from, to) else { return Err(Word::new("sheet.time_shape")) };
    if from >= to {
        return Err(Word::new("sheet.time_order"));
    }
    if !session.takes((from, to)) || to > now {
        return Err(Word::new("sheet.time_outside"));
    }
    Ok(Keyed { line: row.line, person: one.person_id, from, to })
}

/// Reads all rows of a first keying, or says of each what is wrong: nobody stands there twice, or has hours already.
pub(crate) fn read_all(
    rows: &[TypedRow],
    session: &Session,
    candidates: &[Candidate],
    now: DateTime<Utc>,
) -> Result<Vec<Keyed>, Vec<(i64, Word)>> {
    let (mut keyed, mut wrong): (Vec<Keyed>, Vec<(i64, Word)>) = (Vec::new(), Vec::new());
    for row in rows {
        match read(row, session, candidates, now) {
            Err(word) => wrong.push((row.line, word)),
            Ok(read) => {
                let before = keyed.iter().find(|one| one.person == read.person);
                let credited = candidates.iter().any(|one| one.person_id == read.person && one.minutes > 0);
                if let Some(before) = before {
                    wrong.push((row.line, Word::new("sheet.twice").with("n", before.line)));
                } else if credited {
                    wrong.push((row.line, Word::new("sheet.has_hours")));
                }
                keyed.push(read);
            }
        }
    }
    if wrong.is_empty() { Ok(keyed) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use people::PersonId;

    fn one(name: &str, phone: &str, number: &str) -> Candidate {
        Candidate {
            person_id: PersonId::fresh(),
            name: name.to_owned(),
            phone: Some(phone.to_owned()),
            volunteer_no: Some(number.to_owned()),
            minutes: 0,
        }
    }

    #[test]
    fn a_tenth_is_keyed_twice_and_five_at_least() {
        for (rows, sample) in [(1, 1), (4, 4), (5, 5), (12, 5), (50, 5), (51, 6), (100, 10), (200, 20)] {
            assert_eq!(sample_of(rows), sample, "{rows}");
        }
    }

    #[test]
    fn a_row_means_somebody_by_name_tail_or_number() {
        let all = [
            one("陈慧敏", "13800001234", "440605000000017"),
            one("陈慧敏", "13800005678", "440605000000025"),
            one("欧阳静", "13900001234", "440605000000033"),
        ];
        for (typed, found) in [
            ("欧阳静", 2),
            (" 欧阳 静 ", 2),
            ("5678", 1),
            ("５６７８", 1),
            ("陈慧敏 1234", 0),
            ("陈慧敏5678", 1),
            ("440605000000033", 2),
            ("13800001234", 0),
        ] {
            assert_eq!(who(typed, &all).unwrap().person_id, all[found].person_id, "{typed}");
        }
        for (typed, word) in [
            ("陈慧敏", "sheet.who_many"),
            ("1234", "sheet.who_many"),
            ("区志强", "sheet.who_unknown"),
            (" ", "sheet.who_missing"),
        ] {
            assert_eq!(who(typed, &all).err().unwrap().key, word, "{typed}");
        }
    }

    #[test]
    fn five_minutes_are_let_pass_and_six_are_not() {
        let at = |minute: u32| format!("2026-11-23T06:{minute:02}:00Z").parse::<DateTime<Utc>>().unwrap();
        let person = PersonId::fresh();
        let first = Keyed { line: 1, person, from: at(0), to: at(50) };
        assert!(!differ(&first, &Keyed { from: at(5), ..first }));
        assert!(differ(&first, &Keyed { from: at(6), ..first }));
        assert!(differ(&first, &Keyed { to: at(44), ..first }));
        assert!(differ(&first, &Keyed { person: PersonId::fresh(), ..first }));
    }
}
