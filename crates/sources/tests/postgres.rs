//! PostgreSQL through the face, on a real server.
#![allow(clippy::unwrap_used)] // a test stops where it fails

mod common;

use std::time::Duration;

use common::{PgDb, column, find, open, open_with, run_pg, stores, values};
use sources::{Limits, NetworkGuard, Options, Source, StoreFilter, StoreKind, TlsMode};

#[tokio::test]
async fn a_database_is_listed_with_comments_keys_views_and_estimates() {
    let db = PgDb::create().await;
    db.run(
        r#"CREATE SCHEMA crm; CREATE TYPE mood AS ENUM ('ok');
           CREATE TABLE customers (id int PRIMARY KEY, email varchar(60) NOT NULL, "we""ird 灯" mood);
           COMMENT ON TABLE customers IS 'People'; COMMENT ON COLUMN customers.email IS '邮箱';
           CREATE TABLE crm.leads (a int, b int, c int REFERENCES customers, PRIMARY KEY (a, b));
           CREATE TABLE "order" (x int, y int, FOREIGN KEY (x, y) REFERENCES crm.leads (a, b));
           CREATE VIEW crm.v AS SELECT email, a FROM customers JOIN crm.leads ON c = id;
           CREATE MATERIALIZED VIEW mv AS SELECT * FROM crm.v;
           CREATE TABLE parts (id int) PARTITION BY RANGE (id);
           CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
           INSERT INTO customers SELECT i, 'c' || i || '@example.com', 'ok' FROM generate_series(1, 500) i;
           ANALYZE;"#,
    )
    .await;

    let source = open(&db.url).await.unwrap();
    let catalog = source.introspect(&StoreFilter::default()).await.unwrap();

    let customers = find(&catalog.stores, "customers");
    assert_eq!((customers.comment.as_str(), customers.rows_estimate), ("People", Some(500)));
    assert_eq!(customers.columns[1].comment, "邮箱");
    assert_eq!(customers.columns[1].data_type, "character varying(60)");
    assert!(customers.columns[0].primary_key && !customers.columns[1].nullable);
    assert_eq!(find(&catalog.stores, "crm.v").reads_from.len(), 2);
    assert_eq!(find(&catalog.stores, "mv").reads_from, ["crm.v"]);
    assert_eq!(find(&catalog.stores, "mv").kind, StoreKind::View);
    assert!(catalog.stores.iter().any(|s| s.name == "parts"));
    assert!(!catalog.stores.iter().any(|s| s.name == "parts_1"));
    let order = catalog.links.iter().find(|l| l.from_store == "order").unwrap();
    assert_eq!((order.to_store.as_str(), order.from_columns.len()), ("crm.leads", 2));
    assert_eq!(order.to_columns, ["a", "b"]);

    let filter = StoreFilter { tables_glob: "crm.*".to_owned() };
    assert_eq!(source.introspect(&filter).await.unwrap().stores.len(), 2);
    let info = source.test().await.unwrap();
    assert!(info.product.starts_with("PostgreSQL ") && info.advice == ["account_can_write"]);
    drop(source);
    db.drop().await;
}

#[tokio::test]
async fn every_exotic_type_comes_as_text() {
    let db = PgDb::create().await;
    db.run(
        "CREATE DOMAIN bin AS bytea; CREATE TYPE pair AS (a int, b text);
         CREATE TABLE t (a text[], b jsonb, c uuid, d numeric, e inet, f tsvector, g money, h timestamptz, i date,
                         j bytea, k bin, l pair, m int4range, n point, o interval, p bit(3), q xml, r oid, s \"char\", u boolean);
         INSERT INTO t VALUES ('{a,b}', '{\"x\": 1}', '00000000-0000-0000-0000-000000000001', 'NaN', '10.0.0.1', 'a b', 1.5,
                         'infinity', '-infinity', '\\x00', '\\x01', (1, 'x'), '[1,3)', '(1,2)', '1 day', b'101', '<a/>', 1, 'c', true),
                         (NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);",
    )
    .await;

    let source = open(&db.url).await.unwrap();
    let all = stores(&*source).await;
    let table = find(&all, "t");
    let sample = source.sample(table, &Limits::default()).await.unwrap();

    let first = |name: &str| values(&sample, column(table, name))[0].map(str::to_owned);
    assert_eq!(first("a").as_deref(), Some("{a,b}"));
    assert_eq!(first("b").as_deref(), Some("{\"x\": 1}"));
    assert_eq!(first("d").as_deref(), Some("NaN"));
    assert_eq!(first("h").as_deref(), Some("infinity"));
    assert_eq!(first("l").as_deref(), Some("(1,x)"));
    assert_eq!((first("j"), first("k")), (None, None));
    assert_eq!(sample.binary, [9, 10]);
    assert_eq!(sample.rows, 2);
    drop(source);
    db.drop().await;
}

#[tokio::test]
async fn samples_are_spread_and_long_values_are_cut_in_the_server() {
    let db = PgDb::create().await;
    db.run(
        "CREATE TABLE t AS SELECT i, repeat('x', 100) v FROM generate_series(1, 200000) i; ANALYZE t;
         CREATE TABLE stale AS SELECT * FROM t; ANALYZE stale; DELETE FROM stale WHERE i > 30;
         CREATE TABLE big AS SELECT repeat('灯', 3000000) v, i FROM generate_series(1, 3) i;",
    )
    .await;
    let source = open(&db.url).await.unwrap();
    let all = stores(&*source).await;

    let sample = source.sample(find(&all, "t"), &Limits::default()).await.unwrap();
    let ids: Vec<i64> = values(&sample, 0).iter().map(|v| v.unwrap().parse().unwrap()).collect();
    assert!(ids.len() >= 500 && ids.len() <= 1000, "{}", ids.len());
    assert!(ids.iter().any(|i| *i > 150_000) && ids.iter().any(|i| *i < 50_000));

    let stale = source.sample(find(&all, "stale"), &Limits::default()).await.unwrap();
    assert_eq!(stale.rows, 30);
    let big = source.sample(find(&all, "big"), &Limits::default()).await.unwrap();
    assert!(values(&big, 0).iter().all(|v| v.unwrap().len() == 4095));
    let tight = Limits { sample_bytes: 1000, ..Limits::default() };
    assert!(source.sample(find(&all, "t"), &tight).await.unwrap().cut);
    assert!(source.sample(find(&all, "stale"), &Limits::default()).await.is_ok());
    drop(source);
    db.drop().await;
}

#[tokio::test]
async fn denied_vanished_and_slow_stores_are_told_apart_and_the_rest_goes_on() {
    let db = PgDb::create().await;
    let role = db.name.replace("privet_sources", "privet_role");
    db.run(&format!(
        "CREATE TABLE open (a int); CREATE TABLE secret (a int); CREATE TABLE partly (a int, b int); CREATE TABLE gone (a int);
         INSERT INTO partly VALUES (1, 2);
         CREATE VIEW slow AS SELECT pg_sleep(20)::text a; CREATE SCHEMA closed; CREATE TABLE closed.x (a int);
         CREATE ROLE {role} LOGIN PASSWORD 'pässwörd';
         GRANT SELECT ON open, gone, slow TO {role}; GRANT SELECT (b) ON partly TO {role};"
    ))
    .await;
    let url = db.url.replace("privet:privet@", &format!("{role}:p%C3%A4ssw%C3%B6rd@"));
    let options = Options { statement_timeout: Duration::from_millis(500), ..Options::default() };
    let source = open_with(&url, &options).await.unwrap();
    let all = stores(&*source).await;
    db.run("DROP TABLE gone").await;

    let code = async |name: &str| {
        source.sample(find(&all, name), &Limits::default()).await.err().map(|e| e.code())
    };
    assert_eq!(code("secret").await, Some("denied"));
    assert_eq!(code("closed.x").await, Some("denied"));
    assert_eq!(code("gone").await, Some("vanished"));
    assert_eq!(code("slow").await, Some("slow"));
    assert_eq!(code("open").await, None);
    let partly = source.sample(find(&all, "partly"), &Limits::default()).await.unwrap();
    assert_eq!((values(&partly, 0), values(&partly, 1)), (vec![None], vec![Some("2")]));
    assert!(source.test().await.unwrap().advice.is_empty());
    drop(source);
    db.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    db.drop().await;
}

#[tokio::test]
async fn connection_errors_say_what_is_wrong() {
    let url = common::server("PRIVET_TEST_POSTGRES");
    let code = async |text: &str| open(text).await.err().map(|e| e.code());

    assert_eq!(code(&url.replace(":privet@", ":wrong@")).await, Some("password"));
    assert_eq!(code(&url.replace("/postgres", "/nothere")).await, Some("no-database"));
    assert_eq!(code("postgres://a@127.0.0.1:1/x").await, Some("refused"));
    assert_eq!(code("postgres://a@no-such-host.invalid/x").await, Some("dns"));
    assert_eq!(code("postgres://a@169.254.169.254/x").await, Some("blocked"));
    let strict = Options {
        guard: NetworkGuard { allow_loopback: false, ..NetworkGuard::default() },
        ..Options::default()
    };
    assert_eq!(open_with(&url, &strict).await.err().unwrap().code(), "blocked");
    let tls = Options { tls: TlsMode::Require, ..Options::default() };
    let error = open_with(&url, &tls).await.err().map(|e| e.code());
    assert!(matches!(error, Some("tls") | None), "{error:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_times_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let options = Options { connect_timeout: Duration::from_millis(300), ..Options::default() };
    for scheme in ["postgres", "mysql"] {
        let text = format!("{scheme}://a:b@127.0.0.1:{port}/x");
        assert_eq!(open_with(&text, &options).await.err().unwrap().code(), "timeout");
    }
}

#[tokio::test]
async fn an_empty_database_and_hostile_names_are_harmless() {
    let db = PgDb::create().await;
    let source = open(&db.url).await.unwrap();
    assert!(stores(&*source).await.is_empty());

    db.run(r#"CREATE TABLE victim (a int); CREATE TABLE "x"" ; DROP TABLE victim; --" ("a"" FROM victim; --" text, "b'\" int);
              INSERT INTO "x"" ; DROP TABLE victim; --" VALUES ('v', 1);"#)
        .await;
    let all = stores(&*source).await;
    assert_eq!(all.len(), 2);
    for store in &all {
        source.sample(store, &Limits::default()).await.unwrap();
    }
    assert_eq!(stores(&*source).await.len(), 2);
    drop(source);
    db.drop().await;
}

#[tokio::test]
async fn a_view_that_writes_is_stopped_by_the_read_only_transaction() {
    let db = PgDb::create().await;
    db.run(
        "CREATE TABLE log (a int);
         CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (1); RETURN 1; END';
         CREATE VIEW trap AS SELECT f() a;",
    )
    .await;
    let source: Box<dyn Source> = open(&db.url).await.unwrap();
    let all = stores(&*source).await;

    assert!(source.sample(find(&all, "trap"), &Limits::default()).await.is_err());
    assert_eq!(source.sample(find(&all, "log"), &Limits::default()).await.unwrap().rows, 0);
    drop(source);
    db.drop().await;
    run_pg(&common::server("PRIVET_TEST_POSTGRES"), "SELECT 1").await;
}
