//! Checking the log: its end at every start, all of it when asked; and what happens when it does not
//! hold: writes stop, in this process and in the next, until an operator accepts what was found.

use super::{
    Ledger, damaged,
    prove::root_at,
    publish::{Published, SAVED, SignedCheckpoint, newest_checkpoint, tile},
    tree::{Tree, TreeHead, WALK, read_rows},
};
use crate::{Actor, Entry, Head, Result, Store, StoreError};
use ledger::{Checkpoint, Edge, Hash, TILE_WIDTH};
use sqlx::{AnyConnection, Row as _};

/// A damage as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its id.
    pub id: String,
    /// The first entry that does not hold.
    pub position: i64,
    /// What does not match.
    pub why: String,
    /// When it was found (µs).
    pub found_at: i64,
    /// When an operator accepted it (µs).
    pub accepted_at: Option<i64>,
    /// Why they did.
    pub reason: String,
}

/// Notes a damage in the database.
pub(crate) async fn write_damage(conn: &mut AnyConnection, position: i64, why: &str) -> Result<()> {
    let sql = "INSERT INTO ledger_damage (id, position, why, found_at) VALUES ($1, $2, $3, $4)";
    let noted = sqlx::query(sql).bind(crate::new_id()).bind(position).bind(why).bind(crate::now());
    noted.execute(conn).await?;
    Ok(())
}

impl Store {
    /// Remembers a damage for good: in this process, and in the database if it can be written.
    pub(crate) async fn note_damage<T: Sync>(&self, result: &Result<T>) {
        let Err(StoreError::Ledger { position, why }) = result else { return };
        if self.check_ledger().is_err() {
            return;
        }
        self.stop_writes(*position, why);
        let noted = async {
            let mut tx = self.raw_begin().await?;
            write_damage(&mut tx, *position, why).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(())
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the damage of the ledger could not be noted in the database");
        }
    }

    /// What is looked at before the first write: known damages, the head, what is published, the
    /// checkpoint kept beside the key.
    pub(crate) async fn check_start(&self) -> Result<()> {
        let mut conn = self.reader().acquire().await?;
        let known = sqlx::query(
            "SELECT position, why FROM ledger_damage WHERE accepted_at IS NULL ORDER BY found_at",
        )
        .fetch_optional(&mut *conn)
        .await?;
        if let Some(row) = known {
            self.stop_writes(row.try_get(0)?, &row.try_get::<String, _>(1)?);
            return Ok(());
        }
        let checked = self.ledger().check_end(&mut conn).await;
        drop(conn);
        self.note_damage(&checked).await;
        match checked {
            Err(StoreError::Ledger { .. }) => Ok(()),
            other => other,
        }
    }
}

impl Ledger {
    fn log(&self) -> &Tree {
        &self.store.inner.log
    }

    async fn check_end(&self, conn: &mut AnyConnection) -> Result<()> {
        // What says less is read first: others go on writing and publishing meanwhile.
        let saved = self.saved()?;
        let newest = newest_checkpoint(conn).await?;
        let state = self.log().published(conn).await?;
        let head = self.log().checked_head(conn).await?;
        if head.seq() < state.seq() {
            return Err(damaged(head.seq(), "the log is shorter than what was published"));
        }
        self.check_checkpoint(conn, &state, newest).await?;
        self.check_saved(conn, &state, saved).await
    }

    /// A checkpoint, read before the published state, is ours and says what is published.
    async fn check_checkpoint(
        &self,
        conn: &mut AnyConnection,
        state: &Published,
        newest: Option<SignedCheckpoint>,
    ) -> Result<()> {
        let Some(newest) = newest else { return Ok(()) };
        let size = newest.checkpoint.size.cast_signed();
        let changed = |why: &str| damaged(size, why);
        let key = self.log().note_key(&self.log().signer(), state.epoch)?;
        Checkpoint::open(&newest.note, &key)
            .map_err(|_| changed("the stored checkpoint is not signed with this log's key"))?;
        if size > state.seq()
            || root_at(conn, newest.checkpoint.size).await? != newest.checkpoint.root
        {
            return Err(changed("the stored checkpoint is not one of this log"));
        }
        Ok(())
    }

    /// The checkpoint saved beside the key file: a database that was put back to an older state is
    /// behind it, one that was written anew has another root.
    async fn check_saved(
        &self,
        conn: &mut AnyConnection,
        state: &Published,
        saved: Option<(i64, Checkpoint)>,
    ) -> Result<()> {
        match saved {
            Some((epoch, saved)) if epoch == state.epoch => {
                self.is_beginning(conn, state, &saved).await
            }
            Some((epoch, _)) if epoch > state.epoch => Err(damaged(
                state.seq(),
                "it was put back to a state from before a damage that was accepted",
            )),
            // A damage was accepted since it was saved: it says nothing about the log after that.
            _ => Ok(()),
        }
    }

    /// The checkpoint saved beside the key file, with the epoch of its log; none of another key's log.
    fn saved(&self) -> Result<Option<(i64, Checkpoint)>> {
        let path = self.store.data_dir().join(SAVED);
        let Ok(note) = std::fs::read_to_string(&path) else { return Ok(None) };
        let Ok(named) = Checkpoint::parse(&note) else { return Ok(None) };
        let epoch = named.origin.split('/').nth(2).map_or(Some(1), |epoch| epoch.parse().ok());
        let Some(epoch) = epoch else { return Ok(None) };
        let key = self.log().note_key(&self.log().signer(), epoch)?;
        Ok(Checkpoint::open(&note, &key).ok().map(|saved| (epoch, saved)))
    }

    async fn is_beginning(
        &self,
        conn: &mut AnyConnection,
        state: &Published,
        saved: &Checkpoint,
    ) -> Result<()> {
        if saved.size > state.edge.size() {
            return Err(damaged(
                state.seq(),
                &format!(
                    "a checkpoint of {} entries is known, but the database published {} only: it \
                     was put back to an older state",
                    saved.size,
                    state.seq()
                ),
            ));
        }
        if root_at(conn, saved.size).await? != saved.root {
            let position = saved.size.cast_signed();
            return Err(damaged(position, "a known checkpoint is of another past of this log"));
        }
        Ok(())
    }

    /// Checks a checkpoint that somebody kept (a file, a witness) against this log.
    pub async fn check_known(&self, note: &str) -> Result<Checkpoint> {
        let mut conn = self.store.reader().acquire().await?;
        let state = self.log().published(&mut conn).await?;
        let key = self.log().note_key(&self.log().signer(), state.epoch)?;
        let known = Checkpoint::open(note, &key).map_err(|e| StoreError::Row(e.to_string()))?;
        let result = self.is_beginning(&mut conn, &state, &known).await;
        drop(conn);
        self.store.note_damage(&result).await;
        result.map(|()| known)
    }

    /// Walks the whole log up to the head: every entry, every tile, the checkpoint. The error names
    /// the first entry that does not hold; from then on nothing more is written.
    pub async fn verify(&self) -> Result<Head> {
        let result = self.walk().await;
        self.store.note_damage(&result).await;
        result
    }

    async fn walk(&self) -> Result<Head> {
        let mut conn = self.store.reader().acquire().await?;
        let newest = newest_checkpoint(&mut conn).await?;
        let state = self.log().published(&mut conn).await?;
        let target = self.log().head(&mut conn).await?;
        let mut walked = Walked::default();
        while walked.edge.size() < target.edge.size() {
            let at = walked.edge.size().cast_signed();
            // One level-0 tile's entries at a time: 256 divides the page.
            let rows = read_rows(&mut conn, at, target.seq().min(at + WALK)).await?;
            if rows.is_empty() {
                return Err(damaged(at + 1, "the entry is gone"));
            }
            for row in rows {
                let expected = walked.edge.size().cast_signed() + 1;
                if row.seq != expected {
                    return Err(damaged(expected, "the entry is gone"));
                }
                walked.push(&mut conn, Hash(row.leaf.0), &state).await?;
            }
        }
        walked.finish(&mut conn, &state).await?;
        if walked.edge != target.edge {
            let from = state.seq().min(target.seq() - 1) + 1;
            return Err(damaged(from, "from here on an entry was changed"));
        }
        self.check_checkpoint(&mut conn, &state, newest).await?;
        let beyond: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM ledger_entry WHERE seq < 1 OR (seq > $1 AND seq > \
             (SELECT seq FROM ledger_head WHERE id = 1))",
        )
        .bind(target.seq())
        .fetch_one(&mut *conn)
        .await?;
        if beyond > 0 {
            return Err(damaged(target.seq() + 1, "there are entries the head does not know"));
        }
        Ok(head_of(&target))
    }

    /// The newest entry's position and the log's root, authenticated.
    pub async fn head(&self) -> Result<Head> {
        let mut conn = self.store.reader().acquire().await?;
        Ok(head_of(&self.log().checked_head(&mut conn).await?))
    }

    /// Damages that were found, newest first.
    pub async fn damages(&self) -> Result<Vec<Damage>> {
        let rows = sqlx::query(
            "SELECT id, position, why, found_at, accepted_at, reason FROM ledger_damage \
             ORDER BY found_at DESC",
        )
        .fetch_all(self.store.reader())
        .await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(Damage {
                id: row.try_get(0)?,
                position: row.try_get(1)?,
                why: row.try_get(2)?,
                found_at: row.try_get(3)?,
                accepted_at: row.try_get(4)?,
                reason: row.try_get(5)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// An operator takes the entries as they are: the tree is made of them anew and goes on under
    /// another name (the next epoch), so that no two heads of one log are ever signed for one size.
    /// Who, why and the last checkpoint of the old log stay on record. Returns the new head.
    pub async fn accept(&self, actor: Actor, reason: &str) -> Result<Head> {
        let mut tx = self.store.raw_begin().await?;
        self.log().lock(&mut tx).await?;
        let last = newest_checkpoint(&mut tx).await.ok().flatten();
        let epoch: i64 = sqlx::query_scalar("SELECT epoch FROM ledger_published WHERE id = 1")
            .fetch_optional(&mut *tx)
            .await?
            .unwrap_or(1);
        // A database that was put back must not use a name again.
        let epoch = self.saved()?.map_or(epoch, |(saved, _)| epoch.max(saved));
        self.log().mend_rows(&mut tx).await?;
        let head = renumbered(&mut tx).await?;
        self.log().write_head(&mut tx, &head).await?;
        for sql in ["DELETE FROM ledger_tile", "DELETE FROM ledger_checkpoint"] {
            sqlx::raw_sql(sql).execute(&mut *tx).await?;
        }
        let next = Published { epoch: epoch + 1, edge: Edge::default() };
        self.log().write_published(&mut tx, &next).await?;
        sqlx::query(
            "UPDATE ledger_damage SET accepted_at = $1, reason = $2, last_checkpoint = $3 \
             WHERE accepted_at IS NULL",
        )
        .bind(crate::now())
        .bind(reason)
        .bind(last.map(|last| last.note).unwrap_or_default())
        .execute(&mut *tx)
        .await?;
        let mut entry = Entry::new(actor, "ledger.accepted", "ledger", next.epoch.to_string());
        entry.after = Some(self.store.digest(&reason));
        self.log().append(&mut tx, &[entry]).await?;
        let head = self.log().head(&mut tx).await?;
        tx.commit().await?;
        self.store.resume_writes();
        Ok(head_of(&head))
    }
}

fn head_of(head: &TreeHead) -> Head {
    Head { seq: head.seq(), hash: head.edge.root().into() }
}

/// The tree of the entries as they are. A gap cannot be accepted: what refers to positions would
/// point at other entries.
async fn renumbered(conn: &mut AnyConnection) -> Result<TreeHead> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(seq) FROM ledger_entry").fetch_one(&mut *conn).await?;
    let leaves = super::tree::leaves_of_rows(conn, 0, last.unwrap_or_default()).await?;
    let mut edge = Edge::default();
    for leaf in &leaves {
        edge.push(*leaf);
    }
    Ok(TreeHead { edge, last: leaves.last().copied().unwrap_or(Hash([0; 32])) })
}

/// A walk's state: the tree so far and the tiles that are not full yet.
#[derive(Default)]
struct Walked {
    edge: Edge,
    open: Vec<Vec<Hash>>,
}

impl Walked {
    async fn push(
        &mut self,
        conn: &mut AnyConnection,
        leaf: Hash,
        state: &Published,
    ) -> Result<()> {
        self.edge.push(leaf);
        let mut hash = leaf;
        for level in 0_u8..8 {
            let row = usize::from(level);
            if self.open.len() == row {
                self.open.push(Vec::with_capacity(TILE_WIDTH as usize));
            }
            self.open[row].push(hash);
            if (self.open[row].len() as u64) < TILE_WIDTH {
                break;
            }
            let full = std::mem::take(&mut self.open[row]);
            hash = ledger::root(full.iter().copied());
            let index = (self.edge.size() >> (8 * (u32::from(level) + 1))) - 1;
            compare(conn, state, level, index, &full).await?;
        }
        if self.edge.size() == state.edge.size() {
            // Whatever the tiles say: what was published is in the authenticated edge.
            self.finish(conn, state).await?;
            if self.edge != state.edge {
                return Err(damaged(state.seq(), "an entry up to here was changed, tiles with it"));
            }
        }
        Ok(())
    }

    /// Compares what is in unfinished tiles.
    async fn finish(&self, conn: &mut AnyConnection, state: &Published) -> Result<()> {
        for (level, open) in (0_u8..).zip(&self.open) {
            let index = self.edge.size() >> (8 * (u32::from(level) + 1));
            compare(conn, state, level, index, open).await?;
        }
        Ok(())
    }
}

/// Compares computed hashes with the stored tile as far as it is published.
async fn compare(
    conn: &mut AnyConnection,
    state: &Published,
    level: u8,
    index: u64,
    computed: &[Hash],
) -> Result<()> {
    let shift = 8 * u32::from(level);
    let published = (state.edge.size() >> shift).saturating_sub(index * TILE_WIDTH);
    let width = published.min(computed.len() as u64) as usize;
    if width == 0 {
        return Ok(());
    }
    let position =
        |offset: usize| ((index * TILE_WIDTH + offset as u64) << shift).cast_signed() + 1;
    let stored = tile(conn, level, index).await?.unwrap_or_default();
    if stored.len() < width {
        return Err(damaged(position(0), &format!("its tile {level}/{index} is gone or cut")));
    }
    match (0..width).find(|at| stored[*at] != computed[*at]) {
        None => Ok(()),
        Some(at) if level == 0 => Err(damaged(
            position(at),
            "the entry is not the one in the log's tile: one was changed",
        )),
        Some(at) => {
            Err(damaged(position(at), &format!("the log's tile {level}/{index} was changed")))
        }
    }
}
