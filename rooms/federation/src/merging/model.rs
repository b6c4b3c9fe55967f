//! The nouns of merging.

use hours::Entry;
use kernel::Word;
use people::merging::MergeField;
use people::{Person, PersonId};

/// What somebody wants: which record is kept, and which fields come from the other.
pub(super) struct Choice {
    pub kept: PersonId,
    pub gone: PersonId,
    pub taken: Vec<MergeField>,
}

/// What merging would do.
pub(super) struct Effect {
    /// Why it cannot be done now, each with what to do.
    pub stops: Vec<Word>,
    /// Hours of the record that is given up that the other has already; they count once.
    pub overlaps: Vec<Entry>,
    /// The word of each kind of row, and how many go over.
    pub moves: Vec<(&'static str, i64)>,
}

/// Whether a field must be chosen: both hold something, and not the same.
pub(super) fn differs(one: &Person, other: &Person, field: MergeField) -> bool {
    fn both<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
        a.is_some() && b.is_some() && a != b
    }
    match field {
        MergeField::Name => one.name != other.name,
        MergeField::Sex => one.sex != other.sex,
        MergeField::BirthDate => both(&one.birth_date, &other.birth_date),
        MergeField::Identity => one.id_tail.is_some() && other.id_tail.is_some(),
        MergeField::Phone => both(&one.phone, &other.phone),
        MergeField::Email => both(&one.email, &other.email),
        MergeField::Address => one.region_code != other.region_code || both(&one.address, &other.address),
        MergeField::Ethnicity => both(&one.ethnicity, &other.ethnicity),
        MergeField::Education => both(&one.education, &other.education),
        MergeField::Employer => both(&one.employer, &other.employer),
        MergeField::Skills => both(&one.skills, &other.skills),
        MergeField::PoliticalStatus => false,
    }
}

/// Whether the kept record lacks what the other holds: it is taken without asking.
pub(super) fn lacks(kept: &Person, gone: &Person, field: MergeField) -> bool {
    match field {
        MergeField::Name | MergeField::Address | MergeField::PoliticalStatus => false,
        MergeField::Sex => kept.sex == people::Sex::Unknown && gone.sex != people::Sex::Unknown,
        MergeField::BirthDate => kept.birth_date.is_none() && gone.birth_date.is_some(),
        MergeField::Identity => kept.id_tail.is_none() && gone.id_tail.is_some(),
        MergeField::Phone => kept.phone.is_none() && gone.phone.is_some(),
        MergeField::Email => kept.email.is_none() && gone.email.is_some(),
        MergeField::Ethnicity => kept.ethnicity.is_none() && gone.ethnicity.is_some(),
        MergeField::Education => kept.education.is_none() && gone.education.is_some(),
        MergeField::Employer => kept.employer.is_none() && gone.employer.is_some(),
        MergeField::Skills => kept.skills.is_none() && gone.skills.is_some(),
    }
}
