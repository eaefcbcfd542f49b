//! Pages of the console, one file for each. None puts an identifier of a person into an address, a
//! title or a log.

use axum::Router;
use web::WebError;

use crate::{ConsentError, Room};

pub(crate) fn router() -> Router<Room> {
    Router::new()
}

/// What a reader is told when the service refuses.
#[allow(dead_code)] // each page uses it
pub(crate) fn refused(error: ConsentError) -> WebError {
    match error {
        ConsentError::Unknown { .. } => WebError::NotFound,
        other => WebError::internal(other),
    }
}
