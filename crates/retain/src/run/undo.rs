//! The undo window: sealed copies of rows with a key of their run, which is destroyed when the window
//! ends. Without the key the copies say nothing, here and in backups made after it.

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use purge::{BatchCopy, Plan};
use store::{Actor, Entry, JobContext, JobError, NewJob, now};
use vault::Blob;
use web::access::{Action, Approval, ApprovalState, asker};

use super::{
    Run,
    model::Restored,
    plan::{retry, told},
    store::text,
};
use crate::{Result, Retain, RetainError, RuleBody};

/// The kind of object an approval for undoing is for.
pub const OBJECT: &str = "retention_undo";
/// The number under which the plan itself is kept beside the batches, which count from 0.
const PLAN: i64 = -1;
/// When windows are looked at.
const EVERY_HOUR: &str = "13 * * * *";

/// What seals the copies of one run.
pub(super) struct Copies(Blob);

fn key_context(run: &str) -> String {
    format!("retention-copy:{run}:key")
}

fn copy_context(run: &str, batch: i64) -> String {
    format!("retention-copy:{run}:{batch}")
}

impl Retain {
    /// What seals a run's copies; `None` where the rule keeps none.
    pub(super) async fn copies_of(
        &self,
        run: &Run,
        body: &RuleBody,
        plan: &Plan,
    ) -> Result<Option<Copies>> {
        if body.pace.undo_days == 0 {
            return Ok(None);
        }
        if let Some(copies) = self.open_copies(&run.id).await? {
            return Ok(Some(copies));
        }
        let mut key = [0; 32];
        rand::fill(&mut key)
            .map_err(|_| store::StoreError::Keys("the system has no random numbers".to_owned()))?;
        let sealed = self.store().seal(&key_context(&run.id), &STANDARD.encode(key));
        let mut tx = self.store().begin_upkeep().await?;
        sqlx::query("INSERT INTO retention_copy_key (run_id, sealed) VALUES ($1, $2)")
            .bind(&run.id)
            .bind(sealed)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        let copies = self.sealing(&key);
        self.keep_sealed(&run.id, &copies, PLAN, plan).await?;
        Ok(Some(copies))
    }

    fn sealing(&self, key: &[u8; 32]) -> Copies {
        Copies(Blob::with_profile(self.store().profile(), key))
    }

    async fn open_copies(&self, run: &str) -> Result<Option<Copies>> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT sealed FROM retention_copy_key WHERE run_id = $1")
                .bind(run)
                .fetch_optional(self.store().reader())
                .await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let text = self.store().unseal(&key_context(run), &sealed)?;
        let key = STANDARD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        Ok(Some(self.sealing(&key.ok_or(RetainError::Damaged("key of copies"))?)))
    }

    /// Keeps the rows of a batch before it is committed. The same batch again replaces its copy.
    pub(super) async fn keep_copy(
        &self,
        run: &str,
        copies: &Copies,
        copy: &BatchCopy,
    ) -> Result<()> {
        let batch = i64::try_from(copy.batch).unwrap_or(i64::MAX);
        self.keep_sealed(run, copies, batch, copy).await
    }

    async fn keep_sealed(
        &self,
        run: &str,
        copies: &Copies,
        batch: i64,
        what: &impl serde::Serialize,
    ) -> Result<()> {
        let plain = serde_json::to_vec(what).map_err(|_| RetainError::Damaged("copy"))?;
        let sealed = copies.0.seal(copy_context(run, batch).as_bytes(), plain);
        let mut tx = self.store().begin_upkeep().await?;
        sqlx::query(
            "INSERT INTO retention_copy (run_id, batch, sealed) VALUES ($1, $2, $3)
             ON CONFLICT (run_id, batch) DO UPDATE SET sealed = excluded.sealed",
        )
        .bind(run)
        .bind(batch)
        .bind(STANDARD.encode(sealed))
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends windows whose time is over: the key is destroyed and the copies removed. Also at every
    /// start, for a database that was put back from before.
    pub async fn end_windows(&self) -> Result<()> {
        let by = Actor::System("retention");
        let store = self.store();
        store
            .schedule(
                "retain:windows",
                super::WINDOWS_JOB,
                EVERY_HOUR,
                "UTC",
                serde_json::json!({}),
                by.clone(),
            )
            .await?;
        let due: Vec<(String,)> = sqlx::query_as(
            "SELECT id FROM retention_run
             WHERE undo IN ('kept', 'failed', 'restored') AND undo_until > 0 AND undo_until <= $1
               AND state IN ('finished', 'stopped', 'failed')",
        )
        .bind(now())
        .fetch_all(store.reader())
        .await?;
        for (run,) in due {
            let entry = Entry::new(by.clone(), "retention.copies_destroyed", "retention_run", &run);
            let mut tx = store.begin(entry).await?;
            for sql in [
                "DELETE FROM retention_copy_key WHERE run_id = $1",
                "DELETE FROM retention_copy WHERE run_id = $1",
                "UPDATE retention_run SET undo = CASE WHEN undo = 'restored' THEN undo ELSE 'gone' END,
                   undo_until = CASE WHEN undo = 'restored' THEN 0 ELSE undo_until END WHERE id = $1",
            ] {
                sqlx::query(sql).bind(&run).execute(tx.conn()).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Asks a second person to agree that a run's rows are put back.
    pub async fn ask_undo(&self, by: &Actor, id: &str, why: &str) -> Result<Approval> {
        let run = self.run(id).await?;
        if !run.can_be_undone() {
            return Err(RetainError::Conflict("retain-error-undo-over"));
        }
        if !(5..=1_000).contains(&why.trim().chars().count()) {
            return Err(RetainError::Rule("access-error-reason"));
        }
        let approvals = self.web().approvals();
        let asked =
            approvals.ask(&asker(by), Action::EnforceRetention, OBJECT, &run.id, why).await?;
        approvals.find(&asked.0).await?.ok_or(RetainError::NotFound("approval"))
    }

    /// What was last asked about putting a run's rows back.
    pub async fn undo_asked(&self, reader: &str, id: &str) -> Result<Option<Approval>> {
        let approvals = self.web().approvals();
        Ok(approvals.last_about(reader, Action::EnforceRetention, OBJECT, id).await?)
    }

    /// Begins to put rows back; the approval is used up with it.
    pub async fn begin_undo(&self, by: &Actor, id: &str) -> Result<()> {
        let run = self.run(id).await?;
        if !run.can_be_undone() {
            return Err(RetainError::Conflict("retain-error-undo-over"));
        }
        let agreed = self.undo_asked(&asker(by), id).await?;
        let agreed = agreed
            .filter(|one| one.asked_by == asker(by) && one.state == ApprovalState::Approved)
            .ok_or(RetainError::Conflict("retain-error-needs"))?;
        let entry = Entry::new(by.clone(), "retention.restoring", "retention_run", id);
        let mut tx = self.store().begin(entry).await?;
        self.web().approvals().use_in(&mut tx, &agreed.asked_by, &agreed.id).await?;
        let moved = sqlx::query(
            "UPDATE retention_run SET undo = 'queued' WHERE id = $1 AND undo IN ('kept', 'failed')",
        )
        .bind(id)
        .execute(tx.conn())
        .await?;
        if moved.rows_affected() == 0 {
            return Err(RetainError::Conflict("retain-error-state"));
        }
        tx.enqueue(NewJob {
            kind: super::UNDO_JOB,
            payload: serde_json::json!({ "run": id }),
            dedupe: Some(format!("retention-undo:{id}")),
            max_attempts: 5,
        })
        .await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn undo_failed(&self, run: &str) -> Result<()> {
        let by = Actor::System("retention");
        let entry = Entry::new(by, "retention.restore_failed", "retention_run", run);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE retention_run SET undo = 'failed' WHERE id = $1 AND undo IN ('queued', 'restoring')",
        )
        .bind(run)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() > 0 {
            tx.commit().await?;
        }
        Ok(())
    }

    async fn restored(&self, run: &str, back: &Restored) -> Result<()> {
        let by = Actor::System("retention");
        let entry = Entry::new(by, "retention.restored", "retention_run", run);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(back)));
        // The rows are where they were: their copies have no purpose any more.
        for sql in [
            "DELETE FROM retention_copy_key WHERE run_id = $1",
            "DELETE FROM retention_copy WHERE run_id = $1",
        ] {
            sqlx::query(sql).bind(run).execute(tx.conn()).await?;
        }
        sqlx::query("UPDATE retention_run SET undo = 'restored', undo_done = $1, undo_until = 0 WHERE id = $2")
            .bind(text(back))
            .bind(run)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

impl Run {
    /// Copies are there, the window is open and the run stands still.
    pub fn can_be_undone(&self) -> bool {
        self.has_certificate()
            && matches!(self.undo.as_str(), "kept" | "failed")
            && (self.undo_until == 0 || self.undo_until > now())
    }
}

/// The job that puts rows back, the last batch first. Rows that are there already stay as they are, so
/// that after a crash it simply begins again.
pub(super) async fn restore(retain: &Retain, context: &JobContext) -> Result<(), JobError> {
    let id = context.payload["run"].as_str().unwrap_or_default().to_owned();
    let run = retain.run(&id).await.map_err(retry)?;
    if !matches!(run.undo.as_str(), "queued" | "restoring") {
        return Ok(());
    }
    match put_back(retain, context, &run).await {
        Ok(back) => retain.restored(&id, &back).await.map_err(retry),
        Err(RetainError::Store(error)) => Err(error.into()),
        Err(error) => {
            let (code, _) = told(&error);
            retain.undo_failed(&id).await.map_err(retry)?;
            Err(JobError::Fatal(format!("not all rows could be put back: {code}")))
        }
    }
}

async fn put_back(retain: &Retain, context: &JobContext, run: &Run) -> Result<Restored> {
    let copies = retain.open_copies(&run.id).await?;
    let copies = copies.ok_or(RetainError::Conflict("retain-error-undo-over"))?;
    let source = retain.map().source(&run.source).await?;
    let target = retain.target_of(&source).await?;
    let plan: Plan = retain.kept(&run.id, &copies, PLAN).await?;
    let batches: Vec<(i64,)> = sqlx::query_as(
        "SELECT batch FROM retention_copy WHERE run_id = $1 AND batch >= 0 ORDER BY batch DESC",
    )
    .bind(&run.id)
    .fetch_all(retain.store().reader())
    .await?;
    let total = batches.len() as i64;
    let mut back = Restored::default();
    for (at, (batch,)) in batches.into_iter().enumerate() {
        let copy: BatchCopy = retain.kept(&run.id, &copies, batch).await?;
        let done = purge::restore(&target, &plan, &copy).await?;
        back.rows += done.inserted + done.updated;
        back.left += done.left;
        // A stop of the server is no reason to give up: the job comes again.
        let _ = context.progress(at as i64 + 1, total, &run.rule_name).await;
    }
    Ok(back)
}

impl Retain {
    /// Opens what was kept of a run under a number.
    async fn kept<T: serde::de::DeserializeOwned>(
        &self,
        run: &str,
        copies: &Copies,
        batch: i64,
    ) -> Result<T> {
        let sealed: String = sqlx::query_scalar(
            "SELECT sealed FROM retention_copy WHERE run_id = $1 AND batch = $2",
        )
        .bind(run)
        .bind(batch)
        .fetch_one(self.store().reader())
        .await?;
        let damaged = || RetainError::Damaged("copy");
        let bytes = STANDARD.decode(sealed).map_err(|_| damaged())?;
        let plain = copies.0.open(copy_context(run, batch).as_bytes(), bytes);
        serde_json::from_slice(&plain.map_err(|_| damaged())?).map_err(|_| damaged())
    }
}
