//! Proof that no statement can write, whoever connects: privileged accounts try, through the very
//! connections that sampling uses.

use sqlx::{AssertSqlSafe, Connection};

use crate::{Address, Options, mysql::MySql, postgres::Postgres, sqlite::Sqlite};

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run `cargo xtask test`"))
}

#[tokio::test]
async fn nothing_writes_to_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let url = format!("sqlite:{}", path.display());
    let mut owner = sqlx::SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
    sqlx::raw_sql("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        .execute(&mut owner)
        .await
        .unwrap();
    let before = std::fs::read(&path).unwrap();

    let (address, _) = Address::parse(&url).unwrap();
    let source = Sqlite::connect(&address, &Options::default()).await.unwrap();
    for sql in [
        "INSERT INTO t VALUES (2)",
        "CREATE TABLE u (a)",
        "DELETE FROM t",
        "DROP TABLE t",
        "PRAGMA user_version = 7; INSERT INTO t VALUES (2)",
        "PRAGMA query_only = OFF; INSERT INTO t VALUES (2)",
        "VACUUM",
    ] {
        let mut conn = source.lease().await.unwrap();
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await;
        assert!(done.is_err(), "{sql}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn nothing_writes_to_postgres_as_a_superuser() {
    let (address, password) = Address::parse(&server("PRIVET_TEST_POSTGRES")).unwrap();
    let source = Postgres::connect(&address, password.as_ref(), &Options::default()).await.unwrap();
    for sql in [
        "CREATE TABLE privet_wrote (a int)",
        "INSERT INTO pg_catalog.pg_description VALUES (0, 0, 0, 'x')",
        "SELECT 1; CREATE SCHEMA privet_wrote",
        // Even a statement that ends our transaction meets the session's own default.
        "COMMIT; CREATE TABLE privet_wrote (a int)",
        "CREATE ROLE privet_wrote",
    ] {
        let error = source.rows(sql).await.unwrap_err();
        assert!(error.why().contains("25006"), "{sql}: {error}");
    }
    // PostgreSQL before 16 lets a read-only transaction make large objects; ours is rolled back.
    let made = source.rows("SELECT lo_create(0)::text").await.unwrap_or_default();
    if let Some(row) = made.first() {
        let oid: String = sqlx::Row::get_unchecked(row, 0);
        let sql = format!("SELECT 1 FROM pg_largeobject_metadata WHERE oid = {oid}");
        assert!(source.rows(&sql).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn nothing_writes_to_mariadb_as_root() {
    let (address, password) = Address::parse(&server("PRIVET_TEST_MARIADB")).unwrap();
    let source = MySql::connect(&address, password.as_ref(), &Options::default()).await.unwrap();
    for sql in [
        "CREATE TABLE mysql.privet_wrote (a int)",
        "CREATE DATABASE privet_wrote",
        "INSERT INTO mysql.time_zone_name VALUES ('privet_wrote', 1)",
        "SELECT 1; CREATE DATABASE privet_wrote",
        // Even a statement that ends our transaction meets the session's own default.
        "COMMIT; CREATE DATABASE privet_wrote",
        "COMMIT; INSERT INTO mysql.time_zone_name VALUES ('privet_wrote', 1)",
        "DROP DATABASE mysql",
    ] {
        let error = source.rows(sql).await.unwrap_err();
        assert!(error.why().contains("1792"), "{sql}: {error}");
    }
}
