//! The rules of what identifies a person: documents, names, phones, days and the volunteer number. Pure, and never
//! guessing: what cannot be read for certain is refused with the key of a sentence that says why.

pub mod date;
pub mod identity;
pub mod name;
pub mod phone;
pub mod volunteer_number;

/// Full-width letters, digits and marks made half-width, the ideographic and the unbreakable space made plain, and what has
/// no width taken out: the part of NFKC that rosters need, without its changes to rare characters.
pub fn narrow(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\t' | '\r' | '\n' | '\u{b}' | '\u{c}' => ' ',
            _ => c,
        })
        .collect()
}

/// Whether a text is a number as a spreadsheet shortens it: 4.40605E+17.
fn scientific(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    text.split_once("E+").is_some_and(|(head, tail)| {
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        number(head) && number(tail)
    })
}

/// The check character of ISO 7064 MOD 11-2 after these digits; `None` when one is no digit.
fn check_character(digits: &str) -> Option<char> {
    let sum = digits.chars().try_fold(0_u32, |sum, c| Some((sum + c.to_digit(10)?) * 2 % 11))?;
    match (12 - sum) % 11 {
        10 => Some('X'),
        rest => char::from_digit(rest, 10),
    }
}
