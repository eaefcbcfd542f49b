//! Sources: drafts, passwords, origins, several engines.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use datamap::{
    DataMap, DataMapError,
    sources::{OriginDraft, SourceDraft, SystemChoice},
};
use support::{SHOP, me, scan, sqlite, sqlite_draft};

async fn bad_inputs_are_told_one_by_one_and_nothing_is_created(map: DataMap) {
    let draft =
        SourceDraft { address: "nonsense://".into(), rows_per_store: 0, ..SourceDraft::default() };
    let Err(DataMapError::Form(errors)) = map.create_source(me(), &draft).await else {
        panic!("a bad draft was taken");
    };
    let mut fields: Vec<&str> = errors.iter().map(|error| error.field).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["address", "name", "rows_per_store"]);
    assert!(map.sources().await.unwrap().is_empty());
    let draft =
        SourceDraft { cron: "every day".into(), ..sqlite_draft(std::path::Path::new("/tmp/x.db")) };
    let Err(DataMapError::Form(errors)) = map.create_source(me(), &draft).await else {
        panic!("a bad schedule was taken");
    };
    assert_eq!(errors[0].field, "cron");
    assert!(map.sources().await.unwrap().is_empty());
}

async fn a_schedule_lost_in_a_crash_is_made_again(map: DataMap) {
    let draft = SourceDraft {
        cron: "0 3 * * *".into(),
        ..sqlite_draft(std::path::Path::new("/tmp/never-scanned.db"))
    };
    let source = map.create_source(me(), &draft).await.unwrap();
    let key = format!("scan:{}", source.id);
    let nothing = serde_json::Value::Null;
    map.store().schedule(&key, "scan", "", "UTC", nothing, me()).await.unwrap();

    map.mend_schedules().await.unwrap();
    let first = map.store().schedule_by_key(&key).await.unwrap().unwrap();
    let head = map.store().ledger().verify().await.unwrap();
    map.mend_schedules().await.unwrap();

    assert_eq!(
        (first.cron.as_str(), first.payload["source_id"].as_str()),
        ("0 3 * * *", Some(&*source.id))
    );
    assert_eq!(map.store().ledger().verify().await.unwrap(), head);
}

async fn a_password_is_sealed_and_never_sent_to_another_server(map: DataMap) {
    let draft = SourceDraft {
        name: "CRM".into(),
        address: "postgres://reader:tr0ub4dor@db.example/crm".into(),
        ..SourceDraft::default()
    };
    let source = map.create_source(me(), &draft).await.unwrap();
    let sealed = source.password_sealed.clone().unwrap();
    assert!(!source.address.contains("tr0ub4dor") && !sealed.contains("tr0ub4dor"));

    let same =
        SourceDraft { address: source.address.clone(), name: "CRM 2".into(), ..draft.clone() };
    map.update_source(me(), &source.id, &same).await.unwrap();
    assert_eq!(map.source(&source.id).await.unwrap().password_sealed, Some(sealed));
    let moved = SourceDraft { address: "postgres://reader@evil.example/crm".into(), ..draft };
    map.update_source(me(), &source.id, &moved).await.unwrap();
    assert_eq!(map.source(&source.id).await.unwrap().password_sealed, None);
}

async fn keys_stay_unique_and_systems_are_shared(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.db");
    sqlite(&file, SHOP).await;
    let draft = SourceDraft { system: SystemChoice::New("Web shop".into()), ..sqlite_draft(&file) };
    let one = map.create_source(me(), &draft).await.unwrap();
    let two = map.create_source(me(), &draft).await.unwrap();
    assert_eq!((one.key.as_str(), two.key.as_str()), ("shop", "shop-2"));
    assert_eq!(one.system_id, two.system_id);
    assert_eq!(map.systems_by_name().await.unwrap().len(), 1);
}

async fn origins_come_and_go(map: DataMap) {
    let source =
        map.create_source(me(), &sqlite_draft(std::path::Path::new("/tmp/x.db"))).await.unwrap();
    let direct = OriginDraft { touchpoint: "registration form".into(), ..OriginDraft::default() };
    let bought = OriginDraft {
        third_party: true,
        provider: "Address Ltd".into(),
        contract: "2026/7".into(),
        country: "de".into(),
        ..OriginDraft::default()
    };
    let first = map.add_origin(me(), &source.id, &direct).await.unwrap();
    map.add_origin(me(), &source.id, &bought).await.unwrap();
    map.remove_origin(me(), &source.id, &first).await.unwrap();
    let left = map.origins(&source.id).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].kind.as_str(), left[0].country.as_str()), ("third_party", "DE"));
    assert!(map.add_origin(me(), &source.id, &OriginDraft::default()).await.is_err());
}

async fn a_connection_can_be_tried_before_it_is_saved(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.db");
    sqlite(&file, SHOP).await;
    let info = map.test_source(&sqlite_draft(&file), None).await.unwrap();
    assert!(info.product.starts_with("SQLite"), "{}", info.product);
    let missing = map.test_source(&sqlite_draft(&dir.path().join("none.db")), None).await;
    assert!(matches!(missing, Err(DataMapError::Source(_))));
}

/// A database of its own on a test server, dropped at the end.
async fn with_server(variable: &str, map: &DataMap) {
    use sqlx::Connection;
    let base = std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is missing: run `cargo xtask test`"));
    let name = format!("map_{}", store::new_id().replace('-', ""));
    let root = base.rsplit_once('/').unwrap().0.to_owned();
    sqlx::any::install_default_drivers();
    let mut admin = sqlx::AnyConnection::connect(&base).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .unwrap();
    let mut inside = sqlx::AnyConnection::connect(&format!("{root}/{name}")).await.unwrap();
    for sql in [
        "CREATE TABLE customers (id INT PRIMARY KEY, email VARCHAR(100), phone VARCHAR(30), points INT)",
        "CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT REFERENCES customers (id), total DECIMAL(10,2))",
    ] {
        sqlx::query(sql).execute(&mut inside).await.unwrap();
    }
    for n in 0..40 {
        let sql = format!(
            "INSERT INTO customers VALUES ({n}, 'hong.{n}@example.com', '+86138001380{n:02}', {n})"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut inside).await.unwrap();
    }
    inside.close().await.unwrap();

    let draft = SourceDraft {
        name: "CRM".into(),
        address: format!("{root}/{name}"),
        ..SourceDraft::default()
    };
    let source = map.create_source(me(), &draft).await.unwrap();
    let scan = scan(map, &source.id).await;

    assert_eq!((scan.state.as_str(), scan.error_why.as_str()), ("finished", ""));
    assert_eq!((scan.stores_done, scan.stores_failed, scan.fields_seen), (2, 0, 7));
    assert!(scan.fields_personal >= 2);
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP DATABASE {name}")))
        .execute(&mut admin)
        .await
        .unwrap();
}

async fn a_postgresql_database_is_scanned(map: DataMap) {
    with_server("PRIVET_TEST_POSTGRES", &map).await;
}

async fn a_mariadb_database_is_scanned(map: DataMap) {
    with_server("PRIVET_TEST_MARIADB", &map).await;
}

on_both_engines!(
    bad_inputs_are_told_one_by_one_and_nothing_is_created,
    a_schedule_lost_in_a_crash_is_made_again,
    a_password_is_sealed_and_never_sent_to_another_server,
    keys_stay_unique_and_systems_are_shared,
    origins_come_and_go,
    a_connection_can_be_tried_before_it_is_saved,
    a_postgresql_database_is_scanned,
    a_mariadb_database_is_scanned,
);
