//! Kills a server in the middle of a run: another one goes on exactly where it stood, and the counts
//! say what was really done.
//!
//! The server is this test program itself, started again with only `the_process_that_is_killed`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

mod support;

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use purge::Engine;
use retain::{RunState, rule::Pace};
use store::{Store, StoreConfig, testing::TestGuard};
use support::{Db, House, after_last_order, li, shop};

const CUSTOMERS: usize = 600;
const KILLS: i64 = 3;

#[test]
#[ignore = "started by the other tests"]
fn the_process_that_is_killed() {
    let Ok(data_dir) = std::env::var("PRIVET_CRASH_DIR") else { return };
    let config = StoreConfig {
        data_dir: data_dir.into(),
        database: std::env::var("PRIVET_CRASH_DATABASE").ok(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let house = House::open(Store::open(config).await.unwrap()).await;
        let _work = house.work();
        tokio::time::sleep(Duration::from_mins(5)).await;
    });
}

fn start(guard: &TestGuard) -> Child {
    let config = guard.config();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
        .env("PRIVET_CRASH_DIR", &config.data_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(database) = &config.database {
        command.env("PRIVET_CRASH_DATABASE", database);
    }
    command.spawn().unwrap()
}

async fn a_killed_run_goes_on_exactly(engine: Engine) {
    let guard = store::testing::temp_sqlite_guard();
    let db = Db::make(engine).await;
    shop(&db, CUSTOMERS).await;
    let house = House::open(Store::open(guard.config()).await.unwrap()).await;
    let source = house.source(&db).await;
    house.access(&source, &db).await;
    let pace = Pace { batch: 5, pause_ms: 30, undo_days: 1, ..Pace::default() };
    let rule =
        house.retain.create_rule(&li(), &after_last_order(&source, &db, pace)).await.unwrap();
    let work = house.work();
    let run = house.plan(&rule).await;
    assert_eq!(run.planned.roots, 299);
    work.stop().await;
    house.agree_and_begin(&run.id).await;
    house.web.store().close().await;
    drop(house);

    let mut left = CUSTOMERS as i64;
    for _ in 0..KILLS {
        let mut child = start(&guard);
        // Some batches later it is killed, wherever it stands.
        let goal = left - 40;
        for _ in 0..2_000 {
            left = db.count("customers").await;
            if left <= goal {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        assert!(left <= goal, "it deletes after {left} are left");
    }
    left = db.count("customers").await;
    assert!(left > 301, "the run is not over: {left}");

    let house = House::open(Store::open(guard.config()).await.unwrap()).await;
    let work = house.work();
    let done = house.still(&run.id).await;

    assert_eq!(done.state, RunState::Finished, "{} {}", done.error, done.error_why);
    assert_eq!(db.count("customers").await, 301);
    assert_eq!(db.number("SELECT count(*) FROM customers WHERE id % 2 = 0").await, 300);
    assert_eq!(done.done.roots, 299, "what was written down is what was done");
    assert_eq!(done.done.steps, done.planned.steps);
    let document = house.retain.certificate(&run.id).await.unwrap();
    assert_eq!(document["certificate"]["complete"], true);
    work.stop().await;
    house.web.store().ledger().verify().await.unwrap();
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_goes_on_exactly_on_sqlite() {
    a_killed_run_goes_on_exactly(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_goes_on_exactly_on_postgresql() {
    a_killed_run_goes_on_exactly(Engine::Postgres).await;
}
