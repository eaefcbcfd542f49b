//! What is counted, and what counts come to. No SQL.

use std::collections::BTreeMap;

use crate::{Choice, record::Origin};

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;

/// What tells two counts apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Day of the choice: days since 1 January 1970, UTC.
    pub day: i64,
    /// Where.
    pub property: String,
    /// Under which notice; empty for an import without one.
    pub notice: String,
    /// Its version.
    pub notice_version: i64,
    /// For what.
    pub purpose: String,
    /// Through what.
    pub channel: String,
    /// Who said so.
    pub origin: Origin,
    /// What was chosen.
    pub choice: Choice,
}

/// What counts are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The day of the choice, as a number.
    Day,
    /// The purpose's key.
    Purpose,
    /// `newsletter@3`; empty for imports without a notice.
    Notice,
    /// Through what.
    Channel,
    /// Who said so.
    Origin,
}

impl By {
    /// The cell's key.
    pub fn key(self, cell: &Cell) -> String {
        match self {
            Self::Day => cell.day.to_string(),
            Self::Purpose => cell.purpose.clone(),
            Self::Notice if cell.notice.is_empty() => String::new(),
            Self::Notice => format!("{}@{}", cell.notice, cell.notice_version),
            Self::Channel => cell.channel.clone(),
            Self::Origin => cell.origin.as_str().to_owned(),
        }
    }
}

/// Choices counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Agreed.
    pub granted: i64,
    /// Of those, agreed by answering a confirmation e-mail.
    pub confirmed: i64,
    /// Said no.
    pub denied: i64,
    /// Took an agreement back.
    pub withdrawn: i64,
    /// Were sent a confirmation e-mail.
    pub pending: i64,
}

impl Tally {
    /// Adds so many choices.
    pub fn add(&mut self, choice: Choice, n: i64, confirmed: i64) {
        match choice {
            Choice::Granted => {
                self.granted += n;
                self.confirmed += confirmed;
            }
            Choice::Denied => self.denied += n,
            Choice::Withdrawn => self.withdrawn += n,
            Choice::Pending => self.pending += n,
        }
    }

    /// Adds another tally.
    pub fn join(&mut self, other: &Self) {
        self.granted += other.granted;
        self.confirmed += other.confirmed;
        self.denied += other.denied;
        self.withdrawn += other.withdrawn;
        self.pending += other.pending;
    }

    /// All choices. A confirmed agreement and the request before it are two.
    pub fn total(&self) -> i64 {
        self.granted + self.denied + self.withdrawn + self.pending
    }

    /// Confirmation e-mails nobody answered (yet).
    pub fn waiting(&self) -> i64 {
        (self.pending - self.confirmed).max(0)
    }

    /// How many of those who were asked said yes. Whoever did not answer the confirmation e-mail did
    /// not say yes; taking an agreement back is no answer to the question.
    pub fn opt_in(&self) -> Share {
        Share { yes: self.granted, of: self.granted + self.denied + self.waiting() }
    }
}

/// Some of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Some.
    pub yes: i64,
    /// Of all.
    pub of: i64,
}

impl Share {
    /// 0 to 1; `None` without anything to count.
    pub fn rate(self) -> Option<f64> {
        (self.of > 0).then(|| self.yes as f64 / self.of as f64)
    }

    /// Between what the true share lies with 95 % confidence (Wilson 1927, the score interval: right
    /// for few answers and for shares near 0 and 1, where the textbook one fails).
    pub fn interval(self) -> Option<(f64, f64)> {
        const Z: f64 = 1.959_963_984_540_054;
        let n = self.of as f64;
        let p = self.rate()?;
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Some((((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)))
    }
}

/// Upper bounds of the classes of time in ms. The last class, beyond, holds what was told to Privet
/// more than a day after the customer said it: files, letters, histories.
pub const CLASSES: [i64; 17] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 15_000, 60_000, 900_000, 7_200_000,
    86_400_000,
];

/// The class of a duration in µs.
pub fn class_of(micros: i64) -> i64 {
    CLASSES.partition_point(|bound| bound * 1000 < micros) as i64
}

/// How long withdrawals took to take effect.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Effect {
    /// Withdrawals told within a day.
    pub told: i64,
    /// Their median in seconds, exact to the class of time; 0 without any.
    pub median_seconds: f64,
    /// Nine in ten were faster than so many seconds.
    pub ninety_seconds: f64,
    /// Withdrawals told more than a day later.
    pub late: i64,
}

impl Effect {
    /// Of counts by class.
    pub fn of(classes: &BTreeMap<i64, i64>) -> Self {
        let late = classes.get(&(CLASSES.len() as i64)).copied().unwrap_or(0);
        let told = classes.values().sum::<i64>() - late;
        Self {
            told,
            late,
            median_seconds: quantile(classes, told, 0.5),
            ninety_seconds: quantile(classes, told, 0.9),
        }
    }
}

/// The value below which the share lies, read off a straight line inside its class.
fn quantile(classes: &BTreeMap<i64, i64>, told: i64, share: f64) -> f64 {
    let wanted = told as f64 * share;
    let (mut before, mut low) = (0.0, 0.0);
    for (class, bound) in CLASSES.iter().enumerate() {
        let n = classes.get(&(class as i64)).copied().unwrap_or(0) as f64;
        let high = *bound as f64 / 1000.0;
        if n > 0.0 && before + n >= wanted {
            return low + (high - low) * ((wanted - before) / n);
        }
        before += n;
        low = high;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opt_in_rate_counts_unanswered_confirmations_as_no_yes() {
        let mut tally = Tally::default();
        tally.add(Choice::Pending, 10, 0);
        tally.add(Choice::Granted, 6, 6);
        tally.add(Choice::Denied, 2, 0);
        tally.add(Choice::Withdrawn, 1, 0);

        assert_eq!((tally.total(), tally.waiting()), (19, 4));
        assert_eq!(tally.opt_in(), Share { yes: 6, of: 12 });
    }

    #[test]
    fn the_interval_is_the_one_of_the_literature() {
        // Newcombe 1998, Statistics in Medicine 17: 857–872, table I, method 3.
        for (yes, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (a, b) = Share { yes, of }.interval().unwrap();
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{yes}/{of}: {a} {b}");
        }
        assert_eq!(Share { yes: 0, of: 0 }.interval(), None);
    }

    #[test]
    fn a_median_lies_in_its_class() {
        assert_eq!(
            (class_of(0), class_of(1_000), class_of(1_001), class_of(90_000_000_000)),
            (0, 0, 1, 17)
        );
        let classes = BTreeMap::from([(0, 1), (2, 6), (17, 40)]);
        let effect = Effect::of(&classes);
        assert_eq!((effect.told, effect.late), (7, 40));
        assert!((0.002..=0.005).contains(&effect.median_seconds), "{}", effect.median_seconds);
        assert!(effect.ninety_seconds >= effect.median_seconds);
        assert_eq!(Effect::of(&BTreeMap::new()), Effect::default());
    }
}
