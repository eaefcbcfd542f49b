//! What a dry run remembers of rows it has dealt with, so that its counts are those of a run. Rows are
//! remembered as 128 bits of a hash: at the bound of four million a collision is as likely as one in
//! 10^25.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use crate::value::Key;

/// Rows remembered at most; beyond it a dry run's counts are a lower bound.
const MOST: usize = 4_000_000;

#[derive(Default)]
pub(crate) struct Gone {
    rows: HashSet<(u8, u128)>,
    /// It could not remember everything.
    pub full: bool,
}

/// A row would be deleted.
const DELETED: u8 = 0;
/// A selected row is dealt with.
const DONE: u8 = 1;
/// A row was written, by the number of the step.
const STEPS: u8 = 2;

impl Gone {
    pub fn is_gone(&self, table: usize, key: &Key) -> bool {
        self.rows.contains(&(DELETED, hash(table, key)))
    }

    pub fn delete(&mut self, table: usize, key: &Key) {
        self.insert((DELETED, hash(table, key)));
    }

    pub fn is_done(&self, table: usize, key: &Key) -> bool {
        self.rows.contains(&(DONE, hash(table, key)))
    }

    pub fn done(&mut self, table: usize, key: &Key) {
        self.insert((DONE, hash(table, key)));
    }

    /// The row is written by this step for the first time.
    pub fn write(&mut self, step: usize, table: usize, key: &Key) -> bool {
        let step = u8::try_from(step).unwrap_or(u8::MAX - STEPS);
        self.insert((STEPS.saturating_add(step), hash(table, key)))
    }

    fn insert(&mut self, row: (u8, u128)) -> bool {
        if self.rows.len() >= MOST {
            self.full = true;
            return !self.rows.contains(&row);
        }
        self.rows.insert(row)
    }
}

fn hash(table: usize, key: &Key) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        table.hash(&mut hasher);
        key.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}
