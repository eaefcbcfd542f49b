//! Real decisions, counted: for each day, who was allowed or refused what, and how often. A request
//! only adds to a table in memory; the table is written down every half minute, so no request waits
//! for it. A crash loses at most that half minute – what happened is in the ledger anyway.

use crate::{Web, WebError};
use ::access::{Action, Context, PROGRAM};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// Different decisions a server remembers between two writings; more are not counted.
const MOST: usize = 20_000;
/// Days that are kept.
pub(crate) const KEPT_DAYS: i64 = 90;
const DAY: i64 = 24 * 3600 * 1_000_000;

/// A decision as counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    pub actor: String,
    pub role: String,
    pub action: Action,
    pub kind: String,
    pub purpose: String,
    pub emergency: bool,
    pub approved: bool,
    pub allowed: bool,
}

/// Counts in memory.
#[derive(Default)]
pub(crate) struct Recorder {
    counts: Mutex<HashMap<Seen, i64>>,
}

impl Recorder {
    pub(crate) fn note(&self, seen: Seen) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() < MOST || counts.contains_key(&seen) {
            *counts.entry(seen).or_insert(0) += 1;
        }
    }

    fn take(&self) -> HashMap<Seen, i64> {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put_back(&self, taken: HashMap<Seen, i64>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (seen, times) in taken {
            *counts.entry(seen).or_insert(0) += times;
        }
    }
}

fn flag(value: bool) -> i64 {
    i64::from(value)
}

impl Web {
    /// Counts a decision about a program.
    pub(crate) fn note_program(
        &self,
        (token, action, kind): (&str, Action, &str),
        context: &Context<'_>,
        allowed: bool,
    ) {
        self.inner.access.decisions.note(Seen {
            actor: token.to_owned(),
            role: PROGRAM.to_owned(),
            action,
            kind: kind.to_owned(),
            purpose: context.purpose.to_owned(),
            emergency: false,
            approved: context.approved,
            allowed,
        });
    }

    /// Writes down what was counted.
    pub(crate) async fn write_decisions(&self) -> Result<(), WebError> {
        let taken = self.inner.access.decisions.take();
        if taken.is_empty() {
            return Ok(());
        }
        let written = self.write_counts(&taken).await;
        if written.is_err() {
            self.inner.access.decisions.put_back(taken);
        }
        written
    }

    async fn write_counts(&self, counts: &HashMap<Seen, i64>) -> Result<(), WebError> {
        let day = super::pages::day_text(store::now());
        let entry = Entry::new(Actor::System("access"), "access.decisions_counted", "day", &*day);
        let mut tx = self.store().begin(entry).await?;
        for (seen, times) in counts {
            sqlx::query(
                "INSERT INTO access_decision
                   (day, actor, role, action, kind, purpose, emergency, approved, allowed, times)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 ON CONFLICT (day, actor, role, action, kind, purpose, emergency, approved, allowed)
                 DO UPDATE SET times = access_decision.times + excluded.times",
            )
            .bind(&day)
            .bind(&seen.actor)
            .bind(&seen.role)
            .bind(seen.action.as_str())
            .bind(&seen.kind)
            .bind(&seen.purpose)
            .bind(flag(seen.emergency))
            .bind(flag(seen.approved))
            .bind(flag(seen.allowed))
            .bind(*times)
            .execute(&mut *tx.conn())
            .await?;
        }
        sqlx::query("DELETE FROM access_decision WHERE day < $1")
            .bind(super::pages::day_text(store::now() - KEPT_DAYS * DAY))
            .execute(&mut *tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The decisions of the last days, most frequent first, with how often each was taken.
    pub(crate) async fn decisions_since(&self, days: i64) -> Result<Vec<(Seen, i64)>, WebError> {
        self.write_decisions().await?;
        let rows = sqlx::query(
            "SELECT actor, role, action, kind, purpose, emergency, approved, allowed,
                    CAST(SUM(times) AS BIGINT)
             FROM access_decision WHERE day >= $1
             GROUP BY actor, role, action, kind, purpose, emergency, approved, allowed
             ORDER BY 9 DESC LIMIT 50000",
        )
        .bind(super::pages::day_text(store::now() - days * DAY))
        .fetch_all(self.store().reader())
        .await?;
        let mut seen = Vec::with_capacity(rows.len());
        for row in &rows {
            let action: String = row.try_get(2)?;
            // An action of another version of Privet cannot be replayed.
            let Some(action) = Action::parse(&action) else { continue };
            seen.push((
                Seen {
                    actor: row.try_get(0)?,
                    role: row.try_get(1)?,
                    action,
                    kind: row.try_get(3)?,
                    purpose: row.try_get(4)?,
                    emergency: row.try_get::<i64, _>(5)? != 0,
                    approved: row.try_get::<i64, _>(6)? != 0,
                    allowed: row.try_get::<i64, _>(7)? != 0,
                },
                row.try_get(8)?,
            ));
        }
        Ok(seen)
    }
}
