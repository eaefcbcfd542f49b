//! The access standard: which role of a customer's database may use which category of personal data
//! for which purpose, held against the grants that are really there. What is too much, what is missing
//! and who is bound by nothing is listed, and a script that mends it is written; this room never runs
//! it, and reads names only, never data. Callers need [`Grants`], [`router`] and [`add_handlers`];
//! the judgement itself is in [`model`], without a database.

mod api;
mod error;
mod job;
pub mod model;
mod nav;
mod pages;
mod room;
pub mod script;
mod seen;
pub mod standard;
mod store;

pub use error::{GrantsError, Result};
pub use nav::nav;
pub use room::Room;
pub use store::{Check, Worst};

use std::collections::BTreeMap;

use ::store::{Migration, Runner, Store};
use consent::Consent;
use datamap::DataMap;

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "grants", version: 1, sql: include_str!("schema.sql") }];

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Grants {
    store: Store,
    map: DataMap,
    consent: Consent,
}

impl Grants {
    /// Brings the room's schema up to date and opens it. The map must already have its guards: looks
    /// at grants go through it, with the sources' stored accounts.
    pub async fn open(map: DataMap, consent: Consent) -> Result<Self> {
        let store = map.store().clone();
        store.migrate(&MIGRATIONS).await?;
        Ok(Self { store, map, consent })
    }

    /// The map.
    pub(crate) fn map(&self) -> &DataMap {
        &self.map
    }

    /// What purposes and activities a role can be bound to are called, by key.
    pub(crate) async fn names(&self, lang: web::Lang) -> Result<BTreeMap<String, String>> {
        let catalogue = self.consent.catalogue();
        let text = consent::purpose::text_in;
        let mut names: BTreeMap<String, String> = catalogue
            .purposes()
            .map(|one| (one.key.clone(), text(&one.body.name, lang.tag()).to_owned()))
            .collect();
        let activities = self.map.activities().await?;
        names.extend(activities.into_iter().map(|one| (one.key, one.name)));
        Ok(names)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// Adds the room's background work to a runner.
#[must_use]
pub fn add_handlers(runner: Runner, grants: &Grants) -> Runner {
    runner.handle(job::CheckHandler::new(grants.clone()))
}

/// The addresses of the room.
pub fn router(web: web::Web, grants: Grants) -> axum::Router {
    pages::router().merge(api::router()).with_state(Room { web, grants })
}
