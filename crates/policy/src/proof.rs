//! Proof that customers were told of a version: which letter each got and what became of it. Addresses
//! leave masked; who was erased since is only a number.

use sqlx::Row as _;
use web::mail::MailEnd;

use crate::{Policy, PolicyError, Result, tell::Telling};

/// Lines of the proof read at once.
const BATCH: i64 = 400;

/// One letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The customer's number.
    pub subject: String,
    /// Their address as it is now, masked; "" for whom Privet no longer knows.
    pub address: String,
    /// The letter's number in the outgoing mail.
    pub letter: String,
    /// What became of it; `None` when the outgoing mail no longer knows.
    pub end: Option<MailEnd>,
}

impl Policy {
    /// The next lines of a run's proof, by customer, after one of them ("" from the start).
    pub async fn proof_after(&self, run: &Telling, after: &str) -> Result<Vec<Proof>> {
        let rows = sqlx::query(
            "SELECT subject, mail FROM policy_told WHERE telling = $1 AND subject > $2
             ORDER BY subject LIMIT $3",
        )
        .bind(&run.id)
        .bind(after)
        .bind(BATCH)
        .fetch_all(self.store().reader())
        .await?;
        let mut told: Vec<(String, String)> = Vec::with_capacity(rows.len());
        for row in &rows {
            told.push((row.try_get(0)?, row.try_get(1)?));
        }
        let subjects: Vec<&str> = told.iter().map(|(subject, _)| subject.as_str()).collect();
        let letters: Vec<&str> = told.iter().map(|(_, letter)| letter.as_str()).collect();
        let mut masked = self.consent().masked_mails(&subjects).await?;
        let ends = self.web().mail_ends(&letters).await;
        let mut ends = ends.map_err(|error| PolicyError::Mail(error.to_string()))?;
        let lines = told.into_iter().map(|(subject, letter)| Proof {
            address: masked.remove(&subject).unwrap_or_default(),
            end: ends.remove(&letter),
            subject,
            letter,
        });
        Ok(lines.collect())
    }
}
