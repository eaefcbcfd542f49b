//! Clients that ask too much or too slowly: floods with one token, heads and bodies sent by drops.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use crate::{privet::run, server::Server};

fn start(dir: &Path, limits: &str) -> Server {
    let config = dir.join("privet.toml");
    std::fs::write(&config, format!("[limits]\n{limits}\n")).unwrap();
    let data = dir.join("data");
    let (config, data) = (config.to_str().unwrap(), data.to_str().unwrap());
    Server::start_with(&["serve", "--data", data, "--config", config], 1)
}

fn connect(server: &Server) -> TcpStream {
    let host = server.address.trim_start_matches("http://");
    let stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// What comes until the server closes, and when that was.
fn rest(mut stream: TcpStream, since: Instant) -> (String, Duration) {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    (String::from_utf8_lossy(&bytes).into_owned(), since.elapsed())
}

/// Sends a byte now and then until the server has enough.
fn drip(mut stream: TcpStream, head: &str, every: Duration) -> (String, Duration) {
    let since = Instant::now();
    stream.write_all(head.as_bytes()).unwrap();
    let reader = stream.try_clone().unwrap();
    let told = std::thread::spawn(move || rest(reader, since));
    while !told.is_finished() && since.elapsed() < Duration::from_secs(20) {
        let _ = stream.write_all(b"a");
        std::thread::sleep(every);
    }
    told.join().unwrap()
}

#[test]
fn a_head_that_does_not_come_costs_its_connection() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "head_seconds = 1");

    // Slowloris: each byte comes in time, the head never does.
    let (said, after) = drip(
        connect(&server),
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ",
        Duration::from_millis(100),
    );
    assert!(!said.contains(" 200 "), "{said}");
    assert!((1..10).contains(&after.as_secs()), "{after:?}");
    // A client that says nothing at all is let go, too.
    let (said, after) = rest(connect(&server), Instant::now());
    assert!(said.is_empty() || said.contains(" 408 "), "{said}");
    assert!(after < Duration::from_secs(10), "{after:?}");
    // Who asks in one piece is served.
    let mut stream = connect(&server);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    assert!(rest(stream, Instant::now()).0.starts_with("HTTP/1.1 200"));
}

#[test]
fn a_body_that_comes_by_drops_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "body_seconds = 1");
    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    let made = run(&["token", "create", "--scope", "detect", "--data", data]);
    let head = format!(
        "POST /v1/detect HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
        made.out.trim()
    );

    // Stops in the middle.
    let since = Instant::now();
    let mut stream = connect(&server);
    stream.write_all(head.as_bytes()).unwrap();
    let (said, after) = rest(stream, since);
    assert!(!said.contains(" 200 "), "{said}");
    assert!(after < Duration::from_secs(10), "{after:?}");
    // R.U.D.Y.: never stops, and never ends; twenty bytes a second are too few.
    let (said, after) = drip(connect(&server), &head, Duration::from_millis(50));
    assert!(!said.contains(" 200 "), "{said}");
    assert!(after < Duration::from_secs(15), "{after:?}");
}

#[test]
fn one_token_cannot_take_the_server_from_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "calls_per_minute = 30");
    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    let token = || run(&["token", "create", "--scope", "map:read", "--data", data]).out;
    let call = |token: &str| {
        let mut stream = connect(&server);
        let request = format!(
            "GET /v1/datamap/sources HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\n\r\n",
            token.trim()
        );
        stream.write_all(request.as_bytes()).unwrap();
        rest(stream, Instant::now()).0.to_lowercase()
    };
    let (flood, other) = (token(), token());

    let answers: Vec<String> = (0..14).map(|_| call(&flood)).collect();

    assert!(answers[0].starts_with("http/1.1 200"), "{}", answers[0]);
    assert!(answers[0].contains("ratelimit-policy: \"token\";q=30;w=60"), "{}", answers[0]);
    assert!(answers[0].contains("ratelimit: \"token\";r=9;t="), "{}", answers[0]);
    let refused = answers.iter().find(|answer| answer.starts_with("http/1.1 429")).unwrap();
    assert!(refused.contains("retry-after: ") && refused.contains("too-many"), "{refused}");
    assert!(call(&other).starts_with("http/1.1 200"), "another program is served");
}
