//! Throw-away databases for tests, of this room and of others, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)] // For tests only.

use crate::{Store, StoreConfig};
use std::path::{Path, PathBuf};

/// Removes the database and its data directory when dropped. Keep it as long as the [`Store`].
pub struct TestGuard {
    dir: PathBuf,
    database: Option<(String, String)>,
}

impl TestGuard {
    /// The configuration with which another [`Store`] can open the same database.
    pub fn config(&self) -> StoreConfig {
        StoreConfig {
            data_dir: self.dir.clone(),
            database: self.database.as_ref().map(|(server, name)| on(server, name)),
        }
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for TestGuard {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
        let Some((server, name)) = self.database.take() else { return };
        // A drop cannot await, and may happen inside a runtime: hence a thread with its own.
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            runtime.unwrap().block_on(admin(&server, drop));
        })
        .join();
    }
}

/// An SQLite store in a new directory.
pub async fn temp_sqlite() -> (Store, TestGuard) {
    let guard = TestGuard { dir: temp_dir(), database: None };
    (Store::open(guard.config()).await.expect("a new SQLite store opens"), guard)
}

/// A store in a new database of the PostgreSQL server named by `PRIVET_TEST_POSTGRES`.
pub async fn temp_postgres() -> (Store, TestGuard) {
    let guard = temp_postgres_guard().await;
    (Store::open(guard.config()).await.expect("a new PostgreSQL store opens"), guard)
}

/// A new, empty PostgreSQL database that no store has opened yet.
pub async fn temp_postgres_guard() -> TestGuard {
    let Ok(server) = std::env::var("PRIVET_TEST_POSTGRES") else {
        panic!("PRIVET_TEST_POSTGRES is not set: run `cargo xtask test`");
    };
    let name = format!("privet_{}", uuid::Uuid::now_v7().simple());
    admin(&server, format!("CREATE DATABASE {name}")).await;
    TestGuard { dir: temp_dir(), database: Some((server, name)) }
}

/// A guard for an SQLite database that no store has opened yet.
pub fn temp_sqlite_guard() -> TestGuard {
    TestGuard { dir: temp_dir(), database: None }
}

fn temp_dir() -> PathBuf {
    std::env::temp_dir().join(format!("privet-test-{}", uuid::Uuid::now_v7()))
}

async fn admin(server: &str, sql: String) {
    use sqlx::Connection as _;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(server).await.expect("the test server answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.expect("the database is made");
    let _ = conn.close().await;
}

/// The server's address with another database.
fn on(server: &str, name: &str) -> String {
    match server.rsplit_once('/') {
        Some((head, _)) => format!("{head}/{name}"),
        None => server.to_owned(),
    }
}
