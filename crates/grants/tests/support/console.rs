//! The room on both engines, and a signed-in reader of the console without a browser.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use consent::Consent;
use datamap::{DataMap, model::Scan};
use grants::Grants;
use store::{Actor, Runner};
use tower::ServiceExt as _;
use web::{Web, WebConfig};

/// Whoever acts in tests.
pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// The room with those it stands on.
pub struct House {
    pub map: DataMap,
    pub consent: Consent,
    pub grants: Grants,
}

/// The rooms in a throw-away database.
pub async fn open(postgres: bool) -> (House, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let map = DataMap::open(store.clone()).await.unwrap();
    let consent = Consent::open(store, consent::Settings::default()).await.unwrap();
    let grants = Grants::open(map.clone(), consent.clone()).await.unwrap();
    let map = map.with_after_scan(std::sync::Arc::new(grants.clone()));
    (House { map, consent, grants }, guard)
}

impl House {
    /// Works off jobs until a scan has ended and the look after it is there.
    pub async fn scan(&self, source: &str) -> Scan {
        let id = self.map.start_scan(me(), source, "person").await.unwrap();
        self.work(async || {
            let scan = self.map.scan(&id).await.unwrap();
            let looked = self.grants.checks().await.unwrap().contains_key(source);
            scan.state == "failed" || scan.state == "finished" && looked
        })
        .await;
        self.map.scan(&id).await.unwrap()
    }

    /// Works off jobs until something is so.
    pub async fn work(&self, done: impl AsyncFn() -> bool) {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let runner = Runner::new(self.map.store().clone(), 2);
        let runner = grants::add_handlers(datamap::add_handlers(runner, &self.map), &self.grants);
        let running = tokio::spawn(runner.run(stopped));
        let mut is_done = false;
        for _ in 0..1200 {
            is_done = done().await;
            if is_done {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        stop.send(true).unwrap();
        running.await.unwrap();
        assert!(is_done, "background work did not come to its end");
    }
}

/// Keeps cookies.
pub struct Reader {
    app: Router,
    web: Web,
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
    /// Signs in through a one-time link, with a role.
    pub async fn new(house: &House, lang: &str, role: &str) -> Self {
        let store = house.map.store().clone();
        let web = Web::open(store, WebConfig::default()).await.unwrap();
        let web = web.with_nav(datamap::nav()).with_nav(grants::nav());
        // The link makes an owner; an earlier reader of another role would stand in the way.
        set(house, "UPDATE web_user SET role = 'owner'").await;
        let link = web.demo_link("Lantern Tea", "/console").await.unwrap();
        let rooms = web::router(web.clone())
            .merge(datamap::router(web.clone(), house.map.clone()))
            .merge(grants::router(web.clone(), house.grants.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = web::finish(web.clone(), rooms).layer(MockConnectInfo(peer));
        let mut reader = Self { app, web, cookies: BTreeMap::new() };
        let path = link.split_once("8440").unwrap().1.to_owned();
        let page = reader.get(&path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        set(house, &format!("UPDATE web_user SET lang = '{lang}', role = '{role}'")).await;
        reader
    }

    /// Reads a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
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
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &token);
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request =
            Request::post(to).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.send(request, Body::from(body.finish())).await;
        if answer.kind.starts_with("text/html") {
            whole(to, &answer.text);
        }
        answer
    }

    /// Calls the API with a token of this scope.
    pub async fn api(&mut self, path: &str, scope: &str) -> Answer {
        let (_, token) = self.web.create_token(me(), "test", &[scope.to_owned()]).await.unwrap();
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request, Body::empty()).await
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

async fn set(house: &House, sql: &str) {
    let entry = store::Entry::new(me(), "user.changed", "user", "demo");
    let mut tx = house.map.store().begin(entry).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(tx.conn()).await.unwrap();
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
