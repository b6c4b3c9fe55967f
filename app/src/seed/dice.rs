//! Randomness that is the same for the same seed.

use chrono::{DateTime, Utc};
use kernel::ids::Raw;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// A generator with the throws that the district needs.
pub(super) struct Dice(StdRng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// From 0 up to but not `n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.random_range(0..n) }
    }

    /// From `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        if most <= least { least } else { self.0.random_range(least..=most) }
    }

    /// From 0 up to but not 1.
    pub(super) fn part(&mut self) -> f64 {
        self.0.random()
    }

    /// True so many times in a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    /// One of a list of texts.
    pub(super) fn text<'t>(&mut self, all: &'t [String]) -> &'t str {
        self.pick(all).as_str()
    }

    /// An index, as often as its weight says.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = usize> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (at, weight) in weights.enumerate() {
            if left < weight {
                return at;
            }
            left -= weight;
        }
        0
    }

    /// An id as UUIDv7 is made: 48 bits of time, the rest thrown.
    pub(super) fn id(&mut self, at: DateTime<Utc>) -> Raw {
        let time = u128::try_from(at.timestamp_millis()).unwrap_or(0) & ((1 << 48) - 1);
        let (high, low): (u16, u64) = (self.0.random(), self.0.random());
        let version = 0x7000 | (u128::from(high) & 0x0fff);
        let variant = (1_u128 << 63) | (u128::from(low) & ((1 << 62) - 1));
        Raw::from_u128((time << 80) | (version << 64) | variant)
    }

    /// A word that nobody guesses from outside; the codes of a seeded district are still no secret.
    pub(super) fn word(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.random::<u64>(), self.0.random::<u64>())
    }
}
