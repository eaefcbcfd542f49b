//! Requests that authorised agents bring by program, over the Data Rights Protocol 0.9 (room [`drp`]):
//! we are a *covered business* of the network. Off until staff say who we are there; while off, nothing
//! is found at its addresses.
//!
//! The directory of the network tells which agents there are, and their keys ([`directory`]). An agent
//! sets itself up and gets a token; its signed messages become requests ([`intake`]) whose person is
//! asked by letter whether they allowed it (11 CCR §7063(a)); opt-outs need no proof. An agent learns
//! how its request stands ([`status`]) when it asks, or where it wanted to be told ([`callback`]); it
//! never gets data, which the person fetches on their own page.

mod callback;
mod directory;
mod endpoints;
mod intake;
mod pages;
mod status;
mod store;

pub use directory::Settings;
pub use store::{Agent, Last, Standing};

pub(crate) use callback::{Tell, queue};
pub(crate) use directory::Directory;

use ::store::Actor;
use axum::Router;
use drp::Action;
use serde_json::json;

use crate::{Result, Rights, Room};

/// Who acts when an agent's program does.
pub(crate) const AGENT: Actor = Actor::System("agent");

/// The rights that can be exercised. To let data be sold again is a consent, which people give
/// themselves and no agent for them (`sale:opt_in` is refused as unsupported).
pub const ACTIONS: [Action; 5] = [
    Action::Access,
    Action::Deletion,
    Action::SaleOptOut,
    Action::AccessCategories,
    Action::AccessSpecific,
];

/// Every morning, before the clocks.
const CRON: &str = "20 5 * * *";

pub(crate) async fn schedule(rights: &Rights) -> Result<()> {
    let (by, kind) = (Actor::System("rights"), directory::KIND);
    rights.store().schedule("rights:agents", kind, CRON, "UTC", json!({}), by).await?;
    Ok(())
}

pub(crate) fn router() -> Router<Room> {
    Router::new().merge(pages::router()).merge(endpoints::router())
}
