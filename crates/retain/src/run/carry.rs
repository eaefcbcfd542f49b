//! What people do with plans and runs: ask for a second person, begin, pause, go on, stop, discard. An
//! approval is used up in the transaction that begins the run, so that both happen or neither.

use store::{Actor, Entry, WriteTx, now};
use web::access::{Action, Approval, ApprovalState, asker};

use super::{Run, RunState};
use crate::{Result, Retain, RetainError};

/// The kind of object such an approval is for.
pub const OBJECT: &str = "retention";
/// Characters of a reason: the least that says anything, the most that is kept.
const REASON: std::ops::RangeInclusive<usize> = 5..=1_000;
/// A plan is carried out within three days; later the database is another one.
const FRESH: i64 = 3 * 24 * 3600 * 1_000_000;

pub(super) async fn enqueue(tx: &mut WriteTx, run: &str) -> Result<()> {
    let job = tx.enqueue(super::plan::new_job(run)).await?;
    super::store::set_job(tx, run, &job.0).await
}

impl Retain {
    /// Asks a second person to agree to a plan. Asking again gives the same question back. The caller
    /// has checked that `by` may ask.
    pub async fn ask_run(&self, by: &Actor, id: &str, why: &str) -> Result<Approval> {
        let run = self.run(id).await?;
        if run.state != RunState::Planned {
            return Err(RetainError::Conflict("retain-error-state"));
        }
        if !REASON.contains(&why.trim().chars().count()) {
            return Err(RetainError::Rule("access-error-reason"));
        }
        let approvals = self.web().approvals();
        let asked =
            approvals.ask(&asker(by), Action::EnforceRetention, OBJECT, &run.id, why).await?;
        approvals.find(&asked.0).await?.ok_or(RetainError::NotFound("approval"))
    }

    /// What was last asked about a plan.
    pub async fn asked_about(&self, reader: &str, id: &str) -> Result<Option<Approval>> {
        let approvals = self.web().approvals();
        Ok(approvals.last_about(reader, Action::EnforceRetention, OBJECT, id).await?)
    }

    /// Whether a plan needs a second person: the first of a rule's version does, and one beyond its
    /// bound.
    pub async fn needs_approval(&self, run: &Run) -> Result<bool> {
        let rule = self.rule(&run.rule).await?;
        if rule.agreed_version != run.version {
            return Ok(true);
        }
        let last = self.last_finished(&rule.id).await?.map(|run| run.done.changed());
        let pace = &rule.body.pace;
        let rows = run.planned.changed();
        Ok(!super::plan::is_inside(rows, pace.most_rows, pace.most_percent, last))
    }

    /// Begins a plan. Who asked for the approval uses it up here; a plan inside the bound of a version
    /// that was agreed to needs none.
    pub async fn begin_run(&self, by: &Actor, id: &str) -> Result<()> {
        let run = self.run(id).await?;
        if run.state != RunState::Planned {
            return Err(RetainError::Conflict("retain-error-state"));
        }
        if now() - run.planned_at > FRESH {
            return Err(RetainError::Conflict("retain-error-old"));
        }
        let rule = self.rule(&run.rule).await?;
        if rule.version != run.version || !rule.is_on() {
            return Err(RetainError::Conflict("retain-error-changed"));
        }
        let needed = self.needs_approval(&run).await?;
        let agreed = self.asked_about(&asker(by), id).await?;
        let agreed = agreed.filter(|one| one.asked_by == asker(by));
        let approval = match (needed, agreed) {
            (false, _) => None,
            (true, Some(one)) if one.state == ApprovalState::Approved => Some(one),
            (true, _) => return Err(RetainError::Conflict("retain-error-needs")),
        };
        let entry = Entry::new(by.clone(), "retention.agreed", "retention_run", id);
        let mut tx = self.store().begin(entry).await?;
        if let Some(one) = approval {
            self.web().approvals().use_in(&mut tx, &one.asked_by, &one.id).await?;
            sqlx::query(
                "UPDATE retention_rule SET agreed_version = $1 WHERE id = $2 AND version = $1",
            )
            .bind(run.version)
            .bind(&run.rule)
            .execute(tx.conn())
            .await?;
        }
        moved(&mut tx, id, RunState::Queued, &["planned"]).await?;
        enqueue(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Pauses after the batch under way.
    pub async fn pause_run(&self, by: &Actor, id: &str) -> Result<()> {
        self.ask_to(by, id, "retention.pausing", RunState::Pausing, &["running"]).await
    }

    /// Stops after the batch under way; what is done stays done.
    pub async fn stop_run(&self, by: &Actor, id: &str) -> Result<()> {
        let run = self.run(id).await?;
        if run.state == RunState::Paused || run.state == RunState::Queued {
            let entry = Entry::new(by.clone(), "retention.stopped", "retention_run", id);
            let mut tx = self.store().begin(entry).await?;
            moved(&mut tx, id, RunState::Stopped, &["paused", "queued"]).await?;
            sqlx::query("UPDATE retention_run SET ended_at = $1, error = 'person' WHERE id = $2")
                .bind(now())
                .bind(id)
                .execute(tx.conn())
                .await?;
            tx.commit().await?;
            return Ok(());
        }
        let from = ["running", "pausing"];
        self.ask_to(by, id, "retention.stopping", RunState::Stopping, &from).await
    }

    async fn ask_to(
        &self,
        by: &Actor,
        id: &str,
        action: &'static str,
        state: RunState,
        from: &[&str],
    ) -> Result<()> {
        let mut tx =
            self.store().begin(Entry::new(by.clone(), action, "retention_run", id)).await?;
        moved(&mut tx, id, state, from).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Goes on where a run stands.
    pub async fn resume_run(&self, by: &Actor, id: &str) -> Result<()> {
        let run = self.run(id).await?;
        if !run.state.can_resume() || run.begun_at == 0 {
            return Err(RetainError::Conflict("retain-error-state"));
        }
        let entry = Entry::new(by.clone(), "retention.resumed", "retention_run", id);
        let mut tx = self.store().begin(entry).await?;
        moved(&mut tx, id, RunState::Queued, &["paused", "stopped", "failed"]).await?;
        sqlx::query(
            "UPDATE retention_run SET error = '', error_why = '', ended_at = 0 WHERE id = $1",
        )
        .bind(id)
        .execute(tx.conn())
        .await?;
        enqueue(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lays a plan aside.
    pub async fn discard_run(&self, by: &Actor, id: &str) -> Result<()> {
        let entry = Entry::new(by.clone(), "retention.discarded", "retention_run", id);
        let mut tx = self.store().begin(entry).await?;
        moved(&mut tx, id, RunState::Discarded, &["planned"]).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Of two people (or two servers) who move a run at once one succeeds.
async fn moved(tx: &mut WriteTx, id: &str, to: RunState, from: &[&str]) -> Result<()> {
    let from: Vec<String> = from.iter().map(|state| format!("'{state}'")).collect();
    let sql = format!(
        "UPDATE retention_run SET state = $1 WHERE id = $2 AND state IN ({})",
        from.join(", ")
    );
    let done =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(to.as_str()).bind(id).execute(tx.conn()).await?;
    if done.rows_affected() == 0 {
        return Err(RetainError::Conflict("retain-error-state"));
    }
    Ok(())
}
