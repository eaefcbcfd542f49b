//! Why programs open personal data: the purpose that a token holds, whoever states none or another,
//! tokens that were made before there were purposes, and policies of the company's own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use consent::Consent;
use serde_json::Value;
use store::{Entry, sqlx};
use support::me;
use tower::ServiceExt as _;
use web::{NewToken, PURPOSE_HEADER, Web, WebConfig};

on_both_engines!(
    a_program_states_a_purpose_that_its_token_holds,
    a_token_from_before_goes_on_until_it_is_held_to_purposes,
    an_own_policy_counts_for_programs,
);

struct House {
    web: Web,
    app: Router,
    token: String,
    id: String,
}

impl House {
    async fn open(room: &Consent, purposes: &[&str]) -> Self {
        let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
        let rooms = web::router(web.clone()).merge(consent::router(web.clone(), room.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = web::finish(web.clone(), rooms).layer(MockConnectInfo(peer));
        let scopes = &["consent:read", "audience"].map(str::to_owned);
        let purposes: Vec<String> = purposes.iter().map(|one| (*one).to_owned()).collect();
        let new = NewToken { scopes, purposes: &purposes, ..NewToken::default() };
        let (id, token) = web.make_token(me(), new).await.unwrap();
        Self { web, app, token, id }
    }

    async fn send(&self, path: &str, purpose: &str, body: &str) -> (StatusCode, String) {
        let kind = if path.contains("lookup") { "application/json" } else { "text/plain" };
        let mut request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, kind);
        if !purpose.is_empty() {
            request = request.header(PURPOSE_HEADER, purpose);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A look-up with the purpose in the header: its status and the type of the problem.
    async fn look(&self, purpose: &str) -> (u16, String) {
        let body = "{\"subject\":{\"email\":\"li@example.com\"}}";
        let (status, text) = self.send("/v1/preferences/lookup", purpose, body).await;
        let value: Value = serde_json::from_str(&text).unwrap();
        let kind = value["type"].as_str().unwrap_or_default();
        (status.as_u16(), kind.trim_start_matches("urn:privet:problem:").to_owned())
    }

    async fn entries(&self, action: &str) -> Vec<String> {
        let rows: Vec<Option<String>> =
            sqlx::query_scalar("SELECT purpose FROM ledger_entry WHERE action = $1 ORDER BY seq")
                .bind(action)
                .fetch_all(self.web.store().reader())
                .await
                .unwrap();
        rows.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// As it stood before tokens held purposes.
    async fn age(&self) {
        let entry = Entry::new(me(), "token.changed", "token", &*self.id);
        let mut tx = self.web.store().begin(entry).await.unwrap();
        sqlx::query("UPDATE api_token SET purposes = '', limited = 0 WHERE id = $1")
            .bind(&self.id)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

fn told(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

async fn a_program_states_a_purpose_that_its_token_holds(room: Consent) {
    let house = House::open(&room, &["complaints", "email_marketing"]).await;
    room.load_decisions().await.unwrap();

    assert_eq!(house.look("").await, told(400, "purpose-missing"));
    assert_eq!(house.look("quality").await, told(403, "purpose"));
    assert_eq!(house.look("complaints").await, told(200, ""));
    // The request's own field counts before the header.
    let own = "{\"subject\":{\"email\":\"li@example.com\"},\"reading_for\":\"quality\"}";
    let (status, _) = house.send("/v1/preferences/lookup", "complaints", own).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    // A list is opened for the use that it is for.
    let list = |purpose: &str| format!("/v1/audiences/filter?purpose={purpose}");
    let (held, text) = house.send(&list("email_marketing"), "", "li@example.com\n").await;
    assert_eq!(held, StatusCode::OK, "{text}");
    let (other, text) = house.send(&list("analytics"), "email_marketing", "li@example.com\n").await;
    assert_eq!(other, StatusCode::FORBIDDEN, "{text}");
    assert!(text.contains("this token holds: complaints, email_marketing"), "{text}");

    // What was refused is in the ledger once a minute, and only known words of it.
    assert_eq!(house.entries("token.refused").await, [""]);
    assert_eq!(house.entries("subject.looked_up").await, ["complaints"]);
    // Who holds none opens nothing.
    house.web.set_token_purposes(me(), &house.id, &[]).await.unwrap();
    assert_eq!(house.look("complaints").await, told(403, "purpose"));
}

async fn a_token_from_before_goes_on_until_it_is_held_to_purposes(room: Consent) {
    let house = House::open(&room, &[]).await;
    house.age().await;

    assert_eq!(house.look("").await, told(200, ""), "silence meant serving the customer");
    assert_eq!(house.look("complaints").await, told(200, ""), "and every known purpose was taken");
    assert_eq!(house.look("13812345678").await, told(422, "purpose"));
    assert_eq!(house.entries("subject.looked_up").await, ["service_delivery", "complaints"]);
    let listed = house.web.list_tokens().await.unwrap();
    assert!(listed[0].open_ended() && listed[0].purposes.is_empty());
    let mut used = house.web.purposes_used(&house.id).await.unwrap();
    used.sort();
    assert_eq!(used, ["complaints", "service_delivery"], "what the page offers to keep");

    house.web.set_token_purposes(me(), &house.id, &used).await.unwrap();

    assert!(!house.web.list_tokens().await.unwrap()[0].open_ended());
    assert_eq!(house.look("complaints").await, told(200, ""));
    assert_eq!(house.look("quality").await, told(403, "purpose"));
    assert_eq!(house.look("").await, told(400, "purpose-missing"));
}

async fn an_own_policy_counts_for_programs(room: Consent) {
    let house = House::open(&room, &["complaints"]).await;
    assert_eq!(house.look("complaints").await, told(200, ""));
    let entry = Entry::new(me(), "policy.switched_on", "policy", "p1");
    let mut tx = house.web.store().begin(entry).await.unwrap();
    let body = format!(
        "forbid (principal == Privet::Program::\"{}\", \
         action == Privet::Action::\"open_personal_data\", resource == Privet::Kind::\"subject\");",
        house.id
    );
    sqlx::query(
        "INSERT INTO access_policy (id, version, body, cases, made_by, made_at)
         VALUES ('p1', 1, $1, '', 'person:x', 0)",
    )
    .bind(body)
    .execute(tx.conn())
    .await
    .unwrap();
    sqlx::query("UPDATE access_active SET policy = 'p1' WHERE id = 1")
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    // A token that was just looked up is believed for less than a second.
    tokio::time::sleep(std::time::Duration::from_millis(850)).await;

    assert_eq!(house.look("complaints").await, told(403, "policy"));
    assert_eq!(house.entries("token.refused").await, ["complaints"]);
}
