//! Kills a server in the middle of its deliveries: nothing is lost, and what comes twice carries the
//! same id.
//!
//! The server is this test program itself, started again with only `the_process_that_is_killed`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

mod support;

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use deliver::{Deliver, Kind};
use store::{Store, StoreConfig, testing::TestGuard};
use support::{Pump, Receiver, Shop, draft, me, until};

const PEOPLE: usize = 8;
const KILLS: usize = 6;

#[test]
#[ignore = "started by the other tests"]
fn the_process_that_is_killed() {
    let Ok(data_dir) = std::env::var("PRIVET_CRASH_DIR") else { return };
    let config = StoreConfig {
        data_dir: data_dir.into(),
        database: std::env::var("PRIVET_CRASH_DATABASE").ok(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(config).await.unwrap();
        let shop = Shop::open(store.clone()).await;
        let room = Deliver::open(store, Arc::new(shop.clone()), support::settings()).await.unwrap();
        let _pump = Pump::start(&room);
        for turn in 0.. {
            let person = format!("p{}", turn % PEOPLE);
            let state = if turn % 2 == 0 { "granted" } else { "denied" };
            let seq = shop.choose(&person, "ads", state).await;
            println!("ack {seq}");
        }
    });
}

fn start(guard: &TestGuard) -> Child {
    let config = guard.config();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
        .env("PRIVET_CRASH_DIR", &config.data_dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(database) = &config.database {
        command.env("PRIVET_CRASH_DATABASE", database);
    }
    command.spawn().unwrap()
}

/// Lets it work until it has acknowledged some choices, then kills it at once.
fn work_and_kill(guard: &TestGuard, acks: usize) -> Vec<i64> {
    let mut child = start(guard);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let ack = |line: String| line.split("ack ").nth(1)?.trim().parse::<i64>().ok();
    let mut seen: Vec<i64> = lines.by_ref().filter_map(ack).take(acks).collect();
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    // What was said before the end counts too.
    seen.extend(lines.filter_map(ack));
    seen
}

async fn nothing_is_lost(guard: TestGuard) {
    let receiver = Receiver::start().await;
    // Slow enough that messages are always on their way when the end comes.
    receiver.slow.store(30, Ordering::Relaxed);
    let store = Store::open(guard.config()).await.unwrap();
    let shop = Shop::open(store.clone()).await;
    let room = Deliver::open(store, Arc::new(shop.clone()), support::settings()).await.unwrap();
    for n in 0..PEOPLE {
        shop.person(&format!("p{n}")).await;
    }
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    room.store().close().await;
    drop(room);
    drop(shop);
    let mut acknowledged = HashSet::new();
    for round in 0..KILLS {
        let seen = tokio::task::block_in_place(|| work_and_kill(&guard, 20 + 13 * round));
        acknowledged.extend(seen);
    }
    receiver.slow.store(0, Ordering::Relaxed);

    let store = Store::open(guard.config()).await.unwrap();
    let shop = Shop::open(store.clone()).await;
    let room = Deliver::open(store, Arc::new(shop), support::settings()).await.unwrap();
    let pump = Pump::start(&room);
    let arrived = || -> HashSet<i64> {
        let place = |got: support::Got| got.body["data"]["sequence"].as_i64().unwrap() / 16;
        receiver.all().into_iter().map(place).collect()
    };
    until("every acknowledged choice arrives", || acknowledged.is_subset(&arrived())).await;
    support::until_async("all is settled", || async {
        let now = room.overview(room.destination(&to.id).await.unwrap()).await.unwrap();
        now.oldest_at == 0 && now.waiting == 0 && now.dead == 0
    })
    .await;
    pump.stop().await;
    tokio::time::sleep(Duration::from_millis(50)).await;

    let all = receiver.all();
    let mut bodies: HashMap<String, serde_json::Value> = HashMap::new();
    let mut newest: HashMap<String, HashSet<i64>> = HashMap::new();
    let mut twice = 0;
    for got in &all {
        let sequence = got.body["data"]["sequence"].as_i64().unwrap();
        let person = got.body["data"]["subject"].as_str().unwrap().to_owned();
        let known = newest.entry(person).or_default();
        if let Some(before) = bodies.insert(got.id.clone(), got.body.clone()) {
            assert_eq!(before, got.body, "the same id says the same");
            twice += 1;
        } else {
            let last = known.iter().max().copied().unwrap_or(0);
            assert!(sequence > last, "a person's events first come in their order");
            known.insert(sequence);
        }
    }
    println!("{} events, {twice} of them twice, after {KILLS} kills", bodies.len());
    assert!(bodies.len() >= acknowledged.len());
    assert!(room.store().ledger().verify().await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_in_mid_delivery_lose_nothing_on_sqlite() {
    nothing_is_lost(store::testing::temp_sqlite_guard()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_in_mid_delivery_lose_nothing_on_postgres() {
    nothing_is_lost(store::testing::temp_postgres_guard().await).await;
}
