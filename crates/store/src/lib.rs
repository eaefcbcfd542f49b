//! Privet's own database: SQLite by default, PostgreSQL by address. [`Store`] opens it,
//! [`Store::begin`] is the only way to write and takes the ledger [`Entry`] of the change,
//! [`Runner`] works off durable jobs and schedules. No room opens a connection of its own.

mod entry;
mod jobs;

pub use entry::{Actor, Digest, Entry, Object};
pub use jobs::{JobContext, JobError, JobHandler, JobId, JobRow, JobState, NewJob, Runner};
pub use sqlx;

use std::path::PathBuf;

/// Where the database is.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The data directory: embedded database, key file. Created (0700) if missing.
    pub data_dir: PathBuf,
    /// `postgres://…`; `None` is SQLite in the data directory.
    pub database: Option<String>,
}

/// One numbered step of a room's schema. Statements run in one transaction; text is the common
/// subset of SQLite and PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The room, e.g. `datamap`.
    pub room: &'static str,
    /// 1, 2, 3 … without gaps.
    pub version: i64,
    /// Statements separated by `;` at line ends.
    pub sql: &'static str,
}

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database said no.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The data directory cannot be used.
    #[error("{0}")]
    DataDir(String),
    /// The ledger does not hold together.
    #[error("the ledger is damaged at entry {position}: {why}; writes are stopped")]
    Ledger {
        /// Sequence number.
        position: i64,
        /// What does not match.
        why: String,
    },
    /// A sealed secret does not open.
    #[error("a stored secret could not be opened: {0}; was the key file replaced?")]
    Sealed(String),
    /// A migration failed or is unknown to this version.
    #[error("{0}")]
    Migration(String),
    /// A cron expression or time zone is wrong.
    #[error("{0}")]
    Schedule(String),
}

/// Shorthand.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    // (owner: store helper)
    pool: sqlx::AnyPool,
}

/// The one write transaction. Dropped without [`WriteTx::commit`] it rolls back.
pub struct WriteTx {
    // (owner: store helper)
    conn: sqlx::pool::PoolConnection<sqlx::Any>,
}

impl Store {
    /// Opens (and for SQLite creates and locks) the database and runs its own migrations.
    pub async fn open(_config: StoreConfig) -> Result<Self> {
        todo!()
    }
    /// Brings a room's schema up to date; safe when several servers start at once.
    pub async fn migrate(&self, _steps: &[Migration]) -> Result<()> {
        todo!()
    }
    /// For reading only. `$1` placeholders work on both engines.
    pub fn reader(&self) -> &sqlx::AnyPool {
        &self.pool
    }
    /// PostgreSQL or not.
    pub fn is_postgres(&self) -> bool {
        todo!()
    }
    /// Starts a write: takes the write lock (SQLite: `BEGIN IMMEDIATE`) and the entry that will be
    /// appended to the ledger, in this same transaction, when it commits.
    pub async fn begin(&self, _entry: Entry) -> Result<WriteTx> {
        todo!()
    }
    /// Keyed digest (HMAC-SHA-256) of a state's canonical JSON, for `before` and `after`.
    pub fn digest(&self, _state: &impl serde::Serialize) -> Digest {
        todo!()
    }
    /// Seals a secret for this deployment; `context` is bound as AAD (`source:ID:password`).
    pub fn seal(&self, _context: &str, _plain: &str) -> String {
        todo!()
    }
    /// Opens what [`Store::seal`] sealed under the same context.
    pub fn unseal(&self, _context: &str, _sealed: &str) -> Result<String> {
        todo!()
    }
    /// A 32-byte key derived (HKDF) from the deployment's key file for a named use, e.g.
    /// `datamap/sketch`.
    pub fn derive_key(&self, _usage: &str) -> [u8; 32] {
        todo!()
    }
    /// A job by id.
    pub async fn job(&self, _id: &JobId) -> Result<Option<JobRow>> {
        todo!()
    }
    /// Asks a job to stop; queued ones stop at once, running ones at their next checkpoint.
    pub async fn cancel_job(&self, _id: &JobId, _by: Actor) -> Result<()> {
        todo!()
    }
    /// Creates, changes or (with an empty cron) removes a schedule. Cron has five fields; `zone` is
    /// an IANA name. When due, a job of `kind` with `payload` is queued (deduplicated by key).
    pub async fn schedule(
        &self,
        _key: &str,
        _kind: &str,
        _cron: &str,
        _zone: &str,
        _payload: serde_json::Value,
        _by: Actor,
    ) -> Result<()> {
        todo!()
    }
}

impl WriteTx {
    /// The connection, for this transaction's statements.
    pub fn conn(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.conn
    }
    /// One more entry for the ledger.
    pub fn also(&mut self, _entry: Entry) {
        todo!()
    }
    /// Replaces the digests of the first entry once the states are known.
    pub fn states(&mut self, _before: Option<Digest>, _after: Option<Digest>) {
        todo!()
    }
    /// Queues a job in this transaction.
    pub async fn enqueue(&mut self, _job: NewJob) -> Result<JobId> {
        todo!()
    }
    /// Appends the entries and commits; returns the position of the first entry. Durable on return.
    pub async fn commit(self) -> Result<i64> {
        todo!()
    }
}

/// A new time-ordered id (UUID v7, text).
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Microseconds since the epoch, UTC: the storage form of time.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
