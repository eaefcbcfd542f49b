//! The one write transaction: a change and its ledger entry commit together or not at all.

use crate::{Actor, Digest, Entry, JobId, NewJob, Result, Store};
use sqlx::{Any, AnyConnection, Transaction};

/// The one write transaction. Dropped without [`WriteTx::commit`] it rolls back.
///
/// On SQLite it holds the database's only write lock: do not wait for the network, another job or a
/// second `begin` while you hold one.
pub struct WriteTx {
    tx: Transaction<'static, Any>,
    store: Store,
    entries: Vec<Entry>,
    wake: bool,
    forgetting: bool,
    /// Its commit does not wait for the disk: it takes no entry.
    soft: bool,
}

impl Store {
    pub(crate) async fn begin_with(&self, entry: Entry) -> Result<WriteTx> {
        self.check_ledger()?;
        self.begin_unchecked(entry).await
    }

    /// A write without an entry of its own: only for chores that change how something is kept and not
    /// what it says, step by step, in a run whose beginning and end have entries. A damaged ledger
    /// stops it like every write. End it with [`WriteTx::commit`].
    pub async fn begin_upkeep(&self) -> Result<WriteTx> {
        self.check_ledger()?;
        Ok(self.write(self.raw_begin().await?, Vec::new()))
    }

    /// The same for what is found again or done again after a crash of the database or of the machine:
    /// what a job keeps for its own later steps. Its commit does not wait until it is on the disk. It
    /// survives the end of this process, and is on the disk at the latest with the next transaction that
    /// waits. It takes no entry: others remember how far they have read the ledger, and a position that
    /// was taken back would be given twice.
    pub async fn begin_soft_upkeep(&self) -> Result<WriteTx> {
        self.check_ledger()?;
        Ok(WriteTx { soft: true, ..self.write(self.raw_begin_soft().await?, Vec::new()) })
    }

    /// The one write that a damaged ledger lets through: destroying again what was destroyed before
    /// an older state of the database came back. Its entry is appended if there is still an end that
    /// it can be appended to; without one the change is made all the same and told in the log file.
    pub async fn begin_forgetting(&self, entry: Entry) -> Result<WriteTx> {
        let tx = self.begin_unchecked(entry).await?;
        Ok(WriteTx { forgetting: true, ..tx })
    }

    async fn begin_unchecked(&self, entry: Entry) -> Result<WriteTx> {
        Ok(self.write(self.raw_begin().await?, vec![entry]))
    }

    fn write(&self, tx: Transaction<'static, Any>, entries: Vec<Entry>) -> WriteTx {
        WriteTx { tx, store: self.clone(), entries, wake: false, forgetting: false, soft: false }
    }

    /// Appends entries in a running transaction; a damaged ledger stops all later writes.
    pub(crate) async fn append(&self, conn: &mut AnyConnection, entries: &[Entry]) -> Result<i64> {
        let appended = self.inner.log.append(conn, entries).await;
        // Only remembered here: the transaction at hand holds the lock that noting it would need.
        if let Err(crate::StoreError::Ledger { position, why }) = &appended {
            self.stop_writes(*position, why);
        }
        appended
    }
}

impl WriteTx {
    /// The connection, for this transaction's statements.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }

    /// One more entry for the ledger.
    pub fn also(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Replaces the digests of the first entry once the states are known.
    pub fn states(&mut self, before: Option<Digest>, after: Option<Digest>) {
        if let Some(first) = self.entries.first_mut() {
            (first.before, first.after) = (before, after);
        }
    }

    /// Queues a job in this transaction.
    pub async fn enqueue(&mut self, job: NewJob) -> Result<JobId> {
        let NewJob { kind, payload, dedupe, max_attempts } = job;
        let (id, fresh) =
            crate::jobs::insert(&mut self.tx, kind, &payload, dedupe.as_deref(), max_attempts)
                .await?;
        if fresh {
            self.note_queued(&id);
        }
        Ok(id)
    }

    /// The same for work that has to see what is changed here: a job with its key that is at work
    /// already, and may have looked before, runs once more when it has ended. Who asks anew outdates a
    /// wish to cancel.
    pub async fn enqueue_anew(&mut self, job: NewJob) -> Result<JobId> {
        // The job may end between the two statements (PostgreSQL): then there is room for another.
        for _ in 0..3 {
            let id = self.enqueue(job.clone()).await?;
            let asked = sqlx::query(
                "UPDATE job SET again = CASE WHEN state = 'running' THEN 1 ELSE 0 END,
                   cancel_requested = 0
                 WHERE id = $1 AND state IN ('queued', 'running')",
            )
            .bind(&id.0)
            .execute(self.conn())
            .await?;
            if asked.rows_affected() > 0 {
                return Ok(id);
            }
        }
        Err(crate::StoreError::Job("the job could not be queued: it keeps ending".into()))
    }

    pub(crate) fn note_queued(&mut self, id: &JobId) {
        let actor = self.entries.first().map_or(Actor::System("store"), |one| one.actor.clone());
        self.also(Entry::new(actor, "job.queued", "job", id.0.clone()));
        self.wake = true;
    }

    /// Tells the runner, once this is committed, that there may be something to do.
    pub(crate) fn wake_on_commit(&mut self) {
        self.wake = true;
    }

    /// Appends the entries and commits; returns the position of the first entry (0 without one).
    /// Durable on return, unless it was begun as a soft one.
    pub async fn commit(self) -> Result<i64> {
        let Self { mut tx, store, entries, wake, forgetting, soft } = self;
        if entries.is_empty() {
            tx.commit().await?;
            return Ok(0);
        }
        if soft {
            return Err(crate::StoreError::Row("a soft transaction takes no entry".into()));
        }
        let position = match store.append(&mut tx, &entries).await {
            Err(error @ crate::StoreError::Ledger { .. }) if forgetting => {
                tracing::error!(%error, "something was forgotten without an entry of it");
                0
            }
            appended => appended?,
        };
        tx.commit().await?;
        if wake {
            store.inner.wake.send_modify(|count| *count += 1);
        }
        Ok(position)
    }
}
