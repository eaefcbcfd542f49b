//! The vault as a service for the company's own programs: they seal values and keep what comes back,
//! or keep a token instead of a value; a value opens, masked or in clear, as the policy of its category
//! says for the purpose, and every opening is an entry of the ledger before anything is told. Values
//! are sealed with the key of the customer they belong to: with that key destroyed they, and what
//! tokens stand for, are lost. This room keeps no value in clear, and none reaches a log or an error.
//! Callers need [`Protect`], [`Policy`] and [`router`].

mod api;
pub mod column;
mod error;
mod forget;
mod limit;
mod nav;
mod normal;
mod pages;
pub mod policy;
mod program;
mod room;
mod seal;
pub mod token;
mod usage;

pub use error::{Fault, ProtectError, Result};
pub use nav::nav;
pub use policy::{Policy, Reveal};
pub use room::Room;
pub use seal::{Clear, Opened, Sealed, ToOpen, ToSeal, Whose, is_sealed};
pub use token::COLUMNS;
pub use usage::{Act, Counts, Used};

use std::sync::{Arc, atomic::AtomicI64};

use consent::Consent;
use store::{Migration, Store};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 2] = [
    Migration { room: "protect", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "protect", version: 2, sql: include_str!("schema-2.sql") },
];

/// Items of one request at most.
pub const ITEMS_MOST: usize = 1_000;
/// Bytes of a value at most.
pub const VALUE_MOST: usize = 16 << 10;

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Protect {
    consent: Consent,
    limits: Arc<limit::Limits>,
    /// Erasures up to this position of the ledger are dealt with.
    erased_seen: Arc<AtomicI64>,
}

impl Protect {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(consent: Consent) -> Result<Self> {
        consent.store().migrate(&MIGRATIONS).await?;
        Ok(Self { consent, limits: Arc::default(), erased_seen: Arc::default() })
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        self.consent.store()
    }

    /// Customers and their keys.
    pub fn consent(&self) -> &Consent {
        &self.consent
    }
}

/// The addresses of the room.
pub fn router(web: web::Web, protect: Protect) -> axum::Router {
    api::router().merge(pages::router()).with_state(Room { web, protect })
}
