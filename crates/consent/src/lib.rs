//! Consent: what customers were shown, what they chose, proof of it, and the answer before every use
//! of their data. It never keeps an identifier in clear: they are sealed with a key per customer and
//! found by blind index. Callers need [`Consent`], [`Recording`] and [`Subject`].
//!
//! A choice's way: [`api`] reads the request → [`Consent::record`] finds or makes the customer, checks
//! the choices against the notice's version → one write (customer, identifiers, record, ledger entry)
//! → the signed [`Receipt`].

pub mod api;
pub mod campaign;
mod catalogue;
pub mod certificate;
pub mod code;
pub mod decide;
pub mod desk;
pub mod erasure;
mod error;
pub mod feed;
mod fresh;
pub mod import;
mod keys;
mod nav;
pub mod notice;
mod pages;
mod posture;
pub mod property;
pub mod purpose;
mod ranges;
mod reach;
pub mod receipt;
pub mod record;
pub mod renewal;
mod room;
mod shred;
pub mod statistics;
pub mod subject;
mod watch;

pub use catalogue::Catalogue;
pub use error::{ConsentError, Result};
pub use fresh::Fresh;
pub use keys::Rewrapped;
pub use nav::nav;
pub use notice::{Notice, NoticeBody, NoticeVersion, Reconsent};
pub use posture::Posture;
pub use purpose::{LegalBasis, Purpose, PurposeBody, Regime};
pub use reach::Reachable;
pub use receipt::Receipt;
pub use record::{Choice, PurposeState, Recording, Resealed, Stored};
pub use room::Room;
pub use subject::{Identifier, IdentifierKind, Subject, SubjectId};

use std::sync::{Arc, RwLock};

use store::{Migration, Store};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 3] = [
    Migration { room: "consent", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "consent", version: 2, sql: include_str!("schema-2.sql") },
    Migration { room: "consent", version: 3, sql: include_str!("schema-3.sql") },
];

/// How the room behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How customers reach the privacy team; part of every notice and receipt.
    pub contact: String,
    /// The address people type, without a slash at the end; receipts name where to withdraw.
    pub base_url: String,
}

struct Inner {
    store: Store,
    settings: Settings,
    vault: vault::Vault,
    records: vault::Derived,
    signer: ledger::Signer,
    organisation: RwLock<Box<dyn Fn() -> String + Send + Sync>>,
    catalogue: RwLock<Arc<Catalogue>>,
    feed: decide::feed::Feed,
    campaigns: campaign::Kept,
    receipts: receipt::Fixed,
    lookups: subject::Lookups,
    pending: subject::Pending,
    watched: watch::Watched,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Consent {
    inner: Arc<Inner>,
}

impl Consent {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(store: Store, settings: Settings) -> Result<Self> {
        store.migrate(&MIGRATIONS).await?;
        store.migrate(&statistics::MIGRATIONS).await?;
        store.migrate(&desk::MIGRATIONS).await?;
        store.migrate(&renewal::MIGRATIONS).await?;
        let inner = Inner {
            vault: vault::Vault::with_profile(store.profile(), &store.derive_key("vault")),
            records: vault::Derived::new(store.profile()),
            signer: ledger::Signer::from_seed(&store.derive_key("ledger/sign")),
            organisation: RwLock::new(Box::new(String::new)),
            catalogue: RwLock::default(),
            feed: decide::feed::Feed::default(),
            campaigns: campaign::Kept::default(),
            receipts: receipt::Fixed::default(),
            lookups: subject::Lookups::start(&store),
            pending: subject::Pending::default(),
            watched: watch::Watched::default(),
            store,
            settings,
        };
        let consent = Self { inner: Arc::new(inner) };
        consent.refresh_keks().await?;
        consent.refresh_catalogue().await?;
        if consent.catalogue().properties().next().is_none() {
            let by = store::Actor::System("setup");
            consent
                .save_property(&by, property::DEFAULT, &property::PropertyBody::default())
                .await?;
        }
        consent.shred_again().await?;
        Ok(consent)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// How the room behaves.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// What seals identifiers and finds them.
    pub fn vault(&self) -> &vault::Vault {
        &self.inner.vault
    }

    /// What signs receipts.
    pub fn signer(&self) -> &ledger::Signer {
        &self.inner.signer
    }

    /// The organisation's name, as notices say it.
    pub fn organisation(&self) -> String {
        let name = self.inner.organisation.read();
        (*name.unwrap_or_else(std::sync::PoisonError::into_inner))()
    }

    /// Tells the organisation's name.
    pub fn set_organisation(&self, name: &str) {
        let name = name.to_owned();
        self.follow_organisation(move || name.clone());
    }

    /// Asks for the organisation's name whenever it is needed: it may be given and changed while a
    /// server runs.
    pub fn follow_organisation(&self, name: impl Fn() -> String + Send + Sync + 'static) {
        let kept = self.inner.organisation.write();
        *kept.unwrap_or_else(std::sync::PoisonError::into_inner) = Box::new(name);
    }
}

/// The addresses of the room.
pub fn router(web: web::Web, consent: Consent) -> axum::Router {
    offer_purposes(&web, &consent);
    api::router().merge(pages::router()).with_state(Room { web, consent })
}

/// Lets API tokens hold the company's own purposes; [`router`] does.
pub fn offer_purposes(web: &web::Web, consent: &Consent) {
    let own = consent.clone();
    web.offer_purposes(move |lang| {
        let catalogue = own.catalogue();
        let name = |body: &PurposeBody| purpose::text_in(&body.name, lang.tag()).to_owned();
        let choice = |one: &std::sync::Arc<Purpose>| web::Choice::new(&*one.key, name(&one.body));
        let working = catalogue.purposes().filter(|purpose| purpose.retired_at.is_none());
        working.map(choice).collect()
    });
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).ok()
}
