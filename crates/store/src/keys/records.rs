//! The keys of what is sealed by the million, by version: records of consent. They are wrapped by the
//! ring key, so a new root or a new KEK costs them nothing.

use super::ring::{context, insert, lock};
use crate::{Actor, Entry, Result, Store, StoreError, secret::random};

pub(super) const RECORDS: &str = "records";

impl Store {
    /// The keys for records by version, oldest first; the last one is the one to seal with. The first
    /// is made when there is none yet.
    pub async fn record_keys(&self) -> Result<Vec<(u32, [u8; 32])>> {
        let keys = self.ring_keys(RECORDS).await?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        let mut tx = self.raw_begin().await?;
        lock(&mut tx, self.is_postgres()).await?;
        let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM key_ring WHERE name = $1")
            .bind(RECORDS)
            .fetch_one(&mut *tx)
            .await?;
        if there == 0 {
            let wrapped = self.inner.ring.wrap.wrap(&context(RECORDS, 1), &random()?);
            insert(&mut tx, RECORDS, 1, &wrapped, "").await?;
            let entry = Entry::new(Actor::System("setup"), "key.rotated", "key", RECORDS);
            match self.append(&mut tx, &[entry]).await {
                // Whoever must look at a damaged ledger needs the room of consent to open.
                Ok(_) | Err(StoreError::Ledger { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        tx.commit().await?;
        self.ring_keys(RECORDS).await
    }

    /// Makes a new key for records; returns its version. What older ones sealed still opens.
    pub async fn rotate_record_key(&self, by: Actor) -> Result<i64> {
        self.rotate_ring_key(RECORDS, by).await
    }
}
