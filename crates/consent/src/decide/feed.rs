//! How memory follows the database: loaded at the start, then one entry of the ledger after another.
//! What this server writes is applied at once; what other servers and commands write is seen within a
//! poll. Decisions are never older than a bound: past it they are refused rather than guessed.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Row as _, any::AnyRow};
use vault::BlindIndex;

use super::{Fingerprint, Flags, Memory, New, Shape};
use crate::{Catalogue, Consent, ConsentError, Result, Stored, SubjectId, subject::store::places};

/// Between two looks at the ledger.
const POLL: Duration = Duration::from_millis(150);
/// How old an answer may be unless the settings say otherwise.
pub const BOUND: Duration = Duration::from_secs(1);
/// How long a look may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// Entries of the ledger read at a time.
const ENTRIES: i64 = 2000;
/// Records read at a time.
const RECORDS: usize = 400;

/// Memory and how far it has followed.
pub(crate) struct Feed {
    memory: RwLock<Option<Arc<Memory>>>,
    /// Everything up to this entry is in memory.
    position: AtomicI64,
    /// When the last look began after which memory was up to date, in ms since `origin`; 0 never.
    fresh: AtomicU64,
    origin: Instant,
    /// In ms.
    bound: AtomicU64,
    /// One look at a time.
    turn: tokio::sync::Mutex<()>,
    /// Entries of this server's own records, applied before the ledger was read.
    own: Mutex<HashSet<i64>>,
    /// The position of the newest snapshot.
    pub(super) saved: AtomicI64,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            memory: RwLock::default(),
            position: AtomicI64::new(0),
            fresh: AtomicU64::new(0),
            // A second ago: the first look's time must not be the 0 that means never.
            origin: Instant::now().checked_sub(BOUND).unwrap_or_else(Instant::now),
            bound: AtomicU64::new(BOUND.as_millis() as u64),
            turn: tokio::sync::Mutex::default(),
            own: Mutex::default(),
            saved: AtomicI64::new(0),
        }
    }
}

impl Feed {
    pub(crate) fn memory(&self) -> Option<Arc<Memory>> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    fn put(&self, memory: Option<Arc<Memory>>, position: i64) {
        self.position.store(position, Ordering::Release);
        *self.memory.write().unwrap_or_else(PoisonError::into_inner) = memory;
    }

    fn was_fresh(&self, at: Instant) {
        let ms = at.saturating_duration_since(self.origin).as_millis() as u64;
        self.fresh.fetch_max(ms, Ordering::AcqRel);
    }

    /// How long ago memory was surely up to date; `None` before the first time.
    fn age(&self) -> Option<Duration> {
        let fresh = self.fresh.load(Ordering::Acquire);
        let now = self.origin.elapsed();
        (fresh > 0).then(|| now.saturating_sub(Duration::from_millis(fresh)))
    }

    fn own(&self) -> std::sync::MutexGuard<'_, HashSet<i64>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Consent {
    /// Loads everybody's choices into memory and keeps them up to date from now on, in the
    /// background, until the last [`Consent`] is gone. Until they are loaded, single decisions are
    /// made from the database.
    pub fn keep_decisions(&self) -> tokio::task::JoinHandle<()> {
        let inner = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            loop {
                let Some(inner) = inner.upgrade() else { return };
                let consent = Self { inner };
                if consent.feed().memory().is_none() {
                    if let Err(error) = consent.load_decisions().await {
                        tracing::error!(%error, "decisions could not be loaded; trying again");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    continue;
                }
                if let Err(error) = consent.catch_up().await {
                    tracing::warn!(%error, "decisions could not follow the ledger; trying again");
                }
                consent.save_when_due();
                drop(consent);
                tokio::time::sleep(POLL).await;
            }
        })
    }

    /// Loads everybody's choices into memory, from the newest snapshot or else from all records, and
    /// catches up with the ledger.
    pub async fn load_decisions(&self) -> Result<()> {
        let started = Instant::now();
        let snapshot = self.load_snapshot().await;
        let how = if snapshot.is_some() { "a snapshot" } else { "all records" };
        let (memory, position) = if let Some(loaded) = snapshot {
            loaded
        } else {
            self.feed().saved.store(0, Ordering::Relaxed);
            self.rebuild().await?
        };
        let counts = memory.counts();
        {
            let _turn = self.feed().turn.lock().await;
            self.feed().put(Some(Arc::new(memory)), position);
        }
        self.catch_up().await?;
        let ms = started.elapsed().as_millis() as u64;
        tracing::info!(people = counts.people, ms, "decisions are in memory, from {how}");
        Ok(())
    }

    /// Sets how old an answer may be; [`BOUND`] unless set.
    pub fn set_decisions_bound(&self, bound: Duration) {
        self.feed().bound.store(bound.as_millis() as u64, Ordering::Relaxed);
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.inner.feed
    }

    /// Memory, if it is there and not older than its bound.
    pub(super) fn fresh_memory(&self) -> Result<Option<Arc<Memory>>> {
        let Some(memory) = self.feed().memory() else { return Ok(None) };
        let bound = self.feed().bound.load(Ordering::Relaxed);
        match self.feed().age() {
            Some(age) if age.as_millis() <= u128::from(bound) => Ok(Some(memory)),
            _ => Err(ConsentError::Stale(bound)),
        }
    }

    /// Memory, where nothing else will do.
    pub(super) fn loaded_memory(&self) -> Result<Arc<Memory>> {
        self.fresh_memory()?.ok_or(ConsentError::Loading)
    }

    /// How long ago memory was surely up to date: `None` while decisions are made from the database.
    pub fn decisions_age(&self) -> Option<Duration> {
        self.feed().memory()?;
        self.feed().age()
    }

    /// A record was written here and is durable: decisions heed it from now on. Without identifiers
    /// the customer is read anew.
    pub(crate) async fn recorded(&self, stored: &Stored, blind: &[BlindIndex], position: i64) {
        let Some(memory) = self.feed().memory() else { return };
        let prints = prints(blind);
        if !prints.is_empty() && memory.answer(&prints, new(&self.catalogue(), stored)) {
            self.feed().own().insert(position);
            return;
        }
        // People became one with this record, or who it is was not said: all of them must be read.
        if let Err(error) = self.reload(&memory, &stored.subject).await {
            // The ledger says it too, and the next look will see it.
            tracing::warn!(%error, "a linked customer could not be read at once");
        }
    }

    /// Catches up with what the ledger says, if decisions are in memory.
    pub(crate) async fn follow(&self) -> Result<()> {
        if self.feed().memory().is_none() {
            return Ok(());
        }
        self.catch_up().await
    }

    async fn catch_up(&self) -> Result<()> {
        let _turn = self.feed().turn.lock().await;
        loop {
            let Some(memory) = self.feed().memory() else { return Ok(()) };
            let started = Instant::now();
            let head = in_time(self.ledger_head()).await?;
            let from = self.feed().position();
            if head < from {
                // The database was put back to an earlier state: nothing in memory is to be trusted.
                self.feed().put(None, 0);
                return Ok(());
            }
            let to = self.apply(&memory, from, head).await?;
            self.feed().position.store(to, Ordering::Release);
            self.feed().own().retain(|own| *own > to);
            if to == head {
                self.feed().was_fresh(started);
                return Ok(());
            }
        }
    }

    pub(super) async fn ledger_head(&self) -> Result<i64> {
        let head = sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1");
        Ok(head.fetch_one(self.store().reader()).await?)
    }

    /// Applies entries after `from` up to `head`, a bounded number; returns how far it got.
    async fn apply(&self, memory: &Memory, from: i64, head: i64) -> Result<i64> {
        if head == from {
            return Ok(head);
        }
        let rows = sqlx::query(
            "SELECT seq, object_kind, object_id FROM ledger_entry
             WHERE seq > $1 AND seq <= $2
               AND object_kind IN ('consent', 'subject', 'purpose', 'notice', 'property')
             ORDER BY seq LIMIT $3",
        )
        .bind(from)
        .bind(head)
        .bind(ENTRIES)
        .fetch_all(self.store().reader())
        .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let entry: (i64, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            entries.push(entry);
        }
        let things = ["purpose", "notice", "property"];
        if entries.iter().any(|(_, kind, _)| things.contains(&kind.as_str())) {
            // First: records name purposes that may be new.
            self.refresh_catalogue().await?;
        }
        let mut records = Vec::new();
        for (seq, kind, id) in &entries {
            match kind.as_str() {
                "consent" if self.feed().own().contains(seq) => {}
                "consent" => records.push(id.as_str()),
                "subject" => {
                    self.apply_records(memory, &mut records).await?;
                    self.reload(memory, id).await?;
                }
                _ => {}
            }
        }
        self.apply_records(memory, &mut records).await?;
        let whole = (entries.len() as i64) < ENTRIES;
        Ok(if whole { head } else { entries.last().map_or(head, |(seq, ..)| *seq) })
    }

    async fn apply_records(&self, memory: &Memory, ids: &mut Vec<&str>) -> Result<()> {
        for ids in std::mem::take(ids).chunks(RECORDS) {
            let sql = format!(
                "SELECT r.id, r.subject, r.notice_slot, r.choices, r.minor_until,
                        r.guardian_verified_at, r.given_at, i.blind
                 FROM consent_record r JOIN identifier i ON i.subject = r.subject
                 WHERE r.id IN ({})",
                places(ids.len())
            );
            let query = ids.iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), |q, id| q.bind(*id));
            let rows = query.fetch_all(self.store().reader()).await?;
            let mut found = self.opening(|catalogue| self.seen(catalogue, &rows)).await?;
            // In the ledger's order, so that of two records of one time the later counts.
            for id in ids {
                let Some(Seen { subject, prints, new }) = found.remove(*id) else { continue };
                if !memory.answer(&prints, new) {
                    self.reload(memory, &subject).await?;
                }
            }
        }
        Ok(())
    }

    /// Records by their ids, with all their customers' identifiers; those of erased ones are left out.
    fn seen(&self, catalogue: &Catalogue, rows: &[AnyRow]) -> Result<HashMap<String, Seen>> {
        let mut found: HashMap<String, Seen> = HashMap::new();
        for row in rows {
            let id: String = row.try_get(0)?;
            let seen = match found.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => {
                    let Some(seen) = self.seen_one(catalogue, free.key(), row)? else { continue };
                    free.insert(seen)
                }
            };
            seen.prints.extend(BlindIndex::parse(&row.try_get::<String, _>(7)?).map(print));
        }
        Ok(found)
    }

    fn seen_one(&self, catalogue: &Catalogue, id: &str, row: &AnyRow) -> Result<Option<Seen>> {
        let (subject, kept): (String, &str) = (row.try_get(1)?, row.try_get(3)?);
        let Some(said) = self.said(id, &subject, kept, row.try_get(2)?)? else { return Ok(None) };
        let (minor_until, verified) = (row.try_get(4)?, row.try_get(5)?);
        let new = New {
            at: row.try_get(6)?,
            shape: said.shape(catalogue),
            guardian_missing_until: guardian_missing(minor_until, verified),
        };
        Ok(Some(Seen { subject, prints: Vec::new(), new }))
    }

    /// Reads all that is known of a customer, and of those merged into it, anew.
    pub(super) async fn reload(&self, memory: &Memory, subject: &str) -> Result<()> {
        let root: Option<String> =
            sqlx::query_scalar("SELECT COALESCE(merged_into, id) FROM subject WHERE id = $1")
                .bind(subject)
                .fetch_optional(self.store().reader())
                .await?;
        let Some(root) = root else { return Ok(()) };
        let rows = sqlx::query(
            "SELECT i.blind, s.erased_at, s.restricted_at FROM identifier i
             JOIN subject s ON s.id = i.subject WHERE s.id = $1 OR s.merged_into = $1",
        )
        .bind(&root)
        .fetch_all(self.store().reader())
        .await?;
        let mut flags = Flags::default();
        let mut prints = Vec::with_capacity(rows.len());
        for row in &rows {
            prints.extend(BlindIndex::parse(&row.try_get::<String, _>(0)?).map(print));
            flags.erased |= row.try_get::<Option<i64>, _>(1)?.is_some();
            flags.restricted |= row.try_get::<Option<i64>, _>(2)?.is_some();
        }
        let records = self.records_of(&SubjectId(root)).await?;
        let catalogue = self.catalogue();
        let said = records.iter().map(|stored| new(&catalogue, stored)).collect();
        memory.set(&prints, flags, said);
        Ok(())
    }
}

async fn in_time<T>(look: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| {
        let text = format!("the database did not answer for {} s", PATIENCE.as_secs());
        Err(store::StoreError::Unavailable(text).into())
    })
}

/// A record on its way from the database into memory.
struct Seen {
    subject: String,
    prints: Vec<Fingerprint>,
    new: New,
}

pub(super) fn guardian_missing(minor_until: Option<i64>, verified: Option<i64>) -> Option<i64> {
    minor_until.map(|until| if verified.is_some() { 0 } else { until })
}

fn new(catalogue: &Catalogue, stored: &Stored) -> New {
    let said = stored
        .choices
        .iter()
        .filter_map(|(key, choice)| Some((catalogue.purpose(key).ok()?.slot, *choice)));
    New {
        at: stored.given_at,
        shape: Shape::new(stored.notice_slot as u16, said),
        guardian_missing_until: guardian_missing(stored.minor_until, stored.guardian_verified_at),
    }
}

pub(crate) fn print(index: BlindIndex) -> Fingerprint {
    Fingerprint::of(index.0)
}

pub(super) fn prints(blind: &[BlindIndex]) -> Vec<Fingerprint> {
    blind.iter().map(|one| print(*one)).collect()
}
