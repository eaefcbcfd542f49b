//! The job that carries an erasure out: databases beside each other, in each one wave of tables after
//! the other, each batch in a transaction. A killed server does its wave again: rows that are gone are
//! not found again, and what became of rows is counted from what is there afterwards.

use std::{collections::BTreeSet, sync::Arc};

use ::store::{Actor, JobContext, JobError, JobHandler, JobRow, Store, now};
use futures::StreamExt as _;
use purge::{End, Flow, Progress, RunOptions, Schema, Session, Sink, SinkError};
use retain::{Keeps, Kept, RetainError};
use tokio::sync::Mutex;
use trace::Start;

use super::{
    Act, BY, Done, Stage, Step, again,
    plan::{look_only, named},
    recipients,
    store::pieces,
    treat,
};
use crate::{
    Result, Rights, RightsError,
    find::starting,
    request::{NewEvent, insert_event},
};

/// The job's kind.
pub(super) const KIND: &str = "rights_erasure";
/// Databases at work at once.
pub(super) const SOURCES: usize = 4;

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

/// Its connection, and what must stay in it.
pub(super) struct Open {
    session: Mutex<Session>,
    schema: Arc<Schema>,
    keeps: Keeps,
    stamp: (i64, i64, i64),
}

impl Open {
    /// Asks anew what must stay, and who may write. The connection of the wave before is kept where it
    /// leads to the same place still.
    pub async fn new(
        rights: &Rights,
        source: &str,
        before: Option<Session>,
    ) -> Result<Self, Halt> {
        let retain = rights.retain();
        let target = retain.writer(source).await?;
        let stamp = retain.holds_stamp().await?;
        let keeps = retain.keeps(source, now()).await?;
        let before = before.filter(|session| session.leads_to(&target));
        let mut session = before.unwrap_or_else(|| Session::new(target));
        let schema = session.schema().await?;
        Ok(Self { session: Mutex::new(session), schema, keeps, stamp })
    }

    /// The connection, for the next wave.
    pub fn into_session(self) -> Session {
        self.session.into_inner()
    }
}

impl Site<'_> {
    /// The steps of one wave. They are written down when all of them are done.
    pub async fn wave(&self, steps: &mut [Step]) -> Result<(), Halt> {
        let circular = steps.iter().any(|step| step.circular);
        loop {
            let mut moved = 0;
            for at in 0..steps.len() {
                moved += self.delete(steps, at, circular).await?;
            }
            // Rows of one list can have waited for rows of another.
            if !circular || moved == 0 {
                break;
            }
        }
        for step in steps.iter_mut() {
            step.done = self.settle(step).await?;
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
    async fn delete(&self, steps: &[Step], at: usize, circular: bool) -> Result<u64, Halt> {
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
            let mut request = treat::delete(step, keys, &keeps);
            if let Some(circle) = &circle {
                treat::circle(&mut request, &self.open.schema, circle);
            }
            gone += self.go(request).await?.counts.changed();
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
    async fn settle(&self, step: &Step) -> Result<Done, Halt> {
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
                done.add(self.settle_piece(step, keys, &keeps).await?);
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
        let options = RunOptions::default();
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

impl Rights {
    async fn carry_out(&self, context: &JobContext, id: &str) -> Result<(), JobError> {
        let Some(erasure) = self.erasure(id).await? else { return Ok(()) };
        match erasure.stage {
            Stage::Queued => {
                let stages = (&[Stage::Queued][..], Stage::Running);
                let moved = self.erasure_moved(&BY, "rights.erasure_at_work", id, stages, "");
                moved.await?.commit().await?;
            }
            Stage::Running | Stage::Stopping => {}
            _ => return Ok(()),
        }
        let person = self.request(id).await?.proved()?;
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let start = starting(&person);
        let open = erasure.steps.iter().filter(|step| !step.is_done && step.error != "no-key");
        let sources: BTreeSet<&str> = open.map(|step| step.source.as_str()).collect();
        let mut tasks = Vec::new();
        for source in sources {
            let steps = erasure.steps.iter().filter(|step| step.source == source);
            let steps: Vec<Step> = steps.cloned().collect();
            tasks.push(self.source(context, id, (source, &start, erasure.triggers), steps));
        }
        let mut work = futures::stream::iter(tasks).buffer_unordered(SOURCES);
        let (mut stopped, mut failed) = (false, false);
        let mut broken = None;
        while let Some(ended) = work.next().await {
            match ended {
                Ok(()) => {}
                Err(Halt::Stopped) => stopped = true,
                Err(Halt::Fault(..) | Halt::Holds) => failed = true,
                Err(Halt::Job(error)) => broken = Some(error),
                Err(Halt::Room(error)) => broken = Some(error.into()),
            }
        }
        drop(work);
        if let Some(error) = broken {
            return Err(error);
        }
        self.stands(id, stopped, failed).await?;
        Ok(())
    }

    /// Everything that could be done now is done.
    async fn stands(&self, id: &str, stopped: bool, failed: bool) -> Result<()> {
        let at_work = [Stage::Running, Stage::Stopping];
        if stopped {
            let stages = (&at_work[..], Stage::Stopped);
            let tx = self.erasure_moved(&BY, "rights.erasure_stopped", id, stages, "").await?;
            tx.commit().await?;
            return Ok(());
        }
        let missing = self.erasure(id).await?.is_some_and(|one| one.missing().next().is_some());
        if failed || missing {
            let stages = (&at_work[..], Stage::Partial);
            let mut tx = self.erasure_moved(&BY, "rights.erasure_partly", id, stages, "").await?;
            let event = NewEvent { request: id, what: "erasure-partly", detail: "" };
            insert_event(&mut tx, &BY, &event).await?;
            tx.commit().await?;
            return Ok(());
        }
        self.finish_erasure(&BY, id, &at_work).await
    }

    /// One database, from its first wave that is not done.
    async fn source(
        &self,
        context: &JobContext,
        id: &str,
        (source, start, triggers): (&str, &Start, bool),
        mut steps: Vec<Step>,
    ) -> Result<(), Halt> {
        let waves: BTreeSet<usize> =
            steps.iter().filter(|step| !step.is_done).map(|step| step.wave).collect();
        let mut session = None;
        for wave in waves {
            let mine = |step: &Step| step.wave == wave && step.error != "no-key";
            let mut those: Vec<Step> = steps.iter().filter(|step| mine(step)).cloned().collect();
            let ended = loop {
                let open = match Open::new(self, source, session.take()).await {
                    Ok(open) => open,
                    Err(halt) => break Err(halt),
                };
                let site = Site { rights: self, id, start, context, triggers, round: 1, open };
                let ended = Box::pin(site.wave(&mut those)).await;
                session = Some(site.open.into_session());
                match ended {
                    // What must stay has changed: the wave is done again with it.
                    Err(Halt::Holds) => {}
                    ended => break ended,
                }
            };
            if let Err(halt) = ended {
                if let Halt::Fault(code, why) = &halt {
                    for step in steps.iter_mut().filter(|step| step.wave >= wave && !step.is_done) {
                        (step.error, step.why) = (code.clone(), why.clone());
                    }
                    let undone = steps.iter().filter(|step| !step.is_done && step.wave >= wave);
                    let undone: Vec<Step> =
                        undone.filter(|step| step.error != "no-key").cloned().collect();
                    self.keep_steps(id, &undone).await?;
                }
                return Err(halt);
            }
            self.keep_steps(id, &those).await?;
            for step in &mut steps {
                if let Some(done) = those.iter().find(|one| one.at == step.at) {
                    step.clone_from(done);
                }
            }
        }
        Ok(())
    }

    /// The end: the customer's keys go, the recipients are listed, the certificate can be made.
    pub(super) async fn finish_erasure(&self, by: &Actor, id: &str, from: &[Stage]) -> Result<()> {
        let request = self.request(id).await?;
        let mut customers = 0;
        for person in self.customers_of(&request).await? {
            match self.consent().erase(by, &person).await {
                // Killed right after: it is done.
                Ok(()) | Err(consent::ConsentError::Erased) => customers += 1,
                Err(error) => return Err(error.into()),
            }
        }
        let erasure = self.erasure(id).await?.ok_or(RightsError::NotFound("erasure"))?;
        let recipients = recipients::of(self, &erasure).await?;
        let mut tx = self.erasure_moved(by, super::ERASED, id, (from, Stage::Done), "").await?;
        tx.states(None, Some(self.store().digest(&erasure.steps)));
        sqlx::query(
            "UPDATE rights_erasure SET ended_at = $1, customers = customers + $2, next_look = $1
             WHERE request = $3",
        )
        .bind(now())
        .bind(customers)
        .bind(id)
        .execute(tx.conn())
        .await?;
        recipients::insert(&mut tx, id, &recipients).await?;
        let event = NewEvent { request: id, what: "erased", detail: "" };
        insert_event(&mut tx, by, &event).await?;
        tx.enqueue(again::job(id)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Goes on with erasures of which something failed.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn retry_erasures(&self) -> Result<usize> {
        let mut count = 0;
        for id in self.erasures_at(Stage::Partial).await? {
            let Some(erasure) = self.erasure(&id).await? else { continue };
            // Only databases that were missing when it was planned: somebody has to plan the rest.
            if erasure.steps.iter().all(|step| step.is_done || step.error == "no-key") {
                continue;
            }
            match self.resume_erasure(&BY, &id).await {
                Ok(()) => count += 1,
                Err(error) => tracing::warn!(%error, request = %id, "an erasure did not go on"),
            }
        }
        Ok(count)
    }
}

/// The job that carries it out.
pub(crate) struct Carry {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Carry {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        Box::pin(self.rights.carry_out(&context, &request)).await
    }

    /// A job that failed for good leaves an erasure that somebody can go on with.
    async fn ended(&self, _: &Store, job: &JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        let stages = (&[Stage::Queued, Stage::Running, Stage::Stopping][..], Stage::Partial);
        let moved = self
            .rights
            .erasure_moved(&BY, "rights.erasure_partly", request, stages, &job.error)
            .await;
        let ended = match moved {
            Ok(tx) => tx.commit().await.map(drop).map_err(RightsError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "the end of an erasure could not be kept");
        }
    }
}
