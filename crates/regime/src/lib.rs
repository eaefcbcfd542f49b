//! Which privacy laws apply to this organisation and why: its profile, with live counts from the map
//! and from consents beside it, the duties that follow with their days, and the rule packs in use. The
//! law itself is in `law`, which knows no database; this room keeps what people say and decide. It never
//! counts as "no" what nobody told. Callers need [`Regimes`], [`router`] and [`nav`].

mod affected;
mod duties;
mod error;
mod ical;
mod live;
mod nav;
mod packs;
mod pages;
mod profile;
mod remind;
mod room;

pub use affected::days_of_change;
pub use duties::{Done, Duty, Standing};
pub use error::{RegimeError, Result};
pub use law::{Applying, Metric, Truth, Value};
pub use live::{Count, Live, Source};
pub use nav::nav;
pub use packs::{Affected, Effect, Loaded, Preview, Stage, Staged};
pub use profile::{Profile, Told};
pub use remind::add_handlers;
pub use room::Room;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use consent::Consent;
use datamap::DataMap;
use jiff::civil::Date;
use law::Law;
use store::{Migration, Store};
use web::Web;

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "regime", version: 1, sql: include_str!("schema.sql") }];

struct Inner {
    store: Store,
    consent: Consent,
    map: DataMap,
    /// The law in use, and which version of the database's choice it is.
    law: RwLock<(i64, Arc<Law>)>,
    /// The newest counts, and when they were made.
    live: Mutex<Option<(Instant, Arc<Live>)>>,
    /// Rooms that can say what of theirs a new law changes.
    affected: RwLock<Vec<Arc<dyn Affected>>>,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Regimes {
    inner: Arc<Inner>,
}

impl Regimes {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(store: Store, consent: Consent, map: DataMap) -> Result<Self> {
        store.migrate(&MIGRATIONS).await?;
        let law = RwLock::new((0, Arc::new(Law::shipped().clone())));
        let regimes = Self {
            inner: Arc::new(Inner {
                store,
                consent,
                map,
                law,
                live: Mutex::default(),
                affected: RwLock::default(),
            }),
        };
        regimes.refresh().await?;
        remind::schedule(&regimes).await?;
        Ok(regimes)
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The room of customers.
    pub fn consent(&self) -> &Consent {
        &self.inner.consent
    }

    /// The data map.
    pub fn map(&self) -> &DataMap {
        &self.inner.map
    }

    /// The law in use: the packs that come with Privet and those installed. As of the last
    /// [`Regimes::refresh`], which the room's own pages and its background work do.
    pub fn law(&self) -> Arc<Law> {
        self.inner.law.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// The regimes that apply on a day, each with the conditions that made it so.
    pub async fn applying(&self, day: Date) -> Result<Vec<Applying>> {
        let known = self.known().await?;
        Ok(self.law().applying(&known, day))
    }
}

/// Today, in UTC.
pub fn today() -> Date {
    jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
}

/// The conditions by which a law applies, as one line.
pub fn because(p: &web::Look, judged: &[law::Judged]) -> String {
    let said: Vec<String> =
        judged.iter().map(|one| pages::words::condition(p, &one.condition)).collect();
    said.join(&p.t("laws-comma"))
}

/// The addresses of the room.
pub fn router(web: Web, regimes: Regimes) -> axum::Router {
    pages::router().with_state(Room { web, regimes })
}
