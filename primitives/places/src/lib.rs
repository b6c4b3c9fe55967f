//! Places: regions of the country and the sites where service happens.

pub mod model;
