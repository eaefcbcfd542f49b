//! What was read: for each combination of values how many rows have it. Rows themselves are not kept.

use std::collections::HashMap;

use crate::{Ladder, Shape};

/// Different combinations of values that are held at most: about 200 MB with eight columns.
pub const MAX_COMBINATIONS: usize = 4_000_000;

/// Why a table cannot be judged. Never quotes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Nearly every row is different in the columns that were named.
    #[error(
        "more than {0} different combinations of values; leave a column out, or coarsen one before"
    )]
    TooMany(usize),
    /// A row has another number of values than there are columns.
    #[error("row {row} has {found} values instead of {expected}")]
    Width {
        /// The row, from 1.
        row: u64,
        /// Values in it.
        found: usize,
        /// Columns that were named.
        expected: usize,
    },
}

/// The values of one column, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    pub(crate) texts: Vec<String>,
    ids: HashMap<String, u32>,
}

impl Values {
    fn id(&mut self, value: &str) -> u32 {
        if let Some(id) = self.ids.get(value) {
            return *id;
        }
        let id = self.texts.len() as u32;
        self.texts.push(value.to_owned());
        self.ids.insert(value.to_owned(), id);
        id
    }
}

/// A table, counted.
#[derive(Debug, Clone)]
pub struct Frame {
    pub(crate) quasi: Vec<Values>,
    pub(crate) sensitive: Vec<Values>,
    pub(crate) counts: HashMap<Box<[u32]>, u64>,
    rows: u64,
    most: usize,
}

impl Frame {
    /// An empty table with so many columns that could tell who somebody is (quasi-identifiers: birth
    /// date, postcode, sex …) and so many sensitive ones.
    pub fn new(quasi: usize, sensitive: usize) -> Self {
        Self {
            quasi: vec![Values::default(); quasi],
            sensitive: vec![Values::default(); sensitive],
            counts: HashMap::new(),
            rows: 0,
            most: MAX_COMBINATIONS,
        }
    }

    /// The same with another bound on different combinations.
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Counts one row: its quasi-identifiers, then its sensitive values.
    ///
    /// # Errors
    /// The row has another width, or the table has too many different combinations.
    pub fn push(&mut self, row: &[&str]) -> Result<(), FrameError> {
        let expected = self.quasi.len() + self.sensitive.len();
        if row.len() != expected {
            return Err(FrameError::Width { row: self.rows + 1, found: row.len(), expected });
        }
        let columns = self.quasi.iter_mut().chain(&mut self.sensitive);
        let key: Box<[u32]> = columns.zip(row).map(|(column, value)| column.id(value)).collect();
        *self.counts.entry(key).or_default() += 1;
        if self.counts.len() > self.most {
            return Err(FrameError::TooMany(self.most));
        }
        self.rows += 1;
        Ok(())
    }

    /// Rows counted.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// A ladder for each quasi-identifier; what is not told is seen from the values.
    pub fn ladders(&self, told: &[Option<Shape>]) -> Vec<Ladder> {
        let told = told.iter().copied().chain(std::iter::repeat(None));
        let columns = self.quasi.iter().zip(told);
        columns.map(|(c, told)| Ladder::fit(c.texts.iter().map(String::as_str), told)).collect()
    }
}
