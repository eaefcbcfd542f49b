//! One database for as long as somebody works in it: its connection and its catalogue stay from one dry
//! run or run to the next, so that small ones do not spend their time on connecting and reading.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    batch::swift,
    conn::Conn,
    dry,
    error::{PurgeError, Result},
    options::{DryOptions, RunOptions, Sink},
    plan::{Plan, differences},
    report::{DryRun, End, Outcome, Progress},
    request::Treatment,
    run,
    schema::{self, Schema},
    target::{Patience, Target},
};

/// A connection is used for new work so long after its catalogue was read; then both are made anew. A
/// reference or a trigger that somebody adds meanwhile is noticed after this time at the latest, as in
/// one long run it is noticed at its next beginning.
const FRESH: Duration = Duration::from_secs(10);

/// A [`Target`] with one connection, which is opened when it is first needed.
///
/// Everything that [`crate::dry_run`] and [`crate::run`] promise holds here, too. The catalogue that a
/// plan is compared with is at most ten seconds old, and read again where work came to an error; a run
/// that broke off because of a connection or catalogue that had grown old goes on from its progress,
/// once.
pub struct Session {
    target: Target,
    line: Option<Line>,
}

/// An open connection and the catalogue as it was when it was opened.
pub(crate) struct Line {
    pub conn: Conn,
    pub schema: Arc<Schema>,
    opened: Instant,
}

impl Line {
    pub async fn open(target: &Target, patience: Patience) -> Result<Self> {
        Self::read(target.connect(patience).await?).await
    }

    async fn read(mut conn: Conn) -> Result<Self> {
        let opened = Instant::now();
        let schema = Arc::new(schema::read(&mut conn).await?);
        Ok(Self { conn, schema, opened })
    }

    fn serves(&self, patience: Patience) -> bool {
        self.opened.elapsed() < FRESH && self.conn.patience() == patience
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A trigger may leave something in the session: a setting, a lock, a table of its own.
        let plain = |line: &Line| line.schema.tables.iter().all(|table| table.triggers.is_empty());
        if let Some(Line { conn, schema, opened }) = self.line.take().filter(plain) {
            self.target.leave(conn, Some((schema, opened)));
        }
    }
}

impl Session {
    /// Nothing is connected yet.
    pub fn new(target: Target) -> Self {
        Self { target, line: None }
    }

    /// It leads to the same place with the same account.
    pub fn leads_to(&self, target: &Target) -> bool {
        self.target.is(target)
    }

    /// The catalogue that [`crate::plan()`] needs.
    ///
    /// # Errors
    /// [`PurgeError::Source`].
    pub async fn schema(&mut self) -> Result<Arc<Schema>> {
        let (line, _) = self.entered(run::patience(&RunOptions::default())).await?;
        let schema = Arc::clone(&line.schema);
        self.line = Some(line);
        Ok(schema)
    }

    /// As [`crate::dry_run`].
    ///
    /// # Errors
    /// As [`crate::dry_run`].
    pub async fn dry_run(&mut self, plan: &Plan, options: &DryOptions<'_>) -> Result<DryRun> {
        let patience = dry::patience(options);
        let (mut line, is_new) = self.entered(patience).await?;
        match dry::look(&mut line, plan, options).await {
            Ok(done) => {
                self.line = Some(line);
                return Ok(done);
            }
            Err(error) if is_new => return Err(error),
            Err(error) if !error.is_passing() && !self.is_old(&line, patience).await? => {
                return Err(error);
            }
            Err(_) => {}
        }
        let mut line = self.reopened(patience).await?;
        let done = dry::look(&mut line, plan, options).await?;
        self.line = Some(line);
        Ok(done)
    }

    /// As [`crate::run()`].
    pub async fn run(
        &mut self,
        plan: &Plan,
        mut from: Option<Progress>,
        options: &RunOptions,
        sink: &mut dyn Sink,
    ) -> Outcome {
        let patience = run::patience(options);
        // Where it cannot be reached, the run tries again and says so.
        let entered = self.entered(patience).await.ok();
        if let Some((line, is_new)) = entered {
            let schema = Arc::clone(&line.schema);
            let outcome = self.once(Some(line), plan, from, options, sink).await;
            match &outcome.end {
                _ if is_new => return outcome,
                End::Failed(PurgeError::Sink(_)) | End::Finished | End::Asked => return outcome,
                End::Failed(error) if error.is_passing() => {}
                End::Failed(_) => match Line::open(&self.target, patience).await {
                    Ok(line) if line.schema != schema => self.line = Some(line),
                    _ => return outcome,
                },
            }
            from = Some(outcome.progress);
        }
        let line = self.take(patience);
        self.once(line, plan, from, options, sink).await
    }

    /// Deletes the rows of several lists, in this order, in one transaction: all of them or none. Says how
    /// many there were of each; `None` where one of them cannot go, is held or is not there, where a plan
    /// is more than a list, where the database refuses, and where `may`, which is asked before the
    /// commit, says no. Then [`Session::run`] says why. `None`, too, where the connection was lost: what
    /// is there afterwards says whether the commit took.
    ///
    /// # Errors
    /// [`PurgeError::Source`] where the database cannot be reached to begin with.
    pub async fn sweep(
        &mut self,
        plans: &[Plan],
        options: &RunOptions,
        may: impl Future<Output = bool>,
    ) -> Result<Option<Vec<u64>>> {
        let (mut line, _) = self.entered(run::patience(options)).await?;
        let fits =
            |plan: &Plan| swift::is_swift(plan) && differences(plan, &line.schema).is_empty();
        if !plans.iter().all(fits) {
            self.line = Some(line);
            return Ok(None);
        }
        match swift::sweep(&mut line.conn, plans, options.batch, may).await {
            Ok(swept) => {
                self.line = Some(line);
                Ok(swept)
            }
            // The connection is closed, which takes back what was not committed.
            Err(_) => Ok(None),
        }
    }

    async fn once(
        &mut self,
        line: Option<Line>,
        plan: &Plan,
        from: Option<Progress>,
        options: &RunOptions,
        sink: &mut dyn Sink,
    ) -> Outcome {
        let (outcome, line) = run::run_over(&self.target, line, plan, from, options, sink).await;
        // A summary may have made its table, which the catalogue does not know.
        let kept = !matches!(outcome.end, End::Failed(_))
            && !matches!(plan.request.treatment, Treatment::Aggregate(_));
        self.line = line.filter(|_| kept);
        outcome
    }

    /// The connection, if it can be used again. It is given back only by work that ended well: one that
    /// is dropped in the middle of a transaction is gone.
    fn take(&mut self, patience: Patience) -> Option<Line> {
        self.line.take().filter(|line| line.serves(patience))
    }

    /// The connection, or one that somebody gave back, or a new one; and whether its catalogue was read
    /// just now.
    async fn entered(&mut self, patience: Patience) -> Result<(Line, bool)> {
        if let Some(line) = self.take(patience) {
            return Ok((line, false));
        }
        let (conn, known) = self.target.enter(patience).await?;
        if let Some((schema, opened)) = known.filter(|(_, opened)| opened.elapsed() < FRESH) {
            return Ok((Line { conn, schema, opened }, false));
        }
        Ok((Line::read(conn).await?, true))
    }

    async fn reopened(&mut self, patience: Patience) -> Result<Line> {
        match self.take(patience) {
            Some(line) => Ok(line),
            None => Line::open(&self.target, patience).await,
        }
    }

    /// The catalogue is another by now; the new connection is kept.
    async fn is_old(&mut self, was: &Line, patience: Patience) -> Result<bool> {
        let now = Line::open(&self.target, patience).await?;
        let is_old = now.schema != was.schema;
        self.line = Some(now);
        Ok(is_old)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("target", &self.target).finish_non_exhaustive()
    }
}
