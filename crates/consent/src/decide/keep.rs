//! The snapshot's file in the data directory: when it is written, when it is believed.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use vault::Blob;

use super::{
    Memory,
    snapshot::{self, Position, SnapshotError},
};
use crate::{Consent, Result};

/// The file in the data directory.
const FILE: &str = "decisions.snapshot";
/// Fewer people are read from their records in a moment.
const WORTH: usize = 20_000;
/// Entries of the ledger after which a new snapshot is written.
const TAIL: i64 = 200_000;

impl Consent {
    fn snapshot_path(&self) -> PathBuf {
        self.store().data_dir().join(FILE)
    }

    fn snapshot_key(&self) -> Blob {
        Blob::with_profile(self.store().profile(), &self.store().derive_key("consent/snapshot"))
    }

    /// The state as of the newest snapshot, if there is one of this database's past.
    pub(super) async fn load_snapshot(&self) -> Option<(Memory, i64)> {
        let (path, key) = (self.snapshot_path(), self.snapshot_key());
        let file = fs::File::open(&path).ok()?;
        let read = tokio::task::spawn_blocking(move || {
            snapshot::load(&key, io::BufReader::with_capacity(1 << 20, file))
        });
        let (memory, position) = match read.await.ok()? {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "reading all records instead");
                return None;
            }
        };
        let hash = self.hash_of(position.seq).await.ok()?;
        if hash != position.hash {
            tracing::warn!(
                "the snapshot of decisions is of another past of this database; reading all records instead"
            );
            return None;
        }
        self.feed().saved.store(position.seq, Ordering::Relaxed);
        Some((memory, position.seq))
    }

    async fn hash_of(&self, seq: i64) -> Result<String> {
        let leaf = self.store().ledger().leaf(seq).await?;
        Ok(leaf.map(|leaf| ::ledger::Hash(leaf.0).to_string()).unwrap_or_default())
    }

    /// Writes a snapshot when a start would have much to read without it.
    pub(super) fn save_when_due(&self) {
        let feed = self.feed();
        let Some(memory) = feed.memory() else { return };
        let behind = feed.position() - feed.saved.load(Ordering::Relaxed);
        if behind < TAIL && feed.saved.load(Ordering::Relaxed) > 0 {
            return;
        }
        if memory.counts().people < WORTH {
            return;
        }
        let consent = self.clone();
        // Even if it fails: it is tried again after as many entries, not at every look.
        feed.saved.store(feed.position().max(1), Ordering::Relaxed);
        tokio::spawn(async move {
            if let Err(error) = consent.save_decisions().await {
                tracing::warn!(%error, "the snapshot of decisions could not be written");
            }
        });
    }

    /// A server calls it when it stops: what was recorded since the newest snapshot need not be read
    /// again at the next start.
    pub async fn leave_decisions(&self) {
        let feed = self.feed();
        let people = feed.memory().map_or(0, |memory| memory.counts().people);
        if people >= WORTH
            && feed.position() > feed.saved.load(Ordering::Relaxed)
            && let Err(error) = self.save_decisions().await
        {
            tracing::warn!(%error, "the snapshot of decisions could not be written");
        }
    }

    /// Writes a snapshot of all choices into the data directory, so that the next start is quick. Does
    /// nothing while they are not in memory.
    pub async fn save_decisions(&self) -> Result<(), SnapshotError> {
        let Some(memory) = self.feed().memory() else { return Ok(()) };
        let seq = self.feed().position();
        let hash = self.hash_of(seq).await.map_err(|error| io::Error::other(error.to_string()))?;
        let (path, key) = (self.snapshot_path(), self.snapshot_key());
        let written = tokio::task::spawn_blocking(move || {
            write_file(&path, &memory, &Position { seq, hash }, &key)
        });
        written.await.map_err(io::Error::other)??;
        self.feed().saved.store(seq.max(1), Ordering::Relaxed);
        Ok(())
    }
}

/// Beside the old one, then in its place: who reads meanwhile reads a whole one.
fn write_file(
    path: &Path,
    memory: &Arc<Memory>,
    position: &Position,
    key: &Blob,
) -> Result<(), SnapshotError> {
    let started = Instant::now();
    let beside = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = io::BufWriter::with_capacity(1 << 20, options.open(&beside)?);
    let written = snapshot::save(memory, position, key, &mut file)
        .and_then(|()| Ok(file.flush()?))
        .and_then(|()| Ok(fs::rename(&beside, path)?));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    let ms = started.elapsed().as_millis() as u64;
    tracing::info!(ms, "the snapshot of decisions is written");
    written
}
