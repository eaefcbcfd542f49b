//! One HTTP request without a client library: to servers on this machine only.

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Sends a request and returns the answer's body.
pub async fn send(address: &str, request: http::request::Builder, body: &str) -> Result<String> {
    let request = request.body(())?;
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text.extend([name.as_str(), ": ", value.to_str()?, "\r\n"]);
    }
    let length = body.len().to_string();
    text.extend(["content-length: ", &length, "\r\nconnection: close\r\n\r\n", body]);
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await?;
    stream.write_all(text.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("half an answer")?;
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        let lines = body.split("\r\n");
        return Ok(lines.skip(1).step_by(2).collect());
    }
    Ok(body.to_owned())
}
