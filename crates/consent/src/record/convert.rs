//! Sealing what was not sealed, or by an older key: records from before choices were sealed, and all of
//! them after the key of records was rotated. In the background, batch by batch, while records are
//! written and read; stopped at any point it goes on where it was, and two at once do no harm.

use std::time::Duration;

use ::store::{Actor, Entry};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use tokio::sync::watch;

use super::{GONE, READ};
use crate::{Catalogue, Consent, ConsentError, Result};

/// Records sealed in one transaction: short enough that nobody waits for it.
const BATCH: usize = 500;
/// How soon it is tried again after a fault.
const AGAIN: Duration = Duration::from_secs(5);
/// How often it is looked whether a server of an older version has written in clear since.
const PAUSE: Duration = Duration::from_mins(10);
/// Those from before; the index `consent_record_clear` finds them.
const CLEAR: &str = "substr(choices, 1, 1) = '{'";

/// What a run of sealing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resealed {
    /// Records that were sealed.
    pub sealed: u64,
    /// The version of the key that seals now.
    pub version: u32,
}

/// A record's id, what stands in its row, and what will.
type Line = [String; 3];

impl Consent {
    /// Seals records from before until `stop` turns true; a server runs it. Of customers who were erased
    /// they are taken away.
    pub async fn keep_sealed(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let pause = match self
                .seal_all(&Actor::System("sealing"), CLEAR, || *stop.borrow())
                .await
            {
                Ok(0) => PAUSE,
                Ok(sealed) => {
                    tracing::info!(
                        sealed,
                        "records from before choices were sealed are sealed now"
                    );
                    PAUSE
                }
                Err(error) => {
                    tracing::warn!(%error, "records from before could not be sealed; trying again");
                    AGAIN
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Seals with the newest key what is in clear or sealed by an older one.
    pub async fn reseal_records(&self, by: &Actor) -> Result<Resealed> {
        self.refresh_keks().await?;
        let version = self.inner.records.newest();
        let mut sealed = self.seal_all(by, CLEAR, || false).await?;
        // With one version there is no older one to look for.
        if version > 1 {
            let newest = vault::sealed_by(version);
            let older = format!("choices <> '' AND choices NOT LIKE '{newest}%'");
            sealed += self.seal_all(by, &older, || false).await?;
        }
        Ok(Resealed { sealed, version })
    }

    async fn seal_all(&self, by: &Actor, which: &str, stopped: impl Fn() -> bool) -> Result<u64> {
        let sql = format!(
            "SELECT {READ}, s.erased_at FROM consent_record r LEFT JOIN subject s ON s.id = r.subject
             WHERE r.id > $1 AND {which} ORDER BY r.id LIMIT $2"
        );
        let (mut last, mut sealed) = (String::new(), 0);
        while !stopped() {
            let rows = sqlx::query(AssertSqlSafe(sql.as_str()))
                .bind(&last)
                .bind(BATCH as i64)
                .fetch_all(self.store().reader())
                .await?;
            let Some(row) = rows.last() else { break };
            last = row.try_get(0)?;
            let lines = self.opening(|now| rows.iter().map(|row| self.line(now, row)).collect());
            let batch: Vec<Line> = match lines.await {
                Ok(lines) => lines,
                // One damaged record must not keep the others in clear.
                Err(ConsentError::Vault(_) | ConsentError::Invalid(_)) => {
                    let now = self.catalogue();
                    rows.iter().filter_map(|row| self.line(&now, row).ok()).collect()
                }
                Err(error) => return Err(error),
            };
            if batch.len() < rows.len() {
                let damaged = rows.len() - batch.len();
                tracing::warn!(damaged, "some records cannot be read and stay as they are");
            }
            sealed += self.store_sealed(by, &batch).await?;
        }
        Ok(sealed)
    }

    fn line(&self, catalogue: &Catalogue, row: &AnyRow) -> Result<Line> {
        let old = row.try_get(7)?;
        // Erased before choices went with the customer.
        if row.try_get::<Option<i64>, _>(18)?.is_some() {
            return Ok([row.try_get(0)?, old, GONE.to_owned()]);
        }
        let stored = self.read(catalogue, row)?.ok_or(ConsentError::Erased)?;
        let new = self.seal_said(catalogue, &stored)?;
        Ok([stored.id, old, new])
    }

    /// One statement: only what is still as it was read is replaced.
    async fn store_sealed(&self, by: &Actor, batch: &[Line]) -> Result<u64> {
        if batch.is_empty() {
            return Ok(0);
        }
        let places: Vec<String> = (0..batch.len())
            .map(|at| format!("(${}, ${}, ${})", 3 * at + 1, 3 * at + 2, 3 * at + 3))
            .collect();
        let sql = format!(
            "WITH new (id, old, sealed) AS (VALUES {})
             UPDATE consent_record SET choices = new.sealed, notice = '', notice_version = 0,
               notice_slot = 0, origin = ''
             FROM new WHERE consent_record.id = new.id AND consent_record.choices = new.old",
            places.join(", ")
        );
        let key = format!("records/{}", self.inner.records.newest());
        let entry = Entry::new(by.clone(), "consent.sealed", "key", key);
        let mut tx = self.store().begin(entry).await?;
        let query =
            batch.iter().flatten().fold(sqlx::query(AssertSqlSafe(sql)), sqlx::query::Query::bind);
        let sealed = query.execute(tx.conn()).await?.rows_affected();
        tx.commit().await?;
        Ok(sealed)
    }
}
