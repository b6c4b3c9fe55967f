//! Stars: how many hours of service carry which star. Schemes differ from place to place, so a scheme is data.

/// A star scheme: the hours at which each star begins, the first star first.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// Where the numbers are from.
    pub source: &'static str,
    /// Hours for one star, two stars …
    pub hours: &'static [i64],
}

/// The numbers of the national record rules.
pub const NATIONAL: Scheme =
    Scheme { source: "志愿服务记录办法 (民函〔2012〕340号)", hours: &[100, 300, 600, 1_000, 1_500] };

/// How many stars some minutes carry, and the minutes that are missing for the next; absent at the last star.
#[must_use]
pub fn stars(scheme: Scheme, minutes: i64) -> (usize, Option<i64>) {
    let held = scheme.hours.iter().take_while(|hours| minutes >= **hours * 60).count();
    (held, scheme.hours.get(held).map(|hours| hours * 60 - minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_begins_at_its_hour_and_the_last_one_has_no_next() {
        for (minutes, wanted) in [
            (0, (0, Some(6_000))),
            (5_999, (0, Some(1))),
            (6_000, (1, Some(12_000))),
            (7_590, (1, Some(10_410))),
            (90_000, (5, None)),
            (900_000, (5, None)),
        ] {
            assert_eq!(stars(NATIONAL, minutes), wanted, "{minutes}");
        }
    }
}
