//! The policy page as the real server sends it, beside a bare server of the same framework that sends
//! the same bytes; and a new rule pack: compared with the one in use, and the page that tells what it
//! would change in every room of the sample company.

use std::{
    hint::black_box,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use axum::{Router, body::Bytes, http::header, routing::get};
use consent::Consent;
use datamap::DataMap;
use law::{Law, Pack, Text};
use policy::{Audience, Policy};
use regime::{Loaded, Regimes};
use store::{Actor, Store, StoreConfig};
use web::{Web, WebConfig};

use crate::{
    consent::ask,
    console::{Running, cookies, first_line, path_of, request},
    process,
    table::Table,
};

/// Where the page is.
const PAGE: &str = "/privacy/policy/default";
/// The argument with which this program is the bare server.
pub const BARE: &str = "bare";

/// Returns how many targets were missed.
pub async fn run() -> Result<usize> {
    let mut table = Table::new("the policy page and new rule packs");
    page(&mut table).await?;
    difference(&mut table)?;
    preview(&mut table).await?;
    Ok(table.print())
}

/// The bare server: the same bytes and the same heads from memory, nothing else.
pub async fn bare(port: u16, file: &Path) -> Result<()> {
    let bytes = Bytes::from(std::fs::read(file)?);
    let heads = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::VARY, "accept-language, accept-encoding"),
    ];
    let app = Router::new().route(
        PAGE,
        get(move || {
            let (heads, bytes) = (heads.clone(), bytes.clone());
            async move { (heads, bytes) }
        }),
    );
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, app).await?)
}

struct Gone(Child);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

async fn page(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    publish(folder.path()).await?;
    let port = free_port()?;
    let server = Running::start(folder.path(), port).await?;
    let asked = format!(
        "GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\
         Accept-Language: zh-CN,zh;q=0.9\r\n\r\n"
    );
    let sent = body(port, &asked).await?;
    let file = folder.path().join("page.gz");
    std::fs::write(&file, &sent)?;
    let bare_port = free_port()?;
    let bare = Command::new(std::env::current_exe()?)
        .args([BARE, &bare_port.to_string()])
        .arg(&file)
        .spawn()?;
    let bare = Gone(bare);
    while tokio::net::TcpStream::connect(("127.0.0.1", bare_port)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    ensure!(body(bare_port, &asked).await? == sent, "the bare server sends something else");

    // By turns, so that what else the machine does falls on both.
    let requests = vec![asked];
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..3 {
        rates[0].push(ask(bare_port, &requests).await?);
        rates[1].push(ask(port, &requests).await?);
    }
    let [bare_rate, ours] = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[1]
    });
    drop((server, bare));
    table.fact("the page on the wire", format!("{} bytes, gzip", sent.len()));
    table.fact("pages a second, bare server", format!("{bare_rate:.0}"));
    table.least("policy pages", ours, "a second", 20_000.0);
    table.least("policy pages beside the bare server", ours / bare_rate, "times", 0.5);
    Ok(())
}

/// The body of one answer.
async fn body(port: u16, request: &str) -> Result<Vec<u8>> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    let request = request.replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1);
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.context("an answer without a head")?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "not 200");
    Ok(answer.split_off(end + 4))
}

async fn publish(data: &Path) -> Result<()> {
    let store = Store::open(StoreConfig { data_dir: data.to_owned(), database: None }).await?;
    let (regimes, policy) = rooms(&store).await?;
    let by = Actor::System("bench");
    let id = policy.begin(by.clone(), "default", Audience::Customers).await?;
    policy.ask(by, &id, &Text::default(), 0).await?;
    policy.approve(Actor::Person("officer".into()), &id, None, false).await?;
    drop((regimes, policy));
    store.close().await;
    Ok(())
}

async fn rooms(store: &Store) -> Result<(Regimes, Policy)> {
    let consent = Consent::open(store.clone(), ::consent::Settings::default()).await?;
    let map = DataMap::open(store.clone()).await?;
    let web = Web::open(store.clone(), WebConfig::default()).await?;
    let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await?;
    let policy = Policy::open(web, consent, map, regimes.clone()).await?;
    Ok((regimes, policy))
}

/// The largest pack with every rule of it changed.
fn changed() -> Result<Pack> {
    let law = Law::shipped();
    let largest = law.packs().max_by_key(|pack| pack.facts.len()).context("no pack is shipped")?;
    let mut pack = largest.clone();
    "2099.01.01-bench".clone_into(&mut pack.head.version);
    for fact in &mut pack.facts {
        fact.text.en.push_str(" Changed.");
        fact.text.zh.push_str("已变更。");
        fact.value = fact.value.map(|value| value + 1);
    }
    Ok(pack)
}

fn difference(table: &mut Table) -> Result<()> {
    let law = Law::shipped();
    let pack = changed()?;
    let facts = pack.facts.len();
    let after = law.clone().with(pack);
    let mut times = Vec::new();
    for _ in 0..21 {
        let started = Instant::now();
        let diff = law.diff(&after);
        ensure!(black_box(&diff).facts.len() == facts, "not every rule differs");
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    table.fact("largest pack", format!("{facts} rules, every one changed"));
    table.bound("compared with the one in use", median(times), "ms", 1000.0);
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The page “what this pack changes” of the sample company: every room is asked.
async fn preview(table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let port = free_port()?;
    let demo = Command::new(process::binary()?)
        .args(["demo", "--listen", &format!("127.0.0.1:{port}"), "--data"])
        .arg(folder.path())
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting privet demo")?;
    let mut demo = Gone(demo);
    let mut lines = BufReader::new(demo.0.stdout.take().context("no output")?).lines();
    let link = lines
        .find_map(|line| {
            let line = line.ok()?;
            let word = line.split_whitespace().find(|word| path_of(word).len() > 1)?;
            word.starts_with("http://").then(|| word.to_owned())
        })
        .context("the demo printed no link")?;
    std::thread::spawn(move || lines.for_each(drop));
    let cookie = cookies(&request(port, &path_of(&link), "").await?);
    let started = Instant::now();
    // Its policies are published once its databases are scanned.
    while !request(port, &format!("{PAGE}/v/2/changes"), "").await?.starts_with("HTTP/1.1 200") {
        ensure!(started.elapsed() < Duration::from_mins(5), "the demo published no policy");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let config = StoreConfig { data_dir: folder.path().to_owned(), database: None };
    let store = Store::open(config).await?;
    let (regimes, policy) = rooms(&store).await?;
    let text = changed()?.to_text()?;
    let id = match regimes.load_pack(Actor::System("bench"), "bench.toml", &text).await? {
        Loaded::Staged(id) => id,
        other => bail!("the pack was not loaded: {other:?}"),
    };
    drop((regimes, policy));
    store.close().await;
    let mut times = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        let answer = request(port, &format!("/console/laws/packs/{id}"), &cookie).await?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "the page: {}", first_line(&answer));
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    table.bound("the page of what it changes, all rooms asked", median(times), "ms", 1000.0);
    Ok(())
}
