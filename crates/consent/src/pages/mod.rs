//! Pages of the console, one file for each. None puts an identifier of a person into an address, a
//! title or a log.

mod chart;
mod overview;
mod properties;
mod receipt;
mod words;

pub(crate) use words::{basis, channel, origin_of, regime};

use axum::Router;
use web::WebError;

use crate::{ConsentError, Room};

pub(crate) fn router() -> Router<Room> {
    Router::new().merge(overview::router()).merge(properties::router()).merge(receipt::router())
}

/// What a reader is told when the service refuses.
pub(crate) fn refused(error: ConsentError) -> WebError {
    match error {
        ConsentError::Unknown { .. } => WebError::NotFound,
        other => WebError::internal(other),
    }
}
