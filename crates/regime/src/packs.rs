//! Rule packs: those that come with Privet, and those installed instead of them.

use std::sync::{Arc, PoisonError};

use law::{Law, Pack};
use sqlx::Row as _;

use crate::{RegimeError, Regimes, Result};

impl Regimes {
    /// Reads the law in use again if it was changed, here or by another server.
    pub async fn refresh(&self) -> Result<()> {
        let version: i64 = sqlx::query_scalar("SELECT version FROM regime_version WHERE id = 1")
            .fetch_one(self.store().reader())
            .await?;
        let kept = self.inner.law.read().unwrap_or_else(PoisonError::into_inner).0;
        if kept == version {
            return Ok(());
        }
        let rows = sqlx::query("SELECT file, body FROM regime_pack WHERE state = 'in_use'")
            .fetch_all(self.store().reader())
            .await?;
        let mut law = Law::shipped().clone();
        for row in &rows {
            let (file, body): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let pack = Pack::parse(&file, &body).map_err(|_| RegimeError::Damaged("rule pack"))?;
            law = law.with(pack);
        }
        *self.inner.law.write().unwrap_or_else(PoisonError::into_inner) = (version, Arc::new(law));
        Ok(())
    }
}
