//! What the room's tests share: a small company on both engines, a reader without a browser.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use consent::{
    Choice, Consent, Identifier, IdentifierKind, LegalBasis, NoticeBody, PurposeBody, Reconsent,
    Recording, Regime, Subject,
    property::{DEFAULT, PropertyBody},
    purpose::Texts,
    record::Origin,
};
use datamap::{
    DataMap,
    records::{Activity, Organisation},
    systems::{RecipientDraft, SystemDraft},
};
use policy::Policy;
use regime::Regimes;
use store::Actor;
use tower::ServiceExt as _;
use web::{Web, WebConfig, mail::MailSecurity, testing::SmtpServer};

/// Whoever acts in tests.
pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// English and Chinese.
pub fn texts(en: &str, zh: &str) -> Texts {
    Texts::from([("en".to_owned(), en.to_owned()), ("zh-CN".to_owned(), zh.to_owned())])
}

/// A small company.
#[derive(Clone)]
pub struct Company {
    pub policy: Policy,
    pub web: Web,
    pub map: DataMap,
    pub consent: Consent,
    pub regimes: Regimes,
    /// The newsletter, which rests on consent.
    pub newsletter: Activity,
    pub mailer: String,
}

/// The room in a throw-away database.
pub async fn open(postgres: bool) -> (Company, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let web = Web::open(store, WebConfig::default()).await.unwrap().with_nav(policy::nav());
    // The letters wait: nobody sends them in these tests.
    let mut mail = SmtpServer::start(MailSecurity::None, "").config(MailSecurity::None);
    mail.ca_file = None;
    let web = web.with_mail(mail).unwrap();
    let regimes =
        Regimes::open(consent.store().clone(), consent.clone(), map.clone()).await.unwrap();
    let policy =
        Policy::open(web.clone(), consent.clone(), map.clone(), regimes.clone()).await.unwrap();
    let (newsletter, mailer) = furnish(&consent, &map).await;
    (Company { policy, web, map, consent, regimes, newsletter, mailer }, guard)
}

async fn furnish(consent: &Consent, map: &DataMap) -> (Activity, String) {
    let shop = PropertyBody {
        name: "Tea shop 茶铺".into(),
        country: "IE".into(),
        regimes: vec![Regime::Gdpr, Regime::Pipl],
        language: "en".into(),
    };
    consent.save_property(&me(), DEFAULT, &shop).await.unwrap();
    let news = PurposeBody {
        name: texts("News by e-mail", "邮件资讯"),
        description: texts("We write twice a month.", "我们每月写信两次。"),
        basis: BTreeMap::from([(Regime::Ccpa, LegalBasis::OptOut)]),
        data: ["contact.email".to_owned()].into(),
        ..PurposeBody::default()
    };
    consent.save_purpose(&me(), "news", &news).await.unwrap();
    let notice = NoticeBody {
        title: texts("News", "资讯"),
        text: texts("Shall we write to you?", "要给您写信吗？"),
        purposes: vec!["news".into()],
        ..NoticeBody::default()
    };
    consent.save_draft(&me(), "signup", &notice).await.unwrap();
    consent.publish(&me(), "signup", Reconsent::None).await.unwrap();
    let organisation = Organisation {
        name: "Lantern Tea Ltd. 灯下茶铺有限公司".into(),
        contact: "privacy@tea.example".into(),
        officer: "Privacy office 隐私办公室".into(),
        ..Organisation::default()
    };
    map.save_organisation(me(), organisation).await.unwrap();
    let system = SystemDraft {
        name: "Mailing 邮件平台".into(),
        country: "IE".into(),
        ..SystemDraft::default()
    };
    let system = map.create_system(me(), &system).await.unwrap();
    let mailer = RecipientDraft {
        name: "Mailwren".into(),
        kind: "processor".into(),
        country: "US".into(),
        safeguard: "scc".into(),
        contract: String::new(),
    };
    let mailer = map.create_recipient(me(), &mailer).await.unwrap();
    let mut newsletter = Activity {
        name: "Newsletter 会员通讯".into(),
        purpose: "Tell subscribers about teas 向订阅者介绍新茶".into(),
        legal_basis: [
            ("gdpr".to_owned(), "consent".to_owned()),
            ("pipl".to_owned(), "consent".to_owned()),
        ]
        .into(),
        systems: vec![system],
        categories: vec!["contact.email".into()],
        recipients: vec![mailer.clone()],
        retention: "Until unsubscribed 直到退订".into(),
        security: "Access by role 按岗位授权".into(),
        ..Activity::default()
    };
    newsletter.id = map.save_activity(me(), newsletter.clone()).await.unwrap();
    (newsletter, mailer)
}

/// Customers who chose at the property, every second in Chinese; one of another property, and one
/// without an address.
pub async fn customers(company: &Company, many: usize) {
    for at in 0..many + 2 {
        let (kind, text) = match at {
            at if at == many => (IdentifierKind::CustomerId, "K-1".to_owned()),
            at => (IdentifierKind::Email, format!("c{at}@tea.example")),
        };
        let who = Subject::new(vec![Identifier::parse(kind, &text, "IE").unwrap()]).unwrap();
        if at == many + 1 {
            let app = PropertyBody { name: "App".into(), ..PropertyBody::default() };
            company.consent.save_property(&me(), "app", &app).await.unwrap();
        }
        let recording = Recording {
            subject: who,
            property: if at > many { "app" } else { DEFAULT }.to_owned(),
            notice: "signup".into(),
            language: if at % 2 == 0 { "en" } else { "zh-CN" }.to_owned(),
            choices: BTreeMap::from([("news".to_owned(), Choice::Granted)]),
            channel: "web".into(),
            page: String::new(),
            ip: None,
            user_agent: String::new(),
            given_at: None,
            minor: None,
            origin: Origin::Api,
            confirmed: false,
            idempotency: None,
        };
        company.consent.record(&me(), &recording).await.unwrap();
    }
}

/// Keeps cookies: a signed-in reader of the console, or a stranger.
pub struct Reader {
    app: Router,
    cookies: BTreeMap<String, String>,
    pub headers: Vec<(&'static str, String)>,
}

/// One answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Reader {
    /// Somebody from outside.
    pub fn stranger(company: &Company) -> Self {
        let (web, policy) = (company.web.clone(), company.policy.clone());
        let rooms = web::router(web.clone()).merge(policy::router(web.clone(), policy));
        let peer = SocketAddr::from(([192, 0, 2, 7], 40_000));
        let app = web::finish(web, rooms).layer(MockConnectInfo(peer));
        Self { app, cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// Signs in as the owner.
    pub async fn owner(company: &Company) -> Self {
        let mut reader = Self::stranger(company);
        let link = company.web.demo_link("Lantern Tea", "/console/policies").await.unwrap();
        let path = link.split_once("8440").unwrap().1.to_owned();
        let answer = reader.get(&path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
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

    async fn send(&mut self, method: &str, path: &str, body: String, kind: &str) -> Answer {
        let all: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut request = Request::builder().method(method).uri(path);
        if !all.is_empty() {
            request = request.header(header::COOKIE, all.join("; "));
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response =
            self.app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.into(), value.into());
        }
        let bytes = to_bytes(body, 64 << 20).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, bytes, text }
    }
}

/// The first text between two marks.
pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest =
        text.split_once(from).unwrap_or_else(|| panic!("{from} is not on the page: {text}")).1;
    rest.split_once(to).unwrap().0
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
