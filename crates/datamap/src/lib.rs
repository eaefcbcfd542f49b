//! The data map: which systems an organisation runs, which databases and files they keep, which
//! fields hold whose personal data, where it came from and where it flows. Everything that a scan
//! can find is found, what people decide survives every later scan, and every change has its ledger
//! entry. This room never keeps a value of a customer's database, only masked samples and keyed
//! sketches. Callers need [`DataMap`], [`router`] and [`add_handlers`].

mod api;
pub mod code;
mod error;
pub mod flows;
pub mod inbox;
pub mod map;
pub mod model;
mod nav;
mod posture;
pub mod records;
mod room;
pub mod scan;
pub mod sources;
pub mod systems;

pub use error::{DataMapError, Result};
pub use nav::nav;
pub use posture::{DriftPosture, FieldPosture, FlowPosture, Posture, SourcePosture, StorePosture};
pub use room::{Room, kind_key};
pub use scan::source_error;

use std::sync::Arc;

use store::{Migration, Runner, Store, StoreError};

/// Whoever keeps a company's own detectors; scans ask at their start which to use.
#[async_trait::async_trait]
pub trait OwnDetectors: Send + Sync {
    /// Those in use now.
    async fn own_detectors(&self) -> Result<detect::CustomDetectors, StoreError>;
}

/// Whoever wants to know that a source was scanned: its categories may have changed.
#[async_trait::async_trait]
pub trait AfterScan: Send + Sync {
    /// Called once after each scan that finished. It must not wait for long.
    async fn scanned(&self, source_id: &str);
}

/// Whoever enforces how long data is kept; records and policies say what it says.
#[async_trait::async_trait]
pub trait EnforcedRetention: Send + Sync {
    /// For each activity (by id) the sentences of its rules, in English and in Chinese.
    async fn sentences(
        &self,
    ) -> Result<std::collections::BTreeMap<String, Vec<(String, String)>>, StoreError>;
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct DataMap {
    store: Store,
    guard: ::sources::NetworkGuard,
    files: ::sources::FileGuard,
    summary: map::SummaryCache,
    own: Option<Arc<dyn OwnDetectors>>,
    after: Option<Arc<dyn AfterScan>>,
    enforced: Option<Arc<dyn EnforcedRetention>>,
}

/// The schema's steps, in order.
const MIGRATIONS: &[Migration] = &[
    Migration { room: "datamap", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "datamap", version: 2, sql: include_str!("schema-2.sql") },
];

impl DataMap {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(store: Store) -> Result<Self> {
        store.migrate(MIGRATIONS).await?;
        let never = store.own_files();
        Ok(Self {
            files: ::sources::FileGuard { only: Vec::new(), never },
            store,
            guard: ::sources::NetworkGuard::default(),
            summary: map::SummaryCache::default(),
            own: None,
            after: None,
            enforced: None,
        })
    }

    /// The same map, dialling only what this guard allows.
    #[must_use]
    pub fn with_guard(mut self, guard: ::sources::NetworkGuard) -> Self {
        self.guard = guard;
        self
    }

    /// The same map, reading only these files and folders of this machine; all of them if empty.
    #[must_use]
    pub fn with_folders(mut self, only: Vec<std::path::PathBuf>) -> Self {
        self.files.only = only;
        self
    }

    /// The same map, looking for a company's own kinds of data as well.
    #[must_use]
    pub fn with_own_detectors(mut self, own: Arc<dyn OwnDetectors>) -> Self {
        self.own = Some(own);
        self
    }

    /// The same map, telling somebody after each scan.
    #[must_use]
    pub fn with_after_scan(mut self, after: Arc<dyn AfterScan>) -> Self {
        self.after = Some(after);
        self
    }

    /// The same map, whose records say which periods of retention are enforced.
    #[must_use]
    pub fn with_enforced(mut self, enforced: Arc<dyn EnforcedRetention>) -> Self {
        self.enforced = Some(enforced);
        self
    }

    /// The company's own detectors as of now; none where nobody keeps any.
    pub async fn own_detectors(&self) -> Result<detect::CustomDetectors> {
        match &self.own {
            Some(keeper) => Ok(keeper.own_detectors().await?),
            None => Ok(detect::CustomDetectors::default()),
        }
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Which addresses scans may dial.
    pub fn guard(&self) -> &::sources::NetworkGuard {
        &self.guard
    }
}

/// Adds the room's background work to a runner.
#[must_use]
pub fn add_handlers(runner: Runner, map: &DataMap) -> Runner {
    let runner = runner.handle(scan::ScanHandler::new(map.clone()));
    runner.handle(scan::UsageHandler::new(map.clone()))
}

/// The pages of the room.
pub fn router(web: web::Web, map: DataMap) -> axum::Router {
    axum::Router::new()
        .merge(map::router())
        .merge(sources::router())
        .merge(scan::router())
        .merge(inbox::router())
        .merge(api::router())
        .merge(flows::router())
        .merge(systems::router())
        .merge(records::router())
        .merge(code::router())
        .with_state(Room { web, map })
}
