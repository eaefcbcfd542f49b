//! All SQL of the inbox.

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use store::{Actor, Entry, new_id, now};

use crate::{
    DataMap, DataMapError, Result,
    model::{Drift, placeholders},
};

/// A change with the name of its source.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct DriftRow {
    /// The change.
    #[sqlx(flatten)]
    pub drift: Drift,
    /// Its source's name.
    pub source_name: String,
}

/// Which changes to show; empty texts filter nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DriftFilter {
    /// `open` | `acknowledged`.
    pub state: String,
    /// Kind of change.
    pub kind: String,
    /// Source.
    pub source: String,
    /// Only changes that touch personal data.
    pub personal: bool,
}

impl DriftFilter {
    fn clause(&self) -> (String, Vec<String>) {
        let mut parts = vec!["1 = 1".to_owned()];
        let mut values = Vec::new();
        for (column, value) in
            [("d.state", &self.state), ("d.kind", &self.kind), ("d.source_id", &self.source)]
        {
            if !value.is_empty() {
                values.push(value.clone());
                parts.push(format!("{column} = ${}", values.len()));
            }
        }
        if self.personal {
            parts.push("d.sensitivity <> 'none'".into());
        }
        (parts.join(" AND "), values)
    }
}

impl DataMap {
    /// Changes, newest first, and how many there are.
    pub async fn drift(
        &self,
        filter: &DriftFilter,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<DriftRow>, i64)> {
        let (clause, values) = filter.clause();
        let count_sql = format!("SELECT COUNT(*) FROM drift d WHERE {clause}");
        let mut count = sqlx::query_as(AssertSqlSafe(count_sql));
        let rows_sql = format!(
            "SELECT d.*, s.name AS source_name FROM drift d JOIN source s ON s.id = d.source_id
             WHERE {clause} ORDER BY d.at DESC, d.id DESC LIMIT ${} OFFSET ${}",
            values.len() + 1,
            values.len() + 2
        );
        let mut rows = sqlx::query_as(AssertSqlSafe(rows_sql));
        for value in values {
            count = count.bind(value.clone());
            rows = rows.bind(value);
        }
        let (count,): (i64,) = count.fetch_one(self.store().reader()).await?;
        let rows = rows.bind(limit).bind(offset).fetch_all(self.store().reader()).await?;
        Ok((rows, count))
    }

    /// How many changes nobody has looked at.
    pub async fn open_drift(&self) -> Result<i64> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM drift WHERE state = 'open'")
            .fetch_one(self.store().reader())
            .await?;
        Ok(count)
    }

    /// Acknowledges changes; says how many were open.
    pub async fn acknowledge(&self, actor: Actor, ids: &[String]) -> Result<i64> {
        if ids.is_empty() {
            return Err(DataMapError::Invalid("inbox-error-nothing-chosen"));
        }
        let by = match &actor {
            Actor::Person(id) | Actor::Token(id) => id.clone(),
            Actor::System(name) => (*name).to_owned(),
            Actor::CommandLine => "command-line".into(),
        };
        let mut tx = self
            .store()
            .begin(Entry::new(actor.clone(), "drift.acknowledged", "batch", new_id()))
            .await?;
        let mut changed = 0;
        for chunk in ids.chunks(500) {
            let sql = format!(
                "UPDATE drift SET state = 'acknowledged', handled_by = $1, handled_at = $2
                 WHERE state = 'open' AND id IN ({}) RETURNING id",
                placeholders(3, chunk.len())
            );
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(&by).bind(now());
            for id in chunk {
                query = query.bind(id);
            }
            let done: Vec<(String,)> = query.fetch_all(tx.conn()).await?;
            changed += done.len() as i64;
            for (id,) in done {
                tx.also(Entry::new(actor.clone(), "drift.acknowledged", "drift", id));
            }
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Acknowledges everything a filter shows.
    pub async fn acknowledge_all(&self, actor: Actor, filter: &DriftFilter) -> Result<i64> {
        let open = DriftFilter { state: "open".into(), ..filter.clone() };
        let (rows, _) = self.drift(&open, 10_000, 0).await?;
        let ids: Vec<String> = rows.into_iter().map(|row| row.drift.id).collect();
        if ids.is_empty() { Ok(0) } else { self.acknowledge(actor, &ids).await }
    }
}
