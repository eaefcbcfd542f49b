//! All SQL of destinations.

use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use store::{Actor, Entry, WriteTx, new_id, now};

use super::model::{COLUMNS, Checked, Destination, Draft, Kind, State};
use crate::{Deliver, DeliverError, Result, webhook};

/// How long an old secret signs beside the new one.
pub(crate) const OVERLAP_MICROS: i64 = 24 * 3600 * 1_000_000;

/// A destination as the list shows it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The destination.
    pub destination: Destination,
    /// Deliveries that wait for another try.
    pub waiting: i64,
    /// Dead letters.
    pub dead: i64,
    /// When the oldest event happened that has not arrived (µs); 0 when everything has.
    pub oldest_at: i64,
    /// Ledger entries not looked at yet.
    pub behind: i64,
}

impl Deliver {
    /// All destinations by name, with their health.
    pub async fn destinations(&self) -> Result<Vec<Overview>> {
        let sql = format!("SELECT {COLUMNS} FROM destination ORDER BY name, id");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(self.store.reader()).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(self.overview(Destination::read(&row)?).await?);
        }
        Ok(all)
    }

    /// One destination.
    pub async fn destination(&self, id: &str) -> Result<Destination> {
        let sql = format!("SELECT {COLUMNS} FROM destination WHERE id = $1");
        let row: Option<AnyRow> =
            sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(self.store.reader()).await?;
        let row = row.ok_or(DeliverError::NotFound("destination"))?;
        Ok(Destination::read(&row)?)
    }

    /// One destination's health.
    pub async fn overview(&self, destination: Destination) -> Result<Overview> {
        let row = sqlx::query(
            "SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0),
               COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0),
               COALESCE(MIN(CASE WHEN state = 'waiting' THEN happened_at END), 0)
             FROM delivery WHERE destination_id = $1 AND state IN ('waiting', 'dead')",
        )
        .bind(&destination.id)
        .fetch_one(self.store.reader())
        .await?;
        let head = self.head().await?;
        let mut oldest_at: i64 = row.try_get(2)?;
        let next = self.next_for(&destination, head).await?;
        if next > 0 && (oldest_at == 0 || next < oldest_at) {
            oldest_at = next;
        }
        Ok(Overview {
            waiting: row.try_get(0)?,
            dead: row.try_get(1)?,
            oldest_at,
            behind: (head - destination.position).max(0),
            destination,
        })
    }

    /// When the next event for a destination happened, or 0: looks a bounded way ahead.
    async fn next_for(&self, destination: &Destination, head: i64) -> Result<i64> {
        let mut after = destination.position;
        for _ in 0..10 {
            let batch = self.source.events_after(after, 500).await?;
            let table = destination.kind == Kind::Table;
            let wanted = batch.events.iter().find(|event| table || destination.wants(event.kind));
            if let Some(event) = wanted {
                return Ok(event.at);
            }
            if batch.upto >= head || batch.upto <= after {
                break;
            }
            after = batch.upto;
        }
        Ok(0)
    }

    /// The ledger's newest position.
    pub(crate) async fn head(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1")
            .fetch_one(self.store.reader())
            .await?)
    }

    /// Makes a destination. A webhook gets a secret of its own; a table waits for its plan to be
    /// approved.
    pub async fn create_destination(&self, actor: Actor, draft: &Draft) -> Result<Destination> {
        let Checked { address, secret } = draft.check().map_err(DeliverError::Form)?;
        let id = new_id();
        let secret = match draft.kind {
            Kind::Webhook => Some(webhook::new_secret(&draft.config.signing)),
            _ => secret,
        };
        let state = if draft.kind == Kind::Table { State::Draft } else { State::Active };
        let entry = Entry::new(actor, "destination.created", "destination", &id);
        let mut tx = self.store.begin(entry).await?;
        // Read in the transaction that makes it: no event falls between "from now on" and now.
        let position: i64 = if draft.from_start {
            0
        } else {
            sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1")
                .fetch_one(tx.conn())
                .await?
        };
        let filled = (draft.kind == Kind::Table).then(String::new);
        let at = now();
        sqlx::query(
            "INSERT INTO destination (id, name, kind, address, events, identifiers, config,
               secret_sealed, state, position, filled_to, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(&id)
        .bind(draft.name.trim())
        .bind(draft.kind.as_str())
        .bind(address)
        .bind(Destination::events_text(&draft.events))
        .bind(draft.identifiers.join(","))
        .bind(serde_json::to_string(&draft.config).unwrap_or_default())
        .bind(secret.map(|secret| self.seal(&id, &secret)))
        .bind(state.as_str())
        .bind(position)
        .bind(filled)
        .bind(at)
        .bind(at)
        .execute(tx.conn())
        .await?;
        self.settle_states(&mut tx, &id, None).await?;
        tx.commit().await?;
        self.look_again();
        self.destination(&id).await
    }

    /// Changes a destination; its kind stays. A password is kept unless the address now names
    /// another server: it is never sent to a place it was not given for. A table whose place or
    /// content changes needs its plan approved again and is filled anew.
    pub async fn update_destination(&self, actor: Actor, id: &str, draft: &Draft) -> Result<()> {
        let Checked { address, secret } = draft.check().map_err(DeliverError::Form)?;
        let old = self.destination(id).await?;
        if old.kind != draft.kind {
            return Err(DeliverError::Conflict("deliver-error-kind"));
        }
        let sealed = match secret.filter(|_| draft.kind != Kind::Webhook) {
            Some(secret) => Some(self.seal(id, &secret)),
            None if old.kind == Kind::Webhook || address == old.address => {
                old.secret_sealed.clone()
            }
            None => None,
        };
        let moved = old.address != address
            || old.config != draft.config
            || old.identifiers != draft.identifiers;
        let anew = draft.kind == Kind::Table && moved;
        let entry = Entry::new(actor, "destination.changed", "destination", id);
        let mut tx = self.store.begin(entry).await?;
        let before = self.digest_of(&mut tx, id).await?;
        sqlx::query(
            "UPDATE destination SET name = $1, address = $2, events = $3, identifiers = $4,
               config = $5, secret_sealed = $6, updated_at = $7,
               state = CASE WHEN $8 = 1 THEN 'draft' ELSE state END,
               filled_to = CASE WHEN $8 = 1 THEN '' ELSE filled_to END WHERE id = $9",
        )
        .bind(draft.name.trim())
        .bind(address)
        .bind(Destination::events_text(&draft.events))
        .bind(draft.identifiers.join(","))
        .bind(serde_json::to_string(&draft.config).unwrap_or_default())
        .bind(sealed)
        .bind(now())
        .bind(i64::from(anew))
        .bind(id)
        .execute(tx.conn())
        .await?;
        self.settle_states(&mut tx, id, before).await?;
        tx.commit().await?;
        self.look_again();
        Ok(())
    }

    /// Pauses or resumes. Paused, nothing is lost: what happens meanwhile stays in the ledger.
    pub async fn set_state(&self, actor: Actor, id: &str, active: bool) -> Result<()> {
        let old = self.destination(id).await?;
        if active && old.state == State::Draft {
            return Err(DeliverError::Conflict("deliver-error-draft"));
        }
        let (action, state) = if active {
            ("destination.resumed", State::Active)
        } else {
            ("destination.paused", State::Paused)
        };
        self.change_state(actor, id, action, state).await
    }

    /// Approves a table's plan: from now on it is written.
    pub async fn approve(&self, actor: Actor, id: &str) -> Result<()> {
        let old = self.destination(id).await?;
        if old.state != State::Draft {
            return Err(DeliverError::Conflict("deliver-error-approved"));
        }
        self.change_state(actor, id, "destination.approved", State::Active).await
    }

    pub(crate) async fn change_state(
        &self,
        actor: Actor,
        id: &str,
        action: &'static str,
        state: State,
    ) -> Result<()> {
        let mut tx = self.store.begin(Entry::new(actor, action, "destination", id)).await?;
        let before = self.digest_of(&mut tx, id).await?;
        sqlx::query(
            "UPDATE destination SET state = $1, updated_at = $2,
               failures = CASE WHEN $1 = 'active' THEN 0 ELSE failures END WHERE id = $3",
        )
        .bind(state.as_str())
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        self.settle_states(&mut tx, id, before).await?;
        tx.commit().await?;
        self.look_again();
        Ok(())
    }

    /// Gives a webhook a new secret; the old one signs beside it for a day, so that the receiver can
    /// be changed without missing anything.
    pub async fn rotate_secret(&self, actor: Actor, id: &str) -> Result<()> {
        let old = self.destination(id).await?;
        if old.kind != Kind::Webhook {
            return Err(DeliverError::Conflict("deliver-error-kind"));
        }
        let secret = self.seal(id, &webhook::new_secret(&old.config.signing));
        let entry = Entry::new(actor, "destination.secret_rotated", "destination", id);
        let mut tx = self.store.begin(entry).await?;
        let before = self.digest_of(&mut tx, id).await?;
        sqlx::query(
            "UPDATE destination SET old_secret_sealed = secret_sealed, secret_sealed = $1,
               old_secret_until = $2, updated_at = $3 WHERE id = $4",
        )
        .bind(secret)
        .bind(now() + OVERLAP_MICROS)
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        self.settle_states(&mut tx, id, before).await?;
        tx.commit().await?;
        self.look_again();
        Ok(())
    }

    /// What the receiver verifies with: the secret, or the public key. Showing it is recorded.
    pub async fn reveal_secret(&self, actor: Actor, id: &str) -> Result<String> {
        let destination = self.destination(id).await?;
        if destination.kind != Kind::Webhook {
            return Err(DeliverError::Conflict("deliver-error-kind"));
        }
        let secret = self.secret(&destination)?.ok_or(DeliverError::NotFound("secret"))?;
        let entry = Entry::new(actor, "destination.secret_shown", "destination", id);
        self.store.begin(entry).await?.commit().await?;
        Ok(webhook::for_receiver(&secret))
    }

    /// Deletes a destination with its deliveries. A table in the company's database stays: it is
    /// theirs to drop.
    pub async fn delete_destination(&self, actor: Actor, id: &str) -> Result<()> {
        let used: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM purpose_view WHERE destination_id = $1 AND state = 'applied'",
        )
        .bind(id)
        .fetch_one(self.store.reader())
        .await?;
        if used > 0 {
            return Err(DeliverError::Conflict("deliver-error-views"));
        }
        let entry = Entry::new(actor, "destination.deleted", "destination", id);
        let mut tx = self.store.begin(entry).await?;
        let before = self.digest_of(&mut tx, id).await?;
        if before.is_none() {
            return Err(DeliverError::NotFound("destination"));
        }
        for sql in [
            "DELETE FROM purpose_view WHERE destination_id = $1",
            "DELETE FROM delivery WHERE destination_id = $1",
            "DELETE FROM destination WHERE id = $1",
        ] {
            sqlx::query(sql).bind(id).execute(tx.conn()).await?;
        }
        tx.states(before, None);
        tx.commit().await?;
        self.look_again();
        Ok(())
    }

    fn seal(&self, id: &str, secret: &str) -> String {
        self.store.seal(&context(id), secret)
    }

    /// The secret in clear.
    pub(crate) fn secret(&self, destination: &Destination) -> Result<Option<String>> {
        let open = |sealed: &String| self.store.unseal(&context(&destination.id), sealed);
        Ok(destination.secret_sealed.as_ref().map(open).transpose()?)
    }

    /// The secrets that sign now: the new one first.
    pub(crate) fn secrets(&self, destination: &Destination) -> Result<Vec<String>> {
        let mut all: Vec<String> = self.secret(destination)?.into_iter().collect();
        if destination.old_secret_until > now()
            && let Some(sealed) = &destination.old_secret_sealed
        {
            all.push(self.store.unseal(&context(&destination.id), sealed)?);
        }
        Ok(all)
    }

    async fn digest_of(&self, tx: &mut WriteTx, id: &str) -> Result<Option<store::Digest>> {
        let row = sqlx::query(
            "SELECT name, kind, address, events, identifiers, config, secret_sealed, state
             FROM destination WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let state = (0..8)
            .map(|column| row.try_get::<Option<String>, _>(column))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(self.store.digest(&state)))
    }

    async fn settle_states(
        &self,
        tx: &mut WriteTx,
        id: &str,
        before: Option<store::Digest>,
    ) -> Result<()> {
        let after = self.digest_of(tx, id).await?;
        if after.is_none() {
            return Err(DeliverError::NotFound("destination"));
        }
        tx.states(before, after);
        Ok(())
    }
}

fn context(id: &str) -> String {
    format!("destination:{id}:secret")
}
