//! For the tests of this room and of others: a reader without a browser, and a real SMTP server on
//! loopback, aiosmtpd in the Python that `PRIVET_TEST_PYTHON` names (`cargo xtask test` makes it).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)] // For tests only.

pub mod reader;

use crate::mail::{MailConfig, MailSecurity};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A letter as the server took it.
#[derive(Debug, Clone)]
pub struct TakenLetter {
    /// Envelope recipient.
    pub to: String,
    /// Whether it came over TLS.
    pub tls: bool,
    /// Who had signed in; empty: nobody.
    pub user: String,
    /// Headers and body as sent.
    pub data: String,
}

impl TakenLetter {
    /// The value of a header, unfolded; empty if there is none.
    pub fn header(&self, name: &str) -> String {
        let mut value = String::new();
        let mut inside = false;
        for line in self.data.lines().take_while(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                if inside {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                continue;
            }
            let (key, rest) = line.split_once(':').unwrap_or(("", ""));
            inside = key.eq_ignore_ascii_case(name);
            if inside {
                rest.trim().clone_into(&mut value);
            }
        }
        value
    }

    /// The body's text with the transfer encoding undone (quoted-printable or base64).
    pub fn text(&self) -> String {
        decode(&self.data)
    }

    /// The first address in the text that starts with `start`.
    pub fn link(&self, start: &str) -> String {
        let text = self.text();
        let at = text.find(start).unwrap_or_else(|| panic!("no {start} in the letter:\n{text}"));
        text[at..].chars().take_while(|c| !c.is_whitespace() && *c != '"' && *c != '<').collect()
    }
}

/// A running server; ends when dropped.
pub struct SmtpServer {
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
    authority: PathBuf,
    taken: Arc<Mutex<Vec<TakenLetter>>>,
    _dir: Dir,
}

struct Dir(PathBuf);

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl SmtpServer {
    /// Starts one; `account` is `user:password`, or empty for none.
    pub fn start(security: MailSecurity, account: &str) -> Self {
        let Ok(python) = std::env::var("PRIVET_TEST_PYTHON") else {
            panic!("PRIVET_TEST_PYTHON is not set: run `cargo xtask test`");
        };
        let mut child = Command::new(python)
            .args(["-c", include_str!("smtp.py"), security.as_str()])
            .args(Some(account).filter(|account| !account.is_empty()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the SMTP server starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("the SMTP server says its port").unwrap();
        let first: serde_json::Value = serde_json::from_str(&first).unwrap();
        let dir = Dir(std::env::temp_dir().join(format!("privet-smtp-{}", store::new_id())));
        std::fs::create_dir_all(&dir.0).unwrap();
        let authority = dir.0.join("authority.pem");
        std::fs::write(&authority, first["authority"].as_str().unwrap()).unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let shelf = Arc::clone(&taken);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let letter: serde_json::Value = serde_json::from_str(&line).unwrap();
                shelf.lock().unwrap().push(TakenLetter {
                    to: letter["to"][0].as_str().unwrap_or_default().to_owned(),
                    tls: letter["tls"].as_bool().unwrap_or_default(),
                    user: letter["user"].as_str().unwrap_or_default().to_owned(),
                    data: letter["data"].as_str().unwrap_or_default().replace("\r\n", "\n"),
                });
            }
        });
        let port = u16::try_from(first["port"].as_u64().unwrap()).unwrap();
        Self { child, port, authority, taken, _dir: dir }
    }

    /// The settings with which Privet sends through it, without an account.
    pub fn config(&self, security: MailSecurity) -> MailConfig {
        MailConfig {
            server: "localhost".into(),
            port: Some(self.port),
            security,
            user: String::new(),
            password: None,
            from: "privacy@lantern.example".into(),
            reply_to: None,
            ca_file: Some(self.authority.clone()),
        }
    }

    /// What it has taken so far.
    pub fn letters(&self) -> Vec<TakenLetter> {
        self.taken.lock().unwrap().clone()
    }

    /// Waits until it has taken `count` letters; the last of them.
    pub async fn wait_for(&self, count: usize) -> TakenLetter {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let letters = self.letters();
            if letters.len() >= count {
                return letters[count - 1].clone();
            }
            assert!(Instant::now() < deadline, "{} letters came, not {count}", letters.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Undoes the transfer encoding of each part that has one.
fn decode(data: &str) -> String {
    let mut out = String::new();
    for part in data.split("\n--") {
        let (head, body) = part.split_once("\n\n").unwrap_or(("", part));
        let head = head.to_lowercase();
        if head.contains("quoted-printable") {
            out.push_str(&quoted_printable(body));
        } else if head.contains("base64") && !head.contains("multipart") {
            use base64::Engine as _;
            let dense: String = body.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(dense);
            out.push_str(&String::from_utf8_lossy(&bytes.unwrap_or_default()));
        } else {
            out.push_str(body);
        }
        out.push('\n');
    }
    out
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let bytes = joined.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = joined.get(at + 1..at + 3).filter(|_| bytes[at] == b'=');
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
