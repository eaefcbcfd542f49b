//! The audit view over a million entries: pages, filters, one customer, and an export that is streamed
//! with flat memory, on the real server.

use std::{path::Path, time::Instant};

use anyhow::{Context as _, Result, ensure};
use audit::Audit;
use consent::{Consent, Settings};
use futures::future::try_join_all;
use store::{Actor, Entry, HotWrite, Store, StoreConfig};
use tokio::{io::AsyncReadExt as _, io::AsyncWriteExt as _, net::TcpStream};
use web::{Web, WebConfig};

use crate::{
    console::{Running, cookies, first_line, median_page, path_of, request},
    process,
    table::Table,
};

const ENTRIES: usize = 1_000_000;
const CALLERS: usize = 2048;
const CUSTOMERS: usize = 100_000;
/// The customer who is followed; every hundred thousandth entry is about them, and a hundred more.
const FOLLOWED: &str = "0192f0c1-0000-7000-8000-000000000042";

/// Returns how many targets were missed.
pub async fn run() -> Result<usize> {
    let folder = tempfile::tempdir()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    eprintln!("writing {ENTRIES} entries …");
    let link = fill(folder.path(), port).await?;
    let mut table = Table::new("audit view, 1,000,000 entries");
    let server = Running::start(folder.path(), port).await?;
    let answer = request(port, &path_of(&link), "").await?;
    let cookie = cookies(&answer);
    ensure!(!cookie.is_empty(), "the demo link did not sign in: {}", first_line(&answer));
    for (what, path) in [
        ("newest page", "/console/audit".to_owned()),
        ("a page in the middle", "/console/audit?before=500000".to_owned()),
        ("reads of personal data", "/console/audit?group=read".to_owned()),
        ("one purpose, in the middle", "/console/audit?purpose=fix_error&before=500000".to_owned()),
        ("one person", "/console/audit?actor=person%3A7".to_owned()),
        ("one customer", format!("/console/audit?customer={FOLLOWED}")),
        ("what nobody did", "/console/audit?group=read&actor=person%3Anobody".to_owned()),
        ("since a time", "/console/audit?from=2020-01-01&until=2100-01-01".to_owned()),
    ] {
        table.bound(what, median_page(port, &path, &cookie).await?, "ms", 100.0);
    }
    let before = process::memory(&server.child, "VmRSS:").context("no memory figure")?;
    let started = Instant::now();
    let bytes = taken(port, "/console/audit/export.jsonl", &cookie).await?;
    let seconds = started.elapsed().as_secs_f64();
    let peak = process::memory(&server.child, "VmHWM:").context("no memory figure")?;
    table.least("export, JSON lines", ENTRIES as f64 / seconds, "entries/s", 50_000.0);
    table.fact("its size", format!("{:.0} MB", bytes as f64 / 1e6));
    table.bound("memory it took above rest", peak - before, "MB", 30.0);
    Ok(table.print())
}

async fn fill(data: &Path, port: u16) -> Result<String> {
    let store = Store::open(StoreConfig { data_dir: data.to_owned(), database: None }).await?;
    let base_url = format!("http://127.0.0.1:{port}");
    let web = Web::open(store.clone(), WebConfig { base_url, ..WebConfig::default() }).await?;
    let consent = Consent::open(store.clone(), Settings::default()).await?;
    Audit::open(store.clone(), consent).await?;
    let each = ENTRIES.div_ceil(CALLERS);
    try_join_all((0..CALLERS).map(|caller| write(&store, caller, each))).await?;
    let link = web.demo_link("Bench", "/console/audit").await?;
    store.close().await;
    Ok(link)
}

async fn write(store: &Store, caller: usize, count: usize) -> Result<()> {
    for n in 0..count {
        let number = n * CALLERS + caller;
        let actor = Actor::Person((number % 50).to_string());
        let whom = match number % 10_000 {
            0 => FOLLOWED.to_owned(),
            _ => format!("0192f0c1-0000-7000-8001-{:012}", number % CUSTOMERS),
        };
        let action =
            ["personal_data.read", "consent.recorded", "audience.filtered", "field.confirmed"]
                [number % 4];
        let purpose = if number.is_multiple_of(97) { "fix_error" } else { "customer_support" };
        let entry = Entry::new(actor, action, "subject", &*whom).about(&*whom).for_purpose(purpose);
        store.submit(HotWrite { entry, rows: Vec::new() }).await?;
    }
    Ok(())
}

/// Reads an answer to its end and keeps none of it.
async fn taken(port: u16, path: &str, cookie: &str) -> Result<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let (mut buffer, mut total) = (vec![0; 1 << 16], 0);
    loop {
        match stream.read(&mut buffer).await? {
            0 => break,
            read => total += read as u64,
        }
    }
    ensure!(total > 1000, "the export is empty");
    Ok(total)
}
