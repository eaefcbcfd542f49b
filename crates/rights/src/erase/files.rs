//! Files of an erasure: each is written anew without the person's rows, beside itself, and takes its own
//! place in one step. What the new file is and what became of the rows is kept before that step, so
//! that a server killed right after it knows that it was done.

use std::collections::BTreeMap;

use ::store::{JobContext, now};
use purge::{Neutral, PurgeError, Schema, Shelf, Sweep, Swept};
use retain::{Keeps, Kept};
use trace::{Holds, Start};

use super::{Act, Cell, Done, Stage, Step, plan::Known, site::Halt};
use crate::{Result, Rights, RightsError};

/// The files of one source of an erasure.
pub(super) struct Files<'a> {
    pub rights: &'a Rights,
    pub id: &'a str,
    pub start: &'a Start,
    pub context: &'a JobContext,
    /// Which lists of keys: 1 for those of the plan, more for rows that came back.
    pub round: i64,
}

impl Files<'_> {
    /// Does the steps one after the other. What befalls one file keeps nobody from the others.
    pub async fn sweep(&self, source: &str, steps: &mut [Step], kept: bool) -> Result<(), Halt> {
        let mut fault = None;
        let known = known(steps);
        let mut schema = None;
        for step in steps.iter_mut() {
            self.context.progress(step.at, 0, "").await.map_err(Halt::Job)?;
            if self.rights.erasure_stage(self.id).await? == Some(Stage::Stopping) {
                return Err(Halt::Stopped);
            }
            match self.step(source, step, &known, &mut schema).await {
                Ok(done) => {
                    (step.done, step.is_done) = (done, true);
                    (step.error, step.why) = (String::new(), String::new());
                }
                Err(Halt::Fault(code, why)) => {
                    (step.error, step.why) = (code.clone(), why.clone());
                    fault = Some(Halt::Fault(code, why));
                }
                Err(other) => return Err(other),
            }
            if kept {
                self.rights.keep_steps(self.id, std::slice::from_ref(step)).await?;
            }
        }
        fault.map_or(Ok(()), Err)
    }

    /// `schema`: what files there are, read when it is needed first.
    async fn step(
        &self,
        source: &str,
        step: &Step,
        known: &BTreeMap<String, Vec<String>>,
        schema: &mut Option<Schema>,
    ) -> Result<Done, Halt> {
        if step.act == Act::Keep {
            return Ok(Done { stays: step.own, ..Done::default() });
        }
        let shelf = self.rights.retain().shelf(source).await?;
        let place = (self.id, step.at, self.round);
        if let Some((was, swept)) = self.rights.published(place).await?
            && shelf.stamp(&step.table).await.is_ok_and(|is| is == was)
        {
            return Ok(done(swept));
        }
        if schema.is_none() {
            *schema = Some(shelf.schema(known).await?);
        }
        let gone = || PurgeError::File { file: step.table.clone(), code: "file-gone" };
        let schema = schema.as_ref().ok_or_else(gone)?;
        loop {
            let stamp = self.rights.retain().holds_stamp().await?;
            let keeps = self.rights.retain().keeps(source, now()).await?;
            let sweep = self.asked(schema, step, &keeps.of(&step.table)?).await?;
            let draft = shelf.draft(sweep).await?;
            let swept = draft.swept;
            if swept.missing > 0 {
                // A row that is not what it was may be the person's still: only a new plan knows.
                return Err(
                    PurgeError::File { file: step.table.clone(), code: "file-changed" }.into()
                );
            }
            if swept.is_idle() {
                return Ok(done(swept));
            }
            // A hold that was made meanwhile wins.
            if self.rights.retain().holds_stamp().await? != stamp {
                continue;
            }
            self.rights.keep_published(place, (&draft.stamp, &swept)).await?;
            draft.publish().await?;
            return Ok(done(swept));
        }
    }

    async fn asked(&self, schema: &Schema, step: &Step, kept: &Kept) -> Result<Sweep, Halt> {
        let keys = all_keys(self.rights, (self.id, step.at, self.round)).await?;
        let gone = || PurgeError::File { file: step.table.clone(), code: "file-gone" };
        let table = schema.table(&step.table).map_err(|_| gone())?;
        if table.unsafe_because == "gone" {
            return Err(gone().into());
        }
        Ok(sweep(step, table, keys, self.start, kept))
    }
}

type Keys = Vec<Vec<purge::Literal>>;

/// Keys of the person's own rows, and of shared ones.
async fn all_keys(rights: &Rights, (id, at, round): (&str, i64, i64)) -> Result<[Keys; 2]> {
    let mut all = [Vec::new(), Vec::new()];
    for (list, shared) in all.iter_mut().zip([false, true]) {
        for n in 0.. {
            let keys = rights.keys((id, at, shared, round), n).await?;
            if keys.is_empty() {
                break;
            }
            list.extend(keys);
        }
    }
    Ok(all)
}

/// Columns that the steps know of their files.
fn known(steps: &[Step]) -> BTreeMap<String, Vec<String>> {
    let columns = |step: &Step| {
        let columns = step.columns.iter().map(|(column, _)| column);
        let columns = columns.chain(step.cells.iter().map(|cell| &cell.column));
        columns.filter(|one| *one != purge::MORE).cloned().collect()
    };
    steps.iter().map(|step| (step.table.clone(), columns(step))).collect()
}

fn sweep(
    step: &Step,
    table: &purge::Table,
    [own, shared]: [Keys; 2],
    start: &Start,
    kept: &Kept,
) -> Sweep {
    let naming = |cell: &Cell| purge::Naming {
        column: cell.column.clone(),
        values: start.0.get(&trace::Kind(cell.kind.clone())).cloned().unwrap_or_default(),
        how: cell.how,
    };
    Sweep {
        table: table.clone(),
        own,
        delete: step.act == Act::Delete,
        columns: step.columns.iter().map(|(column, _)| column.clone()).collect(),
        shared: if step.cells.is_empty() { Vec::new() } else { shared },
        naming: step.cells.iter().map(naming).collect(),
        duties: kept.duties.clone(),
        holds: kept.holds.clone(),
    }
}

fn done(swept: Swept) -> Done {
    Done {
        deleted: swept.deleted,
        emptied: swept.emptied,
        cells: swept.cells,
        duty: swept.duty,
        hold: swept.hold,
        stays: 0,
    }
}

/// Says in the step what would become of a file's rows, or why nothing can.
pub(super) async fn expect(
    known: &Known<'_>,
    step: &mut Step,
    (shelf, schema, holds): (&Shelf, &Schema, &Holds),
    keeps: Result<&Keeps, String>,
) {
    columns(step, schema, holds, known.start);
    let counted = async {
        if let Some(code) = shelf.fixed(&step.table).await? {
            return Err(PurgeError::File { file: step.table.clone(), code });
        }
        let sink = |error: RightsError| PurgeError::Sink(error.to_string());
        let kept = keeps.map_err(PurgeError::Sink)?.of(&step.table);
        let kept = kept.map_err(|error| PurgeError::Sink(error.to_string()))?;
        let keys = all_keys(known.rights, (known.id, step.at, 1)).await.map_err(sink)?;
        let sweep = sweep(step, schema.table(&step.table)?, keys, known.start, &kept);
        Ok(shelf.preview(sweep).await?.0)
    };
    match counted.await {
        Ok(swept) => step.expected = done(swept),
        Err(error) => {
            error.code().clone_into(&mut step.error);
            step.why = error.to_string();
            step.expected = Done { deleted: step.own, ..Done::default() };
        }
    }
    if step.by_hand() {
        step.act = Act::Keep;
        step.expected = Done { stays: step.own, ..Done::default() };
    }
}

/// Which personal columns can be emptied, and in which the person is named.
fn columns(step: &mut Step, schema: &Schema, holds: &Holds, start: &Start) {
    let Ok(table) = schema.table(&step.table) else { return };
    let mut names: Vec<&str> = holds.fields.iter().map(|one| one.column.as_str()).collect();
    names.extend(holds.identifiers.iter().map(|one| one.column.as_str()));
    names.extend(holds.hidden.iter().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| table.column(name).is_ok()) {
        // Of an object whose keys are values, the keys would stay.
        if name.split('.').any(|part| part == "*") {
            step.stuck.push(name.to_owned());
        } else {
            step.columns.push((name.to_owned(), Neutral::Null));
        }
    }
    if !step.stuck.is_empty() {
        step.columns.clear();
    }
    for one in holds.identifiers.iter().filter(|one| start.0.contains_key(&one.kind)) {
        let trace::Spelling::Alike(how) = one.spelling else { continue };
        if step.columns.iter().any(|(name, _)| *name == one.column) {
            let (column, kind) = (one.column.clone(), one.kind.0.clone());
            step.cells.push(Cell { column, kind, how, neutral: Neutral::Null, named: 0 });
        }
    }
}
