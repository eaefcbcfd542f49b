//! A customer moves from one server to another, over real sockets: what comes is byte for byte what was
//! sent, and nobody else's, nor a forged one, is taken.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "../../retain/tests/support/mod.rs"]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request as Call, StatusCode},
};
use house::{House, Work, person};
use purge::Engine;
use rights::{
    Kind, Level, Request, RightsError,
    bundle::Stage,
    handover::{Made, Move, MoveState, Reach},
};
use serde_json::{Value, json};
use store::Actor;
use support::{Db, li};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A plain HTTP client, as the binary's is a guarded one. It can lose the other side, and change what
/// it sends.
#[derive(Default)]
struct Wire {
    down: AtomicBool,
    forge: AtomicBool,
    pieces: AtomicUsize,
}

impl Wire {
    async fn call(
        &self,
        method: &str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<(u16, Vec<u8>), String> {
        if self.down.load(Ordering::SeqCst) {
            return Err("it cannot be reached".into());
        }
        let rest = url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let mut stream = tokio::net::TcpStream::connect(host).await.map_err(|e| e.to_string())?;
        let mut head =
            format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.extend(["Content-Length: ", &body.len().to_string(), "\r\n\r\n"]);
        stream.write_all(head.as_bytes()).await.map_err(|e| e.to_string())?;
        stream.write_all(body).await.map_err(|e| e.to_string())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.map_err(|e| e.to_string())?;
        let at = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..at]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok((status, answer.split_off(at + 4)))
    }
}

#[async_trait::async_trait]
impl Reach for Wire {
    async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String> {
        self.call("GET", url, &[], b"").await
    }

    async fn send(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
        mut body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), String> {
        if method == "PUT" {
            self.pieces.fetch_add(1, Ordering::SeqCst);
            if self.forge.load(Ordering::SeqCst) {
                body[0] ^= 1;
            }
        }
        self.call(method, url, headers, &body).await
    }
}

/// A server on a port of its own.
struct Server {
    house: House,
    wire: Arc<Wire>,
    router: Router,
    work: Work,
    guard: store::testing::TestGuard,
}

async fn server(postgres: bool) -> Server {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let house = House::at(store, &base).await;
    let wire = Arc::new(Wire::default());
    house.rights.set_reach(wire.clone());
    let web = house.base.web.clone();
    web.set_organisation(li(), "Lantern Tea").await.unwrap();
    let rooms = web::router(web.clone())
        .merge(consent::router(web.clone(), house.base.consent.clone()))
        .merge(rights::router(web.clone(), house.rights.clone()));
    let router = web::finish(web, rooms);
    let served = router.clone().into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, served).await });
    let work = house.work();
    Server { house, wire, router, work, guard }
}

impl Server {
    /// A person with a copy that is ready.
    async fn copied(&self, address: &str) -> Request {
        let request = self.house.asked_for(Kind::Portability, Level::Checked, address).await;
        self.house.rights.make_bundle(&li(), &request).await.unwrap();
        for _ in 0..3_000 {
            let bundle = self.house.rights.bundle(&request.id).await.unwrap().unwrap();
            if bundle.stage == Stage::Ready {
                return request;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no copy was made");
    }

    async fn sends(&self, request: &Request, ticket: &Made) -> Move {
        let (address, code) = (ticket.address.as_str(), ticket.code.as_str());
        self.house.rights.send_copy(&li(), request, address, code).await.unwrap();
        self.rests(request).await
    }

    async fn rests(&self, request: &Request) -> Move {
        for _ in 0..1_500 {
            let found = self.house.rights.moved(&request.id).await.unwrap().unwrap();
            if !found.state.moves() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let jobs =
            self.house.base.web.store().list_jobs(&store::JobFilter::default(), None, 5).await;
        panic!("it is still on its way: {:?}", jobs.map(|jobs| format!("{jobs:?}")));
    }

    async fn bytes(mut pieces: tokio::sync::mpsc::Receiver<std::io::Result<Vec<u8>>>) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(piece) = pieces.recv().await {
            all.extend(piece.unwrap());
        }
        all
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        use tower::ServiceExt as _;
        let call = Call::get(path).body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(call).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

/// What a JSON Schema says of a document, by a judge that is not ours.
fn judged(schema: &Value, document: &Value) {
    let python = std::env::var("PRIVET_TEST_PYTHON")
        .expect("PRIVET_TEST_PYTHON is not set: run `cargo xtask test`");
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("schema.json"), folder.path().join("document.json"));
    std::fs::write(&a, schema.to_string()).unwrap();
    std::fs::write(&b, document.to_string()).unwrap();
    let program = "import json,sys,jsonschema\n\
        s,d=[json.load(open(f)) for f in sys.argv[1:]]\n\
        jsonschema.Draft202012Validator.check_schema(s)\n\
        jsonschema.Draft202012Validator(s).validate(d)";
    let judge =
        std::process::Command::new(python).args(["-c", program]).args([&a, &b]).output().unwrap();
    assert!(judge.status.success(), "{}", String::from_utf8_lossy(&judge.stderr));
}

async fn a_move(postgres: bool) {
    let (from, to) = (server(postgres).await, server(false).await);
    let db = Db::make(Engine::Sqlite).await;
    // Incompressible, so that the copy takes several pieces.
    db.run(
        "CREATE TABLE readers (id INTEGER PRIMARY KEY, email VARCHAR(100), full_name VARCHAR(100));
         CREATE TABLE notes (id INTEGER PRIMARY KEY, reader_id INTEGER REFERENCES readers (id), body TEXT);
         INSERT INTO readers VALUES (1, 'mei.han@example.com', 'Han Meimei'), (2, 'li@example.com', 'Li Lei');
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
         INSERT INTO notes SELECT i, 1, hex(randomblob(60000)) FROM n;",
    )
    .await;
    from.house.base.source(&db).await;
    let request = from.copied("mei.han@example.com").await;
    let rights = &to.house.rights;
    let mei = person("mei.han@example.com");

    // What no ticket lets in, is not taken; the answer tells nothing.
    let ticket = rights.make_ticket(&mei).await.unwrap();
    let wrong = Made { code: "another-code".into(), ..ticket.clone() };
    let refused = from.sends(&request, &wrong).await;
    assert_eq!(refused.state, MoveState::Refused, "{}", refused.error);
    let nowhere = Made { address: format!("{}-0", ticket.address), ..ticket.clone() };
    let none = from.sends(&request, &nowhere).await;
    assert_eq!(none.error, refused.error, "a ticket that is none and a wrong code are one");
    let bad = rights.send_copy(&li(), &request, "https://example.com/", "x").await;
    assert!(matches!(bad, Err(RightsError::Asked("rights-error-move-address"))), "{bad:?}");

    // A forged piece: nothing of it stays, and the ticket can still be used.
    from.wire.forge.store(true, Ordering::SeqCst);
    assert_eq!(from.sends(&request, &ticket).await.state, MoveState::Refused);
    from.wire.forge.store(false, Ordering::SeqCst);
    assert_eq!(rights.tickets_of(&mei).await.unwrap()[0].said(), "open");
    assert!(rights.arrivals(10, 0).await.unwrap().0.is_empty());

    // The other side is down for a while; then it arrives, in several pieces.
    from.wire.down.store(true, Ordering::SeqCst);
    from.house.rights.send_copy(&li(), &request, &ticket.address, &ticket.code).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    from.wire.down.store(false, Ordering::SeqCst);
    from.wire.pieces.store(0, Ordering::SeqCst);
    let moved = from.rests(&request).await;
    assert_eq!(moved.state, MoveState::Arrived, "{}", moved.error);
    assert!(from.wire.pieces.load(Ordering::SeqCst) > 1);
    let receipt: Value = serde_json::from_str(&moved.receipt).unwrap();
    ledger::verify(&receipt, Some(to.house.base.consent.signer().public())).unwrap();

    let sent = from.house.rights.fetch_bundle(Actor::CommandLine, &request.id).await.unwrap();
    let sent = Server::bytes(sent).await;
    let found = &rights.tickets_of(&mei).await.unwrap()[0];
    assert_eq!((found.said(), found.sender.as_str()), ("arrived", "Lantern Tea"));
    let came = Server::bytes(rights.fetch_arrival(&li(), &found.id).await.unwrap()).await;
    assert!(sent == came, "byte for byte");
    assert_eq!(rights.arrivals(10, 0).await.unwrap().1, 1);

    // Sent twice it is there once, under the same receipt; somebody else's is not taken for it.
    let twice = from.sends(&request, &ticket).await;
    assert_eq!((twice.state, twice.receipt), (MoveState::Arrived, moved.receipt.clone()));
    let other = from.copied("li@example.com").await;
    assert_eq!(from.sends(&other, &ticket).await.state, MoveState::Refused);
    assert_eq!(rights.arrivals(10, 0).await.unwrap().1, 1);
    let taken_back = rights.make_ticket(&mei).await.unwrap();
    let id = taken_back.address.rsplit('/').next().unwrap();
    rights.revoke_ticket(&mei, id).await.unwrap();
    assert_eq!(from.sends(&request, &taken_back).await.error, "code");

    // Its person's only, and gone when they say so.
    assert!(rights.tickets_of(&person("li@example.com")).await.unwrap().is_empty());
    let theft = rights.revoke_ticket(&person("li@example.com"), &found.id).await;
    assert!(matches!(theft, Err(RightsError::NotFound(_))), "{theft:?}");
    rights.settle_arrival(&li(), &found.id, false).await.unwrap();
    assert!(rights.fetch_arrival(&li(), &found.id).await.is_err());

    // The schemas that are published fit what was really sent.
    let (status, schema) = to.get("/schemas/portability-bundle-1.json").await;
    assert_eq!(status, StatusCode::OK);
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(came)).unwrap();
    let document: Value = serde_json::from_reader(zip.by_name("data.json").unwrap()).unwrap();
    judged(&schema, &document);
    let (_, schema) = to.get("/schemas/portability-manifest-1.json").await;
    let manifest = json!({
        "type": rights::handover::MANIFEST, "id": "1", "organisation": "Lantern Tea",
        "from": "http://127.0.0.1:1", "to": ticket.address, "request": request.name(),
        "sha256": receipt["sha256"], "bytes": receipt["bytes"], "made_at": "2026-11-30T00:00:00Z",
    });
    judged(&schema, &manifest);

    for server in [from, to] {
        server.work.stop().await;
        server.house.base.web.store().ledger().verify().await.unwrap();
        server.house.base.web.store().close().await;
        for file in std::fs::read_dir(&server.guard.config().data_dir).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
                let clear = has(b"mei.han") || has(b"Meimei") || has(ticket.code.as_bytes());
                assert!(!clear, "{}", path.display());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_moves_to_another_server() {
    a_move(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_moves_from_a_server_over_postgresql() {
    a_move(true).await;
}
