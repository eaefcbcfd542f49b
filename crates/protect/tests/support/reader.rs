//! A signed-in reader of the console without a browser.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use protect::Protect;
use store::sqlx;
use tower::ServiceExt as _;
use web::{Web, WebConfig};

use super::me;

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
    pub async fn owner(room: &Protect, lang: &str) -> Self {
        Self::with_role(room, lang, "owner").await
    }

    pub async fn with_role(room: &Protect, lang: &str, role: &str) -> Self {
        let web = Web::open(room.store().clone(), WebConfig::default()).await.unwrap();
        let web = web.with_nav(protect::nav());
        set(room, "UPDATE web_user SET role = 'owner'").await;
        let link = web.demo_link("Lantern Tea", "/console/vault").await.unwrap();
        let rooms = web::router(web.clone()).merge(protect::router(web.clone(), room.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
        let mut reader = Self { app, cookies: BTreeMap::new() };
        let path = link.split_once("8440").unwrap().1.to_owned();
        assert_eq!(reader.get(&path).await.status, StatusCode::SEE_OTHER);
        set(room, &format!("UPDATE web_user SET lang = '{lang}', role = '{role}'")).await;
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

pub async fn set(room: &Protect, sql: &str) {
    let entry = store::Entry::new(me(), "user.changed", "user", "demo");
    let mut tx = room.store().begin(entry).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}
