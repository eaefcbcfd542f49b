//! Kills a server fifty times in the middle of erasures, over the three engines: another one goes on,
//! and in the end exactly the planned rows are gone, as a naive oracle says, and the certificate counts
//! them right.
//!
//! The server is this test program itself, started again with only `the_process_that_is_killed`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "../../retain/tests/support/mod.rs"]
mod support;

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use house::{House, address, fill, tables};
use purge::Engine;
use rights::erase::{Looked, Stage};
use store::{Store, StoreConfig, testing::TestGuard};
use support::Db;

const CUSTOMERS: usize = 14;
const ORDERS: usize = 2_000;

#[test]
#[ignore = "started by the other tests"]
fn the_process_that_is_killed() {
    let Ok(data_dir) = std::env::var("PRIVET_CRASH_DIR") else { return };
    let config = StoreConfig { data_dir: data_dir.into(), database: None };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let house = House::open(Store::open(config).await.unwrap()).await;
        let _work = house.work();
        // What a server does every hour.
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            house.rights.retry_erasures().await.unwrap();
        }
    });
}

fn start(guard: &TestGuard) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
        .env("PRIVET_CRASH_DIR", &guard.config().data_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Rows that belong to a customer, by the oracle: plain SQL that knows the schema.
async fn rows_of(db: &Db, customer: usize) -> i64 {
    db.number(&format!(
        "SELECT (SELECT count(*) FROM customers WHERE id = {customer})
         + (SELECT count(*) FROM orders WHERE customer_id = {customer})
         + (SELECT count(*) FROM order_items WHERE order_id IN (SELECT id FROM orders WHERE customer_id = {customer}))"
    ))
    .await
}

async fn killed(engine: Engine, kills: usize) {
    let guard = store::testing::temp_sqlite_guard();
    let db = Db::make(engine).await;
    tables(&db).await;
    fill(&db, CUSTOMERS, ORDERS).await;
    // Rows that are of two people become the other's alone; here each has only their own.
    db.run("DELETE FROM referrals").await;
    let house = House::open(Store::open(guard.config()).await.unwrap()).await;
    house.source(&db).await;
    house.base.web.store().close().await;
    drop(house);
    let everything = 1 + ORDERS as i64 * 3;
    let (mut done, mut erased) = (0, Vec::new());
    // Different moments, the same ones in every run.
    let mut moment = 7_u64;
    for customer in 1..CUSTOMERS {
        if done >= kills {
            break;
        }
        let house = House::open(Store::open(guard.config()).await.unwrap()).await;
        let work = house.work();
        let request = house.asked(&address(customer)).await;
        house.planned(&request).await;
        work.stop().await;
        house.begun(&request).await;
        house.base.web.store().close().await;
        drop(house);
        let mut left = rows_of(&db, customer).await;
        assert_eq!(left, everything);
        while done < kills && left > 500 {
            let mut child = start(&guard);
            let begun = Instant::now();
            // Once it deletes, it is killed a moment later.
            let before = left;
            while left == before {
                assert!(begun.elapsed() < Duration::from_mins(1), "it does not go on");
                tokio::time::sleep(Duration::from_millis(5)).await;
                left = rows_of(&db, customer).await;
            }
            moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            tokio::time::sleep(Duration::from_millis((moment >> 33) % 20)).await;
            child.kill().unwrap(); // SIGKILL
            child.wait().unwrap();
            left = rows_of(&db, customer).await;
            done += 1;
        }
        // A server that is left in peace ends it.
        let house = House::open(Store::open(guard.config()).await.unwrap()).await;
        let work = house.work();
        for _ in 0..60 {
            let stands = house.still(&request.id).await;
            if stands.stage == Stage::Done {
                break;
            }
            house.rights.retry_erasures().await.unwrap();
        }
        let stands = house.still(&request.id).await;
        assert_eq!(stands.stage, Stage::Done, "after {done} kills: {stands:?}");
        let ended = house.looks(&request.id, 1).await;
        assert_eq!((ended.stage, ended.looked), (Stage::Done, Looked::Clean), "{}", ended.error);
        assert_eq!(rows_of(&db, customer).await, 0);
        let counted = ended.done();
        assert_eq!(counted.deleted, everything.unsigned_abs(), "the certificate counts right");
        assert_eq!((counted.emptied, counted.kept()), (0, 0));
        work.stop().await;
        house.base.web.store().ledger().verify().await.unwrap();
        house.base.web.store().close().await;
        erased.push(customer);
    }
    assert_eq!(done, kills, "there were enough erasures to kill");
    for customer in (1..=CUSTOMERS).filter(|one| !erased.contains(one)) {
        assert_eq!(rows_of(&db, customer).await, everything, "nobody else lost anything");
    }
    let rest = db.count("order_items").await;
    assert_eq!(rest, ((CUSTOMERS - erased.len()) * ORDERS * 2) as i64);
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasures_go_on_after_seventeen_kills_on_sqlite() {
    killed(Engine::Sqlite, 17).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasures_go_on_after_seventeen_kills_on_postgresql() {
    killed(Engine::Postgres, 17).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasures_go_on_after_sixteen_kills_on_mariadb() {
    killed(Engine::Mysql, 16).await;
}
