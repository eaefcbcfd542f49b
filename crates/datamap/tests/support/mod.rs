//! What the room's tests share: a map on both engines, a runner, and sources made of real files.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod console;

use std::{path::Path, time::Duration};

use datamap::{DataMap, add_handlers, model::Scan, sources::SourceDraft};
use store::{Actor, Runner};

/// Whoever acts in tests.
pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// A draft for a SQLite file.
pub fn sqlite_draft(file: &Path) -> SourceDraft {
    SourceDraft {
        name: "Shop".into(),
        address: format!("sqlite:{}", file.display()),
        ..SourceDraft::default()
    }
}

/// Runs statements on a SQLite file, creating it.
pub async fn sqlite(file: &Path, sql: &str) {
    use sqlx::{ConnectOptions, Connection};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A small shop with people in it.
pub const SHOP: &str = "
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, full_name TEXT, points INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), total REAL, status TEXT);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO customers SELECT i, 'li.lei' || i || '@example.com', '+8613800138' || substr('000' || i, -3),
  CASE i % 4 WHEN 0 THEN 'Li Lei' WHEN 1 THEN 'Anna Smith' WHEN 2 THEN 'Han Meimei' ELSE 'John Brown' END,
  i * 10 FROM n;
INSERT INTO orders SELECT id, id, id * 1.5, 'paid' FROM customers;
";

/// Works off jobs until a scan has ended.
pub async fn work(map: &DataMap, scan_id: &str) -> Scan {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let runner = add_handlers(Runner::new(map.store().clone(), 2), map);
    let running = tokio::spawn(runner.run(stopped));
    let mut scan = map.scan(scan_id).await.unwrap();
    for _ in 0..1200 {
        if !matches!(scan.state.as_str(), "queued" | "running") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        scan = map.scan(scan_id).await.unwrap();
    }
    stop.send(true).unwrap();
    running.await.unwrap();
    scan
}

/// Scans a source and waits for the end.
pub async fn scan(map: &DataMap, source_id: &str) -> Scan {
    let id = map.start_scan(me(), source_id, "person").await.unwrap();
    work(map, &id).await
}

/// Opens a map in a throw-away database.
pub async fn open(postgres: bool) -> (DataMap, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    (DataMap::open(store).await.unwrap(), guard)
}

/// Makes of each function two tests: the map in SQLite and in PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (map, _guard) = super::support::open(false).await;
                super::$name(map).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (map, _guard) = super::support::open(true).await;
                super::$name(map).await;
            })*
        }
    };
}
