//! Requests: what they are, how they are kept, what happens to them.

mod change;
mod model;
mod receive;
mod store;

pub use model::{By, Channel, Kind, Level, Private, Request, State};
pub use receive::{New, Received};
pub use store::{Author, Counts, Event, Filter, Message};
