//! Detection for people and programs: the detection API and, on pages, trying a text and keeping a
//! company's own detectors. It holds no rule of detection (that is `detect`) and keeps no text: what
//! is sent lives in memory while it is answered, and is never logged. Callers need [`Inspect`],
//! [`Settings`] and [`router`].

mod anonymise;
mod api;
pub mod detectors;
mod nav;
mod pages;
mod room;
mod samples;
mod work;

pub use nav::nav;
pub use room::Room;
pub use work::Busy;

use std::sync::Arc;

use store::{Migration, Store, StoreError};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "inspect", version: 1, sql: include_str!("schema.sql") }];

/// How the API behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The Presidio-compatible addresses (`/analyze`, `/anonymize`, …) answer programs on this
    /// machine without a token. Off unless the configuration says so.
    pub open_on_loopback: bool,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Inspect {
    store: Store,
    settings: Arc<Settings>,
    desk: work::Desk,
    cache: detectors::Cache,
    replace_key: detect::Key,
}

impl Inspect {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(store: Store, settings: Settings) -> Result<Self, StoreError> {
        store.migrate(&MIGRATIONS).await?;
        let secret = store.derive_key("inspect/replace");
        let Some(replace_key) = detect::Key::new(&secret) else {
            unreachable!("a derived key has 32 bytes, more than a key needs")
        };
        Ok(Self {
            replace_key,
            store,
            settings: Arc::new(settings),
            desk: work::Desk::default(),
            cache: detectors::Cache::default(),
        })
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How the API behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The key of replacements on pages and in answers: the same value gets the same replacement
    /// everywhere in this installation, and another one in any other.
    pub fn replace_key(&self) -> &detect::Key {
        &self.replace_key
    }

    /// Runs detection beside the async runtime, at most as many at once as there are cores.
    pub async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        self.desk.work(job).await
    }
}

/// The addresses of the room.
pub fn router(web: web::Web, inspect: Inspect) -> axum::Router {
    api::router().merge(pages::router()).with_state(Room { web, inspect })
}
