//! Publishing the log: whole rounds of new leaves become tiles, and a checkpoint is signed. The
//! tree is computed again from the leaves and must arrive at the root of the authenticated head.

use super::{
    Ledger, damaged,
    tree::{Tree, TreeHead, leaves_of_rows, pack, unpack},
};
use crate::{Result, StoreError};
use ledger::{Checkpoint, Edge, Hash, NoteKey, Signer, TILE_WIDTH, Tile};
use sqlx::{AnyConnection, Row as _};
use std::time::Duration;
use tokio::sync::watch;

/// Leaves of a round at most.
const ROUND: i64 = 65_536;
/// How often the log is published.
const EVERY: Duration = Duration::from_millis(500);
/// How long checkpoints are kept (µs); the newest always is.
const KEEP: i64 = 3_600_000_000;
/// The newest checkpoint, outside of the database: tells a database that was put back.
pub(super) const SAVED: &str = "ledger.checkpoint";

/// How far the log is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) epoch: i64,
    pub(super) edge: Edge,
}

impl Published {
    pub(super) fn seq(&self) -> i64 {
        self.edge.size().cast_signed()
    }
}

/// A checkpoint with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The note with the log's signature and what witnesses added.
    pub note: String,
    /// When it was signed (µs).
    pub at: i64,
}

impl Tree {
    pub(super) async fn begin_publishing(&self, conn: &mut AnyConnection) -> Result<()> {
        let none = Published { epoch: 1, edge: Edge::default() };
        sqlx::query(
            "INSERT INTO ledger_published (id, epoch, seq, peaks, mac) VALUES (1, 1, 0, '', $1)",
        )
        .bind(self.published_mac(&none))
        .execute(conn)
        .await?;
        Ok(())
    }

    fn published_mac(&self, state: &Published) -> String {
        let mut bytes = b"privet-ledger-published-v1".to_vec();
        bytes.extend_from_slice(&state.epoch.to_be_bytes());
        bytes.extend_from_slice(&state.edge.size().to_be_bytes());
        state.edge.peaks().iter().for_each(|peak| bytes.extend_from_slice(&peak.0));
        self.key.head_mac(&bytes)
    }

    pub(super) async fn published(&self, conn: &mut AnyConnection) -> Result<Published> {
        let row = sqlx::query("SELECT epoch, seq, peaks, mac FROM ledger_published WHERE id = 1")
            .fetch_optional(conn)
            .await?
            .ok_or_else(|| damaged(0, "its published state is gone"))?;
        let seq: i64 = row.try_get(1)?;
        let changed = || damaged(seq, "the published state was changed");
        let peaks = unpack(&row.try_get::<String, _>(2)?).ok_or_else(changed)?;
        let edge = u64::try_from(seq).ok().and_then(|size| Edge::from_parts(size, peaks));
        let state = Published { epoch: row.try_get(0)?, edge: edge.ok_or_else(changed)? };
        if row.try_get::<String, _>(3)? == self.published_mac(&state) {
            Ok(state)
        } else {
            Err(changed())
        }
    }

    pub(super) async fn write_published(
        &self,
        conn: &mut AnyConnection,
        state: &Published,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE ledger_published SET epoch = $1, seq = $2, peaks = $3, mac = $4 WHERE id = 1",
        )
        .bind(state.epoch)
        .bind(state.seq())
        .bind(pack(state.edge.peaks()))
        .bind(self.published_mac(state))
        .execute(conn)
        .await?;
        Ok(())
    }

    pub(super) fn signer(&self) -> Signer {
        // The key that signs documents: one key to publish and to give to `privet verify`. What a
        // document's signature and a note's are over can never be the same text.
        Signer::from_seed(&self.key.derive("ledger/sign"))
    }

    /// The log's key; its name is the origin.
    #[allow(clippy::unused_self)] // Reads beside `signer` at every call.
    pub(super) fn note_key(&self, signer: &Signer, epoch: i64) -> Result<NoteKey> {
        let digest = ledger::sha256_hex(signer.public().bytes());
        let epoch = if epoch > 1 { format!("/{epoch}") } else { String::new() };
        let origin = format!("privet/{}{epoch}", &digest[..16]);
        NoteKey::log(&origin, signer.public().clone())
            .map_err(|error| StoreError::Row(error.to_string()))
    }
}

impl Ledger {
    fn tree(&self) -> &Tree {
        &self.store.inner.log
    }

    /// The log's public key with its name (a vkey of C2SP signed-note), for verifiers and witnesses.
    pub async fn key(&self) -> Result<NoteKey> {
        let mut conn = self.store.reader().acquire().await?;
        let state = self.tree().published(&mut conn).await?;
        self.tree().note_key(&self.tree().signer(), state.epoch)
    }

    /// Publishes what is written: tiles and a signed checkpoint that covers it all. Returns the
    /// newest checkpoint. Several servers may do it at once.
    pub async fn publish(&self) -> Result<SignedCheckpoint> {
        let _one = self.store.inner.publishing.lock().await;
        let result = self.publish_rounds().await;
        self.store.note_damage(&result).await;
        result
    }

    async fn publish_rounds(&self) -> Result<SignedCheckpoint> {
        self.store.check_ledger()?;
        // What is written when this begins: what others go on writing is for the next time.
        let mut goal = None;
        loop {
            let mut conn = self.store.reader().acquire().await?;
            let state = self.tree().published(&mut conn).await?;
            let head = self.tree().head(&mut conn).await?;
            if head.seq() < state.seq() {
                return Err(damaged(head.seq(), "the log is shorter than what was published"));
            }
            let goal = *goal.get_or_insert(head.edge.size());
            let newest = newest_checkpoint(&mut conn).await?;
            if let Some(newest) = newest.filter(|newest| newest.checkpoint.size >= goal) {
                return Ok(newest);
            }
            let to = head.seq().min(state.seq() + ROUND);
            let (leaves, edge) = self.grow(&mut conn, &state, &head, to).await?;
            let tiles = grown_tiles(&mut conn, &state, &leaves, to).await?;
            drop(conn);
            let done = Published { epoch: state.epoch, edge };
            self.write_round(&state, &done, &tiles, to == head.seq()).await?;
        }
    }

    /// The leaves after what is published, and the tree's edge with them.
    async fn grow(
        &self,
        conn: &mut AnyConnection,
        state: &Published,
        head: &TreeHead,
        to: i64,
    ) -> Result<(Vec<Hash>, Edge)> {
        let whole = to == head.seq();
        let extend = |leaves: &[Hash]| {
            let mut edge = state.edge.clone();
            for leaf in leaves {
                edge.push(*leaf);
            }
            edge
        };
        if whole && let Some(leaves) = self.tree().recall(state.edge.size(), head.edge.size()) {
            let edge = extend(&leaves);
            if edge == head.edge {
                return Ok((leaves, edge));
            }
        }
        let leaves = leaves_of_rows(conn, state.seq(), to).await?;
        let edge = extend(&leaves);
        if whole && edge != head.edge {
            let why = format!("one of the entries from here to {to} was changed");
            return Err(damaged(state.seq() + 1, &why));
        }
        Ok((leaves, edge))
    }

    async fn write_round(
        &self,
        from: &Published,
        done: &Published,
        tiles: &[(Tile, Vec<Hash>)],
        whole: bool,
    ) -> Result<()> {
        let mut tx = self.store.raw_begin().await?;
        if self.store.is_postgres() {
            sqlx::query("SELECT id FROM ledger_published WHERE id = 1 FOR UPDATE")
                .execute(&mut *tx)
                .await?;
        }
        if self.tree().published(&mut tx).await? != *from {
            return Ok(()); // Another server was faster; the next round looks again.
        }
        for (tile, hashes) in tiles {
            sqlx::query(
                "INSERT INTO ledger_tile (level, idx, hashes) VALUES ($1, $2, $3) \
                 ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes",
            )
            .bind(i64::from(tile.level))
            .bind(tile.index.cast_signed())
            .bind(pack(hashes))
            .execute(&mut *tx)
            .await?;
        }
        self.tree().write_published(&mut tx, done).await?;
        let note = if whole { Some(self.sign(&mut tx, done).await?) } else { None };
        tx.commit().await?;
        if let Some(note) = note {
            self.save_outside(&note);
        }
        Ok(())
    }

    /// Signs the checkpoint of a published state, unless its size has one: it must be the same.
    async fn sign(&self, conn: &mut AnyConnection, state: &Published) -> Result<String> {
        let signer = self.tree().signer();
        let key = self.tree().note_key(&signer, state.epoch)?;
        let checkpoint = Checkpoint {
            origin: key.name().to_owned(),
            size: state.edge.size(),
            root: state.edge.root(),
        };
        let note = checkpoint.sign(&key, &signer);
        let at = crate::now();
        sqlx::query(
            "INSERT INTO ledger_checkpoint (size, at, note) VALUES ($1, $2, $3) \
             ON CONFLICT (size) DO NOTHING",
        )
        .bind(state.seq())
        .bind(at)
        .bind(&note)
        .execute(&mut *conn)
        .await?;
        let kept: String = sqlx::query_scalar("SELECT note FROM ledger_checkpoint WHERE size = $1")
            .bind(state.seq())
            .fetch_one(&mut *conn)
            .await?;
        if kept != note {
            return Err(damaged(state.seq(), "another checkpoint was signed for this size"));
        }
        sqlx::query("DELETE FROM ledger_checkpoint WHERE at < $1 AND size < $2")
            .bind(at - KEEP)
            .bind(state.seq())
            .execute(conn)
            .await?;
        Ok(note)
    }

    /// Keeps the newest checkpoint as a file beside the key.
    fn save_outside(&self, note: &str) {
        let path = self.store.data_dir().join(SAVED);
        // A name of its own: a command beside the server publishes too.
        let part = path.with_extension(format!("{}.part", std::process::id()));
        let saved = std::fs::write(&part, note).and_then(|()| std::fs::rename(&part, &path));
        if let Err(error) = saved {
            tracing::warn!(%error, "the newest checkpoint could not be saved beside the key file");
        }
    }

    /// Publishes every half second until told to stop. A damaged log is told once and left alone.
    pub async fn keep_published(self, mut stop: watch::Receiver<bool>) {
        loop {
            match self.publish().await {
                Ok(_) | Err(StoreError::Ledger { .. }) => {}
                Err(error) => {
                    tracing::warn!(%error, "the log could not be published; trying again");
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// The newest signed checkpoint; a first one is made when there is none.
    pub async fn checkpoint(&self) -> Result<SignedCheckpoint> {
        let newest = newest_checkpoint(&mut *self.store.reader().acquire().await?).await?;
        match newest {
            Some(newest) => Ok(newest),
            None => self.publish().await,
        }
    }

    /// Adds a witness's signature line to a checkpoint, unless the witness has one there: two servers
    /// may have asked it.
    pub async fn cosigned(&self, size: u64, witness: &str, line: &str) -> Result<()> {
        let mut tx = self.store.raw_begin().await?;
        sqlx::query(
            "UPDATE ledger_checkpoint SET cosignatures = cosignatures || $1 \
             WHERE size = $2 AND replace(cosignatures, $3, '') = cosignatures",
        )
        .bind(line)
        .bind(size.cast_signed())
        .bind(format!("\u{2014} {witness} "))
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// The checkpoint to show the world: the newest that witnesses cosigned if that is not older
    /// than `patience`, else the newest.
    pub async fn shown_checkpoint(&self, patience: Duration) -> Result<SignedCheckpoint> {
        let newest = self.checkpoint().await?;
        let row = sqlx::query(
            "SELECT note, cosignatures, at FROM ledger_checkpoint WHERE cosignatures <> '' \
             AND at > $1 ORDER BY size DESC LIMIT 1",
        )
        .bind(newest.at - patience.as_micros() as i64)
        .fetch_optional(self.store.reader())
        .await?;
        row.map_or(Ok(newest), |row| signed(&row))
    }
}

pub(super) async fn newest_checkpoint(
    conn: &mut AnyConnection,
) -> Result<Option<SignedCheckpoint>> {
    let row = sqlx::query(
        "SELECT note, cosignatures, at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1",
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| signed(&row)).transpose()
}

fn signed(row: &sqlx::any::AnyRow) -> Result<SignedCheckpoint> {
    let note: String = row.try_get(0)?;
    let checkpoint =
        Checkpoint::parse(&note).map_err(|_| damaged(0, "a stored checkpoint was changed"))?;
    let note = note + &row.try_get::<String, _>(1)?;
    Ok(SignedCheckpoint { checkpoint, note, at: row.try_get(2)? })
}

/// The tiles that grow when leaves are added, level by level. Unfinished tiles are read and compared
/// with the edge that is authenticated: a changed one is told, not built upon.
async fn grown_tiles(
    conn: &mut AnyConnection,
    state: &Published,
    leaves: &[Hash],
    to: i64,
) -> Result<Vec<(Tile, Vec<Hash>)>> {
    let mut tiles = Vec::new();
    let mut row: Vec<Hash> = leaves.to_vec();
    let (mut old, new) = (state.edge.size(), to.cast_unsigned());
    for level in 0_u8..8 {
        if row.is_empty() {
            break;
        }
        let first = old / TILE_WIDTH;
        let mut hashes = open_tile(conn, state, level, first).await?;
        hashes.append(&mut row);
        for (chunk, index) in hashes.chunks(TILE_WIDTH as usize).zip(first..) {
            if let Some(tile) = Tile::in_tree(level, index, new) {
                tiles.push((tile, chunk.to_vec()));
            }
            if chunk.len() as u64 == TILE_WIDTH {
                row.push(ledger::root(chunk.iter().copied()));
            }
        }
        old /= TILE_WIDTH;
    }
    Ok(tiles)
}

/// The unfinished tile at the right edge of what is published; empty when there is none.
pub(super) async fn open_tile(
    conn: &mut AnyConnection,
    state: &Published,
    level: u8,
    index: u64,
) -> Result<Vec<Hash>> {
    let shift = 8 * u32::from(level);
    let width = ((state.edge.size() >> shift) % TILE_WIDTH) as usize;
    if width == 0 {
        return Ok(Vec::new());
    }
    let position = ((index * TILE_WIDTH) << shift).cast_signed() + 1;
    let changed = || damaged(position, &format!("its tile {level}/{index} was changed or is gone"));
    let stored = tile(conn, level, index).await?.filter(|hashes| hashes.len() >= width);
    let mut hashes = stored.ok_or_else(changed)?;
    // Another process may have published more since the state was read.
    hashes.truncate(width);
    let mut edge = Edge::default();
    for hash in &hashes {
        edge.push(*hash);
    }
    // The edge's peaks of this level: those above it come first.
    let above = (state.edge.size() >> shift >> 8).count_ones() as usize;
    let here = edge.peaks().len();
    if state.edge.peaks().get(above..above + here) == Some(edge.peaks()) {
        Ok(hashes)
    } else {
        Err(changed())
    }
}

/// A stored tile.
pub(super) async fn tile(
    conn: &mut AnyConnection,
    level: u8,
    index: u64,
) -> Result<Option<Vec<Hash>>> {
    let text: Option<String> =
        sqlx::query_scalar("SELECT hashes FROM ledger_tile WHERE level = $1 AND idx = $2")
            .bind(i64::from(level))
            .bind(index.cast_signed())
            .fetch_optional(conn)
            .await?;
    Ok(text.and_then(|text| unpack(&text)))
}
