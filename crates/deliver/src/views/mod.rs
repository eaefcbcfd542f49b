//! Purpose views: in a company's PostgreSQL, a view per purpose that shows only rows of people who
//! agreed and only the columns the purpose may use.
//!
//! The purpose is bound to a database **role**. A session setting would be no boundary: any role can
//! `SET` one. The view is a `security_barrier`, so that a function in a query's condition sees no row
//! the view hides; it belongs to a role of ours that may read the base table and the state table,
//! and that nobody signs in as; the purpose's role may read the view and nothing below it. Who agreed
//! is read from the state table in the same database, so a withdrawal takes the person out with the
//! next statement after it was written there.

pub mod code;
mod look;
mod sql;
mod store;

pub use look::Live;
pub use sql::{OWNER, Step, ViewPlan};

use serde::{Deserialize, Serialize};

use crate::{DeliverError, Result, destination::IDENTIFIERS, error::FieldFault};

/// What a view should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewDraft {
    /// The state table it joins, by id: a PostgreSQL one, in the same database.
    pub destination_id: String,
    /// The purpose's key.
    pub purpose: String,
    /// The base table: `schema.table` or `table` (then of `public`).
    pub table: String,
    /// Its column that holds the identifier.
    pub match_column: String,
    /// What kind of identifier that is.
    pub identifier_kind: String,
    /// The columns the purpose may use.
    pub columns: Vec<String>,
    /// The database role the purpose is bound to.
    pub role: String,
    /// The view: `schema.view`.
    pub view: String,
}

/// A view as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeView {
    /// Id.
    pub id: String,
    /// What it should be.
    pub draft: ViewDraft,
    /// Where it stands.
    pub state: ViewState,
    /// What applying it did, for drift and undo.
    pub applied: Applied,
    /// When it was applied (µs), or 0.
    pub applied_at: i64,
    /// What the last check found, as codes of [`DRIFT`].
    pub drift: Vec<String>,
    /// When it was last checked (µs), or 0.
    pub checked_at: i64,
}

/// Where a view stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewState {
    /// Written down; nothing was changed in the database, or not all.
    Planned,
    /// In the database.
    Applied,
    /// Taken out of the database again.
    Removed,
}

impl ViewState {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Applied => "applied",
            Self::Removed => "removed",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Self {
        match text {
            "applied" => Self::Applied,
            "removed" => Self::Removed,
            _ => Self::Planned,
        }
    }
}

/// What applying did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Applied {
    /// The definition as PostgreSQL keeps it.
    pub definition: String,
    /// Privileges on the base table that were taken: to give back when the view is removed.
    pub taken: Vec<Grant>,
}

/// A privilege somebody had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// A role, or "" for everybody (`PUBLIC`).
    pub grantee: String,
    /// `SELECT` …
    pub privilege: String,
    /// On this column only, or "" for the whole table.
    #[serde(default)]
    pub column: String,
}

/// Every code of a difference between a view and what was applied. Pages translate
/// `deliver-drift-CODE`.
pub const DRIFT: [&str; 10] = [
    "unreachable",
    "view-missing",
    "definition",
    "barrier",
    "owner",
    "grant-missing",
    "others-read",
    "base-readable",
    "state-readable",
    "reaches-owner",
];

impl ViewDraft {
    /// Schema and name of the base table.
    pub fn base(&self) -> (&str, &str) {
        self.table.split_once('.').unwrap_or(("public", &self.table))
    }

    /// Schema and name of the view.
    pub fn view_parts(&self) -> (&str, &str) {
        self.view.split_once('.').unwrap_or(("privet_views", &self.view))
    }

    /// Checks everything that can be checked without connecting.
    pub(crate) fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut wrong = |field, key| faults.push(FieldFault { field, key });
        let plain = |name: &str| !name.is_empty() && name.len() <= 63 && !name.contains('\0');
        if self.destination_id.is_empty() {
            wrong("destination", "deliver-view-error-destination");
        }
        if !plain(&self.purpose) {
            wrong("purpose", "deliver-view-error-purpose");
        }
        let base = self.base();
        if !plain(base.0) || !plain(base.1) {
            wrong("table", "deliver-view-error-table");
        }
        if !plain(&self.match_column) {
            wrong("match_column", "deliver-view-error-match");
        }
        if !IDENTIFIERS.contains(&self.identifier_kind.as_str()) {
            wrong("identifier_kind", "deliver-view-error-kind");
        }
        if self.columns.is_empty() || !self.columns.iter().all(|name| plain(name)) {
            wrong("columns", "deliver-view-error-columns");
        }
        if !plain(&self.role) || self.role == OWNER || self.role.starts_with("pg_") {
            wrong("role", "deliver-view-error-role");
        }
        let view = self.view_parts();
        if !plain(view.0) || !plain(view.1) || view == base {
            wrong("view", "deliver-view-error-view");
        }
        if faults.is_empty() { Ok(()) } else { Err(DeliverError::Form(faults)) }
    }
}
