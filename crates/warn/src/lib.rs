//! Early warning: rules and baselines over the ledger raise alarms that people acknowledge or mute, and
//! planted customers (canaries) that nobody has a reason to touch. It never changes what it watches, and
//! holds no personal data: actors and customers are numbers, what people write is sealed. Callers need
//! [`Warn`], [`router`] and [`nav`]; the rules themselves are in [`engine`], without a database.

mod alarm;
mod api;
mod canary;
pub mod engine;
mod error;
mod follow;
mod mute;
mod nav;
mod pages;
mod posture;
mod room;
mod settings;

pub use alarm::{Alarm, Hit, State};
pub use canary::{Canary, Face, Stand, watch};
pub use error::{Result, WarnError};
pub use follow::Follower;
pub use mute::Mute;
pub use nav::nav;
pub use posture::Posture;
pub use room::Room;

use std::sync::Arc;

use consent::Consent;
use store::{Migration, Store};
use tokio::sync::watch as channel;
use web::Web;

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "warn", version: 1, sql: include_str!("schema.sql") }];

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Warn {
    store: Store,
    web: Web,
    consent: Consent,
    /// Rules or canaries were changed.
    changed: Arc<channel::Sender<u64>>,
}

impl Warn {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(web: Web, consent: Consent) -> Result<Self> {
        let store = web.store().clone();
        store.migrate(&MIGRATIONS).await?;
        let warn = Self { store, web, consent, changed: Arc::new(channel::Sender::new(0)) };
        warn.watch_canaries().await?;
        warn.count_open().await?;
        Ok(warn)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn change(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}

/// The addresses of the room.
pub fn router(web: Web, warn: Warn) -> axum::Router {
    pages::router().merge(api::router()).with_state(Room { web, warn })
}
