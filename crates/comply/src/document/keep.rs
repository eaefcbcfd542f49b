//! Documents that were made and what people answered; the room's only SQL about them.

use std::collections::HashMap;

use sqlx::{Row as _, any::AnyRow};
use store::{Actor, Entry, new_id, now};
use web::Lang;

use super::{
    Document, Kind, look, paper,
    points::point,
    writer::{Seen, Writer},
};
use crate::{Comply, ComplyError, Filter, Result, model::hex, pages::words::Names};

/// Findings that a document lists at most.
const FINDINGS: i64 = 5_000;

/// A document as it was made. Its file never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// 1, 2, 3 … of its kind.
    pub number: i64,
    /// Its language.
    pub lang: Lang,
    /// When (µs).
    pub made_at: i64,
    /// Who had it made, as the ledger writes it.
    pub made_by: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// How long the file is.
    pub bytes: i64,
    /// Statements that waited for somebody.
    pub unknown: i64,
    /// Position of its entry in the ledger.
    pub entry: i64,
}

/// What somebody says of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be.
    Met,
    /// Not wholly.
    Partly,
    /// It is not.
    Unmet,
    /// There is nothing it could be about.
    NotApplicable,
}

impl Verdict {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Met, Self::Partly, Self::Unmet, Self::NotApplicable];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Partly => "partly",
            Self::Unmet => "unmet",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The end of its text's key.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            other => other.as_str(),
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// What somebody answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What they say of it.
    pub verdict: Verdict,
    /// In their words.
    pub text: String,
    /// Who, as the ledger writes it.
    pub by: String,
    /// When (µs).
    pub at: i64,
}

const COLUMNS: &str = "id, kind, number, lang, made_at, made_by, sha256, bytes, unknown, entry";

fn file_context(id: &str) -> String {
    format!("document:{id}:file")
}

fn answer_context(point: &str) -> String {
    format!("document-answer:{point}")
}

fn read(row: &AnyRow) -> Result<Kept> {
    let damaged = ComplyError::Damaged("document");
    let (kind, lang): (String, String) = (row.try_get(1)?, row.try_get(3)?);
    let (Some(kind), Some(lang)) = (Kind::parse(&kind), Lang::from_tag(&lang)) else {
        return Err(damaged);
    };
    Ok(Kept {
        id: row.try_get(0)?,
        kind,
        number: row.try_get(2)?,
        lang,
        made_at: row.try_get(4)?,
        made_by: row.try_get(5)?,
        sha256: row.try_get(6)?,
        bytes: row.try_get(7)?,
        unknown: row.try_get(8)?,
        entry: row.try_get(9)?,
    })
}

impl Comply {
    /// A document from the live state as it is now; nothing is kept.
    pub async fn draw(&self, kind: Kind, lang: Lang) -> Result<Document> {
        let snapshot = self.snapshot().await?;
        let seen = self.seen(snapshot.day).await?;
        let look = look(lang);
        let mut writer = Writer::new(&look, &snapshot, &seen);
        match kind {
            Kind::Accountability => super::accountability::write(&mut writer),
            Kind::ChinaAudit => super::china::write(&mut writer),
        }
        Ok(writer.done(kind))
    }

    async fn seen(&self, day: jiff::civil::Date) -> Result<Seen> {
        let regimes = &self.rooms.regimes;
        let told = |error: regime::RegimeError| ComplyError::Room("the laws", error.to_string());
        let standing = Filter { state: "standing".into(), ..Filter::default() };
        let accepted = Filter { state: "accepted".into(), ..Filter::default() };
        let (mut findings, _) = self.findings(&standing, FINDINGS, 0).await?;
        findings.extend(self.findings(&accepted, FINDINGS, 0).await?.0);
        let head = self.store.ledger().head().await?;
        let hash = hex(&head.hash.0);
        Ok(Seen {
            names: Names::load(&self.rooms.web)
                .await
                .map_err(|error| ComplyError::Room("accounts", error.to_string()))?,
            findings,
            run: self.runs(1).await?.pop(),
            head: (head.seq, hash),
            answers: self.answers().await?,
            profile: regimes.profile().await.map_err(told)?,
            duties: regimes.duties(day).await.map_err(told)?,
        })
    }

    /// Makes a document and keeps it; its SHA-256 is what the entry in the ledger is about.
    pub async fn make(&self, by: Actor, kind: Kind, lang: Lang) -> Result<Kept> {
        let document = self.draw(kind, lang).await?;
        let unknown = i64::try_from(document.unknown()).unwrap_or(i64::MAX);
        let file = paper::file(&document, lang, self.rooms.web.base_url())?;
        let sha256 = sha256(file.as_bytes());
        let (id, made_by, made_at) = (new_id(), by.to_text(), now());
        let mut tx = self.store.begin(Entry::new(by, "document.made", "document", &sha256)).await?;
        // Of two that are made at once, the second one waits here for its number.
        sqlx::query("UPDATE comply_state SET position = position WHERE id = 1")
            .execute(tx.conn())
            .await?;
        let number = sqlx::query_scalar::<_, i64>(
            "SELECT COALESCE(MAX(number), 0) + 1 FROM comply_document WHERE kind = $1",
        )
        .bind(kind.as_str())
        .fetch_one(tx.conn())
        .await?;
        sqlx::query(
            "INSERT INTO comply_document (id, kind, number, lang, made_at, made_by, sha256, bytes,
               unknown, entry, file_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)",
        )
        .bind(&id)
        .bind(kind.as_str())
        .bind(number)
        .bind(lang.tag())
        .bind(made_at)
        .bind(&made_by)
        .bind(&sha256)
        .bind(i64::try_from(file.len()).unwrap_or(i64::MAX))
        .bind(unknown)
        .bind(self.store.seal(&file_context(&id), &file))
        .execute(tx.conn())
        .await?;
        tx.states(None, Some(self.store.digest(&(kind.as_str(), number, &sha256))));
        let entry = tx.commit().await?;
        let mut tx = self.store.begin_upkeep().await?;
        sqlx::query("UPDATE comply_document SET entry = $1 WHERE id = $2")
            .bind(entry)
            .bind(&id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        self.document(&id).await
    }

    /// Documents that were made, the newest first, and how many there are.
    pub async fn documents(&self, limit: i64, offset: i64) -> Result<(Vec<Kept>, i64)> {
        let sql = format!(
            "SELECT {COLUMNS} FROM comply_document ORDER BY made_at DESC, id DESC LIMIT $1 OFFSET $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store.reader())
            .await?;
        let total = sqlx::query_scalar("SELECT COUNT(*) FROM comply_document")
            .fetch_one(self.store.reader())
            .await?;
        Ok((rows.iter().map(read).collect::<Result<_>>()?, total))
    }

    /// One of them.
    pub async fn document(&self, id: &str) -> Result<Kept> {
        let sql = format!("SELECT {COLUMNS} FROM comply_document WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.store.reader())
            .await?;
        read(&row.ok_or(ComplyError::NotFound)?)
    }

    /// Its file, exactly as it was made.
    ///
    /// # Errors
    /// It is no longer what its SHA-256 says.
    pub async fn document_file(&self, kept: &Kept) -> Result<String> {
        let sealed: String =
            sqlx::query_scalar("SELECT file_sealed FROM comply_document WHERE id = $1")
                .bind(&kept.id)
                .fetch_one(self.store.reader())
                .await?;
        let file = self.store.unseal(&file_context(&kept.id), &sealed)?;
        if sha256(file.as_bytes()) != kept.sha256 {
            return Err(ComplyError::Damaged("document"));
        }
        Ok(file)
    }

    /// What people answered, by point.
    pub async fn answers(&self) -> Result<HashMap<String, Answer>> {
        let rows = sqlx::query(
            "SELECT point, verdict, text_sealed, answered_by, answered_at FROM comply_answer",
        )
        .fetch_all(self.store.reader())
        .await?;
        let read = |row: &AnyRow| -> Result<(String, Answer)> {
            let (point, verdict): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let verdict = Verdict::parse(&verdict).ok_or(ComplyError::Damaged("answer"))?;
            let text = self.store.unseal(&answer_context(&point), row.try_get(2)?)?;
            let answer = Answer { verdict, text, by: row.try_get(3)?, at: row.try_get(4)? };
            Ok((point, answer))
        };
        rows.iter().map(read).collect()
    }

    /// Says something of a point; the next document tells it, with who said so and when.
    pub async fn answer(&self, by: Actor, id: &str, verdict: Verdict, text: &str) -> Result<()> {
        point(id).ok_or(ComplyError::NotFound)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(ComplyError::Conflict("document-error-text"));
        }
        let before = self.answers().await?.remove(id);
        let who = by.to_text();
        let mut tx =
            self.store.begin(Entry::new(by, "document.answered", "document_point", id)).await?;
        sqlx::query(
            "INSERT INTO comply_answer (point, verdict, text_sealed, answered_by, answered_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (point) DO UPDATE SET verdict = excluded.verdict,
               text_sealed = excluded.text_sealed, answered_by = excluded.answered_by,
               answered_at = excluded.answered_at",
        )
        .bind(id)
        .bind(verdict.as_str())
        .bind(self.store.seal(&answer_context(id), text))
        .bind(who)
        .bind(now())
        .execute(tx.conn())
        .await?;
        let before = before.map(|one| self.store.digest(&(one.verdict.as_str(), one.text)));
        tx.states(before, Some(self.store.digest(&(verdict.as_str(), text))));
        tx.commit().await?;
        Ok(())
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    hex(&Sha256::digest(bytes))
}
