//! The privacy policy, computed: a document whose every sentence comes from a fact of the data map, of
//! the consent room or of the law, with the checklist of the laws that apply beside it; approved,
//! published at an address that stays, and told to customers when it changes. It types no fact twice
//! and keeps only what people add. Callers need [`Policy`], [`Published`] and [`router`].
//!
//! A policy's way: facts → [`document::compose`] → what people wrote ([`draft::Draft::assemble`]) →
//! [`check::checklists`] → a second person → [`version`] → pages drawn once and served from memory.

mod affected;
mod again;
mod api;
pub mod changes;
pub mod check;
pub mod document;
pub mod draft;
mod error;
pub mod facts;
mod nav;
mod news;
mod pages;
pub mod proof;
mod public;
mod room;
mod store;
pub mod tell;
pub mod version;

pub use document::{Audience, Document};
pub use error::{PolicyError, Result};
pub use nav::nav;
pub use news::Message;
pub use room::Room;
pub use store::{Candidate, Row};
pub use tell::add_handlers;
pub use version::{PolicyVersion, Published};

use std::sync::{Arc, RwLock};

use ::store::{Migration, Store};
use consent::Consent;
use datamap::DataMap;
use regime::Regimes;
use web::Web;

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 2] = [
    Migration { room: "policy", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "policy", version: 2, sql: include_str!("schema-2.sql") },
];

struct Inner {
    web: Web,
    consent: Consent,
    map: DataMap,
    regimes: Regimes,
    shelf: RwLock<Arc<public::Shelf>>,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Policy {
    inner: Arc<Inner>,
}

impl Policy {
    /// Brings the room's schema up to date, opens it and draws what is published.
    pub async fn open(web: Web, consent: Consent, map: DataMap, regimes: Regimes) -> Result<Self> {
        consent.store().migrate(&MIGRATIONS).await?;
        let inner = Inner { web, consent, map, regimes, shelf: RwLock::default() };
        let policy = Self { inner: Arc::new(inner) };
        policy.fill_shelf().await?;
        policy.count_waiting().await?;
        Ok(policy)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        self.inner.consent.store()
    }

    /// Purposes, notices and properties.
    pub fn consent(&self) -> &Consent {
        &self.inner.consent
    }

    pub(crate) fn web(&self) -> &Web {
        &self.inner.web
    }

    pub(crate) fn map(&self) -> &DataMap {
        &self.inner.map
    }

    pub(crate) fn regimes(&self) -> &Regimes {
        &self.inner.regimes
    }

    pub(crate) fn shelf(&self) -> Arc<public::Shelf> {
        let shelf = self.inner.shelf.read();
        Arc::clone(&shelf.unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    pub(crate) fn set_shelf(&self, shelf: public::Shelf) {
        let current = self.inner.shelf.write();
        *current.unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(shelf);
    }
}

/// The addresses of the room.
pub fn router(web: Web, policy: Policy) -> axum::Router {
    pages::router().merge(public::router()).merge(api::router()).with_state(Room { web, policy })
}
