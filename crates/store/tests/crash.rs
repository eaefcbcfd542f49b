//! Kills a process in the middle of its work and looks at what it left.
//!
//! The process is this test program itself, started again with only `the_process_that_is_killed`.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

use std::{
    collections::HashSet,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use store::{
    Actor, Entry, HotRow, HotWrite, JobContext, JobError, JobHandler, JobId, JobState, Migration,
    NewJob, Runner, Store, StoreConfig,
    sqlx::{self, Row as _},
    testing::{self, TestGuard},
};

const ITEMS: &[Migration] = &[Migration {
    room: "crash",
    version: 1,
    sql: "CREATE TABLE item (id TEXT PRIMARY KEY, writer BIGINT NOT NULL)",
}];

fn entry(id: &str) -> Entry {
    Entry::new(Actor::System("crash"), "item.created", "item", id)
}

#[test]
#[ignore = "started by the other tests"]
fn the_process_that_is_killed() {
    let Ok(role) = std::env::var("PRIVET_CRASH_ROLE") else { return };
    let config = StoreConfig {
        data_dir: std::env::var("PRIVET_CRASH_DIR").unwrap().into(),
        database: std::env::var("PRIVET_CRASH_DATABASE").ok(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(config).await.unwrap();
        store.migrate(ITEMS).await.unwrap();
        match role.as_str() {
            "write" => write_until_killed(store).await,
            _ => work_until_killed(store).await,
        }
    });
}

/// Sixteen writers; each says what was acknowledged to it, once it was.
async fn write_until_killed(store: Store) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..16 {
        let store = store.clone();
        writers.spawn(async move {
            loop {
                let id = store::new_id();
                if writer % 4 == 0 {
                    write_alone(&store, &id, writer).await.unwrap();
                } else {
                    let row = HotRow {
                        table: "item",
                        columns: &["id", "writer"],
                        values: vec![id.clone().into(), writer.into()],
                    };
                    let write = HotWrite { entry: entry(&id), rows: vec![row] };
                    store.submit(write).await.unwrap();
                }
                say(&format!("ack {id}"));
            }
        });
    }
    writers.join_all().await;
}

async fn write_alone(store: &Store, id: &str, writer: i64) -> store::Result<i64> {
    let mut tx = store.begin(entry(id)).await?;
    sqlx::query("INSERT INTO item (id, writer) VALUES ($1, $2)")
        .bind(id)
        .bind(writer)
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

struct Park;

#[async_trait::async_trait]
impl JobHandler for Park {
    fn kind(&self) -> &'static str {
        "park"
    }
    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        if context.attempt > 1 {
            return Ok(());
        }
        context.progress(3, 9, "parked").await?;
        say(&format!("ack {}", context.id));
        std::future::pending().await
    }
}

async fn work_until_killed(store: Store) {
    let mut tx = store.begin(entry("job")).await.unwrap();
    let job =
        NewJob { kind: "park", payload: serde_json::json!({}), dedupe: None, max_attempts: 1 };
    tx.enqueue(job).await.unwrap();
    tx.commit().await.unwrap();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    Runner::new(store, 1).handle(Park).run(stopped).await;
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

fn spawn(role: &str, dir: &Path, database: Option<&str>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
        .env("PRIVET_CRASH_ROLE", role)
        .env("PRIVET_CRASH_DIR", dir)
        .stdout(Stdio::piped());
    if let Some(database) = database {
        command.env("PRIVET_CRASH_DATABASE", database);
    }
    command.spawn().unwrap()
}

/// Lets the process run until so many acknowledgements have come, kills it (SIGKILL), and returns
/// all that came.
fn kill_after(mut child: Child, acknowledgements: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // libtest writes its own line start before the first.
        if let Some((_, id)) = line.split_once("ack ") {
            acknowledged.push(id.to_owned());
            if acknowledged.len() == acknowledgements {
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= acknowledgements, "it ended by itself");
    acknowledged
}

async fn every_acknowledged_write_survives(guard: TestGuard) {
    let mut acknowledged = Vec::new();
    for round in [40, 300, 900] {
        let child = spawn("write", guard.dir(), guard.config().database.as_deref());
        acknowledged.extend(kill_after(child, round));
    }

    let store = Store::open(guard.config()).await.unwrap();
    // On PostgreSQL the killed process's last transaction may still be ending.
    tokio::time::sleep(Duration::from_millis(300)).await;
    store.ledger().verify().await.unwrap();
    let items = ids(&store, "SELECT id FROM item").await;
    let entries =
        ids(&store, "SELECT object_id FROM ledger_entry WHERE action = 'item.created'").await;

    assert!(acknowledged.len() >= 1240);
    for id in &acknowledged {
        assert!(items.contains(id), "{id} was acknowledged and is gone");
    }
    assert_eq!(items, entries, "each row has its entry, each entry its row");
}

async fn ids(store: &Store, sql: &'static str) -> HashSet<String> {
    let rows = sqlx::query(sql).fetch_all(store.reader()).await.unwrap();
    let set: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(set.len(), rows.len());
    set
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_survives_a_kill_on_sqlite() {
    every_acknowledged_write_survives(testing::temp_sqlite_guard()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_survives_a_kill_on_postgres() {
    every_acknowledged_write_survives(testing::temp_postgres_guard().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_killed_server_is_resumed_at_once() {
    let guard = testing::temp_sqlite_guard();
    let id = JobId(kill_after(spawn("work", guard.dir(), None), 1).remove(0));
    let store = Store::open(guard.config()).await.unwrap();
    assert_eq!(store.job(&id).await.unwrap().unwrap().state, JobState::Running);

    let (stop, stopped) = tokio::sync::watch::channel(false);
    let runner = tokio::spawn(Runner::new(store.clone(), 1).handle(Park).run(stopped));
    let resumed = async {
        loop {
            let job = store.job(&id).await.unwrap().unwrap();
            if job.state == JobState::Done {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // Well before the lease of 15 seconds runs out.
    let job = tokio::time::timeout(Duration::from_secs(5), resumed).await.unwrap();

    assert_eq!((job.attempts, job.crashes), (2, 1));
    stop.send(true).unwrap();
    runner.await.unwrap();
}
