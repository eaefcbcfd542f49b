//! Passkeys on both databases, with a device made of one key. Chromium's own device is the judge of
//! the format in the browser tests.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value;
use common::{Answer, House, PASSWORD, Visitor};
use store::Store;
use store::sqlx::{self, Row as _};

const ORIGIN: &str = "http://localhost:8440";
const PAGE: &str = "/console/account/passkeys";

/// A security key that knows its holder.
struct Device {
    pair: EcdsaKeyPair,
    user: String,
    counter: u32,
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn client(kind: &str, challenge: &str, origin: &str) -> String {
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"}}"#)
}

impl Device {
    fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self { pair, user: String::new(), counter: 0 }
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        let mut bytes = digest::digest(&digest::SHA256, b"localhost").as_ref().to_vec();
        bytes.push(flags);
        bytes.extend(self.counter.to_be_bytes());
        bytes
    }

    /// What it answers to being asked for a new key.
    fn attestation(&self) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        let n = |n: i64| Value::from(n);
        let key = Value::Map(vec![
            (n(1), n(2)),
            (n(3), n(-7)),
            (n(-1), n(1)),
            (n(-2), Value::Bytes(point[1..33].to_vec())),
            (n(-3), Value::Bytes(point[33..].to_vec())),
        ]);
        let mut data = self.head(0x45);
        data.extend([0; 16]);
        data.extend([0, 4]);
        data.extend(b"key1");
        ciborium::into_writer(&key, &mut data).unwrap();
        let object = Value::Map(vec![
            (Value::from("fmt"), Value::from("none")),
            (Value::from("attStmt"), Value::Map(Vec::new())),
            (Value::from("authData"), Value::Bytes(data)),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&object, &mut bytes).unwrap();
        bytes
    }

    async fn add(&mut self, person: &mut Visitor, password: &str) -> Answer {
        let asked = person.get(&format!("{PAGE}/options")).await;
        let asked: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        let options = &asked["publicKey"];
        self.user = options["user"]["id"].as_str().map(str::to_owned).unwrap();
        let client = client("webauthn.create", options["challenge"].as_str().unwrap(), ORIGIN);
        let fields = [
            ("waiting", asked["waiting"].as_str().unwrap()),
            ("client", &text(client)),
            ("object", &text(self.attestation())),
            ("name", "Blue key"),
            ("current", password),
        ];
        person.post(PAGE, PAGE, &fields).await
    }

    /// The form that signs in.
    async fn answer(&mut self, visitor: &mut Visitor, origin: &str) -> Vec<(String, String)> {
        self.counter += 1;
        let asked = visitor.get("/signin/passkey").await;
        let asked: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        let challenge = asked["publicKey"]["challenge"].as_str().unwrap();
        let client = client("webauthn.get", challenge, origin);
        let device = self.head(0x05);
        let hash = digest::digest(&digest::SHA256, client.as_bytes());
        let message = [&*device, hash.as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        let field = |name: &str, value: String| (name.to_owned(), value);
        vec![
            field("waiting", asked["waiting"].as_str().unwrap().to_owned()),
            field("credential", text("key1")),
            field("client", text(client)),
            field("device", text(device)),
            field("signature", text(signature)),
            field("user", self.user.clone()),
        ]
    }
}

async fn send(visitor: &mut Visitor, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor.post("/signin", "/signin/passkey", &fields).await
}

async fn entries(store: &Store, action: &str) -> i64 {
    sqlx::query("SELECT COUNT(*) FROM ledger_entry WHERE action = $1")
        .bind(action)
        .fetch_one(store.reader())
        .await
        .unwrap()
        .get(0)
}

async fn a_passkey_lives(store: Store) {
    let house = House::open(store.clone()).await;
    let mut owner = house.owner().await;
    let mut device = Device::new();
    let refused = device.add(&mut owner, "not the password").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let added = device.add(&mut owner, PASSWORD).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let again = device.add(&mut owner, PASSWORD).await;
    assert!(again.body.contains("already"), "one credential, one passkey: {}", again.body);

    // In, from a browser that was never here.
    let mut visitor = house.visitor();
    visitor.get("/signin").await;
    let form = device.answer(&mut visitor, ORIGIN).await;
    let replay = visitor.clone();
    let done = send(&mut visitor, &form).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/console"));
    assert!(visitor.get(PAGE).await.body.contains("Blue key"));

    // The same once more, from the same browser without its session.
    let mut thief = replay;
    let stale = send(&mut thief, &form).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    // Another browser cannot use the first one's challenge at all.
    let mut other = house.visitor();
    other.get("/signin").await;
    assert_eq!(send(&mut other, &form).await.status, StatusCode::FORBIDDEN);

    let form = device.answer(&mut other, "http://localhost:9999").await;
    assert!(send(&mut other, &form).await.body.contains("another address"));
    let mut form = device.answer(&mut other, ORIGIN).await;
    form[5].1 = text("somebody else");
    assert!(send(&mut other, &form).await.body.contains("does not open anything"));

    // Back by a few uses: a copy. Then neither works.
    device.counter = 0;
    let form = device.answer(&mut other, ORIGIN).await;
    assert!(send(&mut other, &form).await.body.contains("Two devices"));
    device.counter = 100;
    let form = device.answer(&mut other, ORIGIN).await;
    assert!(send(&mut other, &form).await.body.contains("does not open anything"));
    assert!(owner.get(PAGE).await.body.contains("Stopped"));

    let id: String =
        sqlx::query("SELECT id FROM web_passkey").fetch_one(store.reader()).await.unwrap().get(0);
    let mut colleague = house.person(&mut owner, "engineer", "engineer").await;
    let remove = format!("{PAGE}/{id}/remove");
    let foreign = colleague.post(PAGE, &remove, &[]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.post(PAGE, &remove, &[]).await.location(), PAGE);
    for (action, times) in
        [("passkey.added", 1), ("passkey.used", 1), ("passkey.copied", 1), ("passkey.removed", 1)]
    {
        assert_eq!(entries(&store, action).await, times, "{action}");
    }
}

#[tokio::test]
async fn a_passkey_lives_on_sqlite() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    a_passkey_lives(store).await;
}

#[tokio::test]
async fn a_passkey_lives_on_postgres() {
    let (store, _guard) = store::testing::temp_postgres().await;
    a_passkey_lives(store).await;
}
