//! Traits of people as SQL over `person p`: sex, band of age, political status, education and document, as they are at the end of a period.

use crate::model::Query;
use crate::pivot::Axis;
use chrono::{Months, NaiveDate};
use kernel::{Conditions, args};

/// The day on which traits are read: the period's last, or today.
pub(crate) fn day(query: &Query) -> NaiveDate {
    query.to.last().min(kernel::time::day(query.now))
}

/// Somebody born on this day or before is at least so many years old.
fn born(day: NaiveDate, years: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(years * 12)).unwrap_or(day)
}

/// The expression that tells the trait's code. Its days are made here and are no input.
pub(super) fn expression(axis: Axis, day: NaiveDate) -> String {
    let [child, young, middle] = [18, 36, 60].map(|years| born(day, years));
    match axis {
        Axis::Sex => "p.sex".to_owned(),
        Axis::Education => "COALESCE(NULLIF(p.education, ''), 'none')".to_owned(),
        Axis::IdKind => "COALESCE(NULLIF(p.id_kind, ''), 'none')".to_owned(),
        Axis::Age => format!(
            "CASE WHEN p.birth_date IS NULL THEN 'unknown' WHEN p.birth_date > '{child}' THEN 'under18'
                  WHEN p.birth_date > '{young}' THEN '18to35' WHEN p.birth_date > '{middle}' THEN '36to59' ELSE 'over59' END"
        ),
        _ => format!(
            "COALESCE((SELECT MAX(s.code) FROM political_status s WHERE s.tenant_id = p.tenant_id AND s.person_id = p.id
                         AND (s.from_on IS NULL OR s.from_on <= '{day}') AND (s.to_on IS NULL OR s.to_on > '{day}')), 'none')"
        ),
    }
}

/// What a list of people is narrowed by; empty: not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traits {
    /// A code of sex.
    pub sex: String,
    /// A band of age.
    pub age: String,
}

impl Traits {
    /// Whether nothing is asked.
    pub(crate) fn is_empty(&self) -> bool {
        self.sex.is_empty() && self.age.is_empty()
    }

    /// Keeps those who have the traits, over `person p`.
    pub(super) fn narrow(&self, wanted: &mut Conditions, day: NaiveDate) {
        if !self.sex.is_empty() {
            wanted.and("p.sex = ?", args![self.sex]);
        }
        let [child, young, middle] = [18, 36, 60].map(|years| born(day, years));
        match self.age.as_str() {
            "under18" => wanted.and("p.birth_date > ?", args![child]),
            "18to35" => wanted.and("p.birth_date <= ? AND p.birth_date > ?", args![child, young]),
            "36to59" => wanted.and("p.birth_date <= ? AND p.birth_date > ?", args![young, middle]),
            "over59" => wanted.and("p.birth_date <= ?", args![middle]),
            "unknown" => wanted.and("p.birth_date IS NULL", args![]),
            _ => {}
        }
    }
}
