//! What the room's tests share: the room on both engines, and a signed-in reader without a browser.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use audit::Audit;
use consent::{Consent, Identifier, IdentifierKind, Subject, SubjectId};
use store::Actor;
use web::{Web, WebConfig, testing::reader::Reader};

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// The room in a throw-away database.
pub async fn open(postgres: bool) -> (Audit, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    (Audit::open(store, consent).await.unwrap(), guard)
}

/// A customer known by an address.
pub async fn customer(audit: &Audit, email: &str) -> SubjectId {
    let one = Identifier::parse(IdentifierKind::Email, email, "CN").unwrap();
    let two =
        Identifier::parse(IdentifierKind::CustomerId, &email.len().to_string(), "CN").unwrap();
    let subject = Subject::new(vec![one, two]).unwrap();
    audit.consent().link(&me(), &subject).await.unwrap();
    let blind = subject.blind(audit.consent().vault());
    audit.consent().find(&blind).await.unwrap().people[0].clone()
}

/// An owner of the room's pages.
pub async fn owner(audit: &Audit, lang: &str) -> Reader {
    with_role(audit, lang, "owner").await
}

pub async fn with_role(audit: &Audit, lang: &str, role: &str) -> Reader {
    let web = Web::open(audit.store().clone(), WebConfig::default()).await.unwrap();
    let web = web.with_nav(audit::nav());
    let rooms = consent::router(web.clone(), audit.consent().clone())
        .merge(audit::router(web.clone(), audit.clone()));
    Reader::open(web, rooms, "/console/audit", lang, role).await
}

/// Changes rows that no page changes so.
pub async fn set(audit: &Audit, sql: &str) {
    let web = Web::open(audit.store().clone(), WebConfig::default()).await.unwrap();
    web::testing::reader::set(&web, sql).await;
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
