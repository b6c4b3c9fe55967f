//! How likely two records are one person, with the reasons in words. Pure: it knows two records and how common a name is.
//!
//! Every observation adds or takes points; each is about a doubling of the odds. Two valid numbers of the same kind of document
//! that differ speak for two people more loudly than anything but a same name with the same phone and birth date speaks for one.

use super::card::Card;
use kernel::text_enum;

/// From here on a pair is shown to people.
pub const LIKELY: f32 = 7.0;
/// From here on it is shown first.
pub const SURE: f32 = 9.5;

text_enum! {
    /// What two records have in common, or what stands between them.
    pub enum Reason {
        /// The same phone.
        SamePhone = "same_phone",
        /// One digit of the phone differs, or two neighbours stand the other way round.
        NearPhone = "near_phone",
        /// Born on the same day.
        SameBirth = "same_birth",
        /// Day and month the other way round, or one digit differs.
        NearBirth = "near_birth",
        /// The same e-mail.
        SameEmail = "same_email",
        /// The same street and number.
        SameAddress = "same_address",
        /// The document ends with the same four characters.
        SameIdTail = "same_id_tail",
        /// The same name.
        SameName = "same_name",
        /// The same name in traditional characters or in variants.
        VariantName = "variant_name",
        /// The names are written differently and sound alike.
        SameSound = "same_sound",
        /// One character of the name differs.
        OneCharacter = "one_character",
        /// One name has a character more.
        OneMore = "one_more",
        /// The same characters in another order.
        OtherOrder = "other_order",
        /// Another surname, the same given name.
        OtherSurname = "other_surname",
        /// Both have a number of the same kind of document, and they differ.
        OtherId = "other_id",
        /// Born on other days.
        OtherBirth = "other_birth",
        /// Man and woman.
        OtherSex = "other_sex",
    }
}

impl Reason {
    /// The key of its sentence.
    #[must_use]
    pub fn word(self) -> String {
        format!("people.double.{self}")
    }

    /// Whether it speaks against one person.
    #[must_use]
    pub const fn speaks_against(self) -> bool {
        matches!(self, Self::OtherId | Self::OtherBirth | Self::OtherSex)
    }
}

/// How two names are alike, with the points of a name that few people bear.
fn names(one: &Card, other: &Card) -> Option<(Reason, f32)> {
    if one.folded == other.folded {
        let same = one.name.eq_ignore_ascii_case(&other.name);
        return Some((if same { Reason::SameName } else { Reason::VariantName }, 5.5));
    }
    let (a, b) = (&one.letters, &other.letters);
    let differ = a.iter().zip(b.iter()).filter(|(x, y)| x != y).count();
    if a.len() == b.len() && a.len() >= 2 {
        if !one.sound.is_empty() && one.sound == other.sound {
            return Some((Reason::SameSound, 3.0));
        }
        if sorted(a) == sorted(b) {
            return Some((Reason::OtherOrder, 3.0));
        }
        if differ == 1 {
            let surname = a[0] != b[0];
            return (a.len() >= 3 || !surname).then_some(match surname {
                true => (Reason::OtherSurname, 2.5),
                false => (Reason::OneCharacter, 2.0),
            });
        }
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    (long.len() == short.len() + 1 && short.len() >= 2 && one_more(short, long)).then_some((Reason::OneMore, 2.0))
}

fn sorted(letters: &[char]) -> Vec<char> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters
}

/// Whether the longer is the shorter with one character put in.
fn one_more(short: &[char], long: &[char]) -> bool {
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    short[same..] == long[same + 1..]
}

/// Whether two texts of digits are one slip of a finger apart: a digit differs, or two neighbours changed places.
fn slip(one: &str, other: &str) -> bool {
    let (a, b) = (one.as_bytes(), other.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let at: Vec<usize> = (0..a.len()).filter(|at| a[*at] != b[*at]).collect();
    match at.as_slice() {
        [_] => true,
        [x, y] => *y == x + 1 && a[*x] == b[*y] && a[*y] == b[*x],
        _ => false,
    }
}

/// What was seen so far.
struct Tally {
    total: f32,
    reasons: Vec<Reason>,
}

impl Tally {
    fn seen(&mut self, reason: Reason, points: f32) {
        self.total += points;
        self.reasons.push(reason);
    }

    fn phones(&mut self, one: &Card, other: &Card) {
        match (&one.phone, &other.phone) {
            (Some(a), Some(b)) if a == b => self.seen(Reason::SamePhone, 4.0),
            (Some(a), Some(b)) if slip(a, b) => self.seen(Reason::NearPhone, 2.0),
            // People change their number more often than anything else.
            (Some(_), Some(_)) => self.total -= 0.5,
            _ => {}
        }
    }

    fn births(&mut self, one: &Card, other: &Card) {
        match (one.birth, other.birth) {
            (Some(a), Some(b)) if a == b => self.seen(Reason::SameBirth, 4.0),
            (Some(a), Some(b)) if near(a, b) => self.seen(Reason::NearBirth, 1.5),
            (Some(_), Some(_)) => self.seen(Reason::OtherBirth, -4.0),
            _ => {}
        }
    }

    fn documents(&mut self, one: &Card, other: &Card) {
        let (Some((kind, tail)), Some((other_kind, other_tail))) = (&one.id, &other.id) else { return };
        if kind == other_kind {
            // The same number is never on record twice, so these differ.
            self.seen(Reason::OtherId, -6.0);
            if tail == other_tail {
                self.seen(Reason::SameIdTail, 3.0);
            }
        }
    }

    fn rest(&mut self, one: &Card, other: &Card) {
        if one.email.is_some() && one.email == other.email {
            self.seen(Reason::SameEmail, 3.0);
        }
        if one.address.is_some() && one.address == other.address {
            self.seen(Reason::SameAddress, 2.0);
        }
        if one.man.zip(other.man).is_some_and(|(a, b)| a != b) {
            self.seen(Reason::OtherSex, -3.0);
        }
    }
}

/// The points and reasons of a pair; `bearers` is how many people bear such a name. Nothing when the names are not alike at all.
#[must_use]
pub fn score(one: &Card, other: &Card, bearers: usize) -> Option<(f32, Vec<Reason>)> {
    let (name, points) = names(one, other)?;
    let common = f32::from(u16::try_from(bearers).unwrap_or(u16::MAX).max(1)).log2() * 0.3;
    let whole = matches!(name, Reason::SameName | Reason::VariantName);
    let mut tally = Tally { total: if whole { (points - common).max(3.0) } else { points }, reasons: Vec::new() };
    tally.phones(one, other);
    tally.births(one, other);
    tally.rest(one, other);
    tally.reasons.push(name);
    tally.documents(one, other);
    Some((tally.total, tally.reasons))
}

/// Day and month the other way round, or one digit of the date.
fn near(one: chrono::NaiveDate, other: chrono::NaiveDate) -> bool {
    use chrono::Datelike as _;
    let turned = one.year() == other.year() && one.month() == other.day() && one.day() == other.month();
    turned || slip(&one.format("%Y%m%d").to_string(), &other.format("%Y%m%d").to_string())
}
