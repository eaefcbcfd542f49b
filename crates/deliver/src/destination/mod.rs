//! Destinations and what was delivered to them: what a form must say, and all SQL of both.

mod deliveries;
mod model;
mod store;

pub use deliveries::{Delivery, DeliveryFilter, DeliveryState};
pub(crate) use model::AUTH;
pub use model::{Config, Destination, Draft, IDENTIFIERS, Kind, State};
pub use store::Overview;
