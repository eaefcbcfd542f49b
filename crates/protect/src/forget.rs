//! An erased customer's values open no more, their key being gone. What is left of them here are blind
//! indexes, and who holds Privet's keys could try values against those: so they are deleted.

use std::{sync::atomic::Ordering, time::Duration};

use ::store::{Actor, Entry};
use consent::SubjectId;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::watch;

use crate::{Protect, Result};

/// How soon after an erasure its indexes go. They find nobody in the meantime.
const POLL: Duration = Duration::from_secs(2);
/// Erasures looked at in one step.
const STEP: i64 = 500;

impl Protect {
    /// Follows the ledger for erasures until told to stop.
    pub async fn keep_forgetting(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.forget_erased().await {
                tracing::warn!(%error, "indexes of erased customers wait; trying again");
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Deletes the indexes of everybody erased since the last look. After a restart all erasures are
    /// looked at once more, which finds nothing to do and writes nothing.
    pub async fn forget_erased(&self) -> Result<u64> {
        let mut forgotten = 0;
        loop {
            let rows = sqlx::query(
                "SELECT seq, object_id FROM ledger_entry
                 WHERE action = 'subject.erased' AND seq > $1 ORDER BY seq LIMIT $2",
            )
            .bind(self.erased_seen.load(Ordering::Relaxed))
            .bind(STEP)
            .fetch_all(self.store().reader())
            .await?;
            for row in &rows {
                let (seq, id): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
                forgotten += self.forget(&id).await?;
                self.erased_seen.fetch_max(seq, Ordering::Relaxed);
            }
            if (rows.len() as i64) < STEP {
                return Ok(forgotten);
            }
        }
    }

    async fn forget(&self, id: &str) -> Result<u64> {
        let people = self.consent().ids_of(&SubjectId(id.to_owned())).await?;
        let places: Vec<String> = (1..=people.len()).map(|at| format!("${at}")).collect();
        let of = format!("blind IS NOT NULL AND subject IN ({})", places.join(", "));
        let count = format!("SELECT COUNT(*) FROM protect_token WHERE {of}");
        let query =
            people.iter().fold(sqlx::query_scalar(AssertSqlSafe(count)), |q, id| q.bind(&id.0));
        let left: i64 = query.fetch_one(self.store().reader()).await?;
        if left == 0 {
            return Ok(0);
        }
        let entry = Entry::new(Actor::System("vault"), "vault.index_forgotten", "subject", id);
        let mut tx = self.store().begin(entry.about(id)).await?;
        let sql = format!("UPDATE protect_token SET blind = NULL WHERE {of}");
        let query = people.iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, id| q.bind(&id.0));
        let done = query.execute(tx.conn()).await?.rows_affected();
        tx.commit().await?;
        Ok(done)
    }
}
