//! What changed in the map, in rules and in laws since somebody last looked.

use sqlx::Row as _;
use store::{Actor, Entry, now};

use crate::{Desk, Result};

/// Groups of the audit view that change what is known or what is allowed.
const GROUPS: [&str; 2] = ["map", "notice"];
/// Of other groups: what changes which law is used.
const ACTIONS: [&str; 5] =
    ["law.loaded", "law.switched", "law.reverted", "law.dropped", "duty.begun"];
/// Whoever never looked is told of a week.
const FIRST: i64 = 7 * 24 * 3600 * 1_000_000;

/// A kind of change, how often it was made, and last by whom.
pub type Change = audit::Tally;

/// From where on changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// Position in the ledger: what is above it is new.
    pub seq: i64,
    /// When (µs).
    pub at: i64,
    /// The reader said that they had seen all until then; else it is just a week.
    pub ticked: bool,
}

impl Desk {
    /// Up to where a person has seen the changes.
    pub async fn since(&self, person: &str) -> Result<Since> {
        let row = sqlx::query("SELECT seq, at FROM desk_seen WHERE person = $1")
            .bind(person)
            .fetch_optional(self.store().reader())
            .await?;
        if let Some(row) = row {
            return Ok(Since { seq: row.try_get(0)?, at: row.try_get(1)?, ticked: true });
        }
        let at = now() - FIRST;
        let seq = self.rooms().audit.first_at(at).await? - 1;
        Ok(Since { seq, at, ticked: false })
    }

    /// What changed above a position, the newest kind first.
    pub async fn changes(&self, since: Since) -> Result<Vec<Change>> {
        Ok(self.rooms().audit.tally(&GROUPS, &ACTIONS, since.seq).await?)
    }

    /// A person has seen everything up to a position. What is above the newest is not seen, and a
    /// page that was left open takes nothing back.
    pub async fn see(&self, person: &str, upto: i64) -> Result<()> {
        let newest = self.rooms().audit.newest().await?;
        let (seq, since) = (upto.clamp(0, newest), self.since(person).await?);
        if since.ticked && seq <= since.seq {
            return Ok(());
        }
        let by = Actor::Person(person.to_owned());
        let mut tx = self.store().begin(Entry::new(by, "desk.seen", "user", person)).await?;
        sqlx::query(
            "INSERT INTO desk_seen (person, seq, at) VALUES ($1, $2, $3)
             ON CONFLICT (person) DO UPDATE SET seq = excluded.seq, at = excluded.at",
        )
        .bind(person)
        .bind(seq)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
