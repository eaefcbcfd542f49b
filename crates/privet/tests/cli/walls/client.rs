//! A browser reduced to what attacks need: requests as written, cookies, form tokens.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> &str {
        let line = |line: &&str| {
            line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        self.head.lines().find(line).map_or("", |line| line.split_once(':').unwrap().1.trim())
    }
}

/// Sends bytes as they are and reads until the server closes, or says nothing for a while.
pub fn raw(host: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // A server that refuses early closes before it has read everything.
    let _ = stream.write_all(bytes);
    let (mut all, mut part) = (Vec::new(), vec![0; 65536]);
    while let Ok(read) = stream.read(&mut part) {
        if read == 0 {
            break;
        }
        all.extend_from_slice(&part[..read]);
    }
    all
}

#[derive(Clone)]
pub struct Visitor {
    pub host: String,
    pub cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub fn new(address: &str) -> Self {
        let host = address.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        Self { host, cookies: BTreeMap::new() }
    }

    pub fn ask(&mut self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            cookies.join("; "),
            body.len()
        );
        let answer = Answer::read(&raw(&self.host, head.as_bytes()));
        for line in answer.head.lines() {
            let Some((name, value)) = line.split_once(": ") else { continue };
            if !name.eq_ignore_ascii_case("set-cookie") {
                continue;
            }
            let (pair, rest) = value.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "text/plain", "")
    }

    /// Posts a form with this body, exactly.
    pub fn post(&mut self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, "application/x-www-form-urlencoded", body)
    }

    /// Where redirects inside the console lead, short of the sign-in page.
    pub fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..3 {
            let to = answer.header("location").to_owned();
            if answer.status != 303 || !to.starts_with("/console") {
                break;
            }
            answer = self.get(&to);
        }
        answer
    }

    /// The token that forms of this visitor carry, read from a page.
    pub fn token(&mut self, page: &str) -> String {
        let body = self.get(page).body;
        let at = body.find("name=\"csrf\" value=\"").unwrap_or_else(|| panic!("{page}: {body}"));
        body[at + 19..].chars().take_while(|c| *c != '"').collect()
    }

    /// Opens the page's form and sends these fields with its token.
    pub fn send(&mut self, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token(page);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &token);
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        self.post(to, &form.finish())
    }
}
