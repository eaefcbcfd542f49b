//! The work in one database of an erasure: its lists of keys wave by wave, each batch in a transaction,
//! and what became of every row.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use ::store::{JobContext, JobError, now};
use purge::{End, Flow, Progress, RunOptions, Schema, Session, Sink, SinkError};
use retain::{Keeps, Kept, RetainError};
use tokio::sync::Mutex;
use trace::Start;

use super::{
    Act, Done, Stage, Step,
    plan::{look_only, named},
    store::pieces,
    treat,
};
use crate::{Result, Rights, RightsError};

/// Why the work in a database ended before its time.
pub(super) enum Halt {
    /// A hold was made or ended meanwhile: what must stay is asked anew.
    Holds,
    /// Somebody asked to stop.
    Stopped,
    /// The job was cancelled, or its server goes down.
    Job(JobError),
    /// The database: a code, and words without values.
    Fault(String, String),
    /// Our own database.
    Room(RightsError),
}

impl From<RightsError> for Halt {
    fn from(error: RightsError) -> Self {
        match error {
            RightsError::Purge(error) => error.into(),
            RightsError::Retain(error) => error.into(),
            other => Self::Room(other),
        }
    }
}

impl From<purge::PurgeError> for Halt {
    fn from(error: purge::PurgeError) -> Self {
        Self::Fault(error.code().to_owned(), error.to_string())
    }
}

impl From<RetainError> for Halt {
    fn from(error: RetainError) -> Self {
        match error {
            RetainError::Purge(error) => error.into(),
            RetainError::Conflict("retain-error-access") => {
                Self::Fault("no-account".into(), String::new())
            }
            RetainError::Conflict("retain-error-moved") => {
                Self::Fault("moved".into(), String::new())
            }
            RetainError::Map(datamap::DataMapError::NotFound(_)) => {
                Self::Fault("no-source".into(), String::new())
            }
            other => Self::Room(other.into()),
        }
    }
}

/// One database of an erasure.
pub(super) struct Site<'a> {
    pub rights: &'a Rights,
    pub id: &'a str,
    pub start: &'a Start,
    pub context: &'a JobContext,
    pub triggers: bool,
    /// Which lists of keys: 1 for those of the plan, more for rows that came back.
    pub round: i64,
    pub open: Open,
}

/// Rows of one transaction, where they are many; of one statement.
const BATCH: usize = 800;
/// So many rows of one database go together.
const WHOLE: u64 = 5_000;
/// How long an answer to what must stay holds, unless a hold was made or ended.
const ASKED: Duration = Duration::from_secs(1);

/// Its connection, and what must stay in it.
pub(super) struct Open {
    session: Mutex<Session>,
    schema: Arc<Schema>,
    keeps: Arc<Keeps>,
    stamp: (i64, i64, i64),
    asked: Instant,
}

impl Open {
    /// Asks anew who may write and what must stay. `before`: of the wave before; its connection is kept
    /// where it leads to the same place still, and its answer for a second.
    pub async fn new(rights: &Rights, source: &str, before: Option<Self>) -> Result<Self, Halt> {
        let retain = rights.retain();
        let target = retain.writer(source).await?;
        let stamp = retain.holds_stamp().await?;
        let before = before.map(|open| (open.stamp, open.asked, open.keeps, open.session));
        let (asked, keeps) = match &before {
            Some((of, at, keeps, _)) if *of == stamp && at.elapsed() < ASKED => {
                (*at, Arc::clone(keeps))
            }
            _ => (Instant::now(), Arc::new(retain.keeps(source, now()).await?)),
        };
        let session = before.map(|(.., session)| session.into_inner());
        let session = session.filter(|session| session.leads_to(&target));
        let mut session = session.unwrap_or_else(|| Session::new(target));
        let schema = session.schema().await?;
        Ok(Self { session: Mutex::new(session), schema, keeps, stamp, asked })
    }
}

/// Lists of keys, by step and piece, whose rows this very work deleted to the last, where no trigger
/// could put them back: what became of them need not be asked.
type Gone = BTreeMap<(i64, usize), u64>;

impl Site<'_> {
    /// Deletes all rows that are to be deleted in one transaction, where they are few and nothing stands
    /// in the way of any; says whether it did. Steps that ask for more than that are not done by it, but
    /// find their rows gone.
    pub async fn whole(&self, steps: &mut [Step]) -> Result<bool, Halt> {
        let deletes = |step: &Step| step.is_open() && step.act == Act::Delete && step.own > 0;
        let mine: Vec<&Step> = steps.iter().filter(|step| deletes(step)).collect();
        let rows: u64 = mine.iter().map(|step| step.own).sum();
        if mine.is_empty() || rows > WHOLE || mine.iter().any(|step| step.circular) {
            return Ok(false);
        }
        let mut plans = Vec::with_capacity(mine.len());
        for step in &mine {
            let keys = self.rights.keys(self.place(step, false), 0).await?;
            if keys.len() as u64 != step.own {
                return Ok(false);
            }
            let mut request = treat::delete(step, keys, &self.keeps(step)?);
            request.allow.triggers = self.triggers;
            match purge::plan(&self.open.schema, request) {
                Ok(plan) => plans.push(plan),
                Err(_) => return Ok(false),
            }
        }
        self.context.progress(0, count(rows), "").await.map_err(Halt::Job)?;
        self.may_go_on().await?;
        let options = RunOptions { batch: BATCH, ..RunOptions::default() };
        // Asked again before the commit: what was done is taken back if a hold was made meanwhile.
        let may = async { self.may_go_on().await.is_ok() };
        let swept = self.open.session.lock().await.sweep(&plans, &options, may).await;
        let Ok(Some(swept)) = swept else { return self.may_go_on().await.map(|()| false) };
        let swept: BTreeMap<i64, u64> = mine.iter().map(|step| step.at).zip(swept).collect();
        for step in steps.iter_mut().filter(|step| step.shared == 0) {
            if let Some(rows) = swept.get(&step.at) {
                step.done = Done { deleted: *rows, ..Done::default() };
                (step.is_done, step.error, step.why) = (true, String::new(), String::new());
            }
        }
        Ok(true)
    }

    /// Nobody asked to stop, and what must stay is what it was.
    async fn may_go_on(&self) -> Result<(), Halt> {
        if self.rights.erasure_stage(self.id).await? == Some(Stage::Stopping) {
            return Err(Halt::Stopped);
        }
        if self.rights.retain().holds_stamp().await.map_err(Halt::from)? != self.open.stamp {
            return Err(Halt::Holds);
        }
        Ok(())
    }

    /// The steps of one wave. They are written down when all of them are done.
    pub async fn wave(&self, steps: &mut [Step]) -> Result<(), Halt> {
        let circular = steps.iter().any(|step| step.circular);
        let mut gone = Gone::new();
        loop {
            let mut moved = 0;
            for at in 0..steps.len() {
                moved += self.delete(steps, at, circular, &mut gone).await?;
            }
            // Rows of one list can have waited for rows of another.
            if !circular || moved == 0 {
                break;
            }
        }
        for step in steps.iter_mut() {
            step.done = self.settle(step, &gone).await?;
            (step.is_done, step.error, step.why) = (true, String::new(), String::new());
        }
        Ok(())
    }

    fn place(&self, step: &Step, shared: bool) -> (&str, i64, bool, i64) {
        (self.id, step.at, shared, self.round)
    }

    fn keeps(&self, step: &Step) -> Result<Kept, Halt> {
        Ok(self.open.keeps.of(&step.table)?)
    }

    /// Deletes what can go of a step; says how many rows went.
    async fn delete(
        &self,
        steps: &[Step],
        at: usize,
        circular: bool,
        whole: &mut Gone,
    ) -> Result<u64, Halt> {
        let step = &steps[at];
        if step.act != Act::Delete || step.own == 0 {
            return Ok(0);
        }
        let keeps = self.keeps(step)?;
        let circle = if circular { self.circle(steps).await? } else { None };
        let mut gone = 0;
        for n in 0.. {
            let keys = self.rights.keys(self.place(step, false), n).await?;
            if keys.is_empty() {
                break;
            }
            let listed = keys.len() as u64;
            let mut request = treat::delete(step, keys, &keeps);
            if let Some(circle) = &circle {
                treat::circle(&mut request, &self.open.schema, circle);
            }
            let counts = self.go(request).await?.counts;
            gone += counts.changed();
            if counts.roots == listed && circle.is_none() && !self.triggers {
                whole.insert((step.at, n), listed);
            }
        }
        Ok(gone)
    }

    /// The tables of a circle with their keys, where each list is short enough to be named at once.
    async fn circle<'s>(
        &self,
        steps: &'s [Step],
    ) -> Result<Option<Vec<(&'s Step, Vec<Vec<purge::Literal>>, Kept)>>, Halt> {
        let mut all = Vec::new();
        for step in steps.iter().filter(|step| step.act == Act::Delete && step.own > 0) {
            if pieces(self.rights, self.place(step, false)).await? > 1 {
                return Ok(None);
            }
            let keys = self.rights.keys(self.place(step, false), 0).await?;
            all.push((step, keys, self.keeps(step)?));
        }
        Ok(Some(all))
    }

    /// Empties what had to stay, and counts what became of all rows.
    async fn settle(&self, step: &Step, gone: &Gone) -> Result<Done, Halt> {
        let mut done = Done::default();
        if step.act == Act::Keep {
            done.stays = step.own;
        } else {
            let keeps = self.keeps(step)?;
            for n in 0.. {
                let keys = self.rights.keys(self.place(step, false), n).await?;
                if keys.is_empty() {
                    break;
                }
                done.add(match gone.get(&(step.at, n)) {
                    Some(rows) => Done { deleted: *rows, ..Done::default() },
                    None => self.settle_piece(step, keys, &keeps).await?,
                });
            }
        }
        done.cells = self.cells(step).await?;
        Ok(done)
    }

    async fn settle_piece(
        &self,
        step: &Step,
        keys: Vec<Vec<purge::Literal>>,
        keeps: &Kept,
    ) -> Result<Done, Halt> {
        let rows = keys.len() as u64;
        let there = self.there(step, keys.clone(), &Kept::default()).await?;
        let there = there.0 + there.1;
        let mut done = Done { deleted: rows.saturating_sub(there), ..Done::default() };
        if there == 0 {
            return Ok(done);
        }
        let held = if keeps.duties.is_empty() && keeps.holds.is_empty() {
            0
        } else {
            self.there(step, keys.clone(), keeps).await?.1
        };
        done.duty = if keeps.holds.is_empty() {
            held
        } else if keeps.duties.is_empty() {
            0
        } else {
            let duties = Kept { duties: keeps.duties.clone(), holds: Vec::new() };
            self.there(step, keys.clone(), &duties).await?.1
        };
        done.hold = held.saturating_sub(done.duty);
        let free = there.saturating_sub(held);
        if free > 0 && !step.columns.is_empty() {
            self.go(treat::empty(step, keys, keeps)).await?;
            done.emptied = free;
        } else {
            done.stays = free;
        }
        Ok(done)
    }

    /// Rows of the list that are there and free, and that are held.
    async fn there(
        &self,
        step: &Step,
        keys: Vec<Vec<purge::Literal>>,
        keeps: &Kept,
    ) -> Result<(u64, u64), Halt> {
        let mut request = treat::delete(step, keys, keeps);
        request.allow.triggers = true;
        let plan = purge::plan(&self.open.schema, request)?;
        let dry = self.open.session.lock().await.dry_run(&plan, &look_only()).await?;
        let held = dry.counts.kept.iter().filter(
            |one| matches!(&one.reason, purge::Reason::Held { table } if *table == step.table),
        );
        let held: u64 = held.map(|one| one.rows).sum();
        let all = dry.counts.changed() + dry.counts.already + dry.counts.kept();
        Ok((all.saturating_sub(held), held))
    }

    /// Empties the cells that name the person in rows that are somebody else's, too.
    async fn cells(&self, step: &Step) -> Result<u64, Halt> {
        if step.act == Act::Keep || step.shared == 0 {
            return Ok(0);
        }
        let keeps = self.keeps(step)?;
        let mut emptied = 0;
        for cell in &step.cells {
            for n in 0.. {
                let keys = self.rights.keys(self.place(step, true), n).await?;
                if keys.is_empty() {
                    break;
                }
                self.go(treat::cells(step, cell, self.start, keys, &keeps)).await?;
            }
            let mut session = self.open.session.lock().await;
            let left = named(self.rights, (self.id, self.start), step, cell, &mut session).await?;
            emptied += cell.named.saturating_sub(left);
        }
        Ok(emptied)
    }

    async fn go(&self, mut request: purge::Request) -> Result<Progress, Halt> {
        request.allow.triggers = self.triggers;
        let plan = purge::plan(&self.open.schema, request)?;
        let mut ear = Ear { site: self, halt: None };
        let options = RunOptions { batch: BATCH, ..RunOptions::default() };
        let outcome = self.open.session.lock().await.run(&plan, None, &options, &mut ear).await;
        match (outcome.end, ear.halt) {
            (End::Finished, _) => Ok(outcome.progress),
            (_, Some(halt)) => Err(halt),
            (End::Failed(error), None) => Err(error.into()),
            (End::Asked, None) => Err(Halt::Stopped),
        }
    }
}

/// Hears after each batch whether to go on.
struct Ear<'a> {
    site: &'a Site<'a>,
    halt: Option<Halt>,
}

#[async_trait::async_trait]
impl Sink for Ear<'_> {
    async fn record(&mut self, progress: &Progress) -> Result<Flow, SinkError> {
        let Site { rights, id, context, open, .. } = self.site;
        if let Err(error) = context.progress(count(progress.counts.changed()), 0, "").await {
            self.halt = Some(Halt::Job(error));
            return Ok(Flow::Stop);
        }
        // The end of a piece was done already; whether to go on is asked before the next one.
        if progress.done {
            return Ok(Flow::Continue);
        }
        if rights.retain().holds_stamp().await? != open.stamp {
            self.halt = Some(Halt::Holds);
        } else if rights.erasure_stage(id).await? == Some(Stage::Stopping) {
            self.halt = Some(Halt::Stopped);
        }
        Ok(if self.halt.is_some() { Flow::Stop } else { Flow::Continue })
    }
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
