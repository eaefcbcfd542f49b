//! Connections are handed on from one piece of work to the next: the same place, the same account, never
//! one that is old, full, or dead.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

mod common;

use std::time::Duration;

use common::Db;
use purge::{
    Allow, Condition, Engine, Literal, Only, Pool, Request, RunOptions, Selection, Session, Target,
    Treatment,
};
use sources::{Address, Options};

/// How long a server may take to notice.
const SOON: Duration = Duration::from_secs(5);
const SERVERS: [Engine; 2] = [Engine::Postgres, Engine::Mysql];

async fn people(engine: Engine) -> Db {
    let db = Db::create(engine).await;
    db.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20), age INTEGER);
         INSERT INTO people VALUES (1, 'x', 20), (2, 'y', 30), (3, 'z', 40)",
    )
    .await;
    db
}

/// Connections of ours to that database.
async fn open(db: &Db) -> i64 {
    let sql = match db.engine {
        Engine::Postgres => {
            "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database()
               AND application_name = 'privet purge'"
        }
        _ => {
            "SELECT CAST(count(*) AS CHAR) FROM information_schema.processlist
             WHERE db = database() AND id <> connection_id()"
        }
    };
    db.rows(sql).await[0][0].as_ref().unwrap().parse().unwrap()
}

async fn soon(db: &Db, wanted: i64, within: Duration) {
    let until = tokio::time::Instant::now() + within;
    while open(db).await != wanted {
        assert!(tokio::time::Instant::now() < until, "{:?}: {} open", db.engine, open(db).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Rows with these numbers.
async fn read(target: &Target, ids: &[i64]) -> Vec<Vec<purge::Value>> {
    let wait = Duration::from_secs(5);
    let mut reader = target.reader(wait, wait).await.unwrap();
    let schema = reader.schema().await.unwrap();
    let table = schema.table("people").unwrap();
    let columns: Vec<String> = table.columns.iter().map(|one| one.name.clone()).collect();
    let (out, mut pieces) = tokio::sync::mpsc::channel(8);
    let tuples: Vec<Vec<purge::Value>> =
        ids.iter().map(|id| vec![purge::Value::Int(*id)]).collect();
    let only = Only::Tuples { columns: &["id".to_owned()], tuples: &tuples };
    reader.rows(table, &columns, &only, 100, &out).await.unwrap();
    drop(out);
    let mut all = Vec::new();
    while let Some(some) = pieces.recv().await {
        all.extend(some);
    }
    reader.end().await;
    all
}

fn delete(id: i64) -> Request {
    Request {
        root: "people".into(),
        selection: Selection {
            covered: Condition::Keys(vec![vec![Literal::Int(id)]]),
            except: Vec::new(),
        },
        treatment: Treatment::Delete,
        children: Vec::new(),
        joins: Vec::new(),
        allow: Allow::default(),
    }
}

async fn erase(target: &Target, id: i64) {
    let mut session = Session::new(target.clone());
    let plan = purge::plan(&session.schema().await.unwrap(), delete(id)).unwrap();
    let swept = session.sweep(&[plan], &RunOptions::default(), async { true }).await.unwrap();
    assert_eq!(swept, Some(vec![1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_and_writing_take_turns_on_one_connection_that_is_closed_in_time() {
    for engine in SERVERS {
        let db = people(engine).await;
        let pool = Pool::default();
        let target = db.target().with_pool(&pool);
        for id in 1..=2 {
            assert_eq!(read(&target, &[1, 2, 3]).await.len(), 4 - usize::try_from(id).unwrap());
            soon(&db, 1, SOON).await;
            // It was read from in a transaction that cannot write.
            erase(&target, id).await;
            soon(&db, 1, SOON).await;
        }
        // Two at once need two; each is handed on.
        let (one, two) = tokio::join!(read(&target, &[3]), read(&target, &[3]));
        assert_eq!((one.len(), two.len()), (1, 1));
        soon(&db, 0, Duration::from_secs(20)).await;
        drop(pool);
        db.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_pool_or_with_another_account_nothing_is_handed_on() {
    let db = people(Engine::Postgres).await;
    read(&db.target(), &[1]).await;
    soon(&db, 0, SOON).await;
    let pool = Pool::default();
    read(&db.target().with_pool(&pool), &[1]).await;
    let (address, password) = Address::parse(&format!("{}?sslmode=disable", db.url)).unwrap();
    let other = Target::new(address, password, Options::default()).unwrap().with_pool(&pool);
    read(&other, &[1]).await;
    soon(&db, 2, SOON).await;
    // Another account: what one may see is not the other's.
    let role = format!("pool_{}", std::process::id());
    db.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT SELECT ON people TO {role}"
    ))
    .await;
    let rest = db.url.split_once('@').unwrap().1;
    let (address, password) = Address::parse(&format!("postgres://{role}:secret@{rest}")).unwrap();
    let theirs = Target::new(address, password, Options::default()).unwrap().with_pool(&pool);
    read(&theirs, &[1]).await;
    let sql = format!("SELECT count(*)::text FROM pg_stat_activity WHERE usename = '{role}'");
    assert_eq!(db.rows(&sql).await[0][0].as_deref(), Some("1"), "it has its own");
    drop((pool, other, theirs));
    soon(&db, 0, SOON).await;
    db.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_one_is_left_and_a_column_that_changed_is_read_as_it_is() {
    for engine in SERVERS {
        let db = people(engine).await;
        let target = db.target().with_pool(&Pool::default());
        read(&target, &[1]).await;
        soon(&db, 1, SOON).await;
        let (kill, change) = match engine {
            Engine::Postgres => (
                "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'privet purge'",
                "ALTER TABLE people ALTER COLUMN age TYPE TEXT",
            ),
            _ => ("", "ALTER TABLE people MODIFY age VARCHAR(20)"),
        };
        if kill.is_empty() {
            let sql = "SELECT CAST(id AS CHAR) FROM information_schema.processlist
                       WHERE db = database() AND id <> connection_id()";
            let id = db.rows(sql).await[0][0].clone().unwrap();
            db.run(&format!("KILL {id}")).await;
        } else {
            db.rows(kill).await;
        }
        assert_eq!(read(&target, &[1, 2, 3]).await.len(), 3, "{engine:?}");
        db.run(change).await;
        let rows = read(&target, &[1, 2, 3]).await;
        let ages: Vec<Option<String>> = rows.iter().map(|row| row[2].text()).collect();
        assert!(ages.contains(&Some("30".to_owned())), "{engine:?}: {ages:?}");
        db.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_replaced_is_read_as_it_is_now() {
    let db = people(Engine::Sqlite).await;
    let target = db.target().with_pool(&Pool::default());
    assert_eq!(read(&target, &[1, 2, 3]).await.len(), 3);
    let path = db.url.trim_start_matches("sqlite:").trim_start_matches("//").to_owned();
    std::fs::remove_file(&path).unwrap();
    std::fs::File::create(&path).unwrap();
    db.run("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER); INSERT INTO people VALUES (1, 'new', 1)").await;
    let rows = read(&target, &[1, 2, 3]).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][1].text().as_deref(), Some("new"));
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_in_the_middle_of_an_answer_is_not_handed_on() {
    for engine in SERVERS {
        let db = people(engine).await;
        let rows: Vec<String> = (10..20_000).map(|id| format!("({id}, 'many', 1)")).collect();
        for some in rows.chunks(5_000) {
            db.run(&format!("INSERT INTO people VALUES {}", some.join(","))).await;
        }
        let target = db.target().with_pool(&Pool::default());
        let wait = Duration::from_secs(5);
        for way in 0..2 {
            let mut reader = target.reader(wait, wait).await.unwrap();
            let schema = reader.schema().await.unwrap();
            let table = schema.table("people").unwrap();
            let columns: Vec<String> = table.columns.iter().map(|one| one.name.clone()).collect();
            let (out, mut pieces) = tokio::sync::mpsc::channel(1);
            let names = ["age".to_owned()];
            let tuples = [vec![purge::Value::Int(1)]];
            let only = Only::Tuples { columns: &names, tuples: &tuples };
            let reading = reader.rows(table, &columns, &only, 10, &out);
            if way == 0 {
                // Nobody receives any more.
                let first = async {
                    pieces.recv().await.unwrap();
                    drop(pieces);
                };
                tokio::join!(reading, first).0.unwrap();
            } else {
                // The reading is given up: the channel is full.
                assert!(tokio::time::timeout(Duration::from_millis(300), reading).await.is_err());
            }
            let begun = std::time::Instant::now();
            reader.end().await;
            assert!(begun.elapsed() < Duration::from_secs(2), "{engine:?}");
            assert_eq!(
                read(&target, &[1, 2, 3]).await.len(),
                3,
                "{engine:?}: nothing is left over"
            );
        }
        db.drop().await;
    }
}
