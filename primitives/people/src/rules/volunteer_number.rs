//! The volunteer's number: area of first registration, serial, check character. Nothing personal is in it, and it stays
//! when the person moves.

use super::{check_character, narrow};

/// Why a number was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not 14 digits and a digit or X.
    #[error("not of 15 characters")]
    Form,
    /// The last character does not fit the others.
    #[error("check character differs")]
    Check,
}

impl NumberError {
    /// The key of its sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Form => "people.volunteer_number.form",
            Self::Check => "people.volunteer_number.check",
        }
    }
}

/// The number of 15 characters for a 6-digit area and a serial up to 99,999,999; `None` when either does not fit.
pub fn make(area: &str, serial: u32) -> Option<String> {
    let body = format!("{area}{serial:08}");
    let fits = area.len() == 6 && area.bytes().all(|b| b.is_ascii_digit()) && serial <= 99_999_999;
    fits.then(|| check_character(&body)).flatten().map(|check| format!("{body}{check}"))
}

/// The number as stored, from what was typed: spaces, dashes, full-width digits and a small x are accepted.
pub fn parse(text: &str) -> Result<String, NumberError> {
    let number: String =
        narrow(text).chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let (Some(body), Some(last)) = (number.get(..14), number.get(14..)) else { return Err(NumberError::Form) };
    match check_character(body) {
        Some(check) if last.len() == 1 => {
            if last.starts_with(check) {
                Ok(number)
            } else {
                Err(NumberError::Check)
            }
        }
        _ => Err(NumberError::Form),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_made_and_read() {
        let number = make("440605", 1).unwrap();
        assert_eq!((number.len(), parse(&number)), (15, Ok(number.clone())));
        assert_eq!((make("44060", 1), make("440605", 100_000_000), make("44060a", 1)), (None, None, None));
        assert_eq!((parse("440605"), parse("44060500000001张")), (Err(NumberError::Form), Err(NumberError::Form)));
    }

    proptest! {
        #[test]
        fn any_single_wrong_digit_is_found(serial in 0..100_000_000_u32, at in 0..15_usize, other in 0..10_u32) {
            let number = make("440605", serial).unwrap();
            prop_assert_eq!(parse(&number.to_lowercase()), Ok(number.clone()));
            let digit = char::from_digit(other, 10).unwrap();
            let mut changed: Vec<char> = number.chars().collect();
            prop_assume!(changed[at] != digit);
            changed[at] = digit;
            prop_assert_eq!(parse(&changed.into_iter().collect::<String>()), Err(NumberError::Check));
        }
    }
}
