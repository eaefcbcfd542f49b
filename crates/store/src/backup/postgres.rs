//! PostgreSQL's copy.

use std::path::Path;

use futures::TryStreamExt as _;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, postgres::PgRow,
};
use tokio::sync::mpsc;

use super::{Beside, Manifest, Part, next, send};
use crate::{Result, StoreError};

/// Tables, each after those it refers to.
const TABLES: &str = "
WITH RECURSIVE own AS (
    SELECT c.oid, c.relname::text AS name FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
), depth AS (
    SELECT oid, name, 0 AS level FROM own
    UNION
    SELECT own.oid, own.name, depth.level + 1 FROM depth
    JOIN pg_constraint f ON f.contype = 'f' AND f.confrelid = depth.oid AND f.conrelid <> f.confrelid
    JOIN own ON own.oid = f.conrelid
    WHERE depth.level < 50
)
SELECT name FROM depth GROUP BY name ORDER BY MAX(level), name";
const COLUMNS: &str = "
SELECT attname::text FROM pg_attribute
WHERE attrelid = CAST($1 AS text)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum";

pub(super) async fn read(address: &str, parts: &mpsc::Sender<Part>) -> Result<Manifest> {
    let mut conn = PgConnection::connect(address).await?;
    // One snapshot for all tables, whatever servers write meanwhile.
    conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut manifest = Manifest { migrations: migrations(&mut conn).await?, ..Manifest::default() };
    manifest.ledger =
        sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1").fetch_one(&mut conn).await?;
    for table in tables(&mut conn).await? {
        let columns = columns(&mut conn, &table).await?;
        let (name, list) = (quoted(&table), list(&columns));
        send(parts, Part::Table(table.clone(), columns)).await?;
        let sql = format!("COPY (SELECT {list} FROM {name}) TO STDOUT");
        let mut rows = conn.copy_out_raw(&sql).await?;
        while let Some(bytes) = rows.try_next().await? {
            send(parts, Part::Bytes(bytes.to_vec())).await?;
        }
        drop(rows);
        let count = format!("SELECT COUNT(*) FROM {name}");
        let count = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut conn).await?;
        manifest.tables.insert(table, count);
    }
    conn.execute("COMMIT").await?;
    Ok(manifest)
}

async fn tables(conn: &mut PgConnection) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(TABLES).fetch_all(conn).await?)
}

async fn columns(conn: &mut PgConnection, table: &str) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(COLUMNS).bind(quoted(table)).fetch_all(conn).await?)
}

async fn migrations(conn: &mut PgConnection) -> Result<Vec<(String, i64, String)>> {
    let read = |row: PgRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    let rows = sqlx::query("SELECT room, version, checksum FROM migration ORDER BY room, version")
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(read).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

/// Into the tables that this version has just made; all of it or nothing.
pub(super) async fn put(
    address: &str,
    dir: &Path,
    parts: &mut mpsc::Receiver<Result<Part>>,
) -> Result<Manifest> {
    let mut conn = PgConnection::connect(address).await?;
    let own = migrations(&mut conn).await?;
    let mut tx = conn.begin().await?;
    let all: Vec<String> = tables(&mut tx).await?.iter().map(|table| quoted(table)).collect();
    tx.execute(AssertSqlSafe(format!("TRUNCATE {}", all.join(", ")))).await?;
    let mut beside = Beside::default();
    let mut held: Option<Part> = None;
    let mut file = String::new();
    let said = loop {
        let part = match held.take() {
            Some(part) => part,
            None => next(parts).await?,
        };
        match part {
            Part::File(name) => {
                beside.begin(&name)?;
                file = name;
            }
            Part::Bytes(bytes) => beside.more(&file, &bytes),
            Part::Table(table, columns) => {
                held = Some(fill(&mut tx, &table, &columns, parts).await?);
            }
            Part::End(manifest) => break manifest,
        }
    };
    if said.migrations != own {
        return Err(StoreError::Backup(
            "the backup was made by a version with other tables: restore it with that version of \
             Privet, then start the newer one"
                .to_owned(),
        ));
    }
    for (table, expected) in &said.tables {
        let count = format!("SELECT COUNT(*) FROM {}", quoted(table));
        let found: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *tx).await?;
        if found != *expected {
            return Err(StoreError::Backup(format!(
                "table {table} should have {expected} rows and has {found}; nothing was restored"
            )));
        }
    }
    beside.settle(dir)?;
    tx.commit().await?;
    Ok(said)
}

/// Fills a table; returns the part after it.
async fn fill(
    conn: &mut PgConnection,
    table: &str,
    columns: &[String],
    parts: &mut mpsc::Receiver<Result<Part>>,
) -> Result<Part> {
    let sql = format!("COPY {} ({}) FROM STDIN", quoted(table), list(columns));
    let mut copy = conn.copy_in_raw(&sql).await.map_err(|error| {
        StoreError::Backup(format!(
            "table {table} is not as the backup knows it ({error}): restore with the version that \
             made it"
        ))
    })?;
    loop {
        match next(parts).await {
            Ok(Part::Bytes(bytes)) => {
                copy.send(bytes).await?;
            }
            Ok(part) => {
                copy.finish().await?;
                return Ok(part);
            }
            Err(error) => {
                copy.abort("the backup could not be read").await?;
                return Err(error);
            }
        }
    }
}

/// A place to restore into holds nothing yet.
pub(super) async fn check_empty(address: &str) -> Result<()> {
    let mut conn = PgConnection::connect(address).await?;
    if tables(&mut conn).await?.is_empty() {
        return Ok(());
    }
    Err(StoreError::Backup(
        "the PostgreSQL database is not empty: a backup is restored into an empty one only"
            .to_owned(),
    ))
}
