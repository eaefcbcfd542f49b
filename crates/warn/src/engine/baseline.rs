//! What is usual, and how far above it is too far.
//!
//! ```text
//! limit = max(floor, median + k · max(1.4826 · MAD, √median))
//! ```
//! The median and the median absolute deviation (MAD) of past counts are not moved by a few extreme
//! days, an attack's own days included; 1.4826 makes the MAD of normal data its standard deviation
//! (B. Iglewicz, D. C. Hoaglin, *How to Detect and Handle Outliers*, ASQC 1993, §3). Counts scatter by
//! at least the root of their mean (Poisson), so that somebody who reads exactly ten every hour may
//! read fifteen without an alarm.

/// Days that are remembered.
pub const DAYS: i64 = 28;
/// Fewer counts than this say nothing about what is usual.
pub const ENOUGH: usize = 5;

/// The middle and the spread of counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// The median.
    pub median: f64,
    /// `max(1.4826 · MAD, √median, 1)`.
    pub spread: f64,
}

impl Usual {
    /// Of past counts; `None` while there are too few.
    pub fn of(counts: impl IntoIterator<Item = u32>) -> Option<Self> {
        let mut counts: Vec<f64> = counts.into_iter().map(f64::from).collect();
        if counts.len() < ENOUGH {
            return None;
        }
        let median = middle(&mut counts);
        let mut away: Vec<f64> = counts.iter().map(|count| (count - median).abs()).collect();
        let mad = middle(&mut away);
        Some(Self { median, spread: (1.4826 * mad).max(median.sqrt()).max(1.0) })
    }

    /// The count above which is too far.
    pub fn limit(&self, floor: u32, k: f64) -> u32 {
        let limit = (self.median + k * self.spread).ceil().clamp(0.0, f64::from(u32::MAX));
        (limit as u32).max(floor)
    }
}

/// The median; between the two in the middle.
fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.len() % 2, values.get(half)) {
        (_, None) => 0.0,
        (1, Some(one)) => *one,
        (_, Some(one)) => f64::midpoint(values[half - 1], *one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_worked_example_of_the_formula() {
        // Median 10, deviations 2 1 0 1 2 → MAD 1 → 1.4826 < √10 = 3.162; 10 + 6 · 3.162 = 28.97.
        let usual = Usual::of([8, 9, 10, 11, 12]).unwrap();
        assert_eq!((usual.limit(5, 6.0), usual.limit(40, 6.0)), (29, 40));
        // Median 50, MAD 20 → 29.652 > √50; 50 + 2 · 29.652 = 109.3.
        let wide = Usual::of([10, 30, 50, 70, 90]).unwrap();
        assert_eq!(wide.limit(0, 2.0), 110);
        assert_eq!(Usual::of([1, 2, 3, 4]), None);
    }

    #[test]
    fn a_minority_of_wild_days_does_not_move_the_limit_far() {
        let calm = Usual::of(vec![20; 20]).unwrap().limit(0, 6.0);
        let wild = Usual::of([vec![20; 20], vec![10_000; 9]].concat()).unwrap().limit(0, 6.0);
        assert_eq!(calm, wild);
    }

    proptest! {
        #[test]
        fn no_limit_is_below_the_median_or_the_floor(
            counts in proptest::collection::vec(0_u32..100_000, 5..60), floor in 0_u32..100, k in 0.0..10.0_f64,
        ) {
            let usual = Usual::of(counts).unwrap();
            let limit = usual.limit(floor, k);
            prop_assert!(limit >= floor && f64::from(limit) >= usual.median);
        }
    }
}
