//! Retention and deletion: rules that a data protection officer writes and a machine enforces over the
//! real databases, legal holds that always win, runs that a second person agreed to, and a signed
//! certificate of each. It holds no SQL on customers' databases (that is `purge`) and keeps no value of
//! theirs but in sealed copies whose key is destroyed when their time is over. Callers need [`Retain`],
//! [`router`] and [`handlers`].
//!
//! A run's way: schedule or button → job `retention.plan` (rule + duties + holds → `purge` plan → dry
//! run) → a second person agrees, or the count stays inside the rule's bound → job `retention.run`
//! (batch after batch, the place durable before the next) → ledger entry → certificate.

mod access;
mod api;
mod certificate;
pub mod code;
mod cover;
mod error;
mod hold;
mod keep;
mod nav;
mod pages;
mod room;
pub mod rule;
pub mod run;

pub use access::{Access, grants};
pub use certificate::{ACTION as CERTIFIED, KIND as CERTIFICATE};
pub use cover::Enforced;
pub use error::{Result, RetainError};
pub use hold::{Hold, NewHold, Scope};
pub use keep::{Duty, Keeps, Kept};
pub use nav::nav;
pub use room::Room;
pub use rule::{Rule, RuleBody};
pub use run::{Run, RunState, handlers};

use std::sync::Arc;

use consent::Consent;
use datamap::DataMap;
use store::{Migration, Store};
use web::{Lang, Web};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "retain", version: 1, sql: include_str!("schema.sql") }];

struct Inner {
    web: Web,
    map: DataMap,
    consent: Consent,
    pool: purge::Pool,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Retain {
    inner: Arc<Inner>,
}

impl Retain {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(web: Web, map: DataMap, consent: Consent) -> Result<Self> {
        web.store().migrate(&MIGRATIONS).await?;
        let retain =
            Self { inner: Arc::new(Inner { web, map, consent, pool: purge::Pool::default() }) };
        retain.mend_schedules().await?;
        retain.end_windows().await?;
        Ok(retain)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        self.inner.web.store()
    }

    /// Connections to customers' databases, for whoever reads or changes rows there next.
    pub fn pool(&self) -> &purge::Pool {
        &self.inner.pool
    }

    pub(crate) fn web(&self) -> &Web {
        &self.inner.web
    }

    pub(crate) fn map(&self) -> &DataMap {
        &self.inner.map
    }

    pub(crate) fn consent(&self) -> &Consent {
        &self.inner.consent
    }

    /// A purpose's name in a language, or its key where there is no such purpose.
    pub(crate) fn purpose_name(&self, key: &str, lang: Lang) -> String {
        let catalogue = self.consent().catalogue();
        match catalogue.purpose(key) {
            Ok(purpose) => consent::purpose::text_in(&purpose.body.name, lang.tag()).to_owned(),
            Err(_) => key.to_owned(),
        }
    }
}

/// The addresses of the room.
pub fn router(web: Web, retain: Retain) -> axum::Router {
    pages::router().merge(api::router()).with_state(Room { web, retain })
}
