//! Whom a person's data was given to, and who has to be told that it is erased, corrected or restricted
//! (GDPR Art 19; PIPL Art 47; 11 CCR §7022(b), §7023(c)): read from the data map, told and confirmed by
//! staff, chased while silent. Webhooks hear of an erased customer by themselves.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, Entry, WriteTx, now};

use crate::{
    Result, Rights, RightsError,
    request::{NewEvent, insert_event},
};

/// Recipients who were told and have not confirmed are chased after so long (µs).
const SILENT: i64 = 7 * 24 * 3600 * 1_000_000;

const BY: Actor = Actor::System("rights");

/// A recipient who has to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The recipient's id in the data map.
    pub recipient: String,
    /// Its name then.
    pub name: String,
    /// Told (µs), or 0.
    pub at: i64,
    /// It confirmed (µs), or 0.
    pub confirmed_at: i64,
    /// Last chased (µs), or 0.
    pub chased_at: i64,
}

/// Recipients of the systems that these sources belong to, by id. Authorities are not told: they hold
/// what they were given by law.
pub(crate) async fn of(
    rights: &Rights,
    touched: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>> {
    let map = rights.regimes().map();
    let facts = map.record_facts().await?;
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

/// Lists whom a request's person has to be told about; who was told already stays told.
pub(crate) async fn insert(
    tx: &mut WriteTx,
    request: &str,
    all: &BTreeMap<String, String>,
) -> Result<()> {
    put(tx, request, all, "DO NOTHING").await
}

/// The same, where something changed since: who was told already has to be told again.
pub(crate) async fn insert_anew(
    tx: &mut WriteTx,
    request: &str,
    all: &BTreeMap<String, String>,
) -> Result<()> {
    put(tx, request, all, "DO UPDATE SET told_at = 0, confirmed_at = 0, chased_at = 0").await
}

/// All who were told have to be told again; the others never have to hear of it.
pub(crate) async fn again(tx: &mut WriteTx, request: &str) -> Result<()> {
    sqlx::query("DELETE FROM rights_told WHERE request = $1 AND told_at = 0")
        .bind(request)
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "UPDATE rights_told SET told_at = 0, confirmed_at = 0, chased_at = 0
         WHERE request = $1 AND told_at > 0",
    )
    .bind(request)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn put(
    tx: &mut WriteTx,
    request: &str,
    all: &BTreeMap<String, String>,
    known: &'static str,
) -> Result<()> {
    let sql = format!(
        "INSERT INTO rights_told (request, recipient, name) VALUES ($1, $2, $3)
         ON CONFLICT (request, recipient) {known}"
    );
    for (id, name) in all {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
        query.bind(request).bind(id).bind(name).execute(tx.conn()).await?;
    }
    Ok(())
}

impl Rights {
    /// Recipients of a request's person who have to be told, in the order of their names.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn told(&self, request: &str) -> Result<Vec<Told>> {
        let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
            "SELECT recipient, name, told_at, confirmed_at, chased_at FROM rights_told
             WHERE request = $1 ORDER BY name, recipient",
        )
        .bind(request)
        .fetch_all(self.store().reader())
        .await?;
        let told = |(recipient, name, at, confirmed_at, chased_at)| Told {
            recipient,
            name,
            at,
            confirmed_at,
            chased_at,
        };
        Ok(rows.into_iter().map(told).collect())
    }

    /// A recipient was told.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where there is no such recipient.
    pub async fn recipient_told(&self, by: &Actor, request: &str, recipient: &str) -> Result<()> {
        let sql = "UPDATE rights_told SET told_at = $1 WHERE request = $2 AND recipient = $3";
        self.recipient(by, "rights.recipient_told", (request, recipient), sql).await
    }

    /// A recipient confirmed that it has done the same.
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
