//! What tests of the privacy team's work share: the rooms with a real SMTP server, staff with addresses,
//! and requests as they were long ago.
#![allow(dead_code)]

use axum::Router;
use consent::{Consent, Identifier, IdentifierKind, Subject, property::DEFAULT};
use datamap::DataMap;
use preference::Preferences;
use regime::Regimes;
use retain::Retain;
use rights::{By, Channel, Kind, Level, New, Private, Request, Rights};
use store::{Actor, Runner, Store, now};
use tokio::sync::watch;
use web::{
    Lang, Web, WebConfig,
    mail::MailSecurity,
    testing::{
        SmtpServer,
        reader::{Reader, set},
    },
};

pub const DAY: i64 = 24 * 3600 * 1_000_000;

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

pub struct House {
    pub rights: Rights,
    pub retain: Retain,
    pub web: Web,
    pub smtp: SmtpServer,
    stop: watch::Sender<bool>,
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
    let config = WebConfig { base_url: "http://127.0.0.1:8440".into(), ..WebConfig::default() };
    let web = Web::open(store.clone(), config).await.unwrap().with_mail(mail).unwrap();
    web.set_organisation(me(), "Lantern Tea").await.unwrap();
    let said = consent::Settings { contact: String::new(), base_url: web.base_url().into() };
    let consent = Consent::open(store.clone(), said).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await.unwrap();
    let preferences = Preferences::open(web.clone(), consent.clone(), None).await.unwrap();
    let retain = Retain::open(web.clone(), map, consent).await.unwrap();
    let rights = Rights::open(web.clone(), preferences, regimes, retain.clone()).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let runner = web::mail::add_handlers(Runner::new(store, 2), &web);
    tokio::spawn(runner.run(stopped));
    House { rights, retain, web, smtp, stop, _guard: guard }
}

pub fn person(address: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, address, "").unwrap()]).unwrap()
}

impl House {
    pub fn store(&self) -> &Store {
        self.rights.store()
    }

    /// Somebody who signs in with an address.
    pub async fn colleague(&self, id: &str, role: &str, lang: &str, address: &str) {
        let login = self.store().seal(&format!("user:{id}:login"), address);
        let name = self.store().seal(&format!("user:{id}:name"), id);
        set(
            &self.web,
            &format!(
                "INSERT INTO web_user (id, name_sealed, login_sealed, login_index, role, password_hash,
                   totp_sealed, totp_step, lang, theme, disabled_at, created_at)
                 VALUES ('{id}', '{name}', '{login}', '{id}', '{role}', '', '', 0, '{lang}', 'auto', 0, 0)"
            ),
        )
        .await;
    }

    /// A request of somebody whom staff checked.
    pub async fn asked(&self, kind: Kind, address: &str) -> Request {
        let new = New {
            kind,
            by: By::Person,
            channel: Channel::Staff,
            person: person(address),
            private: Private { words: "Please see to it.".into(), ..Private::default() },
            property: DEFAULT.into(),
            lang: Lang::En,
            level: Level::Checked,
            received_at: now(),
            about: String::new(),
        };
        let made = self.rights.receive(me(), new).await.unwrap();
        self.rights.request(&made.id).await.unwrap()
    }

    pub async fn set(&self, sql: &str) {
        set(&self.web, sql).await;
    }

    pub async fn number(&self, sql: &str) -> i64 {
        store::sqlx::query_scalar(store::sqlx::AssertSqlSafe(sql.to_owned()))
            .fetch_one(self.store().reader())
            .await
            .unwrap()
    }

    pub async fn actions(&self, action: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM ledger_entry WHERE action = '{action}'")).await
    }

    /// Letters that were queued of a kind.
    pub async fn letters(&self, kind: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM web_mail WHERE kind = '{kind}'")).await
    }

    /// A signed-in reader of the console.
    pub async fn reader(&self, lang: &str, role: &str) -> Reader {
        let rooms: Router = rights::router(self.web.clone(), self.rights.clone());
        Reader::open(self.web.clone(), rooms, "/console/requests", lang, role).await
    }

    /// One that has said for which purpose requests are opened.
    pub async fn opener(&self, lang: &str, page: &str) -> Reader {
        let mut reader = self.reader(lang, "owner").await;
        let asked = reader.get(page).await.location;
        let chosen = [("back", page), ("purpose", "customer_support")];
        let chosen = reader.post(&asked, "/console/access/purpose", &chosen).await;
        assert_eq!(chosen.location, page);
        reader
    }
}
