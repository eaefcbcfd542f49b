//! Programs: which purposes an API token may name that was made before tokens held purposes. A policy says what a purpose shows; this says who may
//! come with it, so that the marketing tool cannot call itself the help desk.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, Entry, now};
use sqlx::Row as _;

use crate::{Protect, ProtectError, Result};

impl Protect {
    /// The purposes a token may name; `None`: all that policies name.
    pub async fn purposes_of_program(&self, token: &str) -> Result<Option<BTreeSet<String>>> {
        let kept: Option<String> =
            sqlx::query_scalar("SELECT purposes FROM protect_program WHERE token = $1")
                .bind(token)
                .fetch_optional(self.store().reader())
                .await?;
        Ok(kept.map(|text| read(&text)))
    }

    /// The same of all tokens that are limited.
    pub async fn limited_programs(&self) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let rows = sqlx::query("SELECT token, purposes FROM protect_program")
            .fetch_all(self.store().reader())
            .await?;
        let limited = rows.iter().map(|row| {
            let purposes: String = row.try_get(1)?;
            Ok((row.try_get(0)?, read(&purposes)))
        });
        limited.collect()
    }

    /// Lets a token name these purposes only; none at all lifts the limit.
    pub async fn limit_program(
        &self,
        by: &Actor,
        token: &str,
        purposes: &BTreeSet<String>,
    ) -> Result<()> {
        let known = self.known_purposes();
        if purposes.iter().any(|purpose| !known.contains(purpose)) {
            return Err(ProtectError::Policy(vec![("purposes", "protect-fault-purpose")]));
        }
        let before = self.purposes_of_program(token).await?;
        let after = Some(purposes).filter(|purposes| !purposes.is_empty());
        if before.as_ref() == after {
            return Ok(());
        }
        let entry = Entry::new(by.clone(), "vault.program_limited", "token", token);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("DELETE FROM protect_program WHERE token = $1")
            .bind(token)
            .execute(tx.conn())
            .await?;
        if let Some(purposes) = after {
            let text: Vec<&str> = purposes.iter().map(String::as_str).collect();
            sqlx::query(
                "INSERT INTO protect_program (token, purposes, updated_at) VALUES ($1, $2, $3)",
            )
            .bind(token)
            .bind(text.join(" "))
            .bind(now())
            .execute(tx.conn())
            .await?;
        }
        let digest = |purposes: &BTreeSet<String>| self.store().digest(purposes);
        tx.states(before.as_ref().map(digest), after.map(digest));
        tx.commit().await?;
        Ok(())
    }
}

fn read(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
