//! The promise of consent: what was acknowledged is there after any crash, with its receipt; what was
//! not acknowledged is there whole or not at all. A server under load is killed fifty times.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use consent::{Consent, NoticeBody, PurposeBody, Reconsent, Settings, purpose::Texts, receipt};
use serde_json::Value;
use sqlx::Row as _;
use store::{Actor, Store, StoreConfig};

use crate::{privet::run, server::Server};

const KILLS: u64 = 50;
const CALLERS: usize = 4;

async fn open(data: &Path) -> Consent {
    let config = StoreConfig { data_dir: data.to_owned(), database: None };
    Consent::open(Store::open(config).await.unwrap(), Settings::default()).await.unwrap()
}

async fn furnish(data: &Path) {
    let (consent, by) = (open(data).await, Actor::System("test"));
    let name = Texts::from([("en".to_owned(), "News".to_owned())]);
    let body = PurposeBody { name: name.clone(), ..PurposeBody::default() };
    consent.save_purpose(&by, "news", &body).await.unwrap();
    let notice = NoticeBody { title: name, purposes: vec!["news".into()], ..NoticeBody::default() };
    consent.save_draft(&by, "join", &notice).await.unwrap();
    consent.publish(&by, "join", Reconsent::None).await.unwrap();
}

/// Sends one consent over an open connection; the answer's body when it was acknowledged.
fn send(stream: &mut BufReader<TcpStream>, token: &str, number: u64) -> Option<Value> {
    let body = format!(
        r#"{{"subject":{{"email":"p{number}@example.com","customer_id":"{number}"}},"notice":"join","language":"en","choices":{{"news":true}}}}"#
    );
    let head = format!(
        "POST /v1/consents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.get_mut().write_all((head + &body).as_bytes()).ok()?;
    let (mut line, mut length, mut status) = (String::new(), 0, String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if status.is_empty() {
            status.clone_from(&line);
        }
        if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    assert!(status.contains("201"), "{status} {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).ok()
}

fn call_until_it_dies(address: &str, token: &str, next: &AtomicU64, kept: &Mutex<Vec<Value>>) {
    let host = address.trim_start_matches("http://").trim_end_matches('/');
    let Ok(stream) = TcpStream::connect(host) else { return };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut stream = BufReader::new(stream);
    while let Some(answer) = send(&mut stream, token, next.fetch_add(1, Ordering::Relaxed)) {
        kept.lock().unwrap().push(answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_consent_survives_fifty_kills_with_its_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    furnish(&data).await;
    let made =
        run(&["token", "create", "--scope", "consent:write", "--data", data.to_str().unwrap()]);
    assert_eq!(made.code, 0, "{}", made.err);
    let token: Arc<str> = made.out.trim().into();
    let (next, kept) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Vec::new())));

    for round in 0..KILLS {
        let mut server = Server::start("serve", &data, 1);
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (address, token) = (server.address.clone(), Arc::clone(&token));
                let (next, kept) = (Arc::clone(&next), Arc::clone(&kept));
                std::thread::spawn(move || call_until_it_dies(&address, &token, &next, &kept))
            })
            .collect();
        // Another moment each round: before, within and after group commits.
        let enough = kept.lock().unwrap().len() as u64 + round * 7 % 23;
        wait_for(|| kept.lock().unwrap().len() as u64 >= enough).await;
        tokio::time::sleep(Duration::from_micros(round * 397 % 9_000)).await;
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        for caller in callers {
            caller.join().unwrap();
        }
    }

    let kept = Arc::into_inner(kept).unwrap().into_inner().unwrap();
    assert!(kept.len() as u64 > KILLS * 8, "too little load to prove anything: {}", kept.len());
    let consent = open(&data).await;
    consent.store().ledger().verify().await.unwrap();
    for answer in &kept {
        let again = consent.receipt(answer["id"].as_str().unwrap()).await.unwrap();
        // The server signed with its own address in it; the proof is that it still verifies.
        receipt::verify(&answer["receipt"], Some(consent.signer().public())).unwrap();
        assert_eq!(again.position, answer["receipt"]["ledger"]["position"].as_i64().unwrap());
    }
    half_of_nothing(&consent).await;
}

async fn wait_for(reached: impl Fn() -> bool) {
    for _ in 0..20_000 {
        if reached() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the server under load acknowledges nothing");
}

/// No record without its customer, identifiers and ledger entry, and none of them without a record.
async fn half_of_nothing(consent: &Consent) {
    let halves = sqlx::query(
        "SELECT
           (SELECT COUNT(*) FROM consent_record r WHERE NOT EXISTS
              (SELECT 1 FROM subject s WHERE s.id = r.subject)),
           (SELECT COUNT(*) FROM consent_record r WHERE
              (SELECT COUNT(*) FROM identifier i WHERE i.subject = r.subject) <> 2),
           (SELECT COUNT(*) FROM consent_record r WHERE NOT EXISTS
              (SELECT 1 FROM ledger_entry e WHERE e.object_kind = 'consent' AND e.object_id = r.id)),
           (SELECT COUNT(*) FROM ledger_entry e WHERE e.object_kind = 'consent' AND NOT EXISTS
              (SELECT 1 FROM consent_record r WHERE e.object_id = r.id)),
           (SELECT COUNT(*) FROM subject s WHERE NOT EXISTS
              (SELECT 1 FROM consent_record r WHERE s.id = r.subject))",
    )
    .fetch_one(consent.store().reader())
    .await
    .unwrap();
    let halves: Vec<i64> = (0..5).map(|at| halves.try_get(at).unwrap()).collect();
    assert_eq!(halves, [0; 5]);
}
