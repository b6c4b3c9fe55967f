//! What follows from sums that are known: elimination over a prime field, which is another way than that of the rules.

use std::collections::BTreeMap;

/// The name of a number that one would like to know.
pub type Unknown = String;

const PRIME: i64 = 2_147_483_647;

/// Equations between numbers.
#[derive(Clone, Default)]
pub struct Equations(Vec<BTreeMap<Unknown, i64>>);

impl Equations {
    /// A number is told. What it is does not matter: it is known.
    pub fn is(&mut self, name: Unknown, _: i64) {
        self.0.push(BTreeMap::from([(name, 1)]));
    }

    /// Some numbers add up to another.
    pub fn adds_up(&mut self, parts: impl Iterator<Item = Unknown>, sum: Unknown) {
        let mut row: BTreeMap<Unknown, i64> = parts.map(|part| (part, 1)).collect();
        row.insert(sum, PRIME - 1);
        self.0.push(row);
    }

    /// Whether a number follows from all of them: whether its own equation is one of their sums.
    pub fn tell(&self, name: &str) -> bool {
        let mut steps: Vec<(Unknown, BTreeMap<Unknown, i64>)> = Vec::new();
        for row in &self.0 {
            let row = reduced(row.clone(), &steps);
            if let Some((first, value)) = row.iter().find(|(_, v)| **v != 0).map(|(k, v)| (k.clone(), *v)) {
                let scale = power(value, PRIME - 2);
                let row: BTreeMap<Unknown, i64> = row.into_iter().map(|(k, v)| (k, v * scale % PRIME)).collect();
                steps.push((first, row));
            }
        }
        let wanted = reduced(BTreeMap::from([(name.to_owned(), 1)]), &steps);
        wanted.values().all(|v| *v == 0)
    }
}

fn reduced(mut row: BTreeMap<Unknown, i64>, steps: &[(Unknown, BTreeMap<Unknown, i64>)]) -> BTreeMap<Unknown, i64> {
    for (first, step) in steps {
        let factor = row.get(first).copied().unwrap_or(0);
        if factor != 0 {
            for (name, value) in step {
                let at = row.entry(name.clone()).or_insert(0);
                *at = (*at + (PRIME - factor) * value) % PRIME;
            }
        }
    }
    row
}

fn power(mut base: i64, mut exponent: i64) -> i64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

#[test]
fn what_follows_is_told() {
    let mut known = Equations::default();
    known.adds_up(["a", "b"].map(str::to_owned).into_iter(), "sum".to_owned());
    known.is("sum".to_owned(), 9);
    assert!(!known.tell("a"));
    known.is("b".to_owned(), 4);
    assert!(known.tell("a") && !known.tell("c"));
}
