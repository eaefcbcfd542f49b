//! The words this room speaks.

use std::{fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::error::SourceError;

/// What kind of source an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A SQLite file.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
    /// A file or folder of CSV, TSV, JSON Lines or Parquet.
    Files,
}

/// Where a source is, without its password. `Display` gives the form to store and show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its kind.
    pub kind: SourceKind,
    /// `sqlite:FILE`, `postgres://user@host:port/db?…`, `mysql://…`, or an absolute path.
    pub text: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A password. Prints nothing.
#[derive(Clone)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// TLS mode for network databases.
    pub tls: TlsMode,
    /// PEM of a private CA, or its path.
    pub tls_ca: Option<PathBuf>,
    /// Which addresses may be dialled.
    pub guard: NetworkGuard,
    /// Which files may be read.
    pub files: FileGuard,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time one statement may take.
    pub statement_timeout: Duration,
    /// Connections held at most.
    pub max_connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tls: TlsMode::Prefer,
            tls_ca: None,
            guard: NetworkGuard::default(),
            files: FileGuard::default(),
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
            max_connections: 2,
        }
    }
}

/// TLS for network databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Never.
    Disable,
    /// If the server offers it; the certificate is not checked.
    Prefer,
    /// Always; the certificate is not checked.
    Require,
    /// Always; certificate and host name are checked.
    VerifyFull,
}

/// Which addresses may be dialled. Databases usually live in private networks, so those are allowed
/// by default; link-local and cloud-metadata addresses (169.254.0.0/16, fe80::/10, fd00:ec2::254)
/// are always refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkGuard {
    /// Loopback addresses may be dialled.
    pub allow_loopback: bool,
    /// RFC 1918, RFC 6598 and RFC 4193 addresses may be dialled.
    pub allow_private: bool,
    /// When not empty: only these CIDR ranges or host names.
    pub only: Vec<String>,
}

impl Default for NetworkGuard {
    fn default() -> Self {
        Self { allow_loopback: true, allow_private: true, only: Vec::new() }
    }
}

/// Which files and folders of this machine may be read. Without a limit whoever may add sources can
/// have the server read whatever its user can: names of columns are shown, values masked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileGuard {
    /// When not empty: only these files and folders, and what is below them.
    pub only: Vec<PathBuf>,
    /// Never these files: the server's own keys and database.
    pub never: Vec<PathBuf>,
}

/// What answered.
#[derive(Debug, Clone, Serialize)]
pub struct ServerInfo {
    /// e.g. `PostgreSQL 15.18`, `MariaDB 10.11`, `SQLite 3.50`, `Files`.
    pub product: String,
    /// The session is encrypted.
    pub encrypted: bool,
    /// Stores visible to this account, if cheap to know.
    pub stores: Option<u64>,
    /// Things worth telling, as stable keys: `account_can_write`, `not_encrypted`, `no_stores`.
    pub advice: Vec<String>,
}

/// Which stores to look at.
#[derive(Debug, Clone, Default)]
pub struct StoreFilter {
    /// Comma-separated globs on `schema.name` or `name`, a leading `!` excludes; empty: everything
    /// but system schemas.
    pub tables_glob: String,
}

/// What a source holds.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Tables, views, files.
    pub stores: Vec<StoreInfo>,
    /// Foreign keys between them.
    pub links: Vec<ForeignKey>,
    /// What could not be read.
    pub problems: Vec<StoreProblem>,
}

/// One table, view or file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoreInfo {
    /// Schema, or "" where the source has none or it is the default one (`public`, `main`, the
    /// connected database).
    pub schema: String,
    /// Name, unquoted; a file's path relative to the folder.
    pub name: String,
    /// Its kind.
    pub kind: StoreKind,
    /// Comment, or "".
    pub comment: String,
    /// Columns in order.
    pub columns: Vec<ColumnInfo>,
    /// Rows by the catalogue's estimate.
    pub rows_estimate: Option<u64>,
    /// A view's stores, by display name.
    pub reads_from: Vec<String>,
}

impl StoreInfo {
    /// `schema.name`, or `name` in the default schema.
    pub fn display_name(&self) -> String {
        if self.schema.is_empty() {
            self.name.clone()
        } else {
            format!("{}.{}", self.schema, self.name)
        }
    }
}

/// Kind of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// A base table.
    Table,
    /// A view or materialised view.
    View,
    /// A file.
    File,
}

/// One column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// Name, unquoted; for nested data a path (`address.city`, `items[].sku`).
    pub name: String,
    /// 1-based.
    pub position: u32,
    /// The source's own type name.
    pub data_type: String,
    /// May hold nulls.
    pub nullable: bool,
    /// Part of the primary key.
    pub primary_key: bool,
    /// Comment, or "".
    pub comment: String,
}

/// A foreign key; stores by display name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The referring store.
    pub from_store: String,
    /// Its columns.
    pub from_columns: Vec<String>,
    /// The referred store.
    pub to_store: String,
    /// Its columns; same length.
    pub to_columns: Vec<String>,
}

/// Something that could not be read.
#[derive(Debug, Clone)]
pub struct StoreProblem {
    /// Display name.
    pub store: String,
    /// Why.
    pub error: SourceError,
}

/// Bounds of one sample.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows at most.
    pub rows: u32,
    /// Bytes of one value at most; the rest is cut at a character boundary.
    pub value_bytes: usize,
    /// Bytes of the whole sample at most; reading stops there.
    pub sample_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 1000, value_bytes: 4096, sample_bytes: 16 << 20 }
    }
}

/// Sampled rows, column by column, in the order of [`StoreInfo::columns`].
#[derive(Debug, Default)]
pub struct Sample {
    /// Rows read.
    pub rows: u64,
    /// One list a column; `None` is null (binary values are null too, counted in `binary`).
    pub columns: Vec<Vec<Option<Cell>>>,
    /// Columns (by index) that held binary values.
    pub binary: Vec<usize>,
    /// Invalid byte sequences were replaced.
    pub invalid_text: bool,
    /// The byte bound stopped the reading.
    pub cut: bool,
}

/// A value from a customer's database. Prints nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cell(pub Box<str>);

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cell(…)")
    }
}
