//! The database's own chores as compliance checks see them: log, witnesses, jobs, what was done last.

use crate::{Result, Store};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;

/// Entries that are looked at for how data was used: the newest ones, so that the answer costs the same
/// at any age of the log.
const RECENT: i64 = 500_000;

/// The state of the chores at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posture {
    /// Position of the newest entry.
    pub head: i64,
    /// When the newest checkpoint was signed (µs), or 0.
    pub checkpoint_at: i64,
    /// How many entries it covers.
    pub checkpoint_size: i64,
    /// A witness signed one of the last hour's checkpoints.
    pub witnessed: bool,
    /// Damages of the log that an operator accepted, and when the newest was found (µs).
    pub damages: (i64, i64),
    /// Jobs that gave up lately, by kind: how many, the newest (µs).
    pub failed_jobs: BTreeMap<String, (i64, i64)>,
    /// When an action was last done (µs), for those asked for.
    pub last: BTreeMap<String, i64>,
    /// Who used personal data lately for which purpose ("" none), and how often.
    pub uses: Vec<(String, String, i64)>,
}

impl Store {
    /// The state of the chores; `actions` are those whose last time is asked for, `uses` those that use
    /// personal data, both looked at since `since` (µs).
    pub async fn posture(&self, actions: &[&str], uses: &[&str], since: i64) -> Result<Posture> {
        let reader = self.reader();
        let row = sqlx::query(
            "SELECT (SELECT seq FROM ledger_head WHERE id = 1),
               COALESCE((SELECT MAX(at) FROM ledger_checkpoint), 0),
               COALESCE((SELECT MAX(size) FROM ledger_checkpoint), 0),
               (SELECT COUNT(*) FROM ledger_checkpoint WHERE cosignatures <> ''),
               (SELECT COUNT(*) FROM ledger_damage),
               COALESCE((SELECT MAX(found_at) FROM ledger_damage), 0)",
        )
        .fetch_one(reader)
        .await?;
        let head: i64 = row.try_get(0)?;
        let mut posture = Posture {
            head,
            checkpoint_at: row.try_get(1)?,
            checkpoint_size: row.try_get(2)?,
            witnessed: row.try_get::<i64, _>(3)? > 0,
            damages: (row.try_get(4)?, row.try_get(5)?),
            ..Posture::default()
        };
        let jobs = sqlx::query(
            "SELECT kind, COUNT(*), MAX(COALESCE(finished_at, 0)) FROM job
             WHERE state = 'failed' AND finished_at > $1 GROUP BY kind",
        )
        .bind(since)
        .fetch_all(reader)
        .await?;
        for row in &jobs {
            posture.failed_jobs.insert(row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?));
        }
        let last = Grouped::new("action, MAX(at)", actions, "", "action");
        for row in last.fetch(self).await? {
            posture.last.insert(row.try_get(0)?, row.try_get(1)?);
        }
        let recent = format!(" AND seq > {} AND at > {since}", head - RECENT);
        let columns = "actor, COALESCE(purpose, ''), COUNT(*)";
        for row in Grouped::new(columns, uses, &recent, "actor, purpose").fetch(self).await? {
            posture.uses.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        }
        Ok(posture)
    }

    /// Kinds of what was done after an entry and up to another; without repetition.
    pub async fn actions_between(&self, after: i64, until: i64) -> Result<Vec<String>> {
        let rows =
            sqlx::query("SELECT DISTINCT action FROM ledger_entry WHERE seq > $1 AND seq <= $2")
                .bind(after)
                .bind(until)
                .fetch_all(self.reader())
                .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// A question about some actions of the ledger.
struct Grouped {
    sql: String,
    actions: Vec<String>,
}

impl Grouped {
    fn new(columns: &str, actions: &[&str], more: &str, by: &str) -> Self {
        let marks: Vec<String> = (1..=actions.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT {columns} FROM ledger_entry WHERE action IN ({}){more} GROUP BY {by} ORDER BY 1",
            marks.join(", ")
        );
        Self { sql, actions: actions.iter().map(|one| (*one).to_owned()).collect() }
    }

    async fn fetch(self, store: &Store) -> Result<Vec<sqlx::any::AnyRow>> {
        if self.actions.is_empty() {
            return Ok(Vec::new());
        }
        let query = self
            .actions
            .into_iter()
            .fold(sqlx::query(AssertSqlSafe(self.sql)), sqlx::query::Query::bind);
        Ok(query.fetch_all(store.reader()).await?)
    }
}
