//! The room for programs: recording, receipts and look-ups over HTTP, and what bad requests get.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use consent::{Consent, receipt};
use serde_json::{Value, json};
use support::me;
use tower::ServiceExt as _;
use web::{Web, WebConfig};

on_both_engines!(
    a_consent_is_recorded_proved_and_looked_up,
    a_key_makes_a_repeated_request_one,
    bad_requests_are_told_without_quoting_a_person,
    a_token_does_only_what_its_scope_says,
    a_program_has_a_customer_erased_with_a_persons_approval,
    no_request_fails_while_thousands_of_keys_move,
);

struct Client {
    app: Router,
    token: String,
}

impl Client {
    async fn new(room: &Consent, scopes: &[&str]) -> Self {
        let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let (_, token) = web.create_token(me(), "test", &scopes).await.unwrap();
        let rooms = web::router(web.clone()).merge(consent::router(web.clone(), room.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        Self { app: web::finish(web, rooms).layer(MockConnectInfo(peer)), token }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: String,
    ) -> (StatusCode, Value, String) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(web::PURPOSE_HEADER, "service_delivery")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer =
            self.app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 4 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null), text)
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let (status, value, _) = self.send("POST", path, None, body.to_string()).await;
        (status, value)
    }
}

const BOTH: &[&str] = &["consent:read", "consent:write"];

fn li() -> Value {
    json!({
        "subject": {"email": "li.lei@example.com", "device_id": ["d-1", "d-2"]},
        "notice": "newsletter",
        "language": "zh-CN",
        "choices": {"email_marketing": true, "analytics": false},
        "channel": "web",
    })
}

async fn a_consent_is_recorded_proved_and_looked_up(room: Consent) {
    let client = Client::new(&room, BOTH).await;

    let (status, given) = client.post("/v1/consents", &li()).await;
    assert_eq!(status, StatusCode::CREATED, "{given}");
    receipt::verify(&given["receipt"], Some(room.signer().public())).unwrap();

    let id = given["id"].as_str().unwrap();
    let (status, again, _) =
        client.send("GET", &format!("/v1/receipts/{id}"), None, String::new()).await;
    assert_eq!((status, &again["receipt"]), (StatusCode::OK, &given["receipt"]));

    let (_, _, key) =
        client.send("GET", "/.well-known/privet-receipt-key", None, String::new()).await;
    assert_eq!(key.trim(), room.signer().public().to_string());

    let asked = json!({"subject": {"device_id": "d-2"}, "language": "en"});
    let (status, found) = client.post("/v1/preferences/lookup", &asked).await;
    assert_eq!(status, StatusCode::OK);
    let line = |key: &str| {
        let all = found["purposes"].as_array().unwrap();
        all.iter().find(|line| line["purpose"] == key).unwrap().clone()
    };
    assert_eq!(line("email_marketing")["state"], "granted");
    assert_eq!(line("email_marketing")["notice"], "newsletter@1");
    assert_eq!(line("email_marketing")["name"], "News by e-mail");
    assert_eq!(line("analytics")["state"], "denied");
    assert_eq!(line("sms")["state"], "none");
    assert_eq!(line("delivery")["basis"]["gdpr"], "contract");
}

async fn a_key_makes_a_repeated_request_one(room: Consent) {
    let client = Client::new(&room, BOTH).await;
    let send = |body: Value| client.send("POST", "/v1/consents", Some("order-7"), body.to_string());

    let (_, first, _) = send(li()).await;
    let (status, second, _) = send(li()).await;
    let mut other = li();
    other["choices"]["analytics"] = json!(true);
    let (refused, problem, _) = send(other).await;

    assert_eq!((status, &second), (StatusCode::CREATED, &first));
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["type"], "urn:privet:problem:idempotency-key-reused");
}

async fn bad_requests_are_told_without_quoting_a_person(room: Consent) {
    let client = Client::new(&room, BOTH).await;
    let secret = "li.lei@exa mple.com";
    let mut cases: Vec<(String, StatusCode, &str)> = vec![
        ("{".into(), StatusCode::BAD_REQUEST, "body"),
        (format!("[\"{secret}\"]"), StatusCode::UNPROCESSABLE_ENTITY, "body"),
        (format!("{{\"subject\": \"{secret}\"}}"), StatusCode::UNPROCESSABLE_ENTITY, "body"),
        ("x".repeat(1 << 20), StatusCode::PAYLOAD_TOO_LARGE, "body"),
    ];
    let mut with = |member: &str, value: Value, status, kind| {
        let mut body = li();
        body[member] = value;
        cases.push((body.to_string(), status, kind));
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    with("subject", json!({"email": secret}), wrong, "identifier");
    with("subject", json!({"fax": secret}), wrong, "identifier");
    with("subject", json!({}), wrong, "identifier");
    with("choices", json!({"nonsense": true}), StatusCode::NOT_FOUND, "unknown");
    with("choices", json!({}), wrong, "invalid");
    with("choices", json!({"analytics": secret}), wrong, "body");
    with("notice", json!("nothing"), StatusCode::NOT_FOUND, "unknown");
    with("notice", json!("newsletter@9"), StatusCode::NOT_FOUND, "unknown");
    with("property", json!("moon"), StatusCode::NOT_FOUND, "unknown");
    with("given_at", json!("2999-01-01T00:00:00Z"), wrong, "invalid");
    with("ip", json!(secret), wrong, "body");
    with("surprise", json!(secret), wrong, "body");
    for (body, status, kind) in cases {
        let (got, problem, text) = client.send("POST", "/v1/consents", None, body).await;
        assert_eq!(got, status, "{text}");
        assert_eq!(problem["type"], format!("urn:privet:problem:{kind}"), "{text}");
        assert!(!text.contains("li.lei"), "{text}");
    }
    let (status, _, _) = client.send("GET", "/v1/receipts/nothing", None, String::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

async fn a_token_does_only_what_its_scope_says(room: Consent) {
    let reader = Client::new(&room, &["consent:read"]).await;
    let writer = Client::new(&room, &["consent:write"]).await;

    assert_eq!(reader.post("/v1/consents", &li()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(
        writer
            .post("/v1/preferences/lookup", &json!({"subject": {"email": "a@b.example"}}))
            .await
            .0,
        StatusCode::FORBIDDEN
    );
    let stranger = Client { token: "pvt_wrong".into(), ..writer };
    assert_eq!(stranger.post("/v1/consents", &li()).await.0, StatusCode::UNAUTHORIZED);
}

async fn a_program_has_a_customer_erased_with_a_persons_approval(room: Consent) {
    let client = Client::new(&room, &["consent:write", "customers:erase"]).await;
    let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
    client.post("/v1/consents", &li()).await;
    let path = "/v1/customers/erasures";
    let asking = json!({ "subject": {"email": "li.lei@example.com"}, "reason": "request 118" });

    let (status, asked) = client.post(path, &asking).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{asked}");
    assert_eq!(asked["state"], "open");
    let one = format!("{path}/{}", asked["id"].as_str().unwrap());
    let (_, again) = client.post(path, &asking).await;
    assert_eq!(again["id"], asked["id"], "one question at a time");
    let (status, refused) = client.post(&one, &Value::Null).await;
    assert_eq!(
        (status, &refused["type"]),
        (StatusCode::CONFLICT, &json!("urn:privet:problem:waiting"))
    );
    // Another program sees nothing of it; who made the token does not approve.
    let other = Client::new(&room, &["customers:erase"]).await;
    assert_eq!(other.post(&one, &Value::Null).await.0, StatusCode::NOT_FOUND);
    let request = asked["id"].as_str().unwrap();
    assert!(web.approvals().approve("tester", request).await.is_err(), "made the token");
    web.approvals().approve("colleague", request).await.unwrap();
    let (status, state, _) = client.send("GET", &one, None, String::new()).await;
    assert_eq!((status, &state["state"]), (StatusCode::OK, &json!("approved")));

    let (status, done) = client.post(&one, &Value::Null).await;

    assert_eq!((status, &done["state"]), (StatusCode::OK, &json!("erased")), "{done}");
    let key = room.signer().public().clone();
    assert_eq!(ledger::verify(&done["certificate"]["certificate"], Some(&key)).unwrap(), key);
    assert_eq!(done["certificate"]["certificate"]["id"], asked["customer"]);
    let (status, again) = client.post(&one, &Value::Null).await;
    assert_eq!((status, &again["state"]), (StatusCode::OK, &json!("erased")), "said again");
    assert_eq!(client.post(path, &asking).await.0, StatusCode::GONE);
    let nobody = json!({ "subject": {"email": "nobody@example.com"}, "reason": "request 119" });
    let (status, told) = client.post(path, &nobody).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!told.to_string().contains("nobody@"), "{told}");
    for wrong in [
        json!({ "reason": "request 118" }),
        json!({ "customer": asked["customer"], "subject": {"email": "a@b.cn"}, "reason": "request" }),
    ] {
        assert_eq!(client.post(path, &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    room.store().ledger().verify().await.unwrap();
}

/// Customers as recording leaves them, their keys really wrapped.
async fn fill(room: &Consent, customers: usize) {
    for _ in 0..customers / 500 {
        let rows: Vec<String> = (0..500)
            .map(|_| {
                let id = store::new_id();
                format!("('{id}', '{}', {})", room.vault().new_key(&id).1, store::now())
            })
            .collect();
        let entry = store::Entry::new(me(), "test.filled", "test", "subjects");
        let mut tx = room.store().begin(entry).await.unwrap();
        let rows = rows.join(", ");
        let sql = format!("INSERT INTO subject (id, wrapped_key, created_at) VALUES {rows}");
        let sql = store::sqlx::AssertSqlSafe(sql);
        store::sqlx::raw_sql(sql).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// The whole way of a customer over HTTP: recorded, decided, looked up, proved.
async fn served(client: &Client, at: usize) {
    let subject = json!({ "email": format!("served.{at}@example.com") });
    let mut given = li();
    given["subject"] = subject.clone();
    let (status, recorded) = client.post("/v1/consents", &given).await;
    assert_eq!(status, StatusCode::CREATED, "{recorded}");
    let asked = json!({ "subject": subject, "purpose": "email_marketing" });
    let (status, decided) = client.post("/v1/decisions", &asked).await;
    assert_eq!((status, &decided["allow"]), (StatusCode::OK, &json!(true)), "{decided}");
    let asked = json!({ "subject": subject });
    let (status, found) = client.post("/v1/preferences/lookup", &asked).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    let path = format!("/v1/receipts/{}", recorded["id"].as_str().unwrap());
    let (status, _, text) = client.send("GET", &path, None, String::new()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
}

async fn no_request_fails_while_thousands_of_keys_move(room: Consent) {
    const CUSTOMERS: usize = 5_000;
    let client = Client::new(&room, &["consent:read", "consent:write", "decide"]).await;
    fill(&room, CUSTOMERS).await;
    let over = std::sync::atomic::AtomicBool::new(false);

    let serving = async {
        let mut at = 0;
        while at < 20 || !over.load(std::sync::atomic::Ordering::Relaxed) {
            served(&client, at).await;
            at += 1;
        }
    };
    let moving = async {
        let version = room.store().rotate_kek(me()).await.unwrap();
        let moved = room.rewrap_keys(&me(), |_| {}).await.unwrap();
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        (version, moved)
    };
    let ((), (version, moved)) = tokio::join!(serving, moving);

    assert!(moved.moved >= CUSTOMERS as u64 && i64::from(moved.version) == version);
    let counts = room.keys_by_kek().await.unwrap();
    assert!(counts.iter().all(|(kek, count)| *kek == moved.version || *count == 0), "{counts:?}");
    room.store().ledger().verify().await.unwrap();
}
