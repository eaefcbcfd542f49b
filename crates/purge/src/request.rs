//! What is asked for: which rows are covered, what becomes of them and of the rows that refer to
//! them. Nothing here is SQL; names are names of tables and columns, values are bound.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Alike;

/// One retention rule (or one erasure) over one database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The table whose rows are selected, by the name `sources` shows (`orders`, `sales.orders`).
    pub root: String,
    /// Which of its rows.
    pub selection: Selection,
    /// What becomes of them.
    pub treatment: Treatment,
    /// What becomes of rows that refer to them. A reference that is not listed here keeps the row it
    /// refers to, whatever the database's own `ON DELETE` says.
    #[serde(default)]
    pub children: Vec<Child>,
    /// References that the database does not declare. They count like foreign keys; only the
    /// database cannot hold a new one back while a batch is under way.
    #[serde(default)]
    pub joins: Vec<Join>,
    /// What is refused unless it is allowed here.
    #[serde(default)]
    pub allow: Allow,
}

/// Which rows of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// A row is covered when this is true of it; when it is false or unknown, it is not.
    pub covered: Condition,
    /// Legal holds: a row is left alone unless every one of these is false of it. When one is unknown
    /// (a NULL), the row is held.
    #[serde(default)]
    pub except: Vec<Condition>,
}

/// Something that is true, false or unknown of a row, in three-valued logic as in SQL: NULL makes a
/// comparison unknown, and `Not` of unknown is unknown. So a row whose time is NULL is never covered
/// by its time; a rule that wants it says `IsNull`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All of these; an empty list is true.
    All(Vec<Condition>),
    /// One of these; an empty list is false.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// The column's time lies before an instant.
    OlderThan {
        /// The column.
        column: String,
        /// The instant; a row exactly then is not older.
        than: Timestamp,
        /// How the column writes time; may be left out where its type says it.
        #[serde(default)]
        time: Option<TimeEncoding>,
    },
    /// Every related row is older than an instant: “36 months after the last order”. Unknown when a
    /// related row's time is NULL and no other is newer.
    RelatedOlder {
        /// From the row to the related rows.
        path: Vec<Hop>,
        /// The time, in the last table of the path.
        column: String,
        /// The instant.
        than: Timestamp,
        /// How the column writes time.
        #[serde(default)]
        time: Option<TimeEncoding>,
        /// What it is when there is no related row: the clock of “after the last order” has not
        /// started for somebody who never ordered, so rules usually say false.
        if_none: bool,
    },
    /// There is no related row.
    NoneRelated(Vec<Hop>),
    /// Some related row is like this: an order of a customer with one of these addresses. Unknown when
    /// it is true of none and unknown of one.
    Related {
        /// From the row to the related rows.
        path: Vec<Hop>,
        /// What is looked for; it may look at the related row's own columns only.
        is: Box<Condition>,
    },
    /// The column equals a value, as the database compares (its collation decides about case).
    Equals {
        /// The column.
        column: String,
        /// The value.
        value: Literal,
    },
    /// The column equals one of these values.
    OneOf {
        /// The column.
        column: String,
        /// The values; at most [`Condition::MOST_VALUES`].
        values: Vec<Literal>,
    },
    /// The column's text form is another spelling of one of these values.
    Alike {
        /// The column, of any type.
        column: String,
        /// The values; at most [`Condition::MOST_VALUES`].
        values: Vec<String>,
        /// What makes no difference.
        how: Alike,
    },
    /// The column is NULL.
    IsNull {
        /// The column.
        column: String,
    },
    /// The row's primary key is one of these (each as long as the key).
    Keys(Vec<Vec<Literal>>),
}

impl Condition {
    /// Values in one list at most.
    pub const MOST_VALUES: usize = 10_000;

    /// True of every row.
    pub fn always() -> Self {
        Self::All(Vec::new())
    }
}

/// Shows the shape, never a value.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(of) => f.debug_tuple("All").field(of).finish(),
            Self::Any(of) => f.debug_tuple("Any").field(of).finish(),
            Self::Not(of) => f.debug_tuple("Not").field(of).finish(),
            Self::OlderThan { column, than, .. } => write!(f, "{column} < {than}"),
            Self::RelatedOlder { path, column, than, if_none, .. } => {
                write!(f, "{path:?}.{column} < {than} (none: {if_none})")
            }
            Self::NoneRelated(path) => write!(f, "no {path:?}"),
            Self::Related { path, is } => write!(f, "some {path:?} with {is:?}"),
            Self::Equals { column, .. } => write!(f, "{column} = …"),
            Self::OneOf { column, values } => write!(f, "{column} in {} values", values.len()),
            Self::Alike { column, values, how } => {
                write!(f, "{column} alike ({how:?}) one of {} values", values.len())
            }
            Self::IsNull { column } => write!(f, "{column} is null"),
            Self::Keys(keys) => write!(f, "key in {} values", keys.len()),
        }
    }
}

/// One step of a path: to a table, by pairs of columns that are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The table to go to.
    pub table: String,
    /// Pairs: column of the table before, column of this table.
    pub on: Vec<(String, String)>,
}

/// How a column writes time.
///
/// Times without a zone are read in the zone that is named. Zero dates, `-infinity` and epochs of
/// zero or less are no times: they are unknown, like NULL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeEncoding {
    /// A point in time (`timestamptz`, MariaDB's `TIMESTAMP`).
    Timestamp,
    /// A time on the wall (`timestamp`, `DATETIME`) of this IANA zone.
    Local {
        /// The zone, e.g. `Asia/Shanghai`.
        zone: String,
    },
    /// A day of this zone. It is older when the whole day lies before the instant.
    Date {
        /// The zone.
        zone: String,
    },
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// Text that begins with `YYYY-MM-DD` (ISO 8601). Only the day is read, so that every engine
    /// reads the same: a bare day is older when it lies before the instant's day in this zone; with a
    /// time of the day behind it, which may be of any offset, when it lies before the day before.
    Text {
        /// The zone.
        zone: String,
    },
}

/// A value in a condition or to be written. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text, or the text form of a value of another type (uuid, decimal, date).
    Text(String),
}

impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Literal(…)")
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// It is deleted.
    Delete,
    /// These columns lose what they say about a person; the row stays. Anonymising cannot be undone
    /// from what is left (GDPR recital 26; PIPL Art 73(4)), so no pseudonym is on offer here.
    Anonymise(Vec<(String, Neutral)>),
    /// These columns keep a part of what they say; the row stays and is still personal data.
    Mask(Vec<(String, MaskKind)>),
    /// Root only: counted and summed into a summary table and deleted, in one transaction.
    Aggregate(Aggregate),
    /// Children only: the reference becomes NULL, the row stays.
    Unlink,
}

/// What is written instead of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Neutral {
    /// NULL; the column must allow it.
    Null,
    /// A value fit for the column's type that says nothing: an empty text, 0, false, 1970-01-01.
    Fixed,
    /// This value.
    Value(Literal),
    /// A random text, another for each row, for columns that are UNIQUE and NOT NULL.
    Random,
}

/// What a mask leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskKind {
    /// The last four characters, of a value that has at least eight: `••••0128`.
    Last4,
    /// The domain of an e-mail address: `•@example.com`.
    EmailDomain,
    /// The first character: `L•`.
    First,
    /// The year of a text that begins `YYYY-MM-DD`: `1987-01-01`.
    Year,
}

/// Counts and sums to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregate {
    /// The summary table; it is made where there is none.
    pub into: String,
    /// What the rows are grouped by.
    pub by: Vec<Dimension>,
    /// Columns of numbers to add up.
    pub sums: Vec<String>,
    /// A group of fewer rows than this is deleted without being counted: it could point to a person.
    pub minimum: u32,
}

/// A column to group by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    /// The column.
    pub column: String,
    /// For times that read `YYYY-MM-DD…` as text: how much of it is kept.
    #[serde(default)]
    pub grain: Option<Grain>,
}

/// How much of a time is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// `YYYY`.
    Year,
    /// `YYYY-MM`.
    Month,
    /// `YYYY-MM-DD`.
    Day,
}

/// What becomes of rows that refer to a treated row. A table has one treatment; only `Unlink` may
/// stand beside it, for another of its references.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Child {
    /// The referring table.
    pub table: String,
    /// The referring columns; may be empty when only one reference of that table is meant.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What becomes of its rows. A child that stays while its parent is deleted loses the reference
    /// as well, so that must be allowed to be NULL.
    pub treatment: Treatment,
    /// Legal holds on the child's rows: one that is held keeps the row it refers to.
    #[serde(default)]
    pub except: Vec<Condition>,
}

/// A reference that the database does not declare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The referring table.
    pub from: String,
    /// The table referred to.
    pub to: String,
    /// Pairs: referring column, column referred to.
    pub on: Vec<(String, String)>,
}

/// What is refused unless it is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allow {
    /// Triggers (and PostgreSQL's rules) on the tables: they may do more than the plan says.
    #[serde(default)]
    pub triggers: bool,
    /// Rows that refer to each other in a circle: a reference that may be NULL is cut before they are
    /// deleted. Without this they are kept.
    #[serde(default)]
    pub cut_cycles: bool,
}
