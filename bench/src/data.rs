//! Databases to measure on: plausible columns, 20 a table, made by the database itself.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// Tables and rows of the standard database.
#[derive(Clone, Copy)]
pub struct Size {
    pub tables: usize,
    pub rows: usize,
}

/// Twenty columns: keys, names, contact, places, money, times, texts. `{i}` is the row number.
const SQLITE_COLUMNS: &str = "i AS id, (i * 7919) % 5000 AS customer_id, \
    'user' || ((i * 31) % 100000) || '@example.com' AS email, \
    '138' || printf('%08d', (i * 104729) % 100000000) AS mobile, \
    substr('王李张刘陈杨黄赵吴周', 1 + i % 10, 1) || substr('伟芳娜秀英敏静丽强磊', 1 + (i / 10) % 10, 1) AS full_name, \
    CASE i % 4 WHEN 0 THEN 'Anna' WHEN 1 THEN 'John' WHEN 2 THEN 'Maria' ELSE 'Peter' END AS first_name, \
    CASE i % 3 WHEN 0 THEN 'Smith' WHEN 1 THEN 'Brown' ELSE 'Taylor' END AS last_name, \
    (i % 900 + 1) || ' Garden Street' AS address, \
    CASE i % 3 WHEN 0 THEN 'London' WHEN 1 THEN 'Berlin' ELSE '杭州市' END AS city, \
    printf('%06d', 310000 + i % 1000) AS postcode, \
    date('1960-01-01', '+' || (i * 13 % 18000) || ' days') AS birth_date, \
    round((i * 17 % 100000) / 100.0, 2) AS amount, i % 50 AS quantity, \
    CASE i % 3 WHEN 0 THEN 'paid' WHEN 1 THEN 'sent' ELSE 'new' END AS status, \
    'SKU-' || (i * 37 % 9999) AS sku, 'Green tea no ' || (i % 300) AS product_name, \
    datetime('2026-01-01', '+' || i || ' minutes') AS created_at, \
    datetime('2026-01-02', '+' || i || ' minutes') AS updated_at, \
    hex(i * 2654435761 % 4294967296) AS token_ref, \
    'Ordered ' || (i % 9) || ' boxes, please deliver after ' || (i % 24) || ' h' AS remark";

/// The same in PostgreSQL's words.
const POSTGRES_COLUMNS: &str = "i AS id, (i * 7919) % 5000 AS customer_id, \
    'user' || ((i * 31) % 100000) || '@example.com' AS email, \
    '138' || lpad(((i::bigint * 104729) % 100000000)::text, 8, '0') AS mobile, \
    substr('王李张刘陈杨黄赵吴周', 1 + i % 10, 1) || substr('伟芳娜秀英敏静丽强磊', 1 + (i / 10) % 10, 1) AS full_name, \
    (ARRAY['Anna','John','Maria','Peter'])[1 + i % 4] AS first_name, \
    (ARRAY['Smith','Brown','Taylor'])[1 + i % 3] AS last_name, \
    (i % 900 + 1) || ' Garden Street' AS address, \
    (ARRAY['London','Berlin','杭州市'])[1 + i % 3] AS city, \
    lpad((310000 + i % 1000)::text, 6, '0') AS postcode, \
    date '1960-01-01' + (i * 13 % 18000) AS birth_date, \
    round((i * 17 % 100000) / 100.0, 2) AS amount, i % 50 AS quantity, \
    (ARRAY['paid','sent','new'])[1 + i % 3] AS status, \
    'SKU-' || (i * 37 % 9999) AS sku, 'Green tea no ' || (i % 300) AS product_name, \
    timestamp '2026-01-01' + i * interval '1 minute' AS created_at, \
    timestamp '2026-01-02' + i * interval '1 minute' AS updated_at, \
    md5(i::text) AS token_ref, \
    'Ordered ' || (i % 9) || ' boxes, please deliver after ' || (i % 24) || ' h' AS remark";

/// Makes a SQLite file.
pub async fn sqlite(path: &std::path::Path, size: Size) -> Result<()> {
    let mut connection =
        SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display())).await?;
    connection.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY").await?;
    let mut transaction = connection.begin().await?;
    for table in 0..size.tables {
        let sql = format!(
            "CREATE TABLE t{table:04} AS WITH RECURSIVE n(i) AS \
             (SELECT {table} + 1 UNION ALL SELECT i + 1 FROM n WHERE i < {table} + {}) SELECT {SQLITE_COLUMNS} FROM n",
            size.rows
        );
        sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    connection.close().await?;
    Ok(())
}

/// Makes a PostgreSQL database on the throw-away server; returns its address.
pub async fn postgres(name: &str, size: Size) -> Result<String> {
    let server =
        std::env::var("PRIVET_TEST_POSTGRES").context("run through `cargo xtask bench`")?;
    let mut admin = PgConnection::connect(&server).await?;
    admin.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}"))).await?;
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    let address = server.replace("/postgres", &format!("/{name}"));
    let mut connection = PgConnection::connect(&address).await?;
    for chunk in (0..size.tables).collect::<Vec<_>>().chunks(100) {
        let statements: Vec<String> = chunk
            .iter()
            .map(|table| {
                format!(
                    "CREATE TABLE t{table:04} AS SELECT {POSTGRES_COLUMNS} FROM generate_series({}, {}) i;",
                    table + 1,
                    table + size.rows
                )
            })
            .collect();
        connection.execute(AssertSqlSafe(statements.join("\n"))).await?;
    }
    connection.execute("ANALYZE").await?;
    connection.close().await?;
    Ok(address)
}
