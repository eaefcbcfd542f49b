//! What the room's tests share: the room on both engines with a notice, a browser without a screen.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use banner::{Banner, Settings, site};
use consent::{Consent, LegalBasis, NoticeBody, PurposeBody, Reconsent, Regime, purpose::Texts};
use datamap::DataMap;
use store::Actor;
use tower::ServiceExt as _;
use web::{Web, WebConfig};

/// The site that may.
pub const SHOP: &str = "https://shop.example";

/// Whoever acts in tests.
pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// English and Chinese.
pub fn texts(en: &str, zh: &str) -> Texts {
    Texts::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

/// The room in a throw-away database, with a notice of three purposes and a banner of the shop.
pub async fn open(postgres: bool) -> (Banner, store::testing::TestGuard) {
    open_with(postgres, Settings { country_header: Some("X-Country".into()), trust_proxy: true })
        .await
}

/// The same with other settings.
pub async fn open_with(postgres: bool, settings: Settings) -> (Banner, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let map = DataMap::open(store).await.unwrap();
    let banner = Banner::open(consent, map, settings).await.unwrap();
    furnish(&banner).await;
    (banner, guard)
}

async fn furnish(banner: &Banner) {
    let consent = banner.consent();
    let needed = PurposeBody {
        name: texts("Needed for the shop", "网站运行必需"),
        basis: Regime::ALL.iter().map(|regime| (*regime, LegalBasis::Contract)).collect(),
        ..PurposeBody::default()
    };
    let analytics = PurposeBody {
        name: texts("Improving the shop", "改进商店"),
        description: texts("We count visits.", "我们统计访问量。"),
        basis: BTreeMap::from([(Regime::Ccpa, LegalBasis::OptOut)]),
        signals: BTreeSet::from(["gcm.analytics_storage".to_owned(), "tcf.8".to_owned()]),
        ..PurposeBody::default()
    };
    let ads = PurposeBody {
        name: texts("Advertising", "广告"),
        basis: BTreeMap::from([(Regime::Ccpa, LegalBasis::OptOut)]),
        signals: BTreeSet::from(["gcm.ad_storage".to_owned(), "gpp.sale".to_owned()]),
        ..PurposeBody::default()
    };
    for (key, body) in [("needed", needed), ("analytics", analytics), ("ads", ads)] {
        consent.save_purpose(&me(), key, &body).await.unwrap();
    }
    let notice = NoticeBody {
        title: texts("Your privacy", "您的隐私"),
        text: texts("We count visits. [Policy](https://shop.example/privacy)", "我们统计访问量。"),
        purposes: vec!["needed".into(), "analytics".into(), "ads".into()],
        ..NoticeBody::default()
    };
    consent.save_draft(&me(), "web", &notice).await.unwrap();
    consent.publish(&me(), "web", Reconsent::None).await.unwrap();
    let body = site::Body {
        origins: vec![SHOP.into()],
        notice: "web".into(),
        hosts: vec![("stats.example".into(), "analytics".into())],
        clear: BTreeMap::from([("analytics".into(), vec!["_ga*".into()])]),
        ..site::Body::default()
    };
    banner.save_site(me(), "default", &body).await.unwrap();
}

/// A browser on somebody's page.
#[derive(Clone)]
pub struct Visitor {
    app: Router,
    /// Sent with every request.
    pub headers: Vec<(&'static str, String)>,
    /// The consent room of the same server.
    pub web: Web,
}

/// One answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Visitor {
    /// On a page of the shop.
    pub async fn new(banner: &Banner) -> Self {
        let config = WebConfig { proxies: web::Proxies::everybody(), ..WebConfig::default() };
        let web = Web::open(banner.store().clone(), config).await.unwrap();
        let web = web.with_nav(banner::nav());
        let rooms = web::router(web.clone()).merge(banner::router(web.clone(), banner.clone()));
        let peer = SocketAddr::from(([192, 0, 2, 7], 40_000));
        let app = web::finish(web.clone(), rooms).layer(MockConnectInfo(peer));
        let headers = vec![
            ("origin", SHOP.to_owned()),
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0".to_owned()),
        ];
        Self { app, headers, web }
    }

    /// The same browser with another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, String::new()).await
    }

    pub async fn post(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send("POST", path, body.into()).await
    }

    pub async fn send(&self, method: &str, path: &str, body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

/// Keeps cookies: a signed-in reader of the console.
pub struct Reader {
    visitor: Visitor,
    cookies: BTreeMap<String, String>,
}

impl Reader {
    /// Signs in as the owner.
    pub async fn owner(banner: &Banner, lang: &str) -> Self {
        let visitor = Visitor::new(banner).await.with("origin", "");
        let link = visitor.web.demo_link("Lantern Tea", "/console/banners").await.unwrap();
        let mut reader = Self { visitor, cookies: BTreeMap::new() };
        let path = link.split_once("8440").unwrap().1.to_owned();
        let answer = reader.get(&path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let entry = store::Entry::new(me(), "user.changed", "user", "demo");
        let mut tx = banner.store().begin(entry).await.unwrap();
        let sql = format!("UPDATE web_user SET lang = '{lang}'");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        reader
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, String::new(), "").await
    }

    /// Reads a page that must be there and whole.
    pub async fn page(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        let missing: Vec<_> =
            answer.text.split('⟦').skip(1).filter_map(|rest| rest.split('⟧').next()).collect();
        assert!(missing.is_empty(), "{path}: texts are missing: {missing:?}");
        assert!(!answer.text.contains(" style="), "{path}: strict CSP allows no inline style");
        answer.text
    }

    /// Sends a form with the token of the page it stands on.
    pub async fn post(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page(from).await;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", between(&page, "name=\"csrf\" value=\"", "\""));
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        self.send("POST", to, form.finish(), "application/x-www-form-urlencoded").await
    }

    async fn send(&mut self, method: &str, path: &str, body: String, kind: &'static str) -> Answer {
        let all: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let visitor =
            self.visitor.clone().with("cookie", &all.join("; ")).with("content-type", kind);
        let answer = visitor.send(method, path, body).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.into(), value.into());
        }
        answer
    }
}

/// The first text between two marks.
pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest =
        text.split_once(from).unwrap_or_else(|| panic!("{from} is not on the page: {text}")).1;
    rest.split_once(to).unwrap().0
}

/// What the script sends, with these choices.
pub fn choice(choices: serde_json::Value) -> serde_json::Value {
    serde_json::json!({
        "property": "default", "notice": "web@1", "language": "en", "regime": "opt-in",
        "subject": { "device_id": "0123456789abcdef0123456789abcdef" },
        "choices": choices, "channel": "web", "gpc": false,
        "page": "https://shop.example/tea", "given_at": store::now() / 1000,
        "key": uuid::Uuid::now_v7().simple().to_string(),
    })
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
