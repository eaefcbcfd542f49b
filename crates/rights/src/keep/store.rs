//! All SQL of removing requests.

use std::collections::BTreeSet;

use ::store::{Entry, WriteTx};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use crate::{
    Result, Rights,
    report::{DAY, IN_TIME, Month},
};

/// Everything that is kept of a request beside its own row, in the order in which it can be removed.
/// A test holds this against the schema: a table that refers to requests and is not here fails it.
pub const TABLES: [&str; 22] = [
    "rights_erasure_file",
    "rights_erasure_keys",
    "rights_erasure_step",
    "rights_erasure",
    "rights_told",
    "rights_correction",
    "rights_held",
    "rights_move",
    "rights_bundle_lock",
    "rights_bundle",
    "rights_search",
    "rights_link",
    "rights_event",
    "rights_message",
    "rights_pause",
    "rights_person",
    "rights_reminder",
    "rights_degree",
    "rights_identity",
    "rights_paper",
    "rights_origin",
    "rights_task",
];

/// What stands against a removal: a request that is about this one (an appeal), an erasure that is
/// still looked after (`erase::again` needs its keys), a copy whose files are still there, a change or
/// a copy under way.
const NOTHING_AGAINST: &str = "
    NOT EXISTS (SELECT 1 FROM rights_request a WHERE a.about = r.id)
    AND NOT EXISTS (SELECT 1 FROM rights_erasure e WHERE e.request = r.id
      AND (e.next_look > 0 OR e.stage IN ('queued', 'running', 'stopping', 'planning')))
    AND NOT EXISTS (SELECT 1 FROM rights_bundle b WHERE b.request = r.id AND b.stage <> 'gone')
    AND NOT EXISTS (SELECT 1 FROM rights_paper p WHERE p.request = r.id AND p.removed_at = 0)
    AND NOT EXISTS (SELECT 1 FROM rights_move m WHERE m.request = r.id
      AND m.state IN ('queued', 'sending'))
    AND NOT EXISTS (SELECT 1 FROM rights_correction c WHERE c.request = r.id
      AND c.state IN ('checking', 'queued', 'undoing'))";

impl Rights {
    /// Closed before a moment with nothing against their removal, after one of them in order: when
    /// they were closed, and id.
    pub(super) async fn old_requests(
        &self,
        before: i64,
        after: &(i64, String),
        limit: i64,
    ) -> Result<Vec<(i64, String)>> {
        let sql = format!(
            "SELECT closed_at, id FROM rights_request r
             WHERE closed_at > 0 AND closed_at < $1
               AND (closed_at > $2 OR (closed_at = $2 AND id > $3)) AND {NOTHING_AGAINST}
             ORDER BY closed_at, id LIMIT $4"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(before)
            .bind(after.0)
            .bind(&after.1)
            .bind(limit)
            .fetch_all(self.store().reader())
            .await?)
    }

    /// Those of these requests whose person has one of these blind indexes.
    pub(super) async fn of_people(
        &self,
        ids: &[String],
        held: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>> {
        if held.is_empty() || ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = format!(
            "SELECT request, blind FROM rights_person WHERE request IN ({})",
            marks(1, ids.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(id);
        }
        let rows: Vec<(String, String)> = query.fetch_all(self.store().reader()).await?;
        Ok(rows.into_iter().filter(|row| held.contains(&row.1)).map(|row| row.0).collect())
    }

    /// Forgets who was written to on days that are long past.
    pub(super) async fn forget_digests(&self, before: i64) -> Result<()> {
        let old: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM rights_digest WHERE at < $1")
            .bind(before)
            .fetch_one(self.store().reader())
            .await?;
        if old == 0 {
            return Ok(());
        }
        let entry =
            Entry::new(super::BY, "rights.requests_removed", "rights_digest", ::store::new_id());
        let mut tx = self.store().begin(entry).await?;
        let sql = "DELETE FROM rights_digest WHERE at < $1";
        sqlx::query(sql).bind(before).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// So many places of a statement, from one on.
fn marks(from: usize, count: usize) -> String {
    let marks: Vec<String> = (from..from + count).map(|n| format!("${n}")).collect();
    marks.join(", ")
}

/// Removes requests and everything of them, counted; says which went: those that are not closed that
/// long (any more) stay. The first statement locks their rows: whoever changes one at the same moment
/// waits, and finds nothing.
pub(super) async fn remove(tx: &mut WriteTx, ids: &[&String], before: i64) -> Result<Vec<String>> {
    let sql = format!(
        "UPDATE rights_request SET version = version + 1
         WHERE closed_at > 0 AND closed_at < $1 AND id IN ({})
         RETURNING id, received_at, closed_at, kind, regimes, state, refusal, {IN_TIME}",
        marks(2, ids.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(before);
    for id in ids {
        query = query.bind(id.as_str());
    }
    let mut removed: Vec<String> = Vec::new();
    for row in query.fetch_all(tx.conn()).await? {
        count(tx, &row).await?;
        removed.push(row.try_get(0)?);
    }
    if removed.is_empty() {
        return Ok(removed);
    }
    let all = marks(1, removed.len());
    let tables = TABLES.map(|table| (table, "request"));
    for (table, column) in tables.into_iter().chain([("rights_request", "id")]) {
        let sql = format!("DELETE FROM {table} WHERE {column} IN ({all})");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in &removed {
            query = query.bind(id);
        }
        query.execute(tx.conn()).await?;
    }
    Ok(removed)
}

/// Adds a request that goes to the numbers that stay.
async fn count(tx: &mut WriteTx, row: &AnyRow) -> Result<()> {
    let (received, closed): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    sqlx::query(
        "INSERT INTO rights_count (received_month, closed_month, kind, regimes, state, refusal,
           in_time, days, n) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
         ON CONFLICT (received_month, closed_month, kind, regimes, state, refusal, in_time, days)
         DO UPDATE SET n = rights_count.n + 1",
    )
    .bind(Month::of(received).0)
    .bind(Month::of(closed).0)
    .bind(row.try_get::<String, _>(3)?)
    .bind(row.try_get::<String, _>(4)?)
    .bind(row.try_get::<String, _>(5)?)
    .bind(row.try_get::<String, _>(6)?)
    .bind(row.try_get::<i64, _>(7)?)
    .bind((closed - received) / DAY)
    .execute(tx.conn())
    .await?;
    Ok(())
}
