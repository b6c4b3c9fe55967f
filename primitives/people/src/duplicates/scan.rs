//! Who may be whom among many: only people who share a key are compared, so that a hundred thousand take seconds.

use super::card::Card;
use super::score::{LIKELY, Reason, score};
use std::collections::{HashMap, HashSet};

/// More people than this behind one key say that the key tells nothing: the phone of an office, a name that many bear.
const CROWD: usize = 60;

/// Two records that may be one person: their places in the list, the points and the reasons.
#[derive(Clone, Debug)]
pub struct Found {
    /// The place of the one that stands earlier in the list.
    pub first: usize,
    /// The place of the other.
    pub second: usize,
    /// The points.
    pub score: f32,
    /// What speaks for it and against it.
    pub reasons: Vec<Reason>,
}

/// What people must share to be compared at all.
pub(super) fn keys(card: &Card) -> Vec<String> {
    let mut keys = Vec::with_capacity(6);
    if let Some(phone) = &card.phone {
        keys.push(format!("p{phone}"));
        // Of a number that half an office gives, those of one sound are still compared.
        keys.push(format!("s{phone}{}", card.sound));
        // A slip in one half leaves the other half.
        let (head, tail) = phone.split_at(phone.len() / 2);
        keys.push(format!("h{head}{}", card.folded));
        keys.push(format!("t{tail}{}", card.folded));
    }
    if let Some(birth) = card.birth {
        keys.push(format!("b{birth}{}", card.sound));
        let mut letters = card.letters.clone();
        letters.sort_unstable();
        keys.push(format!("o{birth}{}", letters.into_iter().collect::<String>()));
    }
    if let Some(email) = &card.email {
        keys.push(format!("e{email}"));
    }
    if let Some(address) = &card.address {
        keys.push(format!("a{address}{}", card.folded));
    }
    keys
}

/// All pairs that are likely one person, the likeliest first. `since` is the place of the first who is new: older records
/// are not compared with each other.
#[must_use]
pub fn scan(cards: &[Card], since: usize) -> Vec<Found> {
    let mut bearers: HashMap<&str, usize> = HashMap::new();
    for card in cards {
        *bearers.entry(&card.folded).or_default() += 1;
    }
    let mut blocks: HashMap<String, Vec<u32>> = HashMap::new();
    for (at, card) in cards.iter().enumerate() {
        for key in keys(card) {
            blocks.entry(key).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
        }
    }
    let mut seen: HashSet<(u32, u32)> = HashSet::new();
    let mut found = Vec::new();
    for block in blocks.values().filter(|block| (2..=CROWD).contains(&block.len())) {
        for (n, one) in block.iter().enumerate() {
            for other in &block[n + 1..] {
                if (*other as usize) < since || !seen.insert((*one, *other)) {
                    continue;
                }
                let (first, second) = (&cards[*one as usize], &cards[*other as usize]);
                let bearers = bearers.get(first.folded.as_str()).copied().unwrap_or(1);
                if let Some((score, reasons)) = score(first, second, bearers).filter(|(score, _)| *score >= LIKELY) {
                    found.push(Found { first: *one as usize, second: *other as usize, score, reasons });
                }
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.first, a.second).cmp(&(b.first, b.second))));
    found
}
