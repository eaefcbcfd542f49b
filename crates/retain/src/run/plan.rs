//! The job that counts what a rule would do, and decides whether a person has to look at it.

use store::{Actor, Entry, JobContext, JobError, NewJob, new_id, now};

use super::{Done, RunState, Why, steps, store::text};
use crate::{Result, Retain, RetainError, Rule};

/// Examples of each table.
const EXAMPLES: usize = 3;

/// The plan a job is for: made by a button, or now by the rule's schedule.
pub(super) async fn run_for(retain: &Retain, context: &JobContext) -> Result<Option<String>> {
    if let Some(run) = context.payload["run"].as_str() {
        return Ok(Some(run.to_owned()));
    }
    // Queued by a schedule. After a crash the row may be there already.
    if let Some(run) = retain.run_of_job(&context.id.0).await? {
        return Ok(Some(run));
    }
    let rule = retain.rule(context.payload["rule"].as_str().unwrap_or_default()).await?;
    if !rule.is_on() || !rule.is_limit() || retain.unfinished_run(&rule.id).await?.is_some() {
        return Ok(None);
    }
    let (id, by) = (new_id(), Actor::System("scheduler"));
    let entry = Entry::new(by.clone(), "retention.planning", "retention_run", &id);
    let mut tx = retain.store().begin(entry).await?;
    retain.insert_run(&mut tx, &id, &rule, &by, true).await?;
    super::store::set_job(&mut tx, &id, &context.id.0).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// Counts, writes what was found, and goes on to the run where nobody has to be asked.
pub(super) async fn plan(retain: &Retain, context: &JobContext) -> Result<(), JobError> {
    let Some(id) = run_for(retain, context).await.map_err(retry)? else { return Ok(()) };
    let run = retain.run(&id).await.map_err(retry)?;
    if run.state != RunState::Planning {
        return Ok(());
    }
    match counted(retain, &id).await {
        Ok(()) => Ok(()),
        Err(RetainError::Store(error)) => Err(error.into()),
        Err(error) => {
            let (code, why) = told(&error);
            retain.fail_run(&id, &code, &why).await.map_err(retry)?;
            Err(JobError::Fatal(format!("the plan could not be made: {code}")))
        }
    }
}

pub(super) fn retry(error: RetainError) -> JobError {
    match error {
        RetainError::Store(error) => error.into(),
        other => JobError::Retry(other.to_string()),
    }
}

/// A code that pages translate, and what it is about.
pub(super) fn told(error: &RetainError) -> (String, String) {
    match error {
        RetainError::Purge(purge::PurgeError::Source(error)) => {
            (format!("source-{}", error.code()), error.to_string())
        }
        RetainError::Purge(error) => (error.code().to_owned(), error.to_string()),
        RetainError::Conflict(key) | RetainError::Rule(key) => ((*key).to_owned(), String::new()),
        RetainError::NotFound(_) | RetainError::Map(_) => ("gone".to_owned(), String::new()),
        other => ("other".to_owned(), other.to_string()),
    }
}

async fn counted(retain: &Retain, id: &str) -> Result<()> {
    let run = retain.run(id).await?;
    let rule = retain.rule(&run.rule).await?;
    let body = retain.rule_at(&run.rule, run.version).await?;
    let at = now();
    let ready = retain.ready(&body, at).await?;
    let found = ready.count(EXAMPLES).await?;
    let counts = steps::done(&found.counts, found.exact);
    let waits = waits(retain, &rule, run.version, run.by_schedule, &counts).await?;
    let entry = Entry::new(Actor::System("retention"), "retention.planned", "retention_run", id);
    let mut tx = retain.store().begin(entry).await?;
    tx.states(None, Some(retain.store().digest(&(&ready.plan.fingerprint, &counts))));
    let state = if waits.is_some() { RunState::Planned } else { RunState::Queued };
    let updated = sqlx::query(
        "UPDATE retention_run SET state = $1, waits = $2, cutoff = $3, fingerprint = $4, plan = $5,
           counts = $6, examples = $7, held = $8, rows_planned = $9, rows_kept = $10, planned_at = $11
         WHERE id = $12 AND state = 'planning'",
    )
    .bind(state.as_str())
    .bind(waits.map_or("", Why::as_str))
    .bind(at)
    .bind(&ready.plan.fingerprint)
    .bind(text(&steps::steps(&ready.plan)))
    .bind(text(&counts))
    .bind(text(&found.examples))
    .bind(text(&ready.held_ids()))
    .bind(i64::try_from(counts.changed()).unwrap_or(i64::MAX))
    .bind(i64::try_from(counts.kept_rows()).unwrap_or(i64::MAX))
    .bind(now())
    .bind(id)
    .execute(tx.conn())
    .await?;
    if updated.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "UPDATE retention_rule SET due_rows = $1, due_at = $2 WHERE id = $3 AND version = $4",
    )
    .bind(i64::try_from(counts.roots).unwrap_or(i64::MAX))
    .bind(at)
    .bind(&run.rule)
    .bind(run.version)
    .execute(tx.conn())
    .await?;
    if state == RunState::Queued {
        super::carry::enqueue(&mut tx, id).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Why a person has to look at a plan; `None` when it may be carried out at once.
async fn waits(
    retain: &Retain,
    rule: &Rule,
    version: i64,
    by_schedule: bool,
    counts: &Done,
) -> Result<Option<Why>> {
    if !by_schedule {
        return Ok(Some(if rule.agreed_version == version { Why::Asked } else { Why::First }));
    }
    if rule.agreed_version != version {
        return Ok(Some(Why::First));
    }
    let last = retain.last_finished(&rule.id).await?.map(|run| run.done.changed());
    let pace = &rule.body.pace;
    Ok((!is_inside(counts.changed(), pace.most_rows, pace.most_percent, last))
        .then_some(Why::Bound))
}

/// Whether a scheduled run may go on without a person.
pub(super) fn is_inside(rows: u64, most_rows: i64, most_percent: i64, last: Option<u64>) -> bool {
    let by_rows = u64::try_from(most_rows).is_ok_and(|most| rows <= most);
    let by_percent = most_percent > 0
        && last.is_some_and(|last| {
            let percent = u128::from(most_percent.unsigned_abs());
            u128::from(rows) * 100 <= u128::from(last) * (100 + percent)
        });
    rows == 0 || by_rows || by_percent
}

/// Used by the job that a schedule queued when the rule has a run under way.
pub(super) fn new_job(run: &str) -> NewJob {
    NewJob {
        kind: super::RUN_JOB,
        payload: serde_json::json!({ "run": run }),
        dedupe: Some(format!("retention-run:{run}")),
        max_attempts: 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheduled_run_goes_on_alone_only_inside_its_bound() {
        assert!(is_inside(0, 0, 0, None), "nothing to do harms nobody");
        assert!(!is_inside(1, 0, 0, Some(100)));
        assert!(is_inside(50, 50, 0, None) && !is_inside(51, 50, 0, None));
        assert!(is_inside(120, 0, 20, Some(100)) && !is_inside(121, 0, 20, Some(100)));
        assert!(!is_inside(10, 0, 20, None), "without a run before there is no usual number");
    }
}
