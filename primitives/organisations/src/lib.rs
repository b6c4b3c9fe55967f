//! Organisations: every kind of body, in as many trees as needed, and who belongs to them when.

pub mod model;
