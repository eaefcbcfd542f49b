//! Pages of the console, one file for each. None puts an identifier of a person into an address, a
//! title or a log.

mod behalf;
mod campaigns;
mod chart;
mod checked;
mod erase;
mod moment;
mod notices;
mod overview;
mod people;
mod person;
mod properties;
mod purposes;
mod receipt;
mod simulator;
mod words;

pub(crate) use words::{basis, channel, origin_of, regime};

use axum::Router;
use web::WebError;

use crate::{ConsentError, Room};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(overview::router())
        .merge(people::router())
        .merge(person::router())
        .merge(erase::router())
        .merge(behalf::router())
        .merge(receipt::router())
        .merge(purposes::router())
        .merge(notices::router())
        .merge(simulator::router())
        .merge(campaigns::router())
        .merge(properties::router())
}

/// What a reader is told when the service refuses.
pub(crate) fn refused(error: ConsentError) -> WebError {
    match error {
        ConsentError::Unknown { .. } => WebError::NotFound,
        ConsentError::Erased => WebError::Conflict("customer-error-erased".to_owned()),
        ConsentError::Stale(_) => WebError::TooMany(1),
        other => WebError::internal(other),
    }
}
