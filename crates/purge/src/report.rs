//! What a dry run found and what a run did.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{error::PurgeError, value::Key};

/// Rows by what became (or would become) of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows of the root table that were changed: the selected ones, and any that went with them by a
    /// reference of the table to itself.
    pub roots: u64,
    /// Rows changed by each of [`crate::Plan::steps`], in the same order.
    pub steps: Vec<u64>,
    /// Covered rows that were already as the treatment leaves them.
    pub already: u64,
    /// Aggregate: rows deleted without being counted, because their group is too small.
    pub suppressed: u64,
    /// Covered rows that were left alone, by reason. A row with several reasons is counted under the
    /// first that was found.
    pub kept: Vec<Kept>,
}

impl Counts {
    /// Rows changed in all steps.
    pub fn changed(&self) -> u64 {
        self.steps.iter().sum()
    }

    /// Covered rows that were left alone.
    pub fn kept(&self) -> u64 {
        self.kept.iter().map(|kept| kept.rows).sum()
    }

    pub(crate) fn keep(&mut self, reason: &Reason, rows: u64) {
        match self.kept.iter_mut().find(|kept| kept.reason == *reason) {
            Some(kept) => kept.rows += rows,
            None => self.kept.push(Kept { reason: reason.clone(), rows }),
        }
    }
}

/// Rows left alone for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Why.
    pub reason: Reason,
    /// How many.
    pub rows: u64,
}

/// Why a covered row was left alone, and with it everything that hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Rows refer to it (or to a row that hangs on it) through a reference that the request does not
    /// list.
    Referenced {
        /// The referring table.
        table: String,
        /// The reference, as [`crate::Link::label`] writes it.
        link: String,
    },
    /// A legal hold: on the row itself, or on one that hangs on it in this table.
    Held {
        /// The table.
        table: String,
    },
    /// Rows refer to each other in a circle, and no reference in it may be cut.
    Circle {
        /// The references of the circle.
        links: String,
    },
}

/// What a run would do now; nothing was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DryRun {
    /// The plan it is about.
    pub fingerprint: String,
    /// The counts.
    pub counts: Counts,
    /// The counts are exact for the moment they were taken. False where more rows depend on each
    /// other across batches than fit in memory; then they are at least this.
    pub exact: bool,
    /// Masked examples.
    pub examples: Vec<Example>,
    /// When the database was looked at.
    pub taken_at: jiff::Timestamp,
}

/// A row that would be treated, every value masked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Example {
    /// Its table.
    pub table: String,
    /// Column and masked value; `None` is NULL.
    pub values: Vec<(String, Option<String>)>,
}

/// How far a run has come. It must be stored durably (and sealed: it holds the key of a row) before
/// the next batch begins; a run goes on exactly from it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The plan's fingerprint.
    pub fingerprint: String,
    /// Rows that could not go before others are tried again in rounds; from 1.
    pub round: u32,
    /// The last root row looked at in this round.
    pub after: Option<Key>,
    /// Batches done.
    pub batches: u64,
    /// What was done so far; what was kept is that of this round.
    pub counts: Counts,
    /// Covered rows that were held when the run began.
    pub held: u64,
    /// Something was deleted in this round that others may have waited for.
    pub moved: bool,
    /// Everything is done.
    pub done: bool,
}

/// Prints no key.
impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("round", &self.round)
            .field("batches", &self.batches)
            .field("counts", &self.counts)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

/// How a run ended. Whatever it says, the database is at the border of a batch.
#[derive(Debug)]
pub struct Outcome {
    /// What is done; [`crate::run`] goes on from it.
    pub progress: Progress,
    /// Why it ended.
    pub end: End,
}

/// Why a run ended.
#[derive(Debug)]
pub enum End {
    /// Everything is done.
    Finished,
    /// The sink asked to stop.
    Asked,
    /// Something went wrong; the batch under way was rolled back.
    Failed(PurgeError),
}
