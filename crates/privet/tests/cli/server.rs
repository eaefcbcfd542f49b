//! A running server: what it prints, and how it ends.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::privet::command;

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
        let args = [name, "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
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
