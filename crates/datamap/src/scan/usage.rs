//! Whether anybody reads a table. Servers count reads; we look at their counters before each scan and
//! every few hours. Our own scans read, too: time in which one ran proves nothing and is not counted.
//! What is unsure counts as read.

use std::collections::BTreeMap;

use ::sources::Usage;
use store::{Actor, Entry, JobContext, JobError, JobHandler, now};

use crate::{DataMap, DataMapError, Result, model::Source};

/// The job's kind; without a source in its payload it looks at all.
const KIND: &str = "usage";
/// Four times a day.
const CRON: &str = "50 */6 * * *";
/// Servers write counters down late: a scan that ended so shortly before may still be counted (µs).
const LATE: i64 = 5 * 60 * 1_000_000;
/// A second (µs).
const SECOND: i64 = 1_000_000;

/// What was seen of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
struct Seen {
    reads: i64,
    looked_at: i64,
    quiet_from: i64,
    watched: i64,
}

/// A look at a counter.
#[derive(Debug, Clone, Copy)]
struct Look {
    at: i64,
    reads: i64,
    /// For how long the server has counted (µs).
    counting_for: i64,
    /// A scan of ours ran since the last look.
    ours: bool,
}

fn after(old: Option<Seen>, look: Look) -> Seen {
    let fresh = Seen { reads: look.reads, looked_at: look.at, quiet_from: look.at, watched: 0 };
    let Some(old) = old else { return fresh };
    let passed = look.at - old.looked_at;
    let restarted = look.counting_for < passed;
    let same = Seen { reads: look.reads, looked_at: look.at, ..old };
    match () {
        // Who else read beside us cannot be told.
        () if look.ours => same,
        // What happened before the counters began anew is lost; only reads after that are known.
        () if restarted && look.reads == 0 => same,
        () if restarted || look.reads != old.reads => fresh,
        () => Seen { watched: old.watched + passed, ..same },
    }
}

/// Works on jobs of kind `usage`.
pub struct UsageHandler {
    map: DataMap,
}

impl UsageHandler {
    /// A handler for this map.
    pub fn new(map: DataMap) -> Self {
        Self { map }
    }
}

#[async_trait::async_trait]
impl JobHandler for UsageHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let sources = self.map.sources().await.map_err(|e| JobError::Retry(e.to_string()))?;
        let counted = sources.iter().filter(|one| matches!(&*one.kind, "postgres" | "mysql"));
        let counted: Vec<&str> = counted.map(|one| one.id.as_str()).collect();
        for (done, id) in counted.iter().enumerate() {
            context.progress(done as i64, counted.len() as i64, "").await?;
            let looked = async { self.map.look_at_usage(&self.map.source(id).await?).await };
            if let Err(error) = looked.await {
                // A source that is down is told by its scans.
                tracing::warn!(source = id, %error, "reads of tables could not be counted");
            }
        }
        Ok(())
    }
}

impl DataMap {
    /// Sees to it that counters are looked at.
    pub async fn keep_usage_schedule(&self) -> Result<()> {
        let key = "datamap:usage";
        if self.store().schedule_by_key(key).await?.is_none() {
            let (payload, by) = (serde_json::json!({}), Actor::System("setup"));
            self.store().schedule(key, KIND, CRON, "UTC", payload, by).await?;
        }
        Ok(())
    }

    /// Looks at a source's counters now; says whether its server keeps any.
    pub async fn look_at_usage(&self, source: &Source) -> Result<bool> {
        let opened = self.open_source(source).await?;
        self.note_usage(&source.id, opened.as_ref()).await
    }

    /// The same for a source that is open.
    pub(crate) async fn note_usage(
        &self,
        source: &str,
        opened: &dyn ::sources::Source,
    ) -> Result<bool> {
        let Some(usage) = opened.usage().await? else { return Ok(false) };
        let at = now();
        let ours = self.last_scanned(source).await?;
        let stores: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, name FROM data_store WHERE source_id = $1 AND vanished_at IS NULL",
        )
        .bind(source)
        .fetch_all(self.store().reader())
        .await?;
        let mut old = self.usage_of(source).await?;
        let seen = stores.into_iter().filter_map(|(id, name)| {
            let reads = *usage.reads.get(&name)?;
            let old = old.remove(&id);
            let since = old.map_or(at, |old| old.looked_at) - LATE;
            let counting_for = usage.counting_for.saturating_mul(SECOND);
            let look = Look { at, reads, counting_for, ours: ours >= since };
            Some((id, after(old, look)))
        });
        self.keep_usage(source, &usage, seen.collect()).await?;
        Ok(true)
    }

    /// When a scan of ours last read the source (µs): now, while one runs.
    async fn last_scanned(&self, source: &str) -> Result<i64> {
        let (at,): (Option<i64>,) = sqlx::query_as(
            "SELECT MAX(CASE WHEN state = 'running' AND stores_done > 0 THEN $2
                ELSE COALESCE(finished_at, created_at) END)
             FROM scan WHERE source_id = $1 AND state <> 'queued'
               AND NOT (state = 'running' AND stores_done = 0)",
        )
        .bind(source)
        .bind(now())
        .fetch_one(self.store().reader())
        .await?;
        Ok(at.unwrap_or(0))
    }

    async fn usage_of(&self, source: &str) -> Result<BTreeMap<String, Seen>> {
        #[derive(sqlx::FromRow)]
        struct Line {
            store_id: String,
            #[sqlx(flatten)]
            seen: Seen,
        }
        let lines: Vec<Line> = sqlx::query_as(
            "SELECT u.store_id, u.reads, u.looked_at, u.quiet_from, u.watched FROM store_usage u
             JOIN data_store d ON d.id = u.store_id WHERE d.source_id = $1",
        )
        .bind(source)
        .fetch_all(self.store().reader())
        .await?;
        Ok(lines.into_iter().map(|line| (line.store_id, line.seen)).collect())
    }

    async fn keep_usage(
        &self,
        source: &str,
        usage: &Usage,
        seen: Vec<(String, Seen)>,
    ) -> Result<()> {
        if seen.is_empty() {
            return Ok(());
        }
        let entry = Entry::new(Actor::System("scan"), "source.usage_noted", "source", source);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&usage.reads)));
        for chunk in seen.chunks(500) {
            let rows: Vec<String> = (0..chunk.len())
                .map(|n| format!("({})", crate::model::placeholders(n * 5 + 1, 5)))
                .collect();
            let sql = format!(
                "INSERT INTO store_usage (store_id, reads, looked_at, quiet_from, watched)
                 VALUES {} ON CONFLICT (store_id) DO UPDATE SET reads = excluded.reads,
                   looked_at = excluded.looked_at, quiet_from = excluded.quiet_from,
                   watched = excluded.watched",
                rows.join(", ")
            );
            let query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false);
            let query = chunk.iter().fold(query, |query, (id, seen)| {
                query
                    .bind(id)
                    .bind(seen.reads)
                    .bind(seen.looked_at)
                    .bind(seen.quiet_from)
                    .bind(seen.watched)
            });
            query.execute(tx.conn()).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Counters are an extra: a scan goes on without them.
pub(super) async fn before_scan(map: &DataMap, source: &Source, opened: &dyn ::sources::Source) {
    if let Err(error) = map.note_usage(&source.id, opened).await {
        let told: &DataMapError = &error;
        tracing::warn!(source = source.id, error = %told, "reads of tables could not be counted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600 * SECOND;

    fn look(at: i64, reads: i64) -> Look {
        Look { at: at * HOUR, reads, counting_for: 1_000_000 * HOUR, ours: false }
    }

    #[test]
    fn quiet_time_grows_only_while_we_can_tell() {
        let first = after(None, look(0, 7));
        assert_eq!((first.quiet_from, first.watched), (0, 0));
        let quiet = after(Some(first), look(6, 7));
        assert_eq!((quiet.quiet_from, quiet.watched), (0, 6 * HOUR));
        let scanned = after(Some(quiet), Look { ours: true, ..look(12, 9) });
        assert_eq!((scanned.reads, scanned.watched), (9, 6 * HOUR), "our own reads prove nothing");
        let again = after(Some(scanned), look(18, 9));
        assert_eq!((again.quiet_from, again.watched), (0, 12 * HOUR));
        let read = after(Some(again), look(24, 10));
        assert_eq!((read.quiet_from, read.watched), (24 * HOUR, 0), "somebody reads it");
    }

    #[test]
    fn counters_that_began_anew_are_not_taken_for_quiet() {
        let quiet = after(Some(after(None, look(0, 7))), look(6, 7));
        let restarted = Look { counting_for: HOUR, ..look(12, 0) };
        let seen = after(Some(quiet), restarted);
        assert_eq!((seen.reads, seen.watched), (0, 6 * HOUR), "what was before is lost");
        let read = after(Some(quiet), Look { reads: 7, ..restarted });
        assert_eq!(read.watched, 0, "the same number after a restart is a read");
    }
}
