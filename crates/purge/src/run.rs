//! Doing it, batch by batch, each in a transaction of its own.

use std::time::{Duration, Instant};

use crate::{
    batch::{self, Family, Gather, Summary, Work},
    conn::Conn,
    copy::BatchCopy,
    error::{PurgeError, Result},
    options::{Flow, RunOptions, Sink},
    plan::{Action, Plan, differences},
    report::{Counts, End, Outcome, Progress, Reason},
    restore::can_copy,
    session::Line,
    sql::Sql,
    target::{Patience, Target},
    value::Key,
};

/// Longest wait before another try.
const LONGEST: Duration = Duration::from_secs(30);

/// Does what the plan says, from the beginning or from where an earlier run stopped.
///
/// Each batch selects some rows by key, locks them, asks again which are covered, locks what hangs on
/// them, and changes all that can go in one transaction. After it the sink is told, and only then
/// comes the next. A lock time-out, a deadlock or a lost connection rolls the batch back and is tried
/// again; whatever else goes wrong rolls it back and ends the run at the border before it.
pub async fn run(
    target: &Target,
    plan: &Plan,
    from: Option<Progress>,
    options: &RunOptions,
    sink: &mut dyn Sink,
) -> Outcome {
    run_over(target, None, plan, from, options, sink).await.0
}

pub(crate) fn patience(options: &RunOptions) -> Patience {
    Patience { lock: options.lock_timeout, statement: options.statement_timeout }
}

/// The same over a connection that is open already; the connection as it was left comes back.
pub(crate) async fn run_over(
    target: &Target,
    line: Option<Line>,
    plan: &Plan,
    from: Option<Progress>,
    options: &RunOptions,
    sink: &mut dyn Sink,
) -> (Outcome, Option<Line>) {
    let progress = from.unwrap_or_else(|| Progress::start(plan));
    let mut runner = Runner {
        target,
        plan,
        options,
        sink,
        progress,
        line,
        compared: false,
        summary: None,
        at_once: batch::can_take(plan),
        usual: batch::Usual::default(),
        begun: Instant::now(),
        changed: 0,
    };
    let end = match runner.all().await {
        Ok(end) => end,
        Err(error) => End::Failed(error),
    };
    (Outcome { progress: runner.progress, end }, runner.line)
}

impl Progress {
    /// Nothing is done yet.
    pub fn start(plan: &Plan) -> Self {
        Self {
            fingerprint: plan.fingerprint.clone(),
            round: 1,
            after: None,
            batches: 0,
            counts: Counts { steps: vec![0; plan.steps.len()], ..Counts::default() },
            held: 0,
            moved: false,
            done: false,
        }
    }
}

struct Runner<'a> {
    target: &'a Target,
    plan: &'a Plan,
    options: &'a RunOptions,
    sink: &'a mut dyn Sink,
    progress: Progress,
    line: Option<Line>,
    /// The plan was compared with this connection's catalogue.
    compared: bool,
    summary: Option<Summary>,
    /// Batches are selected and locked by one statement, until one grows too big.
    at_once: bool,
    usual: batch::Usual,
    begun: Instant,
    /// Rows changed since this run began, for the throttle.
    changed: u64,
}

/// What a batch did.
struct Done {
    counts: Counts,
    moved: bool,
    /// The last row looked at.
    last: Option<Key>,
}

/// Which rows a batch is about.
#[derive(Clone, Copy)]
enum Take<'a> {
    /// The next ones, selected and locked in one statement.
    Next,
    /// These, if they are selected still.
    These(&'a [Key]),
}

impl Runner<'_> {
    async fn all(&mut self) -> Result<End> {
        if self.progress.fingerprint != self.plan.fingerprint
            || self.progress.counts.steps.len() != self.plan.steps.len()
        {
            return Err(PurgeError::Foreign);
        }
        if self.progress.done {
            return Ok(End::Finished);
        }
        if self.sink.wants_copies() {
            can_copy(self.plan)?;
        }
        self.retrying(Task::Open).await?;
        if self.progress.batches == 0 {
            // Before anything changes: a row's own treatment may change what its hold looks at.
            let plan = self.plan;
            self.progress.held = batch::held_roots(self.conn().await?, plan).await?;
        }
        if self.progress.batches == 0
            && batch::swift::is_swift(self.plan)
            && !self.sink.wants_copies()
            && let Some(end) = self.swiftly().await?
        {
            return Ok(end);
        }
        loop {
            let done = if let Some(done) = self.next().await? {
                done
            } else {
                let Some(keys) = self.retrying(Task::Scan).await? else { continue };
                if keys.is_empty() {
                    if self.another_round() {
                        continue;
                    }
                    return self.finish().await;
                }
                self.batch(keys).await?
            };
            self.changed += done.counts.changed() - self.progress.counts.changed();
            self.progress.counts = done.counts;
            self.progress.moved |= done.moved;
            self.progress.after = done.last;
            self.progress.batches += 1;
            if self.record().await? == Flow::Stop {
                return Ok(End::Asked);
            }
            // All that was asked for was looked at by one statement: nothing can come after it.
            if batch::is_short(self.plan, self.options.batch) && !self.another_round() {
                return self.finish().await;
            }
            self.pause().await;
        }
    }

    /// A list of rows that nothing hangs on, by the fewest statements. `None` where rows are left: the
    /// batches that follow say why.
    async fn swiftly(&mut self) -> Result<Option<End>> {
        let plan = self.plan;
        let Some(step) = plan.step(&plan.request.root, Action::Delete) else { return Ok(None) };
        for part in batch::swift::parts(plan, self.options.batch) {
            // Whatever goes wrong is met again by a batch, which knows what to do about it.
            let rows = match batch::swift::delete(self.conn().await?, plan, &part).await {
                Ok(rows) => rows,
                Err(error) => {
                    if matches!(error, PurgeError::Source(_)) && error.is_passing() {
                        self.line = None;
                    }
                    return Ok(None);
                }
            };
            let counts = &mut self.progress.counts;
            counts.steps[step] += rows;
            counts.roots += rows;
            self.changed += rows;
            self.progress.moved |= rows > 0;
            self.progress.batches += 1;
            if self.record().await? == Flow::Stop {
                return Ok(Some(End::Asked));
            }
            self.pause().await;
        }
        let gone = self.progress.counts.roots + self.progress.held;
        if gone == batch::swift::listed(plan) { self.finish().await.map(Some) } else { Ok(None) }
    }

    /// Rows were kept because of others that have gone since.
    fn another_round(&mut self) -> bool {
        let waiting =
            self.progress.counts.kept.iter().any(|kept| batch::may_pass(self.plan, &kept.reason));
        if !waiting || !self.progress.moved {
            return false;
        }
        self.progress.round += 1;
        self.progress.after = None;
        self.progress.moved = false;
        self.progress.counts.kept.clear();
        true
    }

    async fn finish(&mut self) -> Result<End> {
        let plan = self.plan;
        if self.progress.held > 0 {
            let reason = Reason::Held { table: plan.request.root.clone() };
            self.progress.counts.keep(&reason, self.progress.held);
        }
        if let Some(summary) = self.summary.take() {
            let rows = summary.prune(self.conn().await?).await?;
            let step = plan.step(&plan.request.root, Action::Summarise);
            if let Some(step) = step {
                let counted = &mut self.progress.counts.steps[step];
                *counted = counted.saturating_sub(rows);
            }
            self.progress.counts.suppressed += rows;
        }
        self.progress.done = true;
        self.record().await?;
        Ok(End::Finished)
    }

    async fn record(&mut self) -> Result<Flow> {
        self.sink.record(&self.progress).await.map_err(|error| PurgeError::Sink(error.to_string()))
    }

    async fn pause(&mut self) {
        if !self.options.pause.is_zero() {
            tokio::time::sleep(self.options.pause).await;
        }
        if let Some(rate) = self.options.rows_per_second.filter(|rate| *rate > 0) {
            let due = Duration::from_secs_f64(self.changed as f64 / f64::from(rate));
            tokio::time::sleep(due.saturating_sub(self.begun.elapsed())).await;
        }
    }

    /// The open connection, or a new one, to a database that has not changed.
    async fn conn(&mut self) -> Result<&mut Conn> {
        if self.line.is_none() {
            self.compared = false;
            self.line = Some(Line::open(self.target, patience(self.options)).await?);
        }
        let Some(line) = self.line.as_mut() else { return Err(PurgeError::Kind) };
        if !self.compared {
            let found = differences(self.plan, &line.schema);
            if !found.is_empty() {
                return Err(PurgeError::Changed(found));
            }
            if self.summary.is_none() {
                self.summary = Summary::open(&mut line.conn, self.plan, &line.schema, true).await?;
            }
            self.compared = true;
        }
        Ok(&mut line.conn)
    }

    /// Something outside of a batch, tried again when the trouble may pass.
    async fn retrying(&mut self, work: Task) -> Result<Option<Vec<Key>>> {
        let mut tries = 0;
        loop {
            let (plan, most) = (self.plan, self.options.batch.max(1));
            let after = self.progress.after.clone();
            let done = match self.conn().await {
                Err(error) => Err(error),
                Ok(_) if work == Task::Open => return Ok(None),
                Ok(conn) => batch::scan(conn, plan, after.as_ref(), most).await,
            };
            match done {
                Ok(keys) => return Ok(Some(keys)),
                Err(error) => self.wait(error, &mut tries).await?,
            }
        }
    }

    /// Waits before another try, or gives the error back.
    async fn wait(&mut self, error: PurgeError, tries: &mut u32) -> Result<()> {
        if !error.is_passing() || *tries >= self.options.retries {
            return Err(error);
        }
        if matches!(error, PurgeError::Source(_)) {
            self.line = None;
        }
        let wait = self.options.backoff.saturating_mul(1 << (*tries).min(16)).min(LONGEST);
        *tries += 1;
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// One batch with the fewest statements. `None` where that cannot be done, where it found nothing,
    /// and where it came to nothing for a reason that [`Self::batch`] knows how to deal with.
    async fn next(&mut self) -> Result<Option<Done>> {
        if !self.at_once {
            return Ok(None);
        }
        let error = match self.once(Take::Next, self.progress.counts.clone()).await {
            Ok(done) => return Ok(done.last.is_some().then_some(done)),
            Err(error) => error,
        };
        if let Some(line) = &mut self.line {
            line.conn.rollback().await;
        }
        match error {
            PurgeError::TooBig { .. } => self.at_once = false,
            PurgeError::Source(_) if error.is_passing() => self.line = None,
            _ if error.is_passing() => {}
            _ => return Err(error),
        }
        Ok(None)
    }

    /// One batch, cut into smaller ones where too much hangs on it.
    async fn batch(&mut self, keys: Vec<Key>) -> Result<Done> {
        let mut counts = self.progress.counts.clone();
        let last = keys.last().cloned();
        let mut moved = false;
        let mut parts = vec![keys];
        while let Some(part) = parts.pop() {
            match self.tried(&part, &counts).await {
                Ok(done) => {
                    counts = done.counts;
                    moved |= done.moved;
                }
                Err(PurgeError::TooBig { .. }) if part.len() > 1 => {
                    let half = part.len() / 2;
                    parts.push(part[half..].to_vec());
                    parts.push(part[..half].to_vec());
                }
                Err(error) => {
                    // What smaller parts have done is told before the error is.
                    self.progress.counts = counts;
                    self.progress.moved |= moved;
                    return Err(error);
                }
            }
        }
        Ok(Done { counts, moved, last })
    }

    async fn tried(&mut self, keys: &[Key], counts: &Counts) -> Result<Done> {
        let mut tries = 0;
        loop {
            let error = match self.once(Take::These(keys), counts.clone()).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if let Some(line) = &mut self.line {
                line.conn.rollback().await;
            }
            self.wait(error, &mut tries).await?;
        }
    }

    /// One transaction.
    async fn once(&mut self, take: Take<'_>, mut counts: Counts) -> Result<Done> {
        let (plan, options) = (self.plan, self.options);
        self.conn().await?;
        let Some(Line { conn, .. }) = self.line.as_mut() else { return Err(PurgeError::Kind) };
        let roots = match take {
            Take::Next => {
                conn.begin_taking().await?;
                let after = self.progress.after.as_ref();
                batch::next(conn, plan, after, options.batch.max(1)).await?
            }
            Take::These(keys) => {
                conn.begin().await?;
                batch::lock(conn, plan, keys).await?
            }
        };
        let last = roots.last().cloned();
        if roots.is_empty() {
            conn.rollback().await;
            return Ok(Done { counts, moved: false, last });
        }
        let gather = Gather {
            plan,
            lock: true,
            most: options.most_rows,
            gone: None,
            // Copies need the rows themselves.
            skip_leaves: !self.sink.wants_copies(),
        };
        let family = gather.all(conn, roots).await?;
        let work = batch::decide(plan, &family);
        for (_, reason) in &work.kept {
            counts.keep(reason, 1);
        }
        let mut copies = self.sink.wants_copies().then(Vec::new);
        let already = counts.already;
        let before = counts.changed();
        let change = (&family, &work, options.most_rows, &mut self.usual);
        batch::apply(conn, plan, change, self.summary.as_ref(), &mut counts, copies.as_mut())
            .await?;
        if self.progress.round > 1 {
            counts.already = already;
        }
        if let Some(changes) = copies.filter(|changes| !changes.is_empty()) {
            let copy = BatchCopy {
                fingerprint: plan.fingerprint.clone(),
                batch: self.progress.batches + 1,
                changes,
            };
            let done = self.sink.copy(&copy).await;
            done.map_err(|error| PurgeError::Sink(error.to_string()))?;
        }
        let moved = deleted(plan, &counts) > deleted(plan, &self.progress.counts);
        if let Err(error) = conn.commit().await
            && !(matches!(error, PurgeError::Source(_)) && self.has_gone(&family, &work).await)
        {
            return Err(error);
        }
        debug_assert!(counts.changed() >= before);
        Ok(Done { counts, moved, last })
    }

    /// The connection broke while a commit was under way: did it take? The rows that were to go tell.
    async fn has_gone(&mut self, family: &Family, work: &Work) -> bool {
        let Some(row) = work.levels.last().and_then(|level| level.first()) else { return false };
        let member = &family.rows[*row];
        let table = &self.plan.tables[member.table];
        self.line = None;
        let Ok(conn) = self.conn().await else { return false };
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        sql.read_count("count(*)").push(" FROM ").table(table).push(" t WHERE ");
        sql.key_in("t", table, std::slice::from_ref(&member.key));
        let found = conn.fetch(&sql, &table.name).await;
        found.is_ok_and(|rows| rows.first().is_some_and(|row| batch::number(&row[0]) == 0))
    }
}

/// Rows deleted so far.
fn deleted(plan: &Plan, counts: &Counts) -> u64 {
    let steps = plan.steps.iter().zip(&counts.steps);
    steps.filter(|(step, _)| step.action == Action::Delete).map(|(_, rows)| rows).sum()
}

/// What is tried again.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Task {
    Open,
    Scan,
}
