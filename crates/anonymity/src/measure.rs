//! The numbers. Equivalence class: the rows that have the same quasi-identifiers.

use std::collections::HashMap;

use serde::Serialize;

use crate::{Frame, Ladder, frame::Values};

/// How anonymous a table is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Rows judged.
    pub rows: u64,
    /// Equivalence classes.
    pub classes: u64,
    /// Rows of the smallest class: the table is k-anonymous (Sweeney 2002). 0 without rows.
    pub k: u64,
    /// Rows that are alone with their quasi-identifiers.
    pub unique_rows: u64,
    /// Rows in classes smaller than the goal's k.
    pub rows_below_k: u64,
    /// Somebody who knows that a person is in the table finds them with this probability at most: 1/k
    /// (prosecutor risk; El Emam and Dankar 2008).
    pub highest_risk: f64,
    /// The same on average over the rows: classes ÷ rows (marketer risk).
    pub average_risk: f64,
    /// How sensitive values are spread in the classes, one entry a column.
    pub sensitive: Vec<SensitiveReport>,
}

/// How one sensitive column is spread in the classes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitiveReport {
    /// Fewest different values in a class (distinct l-diversity; Machanavajjhala et al. 2007).
    pub l: u64,
    /// The same by entropy: exp of the lowest entropy of a class. Lower than `l` if one value prevails.
    pub entropy_l: f64,
    /// Largest distance of a class's values from the whole table's, 0 to 1 (t-closeness with equal
    /// ground distances: half the sum of differences; Li et al. 2007).
    pub t: f64,
    /// Rows in classes with fewer different values than the goal's l.
    pub rows_below_l: u64,
}

/// Rows by class, and which class each combination is in.
pub(crate) struct Classes {
    pub(crate) rows: Vec<u64>,
    pub(crate) of: Vec<u32>,
}

/// A frame with its combinations in a fixed order, and its columns at every step of their ladders, so
/// that trying a step costs no text.
pub(crate) struct Board<'a> {
    frame: &'a Frame,
    keys: Vec<&'a [u32]>,
    counts: Vec<u64>,
    /// By column, by step: the coarse id of each value's id.
    steps: Vec<Vec<Vec<u32>>>,
}

impl<'a> Board<'a> {
    pub(crate) fn new(frame: &'a Frame, ladders: &[Ladder]) -> Self {
        let (keys, counts) = frame.counts.iter().map(|(key, count)| (&**key, *count)).unzip();
        let columns = frame.quasi.iter().zip(ladders);
        let steps = columns.map(|(column, ladder)| every_step(column, ladder)).collect();
        Self { frame, keys, counts, steps }
    }

    /// The classes with each column at its step.
    pub(crate) fn classes(&self, at: &[usize]) -> Classes {
        let mut of = vec![0_u32; self.keys.len()];
        // Column by column a class is divided; exact, whatever the number of columns.
        for (column, step) in at.iter().enumerate() {
            let coarse = &self.steps[column][*step];
            let mut known: HashMap<(u32, u32), u32> = HashMap::new();
            for (class, key) in of.iter_mut().zip(&self.keys) {
                let next = known.len() as u32;
                *class = *known.entry((*class, coarse[key[column] as usize])).or_insert(next);
            }
        }
        let mut rows = vec![0_u64; of.iter().max().map_or(0, |last| *last as usize + 1)];
        for (class, count) in of.iter().zip(&self.counts) {
            rows[*class as usize] += count;
        }
        Classes { rows, of }
    }

    /// For one sensitive column, by class: value → rows.
    pub(crate) fn spread(&self, classes: &Classes, column: usize) -> Vec<HashMap<u32, u64>> {
        let place = self.frame.quasi.len() + column;
        let mut spread = vec![HashMap::new(); classes.rows.len()];
        for ((class, key), count) in classes.of.iter().zip(&self.keys).zip(&self.counts) {
            *spread[*class as usize].entry(key[place]).or_default() += count;
        }
        spread
    }

    /// The rows of some classes alone.
    pub(crate) fn only(&self, classes: &Classes, kept: &[bool]) -> (Self, Classes) {
        let stay = |class: &u32| kept[*class as usize];
        let mut numbers = vec![0_u32; kept.len()];
        let mut rows = Vec::new();
        for (class, _) in kept.iter().enumerate().filter(|(_, kept)| **kept) {
            numbers[class] = rows.len() as u32;
            rows.push(classes.rows[class]);
        }
        let places: Vec<usize> =
            classes.of.iter().enumerate().filter(|(_, c)| stay(c)).map(|(i, _)| i).collect();
        let board = Board {
            frame: self.frame,
            keys: places.iter().map(|i| self.keys[*i]).collect(),
            counts: places.iter().map(|i| self.counts[*i]).collect(),
            steps: self.steps.clone(),
        };
        let of = places.iter().map(|i| numbers[classes.of[*i] as usize]).collect();
        (board, Classes { rows, of })
    }

    /// How many sensitive columns there are.
    pub(crate) fn sensitive(&self) -> usize {
        self.frame.sensitive.len()
    }

    /// How many different combinations there are.
    pub(crate) fn combinations(&self) -> usize {
        self.keys.len()
    }

    /// By step, how much of what a column tells is lost: 0 nothing, 1 everything (by entropy).
    pub(crate) fn lost(&self, column: usize, top: usize) -> Vec<f64> {
        let told = |step: usize| {
            let mut rows = vec![0_u64; self.distinct(column, step)];
            for (key, count) in self.keys.iter().zip(&self.counts) {
                rows[self.steps[column][step][key[column] as usize] as usize] += count;
            }
            let all = rows.iter().sum::<u64>() as f64;
            let share = rows.iter().filter(|rows| **rows > 0).map(|rows| *rows as f64 / all);
            share.map(|p| -p * p.ln()).sum::<f64>()
        };
        let whole = told(0);
        (0..=top).map(|step| if whole > 0.0 { 1.0 - told(step) / whole } else { 0.0 }).collect()
    }

    /// How many different coarse values a column has at a step.
    pub(crate) fn distinct(&self, column: usize, step: usize) -> usize {
        self.steps[column][step].iter().max().map_or(0, |last| *last as usize + 1)
    }
}

fn every_step(column: &Values, ladder: &Ladder) -> Vec<Vec<u32>> {
    let one = |step| {
        let mut known: HashMap<String, u32> = HashMap::new();
        let ids = column.texts.iter().map(|text| {
            let next = known.len() as u32;
            *known.entry(ladder.apply(text, step)).or_insert(next)
        });
        ids.collect()
    };
    (0..=ladder.top()).map(one).collect()
}

/// Judges a table as it is. `k` and `l` are what is asked of it.
pub fn measure(frame: &Frame, k: u64, l: u64) -> Report {
    let none = vec![Ladder::fit(std::iter::empty(), Some(crate::Shape::Text)); frame.quasi.len()];
    let board = Board::new(frame, &none);
    let classes = board.classes(&vec![0; frame.quasi.len()]);
    report(&board, &classes, k, l)
}

pub(crate) fn report(board: &Board<'_>, classes: &Classes, k: u64, l: u64) -> Report {
    let rows: u64 = classes.rows.iter().sum();
    let smallest = classes.rows.iter().copied().min().unwrap_or(0);
    let sensitive = (0..board.sensitive()).map(|column| {
        let spread = board.spread(classes, column);
        judge(&spread, &classes.rows, rows, l)
    });
    Report {
        rows,
        classes: classes.rows.len() as u64,
        k: smallest,
        unique_rows: classes.rows.iter().filter(|rows| **rows == 1).count() as u64,
        rows_below_k: classes.rows.iter().filter(|rows| **rows < k).sum(),
        highest_risk: if smallest == 0 { 0.0 } else { 1.0 / smallest as f64 },
        average_risk: if rows == 0 { 0.0 } else { classes.rows.len() as f64 / rows as f64 },
        sensitive: sensitive.collect(),
    }
}

fn judge(spread: &[HashMap<u32, u64>], sizes: &[u64], rows: u64, l: u64) -> SensitiveReport {
    let mut whole: HashMap<u32, u64> = HashMap::new();
    for values in spread {
        for (value, count) in values {
            *whole.entry(*value).or_default() += count;
        }
    }
    let mut report =
        SensitiveReport { l: u64::MAX, entropy_l: f64::INFINITY, t: 0.0, rows_below_l: 0 };
    for (values, size) in spread.iter().zip(sizes) {
        let different = values.len() as u64;
        report.l = report.l.min(different);
        report.rows_below_l += if different < l { *size } else { 0 };
        report.entropy_l = report.entropy_l.min(entropy(values, *size).exp());
        report.t = report.t.max(distance(values, *size, &whole, rows));
    }
    if spread.is_empty() {
        return SensitiveReport { l: 0, entropy_l: 0.0, ..report };
    }
    report
}

fn entropy(values: &HashMap<u32, u64>, size: u64) -> f64 {
    let share = |count: &u64| *count as f64 / size as f64;
    values.values().map(share).map(|p| -p * p.ln()).sum()
}

fn distance(values: &HashMap<u32, u64>, size: u64, whole: &HashMap<u32, u64>, rows: u64) -> f64 {
    let difference = |(value, count): (&u32, &u64)| {
        let here = values.get(value).copied().unwrap_or(0) as f64 / size as f64;
        (here - *count as f64 / rows as f64).abs()
    };
    whole.iter().map(difference).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of Sweeney's paper in small: two classes of two, one alone.
    fn small() -> Frame {
        let mut frame = Frame::new(2, 1);
        for row in [
            ["1965", "0213*", "short breath"],
            ["1965", "0213*", "chest pain"],
            ["1964", "0213*", "obesity"],
            ["1964", "0213*", "obesity"],
            ["1960", "0214*", "flu"],
        ] {
            assert!(frame.push(&row).is_ok());
        }
        frame
    }

    #[test]
    fn classes_are_counted_by_hand() {
        let report = measure(&small(), 2, 2);
        assert_eq!((report.rows, report.classes, report.k), (5, 3, 1));
        assert_eq!((report.unique_rows, report.rows_below_k), (1, 1));
        assert!((report.average_risk - 0.6).abs() < 1e-9);
        let illness = &report.sensitive[0];
        assert_eq!((illness.l, illness.rows_below_l), (1, 3));
        // A class of one illness among four: half of (|1 - .2| + .2 + .2 + .4) is .8.
        assert!((illness.t - 0.8).abs() < 1e-9, "{}", illness.t);
        assert!((illness.entropy_l - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_empty_table_is_told_so() {
        let report = measure(&Frame::new(2, 1), 5, 2);
        assert_eq!((report.rows, report.k, report.sensitive[0].l), (0, 0, 0));
    }

    #[test]
    fn too_many_combinations_are_refused() {
        let mut frame = Frame::new(1, 0).at_most(2);
        assert!(frame.push(&["a"]).is_ok() && frame.push(&["b"]).is_ok());
        assert_eq!(frame.push(&["c"]), Err(crate::FrameError::TooMany(2)));
        assert_eq!(
            frame.push(&["c", "d"]),
            Err(crate::FrameError::Width { row: 3, found: 2, expected: 1 })
        );
    }
}
