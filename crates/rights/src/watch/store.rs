//! All SQL of watching deadlines. Nothing of a person is read.

use std::collections::BTreeSet;

use ::store::WriteTx;

use super::step::Clock;
use crate::{Result, Rights};

/// A request that is not closed and whose clock runs.
#[derive(sqlx::FromRow)]
pub(super) struct Watched {
    pub id: String,
    pub number: i64,
    pub kind: String,
    pub regimes: String,
    pub received_at: i64,
    pub due_at: i64,
    pub due_by: String,
    pub confirm_by: i64,
    pub extended_at: i64,
    pub extendable_to: i64,
    pub notice_by: i64,
    pub assignee: String,
    pub state: String,
}

impl Watched {
    /// The laws under which it was made.
    pub fn regimes(&self) -> Vec<String> {
        serde_json::from_str(&self.regimes).unwrap_or_default()
    }

    /// As [`crate::Request::may_extend`] says.
    pub fn may_extend(&self, at: i64) -> bool {
        self.extended_at == 0
            && self.extendable_to > self.due_at
            && at <= if self.notice_by > 0 { self.notice_by } else { self.due_at }
            && self.state != "unverified"
    }

    /// Its deadlines (µs): that of the answer, that of an extension's notice where it is another, and
    /// that of confirming receipt.
    pub fn clocks(&self, at: i64) -> Vec<(Clock, i64)> {
        let mut all = vec![(Clock::Due, self.due_at)];
        if self.notice_by > 0 && self.notice_by != self.due_at && self.may_extend(at) {
            all.push((Clock::Notice, self.notice_by));
        }
        if self.confirm_by > 0 {
            all.push((Clock::Confirm, self.confirm_by));
        }
        all
    }
}

impl Rights {
    /// Requests that are not closed and whose clock runs, the most urgent first.
    pub(super) async fn watched(&self) -> Result<Vec<Watched>> {
        Ok(sqlx::query_as(
            "SELECT id, number, kind, regimes, received_at, due_at, due_by, confirm_by, extended_at,
               extendable_to, notice_by, assignee, state
             FROM rights_request
             WHERE state IN ('unverified', 'open', 'waiting') AND paused = 0 AND due_at > 0
             ORDER BY due_at, id",
        )
        .fetch_all(self.store().reader())
        .await?)
    }

    /// What was told of these: request, step and deadline.
    pub(super) async fn reminded(&self) -> Result<BTreeSet<(String, String, i64)>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT m.request, m.step, m.until FROM rights_reminder m
             JOIN rights_request r ON r.id = m.request
             WHERE r.state IN ('unverified', 'open', 'waiting')",
        )
        .fetch_all(self.store().reader())
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// Who has had their letter of a day.
    pub(super) async fn digests(&self, day: &str) -> Result<BTreeSet<String>> {
        let rows: Vec<String> =
            sqlx::query_scalar("SELECT reader FROM rights_digest WHERE day = $1")
                .bind(day)
                .fetch_all(self.store().reader())
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Whether staff wrote to the person of a request.
    pub(super) async fn has_written(&self, request: &str) -> Result<bool> {
        let sql = "SELECT COUNT(*) FROM rights_message WHERE request = $1 AND author = 'staff'";
        let n: i64 = sqlx::query_scalar(sql).bind(request).fetch_one(self.store().reader()).await?;
        Ok(n > 0)
    }
}

/// Keeps that a step of a deadline was told; `false` if it was before.
pub(super) async fn remind(
    tx: &mut WriteTx,
    (request, step, until, at): (&str, &str, i64, i64),
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO rights_reminder (request, step, until, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (request, step, until) DO NOTHING",
    )
    .bind(request)
    .bind(step)
    .bind(until)
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps that somebody has had their letter of a day; `false` if they had.
pub(super) async fn digest(tx: &mut WriteTx, day: &str, reader: &str, at: i64) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO rights_digest (day, reader, at) VALUES ($1, $2, $3)
         ON CONFLICT (day, reader) DO NOTHING",
    )
    .bind(day)
    .bind(reader)
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}
