//! What the room's tests share: the room on both engines, policies, and programs that call it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod reader;

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use consent::{Consent, Identifier, IdentifierKind, Settings, Subject, property};
use protect::{Policy, Protect, Reveal, token::Shape};
use serde_json::Value;
use store::{Actor, Store, sqlx};
use tower::ServiceExt as _;
use web::{Web, WebConfig};

/// Whoever acts in tests.
pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// The room in a throw-away database, with policies.
pub async fn open(postgres: bool) -> (Protect, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    (furnished(store).await, guard)
}

/// The room on a store, with policies.
pub async fn furnished(store: Store) -> Protect {
    let consent = Consent::open(store, Settings::default()).await.unwrap();
    let mut body = consent.catalogue().property(property::DEFAULT).unwrap().body.clone();
    body.country = "CN".into();
    consent.save_property(&me(), property::DEFAULT, &body).await.unwrap();
    let protect = Protect::open(consent).await.unwrap();
    for (category, policy) in policies() {
        protect.save_policy(&me(), category, 0, &policy).await.unwrap();
    }
    protect
}

/// Support sees masks, delivery sees all, nobody else sees anything.
pub fn policies() -> Vec<(&'static str, Policy)> {
    let purposes = BTreeMap::from([
        ("customer_support".to_owned(), Reveal::Masked),
        ("service_delivery".to_owned(), Reveal::Clear),
    ]);
    let all = |shape| Policy {
        purposes: purposes.clone(),
        searchable: true,
        random: true,
        deterministic: true,
        shape,
        ..Policy::default()
    };
    vec![
        ("contact.phone", all(Some(Shape::Phone))),
        ("finance.bank_card", all(Some(Shape::CardLuhn))),
        ("identity.national_id", all(Some(Shape::ResidentId))),
        ("identity.name", Policy { purposes: purposes.clone(), ..Policy::default() }),
    ]
}

/// A customer by their number at the company.
pub fn customer(number: &str) -> Subject {
    let one = Identifier::parse(IdentifierKind::CustomerId, number, "CN").unwrap();
    Subject::new(vec![one]).unwrap()
}

/// A program with a token.
pub struct Program {
    app: Router,
    token: String,
    /// As the ledger names it.
    pub actor: String,
}

impl Program {
    /// With all scopes of the room.
    pub async fn new(room: &Protect) -> Self {
        Self::with(room, &["vault:seal", "vault:open", "vault:search"]).await
    }

    /// With some scopes.
    pub async fn with(room: &Protect, scopes: &[&str]) -> Self {
        let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let purposes = ["customer_support", "service_delivery", "quality"].map(str::to_owned);
        let new = web::NewToken {
            name: "test",
            scopes: &scopes,
            purposes: &purposes,
            ..Default::default()
        };
        let (id, token) = web.make_token(me(), new).await.unwrap();
        let rooms = web::router(web.clone()).merge(protect::router(web.clone(), room.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
        Self { app, token, actor: format!("token:{id}") }
    }

    /// The same with a token that was made before tokens held purposes.
    pub async fn old(room: &Protect) -> Self {
        let program = Self::new(room).await;
        let entry = store::Entry::new(me(), "token.changed", "token", "test");
        let mut tx = room.store().begin(entry).await.unwrap();
        sqlx::query("UPDATE api_token SET purposes = '', limited = 0 WHERE id = $1")
            .bind(program.actor.strip_prefix("token:").unwrap())
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        program
    }

    /// A call with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let (status, text) = self.post_text(path, body.to_string()).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A call with any body.
    pub async fn post_text(&self, path: &str, body: String) -> (StatusCode, String) {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 8 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Purposes and customers of the entries of an action, oldest first.
pub async fn entries(room: &Protect, action: &str) -> Vec<(String, String)> {
    let rows: Vec<(Option<String>, Option<String>)> =
        sqlx::query_as("SELECT purpose, subject FROM ledger_entry WHERE action = $1 ORDER BY seq")
            .bind(action)
            .fetch_all(room.store().reader())
            .await
            .unwrap();
    rows.into_iter().map(|(a, b)| (a.unwrap_or_default(), b.unwrap_or_default())).collect()
}

/// Makes of each function two tests: the room in SQLite and in PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, _guard) = super::support::open(false).await;
                super::$name(room).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, _guard) = super::support::open(true).await;
                super::$name(room).await;
            })*
        }
    };
}
