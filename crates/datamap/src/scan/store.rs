//! All SQL of scans as such: queueing, reading, ending.

use ::sources::SourceError;
use serde::Serialize;
use sqlx::FromRow;
use store::{Actor, Entry, JobId, NewJob, new_id, now};

use crate::{
    DataMap, DataMapError, Result,
    model::{Scan, ScanProblem},
};

/// A scan with the names around it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct ScanSummary {
    /// The scan.
    #[sqlx(flatten)]
    pub scan: Scan,
    /// Its source's name.
    pub source_name: String,
}

/// A store as the source's page lists it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct StoreSummary {
    /// Id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// `table` | `view` | `file`.
    pub kind: String,
    /// Rows by the catalogue's estimate.
    pub rows_estimate: Option<i64>,
    /// Rows looked at.
    pub rows_sampled: i64,
    /// Whose data: decided, else found.
    pub people: String,
    /// Gone since (µs).
    pub vanished_at: Option<i64>,
    /// Fields.
    pub fields: i64,
    /// Of them personal.
    pub personal: i64,
    /// The highest sensitivity, 0..=3.
    pub level: i64,
}

impl DataMap {
    /// Queues a scan of a source and returns its id; while one is queued or running, returns that one.
    pub async fn start_scan(
        &self,
        actor: Actor,
        source_id: &str,
        started_by: &str,
    ) -> Result<String> {
        if self.source(source_id).await?.kind == "declared" {
            return Err(DataMapError::Conflict("scan-error-declared"));
        }
        if let Some(scan) = self.scan_at_work(source_id).await? {
            return Ok(scan.id);
        }
        let id = new_id();
        let mut tx = self.store().begin(Entry::new(actor, "scan.queued", "scan", &id)).await?;
        let job = tx
            .enqueue(NewJob {
                kind: "scan",
                payload: serde_json::json!({ "scan_id": id, "source_id": source_id }),
                dedupe: Some(format!("scan:{source_id}")),
                max_attempts: 3,
            })
            .await?;
        sqlx::query(
            "INSERT INTO scan (id, source_id, job_id, state, started_by, created_at)
             VALUES ($1, $2, $3, 'queued', $4, $5)",
        )
        .bind(&id)
        .bind(source_id)
        .bind(&job.0)
        .bind(started_by)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Asks a scan to stop. What it found stays.
    pub async fn cancel_scan(&self, actor: Actor, scan_id: &str) -> Result<()> {
        let scan = self.scan(scan_id).await?;
        if let Some(job) = scan.job_id {
            self.store().cancel_job(&JobId(job), actor).await?;
        }
        Ok(())
    }

    /// One scan.
    pub async fn scan(&self, id: &str) -> Result<Scan> {
        sqlx::query_as("SELECT * FROM scan WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or(DataMapError::NotFound("scan"))
    }

    /// A source's scan that is queued or running.
    pub async fn active_scan(&self, source_id: &str) -> Result<Option<Scan>> {
        Ok(sqlx::query_as(
            "SELECT * FROM scan WHERE source_id = $1 AND state IN ('queued', 'running')
             ORDER BY created_at DESC, id DESC LIMIT 1",
        )
        .bind(source_id)
        .fetch_optional(self.store().reader())
        .await?)
    }

    /// The same, if its job still lives. A scan whose job is over (a schedule and a person queued it
    /// in the same moment, and one job served both) is ended here, or it would block its source.
    pub(crate) async fn scan_at_work(&self, source_id: &str) -> Result<Option<Scan>> {
        let Some(scan) = self.active_scan(source_id).await? else { return Ok(None) };
        let job = match &scan.job_id {
            Some(id) => self.store().job(&JobId(id.clone())).await?,
            None => None,
        };
        if job.is_some_and(|job| !job.state.is_over()) {
            return Ok(Some(scan));
        }
        self.scan_ended(&scan.id, "failed", None).await?;
        Ok(None)
    }

    /// The newest scans, of one source or of all.
    pub async fn recent_scans(
        &self,
        source_id: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ScanSummary>> {
        Ok(sqlx::query_as(
            "SELECT c.*, s.name AS source_name FROM scan c JOIN source s ON s.id = c.source_id
             WHERE ($1 = '' OR c.source_id = $1) ORDER BY c.created_at DESC, c.id DESC LIMIT $2",
        )
        .bind(source_id.unwrap_or_default())
        .bind(limit)
        .fetch_all(self.store().reader())
        .await?)
    }

    /// What a scan could not read.
    pub async fn scan_problems(&self, scan_id: &str) -> Result<Vec<ScanProblem>> {
        Ok(sqlx::query_as(
            "SELECT * FROM scan_problem WHERE scan_id = $1 ORDER BY store_name LIMIT 1000",
        )
        .bind(scan_id)
        .fetch_all(self.store().reader())
        .await?)
    }

    /// How many changes a scan told.
    pub async fn changes_of_scan(&self, scan_id: &str) -> Result<i64> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM drift WHERE scan_id = $1")
            .bind(scan_id)
            .fetch_one(self.store().reader())
            .await?;
        Ok(count)
    }

    /// A source's stores, most sensitive first, `limit` of them from `offset` on, and how many there are.
    pub async fn stores(
        &self,
        source_id: &str,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<StoreSummary>, i64)> {
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM data_store WHERE source_id = $1")
                .bind(source_id)
                .fetch_one(self.store().reader())
                .await?;
        let rows = sqlx::query_as(
            "SELECT d.id, d.name, d.kind, d.rows_estimate, d.rows_sampled, d.vanished_at,
               CASE WHEN d.people_decided <> '' THEN d.people_decided ELSE d.people END AS people,
               COUNT(f.id) AS fields,
               CAST(COALESCE(SUM(CASE WHEN f.level > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS personal,
               CAST(COALESCE(MAX(f.level), 0) AS BIGINT) AS level
             FROM data_store d LEFT JOIN field f ON f.store_id = d.id AND f.vanished_at IS NULL
             WHERE d.source_id = $1
             GROUP BY d.id, d.name, d.kind, d.rows_estimate, d.rows_sampled, d.vanished_at,
               d.people_decided, d.people
             ORDER BY level DESC, personal DESC, d.name LIMIT $2 OFFSET $3",
        )
        .bind(source_id)
        .bind(limit)
        .bind(offset)
        .fetch_all(self.store().reader())
        .await?;
        Ok((rows, count))
    }

    /// The scan a job works on: the one it was queued with, the one an earlier attempt created, or
    /// (for a schedule) a new one.
    pub(super) async fn scan_of_job(
        &self,
        job: &JobId,
        payload: &serde_json::Value,
    ) -> Result<Scan> {
        let text =
            |name: &str| payload.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let named = text("scan_id");
        if !named.is_empty() {
            return self.scan(&named).await;
        }
        let earlier: Option<Scan> = sqlx::query_as("SELECT * FROM scan WHERE job_id = $1")
            .bind(&job.0)
            .fetch_optional(self.store().reader())
            .await?;
        if let Some(scan) = earlier {
            return Ok(scan);
        }
        let source = self.source(&text("source_id")).await?;
        let id = new_id();
        let mut tx = self
            .store()
            .begin(Entry::new(Actor::System("scheduler"), "scan.queued", "scan", &id))
            .await?;
        sqlx::query(
            "INSERT INTO scan (id, source_id, job_id, state, started_by, created_at)
             VALUES ($1, $2, $3, 'queued', 'schedule', $4)",
        )
        .bind(&id)
        .bind(&source.id)
        .bind(&job.0)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.scan(&id).await
    }

    /// Marks a scan as running; a resumed one keeps its start.
    pub(super) async fn scan_running(&self, id: &str, stores: usize) -> Result<()> {
        let mut tx = self
            .store()
            .begin(Entry::new(Actor::System("scan"), "scan.started", "scan", id))
            .await?;
        sqlx::query(
            "UPDATE scan SET state = 'running', started_at = COALESCE(started_at, $1),
               stores_total = $2, finished_at = NULL, error_code = '', error_subject = '', error_why = ''
             WHERE id = $3",
        )
        .bind(now())
        .bind(i64::try_from(stores).unwrap_or(i64::MAX))
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a scan that did not finish, unless it has ended already.
    pub(super) async fn scan_ended(
        &self,
        id: &str,
        state: &'static str,
        error: Option<&SourceError>,
    ) -> Result<()> {
        let action = if state == "cancelled" { "scan.cancelled" } else { "scan.failed" };
        let mut tx =
            self.store().begin(Entry::new(Actor::System("scan"), action, "scan", id)).await?;
        sqlx::query(
            "UPDATE scan SET state = $1, finished_at = $2, error_code = $3, error_subject = $4,
               error_why = $5
             WHERE id = $6 AND state IN ('queued', 'running')",
        )
        .bind(state)
        .bind(now())
        .bind(error.map_or(if state == "failed" { "internal" } else { "" }, SourceError::code))
        .bind(error.map_or("", SourceError::subject).replace('\0', ""))
        .bind(error.map_or("", SourceError::why).replace('\0', ""))
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
