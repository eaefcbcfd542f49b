//! A column's values counted by kind.

use super::{
    kind::{KEYS, KINDS, Kind, KindSet},
    kinds,
    stats::Stats,
};

/// How many of a column's values are of each kind.
pub struct Tally {
    counts: [u32; KINDS],
    /// Values looked at (not empty).
    pub checked: u32,
    /// Different values among them, as far as hashes tell.
    pub distinct: u32,
    /// Characters on average.
    pub mean_chars: f64,
    /// Shapes of numbers, dates and lengths.
    pub stats: Stats,
    sets: Vec<KindSet>,
}

impl Tally {
    /// Values looked at per column, spread over all of them. A share of 256 is known within 6 points
    /// (95 %), finer than any threshold here; more only costs time, and scans are bound by it.
    const MOST: usize = 256;

    /// Looks at a column's values.
    pub fn of(values: &[&str]) -> Self {
        let mut tally = Self {
            counts: [0; KINDS],
            checked: 0,
            distinct: 0,
            mean_chars: 0.0,
            stats: Stats::default(),
            sets: Vec::new(),
        };
        let mut seen = std::collections::HashMap::new();
        let mut chars = 0usize;
        let step = (values.len() / Self::MOST).max(1);
        let spread = values.iter().step_by(step).map(|v| v.trim()).filter(|v| !v.is_empty());
        for value in spread.take(Self::MOST) {
            tally.checked += 1;
            chars += value.chars().count();
            // Equal values are examined once.
            let set = *seen.entry(value).or_insert_with(|| kinds(value));
            for bit in set.bits() {
                tally.counts[bit] += 1;
            }
            tally.stats.add(value, set);
            tally.sets.push(set);
        }
        tally.distinct = seen.len() as u32;
        tally.mean_chars = chars as f64 / f64::from(tally.checked.max(1));
        tally
    }

    /// Values of this kind.
    pub fn count(&self, kind: Kind) -> u32 {
        self.counts[kind as usize]
    }

    /// Values of any of these kinds.
    pub fn count_any(&self, kinds: &[Kind]) -> u32 {
        match kinds {
            [] => 0,
            [one] => self.count(*one),
            _ => self.sets.iter().filter(|set| set.any(kinds)).count() as u32,
        }
    }

    /// Share of values of any of these kinds; 0 when there are none.
    pub fn share(&self, kinds: &[Kind]) -> f64 {
        f64::from(self.count_any(kinds)) / f64::from(self.checked.max(1))
    }

    /// The kinds that the values are most often of, with their share; five at most.
    pub fn shares(&self) -> Vec<(String, f64)> {
        let mut shares: Vec<(usize, u32)> =
            self.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
        shares.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        shares
            .into_iter()
            .take(5)
            .map(|(kind, count)| {
                let share = f64::from(count) / f64::from(self.checked.max(1));
                (KEYS[kind].to_owned(), (share * 1000.0).round() / 1000.0)
            })
            .collect()
    }

    /// Share of different values.
    pub fn variety(&self) -> f64 {
        f64::from(self.distinct) / f64::from(self.checked.max(1))
    }
}
