//! Decisions and lists over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::connect_info::MockConnectInfo,
    http::{HeaderMap, Request, Response, StatusCode, header},
};
use consent::{Choice, Consent};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use support::{choosing, mail, me};
use tower::ServiceExt as _;
use web::{Web, WebConfig};

on_both_engines!(
    one_and_many_are_decided,
    bad_questions_are_told_without_quoting_a_person,
    a_list_streams_through_in_order_with_its_counts,
    a_server_that_cannot_keep_its_bound_says_so,
);

struct Client {
    app: Router,
    token: String,
}

impl Client {
    async fn new(room: &Consent, scope: &str) -> Self {
        let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
        let (scopes, purposes) = (&[scope.to_owned()], &["email_marketing".to_owned()]);
        let new = web::NewToken { scopes, purposes, ..web::NewToken::default() };
        let (_, token) = web.make_token(me(), new).await.unwrap();
        let rooms = web::router(web.clone()).merge(consent::router(web.clone(), room.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        Self { app: web::finish(web, rooms).layer(MockConnectInfo(peer)), token }
    }

    async fn post(&self, path: &str, kind: &str, body: Body) -> Response<Body> {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, kind);
        self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    async fn ask(&self, body: &Value) -> (StatusCode, Value) {
        let body = Body::from(body.to_string());
        let answer = self.post("/v1/decisions", "application/json", body).await;
        let (status, bytes, _) = whole(answer).await;
        (status, serde_json::from_slice(&bytes).unwrap())
    }
}

async fn whole(answer: Response<Body>) -> (StatusCode, Bytes, HeaderMap) {
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap();
    let trailers = body.trailers().cloned().unwrap_or_default();
    (status, body.to_bytes(), trailers)
}

async fn li(room: &Consent) {
    let choices = [("email_marketing", Choice::Granted), ("sms", Choice::Denied)];
    room.record(&me(), &choosing(&mail("li@example.com"), &choices)).await.unwrap();
    room.set_decisions_bound(Duration::from_hours(1));
}

async fn one_and_many_are_decided(room: Consent) {
    li(&room).await;
    let client = Client::new(&room, "decide").await;
    let one = json!({"subject": {"email": "Li@Example.com"}, "purpose": "email_marketing",
                     "data": ["contact.email"], "system": "crm"});
    let many = json!({"subjects": [{"email": "li@example.com"}, {"email": "nobody"},
                     {"email": "li@example.com", "customer_id": "7"}, {"phone": "13812345678"}],
                     "purpose": "sms"});

    // From the database, then from memory.
    for loaded in [false, true] {
        if loaded {
            room.load_decisions().await.unwrap();
        }
        let (status, answer) = client.ask(&one).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["allow"], true);
        assert_eq!(answer["basis"], "consent");
        assert_eq!(answer["reason"], "granted");
        assert_eq!(answer["notice"], "newsletter@1");
        assert!(answer["since"].as_str().unwrap().ends_with('Z'), "{answer}");

        let (status, answer) = client.ask(&many).await;
        assert_eq!(status, StatusCode::OK);
        let reasons: Vec<&str> = answer["decisions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["reason"].as_str().unwrap())
            .collect();
        assert_eq!(reasons, ["denied", "malformed", "denied", "nothing_recorded"]);
    }
}

async fn bad_questions_are_told_without_quoting_a_person(room: Consent) {
    let client = Client::new(&room, "decide").await;
    let subject = json!({"email": "li.secret@example.com"});
    let crowd: Vec<Value> = (0..10_001).map(|n| json!({"customer_id": n.to_string()})).collect();
    let bad = [
        (json!({"purpose": "sms"}), 422, "invalid"),
        (json!({"purpose": "sms", "subject": subject, "subjects": []}), 422, "invalid"),
        (json!({"purpose": "sms", "subjects": crowd}), 422, "invalid"),
        (json!({"purpose": "no_such", "subject": subject}), 404, "unknown"),
        (json!({"purpose": "sms", "property": "no_such", "subject": subject}), 404, "unknown"),
        (json!({"purpose": "sms", "subject": {"email": "li.secret"}}), 422, "identifier"),
        (json!({"purpose": "sms", "subject": {}}), 422, "identifier"),
        (json!({"purpose": "sms", "subject": subject, "li.secret": 1}), 422, "body"),
    ];
    for (body, status, kind) in bad {
        let (told, problem) = client.ask(&body).await;
        assert_eq!(told.as_u16(), status, "{problem}");
        assert_eq!(problem["type"], format!("urn:privet:problem:{kind}"));
        assert!(kind == "body" || !problem.to_string().contains("li.secret"), "{problem}");
    }
    let other = Client::new(&room, "audience").await;
    assert_eq!(other.ask(&json!({"purpose": "sms"})).await.0, StatusCode::FORBIDDEN);
}

async fn a_list_streams_through_in_order_with_its_counts(room: Consent) {
    li(&room).await;
    let client = Client::new(&room, "audience").await;
    let path = "/v1/audiences/filter?purpose=email_marketing&identifier=email";
    let (status, ..) = whole(client.post(path, "text/plain", Body::empty()).await).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "while loading");
    room.load_decisions().await.unwrap();
    let pieces = ["x@exam", "ple.com\nli@example.com\r\n", "\n-\n", "LI@example.com"];
    let list = futures::stream::iter(pieces.map(Ok::<_, std::io::Error>));

    let answer = client.post(path, "text/plain", Body::from_stream(list)).await;

    assert_eq!(
        answer.headers()[header::TRAILER],
        "privet-lines, privet-allowed, privet-malformed, privet-blank"
    );
    let (status, body, trailers) = whole(answer).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body, "li@example.com\nLI@example.com\n");
    let counts = ["lines", "allowed", "malformed", "blank"]
        .map(|name| trailers[format!("privet-{name}").as_str()].to_str().unwrap().to_owned());
    assert_eq!(counts, ["4", "2", "1", "1"]);
    for (path, wanted) in [
        ("/v1/audiences/filter?purpose=no_such", 404),
        ("/v1/audiences/filter?purpose=sms&identifier=fax", 422),
        ("/v1/audiences/filter?purpose=sms&regimes=roman", 422),
        ("/v1/audiences/filter", 422),
    ] {
        let (status, ..) = whole(client.post(path, "text/plain", Body::empty()).await).await;
        assert_eq!(status.as_u16(), wanted, "{path}");
    }
}

async fn a_server_that_cannot_keep_its_bound_says_so(room: Consent) {
    li(&room).await;
    let (decide, audience) =
        (Client::new(&room, "decide").await, Client::new(&room, "audience").await);
    room.load_decisions().await.unwrap();
    // Nothing follows the ledger: memory grows old.
    room.set_decisions_bound(Duration::from_millis(30));
    tokio::time::sleep(Duration::from_millis(60)).await;

    let one = json!({"subject": {"email": "li@example.com"}, "purpose": "email_marketing"});
    let (status, problem) = decide.ask(&one).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem["type"], "urn:privet:problem:stale");
    let path = "/v1/audiences/filter?purpose=email_marketing";
    let (status, ..) = whole(audience.post(path, "text/plain", Body::empty()).await).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);

    // A list under way breaks off.
    room.set_decisions_bound(Duration::from_millis(300));
    room.load_decisions().await.unwrap();
    let slow = futures::stream::unfold(0, |n| async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        (n < 5).then(|| (Ok::<_, std::io::Error>("li@example.com\n"), n + 1))
    });
    let answer = audience.post(path, "text/plain", Body::from_stream(slow)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.into_body().collect().await.is_err());

    // And it answers again once it follows.
    room.set_decisions_bound(consent::decide::BOUND);
    let follower = room.keep_decisions();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(decide.ask(&one).await.0, StatusCode::OK);
    follower.abort();
}
