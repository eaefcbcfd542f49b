//! When runs are made: soon after something changed that checks look at, and every night. The ledger tells
//! what changed; a job makes the run, so that of several servers one does.

use std::time::{Duration, Instant};

use store::{Actor, JobContext, JobError, JobHandler, NewJob};
use tokio::sync::watch;

use crate::{Comply, Reason, Result};

/// The job's kind, its dedupe key and its schedule's key.
const KIND: &str = "comply";
/// Every night, by the server's clock in UTC.
const NIGHTLY: &str = "17 3 * * *";
/// How often the ledger is looked at.
const STEP: Duration = Duration::from_secs(2);
/// Entries looked at in one step.
const ENTRIES: i64 = 20_000;
/// Farther behind than this, a start does not look at what changed but makes a run.
const FAR: i64 = 200_000;

/// Beginnings of actions that change what checks look at. Choices of customers are not among them: the
/// nightly run counts them.
const HEEDED: [&str; 33] = [
    "access.",
    "access_standard.",
    "activity.",
    "alarm.",
    "backup.",
    "banner.",
    "campaign.",
    "canary.",
    "code.",
    "destination.",
    "drift.",
    "field.",
    "flow.",
    "key.",
    "keys.",
    "law.",
    "log.",
    "map.",
    "notice.",
    "organisation.",
    "origin.",
    "policy.",
    "property.",
    "purpose.",
    "recipient.",
    "regime.",
    "retention.",
    "scan.",
    "source.",
    "store.",
    "system.",
    "transfer.",
    "user.",
];

/// Whether something that was done changes what checks look at.
fn heeds(action: &str) -> bool {
    HEEDED.iter().any(|one| action.starts_with(one))
        || matches!(
            action,
            "token.created" | "token.revoked" | "token.purposes_set" | "privacy_policy.published"
        )
}

/// How long it must have been quiet before a run is made, and how long one waits at most.
#[derive(Debug, Clone, Copy)]
pub struct Following {
    /// Quiet for so long.
    pub quiet: Duration,
    /// At the latest after so long.
    pub patience: Duration,
}

impl Default for Following {
    fn default() -> Self {
        Self { quiet: Duration::from_secs(5), patience: Duration::from_mins(1) }
    }
}

/// Works on jobs of kind `comply`.
pub struct CheckHandler {
    comply: Comply,
}

impl CheckHandler {
    pub(crate) fn new(comply: Comply) -> Self {
        Self { comply }
    }
}

#[async_trait::async_trait]
impl JobHandler for CheckHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let reason = context.payload.get("reason").and_then(|one| one.as_str());
        let reason = reason.and_then(Reason::parse).unwrap_or(Reason::Schedule);
        let run = self.comply.run(Actor::System(KIND), reason).await;
        run.map(|_| ()).map_err(|error| JobError::Retry(error.to_string()))
    }
}

impl Comply {
    /// Follows the ledger until told to stop, and has a run made when something changed; sees to it that
    /// one is made every night.
    pub async fn follow(self, pace: Following, mut stop: watch::Receiver<bool>) {
        if let Err(error) = self.plan_nightly().await {
            tracing::warn!(%error, "the nightly audit could not be planned");
        }
        if let Err(error) = self.plan_weekly().await {
            tracing::warn!(%error, "the weekly letter about findings could not be planned");
        }
        let mut follower =
            Follower { comply: self, pace, first: None, last: Instant::now(), seen: 0 };
        loop {
            if let Err(error) = follower.step().await {
                tracing::warn!(%error, "the ledger could not be followed; it is tried again");
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(STEP.min(follower.pace.quiet)) => {}
            }
        }
    }

    async fn plan_nightly(&self) -> Result<()> {
        if self.store.schedule_by_key(KIND).await?.is_none() {
            let payload = serde_json::json!({ "reason": Reason::Schedule.as_str() });
            self.store.schedule(KIND, KIND, NIGHTLY, "UTC", payload, Actor::System(KIND)).await?;
        }
        Ok(())
    }

    /// Has a run made; while one waits, no second one is asked for.
    pub(crate) async fn enqueue(&self, reason: Reason, position: i64) -> Result<()> {
        let mut tx = self.store.begin_upkeep().await?;
        sqlx::query("UPDATE comply_state SET position = $1 WHERE id = 1 AND position < $1")
            .bind(position)
            .execute(tx.conn())
            .await?;
        tx.enqueue(NewJob {
            kind: KIND,
            payload: serde_json::json!({ "reason": reason.as_str() }),
            dedupe: Some(KIND.to_owned()),
            max_attempts: 3,
        })
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

struct Follower {
    comply: Comply,
    pace: Following,
    /// When the first change came that no run has seen.
    first: Option<Instant>,
    /// When the last one came.
    last: Instant,
    /// Position up to which the ledger was looked at; 0 before the first step.
    seen: i64,
}

impl Follower {
    async fn step(&mut self) -> Result<()> {
        let head = self.comply.store.ledger().head().await?.seq;
        if self.seen == 0 {
            self.seen = self.start(head).await?;
        }
        let until = head.min(self.seen + ENTRIES);
        if until > self.seen {
            let done = self.comply.store.actions_between(self.seen, until).await?;
            self.seen = until;
            if done.iter().any(|action| heeds(action)) {
                self.last = Instant::now();
                self.first.get_or_insert(self.last);
            }
        }
        let Some(first) = self.first else { return Ok(()) };
        if self.last.elapsed() >= self.pace.quiet || first.elapsed() >= self.pace.patience {
            self.comply.enqueue(Reason::Change, self.seen).await?;
            self.first = None;
        }
        Ok(())
    }

    /// Where to go on after a start. What is far behind is not read again: one run sees it all.
    async fn start(&mut self, head: i64) -> Result<i64> {
        let position: i64 = sqlx::query_scalar("SELECT position FROM comply_state WHERE id = 1")
            .fetch_one(self.comply.store.reader())
            .await?;
        if position == 0 || head - position > FAR {
            self.first = Some(Instant::now());
            return Ok(head);
        }
        Ok(position)
    }
}

#[cfg(test)]
mod tests {
    use super::heeds;

    #[test]
    fn what_people_change_is_heeded_and_what_a_run_writes_is_not() {
        for action in [
            "system.changed",
            "field.confirmed",
            "purpose.changed",
            "token.created",
            "access_standard.checked",
            "transfer.noted",
            "privacy_policy.published",
            "retention.finished",
        ] {
            assert!(heeds(action), "{action}");
        }
        let others = [
            "comply.checked",
            "finding.accepted",
            "job.queued",
            "consent.recorded",
            "privacy_policy.told",
        ];
        for action in others {
            assert!(!heeds(action), "{action}");
        }
    }
}
