//! What is held, what is to change, and how far that is.

use std::fmt;

use purge::Literal;
use serde::{Deserialize, Serialize};

/// How far looking is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Asked for, or running.
    Looking,
    /// Done.
    Ready,
    /// It could not be done.
    Failed,
}

impl Stage {
    pub(super) fn parse(text: &str) -> Self {
        match text {
            "looking" => Self::Looking,
            "ready" => Self::Ready,
            _ => Self::Failed,
        }
    }
}

/// A look at what is held.
#[derive(Debug, Clone)]
pub struct Look {
    /// How far it is.
    pub stage: Stage,
    /// Asked for (µs).
    pub asked_at: i64,
    /// Ended (µs), or 0.
    pub looked_at: i64,
    /// There are more rows than are shown.
    pub more: bool,
    /// Tables with triggers may be changed.
    pub triggers: bool,
    /// Places that could not be read, and why; names only.
    pub unreached: Vec<(String, String)>,
    /// What is held; nothing once it was removed.
    pub held: Held,
}

/// A person's own rows. `Debug` shows no value.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The tables in which something stands.
    pub tables: Vec<HeldTable>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("tables", &self.tables.len()).finish_non_exhaustive()
    }
}

/// Rows of one table.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldTable {
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: Vec<HeldRow>,
}

/// One row.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldRow {
    /// Its key, as `purge` takes it.
    pub key: Vec<Literal>,
    /// Its personal cells.
    pub cells: Vec<Cell>,
}

/// One personal cell.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The column.
    pub column: String,
    /// The category of the data map.
    pub category: String,
    /// What stands there; `None` for nothing.
    pub value: Option<String>,
    /// It cannot be changed: part of a key, of a reference, or computed.
    pub fixed: bool,
    /// Its value is not here: a secret, or longer than anybody corrects by hand.
    pub hidden: bool,
}

impl Held {
    /// The cell at table, row and cell numbers, as a page names them.
    pub fn at(
        &self,
        (table, row, cell): (usize, usize, usize),
    ) -> Option<(&HeldTable, &HeldRow, &Cell)> {
        let table = self.tables.get(table)?;
        let row = table.rows.get(row)?;
        Some((table, row, row.cells.get(cell)?))
    }

    /// The cell of a place.
    pub(super) fn find(&mut self, one: &Correction) -> Option<&mut Cell> {
        let same = |table: &&mut HeldTable| table.source == one.source && table.table == one.table;
        let table = self.tables.iter_mut().find(same)?;
        let row = table.rows.iter_mut().find(|row| row.key == one.key)?;
        row.cells.iter_mut().find(|cell| cell.column == one.column)
    }
}

/// What somebody wants to change. No `Debug`: it holds a value.
#[derive(Clone)]
pub struct Proposal {
    /// Table, row and cell, counted from 0.
    pub at: (usize, usize, usize),
    /// When what the numbers count was looked at.
    pub looked_at: i64,
    /// The new value; `None` to leave nothing there.
    pub new: Option<String>,
    /// Wherever the same category holds the same value, too.
    pub everywhere: bool,
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is tried.
    Checking,
    /// It could be written.
    Proposed,
    /// It could not be written.
    Refused,
    /// It is going to be written.
    Queued,
    /// It stands in the database.
    Written,
    /// Writing it, or undoing it, went wrong.
    Failed,
    /// It is going to be undone.
    Undoing,
    /// What stood there before stands there again.
    Undone,
}

impl State {
    const ALL: [Self; 8] = [
        Self::Checking,
        Self::Proposed,
        Self::Refused,
        Self::Queued,
        Self::Written,
        Self::Failed,
        Self::Undoing,
        Self::Undone,
    ];

    /// As it is written down.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Proposed => "proposed",
            Self::Refused => "refused",
            Self::Queued => "queued",
            Self::Written => "written",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// A job has it in hand.
    pub fn moves(self) -> bool {
        matches!(self, Self::Checking | Self::Queued | Self::Undoing)
    }

    /// The kind of badge.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Written => "ok",
            Self::Refused | Self::Failed => "danger",
            Self::Undone => "none",
            _ => "info",
        }
    }
}

/// A change of one cell.
#[derive(Clone)]
pub struct Correction {
    /// Its id.
    pub id: String,
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The category.
    pub category: String,
    /// The row's key; empty once it was removed.
    pub key: Vec<Literal>,
    /// What stood there.
    pub before: Option<String>,
    /// What is to stand there.
    pub after: Option<String>,
    /// How far it is.
    pub state: State,
    /// The end of `rights-correction-fault-…`, or "".
    pub error: String,
    /// The end of `rights-correction-warning-…`, or "".
    pub warning: String,
    /// Written (µs), or 0.
    pub written_at: i64,
    /// Undone (µs), or 0.
    pub undone_at: i64,
}

impl Correction {
    /// It can still be undone: 30 days, as long as its values are kept.
    pub fn can_undo(&self, now: i64) -> bool {
        let stands =
            self.state == State::Written || (self.state == State::Failed && self.written_at > 0);
        stands && self.written_at + super::KEPT > now && !self.key.is_empty()
    }

    /// What stands there, and what is to stand there.
    pub(super) fn sides(&self) -> (&Option<String>, &Option<String>) {
        match self.state {
            State::Undoing => (&self.after, &self.before),
            _ => (&self.before, &self.after),
        }
    }

    /// It is tried or written again.
    pub fn can_retry(&self) -> bool {
        matches!(self.state, State::Refused | State::Failed) && !self.key.is_empty()
    }

    /// It can be taken from the list: as far as is known, it never reached a database or file.
    pub fn can_drop(&self) -> bool {
        let still = matches!(self.state, State::Proposed | State::Refused | State::Failed);
        still && self.written_at == 0
    }
}

impl fmt::Debug for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Correction")
            .field("table", &self.table)
            .field("column", &self.column)
            .field("state", &self.state)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
