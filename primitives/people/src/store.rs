//! The SQL of people.

pub(crate) mod export;
pub(crate) mod merge;
mod read;
mod region;
mod undo;
mod write;

pub use read::{
    PersonFilter, count, find, find_by_identity, find_by_number, find_by_phone, find_many, list, open_identity,
    political_history, political_status, region_codes,
};
pub(crate) use undo::{begun_status, put_back, remove_many, reopen_status};
pub(crate) use write::{Change, Emptied, change, insert_many, set_political_status};
pub use write::{identity_hash, next_volunteer_numbers, reserve_serials};

/// What readers get; the sealed number is read by `open_identity` alone.
pub(crate) const COLUMNS: &str =
    "id, name, sort_key, sex, birth_date, phone, email, id_kind, id_tail, ethnicity, education, employer, skills,
     region_code, address, volunteer_no, registered_on, state, merged_into_id, erased_at, created_at, updated_at";
pub use region::{count_in, move_region};
