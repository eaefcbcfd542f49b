//! What people say of a transfer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::{Actor, Entry, now};

use crate::{Result, TransferError, Transfers};

/// What people say of one transfer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Note {
    /// Code of the exempt case of the Chinese rules (`exempt.contract`), or "".
    pub exempt: String,
    /// How many people since 1 January, each once, where somebody counted.
    pub people: Option<u64>,
    /// Filing or certificate number, or "".
    pub filing: String,
    /// Where the transfer impact assessment is kept, or "".
    pub assessment: String,
    /// Why, in the words of whoever said it.
    pub reason: String,
}

fn context(crossing: &str) -> String {
    format!("transfer:{crossing}")
}

impl Transfers {
    /// All notes, by the transfer's key.
    pub(crate) async fn notes(&self) -> Result<BTreeMap<String, Note>> {
        let rows = sqlx::query("SELECT crossing, body_sealed FROM transfer_note")
            .fetch_all(self.store().reader())
            .await?;
        let read = rows.into_iter().map(|row| {
            let crossing: String = row.try_get(0)?;
            let text = self.store().unseal(&context(&crossing), row.try_get(1)?)?;
            let note = serde_json::from_str(&text).map_err(|_| TransferError::Damaged)?;
            Ok((crossing, note))
        });
        read.collect()
    }

    /// Says something of a transfer that is there.
    pub async fn note(&self, by: Actor, crossing: &str, note: &Note) -> Result<()> {
        let old = self.notes().await?.remove(crossing).unwrap_or_default();
        if old == *note {
            return Ok(());
        }
        let text = serde_json::to_string(note).map_err(|_| TransferError::Damaged)?;
        let entry = Entry::new(by, "transfer.noted", "transfer", crossing);
        let actor = entry.actor.to_text();
        let mut tx = self.store().begin(entry).await?;
        tx.states(Some(self.store().digest(&old)), Some(self.store().digest(note)));
        sqlx::query(
            "INSERT INTO transfer_note (crossing, body_sealed, changed_by, changed_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (crossing) DO UPDATE SET body_sealed = excluded.body_sealed,
                 changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        )
        .bind(crossing)
        .bind(self.store().seal(&context(crossing), &text))
        .bind(actor)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
