//! The job that tries, writes and undoes changes, place by place. What a place needs is kept with it, so
//! that a killed server goes on where it was; a place that is written already is only told so.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Entry, JobContext, JobError, JobHandler, JobRow, Store, now};
use purge::{Amended, Amendment, Edit, PurgeError, Target};
use retain::RetainError;
use serde::Serialize;

use super::{BY, Correction, State, store::moved};
use crate::{
    Result, Rights, RightsError,
    request::{NewEvent, insert_event},
    task::Step,
    told,
};

/// The job's kind.
pub(super) const KIND: &str = "rights_correction";

/// What the ledger's digests are made of; keyed, so that nobody can guess a value from them.
#[derive(Serialize)]
struct Stood<'a> {
    id: &'a str,
    source: &'a str,
    table: &'a str,
    column: &'a str,
    key: &'a [purge::Literal],
    value: Option<&'a str>,
}

/// The end of `rights-correction-fault-…`: what went wrong, without a value.
fn fault(error: &PurgeError) -> &'static str {
    match error {
        PurgeError::Source(error) if error.code() == "denied" => "denied",
        PurgeError::Source(_) => "source",
        PurgeError::Unfit { why, .. } if why.contains("too long") => "long",
        PurgeError::Unfit { why, .. } if why.contains("NOT NULL") => "null",
        PurgeError::Unfit { .. } => "unfit",
        PurgeError::Refused { why, .. } => match why.as_str() {
            "a unique key" => "unique",
            "a column that may not be NULL" => "null",
            "a value that does not fit the column" => "unfit",
            _ => "refused",
        },
        PurgeError::Triggers(_) => "triggers",
        PurgeError::Locked(_) => "locked",
        PurgeError::NoTable(_) | PurgeError::NoColumn { .. } => "moved",
        _ => "other",
    }
}

impl Rights {
    /// The account that writes into a source, or what stands in its way.
    async fn correction_target(&self, source: &str) -> Result<Result<Target, &'static str>> {
        match self.retain().writer(source).await {
            Ok(target) => Ok(Ok(target)),
            Err(RetainError::Conflict("retain-error-access")) => Ok(Err("no-account")),
            Err(RetainError::Conflict("retain-error-moved")) => Ok(Err("moved")),
            Err(RetainError::Map(datamap::DataMapError::NotFound(_))) => Ok(Err("no-source")),
            Err(RetainError::Purge(error)) => Ok(Err(fault(&error))),
            Err(other) => Err(other.into()),
        }
    }

    async fn carry_corrections(&self, context: &JobContext, request: &str) -> Result<(), JobError> {
        let mut targets = BTreeMap::new();
        let (mut worked, mut wrote) = (0i64, 0usize);
        loop {
            let all = self.corrections(request).await?;
            let Some(one) = all.into_iter().find(|one| one.state.moves()) else { break };
            context.progress(worked, 0, "").await?;
            if !targets.contains_key(&one.source) {
                let target = self.correction_target(&one.source).await?;
                targets.insert(one.source.clone(), target);
            }
            let may = self.held(request).await?.is_some_and(|look| look.triggers);
            let done = match &targets[&one.source] {
                Ok(target) => {
                    // Asked anew for each place: a hold that begins now counts now.
                    let keeps = self.retain().keeps(&one.source, now()).await;
                    let holds = keeps.and_then(|keeps| keeps.of(&one.table));
                    let holds = holds.map_err(RightsError::from)?.holds;
                    Box::pin(carry(target, &one, holds, may)).await
                }
                Err(code) => Err(*code),
            };
            self.correction_ended(request, &one, done).await?;
            worked += 1;
            wrote += usize::from(one.state == State::Queued && done.is_ok());
        }
        if worked > 0 {
            let all = self.corrections(request).await?;
            self.show_written(request, &all).await?;
            self.queue_settling(request, Step::Correction).await?;
        }
        if wrote > 0 {
            let entry = Entry::new(BY, "rights.correction_ended", "rights_request", request);
            let mut tx = self.store().begin(entry).await?;
            let detail = wrote.to_string();
            let event = NewEvent { request, what: "corrected", detail: &detail };
            insert_event(&mut tx, &BY, &event).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Writes down what became of a place, with its entry. If another job was first, it has told.
    async fn correction_ended(
        &self,
        request: &str,
        one: &Correction,
        done: Result<(), &'static str>,
    ) -> Result<()> {
        let (action, to) = match (one.state, done) {
            (State::Checking, Ok(())) => ("rights.correction_tried", State::Proposed),
            (State::Checking, Err(_)) => ("rights.correction_tried", State::Refused),
            (State::Queued, Ok(())) => ("rights.corrected", State::Written),
            (State::Undoing, Ok(())) => ("rights.correction_undone", State::Undone),
            (_, _) => ("rights.correction_failed", State::Failed),
        };
        // Who received what stood there has to hear of it, and again if it is undone.
        let recipients = match to {
            State::Written | State::Undone => {
                told::of(self, &BTreeSet::from([one.source.as_str()])).await?
            }
            _ => BTreeMap::new(),
        };
        let entry = Entry::new(BY, action, "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        let stood = |value: &Option<String>| {
            self.store().digest(&Stood {
                id: &one.id,
                source: &one.source,
                table: &one.table,
                column: &one.column,
                key: &one.key,
                value: value.as_deref(),
            })
        };
        match to {
            State::Written => tx.states(Some(stood(&one.before)), Some(stood(&one.after))),
            State::Undone => tx.states(Some(stood(&one.after)), Some(stood(&one.before))),
            _ => {}
        }
        let error = done.err().unwrap_or_default();
        if moved(&mut tx, (request, &one.id), &[one.state], (to, error)).await? == 0 {
            return Ok(());
        }
        told::insert_anew(&mut tx, request, &recipients).await?;
        let stamp = match to {
            State::Written => "UPDATE rights_correction SET written_at = $1 WHERE id = $2",
            State::Undone => "UPDATE rights_correction SET undone_at = $1 WHERE id = $2",
            _ => "",
        };
        if !stamp.is_empty() {
            sqlx::query(stamp).bind(now()).bind(&one.id).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A job that failed for good leaves changes that somebody can try again.
    async fn corrections_broke(&self, request: &str) -> Result<()> {
        let entry = Entry::new(BY, "rights.correction_failed", "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        let broke = |to| (to, "other");
        let mut count =
            moved(&mut tx, (request, ""), &[State::Checking], broke(State::Refused)).await?;
        let at_work = [State::Queued, State::Undoing];
        count += moved(&mut tx, (request, ""), &at_work, broke(State::Failed)).await?;
        if count > 0 {
            tx.commit().await?;
        }
        Ok(())
    }
}

/// One place.
async fn carry(
    target: &Target,
    one: &Correction,
    except: Vec<purge::Condition>,
    triggers: bool,
) -> Result<(), &'static str> {
    let (old, new) = match one.state {
        State::Undoing => (&one.after, &one.before),
        _ => (&one.before, &one.after),
    };
    let edit = Edit { column: one.column.clone(), old: old.clone(), new: new.clone() };
    let amendment = Amendment {
        table: one.table.clone(),
        key: one.key.clone(),
        edits: vec![edit],
        except,
        triggers,
    };
    let dry = one.state == State::Checking;
    match purge::amend(target, &amendment, dry).await {
        Ok(Amended::AlreadyDone) if dry => Err("already"),
        Ok(Amended::Written | Amended::AlreadyDone) => Ok(()),
        Ok(Amended::Changed) => Err("changed"),
        Ok(Amended::Gone) => Err("gone"),
        Ok(Amended::Excepted) => Err("hold"),
        Err(error) => Err(fault(&error)),
    }
}

/// The job that tries, writes and undoes.
pub(crate) struct Write {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Write {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        Box::pin(self.rights.carry_corrections(&context, &request)).await
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        let ended: Result<(), RightsError> = self.rights.corrections_broke(request).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "the end of a correction could not be kept");
        }
    }
}
