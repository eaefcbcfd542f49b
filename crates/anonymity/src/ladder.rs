//! How a value is made coarser, step by step. Step 0 is the value itself, the last step is `*`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What values of a column look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Days or times: day, month, year, five years, ten years, `*`.
    Date,
    /// Numbers: bands that grow, `*`.
    Number,
    /// Codes whose beginning says the larger place: postcodes, regions. Shorter and shorter, `*`.
    Code,
    /// Anything else: the value or `*`.
    Text,
}

/// The steps of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    shape: Shape,
    /// Widths of bands for numbers, lengths kept for codes; empty otherwise.
    steps: Vec<u64>,
}

/// What stands for "any value".
pub(crate) const ANY: &str = "*";

impl Ladder {
    /// The ladder for values of a column: its shape is told or seen from the values. Empty values say
    /// nothing.
    pub fn fit<'a>(values: impl Iterator<Item = &'a str> + Clone, told: Option<Shape>) -> Self {
        let shape = told.unwrap_or_else(|| see(values.clone()));
        let steps = match shape {
            Shape::Number => widths(values),
            Shape::Code => lengths(values),
            Shape::Date | Shape::Text => Vec::new(),
        };
        Self { shape, steps }
    }

    /// What the values look like.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The highest step, at which every value is `*`.
    pub fn top(&self) -> usize {
        match self.shape {
            Shape::Date => 5,
            Shape::Number | Shape::Code => self.steps.len() + 1,
            Shape::Text => 1,
        }
    }

    /// A value at a step. A value that is not of the column's shape becomes `*` at once: it would
    /// stand out.
    pub fn apply(&self, value: &str, step: usize) -> String {
        if step == 0 {
            return value.to_owned();
        }
        if step >= self.top() || value.trim().is_empty() {
            return ANY.to_owned();
        }
        let coarse = match self.shape {
            Shape::Date => date(value).map(|date| calendar(date, step)),
            Shape::Number => number(value).map(|number| band(number, self.steps[step - 1])),
            Shape::Code => Some(beginning(value, self.steps[step - 1] as usize)),
            Shape::Text => None,
        };
        coarse.unwrap_or_else(|| ANY.to_owned())
    }

    /// What a step does, in a word and a number: `month`, `band 10`, `first 3`, `any`.
    pub fn describe(&self, step: usize) -> String {
        match (self.shape, step) {
            (_, 0) => "as it is".to_owned(),
            (_, step) if step >= self.top() => "any".to_owned(),
            (Shape::Date, step) => ["month", "year", "5 years", "10 years"][step - 1].to_owned(),
            (Shape::Number, step) => format!("band {}", self.steps[step - 1]),
            (Shape::Code, step) => format!("first {}", self.steps[step - 1]),
            (Shape::Text, _) => "any".to_owned(),
        }
    }
}

/// The shape of most values: nine of ten must agree.
fn see<'a>(values: impl Iterator<Item = &'a str>) -> Shape {
    let (mut all, mut dates, mut numbers, mut codes) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut length = None;
    for value in values.filter(|value| !value.trim().is_empty()) {
        all += 1;
        dates += u64::from(date(value).is_some());
        numbers += u64::from(number(value).is_some());
        let chars = value.chars().count();
        let same = *length.get_or_insert(chars) == chars;
        let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-');
        codes += u64::from(same && plain && (3..=10).contains(&chars));
    }
    let most = |count: u64| all > 0 && count * 10 >= all * 9;
    // A postcode is a number of fixed length; an age or an amount is not.
    if most(dates) {
        Shape::Date
    } else if most(codes) && length.is_some_and(|chars| chars >= 5) {
        Shape::Code
    } else if most(numbers) {
        Shape::Number
    } else if most(codes) {
        Shape::Code
    } else {
        Shape::Text
    }
}

/// Widths 5, 10, 20, 50, 100 … (times a power of ten) until one band holds the whole range.
fn widths<'a>(values: impl Iterator<Item = &'a str>) -> Vec<u64> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for number in values.filter_map(number) {
        low = low.min(number);
        high = high.max(number);
    }
    let range = if high > low { high - low } else { 0.0 };
    let mut widths = Vec::new();
    let mut power = 1_u64;
    loop {
        for digit in [2, 5, 10] {
            let width = digit * power;
            if width as f64 >= range || widths.len() == 24 {
                return widths;
            }
            widths.push(width);
        }
        power *= 10;
    }
}

/// Every length below the longest value's, from long to short.
fn lengths<'a>(values: impl Iterator<Item = &'a str>) -> Vec<u64> {
    let longest = values.map(|value| value.trim().chars().count()).max().unwrap_or(1);
    (1..longest.min(12) as u64).rev().collect()
}

fn date(value: &str) -> Option<Date> {
    let day: String = value.trim().chars().take(10).collect();
    day.replace('/', "-").parse().ok()
}

fn calendar(date: Date, step: usize) -> String {
    let span = |years: i16| {
        let first = date.year().div_euclid(years) * years;
        format!("{first}–{}", first + years - 1)
    };
    match step {
        1 => format!("{:04}-{:02}", date.year(), date.month()),
        2 => format!("{:04}", date.year()),
        3 => span(5),
        _ => span(10),
    }
}

fn number(value: &str) -> Option<f64> {
    let parsed: f64 = value.trim().parse().ok()?;
    parsed.is_finite().then_some(parsed)
}

fn band(number: f64, width: u64) -> String {
    let first = (number / width as f64).floor() * width as f64;
    format!("{first}–<{}", first + width as f64)
}

fn beginning(value: &str, keep: usize) -> String {
    let value = value.trim();
    let kept: String = value.chars().take(keep).collect();
    let hidden = value.chars().count().saturating_sub(keep);
    format!("{kept}{}", ANY.repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(values: &[&str]) -> Ladder {
        Ladder::fit(values.iter().copied(), None)
    }

    #[test]
    fn shapes_are_seen_from_the_values() {
        assert_eq!(fit(&["1990-02-03", "1971-12-31", ""]).shape(), Shape::Date);
        assert_eq!(fit(&["23", "41", "7", "102"]).shape(), Shape::Number);
        assert_eq!(fit(&["200030", "100081", "518000"]).shape(), Shape::Code);
        assert_eq!(fit(&["nurse", "teacher", "护士"]).shape(), Shape::Text);
    }

    #[test]
    fn each_step_is_coarser_and_the_last_says_nothing() {
        let dates = fit(&["1990-02-03"]);
        let steps: Vec<_> = (0..=dates.top()).map(|step| dates.apply("1994-07-09", step)).collect();
        assert_eq!(steps, ["1994-07-09", "1994-07", "1994", "1990–1994", "1990–1999", "*"]);
        let ages = fit(&["3", "97"]);
        assert_eq!(ages.apply("41", 3), "40–<50");
        assert_eq!(ages.apply("-1", 3), "-10–<0");
        assert_eq!(ages.apply("41", ages.top()), "*");
        let codes = fit(&["200030", "100081"]);
        assert_eq!(codes.apply("200030", 2), "2000**");
    }

    #[test]
    fn a_value_of_another_shape_does_not_stand_out() {
        let ages = Ladder::fit(["3", "97"].into_iter(), Some(Shape::Number));
        assert_eq!(ages.apply("unknown", 1), "*");
        assert_eq!(ages.apply("", 1), "*");
    }
}
