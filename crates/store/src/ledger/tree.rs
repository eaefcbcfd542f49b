//! The head of the ledger and appending to it: the tree's right edge in one authenticated row, under
//! one lock, in the transaction of the change.

use super::{COLUMN_LIST, COLUMNS, LedgerRow, damaged};
use crate::{
    Digest, Entry, Result, group,
    secret::{Key, hex, unhex},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ledger::{Edge, Hash};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Hashes of own entries kept in memory until they are published (8 MB).
const RECENT: usize = 1 << 18;
/// Rows read at a time when the whole ledger is walked.
pub(super) const WALK: i64 = 1024;

/// The Merkle tree behind the ledger.
pub(crate) struct Tree {
    pub(crate) key: Arc<Key>,
    pub(crate) postgres: bool,
    recent: Mutex<Recent>,
}

/// The authenticated end of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeHead {
    pub(super) edge: Edge,
    /// Hash of the newest leaf.
    pub(super) last: Hash,
}

impl TreeHead {
    pub(super) fn seq(&self) -> i64 {
        self.edge.size().cast_signed()
    }
}

impl Tree {
    pub(crate) fn new(key: Arc<Key>, postgres: bool) -> Self {
        Self { key, postgres, recent: Mutex::default() }
    }

    /// Writes the head row of a database that never had one.
    pub(crate) async fn begin(&self, conn: &mut AnyConnection) -> Result<()> {
        super::convert::drop_links(conn).await?;
        let head = TreeHead { edge: Edge::default(), last: Hash([0; 32]) };
        sqlx::query(
            "INSERT INTO ledger_head (id, seq, hash, mac, form, peaks) VALUES (1, 0, $1, $2, 2, '')",
        )
        .bind(hex(&head.last.0))
        .bind(self.mac(&head))
        .execute(&mut *conn)
        .await?;
        self.begin_publishing(conn).await
    }

    pub(super) fn mac(&self, head: &TreeHead) -> String {
        let mut bytes = b"privet-ledger-head-v2".to_vec();
        bytes.extend_from_slice(&head.edge.size().to_be_bytes());
        bytes.extend_from_slice(&head.last.0);
        head.edge.peaks().iter().for_each(|peak| bytes.extend_from_slice(&peak.0));
        self.key.head_mac(&bytes)
    }

    /// Waits for the head's lock (SQLite's write transactions hold the only one already).
    pub(super) async fn lock(&self, conn: &mut AnyConnection) -> Result<()> {
        if self.postgres {
            // A statement of its own: the head is then read in a snapshot taken after the lock.
            sqlx::query("SELECT id FROM ledger_head WHERE id = 1 FOR UPDATE").execute(conn).await?;
        }
        Ok(())
    }

    /// Appends under the head lock; returns the first entry's position.
    pub(crate) async fn append(&self, conn: &mut AnyConnection, entries: &[Entry]) -> Result<i64> {
        self.lock(conn).await?;
        let mut head = match self.read_head(conn).await? {
            Some(head) => head,
            None => self.convert(conn).await?,
        };
        let first = head.seq() + 1;
        let at = crate::now();
        let mut leaves = Vec::with_capacity(entries.len());
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let row = LedgerRow::next(head.seq() + 1, at, entry)?;
            head.last = Hash(row.leaf.0);
            head.edge.push(head.last);
            leaves.push(head.last);
            rows.push(row);
        }
        self.insert(conn, &rows).await?;
        self.write_head(conn, &head).await?;
        self.remember(first.cast_unsigned() - 1, &leaves);
        Ok(first)
    }

    async fn insert(&self, conn: &mut AnyConnection, rows: &[LedgerRow]) -> Result<()> {
        const BIG: &str = "bigint";
        const KINDS: [&str; 10] =
            [BIG, BIG, "text", "text", "text", "text", "text", "text", "text", "text"];
        let rows: Vec<_> = rows.iter().map(LedgerRow::values).collect();
        let columns: (&'static [&'static str], &[&str]) = (&COLUMN_LIST, &KINDS);
        group::insert_typed(conn, self.postgres, "ledger_entry", columns, &rows).await
    }

    pub(super) async fn write_head(&self, conn: &mut AnyConnection, head: &TreeHead) -> Result<()> {
        sqlx::query(
            "UPDATE ledger_head SET seq = $1, hash = $2, peaks = $3, mac = $4, form = 2 \
             WHERE id = 1",
        )
        .bind(head.seq())
        .bind(hex(&head.last.0))
        .bind(pack(head.edge.peaks()))
        .bind(self.mac(head))
        .execute(conn)
        .await?;
        Ok(())
    }

    /// The authenticated end.
    pub(super) async fn head(&self, conn: &mut AnyConnection) -> Result<TreeHead> {
        let head = self.read_head(conn).await?;
        head.ok_or_else(|| damaged(0, "its head has the form of an earlier version"))
    }

    /// The authenticated end; `None` while it is that of a chain.
    async fn read_head(&self, conn: &mut AnyConnection) -> Result<Option<TreeHead>> {
        let row = sqlx::query("SELECT seq, hash, peaks, mac, form FROM ledger_head WHERE id = 1")
            .fetch_optional(conn)
            .await?
            .ok_or_else(|| damaged(0, "its head is gone"))?;
        if row.try_get::<i64, _>(4)? == 1 {
            return Ok(None);
        }
        let seq: i64 = row.try_get(0)?;
        let changed = || damaged(seq, "the head was changed, or the key file is another one");
        let last = unhex(&row.try_get::<String, _>(1)?).map(Hash).ok_or_else(changed)?;
        let peaks = unpack(&row.try_get::<String, _>(2)?).ok_or_else(changed)?;
        let edge = u64::try_from(seq).ok().and_then(|size| Edge::from_parts(size, peaks));
        let head = TreeHead { edge: edge.ok_or_else(changed)?, last };
        if row.try_get::<String, _>(3)? == self.mac(&head) {
            Ok(Some(head))
        } else {
            Err(changed())
        }
    }

    /// The end, and that its newest entry is the one it names.
    pub(super) async fn checked_head(&self, conn: &mut AnyConnection) -> Result<TreeHead> {
        let head = self.head(conn).await?;
        if head.seq() == 0 {
            return Ok(head);
        }
        let row = read_rows(conn, head.seq() - 1, head.seq()).await?;
        match row.first() {
            None => Err(damaged(head.seq(), "the entry is gone")),
            Some(row) if Hash(row.leaf.0) == head.last => Ok(head),
            Some(_) => Err(damaged(head.seq(), "the newest entry is not the one the head names")),
        }
    }

    /// Keeps hashes of leaves that may commit: a part of a transaction that did not is overwritten by
    /// the next one, or told by the tree's root when they are used.
    fn remember(&self, first: u64, leaves: &[Hash]) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).put(first, leaves);
    }

    /// The hashes of leaves `from..to` if this process wrote them all.
    pub(super) fn recall(&self, from: u64, to: u64) -> Option<Vec<Hash>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).get(from, to)
    }
}

#[derive(Default)]
struct Recent {
    first: u64,
    hashes: VecDeque<Hash>,
}

impl Recent {
    fn put(&mut self, first: u64, leaves: &[Hash]) {
        match first.checked_sub(self.first) {
            Some(offset) if offset <= self.hashes.len() as u64 => {
                self.hashes.truncate(offset as usize);
            }
            _ => {
                self.hashes.clear();
                self.first = first;
            }
        }
        self.hashes.extend(leaves);
        let over = self.hashes.len().saturating_sub(RECENT);
        self.hashes.drain(..over);
        self.first += over as u64;
    }

    fn get(&mut self, from: u64, to: u64) -> Option<Vec<Hash>> {
        let start = from.checked_sub(self.first)? as usize;
        let count = (to - from) as usize;
        if start + count > self.hashes.len() {
            return None;
        }
        let found = self.hashes.range(start..start + count).copied().collect();
        // What is before has been published.
        self.hashes.drain(..start);
        self.first = from;
        Some(found)
    }
}

/// Entries after `from` up to `to`, in order.
pub(super) async fn read_rows(
    conn: &mut AnyConnection,
    from: i64,
    to: i64,
) -> Result<Vec<LedgerRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM ledger_entry WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT {WALK}"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(from).bind(to).fetch_all(conn).await?;
    rows.iter().map(LedgerRow::read).collect()
}

/// The hashes of the leaves after `from` up to `to`, from the rows.
pub(super) async fn leaves_of_rows(
    conn: &mut AnyConnection,
    from: i64,
    to: i64,
) -> Result<Vec<Hash>> {
    let mut hashes = Vec::with_capacity((to - from) as usize);
    let mut at = from;
    while at < to {
        let rows = read_rows(conn, at, to).await?;
        if rows.is_empty() {
            return Err(damaged(at + 1, "the entry is gone"));
        }
        for row in rows {
            at += 1;
            if row.seq != at {
                return Err(damaged(at, "the entry is gone"));
            }
            hashes.push(Hash(row.leaf.0));
        }
    }
    Ok(hashes)
}

pub(super) fn pack(hashes: &[Hash]) -> String {
    BASE64.encode(hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>())
}

pub(super) fn unpack(text: &str) -> Option<Vec<Hash>> {
    let bytes = BASE64.decode(text).ok()?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().map(|hash| Hash(*hash)).collect())
}

impl From<Hash> for Digest {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}
