//! Identity documents: the citizen's number (GB 11643) with what it tells, and the other papers by their type.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use kernel::tables::Cell;

use super::{check_character, narrow, scientific};

/// The kinds of paper that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// 居民身份证.
    Resident,
    /// 港澳居民居住证 and 台湾居民居住证: built as a citizen's number, area 81, 82 or 83.
    Permit,
    /// 普通护照.
    Passport,
    /// 港澳居民来往内地通行证.
    HomeReturn,
    /// 台湾居民来往大陆通行证.
    Taiwan,
    /// 外国人永久居留身份证.
    ForeignResident,
}

impl Kind {
    /// The code of the document type; the permit's (`810`) is our own until the standard's is confirmed.
    pub fn code(self) -> &'static str {
        match self {
            Self::Resident => "111",
            Self::Permit => "810",
            Self::Passport => "414",
            Self::HomeReturn => "516",
            Self::Taiwan => "511",
            Self::ForeignResident => "553",
        }
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Resident, Self::Permit, Self::Passport, Self::HomeReturn, Self::Taiwan, Self::ForeignResident]
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    /// The kind that a roster's word or code names; `None` for a word that is not known.
    pub fn from_words(text: &str) -> Option<Self> {
        let word: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
        if let Some(kind) = Self::from_code(&word) {
            return Some(kind);
        }
        Some(match word.as_str() {
            "身份证"
            | "居民身份证"
            | "二代身份证"
            | "第二代身份证"
            | "二代证"
            | "身份证号"
            | "大陆身份证"
            | "内地居民身份证" => Self::Resident,
            "居住证" => return None,
            word if word.contains("居住证") => Self::Permit,
            word if word.contains("护照") => Self::Passport,
            word if word.contains("台胞证") || word.contains("台湾居民来往") || word.contains("台湾通行证") => {
                Self::Taiwan
            }
            word if word.contains("回乡证") || word.contains("港澳居民来往") || word.contains("港澳通行证") => {
                Self::HomeReturn
            }
            word if word.contains("永久居留") => Self::ForeignResident,
            _ => return None,
        })
    }
}

/// What the number says: GB/T 2261.1, 1 male, 2 female.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Code 1.
    Male,
    /// Code 2.
    Female,
}

impl Sex {
    /// 1 or 2.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }

    /// 男, 女, 1, 2, M, F and the English words; `None` for anything else.
    pub fn from_words(text: &str) -> Option<Self> {
        match narrow(text).trim().to_lowercase().as_str() {
            "男" | "男性" | "男士" | "1" | "m" | "male" => Some(Self::Male),
            "女" | "女性" | "女士" | "2" | "f" | "female" => Some(Self::Female),
            _ => None,
        }
    }
}

/// A checked document. Its `Debug` shows the number masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Which paper.
    pub kind: Kind,
    /// The number: upper case, without spaces.
    pub number: String,
    /// Told by citizens' numbers and permits alone.
    pub birth_date: Option<NaiveDate>,
    /// Told by citizens' numbers and permits alone.
    pub sex: Option<Sex>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:?} {})", self.kind, mask(&self.number))
    }
}

/// Why a number was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Nothing there.
    #[error("no number")]
    Missing,
    /// The spreadsheet kept 15 digits and lost the rest.
    #[error("rounded by a spreadsheet")]
    Spoilt,
    /// Some characters are stars.
    #[error("masked")]
    Masked,
    /// A number of 15 digits, not valid since 2013.
    #[error("the old form of 15 digits")]
    Fifteen,
    /// Fewer than 18 characters.
    #[error("too short")]
    TooShort,
    /// More than 18 characters.
    #[error("too long")]
    TooLong,
    /// Something that is no digit (nor a last X).
    #[error("a character that does not belong")]
    Character,
    /// The first two digits are no province.
    #[error("unknown area")]
    Area,
    /// The eight digits of the birth date are no day between 1900 and today.
    #[error("no such birth date")]
    BirthDate,
    /// The last character does not fit the others.
    #[error("check character differs")]
    Check,
    /// It looks like another paper, and the row does not say which.
    #[error("kind of document not told")]
    KindNeeded,
    /// It does not have the form of the paper that the row names.
    #[error("not the form of this kind")]
    Form,
}

impl IdentityError {
    /// The key of its sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "people.identity.missing",
            Self::Spoilt => "people.identity.spoilt",
            Self::Masked => "people.identity.masked",
            Self::Fifteen => "people.identity.fifteen",
            Self::TooShort => "people.identity.too_short",
            Self::TooLong => "people.identity.too_long",
            Self::Character => "people.identity.character",
            Self::Area => "people.identity.area",
            Self::BirthDate => "people.identity.birth_date",
            Self::Check => "people.identity.check",
            Self::KindNeeded => "people.identity.kind_needed",
            Self::Form => "people.identity.form",
        }
    }
}

/// Reads a number as typed; spaces, dashes, full-width digits and a small x are accepted. `kind` is what the row says it
/// is: without it only citizens' numbers and permits are accepted. `today` (Beijing) bounds the birth date.
pub fn parse(text: &str, kind: Option<Kind>, today: NaiveDate) -> Result<Identity, IdentityError> {
    let number = clean(text);
    if number.is_empty() {
        return Err(IdentityError::Missing);
    }
    if number.contains(['*', '＊', '●', '×']) {
        return Err(IdentityError::Masked);
    }
    if scientific(&number) {
        return Err(IdentityError::Spoilt);
    }
    match kind {
        None | Some(Kind::Resident | Kind::Permit) => citizen(&number, kind, today),
        Some(Kind::ForeignResident) => foreign_resident(number),
        Some(kind) => paper(number, kind),
    }
}

/// The document that a number of the old 15 digits became: with the century and the check character. None for what was none.
pub fn of_fifteen(text: &str, today: NaiveDate) -> Option<Identity> {
    let number: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let digits = number.len() == 15 && number.bytes().all(|b| b.is_ascii_digit());
    let body = digits.then(|| format!("{}19{}", &number[..6], &number[6..]))?;
    let check = super::check_character(&body)?;
    parse(&format!("{body}{check}"), Some(Kind::Resident), today).ok()
}

/// Reads a cell. A number cell of more than 15 digits has lost its end, whatever it shows.
pub fn from_cell(cell: &Cell, kind: Option<Kind>, today: NaiveDate) -> Result<Identity, IdentityError> {
    match cell {
        Cell::Empty => Err(IdentityError::Missing),
        Cell::Number(number) if number.abs() >= 1e15 => Err(IdentityError::Spoilt),
        Cell::Text(text) => parse(text, kind, today),
        Cell::Number(number) if number.fract() == 0.0 => parse(&format!("{number}"), kind, today),
        Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) | Cell::Error(_) => Err(IdentityError::Character),
    }
}

/// Whether a number is one that a spreadsheet could have rounded: 18 digits of which the last three are zeros.
/// True of one right number in about 1,100, so only a sign next to other rounded numbers.
pub fn ends_rounded(number: &str) -> bool {
    number.len() == 18 && number.ends_with("000")
}

/// First six and last four, as `440605********0013`; the last four alone of shorter numbers; only stars of the shortest.
pub fn mask(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    let (head, tail) = match characters.len() {
        0..=4 => (0, 0),
        5..=12 => (0, if characters.len() < 8 { 2 } else { 4 }),
        _ => (6, 4),
    };
    let end = characters.len() - tail;
    characters.iter().enumerate().map(|(at, c)| if at < head || at >= end { *c } else { '*' }).collect()
}

fn clean(text: &str) -> String {
    let marks = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–' | '—' | '\'' | '’' | '‘' | '`');
    narrow(text).chars().filter(marks).map(|c| c.to_ascii_uppercase()).collect()
}

fn citizen(number: &str, told: Option<Kind>, today: NaiveDate) -> Result<Identity, IdentityError> {
    shape(number, told)?;
    let kind = match &number[..2] {
        "81" | "82" | "83" => Kind::Permit,
        province if PROVINCES.contains(&province) => Kind::Resident,
        _ if told.is_none() && number.starts_with('9') => return Err(IdentityError::KindNeeded),
        _ => return Err(IdentityError::Area),
    };
    if told.is_some_and(|told| told != kind) {
        return Err(IdentityError::Form);
    }
    let right = check_character(&number[..17]) == number.chars().last();
    if !right && ends_rounded(number) {
        return Err(IdentityError::Spoilt);
    }
    let birth_date = birth_date(&number[6..14], today)?;
    if !right {
        return Err(IdentityError::Check);
    }
    let sex = if number.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female };
    Ok(Identity { kind, number: number.to_owned(), birth_date: Some(birth_date), sex: Some(sex) })
}

const PROVINCES: [&str; 32] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
];

/// Length and characters of a citizen's number.
fn shape(number: &str, told: Option<Kind>) -> Result<(), IdentityError> {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let length = number.chars().count();
    let plain = digits == length || (digits + 1 == length && number.ends_with('X'));
    match length {
        _ if !plain && told.is_none() && paper(number.to_owned(), Kind::Passport).is_ok() => {
            Err(IdentityError::KindNeeded)
        }
        _ if !plain => Err(IdentityError::Character),
        15 if digits == 15 => Err(IdentityError::Fifteen),
        0..=17 => Err(IdentityError::TooShort),
        18 => Ok(()),
        _ => Err(IdentityError::TooLong),
    }
}

fn birth_date(digits: &str, today: NaiveDate) -> Result<NaiveDate, IdentityError> {
    NaiveDate::parse_from_str(digits, "%Y%m%d")
        .ok()
        .filter(|day| day.year() >= 1900 && *day <= today)
        .ok_or(IdentityError::BirthDate)
}

/// Since 2023 18 digits that begin with 9 and end with the same check character; before, three letters and 12 digits.
fn foreign_resident(number: String) -> Result<Identity, IdentityError> {
    let plain = Identity { kind: Kind::ForeignResident, number, birth_date: None, sex: None };
    let number = plain.number.as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match number.len() {
        18 if number[0] == b'9' && digits(&number[..17]) => {
            if check_character(&plain.number[..17]) == plain.number.chars().last() {
                Ok(plain)
            } else {
                Err(IdentityError::Check)
            }
        }
        15 if number[..3].iter().all(u8::is_ascii_alphabetic) && digits(&number[3..]) => Ok(plain),
        _ => Err(IdentityError::Form),
    }
}

/// Passports and travel permits: Latin letters and digits, with digits among them.
fn paper(number: String, kind: Kind) -> Result<Identity, IdentityError> {
    if !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(IdentityError::Character);
    }
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let fits = match kind {
        Kind::HomeReturn => number.starts_with(['H', 'M']) && digits + 1 == number.len() && matches!(digits, 8 | 10),
        Kind::Taiwan => matches!(number.len(), 8 | 10 | 11) && digits + 3 >= number.len(),
        _ => (5..=12).contains(&number.len()) && digits >= 4,
    };
    if fits { Ok(Identity { kind, number, birth_date: None, sex: None }) } else { Err(IdentityError::Form) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
    }

    fn error(text: &str) -> IdentityError {
        parse(text, None, today()).unwrap_err()
    }

    #[test]
    fn the_vectors_of_the_standard_and_of_nanhai_hold() {
        for (text, born, sex) in [
            ("11010519491231002X", "1949-12-31", Sex::Female),
            ("440605190001010013", "1900-01-01", Sex::Male),
            ("440605190001010021", "1900-01-01", Sex::Female),
            ("440605194912310015", "1949-12-31", Sex::Male),
            ("440605202402290066", "2024-02-29", Sex::Female),
            ("440605201506010044", "2015-06-01", Sex::Female),
            ("440605201103010058", "2011-03-01", Sex::Male),
            ("11010519491231002x", "1949-12-31", Sex::Female),
            ("１１０１０５１９４９１２３１００２Ｘ", "1949-12-31", Sex::Female),
            (" 440605 19000101 0013\u{200b}", "1900-01-01", Sex::Male),
            ("'440605190001010013", "1900-01-01", Sex::Male),
        ] {
            let identity = parse(text, None, today()).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                (identity.birth_date.unwrap().to_string().as_str(), identity.sex.unwrap(), identity.kind),
                (born, sex, Kind::Resident),
                "{text}"
            );
        }
        let permit = parse("810000199001010019", None, today()).unwrap();
        assert_eq!(permit.kind, Kind::Permit);
    }

    #[test]
    fn every_refusal_has_its_own_reason() {
        use IdentityError::*;
        for (text, reason) in [
            ("", Missing),
            ("  ", Missing),
            ("440605190001010010", Check),
            ("440524188001010014", BirthDate),
            ("440605202702290014", BirthDate),
            ("440605202611240014", BirthDate),
            ("440605900101001", Fifteen),
            ("44060519000101001", TooShort),
            ("4406051900010100133", TooLong),
            ("4406051900010100I3", Character),
            ("990605190001010013", KindNeeded),
            ("770605190001010013", Area),
            ("4.40605E+17", Spoilt),
            ("4.40605190001010E+17", Spoilt),
            ("440605190001010000", Spoilt),
            ("440605********0013", Masked),
            ("E12345678", KindNeeded),
            ("没有", Character),
            ("440605１９０00101OO13", Character),
        ] {
            assert_eq!(error(text), reason, "{text}");
        }
        assert_eq!(from_cell(&Cell::Number(440_605_190_001_010_013.0), None, today()), Err(Spoilt));
        assert_eq!(from_cell(&Cell::Number(440_605_900_101_001.0), None, today()), Err(Fifteen));
        assert_eq!(parse("E12345678", Some(Kind::Resident), today()), Err(Character));
        assert_eq!(parse("810000199001010019", Some(Kind::Resident), today()), Err(Form));
    }

    #[test]
    fn other_papers_are_read_by_their_kind() {
        for (word, number) in [
            ("护照", "e1234 5678"),
            ("港澳居民来往内地通行证", "H12345678"),
            ("回乡证", "M1234567800"),
            ("台胞证", "12345678"),
            ("511", "0123456789"),
            ("外国人永久居留身份证", "USA123456789012"),
        ] {
            let kind = Kind::from_words(word).unwrap();
            let identity = parse(number, Some(kind), today()).unwrap_or_else(|error| panic!("{word}: {error}"));
            assert_eq!((identity.kind, identity.birth_date), (kind, None));
        }
        assert_eq!(parse("A1234567", Some(Kind::HomeReturn), today()), Err(IdentityError::Form));
        assert_eq!((Kind::from_words("居住证"), Kind::from_words("户口簿")), (None, None));
    }

    #[test]
    fn numbers_are_shown_masked() {
        assert_eq!(
            (mask("440605190001010013").as_str(), mask("E12345678").as_str(), mask("123").as_str()),
            ("440605********0013", "*****5678", "***")
        );
        let identity = parse("440605190001010013", None, today()).unwrap();
        assert!(!format!("{identity:?}").contains("19000101"));
    }

    prop_compose! {
        fn right()(area in 0..PROVINCES.len(), county in 0..10_000, days in 0..46_000_i64, sequence in 0..1000) -> String {
            let born = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Duration::days(days);
            let body = format!("{}{county:04}{}{sequence:03}", PROVINCES[area], born.format("%Y%m%d"));
            let check = check_character(&body).unwrap();
            format!("{body}{check}")
        }
    }

    proptest! {
        #[test]
        fn right_numbers_are_read_back(number in right()) {
            let identity = parse(&number, None, today()).unwrap();
            prop_assert_eq!(&identity.number, &number);
            prop_assert_eq!(parse(&identity.number.to_lowercase(), None, today()).unwrap(), identity);
        }

        #[test]
        fn any_single_wrong_digit_is_found(number in right(), at in 0..18_usize, other in 0..10_u32) {
            let mut changed: Vec<char> = number.chars().collect();
            let digit = char::from_digit(other, 10).unwrap();
            prop_assume!(changed[at] != digit);
            changed[at] = digit;
            prop_assert!(parse(&changed.into_iter().collect::<String>(), None, today()).is_err());
        }

        #[test]
        fn neighbours_changed_for_each_other_are_found(number in right(), at in 0..16_usize) {
            let mut changed: Vec<char> = number.chars().collect();
            prop_assume!(changed[at] != changed[at + 1]);
            changed.swap(at, at + 1);
            prop_assert!(parse(&changed.into_iter().collect::<String>(), None, today()).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}") {
            for kind in [None, Some(Kind::Permit), Some(Kind::Passport), Some(Kind::ForeignResident), Some(Kind::Taiwan)] {
                let _ = parse(&text, kind, today());
            }
            mask(&text);
        }
    }
}
