//! A file of requests: checked, shown, and taken in by a job that can be killed and goes on.

use std::collections::HashMap;

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, JobRow, NewJob, Store, new_id, now};
use serde_json::json;
use sqlx::Row as _;
use web::Lang;

use super::{
    BY, Fault, Line,
    file::{Ground, read},
};
use crate::{Channel, Level, New, Result, Rights, RightsError};

const KIND: &str = "rights_import";

/// A file of requests.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: String,
    /// Given (µs).
    pub at: i64,
    /// By whom, as the ledger names them.
    pub actor: String,
    /// `checked` | `running` | `done` | `failed` | `aside`.
    pub stage: String,
    /// Requests in it.
    pub lines: i64,
    /// Taken in so far.
    pub made: i64,
}

fn context(id: &str) -> String {
    format!("rights-import:{id}")
}

impl Rights {
    /// Checks a file, and keeps its lines, sealed, until somebody confirms. Without a fault the import's
    /// id, else everything that is wrong with it, and nothing is kept.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn check_import(
        &self,
        actor: &Actor,
        bytes: &[u8],
        lang: Lang,
    ) -> Result<std::result::Result<String, Vec<Fault>>> {
        let catalogue = self.consent().catalogue();
        let properties: HashMap<String, String> =
            catalogue.properties().map(|one| (one.key.clone(), one.body.country.clone())).collect();
        let ground = Ground { properties: &properties, lang, now: now() };
        let lines = match read(bytes, &ground) {
            Ok(lines) => lines,
            Err(faults) => return Ok(Err(faults)),
        };
        let id = new_id();
        let text = serde_json::to_string(&lines).unwrap_or_default();
        let entry = Entry::new(actor.clone(), "rights.import_checked", "rights_import", &id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO rights_import (id, at, actor, stage, lines, sealed)
             VALUES ($1, $2, $3, 'checked', $4, $5)",
        )
        .bind(&id)
        .bind(now())
        .bind(actor.to_text())
        .bind(i64::try_from(lines.len()).unwrap_or(i64::MAX))
        .bind(self.store().seal(&context(&id), &text))
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(Ok(id))
    }

    /// A file.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn import(&self, id: &str) -> Result<Import> {
        let row = sqlx::query(
            "SELECT id, at, actor, stage, lines, made FROM rights_import WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?
        .ok_or(RightsError::NotFound("file"))?;
        Ok(Import {
            id: row.try_get(0)?,
            at: row.try_get(1)?,
            actor: row.try_get(2)?,
            stage: row.try_get(3)?,
            lines: row.try_get(4)?,
            made: row.try_get(5)?,
        })
    }

    /// The lines of a file that is not taken in yet.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn import_lines(&self, id: &str) -> Result<Vec<Line>> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT sealed FROM rights_import WHERE id = $1")
                .bind(id)
                .fetch_optional(self.store().reader())
                .await?;
        let sealed = sealed.filter(|text| !text.is_empty());
        let Some(sealed) = sealed else { return Ok(Vec::new()) };
        let text = self.store().unseal(&context(id), &sealed)?;
        serde_json::from_str(&text).map_err(|_| RightsError::Damaged("file"))
    }

    /// Takes a checked file in, in the background.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is taken in already, or was put aside.
    pub async fn begin_import(&self, actor: &Actor, id: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "rights.import_begun", "rights_import", id);
        let mut tx = self.store().begin(entry).await?;
        move_on(&mut tx, id, ("checked", "running"), false).await?;
        let payload = json!({ "import": id });
        tx.enqueue(NewJob { kind: KIND, payload, dedupe: None, max_attempts: 8 }).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts a file aside that is checked, or failed; its lines are wiped.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is taken in already.
    pub async fn put_file_aside(&self, actor: &Actor, id: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "rights.import_dropped", "rights_import", id);
        let mut tx = self.store().begin(entry).await?;
        let from = if self.import(id).await?.stage == "failed" { "failed" } else { "checked" };
        move_on(&mut tx, id, (from, "aside"), true).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Wipes files that were checked more than a day ago and never confirmed, and those that failed and
    /// that nobody went on with for a month.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn drop_old_files(&self) -> Result<()> {
        const LIFE: i64 = 24 * 3600 * 1_000_000;
        const FAILED: i64 = 30 * LIFE;
        let old: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM rights_import WHERE (stage = 'checked' AND at < $1)
                   OR (stage = 'failed' AND at < $2)",
        )
        .bind(now() - LIFE)
        .bind(now() - FAILED)
        .fetch_all(self.store().reader())
        .await?;
        for id in &old {
            if let Err(error) = self.put_file_aside(&BY, id).await {
                tracing::warn!(%error, file = %id, "a file could not be put aside");
            }
        }
        Ok(())
    }

    async fn take_lines(&self, id: &str) -> Result<()> {
        if self.import(id).await?.stage != "running" {
            return Ok(());
        }
        for (n, line) in self.import_lines(id).await?.into_iter().enumerate() {
            let new = New {
                kind: line.kind,
                by: line.by,
                channel: Channel::File,
                person: line.private.person()?,
                private: line.private,
                property: line.property,
                lang: Lang::from_tag(&line.lang).unwrap_or_default(),
                level: Level::Claimed,
                received_at: line.received_at,
                about: String::new(),
            };
            // The line is its origin: after a crash it makes no second request.
            self.receive_once(BY, new, Some(&format!("import:{id}:{n}"))).await?;
            if n % 50 == 49 {
                self.note_made(id, n + 1).await?;
            }
        }
        let entry = Entry::new(BY, "rights.import_done", "rights_import", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("UPDATE rights_import SET made = lines WHERE id = $1")
            .bind(id)
            .execute(tx.conn())
            .await?;
        move_on(&mut tx, id, ("running", "done"), true).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn note_made(&self, id: &str, made: usize) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        sqlx::query("UPDATE rights_import SET made = $1 WHERE id = $2")
            .bind(i64::try_from(made).unwrap_or(i64::MAX))
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn fail_import(&self, id: &str) -> Result<()> {
        let entry = Entry::new(BY, "rights.import_failed", "rights_import", id);
        let mut tx = self.store().begin(entry).await?;
        move_on(&mut tx, id, ("running", "failed"), false).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Goes on with a file that failed; lines that were taken in are not taken in again.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it did not fail.
    pub async fn retry_import(&self, actor: &Actor, id: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "rights.import_begun", "rights_import", id);
        let mut tx = self.store().begin(entry).await?;
        move_on(&mut tx, id, ("failed", "running"), false).await?;
        let payload = json!({ "import": id });
        tx.enqueue(NewJob { kind: KIND, payload, dedupe: None, max_attempts: 8 }).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn move_on(
    tx: &mut ::store::WriteTx,
    id: &str,
    (from, to): (&str, &str),
    wipe: bool,
) -> Result<()> {
    let done = sqlx::query(
        "UPDATE rights_import SET stage = $1, sealed = CASE WHEN $2 = 1 THEN '' ELSE sealed END
         WHERE id = $3 AND stage = $4",
    )
    .bind(to)
    .bind(i64::from(wipe))
    .bind(id)
    .bind(from)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(RightsError::Conflict("rights-error-import"));
    }
    Ok(())
}

/// The job that takes a file in.
pub(crate) struct TakeIn {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for TakeIn {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let id = context.payload["import"].as_str().unwrap_or_default().to_owned();
        Box::pin(self.rights.take_lines(&id)).await?;
        Ok(())
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let id = job.payload["import"].as_str().unwrap_or_default();
        if let Err(error) = self.rights.fail_import(id).await {
            tracing::warn!(%error, "the end of an import could not be kept");
        }
    }
}
