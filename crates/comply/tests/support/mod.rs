//! What the room's tests share: all rooms over a throw-away database, an honest company in it, and a
//! signed-in reader without a browser.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod world;

use std::sync::Arc;

use banner::Banner;
use comply::{Comply, Rooms};
use consent::Consent;
use datamap::DataMap;
use deliver::{Batch, Deliver, EventSource, Known, Person, SourceFault};
use grants::Grants;
use policy::Policy;
use regime::Regimes;
use retain::Retain;
use store::{Actor, Entry, KeySettings, NewRoot, Store, testing::TestGuard};
use transfer::Transfers;
use warn::Warn;
use web::{Web, WebConfig, testing::reader::Reader};

pub fn me() -> Actor {
    Actor::Person("tester".into())
}

/// Nothing leaves in these tests.
struct Silent;

#[async_trait::async_trait]
impl EventSource for Silent {
    async fn events_after(&self, after: i64, _: usize) -> Result<Batch, SourceFault> {
        Err(SourceFault(format!("nothing comes after {after}")))
    }
    async fn identifiers(&self, _: &str, _: &[String]) -> Result<Vec<Known>, SourceFault> {
        Ok(Vec::new())
    }
    async fn people(&self, _: &[String]) -> Result<Vec<Person>, SourceFault> {
        Ok(Vec::new())
    }
    async fn people_after(&self, _: &str, _: usize) -> Result<Vec<Person>, SourceFault> {
        Ok(Vec::new())
    }
}

/// A store whose root key is guarded by a passphrase.
pub async fn guarded(postgres: bool) -> (Store, TestGuard) {
    let guard = if postgres {
        store::testing::temp_postgres_guard().await
    } else {
        store::testing::temp_sqlite_guard()
    };
    let keys = KeySettings {
        first: Some(NewRoot::Passphrase("correct horse battery staple".into())),
        passphrase: Some("correct horse battery staple".into()),
        ..KeySettings::default()
    };
    (Store::open_with(guard.config(), keys).await.unwrap(), guard)
}

/// All rooms over a store, reached at this address.
pub async fn open(store: Store, address: &str) -> Comply {
    let settings = WebConfig { base_url: address.into(), ..WebConfig::default() };
    let web = Web::open(store.clone(), settings).await.unwrap();
    let said = consent::Settings {
        contact: "privacy@lantern.example".into(),
        ..consent::Settings::default()
    };
    let consent = Consent::open(store.clone(), said).await.unwrap();
    consent.set_organisation("Lantern Tea");
    audit::Audit::open(store.clone(), consent.clone()).await.unwrap();
    let map = DataMap::open(store.clone()).await.unwrap();
    let warn = Warn::open(web.clone(), consent.clone()).await.unwrap();
    let deliver = Deliver::open(store.clone(), Arc::new(Silent), deliver::Settings::default());
    let banner =
        Banner::open(consent.clone(), map.clone(), banner::Settings::default()).await.unwrap();
    let regimes = Regimes::open(store.clone(), consent.clone(), map.clone()).await.unwrap();
    let policy =
        Policy::open(web.clone(), consent.clone(), map.clone(), regimes.clone()).await.unwrap();
    let retain = Retain::open(web.clone(), map.clone(), consent.clone()).await.unwrap();
    let map = map.with_enforced(Arc::new(retain.clone()));
    let grants = Grants::open(map.clone(), consent.clone()).await.unwrap();
    let transfers = Transfers::open(store, map.clone(), regimes.clone()).await.unwrap();
    let deliver = deliver.await.unwrap();
    let rooms = Rooms {
        web,
        map,
        consent,
        warn,
        deliver,
        banner,
        regimes,
        policy,
        retain,
        grants,
        transfers,
    };
    Comply::open(rooms).await.unwrap()
}

/// Makes changes that no page makes so; statements are parted by `;`. A line `@entry ACTION KIND ID`
/// appends an entry by a member of staff, `@entry ACTION KIND ID PURPOSE` one for a purpose.
pub async fn set(store: &Store, script: &str) {
    for statement in script.split(';').map(str::trim).filter(|one| !one.is_empty()) {
        if let Some(said) = statement.strip_prefix("@entry ") {
            let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
            let words: Vec<&str> = said.split_whitespace().collect();
            let by = Actor::Person("u-1".into());
            let mut entry = Entry::new(by, leak(words[0]), leak(words[1]), words[2]);
            entry.purpose = words.get(3).map(|one| (*one).to_owned());
            store.begin(entry).await.unwrap().commit().await.unwrap();
            continue;
        }
        let mut tx = store.begin(Entry::new(me(), "user.changed", "user", "demo")).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(tx.conn())
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
        tx.commit().await.unwrap();
    }
}

/// Puts moments in: `{d40}` is forty days ago, `{d-40}` in forty days.
pub fn at(script: &str) -> String {
    let mut out = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("{d") {
        let (days, tail) = after.split_once('}').unwrap();
        let micros = days.parse::<i64>().unwrap() * 86_400_000_000;
        out.push_str(before);
        out.push_str(&(store::now() - micros).to_string());
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A reader of the room's pages, over a store of their own.
pub async fn reader(comply: &Comply, web: &Web, lang: &str, role: &str) -> Reader {
    let web = web.clone().with_nav(comply::nav());
    let rooms = comply::router(web.clone(), comply.clone());
    Reader::open(web, rooms, "/console/findings", lang, role).await
}
