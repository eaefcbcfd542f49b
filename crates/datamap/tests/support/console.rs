//! A signed-in reader of the console, without a browser: cookies, forms, both languages.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use datamap::DataMap;
use tower::ServiceExt as _;
use web::{Web, WebConfig};

/// Keeps cookies and follows redirects.
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
    pub async fn owner(map: &DataMap, lang: &str) -> Self {
        let web = Web::open(map.store().clone(), WebConfig::default()).await.unwrap();
        let web = web.with_nav(datamap::nav());
        let link = web.demo_link("Lantern Tea", "/console").await.unwrap();
        let rooms = web::router(web.clone()).merge(datamap::router(web.clone(), map.clone()));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
        let mut reader = Self { app, cookies: BTreeMap::new() };
        let path = link.split_once("8440").unwrap().1.to_owned();
        let page = reader.get(&path).await;
        let page = if page.location.is_empty() { page } else { reader.get(&page.location).await };
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let entry = store::Entry::new(super::me(), "user.lang", "user", "demo");
        let mut tx = map.store().begin(entry).await.unwrap();
        sqlx::query("UPDATE web_user SET lang = $1").bind(lang).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
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
        assert!(!answer.text.contains('⟦'), "{path}: a text is missing: {}", missing(&answer.text));
        assert!(!answer.text.contains(" style="), "{path}: strict CSP allows no inline style");
        answer.text
    }

    /// Calls the API with a token of these scopes.
    pub async fn api(
        &mut self,
        map: &DataMap,
        method: &str,
        path: &str,
        scopes: &[&str],
    ) -> Answer {
        let web = Web::open(map.store().clone(), WebConfig::default()).await.unwrap();
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let (_, token) = web.create_token(super::me(), "test", &scopes).await.unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request, Body::empty()).await
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
        self.send(request, Body::from(body.finish())).await
    }

    /// Sends files as a browser's file input does, with the token of the page it stands on.
    pub async fn upload(
        &mut self,
        from: &str,
        to: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let page = self.page(from).await;
        let token = between(&page, "name=\"csrf\" value=\"", "\"").to_owned();
        let mut body = Vec::new();
        let csrf = [("csrf", token.as_str())];
        for (name, value) in csrf.iter().chain(fields) {
            let part = format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.into_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--frontier--\r\n");
        let request = Request::post(to)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=frontier");
        self.send(request, Body::from(body)).await
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

/// The first text between two marks.
pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest =
        text.split_once(from).unwrap_or_else(|| panic!("{from} is not on the page: {text}")).1;
    rest.split_once(to).unwrap().0
}

fn missing(text: &str) -> String {
    text.split('⟦').skip(1).filter_map(|rest| rest.split('⟧').next()).collect::<Vec<_>>().join(", ")
}
