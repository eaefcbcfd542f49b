//! The map as compliance checks see it: all that they look at, by a few set queries, however large the
//! map is. No sample and no evidence is read; what is not personal data is only counted.

use std::collections::HashMap;

use sqlx::FromRow;

use crate::{
    DataMap, Result,
    model::{Origin, System},
    records::Facts,
};

/// The whole map at one moment.
#[derive(Debug, Clone, Default)]
pub struct Posture {
    /// Counts the map's changes.
    pub version: i64,
    /// What the records of processing are computed from: activities, recipients, organisation.
    pub facts: Facts,
    /// Systems, by name.
    pub systems: Vec<System>,
    /// Sources, by name, with their scans.
    pub sources: Vec<SourcePosture>,
    /// Where their data came from.
    pub origins: Vec<Origin>,
    /// Tables, views and files that hold personal data now.
    pub stores: Vec<StorePosture>,
    /// Fields with personal data that are there now, the stores' fields side by side.
    pub fields: Vec<FieldPosture>,
    /// Arrows that were not dismissed.
    pub flows: Vec<FlowPosture>,
    /// What nobody has read in the inbox.
    pub drift: Vec<DriftPosture>,
}

/// A source and how its scans went.
#[derive(Debug, Clone, Default, FromRow)]
pub struct SourcePosture {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `sqlite` | `postgres` | `mysql` | `files`.
    pub kind: String,
    /// Address without the password.
    pub address: String,
    /// `disable` | `prefer` | `require` | `verify-full`.
    pub tls: String,
    /// Its schedule, or "".
    pub cron: String,
    /// Its system, or "".
    pub system_id: String,
    /// Added (µs).
    pub created_at: i64,
    /// State of the newest scan that ended, or "".
    #[sqlx(default)]
    pub scan_state: String,
    /// Id of that scan.
    #[sqlx(default)]
    pub scan_id: String,
    /// Stores it could not read.
    #[sqlx(default)]
    pub scan_failed: i64,
    /// When a scan last came to its end (µs), or 0.
    #[sqlx(default)]
    pub scanned_at: i64,
}

/// A store with personal data.
#[derive(Debug, Clone, Default, FromRow)]
pub struct StorePosture {
    /// Id.
    pub id: String,
    /// Its source.
    pub source_id: String,
    /// Name.
    pub name: String,
    /// Rows by estimate, or 0.
    pub rows: i64,
    /// Whose data, or "".
    pub people: String,
    /// Days for which we could tell that nobody read it; 0 where it is read, or nobody can tell.
    pub unread_days: i64,
    /// Since when (µs), or 0.
    pub unread_from: i64,
}

/// A field with personal data.
#[derive(Debug, Clone, Default, FromRow)]
pub struct FieldPosture {
    /// Id.
    pub id: String,
    /// Its store.
    pub store_id: String,
    /// Its source.
    pub source_id: String,
    /// Name.
    pub name: String,
    /// Category that counts.
    pub category: String,
    /// Sensitivity, 1 to 3.
    pub level: i64,
    /// The people are children.
    pub minor: i64,
    /// "" | `confirmed` | `corrected`.
    pub decision: String,
    /// How sure detection was, 0 to 1.
    pub confidence: f64,
}

/// An arrow.
#[derive(Debug, Clone, Default, FromRow)]
pub struct FlowPosture {
    /// Id.
    pub id: String,
    /// `system:ID` | `recipient:ID` | `origin:ID`
    pub from_end: String,
    /// The same.
    pub to_end: String,
    /// `declared` | `discovered`.
    pub found: String,
    /// Category keys as a JSON array.
    pub categories: String,
    /// Drawn or changed (µs).
    pub updated_at: i64,
}

/// Changes of one kind in one source that nobody has read.
#[derive(Debug, Clone, Default, FromRow)]
pub struct DriftPosture {
    /// The source.
    pub source_id: String,
    /// `new_store` | `new_field` | …
    pub kind: String,
    /// Of the fields' sensitivity.
    pub sensitivity: String,
    /// How many.
    pub n: i64,
    /// The oldest (µs).
    pub oldest: i64,
}

#[derive(FromRow)]
struct Ended {
    source_id: String,
    id: String,
    state: String,
    stores_failed: i64,
}

impl DataMap {
    /// Counts the map's changes: one row.
    pub async fn version(&self) -> Result<i64> {
        let (version,): (i64,) = sqlx::query_as("SELECT version FROM map_version WHERE id = 'map'")
            .fetch_one(self.store().reader())
            .await?;
        Ok(version)
    }

    /// The map as compliance checks see it.
    pub async fn posture(&self) -> Result<Posture> {
        let version = self.version().await?;
        let reader = self.store().reader();
        let stores = sqlx::query_as(
            "SELECT d.id, d.source_id, d.name, COALESCE(d.rows_estimate, 0) AS rows,
               CASE WHEN d.people_decided <> '' THEN d.people_decided ELSE d.people END AS people,
               COALESCE(u.watched, 0) / 86400000000 AS unread_days,
               COALESCE(u.quiet_from, 0) AS unread_from
             FROM data_store d LEFT JOIN store_usage u ON u.store_id = d.id WHERE d.vanished_at IS NULL AND EXISTS (SELECT 1 FROM field f
               WHERE f.store_id = d.id AND f.level > 0 AND f.vanished_at IS NULL)
             ORDER BY d.source_id, d.name",
        )
        .fetch_all(reader)
        .await?;
        let fields = sqlx::query_as(
            "SELECT id, store_id, source_id, name, category, level, minor, decision,
               found_confidence AS confidence
             FROM field WHERE level > 0 AND vanished_at IS NULL ORDER BY store_id, position",
        )
        .fetch_all(reader)
        .await?;
        let flows = sqlx::query_as(
            "SELECT id, from_end, to_end, found, categories, updated_at FROM flow
             WHERE state = 'active' ORDER BY id",
        )
        .fetch_all(reader)
        .await?;
        let drift = sqlx::query_as(
            "SELECT source_id, kind, sensitivity, COUNT(*) AS n, MIN(at) AS oldest FROM drift
             WHERE state = 'open' GROUP BY source_id, kind, sensitivity ORDER BY 1, 2, 3",
        )
        .fetch_all(reader)
        .await?;
        Ok(Posture {
            version,
            facts: self.record_facts().await?,
            systems: self.systems_by_name().await?,
            sources: self.scanned_sources().await?,
            origins: sqlx::query_as("SELECT * FROM origin ORDER BY source_id, id")
                .fetch_all(reader)
                .await?,
            stores,
            fields,
            flows,
            drift,
        })
    }

    async fn scanned_sources(&self) -> Result<Vec<SourcePosture>> {
        let reader = self.store().reader();
        let mut sources: Vec<SourcePosture> = sqlx::query_as(
            "SELECT id, name, kind, address, tls, cron, COALESCE(system_id, '') AS system_id,
               created_at FROM source ORDER BY LOWER(name), id",
        )
        .fetch_all(reader)
        .await?;
        let ended: Vec<Ended> = sqlx::query_as(
            "SELECT s.source_id, s.id, s.state, s.stores_failed FROM scan s
             JOIN (SELECT source_id, MAX(created_at) AS at FROM scan
                   WHERE state IN ('finished', 'failed') GROUP BY source_id) newest
               ON newest.source_id = s.source_id AND newest.at = s.created_at
             WHERE s.state IN ('finished', 'failed')",
        )
        .fetch_all(reader)
        .await?;
        let finished: Vec<(String, i64)> = sqlx::query_as(
            "SELECT source_id, MAX(COALESCE(finished_at, created_at)) FROM scan
             WHERE state = 'finished' GROUP BY source_id",
        )
        .fetch_all(reader)
        .await?;
        let mut ended: HashMap<String, Ended> =
            ended.into_iter().map(|scan| (scan.source_id.clone(), scan)).collect();
        let finished: HashMap<String, i64> = finished.into_iter().collect();
        for source in &mut sources {
            source.scanned_at = finished.get(&source.id).copied().unwrap_or(0);
            if let Some(scan) = ended.remove(&source.id) {
                source.scan_state = scan.state;
                source.scan_id = scan.id;
                source.scan_failed = scan.stores_failed;
            }
        }
        Ok(sources)
    }
}
