//! What the room's tests share: the room on both engines, and a signed-in reader without a browser.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use consent::{Consent, Identifier, IdentifierKind, Subject, SubjectId};
use store::Actor;
use warn::Warn;
use web::{Web, WebConfig, testing::reader::Reader};

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// The room in a throw-away database.
pub async fn open(postgres: bool) -> (House, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let warn = Warn::open(web.clone(), consent.clone()).await.unwrap();
    (House { web, consent, warn }, guard)
}

/// The rooms of a test.
#[derive(Clone)]
pub struct House {
    pub web: Web,
    pub consent: Consent,
    pub warn: Warn,
}

/// A customer known by an address.
pub async fn customer(house: &House, email: &str) -> SubjectId {
    let subject = subject(email);
    house.consent.link(&me(), &subject).await.unwrap().subject
}

pub fn subject(email: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, email, "US").unwrap()]).unwrap()
}

/// An owner of the room's pages.
pub async fn owner(house: &House, lang: &str) -> Reader {
    with_role(house, lang, "owner").await
}

pub async fn with_role(house: &House, lang: &str, role: &str) -> Reader {
    let web = house.web.clone().with_nav(warn::nav());
    let rooms = consent::router(web.clone(), house.consent.clone())
        .merge(warn::router(web.clone(), house.warn.clone()));
    Reader::open(web, rooms, "/console/alarms", lang, role).await
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
