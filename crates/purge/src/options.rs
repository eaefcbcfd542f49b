//! How carefully a run works, and who listens to it.

use std::time::Duration;

use crate::{copy::BatchCopy, report::Progress};

/// How carefully a run works.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Root rows in one transaction.
    pub batch: usize,
    /// Rows in one transaction, with all that hangs on the roots. A batch that grows beyond it is
    /// tried again with fewer roots; one root that does alone stops the run.
    pub most_rows: usize,
    /// Pause between two batches.
    pub pause: Duration,
    /// Changed rows a second at most, on the average.
    pub rows_per_second: Option<u32>,
    /// How long a lock is waited for.
    pub lock_timeout: Duration,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// How often a batch is tried again after a lock time-out, a deadlock or a lost connection.
    pub retries: u32,
    /// The wait before the first of them; doubled each time.
    pub backoff: Duration,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            batch: 500,
            most_rows: 100_000,
            pause: Duration::ZERO,
            rows_per_second: None,
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_mins(1),
            retries: 5,
            backoff: Duration::from_millis(200),
        }
    }
}

/// How a dry run works.
pub struct DryOptions<'a> {
    /// Root rows looked at in one statement.
    pub batch: usize,
    /// Rows in memory at once.
    pub most_rows: usize,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// Examples of each table.
    pub examples: usize,
    /// Masks a value of a table's column. The value must not leave it.
    pub mask: &'a (dyn Fn(&str, &str, &str) -> String + Send + Sync),
}

impl Default for DryOptions<'_> {
    fn default() -> Self {
        Self {
            batch: 500,
            most_rows: 100_000,
            statement_timeout: Duration::from_mins(1),
            examples: 3,
            mask: &|_, _, value| crate::mask::hidden(value),
        }
    }
}

/// Why a sink could not do its work, in words without values.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Goes on or stops at the border of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop; the run can go on later from its progress.
    Stop,
}

/// Who listens to a run.
#[async_trait::async_trait]
pub trait Sink: Send {
    /// After each batch. What it is told must be durable when it returns: after a crash the run goes
    /// on from the last progress, and at most the one batch after it is done twice, which does no
    /// harm (its rows are gone or already as they should be).
    async fn record(&mut self, progress: &Progress) -> Result<Flow, SinkError>;

    /// Copies of the rows are wanted before they change.
    fn wants_copies(&self) -> bool {
        false
    }

    /// The rows of a batch, before its transaction is committed. What it is given must be sealed and
    /// durable when it returns; a copy whose batch was not committed after all is recognised when it
    /// is restored, as its rows are still there.
    async fn copy(&mut self, _copy: &BatchCopy) -> Result<(), SinkError> {
        Ok(())
    }
}
