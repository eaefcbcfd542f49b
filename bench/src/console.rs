//! The real server on a map of 100,000 fields: its start, its memory at rest, and the time of the
//! map's pages beside the bare queries on the same file.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use datamap::{DataMap, sources::SourceDraft};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use store::{Actor, Entry, Store, StoreConfig, new_id, now};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use web::{Web, WebConfig};

use crate::{process, table::Table};

const SOURCES: usize = 10;
const STORES: usize = 500;
const FIELDS: usize = 20;
const CATEGORIES: [(&str, &str, i64); 4] = [
    ("contact.phone", "personal", 1),
    ("contact.email", "personal", 1),
    ("location.address", "confidential", 2),
    ("health.condition", "sensitive", 3),
];

/// The page's rows and their number, as a bare client would ask for them.
const BARE: [&str; 2] = [
    "SELECT f.id, f.name, f.category, f.sensitivity, f.found_confidence, f.decision, d.name, s.name \
     FROM (SELECT * FROM field WHERE vanished_at IS NULL AND level > 0 \
     ORDER BY level DESC, category, id LIMIT 50) f \
     JOIN data_store d ON d.id = f.store_id JOIN source s ON s.id = f.source_id",
    "SELECT COUNT(*) FROM field WHERE vanished_at IS NULL AND level > 0",
];
/// The same for the question about phone numbers.
const BARE_QUESTION: [&str; 3] = [
    "SELECT f.id, f.name, f.category, f.sensitivity, f.found_confidence, f.decision, d.name, s.name \
     FROM (SELECT * FROM field WHERE vanished_at IS NULL AND category = 'contact.phone' \
     ORDER BY level DESC, category, id LIMIT 50) f \
     JOIN data_store d ON d.id = f.store_id JOIN source s ON s.id = f.source_id",
    "SELECT COUNT(*) FROM field WHERE vanished_at IS NULL AND category = 'contact.phone'",
    "SELECT source_id, COUNT(*), MAX(level) FROM field \
     WHERE vanished_at IS NULL AND category = 'contact.phone' GROUP BY source_id",
];

/// Returns how many targets were missed.
pub async fn run() -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    eprintln!("making a map of {} fields …", SOURCES * STORES * FIELDS);
    let link = fill(folder.path(), port).await?;

    let mut table = Table::new("console, a map of 100,000 fields");
    let mut server = Running::start(folder.path(), port).await?;
    table.bound("start to listening", server.seconds, "s", 0.5);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let resting = process::memory(&server.child, "VmRSS:").context("no memory figure")?;
    table.bound("resident memory at rest", resting, "MB", 60.0);

    let answer = request(port, &path_of(&link), "").await?;
    let cookie = cookies(&answer);
    anyhow::ensure!(!cookie.is_empty(), "the demo link did not sign in: {}", first_line(&answer));
    let database = folder.path().join("privet.db");
    for (what, path, queries) in [
        ("map, first page", "/console/map", &BARE[..]),
        (
            "question: where are phone numbers?",
            "/console/map?q=where+do+we+keep+phone+numbers%3F",
            &BARE_QUESTION[..],
        ),
    ] {
        let page = median_page(port, path, &cookie).await?;
        let bare = median_bare(&database, queries).await?;
        table.ratio(what, page, bare, "ms", 3.0);
    }
    let _ = server.child.kill();
    Ok(table.print())
}

pub(crate) struct Running {
    pub(crate) child: Child,
    seconds: f64,
}

impl Running {
    pub(crate) async fn start(data: &Path, port: u16) -> Result<Self> {
        let started = Instant::now();
        let child = Command::new(process::binary()?)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting privet")?;
        while request(port, "/healthz", "").await.is_err() {
            if started.elapsed() > Duration::from_secs(20) {
                bail!("the server does not answer");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(Self { child, seconds: started.elapsed().as_secs_f64() })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn fill(data: &Path, port: u16) -> Result<String> {
    let store = Store::open(StoreConfig { data_dir: data.to_owned(), database: None }).await?;
    let map = DataMap::open(store.clone()).await?;
    let base_url = format!("http://127.0.0.1:{port}");
    let web = Web::open(store.clone(), WebConfig { base_url, ..WebConfig::default() }).await?;
    for n in 0..SOURCES {
        let name = format!("Source {n}");
        let address = format!("sqlite:/srv/source-{n}.db");
        let draft = SourceDraft { name, address, ..SourceDraft::default() };
        let source = map.create_source(Actor::CommandLine, &draft).await?;
        let entry = Entry::new(Actor::System("bench"), "bench.filled", "source", &source.id);
        let mut tx = store.begin(entry).await?;
        for s in 0..STORES {
            fill_store(tx.conn(), &source.id, s).await?;
        }
        tx.commit().await?;
    }
    let link = web.demo_link("Bench", "/console/map").await?;
    store.close().await;
    Ok(link)
}

async fn fill_store(conn: &mut sqlx::AnyConnection, source: &str, s: usize) -> Result<()> {
    let store_id = new_id();
    let at = now();
    sqlx::query(
        "INSERT INTO data_store (id, source_id, name, kind, people, seen_scan_id, first_seen_at)
         VALUES ($1, $2, $3, 'table', 'customers', 'bench', $4)",
    )
    .bind(&store_id)
    .bind(source)
    .bind(format!("table_{s}"))
    .bind(at)
    .execute(&mut *conn)
    .await?;
    // Half of the fields are personal.
    let rows: Vec<String> = (0..FIELDS)
        .map(|f| {
            let (category, sensitivity, level) =
                if f % 2 == 0 { CATEGORIES[(s + f) % 4] } else { ("", "none", 0) };
            format!(
                "('{}', '{store_id}', '{source}', 'field_{f}', {f}, 'TEXT', '{category}', \
                 '{sensitivity}', 0.9, '{category}', '{sensitivity}', {level}, \
                 'source table_{s} field_{f}', 'bench', {at})",
                new_id()
            )
        })
        .collect();
    let sql = format!(
        "INSERT INTO field (id, store_id, source_id, name, position, data_type, found_category,
         found_sensitivity, found_confidence, category, sensitivity, level, search, seen_scan_id,
         first_seen_at) VALUES {}",
        rows.join(", ")
    );
    sqlx::query(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

pub(crate) async fn median_page(port: u16, path: &str, cookie: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..30 {
        let started = Instant::now();
        let answer = request(port, path, cookie).await?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        anyhow::ensure!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", first_line(&answer));
    }
    Ok(median(times))
}

async fn median_bare(database: &Path, queries: &'static [&'static str]) -> Result<f64> {
    let mut client = SqliteConnection::connect(&format!("sqlite:{}", database.display())).await?;
    let mut times = Vec::new();
    for _ in 0..30 {
        let started = Instant::now();
        for query in queries {
            for row in sqlx::query(*query).fetch_all(&mut client).await? {
                std::hint::black_box(row.len());
            }
        }
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(median(times))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// One HTTP/1.1 request on its own connection.
pub(crate) async fn request(port: u16, path: &str, cookie: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

pub(crate) fn cookies(answer: &str) -> String {
    let set: Vec<&str> = answer
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.to_ascii_lowercase().starts_with("set-cookie:"))
        .filter_map(|line| line.split_once(':')?.1.trim().split(';').next())
        .collect();
    set.join("; ")
}

pub(crate) fn first_line(answer: &str) -> &str {
    answer.lines().next().unwrap_or_default()
}

pub(crate) fn path_of(link: &str) -> String {
    let rest = link.trim_start_matches("http://");
    rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())
}
