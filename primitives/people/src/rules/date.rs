//! Days as people write them in rosters. Only what has one reading is read: 23/11/2026 is refused, and so is 26-11-23.

use chrono::{Datelike, Days, NaiveDate};
use kernel::tables::Cell;

use super::narrow;

/// What to make of a year and a month without a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthOnly {
    /// Refuse it: a birth date needs its day.
    Refuse,
    /// Take the first of the month: good enough for when somebody joined.
    FirstDay,
}

/// Why a date was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Nothing there.
    #[error("no date")]
    Missing,
    /// Not one of the ways to write a date.
    #[error("unreadable")]
    Unreadable,
    /// More than one reading, such as day first or month first.
    #[error("more than one reading")]
    Ambiguous,
    /// No such day, such as 30 February.
    #[error("no such day")]
    Impossible,
    /// The day is missing; the day carried here is the first of that month.
    #[error("day missing")]
    MonthOnly(NaiveDate),
    /// Month and day are missing.
    #[error("month missing")]
    YearOnly,
    /// Before 1900 or after 2100.
    #[error("out of range")]
    OutOfRange,
}

impl DateError {
    /// The key of its sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "people.date.missing",
            Self::Unreadable => "people.date.unreadable",
            Self::Ambiguous => "people.date.ambiguous",
            Self::Impossible => "people.date.impossible",
            Self::MonthOnly(_) => "people.date.month_only",
            Self::YearOnly => "people.date.year_only",
            Self::OutOfRange => "people.date.out_of_range",
        }
    }
}

/// Reads 2026-11-23, 2026/11/23, 2026.11.23, 20261123, 2026年11月23日, 二〇二六年十一月二十三日, 23-Nov-2026, a spreadsheet's
/// serial number (46349), each with or without a time of day or a weekday behind it.
pub fn parse(text: &str, month_only: MonthOnly) -> Result<NaiveDate, DateError> {
    settle(read(text), month_only)
}

/// Reads a cell: a date cell is its day, a number is 20261123, 202611 or a serial of the 1900 system.
pub fn from_cell(cell: &Cell, month_only: MonthOnly) -> Result<NaiveDate, DateError> {
    let read = match cell {
        Cell::Empty => Err(DateError::Missing),
        Cell::Date(at) => in_range(at.date()),
        Cell::Text(text) => read(text),
        Cell::Number(number) => from_number(*number),
        Cell::Bool(_) | Cell::Error(_) => Err(DateError::Unreadable),
    };
    settle(read, month_only)
}

/// The day of a serial number of the 1900 system, whose 60 stands for 29 February 1900, a day that never was.
pub fn from_serial(serial: u32) -> Result<NaiveDate, DateError> {
    let (year, month, day) = if serial < 60 { (1899, 12, 31) } else { (1899, 12, 30) };
    let first = NaiveDate::from_ymd_opt(year, month, day).ok_or(DateError::Impossible)?;
    match serial {
        0 => Err(DateError::Unreadable),
        60 => Err(DateError::Impossible),
        _ => first.checked_add_days(Days::new(u64::from(serial))).ok_or(DateError::OutOfRange).and_then(in_range),
    }
}

fn settle(read: Result<NaiveDate, DateError>, month_only: MonthOnly) -> Result<NaiveDate, DateError> {
    match read {
        Err(DateError::MonthOnly(first)) if month_only == MonthOnly::FirstDay => Ok(first),
        other => other,
    }
}

fn from_number(number: f64) -> Result<NaiveDate, DateError> {
    let whole = number.trunc();
    if !(0.0..100_000_000.0).contains(&whole) {
        return Err(DateError::Unreadable);
    }
    // 1990.1 is what is left of 1990.10 in a number cell, or is January: nobody can tell.
    if number.fract() != 0.0 && (1900.0..2100.0).contains(&whole) {
        return Err(DateError::Ambiguous);
    }
    compact(&format!("{whole}"))
}

fn read(text: &str) -> Result<NaiveDate, DateError> {
    let text = narrow(text);
    let text = text.trim().trim_start_matches('\'').trim_end_matches(['。', '.', ',']);
    let text = without_time(text);
    if text.is_empty() {
        return Err(DateError::Missing);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return compact(text);
    }
    let arabic = if text.contains('年') { numerals(text) } else { text.to_owned() };
    if arabic.contains('年') { marked(&arabic) } else { separated(&arabic) }
}

/// The part before a time of day or a weekday.
fn without_time(text: &str) -> &str {
    let text = text.split(['星', '周', '礼']).next().unwrap_or(text).trim_end_matches(['(', '（', ' ']);
    let cut = text.match_indices([' ', 'T']).find(|(at, _)| {
        let rest = text[at + 1..].trim_start();
        text[..*at].bytes().last().is_some_and(|b| b.is_ascii_digit() || b >= 0x80)
            && rest.contains(':')
            && rest.starts_with(|c: char| c.is_ascii_digit())
    });
    cut.map_or(text, |(at, _)| &text[..at]).trim()
}

/// Digits alone: a day, a month, a year or a serial number, told apart by their count.
fn compact(digits: &str) -> Result<NaiveDate, DateError> {
    let number: u32 = digits.parse().map_err(|_| DateError::Unreadable)?;
    match digits.len() {
        8 => day_of(number / 10_000, number / 100 % 100, number % 100),
        6 if (1900..=2100).contains(&(number / 100)) => month_of(number / 100, number % 100),
        6 => Err(DateError::Ambiguous),
        4 if (1900..=2100).contains(&number) => Err(DateError::YearOnly),
        1..=5 if !digits.starts_with('0') => from_serial(number),
        _ => Err(DateError::Unreadable),
    }
}

/// 2026年11月23日, with 号 for 日 and either left out at the end.
fn marked(text: &str) -> Result<NaiveDate, DateError> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (year, rest) = text.split_once('年').ok_or(DateError::Unreadable)?;
    if year.len() == 2 {
        return Err(DateError::Ambiguous);
    }
    let year = number(year, 4..=4)?;
    if rest.is_empty() {
        return Err(DateError::YearOnly);
    }
    let (month, day) = match rest.split_once(['月', '-', '.', '/']) {
        Some((month, day)) => (month, day.trim_end_matches(['日', '号', '生'])),
        None => (rest, ""),
    };
    let month = number(month, 1..=2)?;
    if day.is_empty() { month_of(year, month) } else { day_of(year, month, number(day, 1..=2)?) }
}

fn separated(text: &str) -> Result<NaiveDate, DateError> {
    let parts: Vec<&str> =
        text.split(['-', '/', '.', '\\', ' ', ',', '–', '—', '、']).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| part.chars().any(|c| !c.is_ascii_alphanumeric())) {
        return Err(DateError::Unreadable);
    }
    if let Some(named) = named_month(&parts) {
        return named;
    }
    match parts[..] {
        [year, month, day] if year.len() == 4 => {
            day_of(number(year, 4..=4)?, number(month, 1..=2)?, number(day, 1..=2)?)
        }
        [year, month] if year.len() == 4 => month_of(number(year, 4..=4)?, number(month, 1..=2)?),
        [one, two, three] => {
            number(one, 1..=2)?;
            number(two, 1..=2)?;
            number(three, 2..=4)?;
            Err(DateError::Ambiguous)
        }
        [one, two] => {
            number(one, 1..=2)?;
            number(two, 1..=4)?;
            Err(DateError::Ambiguous)
        }
        _ => Err(DateError::Unreadable),
    }
}

/// 23-Nov-2026 and Nov 23 2026: the month is a word, and the year has four digits.
fn named_month(parts: &[&str]) -> Option<Result<NaiveDate, DateError>> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let [one, two, three] = *parts else { return None };
    let month = |part: &str| {
        let part = part.to_ascii_lowercase();
        let at = MONTHS
            .iter()
            .position(|name| part.starts_with(name))
            .filter(|_| part.bytes().all(|b| b.is_ascii_alphabetic()))?;
        u32::try_from(at + 1).ok()
    };
    let (month, day) = match (month(one), month(two)) {
        (Some(month), None) => (month, two),
        (None, Some(month)) => (month, one),
        _ => return None,
    };
    if three.len() != 4 {
        return Some(Err(DateError::Ambiguous));
    }
    Some(number(three, 4..=4).and_then(|year| day_of(year, month, number(day, 1..=2)?)))
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Result<u32, DateError> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().map_err(|_| DateError::Unreadable) } else { Err(DateError::Unreadable) }
}

/// Chinese numerals made Arabic: digit by digit in the year (二〇二六), by tens in month and day (二十三, 廿三).
fn numerals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if digit(c).is_some() || matches!(c, '十' | '廿' | '卅') {
            run.push(c);
            continue;
        }
        out.push_str(&value(&run));
        run.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn digit(c: char) -> Option<usize> {
    match c {
        '零' | '○' | '◯' | '０' => Some(0),
        _ => "〇一二三四五六七八九".chars().position(|numeral| numeral == c),
    }
}

fn value(run: &str) -> String {
    let each = || run.chars().map(|c| digit(c).map(|n| n.to_string())).collect::<Option<String>>();
    let tens = run.char_indices().find(|(_, c)| matches!(c, '十' | '廿' | '卅'));
    let Some((at, ten)) = tens else { return each().unwrap_or_default() };
    let single = |part: &str| match (part.chars().count(), part.chars().next().and_then(digit)) {
        (0, _) => Some(None),
        (1, Some(n)) => Some(Some(n)),
        _ => None,
    };
    let (before, after) = (single(&run[..at]), single(&run[at + ten.len_utf8()..]));
    match (before, after, ten) {
        (Some(before), Some(after), '十') => (before.unwrap_or(1) * 10 + after.unwrap_or(0)).to_string(),
        (Some(None), Some(after), '廿') => (20 + after.unwrap_or(0)).to_string(),
        (Some(None), Some(after), '卅') => (30 + after.unwrap_or(0)).to_string(),
        _ => run.to_owned(),
    }
}

fn day_of(year: u32, month: u32, day: u32) -> Result<NaiveDate, DateError> {
    if day == 0 && (1..=12).contains(&month) {
        return month_of(year, month);
    }
    let year = i32::try_from(year).map_err(|_| DateError::Impossible)?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or(DateError::Impossible).and_then(in_range)
}

fn month_of(year: u32, month: u32) -> Result<NaiveDate, DateError> {
    day_of(year, month, 1).and_then(|first| Err(DateError::MonthOnly(first)))
}

fn in_range(day: NaiveDate) -> Result<NaiveDate, DateError> {
    if (1900..=2100).contains(&day.year()) { Ok(day) } else { Err(DateError::OutOfRange) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn one_day_is_read_in_all_its_ways() {
        for text in [
            "2026-11-23",
            "2026/11/23",
            "2026.11.23",
            "20261123",
            "2026年11月23日",
            "2026 年 11 月 23 日",
            "２０２６－１１－２３",
            "2026年11月23号",
            "2026年11月23",
            "二〇二六年十一月二十三日",
            "二零二六年十一月廿三日",
            "二○二六年11月23日",
            "2026-11-23 14:30:00",
            "2026-11-23T14:30:00",
            "2026/11/23 0:00",
            "2026年11月23日 星期一",
            "2026-11-23（周一）",
            "23-Nov-2026",
            "Nov 23, 2026",
            "23 November 2026",
            "46349",
            "'2026-11-23",
            "2026、11、23",
            "2026.11.23.",
        ] {
            assert_eq!(parse(text, MonthOnly::Refuse), Ok(day(2026, 11, 23)), "{text}");
        }
        for cell in [
            Cell::Number(46_349.0),
            Cell::Number(46_349.5),
            Cell::Number(20_261_123.0),
            Cell::Date(day(2026, 11, 23).and_hms_opt(8, 0, 0).unwrap()),
        ] {
            assert_eq!(from_cell(&cell, MonthOnly::Refuse), Ok(day(2026, 11, 23)), "{cell:?}");
        }
        assert_eq!(parse("1990年3月5日", MonthOnly::Refuse), Ok(day(1990, 3, 5)));
        assert_eq!(parse("一九九〇年十月三十日", MonthOnly::Refuse), Ok(day(1990, 10, 30)));
    }

    #[test]
    fn serials_know_the_day_that_never_was() {
        assert_eq!(
            (from_serial(1), from_serial(59), from_serial(61)),
            (Ok(day(1900, 1, 1)), Ok(day(1900, 2, 28)), Ok(day(1900, 3, 1)))
        );
        assert_eq!((from_serial(60), from_serial(0)), (Err(DateError::Impossible), Err(DateError::Unreadable)));
    }

    #[test]
    fn what_has_two_readings_or_none_is_refused() {
        use DateError::*;
        for (text, reason) in [
            ("", Missing),
            ("23/11/2026", Ambiguous),
            ("11/23/2026", Ambiguous),
            ("1/2/90", Ambiguous),
            ("26-11-23", Ambiguous),
            ("90年3月5日", Ambiguous),
            ("23-Nov-26", Ambiguous),
            ("261123", Ambiguous),
            ("2026年2月30日", Impossible),
            ("2025-02-29", Impossible),
            ("2026-13-01", Impossible),
            ("20261301", Impossible),
            ("1990", YearOnly),
            ("1990年", YearOnly),
            ("1880-01-01", OutOfRange),
            ("2999-01-01", OutOfRange),
            ("不详", Unreadable),
            ("今天", Unreadable),
            ("2026-11-23-01", Unreadable),
            ("张三年", Unreadable),
        ] {
            assert_eq!(parse(text, super::MonthOnly::Refuse), Err(reason), "{text}");
        }
        for text in ["1990年3月", "1990-03", "1990.3", "1990/3", "199003", "一九九〇年三月", "1990年03月00日"]
        {
            assert_eq!(parse(text, super::MonthOnly::Refuse), Err(MonthOnly(day(1990, 3, 1))), "{text}");
            assert_eq!(parse(text, super::MonthOnly::FirstDay), Ok(day(1990, 3, 1)), "{text}");
        }
        assert_eq!(from_cell(&Cell::Number(1990.1), super::MonthOnly::FirstDay), Err(Ambiguous));
        assert_eq!(from_cell(&Cell::Number(1990.0), super::MonthOnly::FirstDay), Err(YearOnly));
    }

    proptest! {
        #[test]
        fn every_day_reads_back(days in 0..73_000_u64) {
            let day = day(1900, 1, 1) + Days::new(days);
            for form in ["%Y-%m-%d", "%Y/%-m/%-d", "%Y.%m.%d", "%Y%m%d", "%Y年%-m月%-d日", "%d-%b-%Y"] {
                prop_assert_eq!(parse(&day.format(form).to_string(), MonthOnly::Refuse), Ok(day));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9年月日十二廿/. T:-]{0,14}|\\PC{0,20}") {
            let _ = parse(&text, MonthOnly::Refuse);
        }
    }
}
