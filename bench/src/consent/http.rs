//! The real server: how soon after its start decisions come from memory, what it holds, and decisions
//! over HTTP beside its own empty endpoint, with connections kept open.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures::future::try_join_all;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{ASKED, crowd, join::agrees};
use crate::{process, table::Table};

const CONNECTIONS: usize = 32;
/// How long each endpoint is asked.
const WHILE: Duration = Duration::from_secs(5);

/// Starts the server on a data directory whose snapshot holds the customers.
pub async fn measure(table: &mut Table, data: &Path, customers: usize) -> Result<()> {
    let made = Command::new(process::binary()?)
        .args(["token", "create", "--scope", "decide,audience", "--purpose", ASKED, "--data"])
        .arg(data)
        .stderr(Stdio::null())
        .output()?;
    let token = String::from_utf8(made.stdout)?.trim().to_owned();
    ensure!(token.starts_with("pvt_"), "no token was made");
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let started = Instant::now();
    let server = Server::start(data, port)?;
    let people = 1..customers.min(2_000);
    let text: String = people.clone().map(|n| crowd::email(n) + "\n").collect();
    let expected = people.filter(|n| agrees(*n)).count();
    let path = format!("/v1/audiences/filter?purpose={ASKED}");
    let list = request("POST", &path, &token, "text/plain\r\nConnection: close", &text);
    let allowed = loop {
        ensure!(started.elapsed() < Duration::from_mins(2), "decisions do not come into memory");
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await {
            stream.write_all(list.as_bytes()).await?;
            let mut answer = String::new();
            if stream.read_to_string(&mut answer).await.is_ok() && answer.contains(" 200 ") {
                break answer.matches('@').count();
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    ensure!(allowed == expected, "{allowed} allowed after the start, not {expected}");
    let what = "start until decisions come from memory";
    table.bound(what, started.elapsed().as_secs_f64(), "s", 15.0);
    if let Some(megabytes) = process::memory(&server.0, "VmRSS:") {
        table.fact("… the whole server resident", format!("{megabytes:.0} MiB"));
    }

    let empty = vec![request("GET", "/healthz", &token, "text/plain", "")];
    let asked: Vec<String> = (0..1000)
        .map(|n| {
            let who = crowd::email(crowd::mix(n) as usize % customers);
            let body = format!(r#"{{"subject":{{"email":"{who}"}},"purpose":"{ASKED}"}}"#);
            request("POST", "/v1/decisions", &token, "application/json", &body)
        })
        .collect();
    // By turns, so that what else the machine does falls on both.
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..3 {
        rates[0].push(ask(port, &empty).await?);
        rates[1].push(ask(port, &asked).await?);
    }
    let [empty, decided] = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[1]
    });
    table.fact("requests a second, empty endpoint", format!("{empty:.0}"));
    table.fact("requests a second, decisions", format!("{decided:.0}"));
    table.least("decisions beside the empty endpoint", decided / empty, "times", 0.8);
    Ok(())
}

struct Server(Child);

impl Server {
    fn start(data: &Path, port: u16) -> Result<Self> {
        // One token asks for all programs of a company here.
        let config = data.join("bench.toml");
        std::fs::write(&config, "[limits]\ncalls_per_minute = 0\n")?;
        let child = Command::new(process::binary()?)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .arg("--config")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting privet")?;
        Ok(Self(child))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn request(method: &str, path: &str, token: &str, kind: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Requests a second over all connections.
pub(crate) async fn ask(port: u16, requests: &[String]) -> Result<f64> {
    let started = Instant::now();
    let each = (0..CONNECTIONS).map(|at| connection(port, requests, at * 31));
    let answered: usize = try_join_all(each).await?.iter().sum();
    Ok(answered as f64 / started.elapsed().as_secs_f64())
}

async fn connection(port: u16, requests: &[String], first: usize) -> Result<usize> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let until = Instant::now() + WHILE;
    let mut buffer = Vec::with_capacity(4096);
    for n in first.. {
        if Instant::now() > until {
            return Ok(n - first);
        }
        stream.write_all(requests[n % requests.len()].as_bytes()).await?;
        answer(&mut stream, &mut buffer).await?;
    }
    Ok(0)
}

/// Reads one whole answer; it must be a 200 with a length.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
        ensure!(head.starts_with("http/1.1 200"), "not 200: {}", head.lines().next().unwrap_or(""));
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let whole =
            end + 4 + length.context("an answer without a length")?.trim().parse::<usize>()?;
        while buffer.len() < whole {
            ensure!(stream.read_buf(buffer).await? > 0, "the server closed the connection");
        }
        return Ok(());
    }
}
