//! Witnesses as real processes: two organisations cosign each other's logs, and one that puts an old
//! database back is told by the other.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    privet::{Said, run},
    reference::ask,
    server::Server,
};

/// A witness process with its directory.
struct Witness {
    dir: TempDir,
    server: Server,
    key: String,
}

impl Witness {
    fn start(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start_with(&args(dir.path(), Some(name)), 2);
        let (status, key) = ask(&server, "GET", "/key", &[], "");
        assert_eq!(status, 200);
        Self { server, key: key.trim().to_owned(), dir }
    }

    fn knows(&self, log_key: &str) {
        std::fs::write(self.dir.path().join("logs"), format!("# logs\n{log_key}\n")).unwrap();
    }
}

fn args(dir: &Path, name: Option<&str>) -> Vec<&'static str> {
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let mut args = vec!["witness", "--dir", leak(dir.to_str().unwrap())];
    if let Some(name) = name {
        args.extend(["--name", leak(name)]);
    }
    args
}

/// An organisation's server, with a witness of another.
struct Organisation {
    dir: TempDir,
    server: Option<Server>,
}

impl Organisation {
    fn open(witness: &Witness) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = format!(
            "data = {:?}\n[ledger]\ninside = [\"127.0.0.1\"]\n[[ledger.witness]]\nurl = {:?}\nkey = {:?}\n",
            dir.path().join("data").to_str().unwrap(),
            witness.server.address,
            witness.key
        );
        std::fs::write(dir.path().join("privet.toml"), config).unwrap();
        let mut new = Self { dir, server: None };
        new.start();
        new
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn start(&mut self) {
        let config = self.path("privet.toml");
        let lines = if self.path("data").exists() { 1 } else { 2 };
        let args = ["serve", "--config", config.to_str().unwrap()];
        self.server = Some(Server::start_with(&args, lines));
    }

    fn stop(&mut self) {
        let mut server = self.server.take().unwrap();
        server.signal("-TERM");
        assert!(server.wait(Duration::from_secs(20)).success());
    }

    fn get(&self, path: &str) -> String {
        let (status, text) = ask(self.server.as_ref().unwrap(), "GET", path, &[], "");
        assert_eq!(status, 200, "{text}");
        text
    }

    /// How many entries the database holds; no server runs.
    fn entries(&self) -> u64 {
        let said = self.privet(&["ledger", "check"]);
        let held = said.out.split_once("holds: ").and_then(|(_, rest)| rest.split_once(' '));
        held.unwrap_or_else(|| panic!("{}", said.err)).0.parse().unwrap()
    }

    fn key(&self) -> String {
        self.get("/ledger/key").trim().to_owned()
    }

    /// Waits for a cosigned checkpoint of at least so many entries; its size and itself.
    fn cosigned(&self, witness: &str, least: u64) -> (u64, String) {
        let started = Instant::now();
        loop {
            let shown = self.get("/ledger/checkpoint");
            let size = shown.lines().nth(1).unwrap().parse().unwrap();
            if size >= least && shown.contains(&format!("\u{2014} {witness} ")) {
                return (size, shown);
            }
            assert!(started.elapsed() < Duration::from_mins(1), "not cosigned: {shown}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn privet(&self, args: &[&str]) -> Said {
        let config = self.path("privet.toml");
        run(&[args, &["--config", config.to_str().unwrap()]].concat())
    }

    fn verify(&self, note: &str, witness: &str) -> Said {
        let file = self.path("shown.checkpoint");
        std::fs::write(&file, note).unwrap();
        let key = self.key();
        let args = ["verify", file.to_str().unwrap(), "--log-key", &key, "--witness", witness];
        run(&args)
    }
}

#[test]
fn two_organisations_witness_each_other() {
    let (ours, theirs) = (Witness::start("ours.example/w"), Witness::start("theirs.example/w"));
    let (we, they) = (Organisation::open(&theirs), Organisation::open(&ours));
    // What a witness does not know it does not cosign.
    assert!(!we.get("/ledger/checkpoint").contains("theirs.example"));
    theirs.knows(&we.key());
    ours.knows(&they.key());

    let (size, shown) = we.cosigned("theirs.example/w", 1);
    let (_, other) = they.cosigned("ours.example/w", 1);

    let said = we.verify(&shown, &theirs.key);
    assert!(said.code == 0 && said.out.contains("cosigned by theirs.example/w"), "{}", said.err);
    assert_eq!(they.verify(&other, &ours.key).code, 0);
    assert_eq!(we.verify(&shown, &ours.key).code, 1, "another witness did not");
    assert_eq!(we.verify(&shown, &we.key()).code, 2, "a log is no witness");
    // It goes on cosigning what is new.
    assert_eq!(we.privet(&["token", "create", "--scope", "detect"]).code, 0);
    assert!(we.cosigned("theirs.example/w", size + 1).0 > size);
    the_witness_refuses(&theirs, &shown, size);
}

/// What only a client that is not ours would send.
fn the_witness_refuses(witness: &Witness, shown: &str, size: u64) {
    let add = |body: &str| ask(&witness.server, "POST", "/add-checkpoint", &[], body);
    let (status, said) = add(&format!("old 0\n\n{shown}"));
    assert_eq!(status, 409, "it has cosigned more: {said}");
    let seen: u64 = said.trim().parse().unwrap();
    assert!(seen > size, "and says how much");
    let (status, said) = add(&format!("old {seen}\n\n{shown}"));
    assert_eq!(status, 400, "an old size above the new: {said}");
    let unsigned = shown.replacen('\u{2014}', "\u{2014} x", 1);
    assert_ne!(add(&format!("old {seen}\n\n{unsigned}")).0, 200);
    assert_eq!(add("old 0\n\nanother.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} another.example/log AAAAAAA=\n").0, 404);
    assert_eq!(add("nonsense").0, 400);
}

#[test]
fn an_old_database_put_back_is_told_by_the_witness() {
    let witness = Witness::start("theirs.example/w");
    let mut we = Organisation::open(&witness);
    witness.knows(&we.key());
    we.cosigned("theirs.example/w", 1);
    we.stop();
    // What a server writes at its start may not be published yet.
    let size = we.entries();
    let files = ["data/privet.db", "data/privet.db-wal"].map(|name| we.path(name));
    let kept = files.clone().map(|file| std::fs::read(file).ok());
    we.start();
    assert_eq!(we.privet(&["token", "create", "--scope", "detect"]).code, 0);
    let (_, newer) = we.cosigned("theirs.example/w", size + 1);
    we.stop();

    let _ = std::fs::remove_file(we.path("data/privet.db-shm"));
    for (file, bytes) in files.iter().zip(kept) {
        match bytes {
            Some(bytes) => std::fs::write(file, bytes).unwrap(),
            None => drop(std::fs::remove_file(file)),
        }
    }
    // The file that the operator would have kept is lost, too.
    std::fs::remove_file(we.path("data/ledger.checkpoint")).unwrap();
    we.start();

    let started = Instant::now();
    while ask(we.server.as_ref().unwrap(), "GET", "/readyz", &[], "").0 == 200 {
        assert!(started.elapsed() < Duration::from_secs(30), "nobody told");
        std::thread::sleep(Duration::from_millis(100));
    }
    let refused = we.privet(&["token", "create", "--scope", "detect"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("put back to an older state"), "{}", refused.err);
    let shown = we.get("/ledger/checkpoint");
    let behind: u64 = shown.lines().nth(1).unwrap().parse().unwrap();
    assert!(behind <= size, "nothing was signed over what the witness has seen: {shown}");
    // A checkpoint that somebody kept tells the same without a witness.
    let file = we.path("kept.checkpoint");
    std::fs::write(&file, newer).unwrap();
    let checked = we.privet(&["ledger", "check", "--known", file.to_str().unwrap()]);
    assert_eq!(checked.code, 1, "{}", checked.out);
}

#[test]
fn a_witness_keeps_its_name_its_key_and_what_it_saw() {
    let witness = Witness::start("w.example/1");
    let second = run(&args(witness.dir.path(), None));
    assert!(second.code == 3 && second.err.contains("another witness"), "{}", second.err);
    let Witness { dir, server, key } = witness;
    drop(server);

    let renamed = run(&args(dir.path(), Some("w.example/2")));
    assert!(renamed.code == 2 && renamed.err.contains("w.example/1"), "{}", renamed.err);
    let again = Server::start_with(&args(dir.path(), None), 2);
    assert_eq!(ask(&again, "GET", "/key", &[], "").1.trim(), key);
    let unnamed = tempfile::tempdir().unwrap();
    assert_eq!(run(&args(unnamed.path(), None)).code, 2);
}

#[test]
fn a_wrong_witness_in_the_configuration_is_told_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let key = ledger::Signer::from_seed(&[3; 32]).public().clone();
    let log = ledger::NoteKey::log("a.example/log", key).unwrap().to_string();
    let cases: [Value; 3] = [
        json!({"url": "ftp://w.example", "key": log, "told": "https://"}),
        json!({"url": "https://w.example", "key": "nonsense", "told": "NAME+HEX+BASE64"}),
        json!({"url": "https://w.example", "key": log, "told": "a log's"}),
    ];
    for case in cases {
        let file = dir.path().join("privet.toml");
        let config = format!("[[ledger.witness]]\nurl = {}\nkey = {}\n", case["url"], case["key"]);
        std::fs::write(&file, config).unwrap();
        let said = run(&["serve", "--config", file.to_str().unwrap()]);
        assert!(
            said.code == 2 && said.err.contains(case["told"].as_str().unwrap()),
            "{}",
            said.err
        );
    }
}
