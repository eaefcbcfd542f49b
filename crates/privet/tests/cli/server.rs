//! A running server: what it prints, and how it ends.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::privet::{command, run};

/// A server process, killed when dropped.
pub struct Server {
    pub child: Child,
    /// What it printed before it said where it is, and that.
    pub lines: Vec<String>,
    pub address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts it and reads so many lines.
    pub fn start(name: &str, data: &Path, lines: usize) -> Self {
        Self::start_with(&[name, "--data", data.to_str().unwrap()], lines)
    }

    /// Starts a command that listens, on a free port, and reads so many lines.
    pub fn start_with(args: &[&str], lines: usize) -> Self {
        let args = [args, &["--listen", "127.0.0.1:0"]].concat();
        let mut child = command(&args).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines: Vec<String> = out.lines().take(lines).map(Result::unwrap).collect();
        let address = lines
            .iter()
            .flat_map(|line| line.split_whitespace())
            .find(|word| word.starts_with("http://"))
            .unwrap_or_else(|| panic!("no address in {lines:?}"))
            .to_owned();
        Self { child, lines, address }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for its end; panics when it does not come.
    pub fn wait(&mut self, most: Duration) -> std::process::ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < most, "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn the_server_prints_its_address_and_ends_politely() {
    for signal in ["-TERM", "-INT"] {
        let dir = tempfile::tempdir().unwrap();
        let mut server = Server::start("serve", dir.path(), 1);

        server.signal(signal);

        assert!(server.wait(Duration::from_secs(10)).success());
        assert!(server.lines[0].contains("http://127.0.0.1:"), "{:?}", server.lines);
    }
}

/// A page, as a program without a browser gets it: status and text.
fn get(address: &str, path: &str) -> (u16, String) {
    let host = address.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    (text[9..12].parse().unwrap(), text)
}

#[test]
fn the_first_run_prints_a_link_that_sets_the_server_up() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start("serve", dir.path(), 2);

    let link = server.lines[1].split_whitespace().last().unwrap();
    let path = link.strip_prefix(&server.address).unwrap();

    assert!(path.starts_with("/setup/"), "{link}");
    assert_eq!(get(&server.address, path).0, 200);
    assert_eq!(get(&server.address, "/healthz").0, 200);
    assert_eq!(get(&server.address, "/readyz").0, 200);
    assert_eq!(get(&server.address, "/console").0, 303, "nobody is signed in");
}

/// State, personal fields and the reason of a failure, of every scan.
async fn scans(data: &Path) -> Vec<(String, i64, String)> {
    let address = format!("sqlite:{}?mode=ro", data.join("privet.db").display());
    let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
    let rows = sqlx::query_as("SELECT state, fields_personal, error_code FROM scan")
        .fetch_all(&pool)
        .await
        .unwrap();
    pool.close().await;
    rows
}

#[tokio::test]
async fn the_demo_is_really_scanned_and_goes_on_when_started_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut demo = Server::start("demo", dir.path(), 3);
    let link = demo.lines[1].split_whitespace().last().unwrap();
    assert_eq!(get(&demo.address, link.strip_prefix(&demo.address).unwrap()).0, 303);

    let started = Instant::now();
    while !scans(dir.path()).await.iter().all(|(state, ..)| state == "finished") {
        assert!(started.elapsed() < Duration::from_mins(2), "{:?}", scans(dir.path()).await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let found = scans(dir.path()).await;
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|(_, personal, _)| *personal > 5), "{found:?}");

    demo.signal("-TERM");
    assert!(demo.wait(Duration::from_secs(15)).success());
    let again = Server::start("demo", dir.path(), 3);
    assert!(again.lines[1].contains("/demo/"), "{:?}", again.lines);
    assert_eq!(scans(dir.path()).await.len(), 4, "the sources were registered twice");
}

#[tokio::test]
async fn the_demo_leaves_nothing_behind_without_a_directory_of_its_own() {
    let temporary = tempfile::tempdir().unwrap();
    let mut child = command(&["demo", "--listen", "127.0.0.1:0"])
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    assert!(first.contains("Lantern Tea"), "{first}");
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 1);

    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());

    assert!(child.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn tokens_are_made_listed_and_revoked_beside_a_running_server() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let _server = Server::start("serve", dir.path(), 1);

    let made = run(&["token", "create", "--scope", "map:read", "--name", "ci", "--data", data]);
    let listed = run(&["token", "list", "--data", data]);
    let id = listed.out.split_whitespace().next().unwrap().to_owned();
    let revoked = run(&["token", "revoke", &id, "--data", data]);
    let again = run(&["token", "revoke", &id, "--data", data]);

    assert!(made.out.starts_with("pvt_"), "{} {}", made.out, made.err);
    assert!(listed.out.contains("map:read") && listed.out.contains("ci"));
    assert!(!listed.out.contains(made.out.trim()), "the list shows a token");
    assert_eq!((revoked.code, again.code), (0, 1), "{} {}", revoked.err, again.err);
    let ledger = run(&["ledger", "check", "--data", data]);
    assert_eq!(ledger.code, 0, "{}", ledger.err);
    assert!(ledger.out.contains("The ledger holds"), "{}", ledger.out);
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Server::start("serve", folder.path(), 2);

    let data = folder.path().to_str().unwrap();
    let second = run(&["serve", "--listen", "127.0.0.1:0", "--data", data]);

    assert_eq!(second.code, 3);
    assert!(second.err.contains("another Privet uses"), "{}", second.err);
}

#[test]
fn a_mistyped_data_directory_is_told_and_not_made() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = dir.path().join("wrong");

    let said = run(&["token", "list", "--data", wrong.to_str().unwrap()]);

    assert_eq!(said.code, 3);
    assert!(said.err.contains("--data"), "{}", said.err);
    assert!(!wrong.exists());
}

#[test]
fn exporting_and_applying_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (data, code) = (dir.path().join("data"), dir.path().join("code"));
    let mut demo = Server::start("demo", &data, 3);
    demo.signal("-TERM");
    demo.wait(Duration::from_secs(15));
    // A network drive that is away must not stand in the way.
    std::fs::remove_dir_all(data.join("lantern-tea/exports")).unwrap();
    let (data, code) = (data.to_str().unwrap(), code.to_str().unwrap());

    let exported = run(&["export", code, "--data", data]);
    let applied = run(&["apply", code, "--data", data]);

    assert_eq!(exported.code, 0, "{}", exported.err);
    assert!(exported.out.contains("systems.yaml"), "{}", exported.out);
    assert!(exported.out.contains("detectors.toml"), "{}", exported.out);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert!(applied.out.contains("Nothing to change"), "{}", applied.out);
}

#[test]
fn a_plan_is_printed_and_a_dry_run_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (data, code) = (dir.path().join("data"), dir.path().join("code"));
    let mut demo = Server::start("demo", &data, 3);
    demo.signal("-TERM");
    demo.wait(Duration::from_secs(15));
    let (data, code_dir) = (data.to_str().unwrap(), code.to_str().unwrap());
    run(&["export", code_dir, "--data", data]);
    let file = code.join("systems.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("E-commerce team", "Shop team")).unwrap();

    let dry = run(&["apply", code_dir, "--dry-run", "--data", data]);
    let real = run(&["apply", code_dir, "--data", data]);
    let again = run(&["apply", code_dir, "--data", data]);

    for said in [&dry, &real] {
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.contains("Shop team"), "{}", said.out);
    }
    assert!(!dry.out.contains("Applied"));
    assert!(real.out.contains("Applied"), "{}", real.out);
    assert!(again.out.contains("Nothing to change"), "{}", again.out);
}

#[test]
fn own_detectors_are_planned_applied_and_refused_with_their_line() {
    let dir = tempfile::tempdir().unwrap();
    let (data, code) = (dir.path().join("data"), dir.path().join("code"));
    let mut demo = Server::start("demo", &data, 3);
    demo.signal("-TERM");
    demo.wait(Duration::from_secs(15));
    let (data, code_dir) = (data.to_str().unwrap(), code.to_str().unwrap());
    run(&["export", code_dir, "--data", data]);
    let file = code.join("detectors.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let more =
        "\n[[detector]]\nname = \"PROJECT\"\nwords = [\"Heartline\"]\ncategory = \"health\"\n";

    std::fs::write(&file, format!("{}{more}", text.replace("score = 0.8", "score = 0.7"))).unwrap();
    let dry = run(&["apply", code_dir, "--dry-run", "--data", data]);
    let real = run(&["apply", code_dir, "--data", data]);
    let again = run(&["apply", code_dir, "--data", data]);
    std::fs::write(&file, more).unwrap();
    let kept = run(&["apply", code_dir, "--data", data]);
    let pruned = run(&["apply", code_dir, "--dry-run", "--prune", "--data", data]);
    std::fs::write(&file, more.replace("health", "teapots")).unwrap();
    let wrong = run(&["apply", code_dir, "--data", data]);

    for said in [&dry, &real] {
        assert!(said.out.contains("~ detector LOYALTY_CARD"), "{} {}", said.out, said.err);
        assert!(said.out.contains("+ detector PROJECT"), "{}", said.out);
    }
    assert!(real.out.contains("Applied: 2 changed"), "{}", real.out);
    for said in [&again, &kept] {
        assert!(said.out.contains("Nothing to change"), "{}", said.out);
    }
    assert!(pruned.out.contains("- detector LOYALTY_CARD"), "{}", pruned.out);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("detectors.toml") && wrong.err.contains("line 5"), "{}", wrong.err);
}

/// Sends JSON and returns status and answer.
fn post(address: &str, path: &str, token: &str, body: &str) -> (u16, String) {
    let host = address.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    (text[9..12].parse().unwrap(), text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[test]
fn programs_ask_the_server_about_texts() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let server = Server::start("serve", dir.path(), 1);
    let made = run(&["token", "create", "--scope", "detect", "--data", data]);
    let token = made.out.trim();

    let own = post(&server.address, "/v1/detect", token, "{\"text\":\"mail a@example.com\"}");
    let compatible = post(
        &server.address,
        "/analyze",
        token,
        "{\"text\":\"mail a@example.com\",\"language\":\"en\"}",
    );
    let nobody = post(&server.address, "/analyze", "", "{\"text\":\"x\",\"language\":\"en\"}");

    assert!(own.0 == 200 && own.1.contains("EMAIL_ADDRESS"), "{own:?}");
    assert!(compatible.0 == 200 && compatible.1.contains("\"entity_type\":\"EMAIL_ADDRESS\""));
    assert_eq!(nobody.0, 401);
}
