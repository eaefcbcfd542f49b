//! Writes with their ledger entry: alone, and in group commit with many callers, beside a bare
//! client that inserts one row a transaction with the same durability.

use std::time::Instant;

use anyhow::Result;
use futures::future::try_join_all;
use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};
use store::{Actor, Entry, HotRow, HotWrite, Migration, Store, StoreConfig, new_id};

use crate::table::Table;

const ROWS: usize = 2000;
const SCHEMA: &str = "CREATE TABLE bench_row (id TEXT PRIMARY KEY, body TEXT NOT NULL);";

/// Returns how many targets were missed (none is set: the numbers inform).
pub async fn run() -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let config = StoreConfig { data_dir: folder.path().to_owned(), database: None };
    let store = Store::open(config).await?;
    store.migrate(&[Migration { room: "bench", version: 1, sql: SCHEMA }]).await?;

    let mut table = Table::new("store, SQLite, durable writes");
    let bare = bare(folder.path()).await?;
    table.fact("bare client, a transaction each", format!("{bare:.0} rows/s"));
    let started = Instant::now();
    for _ in 0..ROWS {
        single(&store).await?;
    }
    let alone = ROWS as f64 / started.elapsed().as_secs_f64();
    table.fact("Store::begin … commit", format!("{alone:.0} rows/s, {:.2} of bare", alone / bare));
    for callers in [1, 32, 512] {
        let started = Instant::now();
        try_join_all((0..callers).map(|_| caller(&store, ROWS.div_ceil(callers).max(20)))).await?;
        let rows = callers * ROWS.div_ceil(callers).max(20);
        let rate = rows as f64 / started.elapsed().as_secs_f64();
        let what = format!("Store::submit, {callers} callers");
        table.fact(what, format!("{rate:.0} rows/s, {:.2} of bare", rate / bare));
    }
    store.ledger().verify().await?;
    Ok(table.print())
}

async fn bare(folder: &std::path::Path) -> Result<f64> {
    let file = folder.join("bare.db");
    let mut client =
        SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await?;
    client.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").await?;
    client.execute(SCHEMA).await?;
    let started = Instant::now();
    for _ in 0..ROWS {
        sqlx::query("INSERT INTO bench_row (id, body) VALUES ($1, $2)")
            .bind(new_id())
            .bind("x".repeat(200))
            .execute(&mut client)
            .await?;
    }
    Ok(ROWS as f64 / started.elapsed().as_secs_f64())
}

async fn single(store: &Store) -> Result<()> {
    let id = new_id();
    let mut tx =
        store.begin(Entry::new(Actor::System("bench"), "bench.written", "bench", &id)).await?;
    sqlx::query("INSERT INTO bench_row (id, body) VALUES ($1, $2)")
        .bind(id)
        .bind("x".repeat(200))
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn caller(store: &Store, rows: usize) -> Result<()> {
    for _ in 0..rows {
        let id = new_id();
        let values = vec![json!(id), json!("x".repeat(200))];
        store
            .submit(HotWrite {
                entry: Entry::new(Actor::System("bench"), "bench.written", "bench", &id),
                rows: vec![HotRow { table: "bench_row", columns: &["id", "body"], values }],
            })
            .await?;
    }
    Ok(())
}
