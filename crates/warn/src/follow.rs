//! Following the ledger. At a start the last four weeks are read again, page by page, so that the
//! engine knows what is usual; from the kept position on, what it finds raises alarms. Two servers on
//! one database both follow; the row of the position lets one after the other write, and what the first
//! has kept is not kept twice.

use std::time::Duration;

use sqlx::Row as _;
use store::{Actor, Entry};
use tokio::sync::watch;
use web::mail::Letter;

use crate::{
    Result, Warn, WarnError,
    engine::{Engine, Event, Finding, Severity, baseline},
};

/// How soon a new entry is seen.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait after a fault.
const AGAIN: Duration = Duration::from_secs(10);
/// How soon a change of rules or canaries on another server is heeded.
const LOOK: u32 = 10;
/// Entries read at a time.
const PAGE: i64 = 2000;
/// The position is kept whenever so many entries were followed: more often, and early warning would
/// mostly write about itself.
const KEEP: i64 = 5000;
/// A clock may have been set back by as much (µs).
const SLACK: i64 = 3600 * 1_000_000;

/// The ledger's follower.
pub struct Follower {
    warn: Warn,
    engine: Engine,
    /// Fed up to here.
    fed: i64,
    /// Found, and not kept yet because the database could not be written.
    pending: Vec<Finding>,
    /// Alarms up to here are kept.
    kept: i64,
    polls: u32,
}

impl Warn {
    /// Follows until told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut follower = None;
        let mut changed = self.changed.subscribe();
        // Rules or canaries were changed here: they count before the next entry is looked at.
        let mut fresh = true;
        while !*stop.borrow() {
            let done = async {
                if follower.is_none() {
                    follower = Some(self.follower().await?);
                }
                match &mut follower {
                    Some(follower) => follower.round(fresh).await,
                    None => Ok(()),
                }
            };
            let wait = match done.await {
                Ok(()) => POLL,
                Err(error) => {
                    // After a damaged ledger or a lost database it goes on where it was.
                    tracing::warn!(%error, "early warning could not follow the ledger; trying again");
                    AGAIN
                }
            };
            fresh = tokio::select! {
                () = tokio::time::sleep(wait) => false,
                told = changed.changed() => told.is_ok(),
                stopped = stop.changed() => {
                    if stopped.is_err() {
                        return;
                    }
                    false
                }
            };
        }
    }

    /// A follower that knows the last four weeks.
    pub async fn follower(&self) -> Result<Follower> {
        let kept: i64 = sqlx::query_scalar("SELECT position FROM warn_state WHERE id = 1")
            .fetch_one(self.store.reader())
            .await?;
        let since = store::now() - baseline::DAYS * 24 * 3600 * 1_000_000 - SLACK;
        let first = self.first_at(since, kept).await?;
        let mut engine = Engine::new(self.rules().await?);
        engine.set_canaries(self.canary_subjects().await?);
        let mut follower = Follower {
            warn: self.clone(),
            engine,
            fed: first - 1,
            kept,
            pending: Vec::new(),
            polls: 0,
        };
        while follower.fed < kept {
            let limit = PAGE.min(kept - follower.fed);
            let events = self.events_after(follower.fed, limit).await?;
            let Some(last) = events.last().map(|event| event.seq) else { break };
            for event in &events {
                follower.engine.feed(event);
            }
            follower.fed = last;
        }
        Ok(follower)
    }

    /// The first position at or after a time, up to `upto` + 1; found by halving, as positions are in
    /// the order of time.
    async fn first_at(&self, at: i64, upto: i64) -> Result<i64> {
        let (mut low, mut high) = (1, upto + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Option<i64> =
                sqlx::query_scalar("SELECT at FROM ledger_entry WHERE seq = $1")
                    .bind(middle)
                    .fetch_optional(self.store.reader())
                    .await?;
            if found.is_some_and(|found| found < at) { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    async fn events_after(&self, after: i64, limit: i64) -> Result<Vec<Event>> {
        let rows = sqlx::query(
            "SELECT seq, at, actor, action, object_kind, object_id, purpose, subject
             FROM ledger_entry WHERE seq > $1 ORDER BY seq LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(self.store.reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Event {
                    seq: row.try_get(0)?,
                    at: row.try_get(1)?,
                    actor: row.try_get(2)?,
                    action: row.try_get(3)?,
                    kind: row.try_get(4)?,
                    object: row.try_get(5)?,
                    purpose: row.try_get(6)?,
                    subject: row.try_get(7)?,
                })
            })
            .collect()
    }

    /// Keeps findings, moves the position on, and tells those who want to hear.
    async fn keep_all(&self, found: &[Finding], upto: i64) -> Result<()> {
        let mutes = self.mutes().await?;
        let by = Actor::System("early-warning");
        let mut tx = self
            .store
            .begin(Entry::new(by, "warning.counted", "position", upto.to_string()))
            .await?;
        // Also a lock: whoever comes second sees what the first has kept.
        sqlx::query("UPDATE warn_state SET position = $1 WHERE id = 1 AND position < $1")
            .bind(upto)
            .execute(tx.conn())
            .await?;
        sqlx::query("UPDATE warn_state SET position = position WHERE id = 1")
            .execute(tx.conn())
            .await?;
        for one in found {
            let Some(id) = self.keep(&mut tx, one, &mutes).await? else { continue };
            if one.severity >= Severity::High && self.web.has_mail() {
                self.tell(&mut tx, &id, one).await?;
            }
        }
        tx.commit().await?;
        if !found.is_empty() {
            self.count_open().await?;
        }
        Ok(())
    }

    /// A letter to everybody who may look at the audit view and decide about access. It names no
    /// person: those are on the page, behind the sign-in.
    async fn tell(&self, tx: &mut store::WriteTx, id: &str, found: &Finding) -> Result<()> {
        let url = format!("{}/console/alarms/{id}", self.web.base_url());
        let letter = |error: web::WebError| WarnError::Letter(error.to_string());
        for (to, lang) in self.web.watchers().await.map_err(letter)? {
            let rule = web::translate(lang, &format!("warn-rule-{}", found.rule.as_str()), &[]);
            let severity =
                web::translate(lang, &format!("warn-severity-{}", found.severity.as_str()), &[]);
            let args = [("rule", rule.as_str()), ("severity", severity.as_str())];
            let told = Letter::new("warn-letter", lang, to, &args).with_action(&url);
            self.web.queue_mail(tx, &told).await.map_err(letter)?;
        }
        Ok(())
    }
}

impl Follower {
    /// Takes what is new, and keeps what it gives away.
    pub async fn round(&mut self, fresh: bool) -> Result<()> {
        self.polls += 1;
        if fresh || self.polls >= LOOK {
            self.polls = 0;
            self.engine.set_rules(self.warn.rules().await?);
            self.warn.watch_canaries().await?;
            self.engine.set_canaries(self.warn.canary_subjects().await?);
            self.warn.count_open().await?;
        }
        loop {
            let events = self.warn.events_after(self.fed, PAGE).await?;
            let more = events.len() as i64 == PAGE;
            for event in &events {
                self.pending.extend(self.engine.feed(event));
                self.fed = event.seq;
            }
            if !self.pending.is_empty() || self.fed - self.kept >= KEEP {
                self.warn.keep_all(&self.pending, self.fed).await?;
                self.pending.clear();
                self.kept = self.fed;
            }
            if !more {
                return Ok(());
            }
        }
    }
}
