//! Whether anybody reads a table, of a real PostgreSQL, into maps on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use std::time::Duration;

use datamap::{DataMap, model::Source, sources::SourceDraft};
use sqlx::{Connection as _, PgConnection};
use support::{me, scan, sqlite, sqlite_draft};

async fn shop() -> (String, store::testing::TestGuard) {
    let guard = store::testing::temp_postgres_guard().await;
    let address = guard.config().database.unwrap();
    let made = "CREATE TABLE customers (id int PRIMARY KEY, email text);
        INSERT INTO customers SELECT i, 'anna' || i || '@example.com' FROM generate_series(1, 50) i";
    let mut conn = PgConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(made).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    (address, guard)
}

/// Our scan was an hour ago.
async fn age_scans(map: &DataMap) {
    let entry = store::Entry::new(me(), "scan.finished", "scan", "test");
    let mut tx = map.store().begin(entry).await.unwrap();
    let sql = "UPDATE scan SET created_at = created_at - 3600000000, finished_at = finished_at - 3600000000";
    sqlx::query(sql).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// µs for which the one table was watched and not read.
async fn watched(map: &DataMap) -> Option<i64> {
    let sql = "SELECT watched FROM store_usage";
    sqlx::query_scalar(sql).fetch_optional(map.store().reader()).await.unwrap()
}

async fn look(map: &DataMap, source: &Source) {
    assert!(map.look_at_usage(source).await.unwrap(), "PostgreSQL counts reads");
}

async fn a_table_is_quiet_until_somebody_reads_it(map: DataMap) {
    let (address, _shop) = shop().await;
    let draft = SourceDraft {
        name: "Shop".into(),
        address: address.clone(),
        tls: "disable".into(),
        ..sqlite_draft(std::path::Path::new("unused"))
    };
    let source = map.create_source(me(), &draft).await.unwrap();
    assert_eq!(scan(&map, &source.id).await.state, "finished");
    assert_eq!(watched(&map).await, None, "before the first scan no table is known");
    look(&map, &source).await;
    look(&map, &source).await;
    assert_eq!(watched(&map).await, Some(0), "a scan of ours has just read it");

    age_scans(&map).await;
    // What our scan read may still be written down: looks until two in a row agree.
    let mut quiet = 0;
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        look(&map, &source).await;
        quiet = watched(&map).await.unwrap();
        if quiet > 400_000 {
            break;
        }
    }
    assert!(quiet > 400_000, "nobody reads it: {quiet}");
    let posture = map.posture().await.unwrap();
    assert_eq!(posture.stores[0].unread_days, 0);
    assert!(posture.stores[0].unread_from > 0);

    let mut conn = PgConnection::connect(&address).await.unwrap();
    sqlx::query("SELECT email FROM customers").fetch_all(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    for _ in 0..50 {
        look(&map, &source).await;
        if watched(&map).await == Some(0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(watched(&map).await, Some(0), "somebody read it");
    map.delete_source(me(), &source.id).await.unwrap();
    assert_eq!(watched(&map).await, None, "what is forgotten is forgotten whole");
}

async fn a_source_that_counts_nothing_says_nothing(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, support::SHOP).await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(&map, &source.id).await;
    assert!(!map.look_at_usage(&source).await.unwrap());
    assert_eq!(watched(&map).await, None);
}

on_both_engines!(
    a_table_is_quiet_until_somebody_reads_it,
    a_source_that_counts_nothing_says_nothing,
);
