//! All SQL of purposes.

use ::store::{Actor, Entry, now};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Purpose, PurposeBody, is_key};
use crate::{Consent, ConsentError, Result};

/// Purposes at most: a person's choices are kept in memory as bits of this many.
pub const MOST: usize = 64;

const COLUMNS: &str = "key, slot, version, retired_at, body, created_at, updated_at";

/// Every purpose, by key.
pub(crate) async fn read_all(conn: &mut AnyConnection) -> Result<Vec<Purpose>> {
    let sql = format!("SELECT {COLUMNS} FROM purpose ORDER BY key");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Purpose> {
    let body: String = row.try_get("body")?;
    Ok(Purpose {
        key: row.try_get("key")?,
        slot: row.try_get::<i64, _>("slot")? as u16,
        version: row.try_get("version")?,
        retired_at: row.try_get("retired_at")?,
        body: serde_json::from_str(&body).map_err(|error| damaged("purpose", &error))?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

pub(crate) fn damaged(what: &str, error: &serde_json::Error) -> ConsentError {
    ConsentError::Invalid(format!("a stored {what} cannot be read: {error}"))
}

impl Consent {
    /// Makes a purpose or changes it; nothing happens when it says the same already. Returns its
    /// version.
    pub async fn save_purpose(&self, actor: &Actor, key: &str, body: &PurposeBody) -> Result<i64> {
        if !is_key(key) {
            return Err(ConsentError::Invalid(format!(
                "“{key}” cannot be a purpose's key: use up to 64 of a–z, 0–9, _, - and ."
            )));
        }
        let faults = body.faults();
        if !faults.is_empty() {
            return Err(ConsentError::Invalid(faults.join("; ")));
        }
        let entry = Entry::new(actor.clone(), "purpose.saved", "purpose", key);
        let mut tx = self.store().begin(entry).await?;
        let all = read_all(tx.conn()).await?;
        let known = all.iter().find(|purpose| purpose.key == key);
        if known.is_some_and(|purpose| purpose.body == *body) {
            return Ok(known.map_or(0, |purpose| purpose.version));
        }
        let slot = match known {
            Some(purpose) => purpose.slot,
            None => all.iter().map(|purpose| purpose.slot + 1).max().unwrap_or(0),
        };
        if usize::from(slot) >= MOST {
            return Err(ConsentError::Invalid(format!(
                "there are {MOST} purposes, the most there can be"
            )));
        }
        let (version, at) = (known.map_or(1, |purpose| purpose.version + 1), now());
        let text = serde_json::to_string(body).map_err(|error| damaged("purpose", &error))?;
        sqlx::query(
            "INSERT INTO purpose (key, slot, version, retired_at, body, created_at, updated_at)
             VALUES ($1, $2, $3, NULL, $4, $5, $5)
             ON CONFLICT (key) DO UPDATE SET version = $3, body = $4, updated_at = $5",
        )
        .bind(key)
        .bind(i64::from(slot))
        .bind(version)
        .bind(&text)
        .bind(at)
        .execute(tx.conn())
        .await?;
        sqlx::query(
            "INSERT INTO purpose_version (purpose, version, body, actor, at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(key)
        .bind(version)
        .bind(&text)
        .bind(actor.to_text())
        .bind(at)
        .execute(tx.conn())
        .await?;
        let before = known.map(|purpose| self.store().digest(&purpose.body));
        tx.states(before, Some(self.store().digest(body)));
        tx.commit().await?;
        self.refresh_catalogue().await?;
        Ok(version)
    }

    /// Retires a purpose: from now on every decision for it is deny. Or takes it back.
    pub async fn retire_purpose(&self, actor: &Actor, key: &str, retired: bool) -> Result<()> {
        let action = if retired { "purpose.retired" } else { "purpose.revived" };
        let mut tx = self.store().begin(Entry::new(actor.clone(), action, "purpose", key)).await?;
        let at = now();
        let done =
            sqlx::query("UPDATE purpose SET retired_at = $1, updated_at = $2 WHERE key = $3")
                .bind(retired.then_some(at))
                .bind(at)
                .bind(key)
                .execute(tx.conn())
                .await?;
        if done.rows_affected() == 0 {
            return Err(ConsentError::Unknown { kind: "purpose", key: key.to_owned() });
        }
        tx.commit().await?;
        self.refresh_catalogue().await
    }

    /// The versions of a purpose, newest first: version, body, who, when (µs).
    pub async fn purpose_versions(
        &self,
        key: &str,
    ) -> Result<Vec<(i64, PurposeBody, String, i64)>> {
        let rows = sqlx::query(
            "SELECT version, body, actor, at FROM purpose_version WHERE purpose = $1
             ORDER BY version DESC LIMIT 500",
        )
        .bind(key)
        .fetch_all(self.store().reader())
        .await?;
        rows.iter()
            .map(|row| {
                let body: String = row.try_get("body")?;
                let body =
                    serde_json::from_str(&body).map_err(|error| damaged("purpose", &error))?;
                Ok((row.try_get("version")?, body, row.try_get("actor")?, row.try_get("at")?))
            })
            .collect()
    }
}
