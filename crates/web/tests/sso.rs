//! Single sign-on against a real provider, through its own pages.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::http::StatusCode;
use common::{House, PASSWORD, Visitor};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use store::Store;
use store::sqlx::{self, Row};
use store::testing::{temp_postgres, temp_sqlite};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use web::sso::{Fetch, SsoConfig};
use web::{Role, Web, WebConfig};

struct Provider {
    child: Child,
    issuer: String,
    // Held open: node ends when it writes a notice into a closed pipe.
    _out: BufReader<std::process::ChildStdout>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn provider() -> Provider {
    let Ok(folder) = std::env::var("PRIVET_TEST_OIDC") else {
        panic!("PRIVET_TEST_OIDC is not set: run `cargo xtask test`");
    };
    let back = "http://127.0.0.1:8440/signin/sso/back";
    let mut child = Command::new("node")
        .args(["--input-type=module", "-e", include_str!("oidc.mjs"), back])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("node starts");
    let mut issuer = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut issuer).unwrap();
    Provider { child, issuer: issuer.trim().to_owned(), _out: out }
}

/// A browser at the provider: cookies, and no redirects followed by itself.
#[derive(Default)]
struct Agent {
    cookies: BTreeMap<String, String>,
}

impl Agent {
    async fn ask(&mut self, url: &str, form: Option<&str>, more: &str) -> (u16, String, String) {
        let url = url::Url::parse(url).unwrap();
        let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (method, body) = form.map_or(("GET", ""), |form| ("POST", form));
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nCookie: {}\r\n{more}Content-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        );
        let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut location = String::new();
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            if name.eq_ignore_ascii_case("location") {
                location = url.join(value).unwrap().into();
            } else if name.eq_ignore_ascii_case("set-cookie") {
                let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.insert(name.into(), value.into());
            }
        }
        (status, location, body.to_owned())
    }

    /// Signs in on the provider's pages and agrees; the address it sends the browser back to.
    async fn sign_in(&mut self, start: &str, who: &str) -> String {
        let mut at = start.to_owned();
        for _ in 0..12 {
            if at.starts_with("http://127.0.0.1:8440/") {
                return at;
            }
            let (_, location, body) = self.ask(&at, None, "").await;
            if !location.is_empty() {
                at = location;
                continue;
            }
            let prompt = if body.contains("value=\"login\"") { "login" } else { "consent" };
            let form = format!("prompt={prompt}&login={who}&password=any");
            let action = common::between(&body, "action=\"", "\"").expect(&body);
            at = self.ask(&action, Some(&form), "").await.1;
        }
        panic!("the provider leads nowhere: {at}");
    }
}

struct Plain;

#[async_trait::async_trait]
impl Fetch for Plain {
    async fn fetch(
        &self,
        url: &str,
        form: Option<String>,
        authorization: Option<String>,
    ) -> Result<(u16, Vec<u8>), String> {
        let more = authorization.map_or(String::new(), |it| format!("Authorization: {it}\r\n"));
        let (status, _, body) = Agent::default().ask(url, form.as_deref(), &more).await;
        Ok((status, body.into_bytes()))
    }
}

async fn house(store: Store, issuer: &str, only: bool) -> House {
    let config = SsoConfig {
        issuer: issuer.to_owned(),
        client_id: "privet".into(),
        client_secret: "a secret: with/odd=characters".into(),
        name: "Lantern login".into(),
        scopes: vec!["groups".into()],
        groups_claim: "groups".into(),
        roles: vec![
            ("builders".into(), Role::Engineer),
            ("privacy-team".into(), Role::PrivacyOfficer),
        ],
        default_role: None,
        only,
    };
    let web = Web::open(store, WebConfig::default()).await.unwrap();
    let web = web.with_sso(config, Arc::new(Plain));
    let app = web::finish(web.clone(), web::router(web.clone()));
    House { web, app }
}

/// Signs in; the visitor and what the last page answered.
async fn come(house: &House, who: &str) -> (Visitor, common::Answer) {
    let mut visitor = house.visitor();
    let start = visitor.get("/signin/sso?back=/console/jobs").await;
    let back = Agent::default().sign_in(start.location(), who).await;
    let path = back.strip_prefix("http://127.0.0.1:8440").unwrap();
    let answer = visitor.get(path).await;
    (visitor, answer)
}

async fn roles(house: &House) -> Vec<(String, String)> {
    sqlx::query("SELECT id, role FROM web_user ORDER BY created_at")
        .fetch_all(house.web.store().reader())
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect()
}

/// Switches policies on as their pages do once a colleague has agreed.
async fn switch_on(house: &House, body: &str) {
    let entry = store::Entry::new(store::Actor::System("test"), "test.changed", "test", "test");
    let mut tx = house.web.store().begin(entry).await.unwrap();
    sqlx::query(
        "INSERT INTO access_policy (id, version, body, cases, made_by, made_at)
         VALUES ('groups', 1, $1, '', 'cli', 0)",
    )
    .bind(body)
    .execute(&mut *tx.conn())
    .await
    .unwrap();
    let on = "UPDATE access_active SET policy = 'groups' WHERE id = 1";
    sqlx::query(on).execute(&mut *tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn groups_give_roles(store: Store) {
    let provider = provider();
    let house = house(store, &provider.issuer, false).await;
    let mut owner = house.owner().await;
    assert!(house.visitor().get("/signin").await.body.contains("Continue with Lantern login"));

    let (mut ada, done) = come(&house, "ada").await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/console/jobs"));
    assert!(ada.get("/console/account").await.body.contains("ada@lantern.example"));
    let (_, again) = come(&house, "ada").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let (_, engineer) = come(&house, "bo").await;
    assert_eq!(engineer.status, StatusCode::SEE_OTHER);
    let (_, stranger) = come(&house, "eve").await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
    assert!(stranger.body.contains("none of your groups"), "{}", stranger.body);

    let people = roles(&house).await;
    let kinds: Vec<&str> = people.iter().map(|(_, role)| role.as_str()).collect();
    assert_eq!(kinds, ["owner", "privacy_officer", "engineer"], "one account each, none for eve");
    // Policies know the groups, too.
    let (mut bo, _) = come(&house, "bo").await;
    assert_eq!(bo.get("/console/sessions").await.status, StatusCode::FORBIDDEN);
    switch_on(
        &house,
        "permit (principal in Privet::Group::\"others\",
                 action == Privet::Action::\"manage_people\", resource);",
    )
    .await;
    assert_eq!(bo.get("/console/sessions").await.status, StatusCode::OK);
    assert_eq!(ada.get("/console/sessions").await.status, StatusCode::FORBIDDEN);
    // A role changed by hand is what the groups say again at the next sign-in.
    let path = format!("/console/people/{}/role", people[1].0);
    owner.post("/console/people", &path, &[("role", "owner")]).await;
    come(&house, "ada").await;
    assert_eq!(roles(&house).await[1].1, "privacy_officer");
    let path = format!("/console/people/{}/disable", people[1].0);
    owner.post("/console/people", &path, &[]).await;
    let (_, disabled) = come(&house, "ada").await;
    assert_eq!(disabled.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn groups_give_roles_on_sqlite() {
    let (store, _guard) = temp_sqlite().await;
    groups_give_roles(store).await;
}

#[tokio::test]
async fn groups_give_roles_on_postgres() {
    let (store, _guard) = temp_postgres().await;
    groups_give_roles(store).await;
}

#[tokio::test]
async fn an_answer_that_fits_no_sign_in_of_this_browser_is_refused() {
    let provider = provider();
    let (store, _guard) = temp_sqlite().await;
    let house = house(store, &provider.issuer, false).await;
    house.owner().await;
    let mut visitor = house.visitor();
    let start = visitor.get("/signin/sso").await;
    let back = Agent::default().sign_in(start.location(), "ada").await;
    let path = back.strip_prefix("http://127.0.0.1:8440").unwrap();

    // Somebody else's browser is led to the answer: it would be signed in as ada.
    assert_eq!(house.visitor().get(path).await.status, StatusCode::FORBIDDEN);
    let mut other = visitor.clone();
    let forged = path.replace("state=", "state=x");
    assert_eq!(other.get(&forged).await.status, StatusCode::FORBIDDEN);
    let mixed_up = path.replace("iss=http", "iss=https");
    assert_eq!(visitor.clone().get(&mixed_up).await.status, StatusCode::FORBIDDEN);
    let mut twice = visitor.clone();
    assert_eq!(visitor.get(path).await.status, StatusCode::SEE_OTHER);
    assert_eq!(twice.get(path).await.status, StatusCode::FORBIDDEN, "a code works once");
}

#[tokio::test]
async fn invented_answers_are_slowed_down() {
    let (store, _guard) = temp_sqlite().await;
    let provider = provider();
    let house = house(store, &provider.issuer, false).await;
    let mut stranger = house.visitor();
    stranger.address = Some("198.51.100.7:1000".parse().unwrap());
    for _ in 0..20 {
        let page = stranger.get("/signin/sso/back?code=a&state=b").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    let page = stranger.get("/signin/sso/back?code=a&state=b").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    let mut other = house.visitor();
    other.address = Some("198.51.100.8:1000".parse().unwrap());
    let page = other.get("/signin/sso/back?code=a&state=b").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "others are not slowed down");
}

#[tokio::test]
async fn with_single_sign_on_only_a_password_is_for_owners() {
    let provider = provider();
    let (store, _guard) = temp_sqlite().await;
    let house = house(store, &provider.issuer, true).await;
    let mut owner = house.owner().await;
    house.person(&mut owner, "engineer", "eng").await;
    let sign_in = async |login: &str| {
        let fields = [("login", login), ("password", PASSWORD)];
        house.visitor().send("/signin", &fields).await.status
    };

    assert_eq!(sign_in("eng").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in("li@example.com").await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_provider_that_is_away_or_another_is_told_without_detail() {
    let (store, _guard) = temp_sqlite().await;
    let provider = provider();
    // The document at this address names the issuer without the slash: another issuer.
    let house = house(store, &format!("{}/", provider.issuer), false).await;
    let page = house.visitor().get("/signin/sso").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("did not answer as it should"));
}
