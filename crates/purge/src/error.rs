//! What can go wrong, in words that say what to do and never quote a value.

use sources::SourceError;

/// Why a plan was refused or a run stopped. Messages name tables, columns and keys of the schema,
/// never a value; [`PurgeError::code`] is the stable key that pages translate.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PurgeError {
    /// The database could not be reached or read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Rows are changed in databases only.
    #[error("rows can be changed in SQLite, PostgreSQL, MySQL and MariaDB databases, not in files")]
    Kind,
    /// No such table.
    #[error("there is no table {0} that this account may see; check its name and the grants")]
    NoTable(String),
    /// No such column.
    #[error("table {table} has no column {column}")]
    NoColumn {
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
    /// Nothing tells the table's rows apart.
    #[error("rows of {table} cannot be told apart: {why}; give it a primary key")]
    NoKey {
        /// Table.
        table: String,
        /// What is missing.
        why: String,
    },
    /// The table cannot be changed safely.
    #[error("{table} cannot be changed safely: {why}")]
    Unsafe {
        /// Table.
        table: String,
        /// Why.
        why: String,
    },
    /// How the column writes time is not known.
    #[error(
        "how {table}.{column} ({data_type}) writes time is not known; say whether it holds seconds, milliseconds, days or ISO text"
    )]
    UnknownTime {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// The treatment does not fit the column.
    #[error("{table}.{column}: {why}")]
    Unfit {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// Why.
        why: String,
    },
    /// A child names no reference, or more than one.
    #[error(
        "{table} has {found} references to the tables of this plan; name the referring columns"
    )]
    Link {
        /// The referring table.
        table: String,
        /// How many were found.
        found: usize,
    },
    /// The request contradicts itself.
    #[error("{0}")]
    Request(String),
    /// The condition looks at rows that the plan itself changes.
    #[error(
        "the condition looks at {table}, whose rows this plan changes for other reasons; rows could become covered by the run itself, so select them in two plans"
    )]
    Unstable {
        /// The table.
        table: String,
    },
    /// Triggers stand on affected tables.
    #[error("triggers may do more than the plan says: {}; read them and allow triggers", .0.join(", "))]
    Triggers(Vec<String>),
    /// The database is not what it was when the plan was made.
    #[error("the database has changed since the plan was made: {}; plan again", .0.join("; "))]
    Changed(Vec<String>),
    /// More (or fewer) rows were changed than had been selected; the batch was rolled back.
    #[error(
        "{table}: {planned} rows were selected and {found} changed; the batch was rolled back, look for triggers and rules"
    )]
    RowCount {
        /// Table.
        table: String,
        /// Selected rows.
        planned: u64,
        /// Changed rows.
        found: u64,
    },
    /// The database refused the change: a trigger or a constraint.
    #[error("the database refused to change {table} ({why}); the batch was rolled back")]
    Refused {
        /// Table.
        table: String,
        /// The constraint's kind or the server's code.
        why: String,
    },
    /// Somebody holds a lock.
    #[error(
        "{0} stayed locked by another program, also after trying again; the batch was rolled back"
    )]
    Locked(String),
    /// One row has more rows hanging on it than a transaction may hold.
    #[error(
        "more than {most} rows of {table} hang on one row; raise the bound of rows in a transaction"
    )]
    TooBig {
        /// The child table.
        table: String,
        /// The bound.
        most: usize,
    },
    /// The caller could not store the progress or the copy.
    #[error("{0}")]
    Sink(String),
    /// A file cannot be written anew, or not now.
    #[error("{file} was left as it is ({code})")]
    File {
        /// The file.
        file: String,
        /// Why: `file-busy`, `file-changed`, `file-denied`, `file-encoding`, `file-gone`,
        /// `file-linked`, `file-object`, `file-owner`, `file-parquet`, `file-read-only`.
        code: &'static str,
    },
    /// A progress or copy that belongs to another plan.
    #[error("this progress belongs to another plan")]
    Foreign,
}

impl PurgeError {
    /// Every code there is.
    pub const CODES: [&'static str; 29] = [
        "source",
        "kind",
        "no-table",
        "no-column",
        "no-key",
        "unsafe",
        "unknown-time",
        "unfit",
        "link",
        "request",
        "unstable",
        "triggers",
        "changed",
        "row-count",
        "refused",
        "locked",
        "too-big",
        "sink",
        "foreign",
        "file-busy",
        "file-changed",
        "file-denied",
        "file-encoding",
        "file-gone",
        "file-linked",
        "file-object",
        "file-owner",
        "file-parquet",
        "file-read-only",
    ];

    /// Stable key, for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(_) => "source",
            Self::Kind => "kind",
            Self::NoTable(_) => "no-table",
            Self::NoColumn { .. } => "no-column",
            Self::NoKey { .. } => "no-key",
            Self::Unsafe { .. } => "unsafe",
            Self::UnknownTime { .. } => "unknown-time",
            Self::Unfit { .. } => "unfit",
            Self::Link { .. } => "link",
            Self::Request(_) => "request",
            Self::Unstable { .. } => "unstable",
            Self::Triggers(_) => "triggers",
            Self::Changed(_) => "changed",
            Self::RowCount { .. } => "row-count",
            Self::Refused { .. } => "refused",
            Self::Locked(_) => "locked",
            Self::TooBig { .. } => "too-big",
            Self::Sink(_) => "sink",
            Self::Foreign => "foreign",
            Self::File { code, .. } => code,
        }
    }

    /// Another try may succeed: a lock or a lost connection.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Locked(_) => true,
            Self::Source(error) => {
                matches!(error.code(), "lost" | "refused" | "timeout" | "full" | "busy")
            }
            _ => false,
        }
    }
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, PurgeError>;
