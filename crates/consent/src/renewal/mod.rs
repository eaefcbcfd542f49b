//! New versions of customers' data keys, in the background. Every customer's key gets one more version,
//! and what is sealed in our tables is sealed anew with it; the versions before stay in the key, so
//! that a value which somebody seals or reads meanwhile, and what programs keep sealed outside, opens
//! at any moment.
//!
//! A run goes through the customers there were at its start, in the order of their ids. How far it has
//! come is written in the transaction that changes them: a customer is done once, whole, or not at
//! all, whoever is killed, and of several servers one goes on at a time.

mod column;

use std::time::{Duration, Instant};

use ::store::{
    Actor, Entry, JobContext, JobError, JobHandler, Migration, NewJob, WriteTx, new_id, now,
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use vault::SubjectKey;

pub use column::{COLUMNS, Column, Part};

use crate::{Consent, Result, subject::places};

pub(crate) const MIGRATIONS: [Migration; 1] =
    [Migration { room: "consent-renewal", version: 1, sql: include_str!("schema.sql") }];

/// Customers in one transaction: short enough that nobody waits for it.
const BATCH: i64 = 50;
/// The kind of its job.
pub const JOB: &str = "renew-keys";
/// After each batch the run rests as long as the batch took, so that it takes half of one writer at
/// most; but never longer than this.
const REST_MOST: Duration = Duration::from_secs(1);

/// A run: how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Id.
    pub id: String,
    /// Customers there were at the start, the erased ones included.
    pub total: i64,
    /// How many of them are done.
    pub done: i64,
    /// Values that were sealed anew.
    pub resealed: i64,
    /// Values that did not open and stay as they are: they were damaged before.
    pub left: i64,
    /// Who began it, as the ledger names them.
    pub actor: String,
    /// When (µs).
    pub started_at: i64,
    /// When it ended (µs).
    pub finished_at: Option<i64>,
    reached: String,
    last: String,
}

const READ: &str =
    "id, total, done, resealed, unopened, actor, started_at, finished_at, reached, last";

fn read(row: &AnyRow) -> Result<Renewal> {
    Ok(Renewal {
        id: row.try_get(0)?,
        total: row.try_get(1)?,
        done: row.try_get(2)?,
        resealed: row.try_get(3)?,
        left: row.try_get(4)?,
        actor: row.try_get(5)?,
        started_at: row.try_get(6)?,
        finished_at: row.try_get(7)?,
        reached: row.try_get(8)?,
        last: row.try_get(9)?,
    })
}

impl Consent {
    /// The newest run, if there ever was one.
    pub async fn newest_renewal(&self) -> Result<Option<Renewal>> {
        let sql =
            format!("SELECT {READ} FROM key_renewal ORDER BY started_at DESC, id DESC LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(self.store().reader()).await?;
        row.as_ref().map(read).transpose()
    }

    async fn open_renewal(&self) -> Result<Option<Renewal>> {
        let sql = format!("SELECT {READ} FROM key_renewal WHERE unfinished = 1");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(self.store().reader()).await?;
        row.as_ref().map(read).transpose()
    }

    /// Begins a run, or has the one that is not finished go on, and queues the job for it.
    pub async fn start_renewal(&self, by: &Actor) -> Result<Renewal> {
        let job = NewJob {
            kind: JOB,
            payload: serde_json::Value::Null,
            dedupe: Some(JOB.to_owned()),
            max_attempts: 20,
        };
        let mut tx =
            self.store().begin(Entry::new(by.clone(), "key.rotated", "key", "data")).await?;
        let open: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM key_renewal WHERE unfinished = 1")
            .fetch_one(tx.conn())
            .await?;
        if open == 0 {
            let (total, last): (i64, Option<String>) =
                sqlx::query_as("SELECT COUNT(*), MAX(id) FROM subject")
                    .fetch_one(tx.conn())
                    .await?;
            // Of two who begin at once, the column that is unique lets one.
            sqlx::query(
                "INSERT INTO key_renewal (id, unfinished, total, done, resealed, unopened, actor,
                     started_at, reached, last)
                 VALUES ($1, 1, $2, 0, 0, 0, $3, $4, '', $5) ON CONFLICT (unfinished) DO NOTHING",
            )
            .bind(new_id())
            .bind(total)
            .bind(by.to_text())
            .bind(now())
            .bind(last.unwrap_or_default())
            .execute(tx.conn())
            .await?;
        }
        tx.enqueue(job).await?;
        tx.commit().await?;
        let unknown = || crate::ConsentError::Conflict("the run has ended already".to_owned());
        self.newest_renewal().await?.ok_or_else(unknown)
    }

    /// Works on the run that is not finished until it is; the columns are those of all rooms. Without
    /// such a run nothing happens.
    pub async fn renew_keys(
        &self,
        columns: &[Column],
        mut told: impl FnMut(&Renewal),
    ) -> Result<()> {
        while let Some(run) = self.renew_some(columns).await? {
            told(&run);
        }
        Ok(())
    }

    /// One step of it, and a rest; tells the run as it was before the step, `None` when there is none.
    pub async fn renew_some(&self, columns: &[Column]) -> Result<Option<Renewal>> {
        let Some(run) = self.open_renewal().await? else { return Ok(None) };
        let started = Instant::now();
        self.renew_batch(columns, &run).await?;
        tokio::time::sleep(started.elapsed().min(REST_MOST)).await;
        Ok(Some(run))
    }

    /// The next customers of a run, or its end. Does nothing when somebody else was quicker.
    async fn renew_batch(&self, columns: &[Column], run: &Renewal) -> Result<()> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM subject WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
        )
        .bind(&run.reached)
        .bind(&run.last)
        .bind(BATCH)
        .fetch_all(self.store().reader())
        .await?;
        let Some(reached) = ids.last() else { return self.finish_renewal(run).await };
        self.refresh_keks().await?;
        let mut tx = self.store().begin_upkeep().await?;
        // First of all: it holds off whoever else works on the run.
        let mine = sqlx::query(
            "UPDATE key_renewal SET reached = $1, done = done + $2
             WHERE id = $3 AND reached = $4 AND unfinished = 1",
        )
        .bind(reached)
        .bind(ids.len() as i64)
        .bind(&run.id)
        .bind(&run.reached)
        .execute(tx.conn())
        .await?;
        if mine.rows_affected() == 0 {
            return Ok(());
        }
        let keys = self.renew(&mut tx, &ids).await?;
        let (mut resealed, mut left) = (0_i64, 0_i64);
        for column in columns {
            let moved = column.reseal(&mut tx, &keys).await?;
            resealed += moved.resealed;
            left += moved.left;
        }
        sqlx::query(
            "UPDATE key_renewal SET resealed = resealed + $1, unopened = unopened + $2 WHERE id = $3",
        )
        .bind(resealed)
        .bind(left)
        .bind(&run.id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// One more version for each of these customers' keys. Their rows are locked first, as an erasure
    /// locks them: a key that is destroyed stays destroyed.
    async fn renew(&self, tx: &mut WriteTx, ids: &[String]) -> Result<Vec<(String, SubjectKey)>> {
        let lock = if self.store().is_postgres() { " FOR UPDATE" } else { "" };
        let sql = format!(
            "SELECT id, wrapped_key FROM subject WHERE wrapped_key <> '' AND id IN ({}) ORDER BY id{lock}",
            places(ids.len())
        );
        let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), sqlx::query::Query::bind);
        let rows = query.fetch_all(tx.conn()).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            let (id, wrapped): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let (key, wrapped) = self.vault().renew(&id, &wrapped)?;
            sqlx::query("UPDATE subject SET wrapped_key = $1 WHERE id = $2")
                .bind(wrapped)
                .bind(&id)
                .execute(tx.conn())
                .await?;
            keys.push((id, key));
        }
        Ok(keys)
    }

    async fn finish_renewal(&self, run: &Renewal) -> Result<()> {
        let by = Actor::System("renewal");
        let mut tx = self.store().begin(Entry::new(by, "key.renewed", "key", &*run.id)).await?;
        tx.states(None, Some(self.store().digest(&(run.done, run.resealed, run.left))));
        let mine = sqlx::query(
            "UPDATE key_renewal SET unfinished = NULL, finished_at = $1
             WHERE id = $2 AND reached = $3 AND unfinished = 1",
        )
        .bind(now())
        .bind(&run.id)
        .bind(&run.reached)
        .execute(tx.conn())
        .await?;
        if mine.rows_affected() == 1 {
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Works on a run as a job: claimed by one server, gone on with by another when that one dies.
pub struct Renewing {
    /// The room.
    pub consent: Consent,
    /// What is sealed with customers' keys, of all rooms.
    pub columns: Vec<Column>,
}

#[async_trait::async_trait]
impl JobHandler for Renewing {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        loop {
            let step = self.consent.renew_some(&self.columns).await;
            match step.map_err(|error| JobError::Retry(error.to_string()))? {
                Some(run) => context.progress(run.done, run.total, "").await?,
                None => return Ok(()),
            }
        }
    }
}
