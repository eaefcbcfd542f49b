//! The gateway for text messages, against a real HTTP server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use preference::sms::{HttpGateway, HttpGatewayConfig, PhoneNumber, SmsError, SmsGateway as _};
use sources::NetworkGuard;

type Taken = Arc<Mutex<Vec<(String, String)>>>;

async fn take(State(taken): State<Taken>, headers: HeaderMap, body: String) -> StatusCode {
    if body.contains("13800000000") {
        return StatusCode::BAD_REQUEST;
    }
    let account = headers["authorization"].to_str().unwrap().to_owned();
    taken.lock().unwrap().push((account, body));
    StatusCode::OK
}

/// A gateway that takes messages, refuses one number, and sends one away.
async fn server() -> (u16, Taken) {
    let taken = Taken::default();
    let away = || async { axum::response::Redirect::temporary("http://169.254.169.254/") };
    let app = Router::new().route("/send", post(take)).route("/away", post(away));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = app.with_state(Arc::clone(&taken));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (port, taken)
}

fn gateway(url: &str, guard: NetworkGuard) -> Result<HttpGateway, SmsError> {
    let config = HttpGatewayConfig {
        url: url.to_owned(),
        headers: vec![("Authorization".into(), "Bearer {secret}".into())],
        content_type: "application/json".into(),
        body: r#"{"to":"{to}","text":"{text}"}"#.into(),
        secret: "s3cret".into(),
    };
    HttpGateway::new(config, guard)
}

#[tokio::test]
async fn a_message_arrives_as_the_configuration_says() {
    let (port, taken) = server().await;
    let url = format!("http://127.0.0.1:{port}/send");
    let gateway = gateway(&url, NetworkGuard::default()).unwrap();

    gateway.send(&PhoneNumber::new("+8613812345678"), "验证码 123456").await.unwrap();

    let (account, body) = taken.lock().unwrap()[0].clone();
    assert_eq!(account, "Bearer s3cret");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["to"], "+8613812345678");
    assert_eq!(body["text"], "验证码 123456");
}

#[tokio::test]
async fn a_refusal_is_told_by_its_number_and_nothing_else_and_no_redirect_is_followed() {
    let (port, _) = server().await;
    let to = |path: &str| {
        gateway(&format!("http://localhost:{port}/{path}"), NetworkGuard::default()).unwrap()
    };

    let refused = to("send").send(&PhoneNumber::new("+8613800000000"), "x").await;
    let away = to("away").send(&PhoneNumber::new("+8613812345678"), "x").await;

    assert_eq!(refused, Err(SmsError::Refused(400)));
    assert!(refused.unwrap_err().permanent());
    assert_eq!(away, Err(SmsError::Refused(307)));
}

#[tokio::test]
async fn the_guard_keeps_it_out_of_places_it_must_not_reach() {
    let (port, taken) = server().await;
    let closed = NetworkGuard { allow_loopback: false, ..NetworkGuard::default() };
    let number = PhoneNumber::new("+8613812345678");
    for (url, guard) in [
        (format!("http://127.0.0.1:{port}/send"), closed.clone()),
        (format!("http://localhost:{port}/send"), closed),
        ("http://169.254.169.254/latest".to_owned(), NetworkGuard::default()),
    ] {
        let sent = gateway(&url, guard).unwrap().send(&number, "x").await;
        assert_eq!(sent, Err(SmsError::Blocked), "{url}");
    }
    assert!(taken.lock().unwrap().is_empty());
    assert!(matches!(
        gateway("ftp://x.example/", NetworkGuard::default()),
        Err(SmsError::Settings)
    ));
}
