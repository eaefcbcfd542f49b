//! Copies of rows before they change, for an undo window.

use serde::{Deserialize, Serialize};

use crate::value::{Key, Value};

/// The rows of one batch as they were, table by table in the order in which they changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCopy {
    /// The plan's fingerprint.
    pub fingerprint: String,
    /// The batch's number.
    pub batch: u64,
    /// The changes.
    pub changes: Vec<Change>,
}

/// Rows of one table as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Deleted rows, whole.
    Deleted {
        /// The table.
        table: String,
        /// The columns that are copied: all but those the database computes, and a hidden row id.
        columns: Vec<String>,
        /// The rows.
        rows: Vec<Vec<Value>>,
    },
    /// Changed rows: the columns that changed.
    Updated {
        /// The table.
        table: String,
        /// The columns that changed.
        columns: Vec<String>,
        /// The rows.
        rows: Vec<Before>,
    },
    /// Rows added to a summary.
    Counted {
        /// The summary table.
        table: String,
        /// The groups.
        groups: Vec<Group>,
    },
}

/// A changed row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Its key.
    pub key: Key,
    /// What stood in the columns.
    pub old: Vec<Value>,
    /// What was written.
    pub new: Vec<Value>,
}

/// What was added to one group of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The group.
    pub by: Vec<String>,
    /// Rows.
    pub rows: i64,
    /// Sums, as decimal texts.
    pub sums: Vec<String>,
}
