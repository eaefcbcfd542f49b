//! All SQL of own detectors.

use std::sync::{Arc, PoisonError, RwLock};

use detect::CustomDetectors;
use serde::Serialize;
use sqlx::FromRow;
use store::{Actor, Entry, WriteTx, new_id, now};

use super::{DetectorError, Draft, Result};
use crate::Inspect;

/// Detectors at most; `detect` takes as many in one set.
const MOST: usize = 200;

/// One detector as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Detector {
    /// Id.
    pub id: String,
    /// Its name, the type of its findings.
    pub name: String,
    /// One `[[detector]]` table as TOML.
    pub body: String,
    /// 1: it is looked for.
    pub enabled: i64,
    /// Counts its changes.
    pub version: i64,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

/// One line of a detector's history.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Change {
    /// Counts from 1.
    pub version: i64,
    /// `created` | `changed` | `enabled` | `disabled` | `deleted`.
    pub what: String,
    /// What it was from then on.
    pub body: String,
    /// Who, as the ledger writes it.
    pub actor: String,
    /// When (µs).
    pub at: i64,
}

/// The detectors in use, as of a version of the set.
#[derive(Clone, Default)]
pub(crate) struct Cache(Arc<RwLock<Option<(i64, CustomDetectors)>>>);

impl Cache {
    fn get(&self, version: i64) -> Option<CustomDetectors> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(as_of, _)| *as_of == version).map(|(_, set)| set.clone())
    }

    fn put(&self, version: i64, set: &CustomDetectors) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((version, set.clone()));
    }
}

impl Inspect {
    /// The detectors that are looked for now. Costs one small read when nothing has changed.
    pub async fn own_detectors(&self) -> Result<CustomDetectors, store::StoreError> {
        let (version,): (i64,) =
            sqlx::query_as("SELECT version FROM detector_set WHERE id = 'own'")
                .fetch_one(self.store().reader())
                .await?;
        if let Some(known) = self.cache.get(version) {
            return Ok(known);
        }
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, body FROM detector WHERE enabled = 1 ORDER BY name")
                .fetch_all(self.store().reader())
                .await?;
        let set = tokio::task::spawn_blocking(move || together(&rows)).await.unwrap_or_default();
        self.cache.put(version, &set);
        Ok(set)
    }

    /// All detectors by name.
    pub async fn detectors(&self) -> Result<Vec<Detector>> {
        let rows = sqlx::query_as("SELECT * FROM detector ORDER BY name");
        Ok(rows.fetch_all(self.store().reader()).await?)
    }

    /// One detector.
    pub async fn detector(&self, id: &str) -> Result<Detector> {
        sqlx::query_as("SELECT * FROM detector WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or(DetectorError::NotFound)
    }

    /// Its changes, newest first.
    pub async fn detector_history(&self, id: &str) -> Result<Vec<Change>> {
        let rows = sqlx::query_as(
            "SELECT version, what, body, actor, at FROM detector_history
             WHERE detector_id = $1 ORDER BY version DESC LIMIT 200",
        );
        Ok(rows.bind(id).fetch_all(self.store().reader()).await?)
    }

    /// Keeps a new detector, enabled; returns its id.
    pub async fn create_detector(&self, actor: Actor, body: &str) -> Result<String> {
        let draft = checked(body).await?;
        let at = now();
        let row = Detector {
            id: new_id(),
            name: draft.name,
            body: body.trim().to_owned() + "\n",
            enabled: 1,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let entry = Entry::new(actor.clone(), "detector.created", "detector", &row.id);
        let mut tx = self.store().begin(entry).await?;
        let all = every_name(&mut tx).await?;
        if all.len() >= MOST {
            return Err(DetectorError::TooMany(all.len()));
        }
        free(&all, &row)?;
        sqlx::query(
            "INSERT INTO detector (id, name, body, enabled, version, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.body)
        .bind(row.enabled)
        .bind(row.version)
        .bind(row.created_at)
        .bind(row.updated_at)
        .execute(tx.conn())
        .await
        .map_err(|error| taken(error, &row.name))?;
        remember(&mut tx, &row, "created", &actor).await?;
        tx.states(None, Some(self.store().digest(&row)));
        tx.commit().await?;
        Ok(row.id)
    }

    /// Changes what a detector looks for; nothing happens when it is the same.
    pub async fn change_detector(&self, actor: Actor, id: &str, body: &str) -> Result<()> {
        let draft = checked(body).await?;
        let body = body.trim().to_owned() + "\n";
        if self.detector(id).await?.body == body {
            return Ok(());
        }
        self.update(actor, id, "detector.changed", "changed", |row| {
            row.name = draft.name;
            row.body = body;
        })
        .await
    }

    /// Looks for it from now on, or no longer.
    pub async fn enable_detector(&self, actor: Actor, id: &str, enabled: bool) -> Result<()> {
        if (self.detector(id).await?.enabled == 1) == enabled {
            return Ok(());
        }
        let (action, what) = if enabled {
            ("detector.enabled", "enabled")
        } else {
            ("detector.disabled", "disabled")
        };
        self.update(actor, id, action, what, |row| row.enabled = i64::from(enabled)).await
    }

    /// Forgets a detector; its history stays.
    pub async fn delete_detector(&self, actor: Actor, id: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "detector.deleted", "detector", id);
        let mut tx = self.store().begin(entry).await?;
        let mut row = locked(&mut tx, id).await?;
        let before = self.store().digest(&row);
        sqlx::query("DELETE FROM detector WHERE id = $1").bind(id).execute(tx.conn()).await?;
        row.version += 1;
        remember(&mut tx, &row, "deleted", &actor).await?;
        tx.states(Some(before), None);
        tx.commit().await?;
        Ok(())
    }

    async fn update(
        &self,
        actor: Actor,
        id: &str,
        action: &'static str,
        what: &'static str,
        change: impl FnOnce(&mut Detector),
    ) -> Result<()> {
        let entry = Entry::new(actor.clone(), action, "detector", id);
        let mut tx = self.store().begin(entry).await?;
        let mut row = locked(&mut tx, id).await?;
        let before = self.store().digest(&row);
        change(&mut row);
        row.version += 1;
        row.updated_at = now();
        free(&every_name(&mut tx).await?, &row)?;
        sqlx::query(
            "UPDATE detector SET name = $1, body = $2, enabled = $3, version = $4, updated_at = $5
             WHERE id = $6",
        )
        .bind(&row.name)
        .bind(&row.body)
        .bind(row.enabled)
        .bind(row.version)
        .bind(row.updated_at)
        .bind(id)
        .execute(tx.conn())
        .await
        .map_err(|error| taken(error, &row.name))?;
        remember(&mut tx, &row, what, &actor).await?;
        tx.states(Some(before), Some(self.store().digest(&row)));
        tx.commit().await?;
        Ok(())
    }
}

/// Checked away from the async runtime: patterns are tried on hostile texts.
async fn checked(body: &str) -> Result<Draft> {
    let body = body.to_owned();
    match tokio::task::spawn_blocking(move || Draft::read(&body)).await {
        Ok(read) => read,
        Err(error) => {
            Err(store::StoreError::from(sqlx::Error::Io(std::io::Error::other(error))).into())
        }
    }
}

/// One set of all; a detector that a newer Privet no longer takes is left out and told in the log,
/// so that it silences no other.
fn together(rows: &[(String, String)]) -> CustomDetectors {
    let whole: String = rows.iter().map(|(_, body)| body.as_str()).collect();
    if let Ok(set) = CustomDetectors::reload(&whole) {
        return set;
    }
    let sound = rows.iter().filter(|(name, body)| match CustomDetectors::reload(body) {
        Ok(_) => true,
        Err(errors) => {
            tracing::error!(detector = name, %errors, "a detector can no longer be used");
            false
        }
    });
    let whole: String = sound.map(|(_, body)| body.as_str()).collect();
    CustomDetectors::reload(&whole).unwrap_or_default()
}

async fn locked(tx: &mut WriteTx, id: &str) -> Result<Detector> {
    sqlx::query_as("SELECT * FROM detector WHERE id = $1")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(DetectorError::NotFound)
}

async fn every_name(tx: &mut WriteTx) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as("SELECT id, name FROM detector").fetch_all(tx.conn()).await?)
}

fn free(all: &[(String, String)], row: &Detector) -> Result<()> {
    if all.iter().any(|(id, name)| *id != row.id && *name == row.name) {
        return Err(DetectorError::NameTaken(row.name.clone()));
    }
    Ok(())
}

/// Two people may choose the same name at the same time.
fn taken(error: sqlx::Error, name: &str) -> DetectorError {
    match error.as_database_error() {
        Some(found) if found.is_unique_violation() => DetectorError::NameTaken(name.to_owned()),
        _ => error.into(),
    }
}

/// Writes the history's line and tells caches.
async fn remember(tx: &mut WriteTx, row: &Detector, what: &str, actor: &Actor) -> Result<()> {
    sqlx::query(
        "INSERT INTO detector_history (detector_id, version, what, body, actor, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&row.id)
    .bind(row.version)
    .bind(what)
    .bind(&row.body)
    .bind(actor.to_text())
    .bind(now())
    .execute(tx.conn())
    .await?;
    sqlx::query("UPDATE detector_set SET version = version + 1 WHERE id = 'own'")
        .execute(tx.conn())
        .await?;
    Ok(())
}
