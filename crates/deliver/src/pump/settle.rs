//! What a round did, written down in one transaction with its ledger entry.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use store::{Actor, Entry, now};

use super::line::{Item, Line, Outcome};
use crate::{Destination, Fault, Result, State};

/// Columns of a delivery in the order rows are written.
const COLUMNS: [&str; 13] = [
    "destination_id",
    "place",
    "event_id",
    "kind",
    "order_key",
    "state",
    "attempts",
    "next_at",
    "status",
    "fault",
    "happened_at",
    "settled_at",
    "millis",
];

impl Line {
    /// Writes a round's outcomes and the new position; returns the faults in a row.
    pub(super) async fn settle(
        &self,
        destination: &Destination,
        results: &[(Item, Outcome)],
        upto: i64,
    ) -> Result<i64> {
        let deliver = self.deliver();
        let settings = deliver.settings();
        let rows: Vec<Value> = results
            .iter()
            .map(|(item, outcome)| self.row(destination, item, outcome, now()))
            .collect();
        let fault = results.iter().find_map(|(_, outcome)| match outcome {
            Outcome::Failed { fault, .. } => Some(fault),
            _ => None,
        });
        let sent = results.iter().any(|(_, outcome)| matches!(outcome, Outcome::Sent { .. }));
        let failed =
            results.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed { .. })).count()
                as i64;
        // One that arrived shows that the receiver lives: what failed beside it fails for itself.
        let failures = if sent { 0 } else { destination.failures + failed };
        let actor = Actor::System("deliver");
        let action = match (sent, fault) {
            (true, _) => "delivery.sent",
            (false, Some(_)) => "delivery.failed",
            (false, None) => "delivery.passed",
        };
        let mut entry = Entry::new(actor.clone(), action, "destination", &destination.id);
        entry.after = Some(deliver.store().digest(&summary(results)));
        let mut tx = deliver.store().begin(entry).await?;
        if rows.iter().any(|row| row["state"] == "dead") {
            tx.also(Entry::new(actor.clone(), "delivery.given_up", "destination", &destination.id));
        }
        let gone = fault.is_some_and(Fault::is_gone);
        if gone {
            tx.also(Entry::new(actor, "destination.gone", "destination", &destination.id));
        }
        if !rows.is_empty() {
            sqlx::query(AssertSqlSafe(upsert(deliver.store().is_postgres())))
                .bind(Value::Array(rows).to_string())
                .execute(tx.conn())
                .await?;
        }
        if sent && destination.failures > 0 {
            // It is back: what waited for it waits no longer.
            sqlx::query(
                "UPDATE delivery SET next_at = 0 WHERE destination_id = $1 AND state = 'waiting'
                   AND attempts > 0 AND next_at > $2",
            )
            .bind(&destination.id)
            .bind(now() + settings.first_wait.as_micros() as i64)
            .execute(tx.conn())
            .await?;
        }
        sqlx::query(
            "UPDATE destination SET position = CASE WHEN position < $1 THEN $1 ELSE position END,
               sent_at = CASE WHEN $2 = 1 THEN $3 ELSE sent_at END,
               fault = CASE WHEN $4 <> '' THEN $4 WHEN $2 = 1 THEN '' ELSE fault END,
               fault_at = CASE WHEN $4 <> '' THEN $3 ELSE fault_at END, failures = $5,
               state = CASE WHEN $6 = 1 THEN $7 ELSE state END WHERE id = $8",
        )
        .bind(upto)
        .bind(i64::from(sent))
        .bind(now())
        .bind(fault.map_or("", |fault| fault.code))
        .bind(failures)
        .bind(i64::from(gone))
        .bind(State::Gone.as_str())
        .bind(&destination.id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(failures)
    }

    fn row(&self, destination: &Destination, item: &Item, outcome: &Outcome, at: i64) -> Value {
        let settings = self.deliver().settings();
        let mut row = json!({
            "destination_id": destination.id, "place": item.place, "event_id": item.event_id,
            "kind": item.kind, "order_key": item.order_key, "happened_at": item.happened_at,
            "state": "waiting", "attempts": item.attempts, "next_at": 0, "status": 0,
            "fault": "", "settled_at": 0, "millis": 0,
        });
        match outcome {
            Outcome::Sent { status, millis } => {
                row["state"] = "sent".into();
                row["attempts"] = (item.attempts + 1).into();
                row["status"] = (*status).into();
                row["settled_at"] = at.into();
                row["millis"] = (*millis).into();
            }
            Outcome::Failed { fault, millis } => {
                let attempts = item.attempts + 1;
                // A receiver that wants nothing more is no reason to give a message up.
                let dead = attempts >= settings.attempts && !fault.is_gone();
                let wait = back_off(attempts, settings.first_wait, settings.longest);
                let wait = fault.after.map_or(wait, |asked| wait.max(asked));
                row["state"] = if dead { "dead" } else { "waiting" }.into();
                row["attempts"] = attempts.into();
                row["next_at"] = (at + wait.as_micros() as i64).into();
                row["status"] = fault.status.into();
                row["fault"] = fault.code.into();
                row["settled_at"] = if dead { at } else { 0 }.into();
                row["millis"] = (*millis).into();
            }
            Outcome::Parked => {}
            Outcome::Vanished => {
                row["state"] = "discarded".into();
                row["fault"] = "missing".into();
                row["settled_at"] = at.into();
            }
        }
        row
    }
}

/// What the ledger's digest of a round covers.
fn summary(results: &[(Item, Outcome)]) -> Vec<(&str, &'static str)> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Sent { .. } => "sent",
        Outcome::Failed { .. } => "failed",
        Outcome::Parked => "parked",
        Outcome::Vanished => "vanished",
    };
    results.iter().map(|(item, outcome)| (item.event_id.as_str(), word(outcome))).collect()
}

/// One statement for all rows. A row that a person discarded meanwhile stays discarded.
fn upsert(postgres: bool) -> String {
    let names = COLUMNS.join(", ");
    let from = if postgres {
        format!("SELECT {names} FROM json_populate_recordset(NULL::delivery, $1::json)")
    } else {
        let values = COLUMNS.map(|column| format!("value->>'{column}'")).join(", ");
        format!("SELECT {values} FROM json_each($1) WHERE true")
    };
    let set = ["state", "attempts", "next_at", "status", "fault", "settled_at", "millis"]
        .map(|column| format!("{column} = excluded.{column}"))
        .join(", ");
    format!(
        "INSERT INTO delivery ({names}) {from} ON CONFLICT (destination_id, place) \
         DO UPDATE SET {set} WHERE delivery.state = 'waiting'"
    )
}

/// The first wait, then four times as long each time, up to the longest; each 0.75 to 1.25 times that,
/// so that many receivers' retries do not come in step.
fn back_off(attempts: i64, first: Duration, longest: Duration) -> Duration {
    let factor = 4_u32.saturating_pow((attempts - 1).clamp(0, 15) as u32);
    let full = first.saturating_mul(factor).min(longest);
    let mut byte = [0_u8; 1];
    let _ = aws_lc_rs::rand::fill(&mut byte);
    full.mul_f64(0.75 + f64::from(byte[0]) / 510.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_fourfold_up_to_the_longest_with_some_jitter() {
        let (first, longest) = (Duration::from_secs(5), Duration::from_hours(6));

        for (attempts, seconds) in [(1, 5.0), (2, 20.0), (3, 80.0), (12, 21_600.0), (99, 21_600.0)]
        {
            let wait = back_off(attempts, first, longest).as_secs_f64();
            assert!((0.74 * seconds..=1.26 * seconds).contains(&wait), "{attempts}: {wait}");
        }
    }
}
