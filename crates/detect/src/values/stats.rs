//! What a column's numbers, dates and lengths look like together: birthdays spread over the year and
//! over generations, ages gather around the middle of life, keys count upwards, codes are of one length.

use super::{Kind, KindSet, numbers};

/// Statistics of the values looked at, in their order.
#[derive(Debug, Default)]
pub struct Stats {
    /// Values that are numbers.
    pub numbers: Vec<f64>,
    /// Days of the values that are dates: year, month, day.
    pub days: Vec<(i32, u32, u32)>,
    /// Values with a time of day other than midnight after the date.
    pub timed: u32,
    /// Characters of the shortest value.
    pub shortest: usize,
    /// Characters of the longest value.
    pub longest: usize,
    /// Different first characters, as a set of their low bits.
    firsts: u128,
}

impl Stats {
    pub(super) fn add(&mut self, value: &str, set: KindSet) {
        let length = value.chars().count();
        self.shortest = if self.longest == 0 { length } else { self.shortest.min(length) };
        self.longest = self.longest.max(length);
        if let Some(first) = value.chars().next() {
            self.firsts |= 1 << (u32::from(first) % 128);
        }
        if set.any(&[Kind::Integer, Kind::Decimal])
            && let Ok(number) = value.parse::<f64>()
        {
            self.numbers.push(number);
        }
        if set.has(Kind::Date) {
            self.days.extend(numbers::day_of_date(value));
            let time = value.split([' ', 'T']).nth(1).unwrap_or_default();
            self.timed += u32::from(time.bytes().any(|b| (b'1'..=b'9').contains(&b)));
        }
    }

    /// Different first characters.
    pub fn first_characters(&self) -> u32 {
        self.firsts.count_ones()
    }

    /// Every value has the same number of characters.
    pub fn one_length(&self) -> bool {
        self.longest > 0 && self.shortest == self.longest
    }

    /// Mean and standard deviation of the numbers; zeros without numbers.
    pub fn mean_and_spread(&self) -> (f64, f64) {
        let n = self.numbers.len().max(1) as f64;
        let mean = self.numbers.iter().sum::<f64>() / n;
        let spread = (self.numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        (mean, spread)
    }

    /// Share of neighbouring numbers that rise: a half when they are in no order, one in a key.
    pub fn rising(&self) -> f64 {
        share_rising(&self.numbers)
    }

    /// The dates are in order, forwards or backwards, as days of a series are.
    pub fn days_in_order(&self) -> bool {
        let rising = share_rising(&self.days);
        let falling = self.days.windows(2).filter(|d| d[0] >= d[1]).count() as f64
            / self.days.len().saturating_sub(1).max(1) as f64;
        rising > 0.8 || falling > 0.8
    }

    /// The dates look like days of birth: over many years, on any day of the month and of the year, none in the
    /// future, no time of day, in no order.
    pub fn like_birthdays(&self, this_year: i32, years: i32) -> bool {
        let (Some(first), Some(last)) =
            (self.days.iter().map(|d| d.0).min(), self.days.iter().map(|d| d.0).max())
        else {
            return false;
        };
        let mut month_days: Vec<u32> = self.days.iter().map(|d| d.2).collect();
        month_days.sort_unstable();
        month_days.dedup();
        let spread = month_days.len() * 3 >= self.days.len().min(30);
        let grown = self.days.iter().filter(|d| d.0 <= this_year - 16).count() * 2;
        first >= 1900
            && grown >= self.days.len()
            && last <= this_year
            && last - first >= years
            && spread
            && f64::from(self.timed) < 0.05 * self.days.len() as f64
            && !self.days_in_order()
    }

    /// More than half of the years are less than 18 years ago.
    pub fn mostly_young(&self, this_year: i32) -> bool {
        let young = self.days.iter().filter(|d| d.0 > this_year - 18).count();
        !self.days.is_empty() && young * 2 > self.days.len()
    }

    /// Nearly all numbers are whole hundreds, as sums that people agree on are.
    pub fn round(&self) -> bool {
        let round = self.numbers.iter().filter(|n| **n % 100.0 == 0.0).count();
        !self.numbers.is_empty() && round * 10 >= self.numbers.len() * 9
    }

    /// Whole hundreds of the size of wages, many of them different, in no order.
    pub fn like_salaries(&self) -> bool {
        let (mean, spread) = self.mean_and_spread();
        let mut different: Vec<i64> = self.numbers.iter().map(|n| *n as i64).collect();
        different.sort_unstable();
        different.dedup();
        self.round()
            && different.len() >= 12
            && (1_500.0..=400_000.0).contains(&mean)
            && spread < mean
            && self.numbers.iter().all(|n| *n >= 500.0)
            && (0.2..0.8).contains(&self.rising())
    }

    /// Whole numbers that gather where ages of people do.
    pub fn like_ages(&self) -> bool {
        let (mean, spread) = self.mean_and_spread();
        let most = self.numbers.iter().copied().fold(0.0, f64::max);
        let least = self.numbers.iter().copied().fold(f64::MAX, f64::min);
        let mut different: Vec<i64> = self.numbers.iter().map(|n| *n as i64).collect();
        different.sort_unstable();
        different.dedup();
        let adults = (22.0..=72.0).contains(&mean)
            && (5.0..=24.0).contains(&spread)
            && least >= 10.0
            && (40.0..=110.0).contains(&most);
        self.numbers.len() >= 12
            && different.len() >= 10
            && self.numbers.iter().all(|n| n.fract() == 0.0)
            && adults
            && (0.2..0.8).contains(&self.rising())
    }
}

fn share_rising<T: PartialOrd>(items: &[T]) -> f64 {
    if items.len() < 2 {
        return 0.5;
    }
    items.windows(2).filter(|pair| pair[0] <= pair[1]).count() as f64 / (items.len() - 1) as f64
}

#[cfg(test)]
mod tests {
    use super::super::Tally;

    fn stats(values: impl Iterator<Item = String>) -> super::Stats {
        let values: Vec<String> = values.collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        Tally::of(&values).stats
    }

    #[test]
    fn birthdays_differ_from_days_of_a_series_and_of_orders() {
        let births = stats((0..60).map(|n| {
            format!("{}-{:02}-{:02}", 1950 + n * 29 % 50, n * 5 % 12 + 1, n * 11 % 28 + 1)
        }));
        assert!(births.like_birthdays(2026, 20));
        let series = stats((0..60).map(|n| format!("{}-01-01", 1950 + n)));
        assert!(!series.like_birthdays(2026, 20));
        let orders =
            stats((0..60).map(|n| format!("2024-{:02}-{:02}", n * 5 % 12 + 1, n * 11 % 28 + 1)));
        assert!(!orders.like_birthdays(2026, 20));
        let future = stats((0..60).map(|n| {
            format!("{}-{:02}-{:02}", 2010 + n * 29 % 50, n * 5 % 12 + 1, n * 11 % 28 + 1)
        }));
        assert!(!future.like_birthdays(2026, 20));
    }

    #[test]
    fn ages_differ_from_ratings_quantities_and_keys() {
        assert!(stats((0..60).map(|n| (18 + n * 37 % 60).to_string())).like_ages());
        assert!(!stats((0..60).map(|n| (1 + n % 5).to_string())).like_ages());
        assert!(!stats((0..60).map(|n| (20 + n).to_string())).like_ages());
        assert!(!stats((0..60).map(|n| (n * 37 % 101).to_string())).like_ages());
        assert!(!stats((0..60).map(|n| format!("{}.5", 18 + n * 37 % 60))).like_ages());
    }
}
