//! Tasks of a request are held against what its jobs could not reach: new ones are made, what was
//! reached after all closes by itself.

use std::collections::HashMap;

use ::store::{Entry, WriteTx};
use datamap::sources::SourceSummary;

use super::{
    BY, Gap, Stand, Step, Task,
    gap::{Fault, faults},
    store::{self, New},
};
use crate::{
    Request, Result, Rights,
    request::{NewEvent, insert_event},
};

/// What becomes of one source.
#[derive(Debug, PartialEq, Eq)]
enum Move<'a> {
    Make(&'a Fault),
    /// Out of reach as before, or for another reason.
    Again(&'a str, &'a Fault),
    /// It had been reached and is not any more, or fails for another reason than somebody saw to.
    Reopen(&'a Task, &'a Fault),
    Reached(&'a Task),
}

/// What somebody said is done or not needed stays so, for the reason that they knew.
fn moves<'a>(tasks: &'a [Task], faults: &'a [Fault]) -> Vec<Move<'a>> {
    let of = |source: &str| tasks.iter().find(|task| task.source == source);
    let found = faults.iter().filter_map(|fault| match of(&fault.source) {
        None => Some(Move::Make(fault)),
        Some(task) => match task.stand {
            Stand::Open => Some(Move::Again(&task.id, fault)),
            Stand::Reached | Stand::Closed => Some(Move::Reopen(task, fault)),
            Stand::Done | Stand::Dropped if task.why != fault.why => {
                Some(Move::Reopen(task, fault))
            }
            Stand::Done | Stand::Dropped => None,
        },
    });
    let still = |task: &&Task| {
        // An erasure that goes on does not tell again what it left to hands.
        let told_once = task.step == Step::Erasure && !task.why.passes();
        told_once || faults.iter().any(|fault| fault.source == task.source)
    };
    let open = tasks.iter().filter(|task| task.stand == Stand::Open);
    found.chain(open.filter(|task| !still(task)).map(Move::Reached)).collect()
}

impl Rights {
    /// Makes and closes tasks after a job of a request: `gaps` is all that it could not do.
    pub(super) async fn settle(&self, id: &str, step: Step, gaps: &[Gap]) -> Result<()> {
        let request = self.request(id).await?;
        if request.state.is_closed() {
            return Ok(());
        }
        let sources = self.regimes().map().sources().await?;
        let mut gaps = gaps.to_vec();
        gaps.extend(self.declared(&sources).await?);
        let faults = faults(&gaps);
        let tasks = self.tasks_of(id).await?;
        let tasks: Vec<Task> = tasks.into_iter().filter(|task| task.step == step).collect();
        let moves = moves(&tasks, &faults);
        if moves.is_empty() {
            return Ok(());
        }
        let sources: HashMap<&str, &SourceSummary> =
            sources.iter().map(|one| (one.id.as_str(), one)).collect();
        // Whose they are is looked up before Privet's own database is held for writing.
        let mut owners: HashMap<&str, String> = HashMap::new();
        if moves.iter().any(|one| matches!(one, Move::Make(_))) {
            let members = self.web().members().await?;
            for one in &moves {
                let Move::Make(fault) = one else { continue };
                if let Some(source) = sources.get(fault.source.as_str()) {
                    let owner = self.owner_of(&request, &source.system_id, &members).await?;
                    owners.insert(fault.source.as_str(), owner);
                }
            }
        }
        // Being tried in vain again is no change that the ledger tells.
        let mut tx = self.store().begin_upkeep().await?;
        for one in &moves {
            self.carry(&mut tx, (&request, step), (&sources, &owners), one).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn carry(
        &self,
        tx: &mut WriteTx,
        (request, step): (&Request, Step),
        (sources, owners): (&HashMap<&str, &SourceSummary>, &HashMap<&str, String>),
        one: &Move<'_>,
    ) -> Result<()> {
        let (action, what, name) = match one {
            Move::Again(id, fault) => return store::again(tx, id, fault).await,
            Move::Make(fault) => {
                let Some(source) = sources.get(fault.source.as_str()) else { return Ok(()) };
                let owner = owners.get(fault.source.as_str()).map_or("", String::as_str);
                let new = New { request, step, fault, name: &source.name, owner };
                if !store::insert(tx, &new).await? {
                    return Ok(());
                }
                ("rights.task_made", "task-made", source.name.as_str())
            }
            Move::Reopen(task, fault) => {
                // What somebody said of the reason before still helps whoever sees to this one.
                let said = match task.said.as_str() {
                    "" => String::new(),
                    said => store::seal(self, &task.id, said),
                };
                let stands = (&[task.stand][..], Stand::Open);
                if !store::moved(tx, &task.id, stands, (&BY, &said)).await? {
                    return Ok(());
                }
                store::again(tx, &task.id, fault).await?;
                let name = sources.get(fault.source.as_str()).map_or("", |one| &one.name);
                ("rights.task_reopened", "task-made", name)
            }
            Move::Reached(task) => {
                let stands = (&[Stand::Open][..], Stand::Reached);
                if !store::moved(tx, &task.id, stands, (&BY, "")).await? {
                    return Ok(());
                }
                ("rights.task_reached", "task-reached", task.name.as_str())
            }
        };
        tx.also(Entry::new(BY, action, "rights_request", &request.id));
        let event = NewEvent { request: &request.id, what, detail: name };
        insert_event(tx, &BY, &event).await
    }

    /// Sources that are only declared and hold personal data: no job ever looks into them.
    async fn declared(&self, sources: &[SourceSummary]) -> Result<Vec<Gap>> {
        let mut gaps = Vec::new();
        for source in sources.iter().filter(|one| one.kind == "declared") {
            let tables = self.regimes().map().tables_of(&source.id).await?;
            let personal = tables
                .tables
                .iter()
                .filter(|table| table.fields.iter().any(|field| field.level > 0));
            gaps.extend(personal.map(|table| Gap {
                source: source.id.clone(),
                table: table.name.clone(),
                code: "declared".to_owned(),
                detail: String::new(),
            }));
        }
        Ok(gaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, task::Why};

    fn task(source: &str, stand: Stand) -> Task {
        Task {
            id: source.into(),
            request: "r".into(),
            number: 1,
            kind: Kind::Access,
            paused: false,
            source: source.into(),
            name: source.into(),
            step: Step::Search,
            why: Why::Down,
            detail: String::new(),
            owner: String::new(),
            stand,
            due_at: 0,
            made_at: 0,
            seen_at: 0,
            tries: 1,
            ended_at: 0,
            ended_by: String::new(),
            said: String::new(),
        }
    }

    #[test]
    fn a_source_has_one_task_that_opens_and_closes() {
        let fault =
            |source: &str| Fault { source: source.into(), why: Why::Down, detail: String::new() };
        let tasks = [
            task("open", Stand::Open),
            task("back", Stand::Open),
            task("reached", Stand::Reached),
            task("done", Stand::Done),
            task("dropped", Stand::Dropped),
            Task { why: Why::Rights, ..task("elsewise", Stand::Done) },
        ];
        let faults = ["new", "open", "reached", "done", "dropped", "elsewise"].map(fault);
        let expected = vec![
            Move::Make(&faults[0]),
            Move::Again("open", &faults[1]),
            Move::Reopen(&tasks[2], &faults[2]),
            Move::Reopen(&tasks[5], &faults[5]),
            Move::Reached(&tasks[1]),
        ];
        assert_eq!(moves(&tasks, &faults), expected);
    }
}
