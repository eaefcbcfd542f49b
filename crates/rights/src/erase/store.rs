//! All SQL of erasures.

use ::store::{Actor, Entry, WriteTx, now};
use purge::Literal;
use sqlx::{FromRow, Row as _};

use super::{BY, Erasure, Looked, Stage, Step};
use crate::{Result, Rights, RightsError};

#[derive(FromRow)]
struct Line {
    request: String,
    stage: String,
    asked_at: i64,
    asked_by: String,
    planned_at: i64,
    begun_at: i64,
    begun_by: String,
    ended_at: i64,
    error: String,
    triggers: i64,
    unreached: String,
    customers: i64,
    again: i64,
    looks: i64,
    looked_at: i64,
    looked: String,
    back: i64,
    fresh: i64,
    next_look: i64,
}

/// What a piece of keys is bound to.
fn context(request: &str, at: i64, shared: bool, round: i64, n: i64) -> String {
    format!("rights-erasure:{request}:{at}:{shared}:{round}:{n}")
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl Rights {
    /// The erasure of a request, with its steps.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn erasure(&self, request: &str) -> Result<Option<Erasure>> {
        let line: Option<Line> = sqlx::query_as("SELECT * FROM rights_erasure WHERE request = $1")
            .bind(request)
            .fetch_optional(self.store().reader())
            .await?;
        let Some(line) = line else { return Ok(None) };
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM rights_erasure_step WHERE request = $1 ORDER BY at",
        )
        .bind(request)
        .fetch_all(self.store().reader())
        .await?;
        let damaged = || RightsError::Damaged("erasure");
        let steps = bodies.iter().map(|body| serde_json::from_str(body).map_err(|_| damaged()));
        Ok(Some(Erasure {
            stage: Stage::parse(&line.stage).ok_or_else(damaged)?,
            unreached: serde_json::from_str(&line.unreached).map_err(|_| damaged())?,
            looked: Looked::parse(&line.looked).ok_or_else(damaged)?,
            steps: steps.collect::<Result<_>>()?,
            request: line.request,
            asked_at: line.asked_at,
            asked_by: line.asked_by,
            planned_at: line.planned_at,
            begun_at: line.begun_at,
            begun_by: line.begun_by,
            ended_at: line.ended_at,
            error: line.error,
            triggers: line.triggers != 0,
            customers: line.customers,
            again: line.again,
            looks: line.looks,
            looked_at: line.looked_at,
            back: line.back,
            fresh: line.fresh,
            next_look: line.next_look,
        }))
    }

    /// The stage alone, for who works on it.
    pub(super) async fn erasure_stage(&self, request: &str) -> Result<Option<Stage>> {
        let stage: Option<String> =
            sqlx::query_scalar("SELECT stage FROM rights_erasure WHERE request = $1")
                .bind(request)
                .fetch_optional(self.store().reader())
                .await?;
        Ok(stage.as_deref().and_then(Stage::parse))
    }

    /// Keeps a piece of keys. A chore without an entry: the plan that they are of has one.
    pub(super) async fn keep_keys(
        &self,
        place: (&str, i64, bool, i64),
        n: usize,
        keys: &[Vec<Literal>],
    ) -> Result<()> {
        let ((request, at, shared, round), n) = (place, number(n));
        let text = serde_json::to_string(keys).unwrap_or_default();
        let sealed = self.store().seal(&context(request, at, shared, round, n), &text);
        let mut tx = self.store().begin_soft_upkeep().await?;
        sqlx::query(
            "INSERT INTO rights_erasure_keys (request, at, shared, round, n, sealed)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (request, at, shared, round, n) DO UPDATE SET sealed = excluded.sealed",
        )
        .bind(request)
        .bind(at)
        .bind(i64::from(shared))
        .bind(round)
        .bind(n)
        .bind(sealed)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// A piece of keys; none past the last.
    pub(super) async fn keys(
        &self,
        place: (&str, i64, bool, i64),
        n: usize,
    ) -> Result<Vec<Vec<Literal>>> {
        let ((request, at, shared, round), n) = (place, number(n));
        let sealed: Option<String> = sqlx::query_scalar(
            "SELECT sealed FROM rights_erasure_keys
             WHERE request = $1 AND at = $2 AND shared = $3 AND round = $4 AND n = $5",
        )
        .bind(request)
        .bind(at)
        .bind(i64::from(shared))
        .bind(round)
        .bind(n)
        .fetch_optional(self.store().reader())
        .await?;
        let Some(sealed) = sealed else { return Ok(Vec::new()) };
        let text = self.store().unseal(&context(request, at, shared, round, n), &sealed)?;
        serde_json::from_str(&text).map_err(|_| RightsError::Damaged("erasure"))
    }

    /// Which of the requests given to work are at a stage.
    pub(super) async fn erasures_at(&self, stage: Stage) -> Result<Vec<String>> {
        let sql = "SELECT request FROM rights_erasure WHERE stage = $1 ORDER BY begun_at LIMIT 500";
        Ok(sqlx::query_scalar(sql).bind(stage.as_str()).fetch_all(self.store().reader()).await?)
    }

    /// Those after which it is time to look.
    pub(super) async fn erasures_to_look_after(&self) -> Result<Vec<String>> {
        let sql = "SELECT request FROM rights_erasure WHERE next_look > 0 AND next_look <= $1
                   AND stage = 'done' ORDER BY next_look LIMIT 100";
        Ok(sqlx::query_scalar(sql).bind(now()).fetch_all(self.store().reader()).await?)
    }

    /// A stage of its work, with an entry.
    pub(super) async fn erasure_moved(
        &self,
        actor: &Actor,
        action: &'static str,
        request: &str,
        (from, to): (&[Stage], Stage),
        error: &str,
    ) -> Result<WriteTx> {
        let entry = Entry::new(actor.clone(), action, "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        let from: Vec<String> = from.iter().map(|one| format!("'{}'", one.as_str())).collect();
        let sql = format!(
            "UPDATE rights_erasure SET stage = $1, error = $2 WHERE request = $3 AND stage IN ({})",
            from.join(", ")
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(to.as_str())
            .bind(error)
            .bind(request)
            .execute(tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::Conflict("rights-error-erasure-stage"));
        }
        Ok(tx)
    }

    /// Writes steps down.
    pub(super) async fn keep_steps(&self, request: &str, steps: &[Step]) -> Result<()> {
        let entry = Entry::new(BY, "rights.erasure_went_on", "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&steps)));
        for step in steps {
            put_step(&mut tx, request, step).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

impl Rights {
    /// What a file is that was about to take its place, and what became of the rows.
    pub(super) async fn published(
        &self,
        (request, at, round): (&str, i64, i64),
    ) -> Result<Option<(purge::Stamp, purge::Swept)>> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT stamp, swept FROM rights_erasure_file
             WHERE request = $1 AND at = $2 AND round = $3",
        )
        .bind(request)
        .bind(at)
        .bind(round)
        .fetch_optional(self.store().reader())
        .await?;
        let damaged = |_| RightsError::Damaged("erasure");
        row.map(|(stamp, swept)| {
            Ok((
                serde_json::from_str(&stamp).map_err(damaged)?,
                serde_json::from_str(&swept).map_err(damaged)?,
            ))
        })
        .transpose()
    }

    /// Keeps that. A chore without an entry: the step that it is of has one.
    pub(super) async fn keep_published(
        &self,
        (request, at, round): (&str, i64, i64),
        (stamp, swept): (&purge::Stamp, &purge::Swept),
    ) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        sqlx::query(
            "INSERT INTO rights_erasure_file (request, at, round, stamp, swept)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (request, at, round) DO UPDATE SET stamp = excluded.stamp,
               swept = excluded.swept",
        )
        .bind(request)
        .bind(at)
        .bind(round)
        .bind(serde_json::to_string(stamp).unwrap_or_default())
        .bind(serde_json::to_string(swept).unwrap_or_default())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

impl Rights {
    /// Keys go that a plan had kept when it broke off: those of steps from here on.
    pub(super) async fn forget_keys(&self, request: &str, from: i64) -> Result<()> {
        let mut tx = self.store().begin_soft_upkeep().await?;
        sqlx::query("DELETE FROM rights_erasure_keys WHERE request = $1 AND at >= $2")
            .bind(request)
            .bind(from)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// An earlier plan that was not begun goes.
    pub(super) async fn forget_plan(&self, request: &str) -> Result<()> {
        let mut tx = self.store().begin_soft_upkeep().await?;
        for table in ["rights_erasure_keys", "rights_erasure_step"] {
            let sql = format!("DELETE FROM {table} WHERE request = $1");
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(request).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// A step goes with its keys, and with what its file was about to be.
pub(super) async fn drop_step(tx: &mut WriteTx, request: &str, at: i64) -> Result<()> {
    for table in ["rights_erasure_keys", "rights_erasure_step", "rights_erasure_file"] {
        let sql = format!("DELETE FROM {table} WHERE request = $1 AND at = $2");
        let sql = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(request).bind(at);
        sql.execute(tx.conn()).await?;
    }
    Ok(())
}

pub(super) async fn put_step(tx: &mut WriteTx, request: &str, step: &Step) -> Result<()> {
    sqlx::query(
        "INSERT INTO rights_erasure_step (request, at, body) VALUES ($1, $2, $3)
         ON CONFLICT (request, at) DO UPDATE SET body = excluded.body",
    )
    .bind(request)
    .bind(step.at)
    .bind(serde_json::to_string(step).unwrap_or_default())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A plan is asked for, or asked for anew; steps that were begun stay.
pub(super) async fn begin_plan(tx: &mut WriteTx, request: &str, by: &Actor) -> Result<()> {
    let done = sqlx::query(
        "INSERT INTO rights_erasure (request, stage, asked_at, asked_by)
         VALUES ($1, 'planning', $2, $3)
         ON CONFLICT (request) DO UPDATE SET stage = 'planning', asked_at = $2, asked_by = $3,
           error = ''
         WHERE rights_erasure.stage IN ('planned', 'failed', 'partial', 'stopped')",
    )
    .bind(request)
    .bind(now())
    .bind(by.to_text())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(RightsError::Conflict("rights-error-erasure-stage"));
    }
    Ok(())
}

/// How many pieces of keys a step has in a round.
pub(super) async fn pieces(
    rights: &Rights,
    (request, at, shared, round): (&str, i64, bool, i64),
) -> Result<usize> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM rights_erasure_keys
         WHERE request = $1 AND at = $2 AND shared = $3 AND round = $4",
    )
    .bind(request)
    .bind(at)
    .bind(i64::from(shared))
    .bind(round)
    .fetch_one(rights.store().reader())
    .await?;
    let count: i64 = row.try_get(0)?;
    Ok(usize::try_from(count).unwrap_or(0))
}
