//! The desk of the data protection officer (GDPR Art 39, 个人信息保护负责人 of PIPL Art 52): what waits
//! for the reader, which clocks run, which duties and findings are open, what changed since they last
//! looked. Everything is asked from the rooms when the page is opened; the desk keeps only up to where
//! each person has seen the changes. Callers need [`Desk`], [`router`] and [`nav`].

mod changes;
mod clocks;
mod error;
mod nav;
mod page;
mod room;
mod waiting;

pub use changes::{Change, Since};
pub use clocks::{Clock, ClockKind};
pub use error::{DeskError, Result};
pub use nav::nav;
pub use room::Room;
pub use waiting::{Waiting, WaitingKind};

use audit::Audit;
use comply::Comply;
use datamap::DataMap;
use policy::Policy;
use regime::Regimes;
use retain::Retain;
use rights::Rights;
use store::{Migration, Store};
use warn::Warn;
use web::Web;

/// The schema's steps, in order.
const MIGRATIONS: [Migration; 1] =
    [Migration { room: "desk", version: 1, sql: include_str!("schema.sql") }];

/// The rooms that are asked.
#[derive(Clone)]
pub struct Rooms {
    /// Accounts and approvals.
    pub web: Web,
    /// The data map.
    pub map: DataMap,
    /// The ledger in words.
    pub audit: Audit,
    /// Alarms.
    pub warn: Warn,
    /// Laws and duties.
    pub regimes: Regimes,
    /// Findings.
    pub comply: Comply,
    /// Privacy policies.
    pub policy: Policy,
    /// Retention runs and holds.
    pub retain: Retain,
    /// Rights requests and the tasks that they make.
    pub rights: Rights,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    rooms: Rooms,
}

impl Desk {
    /// Brings the room's schema up to date and opens it.
    pub async fn open(rooms: Rooms) -> Result<Self> {
        rooms.web.store().migrate(&MIGRATIONS).await?;
        Ok(Self { rooms })
    }

    /// The rooms that are asked.
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    fn store(&self) -> &Store {
        self.rooms.web.store()
    }
}

/// The addresses of the room.
pub fn router(web: Web, desk: Desk) -> axum::Router {
    page::router().with_state(Room { web, desk })
}
