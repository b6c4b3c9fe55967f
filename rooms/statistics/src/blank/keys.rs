//! What a cell asks for: `{{hours.town.440605125.2026}}`, or a line of the table of bindings `Sheet1!B3 = hours.year`.

use crate::forms::Filter;
use crate::model::{MetricCode, Month};
use kernel::Word;
use kernel::tables::Out;

/// A question in short.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// The year for which the form is filled.
    Year,
    /// The day on which it is filled.
    Today,
    /// A figure.
    Figure {
        /// What is counted.
        metric: MetricCode,
        /// When and of whom.
        filter: Filter,
    },
}

/// A cell that is told by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The sheet's name; empty: the first one.
    pub sheet: String,
    /// Such as `B3`.
    pub cell: String,
    /// The question.
    pub key: String,
}

impl Key {
    /// Reads a question: a metric, pairs of a dimension and its code, and a period.
    pub(crate) fn read(text: &str, year: i32) -> Result<Self, Word> {
        let wrong = || Word::new("blank.key_wrong");
        let parts: Vec<&str> = text.trim().split('.').map(str::trim).collect();
        match parts.as_slice() {
            ["year"] => return Ok(Self::Year),
            ["date"] => return Ok(Self::Today),
            _ => {}
        }
        let (first, rest) = parts.split_first().ok_or_else(wrong)?;
        let metric = first.parse().map_err(|_| Word::new("blank.metric_wrong").with("name", first))?;
        let (period, pairs) = rest.split_last().ok_or_else(wrong)?;
        let (from, to) = span(period, year).ok_or_else(|| Word::new("blank.period_wrong").with("name", period))?;
        let mut filter = Filter { from: from.to_string(), to: to.to_string(), ..Filter::default() };
        for pair in pairs.chunks(2) {
            let [axis, code] = pair else { return Err(wrong()) };
            let field = match *axis {
                "town" => &mut filter.town,
                "team" => &mut filter.team,
                "kind" => &mut filter.kind,
                "category" => &mut filter.category,
                other => return Err(Word::new("blank.axis_wrong").with("name", other)),
            };
            if !field.is_empty() || code.is_empty() {
                return Err(wrong());
            }
            (*code).clone_into(field);
        }
        Ok(Self::Figure { metric, filter })
    }
}

/// `2026`, `2026-03`, `2026-q1`; `year` stands for the year for which the form is filled.
fn span(text: &str, chosen: i32) -> Option<(Month, Month)> {
    let (year, part) = text.split_once('-').map_or((text, ""), |(year, part)| (year, part));
    let year = if year == "year" { chosen } else { year.parse().ok().filter(|y| (1990..=2200).contains(y))? };
    let month = |month| Month { year, month };
    match part {
        "" => Some((month(1), month(12))),
        "q1" => Some((month(1), month(3))),
        "q2" => Some((month(4), month(6))),
        "q3" => Some((month(7), month(9))),
        "q4" => Some((month(10), month(12))),
        part => part.parse().ok().filter(|m| (1..=12).contains(m)).map(|m| (month(m), month(m))),
    }
}

/// The questions between `{{` and `}}`.
pub(crate) fn placeholders(text: &str) -> Vec<String> {
    let parts = text.split("{{").skip(1);
    parts.filter_map(|part| part.split_once("}}").map(|(key, _)| key.trim().to_owned())).collect()
}

/// What a cell holds once its questions are answered: the number itself where the cell is one question and nothing else, a text
/// where words stand around. A question without an answer stays as it was written.
pub(super) fn put(text: &str, answers: &[(String, Option<Out>)]) -> Option<Out> {
    let answer = |key: &str| answers.iter().find(|(k, _)| k == key).and_then(|(_, out)| out.clone());
    let whole = text.trim();
    if let Some(key) = whole.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"))
        && !key.contains("{{")
    {
        return answer(key.trim());
    }
    let mut made = String::new();
    let mut parts = text.split("{{");
    made.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once("}}") {
            Some((key, rest)) => {
                match answer(key.trim()) {
                    Some(out) => made.push_str(&super::said(&out)),
                    None => made.push_str(&format!("{{{{{key}}}}}")),
                }
                made.push_str(rest);
            }
            None => made.push_str(&format!("{{{{{part}")),
        }
    }
    (made != text).then_some(Out::Text(made))
}

/// Reads the table of bindings: a line a cell, its address and its question with `=` or a tab between them.
///
/// # Errors
/// The number of the first line that is none, from 1.
pub(crate) fn bindings(text: &str) -> Result<Vec<Binding>, usize> {
    let mut all: Vec<Binding> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (place, key) = line.split_once(['=', '\t', '＝']).ok_or(at + 1)?;
        let (sheet, cell) = place.trim().rsplit_once('!').unwrap_or(("", place.trim()));
        let cell = cell.trim().replace('$', "").to_uppercase();
        let letters = cell.chars().take_while(char::is_ascii_uppercase).count();
        let digits = cell.get(letters..).unwrap_or_default();
        let right = (1..=3).contains(&letters) && digits.parse::<u32>().is_ok_and(|row| (1..=1_048_576).contains(&row));
        if !right || key.trim().is_empty() {
            return Err(at + 1);
        }
        let sheet = sheet.trim().trim_matches('\'').to_owned();
        all.push(Binding { sheet, cell, key: key.trim().to_owned() });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_a_metric_a_part_and_a_period() {
        let read = |text: &str| match Key::read(text, 2026) {
            Ok(Key::Figure { metric, filter }) => format!("{metric} {}", filter.url("", &[])),
            Ok(Key::Year) => "year".to_owned(),
            Ok(Key::Today) => "date".to_owned(),
            Err(word) => format!("! {}", word.key),
        };
        for (text, wanted) in [
            ("hours.town.440605125.2026", "hours ?from=2026-01&to=2026-12&town=440605125"),
            ("active.year-03", "active ?from=2026-03&to=2026-03"),
            ("served.kind.village.category.01.2025-q2", "served ?from=2025-04&to=2025-06&kind=village&category=01"),
            (" hours . team . T0001 . year ", "hours ?from=2026-01&to=2026-12&team=T0001"),
            ("year", "year"),
            ("date", "date"),
            ("hours", "! blank.key_wrong"),
            ("minutes.2026", "! blank.metric_wrong"),
            ("hours.2026-13", "! blank.period_wrong"),
            ("hours.sex.1.2026", "! blank.axis_wrong"),
            ("hours.town.2026", "! blank.key_wrong"),
            ("hours.town.1.town.2.2026", "! blank.key_wrong"),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_cell_of_one_question_becomes_a_number_and_one_with_words_a_text() {
        let answers =
            [("hours.year".to_owned(), Some(Out::Hours(90))), ("teams.year".to_owned(), Some(Out::Int(1200)))];
        assert_eq!(put(" {{ hours.year }} ", &answers), Some(Out::Hours(90)));
        let both = put("共 {{teams.year}} 支，{{hours.year}} 小时", &answers);
        assert_eq!(both, Some(Out::Text("共 1,200 支，1.50 小时".to_owned())));
        assert_eq!(put("{{unknown.year}}", &answers), None);
        assert_eq!(
            put("共 {{unknown}} 和 {{hours.year}}", &answers),
            Some(Out::Text("共 {{unknown}} 和 1.50".to_owned()))
        );
        assert_eq!(put("没有 {{ 结束", &answers), None);
    }

    #[test]
    fn bindings_are_lines_of_an_address_and_a_question() {
        let read = bindings("\n B3 = hours.year\n'表 2'!$c$10\tactive.2026\n").unwrap();
        let shown: Vec<_> = read.iter().map(|b| (b.sheet.as_str(), b.cell.as_str(), b.key.as_str())).collect();
        assert_eq!(shown, [("", "B3", "hours.year"), ("表 2", "C10", "active.2026")]);
        for (text, line) in [("B3 hours", 1), ("B3=hours\nB=active", 2), ("3B=hours", 1), ("B3 =", 1), ("ABCD3=x", 1)] {
            assert_eq!(bindings(text), Err(line), "{text}");
        }
    }
}
