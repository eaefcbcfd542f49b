//! Group commit, on both engines.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use serde_json::{Value, json};
use store::{
    Actor, Entry, HotRow, HotWrite, LedgerFilter, Migration, Store,
    sqlx::{self, Row as _},
    testing::{self, TestGuard},
};

const TABLES: &[Migration] = &[Migration {
    room: "group",
    version: 1,
    sql: "CREATE TABLE item (id TEXT PRIMARY KEY, size BIGINT NOT NULL, share DOUBLE PRECISION, note TEXT);
          CREATE TABLE tag (item_id TEXT NOT NULL REFERENCES item (id), tag TEXT NOT NULL);",
}];

fn row(id: &str, size: impl Into<Value>, share: Value, note: Value) -> HotRow {
    HotRow {
        table: "item",
        columns: &["id", "size", "share", "note"],
        values: vec![id.into(), size.into(), share, note],
    }
}

fn write(id: &str, rows: Vec<HotRow>) -> HotWrite {
    let entry = Entry::new(Actor::Token("t1".into()), "item.created", "item", id);
    HotWrite { entry, rows }
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_sqlite().await;
            store.migrate(super::TABLES).await.unwrap();
            super::$name(store, guard).await;
        })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_postgres().await;
            store.migrate(super::TABLES).await.unwrap();
            super::$name(store, guard).await;
        })* }
    };
}

on_both!(
    values_of_every_type_arrive_as_they_were,
    every_caller_gets_its_own_entry,
    a_refused_row_does_not_lose_its_neighbours,
);

async fn values_of_every_type_arrive_as_they_were(store: Store, _guard: TestGuard) {
    let text = "quote ' \" back \\ 中文 \u{1F512} 12 true null";
    let rows = vec![
        row("1", i64::MAX, json!(0.1), json!(text)),
        row("2", true, json!(3), Value::Null),
        row("3", -5, Value::Null, json!({"a": [1, "x"]})),
        row("007", 0, json!(1e300), json!("42")),
        HotRow { table: "tag", columns: &["item_id", "tag"], values: vec!["3".into(), "t".into()] },
    ];

    store.submit(write("1", rows)).await.unwrap();

    let rows = sqlx::query("SELECT id, size, share, note FROM item ORDER BY size DESC")
        .fetch_all(store.reader())
        .await
        .unwrap();
    let read: Vec<(String, i64, Option<f64>, Option<String>)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect();
    assert_eq!(read[0], ("1".into(), i64::MAX, Some(0.1), Some(text.into())));
    assert_eq!(read[1], ("2".into(), 1, Some(3.0), None));
    assert_eq!(read[2], ("007".into(), 0, Some(1e300), Some("42".into())));
    assert_eq!(read[3], ("3".into(), -5, None, Some(r#"{"a":[1,"x"]}"#.into())));
    let tags: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM tag").fetch_one(store.reader()).await.unwrap();
    assert_eq!(tags, 1);
}

async fn submit_all(store: &Store, writes: Vec<HotWrite>) -> Vec<store::Result<i64>> {
    let tasks: Vec<_> = writes
        .into_iter()
        .map(|write| {
            let store = store.clone();
            tokio::spawn(async move { store.submit(write).await })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

async fn every_caller_gets_its_own_entry(store: Store, _guard: TestGuard) {
    let writes = (0..1000).map(|i| {
        let id = format!("i{i}");
        write(&id, vec![row(&id, i, Value::Null, Value::Null)])
    });

    let positions = submit_all(&store, writes.collect()).await;

    let filter = LedgerFilter { action: Some("item.created".into()), ..LedgerFilter::default() };
    let rows = store.ledger().page(&filter, None, 2000).await.unwrap();
    assert_eq!(rows.len(), 1000);
    for (i, position) in positions.into_iter().enumerate() {
        let position = position.unwrap();
        let entry = rows.iter().find(|row| row.seq == position).unwrap();
        assert_eq!(entry.object_id, format!("i{i}"));
    }
    store.ledger().verify().await.unwrap();
}

async fn a_refused_row_does_not_lose_its_neighbours(store: Store, _guard: TestGuard) {
    let writes = (0..200).map(|i| {
        let id = format!("i{i}");
        let size = if i % 50 == 7 { Value::Null } else { json!(i) }; // NOT NULL
        let mut rows = vec![row(&id, size, Value::Null, Value::Null)];
        if i == 100 {
            rows[0].values.pop();
        }
        write(&id, rows)
    });

    let results = submit_all(&store, writes.collect()).await;

    for (i, result) in results.iter().enumerate() {
        assert_eq!(result.is_err(), i % 50 == 7 || i == 100, "{i}: {result:?}");
    }
    assert!(results[100].as_ref().unwrap_err().to_string().contains("4 columns but 3 values"));
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM item").fetch_one(store.reader()).await.unwrap();
    assert_eq!(count, 195);
    let head = store.ledger().verify().await.unwrap();
    let filter = LedgerFilter { action: Some("item.created".into()), ..LedgerFilter::default() };
    assert_eq!(store.ledger().page(&filter, None, 999).await.unwrap().len(), 195);
    assert_eq!(store.ledger().head().await.unwrap(), head);
}
