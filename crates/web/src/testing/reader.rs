//! A signed-in reader of the console, and a program with a token, without a browser: for the tests of
//! rooms.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header, request::Builder},
};
use store::{Actor, Entry, sqlx};
use tower::ServiceExt as _;

use crate::{NewToken, PURPOSE_HEADER, Web, access::SERVICE};

/// Somebody with a session.
pub struct Reader {
    web: Web,
    app: Router,
    cookies: BTreeMap<String, String>,
}

/// What came back.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Where it leads; empty when nowhere.
    pub location: String,
    /// Its body.
    pub text: String,
}

impl Reader {
    /// The one account of a server with these rooms beside the console's own, in a language and a
    /// role; `page` is one that owners may see.
    pub async fn open(web: Web, rooms: Router, page: &str, lang: &str, role: &str) -> Self {
        set(&web, "UPDATE web_user SET role = 'owner'").await;
        let link = web.demo_link("Lantern Tea", page).await.unwrap();
        let rooms = crate::router(web.clone()).merge(rooms);
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = crate::finish(web.clone(), rooms).layer(MockConnectInfo(peer));
        let mut reader = Self { web, app, cookies: BTreeMap::new() };
        let path = link.split_once("8440").unwrap().1.to_owned();
        assert_eq!(reader.get(&path).await.status, StatusCode::SEE_OTHER);
        let user = format!("UPDATE web_user SET lang = '{lang}', role = '{role}'");
        set(&reader.web, &user).await;
        reader
    }

    /// Opens an address.
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

    /// Sends a form that stands on the page `from`.
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

    /// A call of the API with a new token of this scope, to serve the customer or the help desk; without a body it is a GET.
    pub async fn api(&mut self, scope: &str, path: &str, json: &str) -> Answer {
        let by = Actor::CommandLine;
        let purposes = &[SERVICE, "customer_support"].map(str::to_owned);
        let new = NewToken { scopes: &[scope.to_owned()], purposes, ..NewToken::default() };
        let (_, token) = self.web.make_token(by, new).await.unwrap();
        let request = if json.is_empty() { Request::get(path) } else { Request::post(path) }
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(PURPOSE_HEADER, SERVICE)
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(json.to_owned())).await
    }

    async fn send(&mut self, request: Builder, body: Body) -> Answer {
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

/// Changes rows that no page changes so.
pub async fn set(web: &Web, sql: &str) {
    let entry = Entry::new(Actor::Person("tester".into()), "user.changed", "user", "demo");
    let mut tx = web.store().begin(entry).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}
