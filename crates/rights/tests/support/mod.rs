//! A server of the room with a real SMTP server, and databases of a small shop.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used)]

pub use std::{
    io::Read as _,
    sync::{Arc, Mutex},
    time::Duration,
};

pub use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request as Call, StatusCode, header},
};
pub use consent::{Consent, Identifier, IdentifierKind, Subject, property::DEFAULT};
pub use datamap::{DataMap, sources::SourceDraft};
pub use preference::{
    Preferences,
    sms::{PhoneNumber, SmsError, SmsGateway},
};
pub use regime::Regimes;
pub use retain::Retain;
pub use rights::{By, Channel, Kind, Level, New, Private, Rights, RightsError, State};
pub use rights::{bundle, find::Stage};
pub use sqlx::Connection as _;
pub use store::{Actor, Runner, now};
pub use tokio::sync::watch;
pub use tower::ServiceExt as _;
pub use web::{Lang, Web, WebConfig, mail::MailSecurity, testing::SmtpServer};

pub const BASE: &str = "http://127.0.0.1:8440";

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// A gateway that a test can read: what a gateway's HTTP side does is tested in its own room.
#[derive(Clone, Default)]
pub struct Shelf(pub Arc<Mutex<Vec<(String, String)>>>);

#[async_trait::async_trait]
impl SmsGateway for Shelf {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), SmsError> {
        self.0.lock().unwrap().push((to.reveal().to_owned(), text.to_owned()));
        Ok(())
    }
}

pub struct House {
    pub app: Router,
    pub rights: Rights,
    pub map: DataMap,
    pub consent: Consent,
    pub web: Web,
    pub smtp: SmtpServer,
    /// Text messages that went out: number and text.
    pub sms: Shelf,
    _stop: watch::Sender<bool>,
    _guard: store::testing::TestGuard,
}

pub async fn house(postgres: bool) -> House {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let smtp = SmtpServer::start(MailSecurity::None, "");
    let mut mail = smtp.config(MailSecurity::None);
    mail.ca_file = None;
    let config = WebConfig {
        base_url: BASE.into(),
        proxies: web::Proxies::everybody(),
        ..WebConfig::default()
    };
    let web = Web::open(store.clone(), config).await.unwrap().with_mail(mail).unwrap();
    web.set_organisation(me(), "Lantern Tea").await.unwrap();
    let said = consent::Settings { contact: String::new(), base_url: BASE.into() };
    let consent = Consent::open(store.clone(), said).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await.unwrap();
    let sms = Shelf::default();
    let preferences =
        Preferences::open(web.clone(), consent.clone(), Some(Arc::new(sms.clone()))).await.unwrap();
    let retain = Retain::open(web.clone(), map.clone(), consent.clone()).await.unwrap();
    let rights = Rights::open(web.clone(), preferences.clone(), regimes, retain).await.unwrap();
    let rooms = web::router(web.clone())
        .merge(preference::router(web.clone(), preferences.clone()))
        .merge(rights::router(web.clone(), rights.clone()));
    let app = web::finish(web.clone(), rooms);
    let kept = web.clone();
    let (stop, stopped) = watch::channel(false);
    let runner = web::mail::add_handlers(Runner::new(store, 2), &web);
    let runner = preference::add_handlers(runner, &preferences);
    let runner = rights::add_handlers(datamap::add_handlers(runner, &map), &rights);
    tokio::spawn(runner.run(stopped));
    House { app, rights, map, consent, web: kept, smtp, sms, _stop: stop, _guard: guard }
}

pub fn person(address: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, address, "").unwrap()]).unwrap()
}

pub fn new(kind: Kind, address: &str) -> New {
    New {
        kind,
        by: By::Person,
        channel: Channel::Portal,
        person: person(address),
        private: Private::default(),
        property: DEFAULT.into(),
        lang: Lang::En,
        level: Level::Claimed,
        received_at: now(),
        about: String::new(),
    }
}

impl House {
    pub async fn letter(&self, n: usize) -> String {
        for _ in 0..400 {
            let letters = self.smtp.letters();
            if let Some(letter) = letters.get(n) {
                return letter.text();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("letter {n} did not come");
    }

    pub async fn get(&self, path: &str, cookie: &str) -> (StatusCode, String) {
        let call = Call::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let answer = self.app.clone().oneshot(call).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends the form of a page as a browser would, with the page's token and cookie; returns the status,
    /// what was set as a cookie, and the body.
    pub async fn send(
        &self,
        page: &str,
        action: &str,
        cookie: &str,
        fields: &[(&str, &str)],
    ) -> (StatusCode, String, String) {
        let call = Call::get(page).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let answer = self.app.clone().oneshot(call).await.unwrap();
        let cookies = [cookie.to_owned(), set_cookie(answer.headers())].join("; ");
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        let csrf = value_of(&body, "csrf").expect("a form");
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &csrf).extend_pairs(fields);
        let call = Call::post(action)
            .header(header::COOKIE, cookies)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.finish()))
            .unwrap();
        let answer = self.app.clone().oneshot(call).await.unwrap();
        let (status, set) = (answer.status(), set_cookie(answer.headers()));
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, set, String::from_utf8_lossy(&body).into_owned())
    }
}

fn set_cookie(headers: &header::HeaderMap) -> String {
    let all = headers.get_all(header::SET_COOKIE).iter();
    let pairs = all.filter_map(|one| one.to_str().ok()?.split(';').next().map(str::to_owned));
    pairs.collect::<Vec<_>>().join("; ")
}

/// What a hidden field of a page holds.
pub fn value_of(page: &str, name: &str) -> Option<String> {
    let at = page.find(&format!("name=\"{name}\" value=\""))?;
    let rest = &page[at + name.len() + 15..];
    Some(rest[..rest.find('"')?].to_owned())
}

pub fn secret_in(letter: &str) -> String {
    let at = letter.find("/privacy/requests/confirm/").expect("a link");
    let rest = &letter[at + "/privacy/requests/confirm/".len()..];
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// A shop of two tables, and a mailing list in another database.
pub async fn databases(folder: &std::path::Path) -> [String; 2] {
    const SHOP: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), total INTEGER);
        INSERT INTO customers VALUES (1, 'li.lei@example.com', 'Li Lei'), (2, 'han@example.com', 'Han Meimei');
        INSERT INTO orders VALUES (10, 1, 99), (11, 1, 5), (12, 2, 7);";
    const LIST: &str = "CREATE TABLE readers (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
        INSERT INTO readers VALUES (1, 'han@example.com'), (2, ' Li.Lei@Example.com');";
    let mut all = Vec::new();
    for (name, sql) in [("shop.db", SHOP), ("list.db", LIST)] {
        let file = folder.join(name);
        std::fs::File::create(&file).unwrap();
        let url = format!("sqlite:{}", file.display());
        let mut conn = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        all.push(url);
    }
    [all.remove(0), all.remove(0)]
}

/// Adds a database to the map and waits until it is scanned.
pub async fn scanned(house: &House, url: &str) {
    let draft = SourceDraft {
        name: url.rsplit('/').next().unwrap().to_owned(),
        address: url.to_owned(),
        ..SourceDraft::default()
    };
    let source = house.map.create_source(me(), &draft).await.unwrap();
    let scan = house.map.start_scan(me(), &source.id, "person").await.unwrap();
    for _ in 0..1_200 {
        match &*house.map.scan(&scan).await.unwrap().state {
            "queued" | "running" => tokio::time::sleep(Duration::from_millis(50)).await,
            state => return assert_eq!(state, "finished"),
        }
    }
    panic!("the scan did not end");
}
