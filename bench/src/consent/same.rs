//! What the database itself takes: the rows that recording left, inserted once more into tables with
//! the same columns and indexes by a bare client, in transactions of the same size.

use std::{path::Path, time::Instant};

use anyhow::Result;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection,
    TypeInfo as _, ValueRef as _,
};

/// What one recording writes to, and how many rows.
const TABLES: [(&str, usize); 4] =
    [("subject", 1), ("identifier", 2), ("consent_record", 1), ("ledger_entry", 1)];
/// Rows of one statement, as the store writes them.
const ROWS: usize = 64;

enum Cell {
    Null,
    Whole(i64),
    Text(String),
}

/// Recordings a second.
pub async fn sqlite(ours: &Path, folder: &Path, batch: usize) -> Result<f64> {
    let mut source = SqliteConnection::connect(&format!("sqlite:{}", ours.display())).await?;
    let file = folder.join("same.db");
    let mut client =
        SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await?;
    client
        .execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -64000",
        )
        .await?;
    let mut all = Vec::new();
    for (table, _) in TABLES {
        let made = "SELECT sql FROM sqlite_master WHERE tbl_name = $1 AND sql IS NOT NULL \
                    ORDER BY type DESC";
        for row in sqlx::query(made).bind(table).fetch_all(&mut source).await? {
            client.execute(AssertSqlSafe(row.try_get::<String, _>(0)?)).await?;
        }
        let sql = format!("SELECT * FROM {table} ORDER BY rowid");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut source).await?;
        all.push(rows.iter().map(cells).collect::<Result<Vec<_>>>()?);
    }
    let records = all[0].len();
    let started = Instant::now();
    for from in (0..records).step_by(batch) {
        let mut tx = client.begin_with("BEGIN IMMEDIATE").await?;
        for ((table, each), rows) in TABLES.iter().zip(&all) {
            let to = ((from + batch) * each).min(rows.len());
            for some in rows[from * each..to].chunks(ROWS) {
                let row = format!("({})", vec!["?"; some[0].len()].join(","));
                let rows = vec![row; some.len()].join(",");
                let sql = AssertSqlSafe(format!("INSERT INTO {table} VALUES {rows}"));
                let query =
                    some.iter().flatten().fold(sqlx::query(sql), |query, cell| match cell {
                        Cell::Null => query.bind(None::<String>),
                        Cell::Whole(whole) => query.bind(*whole),
                        Cell::Text(text) => query.bind(text.as_str()),
                    });
                query.execute(&mut *tx).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(records as f64 / started.elapsed().as_secs_f64())
}

fn cells(row: &sqlx::sqlite::SqliteRow) -> Result<Vec<Cell>> {
    (0..row.len())
        .map(|at| {
            let raw = row.try_get_raw(at)?;
            if raw.is_null() {
                return Ok(Cell::Null);
            }
            let whole = raw.type_info().name() == "INTEGER";
            drop(raw);
            Ok(if whole { Cell::Whole(row.try_get(at)?) } else { Cell::Text(row.try_get(at)?) })
        })
        .collect()
}

/// Recordings a second; the copies stand in a schema of their own beside ours.
pub async fn postgres(address: &str, batch: usize) -> Result<f64> {
    let mut client = PgConnection::connect(address).await?;
    client.execute("CREATE SCHEMA bare").await?;
    let mut all = Vec::new();
    for (table, _) in TABLES {
        let copy = format!("CREATE TABLE bare.{table} (LIKE public.{table} INCLUDING ALL)");
        client.execute(AssertSqlSafe(copy)).await?;
        let columns: Vec<(String, String)> = sqlx::query_as(
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position",
        )
        .bind(table)
        .fetch_all(&mut client)
        .await?;
        let read: Vec<String> =
            columns.iter().map(|(name, _)| format!("CAST({name} AS text)")).collect();
        let sql = format!("SELECT {} FROM public.{table}", read.join(", "));
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut client).await?;
        let arrays: Vec<Vec<Option<String>>> = (0..columns.len())
            .map(|at| rows.iter().map(|row| row.try_get(at)).collect::<Result<_, _>>())
            .collect::<Result<_, _>>()?;
        let casts: Vec<String> = (1..)
            .zip(&columns)
            .map(|(at, (_, kind))| format!("CAST(CAST(${at} AS text[]) AS {kind}[])"))
            .collect();
        let sql = format!("INSERT INTO bare.{table} SELECT * FROM unnest({})", casts.join(", "));
        all.push((sql, arrays));
    }
    let records = all[0].1[0].len();
    let started = Instant::now();
    for from in (0..records).step_by(batch) {
        let mut tx = client.begin().await?;
        for ((_, each), (sql, arrays)) in TABLES.iter().zip(&all) {
            let to = ((from + batch) * each).min(arrays[0].len());
            let query =
                arrays.iter().fold(sqlx::query(AssertSqlSafe(sql.clone())), |query, array| {
                    query.bind(&array[from * each..to])
                });
            query.execute(&mut *tx).await?;
        }
        tx.commit().await?;
    }
    Ok(records as f64 / started.elapsed().as_secs_f64())
}
