//! The continuous audit of a map of 1,000 systems and 100,000 fields with personal data, by the real
//! command: the first run, which writes all findings, and the next, which finds them again.

use std::path::Path;

use anyhow::{Context as _, Result};
use datamap::DataMap;
use sqlx::AssertSqlSafe;
use store::{Actor, Entry, Store, StoreConfig, now};

use crate::{process, table::Table};

const SYSTEMS: usize = 1_000;
const STORES: usize = 10;
const FIELDS: usize = 10;
const CATEGORIES: [(&str, i64); 5] = [
    ("contact.phone", 1),
    ("contact.email", 1),
    ("location.address", 2),
    ("health.condition", 3),
    ("finance.bank_card", 3),
];

/// Returns how many targets were missed.
pub async fn run() -> Result<usize> {
    let folder = tempfile::tempdir()?;
    eprintln!("making {SYSTEMS} systems with {} fields …", SYSTEMS * STORES * FIELDS);
    fill(folder.path()).await?;
    let mut table = Table::new("audit of 1,000 systems and 100,000 fields");
    let data = folder.path().to_str().context("a path that is no text")?;
    for what in ["first run, all findings new", "next run, nothing changed"] {
        let cost = process::measure(&["audit", "--data", data, "--format", "json"])?;
        table.bound(what, cost.seconds, "s", 5.0);
        table.bound(format!("{what}: peak memory"), cost.peak_megabytes, "MB", 512.0);
    }
    Ok(table.print())
}

async fn fill(data: &Path) -> Result<()> {
    let store = Store::open(StoreConfig { data_dir: data.to_owned(), database: None }).await?;
    DataMap::open(store.clone()).await?;
    let at = now();
    for part in 0..SYSTEMS / 100 {
        let entry = Entry::new(Actor::System("bench"), "bench.filled", "source", "bench");
        let mut tx = store.begin(entry).await?;
        for n in part * 100..(part + 1) * 100 {
            for sql in system(n, at) {
                sqlx::query(AssertSqlSafe(sql)).execute(tx.conn()).await?;
            }
        }
        tx.commit().await?;
    }
    store.close().await;
    Ok(())
}

/// The rows of one system: every second one has an owner, a purpose and an activity.
fn system(n: usize, at: i64) -> Vec<String> {
    let told = if n.is_multiple_of(2) { "Sales" } else { "" };
    let country = ["CN", "DE", "US", ""][n % 4];
    let mut sql = vec![
        format!(
            "INSERT INTO system (id, key, name, owner, purpose, country, created_at, updated_at) VALUES ('sys-{n}', 'sys-{n}', 'System {n}', '{told}', '{told}', '{country}', {at}, {at})"
        ),
        format!(
            "INSERT INTO source (id, key, system_id, name, kind, address, created_at, updated_at) VALUES ('src-{n}', 'src-{n}', 'sys-{n}', 'Source {n}', 'sqlite', 'sqlite:{n}.db', {at}, {at})"
        ),
        format!(
            "INSERT INTO recipient (id, key, name, kind, country, created_at, updated_at) VALUES ('rec-{n}', 'rec-{n}', 'Recipient {n}', 'processor', '{country}', {at}, {at})"
        ),
        format!(
            "INSERT INTO flow (id, key, from_end, to_end, found, created_at, updated_at) VALUES ('fl-{n}', 'fl-{n}', 'system:sys-{n}', 'recipient:rec-{n}', 'declared', {at}, {at})"
        ),
    ];
    if n.is_multiple_of(2) {
        sql.push(format!("INSERT INTO activity (id, key, name, role, purpose, created_at, updated_at) VALUES ('act-{n}', 'act-{n}', 'Activity {n}', 'controller', 'Sells', {at}, {at})"));
        sql.push(format!(
            "INSERT INTO activity_system (activity_id, system_id) VALUES ('act-{n}', 'sys-{n}')"
        ));
    }
    for s in 0..STORES {
        sql.push(format!("INSERT INTO data_store (id, source_id, name, kind, people, seen_scan_id, first_seen_at) VALUES ('st-{n}-{s}', 'src-{n}', 'table_{s}', 'table', 'customers', 'bench', {at})"));
        let rows: Vec<String> = (0..FIELDS)
            .map(|f| {
                let (category, level) = CATEGORIES[(n + s + f) % CATEGORIES.len()];
                format!("('f-{n}-{s}-{f}', 'st-{n}-{s}', 'src-{n}', 'field_{f}', {f}, 'TEXT', 0.9, '{category}', {level}, 'bench', {at})")
            })
            .collect();
        sql.push(format!(
            "INSERT INTO field (id, store_id, source_id, name, position, data_type, found_confidence, category, level, seen_scan_id, first_seen_at) VALUES {}",
            rows.join(", ")
        ));
    }
    sql
}
