//! All SQL of proofs.

use std::collections::BTreeMap;

use ::store::WriteTx;
use sqlx::Row as _;

use super::Verdict;
use crate::{Result, Rights};

/// How far the facts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// None were asked for.
    None,
    /// The person was asked.
    Asked,
    /// They told, and it is being compared.
    Given,
    /// It was compared.
    Compared,
    /// It could not be compared.
    Failed,
}

impl Stage {
    fn parse(text: &str) -> Self {
        match text {
            "asked" => Self::Asked,
            "given" => Self::Given,
            "compared" => Self::Compared,
            "failed" => Self::Failed,
            _ => Self::None,
        }
    }
}

/// What was asked for to show who somebody is, and what came of it. Holds nothing that was told.
#[derive(Debug, Clone)]
pub struct Proof {
    /// How far the facts are.
    pub stage: Stage,
    /// Categories that were asked for.
    pub asked: Vec<String>,
    /// A declaration was asked for, too.
    pub declares: bool,
    /// It was given.
    pub declared: bool,
    /// How often something was told.
    pub tries: i64,
    /// Told last (µs), or 0.
    pub given_at: i64,
    /// What came of each category.
    pub result: BTreeMap<String, Verdict>,
    /// A document was asked for (µs), or 0.
    pub paper_asked_at: i64,
}

/// A picture of a document.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Its id.
    pub id: String,
    /// Given (µs).
    pub at: i64,
    /// `image/jpeg`, `image/png` or `application/pdf`.
    pub media: String,
    /// Its size.
    pub bytes: i64,
    /// Removed (µs), or 0.
    pub removed_at: i64,
}

/// What told facts are sealed to.
pub(super) fn told_context(request: &str) -> String {
    format!("rights-told:{request}")
}

/// What a document's pieces are sealed to.
pub(super) fn paper_context(paper: &str) -> String {
    format!("rights-paper:{paper}")
}

/// Wipes what was told and asks for nothing more: the request is closed.
pub(crate) async fn forget(tx: &mut WriteTx, request: &str) -> Result<()> {
    sqlx::query(
        "UPDATE rights_identity SET told_sealed = '', paper_asked_at = 0,
           stage = CASE WHEN stage IN ('asked', 'given') THEN '' ELSE stage END
         WHERE request = $1",
    )
    .bind(request)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Asks for nothing more: somebody decided. What was told meanwhile is still compared.
pub(crate) async fn settle(tx: &mut WriteTx, request: &str) -> Result<()> {
    sqlx::query(
        "UPDATE rights_identity SET paper_asked_at = 0,
           stage = CASE WHEN stage = 'asked' THEN '' ELSE stage END
         WHERE request = $1",
    )
    .bind(request)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The row of a request, made where there is none.
pub(super) async fn begin(tx: &mut WriteTx, request: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO rights_identity (request) VALUES ($1) ON CONFLICT (request) DO NOTHING",
    )
    .bind(request)
    .execute(tx.conn())
    .await?;
    Ok(())
}

impl Rights {
    /// What was asked for to show who somebody is.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn proof(&self, request: &str) -> Result<Option<Proof>> {
        let row = sqlx::query(
            "SELECT stage, asked, declares, declared, tries, given_at, result, paper_asked_at
             FROM rights_identity WHERE request = $1",
        )
        .bind(request)
        .fetch_optional(self.store().reader())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let json = |at: usize| row.try_get::<String, _>(at);
        Ok(Some(Proof {
            stage: Stage::parse(&json(0)?),
            asked: serde_json::from_str(&json(1)?).unwrap_or_default(),
            declares: row.try_get::<i64, _>(2)? > 0,
            declared: row.try_get::<i64, _>(3)? > 0,
            tries: row.try_get(4)?,
            given_at: row.try_get(5)?,
            result: serde_json::from_str(&json(6)?).unwrap_or_default(),
            paper_asked_at: row.try_get(7)?,
        }))
    }

    pub(super) async fn told_facts(&self, request: &str) -> Result<BTreeMap<String, String>> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT told_sealed FROM rights_identity WHERE request = $1")
                .bind(request)
                .fetch_optional(self.store().reader())
                .await?;
        let sealed = sealed.filter(|text| !text.is_empty());
        let Some(sealed) = sealed else { return Ok(BTreeMap::new()) };
        let text = self.store().unseal(&told_context(request), &sealed)?;
        serde_json::from_str(&text).map_err(|_| crate::RightsError::Damaged("answer"))
    }

    /// Pictures of documents that were given for a request, removed ones too.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn papers(&self, request: &str) -> Result<Vec<Paper>> {
        let rows = sqlx::query(
            "SELECT id, at, media, bytes, removed_at FROM rights_paper WHERE request = $1
             ORDER BY at, id",
        )
        .bind(request)
        .fetch_all(self.store().reader())
        .await?;
        let paper = |row: &sqlx::any::AnyRow| {
            Ok(Paper {
                id: row.try_get(0)?,
                at: row.try_get(1)?,
                media: row.try_get(2)?,
                bytes: row.try_get(3)?,
                removed_at: row.try_get(4)?,
            })
        };
        rows.iter().map(paper).collect()
    }
}
