//! A signed-in reader of the console without a browser.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use consent::Consent;
use tower::ServiceExt as _;
use web::{Web, WebConfig};

/// Keeps cookies.
pub struct Reader {
    app: Router,
    cookies: BTreeMap<String, String>,
}

/// One answer.
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub kind: String,
    pub text: String,
}

impl Reader {
    /// Signs in as the owner through a one-time link.
    pub async fn owner(consent: &Consent, lang: &str) -> Self {
        Self::with_role(consent, lang, "owner").await
    }

    /// The same, with another role.
    pub async fn with_role(consent: &Consent, lang: &str, role: &str) -> Self {
        let web = Web::open(consent.store().clone(), WebConfig::default()).await.unwrap();
        let web = web.with_nav(consent::nav());
        // The link makes an owner; an earlier reader of another role would stand in the way.
        set(consent, "UPDATE web_user SET role = 'owner'").await;
        let link = web.demo_link("Lantern Tea", "/console/consents").await.unwrap();
        let rooms = web::router(web.clone()).merge(consent::router(web.clone(), consent.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
        // The first owner holds this purpose; here it was chosen a moment ago.
        let chosen = ("privet_purpose".to_owned(), "customer_support".to_owned());
        let mut reader = Self { app, cookies: BTreeMap::from([chosen]) };
        let path = link.split_once("8440").unwrap().1.to_owned();
        let page = reader.get(&path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        set(consent, &format!("UPDATE web_user SET lang = '{lang}', role = '{role}'")).await;
        reader
    }

    /// Reads a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Forgets which purpose was chosen.
    pub fn forget_purpose(&mut self) {
        self.cookies.remove("privet_purpose");
    }

    /// Reads a page that must be there and whole.
    pub async fn page(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} → {} {}", answer.status, answer.location);
        whole(path, &answer.text);
        answer.text
    }

    /// Sends a form with the token of the page it stands on.
    pub async fn post(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page(from).await;
        let token = between(&page, "name=\"csrf\" value=\"", "\"").to_owned();
        let answer = self.post_with(to, &token, fields).await;
        if answer.kind.starts_with("text/html") {
            whole(to, &answer.text);
        }
        answer
    }

    /// Sends a form with any token.
    pub async fn post_with(&mut self, to: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", token);
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request =
            Request::post(to).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body.finish())).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(header::COOKIE, cookies.join("; ")).body(body).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.into(), value.into());
        }
        let text = |name| {
            response
                .headers()
                .get(name)
                .map_or_else(String::new, |v| v.to_str().unwrap().to_owned())
        };
        let (location, kind) = (text(header::LOCATION), text(header::CONTENT_TYPE));
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        Answer { status, location, kind, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

async fn set(consent: &Consent, sql: &str) {
    let entry = store::Entry::new(store::Actor::System("test"), "user.changed", "user", "demo");
    let mut tx = consent.store().begin(entry).await.unwrap();
    store::sqlx::query(store::sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn whole(path: &str, text: &str) {
    let missing: Vec<_> =
        text.split('⟦').skip(1).filter_map(|rest| rest.split('⟧').next()).collect();
    assert!(missing.is_empty(), "{path}: texts are missing: {missing:?}");
    assert!(!text.contains(" style="), "{path}: strict CSP allows no inline style");
}

/// The first text between two marks.
pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest =
        text.split_once(from).unwrap_or_else(|| panic!("{from} is not on the page: {text}")).1;
    rest.split_once(to).unwrap().0
}
