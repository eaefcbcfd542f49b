//! Proofs out of the stored tiles: a handful of rows each, whatever the log's size.

use super::{
    Ledger, damaged,
    publish::SignedCheckpoint,
    tree::{read_rows, unpack},
};
use crate::{Result, StoreError};
use ledger::{
    ConsistencyProof, Hash, InclusionProof, LogProof, Nodes, Tile, prove_consistency,
    prove_inclusion,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use std::collections::{BTreeSet, HashMap};

impl Ledger {
    /// Proves that an entry is in the log of the newest checkpoint; if it is newer than that, the log
    /// is published first.
    pub async fn inclusion(&self, seq: i64) -> Result<InclusionProof> {
        Ok(self.proof_under(seq).await?.1)
    }

    /// The entry's leaf, its inclusion proof and the checkpoint it leads to, to go with a document.
    pub async fn proof(&self, seq: i64) -> Result<LogProof> {
        let (signed, inclusion) = self.proof_under(seq).await?;
        let mut conn = self.store.reader().acquire().await?;
        let rows = read_rows(&mut conn, seq - 1, seq).await?;
        let leaf = rows.first().ok_or_else(|| damaged(seq, "the entry is gone"))?.encode()?;
        if !inclusion.proves(&Hash::of_leaf(&leaf), &signed.checkpoint.root) {
            let error = Err(damaged(seq, "the entry or a tile of the log was changed"));
            self.store.note_damage(&error).await;
            return error;
        }
        Ok(LogProof { leaf, inclusion, checkpoint: signed.note })
    }

    async fn proof_under(&self, seq: i64) -> Result<(SignedCheckpoint, InclusionProof)> {
        let Some(index) = u64::try_from(seq).ok().and_then(|seq| seq.checked_sub(1)) else {
            return Err(StoreError::Row("positions in the ledger start at 1".into()));
        };
        let mut signed = self.checkpoint().await?;
        if signed.checkpoint.size <= index {
            signed = self.publish().await?;
        }
        let size = signed.checkpoint.size;
        if size <= index {
            return Err(StoreError::Row(format!("the ledger has no entry {seq}")));
        }
        let mut conn = self.store.reader().acquire().await?;
        let proof = with_nodes(&mut conn, |nodes| prove_inclusion(index, size, nodes)).await?;
        Ok((signed, proof))
    }

    /// Proves that the log of `old` entries is the beginning of the one of `new` (both published).
    pub async fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof> {
        let published = self.checkpoint().await?.checkpoint.size;
        if old > new || new > published {
            return Err(StoreError::Row(format!(
                "the log has {published} published entries: sizes {old} and {new} do not fit"
            )));
        }
        let mut conn = self.store.reader().acquire().await?;
        with_nodes(&mut conn, |nodes| prove_consistency(old, new, nodes)).await
    }

    /// A published tile's hashes; `None` when the log has no such tile yet.
    pub async fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>> {
        let mut conn = self.store.reader().acquire().await?;
        let hashes = super::publish::tile(&mut conn, tile.level, tile.index).await?;
        let part = hashes.as_ref().and_then(|hashes| hashes.get(..usize::from(tile.width)));
        Ok(part.map(|part| part.iter().flat_map(|hash| hash.0).collect()))
    }
}

/// Which nodes a proof asks for: it is made once with this, for nothing.
pub(super) struct Asked(BTreeSet<(u8, u64)>);

impl Nodes for Asked {
    fn node(&mut self, level: u32, index: u64) -> Option<Hash> {
        let tile = Tile::holding(level, index, u64::MAX)?;
        self.0.insert((tile.level, tile.index));
        Some(Hash([0; 32]))
    }
}

/// Nodes out of loaded tiles.
pub(super) struct Loaded(HashMap<(u8, u64), Vec<Hash>>);

impl Nodes for Loaded {
    fn node(&mut self, level: u32, index: u64) -> Option<Hash> {
        let tile = Tile::holding(level, index, u64::MAX)?;
        Tile::node(self.0.get(&(tile.level, tile.index))?, level, index)
    }
}

/// Makes a proof twice: to learn which tiles it needs, and with them.
pub(super) async fn with_nodes<T>(
    conn: &mut AnyConnection,
    prove: impl Fn(&mut Either) -> Option<T>,
) -> Result<T> {
    let mut either = Either::Asked(Asked(BTreeSet::new()));
    prove(&mut either);
    let Either::Asked(Asked(wanted)) = either else { unreachable!("made above") };
    let loaded = load(conn, &wanted).await?;
    let position = wanted
        .iter()
        .find(|tile| !loaded.contains_key(tile))
        .or_else(|| wanted.first())
        .map_or(0, |(level, index)| ((index * 256) << (8 * u32::from(*level))).cast_signed() + 1);
    prove(&mut Either::Loaded(Loaded(loaded)))
        .ok_or_else(|| damaged(position, "a tile of the log is gone or too short"))
}

/// One of the two.
pub(super) enum Either {
    Asked(Asked),
    Loaded(Loaded),
}

impl Nodes for Either {
    fn node(&mut self, level: u32, index: u64) -> Option<Hash> {
        match self {
            Self::Asked(nodes) => nodes.node(level, index),
            Self::Loaded(nodes) => nodes.node(level, index),
        }
    }
}

async fn load(
    conn: &mut AnyConnection,
    wanted: &BTreeSet<(u8, u64)>,
) -> Result<HashMap<(u8, u64), Vec<Hash>>> {
    let mut loaded = HashMap::new();
    let tests: Vec<String> = wanted
        .iter()
        .map(|(level, index)| format!("(level = {level} AND idx = {index})"))
        .collect();
    if tests.is_empty() {
        return Ok(loaded);
    }
    // Numbers only: nothing of this text comes from outside.
    let sql = format!("SELECT level, idx, hashes FROM ledger_tile WHERE {}", tests.join(" OR "));
    for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await? {
        let (level, index): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(hashes) = unpack(&row.try_get::<String, _>(2)?) {
            loaded.insert((level as u8, index.cast_unsigned()), hashes);
        }
    }
    Ok(loaded)
}

/// The root of the first `size` entries, out of tiles.
pub(super) async fn root_at(conn: &mut AnyConnection, size: u64) -> Result<Hash> {
    if size == 0 {
        return Ok(Hash::empty());
    }
    // The edge of a smaller tree: one perfect subtree for each one of its size.
    let peaks = with_nodes(conn, |nodes| {
        let mut at = 0;
        let levels = (0..64).rev().filter(|level| size >> level & 1 == 1);
        let peak = |level: u32| {
            let peak = nodes.node(level, at >> level);
            at += 1 << level;
            peak
        };
        levels.map(peak).collect::<Option<Vec<Hash>>>()
    })
    .await?;
    let edge = ledger::Edge::from_parts(size, peaks);
    edge.map(|edge| edge.root()).ok_or_else(|| damaged(0, "a tile of the log is gone"))
}
