//! The room's tests: everything in one process, on both databases, with a real SMTP server, spoken to
//! as a browser, a mail program and a company's systems do.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use consent::{
    Choice, Consent, Identifier, IdentifierKind, LegalBasis, NoticeBody, PurposeBody, Reconsent,
    Recording, Regime, Subject, decide::Ask, property::DEFAULT, purpose::Texts, record::Origin,
};
use preference::{
    Follower, Preferences,
    sms::{PhoneNumber, SmsError, SmsGateway},
};
use store::{Actor, Runner, Store};
use tokio::sync::watch;
use tower::ServiceExt as _;
use web::{Web, WebConfig, mail::MailSecurity, testing::SmtpServer};

pub const BASE: &str = "http://127.0.0.1:8440";

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// A gateway that a test can read: what a gateway's HTTP side does is tested on its own.
#[derive(Clone, Default)]
pub struct Shelf(pub Arc<Mutex<Vec<(String, String)>>>);

#[async_trait::async_trait]
impl SmsGateway for Shelf {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), SmsError> {
        self.0.lock().unwrap().push((to.reveal().to_owned(), text.to_owned()));
        Ok(())
    }
}

/// Everything, running.
pub struct House {
    pub app: Router,
    pub web: Web,
    pub consent: Consent,
    pub preferences: Preferences,
    pub smtp: SmtpServer,
    pub sms: Shelf,
    _stop: watch::Sender<bool>,
    _guard: store::testing::TestGuard,
}

fn texts(en: &str, zh: &str) -> Texts {
    Texts::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

fn purposes() -> Vec<(&'static str, PurposeBody)> {
    let email = PurposeBody {
        name: texts("News by e-mail", "邮件资讯"),
        description: texts("We send you news of new teas.", "我们向您发送新茶资讯。"),
        if_refused: texts("You get no more news.", "您不再收到资讯。"),
        double_opt_in: true,
        ..PurposeBody::default()
    };
    let offers = PurposeBody { name: texts("Offers", "优惠"), ..PurposeBody::default() };
    let analytics = PurposeBody {
        name: texts("Improving the shop", "改进商店"),
        basis: BTreeMap::from([(Regime::Gdpr, LegalBasis::LegitimateInterests)]),
        ..PurposeBody::default()
    };
    let delivery = PurposeBody {
        name: texts("Delivery", "配送"),
        basis: Regime::ALL.iter().map(|regime| (*regime, LegalBasis::Contract)).collect(),
        ..PurposeBody::default()
    };
    vec![
        ("email_marketing", email),
        ("offers", offers),
        ("analytics", analytics),
        ("delivery", delivery),
    ]
}

async fn furnish(consent: &Consent) {
    consent.set_organisation("Lantern Tea");
    for (key, body) in purposes() {
        consent.save_purpose(&me(), key, &body).await.unwrap();
    }
    let body = NoticeBody {
        title: texts("News from Lantern Tea", "灯笼茶资讯"),
        text: texts("Tick what you would like to get.", "请勾选您想收到的内容。"),
        purposes: vec!["email_marketing".into(), "offers".into(), "analytics".into()],
        ..NoticeBody::default()
    };
    consent.save_draft(&me(), "newsletter", &body).await.unwrap();
    consent.publish(&me(), "newsletter", Reconsent::None).await.unwrap();
    let catalogue = consent.catalogue();
    if catalogue.property(DEFAULT).is_err() {
        consent
            .save_property(&me(), DEFAULT, &consent::property::PropertyBody::default())
            .await
            .unwrap();
    }
}

impl House {
    pub async fn open(postgres: bool) -> Self {
        let (store, guard) = if postgres {
            store::testing::temp_postgres().await
        } else {
            store::testing::temp_sqlite().await
        };
        let smtp = SmtpServer::start(MailSecurity::None, "");
        let mut mail = smtp.config(MailSecurity::None);
        mail.ca_file = None;
        let web = Web::open(
            store.clone(),
            WebConfig {
                base_url: BASE.into(),
                proxies: web::Proxies::everybody(),
                ..WebConfig::default()
            },
        );
        let web = web.await.unwrap().with_mail(mail).unwrap();
        web.set_organisation(me(), "Lantern Tea").await.unwrap();
        let said =
            consent::Settings { contact: "privacy@lantern.example".into(), base_url: BASE.into() };
        let consent = Consent::open(store.clone(), said).await.unwrap();
        furnish(&consent).await;
        let sms = Shelf::default();
        let gateway: Arc<dyn SmsGateway> = Arc::new(sms.clone());
        let preferences =
            Preferences::open(web.clone(), consent.clone(), Some(gateway)).await.unwrap();
        let rooms = web::router(web.clone())
            .merge(consent::router(web.clone(), consent.clone()))
            .merge(preference::router(web.clone(), preferences.clone()));
        let app = web::finish(web.clone(), rooms);
        let (stop, stopped) = watch::channel(false);
        let runner = web::mail::add_handlers(Runner::new(store, 2), &web);
        tokio::spawn(preference::add_handlers(runner, &preferences).run(stopped.clone()));
        tokio::spawn(Follower::new(preferences.clone()).run(stopped));
        Self { app, web, consent, preferences, smtp, sms, _stop: stop, _guard: guard }
    }

    pub fn store(&self) -> &Store {
        self.consent.store()
    }

    pub fn browser(&self) -> Browser {
        Browser { app: self.app.clone(), cookies: BTreeMap::new(), lang: "en" }
    }

    /// A program with a token.
    pub async fn program(&self, scope: &str) -> String {
        let purposes = &["service_delivery", "offers", "none"].map(str::to_owned);
        let scopes = &[scope.to_owned()];
        let new = web::NewToken { scopes, purposes, ..web::NewToken::default() };
        self.web.make_token(Actor::CommandLine, new).await.unwrap().1
    }

    /// Whether a use would be allowed now.
    pub async fn allows(&self, subject: &Subject, purpose: &str) -> bool {
        self.consent.decide(subject, purpose, &Ask::default()).await.unwrap().allow
    }

    pub async fn choose(
        &self,
        subject: &Subject,
        choices: &[(&str, Choice)],
        confirmed: bool,
    ) -> String {
        let recording = Recording {
            subject: subject.clone(),
            property: DEFAULT.into(),
            notice: "newsletter".into(),
            language: "en".into(),
            choices: choices.iter().map(|(key, choice)| ((*key).to_owned(), *choice)).collect(),
            channel: "web".into(),
            page: String::new(),
            ip: None,
            user_agent: String::new(),
            given_at: None,
            minor: None,
            origin: Origin::Api,
            confirmed,
            idempotency: None,
        };
        self.consent.record(&me(), &recording).await.unwrap().id
    }

    /// A browser in which the person's choices are open, by the link in a letter.
    pub async fn signed_in(&self, address: &str, letters_before: usize) -> Browser {
        let mut browser = self.browser();
        let asked = browser.post("/privacy", "/privacy/link", &[("email", address)]).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        let letter = self.smtp.wait_for(letters_before + 1).await;
        let path = letter.link(&format!("{BASE}/privacy/open/")).replace(BASE, "");
        let opened = browser.post_raw(&path, &[]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
        browser
    }
}

pub fn mail(text: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, text, "CN").unwrap()]).unwrap()
}

pub fn phone(text: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Phone, text, "CN").unwrap()]).unwrap()
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// A browser of sorts: keeps cookies, follows nothing by itself.
#[derive(Clone)]
pub struct Browser {
    app: Router,
    pub cookies: BTreeMap<String, String>,
    pub lang: &'static str,
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Loads a page for its form token, then posts to another address.
    pub async fn post(&mut self, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(page).await;
        let token = between(&page.body, "name=\"csrf\" value=\"", "\"").unwrap_or_default();
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(to, &all).await
    }

    pub async fn post_raw(&mut self, to: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = fields
            .iter()
            .map(|(key, value)| format!("{}={}", web::encode(key), web::encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = Request::post(to)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.ask(request.unwrap()).await
    }

    pub async fn ask(&mut self, mut request: Request<Body>) -> Answer {
        let line: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        if !line.is_empty() {
            headers.insert(header::COOKIE, line.join("; ").parse().unwrap());
        }
        headers.entry(header::ACCEPT_LANGUAGE).or_insert(self.lang.parse().unwrap());
        headers.insert("x-forwarded-for", "203.0.113.77".parse().unwrap());
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
        let body = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!body.contains('⟦'), "a text is missing: {body}");
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// Asks the API with a token.
pub async fn call(
    house: &House,
    token: &str,
    path: &str,
    body: Option<serde_json::Value>,
) -> Answer {
    let request = match &body {
        Some(_) => Request::post(path).header(header::CONTENT_TYPE, "application/json"),
        None => Request::get(path),
    };
    let request = request
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(web::PURPOSE_HEADER, "service_delivery");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    house.browser().ask(request.body(body).unwrap()).await
}

pub fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let start = text.find(before)? + before.len();
    let end = text[start..].find(after)? + start;
    Some(text[start..end].to_owned())
}

/// Makes of each function two tests: in SQLite and in PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::support::House::open(false).await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::support::House::open(true).await).await; })*
        }
    };
}
