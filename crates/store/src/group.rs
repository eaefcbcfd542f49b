//! Group commit: many callers' hot writes in one transaction, with one statement per table and one
//! for the ledger. Each caller is answered only after the commit that holds its write.

use crate::{Entry, Result, Store, StoreError, open::Inner};
use serde_json::Value;
use sqlx::{Any, AnyConnection, AssertSqlSafe, any::AnyArguments, query::Query};
use std::{
    collections::{HashMap, hash_map},
    fmt::Write as _,
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot};

/// Writes that may wait before callers are held back.
pub(crate) const QUEUE: usize = 8192;
/// Most writes in one transaction. A batch is whatever has come while the one before was written.
const BATCH: usize = 4096;
/// Rows of one SQLite statement at most; a power of two.
const ROWS: usize = 64;
/// Parameters of one SQLite statement at most (`SQLITE_MAX_VARIABLE_NUMBER` is 32,766).
const PARAMETERS: usize = 8192;

/// A row to insert.
#[derive(Debug, Clone)]
pub struct HotRow {
    /// The table.
    pub table: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// One value for each: text, numbers, null; true and false become 1 and 0, arrays and objects
    /// their JSON text.
    pub values: Vec<Value>,
}

/// A change that consists of new rows only, with its ledger entry.
#[derive(Debug, Clone)]
pub struct HotWrite {
    /// The entry.
    pub entry: Entry,
    /// The rows; inserted table by table in the order in which tables first appear.
    pub rows: Vec<HotRow>,
}

pub(crate) struct Queued {
    write: HotWrite,
    answer: oneshot::Sender<Result<i64>>,
}

impl Store {
    /// Writes new rows together with other callers' (group commit): far more rows a second than a
    /// transaction each. Returns the entry's position once it is durable. A row the database refuses
    /// fails its own write only.
    pub async fn submit(&self, write: HotWrite) -> Result<i64> {
        self.check_ledger()?;
        let (answer, answered) = oneshot::channel();
        let closed = || StoreError::Unavailable("the store is closing".into());
        self.inner.hot.send(Queued { write, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    async fn commit_batch(&self, batch: &[Queued], types: &mut Types) -> Result<i64> {
        self.check_ledger()?;
        let tables = by_table(batch)?;
        let mut tx = self.raw_begin().await?;
        for table in &tables {
            if self.is_postgres() {
                insert_postgres(&mut tx, table, types).await?;
            } else {
                insert_sqlite(&mut tx, table).await?;
            }
        }
        let entries: Vec<Entry> = batch.iter().map(|queued| queued.write.entry.clone()).collect();
        let first = self.append(&mut tx, &entries).await?;
        tx.commit().await?;
        Ok(first)
    }
}

/// Starts the committing task. It ends with the last [`Store`], having written what was queued.
pub(crate) fn start(store: &Store, mut queue: mpsc::Receiver<Queued>) {
    let inner = Arc::downgrade(&store.inner);
    tokio::spawn(async move {
        let mut types = Types::default();
        let mut batch = Vec::new();
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            let Some(inner) = inner.upgrade() else { return };
            settle(inner, std::mem::take(&mut batch), &mut types).await;
        }
    });
}

/// Commits a batch. When the database refuses something in it, halves it until the culprits stand
/// alone, so that their neighbours are written all the same.
async fn settle(inner: Arc<Inner>, batch: Vec<Queued>, types: &mut Types) {
    let store = Store { inner };
    let mut stack = vec![batch];
    while let Some(mut part) = stack.pop() {
        match store.commit_batch(&part, types).await {
            Ok(first) => {
                for (queued, position) in part.into_iter().zip(first..) {
                    let _ = queued.answer.send(Ok(position));
                }
            }
            Err(error) if part.len() > 1 && is_refusal(&error) => {
                let second = part.split_off(part.len() / 2);
                stack.push(second);
                stack.push(part);
            }
            Err(error) => answer_all(part, error),
        }
    }
}

/// The database answered and said no to a statement: trying a smaller batch makes sense.
fn is_refusal(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(sqlx::Error::Database(_)) | StoreError::Row(_))
}

fn answer_all(mut part: Vec<Queued>, error: StoreError) {
    let text = error.to_string();
    let last = part.pop();
    for queued in part {
        let error = StoreError::Unavailable(format!("a shared write failed: {text}"));
        let _ = queued.answer.send(Err(error));
    }
    if let Some(queued) = last {
        let _ = queued.answer.send(Err(error));
    }
}

/// The rows of one table, in the order in which they came.
struct TableRows<'a> {
    table: &'static str,
    columns: &'static [&'static str],
    rows: Vec<&'a [Value]>,
}

fn by_table(batch: &[Queued]) -> Result<Vec<TableRows<'_>>> {
    let mut tables: Vec<TableRows<'_>> = Vec::new();
    for row in batch.iter().flat_map(|queued| &queued.write.rows) {
        let HotRow { table, columns, values } = row;
        if columns.len() != values.len() {
            let (columns, values) = (columns.len(), values.len());
            return Err(StoreError::Row(format!("{table}: {columns} columns but {values} values")));
        }
        match tables.iter_mut().find(|known| known.table == *table && known.columns == *columns) {
            Some(known) => known.rows.push(values),
            None => tables.push(TableRows { table, columns, rows: vec![values] }),
        }
    }
    Ok(tables)
}

/// Statements of at most [`ROWS`] rows with a parameter for each value. The last rows go into
/// statements of 32, 16, 8 … rows: few texts, so that each is prepared once.
async fn insert_sqlite(conn: &mut AnyConnection, table: &TableRows<'_>) -> Result<()> {
    let most = (PARAMETERS / table.columns.len().max(1)).clamp(1, ROWS);
    let mut rows = table.rows.as_slice();
    while !rows.is_empty() {
        let count = 1 << rows.len().min(most).ilog2();
        let (now, later) = rows.split_at(count);
        let sql = AssertSqlSafe(values_of(table, count));
        let query = now.iter().copied().flatten().fold(sqlx::query(sql), bound);
        query.execute(&mut *conn).await?;
        rows = later;
    }
    Ok(())
}

/// `INSERT INTO table (…) VALUES (?,?), (?,?)`
fn values_of(table: &TableRows<'_>, count: usize) -> String {
    let row = format!("({})", vec!["?"; table.columns.len()].join(","));
    let rows = vec![row; count].join(",");
    format!("INSERT INTO {} ({}) VALUES {rows}", table.table, table.columns.join(", "))
}

fn bound<'q>(query: Query<'q, Any, AnyArguments>, value: &Value) -> Query<'q, Any, AnyArguments> {
    match value {
        Value::Null => query.bind(None::<String>),
        Value::Bool(flag) => query.bind(i64::from(*flag)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => query.bind(whole),
            None => query.bind(number.as_f64()),
        },
        Value::String(text) => query.bind(text.clone()),
        Value::Array(_) | Value::Object(_) => query.bind(value.to_string()),
    }
}

/// The types of columns in PostgreSQL, by table and columns.
type Types = HashMap<(&'static str, &'static [&'static str]), String>;

/// One statement with an array for each column. The driver over all databases knows no arrays, so
/// they travel as text (PostgreSQL manual, 8.15.6) and become what the table's columns are.
async fn insert_postgres(
    conn: &mut AnyConnection,
    table: &TableRows<'_>,
    types: &mut Types,
) -> Result<()> {
    let sql = match types.entry((table.table, table.columns)) {
        hash_map::Entry::Occupied(known) => known.get().clone(),
        hash_map::Entry::Vacant(free) => free.insert(types_of(conn, table).await?).clone(),
    };
    insert_arrays(conn, table, sql).await
}

async fn insert_arrays(conn: &mut AnyConnection, table: &TableRows<'_>, sql: String) -> Result<()> {
    let arrays = (0..table.columns.len()).map(|column| {
        let values = table.rows.iter().filter_map(|row| row.get(column));
        let mut array = String::with_capacity(table.rows.len() * 24);
        for value in values {
            array.push(if array.is_empty() { '{' } else { ',' });
            element(&mut array, value);
        }
        array.push('}');
        array
    });
    let query = arrays.fold(sqlx::query(AssertSqlSafe(sql)), Query::bind);
    query.execute(conn).await?;
    Ok(())
}

/// The statement for a table whose columns' types must be asked.
async fn types_of(conn: &mut AnyConnection, table: &TableRows<'_>) -> Result<String> {
    let mut kinds: Vec<String> = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let kind = sqlx::query_scalar(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
             WHERE attrelid = CAST($1 AS text)::regclass AND attname = $2 AND NOT attisdropped",
        )
        .bind(table.table)
        .bind(*column)
        .fetch_one(&mut *conn)
        .await?;
        kinds.push(kind);
    }
    Ok(unnest_of(table, kinds.iter().map(String::as_str)))
}

fn unnest_of<'k>(table: &TableRows<'_>, kinds: impl Iterator<Item = &'k str>) -> String {
    let arrays =
        (1..).zip(kinds).map(|(at, kind)| format!("CAST(CAST(${at} AS text) AS {kind}[])"));
    let arrays: Vec<String> = arrays.collect();
    let (name, columns) = (table.table, table.columns.join(", "));
    format!("INSERT INTO {name} ({columns}) SELECT * FROM unnest({})", arrays.join(", "))
}

/// The rows of one table whose columns' types are known: on PostgreSQL one statement.
pub(crate) async fn insert_typed(
    conn: &mut AnyConnection,
    postgres: bool,
    table: &'static str,
    (columns, kinds): (&'static [&'static str], &[&str]),
    rows: &[Vec<Value>],
) -> Result<()> {
    let table = TableRows { table, columns, rows: rows.iter().map(Vec::as_slice).collect() };
    if postgres {
        let sql = unnest_of(&table, kinds.iter().copied());
        insert_arrays(conn, &table, sql).await
    } else {
        insert_sqlite(conn, &table).await
    }
}

/// One value of an array's text.
fn element(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("NULL"),
        Value::Bool(flag) => out.push(if *flag { '1' } else { '0' }),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(text) => quoted(out, text),
        Value::Array(_) | Value::Object(_) => quoted(out, &value.to_string()),
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for part in text.split_inclusive(['"', '\\']) {
        match part.as_bytes().last() {
            Some(last @ (b'"' | b'\\')) => {
                out.push_str(&part[..part.len() - 1]);
                out.push('\\');
                out.push(char::from(*last));
            }
            _ => out.push_str(part),
        }
    }
    out.push('"');
}
