//! What customers touch: the preference centre, unsubscribing in one click, the confirmation of a
//! double opt-in, their receipts. It decides nothing about consent itself (that is `consent`), keeps
//! no identifier in clear, and puts none into an address: links are opaque tokens. Callers need
//! [`Preferences`], [`Settings`] and [`router`].
//!
//! A link's way: a person asks at `/privacy` → the same answer whether they are known or not → a job
//! looks them up → a letter or text message with a link or code → a page with one button → a session
//! of their own → [`centre`].

mod api;
mod centre;
mod confirm;
mod console;
mod error;
mod guest;
mod known;
mod link;
mod nav;
mod person;
mod room;
mod session;
pub mod settings;
pub mod sms;
pub mod token;
pub mod unsubscribe;

pub use confirm::Follower;
pub use error::PreferenceError;
pub use guest::Guest;
pub use known::Known;
pub use link::{GoodCode, LinkKind};
pub use nav::nav;
pub use room::Room;
pub use session::{Customer, Session};
pub use settings::{Place, Shown};

use std::sync::{Arc, OnceLock, RwLock};

use consent::Consent;
use store::{Migration, Runner, Store};
use web::{Limits, Web};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "preference", version: 1, sql: include_str!("schema.sql") }];

/// Shorthand.
pub(crate) type Result<T, E = PreferenceError> = std::result::Result<T, E>;

struct Inner {
    store: Store,
    consent: Consent,
    web: Web,
    sms: Option<Arc<dyn sms::SmsGateway>>,
    shown: RwLock<Arc<Shown>>,
    limits: Limits,
    key: [u8; 32],
    known: OnceLock<Arc<dyn Known>>,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Preferences {
    inner: Arc<Inner>,
}

impl Preferences {
    /// Brings the room's schema up to date and opens it. Without a gateway there are no codes by text
    /// message; without a mail server (in `web`) no links by mail.
    pub async fn open(
        web: Web,
        consent: Consent,
        sms: Option<Arc<dyn sms::SmsGateway>>,
    ) -> Result<Self> {
        let store = consent.store().clone();
        store.migrate(&MIGRATIONS).await?;
        let shown = settings::read(&store).await?;
        let inner = Inner {
            key: store.derive_key("preference/mac"),
            store,
            consent,
            web,
            sms,
            shown: RwLock::new(Arc::new(shown)),
            limits: Limits::default(),
            known: OnceLock::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Who else may come in: people whom another room knows. Set once.
    pub fn set_known(&self, known: Arc<dyn Known>) {
        let _ = self.inner.known.set(known);
    }

    pub(crate) fn known(&self) -> Option<&Arc<dyn Known>> {
        self.inner.known.get()
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// What decides and records.
    pub fn consent(&self) -> &Consent {
        &self.inner.consent
    }

    pub(crate) fn web(&self) -> &Web {
        &self.inner.web
    }

    pub(crate) fn sms(&self) -> Option<&Arc<dyn sms::SmsGateway>> {
        self.inner.sms.as_ref()
    }

    /// Whether text messages can be sent.
    pub fn has_sms(&self) -> bool {
        self.inner.sms.is_some()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// A keyed digest of the parts, for codes, form tokens and the keys of limits.
    pub(crate) fn mac(&self, parts: &[&str]) -> String {
        token::mac(&self.inner.key, parts)
    }

    /// An address of this server.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.web().base_url())
    }
}

/// Adds the handlers of the room's jobs.
pub fn add_handlers(runner: Runner, preferences: &Preferences) -> Runner {
    runner
        .handle(link::Answer { preferences: preferences.clone() })
        .handle(link::SendCode { preferences: preferences.clone() })
}

/// The addresses of the room.
pub fn router(web: Web, preferences: Preferences) -> axum::Router {
    link::router()
        .merge(centre::router())
        .merge(confirm::router())
        .merge(unsubscribe::router())
        .merge(console::router())
        .merge(api::router())
        .with_state(Room { web, preferences })
}
