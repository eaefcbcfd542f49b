//! Whom a person's data was given to and who has to be told that it is erased (GDPR Art 19; PIPL Art
//! 47; 11 CCR §7022(b)): read from the data map, told and confirmed by staff, chased while silent.
//! Webhooks hear of the erased customer by themselves.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, Entry, WriteTx, now};

use super::{BY, Erasure};
use crate::{
    Result, Rights, RightsError,
    request::{NewEvent, insert_event},
};

/// Recipients who were told and have not confirmed are chased after so long (µs).
const SILENT: i64 = 7 * 24 * 3600 * 1_000_000;

/// Recipients of the systems in which rows of the person were found, by id. Authorities are not told:
/// they hold what they were given by law.
pub(super) async fn of(rights: &Rights, erasure: &Erasure) -> Result<BTreeMap<String, String>> {
    let map = rights.regimes().map();
    let facts = map.record_facts().await?;
    let touched: BTreeSet<&str> = erasure.steps.iter().map(|step| step.source.as_str()).collect();
    let sources = map.sources().await?;
    let systems: BTreeSet<&str> = sources
        .iter()
        .filter(|source| touched.contains(source.id.as_str()))
        .map(|source| source.system_id.as_str())
        .filter(|system| !system.is_empty())
        .collect();
    let flows = facts.flows.iter().filter(|flow| systems.contains(flow.system.as_str()));
    let mut ids: BTreeSet<&str> = flows.map(|flow| flow.recipient.as_str()).collect();
    let uses = facts.activities.iter();
    let uses = uses.filter(|one| one.systems.iter().any(|id| systems.contains(id.as_str())));
    ids.extend(uses.flat_map(|one| one.recipients.iter().map(String::as_str)));
    let known = ids.into_iter().filter_map(|id| Some((id, facts.recipients.get(id)?)));
    let told = known.filter(|(_, one)| one.kind != "authority");
    Ok(told.map(|(id, one)| (id.to_owned(), one.name.clone())).collect())
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    request: &str,
    all: &BTreeMap<String, String>,
) -> Result<()> {
    for (id, name) in all {
        sqlx::query(
            "INSERT INTO rights_told (request, recipient, name) VALUES ($1, $2, $3)
             ON CONFLICT (request, recipient) DO NOTHING",
        )
        .bind(request)
        .bind(id)
        .bind(name)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

impl Rights {
    /// A recipient was told.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where there is no such recipient.
    pub async fn recipient_told(&self, by: &Actor, request: &str, recipient: &str) -> Result<()> {
        let sql = "UPDATE rights_told SET told_at = $1 WHERE request = $2 AND recipient = $3";
        self.recipient(by, "rights.recipient_told", (request, recipient), sql).await
    }

    /// A recipient confirmed that it erased the person, too.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where there is no such recipient.
    pub async fn recipient_confirmed(
        &self,
        by: &Actor,
        request: &str,
        recipient: &str,
    ) -> Result<()> {
        let sql = "UPDATE rights_told SET confirmed_at = $1,
                     told_at = CASE WHEN told_at = 0 THEN $1 ELSE told_at END
                   WHERE request = $2 AND recipient = $3";
        self.recipient(by, "rights.recipient_confirmed", (request, recipient), sql).await
    }

    async fn recipient(
        &self,
        by: &Actor,
        action: &'static str,
        (request, recipient): (&str, &str),
        sql: &'static str,
    ) -> Result<()> {
        let mut tx =
            self.store().begin(Entry::new(by.clone(), action, "rights_request", request)).await?;
        let done =
            sqlx::query(sql).bind(now()).bind(request).bind(recipient).execute(tx.conn()).await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::NotFound("recipient"));
        }
        tx.commit().await?;
        Ok(())
    }

    /// Notes for staff which recipients are silent for a week; once a week each.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn chase_recipients(&self) -> Result<usize> {
        let before = now() - SILENT;
        let silent: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT request, recipient, name FROM rights_told
             WHERE told_at > 0 AND told_at < $1 AND confirmed_at = 0 AND chased_at < $1
             ORDER BY told_at LIMIT 500",
        )
        .bind(before)
        .fetch_all(self.store().reader())
        .await?;
        for (request, recipient, name) in &silent {
            let entry = Entry::new(BY, "rights.recipient_chased", "rights_request", request);
            let mut tx = self.store().begin(entry).await?;
            sqlx::query(
                "UPDATE rights_told SET chased_at = $1 WHERE request = $2 AND recipient = $3",
            )
            .bind(now())
            .bind(request)
            .bind(recipient)
            .execute(tx.conn())
            .await?;
            let event = NewEvent { request, what: "recipient-silent", detail: name };
            insert_event(&mut tx, &BY, &event).await?;
            tx.commit().await?;
        }
        Ok(silent.len())
    }
}
