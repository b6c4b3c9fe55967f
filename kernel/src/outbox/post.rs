//! What came of handing a message over.

/// The answer of a carrier. A code for the keeper: never an address, never a text of the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Taken.
    Sent,
    /// Not now: it is tried again.
    Later(String),
    /// Refused for good.
    Never(String),
}
