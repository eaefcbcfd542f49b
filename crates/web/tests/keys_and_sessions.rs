//! Tokens and sessions in the console, the last owner under a race, proxies and `/metrics`, through
//! the router.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use common::{House, PASSWORD, between};
use store::sqlx::{self, Row};
use store::testing::{temp_postgres, temp_sqlite, temp_sqlite_guard};
use store::{Actor, Store};
use web::{ClientCertificate, MetricsAccess, NewToken, Proxies, Web, WebConfig};

async fn user_ids(house: &House) -> Vec<String> {
    sqlx::query("SELECT id FROM web_user ORDER BY created_at")
        .fetch_all(house.web.store().reader())
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

/// One owner demotes the other while the other demotes the first, again and again.
async fn demote_each_other(house: House) {
    let mut first = house.owner().await;
    let mut second = house.person(&mut first, "owner", "second").await;
    let ids = user_ids(&house).await;
    let path = |id: &str| format!("/console/people/{id}/role");
    for round in 0..12 {
        let (mut a, mut b) = (first.clone(), second.clone());
        let (to_b, to_a) = (path(&ids[1]), path(&ids[0]));
        // The pages with the form tokens first, so that the two changes meet.
        let (ta, tb) = (a.get("/console/people").await.body, b.get("/console/people").await.body);
        let (ta, tb) = (common::csrf(&ta), common::csrf(&tb));
        let demote = [("csrf", ta.as_str()), ("role", "auditor")];
        let demote_back = [("csrf", tb.as_str()), ("role", "auditor")];
        let (one, other) =
            tokio::join!(a.post_raw(&to_b, &demote), b.post_raw(&to_a, &demote_back));

        let owners = sqlx::query("SELECT COUNT(*) FROM web_user WHERE role = 'owner'")
            .fetch_one(house.web.store().reader())
            .await
            .unwrap();
        assert_eq!(owners.get::<i64, _>(0), 1, "round {round}: {} {}", one.status, other.status);

        let (left, gone) = if one.status == StatusCode::SEE_OTHER {
            (&mut first, &ids[1])
        } else {
            (&mut second, &ids[0])
        };
        let back = left.post("/console/people", &path(gone), &[("role", "owner")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_owners_who_demote_each_other_leave_one_on_postgres() {
    let (store, _guard) = temp_postgres().await;
    demote_each_other(House::open(store).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_owners_who_demote_each_other_leave_one_on_sqlite() {
    let (store, _guard) = temp_sqlite().await;
    demote_each_other(House::open(store).await).await;
}

#[tokio::test]
async fn a_token_is_made_shown_once_found_and_revoked() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut owner = house.owner().await;
    let wrong =
        owner.send("/console/tokens/new", &[("name", ""), ("scope", "root"), ("days", "1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(house.web.list_tokens().await.unwrap().is_empty());

    let made = owner
        .send(
            "/console/tokens/new",
            &[("name", "Shop checkout"), ("scope", "decide"), ("scope", "metrics"), ("days", "30")],
        )
        .await;
    let exporter = [("name", "SIEM"), ("scope", "audit:read"), ("purpose", "incident")];
    let exporter = [&exporter[..], &[("days", "30")]].concat();
    let exporter = owner.send("/console/tokens/new", &exporter).await;
    assert!(exporter.body.contains("a second person must agree"), "{}", exporter.body);
    assert!(owner.get("/console/tokens").await.body.contains("Waits for approval"));
    let asked = house.web.approvals().list(None).await.unwrap();
    assert_eq!((asked.len(), asked[0].object_kind.as_str()), (1, "token"));
    house.web.approvals().approve("colleague", &asked[0].id).await.unwrap();
    assert!(!owner.get("/console/tokens").await.body.contains("Waits for approval"));
    let siem = house.web.list_tokens().await.unwrap().remove(0);
    assert_eq!(siem.export_by, "colleague");
    // Another purpose is more than was agreed to; fewer are not.
    let purposes = format!("/console/tokens/{}/purposes", siem.id);
    let wider = [("purpose", "incident"), ("purpose", "legal_duty")];
    owner.post(&purposes, &purposes, &wider).await;
    assert!(owner.get("/console/tokens").await.body.contains("Waits for approval"));
    assert!(house.web.revoke_token(Actor::CommandLine, &siem.id).await.unwrap());
    let aimless = [("name", "CRM"), ("scope", "consent:read"), ("days", "30")];
    let aimless = owner.send("/console/tokens/new", &aimless).await;
    assert_eq!(aimless.status, StatusCode::UNPROCESSABLE_ENTITY, "it opens data for no purpose");
    assert!(aimless.body.contains("href=\"#f-purpose\""), "{}", aimless.body);

    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let text = between(&made.body, "<p class=\"secret\">", "</p>").unwrap();
    assert!(text.starts_with("pvt_"));
    let page = owner.get("/console/tokens?q=checkout&scope=decide&state=working").await.body;
    assert!(page.contains("Shop checkout") && page.contains("Li Wei") && !page.contains(&text));
    assert!(!owner.get("/console/tokens?scope=audience").await.body.contains("Shop checkout"));
    let all = house.web.list_tokens().await.unwrap();
    let id = all.iter().find(|token| token.name == "Shop checkout").unwrap().id.clone();
    let purposes = format!("/console/tokens/{id}/purposes");
    let unknown = owner.post(&purposes, &purposes, &[("purpose", "=1+1")]).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let held = owner.post(&purposes, &purposes, &[("purpose", "complaints")]).await;
    assert_eq!(held.location(), "/console/tokens", "{}", held.body);
    let all = house.web.list_tokens().await.unwrap();
    let shop = all.iter().find(|token| token.id == id).unwrap();
    assert_eq!(shop.purposes, ["complaints"]);
    assert!(owner.get("/console/tokens").await.body.contains("Handle a complaint"));
    let revoke = format!("/console/tokens/{id}/revoke");
    let done = owner.post("/console/tokens", &revoke, &[]).await;
    assert_eq!(done.location(), "/console/tokens");
    assert!(owner.get("/console/tokens?state=revoked").await.body.contains("Shop checkout"));
    let again = owner.post("/console/tokens", &revoke, &[]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_an_owner_sees_tokens_and_other_peoples_sessions() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut owner = house.owner().await;
    let mut officer = house.person(&mut owner, "privacy_officer", "officer").await;
    for path in ["/console/tokens", "/console/tokens/new", "/console/sessions"] {
        assert_eq!(officer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let made = officer
        .post("/console/account", "/console/tokens/new", &[("name", "x"), ("scope", "decide")])
        .await;
    assert_eq!(made.status, StatusCode::FORBIDDEN);
}

async fn with_token(visitor: &mut common::Visitor, path: &str, token: &str) -> StatusCode {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    visitor.ask(request.body(Body::empty()).unwrap()).await.status
}

#[tokio::test]
async fn an_expired_token_and_one_without_its_certificate_are_refused() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let scopes = ["metrics".to_owned()];
    let by = || Actor::CommandLine;
    let base = NewToken { name: "n", scopes: &scopes, ..NewToken::default() };
    let old = NewToken { expires_at: store::now() - 1, ..base };
    let (_, old) = house.web.make_token(by(), old).await.unwrap();
    let young = NewToken { expires_at: store::now() + 60_000_000, ..base };
    let (_, young) = house.web.make_token(by(), young).await.unwrap();
    let bound = NewToken { certificate: "shop", ..base };
    let (_, bound) = house.web.make_token(by(), bound).await.unwrap();
    let mut visitor = house.visitor();

    assert_eq!(with_token(&mut visitor, "/metrics", &old).await, StatusCode::UNAUTHORIZED);
    assert_eq!(with_token(&mut visitor, "/metrics", &young).await, StatusCode::OK);
    assert_eq!(with_token(&mut visitor, "/metrics", &bound).await, StatusCode::UNAUTHORIZED);
    for (name, status) in [("shop", StatusCode::OK), ("other", StatusCode::UNAUTHORIZED)] {
        let mut request =
            Request::get("/metrics").header("authorization", format!("Bearer {bound}"));
        let certificate = ClientCertificate { common_name: name.into() };
        request.extensions_mut().unwrap().insert(certificate);
        assert_eq!(visitor.ask(request.body(Body::empty()).unwrap()).await.status, status);
    }
}

#[tokio::test]
async fn an_owner_ends_another_persons_session() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut owner = house.owner().await;
    let mut engineer = house.person(&mut owner, "engineer", "eng").await;
    let page = owner.get("/console/sessions?q=somebody").await.body;
    assert!(page.contains("Somebody") && page.contains("One-time link"));
    let id = between(&page, "/console/sessions/", "/end").unwrap();

    let done = owner.post("/console/sessions", &format!("/console/sessions/{id}/end"), &[]).await;

    assert_eq!(done.location(), "/console/sessions");
    assert_eq!(engineer.get("/console/jobs").await.status, StatusCode::SEE_OTHER);
    let again = owner.post("/console/sessions", &format!("/console/sessions/{id}/end"), &[]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_sign_in_from_a_device_not_seen_before_is_told() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut owner = house.owner().await;
    assert!(!owner.get("/console/account").await.body.contains("New device"));
    let mut thief = house.visitor();
    let token = common::csrf(&thief.get("/signin").await.body);
    let request = Request::post("/signin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
        .body(Body::from(format!(
            "csrf={token}&login=li%40example.com&password={}",
            web::encode(PASSWORD)
        )))
        .unwrap();
    assert_eq!(thief.ask(request).await.status, StatusCode::SEE_OTHER);

    let page = owner.get("/console/account").await.body;

    assert!(page.contains("from a device that was not seen before") && page.contains("New device"));
    assert!(page.contains("Firefox · Windows"));
}

#[tokio::test]
async fn a_planted_session_cookie_is_never_taken_over() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let owner = house.owner().await;
    let planted = owner.cookies["privet_session"].clone();
    let mut victim = house.visitor();
    victim.cookies.insert("privet_session".into(), planted.clone());
    // Signed in as the attacker already: the page leads on, so the victim signs in on a fresh one.
    let token = common::csrf(&victim.get("/console/account").await.body);
    let fields = [("csrf", token.as_str()), ("login", "li@example.com"), ("password", PASSWORD)];

    let done = victim.post_raw("/signin", &fields).await;

    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_ne!(victim.cookies["privet_session"], planted);
    let mut attacker = house.visitor();
    attacker.cookies.insert("privet_session".into(), planted);
    assert_eq!(attacker.get("/console").await.status, StatusCode::NOT_FOUND, "no room is there");
    assert_eq!(attacker.get("/console/jobs").await.status, StatusCode::SEE_OTHER);
}

async fn house_with(store: Store, config: WebConfig) -> House {
    let web = Web::open(store, config).await.unwrap();
    let app = web::finish(web.clone(), web::router(web.clone()));
    House { web, app }
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_tokens_only() {
    let (store, _guard) = temp_sqlite().await;
    let house = house_with(store.clone(), WebConfig::default()).await;
    let mut local = house.visitor();
    local.address = Some("127.0.0.1:5000".parse().unwrap());
    let mut away = house.visitor();
    away.address = Some("203.0.113.9:5000".parse().unwrap());

    assert_eq!(local.get("/metrics").await.status, StatusCode::OK);
    assert_eq!(away.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let request = Request::get("/metrics").header(header, "127.0.0.1");
        let answer = local.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "through a proxy: {header}");
    }
    let by = Actor::CommandLine;
    let (_, wrong) = house.web.create_token(by.clone(), "w", &["decide".into()]).await.unwrap();
    assert_eq!(with_token(&mut away, "/metrics", &wrong).await, StatusCode::FORBIDDEN);
    let (_, right) = house.web.create_token(by, "r", &["metrics".into()]).await.unwrap();
    assert_eq!(with_token(&mut away, "/metrics", &right).await, StatusCode::OK);

    let only_tokens = WebConfig { metrics: MetricsAccess::Token, ..WebConfig::default() };
    let mut local = house_with(store.clone(), only_tokens).await.visitor();
    local.address = Some("127.0.0.1:5000".parse().unwrap());
    assert_eq!(local.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    let open = WebConfig { metrics: MetricsAccess::Open, ..WebConfig::default() };
    assert_eq!(
        house_with(store, open).await.visitor().get("/metrics").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_forged_forwarding_header_does_not_escape_the_limit_on_guesses() {
    let (store, _guard) = temp_sqlite().await;
    let nets = ["10.0.0.0/8".to_owned()];
    let proxies = Proxies::parse(&nets, web::ForwardHeader::XForwardedFor).unwrap();
    let house = house_with(store, WebConfig { proxies, ..WebConfig::default() }).await;
    house.owner().await;
    let mut guesser = house.visitor();
    guesser.address = Some("203.0.113.9:5000".parse().unwrap());
    let token = common::csrf(&guesser.get("/signin").await.body);
    let mut last = StatusCode::OK;
    for n in 0..21 {
        let request = Request::post("/signin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", format!("198.51.100.{n}"))
            .body(Body::from(format!("csrf={token}&login=guess{n}&password=nope+nope+nope")))
            .unwrap();
        last = guesser.ask(request).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

const AT_HOME: (&str, &str) = ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "CN");
const ABROAD: (&str, &str) = ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "FR");
const OTHER_DEVICE: (&str, &str) = ("Mozilla/5.0 (iPhone) Safari/605", "CN");

/// A request that came through the company's proxy, which says where from.
fn from(request: axum::http::request::Builder, place: (&str, &str), body: &str) -> Request<Body> {
    request
        .header("user-agent", place.0)
        .header("cf-ipcountry", place.1)
        .header("x-forwarded-for", "198.51.100.7")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

async fn sign_in(house: &House, place: (&str, &str)) -> common::Visitor {
    let mut person = house.visitor();
    person.address = Some("10.0.0.1:5000".parse().unwrap());
    let token = common::csrf(&person.ask(from(Request::get("/signin"), place, "")).await.body);
    let form = format!("csrf={token}&login=li%40example.com&password={}", web::encode(PASSWORD));
    let done = person.ask(from(Request::post("/signin"), place, &form)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    person
}

async fn a_session_or_sign_in_from_elsewhere_is_in_the_ledger(store: Store) {
    let nets = ["10.0.0.0/8".to_owned()];
    let proxies = Proxies::parse(&nets, web::ForwardHeader::XForwardedFor).unwrap();
    let country_header = Some("cf-ipcountry".to_owned());
    let config = WebConfig { proxies, country_header, ..WebConfig::default() };
    let house = house_with(store, config).await;
    house.owner().await;
    let told = async || -> Vec<String> {
        let sql = "SELECT action FROM ledger_entry WHERE action LIKE 'session.new-c%' \
                   OR action LIKE 'session.other-%' ORDER BY seq";
        sqlx::query_scalar(sql).fetch_all(house.web.store().reader()).await.unwrap()
    };
    let mut first = sign_in(&house, AT_HOME).await;
    let mut second = sign_in(&house, AT_HOME).await;
    first.ask(from(Request::get("/console/account"), AT_HOME, "")).await;
    assert_eq!(told().await, Vec::<String>::new());

    for _ in 0..2 {
        first.ask(from(Request::get("/console/account"), ABROAD, "")).await;
        second.ask(from(Request::get("/console/account"), OTHER_DEVICE, "")).await;
    }
    sign_in(&house, ABROAD).await;

    let expected = ["session.other-country", "session.other-device", "session.new-country"];
    assert_eq!(told().await, expected, "each once");
}

#[tokio::test]
async fn a_session_or_sign_in_from_elsewhere_is_in_the_ledger_on_sqlite() {
    let (store, _guard) = temp_sqlite().await;
    a_session_or_sign_in_from_elsewhere_is_in_the_ledger(store).await;
}

#[tokio::test]
async fn a_session_or_sign_in_from_elsewhere_is_in_the_ledger_on_postgres() {
    let (store, _guard) = temp_postgres().await;
    a_session_or_sign_in_from_elsewhere_is_in_the_ledger(store).await;
}

#[tokio::test]
async fn a_database_from_before_expiry_and_devices_is_brought_up_to_date() {
    let guard = temp_sqlite_guard();
    let store = Store::open(guard.config()).await.unwrap();
    let first = include_str!("../src/schema.sql");
    store.migrate(&[store::Migration { room: "web", version: 1, sql: first }]).await.unwrap();
    let entry = store::Entry::new(Actor::CommandLine, "token.created", "token", "t1");
    let mut tx = store.begin(entry).await.unwrap();
    sqlx::query(
        "INSERT INTO api_token (id, name, scopes, hash, created_at, used_at, revoked_at)
         VALUES ('t1', 'old', 'decide', 'h', 1, 0, 0)",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();

    let web = Web::open(store, WebConfig::default()).await.unwrap();

    let tokens = web.list_tokens().await.unwrap();
    assert_eq!((tokens[0].name.as_str(), tokens[0].expires_at), ("old", 0));
}
