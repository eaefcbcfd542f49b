//! What people paste is nowhere afterwards: not in the log, not in an address, not in the database.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

mod support;

use std::{
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
};

use support::Reader;

/// Stands in every text that is pasted, and nowhere else.
const MARK: &str = "quokka.zebra.17";

/// Everything that is logged, at every level, by every crate.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn holds(bytes: &[u8], mark: &str) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark.as_bytes())
}

fn files_holding(dir: &Path, mark: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_holding(&path, mark, found);
        } else if holds(&std::fs::read(&path).unwrap(), mark) {
            found.push(path.display().to_string());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pasted_text_reaches_neither_log_nor_address_nor_database() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let (room, guard) = support::open(false).await;
    let mut reader = Reader::owner(&room, "en").await;
    let text = format!("{MARK}@example.com, born 4 March 1986, card 4111 1111 1111 1111");
    let values = format!("{MARK}@example.com\n{MARK}@example.org");
    let long = text.repeat(3000);
    let broken = format!("[[detector]]\nname = \"{MARK}");
    let mut addresses = Vec::new();

    let new = "/console/detectors/new";
    for (from, to, fields) in [
        ("/console/try", "/console/try", vec![("text", text.as_str())]),
        ("/console/try", "/console/try", vec![("text", &long)]),
        ("/console/try", "/console/try/download", vec![("text", text.as_str())]),
        ("/console/try/column", "/console/try/column", vec![("name", "c"), ("values", &values)]),
        ("/console/try/column", "/console/try/column", vec![("values", &values)]),
        (
            new,
            new,
            vec![("mode", "toml"), ("act", "test"), ("toml", support::LOYALTY), ("test", &text)],
        ),
        (new, new, vec![("mode", "toml"), ("act", "save"), ("toml", &broken), ("test", &text)]),
        (
            new,
            new,
            vec![("mode", "toml"), ("act", "save"), ("toml", support::LOYALTY), ("test", &text)],
        ),
    ] {
        let answer = reader.post(from, to, &fields).await;
        assert!(!answer.status.is_server_error(), "{to}");
        addresses.push(answer.location);
    }
    // A form from elsewhere, a form that fits nothing, the API.
    addresses.push(reader.post_with("/console/try", "wrong", &[("text", &text)]).await.location);
    let twice = [("text", text.as_str()), ("text", text.as_str())];
    addresses.push(reader.post("/console/try", "/console/try", &twice).await.location);
    reader.api(&room, &text).await;

    let log = log.0.lock().unwrap().clone();
    assert!(holds(&log, "answered"), "the log is caught");
    assert!(!holds(&log, MARK), "the log holds what was pasted");
    assert!(addresses.iter().all(|address| !address.contains(MARK)), "{addresses:?}");
    let mut files = Vec::new();
    files_holding(guard.dir(), MARK, &mut files);
    assert!(files.is_empty(), "{files:?}");
    let mut kept = Vec::new();
    files_holding(guard.dir(), "LOYALTY_CARD", &mut kept);
    assert!(!kept.is_empty(), "what was saved is found this way");
}
