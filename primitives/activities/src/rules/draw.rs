//! The published draw: anybody can work out the order again from the seed and the tickets. Pure.
//!
//! A ticket is the last twelve digits of its sign-up's id. Its key is the SHA-256 (in hexadecimal) of `seed:ticket`; the smaller
//! key comes first. The SHA-256 of the seed alone is published before the first wish, so that nobody can choose another one later.

use crate::model::SignupId;

/// The number that stands for a sign-up in public: no name follows from it.
#[must_use]
pub fn ticket(signup: SignupId) -> String {
    let all = signup.0.simple().to_string().to_uppercase();
    all[all.len() - 12..].to_owned()
}

/// What is published of a seed before the draw.
#[must_use]
pub fn commitment(seed: &str) -> String {
    kernel::auth::digest(seed)
}

/// The key by which a ticket is ranked.
#[must_use]
pub fn key(seed: &str, ticket: &str) -> String {
    kernel::auth::digest(&format!("{seed}:{ticket}"))
}

/// Tickets in the order of the draw, each with its key.
#[must_use]
pub fn order<T>(seed: &str, tickets: Vec<(String, T)>) -> Vec<(String, String, T)> {
    let mut all: Vec<(String, String, T)> =
        tickets.into_iter().map(|(ticket, of)| (key(seed, &ticket), ticket, of)).collect();
    all.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anybody_can_work_it_out_with_a_tool_of_their_own() {
        // printf '%s' 'seed:0123456789AB' | sha256sum
        assert_eq!(key("seed", "0123456789AB"), "38bd10f6fb28f230cd09f57448ceb7925cbf295e0847b60d2da5ca19b906f09a");
        let drawn = order("seed", ["C", "A", "B"].map(|t| (t.to_owned(), ())).to_vec());
        let again = order("seed", ["A", "B", "C"].map(|t| (t.to_owned(), ())).to_vec());
        assert_eq!(drawn, again, "the order in which they came does not matter");
        assert_ne!(drawn, order("other", ["A", "B", "C"].map(|t| (t.to_owned(), ())).to_vec()));
    }

    #[test]
    fn a_ticket_is_the_end_of_its_sign_up() {
        let id = "0190aaaa-bbbb-7ccc-8ddd-0123456789ab".parse().unwrap();
        assert_eq!(ticket(SignupId(id)), "0123456789AB");
    }
}
