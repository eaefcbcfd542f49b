//! Scans of real sources into maps on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use datamap::{
    DataMap,
    inbox::DriftFilter,
    map::{Decision, FieldFilter, FieldListRow, Scope},
    sources::{SourceDraft, SystemChoice},
};
use support::{SHOP, me, scan, sqlite, sqlite_draft, work};

async fn all_fields(map: &DataMap) -> Vec<FieldListRow> {
    let filter = FieldFilter { scope: Scope::All, ..FieldFilter::default() };
    map.fields(&filter, "", 1000, 0).await.unwrap().rows
}

async fn field_named(map: &DataMap, store: &str, name: &str) -> FieldListRow {
    all_fields(map).await.into_iter().find(|f| f.store_name == store && f.name == name).unwrap()
}

async fn a_scan_finds_personal_data_and_nothing_in_totals(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let draft = SourceDraft { system: SystemChoice::New("Web shop".into()), ..sqlite_draft(&file) };
    let source = map.create_source(me(), &draft).await.unwrap();

    let scan = scan(&map, &source.id).await;

    assert_eq!((scan.state.as_str(), scan.error_why.as_str()), ("finished", ""));
    assert_eq!((scan.stores_total, scan.stores_done, scan.stores_failed), (2, 2, 0));
    assert_eq!(scan.fields_seen, 9);
    assert_eq!(field_named(&map, "customers", "email").await.category, "contact.email");
    assert_eq!(field_named(&map, "customers", "email").await.system_name, "Web shop");
    assert!(field_named(&map, "customers", "phone").await.category.starts_with("contact.phone"));
    assert_eq!(field_named(&map, "orders", "total").await.category, "");
    let detail = map.field(&field_named(&map, "orders", "customer_id").await.id).await.unwrap();
    assert_eq!(detail.links[0].to_store, "customers");
    assert_eq!(map.open_drift().await.unwrap(), 0, "the first scan is no news");
}

async fn a_correction_survives_every_later_scan(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(&map, &source.id).await;
    let points = field_named(&map, "customers", "points").await;
    let email = field_named(&map, "customers", "email").await;
    let correct =
        Decision::Correct { category: "contact.phone".into(), sensitivity: String::new() };
    map.decide(me(), std::slice::from_ref(&points.id), &correct, "a phone in disguise")
        .await
        .unwrap();
    map.decide(me(), std::slice::from_ref(&email.id), &Decision::Dismiss, "").await.unwrap();

    scan(&map, &source.id).await;
    scan(&map, &source.id).await;

    let points = map.field(&points.id).await.unwrap().field;
    assert_eq!(
        (points.decision.as_str(), points.category.as_str()),
        ("corrected", "contact.phone")
    );
    assert!(points.level > 0);
    let email = map.field(&email.id).await.unwrap().field;
    assert_eq!((email.category.as_str(), email.found_category.as_str()), ("", "contact.email"));
    assert_eq!(email.level, 0);
}

async fn a_rescan_tells_what_is_new_gone_and_changed(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    sqlite(&file, "CREATE TABLE old (id INTEGER, remark TEXT)").await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(&map, &source.id).await;
    sqlite(
        &file,
        "DROP TABLE old; CREATE TABLE staff (id INTEGER, email TEXT);
         INSERT INTO staff VALUES (1, 'a.b@example.org');
         ALTER TABLE customers DROP COLUMN points;
         ALTER TABLE customers ADD COLUMN mobile TEXT;
         UPDATE customers SET mobile = phone;
         ALTER TABLE orders DROP COLUMN status; ALTER TABLE orders ADD COLUMN status INTEGER;",
    )
    .await;

    scan(&map, &source.id).await;

    let (rows, count) = map.drift(&DriftFilter::default(), 100, 0).await.unwrap();
    let mut told: Vec<(String, String, String)> = rows
        .iter()
        .map(|r| (r.drift.kind.clone(), r.drift.store_name.clone(), r.drift.field_name.clone()))
        .collect();
    told.sort();
    let line = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(
        told,
        [
            line("changed_type", "orders", "status"),
            line("new_field", "customers", "mobile"),
            line("new_store", "staff", ""),
            line("vanished_field", "customers", "points"),
            line("vanished_store", "old", ""),
        ]
    );
    let mobile = rows.iter().find(|r| r.drift.field_name == "mobile").unwrap();
    assert_eq!(map.field(&mobile.drift.field_id).await.unwrap().field.name, "mobile");
    let gone = FieldFilter { vanished: true, scope: Scope::All, ..FieldFilter::default() };
    assert_eq!(map.fields(&gone, "", 10, 0).await.unwrap().total, 3);

    let ids: Vec<String> = rows.iter().take(2).map(|r| r.drift.id.clone()).collect();
    assert_eq!(map.acknowledge(me(), &ids).await.unwrap(), 2);
    assert_eq!(map.acknowledge(me(), &ids).await.unwrap(), 0, "twice changes nothing");
    assert_eq!(map.open_drift().await.unwrap(), count - 2);
    assert_eq!(map.acknowledge_all(me(), &DriftFilter::default()).await.unwrap(), count - 2);
}

async fn a_source_that_is_not_there_fails_with_a_code_and_keeps_the_map(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(&map, &source.id).await;
    let before = all_fields(&map).await.len();
    std::fs::remove_file(&file).unwrap();

    let failed = scan(&map, &source.id).await;

    assert_eq!((failed.state.as_str(), failed.error_code.as_str()), ("failed", "missing"));
    assert_eq!(all_fields(&map).await.len(), before);
}

async fn a_failed_scan_goes_on_when_its_job_is_tried_again(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    let failed = scan(&map, &source.id).await;
    sqlite(&file, SHOP).await;

    let job = store::JobId(failed.job_id.clone().unwrap());
    map.store().retry_job(&job, me()).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let runner = datamap::add_handlers(store::Runner::new(map.store().clone(), 1), &map);
    let running = tokio::spawn(runner.run(stopped));
    while !map.store().job(&job).await.unwrap().unwrap().state.is_over() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    stop.send(true).unwrap();
    running.await.unwrap();

    let done = map.scan(&failed.id).await.unwrap();
    assert_eq!((failed.state.as_str(), done.state.as_str()), ("failed", "finished"));
    assert_eq!((done.error_code.as_str(), done.stores_done), ("", 2));
}

async fn privets_own_key_is_not_read_as_a_source(map: DataMap) {
    let key = map.store().data_dir().join("privet.key");
    let draft = SourceDraft {
        name: "Key".into(),
        address: key.display().to_string(),
        ..SourceDraft::default()
    };

    let tested = map.test_source(&draft, None).await;
    let source = map.create_source(me(), &draft).await.unwrap();
    let scan = scan(&map, &source.id).await;

    assert!(tested.is_err());
    assert_eq!((scan.state.as_str(), scan.error_code.as_str()), ("failed", "blocked"));
}

async fn a_scan_cut_off_in_the_middle_finishes_later(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("big.db");
    let tables: Vec<String> = (0..300)
        .map(|n| {
            format!(
                "CREATE TABLE t{n} (id INTEGER, email TEXT);
                 INSERT INTO t{n} VALUES (1, 'a{n}@example.com'), (2, 'b{n}@example.com');"
            )
        })
        .collect();
    let sql = format!("BEGIN; {} COMMIT;", tables.concat());
    sqlite(&file, &sql).await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    let id = map.start_scan(me(), &source.id, "person").await.unwrap();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let runner = datamap::add_handlers(store::Runner::new(map.store().clone(), 1), &map);
    let running = tokio::spawn(runner.run(stopped));
    for _ in 0..2000 {
        if map.scan(&id).await.unwrap().stores_done > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    running.abort();
    let _ = running.await;
    let cut = map.scan(&id).await.unwrap();
    assert_eq!(cut.state, "running");
    assert!(cut.stores_done > 0 && cut.stores_done < 300, "{}", cut.stores_done);

    let scan = work(&map, &id).await;

    assert_eq!((scan.state.as_str(), scan.stores_done), ("finished", 300));
    assert_eq!(all_fields(&map).await.len(), 600);
}

/// Every table of Privet's own database.
async fn tables(map: &DataMap) -> Vec<String> {
    let sql = if map.store().is_postgres() {
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(map.store().reader()).await.unwrap();
    assert!(rows.len() > 10);
    rows.into_iter().map(|(name,)| name).collect()
}

/// All columns of all rows of a table as one text.
async fn dump(map: &DataMap, table: &str) -> String {
    let columns = if map.store().is_postgres() {
        "CAST(t AS TEXT)".to_owned()
    } else {
        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
        let names: Vec<(String,)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(map.store().reader()).await.unwrap();
        let quoted: Vec<String> = names
            .into_iter()
            .map(|(name,)| format!("COALESCE(CAST(\"{name}\" AS TEXT), '')"))
            .collect();
        quoted.join(" || ' ' || ")
    };
    let sql = format!("SELECT {columns} FROM \"{table}\" t");
    let rows: Vec<(String,)> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(map.store().reader()).await.unwrap();
    rows.into_iter().map(|(text,)| text + "\n").collect()
}

async fn a_table_that_may_not_be_read_is_told_and_the_rest_goes_on(map: DataMap) {
    use sqlx::Connection;
    let base = std::env::var("PRIVET_TEST_POSTGRES").expect("run `cargo xtask test`");
    let name = format!("map_{}", store::new_id().replace('-', ""));
    let root = base.rsplit_once('/').unwrap().0.to_owned();
    sqlx::any::install_default_drivers();
    let run = async |address: &str, sql: String| {
        let mut connection = sqlx::AnyConnection::connect(address).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    run(&base, format!("CREATE DATABASE {name}")).await;
    run(
        &format!("{root}/{name}"),
        format!(
            "CREATE ROLE {name} LOGIN PASSWORD 'reader';
             CREATE TABLE open_list (email TEXT); CREATE TABLE closed (email TEXT, phone TEXT);
             INSERT INTO open_list SELECT 'a' || n || '@example.com' FROM generate_series(1, 50) n;
             GRANT SELECT ON open_list TO {name};"
        ),
    )
    .await;
    let host = root.rsplit_once('@').unwrap().1;
    let draft = SourceDraft {
        name: "CRM".into(),
        address: format!("postgres://{name}:reader@{host}/{name}"),
        ..SourceDraft::default()
    };
    let source = map.create_source(me(), &draft).await.unwrap();

    let scan = scan(&map, &source.id).await;

    assert_eq!(scan.state, "finished");
    let problems = map.scan_problems(&scan.id).await.unwrap();
    let told: Vec<_> = problems.iter().map(|p| (p.store_name.as_str(), p.code.as_str())).collect();
    assert_eq!(told, [("closed", "denied")]);
    assert_eq!(field_named(&map, "open_list", "email").await.category, "contact.email");
    run(&base, format!("DROP DATABASE {name}")).await;
    run(&base, format!("DROP ROLE {name}")).await;
}

async fn a_cancelled_scan_keeps_what_it_found(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(&map, &source.id).await;
    let id = map.start_scan(me(), &source.id, "person").await.unwrap();
    assert_eq!(map.start_scan(me(), &source.id, "person").await.unwrap(), id, "one at a time");

    map.cancel_scan(me(), &id).await.unwrap();
    let cancelled = work(&map, &id).await;

    assert_eq!(cancelled.state, "cancelled");
    assert_eq!(all_fields(&map).await.len(), 9);
}

async fn no_sampled_value_is_kept(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("marked.db");
    sqlite(
        &file,
        "CREATE TABLE people (email TEXT, remark TEXT, code TEXT);
         INSERT INTO people VALUES ('zyxmarker@example.com', 'call zyxmarker about the tea', 'ZYXMARKER'),
           ('zyxmarker.two@example.com', 'zyxmarker', 'zyxmarker');",
    )
    .await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(&map, &source.id).await;

    assert_eq!(all_fields(&map).await.len(), 3);
    for table in tables(&map).await {
        let text = dump(&map, &table).await.to_lowercase();
        assert!(!text.contains("zyxmarker"), "a value is kept in {table}");
    }
}

async fn deleting_a_source_tells_and_takes_everything(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let draft = SourceDraft {
        cron: "0 3 * * *".into(),
        zone: "Asia/Shanghai".into(),
        ..sqlite_draft(&file)
    };
    let source = map.create_source(me(), &draft).await.unwrap();
    scan(&map, &source.id).await;
    let email = field_named(&map, "customers", "email").await;
    map.decide(me(), &[email.id], &Decision::Confirm, "").await.unwrap();

    let impact = map.deletion_impact(&source.id).await.unwrap();
    assert_eq!((impact.stores, impact.fields, impact.decisions, impact.scans), (2, 9, 1, 1));
    map.delete_source(me(), &source.id).await.unwrap();

    assert!(map.source(&source.id).await.is_err());
    assert!(all_fields(&map).await.is_empty());
    assert!(map.sources().await.unwrap().is_empty());
}

/// Whoever keeps a company's own detectors, in these tests.
#[derive(Clone, Default)]
struct Keeper(std::sync::Arc<std::sync::Mutex<detect::CustomDetectors>>);

#[async_trait::async_trait]
impl datamap::OwnDetectors for Keeper {
    async fn own_detectors(&self) -> Result<detect::CustomDetectors, store::StoreError> {
        Ok(self.0.lock().unwrap().clone())
    }
}

const LOYALTY: &str = r#"
[[detector]]
name = "LOYALTY_CARD"
pattern = 'LT-(?<check>\d{8})'
checksum = "luhn"
category = "identity.customer_id"
sensitivity = "confidential"
examples = ["LT-12345674"]
"#;

async fn a_companys_own_detector_is_used_from_the_next_scan_on(map: DataMap) {
    let keeper = Keeper::default();
    let map = map.with_own_detectors(std::sync::Arc::new(keeper.clone()));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(
        &file,
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, c7 TEXT, c8 TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
         INSERT INTO visits SELECT i,
           CASE i % 2 WHEN 0 THEN 'LT-12345674' ELSE 'LT-98765431' END,
           CASE i % 4 WHEN 0 THEN 'showed the card LT-12345674 at the desk' ELSE 'came in to look' END
         FROM n;",
    )
    .await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(&map, &source.id).await;
    assert_eq!(field_named(&map, "visits", "c7").await.category, "");
    assert_eq!(field_named(&map, "visits", "c8").await.category, "");

    *keeper.0.lock().unwrap() = detect::CustomDetectors::parse(LOYALTY).unwrap();
    scan(&map, &source.id).await;

    let found = field_named(&map, "visits", "c7").await;
    assert_eq!(
        (found.category.as_str(), found.sensitivity.as_str()),
        ("identity.customer_id", "confidential")
    );
    let why = map.field(&found.id).await.unwrap();
    assert_eq!(why.evidence.detector.as_deref(), Some("LOYALTY_CARD"));
    assert_eq!((why.evidence.values_matched, why.evidence.checksum), (40, true));
    assert!(why.samples.iter().all(|sample| !sample.contains("1234567")), "{:?}", why.samples);
    let text = field_named(&map, "visits", "c8").await;
    assert_eq!((text.category.as_str(), text.sensitivity.as_str()), ("free_text", "confidential"));
    let inside = map.field(&text.id).await.unwrap().evidence.inside;
    assert_eq!((inside[0].category.as_str(), inside[0].rows), ("identity.customer_id", 10));
    let kind = DriftFilter { kind: "changed_category".into(), ..DriftFilter::default() };
    assert_eq!(map.drift(&kind, 50, 0).await.unwrap().1, 2, "the inbox tells it");
}

on_both_engines!(
    a_companys_own_detector_is_used_from_the_next_scan_on,
    a_scan_finds_personal_data_and_nothing_in_totals,
    a_correction_survives_every_later_scan,
    a_rescan_tells_what_is_new_gone_and_changed,
    a_source_that_is_not_there_fails_with_a_code_and_keeps_the_map,
    a_failed_scan_goes_on_when_its_job_is_tried_again,
    privets_own_key_is_not_read_as_a_source,
    a_scan_cut_off_in_the_middle_finishes_later,
    no_sampled_value_is_kept,
    a_table_that_may_not_be_read_is_told_and_the_rest_goes_on,
    a_cancelled_scan_keeps_what_it_found,
    deleting_a_source_tells_and_takes_everything,
);
