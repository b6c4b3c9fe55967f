//! People: who someone is, once, with what may be known about them.

pub mod model;
