//! All SQL of plans and runs.

use sqlx::FromRow;
use store::{Actor, Entry, WriteTx, new_id, now};

use super::{Done, PlanStep, Run, RunFilter, RunState, Why, model::Restored};
use crate::{Result, Retain, RetainError, Rule};

#[derive(FromRow)]
struct Line {
    id: String,
    rule_id: String,
    name: String,
    version: i64,
    source_id: String,
    started_by: String,
    by_schedule: i64,
    state: String,
    waits: String,
    job_id: String,
    cutoff: i64,
    fingerprint: String,
    plan: String,
    counts: String,
    examples: String,
    held: String,
    done: String,
    batches: i64,
    error: String,
    error_why: String,
    created_at: i64,
    planned_at: i64,
    begun_at: i64,
    ended_at: i64,
    undo: String,
    undo_until: i64,
    undo_done: String,
}

/// JSON of a column; an empty one is the default.
fn json<T: serde::de::DeserializeOwned + Default>(text: &str) -> Result<T> {
    if text.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|_| RetainError::Damaged("run"))
}

pub(super) fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl TryFrom<Line> for Run {
    type Error = RetainError;

    fn try_from(line: Line) -> Result<Self> {
        Ok(Self {
            state: RunState::parse(&line.state).ok_or(RetainError::Damaged("run"))?,
            waits: Why::parse(&line.waits),
            steps: json::<Vec<PlanStep>>(&line.plan)?,
            planned: json::<Done>(&line.counts)?,
            examples: json(&line.examples)?,
            held: json(&line.held)?,
            done: json::<Done>(&line.done)?,
            undo_done: json::<Restored>(&line.undo_done)?,
            id: line.id,
            rule: line.rule_id,
            rule_name: line.name,
            version: line.version,
            source: line.source_id,
            started_by: line.started_by,
            by_schedule: line.by_schedule == 1,
            job: line.job_id,
            cutoff: line.cutoff,
            fingerprint: line.fingerprint,
            batches: line.batches,
            error: line.error,
            error_why: line.error_why,
            created_at: line.created_at,
            planned_at: line.planned_at,
            begun_at: line.begun_at,
            ended_at: line.ended_at,
            undo: line.undo,
            undo_until: line.undo_until,
        })
    }
}

const READ: &str = "SELECT n.id, n.rule_id, r.name, n.version, n.source_id, n.started_by,
    n.by_schedule, n.state, n.waits, n.job_id, n.cutoff, n.fingerprint, n.plan, n.counts, n.examples,
    n.held, n.done, n.batches, n.error, n.error_why, n.created_at, n.planned_at, n.begun_at,
    n.ended_at, n.undo, n.undo_until, n.undo_done
  FROM retention_run n JOIN retention_rule r ON r.id = n.rule_id";

pub(super) fn context(run: &str) -> String {
    format!("retention-run:{run}:place")
}

impl Retain {
    /// A page of runs, the newest first, and how many there are.
    pub async fn list_runs(
        &self,
        filter: RunFilter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Run>, i64)> {
        const WHERE: &str = "($1 = '' OR n.rule_id = $1) AND ($2 = '' OR n.state = $2)
             AND ($3 = '' OR n.begun_at > 0)";
        let sql = format!(
            "{READ} WHERE {WHERE} ORDER BY n.created_at DESC, n.id DESC LIMIT $4 OFFSET $5"
        );
        let lines: Vec<Line> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(filter.rule)
            .bind(filter.state)
            .bind(filter.changed)
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store().reader())
            .await?;
        let count = format!("SELECT COUNT(*) FROM retention_run n WHERE {WHERE}");
        let total: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .bind(filter.rule)
            .bind(filter.state)
            .bind(filter.changed)
            .fetch_one(self.store().reader())
            .await?;
        Ok((lines.into_iter().map(Run::try_from).collect::<Result<_>>()?, total))
    }

    /// The newest runs, plans included: for the audit.
    pub async fn runs(&self, limit: i64) -> Result<Vec<Run>> {
        Ok(self.list_runs(RunFilter::default(), limit, 0).await?.0)
    }

    /// One by id.
    pub async fn run(&self, id: &str) -> Result<Run> {
        let line: Option<Line> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("{READ} WHERE n.id = $1")))
                .bind(id)
                .fetch_optional(self.store().reader())
                .await?;
        line.ok_or(RetainError::NotFound("run"))?.try_into()
    }

    /// The run of a rule that is under way or stands half done, if there is one.
    pub(crate) async fn unfinished_run(&self, rule: &str) -> Result<Option<Run>> {
        let sql = format!(
            "{READ} WHERE n.rule_id = $1 AND (n.state IN ('planning', 'queued', 'running', 'pausing',
               'stopping', 'paused') OR (n.state IN ('stopped', 'failed') AND n.begun_at > 0
               AND n.created_at = (SELECT MAX(m.created_at) FROM retention_run m
                 WHERE m.rule_id = n.rule_id AND m.begun_at > 0)))
             ORDER BY n.created_at DESC LIMIT 1"
        );
        let line: Option<Line> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(rule)
            .fetch_optional(self.store().reader())
            .await?;
        line.map(Run::try_from).transpose()
    }

    /// The last run of a rule that finished.
    pub(crate) async fn last_finished(&self, rule: &str) -> Result<Option<Run>> {
        let filter = RunFilter { rule, state: "finished", changed: "" };
        Ok(self.list_runs(filter, 1, 0).await?.0.pop())
    }

    /// Begins a plan: a row and its job. While one of this rule is counted or carried out, that one is
    /// given back.
    pub async fn start_plan(&self, by: &Actor, rule: &str, by_schedule: bool) -> Result<String> {
        let rule = self.rule(rule).await?;
        if !rule.is_limit() {
            return Err(RetainError::Conflict("retain-error-duty-run"));
        }
        if let Some(open) = self.unfinished_run(&rule.id).await?
            && open.state.is_moving()
        {
            return Ok(open.id);
        }
        let id = new_id();
        let entry = Entry::new(by.clone(), "retention.planning", "retention_run", &id);
        let mut tx = self.store().begin(entry).await?;
        self.insert_run(&mut tx, &id, &rule, by, by_schedule).await?;
        let job = tx
            .enqueue(store::NewJob {
                kind: super::PLAN_JOB,
                payload: serde_json::json!({ "run": id }),
                dedupe: None,
                max_attempts: 3,
            })
            .await?;
        set_job(&mut tx, &id, &job.0).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub(super) async fn insert_run(
        &self,
        tx: &mut WriteTx,
        id: &str,
        rule: &Rule,
        by: &Actor,
        by_schedule: bool,
    ) -> Result<()> {
        // Plans that nobody carried out are over when there is a newer one.
        sqlx::query(
            "UPDATE retention_run SET state = 'discarded', ended_at = $1
             WHERE rule_id = $2 AND state = 'planned'",
        )
        .bind(now())
        .bind(&rule.id)
        .execute(tx.conn())
        .await?;
        sqlx::query(
            "INSERT INTO retention_run (id, rule_id, version, source_id, started_by, by_schedule,
               state, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'planning', $7)",
        )
        .bind(id)
        .bind(&rule.id)
        .bind(rule.version)
        .bind(&rule.body.source)
        .bind(by.to_text())
        .bind(i64::from(by_schedule))
        .bind(now())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// The run that a job made a moment before it was cut short.
    pub(super) async fn run_of_job(&self, job: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT id FROM retention_run WHERE job_id = $1")
            .bind(job)
            .fetch_optional(self.store().reader())
            .await?)
    }

    /// How far a run has come, as its last batch left it.
    pub(super) async fn place_of(&self, run: &str) -> Result<Option<purge::Progress>> {
        let sealed: String =
            sqlx::query_scalar("SELECT place_sealed FROM retention_run WHERE id = $1")
                .bind(run)
                .fetch_one(self.store().reader())
                .await?;
        if sealed.is_empty() {
            return Ok(None);
        }
        let text = self.store().unseal(&context(run), &sealed)?;
        serde_json::from_str(&text).map(Some).map_err(|_| RetainError::Damaged("run"))
    }

    /// Writes how far a run has come; says how it stands then. Its beginning and its end have entries
    /// of the log, its batches have none.
    pub(super) async fn write_place(
        &self,
        run: &str,
        place: &purge::Progress,
        done: &Done,
    ) -> Result<RunState> {
        let sealed = self.store().seal(&context(run), &text(place));
        let mut tx = self.store().begin_upkeep().await?;
        let state: Option<String> = sqlx::query_scalar(
            "UPDATE retention_run SET place_sealed = $1, done = $2, rows_done = $3, rows_kept = $4,
               batches = $5 WHERE id = $6 RETURNING state",
        )
        .bind(sealed)
        .bind(text(done))
        .bind(i64::try_from(done.changed()).unwrap_or(i64::MAX))
        .bind(i64::try_from(done.kept_rows()).unwrap_or(i64::MAX))
        .bind(i64::try_from(place.batches).unwrap_or(i64::MAX))
        .bind(run)
        .fetch_optional(tx.conn())
        .await?;
        tx.commit().await?;
        state.as_deref().and_then(RunState::parse).ok_or(RetainError::NotFound("run"))
    }

    /// A plan or run that could not go on.
    pub(super) async fn fail_run(&self, run: &str, code: &str, why: &str) -> Result<()> {
        let by = Actor::System("retention");
        let entry = Entry::new(by, "retention.failed", "retention_run", run);
        let mut tx = self.store().begin(entry).await?;
        let changed = sqlx::query(
            "UPDATE retention_run SET state = 'failed', error = $1, error_why = $2, ended_at = $3
             WHERE id = $4 AND state IN ('planning', 'queued', 'running', 'pausing', 'stopping')",
        )
        .bind(code)
        .bind(why.chars().take(1_000).collect::<String>())
        .bind(now())
        .bind(run)
        .execute(tx.conn())
        .await?;
        if changed.rows_affected() > 0 {
            tx.commit().await?;
        }
        Ok(())
    }
}

pub(super) async fn set_job(tx: &mut WriteTx, run: &str, job: &str) -> Result<()> {
    sqlx::query("UPDATE retention_run SET job_id = $1 WHERE id = $2")
        .bind(job)
        .bind(run)
        .execute(tx.conn())
        .await?;
    Ok(())
}
