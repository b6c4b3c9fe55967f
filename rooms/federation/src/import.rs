//! Reading rosters as people keep them: which column is which, which rows are people, and what each row says for certain.
//! Pure: nothing here reads a file, asks the database or knows the time.

mod cells;
pub mod columns;
pub mod layout;
pub mod roster;
pub mod teams;
mod vocabulary;

pub use cells::{Refusal, TeamRef};
pub use columns::{Field, Kind, Mapping};
pub use layout::{Layout, Table};
pub use roster::{Roster, Standing, VolunteerRow};
pub use teams::{TeamRoster, TeamRow};

#[cfg(test)]
mod tests;
