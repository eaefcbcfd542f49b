//! The promise of durability: a server killed in the middle of a scan finishes it after a start.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::SqlitePool;

use crate::{privet::database, server::Server};

const TABLES: i64 = 1_500;

/// A source with many tables, registered and queued as the console does it.
async fn queue_scan(data: &Path, source: &Path) {
    let config = store::StoreConfig { data_dir: data.to_owned(), database: None };
    let store = store::Store::open(config).await.unwrap();
    let map = datamap::DataMap::open(store).await.unwrap();
    let draft = datamap::sources::SourceDraft {
        name: "Many tables".into(),
        address: format!("sqlite:{}", source.display()),
        ..Default::default()
    };
    let by = store::Actor::System("test");
    let source = map.create_source(by.clone(), &draft).await.unwrap();
    map.start_scan(by, &source.id, "person").await.unwrap();
}

/// Reads the scan's row from outside, as a second process may.
async fn scan(data: &Path) -> Option<(String, i64, i64)> {
    let address = format!("sqlite:{}?mode=ro", data.join("privet.db").display());
    let pool = SqlitePool::connect(&address).await.ok()?;
    let row = sqlx::query_as("SELECT state, stores_done, stores_total FROM scan")
        .fetch_optional(&pool)
        .await
        .ok()?;
    pool.close().await;
    row
}

async fn wait_until(data: &Path, what: &str, reached: impl Fn(&(String, i64, i64)) -> bool) {
    let started = Instant::now();
    loop {
        let now = scan(data).await;
        if now.as_ref().is_some_and(&reached) {
            return;
        }
        assert!(started.elapsed() < Duration::from_mins(2), "not {what}: {now:?}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

#[tokio::test]
async fn a_scan_goes_on_after_the_server_was_killed_in_the_middle_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut sql = String::from("BEGIN;");
    for table in 0..TABLES {
        sql.extend([format!(
            "CREATE TABLE customers_{table} (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, a, b, c, d);
             INSERT INTO customers_{table} (email, phone) VALUES ('a{table}@example.com', '13800001234');"
        )]);
    }
    sql.push_str("COMMIT;");
    let source = database(dir.path(), "source.db", &sql).await;
    queue_scan(&data, &source).await;

    let mut server = Server::start("serve", &data, 1);
    wait_until(&data, "in the middle", |(_, done, _)| *done > 20).await;
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let (state, done, _) = scan(&data).await.unwrap();
    assert!(state == "running" && done < TABLES, "it was not in the middle: {state} {done}");

    let _again = Server::start("serve", &data, 1);
    wait_until(&data, "finished", |(state, _, _)| state == "finished").await;

    let (_, done, total) = scan(&data).await.unwrap();
    assert_eq!((done, total), (TABLES, TABLES));
    let address = format!("sqlite:{}?mode=ro", data.join("privet.db").display());
    let pool = SqlitePool::connect(&address).await.unwrap();
    let found: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM field WHERE name = 'email' AND category = 'contact.email'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(found, TABLES, "fields were lost or doubled");
}
