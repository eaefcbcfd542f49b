//! The job that carries a plan out, and the handlers of all jobs of the room.

use std::time::Duration;

use purge::{BatchCopy, End, Flow, Progress, RunOptions, Sink, SinkError};
use store::{Actor, Entry, JobContext, JobError, JobHandler, JobRow, Store, now};

use super::{
    Run, RunState,
    engine::Ready,
    plan::{retry, told},
    steps,
    undo::Copies,
};
use crate::{Result, Retain, RetainError, RuleBody};

/// The jobs of this room. A run may take hours: give it a runner of its own.
pub fn handlers(retain: &Retain) -> Vec<Box<dyn JobHandler>> {
    [super::PLAN_JOB, super::RUN_JOB, super::UNDO_JOB, super::WINDOWS_JOB]
        .into_iter()
        .map(|kind| Box::new(Handler { kind, retain: retain.clone() }) as Box<dyn JobHandler>)
        .collect()
}

struct Handler {
    kind: &'static str,
    retain: Retain,
}

#[async_trait::async_trait]
impl JobHandler for Handler {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        match self.kind {
            super::PLAN_JOB => super::plan::plan(&self.retain, &context).await,
            super::RUN_JOB => carry_out(&self.retain, &context).await,
            super::UNDO_JOB => super::undo::restore(&self.retain, &context).await,
            _ => self.retain.end_windows().await.map_err(retry),
        }
    }

    /// A job that failed for good must not leave a run that seems to move.
    async fn ended(&self, _: &Store, job: &JobRow) {
        let Some(run) = job.payload["run"].as_str() else { return };
        let left = if self.kind == super::UNDO_JOB {
            self.retain.undo_failed(run).await
        } else {
            self.retain.fail_run(run, "job", &job.error).await
        };
        if let Err(error) = left {
            tracing::warn!(run, %error, "the end of a retention run could not be written");
        }
    }
}

async fn carry_out(retain: &Retain, context: &JobContext) -> Result<(), JobError> {
    let id = context.payload["run"].as_str().unwrap_or_default().to_owned();
    let run = retain.run(&id).await.map_err(retry)?;
    if !run.state.is_at_work() {
        return Ok(());
    }
    match carried(retain, context, &run).await {
        Ok(()) => Ok(()),
        Err(Stop::Job(error)) => Err(error),
        Err(Stop::Room(RetainError::Store(error))) => Err(error.into()),
        Err(Stop::Room(error)) => {
            let (code, why) = told(&error);
            retain.fail_run(&id, &code, &why).await.map_err(retry)?;
            Err(JobError::Fatal(format!("the run stands at the border of a batch: {code}")))
        }
    }
}

/// Why a run's job ends before its time.
enum Stop {
    Room(RetainError),
    Job(JobError),
}

impl<E: Into<RetainError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Room(error.into())
    }
}

async fn carried(retain: &Retain, context: &JobContext, run: &Run) -> Result<(), Stop> {
    let body = retain.rule_at(&run.rule, run.version).await?;
    let ready = retain.ready(&body, run.cutoff).await?;
    if ready.plan.fingerprint != run.fingerprint {
        // Schema, duties, holds or withdrawals are not those that people agreed to.
        let key = if ready.held_ids() == run.held { "changed" } else { "held" };
        retain.fail_run(&run.id, key, "").await?;
        return Ok(());
    }
    let mut place = retain.place_of(&run.id).await?.unwrap_or_else(|| Progress::start(&ready.plan));
    if run.state == RunState::Queued {
        retain.begun(run, &body).await?;
    } else {
        // A server died in the middle: what its last batch changed was perhaps not written down.
        recount(&ready, run, &mut place).await?;
    }
    let copies = retain.copies_of(run, &body, &ready.plan).await?;
    let mut sink = Keeper {
        retain: retain.clone(),
        context,
        run,
        copies,
        holds: retain.holds_stamp().await?,
        interrupted: None,
        stop: RunState::Stopped,
        why: "person",
    };
    let options = RunOptions {
        batch: body.pace.batch as usize,
        pause: Duration::from_millis(u64::from(body.pace.pause_ms)),
        ..RunOptions::default()
    };
    let outcome = purge::run(&ready.target, &ready.plan, Some(place), &options, &mut sink).await;
    let (interrupted, stop, why) = (sink.interrupted.take(), sink.stop, sink.why);
    let done = steps::done(&outcome.progress.counts, true);
    match outcome.end {
        End::Finished => {
            retain.write_place(&run.id, &outcome.progress, &done).await?;
            retain.ended(&run.id, RunState::Finished, "", "").await?;
        }
        End::Asked => match interrupted {
            Some(error) => return Err(Stop::Job(error)),
            None if stop == RunState::Paused => {
                retain.ended(&run.id, RunState::Paused, "", "").await?;
            }
            None => retain.ended(&run.id, stop, why, "").await?,
        },
        End::Failed(error) => {
            if let Some(error) = interrupted {
                return Err(Stop::Job(error));
            }
            return Err(Stop::Room(error.into()));
        }
    }
    Ok(())
}

/// Adds what a batch changed that was committed when the server died before it was written down: what
/// was planned, less what is left, less what is known.
async fn recount(ready: &Ready, run: &Run, place: &mut Progress) -> Result<()> {
    let left = ready.count(0).await?.counts;
    let missing =
        |planned: u64, left: u64, known: u64| planned.saturating_sub(left).saturating_sub(known);
    let known = &mut place.counts;
    known.roots += missing(run.planned.roots, left.roots, known.roots);
    for (at, rows) in known.steps.iter_mut().enumerate() {
        let planned = run.planned.steps.get(at).copied().unwrap_or(0);
        let left = left.steps.get(at).copied().unwrap_or(0);
        *rows += missing(planned, left, *rows);
    }
    Ok(())
}

/// Writes down every batch before the next begins, and hears what people asked meanwhile.
struct Keeper<'a> {
    retain: Retain,
    context: &'a JobContext,
    run: &'a Run,
    copies: Option<Copies>,
    holds: (i64, i64, i64),
    interrupted: Option<JobError>,
    stop: RunState,
    why: &'static str,
}

#[async_trait::async_trait]
impl Sink for Keeper<'_> {
    async fn record(&mut self, progress: &Progress) -> Result<Flow, SinkError> {
        let done = steps::done(&progress.counts, true);
        let state = self.retain.write_place(&self.run.id, progress, &done).await?;
        match state {
            RunState::Pausing => self.stop = RunState::Paused,
            RunState::Stopping => self.stop = RunState::Stopped,
            RunState::Running => {
                if self.retain.holds_stamp().await? != self.holds {
                    // A hold made now counts from now: the run is planned anew, or stops.
                    self.why = "held";
                    return Ok(Flow::Stop);
                }
                let total = self.run.planned.changed();
                let told = self
                    .context
                    .progress(count(done.changed()), count(total), &self.run.rule_name)
                    .await;
                return match told {
                    Ok(()) => Ok(Flow::Continue),
                    Err(error) => {
                        self.interrupted = Some(error);
                        Ok(Flow::Stop)
                    }
                };
            }
            // Somebody else has ended it.
            _ => self.interrupted = Some(JobError::Fatal("the run was ended".into())),
        }
        Ok(Flow::Stop)
    }

    fn wants_copies(&self) -> bool {
        self.copies.is_some()
    }

    async fn copy(&mut self, copy: &BatchCopy) -> Result<(), SinkError> {
        let Some(copies) = &self.copies else { return Ok(()) };
        self.retain.keep_copy(&self.run.id, copies, copy).await?;
        Ok(())
    }
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

impl Retain {
    /// Changes with every hold that is made or ended, so that long work can hear of one.
    pub async fn holds_stamp(&self) -> Result<(i64, i64, i64)> {
        Ok(sqlx::query_as(
            "SELECT COUNT(*), CAST(COALESCE(MAX(made_at), 0) AS BIGINT),
               CAST(COALESCE(MAX(ended_at), 0) AS BIGINT) FROM retention_hold",
        )
        .fetch_one(self.store().reader())
        .await?)
    }

    /// The first batch begins, or a run goes on.
    async fn begun(&self, run: &Run, body: &RuleBody) -> Result<()> {
        let action = if run.begun_at == 0 { "retention.begun" } else { "retention.continued" };
        let entry = Entry::new(Actor::System("retention"), action, "retention_run", &run.id);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&run.fingerprint)));
        let keeps = body.pace.undo_days > 0;
        let updated = sqlx::query(
            "UPDATE retention_run SET state = 'running',
               begun_at = CASE WHEN begun_at = 0 THEN $1 ELSE begun_at END,
               undo = CASE WHEN $2 = 1 THEN 'kept' ELSE undo END
             WHERE id = $3 AND state = 'queued'",
        )
        .bind(now())
        .bind(i64::from(keeps))
        .bind(&run.id)
        .execute(tx.conn())
        .await?;
        if updated.rows_affected() > 0 {
            tx.commit().await?;
        }
        Ok(())
    }

    /// A run stands still: finished, paused or stopped.
    async fn ended(&self, run: &str, state: RunState, code: &str, why: &str) -> Result<()> {
        let action = match state {
            RunState::Finished => "retention.finished",
            RunState::Paused => "retention.paused",
            _ => "retention.stopped",
        };
        let now = now();
        let body = {
            let run = self.run(run).await?;
            self.rule_at(&run.rule, run.version).await?
        };
        let until = now + i64::from(body.pace.undo_days) * 24 * 3600 * 1_000_000;
        let entry = Entry::new(Actor::System("retention"), action, "retention_run", run);
        let mut tx = self.store().begin(entry).await?;
        let done: Option<String> = sqlx::query_scalar(
            "UPDATE retention_run SET state = $1, error = $2, error_why = $3, ended_at = $4,
               undo_until = CASE WHEN undo = 'kept' THEN $5 ELSE undo_until END
             WHERE id = $6 AND state IN ('running', 'pausing', 'stopping') RETURNING done",
        )
        .bind(state.as_str())
        .bind(code)
        .bind(why)
        .bind(if state == RunState::Paused { 0 } else { now })
        .bind(until)
        .bind(run)
        .fetch_optional(tx.conn())
        .await?;
        let Some(done) = done else { return Ok(()) };
        tx.states(None, Some(self.store().digest(&done)));
        if state == RunState::Finished {
            sqlx::query(
                "UPDATE retention_rule SET due_rows = 0, due_at = $1
                 WHERE id = (SELECT rule_id FROM retention_run WHERE id = $2)",
            )
            .bind(now)
            .bind(run)
            .execute(tx.conn())
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
