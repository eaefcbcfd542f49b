//! Which tables one person's rows can be in, by which ways, and what stays out of reach.

mod build;
pub(crate) mod order;
pub(crate) mod refs;
mod unreached;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use build::plan;

use crate::ground::Kind;

/// A graph of tables: what [`crate::walk()`] will do. It holds names of tables and columns, and no
/// value, so it can be shown, stored and agreed to before anybody is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The kinds of identifiers that it starts from.
    pub kinds: BTreeSet<Kind>,
    /// The tables, in the ground's order.
    pub nodes: Vec<Node>,
    /// The ways into them.
    pub steps: Vec<Step>,
    /// Nodes in the order in which they are walked; those of one group lead to each other in a circle.
    /// Nodes that only exclusive steps lead to are not here.
    pub groups: Vec<Vec<usize>>,
    /// Nodes that exclusive steps lead to, in their order, after all groups.
    pub upward: Vec<Vec<usize>>,
    /// The order in which rows would be deleted: what refers before what it refers to.
    pub deletion: Vec<Wave>,
    /// What will not be reached.
    pub unreached: Vec<Unreached>,
    /// Only identifiers are verified that several people may share. Verify another one first: else
    /// rows of the others who share it cannot be told apart.
    pub only_shareable: bool,
}

/// A table that the person's rows may be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// The shortest way to it: 0 by an identifier, 1 over one reference …
    pub hop: usize,
    /// It holds columns that the ground calls personal.
    pub personal: bool,
    /// Its rows have a key that a deletion can list.
    pub keyed: bool,
}

/// A way into a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The node it leads to.
    pub to: usize,
    /// Its hop.
    pub hop: usize,
    /// How.
    pub how: How,
}

/// How a step finds rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum How {
    /// A verified identifier stands in the row.
    Identifier {
        /// The column.
        column: String,
        /// The kind.
        kind: Kind,
    },
    /// The row refers to a row of the person's.
    Refers {
        /// The node of that row.
        from: usize,
        /// The referring columns, of the step's table.
        columns: Vec<String>,
        /// The columns referred to, of that node.
        to_columns: Vec<String>,
        /// By a link of the ground, not by a foreign key.
        declared: bool,
    },
    /// Rows of the person's refer to the row, and nobody else's do.
    Exclusive {
        /// The node of those rows.
        from: usize,
        /// The referring columns, of that node.
        columns: Vec<String>,
        /// The columns referred to, of the step's table.
        to_columns: Vec<String>,
        /// By a link of the ground, not by a foreign key.
        declared: bool,
    },
}

impl How {
    /// The node that the step comes from.
    pub fn from(&self) -> Option<usize> {
        match self {
            Self::Identifier { .. } => None,
            Self::Refers { from, .. } | Self::Exclusive { from, .. } => Some(*from),
        }
    }
}

/// Tables whose rows are deleted together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    /// The nodes.
    pub nodes: Vec<usize>,
    /// Their rows can refer to each other in a circle, which a deletion must cut
    /// (`purge::Allow::cut_cycles`).
    pub circular: bool,
}

/// A table, or a whole source, that the plan leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreached {
    /// The source's id.
    pub source: String,
    /// The table; "" for the whole source.
    pub table: String,
    /// It holds columns that the ground calls personal, so somebody should look.
    pub personal: bool,
    /// Why.
    pub why: Why,
}

/// Why a table is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", content = "more")]
pub enum Why {
    /// The source is not connected, and the ground's reason.
    Missing(String),
    /// The ground excludes it, and its reason.
    Excluded(String),
    /// Its rows cannot be told apart, and what is missing.
    NoKey(String),
    /// Reading it whole is not possible, and why.
    Unsafe(String),
    /// It is a file that cannot be read row by row: `object`, `gone`, or why in words.
    Unread(String),
    /// A link or an identifier leads to it, whose column's type does not fit: which.
    KeysDiffer(String),
    /// Its rows are people of their own who only refer to the person's: by which reference.
    OwnPeople(String),
    /// It only mentions the person: by which reference.
    Mentions(String),
    /// Only tables lead to it that other people share (a catalogue of products).
    Shared,
    /// Whether other people's rows refer to its rows cannot be seen: because of which table or source.
    Unsure(String),
    /// It names people by other kinds of identifiers; verify one of these.
    OtherKinds(Vec<Kind>),
    /// No key leads there.
    NoWay,
}

impl Plan {
    /// The node of a table.
    pub fn node(&self, source: &str, table: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.source == source && node.table == table)
    }

    /// A word for this plan, by which a place in it is known again.
    pub(crate) fn mark(&self) -> String {
        // FNV-1a; nobody gains by a collision, the place is not trusted for more than what to skip.
        let text = serde_json::to_vec(self).unwrap_or_default();
        let mark = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{mark:016x}")
    }
}
