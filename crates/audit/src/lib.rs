//! The audit view and early warning. Reads the ledger and never changes an entry: who did what to
//! whose data, when and for which purpose; exports for a SIEM; rules and baselines that raise alarms;
//! canary records. What it writes are its own entries (reading the audit view is itself recorded),
//! counters, alarms and canaries. Callers need [`Audit`], [`router`] and [`nav`].

mod error;
mod export;
mod lines;
mod nav;
mod pages;
mod room;
mod words;

mod api;

pub use error::{AuditError, Result};
pub use export::Format;
pub use lines::{Filter, Line, Tally};
pub use nav::nav;
pub use room::Room;
pub use words::{Names, action};

use consent::Consent;
use store::{Migration, Store};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "audit", version: 1, sql: include_str!("schema.sql") }];

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Audit {
    store: Store,
    consent: Consent,
}

impl Audit {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(store: Store, consent: Consent) -> Result<Self> {
        store.migrate(&MIGRATIONS).await?;
        Ok(Self { store, consent })
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The room that knows customers.
    pub fn consent(&self) -> &Consent {
        &self.consent
    }
}

/// The addresses of the room.
pub fn router(web: web::Web, audit: Audit) -> axum::Router {
    pages::router().merge(api::router()).with_state(Room { web, audit })
}
