//! What a walk remembers: keys of rows and values that later steps look for, each once, in the order
//! in which they came. Small ones stay in memory; when all of them together grow beyond a bound, the
//! large ones go on in a temporary SQLite database, which has no name, is deleted when it is closed
//! and holds nothing but keys.

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::Mutex;

use crate::{
    error::{Result, TraceError},
    pack::Packed,
};

/// What an entry costs in memory beside its bytes, twice, about.
const COST: usize = 128;
/// Entries that are never worth a table.
const SMALL: usize = 512;
/// Rows in one statement.
const CHUNK: usize = 250;

/// The temporary database of one walk.
pub(crate) struct Spool {
    /// Bytes in memory, of all bags.
    hot: AtomicUsize,
    most: usize,
    tables: AtomicU32,
    conn: Mutex<Option<SqliteConnection>>,
}

impl Spool {
    pub fn new(most: usize) -> Self {
        Self { hot: AtomicUsize::new(0), most, tables: AtomicU32::new(0), conn: Mutex::new(None) }
    }

    async fn run<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<T>,
    ) -> Result<T> {
        let mut guard = self.conn.lock().await;
        if guard.is_none() {
            *guard = Some(open().await.map_err(|error| fault(&error))?);
        }
        let Some(conn) = guard.as_mut() else { return Err(TraceError::Spool(String::new())) };
        work(conn).await.map_err(|error| fault(&error))
    }
}

/// An empty name is SQLite's temporary database: it is written to a file only beyond its cache.
async fn open() -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename("")
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", "-8192")
        .disable_statement_logging();
    SqliteConnection::connect_with(&options).await
}

/// Without the message of the driver, which could quote a statement.
fn fault(error: &sqlx::Error) -> TraceError {
    TraceError::Spool(match error {
        sqlx::Error::Database(error) => format!("code {}", error.code().unwrap_or_default()),
        sqlx::Error::Io(error) => error.kind().to_string(),
        _ => "it was closed".to_owned(),
    })
}

/// A set with counts, in order.
#[derive(Default)]
pub(crate) struct Bag {
    counts: HashMap<Packed, u64>,
    order: Vec<Packed>,
    bytes: usize,
    /// Its table in the spool.
    table: Option<u32>,
}

impl Bag {
    /// Adds keys; which of them are new. Of two that are equal the first may be.
    pub async fn add(&mut self, spool: &Spool, keys: Vec<Packed>) -> Result<Vec<bool>> {
        if self.table.is_some() {
            return self.add_cold(spool, &keys).await;
        }
        let before = self.bytes;
        let mut new = Vec::with_capacity(keys.len());
        for key in keys {
            let count = self.counts.entry(key.clone()).or_insert(0);
            *count += 1;
            new.push(*count == 1);
            if *count == 1 {
                self.bytes += 2 * key.len() + COST;
                self.order.push(key);
            }
        }
        let grown = self.bytes - before;
        let all = spool.hot.fetch_add(grown, Ordering::Relaxed) + grown;
        if all > spool.most && self.order.len() > SMALL.min(spool.most / COST) {
            self.spill(spool).await?;
        }
        Ok(new)
    }

    /// How often each of these was added.
    pub async fn get(&self, spool: &Spool, keys: &[Packed]) -> Result<Vec<u64>> {
        let Some(table) = self.table else {
            return Ok(keys.iter().map(|key| self.counts.get(key).copied().unwrap_or(0)).collect());
        };
        let mut found: HashMap<Packed, u64> = HashMap::new();
        for chunk in keys.chunks(CHUNK) {
            let marks = vec!["?"; chunk.len()].join(",");
            let sql = format!("SELECT k, c FROM b{table} WHERE k IN ({marks})");
            let rows = spool
                .run(async |conn| {
                    let mut query = sqlx::query(AssertSqlSafe(sql));
                    for key in chunk {
                        query = query.bind(key.to_vec());
                    }
                    query.fetch_all(conn).await
                })
                .await?;
            for row in rows {
                let key: Vec<u8> = row.get(0);
                found.insert(key.into(), row.get::<i64, _>(1).unsigned_abs());
            }
        }
        Ok(keys.iter().map(|key| found.get(key).copied().unwrap_or(0)).collect())
    }

    /// The keys from this place on, in order.
    pub async fn from(&self, spool: &Spool, at: usize, most: usize) -> Result<Vec<Packed>> {
        let Some(table) = self.table else {
            let end = self.order.len().min(at.saturating_add(most));
            return Ok(self.order.get(at..end).unwrap_or_default().to_vec());
        };
        let sql = format!("SELECT k FROM b{table} WHERE n > ? ORDER BY n LIMIT ?");
        let (at, most) = (at as i64, most as i64);
        let rows = spool
            .run(async |conn| {
                sqlx::query(AssertSqlSafe(sql)).bind(at).bind(most).fetch_all(conn).await
            })
            .await?;
        Ok(rows.iter().map(|row| row.get::<Vec<u8>, _>(0).into()).collect())
    }

    async fn spill(&mut self, spool: &Spool) -> Result<()> {
        let table = spool.tables.fetch_add(1, Ordering::Relaxed);
        let sql = format!(
            "CREATE TABLE b{table} (n INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, c INTEGER NOT NULL)"
        );
        spool
            .run(async |conn| sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop))
            .await?;
        self.table = Some(table);
        let counts = std::mem::take(&mut self.counts);
        let rows: Vec<(Packed, u64)> = std::mem::take(&mut self.order)
            .into_iter()
            .map(|key| {
                let count = counts.get(&key).copied().unwrap_or(1);
                (key, count)
            })
            .collect();
        drop(counts);
        for chunk in rows.chunks(CHUNK) {
            write(spool, table, chunk).await?;
        }
        spool.hot.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = 0;
        Ok(())
    }

    async fn add_cold(&mut self, spool: &Spool, keys: &[Packed]) -> Result<Vec<bool>> {
        let Some(table) = self.table else { return Ok(Vec::new()) };
        let mut new = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK) {
            let mut order: Vec<(Packed, u64)> = Vec::with_capacity(chunk.len());
            let mut at: BTreeMap<&[u8], usize> = BTreeMap::new();
            for key in chunk {
                if let Some(n) = at.get(&key[..]) {
                    order[*n].1 += 1;
                } else {
                    at.insert(key, order.len());
                    order.push((key.clone(), 1));
                }
            }
            let now = write(spool, table, &order).await?;
            let mut told = vec![false; order.len()];
            for key in chunk {
                let n = at[&key[..]];
                let was_there = now.get(key).copied().unwrap_or(0) > order[n].1;
                new.push(!was_there && !told[n]);
                told[n] = true;
            }
        }
        Ok(new)
    }
}

/// Adds distinct keys with counts; their counts afterwards.
async fn write(spool: &Spool, table: u32, rows: &[(Packed, u64)]) -> Result<HashMap<Packed, u64>> {
    let marks = vec!["(?,?)"; rows.len()].join(",");
    let sql = format!(
        "INSERT INTO b{table} (k, c) VALUES {marks} \
         ON CONFLICT (k) DO UPDATE SET c = c + excluded.c RETURNING k, c"
    );
    let answer = spool
        .run(async |conn| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (key, count) in rows {
                query = query.bind(key.to_vec()).bind(*count as i64);
            }
            query.fetch_all(conn).await
        })
        .await?;
    Ok(answer
        .iter()
        .map(|row| (row.get::<Vec<u8>, _>(0).into(), row.get::<i64, _>(1).unsigned_abs()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> Packed {
        format!("key {n}").into_bytes().into()
    }

    async fn counts_and_keeps_the_order(most: usize) {
        let spool = Spool::new(most);
        let mut bag = Bag::default();
        for round in 0..3 {
            for part in 0..20 {
                let mut keys: Vec<Packed> = (part * 100..part * 100 + 100).map(key).collect();
                keys.push(key(part * 100));
                let new = bag.add(&spool, keys).await.unwrap();
                assert_eq!(
                    new.iter().filter(|new| **new).count(),
                    if round == 0 { 100 } else { 0 }
                );
                assert!(!new[100], "the second of two equal ones is not new");
            }
        }

        let counts = bag.get(&spool, &[key(0), key(1), key(5000)]).await.unwrap();
        assert_eq!(counts, [6, 3, 0]);
        assert_eq!(bag.from(&spool, 1998, 10).await.unwrap(), [key(1998), key(1999)]);
        assert!(bag.from(&spool, 2000, 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_bag_in_memory_counts_and_keeps_the_order() {
        counts_and_keeps_the_order(usize::MAX).await;
    }

    #[tokio::test]
    async fn a_spilled_bag_counts_and_keeps_the_order() {
        counts_and_keeps_the_order(100_000).await;
        counts_and_keeps_the_order(0).await;
    }
}
