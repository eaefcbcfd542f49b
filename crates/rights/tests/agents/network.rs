//! What tests of agents share: a server of ours that is reached over a real socket, and the outside:
//! the network's directory and agents with keys of their own, whose messages are written and signed by
//! a library that is not ours.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use consent::{Consent, Identifier, IdentifierKind, Subject};
use datamap::DataMap;
use ed25519_dalek::{Signer as _, SigningKey};
use preference::Preferences;
use regime::Regimes;
use retain::Retain;
use rights::{Request, Rights, agents::Settings, handover::Reach};
use serde_json::{Value, json};
use store::{Actor, Runner};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::watch,
};
use web::{Web, WebConfig, mail::MailSecurity, testing::SmtpServer};

/// Where people and agents reach us. The tests' own calls go to the socket behind it.
pub const BASE: &str = "https://privacy.lantern.example:8440";
pub const BUSINESS: &str = "LANTERN_TEA";
const DIRECTORY: &str = "https://directory.example/agents.json";
/// How long something that happens by itself may take.
const SOON: u32 = 1_200;

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

pub fn person(address: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, address, "").unwrap()]).unwrap()
}

/// An answer: status, head and body.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, self.text))
    }
}

/// One call over a socket.
pub async fn call(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut stream = tokio::net::TcpStream::connect(to).await.unwrap();
    let host = BASE.trim_start_matches("https://");
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.extend(["Content-Length: ", &body.len().to_string(), "\r\n\r\n"]);
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that has heard enough may close before the end.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, text) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), text: text.to_owned() }
}

/// An agent of the network with its key.
#[derive(Clone)]
pub struct Agent {
    pub id: &'static str,
    pub key: SigningKey,
    pub token: String,
}

impl Agent {
    pub fn new(id: &'static str, seed: u8) -> Self {
        Self { id, key: SigningKey::from_bytes(&[seed; 32]), token: String::new() }
    }

    pub fn entry(&self) -> Value {
        let key = BASE64_STANDARD.encode(self.key.verifying_key().as_bytes());
        json!({
            "id": self.id, "name": format!("Agent {}", self.id), "verify_key": key,
            "web_url": "https://agent.example/", "technical_contact": "tech@agent.example",
        })
    }

    /// libsodium's combined mode, in base64 (3.07.1).
    pub fn seal(&self, message: &Value) -> Vec<u8> {
        let text = message.to_string().into_bytes();
        let mut signed = self.key.sign(&text).to_bytes().to_vec();
        signed.extend(text);
        BASE64_STANDARD.encode(signed).into_bytes()
    }

    /// What every message says of itself; good for a quarter of an hour.
    pub fn envelope(&self) -> Value {
        let now = jiff::Timestamp::now();
        let at = |seconds: i64| (now + jiff::SignedDuration::from_secs(seconds)).to_string();
        json!({
            "agent-id": self.id, "business-id": BUSINESS,
            "issued-at": at(-1), "expires-at": at(900), "drp.version": "0.9.4",
        })
    }

    /// A right that is exercised for somebody.
    pub fn exercise(&self, right: &str, email: &str) -> Value {
        let mut message = self.envelope();
        let more = json!({
            "exercise": right, "regime": "ccpa", "agent-request-id": format!("own-{right}"),
            "status_callback": "https://agent.example/update_status/77",
            "name": "Berg, Ada", "email": email, "email_verified": true,
            "address": { "street_address": "1 Main St", "locality": "Oakland", "country": "US" },
            "loyalty_number": "LT-4711",
        });
        let all = message.as_object_mut().unwrap();
        all.extend(more.as_object().unwrap().clone());
        message
    }
}

/// Everything outside: the directory and the agents' servers, behind one socket.
pub struct Outside {
    at: SocketAddr,
    pub directory: Mutex<String>,
    /// With which status callbacks are answered.
    pub answers: AtomicU16,
    /// What was told, and where.
    pub told: Mutex<Vec<(String, Value)>>,
}

impl Outside {
    async fn open() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let outside = Arc::new(Self {
            at: listener.local_addr().unwrap(),
            directory: Mutex::default(),
            answers: AtomicU16::new(200),
            told: Mutex::default(),
        });
        let (one, two) = (outside.clone(), outside.clone());
        let agents = get(async move || one.directory.lock().unwrap().clone());
        let told = axum::routing::post(
            async move |uri: axum::http::Uri, axum::Json(body): axum::Json<Value>| {
                let status = two.answers.load(Ordering::SeqCst);
                if status == 200 {
                    two.told.lock().unwrap().push((uri.path().to_owned(), body));
                }
                axum::http::StatusCode::from_u16(status).unwrap()
            },
        );
        let app = Router::new().route("/agents.json", agents).route("/update_status/{n}", told);
        tokio::spawn(async move { axum::serve(listener, app).await });
        outside
    }

    pub fn list(&self, agents: &[&Agent]) {
        let list: Vec<Value> = agents.iter().map(|one| one.entry()).collect();
        *self.directory.lock().unwrap() = json!(list).to_string();
    }
}

/// The way out. The binary's is guarded, and tested there; this one knows two places.
#[async_trait::async_trait]
impl Reach for Outside {
    async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String> {
        self.send("GET", url, &[], Vec::new()).await
    }

    async fn send(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<(u16, Vec<u8>), String> {
        let places = ["https://directory.example", "https://agent.example"];
        let path = places.into_iter().find_map(|place| url.strip_prefix(place));
        let path = path.ok_or("it cannot be reached")?;
        let answer = call(self.at, method, path, headers, &body).await;
        Ok((answer.status, answer.text.into_bytes()))
    }
}

/// Our server.
pub struct House {
    pub at: SocketAddr,
    pub web: Web,
    pub rights: Rights,
    pub consent: Consent,
    pub preferences: Preferences,
    pub outside: Arc<Outside>,
    pub smtp: SmtpServer,
    _stop: watch::Sender<bool>,
    _guard: store::testing::TestGuard,
}

pub fn settings() -> Settings {
    Settings {
        business_id: BUSINESS.into(),
        directory: DIRECTORY.into(),
        web_url: "https://lantern.example/".into(),
        policy_url: "https://lantern.example/privacy".into(),
        technical_contact: "tech@lantern.example".into(),
        business_contact: "privacy@lantern.example".into(),
    }
}

/// A server that does not take part yet.
pub async fn house(postgres: bool) -> House {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let smtp = SmtpServer::start(MailSecurity::None, "");
    let mut mail = smtp.config(MailSecurity::None);
    mail.ca_file = None;
    let config = WebConfig {
        base_url: BASE.into(),
        proxies: web::Proxies::everybody(),
        ..WebConfig::default()
    };
    let web = Web::open(store.clone(), config).await.unwrap().with_mail(mail).unwrap();
    web.set_organisation(me(), "Lantern Tea").await.unwrap();
    let said = consent::Settings { contact: String::new(), base_url: BASE.into() };
    let consent = Consent::open(store.clone(), said).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await.unwrap();
    let preferences = Preferences::open(web.clone(), consent.clone(), None).await.unwrap();
    let retain = Retain::open(web.clone(), map.clone(), consent.clone()).await.unwrap();
    let rights = Rights::open(web.clone(), preferences.clone(), regimes, retain).await.unwrap();
    let outside = Outside::open().await;
    rights.set_reach(outside.clone());
    let rooms = web::router(web.clone())
        .merge(preference::router(web.clone(), preferences.clone()))
        .merge(rights::router(web.clone(), rights.clone()));
    let app = web::finish(web.clone(), rooms);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let served = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, served).await });
    let (stop, stopped) = watch::channel(false);
    let runner = web::mail::add_handlers(Runner::new(store, 2), &web);
    let runner = preference::add_handlers(runner, &preferences);
    let runner = rights::add_handlers(datamap::add_handlers(runner, &map), &rights);
    tokio::spawn(runner.run(stopped));
    House { at, web, rights, consent, preferences, outside, smtp, _stop: stop, _guard: guard }
}

/// Waits until something is there.
pub async fn soon<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..SOON {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not come");
}

impl House {
    /// Takes part, with these agents in the directory, each set up.
    pub async fn with(postgres: bool, agents: &mut [&mut Agent]) -> Self {
        let house = house(postgres).await;
        house.outside.list(&agents.iter().map(|one| &**one).collect::<Vec<_>>());
        house.rights.set_agents(&me(), &settings()).await.unwrap();
        let count = i64::try_from(agents.len()).unwrap();
        house.agents_are(count).await;
        for agent in agents {
            let answer = house.set_up(agent).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json()["token"].as_str().unwrap().clone_into(&mut agent.token);
        }
        house
    }

    pub async fn agents_are(&self, count: i64) {
        let look = async || {
            let (all, _) = self.rights.agents(50, 0).await.unwrap();
            let listed = all.iter().filter(|one| one.listed == 1).count();
            (i64::try_from(listed).unwrap() == count).then_some(())
        };
        soon("the directory", look).await;
    }

    /// Has the directory read again.
    pub async fn refreshed(&self, agents: &[&Agent]) {
        self.outside.list(agents);
        self.rights.ask_directory(&me()).await.unwrap();
        let jobs = async || {
            let waiting = self.rights.store().count_jobs().await.unwrap();
            let busy = |state| matches!(state, store::JobState::Queued | store::JobState::Running);
            waiting.iter().all(|(state, count)| !busy(*state) || *count == 0).then_some(())
        };
        soon("the directory", jobs).await;
    }

    pub async fn set_up(&self, agent: &Agent) -> Answer {
        let body = agent.seal(&agent.envelope());
        self.call("POST", &format!("/v1/agent/{}", agent.id), "", &body).await
    }

    pub async fn call(&self, method: &str, path: &str, token: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("Content-Type", "text/plain")];
        if !token.is_empty() {
            headers.push(("Authorization", bearer.as_str()));
        }
        call(self.at, method, path, &headers, body).await
    }

    pub async fn exercise(&self, agent: &Agent, message: &Value) -> Answer {
        self.call("POST", "/v1/data-rights-request", &agent.token, &agent.seal(message)).await
    }

    pub async fn status(&self, agent: &Agent, id: &str) -> Answer {
        self.call("GET", &format!("/v1/data-rights-request/{id}"), &agent.token, b"").await
    }

    pub async fn revoke(&self, agent: &Agent, id: &str) -> Answer {
        let body = agent.seal(&json!({ "reason": "I changed my mind." }));
        self.call("DELETE", &format!("/v1/data-rights-request/{id}"), &agent.token, &body).await
    }

    /// A request that is taken, and how it is told.
    pub async fn asked(&self, agent: &Agent, right: &str, email: &str) -> (Request, Value) {
        let answer = self.exercise(agent, &agent.exercise(right, email)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let told = answer.json();
        let id = told["request_id"].as_str().unwrap();
        (self.rights.request(id).await.unwrap(), told)
    }

    /// The first letter to an address whose text has this.
    pub async fn letter(&self, to: &str, with: &str) -> String {
        let look = async || {
            let letters = self.smtp.letters();
            let mut texts =
                letters.iter().filter(|one| one.to == to).map(web::testing::TakenLetter::text);
            texts.find(|text| text.contains(with))
        };
        soon(&format!("a letter to {to}"), look).await
    }

    /// What an agent was told with that status.
    pub async fn was_told(&self, status: &str) -> (String, Value) {
        let look = async || {
            let told = self.outside.told.lock().unwrap();
            told.iter().find(|(_, body)| body["status"] == status).cloned()
        };
        soon(&format!("a callback {status}"), look).await
    }

    /// The cookie of a person who is signed in with that.
    pub async fn signed_in(&self, person: &Subject) -> String {
        let kind = preference::LinkKind::Mail;
        let cookie = self.preferences.sign_in(kind, person, "default", web::Lang::En).await;
        cookie.unwrap().to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    pub async fn page(&self, path: &str, cookie: &str) -> Answer {
        call(self.at, "GET", path, &[("Cookie", cookie)], b"").await
    }
}

pub fn secret_in(letter: &str) -> String {
    let at = letter.find("/privacy/requests/confirm/").expect("a link");
    let rest = &letter[at + "/privacy/requests/confirm/".len()..];
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

const JUDGE: &str = "
import json, sys, jsonschema
for name, case in json.load(open(sys.argv[2], encoding='utf-8')):
    schema = json.load(open(f'{sys.argv[1]}/{name}.schema.json', encoding='utf-8'))
    for fault in jsonschema.Draft7Validator(schema).iter_errors(case):
        print(name, case, fault.message[:200])
";

/// What the schemas of the protocol's sections say of our answers, by a judge that is not ours.
pub fn all_good(cases: &[(&str, Value)]) {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drp/tests/data");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cases.json");
    std::fs::write(&file, json!(cases).to_string()).unwrap();
    let python = std::env::var("PRIVET_TEST_PYTHON").expect("run `cargo xtask test`");
    let told = Command::new(python).args(["-c", JUDGE]).arg(&schemas).arg(&file).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert!(told.stdout.is_empty(), "{}", String::from_utf8_lossy(&told.stdout));
}

/// Members of an object without those that differ by chance.
pub fn alike(told: &Value) -> BTreeMap<String, Value> {
    let all = told.as_object().unwrap();
    let chance =
        ["request_id", "received_at", "expected_by", "expires_at", "user_verification_url"];
    let kept = all.iter().filter(|(name, _)| !chance.contains(&name.as_str()));
    let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
    kept.chain(all.keys().map(|name| (format!("has {name}"), Value::Null))).collect()
}
