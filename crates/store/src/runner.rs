//! The runner: claims jobs, keeps their leases, records how they end, fires schedules.

use crate::{Actor, Entry, JobContext, JobError, JobHandler, JobId, JobRow, Result, Store, jobs};
use futures::FutureExt as _;
use sqlx::AssertSqlSafe;
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinSet};

/// A claim not renewed for this long is another runner's to take.
const LEASE: Duration = Duration::from_secs(15);
const HEART_BEAT: Duration = Duration::from_secs(5);
/// How soon a job queued by another process is seen.
const POLL: Duration = Duration::from_secs(1);
/// How long running jobs may take to reach a checkpoint when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// A job that keeps taking the server down is given up after so many times.
const MOST_CRASHES: i64 = 3;
/// Progress is written at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
const LONGEST_BACK_OFF: Duration = Duration::from_mins(10);

/// A job this process is running.
#[derive(Clone)]
pub(crate) struct Claim {
    runner: String,
    stop: watch::Receiver<bool>,
    written: Option<Instant>,
}

/// Claims and runs jobs and fires schedules until told to stop.
pub struct Runner {
    store: Store,
    id: String,
    concurrency: usize,
    handlers: HashMap<&'static str, Arc<dyn JobHandler>>,
}

impl Runner {
    /// A runner with that many jobs at once.
    pub fn new(store: Store, concurrency: usize) -> Self {
        let id = crate::new_id();
        Self { store, id, concurrency: concurrency.max(1), handlers: HashMap::new() }
    }

    /// Adds a handler.
    #[must_use]
    pub fn handle(mut self, handler: impl JobHandler) -> Self {
        self.handlers.insert(handler.kind(), Arc::new(handler));
        self
    }

    /// Runs until `stop` turns true; running jobs get a few seconds to reach a checkpoint.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while let Err(error) = self.store.become_server().await {
            tracing::warn!(%error, "background jobs wait");
            if pause(&mut stop, POLL * 2).await {
                return;
            }
        }
        let mut wake = self.store.inner.wake.subscribe();
        let mut running = JoinSet::new();
        let mut beating = JoinSet::new(); // A set, because dropping it ends the task.
        beating.spawn(heart_beat(self.store.clone(), self.id.clone()));
        while !*stop.borrow() {
            if let Err(error) = self.round(&mut running, &stop).await {
                tracing::warn!(%error, "background jobs could not be looked at; trying again");
            }
            tokio::select! {
                _ = wake.changed() => {}
                Some(_) = running.join_next(), if !running.is_empty() => {}
                () = tokio::time::sleep(POLL) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        self.wind_down(running).await;
    }

    /// One look at what is due.
    async fn round(&self, running: &mut JoinSet<()>, stop: &watch::Receiver<bool>) -> Result<()> {
        while running.try_join_next().is_some() {}
        self.store.fire_schedules().await?;
        self.run_ended_hooks().await?;
        while running.len() < self.concurrency {
            let Some(job) = self.claim().await? else { break };
            let Some(handler) = self.handlers.get(job.kind.as_str()).cloned() else { continue };
            let (store, runner, stop) = (self.store.clone(), self.id.clone(), stop.clone());
            running.spawn(async move { Work { store, runner, stop, handler, job }.run().await });
        }
        Ok(())
    }

    /// Takes the next job that is due, or whose runner went silent.
    async fn claim(&self) -> Result<Option<JobRow>> {
        if self.handlers.is_empty() {
            return Ok(None);
        }
        let now = crate::now();
        let held = self.held();
        // A look first: an idle server takes no write lock.
        let look = sqlx::query(AssertSqlSafe(self.due(2, held.len()))).bind(now);
        let look = self.handlers.keys().fold(look, |query, kind| query.bind(*kind));
        let look = held.iter().fold(look, sqlx::query::Query::bind);
        if look.fetch_optional(self.store.reader()).await?.is_none() {
            return Ok(None);
        }
        let lock = if self.store.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE job SET crashes = crashes + CASE WHEN state = 'running' THEN 1 ELSE 0 END, \
             state = 'running', attempts = attempts + 1, again = 0, lease_until = $2, leased_by = $3 WHERE id = ({}{lock}) RETURNING {}",
            self.due(4, held.len()),
            jobs::COLUMNS
        );
        let mut tx = self.store.raw_begin_soft().await?;
        let query = sqlx::query(AssertSqlSafe(sql)).bind(now).bind(lease(now)).bind(&self.id);
        let query = self.handlers.keys().fold(query, |query, kind| query.bind(*kind));
        let query = held.iter().fold(query, sqlx::query::Query::bind);
        let row = query.fetch_optional(&mut *tx).await?;
        tx.commit().await?;
        row.as_ref().map(jobs::read).transpose()
    }

    /// The jobs this process is running. Their claims run out when the machine was asleep or the
    /// database did not answer for long, but they go on: claiming them again would run them twice.
    fn held(&self) -> Vec<String> {
        let claims = self.store.inner.claims.lock().unwrap_or_else(PoisonError::into_inner);
        claims
            .iter()
            .filter(|(_, claim)| claim.runner == self.id)
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// The next job due at `$1` among the kinds bound from `$first` on, without the `held` jobs
    /// bound behind them.
    fn due(&self, first: usize, held: usize) -> String {
        let held = match first + self.handlers.len() {
            _ if held == 0 => String::new(),
            first => format!("AND id NOT IN ({})", marks(first, held)),
        };
        format!(
            "SELECT id FROM job WHERE ((state = 'queued' AND run_at <= $1) \
             OR (state = 'running' AND lease_until < $1)) AND kind IN ({}) {held} \
             ORDER BY run_at, id LIMIT 1",
            self.kinds(first)
        )
    }

    /// Placeholders for the kinds this runner can work on, the first being `$first`.
    fn kinds(&self, first: usize) -> String {
        marks(first, self.handlers.len())
    }

    /// Calls `ended` for jobs that failed or were cancelled since, wherever that happened.
    async fn run_ended_hooks(&self) -> Result<()> {
        if self.handlers.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT {} FROM job WHERE ended_due > 0 AND ended_due <= $1 AND kind IN ({}) \
             ORDER BY ended_due LIMIT 100",
            jobs::COLUMNS,
            self.kinds(2)
        );
        let now = crate::now();
        let query = sqlx::query(AssertSqlSafe(sql)).bind(now);
        let query = self.handlers.keys().fold(query, |query, kind| query.bind(*kind));
        let rows = query.fetch_all(self.store.reader()).await?;
        for row in &rows {
            let job = jobs::read(row)?;
            let Some(handler) = self.handlers.get(job.kind.as_str()) else { continue };
            // Pushing the due time on keeps other servers off; should we die, it comes due again.
            if self.move_ended(&job.id, now, lease(now)).await? {
                let hook = AssertUnwindSafe(handler.ended(&self.store, &job)).catch_unwind().await;
                if hook.is_err() {
                    tracing::error!(job = job.id.0, kind = job.kind, "a job's ended hook panicked");
                }
                self.move_ended(&job.id, i64::MAX, 0).await?;
            }
        }
        Ok(())
    }

    async fn move_ended(&self, id: &JobId, due_by: i64, to: i64) -> Result<bool> {
        let mut tx = self.store.raw_begin().await?;
        let moved = sqlx::query(
            "UPDATE job SET ended_due = $1 WHERE id = $2 AND ended_due > 0 AND ended_due <= $3",
        )
        .bind(to)
        .bind(&id.0)
        .bind(due_by)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(moved.rows_affected() > 0)
    }

    /// Lets running jobs reach a checkpoint, then gives back what is left, as if never claimed.
    async fn wind_down(&self, mut running: JoinSet<()>) {
        let all = async { while running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, all).await;
        running.shutdown().await;
        let given_back = async {
            let mut tx = self.store.raw_begin().await?;
            sqlx::query(
                "UPDATE job SET state = 'queued', attempts = attempts - 1, lease_until = 0, \
                 leased_by = '' WHERE leased_by = $1 AND state = 'running'",
            )
            .bind(&self.id)
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            Ok::<_, crate::StoreError>(())
        };
        if let Err(error) = given_back.await {
            tracing::warn!(%error, "running jobs could not be given back; they resume later");
        }
    }
}

/// Renews the claims of a runner's jobs, also of those that report no progress for a while.
async fn heart_beat(store: Store, runner: String) {
    let mut beat = tokio::time::interval(HEART_BEAT);
    loop {
        beat.tick().await;
        let held: Vec<String> = {
            let claims = store.inner.claims.lock().unwrap_or_else(PoisonError::into_inner);
            let own = claims.iter().filter(|(_, claim)| claim.runner == runner);
            own.map(|(id, _)| id.clone()).collect()
        };
        if !held.is_empty()
            && let Err(error) = renew(&store, &runner, &held).await
        {
            tracing::warn!(%error, "the claims on running jobs could not be renewed");
        }
    }
}

/// Only what is really being worked on: a job whose end could not be recorded must come due again.
async fn renew(store: &Store, runner: &str, held: &[String]) -> Result<()> {
    let sql = format!(
        "UPDATE job SET lease_until = $1 WHERE leased_by = $2 AND state = 'running' AND id IN ({})",
        marks(3, held.len())
    );
    let mut tx = store.raw_begin_soft().await?;
    let query = sqlx::query(AssertSqlSafe(sql)).bind(lease(crate::now())).bind(runner);
    held.iter().fold(query, sqlx::query::Query::bind).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// `$first, …`: so many placeholders.
fn marks(first: usize, count: usize) -> String {
    let marks: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    marks.join(", ")
}

/// Waits; true when told to stop meanwhile.
async fn pause(stop: &mut watch::Receiver<bool>, time: Duration) -> bool {
    let stopped = stop.wait_for(|stop| *stop);
    tokio::time::timeout(time, stopped).await.is_ok()
}

fn lease(now: i64) -> i64 {
    now + LEASE.as_micros() as i64
}

/// One run of one job.
struct Work {
    store: Store,
    runner: String,
    stop: watch::Receiver<bool>,
    handler: Arc<dyn JobHandler>,
    job: JobRow,
}

/// Forgets the claim however the run ends, even when its task is aborted.
struct Claimed<'a>(&'a Work);

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        let claims = &self.0.store.inner.claims;
        claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0.job.id.0);
    }
}

impl Work {
    async fn run(self) {
        let result = if self.job.crashes > MOST_CRASHES {
            Err(JobError::Fatal("the server stopped each time it worked on this job".into()))
        } else {
            self.attempt().await
        };
        let recorded = match result {
            Ok(()) => self.finish("done", "job.finished", "").await,
            Err(JobError::Cancelled) => self.finish("cancelled", "job.stopped", "").await,
            Err(JobError::Retry(_)) if *self.stop.borrow() => Ok(()), // Given back by wind_down.
            Err(JobError::Retry(why)) if self.attempts_left() => self.again_later(&why).await,
            Err(JobError::Retry(why) | JobError::Fatal(why)) => {
                tracing::warn!(job = self.job.id.0, kind = self.job.kind, "a job failed");
                self.finish("failed", "job.failed", &why).await
            }
        };
        if let Err(error) = recorded {
            tracing::warn!(job = self.job.id.0, %error, "a job's end could not be recorded");
        }
        self.store.inner.wake.send_modify(|count| *count += 1);
    }

    fn attempts_left(&self) -> bool {
        self.job.attempts - self.job.crashes < self.job.max_attempts
    }

    async fn attempt(&self) -> Result<(), JobError> {
        let claim = Claim { runner: self.runner.clone(), stop: self.stop.clone(), written: None };
        self.store
            .inner
            .claims
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(self.job.id.0.clone(), claim);
        let _claimed = Claimed(self);
        let context = JobContext {
            store: self.store.clone(),
            id: self.job.id.clone(),
            payload: self.job.payload.clone(),
            attempt: self.job.attempts,
        };
        // The panic's own text may hold a value: it goes to the process's stderr, not into the row.
        AssertUnwindSafe(self.handler.run(context)).catch_unwind().await.unwrap_or_else(|_| {
            Err(JobError::Retry("the job's code panicked; the server's log says where".into()))
        })
    }

    /// Records the end, unless the claim was lost meanwhile.
    async fn finish(&self, state: &str, action: &'static str, error: &str) -> Result<()> {
        let now = crate::now();
        let entry = Entry::new(Actor::System("jobs"), action, "job", self.job.id.0.clone());
        let mut tx = self.store.begin(entry).await?;
        let updated = sqlx::query(
            "UPDATE job SET state = $1, error = $2, finished_at = $3, ended_due = $4, \
             lease_until = 0, note = CASE WHEN $1 = 'done' THEN '' ELSE note END, \
             done = CASE WHEN $1 = 'done' THEN total ELSE done END \
             WHERE id = $5 AND leased_by = $6 AND state = 'running'",
        )
        .bind(state)
        .bind(error)
        .bind(now)
        .bind(if state == "done" { 0 } else { now })
        .bind(&self.job.id.0)
        .bind(&self.runner)
        .execute(tx.conn())
        .await?;
        if updated.rows_affected() > 0 {
            if self.is_wanted_again(&mut tx).await? {
                tx.note_queued(&self.job.id);
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Somebody asked for it while it ran: it is queued as if it were new.
    async fn is_wanted_again(&self, tx: &mut crate::WriteTx) -> Result<bool> {
        let queued = sqlx::query(
            "UPDATE job SET state = 'queued', again = 0, cancel_requested = 0, attempts = 0, crashes = 0, run_at = $1,
               finished_at = NULL, ended_due = 0, error = '', note = '', done = 0, total = 0
             WHERE id = $2 AND again = 1",
        )
        .bind(crate::now())
        .bind(&self.job.id.0)
        .execute(tx.conn())
        .await?;
        Ok(queued.rows_affected() > 0)
    }

    async fn again_later(&self, why: &str) -> Result<()> {
        let mut tx = self.store.raw_begin_soft().await?;
        sqlx::query(
            "UPDATE job SET state = 'queued', error = $1, run_at = $2, lease_until = 0, \
             leased_by = '' WHERE id = $3 AND leased_by = $4 AND state = 'running'",
        )
        .bind(why)
        .bind(crate::now() + back_off(self.job.attempts).as_micros() as i64)
        .bind(&self.job.id.0)
        .bind(&self.runner)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// 1, 2, 4 … seconds, up to ten minutes, each 0.5 to 1.5 times that so that jobs do not come in step.
fn back_off(attempt: i64) -> Duration {
    let full = Duration::from_secs(1 << (attempt - 1).clamp(0, 12)).min(LONGEST_BACK_OFF);
    let mut byte = [0_u8; 1];
    let _ = aws_lc_rs::rand::fill(&mut byte);
    full.mul_f64(0.5 + f64::from(byte[0]) / 255.0)
}

impl Store {
    pub(crate) async fn job_progress(
        &self,
        id: &JobId,
        done: i64,
        total: i64,
        note: &str,
    ) -> Result<(), JobError> {
        let claim = {
            let mut claims = self.inner.claims.lock().unwrap_or_else(PoisonError::into_inner);
            claims.get_mut(&id.0).map(|claim| {
                let before = claim.clone();
                if claim.written.is_none_or(|at| at.elapsed() >= PROGRESS_EVERY) {
                    claim.written = Some(Instant::now());
                }
                before
            })
        };
        if let Some(claim) = &claim {
            if *claim.stop.borrow() {
                return Err(JobError::Retry("the server is stopping".into()));
            }
            if claim.written.is_some_and(|at| at.elapsed() < PROGRESS_EVERY) {
                return Ok(());
            }
        }
        let runner = claim.map(|claim| claim.runner).unwrap_or_default();
        let mut tx = self.raw_begin_soft().await?;
        let cancel: Option<i64> = sqlx::query_scalar(
            "UPDATE job SET done = $1, total = $2, note = $3, lease_until = $4 \
             WHERE id = $5 AND ($6 = '' OR (leased_by = $6 AND state = 'running')) \
             RETURNING cancel_requested",
        )
        .bind(done)
        .bind(total)
        .bind(note)
        .bind(lease(crate::now()))
        .bind(&id.0)
        .bind(runner)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        match cancel {
            Some(0) => Ok(()),
            Some(_) => Err(JobError::Cancelled),
            None => Err(JobError::Retry("another server has taken this job over".into())),
        }
    }
}
