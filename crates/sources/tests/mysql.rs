//! MariaDB through the face, on a real server.
#![allow(clippy::unwrap_used)] // a test stops where it fails

mod common;

use std::time::Duration;

use common::{MyDb, column, find, open, open_with, run_my, server, stores, values};
use sources::{Limits, Options, StoreFilter, StoreKind, TlsMode};

#[tokio::test]
async fn a_database_is_listed_with_comments_keys_views_and_estimates() {
    let db = MyDb::create().await;
    db.run(
        "CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, email VARCHAR(60) NOT NULL COMMENT '邮箱', `we``ird \"灯` ENUM('ok')) COMMENT 'People';
         CREATE TABLE `select` (a INT, b INT, PRIMARY KEY (a, b));
         CREATE TABLE orders (id INT PRIMARY KEY, c INT REFERENCES customers (id), x INT, y INT, FOREIGN KEY (x, y) REFERENCES `select` (a, b));
         CREATE VIEW buyers AS SELECT c.email, o.id FROM customers c JOIN orders o ON o.c = c.id;
         INSERT INTO customers (email) SELECT 'a@example.com' FROM (VALUES (1), (2), (3)) v;",
    )
    .await;

    let source = open(&db.url).await.unwrap();
    let catalog = source.introspect(&StoreFilter::default()).await.unwrap();

    let customers = find(&catalog.stores, "customers");
    assert_eq!(
        (customers.comment.as_str(), customers.columns[1].comment.as_str()),
        ("People", "邮箱")
    );
    assert_eq!(customers.columns[2].name, "we`ird \"灯");
    assert!(customers.columns[0].primary_key && !customers.columns[1].nullable);
    assert_eq!(customers.columns[1].data_type, "varchar(60)");
    let buyers = find(&catalog.stores, "buyers");
    assert_eq!(
        (buyers.kind, buyers.reads_from.clone()),
        (StoreKind::View, vec!["customers".to_owned(), "orders".to_owned()])
    );
    assert!(catalog.links.iter().any(|l| l.from_columns == ["x", "y"] && l.to_store == "select"));
    assert_eq!(source.sample(customers, &Limits::default()).await.unwrap().rows, 3);
    let info = source.test().await.unwrap();
    assert!(
        info.product.starts_with("MariaDB ") && info.advice == ["account_can_write"],
        "{info:?}"
    );

    let whole = open(&server("PRIVET_TEST_MARIADB")).await.unwrap();
    let filter = StoreFilter { tables_glob: format!("{}.*", db.name) };
    let all = whole.introspect(&filter).await.unwrap().stores;
    assert_eq!((all.len(), all[0].schema.as_str()), (4, db.name.as_str()));
    assert!(whole.sample(&all[0], &Limits::default()).await.is_ok());
    db.drop().await;
}

#[tokio::test]
async fn every_exotic_type_comes_as_text() {
    let db = MyDb::create().await;
    db.run(
        "SET sql_mode = '';
         CREATE TABLE t (a BIT(8), b JSON, c DATE, d YEAR, e POINT, f VARBINARY(10), g BLOB, h SET('x','y'), i DECIMAL(20,2),
                         j TIME, k DATETIME(3), l TEXT CHARACTER SET gbk, m TINYINT(1), n DOUBLE, o UUID, p INET6);
         INSERT INTO t VALUES (b'101', '{\"a\": 1}', '0000-00-00', 2024, ST_GeomFromText('POINT(1 2)'), x'00', x'ff', 'x,y', 1.5,
                         '-10:00:00', '2024-01-02 03:04:05.678', '灯', 1, 0.1, UUID(), '::1');",
    )
    .await;
    let source = open(&db.url).await.unwrap();
    let all = stores(&*source).await;
    let table = find(&all, "t");
    let sample = source.sample(table, &Limits::default()).await.unwrap();

    let first = |name: &str| values(&sample, column(table, name))[0].map(str::to_owned);
    for (name, value) in [
        ("a", "5"),
        ("b", "{\"a\": 1}"),
        ("c", "0000-00-00"),
        ("d", "2024"),
        ("e", "POINT(1 2)"),
        ("h", "x,y"),
        ("i", "1.50"),
        ("j", "-10:00:00"),
        ("k", "2024-01-02 03:04:05.678"),
        ("l", "灯"),
        ("n", "0.1"),
        ("p", "::1"),
    ] {
        assert_eq!(first(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(sample.binary, [5, 6]);
    db.drop().await;
}

#[tokio::test]
async fn samples_are_spread_and_long_values_are_cut_in_the_server() {
    let db = MyDb::create().await;
    db.run(
        "CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, v VARCHAR(20)); INSERT INTO t SELECT seq * 7, 'x' FROM seq_1_to_50000;
         CREATE TABLE nokey (a INT); INSERT INTO nokey SELECT seq FROM seq_1_to_50000;
         CREATE TABLE skewed (id BIGINT PRIMARY KEY); INSERT INTO skewed SELECT seq FROM seq_1_to_10000; INSERT INTO skewed VALUES (9000000000000000000);
         CREATE TABLE big (v LONGTEXT); INSERT INTO big SELECT REPEAT('灯', 3000000) FROM seq_1_to_2;
         ANALYZE TABLE t, nokey, skewed;",
    )
    .await;
    let source = open(&db.url).await.unwrap();
    let all = stores(&*source).await;
    let limits = Limits { rows: 100, ..Limits::default() };

    for (name, most) in [("t", 350_000), ("nokey", 50_000)] {
        let sample = source.sample(find(&all, name), &limits).await.unwrap();
        let ids: Vec<i64> =
            values(&sample, 0).iter().map(|v| v.unwrap().parse().unwrap()).collect();
        assert!(
            ids.len() == 100
                && ids.iter().any(|i| *i > most / 2)
                && ids.iter().any(|i| *i < most / 4),
            "{name}"
        );
    }
    assert_eq!(source.sample(find(&all, "skewed"), &limits).await.unwrap().rows, 100);
    let big = source.sample(find(&all, "big"), &Limits::default()).await.unwrap();
    assert!(values(&big, 0).iter().all(|v| v.unwrap().len() == 4095));
    db.drop().await;
}

#[tokio::test]
async fn denied_vanished_and_slow_stores_are_told_apart_and_the_rest_goes_on() {
    let db = MyDb::create().await;
    let user = format!("p{}", db.name.rsplit_once('_').unwrap().0.rsplit_once('_').unwrap().1);
    db.run(&format!(
        "CREATE TABLE open (a INT); CREATE TABLE secret (a INT); CREATE TABLE part (a INT, b INT); CREATE TABLE gone (a INT);
         INSERT INTO part VALUES (1, 2); CREATE VIEW slow AS SELECT SLEEP(20) a;
         CREATE USER {user} IDENTIFIED BY 'pw';
         GRANT SELECT ON open TO {user}; GRANT SELECT ON gone TO {user}; GRANT SELECT ON slow TO {user}; GRANT SELECT (b), INSERT (a) ON part TO {user};"
    ))
    .await;
    let url = db.url.replace("root:privet@", &format!("{user}:pw@"));
    let options = Options { statement_timeout: Duration::from_millis(500), ..Options::default() };
    let source = open_with(&url, &options).await.unwrap();
    let root = open(&db.url).await.unwrap();
    let all = stores(&*root).await;
    db.run("DROP TABLE gone").await;

    let code = async |name: &str| {
        source.sample(find(&all, name), &Limits::default()).await.err().map(|e| e.code())
    };
    assert_eq!(code("secret").await, Some("denied"));
    assert_eq!(code("gone").await, Some("vanished"));
    assert_eq!(code("slow").await, Some("slow"));
    assert_eq!(code("open").await, None);
    let part = source.sample(find(&all, "part"), &Limits::default()).await.unwrap();
    assert_eq!((values(&part, 0), values(&part, 1)), (vec![None], vec![Some("2")]));
    run_my(&server("PRIVET_TEST_MARIADB"), &format!("DROP USER {user}")).await;
    db.drop().await;
}

#[tokio::test]
async fn connection_errors_say_what_is_wrong() {
    let url = server("PRIVET_TEST_MARIADB");
    let code = async |text: &str| open(text).await.err().map(|e| e.code());

    assert_eq!(code(&url.replace(":privet@", ":wrong@")).await, Some("password"));
    assert_eq!(code(&format!("{url}nothere")).await, Some("no-database"));
    assert_eq!(code("mysql://a@127.0.0.1:1/x").await, Some("refused"));
    let tls = Options { tls: TlsMode::VerifyFull, ..Options::default() };
    let error = open_with(&url, &tls).await.err().unwrap();
    assert_eq!(error.code(), "tls", "{error}");
}

#[tokio::test]
async fn an_empty_database_and_hostile_names_are_harmless() {
    let db = MyDb::create().await;
    let source = open(&db.url).await.unwrap();
    assert!(stores(&*source).await.is_empty());
    db.run("CREATE TABLE victim (a INT); CREATE TABLE `x``; DROP TABLE victim; --` (`a``,b' FROM x; --` INT, `c\\'` INT);
            INSERT INTO `x``; DROP TABLE victim; --` VALUES (1, 2);")
        .await;
    let all = stores(&*source).await;
    assert_eq!(all.len(), 2);
    for store in &all {
        source.sample(store, &Limits::default()).await.unwrap();
    }
    assert_eq!(stores(&*source).await.len(), 2);
    db.drop().await;
}
