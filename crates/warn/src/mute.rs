//! Mutes: a rule, an actor or both are known and raise no open alarm until a date, with a reason. What
//! happens meanwhile is kept all the same and can be looked at.

use sqlx::Row as _;
use store::{Actor, Entry, new_id, now};

use crate::{
    Result, Warn, WarnError,
    engine::{Finding, RuleId},
};

/// A mute.
#[derive(Debug, Clone)]
pub struct Mute {
    /// Id.
    pub id: String,
    /// The rule; `None` is every one but canaries.
    pub rule: Option<RuleId>,
    /// The actor; empty is everybody.
    pub actor: String,
    /// Until when (µs).
    pub until: i64,
    /// Why.
    pub reason: String,
    /// Who made it, as the ledger writes it.
    pub made_by: String,
    /// When (µs).
    pub made_at: i64,
}

impl Mute {
    /// Whether a finding is muted by it. A canary is only muted by name: a mute that was made for
    /// something else must not silence the alarm that is never false.
    pub fn covers(&self, found: &Finding) -> bool {
        let rule = self.rule.map_or(found.rule != RuleId::Canary, |rule| rule == found.rule);
        let actor = self.actor.is_empty() || self.actor == found.actor;
        rule && actor && found.at < self.until
    }
}

fn context(id: &str) -> String {
    format!("mute:{id}:reason")
}

impl Warn {
    /// Those that hold now, the one that ends first at the top.
    pub async fn mutes(&self) -> Result<Vec<Mute>> {
        let rows = sqlx::query(
            "SELECT id, rule, actor, until, reason_sealed, made_by, made_at FROM alarm_mute
             WHERE ended_at = 0 AND until > $1 ORDER BY until, id",
        )
        .bind(now())
        .fetch_all(self.store.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get(0)?;
                Ok(Mute {
                    rule: RuleId::parse(row.try_get(1)?),
                    actor: row.try_get(2)?,
                    until: row.try_get(3)?,
                    reason: self.store.unseal(&context(&id), row.try_get(4)?)?,
                    made_by: row.try_get(5)?,
                    made_at: row.try_get(6)?,
                    id,
                })
            })
            .collect()
    }

    /// Mutes a rule, an actor, or both until a time (µs).
    pub async fn mute(
        &self,
        by: Actor,
        rule: Option<RuleId>,
        actor: &str,
        until: i64,
        reason: &str,
    ) -> Result<()> {
        let id = new_id();
        let who = by.to_text();
        let mut tx = self.store.begin(Entry::new(by, "alarm.muted", "mute", &*id)).await?;
        let name = rule.map_or("", RuleId::as_str);
        tx.states(None, Some(self.store.digest(&(name, actor, until, reason))));
        sqlx::query(
            "INSERT INTO alarm_mute (id, rule, actor, until, reason_sealed, made_by, made_at, ended_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
        )
        .bind(&id)
        .bind(name)
        .bind(actor)
        .bind(until)
        .bind(self.store.seal(&context(&id), reason))
        .bind(who)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a mute before its time.
    pub async fn unmute(&self, by: Actor, id: &str) -> Result<()> {
        let mut tx = self.store.begin(Entry::new(by, "alarm.unmuted", "mute", id)).await?;
        let done =
            sqlx::query("UPDATE alarm_mute SET ended_at = $1 WHERE id = $2 AND ended_at = 0")
                .bind(now())
                .bind(id)
                .execute(tx.conn())
                .await?;
        if done.rows_affected() == 0 {
            return Err(WarnError::NotFound("mute"));
        }
        tx.commit().await?;
        Ok(())
    }
}
