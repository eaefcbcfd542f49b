//! Clients that ask too much: floods with one token.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::Duration,
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

/// What comes until the server closes.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
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
        rest(stream).to_lowercase()
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
