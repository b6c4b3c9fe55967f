//! Which steps lead where, and on which basis. Pure.

use super::model::{Basis, Stage};

/// The steps that somebody takes by hand; erasing has its own way.
pub(crate) const STEPS: &[(Stage, &[Stage])] = &[
    (Stage::Candidate, &[Stage::Active, Stage::Left]),
    (Stage::Active, &[Stage::Dormant, Stage::Left]),
    (Stage::Dormant, &[Stage::Active, Stage::Left]),
    (Stage::Left, &[Stage::Active, Stage::Archived]),
    (Stage::Archived, &[Stage::Left]),
    (Stage::Erased, &[]),
];

/// Where one can go from here.
pub(crate) fn steps(from: Stage) -> &'static [Stage] {
    STEPS.iter().find(|(stage, _)| *stage == from).map_or(&[], |(_, to)| to)
}

/// The bases on which a step may rest, the usual one first.
pub(crate) const fn bases(to: Stage) -> &'static [Basis] {
    match to {
        Stage::Candidate | Stage::Active => &[Basis::Consent],
        Stage::Dormant => &[Basis::Consent, Basis::Duty],
        Stage::Left => &[Basis::Withdrawal, Basis::Purpose, Basis::Duty],
        Stage::Archived => &[Basis::Retention],
        Stage::Erased => &[Basis::Deletion, Basis::Withdrawal, Basis::Purpose, Basis::Relatives],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_its_steps_and_nothing_leads_out_of_erasing() {
        for stage in Stage::ALL {
            assert!(STEPS.iter().any(|(from, _)| from == stage), "{stage}");
            assert!(!bases(*stage).is_empty());
        }
        assert!(steps(Stage::Erased).is_empty());
        assert!(STEPS.iter().all(|(_, to)| !to.contains(&Stage::Erased) && !to.contains(&Stage::Candidate)));
    }
}
