//! The job that carries an erasure out: databases beside each other, in each one wave of tables after
//! the other, each batch in a transaction. A killed server does its wave again: rows that are gone are
//! not found again, and what became of rows is counted from what is there afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use ::store::{Actor, JobContext, JobError, JobHandler, JobRow, Store, now};
use tokio::{sync::Semaphore, task::JoinSet};
use trace::Start;

use super::{
    Act, BY, Stage, Step, again,
    files::Files,
    site::{Halt, Open, Site},
};
use crate::{
    Result, Rights, RightsError,
    find::starting,
    request::{NewEvent, insert_event},
    task, told,
};

/// The job's kind.
pub(super) const KIND: &str = "rights_erasure";
/// Databases at work at once.
pub(super) const SOURCES: usize = 16;

/// How long done waves of a database may stay unwritten.
const UNWRITTEN: Duration = Duration::from_secs(1);

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
        let open = erasure.steps.iter().filter(|step| step.is_open());
        let sources: BTreeSet<&str> = open.map(|step| step.source.as_str()).collect();
        let turns = Arc::new(Semaphore::new(SOURCES));
        // Dropped with the job, it ends what is under way.
        let mut work = JoinSet::new();
        for source in sources {
            let source = source.to_owned();
            let steps = erasure.steps.iter().filter(|step| step.source == source);
            let steps: Vec<Step> = steps.cloned().collect();
            let (rights, context, turns) = (self.clone(), context.clone(), Arc::clone(&turns));
            let (id, start) = (id.to_owned(), start.clone());
            work.spawn(async move {
                let _turn = turns.acquire_owned().await;
                let task = (source.as_str(), &start, erasure.triggers);
                rights.source(&context, &id, task, steps).await
            });
        }
        let (mut stopped, mut failed) = (false, false);
        let mut broken = None;
        while let Some(ended) = work.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(Halt::Stopped)) => stopped = true,
                Ok(Err(Halt::Fault(..) | Halt::Holds)) => failed = true,
                Ok(Err(Halt::Job(error))) => broken = Some(error),
                Ok(Err(Halt::Room(error))) => broken = Some(error.into()),
                // Its words may hold a value.
                Err(_) => broken = Some(JobError::Retry("the work in a database broke off".into())),
            }
        }
        if let Some(error) = broken {
            return Err(error);
        }
        self.stands(id, stopped, failed).await?;
        Ok(())
    }

    /// Everything that could be done now is done.
    async fn stands(&self, id: &str, stopped: bool, failed: bool) -> Result<()> {
        let at_work = [Stage::Running, Stage::Stopping];
        if stopped || failed {
            self.tidy_files(id).await;
        }
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
            tx.enqueue(task::job(id, task::Step::Erasure)).await?;
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
        if self.is_files(source).await? {
            steps.retain(Step::is_open);
            let files = Files { rights: self, id, start, context, round: 1 };
            return Box::pin(files.sweep(source, &mut steps, true)).await;
        }
        if !steps.iter().any(Step::is_open) {
            return Ok(());
        }
        let open = match Open::new(self, source, None).await {
            Ok(open) => open,
            Err(halt) => return self.broke_off(id, &mut steps, 0, Vec::new(), halt).await,
        };
        let site = Site { rights: self, id, start, context, triggers, round: 1, open };
        match Box::pin(site.whole(&mut steps)).await {
            Ok(true) => {
                let done: Vec<Step> = steps.iter().filter(|step| step.is_done).cloned().collect();
                self.keep_open(id, &done).await?;
            }
            // What must stay is asked anew, by the waves.
            Ok(false) | Err(Halt::Holds) => {}
            Err(halt) => return Err(halt),
        }
        let mut before = Some(site.open);
        let waves: BTreeSet<usize> =
            steps.iter().filter(|step| !step.is_done).map(|step| step.wave).collect();
        // Waves that are done and not written down yet. A killed server does them again, which does no
        // harm; one entry for each wave would cost more than a small wave.
        let mut open: Vec<Step> = Vec::new();
        let mut written = Instant::now();
        for wave in waves {
            let mine = |step: &Step| step.wave == wave && !step.by_hand();
            let mut those: Vec<Step> = steps.iter().filter(|step| mine(step)).cloned().collect();
            let ended = loop {
                let open = match Open::new(self, source, before.take()).await {
                    Ok(open) => open,
                    Err(halt) => break Err(halt),
                };
                let site = Site { rights: self, id, start, context, triggers, round: 1, open };
                let ended = Box::pin(site.wave(&mut those)).await;
                before = Some(site.open);
                match ended {
                    // What must stay has changed: the wave is done again with it.
                    Err(Halt::Holds) => {}
                    ended => break ended,
                }
            };
            if let Err(halt) = ended {
                return self.broke_off(id, &mut steps, wave, open, halt).await;
            }
            for step in &mut steps {
                if let Some(done) = those.iter().find(|one| one.at == step.at) {
                    step.clone_from(done);
                }
            }
            open.append(&mut those);
            if written.elapsed() > UNWRITTEN {
                self.keep_open(id, &open).await?;
                open.clear();
                written = Instant::now();
            }
        }
        self.keep_open(id, &open).await?;
        Ok(())
    }

    /// Writes down what is done and what befell the rest, from a wave on.
    async fn broke_off(
        &self,
        id: &str,
        steps: &mut [Step],
        wave: usize,
        mut open: Vec<Step>,
        halt: Halt,
    ) -> Result<(), Halt> {
        if let Halt::Fault(code, why) = &halt {
            for step in steps.iter_mut().filter(|step| step.wave >= wave && step.is_open()) {
                (step.error, step.why) = (code.clone(), why.clone());
                open.push(step.clone());
            }
        }
        self.keep_open(id, &open).await?;
        Err(halt)
    }

    async fn keep_open(&self, id: &str, open: &[Step]) -> Result<()> {
        if open.is_empty() { Ok(()) } else { self.keep_steps(id, open).await }
    }

    /// What killed servers left beside the files of an erasure goes. It is in nobody's way: what cannot
    /// be done is done the next time.
    async fn tidy_files(&self, id: &str) {
        let steps = match self.erasure(id).await {
            Ok(erasure) => erasure.map(|one| one.steps).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, request = %id, "files could not be tidied");
                return;
            }
        };
        let tidied = |source: String, tables: BTreeSet<String>| async move {
            if self.is_files(&source).await? {
                let shelf = self.retain().shelf(&source).await?;
                for table in tables {
                    shelf.tidy(&table).await?;
                }
            }
            Ok::<_, RightsError>(())
        };
        let mut sources: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for step in steps.into_iter().filter(|step| step.act != Act::Keep) {
            sources.entry(step.source).or_default().insert(step.table);
        }
        for (source, tables) in sources {
            // The error would name the file, and files are named after people now and then.
            if tidied(source.clone(), tables).await.is_err() {
                tracing::warn!(source, request = %id, "files could not be tidied");
            }
        }
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
        let touched = erasure.steps.iter().map(|step| step.source.as_str()).collect();
        let recipients = told::of(self, &touched).await?;
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
        told::insert(&mut tx, id, &recipients).await?;
        let event = NewEvent { request: id, what: "erased", detail: "" };
        insert_event(&mut tx, by, &event).await?;
        tx.enqueue(again::job(id)).await?;
        tx.enqueue(task::job(id, task::Step::Erasure)).await?;
        tx.commit().await?;
        self.tidy_files(id).await;
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
            // Only what was missing when it was planned, or has changed since: somebody has to plan the
            // rest.
            if erasure.steps.iter().all(|step| !step.is_open() || step.is_stale()) {
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
