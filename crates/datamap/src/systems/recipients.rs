//! Recipients: who outside our systems gets data, in which role, where, and under which safeguard.

use sqlx::FromRow;
use store::{Actor, Entry, new_id, now};

use super::countries;
use crate::sources::{FieldError, free_key};
use crate::{DataMap, DataMapError, Result};

/// Roles a recipient can have (GDPR Art 4(7)–(9); PIPL Art 20, 21, 23); keys `recipients-kind-KEY`.
pub const RECIPIENT_KINDS: &[&str] = &["processor", "controller", "joint_controller", "authority"];

/// Mechanisms for transfers abroad (GDPR Art 45–49; PIPL Art 38); keys `recipients-safeguard-KEY`.
pub const SAFEGUARDS: &[&str] = &[
    "adequacy",
    "scc",
    "bcr",
    "pipl_standard_contract",
    "pipl_assessment",
    "pipl_certification",
    "derogation",
];

/// A recipient as stored.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, serde::Serialize)]
pub struct RecipientRow {
    /// Id.
    pub id: String,
    /// Stable name for privacy as code.
    pub key: String,
    /// Name.
    pub name: String,
    /// One of [`RECIPIENT_KINDS`].
    pub kind: String,
    /// ISO 3166-1 alpha-2, or "".
    pub country: String,
    /// One of [`SAFEGUARDS`], or "".
    pub safeguard: String,
    /// Contract, in words.
    pub contract: String,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

/// What a person says about a recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct RecipientDraft {
    /// Name.
    pub name: String,
    /// One of [`RECIPIENT_KINDS`].
    pub kind: String,
    /// ISO 3166-1 alpha-2, or "".
    pub country: String,
    /// One of [`SAFEGUARDS`], or "".
    pub safeguard: String,
    /// Contract, in words.
    pub contract: String,
}

impl RecipientDraft {
    fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        let mut wrong = |field, key: &str| errors.push(FieldError { field, key: key.into() });
        if self.name.trim().is_empty() {
            wrong("name", "recipients-error-name");
        }
        if self.name.trim().chars().count() > 120 {
            wrong("name", "systems-error-name-long");
        }
        if !RECIPIENT_KINDS.contains(&self.kind.as_str()) {
            wrong("kind", "recipients-error-kind");
        }
        if !self.country.is_empty() && countries::find(&self.country).is_none() {
            wrong("country", "systems-error-country");
        }
        if !self.safeguard.is_empty() && !SAFEGUARDS.contains(&self.safeguard.as_str()) {
            wrong("safeguard", "recipients-error-safeguard");
        }
        if errors.is_empty() { Ok(()) } else { Err(DataMapError::Form(errors)) }
    }
}

impl DataMap {
    /// All recipients by name.
    pub async fn recipients(&self) -> Result<Vec<RecipientRow>> {
        Ok(sqlx::query_as("SELECT * FROM recipient ORDER BY name, id")
            .fetch_all(self.store().reader())
            .await?)
    }

    /// One recipient.
    pub async fn recipient(&self, id: &str) -> Result<RecipientRow> {
        sqlx::query_as("SELECT * FROM recipient WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or(DataMapError::NotFound("recipient"))
    }

    /// Creates a recipient; returns its id.
    pub async fn create_recipient(&self, actor: Actor, draft: &RecipientDraft) -> Result<String> {
        draft.check()?;
        let id = new_id();
        let mut entry = Entry::new(actor, "recipient.created", "recipient", &id);
        entry.after = Some(self.store().digest(draft));
        let mut tx = self.store().begin(entry).await?;
        let key = free_key(&mut tx, "recipient", &draft.name).await?;
        let at = now();
        sqlx::query(
            "INSERT INTO recipient (id, key, name, kind, country, safeguard, contract, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&id)
        .bind(key)
        .bind(draft.name.trim())
        .bind(&draft.kind)
        .bind(draft.country.trim().to_uppercase())
        .bind(&draft.safeguard)
        .bind(draft.contract.trim())
        .bind(at)
        .bind(at)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes a recipient.
    pub async fn update_recipient(
        &self,
        actor: Actor,
        id: &str,
        draft: &RecipientDraft,
    ) -> Result<()> {
        draft.check()?;
        let old = self.recipient(id).await?;
        let mut entry = Entry::new(actor, "recipient.changed", "recipient", id);
        entry.before = Some(self.store().digest(&old));
        entry.after = Some(self.store().digest(draft));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE recipient SET name = $1, kind = $2, country = $3, safeguard = $4, contract = $5,
               updated_at = $6 WHERE id = $7",
        )
        .bind(draft.name.trim())
        .bind(&draft.kind)
        .bind(draft.country.trim().to_uppercase())
        .bind(&draft.safeguard)
        .bind(draft.contract.trim())
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes a recipient, its arrows and its place in processing activities.
    pub async fn delete_recipient(&self, actor: Actor, id: &str) -> Result<()> {
        let old = self.recipient(id).await?;
        let mut entry = Entry::new(actor, "recipient.deleted", "recipient", id);
        entry.before = Some(self.store().digest(&old));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("DELETE FROM flow WHERE to_end = $1")
            .bind(format!("recipient:{id}"))
            .execute(tx.conn())
            .await?;
        for sql in [
            "DELETE FROM activity_recipient WHERE recipient_id = $1",
            "DELETE FROM recipient WHERE id = $1",
        ] {
            sqlx::query(sql).bind(id).execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
