//! Customers' keys and the key-encrypting keys (KEKs) that wrap them.

use std::collections::{BTreeSet, HashMap};

use ::store::{Actor, Entry};
use sqlx::{AssertSqlSafe, Row as _};
use vault::{SubjectKey, VaultError};

use crate::{Consent, Result, SubjectId, subject::places};

/// How many keys move to the newest KEK in one transaction: short enough that nobody waits for it.
const BATCH: i64 = 500;

/// What a run of rewrapping did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrapped {
    /// Keys that moved.
    pub moved: u64,
    /// The KEK that wraps them now.
    pub version: u32,
}

impl Consent {
    /// Reads the deployment's KEKs and the keys of records anew: another process may have made one.
    pub async fn refresh_keks(&self) -> Result<()> {
        self.vault().set_keks(&self.store().keks().await?);
        self.inner.records.set_keys(&self.store().record_keys().await?);
        Ok(())
    }

    /// A customer's key; a KEK that another process made in the meantime is looked up.
    pub(crate) async fn open_key(&self, owner: &str, wrapped: &str) -> Result<SubjectKey> {
        match self.vault().unwrap(owner, wrapped) {
            Err(VaultError::Unknown(_)) => {
                self.refresh_keks().await?;
                Ok(self.vault().unwrap(owner, wrapped)?)
            }
            opened => Ok(opened?),
        }
    }

    /// The keys of customers, for what is sealed outside this room; a customer without one was erased,
    /// or never was. An id is the one under which a value was sealed: a customer that was merged keeps
    /// the key of its own.
    pub async fn keys_of(&self, ids: &BTreeSet<String>) -> Result<HashMap<String, SubjectKey>> {
        let mut keys = HashMap::with_capacity(ids.len());
        let ids: Vec<&String> = ids.iter().collect();
        for some in ids.chunks(BATCH as usize) {
            let sql = format!(
                "SELECT id, wrapped_key FROM subject
                 WHERE erased_at IS NULL AND wrapped_key <> '' AND id IN ({})",
                places(some.len())
            );
            let query = some.iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, id| q.bind(*id));
            for row in query.fetch_all(self.store().reader()).await? {
                let (id, wrapped): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                let key = self.open_key(&id, &wrapped).await?;
                keys.insert(id, key);
            }
        }
        Ok(keys)
    }

    /// A customer with all who were merged into them: whoever was erased with them.
    pub async fn ids_of(&self, id: &SubjectId) -> Result<Vec<SubjectId>> {
        let ids = sqlx::query_scalar("SELECT id FROM subject WHERE id = $1 OR merged_into = $1")
            .bind(&id.0)
            .fetch_all(self.store().reader())
            .await?;
        let mut ids: Vec<SubjectId> = ids.into_iter().map(SubjectId).collect();
        if ids.is_empty() {
            ids.push(id.clone());
        }
        Ok(ids)
    }

    /// Whether a failed write means that somebody else wrote the same row first.
    pub fn is_taken(error: &::store::StoreError) -> bool {
        crate::record::is_taken(error)
    }

    /// Whether a customer's sealed identifier opens with their wrapped key: for trying a backup. The
    /// value itself goes no further than this.
    pub async fn opens(&self, owner: &str, wrapped: &str, kind: &str, sealed: &str) -> Result<()> {
        let key = self.open_key(owner, wrapped).await?;
        key.open(&format!("identifier:{kind}"), sealed)?;
        Ok(())
    }

    /// How many customers' keys each KEK wraps, by version; 0 is the derived key of old deployments.
    pub async fn keys_by_kek(&self) -> Result<Vec<(u32, i64)>> {
        self.refresh_keks().await?;
        let mut counts = Vec::new();
        for version in 0..=self.vault().newest_kek() {
            let count: i64 =
                sqlx::query_scalar("SELECT COUNT(*) FROM subject WHERE wrapped_key LIKE $1")
                    .bind(format!("{}%", vault::wrapped_by(version)))
                    .fetch_one(self.store().reader())
                    .await?;
            counts.push((version, count));
        }
        Ok(counts)
    }

    /// Moves customers' keys to the newest KEK, batch by batch, while everything goes on. Stopped at
    /// any point it goes on where it was at the next call; two at once do each other no harm, and a
    /// key that was destroyed in the meantime stays destroyed.
    pub async fn rewrap_keys(&self, by: &Actor, mut told: impl FnMut(u64)) -> Result<Rewrapped> {
        self.refresh_keks().await?;
        let version = self.vault().newest_kek();
        let mut done = Rewrapped { moved: 0, version };
        let mut last = String::new();
        loop {
            let rows = sqlx::query(
                "SELECT id, wrapped_key FROM subject
                 WHERE id > $1 AND wrapped_key <> '' AND wrapped_key NOT LIKE $2
                 ORDER BY id LIMIT $3",
            )
            .bind(&last)
            .bind(format!("{}%", vault::wrapped_by(version)))
            .bind(BATCH)
            .fetch_all(self.store().reader())
            .await?;
            let mut batch: Vec<[String; 3]> = Vec::with_capacity(rows.len());
            for row in &rows {
                let (id, old): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                last.clone_from(&id);
                if let Some(new) = self.vault().rewrap(&id, &old)? {
                    batch.push([id, old, new]);
                }
            }
            if batch.is_empty() {
                return Ok(done);
            }
            done.moved += self.store_rewrapped(by, version, &batch).await?;
            told(done.moved);
        }
    }

    /// One statement: only keys that are still as they were read are replaced.
    async fn store_rewrapped(
        &self,
        by: &Actor,
        version: u32,
        batch: &[[String; 3]],
    ) -> Result<u64> {
        let places: Vec<String> = (0..batch.len())
            .map(|at| format!("(${}, ${}, ${})", 3 * at + 1, 3 * at + 2, 3 * at + 3))
            .collect();
        let sql = format!(
            "WITH new (id, old, wrapped) AS (VALUES {})
             UPDATE subject SET wrapped_key = new.wrapped FROM new
             WHERE subject.id = new.id AND subject.wrapped_key = new.old",
            places.join(", ")
        );
        let entry = Entry::new(by.clone(), "key.rewrapped", "key", format!("kek/{version}"));
        let mut tx = self.store().begin(entry).await?;
        let query =
            batch.iter().flatten().fold(sqlx::query(AssertSqlSafe(sql)), sqlx::query::Query::bind);
        let moved = query.execute(tx.conn()).await?.rows_affected();
        tx.commit().await?;
        Ok(moved)
    }
}
