//! Measures durable writes a second: one transaction each, and through group commit.
//!
//! `cargo run --release -p privet-store --example group_commit [postgres://…]`
//! (with an address: in that database, which should be empty)
#![allow(clippy::unwrap_used)] // A measurement that fails may stop.

use std::time::{Duration, Instant};
use store::{Actor, Entry, HotRow, HotWrite, Migration, Store, StoreConfig, sqlx, testing};

const TABLE: &[Migration] = &[Migration {
    room: "bench",
    version: 1,
    sql: "CREATE TABLE bench_item (id TEXT PRIMARY KEY, body TEXT NOT NULL)",
}];
const TIME: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() {
    let guard = testing::temp_sqlite_guard();
    let config = StoreConfig { database: std::env::args().nth(1), ..guard.config() };
    let store = Store::open(config).await.unwrap();
    store.migrate(TABLE).await.unwrap();
    println!("{}", if store.is_postgres() { "PostgreSQL" } else { "SQLite" });
    println!("{:>8}  {:>16}  {:>16}", "callers", "single, rows/s", "group, rows/s");
    for callers in [1, 32, 512] {
        let single = measure(&store, callers, false).await;
        let group = measure(&store, callers, true).await;
        println!("{callers:>8}  {single:>16.0}  {group:>16.0}");
    }
    let start = Instant::now();
    let head = store.ledger().verify().await.unwrap();
    println!("ledger: {} entries checked in {:.2?}", head.seq, start.elapsed());
}

async fn measure(store: &Store, callers: usize, group: bool) -> f64 {
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut rows = 0_u32;
                while start.elapsed() < TIME {
                    if group {
                        submit(&store).await;
                    } else {
                        commit(&store).await;
                    }
                    rows += 1;
                }
                rows
            })
        })
        .collect();
    let mut rows = 0;
    for task in tasks {
        rows += task.await.unwrap();
    }
    f64::from(rows) / start.elapsed().as_secs_f64()
}

fn entry(id: &str) -> Entry {
    Entry::new(Actor::System("bench"), "item.created", "item", id)
}

async fn submit(store: &Store) {
    let id = store::new_id();
    let row = HotRow {
        table: "bench_item",
        columns: &["id", "body"],
        values: vec![id.clone().into(), "x".repeat(200).into()],
    };
    store.submit(HotWrite { entry: entry(&id), rows: vec![row] }).await.unwrap();
}

async fn commit(store: &Store) {
    let id = store::new_id();
    let mut tx = store.begin(entry(&id)).await.unwrap();
    sqlx::query("INSERT INTO bench_item (id, body) VALUES ($1, $2)")
        .bind(&id)
        .bind("x".repeat(200))
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}
