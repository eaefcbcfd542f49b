//! A browser of sorts: keeps cookies, reads the form token, follows nothing by itself.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::collections::BTreeMap;
use store::Store;
use tower::ServiceExt as _;
use web::{Web, WebConfig};

pub const PASSWORD: &str = "four brown herons wading";

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

/// The whole shell on a store.
pub struct House {
    pub web: Web,
    pub app: Router,
}

impl House {
    pub async fn open(store: Store) -> Self {
        let web = Web::open(store, WebConfig::default()).await.unwrap();
        let app = web::finish(web.clone(), web::router(web.clone()));
        Self { web, app }
    }

    pub fn visitor(&self) -> Visitor {
        Visitor { app: self.app.clone(), cookies: BTreeMap::new(), address: None }
    }

    /// Runs the set-up and returns the owner, signed in.
    pub async fn owner(&self) -> Visitor {
        let link = self.web.setup_link().await.unwrap().unwrap();
        let path = link.strip_prefix(self.web.base_url()).unwrap().to_owned();
        let mut owner = self.visitor();
        let done = owner
            .send(
                &path,
                &[
                    ("organisation", "Lantern Tea"),
                    ("name", "Li Wei"),
                    ("login", "li@example.com"),
                    ("password", PASSWORD),
                    ("lang", "en"),
                ],
            )
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        owner
    }

    /// Invites and returns a signed-in person with a role.
    pub async fn person(&self, owner: &mut Visitor, role: &str, login: &str) -> Visitor {
        let page = owner.post("/console/people", "/console/people/invite", &[("role", role)]).await;
        let at = page.body.find("/invite/").expect("the invitation link shows");
        let path: String = page.body[at..].chars().take_while(|c| *c != '<').collect();
        let mut person = self.visitor();
        let done = person
            .send(
                &path,
                &[("name", "Somebody"), ("login", login), ("password", PASSWORD), ("lang", "en")],
            )
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        person
    }
}

#[derive(Clone)]
pub struct Visitor {
    app: Router,
    pub cookies: BTreeMap<String, String>,
    pub address: Option<std::net::SocketAddr>,
}

impl Visitor {
    /// The same browser at another server.
    #[must_use]
    pub fn at(mut self, house: &House) -> Self {
        self.app = house.app.clone();
        self
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Loads the page the form is on, then sends the form to the same address.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, path, fields).await
    }

    /// Loads a page for its form token, then posts to another address.
    pub async fn post(&mut self, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(page).await;
        let token = csrf(&page.body);
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(to, &all).await
    }

    pub async fn post_raw(&mut self, to: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = fields
            .iter()
            .map(|(key, value)| format!("{key}={}", web::encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = Request::post(to)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.ask(request).await
    }

    pub async fn ask(&mut self, mut request: Request<Body>) -> Answer {
        let line: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !line.is_empty() {
            request.headers_mut().insert(header::COOKIE, line.join("; ").parse().unwrap());
        }
        if let Some(address) = self.address {
            request.extensions_mut().insert(axum::extract::ConnectInfo(address));
        }
        let response = self.app.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

pub fn csrf(html: &str) -> String {
    between(html, "name=\"csrf\" value=\"", "\"").unwrap_or_default()
}

pub fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let start = text.find(before)? + before.len();
    let end = text[start..].find(after)? + start;
    Some(text[start..end].to_owned())
}
