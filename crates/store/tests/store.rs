//! The store through its face, on both engines.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use store::{
    Actor, Entry, LedgerFilter, Migration, NewJob, Store, StoreError,
    sqlx::{self, Row as _},
    testing::{self, TestGuard},
};

const ITEMS: &[Migration] = &[Migration {
    room: "test",
    version: 1,
    sql: "CREATE TABLE item (id TEXT PRIMARY KEY, size BIGINT NOT NULL, flag BIGINT, note TEXT);",
}];

fn entry(id: &str) -> Entry {
    Entry::new(Actor::Person("p1".into()), "item.created", "item", id)
}

async fn add(store: &Store, id: &str) -> store::Result<i64> {
    let mut tx = store.begin(entry(id)).await?;
    sqlx::query("INSERT INTO item (id, size) VALUES ($1, $2)")
        .bind(id)
        .bind(1_i64)
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(store.reader()).await.unwrap()
}

/// Runs a test on SQLite and on PostgreSQL, each as a test of its own.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_sqlite().await;
            store.migrate(super::ITEMS).await.unwrap();
            super::$name(store, guard).await;
        })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_postgres().await;
            store.migrate(super::ITEMS).await.unwrap();
            super::$name(store, guard).await;
        })* }
    };
}

on_both!(
    a_change_and_its_entry_commit_together,
    a_dropped_transaction_leaves_nothing,
    several_entries_follow_each_other,
    concurrent_writers_leave_no_gap,
    a_changed_entry_is_found_at_its_position,
    a_removed_entry_is_found_at_its_position,
    a_cut_off_end_stops_writes,
    the_ledger_is_paged_filtered_and_streamed,
    an_entry_tells_whose_data_and_why,
    readers_cannot_write,
    reopening_keeps_everything,
    another_key_file_is_refused,
    changed_and_newer_migrations_are_refused,
    a_failing_migration_leaves_nothing,
    a_job_queued_in_a_dropped_transaction_does_not_exist,
    a_soft_transaction_takes_no_entry,
    the_digest_does_not_depend_on_field_order,
);

async fn a_change_and_its_entry_commit_together(store: Store, _guard: TestGuard) {
    let before = store.ledger().head().await.unwrap().seq;
    let mut tx = store.begin(entry("a")).await.unwrap();
    tx.states(None, Some(store.digest(&"state")));
    sqlx::query("INSERT INTO item (id, size) VALUES ('a', 1)").execute(tx.conn()).await.unwrap();

    let position = tx.commit().await.unwrap();

    assert_eq!(position, before + 1);
    let rows = store.ledger().page(&LedgerFilter::default(), None, 1).await.unwrap();
    assert_eq!(rows[0].seq, position);
    assert_eq!((rows[0].actor.as_str(), rows[0].action.as_str()), ("person:p1", "item.created"));
    assert_eq!(rows[0].before, None);
    assert_eq!(rows[0].after, Some(store.digest(&"state")));
    assert_eq!(store.ledger().verify().await.unwrap().seq, position);
    store.health().await.unwrap();
}

async fn a_dropped_transaction_leaves_nothing(store: Store, _guard: TestGuard) {
    let before = store.ledger().head().await.unwrap();
    let mut tx = store.begin(entry("a")).await.unwrap();
    sqlx::query("INSERT INTO item (id, size) VALUES ('a', 1)").execute(tx.conn()).await.unwrap();

    drop(tx);

    add(&store, "b").await.unwrap();
    assert_eq!(count(&store, "SELECT COUNT(*) FROM item").await, 1);
    assert_eq!(store.ledger().verify().await.unwrap().seq, before.seq + 1);
}

async fn several_entries_follow_each_other(store: Store, _guard: TestGuard) {
    let mut tx = store.begin(entry("a")).await.unwrap();
    tx.also(entry("b"));
    tx.also(entry("c"));

    let first = tx.commit().await.unwrap();

    let rows = store.ledger().page(&LedgerFilter::default(), None, 3).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| (row.seq - first, row.object_id.as_str())).collect();
    assert_eq!(ids, [(2, "c"), (1, "b"), (0, "a")]);
}

async fn concurrent_writers_leave_no_gap(store: Store, _guard: TestGuard) {
    let before = store.ledger().head().await.unwrap().seq;
    let writers = (0..40).map(|i| {
        let store = store.clone();
        tokio::spawn(async move { add(&store, &format!("i{i}")).await.unwrap() })
    });

    let mut positions = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        positions.push(writer.await.unwrap());
    }

    positions.sort_unstable();
    assert_eq!(positions, (before + 1..=before + 40).collect::<Vec<_>>());
    assert_eq!(store.ledger().verify().await.unwrap().seq, before + 40);
}

/// Writes past the store, as an intruder with the database would.
async fn tamper(guard: &TestGuard, sql: &'static str) {
    use sqlx::Connection as _;
    let config = guard.config();
    let address = config
        .database
        .unwrap_or_else(|| format!("sqlite://{}", guard.dir().join("privet.db").display()));
    let mut conn = sqlx::AnyConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

fn position(error: &StoreError) -> i64 {
    match error {
        StoreError::Ledger { position, .. } => *position,
        other => panic!("not a ledger error: {other}"),
    }
}

async fn a_changed_entry_is_found_at_its_position(store: Store, guard: TestGuard) {
    let mut last = 0;
    for id in ["a", "b", "c", "d"] {
        last = add(&store, id).await.unwrap();
    }
    store.ledger().publish().await.unwrap();
    tamper(&guard, "UPDATE ledger_entry SET actor = 'person:x' WHERE object_id = 'c'").await;

    let error = store.ledger().verify().await.unwrap_err();

    assert_eq!(position(&error), last - 1);
    assert_eq!(position(&add(&store, "e").await.unwrap_err()), last - 1, "writes are stopped");
    assert!(store.health().await.is_err());
}

async fn a_removed_entry_is_found_at_its_position(store: Store, guard: TestGuard) {
    let mut last = 0;
    for id in ["a", "b", "c"] {
        last = add(&store, id).await.unwrap();
    }
    tamper(&guard, "DELETE FROM ledger_entry WHERE object_id = 'b'").await;

    assert_eq!(position(&store.ledger().verify().await.unwrap_err()), last - 1);
}

async fn a_cut_off_end_stops_writes(store: Store, guard: TestGuard) {
    add(&store, "a").await.unwrap();
    let last = add(&store, "b").await.unwrap();
    tamper(&guard, "DELETE FROM ledger_entry WHERE object_id = 'b'").await;
    tamper(&guard, "UPDATE ledger_head SET seq = seq - 1").await;

    // A consistent chain, but its head lacks the key's mark: seen by a commit and at the next start.
    assert_eq!(position(&add(&store, "c").await.unwrap_err()), last - 1);
    let again = Store::open(guard.config()).await.unwrap();
    assert_eq!(position(&add(&again, "c").await.unwrap_err()), last - 1);
    assert_eq!(count(&again, "SELECT COUNT(*) FROM item").await, 2, "reading goes on");
}

async fn the_ledger_is_paged_filtered_and_streamed(store: Store, _guard: TestGuard) {
    use futures::TryStreamExt as _;
    for i in 0..7 {
        add(&store, &format!("i{i}")).await.unwrap();
    }
    let items = LedgerFilter { action: Some("item.".into()), ..LedgerFilter::default() };

    let first = store.ledger().page(&items, None, 3).await.unwrap();
    let second = store.ledger().page(&items, Some(first[2].seq), 3).await.unwrap();
    let all: Vec<_> = store.ledger().stream(items.clone()).try_collect().await.unwrap();
    let one = LedgerFilter {
        actor: Some("person:p1".into()),
        object_kind: Some("item".into()),
        object_id: Some("i4".into()),
        from: Some(first[0].at - 60_000_000),
        until: Some(store::now() + 1),
        ..items
    };

    assert_eq!(first[0].object_id, "i6");
    assert_eq!(second[0].object_id, "i3");
    assert_eq!(all.len(), 7);
    assert_eq!(store.ledger().page(&one, None, 9).await.unwrap().len(), 1);
    let nobody = LedgerFilter { actor: Some("person:%".into()), ..LedgerFilter::default() };
    assert!(store.ledger().page(&nobody, None, 9).await.unwrap().is_empty());
}

async fn an_entry_tells_whose_data_and_why(store: Store, guard: TestGuard) {
    add(&store, "a").await.unwrap();
    let read = Entry::new(Actor::Person("p1".into()), "personal_data.read", "subject", "s1");
    let write =
        store::HotWrite { entry: read.about("s1").for_purpose("customer_support"), rows: vec![] };
    let position = store.submit(write).await.unwrap();
    let about = LedgerFilter { subject: Some("s1".into()), ..LedgerFilter::default() };
    let purpose =
        LedgerFilter { purpose: Some("customer_support".into()), ..LedgerFilter::default() };

    let rows = store.ledger().page(&about, None, 9).await.unwrap();
    assert_eq!(store.ledger().page(&purpose, None, 9).await.unwrap(), rows);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].purpose.as_deref(), Some("customer_support"));
    assert_eq!(store.ledger().verify().await.unwrap().seq, position);

    store.ledger().publish().await.unwrap();
    tamper(&guard, "UPDATE ledger_entry SET purpose = 'delivery' WHERE subject = 's1'").await;
    assert_eq!(self::position(&store.ledger().verify().await.unwrap_err()), position);
}

async fn readers_cannot_write(store: Store, _guard: TestGuard) {
    let written =
        sqlx::query("INSERT INTO item (id, size) VALUES ('x', 1)").execute(store.reader()).await;

    assert!(written.is_err());
}

async fn reopening_keeps_everything(store: Store, guard: TestGuard) {
    let position = add(&store, "a").await.unwrap();
    let sealed = store.seal("c", "secret");
    store.close().await;

    let again = Store::open(guard.config()).await.unwrap();
    again.migrate(ITEMS).await.unwrap();

    assert_eq!(again.ledger().verify().await.unwrap().seq, position);
    assert_eq!(again.unseal("c", &sealed).unwrap(), "secret");
    assert_eq!(again.derive_key("x/y"), store.derive_key("x/y"));
    assert_ne!(again.derive_key("x/y"), store.derive_key("x/z"));
    let row =
        sqlx::query("SELECT id, size, note FROM item").fetch_one(again.reader()).await.unwrap();
    assert_eq!(row.get::<String, _>(0), "a");
    assert_eq!(row.get::<Option<String>, _>(2), None);
}

async fn another_key_file_is_refused(_store: Store, guard: TestGuard) {
    let key = guard.dir().join("privet.key");
    std::fs::remove_file(&key).unwrap();
    if guard.config().database.is_none() {
        let missing = Store::open(guard.config()).await.err().unwrap().to_string();
        assert!(missing.contains("missing"), "{missing}");
        let (_other, elsewhere) = testing::temp_sqlite().await;
        std::fs::copy(elsewhere.dir().join("privet.key"), &key).unwrap();
    }

    let error = Store::open(guard.config()).await.err().unwrap().to_string();

    assert!(error.contains("not the one"), "{error}");
}

async fn changed_and_newer_migrations_are_refused(store: Store, _guard: TestGuard) {
    let changed = Migration { sql: "CREATE TABLE other (id TEXT)", ..ITEMS[0] };
    let second = Migration { room: "test", version: 2, sql: "CREATE TABLE second (id TEXT)" };
    let gap = Migration { version: 3, ..second };

    assert!(store.migrate(&[changed]).await.unwrap_err().to_string().contains("not the one"));
    assert!(store.migrate(&[ITEMS[0], gap]).await.unwrap_err().to_string().contains("numbered"));
    store.migrate(&[ITEMS[0], second]).await.unwrap();
    store.migrate(&[ITEMS[0], second]).await.unwrap();
    assert!(store.migrate(ITEMS).await.unwrap_err().to_string().contains("newer"));
    let entries = LedgerFilter { object_id: Some("test@2".into()), ..LedgerFilter::default() };
    assert_eq!(store.ledger().page(&entries, None, 9).await.unwrap().len(), 1);
}

async fn a_failing_migration_leaves_nothing(store: Store, _guard: TestGuard) {
    let bad = Migration {
        room: "bad",
        version: 1,
        sql: "CREATE TABLE first_half (id TEXT); CREATE TABLE (;",
    };

    assert!(store.migrate(&[bad]).await.is_err());
    assert!(sqlx::query("SELECT * FROM first_half").fetch_all(store.reader()).await.is_err());
    add(&store, "still-works").await.unwrap();
}

async fn a_job_queued_in_a_dropped_transaction_does_not_exist(store: Store, _guard: TestGuard) {
    let mut tx = store.begin(entry("a")).await.unwrap();
    let job = NewJob { kind: "k", payload: serde_json::json!({}), dedupe: None, max_attempts: 1 };
    let id = tx.enqueue(job).await.unwrap();

    drop(tx);

    assert!(store.job(&id).await.unwrap().is_none());
}

async fn a_soft_transaction_takes_no_entry(store: Store, _guard: TestGuard) {
    let head = store.ledger().verify().await.unwrap().seq;
    let mut tx = store.begin_soft_upkeep().await.unwrap();
    let job = NewJob { kind: "k", payload: serde_json::json!({}), dedupe: None, max_attempts: 1 };
    let id = tx.enqueue(job).await.unwrap();

    let refused = tx.commit().await.unwrap_err();

    assert!(refused.to_string().contains("takes no entry"), "{refused}");
    assert!(store.job(&id).await.unwrap().is_none(), "nothing of it is written");
    assert_eq!(store.ledger().verify().await.unwrap().seq, head);
    store.begin_soft_upkeep().await.unwrap().commit().await.unwrap();
}

async fn the_digest_does_not_depend_on_field_order(store: Store, _guard: TestGuard) {
    let a = serde_json::json!({"x": 1, "y": [true]});
    let b: serde_json::Value = serde_json::from_str(r#"{"y":[true],"x":1}"#).unwrap();

    assert_eq!(store.digest(&a), store.digest(&b));
    assert_ne!(store.digest(&a), store.digest(&1));
}

async fn open_all_at_once(guard: &TestGuard) {
    let opening = (0..6).map(|_| {
        let config = guard.config();
        tokio::spawn(async move {
            let store = Store::open(config).await?;
            store.migrate(ITEMS).await?;
            Ok::<_, StoreError>(store)
        })
    });
    for open in opening.collect::<Vec<_>>() {
        let store = open.await.unwrap().unwrap();
        assert_eq!(count(&store, "SELECT COUNT(*) FROM item").await, 0);
        store.ledger().verify().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_may_start_at_once_on_sqlite() {
    open_all_at_once(&testing::temp_sqlite_guard()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_may_start_at_once_on_postgres() {
    open_all_at_once(&testing::temp_postgres_guard().await).await;
}

#[tokio::test]
async fn one_server_holds_a_data_directory_while_commands_still_open_it() {
    let (server, guard) = testing::temp_sqlite().await;
    server.become_server().await.unwrap();
    server.become_server().await.unwrap();

    let command = Store::open(guard.config()).await.unwrap();

    let error = command.become_server().await.unwrap_err().to_string();
    assert!(error.contains("another Privet uses"), "{error}");
    command.migrate(ITEMS).await.unwrap();
    add(&command, "a").await.unwrap();
    add(&server, "b").await.unwrap();
    assert_eq!(command.ledger().verify().await.unwrap(), server.ledger().head().await.unwrap());
}

#[tokio::test]
async fn an_unreachable_postgres_is_named_without_its_password() {
    let guard = testing::temp_sqlite_guard();
    let open = |address: &str| {
        let config = store::StoreConfig { database: Some(address.into()), ..guard.config() };
        async { Store::open(config).await.err().unwrap().to_string() }
    };

    let refused = open("postgres://u:hunter2@127.0.0.1:1/x").await;
    let nonsense = open("postgres//u:hunter2").await;
    let other = open("mysql://u:hunter2@localhost/x").await;

    assert!(refused.contains("127.0.0.1"), "{refused}");
    assert!(nonsense.contains("postgres://USER"), "{nonsense}");
    assert!(other.contains("postgres://USER"), "{other}");
    for error in [refused, nonsense, other] {
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_directory_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_store, guard) = testing::temp_sqlite().await;

    let mode = std::fs::metadata(guard.dir()).unwrap().permissions().mode();

    assert_eq!(mode & 0o777, 0o700);
    for file in ["privet.db", "privet.db-wal", "privet.key"] {
        let mode = std::fs::metadata(guard.dir().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}
