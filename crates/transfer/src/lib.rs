//! Transfers across borders: which data leaves which territory, to whom, and by which tool of the law.
//! Everything is found from the map (where systems and recipients are, what flows, what is shared) and
//! judged by the facts of the packs; people add only what no map can know: an exempt case, a better
//! count, a filing number, where the transfer impact assessment is. Callers need [`Transfers`],
//! [`router`] and [`nav`].

mod api;
mod error;
mod judge;
mod model;
mod nav;
mod note;
mod pages;
mod picture;
mod room;

pub use error::{Result, TransferError};
pub use judge::{Counted, Needs, Report, Route, Verdict};
pub use model::{Crossing, End, EndKind, Unplaced};
pub use nav::nav;
pub use note::Note;
pub use room::Room;

use datamap::{DataMap, records::Facts};
use jiff::civil::Date;
use law::Law;
use regime::Regimes;
use store::{Migration, Store};
use web::Web;

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "transfer", version: 1, sql: include_str!("schema.sql") }];

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Transfers {
    store: Store,
    map: DataMap,
    regimes: Regimes,
}

impl Transfers {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(store: Store, map: DataMap, regimes: Regimes) -> Result<Self> {
        store.migrate(&MIGRATIONS).await?;
        Ok(Self { store, map, regimes })
    }

    /// Privet's own database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// All transfers across borders as of now, judged by the law of a day.
    pub async fn report(&self, day: Date) -> Result<Report> {
        self.regimes.refresh().await?;
        self.report_under(&self.regimes.law(), day).await
    }

    /// The same under another law: one that is not switched on yet.
    pub async fn report_under(&self, law: &Law, day: Date) -> Result<Report> {
        self.report_of(law, day, &self.map.record_facts().await?).await
    }

    /// The same, from facts of the map that are at hand already.
    pub async fn report_of(&self, law: &Law, day: Date, facts: &Facts) -> Result<Report> {
        let flows = self.map.flows_in_state("active").await?;
        let notes = self.notes().await?;
        let (crossings, unplaced) = model::find(facts, &flows, &notes);
        let known = self.regimes.known().await?;
        Ok(judge::report(law, known, day, crossings, unplaced))
    }
}

/// The addresses of the room.
pub fn router(web: Web, transfers: Transfers) -> axum::Router {
    axum::Router::new()
        .merge(pages::router())
        .merge(api::router())
        .with_state(Room { web, transfers })
}
