//! What of a record is compared, made ready once so that a hundred thousand are compared quickly.

use super::variants::plain;
use crate::model::{NewPerson, Person, PersonId, Sex};
use chrono::NaiveDate;
use kernel::search;

/// A record as it is compared.
#[derive(Clone, Debug)]
pub struct Card {
    /// Whose.
    pub person: PersonId,
    /// As written.
    pub name: String,
    /// The name without dots and spaces, in the plain form of every character, small letters.
    pub folded: String,
    /// Its characters.
    pub letters: Vec<char>,
    /// How it sounds, without tones; empty where nobody knows.
    pub sound: String,
    /// The day of birth.
    pub birth: Option<NaiveDate>,
    /// The phone.
    pub phone: Option<String>,
    /// Small letters.
    pub email: Option<String>,
    /// Narrow, without spaces, from six characters on.
    pub address: Option<String>,
    /// The kind of the document and its last four characters.
    pub id: Option<(String, String)>,
    /// Whether a man; absent when nobody knows.
    pub man: Option<bool>,
}

impl Card {
    /// Of a person on record.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let id = person.id_kind.clone().zip(person.id_tail.clone());
        Self::made(
            person.id,
            &person.name,
            (person.sex, person.birth_date),
            (&person.phone, &person.email, &person.address),
            id,
        )
    }

    /// Of somebody who is about to be put on record.
    #[must_use]
    pub fn of_new(new: &NewPerson) -> Self {
        let tail = |number: &str| number.chars().skip(number.chars().count().saturating_sub(4)).collect();
        let id = new.identity.as_ref().map(|id| (id.kind.code().to_owned(), tail(&id.number)));
        Self::made(new.id, &new.name, (new.sex, new.birth_date), (&new.phone, &new.email, &new.address), id)
    }

    pub(super) fn made(
        person: PersonId,
        name: &str,
        (sex, birth): (Sex, Option<NaiveDate>),
        (phone, email, address): (&Option<String>, &Option<String>, &Option<String>),
        id: Option<(String, String)>,
    ) -> Self {
        let folded = fold(name);
        let place = |text: &String| fold(&crate::rules::narrow(text));
        Self {
            person,
            name: name.to_owned(),
            sound: search::pinyin(&folded).0,
            letters: folded.chars().collect(),
            folded,
            birth,
            phone: phone.clone(),
            email: email.as_ref().map(|email| email.to_lowercase()),
            // A place that is only a community's name says little.
            address: address.as_ref().map(place).filter(|text| text.chars().count() >= 6),
            id,
            man: match sex {
                Sex::Male => Some(true),
                Sex::Female => Some(false),
                Sex::Unknown | Sex::Unstated => None,
            },
        }
    }
}

/// Letters and digits alone, each in its plain form.
fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).map(plain).flat_map(char::to_lowercase).collect()
}
