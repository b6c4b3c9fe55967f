//! What a browser or a program sends about a step.

use super::model::{Basis, Stage};
use super::rules;
use kernel::{FieldErrors, Word};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A step as typed.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StepForm {
    /// `active`, `dormant`, `left` or `archived`.
    pub to: String,
    /// The legal basis: `consent`, `duty`, `withdrawal`, `purpose` or `retention`.
    pub basis: String,
    /// Why; at most 200 characters.
    pub reason: String,
}

impl StepForm {
    /// Checked for somebody who stands `from`.
    pub(crate) fn check(&self, from: Stage) -> std::result::Result<(Stage, Basis, String), FieldErrors> {
        let mut errors = FieldErrors::none();
        let to: Option<Stage> = errors.choice("to", &self.to);
        if to.is_some_and(|to| !rules::steps(from).contains(&to)) {
            errors.add("to", Word::new("people.life.no_step"));
        }
        let basis: Option<Basis> = errors.choice("basis", &self.basis);
        if let (Some(to), Some(basis)) = (to, basis)
            && !rules::bases(to).contains(&basis)
        {
            errors.add("basis", Word::new("people.life.no_basis"));
        }
        let reason = errors.text("reason", &self.reason, 200);
        match (to, basis) {
            (Some(to), Some(basis)) if errors.is_empty() => Ok((to, basis, reason)),
            _ => Err(errors),
        }
    }
}

/// Why somebody should be erased.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ErasureForm {
    /// At most 200 characters; goes with the person.
    pub reason: String,
}

/// What the second person says.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ErasureDecision {
    /// `yes` or `no`.
    pub decision: String,
}

impl ErasureDecision {
    pub(crate) fn yes(&self) -> kernel::Result<bool> {
        match self.decision.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(kernel::Error::Malformed(Word::new("error.form"))),
        }
    }
}

/// Nothing but the press of a button.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Where somebody wants to stand themselves: `active` or `left`.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OwnStep {
    /// `active` or `left`.
    pub to: String,
}
