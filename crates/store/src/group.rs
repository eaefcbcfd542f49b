//! Group commit: many callers' hot writes in one transaction, with one statement per table and one
//! for the ledger. Each caller is answered only after the commit that holds its write.

use crate::{Entry, Result, Store, StoreError, open::Inner};
use serde_json::{Map, Value};
use sqlx::{AnyConnection, AssertSqlSafe};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Writes that may wait before callers are held back.
pub(crate) const QUEUE: usize = 4096;
/// Most writes in one transaction.
const BATCH: usize = 512;

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

    async fn commit_batch(&self, batch: &[Queued]) -> Result<i64> {
        self.check_ledger()?;
        let mut tx = self.raw_begin().await?;
        for (table, columns, rows) in by_table(batch)? {
            insert(&mut tx, self.is_postgres(), table, columns, rows).await?;
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
        let mut batch = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            let Some(inner) = inner.upgrade() else { return };
            settle(inner, std::mem::take(&mut batch)).await;
        }
    });
}

/// Commits a batch. When the database refuses something in it, halves it until the culprits stand
/// alone, so that their neighbours are written all the same.
async fn settle(inner: Arc<Inner>, batch: Vec<Queued>) {
    let store = Store { inner };
    let mut stack = vec![batch];
    while let Some(mut part) = stack.pop() {
        match store.commit_batch(&part).await {
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

type TableRows = (&'static str, &'static [&'static str], Vec<Value>);

fn by_table(batch: &[Queued]) -> Result<Vec<TableRows>> {
    let mut tables: Vec<TableRows> = Vec::new();
    for row in batch.iter().flat_map(|queued| &queued.write.rows) {
        if row.columns.len() != row.values.len() {
            return Err(StoreError::Row(format!(
                "{}: {} columns but {} values",
                row.table,
                row.columns.len(),
                row.values.len()
            )));
        }
        let object: Map<String, Value> = row
            .columns
            .iter()
            .zip(&row.values)
            .map(|(column, value)| ((*column).to_owned(), plain(value)))
            .collect();
        match tables
            .iter_mut()
            .find(|(table, columns, _)| *table == row.table && *columns == row.columns)
        {
            Some((_, _, rows)) => rows.push(Value::Object(object)),
            None => tables.push((row.table, row.columns, vec![Value::Object(object)])),
        }
    }
    Ok(tables)
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => Value::from(i64::from(*flag)),
        Value::Array(_) | Value::Object(_) => Value::String(value.to_string()),
        other => other.clone(),
    }
}

async fn insert(
    conn: &mut AnyConnection,
    postgres: bool,
    table: &str,
    columns: &[&str],
    rows: Vec<Value>,
) -> Result<()> {
    let names = columns.join(", ");
    let sql = if postgres {
        // The table's own row type tells PostgreSQL each column's type.
        format!(
            "INSERT INTO {table} ({names}) SELECT {names} \
             FROM json_populate_recordset(NULL::{table}, $1::json)"
        )
    } else {
        let values: Vec<String> =
            columns.iter().map(|column| format!("value->>'{column}'")).collect();
        format!("INSERT INTO {table} ({names}) SELECT {} FROM json_each($1)", values.join(", "))
    };
    sqlx::query(AssertSqlSafe(sql)).bind(Value::Array(rows).to_string()).execute(conn).await?;
    Ok(())
}
