//! What a walk hands out, and who listens.

use std::{collections::BTreeMap, fmt};

use purge::{Flow, Key, SinkError, Value};
use serde::{Deserialize, Serialize};

use crate::walk::Counts;

/// The table that rows are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its node in the plan.
    pub node: usize,
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// Its columns, in the order of [`Row::values`].
    pub columns: Vec<String>,
    /// The columns of its key.
    pub key: Vec<String>,
}

/// One row of the person's. `Debug` shows no value of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The key.
    pub key: Key,
    /// The values, redacted ones too: whoever hands them out leaves those away.
    pub values: Vec<Value>,
    /// The step of the plan that found it first: why it is the person's.
    pub step: usize,
    /// It is somebody else's, too: an erasure must not delete it.
    pub shared: bool,
    /// Indexes of values that are other people's data.
    pub redact: Vec<usize>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("step", &self.step)
            .field("shared", &self.shared)
            .field("redact", &self.redact)
            .finish_non_exhaustive()
    }
}

/// Who listens to a walk.
#[async_trait::async_trait]
pub trait Sink: Send {
    /// Some rows of a table, in no order; every row comes once.
    async fn rows(&mut self, head: &Head, rows: Vec<Row>) -> Result<(), SinkError>;

    /// No more rows of this table will come. When it returns, what came so far must be durable: a walk
    /// that begins at this place does not hand those rows out again.
    async fn done(&mut self, head: &Head, place: &Place) -> Result<Flow, SinkError>;
}

/// How far a walk has come. It holds names of tables only. Rows of a table that was not finished come
/// again from its first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The plan's mark.
    pub(crate) plan: String,
    /// Nodes whose rows were handed out to the last, and how many there were.
    pub(crate) done: BTreeMap<usize, Counts>,
}

impl Place {
    /// Nodes of the plan whose rows were handed out.
    pub fn done(&self) -> impl Iterator<Item = usize> + '_ {
        self.done.keys().copied()
    }
}
