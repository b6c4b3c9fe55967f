//! Telephone numbers of the mainland: mobiles, and landlines with their area code.

use std::fmt;

use kernel::tables::Cell;

use super::{narrow, scientific};

/// Which kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 11 digits from 13 to 19: can receive a text message.
    Mobile,
    /// An area code and 7 or 8 digits.
    Landline,
}

/// A checked number. Its `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    /// `13800000000`, or `0757-81234567`.
    pub number: String,
    /// Which kind of line.
    pub kind: Kind,
}

impl Phone {
    /// `138 **** 0000`; of a landline `0757-****4567`.
    pub fn masked(&self) -> String {
        match self.kind {
            Kind::Mobile => format!("{} **** {}", &self.number[..3], self.tail()),
            Kind::Landline => format!("{}-****{}", self.number.split('-').next().unwrap_or_default(), self.tail()),
        }
    }

    /// The last four digits.
    pub fn tail(&self) -> &str {
        &self.number[self.number.len().saturating_sub(4)..]
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// Why a number was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing there.
    #[error("no number")]
    Missing,
    /// Fewer digits than a mobile or a landline has.
    #[error("too short")]
    TooShort,
    /// More digits.
    #[error("too long")]
    TooLong,
    /// 11 digits that do not begin as a mobile's do.
    #[error("not a mobile")]
    NotMobile,
    /// 7 or 8 digits: a landline without its area code.
    #[error("area code missing")]
    NeedsArea,
    /// Two numbers or more in one place.
    #[error("several numbers")]
    Several,
    /// Something that is no part of a number.
    #[error("a character that does not belong")]
    Character,
    /// Shortened by a spreadsheet.
    #[error("rounded by a spreadsheet")]
    Spoilt,
    /// Stars in it.
    #[error("masked")]
    Masked,
}

impl PhoneError {
    /// The key of its sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "people.phone.missing",
            Self::TooShort => "people.phone.too_short",
            Self::TooLong => "people.phone.too_long",
            Self::NotMobile => "people.phone.not_mobile",
            Self::NeedsArea => "people.phone.needs_area",
            Self::Several => "people.phone.several",
            Self::Character => "people.phone.character",
            Self::Spoilt => "people.phone.spoilt",
            Self::Masked => "people.phone.masked",
        }
    }
}

/// Reads a number as typed: +86, 0086, spaces, dashes, brackets and full-width digits are accepted.
pub fn parse(text: &str) -> Result<Phone, PhoneError> {
    let text = narrow(text);
    let text = text.trim().trim_start_matches('\'');
    if text.contains(['*', '●', '×']) {
        return Err(PhoneError::Masked);
    }
    if scientific(text) {
        return Err(PhoneError::Spoilt);
    }
    let text = text.strip_suffix(".0").unwrap_or(text);
    if text
        .split(['/', '、', ',', ';', '，', '；', '|'])
        .filter(|part| part.bytes().filter(u8::is_ascii_digit).count() >= 7)
        .count()
        > 1
    {
        return Err(PhoneError::Several);
    }
    let mut digits = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => {}
            ' ' | '-' | '‐' | '‑' | '–' | '—' | '−' | '(' | ')' | '.' | '·' => {}
            _ => return Err(PhoneError::Character),
        }
    }
    let foreign = text.starts_with('+') && !digits.starts_with("86");
    if foreign { Err(PhoneError::Character) } else { sort(at_home(&digits)) }
}

/// Reads a cell; a number cell holds a phone exactly, unless its leading 0 was lost.
pub fn from_cell(cell: &Cell) -> Result<Phone, PhoneError> {
    match cell {
        Cell::Empty => Err(PhoneError::Missing),
        Cell::Text(text) => parse(text),
        Cell::Number(number) if number.fract() == 0.0 && (0.0..1e15).contains(number) => parse(&format!("{number}")),
        Cell::Number(_) => Err(PhoneError::Spoilt),
        Cell::Date(_) | Cell::Bool(_) | Cell::Error(_) => Err(PhoneError::Character),
    }
}

/// Without the country's prefix.
fn at_home(digits: &str) -> &str {
    let rest = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() >= 10));
    let rest = rest.unwrap_or(digits);
    // 0 before a mobile is how one dialled another town's.
    rest.strip_prefix('0').filter(|mobile| mobile.len() == 11 && is_mobile(mobile)).unwrap_or(rest)
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && digits.as_bytes()[1] >= b'3'
}

fn sort(digits: &str) -> Result<Phone, PhoneError> {
    if is_mobile(digits) {
        return Ok(Phone { number: digits.to_owned(), kind: Kind::Mobile });
    }
    if digits.starts_with('0') {
        let short = digits.starts_with("010") || digits.starts_with("02");
        let area = if short { 3 } else { 4 };
        return match digits.len().checked_sub(area) {
            Some(7 | 8) if !digits[area..].starts_with(['0', '1']) => {
                Ok(Phone { number: format!("{}-{}", &digits[..area], &digits[area..]), kind: Kind::Landline })
            }
            Some(7 | 8) => Err(PhoneError::NotMobile),
            Some(length) if length > 8 => Err(PhoneError::TooLong),
            _ => Err(PhoneError::TooShort),
        };
    }
    match digits.len() {
        0 => Err(PhoneError::Missing),
        7 | 8 if !digits.starts_with('1') => Err(PhoneError::NeedsArea),
        1..=10 => Err(PhoneError::TooShort),
        11 => Err(PhoneError::NotMobile),
        _ => Err(PhoneError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for text in [
            "13800000000",
            "138 0000 0000",
            "138-0000-0000",
            "+86 13800000000",
            "0086-138-0000-0000",
            "8613800000000",
            "１３８００００００００",
            "013800000000",
            "13800000000.0",
            "'13800000000",
            "+86(138)00000000",
        ] {
            assert_eq!(
                parse(text).map(|phone| (phone.number, phone.kind)),
                Ok(("13800000000".to_owned(), Kind::Mobile)),
                "{text}"
            );
        }
        for (text, number) in [
            ("0757-81234567", "0757-81234567"),
            ("(0757)81234567", "0757-81234567"),
            ("020 8123 4567", "020-81234567"),
            ("0757 8123456", "0757-8123456"),
        ] {
            assert_eq!(
                parse(text).map(|phone| (phone.number, phone.kind)),
                Ok((number.to_owned(), Kind::Landline)),
                "{text}"
            );
        }
        assert_eq!(from_cell(&Cell::Number(13_800_000_000.0)).unwrap().number, "13800000000");
    }

    #[test]
    fn every_refusal_has_its_own_reason() {
        use PhoneError::*;
        for (text, reason) in [
            ("", Missing),
            ("1380000000", TooShort),
            ("138000000000", TooLong),
            ("12800000000", NotMobile),
            ("81234567", NeedsArea),
            ("13800000000/13900000000", Several),
            ("13800000000、81234567", Several),
            ("1.38E+10", Spoilt),
            ("138****0000", Masked),
            ("138 **** 0000", Masked),
            ("138OOOO0000", Character),
            ("+852 91234567", Character),
            ("无", Character),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
        assert_eq!(from_cell(&Cell::Number(1.5)), Err(Spoilt));
    }

    #[test]
    fn numbers_are_shown_masked() {
        let mobile = parse("13812340000").unwrap();
        assert_eq!(
            (mobile.masked().as_str(), mobile.tail(), format!("{mobile:?}").as_str()),
            ("138 **** 0000", "0000", "Phone(138 **** 0000)")
        );
        assert_eq!(parse("0757-81234567").unwrap().masked(), "0757-****4567");
    }

    proptest! {
        #[test]
        fn a_number_reads_back(number in "1[3-9][0-9]{9}|0757-[2-9][0-9]{7}|02[0-9]-[2-9][0-9]{7}") {
            let phone = parse(&number).unwrap();
            prop_assert_eq!(&phone.number, &number);
            prop_assert_eq!(parse(&phone.number).unwrap(), phone);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9+ *-]{0,16}|\\PC{0,20}") {
            let _ = parse(&text).map(|phone| phone.masked());
        }
    }
}
