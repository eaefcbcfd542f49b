//! State of the room's pages, and errors on their way to the reader.

use axum::extract::FromRef;
use web::{Web, WebError};

use crate::{Grants, GrantsError};

/// State of the room's pages.
#[derive(Clone)]
pub struct Room {
    /// What every page shares.
    pub web: Web,
    /// The room.
    pub grants: Grants,
}

impl FromRef<Room> for Web {
    fn from_ref(room: &Room) -> Self {
        room.web.clone()
    }
}

impl From<GrantsError> for WebError {
    fn from(error: GrantsError) -> Self {
        match error {
            GrantsError::Store(error) => error.into(),
            GrantsError::Map(error) => error.into(),
            GrantsError::NotFound(_) => Self::NotFound,
            GrantsError::Changed => Self::Conflict("grants-error-changed".into()),
            GrantsError::NoAccounts => Self::Conflict("grants-error-no-accounts".into()),
            GrantsError::Line(faults) => Self::BadRequest(
                faults.first().map_or("grants-error-holder", |(_, key)| key).to_owned(),
            ),
        }
    }
}
