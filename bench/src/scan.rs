//! Scanning beside a bare client that issues the same sampled SELECTs and drops the answers.

use std::{path::Path, time::Instant};

use anyhow::{Context, Result};
use datamap::{DataMap, sources::SourceDraft};
use futures::TryStreamExt;
use sources::{Address, Limits, Options, StoreFilter};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};
use store::{Actor, Runner, Store, StoreConfig};

use crate::{
    data::{self, Size},
    process,
    table::Table,
};

const SIZE: Size = Size { tables: 1000, rows: 1000 };

/// Returns how many targets were missed.
pub async fn run() -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("shop.db");
    eprintln!("making 1,000 tables × 20 columns × 1,000 rows in SQLite and PostgreSQL …");
    data::sqlite(&file, SIZE).await?;
    let postgres = data::postgres("privet_bench", SIZE).await?;
    let sqlite = format!("sqlite:{}", file.display());

    let mut table = Table::new("scan, 1,000 tables × 20 columns");
    for (name, address) in [("SQLite", &sqlite), ("PostgreSQL", &postgres)] {
        measure(&mut table, name, address, folder.path()).await?;
    }
    Ok(table.print())
}

async fn measure(table: &mut Table, name: &str, address: &str, folder: &Path) -> Result<()> {
    // The second bare run counts: the first one warms the page cache for both sides.
    bare(address).await?;
    let bare = bare(address).await?;
    let terminal = process::measure(&["scan", address, "--format", "json"])?;
    table.ratio(format!("{name}: privet scan"), terminal.seconds, bare, "s", 1.5);
    table.bound(format!("{name}: privet scan"), terminal.seconds, "s", 60.0);
    table.bound(format!("{name}: peak memory"), terminal.peak_megabytes, "MB", 200.0);
    let map = into_the_map(address, &folder.join(name)).await?;
    table.ratio(format!("{name}: scan job into the map"), map, bare, "s", 1.5);
    Ok(())
}

/// The peer: one connection, the very SELECTs that sampling issues, every value taken as bytes.
async fn bare(address: &str) -> Result<f64> {
    let (parsed, password) = Address::parse(address)?;
    let source = sources::connect(&parsed, password.as_ref(), &Options::default()).await?;
    let catalog = source.introspect(&StoreFilter::default()).await?;
    let limits = Limits::default();
    let statements: Vec<String> =
        catalog.stores.iter().filter_map(|store| source.statement(store, &limits)).collect();
    anyhow::ensure!(statements.len() == SIZE.tables, "a statement for every table");
    if address.starts_with("sqlite:") {
        let mut client = SqliteConnection::connect(address).await?;
        let started = Instant::now();
        for sql in statements {
            let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(&mut client);
            while let Some(row) = rows.try_next().await? {
                for column in 0..row.len() {
                    std::hint::black_box(row.try_get_unchecked::<Option<&[u8]>, _>(column)?);
                }
            }
        }
        return Ok(started.elapsed().as_secs_f64());
    }
    let mut client = PgConnection::connect(address).await?;
    let started = Instant::now();
    for sql in statements {
        let mut rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut client);
        while let Some(row) = rows.try_next().await? {
            for column in 0..row.len() {
                std::hint::black_box(row.try_get_raw(column)?);
            }
        }
    }
    Ok(started.elapsed().as_secs_f64())
}

/// The whole way of a scan in the server: job, classification, merge, ledger.
async fn into_the_map(address: &str, data: &Path) -> Result<f64> {
    let store = Store::open(StoreConfig { data_dir: data.to_owned(), database: None }).await?;
    let map = DataMap::open(store.clone()).await?;
    let draft =
        SourceDraft { name: "Shop".into(), address: address.to_owned(), ..SourceDraft::default() };
    let source = map.create_source(Actor::CommandLine, &draft).await?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let runner = datamap::add_handlers(Runner::new(store.clone(), 2), &map);
    let running = tokio::spawn(runner.run(stopped));

    let started = Instant::now();
    let id = map.start_scan(Actor::CommandLine, &source.id, "person").await?;
    let seconds = loop {
        let scan = map.scan(&id).await?;
        match scan.state.as_str() {
            "finished" => break started.elapsed().as_secs_f64(),
            "failed" | "cancelled" => anyhow::bail!("the scan ended: {}", scan.error_code),
            _ => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    };
    let _ = stop.send(true);
    running.await.context("the runner")?;
    Ok(seconds)
}
