//! Requests that a proxy and a server could read differently, and ones that are too large.

use super::client::{Visitor, raw};
use crate::server::Server;

/// Starts a server and returns its `host:port`.
fn server() -> (tempfile::TempDir, Server, String) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start("serve", dir.path(), 1);
    let host = Visitor::new(&server.address).host;
    (dir, server, host)
}

/// Statuses of all answers that came for these bytes.
fn statuses(host: &str, bytes: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(&raw(host, bytes)).into_owned();
    let starts = text.split("HTTP/1.1 ").skip(1);
    starts.filter_map(|part| part.get(..3)?.parse().ok()).collect()
}

/// RFC 9112 §6: a body's length must be said once and plainly. What follows in the same bytes would
/// be a second request to a server that counts differently from the proxy in front.
#[test]
fn a_request_with_a_doubtful_length_smuggles_nothing() {
    let (_dir, _server, host) = server();
    let next = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    let cases = [
        ("two lengths", "Content-Length: 0\r\nContent-Length: 35\r\n".to_owned(), ""),
        ("a length with a sign", "Content-Length: +0\r\n".into(), ""),
        ("a list of lengths", "Content-Length: 0, 35\r\n".into(), ""),
        ("length, then chunked", format!("Content-Length: 5\r\n{chunked}"), "0\r\n\r\n"),
        ("chunked, then length", format!("{chunked}Content-Length: 5\r\n"), "0\r\n\r\n"),
        ("chunked is not last", "Transfer-Encoding: chunked, identity\r\n".into(), "0\r\n\r\n"),
        ("no known coding", "Transfer-Encoding: xchunked\r\n".into(), "0\r\n\r\n"),
        ("a space before the colon", "Content-Length : 0\r\n".into(), ""),
    ];
    for (name, headers, body) in cases {
        // A form, so that the body is really read to where the server thinks it ends.
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let bytes = format!("POST /signin HTTP/1.1\r\nHost: x\r\n{form}{headers}\r\n{body}{next}");
        let got = statuses(&host, bytes.as_bytes());
        assert!(got.len() <= 1, "{name}: the second request was answered: {got:?}");
        assert!(got.iter().all(|status| *status >= 400), "{name}: {got:?}");
    }
    // The same two in a row without doubt are two.
    let plain = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let close = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(statuses(&host, format!("{plain}{close}").as_bytes()), [200, 200]);
}

#[test]
fn headers_and_bodies_have_limits() {
    let (_dir, server, host) = server();
    let long = "a".repeat(2 * 1024 * 1024);
    let one = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\n\r\n");
    assert!(matches!(statuses(&host, one.as_bytes())[..], [] | [431]), "a long header");
    let many = (0..500).map(|n| format!("X-{n}: 1\r\n")).collect::<Vec<_>>().concat();
    let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n");
    assert!(matches!(statuses(&host, many.as_bytes())[..], [] | [431]), "many headers");
    let address = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    assert!(matches!(statuses(&host, address.as_bytes())[..], [] | [414 | 431]), "a long address");

    let mut visitor = Visitor::new(&server.address);
    let token = visitor.token("/signin");
    let body = format!("csrf={}&login={}", web::encode(&token), "a".repeat(3 * 1024 * 1024));
    let answer = visitor.post("/signin", &body);
    assert!(matches!(answer.status, 0 | 413), "a large form: {}", answer.status);
    // Without a length the size is only known on the way.
    let chunk = format!("{:x}\r\n{}\r\n", 65536, "a".repeat(65536));
    let head = "POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    let got = statuses(&host, format!("{head}{}0\r\n\r\n", chunk.repeat(64)).as_bytes());
    assert!(matches!(got[..], [] | [413]), "a large form in chunks: {got:?}");
    assert_eq!(visitor.get("/healthz").status, 200, "the server lives on");
}

/// Nothing a client sends is unpacked: a body that claims to be compressed is read as it is.
#[test]
fn a_compressed_body_is_not_unpacked() {
    let (_dir, server, host) = server();
    let zeros = vec![b'a'; 64 * 1024 * 1024];
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &zeros).unwrap();
    let bomb = packer.finish().unwrap();
    for path in ["/signin", "/v1/detect", "/sdk/v1/consents", "/privacy/link"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: gzip\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            bomb.len()
        );
        let got = statuses(&host, &[head.as_bytes(), &bomb].concat());
        assert!(matches!(got[..], [400..500]), "{path}: {got:?}");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 1_000_000, "the server took {peak} kB");
}

/// A line of the log is a line: what a client sends cannot begin another, nor paint a terminal.
#[test]
fn nothing_a_client_sends_forges_a_line_of_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["serve", "--listen", "127.0.0.1:0", "--data", dir.path().to_str().unwrap()];
    let log = dir.path().join("log");
    let mut child = crate::privet::command(&args)
        .env("PRIVET_LOG", "debug")
        .stdout(std::process::Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let address = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let mut visitor = Visitor::new(address);
    let forged = "%0a2026-01-01T00:00:00Z%20ERROR%20forged%1b[31m";
    for path in [format!("/{forged}"), format!("/signin?back={forged}"), format!("/u/{forged}")] {
        visitor.get(&path);
        visitor.post(&path, &format!("login={forged}&password={forged}&csrf={forged}"));
    }
    let agent = "GET /signin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                 User-Agent: \x1b[31mforged\r\n\r\n";
    raw(&visitor.host, agent.as_bytes());
    child.kill().unwrap();
    child.wait().unwrap();

    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains("answered"), "nothing was logged: {text}");
    assert!(!text.contains("forged") && !text.contains("\x1b[31m"), "{text}");
}
