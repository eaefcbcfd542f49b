//! SQLite through the face, on real files.
#![allow(clippy::unwrap_used)] // a test stops where it fails

mod common;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use common::{column, find, open, open_with, stores, values};
use sources::{Limits, Options, StoreFilter, StoreKind};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

async fn build(path: &Path, sql: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    conn
}

fn files_in(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_database_is_listed_with_keys_views_and_estimates() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shop.db");
    build(
        &path,
        r#"CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(60) NOT NULL, "we""ird `n" TEXT);
           CREATE TABLE "select" (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID;
           CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES CUSTOMERS,
                                a INT, b INT, FOREIGN KEY (a, b) REFERENCES "select"(a, b));
           CREATE VIEW buyers AS SELECT c.email, o.id FROM customers c JOIN orders o ON o.customer = c.id;
           CREATE TABLE gone (x); CREATE VIEW broken AS SELECT x FROM gone; DROP TABLE gone;
           INSERT INTO customers VALUES (1, 'a@example.com', NULL), (7, 'b@example.com', '灯');"#,
    )
    .await;

    let source = open(&format!("sqlite:{}", path.display())).await.unwrap();
    let catalog = source.introspect(&StoreFilter::default()).await.unwrap();

    let customers = find(&catalog.stores, "customers");
    assert_eq!(customers.rows_estimate, Some(7));
    assert_eq!(customers.columns[2].name, "we\"ird `n");
    assert!(customers.columns[0].primary_key && !customers.columns[1].nullable);
    assert_eq!(customers.columns[1].data_type, "VARCHAR(60)");
    let buyers = find(&catalog.stores, "buyers");
    assert_eq!((buyers.kind, buyers.reads_from.len()), (StoreKind::View, 2));
    assert_eq!(catalog.links.len(), 2);
    assert!(catalog.links.iter().any(|l| l.to_store == "customers" && l.to_columns == ["id"]));
    assert!(catalog.links.iter().any(|l| l.from_columns == ["a", "b"] && l.to_store == "select"));
    assert_eq!(catalog.problems.len(), 1);
    assert_eq!(catalog.problems[0].store, "broken");

    let sample = source.sample(customers, &Limits::default()).await.unwrap();
    assert_eq!(values(&sample, 2), [None, Some("灯")]);
    let info = source.test().await.unwrap();
    assert!(info.product.starts_with("SQLite 3."));
    assert_eq!(files_in(dir.path()), ["shop.db"]);
}

#[tokio::test]
async fn any_type_anywhere_is_read_and_blobs_and_invalid_text_are_flagged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    build(
        &path,
        "CREATE TABLE t (a INTEGER, b, c TEXT);
         INSERT INTO t VALUES ('text', x'00ff', CAST(x'61ff62' AS TEXT)), (1.5, 'x', 9), (NULL, 2, ''),
                              (12345678901, -1, CAST(x'4142004344' AS TEXT));",
    )
    .await;

    let source = open(path.to_str().unwrap()).await.unwrap();
    let all = stores(&*source).await;
    let sample = source.sample(find(&all, "t"), &Limits::default()).await.unwrap();

    assert_eq!(values(&sample, 0), [Some("text"), Some("1.5"), None, Some("12345678901")]);
    assert_eq!(values(&sample, 1), [None, Some("x"), Some("2"), Some("-1")]);
    assert_eq!(values(&sample, 2)[..3], [Some("a\u{fffd}b"), Some("9"), Some("")]);
    assert_eq!((sample.binary.clone(), sample.invalid_text), (vec![1], true));
}

#[tokio::test]
async fn wide_tables_and_values_with_control_characters_are_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let columns: Vec<String> = (0..150).map(|i| i.to_string()).collect();
    let names: Vec<String> = columns.iter().map(|c| format!("c{c}")).collect();
    build(
        &path,
        &format!(
            "CREATE TABLE wide ({}); INSERT INTO wide VALUES ({});
             CREATE TABLE odd (a, b, c); INSERT INTO odd VALUES ('x' || char(31) || 'y', NULL, ''), (x'1f', 'z', 1);
             CREATE TABLE empty (a, b, c); INSERT INTO empty VALUES ('', NULL, 'x');",
            names.join(","),
            columns.join(",")
        ),
    )
    .await;
    let source = open(path.to_str().unwrap()).await.unwrap();
    let all = stores(&*source).await;

    let wide = source.sample(find(&all, "wide"), &Limits::default()).await.unwrap();
    let row: Vec<_> = (0..150).map(|i| values(&wide, i)[0].unwrap()).collect();
    assert_eq!(row, columns);
    let odd = source.sample(find(&all, "odd"), &Limits::default()).await.unwrap();
    assert_eq!(values(&odd, 0), [Some("x\u{1f}y"), None]);
    assert_eq!(
        (values(&odd, 1), values(&odd, 2)),
        (vec![None, Some("z")], vec![Some(""), Some("1")])
    );
    assert_eq!(odd.binary, [0]);
    let empty = source.sample(find(&all, "empty"), &Limits::default()).await.unwrap();
    let row: Vec<_> = (0..3).map(|i| values(&empty, i)[0]).collect();
    assert_eq!(row, [Some(""), None, Some("x")]);
}

#[tokio::test]
async fn samples_are_spread_over_the_table_and_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    build(
        &path,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
         WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 50000)
         INSERT INTO t SELECT i * 3, 'v' || i FROM s;
         CREATE TABLE skewed (id INTEGER PRIMARY KEY);
         INSERT INTO skewed SELECT i FROM (SELECT id / 3 AS i FROM t LIMIT 5000); INSERT INTO skewed VALUES (9e18);
         CREATE TABLE big (v TEXT); INSERT INTO big SELECT printf('%.*c', 10000000, 'x') FROM t LIMIT 3;",
    )
    .await;
    let source = open(path.to_str().unwrap()).await.unwrap();
    let all = stores(&*source).await;
    let limits = Limits { rows: 100, ..Limits::default() };

    let sample = source.sample(find(&all, "t"), &limits).await.unwrap();
    let ids: Vec<i64> = values(&sample, 0).iter().map(|v| v.unwrap().parse().unwrap()).collect();
    assert_eq!(ids.len(), 100);
    for quarter in 0..4 {
        let range = quarter * 37_500..(quarter + 1) * 37_500;
        assert!(ids.iter().filter(|id| range.contains(*id)).count() >= 20, "{ids:?}");
    }

    let skewed = source.sample(find(&all, "skewed"), &limits).await.unwrap();
    assert_eq!(skewed.rows, 100);

    let big = source.sample(find(&all, "big"), &Limits::default()).await.unwrap();
    assert!(values(&big, 0).iter().all(|v| v.unwrap().len() == 4096));

    let tight = Limits { sample_bytes: 500, ..Limits::default() };
    let cut = source.sample(find(&all, "t"), &tight).await.unwrap();
    assert!(cut.cut && cut.rows < 50);
    assert!(source.sample(find(&all, "t"), &limits).await.is_ok());
}

#[tokio::test]
async fn five_thousand_tables_are_listed_quickly() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wide.db");
    let sql: String = std::iter::once("BEGIN;".to_owned())
        .chain((0..5000).map(|i| {
            format!(
                "CREATE TABLE t{i} (id INTEGER PRIMARY KEY, email TEXT, ref INT REFERENCES t0);"
            )
        }))
        .chain(["COMMIT;".to_owned()])
        .collect();
    build(&path, &sql).await;

    let source = open(path.to_str().unwrap()).await.unwrap();
    let start = Instant::now();
    let catalog = source.introspect(&StoreFilter::default()).await.unwrap();

    assert_eq!((catalog.stores.len(), catalog.links.len()), (5000, 5000));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let filter = StoreFilter { tables_glob: "t1*, !t10*".to_owned() };
    assert_eq!(source.introspect(&filter).await.unwrap().stores.len(), 1000);
}

#[tokio::test]
async fn a_wrong_file_says_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("notes.db");
    std::fs::write(&text, "this is not a database at all, but a longer text file\n".repeat(50))
        .unwrap();
    let empty = dir.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();

    let code =
        async |p: &Path| open(&format!("sqlite:{}", p.display())).await.err().map(|e| e.code());
    assert_eq!(code(&text).await, Some("not-a-database"));
    assert_eq!(code(&dir.path().join("nope.db")).await, Some("missing"));
    assert_eq!(code(dir.path()).await, Some("not-a-database"));
    assert_eq!(code(&empty).await, None);
    let source = open(empty.to_str().unwrap()).await.unwrap();
    assert!(stores(&*source).await.is_empty());
    assert_eq!(source.test().await.unwrap().advice, ["no_stores"]);
}

#[tokio::test]
async fn a_vanished_table_and_a_slow_view_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let mut owner = build(
        &path,
        "CREATE TABLE t (a); CREATE VIEW slow AS WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s) SELECT count(*) n FROM s;",
    )
    .await;
    let options = Options { statement_timeout: Duration::from_millis(300), ..Options::default() };
    let source = open_with(path.to_str().unwrap(), &options).await.unwrap();
    let all = stores(&*source).await;
    sqlx::raw_sql("DROP TABLE t").execute(&mut owner).await.unwrap();

    let code = async |name: &str| {
        source.sample(find(&all, name), &Limits::default()).await.unwrap_err().code()
    };
    assert_eq!(code("t").await, "vanished");
    assert_eq!(code("slow").await, "slow");
}

#[tokio::test]
async fn an_owner_in_a_transaction_is_waited_for_but_not_disturbed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let mut owner = build(&path, "CREATE TABLE t (a); INSERT INTO t VALUES (1);").await;
    let options = Options { statement_timeout: Duration::from_millis(300), ..Options::default() };
    let source = open_with(path.to_str().unwrap(), &options).await.unwrap();
    let all = stores(&*source).await;

    sqlx::raw_sql("BEGIN EXCLUSIVE; INSERT INTO t VALUES (2);").execute(&mut owner).await.unwrap();
    let error = source.sample(find(&all, "t"), &Limits::default()).await.unwrap_err();
    sqlx::raw_sql("COMMIT").execute(&mut owner).await.unwrap();

    assert_eq!(error.code(), "busy");
    assert_eq!(source.sample(find(&all, "t"), &Limits::default()).await.unwrap().rows, 2);
}

#[tokio::test]
async fn a_database_in_wal_mode_and_one_in_utf16_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let wal = dir.path().join("wal.db");
    let owner =
        build(&wal, "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES ('灯');")
            .await;
    let wide = dir.path().join("wide.db");
    build(&wide, "PRAGMA encoding = 'UTF-16'; CREATE TABLE t (a); INSERT INTO t VALUES ('灯');")
        .await;

    for path in [&wal, &wide] {
        let source = open(path.to_str().unwrap()).await.unwrap();
        let all = stores(&*source).await;
        let sample = source.sample(find(&all, "t"), &Limits::default()).await.unwrap();
        assert_eq!(values(&sample, column(&all[0], "a")), [Some("灯")]);
    }
    owner.close().await.unwrap();
    assert_eq!(files_in(dir.path()), ["wal.db", "wide.db"]);
}

#[tokio::test]
async fn a_wal_database_at_rest_gets_no_files_beside_it_and_its_owner_may_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wal.db");
    let sql = "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);";
    build(&path, sql).await.close().await.unwrap();

    let source = open(path.to_str().unwrap()).await.unwrap();
    let all = stores(&*source).await;
    assert_eq!(source.sample(&all[0], &Limits::default()).await.unwrap().rows, 1);
    assert_eq!(files_in(dir.path()), ["wal.db"]);

    let owner = build(&path, "INSERT INTO t VALUES (2);").await;
    assert_eq!(source.sample(&all[0], &Limits::default()).await.unwrap().rows, 2);
    owner.close().await.unwrap();
}
