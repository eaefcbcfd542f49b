//! The continuous audit: checks look at the live state of every room, stand on facts of the law, and what
//! does not pass becomes a finding with a life – open, accepted with a reason and an end, mended, fixed
//! and verified by the next run. It changes nothing it looks at and keeps no personal data: what people
//! write is sealed, people are ids. Callers need [`Comply`], [`router`] and [`nav`]; the checks
//! themselves are in [`check`], pure over a [`Snapshot`]. (The audit *log* is the room `audit`.)

mod affected;
mod api;
mod bulk;
pub mod check;
mod digest;
pub mod document;
mod error;
mod export;
mod findings;
mod follow;
mod laws;
mod life;
mod model;
mod nav;
mod pages;
mod room;
mod run;
pub mod sarif;
mod snapshot;

pub use affected::Change;
pub use error::{ComplyError, Result};
pub use findings::{Event, Filter, Finding};
pub use follow::Following;
pub use model::{Evidence, Hit, Owner, Severity, State, Value};
pub use nav::nav;
pub use room::Room;
pub use run::{Judged, Reason, Run};
pub use snapshot::{Parts, Retention, Snapshot};

use std::sync::Arc;

use ::warn::Warn;
use banner::Banner;
use consent::Consent;
use datamap::DataMap;
use deliver::Deliver;
use grants::Grants;
use policy::Policy;
use regime::Regimes;
use retain::Retain;
use store::{Migration, Store};
use transfer::Transfers;
use web::Web;

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 2] = [
    Migration { room: "comply", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "comply", version: 2, sql: include_str!("schema-2.sql") },
];

/// The rooms that are looked at.
#[derive(Clone)]
pub struct Rooms {
    /// Accounts, rights, mail.
    pub web: Web,
    /// The data map.
    pub map: DataMap,
    /// Purposes, notices, choices.
    pub consent: Consent,
    /// Early warning.
    pub warn: Warn,
    /// Propagation.
    pub deliver: Deliver,
    /// Banners.
    pub banner: Banner,
    /// Which laws apply, and what they say.
    pub regimes: Regimes,
    /// Privacy policies.
    pub policy: Policy,
    /// Retention and deletion.
    pub retain: Retain,
    /// The access standard of databases.
    pub grants: Grants,
    /// Transfers across borders.
    pub transfers: Transfers,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Comply {
    store: Store,
    rooms: Rooms,
}

impl Comply {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(rooms: Rooms) -> Result<Self> {
        let store = rooms.web.store().clone();
        store.migrate(&MIGRATIONS).await?;
        let comply = Self { store, rooms };
        comply.count_grave().await?;
        Ok(comply)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The rooms that are looked at.
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// The law as it is used.
    pub fn law(&self) -> Arc<law::Law> {
        self.rooms.regimes.law()
    }
}

/// Adds the room's background work to a runner.
#[must_use]
pub fn add_handlers(runner: store::Runner, comply: &Comply) -> store::Runner {
    runner
        .handle(follow::CheckHandler::new(comply.clone()))
        .handle(digest::DigestHandler::new(comply.clone()))
}

/// The addresses of the room.
pub fn router(web: Web, comply: Comply) -> axum::Router {
    pages::router().merge(api::router()).with_state(Room { web, comply })
}
