//! Propagation: every change of consent leaves for the systems that must obey it. Events follow the
//! ledger to signed webhooks and NATS JetStream, the consent state is kept in a table of the company's
//! own database, and purpose views there show one purpose's people and columns only. This room reads
//! events through [`EventSource`] and keeps no identifier of a person: those are fetched while a
//! message is written, and neither stored nor logged here. Callers need [`Deliver`], [`Settings`] and
//! [`router`].

mod destination;
mod error;
mod event;
mod nats;
mod nav;
mod pages;
mod posture;
mod pump;
mod reach;
mod room;
mod table;
pub mod views;
pub mod webhook;

pub use destination::{
    Config, Delivery, DeliveryFilter, DeliveryState, Destination, Draft, IDENTIFIERS, Kind,
    Overview, State,
};
pub use error::{DeliverError, Fault, FieldFault, Result};
pub use event::{Batch, Event, EventKind, EventSource, Known, Person, PurposeState, SourceFault};
pub use nav::nav;
pub use posture::{DestinationPosture, Posture, ViewPosture};
pub use reach::Reach;
pub use room::Room;
pub use table::TablePlan;

use std::{sync::Arc, time::Duration};

use store::{Migration, Store};

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "deliver", version: 1, sql: include_str!("schema.sql") }];

/// How deliveries behave.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which addresses may be dialled.
    pub reach: Reach,
    /// Attempts before a delivery is a dead letter.
    pub attempts: i64,
    /// The wait after the first failed attempt; it grows fourfold up to [`Settings::longest`].
    pub first_wait: Duration,
    /// The longest wait between two attempts.
    pub longest: Duration,
    /// A destination that fails again and again is tried with one message only; the longest wait
    /// between two such tries.
    pub probe: Duration,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How long what was sent stays in the list.
    pub keep: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reach: Reach::default(),
            attempts: 12,
            first_wait: Duration::from_secs(5),
            longest: Duration::from_hours(6),
            probe: Duration::from_mins(1),
            timeout: Duration::from_secs(15),
            keep: Duration::from_hours(30 * 24),
        }
    }
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Deliver {
    store: Store,
    source: Arc<dyn EventSource>,
    settings: Arc<Settings>,
    http: webhook::Client,
    /// First part of event ids: tells this deployment's events from another's.
    tag: Arc<str>,
    /// Counts up when destinations changed: the pumps look at once.
    changed: Arc<tokio::sync::watch::Sender<u64>>,
}

impl Deliver {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(
        store: Store,
        source: Arc<dyn EventSource>,
        settings: Settings,
    ) -> Result<Self> {
        store.migrate(&MIGRATIONS).await?;
        let key = store.derive_key("deliver/event-id");
        let tag = key[..4].iter().fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"));
        Ok(Self {
            http: webhook::Client::new(settings.reach.clone(), settings.timeout),
            store,
            source,
            settings: Arc::new(settings),
            tag: tag.into(),
            changed: Arc::new(tokio::sync::watch::Sender::new(0)),
        })
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How deliveries behave.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The id of an event: the same however often it is sent, and to whichever destination.
    pub fn event_id(&self, event: &Event) -> String {
        format!("evt_{}_{}_{}", self.tag, event.seq, event.part)
    }

    fn look_again(&self) {
        self.changed.send_modify(|count| *count += 1);
    }
}

/// The pages of the room.
pub fn router(web: web::Web, deliver: Deliver) -> axum::Router {
    pages::router().with_state(Room { web, deliver })
}
