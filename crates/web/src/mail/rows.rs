//! Letters in the database: sealed while they wait, only their fate afterwards.

use std::collections::HashMap;

use super::Fault;
use super::fault::Failure;
use super::letter::{Letter, Written};
use crate::{Web, WebError};
use store::sqlx::{self, Row as _, any::AnyRow};
use store::{Actor, Entry, NewJob, WriteTx};

/// Attempts before a letter is given up: with the job runner's back-off about an hour and a quarter.
const ATTEMPTS: i64 = 17;

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// Waiting, perhaps for another try.
    Queued,
    /// The server took it.
    Sent,
    /// Refused for good.
    Failed,
}

impl MailState {
    /// All.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Sent, Self::Failed];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What became of a letter: proof of delivery as far as a sender can have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailEnd {
    /// The language it is in.
    pub lang: String,
    /// Where it stands.
    pub state: MailState,
    /// The mail server's answer to what failed or waits: `550`; else "".
    pub code: String,
    /// When it was queued (µs).
    pub written_at: i64,
    /// When the server took or refused it (µs); 0 while it waits.
    pub ended_at: i64,
}

/// A letter as listed.
#[derive(Debug, Clone)]
pub(super) struct MailRow {
    pub kind: String,
    pub lang: String,
    pub state: MailState,
    pub fault: Option<Fault>,
    pub code: String,
    pub created_at: i64,
    pub ended_at: i64,
}

impl Web {
    /// Queues a letter in a running transaction: it leaves if, and only if, the transaction commits.
    pub async fn queue_mail(&self, tx: &mut WriteTx, letter: &Letter) -> Result<String, WebError> {
        let id = store::new_id();
        self.insert_mail(tx, &id, letter, MailState::Queued).await?;
        tx.also(Entry::new(Actor::System("mail"), "mail.queued", "mail", &*id));
        tx.enqueue(NewJob {
            kind: super::job::KIND,
            payload: serde_json::json!({ "mail": id }),
            dedupe: Some(format!("mail:{id}")),
            max_attempts: ATTEMPTS,
        })
        .await?;
        Ok(id)
    }

    /// How letters of a kind fared that were queued between two moments (µs, both included).
    pub async fn mail_fates(
        &self,
        kind: &str,
        from: i64,
        to: i64,
    ) -> Result<Vec<(MailState, i64)>, WebError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) FROM web_mail
             WHERE kind = $1 AND created_at >= $2 AND created_at <= $3 GROUP BY state",
        )
        .bind(kind)
        .bind(from)
        .bind(to)
        .fetch_all(self.store().reader())
        .await?;
        let mut fates = Vec::new();
        for row in &rows {
            let state: String = row.try_get(0)?;
            if let Some(state) = MailState::parse(&state) {
                fates.push((state, row.try_get(1)?));
            }
        }
        Ok(fates)
    }

    /// Whether more letters of a kind than `most` wait for the mail server.
    pub async fn mail_is_full(&self, kind: &str, most: i64) -> Result<bool, WebError> {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT id FROM web_mail
             WHERE state = 'queued' AND kind = $1 LIMIT $2) AS waiting",
        )
        .bind(kind)
        .bind(most + 1)
        .fetch_one(self.store().reader())
        .await?;
        Ok(waiting > most)
    }

    /// What became of letters, by id; those that are no longer known are missing.
    pub async fn mail_ends(&self, ids: &[&str]) -> Result<HashMap<String, MailEnd>, WebError> {
        let mut ends = HashMap::new();
        if ids.is_empty() {
            return Ok(ends);
        }
        let places: Vec<String> = (1..=ids.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "SELECT id, lang, state, code, created_at, ended_at FROM web_mail WHERE id IN ({})",
            places.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        for row in query.fetch_all(self.store().reader()).await? {
            let state: String = row.try_get(2)?;
            let end = MailEnd {
                lang: row.try_get(1)?,
                state: MailState::parse(&state).unwrap_or(MailState::Failed),
                code: row.try_get(3)?,
                written_at: row.try_get(4)?,
                ended_at: row.try_get(5)?,
            };
            ends.insert(row.try_get(0)?, end);
        }
        Ok(ends)
    }

    async fn insert_mail(
        &self,
        tx: &mut WriteTx,
        id: &str,
        letter: &Letter,
        state: MailState,
    ) -> Result<(), WebError> {
        let sealed = match state {
            MailState::Queued => {
                let written = letter.write(&self.organisation())?;
                let text = serde_json::to_string(&written).map_err(WebError::internal)?;
                self.store().seal(&context(id), &text)
            }
            _ => String::new(),
        };
        sqlx::query(
            "INSERT INTO web_mail (id, kind, lang, state, letter_sealed, fault, code, created_at, ended_at)
             VALUES ($1, $2, $3, $4, $5, '', '', $6, 0)",
        )
        .bind(id)
        .bind(letter.kind)
        .bind(letter.lang.tag())
        .bind(state.as_str())
        .bind(sealed)
        .bind(store::now())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Records a letter that was sent at once, and how it went.
    pub(super) async fn record_test(
        &self,
        by: Actor,
        letter: &Letter,
        outcome: &Result<(), Failure>,
    ) -> Result<(), WebError> {
        let id = store::new_id();
        let mut tx = self.store().begin(Entry::new(by, "mail.tested", "mail", &*id)).await?;
        self.insert_mail(&mut tx, &id, letter, MailState::Sent).await?;
        write_outcome(&mut tx, &id, outcome).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The letter of a queued row; `None` once it has ended.
    pub(super) async fn waiting_letter(
        &self,
        id: &str,
    ) -> Result<Option<Written>, store::StoreError> {
        let sealed: Option<String> = sqlx::query_scalar(
            "SELECT letter_sealed FROM web_mail WHERE id = $1 AND state = 'queued'",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let text = self.store().unseal(&context(id), &sealed)?;
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| store::StoreError::Sealed("a letter has an unknown form".into()))
    }

    /// Records that a letter left, or that it never will, and forgets it.
    pub(super) async fn end_mail(
        &self,
        id: &str,
        outcome: &Result<(), Failure>,
    ) -> Result<(), store::StoreError> {
        let action = if outcome.is_ok() { "mail.sent" } else { "mail.failed" };
        let entry = Entry::new(Actor::System("mail"), action, "mail", id);
        let mut tx = self.store().begin(entry).await?;
        write_outcome(&mut tx, id, outcome).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records why a letter still waits.
    pub(super) async fn note_delay(
        &self,
        id: &str,
        failure: &Failure,
    ) -> Result<(), store::StoreError> {
        let entry = Entry::new(Actor::System("mail"), "mail.delayed", "mail", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE web_mail SET fault = $1, code = $2 WHERE id = $3")
            .bind(failure.fault.as_str())
            .bind(&failure.code)
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Why a letter last failed to leave.
    pub(super) async fn last_failure(&self, id: &str) -> Failure {
        let row = sqlx::query("SELECT fault, code FROM web_mail WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await;
        let known = row.ok().flatten().and_then(|row| {
            let fault = Fault::parse(row.try_get(0).ok()?)?;
            Some(Failure { fault, code: row.try_get(1).ok()?, permanent: true })
        });
        known.unwrap_or(Failure { fault: Fault::Other, code: String::new(), permanent: true })
    }

    pub(super) async fn mail_rows(
        &self,
        state: Option<MailState>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<MailRow>, WebError> {
        let rows = sqlx::query(
            "SELECT kind, lang, state, fault, code, created_at, ended_at FROM web_mail
             WHERE ($1 = '' OR state = $1) ORDER BY id DESC LIMIT $2 OFFSET $3",
        )
        .bind(state.map_or("", MailState::as_str))
        .bind(limit)
        .bind(offset)
        .fetch_all(self.store().reader())
        .await?;
        rows.iter().map(read).collect()
    }

    pub(super) async fn mail_counts(&self) -> Result<Vec<(MailState, i64)>, WebError> {
        let rows = sqlx::query("SELECT state, COUNT(*) FROM web_mail GROUP BY state")
            .fetch_all(self.store().reader())
            .await?;
        let mut counts = Vec::new();
        for row in rows {
            if let Some(state) = MailState::parse(&row.try_get::<String, _>(0)?) {
                counts.push((state, row.try_get(1)?));
            }
        }
        Ok(counts)
    }

    /// The password kept sealed by the mail page.
    pub(super) async fn kept_password(&self) -> Result<Option<String>, store::StoreError> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT value FROM web_setting WHERE key = 'mail.password'")
                .fetch_optional(self.store().reader())
                .await?;
        match sealed.filter(|sealed| !sealed.is_empty()) {
            Some(sealed) => self.store().unseal("mail:password", &sealed).map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn keep_password(&self, by: Actor, password: &str) -> Result<(), WebError> {
        let sealed = match password {
            "" => String::new(),
            text => self.store().seal("mail:password", text),
        };
        let entry = Entry::new(by, "mail.password_set", "setting", "mail.password");
        let mut tx = self.store().begin(entry).await?;
        crate::set_setting(tx.conn(), "mail.password", &sealed).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn context(id: &str) -> String {
    format!("mail:{id}")
}

async fn write_outcome(
    tx: &mut WriteTx,
    id: &str,
    outcome: &Result<(), Failure>,
) -> Result<(), sqlx::Error> {
    let (state, fault, code) = match outcome {
        Ok(()) => (MailState::Sent, "", ""),
        Err(failure) => (MailState::Failed, failure.fault.as_str(), failure.code.as_str()),
    };
    sqlx::query(
        "UPDATE web_mail SET state = $1, letter_sealed = '', fault = $2, code = $3, ended_at = $4
         WHERE id = $5",
    )
    .bind(state.as_str())
    .bind(fault)
    .bind(code)
    .bind(store::now())
    .bind(id)
    .execute(tx.conn())
    .await
    .map(|_| ())
}

fn read(row: &AnyRow) -> Result<MailRow, WebError> {
    let state: String = row.try_get(2)?;
    Ok(MailRow {
        kind: row.try_get(0)?,
        lang: row.try_get(1)?,
        state: MailState::parse(&state).unwrap_or(MailState::Failed),
        fault: Fault::parse(row.try_get(3)?),
        code: row.try_get(4)?,
        created_at: row.try_get(5)?,
        ended_at: row.try_get(6)?,
    })
}
