//! What is known before anybody is looked for: databases, what their columns hold, which of them name
//! a person, and what hangs on what. Whoever keeps a data map makes one of these from it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use purge::{Alike, Schema, Shelf, Target};
use serde::{Deserialize, Serialize};

use crate::opened::Opened;

/// Everything a plan is made from.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// The databases.
    pub sources: Vec<Source>,
    /// References that no database declares: within one, or from one to another.
    pub links: Vec<Link>,
    /// Kinds that several people may share, such as a household's telephone. A row is not the person's
    /// by such an identifier alone if another of its identifiers says otherwise.
    pub shareable: BTreeSet<Kind>,
    /// Connections over which catalogues were read, for the next walk.
    pub opened: Opened,
}

/// A kind of identifier, e.g. `email`, `phone`, `id_card`, `customer_number`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(pub String);

impl From<&str> for Kind {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One database.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its id in the data map.
    pub id: String,
    /// Whether it can be read.
    pub state: State,
    /// What its tables hold; a table that is not here holds nothing personal of its own, but hangs on
    /// people's rows by its foreign keys all the same.
    pub tables: BTreeMap<String, Holds>,
}

/// Whether a database can be read.
#[derive(Debug, Clone)]
pub enum State {
    /// It can.
    Connected {
        /// Its catalogue as it was when the ground was made; a table that differs when the walk comes
        /// is refused. `Target::schema` reads one.
        schema: Box<Schema>,
        /// Where it is.
        target: Target,
    },
    /// It can, and is files: their rows are read as those of tables of texts.
    Shelf {
        /// What files there are.
        schema: Box<Schema>,
        /// Where they are.
        shelf: Shelf,
    },
    /// It cannot, and why, in words for its owner.
    Missing(String),
}

/// What a table's rows are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// One row is one person: customers, employees, contacts. Such a row is somebody's own: it is
    /// found by its identifiers or by a declared link that says “the same person”, never because it
    /// refers to another person's row.
    Person,
    /// Whatever hangs on people: orders, tickets, addresses.
    #[default]
    Things,
}

/// What one table holds.
#[derive(Debug, Clone, Default)]
pub struct Holds {
    /// What its rows are.
    pub about: About,
    /// Columns with personal data.
    pub fields: Vec<Field>,
    /// Columns that name whom a row is about.
    pub identifiers: Vec<Identifier>,
    /// References (their columns) that only mention a person who is not whom the row is about: the
    /// clerk of a ticket, the friend who recommended. They are never followed and name nobody.
    pub mentions: Vec<Vec<String>>,
    /// Columns that are never read: hashes of passwords, secrets.
    pub hidden: Vec<String>,
    /// Why the table must not be reached.
    pub excluded: Option<String>,
}

/// A column with personal data.
#[derive(Debug, Clone)]
pub struct Field {
    /// The column.
    pub column: String,
    /// Key of the category of data.
    pub category: String,
    /// How sensitive, as the data map counts it.
    pub level: u8,
    /// Whose it is in a row that is about several people.
    pub whose: Whose,
}

/// Whose data a cell is in a row that is about several people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Whose {
    /// Nobody said: it is redacted in a shared row.
    #[default]
    Unsaid,
    /// Of the person on whose row it hangs (an order's total): it stays.
    Owner,
    /// Of the person whom this identifier column names: it goes with that.
    With(String),
}

/// A column that names a person.
#[derive(Debug, Clone)]
pub struct Identifier {
    /// The column.
    pub column: String,
    /// What kind of identifier.
    pub kind: Kind,
    /// How spellings are compared.
    pub spelling: Spelling,
}

/// How a column's spellings of an identifier are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spelling {
    /// The column holds one form only, which is looked for as it is: an index can find it.
    Exact,
    /// Spellings differ; every row's is folded, which reads the whole table.
    Alike(Alike),
}

impl Spelling {
    /// The form in which two spellings are compared.
    pub fn fold(self, text: &str) -> String {
        match self {
            Self::Exact => text.to_owned(),
            Self::Alike(how) => how.fold(text),
        }
    }
}

/// A reference that no database declares. It says that a row of `from` belongs to whom the row of `to`
/// belongs to: tickets.contact → contacts.id. Between two tables of people it says that both rows are
/// the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The referring columns.
    pub from: Side,
    /// The columns referred to; as many.
    pub to: Side,
}

/// Columns of a table of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
}

/// What is verified about a person: by kind, every value that is known to be theirs. `Debug` shows how
/// many.
#[derive(Clone, Default)]
pub struct Start(pub BTreeMap<Kind, Vec<String>>);

impl Start {
    /// Values in all at most.
    pub const MOST: usize = 1000;

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, kind: &str, value: impl Into<String>) -> Self {
        self.0.entry(Kind::from(kind)).or_default().push(value.into());
        self
    }

    /// The kinds of which there is a value.
    pub fn kinds(&self) -> BTreeSet<Kind> {
        let some =
            |(kind, values): (&Kind, &Vec<String>)| (!values.is_empty()).then(|| kind.clone());
        self.0.iter().filter_map(some).collect()
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.iter().map(|(kind, values)| (kind, values.len()));
        f.debug_map().entries(counts).finish()
    }
}

impl Holds {
    /// Holds data of people.
    pub fn is_personal(&self) -> bool {
        !self.fields.is_empty() || !self.identifiers.is_empty()
    }

    /// The reference with these columns only mentions somebody.
    pub(crate) fn only_mentions(&self, columns: &[String]) -> bool {
        self.mentions.iter().any(|mention| mention == columns)
    }
}

impl Source {
    /// Its rows are those of files.
    pub fn is_files(&self) -> bool {
        matches!(self.state, State::Shelf { .. })
    }

    /// The catalogue, if it is connected.
    pub fn schema(&self) -> Option<&Schema> {
        match &self.state {
            State::Connected { schema, .. } | State::Shelf { schema, .. } => Some(schema),
            State::Missing(_) => None,
        }
    }
}

impl Ground {
    /// The source of that id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }
}
