//! Access: who may do what, why, and with whose consent. The engine's policies (`access`) meet the
//! people here: purposes they hold, approvals by a second person, emergency access that ends by
//! itself, reviews of who can see what, and policies of the organisation's own.

mod approvals;
mod decisions;
pub(crate) mod exports;
mod glass;
mod pages;
mod policies;
mod posture;
mod purposes;
mod review;
mod standing;

pub use ::access::Action;
pub use approvals::{Approval, ApprovalId, ApprovalState, Approvals, asker};
pub use exports::Exporting;
pub use posture::{Posture, UserPosture};
pub use purposes::{EMERGENCY, PURPOSES, SERVICE, key as purpose_key};
pub use standing::Standing;

pub(crate) use pages::{NAV, routes};
pub(crate) use purposes::grant_first;

use crate::{Inner, Web};
use ::access::Engine;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;
use store::{Migration, StoreError};

pub(crate) const MIGRATIONS: [Migration; 1] =
    [Migration { room: "access", version: 1, sql: include_str!("schema.sql") }];

/// How often what was counted is written down and what ran out is ended.
const TICK: Duration = Duration::from_secs(30);

/// What all requests share.
pub(crate) struct State {
    /// The policies at work, with the id of the own ones (empty: the shipped set alone).
    engine: RwLock<(String, Arc<Engine>)>,
    decisions: decisions::Recorder,
}

impl State {
    pub(crate) fn new() -> Result<Self, StoreError> {
        let engine = Engine::shipped().map_err(|error| StoreError::Migration(error.to_string()))?;
        Ok(Self {
            engine: RwLock::new((String::new(), Arc::new(engine))),
            decisions: decisions::Recorder::default(),
        })
    }

    fn engine(&self) -> (String, Arc<Engine>) {
        let held = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        (held.0.clone(), Arc::clone(&held.1))
    }

    fn set_engine(&self, id: &str, engine: Arc<Engine>) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = (id.to_owned(), engine);
    }
}

/// Starts the small chores: ends emergency access that ran out, writes down the counted decisions.
/// They end with the last [`Web`].
pub(crate) fn start(web: &Web) {
    let inner: Weak<Inner> = Arc::downgrade(&web.inner);
    let (nav, mailer) = (Arc::clone(&web.nav), web.mailer.clone());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(TICK).await;
            let Some(inner) = inner.upgrade() else { return };
            let web = Web { inner, nav: Arc::clone(&nav), mailer: mailer.clone(), sso: None };
            if let Err(error) = web.access_chores().await {
                tracing::warn!(%error, "the chores of access control failed; they are tried again");
            }
        }
    });
}

impl Web {
    /// Ends what ran out and writes down what was counted.
    pub(crate) async fn access_chores(&self) -> Result<(), crate::WebError> {
        self.end_expired_glass().await?;
        self.write_decisions().await
    }
}
