//! The ledger: every change of state as one leaf of a Merkle tree (RFC 6962), appended in the
//! transaction of the change. Reading, proving, publishing and checking go through [`Ledger`].
//!
//! The head row holds the right edge of the tree and an HMAC made with a key from the key file, so
//! whoever has only the database cannot cut off or rewrite the end unseen. The leaf's bytes are
//! [`ledger::Leaf`]'s; tiles, checkpoints and proofs are those of C2SP tlog-tiles.

mod check;
mod convert;
mod prove;
mod publish;
mod tree;

pub use check::Damage;
pub(crate) use check::write_damage;
pub use publish::SignedCheckpoint;
pub(crate) use tree::Tree;

use crate::{
    Digest, Entry, Result, Store, StoreError,
    secret::{hex, unhex},
};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use ledger::{Hash, Leaf};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use std::fmt::Write as _;

/// Rows read at a time when entries are streamed.
const PAGE: i64 = 1000;
const COLUMNS: &str =
    "seq, at, actor, action, object_kind, object_id, before_digest, after_digest, purpose, subject";
/// The same one by one.
const COLUMN_LIST: [&str; 10] = [
    "seq",
    "at",
    "actor",
    "action",
    "object_kind",
    "object_id",
    "before_digest",
    "after_digest",
    "purpose",
    "subject",
];

/// Where the ledger ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Position of the newest entry; 0 when there is none.
    pub seq: i64,
    /// The root of the tree of all entries.
    pub hash: Digest,
}

/// An entry as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Position: 1, 2, 3 … without gaps.
    pub seq: i64,
    /// When it was committed (µs).
    pub at: i64,
    /// Who: `person:ID`, `token:ID`, `system:PART` or `cli`.
    pub actor: String,
    /// What, as `object.verb`.
    pub action: String,
    /// On what kind of object.
    pub object_kind: String,
    /// On which.
    pub object_id: String,
    /// Keyed digest of the state before.
    pub before: Option<Digest>,
    /// Keyed digest of the state after.
    pub after: Option<Digest>,
    /// Why personal data was used: a purpose key.
    pub purpose: Option<String>,
    /// Whose data: a customer's id.
    pub subject: Option<String>,
    /// What the log holds of this entry: the hash of its leaf.
    pub leaf: Digest,
}

/// Which entries to read. Empty fields do not narrow.
#[derive(Debug, Clone, Default)]
pub struct LedgerFilter {
    /// Exactly this actor, in its stored form ([`crate::Actor::to_text`]).
    pub actor: Option<String>,
    /// This action, or with a trailing `.` every action of an object: `source.`.
    pub action: Option<String>,
    /// This kind of object.
    pub object_kind: Option<String>,
    /// This object.
    pub object_id: Option<String>,
    /// For this purpose.
    pub purpose: Option<String>,
    /// About this customer.
    pub subject: Option<String>,
    /// Committed at or after (µs).
    pub from: Option<i64>,
    /// Committed before (µs).
    pub until: Option<i64>,
}

impl LedgerFilter {
    /// The texts of [`Self::narrowing`], in its order.
    fn texts(&self) -> Vec<String> {
        let action = self.action.as_ref().map(|action| {
            if action.ends_with('.') { format!("{}%", escape_like(action)) } else { action.clone() }
        });
        [
            self.actor.clone(),
            action,
            self.object_kind.clone(),
            self.object_id.clone(),
            self.purpose.clone(),
            self.subject.clone(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn narrowing(&self) -> String {
        let prefix = self.action.as_ref().is_some_and(|action| action.ends_with('.'));
        let tests = [
            self.actor.as_ref().map(|_| "actor ="),
            self.action.as_ref().map(|_| if prefix { "action LIKE" } else { "action =" }),
            self.object_kind.as_ref().map(|_| "object_kind ="),
            self.object_id.as_ref().map(|_| "object_id ="),
            self.purpose.as_ref().map(|_| "purpose ="),
            self.subject.as_ref().map(|_| "subject ="),
        ];
        let mut sql = String::new();
        for (test, number) in tests.into_iter().flatten().zip(5..) {
            let escape = if test.ends_with("LIKE") { " ESCAPE '\\'" } else { "" };
            let _ = write!(sql, "AND {test} ${number}{escape} ");
        }
        sql
    }
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

impl LedgerRow {
    /// The entry at its position.
    fn next(seq: i64, at: i64, entry: &Entry) -> Result<Self> {
        let mut row = Self {
            seq,
            at,
            actor: entry.actor.to_text(),
            action: entry.action.to_owned(),
            object_kind: entry.object.kind.to_owned(),
            object_id: entry.object.id.clone(),
            before: entry.before,
            after: entry.after,
            purpose: entry.purpose.clone(),
            subject: entry.subject.clone(),
            leaf: Digest([0; 32]),
        };
        row.leaf = Hash::of_leaf(&row.encode()?).into();
        Ok(row)
    }

    /// The leaf's canonical bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let leaf = Leaf {
            seq: self.seq,
            at: self.at,
            actor: self.actor.clone(),
            action: self.action.clone(),
            object_kind: self.object_kind.clone(),
            object_id: self.object_id.clone(),
            before: self.before.map(|digest| digest.0),
            after: self.after.map(|digest| digest.0),
            purpose: self.purpose.clone(),
            subject: self.subject.clone(),
        };
        leaf.encode().ok_or_else(|| StoreError::Row("a text of a ledger entry is too long".into()))
    }

    /// The columns, in their order.
    fn values(&self) -> Vec<Value> {
        let digest = |digest: Option<Digest>| digest.map(|digest| hex(&digest.0)).into();
        vec![
            self.seq.into(),
            self.at.into(),
            self.actor.clone().into(),
            self.action.clone().into(),
            self.object_kind.clone().into(),
            self.object_id.clone().into(),
            digest(self.before),
            digest(self.after),
            self.purpose.clone().into(),
            self.subject.clone().into(),
        ]
    }

    fn read(row: &AnyRow) -> Result<Self> {
        let seq: i64 = row.try_get(0)?;
        let digest = |column: usize| -> Result<Option<Digest>> {
            let text: Option<String> = row.try_get(column)?;
            text.map(|text| {
                unhex(&text).map(Digest).ok_or_else(|| damaged(seq, "a digest is not one"))
            })
            .transpose()
        };
        let mut read = Self {
            seq,
            at: row.try_get(1)?,
            actor: row.try_get(2)?,
            action: row.try_get(3)?,
            object_kind: row.try_get(4)?,
            object_id: row.try_get(5)?,
            before: digest(6)?,
            after: digest(7)?,
            purpose: row.try_get(8)?,
            subject: row.try_get(9)?,
            leaf: Digest([0; 32]),
        };
        let bytes = read.encode().map_err(|_| damaged(seq, "a text is too long"))?;
        read.leaf = Hash::of_leaf(&bytes).into();
        Ok(read)
    }
}

fn damaged(position: i64, why: &str) -> StoreError {
    StoreError::Ledger { position, why: why.into() }
}

/// Reads and checks the ledger.
#[derive(Clone)]
pub struct Ledger {
    store: Store,
}

impl Ledger {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// The hash of an entry's leaf; `None` when there is no such entry.
    pub async fn leaf(&self, seq: i64) -> Result<Option<Digest>> {
        let mut conn = self.store.reader().acquire().await?;
        Ok(tree::read_rows(&mut conn, seq - 1, seq).await?.first().map(|row| row.leaf))
    }

    /// Up to `limit` entries before position `before` (from the newest if `None`), newest first.
    pub async fn page(
        &self,
        filter: &LedgerFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LedgerRow>> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM ledger_entry WHERE seq < $1 AND at >= $2 AND at < $3 {} \
             ORDER BY seq DESC LIMIT $4",
            filter.narrowing()
        )))
        .bind(before.unwrap_or(i64::MAX))
        .bind(filter.from.unwrap_or(i64::MIN))
        .bind(filter.until.unwrap_or(i64::MAX))
        .bind(limit.max(0));
        let rows = filter.texts().into_iter().fold(rows, sqlx::query::Query::bind);
        rows.fetch_all(self.store.reader()).await?.iter().map(LedgerRow::read).collect()
    }

    /// Every entry from the first up to position `to`, oldest first: for exports.
    pub fn leaves(&self, to: i64) -> impl Stream<Item = Result<LedgerRow>> + use<> {
        let ledger = self.clone();
        futures::stream::try_unfold(0, move |at| {
            let ledger = ledger.clone();
            async move {
                if at >= to {
                    return Ok(None);
                }
                let mut conn = ledger.store.reader().acquire().await?;
                let rows = tree::read_rows(&mut conn, at, to).await?;
                let next = rows
                    .last()
                    .map(|row| row.seq)
                    .ok_or_else(|| damaged(at + 1, "the entry is gone"))?;
                Ok::<_, StoreError>(Some((futures::stream::iter(rows).map(Ok), next)))
            }
        })
        .try_flatten()
    }

    /// All entries the filter lets through, newest first, read page by page: for exports.
    pub fn stream(&self, filter: LedgerFilter) -> impl Stream<Item = Result<LedgerRow>> + use<> {
        let ledger = self.clone();
        futures::stream::try_unfold(Some(i64::MAX), move |before| {
            let (ledger, filter) = (ledger.clone(), filter.clone());
            async move {
                let Some(before) = before else { return Ok(None) };
                let rows = ledger.page(&filter, Some(before), PAGE).await?;
                let next = rows.last().map(|row| row.seq);
                Ok::<_, StoreError>(Some((futures::stream::iter(rows.into_iter().map(Ok)), next)))
            }
        })
        .try_flatten()
    }
}
