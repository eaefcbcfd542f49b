//! Privet's own database: SQLite by default, PostgreSQL by address. [`Store`] opens it,
//! [`Store::begin`] is the only way to write and takes the ledger [`Entry`] of the change,
//! [`Runner`] works off durable jobs and schedules. No room opens a connection of its own.

pub mod backup;
mod cron;
mod entry;
mod group;
mod jobs;
mod keys;
mod ledger;
mod migrate;
mod open;
mod posture;
mod runner;
mod schedule;
mod secret;
pub mod testing;
mod tx;

pub use cron::next_run;
pub use entry::{Actor, Digest, Entry, Object};
pub use group::{HotRow, HotWrite};
pub use jobs::{JobContext, JobError, JobFilter, JobHandler, JobId, JobRow, JobState, NewJob};
pub use keys::{
    KekState, KeyProvider, KeySettings, KeyStatus, NewRoot, PASSPHRASE, PASSPHRASE_FILE,
    ProviderError, Wants,
};
pub use ledger::{Damage, Head, Ledger, LedgerFilter, LedgerRow, SignedCheckpoint};
pub use posture::Posture;
pub use runner::Runner;
pub use schedule::ScheduleRow;
pub use sqlx;
pub use tx::WriteTx;
pub use vault::Profile;

use std::{path::PathBuf, sync::Arc};

/// Where the database is. `Debug` shows no address: it may hold a password.
#[derive(Clone)]
pub struct StoreConfig {
    /// The data directory: embedded database, key file. Created (0700) if missing.
    pub data_dir: PathBuf,
    /// `postgres://…`; `None` is SQLite in the data directory.
    pub database: Option<String>,
}

impl std::fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.database.is_some() { "postgres" } else { "sqlite" };
        f.debug_struct("StoreConfig")
            .field("data_dir", &self.data_dir)
            .field("kind", &kind)
            .finish()
    }
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
    /// The root key cannot be had now: a passphrase is missing, a provider does not answer.
    #[error("{why}")]
    Locked {
        /// What is waited for.
        wants: Wants,
        /// What happened and what to do.
        why: String,
    },
    /// The keys cannot be used as they are.
    #[error("{0}")]
    Keys(String),
    /// A migration failed or is unknown to this version.
    #[error("{0}")]
    Migration(String),
    /// A cron expression or time zone is wrong.
    #[error("{0}")]
    Schedule(String),
    /// The database cannot be reached, or its address is wrong.
    #[error("{0}")]
    Unavailable(String),
    /// A row given to [`Store::submit`] is malformed.
    #[error("{0}")]
    Row(String),
    /// A backup cannot be made, read or put back.
    #[error("{0}")]
    Backup(String),
    /// A job cannot do what was asked.
    #[error("{0}")]
    Job(String),
}

/// Shorthand.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<open::Inner>,
}

impl Store {
    /// Opens (and for SQLite creates and locks) the database and runs its own migrations.
    pub async fn open(config: StoreConfig) -> Result<Self> {
        Self::open_at(config, KeySettings::default()).await
    }
    /// Opens the database with keys that come from elsewhere than a file;
    /// [`StoreError::Locked`] while they cannot be had.
    pub async fn open_with(config: StoreConfig, keys: KeySettings) -> Result<Self> {
        Self::open_at(config, keys).await
    }
    /// Brings a room's schema up to date; safe when several servers start at once.
    pub async fn migrate(&self, steps: &[Migration]) -> Result<()> {
        self.apply(steps).await
    }
    /// For reading only. `$1` placeholders work on both engines.
    pub fn reader(&self) -> &sqlx::AnyPool {
        &self.inner.reader
    }
    /// PostgreSQL or not.
    pub fn is_postgres(&self) -> bool {
        self.inner.postgres
    }
    /// Starts a write: takes the write lock (SQLite: `BEGIN IMMEDIATE`) and the entry that will be
    /// appended to the ledger, in this same transaction, when it commits.
    pub async fn begin(&self, entry: Entry) -> Result<WriteTx> {
        self.begin_with(entry).await
    }
    /// The deployment's ciphers.
    pub fn profile(&self) -> vault::Profile {
        self.inner.key.profile()
    }
    /// Keyed digest (HMAC, by the profile) of a state's canonical JSON, for `before` and `after`.
    pub fn digest(&self, state: &impl serde::Serialize) -> Digest {
        let mut text = String::new();
        // Only maps with keys that are no text fail to become JSON; they digest as null.
        secret::canonical_json(&serde_json::to_value(state).unwrap_or_default(), &mut text);
        self.inner.key.digest(text.as_bytes())
    }
    /// The same for a state that is canonical JSON (RFC 8785) already.
    pub fn digest_text(&self, canonical: &str) -> Digest {
        self.inner.key.digest(canonical.as_bytes())
    }
    /// Seals a secret for this deployment; `context` is bound as AAD (`source:ID:password`).
    pub fn seal(&self, context: &str, plain: &str) -> String {
        self.inner.key.seal(context, plain)
    }
    /// Opens what [`Store::seal`] sealed under the same context.
    pub fn unseal(&self, context: &str, sealed: &str) -> Result<String> {
        self.inner.key.unseal(context, sealed)
    }
    /// A 32-byte key derived (HKDF, by the profile) from the deployment key for a named use, e.g.
    /// `datamap/sketch`.
    pub fn derive_key(&self, usage: &str) -> [u8; 32] {
        self.inner.key.derive(usage)
    }
    /// A job by id.
    pub async fn job(&self, id: &JobId) -> Result<Option<JobRow>> {
        self.find_job(id).await
    }
    /// Asks a job to stop; queued ones stop at once, running ones at their next checkpoint.
    pub async fn cancel_job(&self, id: &JobId, by: Actor) -> Result<()> {
        self.ask_cancel(id, by).await
    }
    /// Creates, changes or (with an empty cron) removes a schedule. Cron has five fields; `zone` is
    /// an IANA name. When due, a job of `kind` with `payload` is queued (deduplicated by key).
    pub async fn schedule(
        &self,
        key: &str,
        kind: &str,
        cron: &str,
        zone: &str,
        payload: serde_json::Value,
        by: Actor,
    ) -> Result<()> {
        if cron.trim().is_empty() {
            return self.remove_schedule(key, by).await;
        }
        let wanted = ScheduleRow {
            key: key.to_owned(),
            kind: kind.to_owned(),
            cron: cron.trim().to_owned(),
            zone: zone.to_owned(),
            payload,
            next_at: next_run(cron.trim(), zone)?,
            last_at: None,
        };
        self.set_schedule(wanted, by).await
    }
    /// The ledger, for reading and checking.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.clone())
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
