//! What the room's tests share: the room on both engines, and a signed-in reader without a browser.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use consent::Consent;
use datamap::DataMap;
use regime::Regimes;
use store::{Actor, Store};
use web::{Web, WebConfig, testing::reader::Reader};

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// The rooms of a test.
#[derive(Clone)]
pub struct House {
    pub web: Web,
    pub map: DataMap,
    pub consent: Consent,
    pub regimes: Regimes,
}

/// The room in a throw-away database.
pub async fn open(postgres: bool) -> (House, store::testing::TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    (house(store).await, guard)
}

/// The rooms over a store.
pub async fn house(store: Store) -> House {
    let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let regimes = Regimes::open(store, consent.clone(), map.clone()).await.unwrap();
    House { web, map, consent, regimes }
}

/// A reader of the room's pages.
pub async fn with_role(house: &House, lang: &str, role: &str) -> Reader {
    let web = house.web.clone().with_nav(regime::nav());
    let rooms = regime::router(web.clone(), house.regimes.clone());
    Reader::open(web, rooms, "/console/laws", lang, role).await
}

/// An owner of the room's pages.
pub async fn owner(house: &House, lang: &str) -> Reader {
    with_role(house, lang, "owner").await
}

/// Makes of each function two tests: the room in SQLite and in PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, _guard) = $crate::support::open(false).await;
                super::$name(room).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, _guard) = $crate::support::open(true).await;
                super::$name(room).await;
            })*
        }
    };
}
