//! What the room's tests share: the room on both engines, and a signed-in reader without a browser.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use consent::{Consent, Identifier, IdentifierKind, Subject, SubjectId};
use store::Actor;
use tower::ServiceExt as _;
use warn::Warn;
use web::{Web, WebConfig};

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// The room in a throw-away database.
pub async fn open(postgres: bool) -> (House, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let warn = Warn::open(web.clone(), consent.clone()).await.unwrap();
    (House { web, consent, warn }, guard)
}

/// The rooms of a test.
#[derive(Clone)]
pub struct House {
    pub web: Web,
    pub consent: Consent,
    pub warn: Warn,
}

/// A customer known by an address.
pub async fn customer(house: &House, email: &str) -> SubjectId {
    let subject = subject(email);
    house.consent.link(&me(), &subject).await.unwrap().subject
}

pub fn subject(email: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, email, "US").unwrap()]).unwrap()
}

pub struct Reader {
    app: Router,
    cookies: BTreeMap<String, String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub text: String,
}

impl Reader {
    pub async fn owner(house: &House, lang: &str) -> Self {
        Self::with_role(house, lang, "owner").await
    }

    pub async fn with_role(house: &House, lang: &str, role: &str) -> Self {
        let web = house.web.clone().with_nav(warn::nav());
        set(house, "UPDATE web_user SET role = 'owner'").await;
        let link = web.demo_link("Lantern Tea", "/console/alarms").await.unwrap();
        let rooms = web::router(web.clone())
            .merge(consent::router(web.clone(), house.consent.clone()))
            .merge(warn::router(web.clone(), house.warn.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
        let mut reader = Self { app, cookies: BTreeMap::new() };
        let path = link.split_once("8440").unwrap().1.to_owned();
        assert_eq!(reader.get(&path).await.status, StatusCode::SEE_OTHER);
        set(house, &format!("UPDATE web_user SET lang = '{lang}', role = '{role}'")).await;
        reader
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Reads a page that must be there and whole.
    pub async fn page(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} → {} {}", answer.location, answer.text);
        assert!(!answer.text.contains('⟦'), "{path}: texts are missing: {}", answer.text);
        assert!(!answer.text.contains(" style="), "{path}");
        answer.text
    }

    pub async fn post(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page(from).await;
        let token = page.split_once("name=\"csrf\" value=\"").unwrap().1;
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", token.split_once('"').unwrap().0);
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request =
            Request::post(to).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body.finish())).await
    }

    /// A call of the API with a token of these scopes.
    pub async fn api(&mut self, house: &House, scope: &str, path: &str, json: &str) -> Answer {
        let (_, token) = house.web.create_token(me(), "test", &[scope.to_owned()]).await.unwrap();
        let request = if json.is_empty() { Request::get(path) } else { Request::post(path) }
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(json.to_owned())).await
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
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or_else(String::new, |v| v.to_str().unwrap().to_owned());
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        Answer { status, location, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

pub async fn set(house: &House, sql: &str) {
    let entry = store::Entry::new(me(), "user.changed", "user", "demo");
    let mut tx = house.web.store().begin(entry).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
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
