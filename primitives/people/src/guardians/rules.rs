//! What the law asks of minors who volunteer. Pure.
//!
//! Everybody under 18 needs a guardian's consent. Under 16 the guardian must be reachable by phone. Under 14 every datum is
//! sensitive (personal information law, articles 28 and 31), so the guardian agrees to it separately.

use chrono::{Months, NaiveDate};
use kernel::{Word, text_enum};

text_enum! {
    /// The bands of age in which the law asks for different things.
    pub enum Band {
        /// Under 14: a separate consent to data.
        Child = "child",
        /// 14 and 15: a guardian who can be phoned.
        Youth = "youth",
        /// 16 and 17.
        Near = "near",
    }
}

/// Full years at which nobody stands for one any more.
const OF_AGE: u32 = 18;

impl Band {
    /// The years from which and below which it holds.
    #[must_use]
    pub const fn years(self) -> (u32, u32) {
        match self {
            Self::Child => (0, 14),
            Self::Youth => (14, 16),
            Self::Near => (16, OF_AGE),
        }
    }

    /// Whether a guardian's phone is asked for.
    #[must_use]
    pub const fn asks_phone(self) -> bool {
        matches!(self, Self::Child | Self::Youth)
    }

    /// Whether the consent to data is asked for separately.
    #[must_use]
    pub const fn asks_data(self) -> bool {
        matches!(self, Self::Child)
    }
}

/// The band on a day; none for who is of age, or is not born yet.
#[must_use]
pub fn band(birth: NaiveDate, day: NaiveDate) -> Option<Band> {
    let age = day.years_since(birth)?;
    Band::ALL.iter().copied().find(|band| (band.years().0..band.years().1).contains(&age))
}

/// Whoever was born after this day is younger than so many years.
#[must_use]
pub fn born_after(day: NaiveDate, years: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(years * 12)).unwrap_or(day)
}

/// Whoever was born after this day is a minor.
#[must_use]
pub fn minors_after(day: NaiveDate) -> NaiveDate {
    born_after(day, OF_AGE)
}

/// Why a minor may not serve on a day: `consent` is what `CONSENT` answers. Nothing for who is of age or whose birth nobody knows.
#[must_use]
pub fn refusal(birth: Option<NaiveDate>, day: NaiveDate, consent: Option<i64>) -> Option<Word> {
    let band = band(birth?, day)?;
    match consent {
        None => Some(Word::new("people.guardian.refused")),
        Some(1) if band.asks_data() => Some(Word::new("people.guardian.refused_data")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_band_changes_on_the_birthday() {
        let day = date("2026-11-23");
        for (born, expected) in [
            ("2012-11-24", Some(Band::Child)),
            ("2012-11-23", Some(Band::Youth)),
            ("2010-11-24", Some(Band::Youth)),
            ("2010-11-23", Some(Band::Near)),
            ("2008-11-24", Some(Band::Near)),
            ("2008-11-23", None),
            ("2030-01-01", None),
        ] {
            assert_eq!(band(date(born), day), expected, "{born}");
            let years = date(born) > minors_after(day) && date(born) <= day;
            assert_eq!(years, expected.is_some(), "{born} in the list");
        }
    }

    #[test]
    fn a_child_needs_both_consents_a_youth_one_and_an_adult_none() {
        let day = date("2026-11-23");
        let word = |born: &str, consent| refusal(Some(date(born)), day, consent).map(|word| word.key.to_string());
        assert_eq!(word("2014-01-01", None).as_deref(), Some("people.guardian.refused"));
        assert_eq!(word("2014-01-01", Some(1)).as_deref(), Some("people.guardian.refused_data"));
        assert_eq!(word("2014-01-01", Some(2)), None);
        assert_eq!(word("2011-01-01", Some(1)), None);
        assert_eq!(word("2009-01-01", None).as_deref(), Some("people.guardian.refused"));
        assert_eq!(word("2000-01-01", None), None);
        assert_eq!(refusal(None, day, None), None);
    }
}
