//! Counting: entries of the ledger become counts, each exactly once.

use std::{collections::BTreeMap, time::Duration};

use ::store::{Actor, Entry};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use tokio::sync::watch;

use super::model::{Cell, DAY, class_of};
use crate::{Catalogue, Choice, Consent, ConsentError, Result, record::READ};

/// Entries of the ledger looked at together.
pub(super) const STEP: i64 = 10_000;
/// How often the ledger is looked at.
const PAUSE: Duration = Duration::from_secs(5);
/// Fewer new choices than this are not worth a write: they are counted when they are asked for.
const WORTH: i64 = 1_000;

/// Counts of some entries.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    pub cells: BTreeMap<Cell, i64>,
    /// By day, property and class of time.
    pub effects: BTreeMap<(i64, String, i64), i64>,
    /// Records among the entries.
    pub records: i64,
}

impl Consent {
    /// Counts until `stop` turns true. On several servers over one database each may run it: whoever
    /// moves the mark first has counted.
    pub async fn keep_counts(self, mut stop: watch::Receiver<bool>) {
        let mut from = 0;
        while !*stop.borrow() {
            match self.count_some(from).await {
                Ok(Some(next)) => from = next,
                Ok(None) => {
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => {}
                        changed = stop.changed() => if changed.is_err() { return },
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "choices could not be counted; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Counts everything there is now; for tests, imports and the demonstration.
    pub async fn count_all(&self) -> Result<()> {
        let mut from = 0;
        loop {
            let (mark, head) = self.marks().await?;
            let start = from.max(mark);
            if start >= head {
                return Ok(());
            }
            let until = (start + STEP).min(head);
            let fresh = self.fresh(start, until).await?;
            if fresh.records > 0 {
                self.keep_fresh(&fresh, mark, until).await?;
            }
            from = until;
        }
    }

    /// One step. `None`: there is nothing worth a write now. Otherwise from where to look next: steps
    /// without a record are passed over without a write.
    async fn count_some(&self, from: i64) -> Result<Option<i64>> {
        let (mark, head) = self.marks().await?;
        let start = from.max(mark);
        let until = (start + STEP).min(head);
        if until <= start {
            return Ok(None);
        }
        let full = until == start + STEP;
        if !full && until - start < WORTH {
            return Ok(None);
        }
        let fresh = self.fresh(start, until).await?;
        if fresh.records == 0 {
            return Ok(full.then_some(until));
        }
        if !full && fresh.records < WORTH {
            return Ok(None);
        }
        self.keep_fresh(&fresh, mark, until).await?;
        Ok(Some(until))
    }

    /// Up to where is counted, and where the ledger ends.
    pub(crate) async fn marks(&self) -> Result<(i64, i64)> {
        let row = sqlx::query(
            "SELECT (SELECT seq FROM consent_counted WHERE id = 1),
                    (SELECT seq FROM ledger_head WHERE id = 1)",
        )
        .fetch_one(self.store().reader())
        .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// Counts of the records whose entries lie after `start` up to `until`.
    pub(super) async fn fresh(&self, start: i64, until: i64) -> Result<Fresh> {
        let sql = format!(
            "SELECT {READ}, e.at
             FROM ledger_entry e JOIN consent_record r ON r.id = e.object_id
             WHERE e.seq > $1 AND e.seq <= $2 AND e.object_kind = 'consent'
               AND e.action IN ('consent.recorded', 'consent.withdrawn')"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(start)
            .bind(until)
            .fetch_all(self.store().reader())
            .await?;
        match self.opening(|catalogue| self.counted(catalogue, &rows, false)).await {
            // A damaged row is the records' affair; it must not stop all counting.
            Err(ConsentError::Vault(_) | ConsentError::Invalid(_)) => {
                self.counted(&self.catalogue(), &rows, true)
            }
            counted => counted,
        }
    }

    fn counted(&self, catalogue: &Catalogue, rows: &[AnyRow], lenient: bool) -> Result<Fresh> {
        let mut fresh = Fresh::default();
        for row in rows {
            let stored = match self.read(catalogue, row) {
                Ok(Some(stored)) => stored,
                // What a customer chose who was erased before it was counted.
                Ok(None) => continue,
                Err(_) if lenient => {
                    fresh.records += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let (given, at): (i64, i64) = (stored.given_at, row.try_get(18)?);
            let cell = Cell {
                day: given.div_euclid(DAY),
                property: stored.property,
                notice: stored.notice,
                notice_version: stored.notice_version,
                purpose: String::new(),
                channel: stored.channel,
                origin: stored.origin,
                choice: Choice::Granted,
            };
            let choices = stored.choices;
            fresh.records += 1;
            if choices.values().any(|choice| *choice == Choice::Withdrawn) {
                let key = (cell.day, cell.property.clone(), class_of((at - given).max(0)));
                *fresh.effects.entry(key).or_default() += 1;
            }
            for (purpose, choice) in choices {
                *fresh.cells.entry(Cell { purpose, choice, ..cell.clone() }).or_default() += 1;
            }
        }
        Ok(fresh)
    }

    /// Adds counts to the table and moves the mark from `mark` to `until`, unless somebody else did.
    async fn keep_fresh(&self, fresh: &Fresh, mark: i64, until: i64) -> Result<()> {
        let entry =
            Entry::new(Actor::System("statistics"), "statistics.counted", "statistics", "consents");
        let mut tx = self.store().begin(entry).await?;
        let moved = sqlx::query("UPDATE consent_counted SET seq = $1 WHERE id = 1 AND seq = $2")
            .bind(until)
            .bind(mark)
            .execute(tx.conn())
            .await?;
        if moved.rows_affected() == 0 {
            return Ok(());
        }
        let cells = fresh.cells.iter().map(|(cell, n)| {
            json!({
                "day": cell.day, "property": cell.property, "notice": cell.notice,
                "notice_version": cell.notice_version, "purpose": cell.purpose,
                "channel": cell.channel, "origin": cell.origin.as_str(),
                "choice": cell.choice.as_str(), "n": n,
            })
        });
        let postgres = self.store().is_postgres();
        let add = |table: &str, keys: &[&str]| add_sql(postgres, table, keys);
        let keys = [
            "day",
            "property",
            "notice",
            "notice_version",
            "purpose",
            "channel",
            "origin",
            "choice",
        ];
        sqlx::query(AssertSqlSafe(add("consent_daily", &keys)))
            .bind(Value::Array(cells.collect()).to_string())
            .execute(tx.conn())
            .await?;
        let effects = fresh.effects.iter().map(|((day, property, class), n)| {
            json!({ "day": day, "property": property, "class": class, "n": n })
        });
        sqlx::query(AssertSqlSafe(add("consent_effect", &["day", "property", "class"])))
            .bind(Value::Array(effects.collect()).to_string())
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// One statement for any number of counts: each is added to what is there.
fn add_sql(postgres: bool, table: &str, keys: &[&str]) -> String {
    let names = keys.join(", ");
    let from = if postgres {
        format!("SELECT {names}, n FROM json_populate_recordset(NULL::{table}, $1::json)")
    } else {
        let values: Vec<String> = keys.iter().map(|key| format!("value->>'{key}'")).collect();
        // `WHERE true` keeps SQLite from reading ON as part of a join.
        format!("SELECT {}, value->>'n' FROM json_each($1) WHERE true", values.join(", "))
    };
    format!(
        "INSERT INTO {table} ({names}, n) {from}
         ON CONFLICT ({names}) DO UPDATE SET n = {table}.n + excluded.n"
    )
}
