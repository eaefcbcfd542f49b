//! The web banner: the script that sites load, what it is told for a property, a language and a
//! country, the choices it sends back, experiments with its words, and the two data lists that
//! Chinese apps show. It decides nothing about consent (that is `consent`) and stores nothing about a
//! visitor beside what `consent` records. Callers need [`Banner`], [`Settings`] and [`router`].

mod assets;
mod error;
pub mod experiment;
pub mod geo;
mod limit;
pub mod lists;
mod nav;
mod news;
mod public;
mod room;
pub mod site;

pub use assets::{SCRIPTS, Script, address};
pub use error::{BannerError, Result};
pub use nav::nav;
pub use news::{News, Teller};
pub use room::Room;

use std::sync::{Arc, OnceLock, RwLock};

use consent::Consent;
use datamap::DataMap;
use store::{Migration, Store};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "banner", version: 1, sql: include_str!("schema.sql") }];

/// How the room behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The header in which the proxy in front tells a visitor's country: `CF-IPCountry`. It is read
    /// only when [`Settings::trust_proxy`] says that nobody but the proxy can send it.
    pub country_header: Option<String>,
    /// Only a proxy of ours can reach the server.
    pub trust_proxy: bool,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Banner {
    consent: Consent,
    map: DataMap,
    settings: Arc<Settings>,
    limits: Arc<public::Limits>,
    counts: experiment::Counts,
    visitor_key: [u8; 32],
    cache: Arc<RwLock<site::Cache>>,
    news: Arc<OnceLock<Teller>>,
}

impl Banner {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(consent: Consent, map: DataMap, settings: Settings) -> Result<Self> {
        let store = consent.store().clone();
        store.migrate(&MIGRATIONS).await?;
        Ok(Self {
            visitor_key: store.derive_key("banner/visitor"),
            counts: experiment::Counts::new(store),
            settings: Arc::new(settings),
            limits: Arc::default(),
            cache: Arc::default(),
            news: Arc::default(),
            consent,
            map,
        })
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        self.consent.store()
    }

    /// Where choices are recorded.
    pub fn consent(&self) -> &Consent {
        &self.consent
    }

    /// Where the two lists come from.
    pub fn map(&self) -> &DataMap {
        &self.map
    }

    /// How the room behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// The addresses of the room.
pub fn router(web: web::Web, banner: Banner) -> axum::Router {
    assets::router()
        .merge(public::router())
        .merge(site::router())
        .merge(experiment::router())
        .merge(lists::router())
        .with_state(Room { web, banner })
}
