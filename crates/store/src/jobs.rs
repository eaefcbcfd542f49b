//! Durable background work: claimed by row locks, resumed after a crash, retried with back-off.

use crate::Store;

/// A job's id (UUID v7).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobId(pub String);

/// A job to queue.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which handler.
    pub kind: &'static str,
    /// What the handler needs; ids only.
    pub payload: serde_json::Value,
    /// While a job with this key is queued or running no second one is queued (its id is returned).
    pub dedupe: Option<String>,
    /// Attempts before it fails for good.
    pub max_attempts: i64,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waiting (or waiting for its retry).
    Queued,
    /// Claimed by a runner.
    Running,
    /// Finished.
    Done,
    /// Gave up; `error` says why.
    Failed,
    /// Stopped by a person.
    Cancelled,
}

/// A job as stored.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// Id.
    pub id: JobId,
    /// Kind.
    pub kind: String,
    /// State.
    pub state: JobState,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 while unknown.
    pub total: i64,
    /// What is being done now (a store's name; never a value).
    pub note: String,
    /// Attempts so far.
    pub attempts: i64,
    /// Last error.
    pub error: String,
    /// Queued at (µs).
    pub created_at: i64,
}

/// Why a job's run ended early.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Worth another try later.
    #[error("{0}")]
    Retry(String),
    /// Not worth another try.
    #[error("{0}")]
    Fatal(String),
    /// The person's cancel was seen.
    #[error("cancelled")]
    Cancelled,
}

impl From<crate::StoreError> for JobError {
    fn from(error: crate::StoreError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// What a handler gets.
pub struct JobContext {
    /// The database.
    pub store: Store,
    /// The job.
    pub id: JobId,
    /// Its payload.
    pub payload: serde_json::Value,
    /// 1 for the first run; more after a retry or a crash.
    pub attempt: i64,
}

impl JobContext {
    /// Records progress and renews the claim; fails with [`JobError::Cancelled`] when a cancel is
    /// pending. Call it at least every few seconds.
    pub async fn progress(&self, _done: i64, _total: i64, _note: &str) -> Result<(), JobError> {
        todo!()
    }
}

/// Works on one kind of job. Must be idempotent: after a crash it runs again from what it recorded.
#[async_trait::async_trait]
pub trait JobHandler: Send + Sync + 'static {
    /// The kind it works on.
    fn kind(&self) -> &'static str;
    /// Does the work.
    async fn run(&self, context: JobContext) -> Result<(), JobError>;
    /// Called once when a job has failed for good or was cancelled, to leave the room's own rows true.
    async fn ended(&self, _store: &Store, _job: &JobRow) {}
}

/// Claims and runs jobs and fires schedules until told to stop.
pub struct Runner {
    // (owner: store helper)
    _store: Store,
}

impl Runner {
    /// A runner with that many jobs at once.
    pub fn new(_store: Store, _concurrency: usize) -> Self {
        todo!()
    }
    /// Adds a handler.
    #[must_use]
    pub fn handle(self, _handler: impl JobHandler) -> Self {
        todo!()
    }
    /// Runs until `stop` turns true; running jobs get a few seconds to reach a checkpoint.
    pub async fn run(self, _stop: tokio::sync::watch::Receiver<bool>) {
        todo!()
    }
}
