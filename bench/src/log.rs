//! The log at a million entries: appending beside the same inserts without a ledger, proofs out of the
//! database, and checking an exported log. Public targets: appending ≥ 0.6 × without, a proof < 1 ms,
//! ≥ 500,000 entries a second checked.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures::{TryStreamExt as _, future::try_join_all};
use ledger::{ExportHeader, check_export};
use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};
use store::{Actor, Entry, HotRow, HotWrite, Migration, Store, StoreConfig, new_id};
use tokio::sync::{mpsc, oneshot, watch};

use crate::table::Table;

const SCHEMA: &str = "CREATE TABLE bench_row (id TEXT PRIMARY KEY, body TEXT NOT NULL);";
/// Callers at once, and rows of each, for the comparison.
const CALLERS: usize = 512;
const EACH: usize = 60;
/// Entries of the large log; `PRIVET_BENCH_ENTRIES` says another number.
const ENTRIES: usize = 1_000_000;
/// Proofs that are timed.
const PROOFS: usize = 2000;
/// Rows of one statement, as the store writes them.
const ROWS: usize = 64;

/// Returns how many targets were missed.
pub async fn run() -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let mut table = Table::new("the log, SQLite, durable writes");
    let config = StoreConfig { data_dir: folder.path().join("data"), database: None };
    let store = Store::open(config).await?;
    store.migrate(&[Migration { room: "bench", version: 1, sql: SCHEMA }]).await?;
    let (stop, stopped) = watch::channel(false);
    let published = tokio::spawn(store.ledger().keep_published(stopped));

    append(&mut table, &store, folder.path()).await?;
    let entries = grow(&store).await?;
    proofs(&mut table, &store, entries).await?;
    export(&mut table, &store, folder.path()).await?;
    stop.send(true)?;
    published.await?;
    Ok(table.print())
}

/// Five rounds of each, in turn; the median counts.
async fn append(table: &mut Table, store: &Store, folder: &Path) -> Result<()> {
    let (mut with, mut without, mut alone, mut bare) = (vec![], vec![], vec![], vec![]);
    let mut client = bare_client(&folder.join("alone.db")).await?;
    for round in 0..5 {
        with.push(
            rate(CALLERS * EACH, || {
                Box::pin(async {
                    try_join_all((0..CALLERS).map(|_| caller(store))).await?;
                    Ok(())
                })
            })
            .await?,
        );
        without.push(without_ledger(&folder.join(format!("without-{round}.db"))).await?);
        let started = Instant::now();
        for _ in 0..200 {
            single(store).await?;
        }
        alone.push(200.0 / started.elapsed().as_secs_f64());
        let started = Instant::now();
        for _ in 0..200 {
            insert(&mut client, &[(new_id(), "x".repeat(200))]).await?;
        }
        bare.push(200.0 / started.elapsed().as_secs_f64());
    }
    let (with, without) = (median(with), median(without));
    table.fact("512 callers, with ledger and publishing", format!("{with:.0} rows/s"));
    table.fact("512 callers, the same without", format!("{without:.0} rows/s"));
    table.least("append, 512 callers", with / without, "× without", 0.6);
    let (alone, bare) = (median(alone), median(bare));
    table.fact("one caller, with ledger and publishing", format!("{alone:.0} rows/s"));
    table.fact("one caller, bare client", format!("{bare:.0} rows/s"));
    table.least("append, one caller", alone / bare, "× without", 0.6);
    Ok(())
}

async fn rate<'a>(
    rows: usize,
    work: impl FnOnce() -> futures::future::BoxFuture<'a, Result<()>>,
) -> Result<f64> {
    let started = Instant::now();
    work().await?;
    Ok(rows as f64 / started.elapsed().as_secs_f64())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn write() -> HotWrite {
    let id = new_id();
    let values = vec![json!(id), json!("x".repeat(200))];
    HotWrite {
        entry: Entry::new(Actor::System("bench"), "bench.written", "bench", &id)
            .for_purpose("email_marketing")
            .about(new_id()),
        rows: vec![HotRow { table: "bench_row", columns: &["id", "body"], values }],
    }
}

async fn caller(store: &Store) -> Result<()> {
    for _ in 0..EACH {
        store.submit(write()).await?;
    }
    Ok(())
}

async fn single(store: &Store) -> Result<()> {
    let HotWrite { entry, .. } = write();
    let mut tx = store.begin(entry).await?;
    sqlx::query("INSERT INTO bench_row (id, body) VALUES ($1, $2)")
        .bind(new_id())
        .bind("x".repeat(200))
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn bare_client(file: &Path) -> Result<SqliteConnection> {
    let address = format!("sqlite:{}?mode=rwc", file.display());
    let mut client = SqliteConnection::connect(&address).await?;
    client.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").await?;
    client.execute(SCHEMA).await?;
    Ok(client)
}

async fn insert(client: &mut SqliteConnection, rows: &[(String, String)]) -> Result<()> {
    let mut tx = client.begin_with("BEGIN IMMEDIATE").await?;
    for rows in rows.chunks(ROWS) {
        let mut insert = sqlx::QueryBuilder::new("INSERT INTO bench_row (id, body) ");
        insert.push_values(rows, |mut row, (id, body)| {
            row.push_bind(id).push_bind(body);
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// The store's group commit without what makes the ledger: whoever waits is written together.
async fn without_ledger(file: &Path) -> Result<f64> {
    let mut client = bare_client(file).await?;
    let (queue, mut waiting) = mpsc::channel::<((String, String), oneshot::Sender<()>)>(8192);
    let writer = tokio::spawn(async move {
        let mut batch = Vec::new();
        while waiting.recv_many(&mut batch, 4096).await > 0 {
            let (rows, told): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
            insert(&mut client, &rows).await?;
            for told in told {
                let _ = told.send(());
            }
        }
        anyhow::Ok(())
    });
    let started = Instant::now();
    try_join_all((0..CALLERS).map(|_| async {
        for _ in 0..EACH {
            let (tell, told) = oneshot::channel();
            queue.send(((new_id(), "x".repeat(200)), tell)).await.context("the writer ended")?;
            told.await?;
        }
        anyhow::Ok(())
    }))
    .await?;
    let rate = (CALLERS * EACH) as f64 / started.elapsed().as_secs_f64();
    drop(queue);
    writer.await??;
    Ok(rate)
}

/// Fills the log up.
async fn grow(store: &Store) -> Result<u64> {
    let wanted = match std::env::var("PRIVET_BENCH_ENTRIES") {
        Ok(text) => text.parse()?,
        Err(_) => ENTRIES,
    };
    let mut there = store.ledger().head().await?.seq as usize;
    while there < wanted {
        let count = (wanted - there).min(4096);
        try_join_all((0..count).map(|_| {
            let HotWrite { entry, .. } = write();
            store.submit(HotWrite { entry, rows: vec![] })
        }))
        .await?;
        there += count;
    }
    Ok(store.ledger().publish().await?.checkpoint.size)
}

async fn proofs(table: &mut Table, store: &Store, entries: u64) -> Result<()> {
    let ledger = store.ledger();
    let mut times: Vec<Duration> = Vec::with_capacity(PROOFS);
    for at in 0..PROOFS as u64 {
        // Spread over the whole log, in no order.
        let seq = (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) % entries).cast_signed() + 1;
        let started = Instant::now();
        let proof = ledger.inclusion(seq).await?;
        times.push(started.elapsed());
        ensure!(proof.index + 1 == seq.cast_unsigned(), "the proof is of another entry");
    }
    times.sort();
    let micros = |at: usize| times[at].as_secs_f64() * 1000.0;
    table.fact("entries of the log", entries.to_string());
    table.bound("inclusion proof from the database, median", micros(PROOFS / 2), "ms", 1.0);
    table.bound("inclusion proof from the database, p99", micros(PROOFS * 99 / 100), "ms", 1.0);
    Ok(())
}

async fn export(table: &mut Table, store: &Store, folder: &Path) -> Result<()> {
    let ledger = store.ledger();
    let signed = ledger.publish().await?;
    let path = folder.join("log.bin");
    let started = Instant::now();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    ExportHeader::write(&mut out, &signed.note)?;
    let mut rows = std::pin::pin!(ledger.leaves(signed.checkpoint.size.cast_signed()));
    while let Some(row) = rows.try_next().await? {
        ExportHeader::leaf(&mut out, &row.encode()?)?;
    }
    out.flush()?;
    let size = signed.checkpoint.size as f64;
    let rate = size / started.elapsed().as_secs_f64();
    table.fact("exporting the log", format!("{rate:.0} entries/s"));
    let key = ledger.key().await?;
    let started = Instant::now();
    let checked =
        check_export(BufReader::with_capacity(1 << 20, File::open(&path)?), key.public())?;
    let rate = size / started.elapsed().as_secs_f64();
    ensure!(checked.checkpoint == signed.checkpoint, "another log was checked");
    table.least("checking the exported log", rate, "entries/s", 500_000.0);
    let started = Instant::now();
    ledger.verify().await?;
    let rate = size / started.elapsed().as_secs_f64();
    table.fact("walking the log in the database", format!("{rate:.0} entries/s"));
    Ok(())
}
