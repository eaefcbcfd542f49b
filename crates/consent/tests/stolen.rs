//! What a thief of the database finds: planted values are recorded through the API, then looked for in
//! the raw files (SQLite with its write-ahead log, and everything beside it) or in a dump
//! (PostgreSQL); and moved ciphertexts, with the international and the national ciphers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::net::SocketAddr;

use axum::{
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use consent::Consent;
use serde_json::{Value, json};
use store::{
    KeySettings, Profile, Store,
    sqlx::{self, Row as _},
    testing::{self, TestGuard},
};
use support::{
    furnished,
    loot::{files, holds, loot},
    mail, me,
};
use tower::ServiceExt as _;
use web::{Web, WebConfig};

/// Every one of them is somebody's identifier, name, address or words.
const PLANTED: [&str; 9] = [
    "planted.person",
    "canary-mail.example",
    "13912345670",
    "+8613912345670",
    "planted-device-7341",
    "planted-number-5528",
    "203.0.113.77",
    "planted-guardian",
    "Planted Words About Them",
];

async fn post(room: &Consent, token: &str, path: &str, body: &Value) -> (StatusCode, String) {
    let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
    let rooms = web::router(web.clone()).merge(consent::router(web.clone(), room.clone()));
    let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
    let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(web::PURPOSE_HEADER, "service_delivery")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = app.oneshot(request).await.unwrap();
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn plant(room: &Consent) {
    let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
    let scopes = ["consent:read".to_owned(), "consent:write".to_owned()];
    let (_, token) = web.create_token(me(), "test", &scopes).await.unwrap();
    let consents = json!({
        "subject": {
            "email": "planted.person@canary-mail.example", "phone": "13912345670",
            "device_id": "planted-device-7341", "customer_id": "planted-number-5528",
        },
        "notice": "newsletter", "language": "zh-CN", "channel": "web",
        "choices": {"email_marketing": true, "analytics": false},
        "page": "https://lantern.example/join?mail=planted.person@canary-mail.example#planted.person",
        "ip": "203.0.113.77",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64) planted-device-7341",
        "minor": {"age": 12, "guardian": {
            "relation": "mother", "contact": "planted-guardian@canary-mail.example",
            "method": "", "verified": false,
        }},
    });
    let (status, text) = post(room, &token, "/v1/consents", &consents).await;
    assert_eq!(status, StatusCode::CREATED, "{text}");
    let who = json!({"email": "planted.person@canary-mail.example"});
    let asked = json!({"subject": who, "purpose": "email_marketing"});
    let (status, text) = post(room, &token, "/v1/decisions", &asked).await;
    assert!(status.is_success() || status == StatusCode::FORBIDDEN, "{text}");
    let lookup = json!({"subject": who, "language": "en"});
    assert_eq!(post(room, &token, "/v1/preferences/lookup", &lookup).await.0, StatusCode::OK);
    // A request that is refused leaves nothing either.
    let wrong = json!({"subject": who, "notice": "none", "choices": {"email_marketing": true}});
    assert!(!post(room, &token, "/v1/consents", &wrong).await.0.is_success());
    let person = mail("planted.person@canary-mail.example");
    let id = room.find(&person.blind(room.vault())).await.unwrap().people[0].clone();
    room.revealed(&me(), &id, "support", "Planted Words About Them").await.unwrap();
    room.restrict_because(&me(), &id, true, "Planted Words About Them").await.unwrap();
}

async fn open(guard: &TestGuard, profile: Profile) -> Consent {
    let keys = KeySettings { profile, ..KeySettings::default() };
    furnished(Store::open_with(guard.config(), keys).await.unwrap()).await
}

async fn a_thief_finds_nobody(guard: TestGuard, profile: Profile) {
    let room = open(&guard, profile).await;
    room.keep_decisions();
    plant(&room).await;
    room.leave_decisions().await;

    let found = loot(&room, &guard).await;
    for (name, bytes) in &found {
        for planted in PLANTED {
            assert!(!holds(bytes, planted), "{planted} stands in {name}");
        }
    }
    // The search itself finds what is there: what purposes the company has.
    assert!(found.iter().any(|(_, bytes)| holds(bytes, "email_marketing")));
    // After the log was folded into the database too.
    room.store().close().await;
    let mut found = Vec::new();
    files(guard.dir(), &mut found);
    for (name, bytes) in found {
        assert!(!PLANTED.iter().any(|planted| holds(&bytes, planted)), "{name}");
    }
    // With the key everything opens again, with the ciphers it was made with, whatever is asked for.
    let again = Consent::open(Store::open(guard.config()).await.unwrap(), room.settings().clone());
    let again = again.await.unwrap();
    assert_eq!(again.store().profile(), profile);
    let person = mail("planted.person@canary-mail.example");
    let id = again.find(&person.blind(again.vault())).await.unwrap().people[0].clone();
    assert_eq!(again.identifiers(&id).await.unwrap().len(), 4);
    again.store().ledger().verify().await.unwrap();
}

async fn change(store: &Store, sql: &'static str, values: &[&str]) {
    let entry = store::Entry::new(me(), "test.changed", "test", "1");
    let mut tx = store.begin(entry).await.unwrap();
    let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind(*value));
    assert!(query.execute(tx.conn()).await.unwrap().rows_affected() > 0);
    tx.commit().await.unwrap();
}

async fn text(room: &Consent, sql: &'static str, id: &str) -> String {
    let row = sqlx::query(sql).bind(id).fetch_one(room.store().reader()).await.unwrap();
    row.get(0)
}

const SEALED: &str = "SELECT sealed FROM identifier WHERE subject = $1";
const NOTE: &str = "SELECT sealed FROM subject_note WHERE subject = $1";
const KEY: &str = "SELECT wrapped_key FROM subject WHERE id = $1";
const SET_SEALED: &str = "UPDATE identifier SET sealed = $1 WHERE subject = $2";
const SET_KEY: &str = "UPDATE subject SET wrapped_key = $1 WHERE id = $2";

/// Ciphertexts swapped between customers, columns and versions of the key do not open.
async fn what_was_moved_does_not_open(guard: TestGuard, profile: Profile) {
    let room = open(&guard, profile).await;
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let person = mail(&format!("{name}@example.com"));
        let choices = [("email_marketing", consent::Choice::Granted)];
        room.record(&me(), &support::choosing(&person, &choices)).await.unwrap();
        let id = room.find(&person.blind(room.vault())).await.unwrap().people[0].clone();
        room.revealed(&me(), &id, "support", "some words").await.unwrap();
        ids.push(id);
    }
    let (one, two) = (&ids[0], &ids[1]);
    let own = text(&room, SEALED, &one.0).await;
    let key = text(&room, KEY, &one.0).await;

    for other in [text(&room, SEALED, &two.0).await, text(&room, NOTE, &one.0).await] {
        change(room.store(), SET_SEALED, &[&other, &one.0]).await;
        assert!(room.identifiers(one).await.is_err());
    }
    change(room.store(), SET_SEALED, &[&own, &one.0]).await;
    // Another customer's whole key with another customer's values, so that key and values agree.
    change(room.store(), SET_KEY, &[&text(&room, KEY, &two.0).await, &one.0]).await;
    change(room.store(), SET_SEALED, &[&text(&room, SEALED, &two.0).await, &one.0]).await;
    assert!(room.identifiers(one).await.is_err());
    change(room.store(), SET_SEALED, &[&own, &one.0]).await;
    // A key under another version's name.
    room.store().rotate_kek(me()).await.unwrap();
    room.refresh_keks().await.unwrap();
    assert!(key.starts_with("k1:"), "{key}");
    change(room.store(), SET_KEY, &[&key.replace("k1:", "k2:"), &one.0]).await;
    assert!(room.identifiers(one).await.is_err());
    change(room.store(), SET_KEY, &[&key, &one.0]).await;
    assert_eq!(room.identifiers(one).await.unwrap().len(), 1);
    assert_eq!(room.rewrap_keys(&me(), |_| {}).await.unwrap().moved, 2);
    assert_eq!(room.identifiers(one).await.unwrap().len(), 1);
}

macro_rules! everywhere {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            super::$name(super::testing::temp_sqlite_guard(), super::Profile::International).await;
        })* }
        mod on_postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let guard = super::testing::temp_postgres_guard().await;
            super::$name(guard, super::Profile::International).await;
        })* }
        mod sm_on_sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            super::$name(super::testing::temp_sqlite_guard(), super::Profile::National).await;
        })* }
        mod sm_on_postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let guard = super::testing::temp_postgres_guard().await;
            super::$name(guard, super::Profile::National).await;
        })* }
    };
}
everywhere!(a_thief_finds_nobody, what_was_moved_does_not_open);
