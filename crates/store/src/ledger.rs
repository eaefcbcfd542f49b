//! The ledger: every change of state as one entry of a SHA-256 chain, appended in the transaction of
//! the change. Reading and checking it goes through [`Ledger`].
//!
//! An entry's hash is SHA-256 over this encoding (integers big-endian, text as a 4-byte length and
//! its UTF-8, a digest as one byte 0, or one byte 1 and 32 bytes):
//!
//! | `privet-ledger-v1` | seq (8) | at µs (8) | previous hash (32) | actor | action | object kind | object id | before | after |
//! |---|---|---|---|---|---|---|---|---|---|
//!
//! followed, when it has either, by its purpose and its subject: each one byte 0 or 1 and a text.
//!
//! The first entry's previous hash is 32 zero bytes. The head row carries an HMAC made with a key
//! from the key file, so whoever has only the database cannot cut off or rewrite the end unseen.

use crate::{
    Digest, Entry, Result, Store, StoreError,
    secret::{Key, hex, unhex},
};
use async_trait::async_trait;
use futures::{Stream, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row as _, any::AnyRow};
use std::{fmt::Write as _, sync::Arc};

/// Rows read at a time when the whole ledger is walked.
const WALK: i64 = 1000;
const TAG: &[u8] = b"privet-ledger-v1";
const COLUMNS: &str = "seq, at, actor, action, object_kind, object_id, before_digest, after_digest, previous_hash, hash, purpose, subject";

/// Where the ledger ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Position of the newest entry; 0 when there is none.
    pub seq: i64,
    /// Its hash.
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
    /// Hash of the entry before this one.
    pub previous: Digest,
    /// This entry's hash.
    pub hash: Digest,
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

/// Storage of the log. One implementation today (a hash chain); a Merkle log can take its place.
#[async_trait]
pub(crate) trait Log: Send + Sync {
    /// Appends under the head lock; returns the first entry's position.
    async fn append(&self, conn: &mut AnyConnection, entries: &[Entry]) -> Result<i64>;
    /// The authenticated end.
    async fn head(&self, conn: &mut AnyConnection) -> Result<Head>;
    /// Walks the whole log.
    async fn verify(&self, pool: &AnyPool) -> Result<Head>;
    /// Entries below `before`, newest first.
    async fn page(
        &self,
        pool: &AnyPool,
        filter: &LedgerFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LedgerRow>>;
}

/// The SHA-256 chain.
pub(crate) struct Chain {
    pub(crate) key: Arc<Key>,
    pub(crate) postgres: bool,
}

impl Chain {
    /// Writes the head row of a database that never had one.
    pub(crate) async fn begin(&self, conn: &mut AnyConnection) -> Result<()> {
        let hash = Digest([0; 32]);
        sqlx::query("INSERT INTO ledger_head (id, seq, hash, mac) VALUES (1, 0, $1, $2)")
            .bind(hex(&hash.0))
            .bind(self.mac(0, &hash))
            .execute(conn)
            .await?;
        Ok(())
    }

    fn mac(&self, seq: i64, hash: &Digest) -> String {
        let mut bytes = seq.to_be_bytes().to_vec();
        bytes.extend_from_slice(&hash.0);
        self.key.head_mac(&bytes)
    }
}

#[async_trait]
impl Log for Chain {
    async fn append(&self, conn: &mut AnyConnection, entries: &[Entry]) -> Result<i64> {
        if self.postgres {
            // A statement of its own: the head is then read in a snapshot taken after the lock.
            sqlx::query("SELECT id FROM ledger_head WHERE id = 1 FOR UPDATE")
                .execute(&mut *conn)
                .await?;
        }
        let mut head = self.head(conn).await?;
        let first = head.seq + 1;
        let at = crate::now();
        let mut batch = Vec::with_capacity(entries.len());
        for entry in entries {
            let row = LedgerRow::after(&head, at, entry);
            head = Head { seq: row.seq, hash: row.hash };
            batch.push(row.to_json());
        }
        sqlx::query(if self.postgres { INSERT_POSTGRES } else { INSERT_SQLITE })
            .bind(serde_json::Value::Array(batch).to_string())
            .execute(&mut *conn)
            .await?;
        sqlx::query("UPDATE ledger_head SET seq = $1, hash = $2, mac = $3 WHERE id = 1")
            .bind(head.seq)
            .bind(hex(&head.hash.0))
            .bind(self.mac(head.seq, &head.hash))
            .execute(conn)
            .await?;
        Ok(first)
    }

    async fn head(&self, conn: &mut AnyConnection) -> Result<Head> {
        let row = sqlx::query(
            "SELECT h.seq, h.hash, h.mac, e.hash AS last FROM ledger_head h \
             LEFT JOIN ledger_entry e ON e.seq = h.seq WHERE h.id = 1",
        )
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| damaged(0, "its head is gone"))?;
        let seq: i64 = row.try_get(0)?;
        let hash: String = row.try_get(1)?;
        let digest = unhex(&hash).map(Digest).ok_or_else(|| damaged(seq, "bad head hash"))?;
        if row.try_get::<String, _>(2)? != self.mac(seq, &digest) {
            return Err(damaged(seq, "the head was changed, or the key file is another one"));
        }
        if seq > 0 && row.try_get::<Option<String>, _>(3)?.as_ref() != Some(&hash) {
            return Err(damaged(seq, "the newest entry is not the one the head names"));
        }
        Ok(Head { seq, hash: digest })
    }

    async fn verify(&self, pool: &AnyPool) -> Result<Head> {
        let target = self.head(&mut *pool.acquire().await?).await?;
        let mut head = Head { seq: 0, hash: Digest([0; 32]) };
        while head.seq < target.seq {
            let sql = format!(
                "SELECT {COLUMNS} FROM ledger_entry WHERE seq > $1 AND seq <= $2 ORDER BY seq \
                 LIMIT {WALK}"
            );
            let rows = sqlx::query(AssertSqlSafe(sql))
                .bind(head.seq)
                .bind(target.seq)
                .fetch_all(pool)
                .await?;
            if rows.is_empty() {
                return Err(damaged(head.seq + 1, "the entry is gone"));
            }
            for row in rows {
                head = LedgerRow::read(&row, head.seq + 1)?.follows(&head)?;
            }
        }
        let beyond: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM ledger_entry WHERE seq < 1 OR (seq > $1 AND seq > \
             (SELECT seq FROM ledger_head WHERE id = 1))",
        )
        .bind(target.seq)
        .fetch_one(pool)
        .await?;
        if beyond > 0 {
            return Err(damaged(target.seq + 1, "there are entries the head does not know"));
        }
        if head == target {
            Ok(head)
        } else {
            Err(damaged(head.seq, "the head names another hash"))
        }
    }

    async fn page(
        &self,
        pool: &AnyPool,
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
        rows.fetch_all(pool).await?.iter().map(|row| LedgerRow::read(row, 0)).collect()
    }
}

const INSERT_SQLITE: &str = "INSERT INTO ledger_entry (seq, at, actor, action, object_kind, object_id, before_digest, after_digest, previous_hash, hash, purpose, subject) \
     SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9, value->>10, value->>11 \
     FROM json_each($1)";
const INSERT_POSTGRES: &str = "INSERT INTO ledger_entry (seq, at, actor, action, object_kind, object_id, before_digest, after_digest, previous_hash, hash, purpose, subject) \
     SELECT (v->>0)::bigint, (v->>1)::bigint, v->>2, v->>3, v->>4, v->>5, v->>6, v->>7, v->>8, v->>9, v->>10, v->>11 \
     FROM json_array_elements($1::json) AS t(v)";

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
    /// The entry as the next one after `head`.
    fn after(head: &Head, at: i64, entry: &Entry) -> Self {
        let mut row = Self {
            seq: head.seq + 1,
            at,
            actor: entry.actor.to_text(),
            action: entry.action.to_owned(),
            object_kind: entry.object.kind.to_owned(),
            object_id: entry.object.id.clone(),
            before: entry.before,
            after: entry.after,
            previous: head.hash,
            hash: Digest([0; 32]),
            purpose: entry.purpose.clone(),
            subject: entry.subject.clone(),
            leaf: Digest([0; 32]),
        };
        row.hash = Digest(Sha256::digest(row.encode()).into());
        row.leaf = row.hash;
        row
    }

    /// The canonical bytes (see the module's table).
    fn encode(&self) -> Vec<u8> {
        let mut out = TAG.to_vec();
        out.extend_from_slice(&self.seq.to_be_bytes());
        out.extend_from_slice(&self.at.to_be_bytes());
        out.extend_from_slice(&self.previous.0);
        for text in [&self.actor, &self.action, &self.object_kind, &self.object_id] {
            out.extend_from_slice(&(text.len() as u32).to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        for digest in [&self.before, &self.after] {
            out.push(u8::from(digest.is_some()));
            if let Some(digest) = digest {
                out.extend_from_slice(&digest.0);
            }
        }
        // Entries without them keep the encoding they were first written with.
        if self.purpose.is_some() || self.subject.is_some() {
            for text in [&self.purpose, &self.subject] {
                out.push(u8::from(text.is_some()));
                let text = text.as_deref().unwrap_or_default();
                out.extend_from_slice(&(text.len() as u32).to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
        }
        out
    }

    /// Checks that this entry continues `head`, and is the new head.
    fn follows(&self, head: &Head) -> Result<Head> {
        let expected = head.seq + 1;
        if self.seq != expected {
            return Err(damaged(expected, "the entry is gone"));
        }
        if self.previous != head.hash {
            return Err(damaged(self.seq, "it does not continue the entry before it"));
        }
        if Digest(Sha256::digest(self.encode()).into()) != self.hash {
            return Err(damaged(self.seq, "its content was changed"));
        }
        Ok(Head { seq: self.seq, hash: self.hash })
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::json!([
            self.seq,
            self.at,
            self.actor,
            self.action,
            self.object_kind,
            self.object_id,
            self.before.map(|d| hex(&d.0)),
            self.after.map(|d| hex(&d.0)),
            hex(&self.previous.0),
            hex(&self.hash.0),
            self.purpose,
            self.subject,
        ])
    }

    fn read(row: &AnyRow, expected: i64) -> Result<Self> {
        let seq: i64 = row.try_get(0)?;
        let position = if expected > 0 { expected } else { seq };
        let digest = |column: usize| -> Result<Option<Digest>> {
            let text: Option<String> = row.try_get(column)?;
            text.map(|text| {
                unhex(&text).map(Digest).ok_or_else(|| damaged(position, "a digest is not one"))
            })
            .transpose()
        };
        let hash = |column| digest(column)?.ok_or_else(|| damaged(position, "a hash is missing"));
        Ok(Self {
            seq,
            at: row.try_get(1)?,
            actor: row.try_get(2)?,
            action: row.try_get(3)?,
            object_kind: row.try_get(4)?,
            object_id: row.try_get(5)?,
            before: digest(6)?,
            after: digest(7)?,
            previous: hash(8)?,
            hash: hash(9)?,
            purpose: row.try_get(10)?,
            subject: row.try_get(11)?,
            leaf: hash(9)?,
        })
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

    /// The newest entry's position and hash, authenticated.
    pub async fn head(&self) -> Result<Head> {
        let mut conn = self.store.reader().acquire().await?;
        self.store.inner.log.head(&mut conn).await
    }

    /// Walks the whole chain up to the head. The error names the first entry that does not hold;
    /// from then on this process writes nothing more.
    pub async fn verify(&self) -> Result<Head> {
        let result = self.store.inner.log.verify(self.store.reader()).await;
        if let Err(StoreError::Ledger { position, why }) = &result {
            self.store.stop_writes(*position, why);
        }
        result
    }

    /// Up to `limit` entries before position `before` (from the newest if `None`), newest first.
    pub async fn page(
        &self,
        filter: &LedgerFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LedgerRow>> {
        self.store.inner.log.page(self.store.reader(), filter, before, limit).await
    }

    /// All entries the filter lets through, newest first, read page by page: for exports.
    pub fn stream(&self, filter: LedgerFilter) -> impl Stream<Item = Result<LedgerRow>> + use<> {
        let ledger = self.clone();
        futures::stream::try_unfold(Some(i64::MAX), move |before| {
            let (ledger, filter) = (ledger.clone(), filter.clone());
            async move {
                let Some(before) = before else { return Ok(None) };
                let rows = ledger.page(&filter, Some(before), WALK).await?;
                let next = rows.last().map(|row| row.seq);
                Ok::<_, StoreError>(Some((futures::stream::iter(rows.into_iter().map(Ok)), next)))
            }
        })
        .try_flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row() -> impl Strategy<Value = LedgerRow> {
        let text = "[a-c\u{0}\u{1}é]{0,4}";
        let digest = || prop::option::of(prop::array::uniform32(0_u8..3).prop_map(Digest));
        let maybe = || prop::option::of(text);
        let about = (maybe(), maybe());
        (0_i64..4, 0_i64..4, text, text, text, text, digest(), digest(), about).prop_map(
            |(seq, at, actor, action, object_kind, object_id, before, after, about)| LedgerRow {
                seq,
                at,
                actor,
                action,
                object_kind,
                object_id,
                before,
                after,
                previous: Digest([0; 32]),
                hash: Digest([0; 32]),
                purpose: about.0,
                subject: about.1,
                leaf: Digest([0; 32]),
            },
        )
    }

    proptest! {
        #[test]
        fn two_entries_have_one_encoding_only_if_they_are_equal(a in row(), b in row()) {
            prop_assert_eq!(a.encode() == b.encode(), a == b);
        }

        #[test]
        fn moving_a_byte_between_neighbouring_texts_changes_the_encoding(a in row()) {
            let mut b = a.clone();
            if let Some(last) = b.actor.pop() {
                b.action.insert(0, last);
                prop_assert_ne!(a.encode(), b.encode());
            }
        }
    }
}
