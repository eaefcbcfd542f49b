//! Months, and periods made of them. Everything begins at midnight UTC. Pure.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A month: twelve times its year, and its months since January.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub i64);

impl Month {
    /// The month of a moment (µs).
    pub fn of(micros: i64) -> Self {
        let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let day = at.to_zoned_datetime(TimeZone::UTC).date();
        Self(i64::from(day.year()) * 12 + i64::from(day.month()) - 1)
    }

    /// Its year.
    pub fn year(self) -> i64 {
        self.0.div_euclid(12)
    }

    /// 1 to 12.
    pub fn number(self) -> i64 {
        self.0.rem_euclid(12) + 1
    }

    /// Its first moment (µs).
    pub fn begins(self) -> i64 {
        let (year, month) = (i16::try_from(self.year()), i8::try_from(self.number()));
        let day = Date::new(year.unwrap_or(1970), month.unwrap_or(1), 1);
        let midnight = day.ok().and_then(|day| day.to_zoned_datetime(TimeZone::UTC).ok());
        midnight.map_or(0, |at| at.timestamp().as_microsecond())
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// `2026-11`.
    pub fn name(self) -> String {
        format!("{:04}-{:02}", self.year(), self.number())
    }
}

/// A year, a quarter or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first month.
    pub first: Month,
    /// Its last month.
    pub last: Month,
}

impl Period {
    /// A year.
    pub fn year(year: i64) -> Self {
        Self { first: Month(year * 12), last: Month(year * 12 + 11) }
    }

    /// `2026`, `2026-Q4` or `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, part) = text.split_once('-').unwrap_or((text, ""));
        let four = year.len() == 4 && year.bytes().all(|c| c.is_ascii_digit());
        let year: i64 = year.parse().ok().filter(|year| four && *year >= 2000)?;
        if part.is_empty() {
            return (!text.contains('-')).then(|| Self::year(year));
        }
        if let Some(quarter) = part.strip_prefix('Q') {
            let quarter: i64 = quarter.parse().ok().filter(|n| (1..=4).contains(n))?;
            let first = Month(year * 12 + (quarter - 1) * 3);
            return Some(Self { first, last: Month(first.0 + 2) });
        }
        let month: i64 = part.parse().ok().filter(|n| (1..=12).contains(n) && part.len() == 2)?;
        let month = Month(year * 12 + month - 1);
        Some(Self { first: month, last: month })
    }

    /// As [`Period::parse`] reads it.
    pub fn name(self) -> String {
        match self.last.0 - self.first.0 {
            0 => self.first.name(),
            2 => format!("{:04}-Q{}", self.first.year(), (self.first.number() + 2) / 3),
            _ => format!("{:04}", self.first.year()),
        }
    }

    /// Its first moment, and the first after it (µs).
    pub fn bounds(self) -> (i64, i64) {
        (self.first.begins(), self.last.next().begins())
    }

    /// Its months.
    pub fn months(self) -> impl Iterator<Item = Month> {
        (self.first.0..=self.last.0).map(Month)
    }

    /// The twelve months that end with it: what is drawn.
    #[must_use]
    pub fn drawn(self) -> Self {
        Self { first: Month(self.last.0 - 11), last: self.last }
    }

    /// What may be chosen: years, quarters and months from a moment on to now, the newest first.
    pub fn choices(from: i64, now: i64) -> Vec<Self> {
        let (from, now) = (Month::of(from), Month::of(now));
        let mut all = Vec::new();
        for year in (from.year()..=now.year()).rev() {
            all.push(Self::year(year));
            for quarter in (0..4).rev() {
                let first = Month(year * 12 + quarter * 3);
                let quarter = Self { first, last: Month(first.0 + 2) };
                if quarter.last < from || quarter.first > now {
                    continue;
                }
                all.push(quarter);
                let months = quarter.months().filter(|one| *one >= from && *one <= now);
                let mut months: Vec<Self> =
                    months.map(|one| Self { first: one, last: one }).collect();
                months.reverse();
                all.extend(months);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_microsecond()
    }

    #[test]
    fn a_month_begins_at_midnight_and_ends_before_the_next() {
        let month = Month::of(at("2028-02-29T23:59:59Z"));
        assert_eq!(month.name(), "2028-02");
        assert_eq!(month.begins(), at("2028-02-01T00:00:00Z"));
        assert_eq!(month.next().begins(), at("2028-03-01T00:00:00Z"));
        assert_eq!(Month::of(at("2027-12-31T12:00:00Z")).next().name(), "2028-01");
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in ["2026", "2026-Q1", "2026-Q4", "2026-01", "2026-12"] {
            assert_eq!(Period::parse(name).expect(name).name(), name);
        }
        for name in [
            "", "26", "2026-", "2026-13", "2026-0", "2026-Q5", "2026-Q", "x", "-1", "2026-1",
            "+202",
        ] {
            assert_eq!(Period::parse(name), None, "{name}");
        }
        let quarter = Period::parse("2026-Q4").expect("a quarter");
        assert_eq!(quarter.bounds(), (at("2026-10-01T00:00:00Z"), at("2027-01-01T00:00:00Z")));
    }

    #[test]
    fn what_may_be_chosen_reaches_from_the_first_request_to_today() {
        let all = Period::choices(at("2026-11-30T00:00:00Z"), at("2027-01-02T00:00:00Z"));
        let names: Vec<String> = all.into_iter().map(Period::name).collect();
        assert_eq!(names, ["2027", "2027-Q1", "2027-01", "2026", "2026-Q4", "2026-12", "2026-11"]);
    }
}
