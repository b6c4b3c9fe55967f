//! The nouns of a swap: place against place.

use super::SignupId;
use kernel::{row, text_enum};

kernel::id! {
    /// A swap of two places.
    SwapId
}
text_enum! {
    /// asked -> agreed when its other person says yes, and at once done where no leader has to; agreed -> done by the leaders.
    /// asked and agreed -> declined by whoever has to say yes, or withdrawn by whoever asked.
    pub enum SwapState {
        /// Its other person has to answer.
        Asked = "asked",
        /// Both want it; a leader has to answer.
        Agreed = "agreed",
        /// The places changed hands.
        Done = "done",
        /// Somebody said no.
        Declined = "declined",
        /// Whoever asked does not want it any more.
        Withdrawn = "withdrawn",
    }
}
row! {
    /// A swap as it is stored.
    pub struct Swap {
        /// Its id.
        pub id: SwapId,
        /// The place that its person offers.
        pub wanted_id: SignupId,
        /// The place that is given for it, of whoever asked.
        pub given_id: SignupId,
        /// Where it stands.
        pub state: SwapState,
        /// Whether the leader of the place that is wanted agrees, or need not be asked.
        pub wanted_ok: bool,
        /// The same of the place that is given.
        pub given_ok: bool,
    }
}
