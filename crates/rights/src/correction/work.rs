//! The job that tries, writes and undoes changes, place by place. What a place needs is kept with it, so
//! that a killed server goes on where it was; a place that is written already is only told so.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Entry, JobContext, JobError, JobHandler, JobRow, Store, now};
use purge::{Amended, Amendment, Edit, PurgeError, Target};
use retain::RetainError;
use serde::Serialize;

use super::{BY, Correction, State, files::Files, store::moved};
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
    value: Option<&'a str>,
}

/// The end of `rights-correction-fault-…`: what went wrong, without a value.
pub(super) fn fault(error: &PurgeError) -> &'static str {
    match error {
        PurgeError::File { code: "file-busy", .. } => "file-busy",
        PurgeError::File { code: "file-parquet" | "file-encoding" | "file-object", .. } => {
            "file-kind"
        }
        PurgeError::Unfit { why, .. } if why.contains("no such cell") => "absent",
        PurgeError::Unfit { why, .. } if why.contains("more than one value") => "several",
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
        PurgeError::NoTable(_)
        | PurgeError::NoColumn { .. }
        | PurgeError::File { code: "file-gone" | "file-changed", .. } => "moved",
        PurgeError::File { .. } => "file-place",
        _ => "other",
    }
}

impl Rights {
    /// The account that writes into a source, or what stands in its way.
    async fn correction_place(&self, source: &str) -> Result<Result<Place, &'static str>> {
        let found = if self.is_files(source).await? {
            self.retain().shelf(source).await.map(|shelf| Place::Files(Files::new(shelf)))
        } else {
            self.retain().writer(source).await.map(Place::Database)
        };
        match found {
            Ok(place) => Ok(Ok(place)),
            Err(RetainError::Conflict("retain-error-access")) => Ok(Err("no-account")),
            Err(RetainError::Conflict("retain-error-moved")) => Ok(Err("moved")),
            Err(RetainError::Map(datamap::DataMapError::NotFound(_))) => Ok(Err("no-source")),
            Err(RetainError::Purge(error)) => Ok(Err(fault(&error))),
            Err(other) => Err(other.into()),
        }
    }

    async fn carry_corrections(&self, context: &JobContext, request: &str) -> Result<(), JobError> {
        let mut sources = BTreeMap::new();
        let (mut worked, mut wrote) = (0i64, 0usize);
        loop {
            let all = self.corrections(request).await?;
            let Some(one) = all.iter().find(|one| one.state.moves()).cloned() else { break };
            context.progress(worked, 0, "").await?;
            if !sources.contains_key(&one.source) {
                let place = self.correction_place(&one.source).await?;
                sources.insert(one.source.clone(), place);
            }
            let may = self.held(request).await?.is_some_and(|look| look.triggers);
            let done = match sources.get_mut(&one.source) {
                Some(Ok(Place::Files(files))) => {
                    Box::pin(self.mend(files, (request, &one), &all)).await?
                }
                Some(Ok(Place::Database(target))) => {
                    // Asked anew for each place: a hold that begins now counts now.
                    let keeps = self.retain().keeps(&one.source, now()).await;
                    let holds = keeps.and_then(|keeps| keeps.of(&one.table));
                    let holds = holds.map_err(RightsError::from)?.holds;
                    Box::pin(carry(target, &one, holds, may)).await
                }
                Some(Err(code)) => Err(*code),
                None => Err("other"),
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

/// Where a source's places are written.
enum Place {
    Database(Target),
    Files(Files),
}

/// One place in a database.
async fn carry(
    target: &Target,
    one: &Correction,
    except: Vec<purge::Condition>,
    triggers: bool,
) -> Result<(), &'static str> {
    let (old, new) = one.sides();
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
        Ok(done) => ended(done, one.state),
        Err(error) => Err(fault(&error)),
    }
}

/// What became of a place that was being tried, written or undone.
pub(super) fn ended(done: Amended, state: State) -> Result<(), &'static str> {
    match done {
        Amended::AlreadyDone if state == State::Checking => Err("already"),
        Amended::Written | Amended::AlreadyDone => Ok(()),
        Amended::Changed => Err("changed"),
        Amended::Gone => Err("gone"),
        Amended::Excepted => Err("hold"),
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
