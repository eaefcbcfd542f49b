//! The part of a database's catalogue that decides what a deletion touches: keys, references with
//! their `ON DELETE`, triggers, what columns may hold. `sources` shows a catalogue to people; this one
//! is read by the account that will write, and is complete or refused.

mod mysql;
mod postgres;
mod sqlite;

use serde::{Deserialize, Serialize};

use crate::{
    Engine,
    conn::Conn,
    error::{PurgeError, Result},
};

/// A database as far as deleting in it is concerned; see [`crate::Target::schema`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Which engine.
    pub engine: Engine,
    /// Its base tables.
    pub tables: Vec<Table>,
    /// Its foreign keys.
    pub links: Vec<Link>,
    /// Tables that this account cannot see may refer to tables here. Then nothing is planned: their
    /// rows could be deleted by the database's own `ON DELETE CASCADE`.
    pub blind: bool,
}

/// One base table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name `sources` shows: without the schema where that is the default one.
    pub name: String,
    /// Its schema (PostgreSQL) or database (MariaDB), or "" (SQLite).
    pub schema: String,
    /// Its name in that schema.
    pub bare: String,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// What tells its rows apart.
    pub key: RowKey,
    /// Its triggers and rules, sorted.
    pub triggers: Vec<String>,
    /// Why it cannot be changed safely, or "".
    pub unsafe_because: String,
}

/// What tells the rows of a table apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKey {
    /// The primary key, or a unique key without NULLs.
    Columns(Vec<String>),
    /// SQLite's row id, under a name that no column has, or PostgreSQL's `ctid`.
    Hidden(String),
    /// Nothing, and why.
    None(String),
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in the engine's words.
    pub data_type: String,
    /// What kind of type that is.
    pub class: Class,
    /// May be NULL.
    pub nullable: bool,
    /// Computed by the database, cannot be written.
    pub generated: bool,
    /// Part of a unique key.
    pub unique: bool,
    /// Characters at most, where the type says.
    pub most_chars: Option<u32>,
}

/// Kinds of types, as far as this room must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Whole numbers.
    Integer,
    /// Whole numbers without a sign (MariaDB).
    Unsigned,
    /// Exact decimal numbers.
    Decimal,
    /// Floating-point numbers.
    Real,
    /// Yes or no (PostgreSQL).
    Boolean,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A day.
    Date,
    /// A time on the wall.
    Local,
    /// A point in time.
    Timestamp,
    /// A bit field (MariaDB).
    Bits,
    /// SQLite: whatever was put in.
    Any,
    /// Another type, known by its text form.
    Other,
}

/// A reference from one table to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The referring table.
    pub from: String,
    /// Its columns.
    pub from_columns: Vec<String>,
    /// The table referred to.
    pub to: String,
    /// Its columns; same length.
    pub to_columns: Vec<String>,
    /// What the database does when the row referred to is deleted: `NO ACTION`, `CASCADE`…; `NOTHING`
    /// where somebody has switched off that it does anything.
    pub on_delete: String,
    /// The database enforces it; else it was named in the request.
    pub enforced: bool,
}

impl Link {
    /// `orders(customer_id) → customers`.
    pub fn label(&self) -> String {
        format!("{}({}) → {}", self.from, self.from_columns.join(", "), self.to)
    }
}

impl Schema {
    /// The table of that name.
    pub fn table(&self, name: &str) -> Result<&Table> {
        self.tables
            .iter()
            .find(|table| table.name == name)
            .ok_or_else(|| PurgeError::NoTable(name.to_owned()))
    }
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.columns.iter().find(|column| column.name == name).ok_or_else(|| PurgeError::NoColumn {
            table: self.name.clone(),
            column: name.to_owned(),
        })
    }

    /// The columns of the key, or the hidden one.
    pub fn key_names(&self) -> Vec<&str> {
        match &self.key {
            RowKey::Columns(names) => names.iter().map(String::as_str).collect(),
            RowKey::Hidden(name) => vec![name],
            RowKey::None(_) => Vec::new(),
        }
    }
}

/// Reads the catalogue over an open connection.
pub(crate) async fn read(conn: &mut Conn) -> Result<Schema> {
    match conn.engine() {
        Engine::Sqlite => sqlite::read(conn).await,
        Engine::Postgres => postgres::read(conn, true).await,
        Engine::Mysql => mysql::read(conn, true).await,
    }
}

/// As [`read`], without what only matters to writing and takes long: triggers and `ON DELETE`.
pub(crate) async fn shape(conn: &mut Conn) -> Result<Schema> {
    match conn.engine() {
        Engine::Sqlite => sqlite::read(conn).await,
        Engine::Postgres => postgres::read(conn, false).await,
        Engine::Mysql => mysql::read(conn, false).await,
    }
}
