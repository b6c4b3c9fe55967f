//! The federation: volunteers and teams, their registration, import, portal and desk.

pub mod import;
