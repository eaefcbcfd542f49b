//! The reference of the API against the API: neither knows a call that the other does not.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    path::Path,
};

use serde_json::Value;

use crate::{PURPOSES, privet::run, server::Server};

/// One request as a program sends it; status and body.
pub fn ask(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let host = server.address.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.extend(["Content-Length: ", &body.len().to_string(), "\r\n\r\n", body]);
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// Every `/v1` address that the source of a room names in a `.route(`.
fn routed() -> BTreeSet<String> {
    fn walk(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text: String = text.split_whitespace().collect();
                for part in text.split(".route(\"").skip(1) {
                    let address = part.split('"').next().unwrap();
                    if address.starts_with("/v1/") {
                        found.insert(address.to_owned());
                    }
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for room in std::fs::read_dir(crates).unwrap() {
        let source = room.unwrap().path().join("src");
        if source.is_dir() {
            walk(&source, &mut found);
        }
    }
    found
}

fn scopes(call: &Value) -> Vec<String> {
    let scopes = call["security"][0]["token"].as_array().into_iter().flatten();
    scopes.map(|scope| scope.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_reference_and_the_server_know_the_same_calls() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start("serve", dir.path(), 1);
    let (status, text) = ask(&server, "GET", "/openapi.json", &[], "");
    assert_eq!(status, 200);
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();

    let written: BTreeSet<String> =
        paths.keys().filter(|path| path.starts_with("/v1/")).cloned().collect();
    assert_eq!(written, routed(), "left: the reference, right: the rooms");

    let all: BTreeSet<String> =
        paths.values().flat_map(|one| one.as_object().unwrap().values()).flat_map(scopes).collect();
    let all = all.into_iter().collect::<Vec<_>>().join(",");
    let data = dir.path().to_str().unwrap();
    let purposes = format!("{PURPOSES},quality");
    let token = run(&["token", "create", "--scope", &all, "--purpose", &purposes, "--data", data]);
    assert_eq!(token.code, 0, "{}", token.err);
    let token = token.out.split_whitespace().find(|word| word.starts_with("pvt_")).unwrap();
    let bearer = format!("Bearer {token}");

    for (path, methods) in paths {
        for (method, call) in methods.as_object().unwrap() {
            try_call(&server, &bearer, path, &method.to_uppercase(), call);
        }
    }
}

/// The call is there, asks for its token, and understands its own example.
fn try_call(server: &Server, bearer: &str, path: &str, method: &str, call: &Value) {
    let mut address = path.replace("{id}", "0");
    let parameters = call["parameters"].as_array().into_iter().flatten();
    for one in parameters.filter(|one| one["in"] == "query" && one["required"] == true) {
        address.extend(["?", one["name"].as_str().unwrap(), "=", one["example"].as_str().unwrap()]);
    }
    let content = &call["requestBody"]["content"];
    let (kind, example) = match content.as_object().and_then(|kinds| kinds.iter().next()) {
        Some((kind, body)) if kind == "text/plain" => {
            (kind.as_str(), body["example"].as_str().unwrap().to_owned())
        }
        Some((kind, body)) => (kind.as_str(), body["example"].to_string()),
        None => ("application/json", String::new()),
    };
    if !scopes(call).is_empty() {
        let (status, _) = ask(server, method, &address, &[("Content-Type", kind)], &example);
        assert_eq!(status, 401, "{method} {path} without a token");
    }
    let headers =
        [("Content-Type", kind), ("Authorization", bearer), ("Privet-Purpose", "service_delivery")];
    let (status, text) = ask(server, method, &address, &headers, &example);
    assert_ne!(status, 405, "{method} {path}");
    assert_ne!(status, 403, "{method} {path}: {text}");
    assert!(!text.contains("urn:privet:problem:body"), "{method} {path}: {text}");
    // On an empty server a purpose or a record is unknown; the shell's own 404 is a page.
    assert!(status != 404 || text.contains("urn:privet:problem:"), "{method} {path}: {text}");
    let told = call["responses"].as_object().unwrap();
    assert!(told.contains_key(&status.to_string()), "{method} {path} answered {status}: {text}");
}

#[test]
fn the_page_shows_every_call_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start("serve", dir.path(), 1);
    let (_, text) = ask(&server, "GET", "/openapi.json", &[], "");
    let document: Value = serde_json::from_str(&text).unwrap();
    for language in ["en", "zh-CN"] {
        let (status, page) = ask(&server, "GET", "/docs", &[("Accept-Language", language)], "");
        assert_eq!(status, 200);
        assert!(page.contains(&format!("<html lang=\"{language}\"")));
        assert!(!page.contains('‖') && !page.contains('⟦'), "a text is missing");
        for path in document["paths"].as_object().unwrap().keys() {
            assert!(page.contains(path), "{path} is not on the page");
        }
    }
}
