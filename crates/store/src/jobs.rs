//! Durable background work: claimed by row locks, resumed after a crash, retried with back-off.

use crate::{Actor, Entry, Result, Store, StoreError};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};

/// A job's id (UUID v7).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobId(pub String);

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

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

impl JobState {
    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// Neither waiting nor running.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// A job as stored.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// Id.
    pub id: JobId,
    /// Kind.
    pub kind: String,
    /// What the handler was given.
    pub payload: serde_json::Value,
    /// State.
    pub state: JobState,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 while unknown.
    pub total: i64,
    /// What is being done now (a store's name; never a value).
    pub note: String,
    /// Runs so far, those included that a crash of the server cut short.
    pub attempts: i64,
    /// Attempts before it fails for good.
    pub max_attempts: i64,
    /// Runs cut short by a crash; they use up no attempt.
    pub crashes: i64,
    /// A cancel was asked for and is not done yet, if the job still runs.
    pub cancel_requested: bool,
    /// Last error.
    pub error: String,
    /// Queued at (µs).
    pub created_at: i64,
    /// The next attempt is due at (µs).
    pub run_at: i64,
    /// Done, failed or cancelled at (µs).
    pub finished_at: Option<i64>,
}

/// Which jobs to list. Empty fields do not narrow.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// In this state.
    pub state: Option<JobState>,
    /// Of this kind.
    pub kind: Option<String>,
}

pub(crate) const COLUMNS: &str = "id, kind, payload, state, done, total, note, attempts, max_attempts, cancel_requested, error, created_at, run_at, finished_at, crashes";

pub(crate) fn read(row: &AnyRow) -> Result<JobRow> {
    let state: String = row.try_get(3)?;
    Ok(JobRow {
        id: JobId(row.try_get(0)?),
        kind: row.try_get(1)?,
        payload: serde_json::from_str(&row.try_get::<String, _>(2)?).unwrap_or_default(),
        state: JobState::parse(&state)
            .ok_or_else(|| StoreError::Job(format!("a job has the unknown state {state}")))?,
        done: row.try_get(4)?,
        total: row.try_get(5)?,
        note: row.try_get(6)?,
        attempts: row.try_get(7)?,
        max_attempts: row.try_get(8)?,
        cancel_requested: row.try_get::<i64, _>(9)? != 0,
        error: row.try_get(10)?,
        created_at: row.try_get(11)?,
        run_at: row.try_get(12)?,
        finished_at: row.try_get(13)?,
        crashes: row.try_get(14)?,
    })
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

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::Retry(error.to_string())
    }
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// What a handler gets.
#[derive(Clone)]
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
    /// pending. Call it at least every few seconds, as often as you like: calls in quick succession
    /// are not all written.
    pub async fn progress(&self, done: i64, total: i64, note: &str) -> Result<(), JobError> {
        self.store.job_progress(&self.id, done, total, note).await
    }
}

/// Works on one kind of job. Must be idempotent: after a crash it runs again from what it recorded.
#[async_trait::async_trait]
pub trait JobHandler: Send + Sync + 'static {
    /// The kind it works on.
    fn kind(&self) -> &'static str;
    /// Does the work.
    async fn run(&self, context: JobContext) -> Result<(), JobError>;
    /// Called when a job has failed for good or was cancelled, to leave the room's own rows true.
    /// Once, save that after a crash in the middle of it it is called again.
    async fn ended(&self, _store: &Store, _job: &JobRow) {}
}

macro_rules! forward {
    ($pointer:ty) => {
        #[async_trait::async_trait]
        impl JobHandler for $pointer {
            fn kind(&self) -> &'static str {
                (**self).kind()
            }
            async fn run(&self, context: JobContext) -> Result<(), JobError> {
                (**self).run(context).await
            }
            async fn ended(&self, store: &Store, job: &JobRow) {
                (**self).ended(store, job).await;
            }
        }
    };
}
forward!(Box<dyn JobHandler>);
forward!(std::sync::Arc<dyn JobHandler>);

/// Inserts a job, or finds the active one with the same key. Says whether it is new.
pub(crate) async fn insert(
    conn: &mut AnyConnection,
    kind: &str,
    payload: &serde_json::Value,
    dedupe: Option<&str>,
    max_attempts: i64,
) -> Result<(JobId, bool)> {
    // The active job may end between the two statements (PostgreSQL): then there is room for ours.
    for _ in 0..3 {
        let id = crate::new_id();
        let now = crate::now();
        let inserted = sqlx::query(
            "INSERT INTO job (id, kind, payload, state, dedupe_key, max_attempts, run_at, created_at) \
             VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7) \
             ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL AND state IN ('queued', 'running') \
             DO NOTHING",
        )
        .bind(&id)
        .bind(kind)
        .bind(payload.to_string())
        .bind(dedupe)
        .bind(max_attempts.max(1))
        .bind(now)
        .bind(now)
        .execute(&mut *conn)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok((JobId(id), true));
        }
        let active: Option<String> = sqlx::query_scalar(
            "SELECT id FROM job WHERE dedupe_key = $1 AND state IN ('queued', 'running')",
        )
        .bind(dedupe)
        .fetch_optional(&mut *conn)
        .await?;
        if let Some(id) = active {
            return Ok((JobId(id), false));
        }
    }
    Err(StoreError::Job("the job could not be queued: others keep taking its key".into()))
}

impl Store {
    pub(crate) async fn find_job(&self, id: &JobId) -> Result<Option<JobRow>> {
        sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM job WHERE id = $1")))
            .bind(&id.0)
            .fetch_optional(self.reader())
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// Jobs, newest first: up to `limit` of those older than `before` (all if `None`).
    pub async fn list_jobs(
        &self,
        filter: &JobFilter,
        before: Option<&JobId>,
        limit: i64,
    ) -> Result<Vec<JobRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM job WHERE ($1 = '' OR state = $1) AND ($2 = '' OR kind = $2) \
             AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(filter.state.map_or("", JobState::as_str))
            .bind(filter.kind.as_deref().unwrap_or(""))
            .bind(before.map_or("", |id| &id.0))
            .bind(limit.max(0))
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// How many jobs are in each state.
    pub async fn count_jobs(&self) -> Result<Vec<(JobState, i64)>> {
        let rows = sqlx::query("SELECT state, COUNT(*) FROM job GROUP BY state ORDER BY state")
            .fetch_all(self.reader())
            .await?;
        let mut counts = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(state) = JobState::parse(&row.try_get::<String, _>(0)?) {
                counts.push((state, row.try_get(1)?));
            }
        }
        Ok(counts)
    }

    pub(crate) async fn ask_cancel(&self, id: &JobId, by: Actor) -> Result<()> {
        let mut tx = self.begin(Entry::new(by, "job.cancelled", "job", id.0.clone())).await?;
        let now = crate::now();
        let stopped = sqlx::query(
            "UPDATE job SET state = 'cancelled', cancel_requested = 1, finished_at = $1, \
             ended_due = $2 WHERE id = $3 AND state = 'queued'",
        )
        .bind(now)
        .bind(now)
        .bind(&id.0)
        .execute(tx.conn())
        .await?
        .rows_affected();
        let asked = sqlx::query(
            "UPDATE job SET cancel_requested = 1, again = 0 \
             WHERE id = $1 AND state = 'running' AND cancel_requested = 0",
        )
        .bind(&id.0)
        .execute(tx.conn())
        .await?
        .rows_affected();
        if stopped + asked > 0 {
            tx.wake_on_commit();
            tx.commit().await?;
        }
        Ok(())
    }

    /// Queues a failed or cancelled job again, with all its attempts. Other jobs stay as they are.
    pub async fn retry_job(&self, id: &JobId, by: Actor) -> Result<()> {
        let mut tx = self.begin(Entry::new(by, "job.retried", "job", id.0.clone())).await?;
        let queued = sqlx::query(
            "UPDATE job SET state = 'queued', attempts = 0, crashes = 0, cancel_requested = 0, ended_due = 0, \
             done = 0, total = 0, note = '', error = '', finished_at = NULL, run_at = $1 \
             WHERE id = $2 AND state IN ('failed', 'cancelled')",
        )
        .bind(crate::now())
        .bind(&id.0)
        .execute(tx.conn())
        .await;
        match queued {
            Ok(done) if done.rows_affected() == 0 => Ok(()),
            Ok(_) => {
                tx.wake_on_commit();
                tx.commit().await.map(drop)
            }
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(StoreError::Job("the same work is queued or running already".into()))
            }
            Err(error) => Err(error.into()),
        }
    }
}
