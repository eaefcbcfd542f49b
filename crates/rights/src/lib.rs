//! Rights requests: a person asks, the law's clock is kept, staff answer. People ask in the portal
//! (`/privacy/requests`), staff write down what came by post, programs ask by the API; all come through
//! [`Rights::receive`]. What a person wrote and who they are is sealed. Callers need [`Rights`],
//! [`router`], [`nav`] and [`add_handlers`].
//!
//! A request's way: portal → a link to the address that was given → verified → the shortest clock of
//! the laws that apply → the queue of staff → where their data is ([`find`]) → messages → an answer, or a refusal with its reason.

pub mod agents;
mod api;
pub mod bundle;
pub mod clock;
pub mod correction;
mod desk;
mod effect;
pub mod erase;
mod error;
pub mod find;
pub mod handover;
pub mod identity;
pub mod intake;
mod jobs;
pub mod keep;
mod nav;
mod portal;
pub mod references;
pub mod report;
pub mod request;
mod room;
pub mod task;
pub mod template;
pub mod told;
mod tongue;
mod watch;

pub use clock::Awaited;
pub use error::{Result, RightsError};
pub use jobs::add_handlers;
pub use nav::nav;
pub use request::{By, Channel, Kind, Level, New, Private, Received, Request, State};
pub use room::Room;

pub(crate) use preference::token;

use std::sync::{Arc, OnceLock};

use consent::Consent;
use preference::Preferences;
use regime::Regimes;
use retain::Retain;
use store::{Actor, Migration, Store};
use web::{Limits, Web};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 14] = [
    Migration { room: "rights", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "rights_erase", version: 1, sql: include_str!("schema-erase.sql") },
    Migration { room: "rights_move", version: 1, sql: include_str!("schema-move.sql") },
    Migration { room: "rights_correction", version: 1, sql: include_str!("schema-correction.sql") },
    Migration { room: "rights_identity", version: 1, sql: include_str!("schema-identity.sql") },
    Migration { room: "rights_references", version: 1, sql: include_str!("schema-references.sql") },
    Migration { room: "rights_intake", version: 1, sql: include_str!("schema-intake.sql") },
    Migration { room: "rights_agents", version: 1, sql: include_str!("schema-agents.sql") },
    Migration { room: "rights_clocks", version: 1, sql: include_str!("schema-clocks.sql") },
    Migration { room: "rights_bundle", version: 1, sql: include_str!("schema-bundle.sql") },
    Migration { room: "rights_degree", version: 1, sql: include_str!("schema-degree.sql") },
    Migration { room: "rights_work", version: 1, sql: include_str!("schema-work.sql") },
    Migration { room: "rights_files", version: 1, sql: include_str!("schema-files.sql") },
    Migration { room: "rights_correction", version: 2, sql: include_str!("schema-mended.sql") },
];

/// Who acts when a person does.
pub(crate) const CUSTOMER: Actor = Actor::System("customer");

/// Why a request is refused, wholly: ends of `rights-refusal-…`, and what rule packs call the rule that
/// allows it ("" where none is needed).
pub const REFUSALS: [(&str, &str); 7] = [
    ("identity", "identity"),
    ("nobody", ""),
    ("unfounded", "fee"),
    ("excessive", "fee"),
    ("others", "others_rights"),
    ("duty", "erasure_exceptions"),
    ("claims", "erasure_exceptions"),
];

/// What may be awaited of a person.
pub const AWAITED: [&str; 3] = ["clarification", "identity", "fee"];

/// What may become of an automated decision that somebody looked at: ends of `rights-outcome-…`.
pub const OUTCOMES: [&str; 3] = ["upheld", "changed", "annulled"];

/// Working days for an answer where a law gives no number.
const TARGET: u32 = 15;

struct Inner {
    web: Web,
    consent: Consent,
    preferences: Preferences,
    regimes: Regimes,
    retain: Retain,
    limits: Limits,
    reach: OnceLock<Arc<dyn handover::Reach>>,
    /// Pieces of other companies' copies are taken one at a time.
    arriving: tokio::sync::Mutex<()>,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Rights {
    inner: Arc<Inner>,
}

impl Rights {
    /// Brings the room's schema up to date and opens it.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn open(
        web: Web,
        preferences: Preferences,
        regimes: Regimes,
        retain: Retain,
    ) -> Result<Self> {
        web.store().migrate(&MIGRATIONS).await?;
        let consent = preferences.consent().clone();
        let rights = Self {
            inner: Arc::new(Inner {
                web,
                consent,
                preferences,
                regimes,
                retain,
                limits: Limits::default(),
                reach: OnceLock::new(),
                arriving: tokio::sync::Mutex::default(),
            }),
        };
        rights.preferences().set_known(Arc::new(portal::Requesters::new(&rights)));
        jobs::schedule(&rights).await?;
        rights.count_open().await;
        Ok(rights)
    }

    /// How other companies' servers are asked; without one, nobody is moved. Set once.
    pub fn set_reach(&self, reach: Arc<dyn handover::Reach>) {
        let _ = self.inner.reach.set(reach);
    }

    pub(crate) fn arriving(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.arriving
    }

    pub(crate) fn reach(&self) -> Option<&dyn handover::Reach> {
        self.inner.reach.get().map(Arc::as_ref)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        self.inner.web.store()
    }

    pub(crate) fn web(&self) -> &Web {
        &self.inner.web
    }

    pub(crate) fn consent(&self) -> &Consent {
        &self.inner.consent
    }

    pub(crate) fn preferences(&self) -> &Preferences {
        &self.inner.preferences
    }

    pub(crate) fn regimes(&self) -> &Regimes {
        &self.inner.regimes
    }

    /// Duties to keep, legal holds, and the accounts that may change rows.
    pub(crate) fn retain(&self) -> &Retain {
        &self.inner.retain
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    #[expect(clippy::unused_self, reason = "a setting of the deployment will take its place")]
    pub(crate) fn target(&self) -> u32 {
        TARGET
    }

    /// An address of this server.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.web().base_url())
    }

    /// The organisation's name.
    pub(crate) fn organisation(&self) -> String {
        match self.web().organisation() {
            name if name.is_empty() => self.consent().organisation(),
            name => name,
        }
    }

    /// The laws under which somebody asks at a property: those the property names, else all that
    /// apply to the organisation and know requests.
    pub(crate) async fn regimes_of(&self, property: &str) -> Result<Vec<String>> {
        let law = self.regimes().law();
        let day = regime::today();
        let applying = self.regimes().applying(day).await?;
        let catalogue = self.consent().catalogue();
        let told: Vec<&str> = catalogue
            .property(property)
            .map(|one| one.body.regimes.iter().map(|regime| policy_name(regime.as_str())).collect())
            .unwrap_or_default();
        let known: Vec<&str> = Kind::ALL.iter().flat_map(|kind| kind.clocks()).copied().collect();
        let has_clock = |key: &str| {
            law.about(key, law::Kind::Clock, day).any(|one| known.contains(&one.code.as_str()))
        };
        let mut all: Vec<String> =
            told.iter().filter(|key| has_clock(key)).map(|key| (*key).to_owned()).collect();
        if all.is_empty() {
            all = applying.into_iter().map(|one| one.regime).filter(|key| has_clock(key)).collect();
        }
        all.dedup();
        Ok(all)
    }

    /// The articles that allow a refusal, by the laws of the request.
    pub fn articles(&self, request: &Request) -> Vec<law::Text> {
        let code = REFUSALS.iter().find(|(key, _)| *key == request.refusal).map_or("", |one| one.1);
        let law = self.regimes().law();
        let day = regime::today();
        let of = |regime: &String| -> Vec<law::Text> {
            let rules = law.about(regime, law::Kind::RightsRule, day);
            rules.filter(|fact| fact.code == code).map(|fact| fact.cite.clone()).collect()
        };
        if code.is_empty() { Vec::new() } else { request.regimes.iter().flat_map(of).collect() }
    }

    /// Shows beside the room's entry in the navigation how many wait for somebody.
    pub(crate) async fn count_open(&self) {
        // What was done is done, whether it can be counted or not.
        match self.counts().await {
            Ok(counts) => self.web().set_badge("/console/requests", counts.open),
            Err(error) => tracing::warn!(%error, "open requests could not be counted"),
        }
    }

    /// A keyed digest of a person, for limits.
    pub(crate) fn digest_of(&self, person: &consent::Subject) -> String {
        let blind = person.blind(self.consent().vault());
        blind.into_iter().map(vault::BlindIndex::to_text).collect()
    }
}

/// The law that the short name of a property's regime stands for.
fn policy_name(short: &str) -> &'static str {
    match short {
        "gdpr" => "eu-gdpr",
        "ccpa" => "us-ca",
        "pipl" => "cn-pipl",
        _ => "",
    }
}

/// The addresses of the room.
pub fn router(web: Web, rights: Rights) -> axum::Router {
    portal::router()
        .merge(desk::router())
        .merge(report::router())
        .merge(template::router())
        .merge(task::router())
        .merge(erase::router())
        .merge(correction::router())
        .merge(handover::router())
        .merge(identity::router())
        .merge(intake::router())
        .merge(references::router())
        .merge(api::router())
        .merge(agents::router())
        .with_state(Room { web, rights })
}
