//! The log of every change, through the binary: checked in the database, proved offline, and what
//! happens when it does not hold.

use std::{path::PathBuf, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    PURPOSES,
    privet::{Said, run},
    reference::ask,
    server::Server,
};

const CODE: &str = "privet: 1
purposes:
  news:
    name: {en: News by e-mail, zh-CN: 邮件资讯}
notices:
  join:
    title: {en: Join, zh-CN: 加入}
    purposes: [news]
    publish: none
";

/// A server with a notice, and what a program and a verifier need.
struct House {
    dir: TempDir,
    server: Server,
    bearer: String,
    key: String,
}

impl House {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (data, code) = (dir.path().join("data"), dir.path().join("code"));
        std::fs::create_dir(&code).unwrap();
        std::fs::write(code.join("consent.yaml"), CODE).unwrap();
        drop(Server::start("serve", &data, 1));
        let data = data.to_str().unwrap();
        let applied = run(&["apply", code.to_str().unwrap(), "--data", data]);
        assert_eq!(applied.code, 0, "{}", applied.err);
        let scopes = "consent:write,consent:read,audit:read";
        let made =
            run(&["token", "create", "--scope", scopes, "--purpose", PURPOSES, "--data", data]);
        let bearer = format!("Bearer {}", made.out.trim());
        let server = Server::start("serve", data.as_ref(), 1);
        let key = run(&["ledger", "key", "--data", data]).out.trim().to_owned();
        Self { dir, server, bearer, key }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn keep(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    fn ledger(&self, args: &[&str]) -> Said {
        let data = self.path("data");
        run(&[&["ledger"], args, &["--data", data.to_str().unwrap()]].concat())
    }

    fn verify(&self, file: &str) -> Said {
        run(&["verify", file, "--log-key", &self.key])
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let headers = [
            ("Content-Type", "application/json"),
            ("Authorization", &self.bearer),
            ("Privet-Purpose", "incident"),
        ];
        let (status, text) = ask(&self.server, method, path, &headers, body);
        assert!(status < 300, "{path} answered {status}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Records a consent; its receipt as the API answers it later.
    fn receipt(&self, email: &str) -> Value {
        let body = json!({"subject": {"email": email}, "notice": "join", "language": "en",
            "choices": {"news": true}});
        let id = self.call("POST", "/v1/consents", &body.to_string())["id"].clone();
        self.call("GET", &format!("/v1/receipts/{}", id.as_str().unwrap()), "")
    }

    fn checkpoint(&self, name: &str) -> String {
        let said = self.ledger(&["checkpoint"]);
        assert_eq!(said.code, 0, "{}", said.err);
        self.keep(name, said.out)
    }
}

#[track_caller]
fn proved(said: &Said, what: &str) {
    assert!(said.code == 0 && said.out.contains(what), "{} {}", said.out, said.err);
}

#[track_caller]
fn refused(said: &Said, code: i32, why: &str) {
    assert!(said.code == code && said.err.contains(why), "{}: {}{}", said.code, said.out, said.err);
}

#[test]
fn the_log_is_checked_exported_and_proved_offline() {
    let house = House::open();
    receipts(&house);
    let old = house.checkpoint("old.checkpoint");
    checkpoints(&house, &old);
    exports(&house);
    entries(&house);

    proved(&house.ledger(&["check", "--known", &old]), "The ledger holds");
    let other = House::open();
    let foreign = other.checkpoint("foreign.checkpoint");
    refused(&house.ledger(&["check", "--known", &foreign]), 1, "");
    proved(&house.ledger(&["check"]), "The ledger holds");
}

fn receipts(house: &House) {
    let (first, second) = (house.receipt("a@example.com"), house.receipt("b@example.com"));
    let file = house.keep("receipt.json", first.to_string());
    let position = first["receipt"]["ledger"]["position"].as_i64().unwrap();
    proved(&house.verify(&file), &format!("entry {position} of log privet/"));
    proved(&run(&["verify", &file]), "unchanged");

    let changed = |change: &dyn Fn(&mut Value)| {
        let mut document = first.clone();
        change(&mut document);
        house.verify(&house.keep("changed.json", document.to_string()))
    };
    let swapped = changed(&|document| document["log_proof"] = second["log_proof"].clone());
    refused(&swapped, 1, "not about this document");
    let moved = changed(&|document| document["log_proof"]["index"] = json!(position));
    refused(&moved, 1, "not in the log");
    let emptied = changed(&|document| document["log_proof"]["path"] = json!([]));
    refused(&emptied, 1, "not in the log");
    let edited = changed(&|document| document["receipt"]["record_id"] = json!("another"));
    refused(&edited, 1, "changed");
}

fn checkpoints(house: &House, old: &str) {
    proved(&house.verify(old), "checkpoint: log privet/");
    refused(&run(&["verify", old]), 2, "--log-key");
    let stranger = ledger::Signer::from_seed(&[8; 32]).public().to_string();
    refused(&run(&["verify", old, "--log-key", &stranger]), 1, "");

    house.receipt("c@example.com");
    let said = house.ledger(&["consistency", old]);
    assert_eq!(said.code, 0, "{}", said.err);
    let pair = said.json();
    proved(&house.verify(&house.keep("pair.json", &said.out)), "is the beginning of the newer one");
    let turned = json!({"old": pair["new"], "new": pair["old"], "path": pair["path"]});
    refused(&house.verify(&house.keep("turned.json", turned.to_string())), 1, "does not continue");
    let short = json!({"old": pair["old"], "new": pair["new"], "path": []});
    refused(&house.verify(&house.keep("short.json", short.to_string())), 1, "does not continue");

    // The same is public, for those who have no access to the machine.
    let (status, shown) = ask(&house.server, "GET", "/ledger/checkpoint", &[], "");
    assert_eq!(status, 200, "{shown}");
    proved(&house.verify(&house.keep("shown.checkpoint", shown)), "checkpoint: log privet/");
    let (_, key) = ask(&house.server, "GET", "/ledger/key", &[], "");
    assert_eq!(key.trim(), house.key);
    assert_eq!(ask(&house.server, "GET", "/ledger/tile/0/000.p/1", &[], "").0, 200);
    assert_eq!(ask(&house.server, "GET", "/ledger/tile/0/999", &[], "").0, 404);
}

/// A line of the audit view with its proof, as the console's page of the line gives it.
fn entries(house: &House) {
    let receipt = house.receipt("d@example.com");
    let position = receipt["receipt"]["ledger"]["position"].as_i64().unwrap();
    let path = format!("/v1/audit?limit=1&cursor={}", position - 1);
    let entry = house.call("GET", &path, "")["entries"][0].clone();
    let line = json!({"entry": entry, "log_proof": receipt["log_proof"]});
    let file = house.keep("entry.json", line.to_string());
    proved(&house.verify(&file), &format!("entry {position}: consent."));
    refused(&run(&["verify", &file]), 2, "--log-key");
    for (name, value) in [
        ("position", json!(1)),
        ("time", json!("2026-01-01T00:00:00Z")),
        ("actor", json!("person:x")),
        ("action", json!("consent.withdrawn")),
        ("object", json!({"kind": "consent", "id": "x"})),
        ("purpose", json!("other")),
        ("customer", json!("other")),
    ] {
        let mut changed = line.clone();
        changed["entry"][name] = value;
        let said = house.verify(&house.keep("changed.json", changed.to_string()));
        refused(&said, 1, "something else than the log holds");
    }
}

fn exports(house: &House) {
    let file = house.path("log.bin").to_str().unwrap().to_owned();
    let said = house.ledger(&["export", &file]);
    proved(&said, "entries written");
    proved(&house.verify(&file), "every entry is there and unchanged");
    let bytes = std::fs::read(&file).unwrap();
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(house.verify(&house.keep("flipped.bin", flipped)).code, 1);
    let cut = house.verify(&house.keep("cut.bin", &bytes[..bytes.len() - 9]));
    refused(&cut, 1, "is missing");
    let longer = [bytes, b"more".to_vec()].concat();
    refused(&house.verify(&house.keep("longer.bin", longer)), 1, "after the last one");
}

#[tokio::test]
async fn a_changed_entry_stops_writes_until_it_is_accepted() {
    let mut house = House::open();
    let receipt = house.receipt("a@example.com");
    let position = receipt["receipt"]["ledger"]["position"].as_i64().unwrap();
    let old = house.checkpoint("old.checkpoint");
    house.server.signal("-TERM");
    assert!(house.server.wait(Duration::from_secs(15)).success());
    refused(&house.ledger(&["accept", "--reason", "for nothing"]), 2, "nothing to accept");

    let address = format!("sqlite:{}", house.path("data/privet.db").display());
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    sqlx::query("UPDATE ledger_entry SET at = at + 1 WHERE seq = ?")
        .bind(position)
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;

    refused(&house.ledger(&["check"]), 1, &format!("entry {position}"));
    let data = house.path("data");
    let refusal = run(&["token", "create", "--scope", "detect", "--data", data.to_str().unwrap()]);
    assert_ne!(refusal.code, 0, "writes are stopped: {}", refusal.out);
    refused(&house.ledger(&["accept", "--reason", " "]), 2, "--reason");
    proved(&house.ledger(&["accept", "--reason", "a disk fault"]), "/2");
    proved(&house.ledger(&["check"]), "The ledger holds");
    refused(&house.ledger(&["check", "--known", &old]), 1, "");
}
