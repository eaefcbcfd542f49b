//! The end of a scan: what vanished, foreign keys, the final state.

use std::collections::{HashMap, HashSet};

use ::sources::Catalog;
use sqlx::AssertSqlSafe;
use store::{WriteTx, now};

use super::merge::{Change, Known, Merge, clean};
use crate::{Result, map::level_name, model::placeholders, sources::bump};

impl Merge {
    /// Marks what is gone, keeps the foreign keys, and closes the scan, in one transaction.
    pub(super) async fn finish(
        &mut self,
        catalog: &Catalog,
        present: &HashSet<String>,
    ) -> Result<()> {
        let mut tx = self.begin("scan.finished").await?;
        let gone: Vec<&Known> = self
            .known
            .values()
            .filter(|known| known.vanished_at.is_none() && !present.contains(&known.name))
            .collect();
        self.vanish_stores(&mut tx, &gone).await?;
        self.put_links(&mut tx, catalog).await?;
        sqlx::query("UPDATE scan SET state = 'finished', finished_at = $1 WHERE id = $2")
            .bind(now())
            .bind(&self.scan.id)
            .execute(tx.conn())
            .await?;
        sqlx::query("UPDATE source SET last_scan_id = $1 WHERE id = $2")
            .bind(&self.scan.id)
            .bind(&self.source.id)
            .execute(tx.conn())
            .await?;
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn vanish_stores(&self, tx: &mut WriteTx, gone: &[&Known]) -> Result<()> {
        let at = now();
        for chunk in gone.chunks(500) {
            for (table, column) in [("data_store", "id"), ("field", "store_id")] {
                let sql = format!(
                    "UPDATE {table} SET vanished_at = $1 WHERE vanished_at IS NULL AND {column} IN ({})",
                    placeholders(2, chunk.len())
                );
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(at);
                for store in chunk {
                    query = query.bind(&store.id);
                }
                query.execute(tx.conn()).await?;
            }
        }
        if !self.is_rescan() {
            return Ok(());
        }
        let levels = self.levels(tx, gone).await?;
        let changes: Vec<Change> = gone
            .iter()
            .map(|store| Change {
                kind: "vanished_store",
                store: store.name.clone(),
                field: String::new(),
                field_id: String::new(),
                before: String::new(),
                after: String::new(),
                sensitivity: level_name(levels.get(&store.id).copied().unwrap_or(0)).into(),
            })
            .collect();
        self.put_changes(tx, &changes).await
    }

    /// The highest sensitivity each store held.
    async fn levels(&self, tx: &mut WriteTx, stores: &[&Known]) -> Result<HashMap<String, i64>> {
        let mut levels = HashMap::new();
        for chunk in stores.chunks(500) {
            let sql = format!(
                "SELECT store_id, CAST(MAX(level) AS BIGINT) FROM field WHERE store_id IN ({})
                 GROUP BY store_id",
                placeholders(1, chunk.len())
            );
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for store in chunk {
                query = query.bind(&store.id);
            }
            let rows: Vec<(String, i64)> = query.fetch_all(tx.conn()).await?;
            levels.extend(rows);
        }
        Ok(levels)
    }

    async fn put_links(&self, tx: &mut WriteTx, catalog: &Catalog) -> Result<()> {
        sqlx::query("DELETE FROM store_link WHERE source_id = $1")
            .bind(&self.source.id)
            .execute(tx.conn())
            .await?;
        for chunk in catalog.links.chunks(200) {
            let rows: Vec<String> =
                (0..chunk.len()).map(|n| format!("({})", placeholders(n * 5 + 1, 5))).collect();
            let sql = format!(
                "INSERT INTO store_link (source_id, from_store, from_columns, to_store, to_columns)
                 VALUES {} ON CONFLICT DO NOTHING",
                rows.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for link in chunk {
                query = query
                    .bind(&self.source.id)
                    .bind(clean(&link.from_store))
                    .bind(clean(&serde_json::to_string(&link.from_columns).unwrap_or_default()))
                    .bind(clean(&link.to_store))
                    .bind(clean(&serde_json::to_string(&link.to_columns).unwrap_or_default()));
            }
            query.execute(tx.conn()).await?;
        }
        Ok(())
    }
}
