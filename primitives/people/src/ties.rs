//! What the storey above knows of people and this one asks: where somebody belongs. `organisations` puts its own in place.

use crate::model::PersonId;
use kernel::{Db, Result, TenantId};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

/// An answer that comes later.
pub type Later<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// The names of each person's teams.
pub type TeamNames = HashMap<PersonId, Vec<String>>;

/// What is asked of memberships. The texts are conditions on `person`; without organisations they match nobody.
#[derive(Clone, Copy)]
pub struct Ties {
    /// The paths of the organisations in which a person is now.
    pub paths: fn(Db, TenantId, PersonId) -> Later<Vec<String>>,
    /// The names of each person's teams, the oldest membership first.
    pub teams: fn(Db, TenantId, Vec<PersonId>) -> Later<TeamNames>,
    /// The open head of an EXISTS over memberships that hold now.
    pub through: &'static str,
    /// The organisation's path inside it.
    pub path: &'static str,
    /// Whether a person is in any team.
    pub in_any: &'static str,
    /// Whether a person is in no team.
    pub in_none: &'static str,
    /// Whether a person is in the organisation `?`.
    pub in_one: &'static str,
}

impl Default for Ties {
    fn default() -> Self {
        Self {
            paths: |_, _, _| Box::pin(async { Ok(Vec::new()) }),
            teams: |_, _, _| Box::pin(async { Ok(HashMap::new()) }),
            through: "EXISTS (SELECT 1 WHERE FALSE",
            path: "''",
            in_any: "FALSE",
            in_none: "TRUE",
            in_one: "CAST(? AS UUID) IS NULL",
        }
    }
}
