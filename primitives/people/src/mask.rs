//! How personal data is shown before somebody gives a reason.

use crate::model::Person;
use crate::rules::phone;
use chrono::Datelike as _;

/// `138 **** 0000`; empty without a phone.
pub(crate) fn phone_of(person: &Person) -> String {
    person.phone.as_deref().and_then(|text| phone::parse(text).ok()).map(|phone| phone.masked()).unwrap_or_default()
}

/// The same of a number as it is stored; only stars where it is none.
#[must_use]
pub fn phone(number: &str) -> String {
    phone::parse(number).map_or_else(|_| "****".to_owned(), |phone| phone.masked())
}

/// `199*`; empty without a birth date.
pub(crate) fn birth_of(person: &Person) -> String {
    person.birth_date.map(|born| format!("{}*", born.year() / 10)).unwrap_or_default()
}

/// `**** 0013`; empty without a document.
pub(crate) fn identity_of(person: &Person) -> String {
    person.id_tail.as_deref().map(|tail| format!("**** {tail}")).unwrap_or_default()
}

/// `440605 00031483 7`, as it is printed on cards.
pub(crate) fn number_of(person: &Person) -> String {
    person.volunteer_no.as_deref().map(spaced).unwrap_or_default()
}

/// The same of a number as it is stored.
#[must_use]
pub fn spaced(number: &str) -> String {
    match (number.get(..6), number.get(6..14), number.get(14..)) {
        (Some(area), Some(serial), Some(check)) => format!("{area} {serial} {check}"),
        _ => number.to_owned(),
    }
}
