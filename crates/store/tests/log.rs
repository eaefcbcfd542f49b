//! The log as others see it: tiles, checkpoints, proofs, read with an implementation that is not
//! ours; and what happens when somebody changes a byte or puts an old database back.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use ledger::Tile;
use store::{
    Actor, Entry, HotWrite, Store, StoreError,
    sqlx::{self, AssertSqlSafe},
    testing::{self, TestGuard},
};
use tlog_tiles as third;

async fn write(store: &Store, count: usize) {
    let writes = (0..count).map(|_| {
        let entry = Entry::new(Actor::System("test"), "item.created", "item", store::new_id());
        let store = store.clone();
        tokio::spawn(async move { store.submit(HotWrite { entry, rows: vec![] }).await })
    });
    for written in futures::future::join_all(writes).await {
        written.unwrap().unwrap();
    }
}

async fn change(guard: &TestGuard, sql: &str) {
    use sqlx::Connection as _;
    let file = format!("sqlite://{}/privet.db", guard.dir().display());
    let address = guard.config().database.unwrap_or(file);
    let mut conn = sqlx::AnyConnection::connect(&address).await.unwrap();
    let sql = AssertSqlSafe(sql.to_owned());
    let changed = sqlx::query(sql).execute(&mut conn).await.unwrap().rows_affected();
    assert_eq!(changed, 1, "the test changes one row");
    conn.close().await.unwrap();
}

/// The published tiles, loaded for the other implementation.
struct Tiles(std::collections::HashMap<String, Vec<u8>>);

impl Tiles {
    async fn load(store: &Store, size: u64) -> Self {
        let mut tiles = std::collections::HashMap::new();
        for tile in Tile::grown(0, size) {
            tiles.insert(tile.to_string(), store.ledger().tile(tile).await.unwrap().unwrap());
        }
        Self(tiles)
    }
}

impl third::TileReader for Tiles {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[third::Tile]) -> Result<Vec<Vec<u8>>, third::Error> {
        Ok(tiles
            .iter()
            .map(|tile| self.0[&tile.path().replacen("tile/8/", "", 1)].clone())
            .collect())
    }

    fn save_tiles(&self, _tiles: &[third::Tile], _data: &[Vec<u8>]) {}
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_sqlite().await;
            super::$name(store, guard).await;
        })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let (store, guard) = super::testing::temp_postgres().await;
            super::$name(store, guard).await;
        })* }
    };
}

on_both!(
    another_implementation_accepts_what_is_published,
    a_changed_byte_in_any_table_is_told_with_its_position,
    an_accepted_damage_opens_a_new_log_and_stays_on_record,
    an_old_database_put_back_is_told_by_the_saved_checkpoint,
    a_name_is_not_used_again_by_a_database_put_back,
    two_servers_publish_one_log,
    checks_beside_a_busy_server_find_nothing,
);

async fn another_implementation_accepts_what_is_published(store: Store, _guard: TestGuard) {
    let mut old = None;
    for count in [1, 2, 254, 300, 700] {
        write(&store, count).await;
        let signed = store.ledger().publish().await.unwrap();

        let key = store.ledger().key().await.unwrap().to_string();
        let verifier = signed_note::StandardVerifier::new(&key).unwrap();
        let note = signed_note::Note::from_bytes(signed.note.as_bytes()).unwrap();
        note.verify(&signed_note::VerifierList::new(vec![Box::new(verifier)])).unwrap();
        let read = third::Checkpoint::from_bytes(note.text()).unwrap();
        let (size, root) = (read.size(), *read.hash());
        let tiles = Tiles::load(&store, size).await;
        let reader = third::TileHashReader::new(size, root, &tiles);
        assert_eq!(third::tree_hash(size, &reader).unwrap(), root);

        for index in [0, size / 2, size - 1] {
            let proof = store.ledger().proof(index.cast_signed() + 1).await.unwrap();
            let leaf = third::record_hash(&proof.leaf);
            let path: Vec<_> = proof.inclusion.path.iter().map(|h| third::Hash(h.0)).collect();
            third::check_record(&path, size, root, index, leaf).unwrap();
            assert_eq!(path, third::prove_record(size, index, &reader).unwrap());
        }
        if let Some((old_size, old_root)) = old {
            let proof = store.ledger().consistency(old_size, size).await.unwrap();
            let path: Vec<_> = proof.path.iter().map(|h| third::Hash(h.0)).collect();
            third::check_tree(&path, size, root, old_size, old_root).unwrap();
        }
        old = Some((size, root));
    }
    store.ledger().verify().await.unwrap();
    assert!(store.ledger().proof(9_999).await.is_err());
}

fn position(error: &StoreError) -> i64 {
    match error {
        StoreError::Ledger { position, .. } => *position,
        other => panic!("not a damage: {other}"),
    }
}

async fn a_changed_byte_in_any_table_is_told_with_its_position(store: Store, guard: TestGuard) {
    write(&store, 600).await;
    let size = store.ledger().publish().await.unwrap().checkpoint.size.cast_signed();
    let flip = |column: &str, at: usize| {
        let (before, after) = (at - 1, at + 1);
        format!(
            "{column} = substr({column}, 1, {before}) || \
             CASE substr({column}, {at}, 1) WHEN 'A' THEN 'B' ELSE 'A' END || substr({column}, {after})"
        )
    };
    let cases: Vec<(String, i64)> = vec![
        (format!("UPDATE ledger_entry SET {} WHERE seq = 77", flip("object_id", 9)), 77),
        ("UPDATE ledger_entry SET at = at + 1 WHERE seq = 300".into(), 300),
        ("UPDATE ledger_entry SET subject = '' WHERE seq = 513".into(), 513),
        // Leaf 3 of the tile 0/1: bytes 96–127, base64 from 128.
        (
            format!("UPDATE ledger_tile SET {} WHERE level = 0 AND idx = 1", flip("hashes", 133)),
            260,
        ),
        (format!("UPDATE ledger_tile SET {} WHERE level = 1 AND idx = 0", flip("hashes", 50)), 257),
        ("DELETE FROM ledger_tile WHERE level = 0 AND idx = 2".into(), 513),
        (format!("UPDATE ledger_checkpoint SET {} WHERE size = {size}", flip("note", 60)), size),
        (format!("UPDATE ledger_published SET {}", flip("peaks", 5)), size),
        (format!("UPDATE ledger_head SET {}", flip("peaks", 5)), size),
    ];
    drop(store);
    for (sql, expected) in cases {
        let kept = snapshot(&guard).await;
        change(&guard, &sql).await;
        let store = Store::open(guard.config()).await.unwrap();
        // Some are seen at the start already, all by the walk.
        let Err(error) = store.ledger().verify().await else { panic!("not seen: {sql}") };
        assert_eq!(position(&error), expected, "{sql}: {error}");
        let entry = Entry::new(Actor::CommandLine, "item.created", "item", "x");
        assert!(store.begin(entry.clone()).await.is_err(), "writes are stopped: {sql}");
        store.close().await;
        let again = Store::open(guard.config()).await.unwrap();
        assert!(again.begin(entry).await.is_err(), "they stay stopped after a start: {sql}");
        again.close().await;
        put_back(&guard, kept).await;
    }
    Store::open(guard.config()).await.unwrap().ledger().verify().await.unwrap();
}

/// The ledger's tables as rows of JSON (PostgreSQL), or the file (SQLite).
enum Kept {
    File(Vec<u8>),
    Schema,
}

async fn snapshot(guard: &TestGuard) -> Kept {
    if guard.config().database.is_none() {
        exec(guard, "PRAGMA wal_checkpoint(TRUNCATE)").await;
        return Kept::File(std::fs::read(guard.dir().join("privet.db")).unwrap());
    }
    for table in TABLES {
        exec(guard, &format!("CREATE TABLE kept_{table} AS TABLE {table}")).await;
    }
    Kept::Schema
}

const TABLES: [&str; 6] = [
    "ledger_entry",
    "ledger_head",
    "ledger_tile",
    "ledger_published",
    "ledger_checkpoint",
    "ledger_damage",
];

async fn put_back(guard: &TestGuard, kept: Kept) {
    match kept {
        Kept::File(bytes) => {
            for end in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(guard.dir().join(format!("privet.db{end}")));
            }
            std::fs::write(guard.dir().join("privet.db"), bytes).unwrap();
        }
        Kept::Schema => {
            for table in TABLES {
                exec(guard, &format!("DELETE FROM {table}")).await;
                exec(guard, &format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
                exec(guard, &format!("DROP TABLE kept_{table}")).await;
            }
        }
    }
}

async fn exec(guard: &TestGuard, sql: &str) {
    use sqlx::Connection as _;
    let file = format!("sqlite://{}/privet.db", guard.dir().display());
    let address = guard.config().database.unwrap_or(file);
    let mut conn = sqlx::AnyConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

async fn an_accepted_damage_opens_a_new_log_and_stays_on_record(store: Store, guard: TestGuard) {
    write(&store, 300).await;
    let old = store.ledger().publish().await.unwrap();
    change(&guard, "UPDATE ledger_entry SET actor = 'person:x' WHERE seq = 5").await;
    assert_eq!(position(&store.ledger().verify().await.unwrap_err()), 5);

    let head = store.ledger().accept(Actor::CommandLine, "a disk fault").await.unwrap();

    write(&store, 3).await;
    let new = store.ledger().publish().await.unwrap();
    assert_ne!(old.checkpoint.origin, new.checkpoint.origin, "another log, not another past");
    assert_eq!(store.ledger().verify().await.unwrap().seq, head.seq + 3);
    let damages = store.ledger().damages().await.unwrap();
    assert_eq!((damages.len(), damages[0].position), (1, 5));
    assert_eq!(damages[0].reason, "a disk fault");
    let rows = store.ledger().page(&store::LedgerFilter::default(), Some(head.seq + 1), 1).await;
    assert_eq!(rows.unwrap()[0].action, "ledger.accepted");
    drop(store);
    let again = Store::open(guard.config()).await.unwrap();
    write(&again, 1).await;
}

async fn an_old_database_put_back_is_told_by_the_saved_checkpoint(store: Store, guard: TestGuard) {
    write(&store, 40).await;
    store.ledger().publish().await.unwrap();
    store.close().await;
    let kept = snapshot(&guard).await;
    let store = Store::open(guard.config()).await.unwrap();
    write(&store, 20).await;
    let known = store.ledger().publish().await.unwrap().note;
    store.close().await;
    put_back(&guard, kept).await;

    let store = Store::open(guard.config()).await.unwrap();

    let entry = Entry::new(Actor::CommandLine, "item.created", "item", "x");
    let error = store.begin(entry.clone()).await.err().unwrap();
    assert!(error.to_string().contains("put back to an older state"), "{error}");
    store.close().await;

    // With the file gone too, a checkpoint that a witness or the operator kept still tells.
    exec(&guard, "DELETE FROM ledger_damage").await;
    std::fs::remove_file(guard.dir().join("ledger.checkpoint")).unwrap();
    let store = Store::open(guard.config()).await.unwrap();
    store.ledger().verify().await.unwrap();
    assert!(store.ledger().check_known(&known).await.is_err());
    assert!(store.begin(entry).await.is_err());
}

async fn a_name_is_not_used_again_by_a_database_put_back(store: Store, guard: TestGuard) {
    write(&store, 10).await;
    let first = store.ledger().publish().await.unwrap().checkpoint.origin;
    store.close().await;
    let kept = snapshot(&guard).await;
    change(&guard, "UPDATE ledger_entry SET actor = 'person:x' WHERE seq = 5").await;
    let store = Store::open(guard.config()).await.unwrap();
    store.ledger().verify().await.unwrap_err();
    store.ledger().accept(Actor::CommandLine, "a disk fault").await.unwrap();
    let second = store.ledger().publish().await.unwrap().checkpoint.origin;
    store.close().await;
    put_back(&guard, kept).await;

    let store = Store::open(guard.config()).await.unwrap();

    let entry = Entry::new(Actor::CommandLine, "item.created", "item", "x");
    assert!(store.begin(entry).await.is_err(), "writes are stopped");
    store.ledger().accept(Actor::CommandLine, "restored").await.unwrap();
    let third = store.ledger().publish().await.unwrap().checkpoint.origin;
    assert_eq!([second, third], [format!("{first}/2"), format!("{first}/3")]);
}

async fn two_servers_publish_one_log(store: Store, guard: TestGuard) {
    let second = Store::open(guard.config()).await.unwrap();
    let mut notes = std::collections::HashMap::new();
    for _ in 0..12 {
        let (a, b) = (store.clone(), second.clone());
        let (publish_a, publish_b) = (store.ledger(), second.ledger());
        let ((), (), first, other) =
            tokio::join!(write(&a, 37), write(&b, 41), publish_a.publish(), publish_b.publish(),);
        for signed in [first.unwrap(), other.unwrap()] {
            let known = notes.entry(signed.checkpoint.size).or_insert(signed.checkpoint.root);
            assert_eq!(*known, signed.checkpoint.root, "one head for one size");
        }
    }
    let head = second.ledger().verify().await.unwrap();
    let newest = store.ledger().publish().await.unwrap().checkpoint;
    assert_eq!((newest.size.cast_signed(), newest.root.0), (head.seq, head.hash.0));
    for (size, root) in notes {
        let proof = store.ledger().consistency(size, newest.size).await.unwrap();
        assert!(proof.proves(&root, &newest.root));
    }
}

async fn checks_beside_a_busy_server_find_nothing(store: Store, guard: TestGuard) {
    let busy = Store::open(guard.config()).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut at_work = tokio::task::JoinSet::new();
    for part in 0..3 {
        let (busy, stopped) = (busy.clone(), stopped.clone());
        at_work.spawn(async move {
            while !*stopped.borrow() {
                if part == 0 {
                    busy.ledger().publish().await.unwrap();
                } else {
                    write(&busy, 23).await;
                }
            }
        });
    }
    let end = tokio::time::Instant::now() + std::time::Duration::from_secs(4);
    let mut known = store.ledger().publish().await.unwrap();
    while tokio::time::Instant::now() < end {
        store.ledger().verify().await.unwrap();
        store.ledger().check_known(&known.note).await.unwrap();
        known = store.ledger().publish().await.unwrap();
        store.ledger().proof(known.checkpoint.size.cast_signed()).await.unwrap();
        Store::open(guard.config()).await.unwrap().close().await;
    }
    stop.send(true).unwrap();
    while let Some(done) = at_work.join_next().await {
        done.unwrap();
    }
    assert_eq!(busy.ledger().damages().await.unwrap(), []);
    write(&store, 1).await;
}
