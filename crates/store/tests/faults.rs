//! The log under faults: servers killed again and again while they write and publish, a clock that goes
//! backwards, a disk that is full or read-only.
//!
//! The servers are this test program itself, started again with only `the_server_that_suffers`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};
use store::{
    Actor, Entry, HotRow, HotWrite, Migration, Store, StoreConfig,
    sqlx::{self, Row as _},
    testing::{self, TestGuard},
};

const ITEMS: &[Migration] = &[Migration {
    room: "faults",
    version: 1,
    sql: "CREATE TABLE item (id TEXT PRIMARY KEY, body TEXT NOT NULL)",
}];
/// How many servers each kind of database sees killed.
const KILLS: usize = 100;

fn entry(id: &str) -> Entry {
    Entry::new(Actor::System("faults"), "item.created", "item", id)
}

#[test]
#[ignore = "started by the other tests"]
fn the_server_that_suffers() {
    let Ok(dir) = std::env::var("PRIVET_FAULTS_DIR") else { return };
    let config = StoreConfig {
        data_dir: dir.into(),
        database: std::env::var("PRIVET_FAULTS_DATABASE").ok(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(config).await.unwrap();
        store.migrate(ITEMS).await.unwrap();
        for writer in 0..8 {
            tokio::spawn(write_on(store.clone(), writer));
        }
        // Faster than a server's twice a second, and every head that is signed is told.
        let walks = std::env::var_os("PRIVET_FAULTS_WALK").is_some();
        loop {
            let mut published = store.ledger().publish().await;
            if walks && published.is_ok() {
                // On a disk that only this process sees nobody else can look afterwards.
                published = store.ledger().verify().await.and(published);
            }
            match published {
                Ok(signed) => {
                    say(&format!("head {} {}", signed.checkpoint.size, signed.checkpoint.root));
                }
                Err(store::StoreError::Ledger { position, why }) => {
                    say(&format!("damage {position} {why}"));
                    std::process::exit(3);
                }
                Err(error) => say(&format!("refused {error}")),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
}

/// Says what was acknowledged, once it was; what was refused is tried again.
async fn write_on(store: Store, writer: usize) {
    loop {
        let id = store::new_id();
        let written = if writer.is_multiple_of(4) {
            alone(&store, &id).await
        } else {
            hot(&store, &id).await
        };
        match written {
            Ok(position) => say(&format!("ack {id} {position}")),
            Err(error) => {
                say(&format!("refused {error}"));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn alone(store: &Store, id: &str) -> store::Result<i64> {
    let mut tx = store.begin(entry(id)).await?;
    let insert = sqlx::query("INSERT INTO item (id, body) VALUES ($1, $2)");
    insert.bind(id).bind("x".repeat(500)).execute(tx.conn()).await?;
    tx.commit().await
}

async fn hot(store: &Store, id: &str) -> store::Result<i64> {
    let values = vec![id.into(), "x".repeat(500).into()];
    let row = HotRow { table: "item", columns: &["id", "body"], values };
    store.submit(HotWrite { entry: entry(id), rows: vec![row] }).await
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// A server of the test, killed when dropped.
struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What servers said.
#[derive(Default)]
struct Heard {
    acknowledged: HashMap<String, i64>,
    heads: HashMap<u64, String>,
    refused: Vec<String>,
}

impl Heard {
    fn hear(&mut self, line: &str) {
        // libtest writes its own line start before the first.
        let found = ["ack ", "head ", "refused ", "damage "]
            .into_iter()
            .find_map(|word| line.find(word).map(|at| (word, &line[at + word.len()..])));
        match found {
            Some(("ack ", rest)) => {
                let (id, position) = rest.split_once(' ').unwrap();
                self.acknowledged.insert(id.to_owned(), position.parse().unwrap());
            }
            Some(("head ", rest)) => {
                let (size, root) = rest.split_once(' ').unwrap();
                let known = self.heads.entry(size.parse().unwrap()).or_insert(root.to_owned());
                assert_eq!(known, root, "two heads for {size} entries");
            }
            Some(("refused ", rest)) => self.refused.push(rest.to_owned()),
            Some(("damage ", rest)) => panic!("a damage that is none: {rest}"),
            _ => {}
        }
    }
}

impl Server {
    fn start(guard: &TestGuard) -> Self {
        Self::run(Command::new(std::env::current_exe().unwrap()), guard)
    }

    /// Starts it by a command that runs this program.
    fn run(mut command: Command, guard: &TestGuard) -> Self {
        command
            .args(["the_server_that_suffers", "--exact", "--ignored", "--nocapture"])
            .env("PRIVET_FAULTS_DIR", guard.dir())
            .stdout(Stdio::piped());
        if let Some(database) = guard.config().database {
            command.env("PRIVET_FAULTS_DATABASE", database);
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Listens until something is true of what was heard.
    fn until(&mut self, heard: &mut Heard, enough: impl Fn(&Heard) -> bool) {
        while !enough(heard) {
            let line = self.lines.next().expect("it ended by itself").unwrap();
            heard.hear(&line);
        }
    }

    /// SIGKILL, and what it had said before.
    fn kill(mut self, heard: &mut Heard) {
        self.child.kill().unwrap();
        for line in self.lines.by_ref() {
            heard.hear(&line.unwrap());
        }
    }
}

/// Acknowledged entries are where it was said, the heads are of one past, rows and entries are one set.
async fn holds(guard: &TestGuard, heard: &Heard) {
    let store = Store::open(guard.config()).await.unwrap();
    // On PostgreSQL a killed server's last transaction may still be ending.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let head = store.ledger().verify().await.unwrap();
    assert_eq!(store.ledger().damages().await.unwrap(), []);
    let sql = "SELECT object_id, seq FROM ledger_entry WHERE action = 'item.created'";
    let rows = sqlx::query(sql).fetch_all(store.reader()).await.unwrap();
    let entries: HashMap<String, i64> =
        rows.iter().map(|row| (row.get(0), row.get::<i64, _>(1))).collect();
    for (id, position) in &heard.acknowledged {
        assert_eq!(entries.get(id), Some(position), "{id} was acknowledged there");
    }
    let rows = sqlx::query("SELECT id FROM item").fetch_all(store.reader()).await.unwrap();
    let items: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(items, entries.into_keys().collect(), "each row has its entry, each entry its row");

    let newest = store.ledger().publish().await.unwrap().checkpoint;
    assert_eq!(newest.size.cast_signed(), head.seq);
    for (size, root) in &heard.heads {
        let proof = store.ledger().consistency(*size, newest.size).await.unwrap();
        let root = ledger::Hash::parse(root).unwrap();
        assert!(proof.proves(&root, &newest.root), "a head of {size} entries was of another past");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_a_hundred_times_loses_nothing() {
    let guard = testing::temp_sqlite_guard();
    let mut heard = Heard::default();
    for round in 0..KILLS {
        let enough = heard.acknowledged.len() + 1 + round * 7 % 60;
        let mut server = Server::start(&guard);
        server.until(&mut heard, |heard| heard.acknowledged.len() >= enough);
        server.kill(&mut heard);
    }
    assert!(heard.acknowledged.len() > KILLS && heard.heads.len() > KILLS);
    holds(&guard, &heard).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_postgres_killed_a_hundred_times_lose_nothing() {
    let guard = testing::temp_postgres_guard().await;
    let mut heard = Heard::default();
    let mut other = Server::start(&guard);
    for round in 0..KILLS {
        let mut server = Server::start(&guard);
        let enough = heard.acknowledged.len() + 1 + round * 7 % 60;
        // The one that starts and the one that is killed work side by side until then.
        server.until(&mut heard, |heard| heard.acknowledged.len() >= enough);
        std::mem::replace(&mut other, server).kill(&mut heard);
    }
    other.kill(&mut heard);
    assert!(heard.acknowledged.len() > KILLS && heard.heads.len() > KILLS);
    holds(&guard, &heard).await;
}

/// The environment in which a program's clock is wrong. Timers go on as they are. The program that
/// makes it stays in between if it is asked to run something: killing it would kill nothing.
fn wrong_clock(ahead: &str) -> Vec<(String, String)> {
    let output = Command::new("faketime").args(["-f", ahead, "env"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text.lines().filter_map(|line| line.split_once('='));
    let found = found.filter(|(name, _)| ["FAKETIME", "LD_PRELOAD"].contains(name));
    let mut environment: Vec<(String, String)> =
        found.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert!(environment.len() > 1, "{text}");
    for name in ["FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC"] {
        environment.push((name.to_owned(), "1".to_owned()));
    }
    environment
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_backwards_changes_no_order() {
    let guard = testing::temp_sqlite_guard();
    let mut heard = Heard::default();
    // Two days ahead, then right, then two days behind; and back again.
    for (ahead, more) in [("+2d", 30), ("+0d", 30), ("-2d", 30), ("+0d", 30)] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.envs(wrong_clock(ahead));
        let (acks, heads) = (heard.acknowledged.len() + more, heard.heads.len() + 3);
        let mut server = Server::run(command, &guard);
        server.until(&mut heard, |h| h.acknowledged.len() >= acks && h.heads.len() >= heads);
        server.kill(&mut heard);
    }
    let store = Store::open(guard.config()).await.unwrap();
    let rows = store.ledger().page(&store::LedgerFilter::default(), None, i64::MAX).await.unwrap();
    let times: Vec<i64> = rows.iter().map(|row| row.at).collect();
    let day = 86_400_000_000;
    assert!(times.iter().max().unwrap() - times.iter().min().unwrap() > 3 * day, "it was wrong");
    assert!(!times.is_sorted_by(|newer, older| newer >= older), "and went backwards");
    store.close().await;
    holds(&guard, &heard).await;
}

/// A command that runs this program after a shell script, as root of a namespace of its own.
fn after(script: &str) -> Command {
    let mut command = Command::new("unshare");
    let script = format!("{script} exec \"$0\" \"$@\"");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    command.arg(std::env::current_exe().unwrap());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_and_damages_nothing() {
    let guard = testing::temp_sqlite_guard();
    std::fs::create_dir_all(guard.dir()).unwrap();
    let mut heard = Heard::default();
    let mut command = after(
        "mount -t tmpfs -o size=6m tmpfs \"$PRIVET_FAULTS_DIR\" || exit 9
         (until [ -e \"$PRIVET_FAULTS_DIR/ledger.checkpoint\" ]; do sleep 0.1; done
          cat /dev/zero > \"$PRIVET_FAULTS_DIR/big\" 2>/dev/null; sleep 4
          rm \"$PRIVET_FAULTS_DIR/big\") >/dev/null 2>&1 &",
    );
    command.env("PRIVET_FAULTS_WALK", "1");
    let mut server = Server::run(command, &guard);
    server.until(&mut heard, |heard| heard.refused.len() >= 3);
    let told = heard.refused.iter().any(|why| why.contains("full") || why.contains("disk"));
    assert!(told, "{:?}", heard.refused);

    // Room again: the same server goes on, and what it signs then is the same log.
    let (acks, heads) = (heard.acknowledged.len() + 20, heard.heads.len() + 3);
    server.until(&mut heard, |h| h.acknowledged.len() >= acks && h.heads.len() >= heads);
    server.kill(&mut heard);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_disk_is_told_and_damages_nothing() {
    let guard = testing::temp_sqlite_guard();
    let mut heard = Heard::default();
    let mut server = Server::start(&guard);
    server.until(&mut heard, |h| h.acknowledged.len() >= 50 && h.heads.len() >= 2);
    server.kill(&mut heard);

    let mut command = after(
        "mount --bind \"$PRIVET_FAULTS_DIR\" \"$PRIVET_FAULTS_DIR\" || exit 9
         mount -o remount,bind,ro \"$PRIVET_FAULTS_DIR\" || exit 9
        ",
    );
    command.args(["the_server_that_suffers", "--exact", "--ignored", "--nocapture"]);
    let ended = command.env("PRIVET_FAULTS_DIR", guard.dir()).output().unwrap();

    let told = String::from_utf8_lossy(&ended.stderr).to_lowercase();
    assert!(told.contains("readonly") || told.contains("read-only"), "{told}");
    holds(&guard, &heard).await;
}
