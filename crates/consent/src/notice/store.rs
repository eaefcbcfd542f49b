//! All SQL of notices.

use std::collections::BTreeMap;

use ::store::{Actor, Entry, now};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Controller, Notice, NoticeBody, NoticeVersion, Published, Reconsent};
use crate::{
    Consent, ConsentError, Result,
    purpose::{self, is_key},
};

const COLUMNS: &str = "key, version, draft, retired_at, created_at, updated_at";
/// Published versions at most: a person's consents name one in 16 bits.
const MOST_VERSIONS: i64 = u16::MAX as i64;

/// Every published version, oldest first.
pub(crate) async fn read_published(conn: &mut AnyConnection) -> Result<Vec<NoticeVersion>> {
    let rows = sqlx::query(
        "SELECT notice, version, slot, body, digest, published_at FROM notice_version
         ORDER BY notice, version",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().map(read_version).collect()
}

fn read_version(row: &AnyRow) -> Result<NoticeVersion> {
    let body: String = row.try_get("body")?;
    Ok(NoticeVersion {
        notice: row.try_get("notice")?,
        version: row.try_get("version")?,
        slot: row.try_get::<i64, _>("slot")? as u16,
        published: serde_json::from_str(&body).map_err(|error| damaged(&error))?,
        digest: row.try_get("digest")?,
        published_at: row.try_get("published_at")?,
    })
}

fn read_notice(row: &AnyRow) -> Result<Notice> {
    let draft: Option<String> = row.try_get("draft")?;
    Ok(Notice {
        key: row.try_get("key")?,
        version: row.try_get("version")?,
        draft: draft
            .map(|text| serde_json::from_str(&text).map_err(|error| damaged(&error)))
            .transpose()?,
        retired_at: row.try_get("retired_at")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

fn damaged(error: &serde_json::Error) -> ConsentError {
    ConsentError::Invalid(format!("a stored notice cannot be read: {error}"))
}

async fn find(conn: &mut AnyConnection, key: &str) -> Result<Option<Notice>> {
    let sql = format!("SELECT {COLUMNS} FROM notice WHERE key = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key).fetch_optional(conn).await?;
    row.as_ref().map(read_notice).transpose()
}

impl Consent {
    /// All notices, by key.
    pub async fn notices(&self) -> Result<Vec<Notice>> {
        let sql = format!("SELECT {COLUMNS} FROM notice ORDER BY key");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?;
        rows.iter().map(read_notice).collect()
    }

    /// One notice.
    pub async fn notice(&self, key: &str) -> Result<Notice> {
        let mut conn = self.store().reader().acquire().await?;
        find(&mut conn, key).await?.ok_or_else(|| unknown(key))
    }

    /// Keeps a draft, making the notice when it is new. Versions already published stay as they are.
    pub async fn save_draft(&self, actor: &Actor, key: &str, body: &NoticeBody) -> Result<()> {
        if !is_key(key) {
            return Err(ConsentError::Invalid(format!(
                "“{key}” cannot be a notice's key: use up to 64 of a–z, 0–9, _, - and ."
            )));
        }
        let faults = body.faults();
        if !faults.is_empty() {
            return Err(ConsentError::Invalid(faults.join("; ")));
        }
        let mut tx =
            self.store().begin(Entry::new(actor.clone(), "notice.drafted", "notice", key)).await?;
        let known = purpose::read_all(tx.conn()).await?;
        if let Some(missing) =
            body.purposes.iter().find(|key| !known.iter().any(|p| p.key == **key))
        {
            return Err(ConsentError::Unknown { kind: "purpose", key: missing.clone() });
        }
        let before = find(tx.conn(), key).await?.and_then(|notice| notice.draft);
        if before.as_ref() == Some(body) {
            return Ok(());
        }
        let text = serde_json::to_string(body).map_err(|error| damaged(&error))?;
        sqlx::query(
            "INSERT INTO notice (key, version, draft, retired_at, created_at, updated_at)
             VALUES ($1, 0, $2, NULL, $3, $3)
             ON CONFLICT (key) DO UPDATE SET draft = $2, updated_at = $3",
        )
        .bind(key)
        .bind(&text)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.states(before.map(|body| self.store().digest(&body)), Some(self.store().digest(body)));
        tx.commit().await?;
        Ok(())
    }

    /// Publishes the draft as the next version. From then on it never changes.
    pub async fn publish(
        &self,
        actor: &Actor,
        key: &str,
        reconsent: Reconsent,
    ) -> Result<NoticeVersion> {
        let entry = Entry::new(actor.clone(), "notice.published", "notice", key);
        let mut tx = self.store().begin(entry).await?;
        let notice = find(tx.conn(), key).await?.ok_or_else(|| unknown(key))?;
        let Some(body) = notice.draft else {
            return Err(ConsentError::Conflict(format!(
                "the notice “{key}” has no draft to publish"
            )));
        };
        if body.purposes.is_empty() {
            return Err(ConsentError::Conflict(format!(
                "the notice “{key}” names no purpose; nobody could agree to anything under it"
            )));
        }
        let purposes = snapshot(tx.conn(), &body).await?;
        let (version, at) = (notice.version + 1, now());
        let published = Published {
            pictures: super::picture::digests(tx.conn(), key, version).await?,
            controller: self.controller(),
            purposes,
            reconsent,
            body,
        };
        let value = serde_json::to_value(&published).map_err(|error| damaged(&error))?;
        let digest = ledger::sha256_hex(ledger::canonical(&value).as_bytes());
        let slot = next_slot(tx.conn()).await?;
        sqlx::query(
            "INSERT INTO notice_version (notice, version, slot, body, digest, actor, published_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(key)
        .bind(version)
        .bind(slot)
        .bind(value.to_string())
        .bind(&digest)
        .bind(actor.to_text())
        .bind(at)
        .execute(tx.conn())
        .await?;
        sqlx::query("UPDATE notice SET version = $1, draft = NULL, retired_at = NULL, updated_at = $2 WHERE key = $3")
            .bind(version)
            .bind(at)
            .bind(key)
            .execute(tx.conn())
            .await?;
        crate::fresh::answered(tx.conn(), key).await?;
        tx.states(None, Some(self.store().digest(&published)));
        tx.commit().await?;
        self.refresh_catalogue().await?;
        Ok(NoticeVersion {
            notice: key.to_owned(),
            version,
            slot: slot as u16,
            published,
            digest,
            published_at: at,
        })
    }

    /// Stops showing a notice, or shows it again; consents given under it hold.
    pub async fn retire_notice(&self, actor: &Actor, key: &str, retired: bool) -> Result<()> {
        let action = if retired { "notice.retired" } else { "notice.revived" };
        let mut tx = self.store().begin(Entry::new(actor.clone(), action, "notice", key)).await?;
        let at = now();
        let done = sqlx::query("UPDATE notice SET retired_at = $1, updated_at = $2 WHERE key = $3")
            .bind(retired.then_some(at))
            .bind(at)
            .bind(key)
            .execute(tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(unknown(key));
        }
        tx.commit().await?;
        self.refresh_catalogue().await
    }

    /// Who is responsible, as notices published now say.
    pub fn controller(&self) -> Controller {
        let settings = self.settings();
        Controller { name: self.organisation(), contact: settings.contact.clone() }
    }
}

async fn snapshot(
    conn: &mut AnyConnection,
    body: &NoticeBody,
) -> Result<BTreeMap<String, purpose::PurposeBody>> {
    let known = purpose::read_all(conn).await?;
    let find = |key: &String| {
        let purpose = known.iter().find(|purpose| purpose.key == *key);
        let purpose =
            purpose.ok_or_else(|| ConsentError::Unknown { kind: "purpose", key: key.clone() })?;
        if purpose.retired_at.is_some() {
            return Err(ConsentError::Conflict(format!(
                "the purpose “{key}” is retired; take it out of the notice"
            )));
        }
        Ok((key.clone(), purpose.body.clone()))
    };
    body.purposes.iter().map(find).collect()
}

async fn next_slot(conn: &mut AnyConnection) -> Result<i64> {
    let slot: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(slot), 0) + 1 FROM notice_version")
        .fetch_one(conn)
        .await?;
    if slot > MOST_VERSIONS {
        return Err(ConsentError::Invalid(format!(
            "there are {MOST_VERSIONS} published versions, the most there can be"
        )));
    }
    Ok(slot)
}

fn unknown(key: &str) -> ConsentError {
    ConsentError::Unknown { kind: "notice", key: key.to_owned() }
}
