//! State of the room's handlers.

use axum::extract::FromRef;
use web::Web;

use crate::Desk;

/// State of the room's handlers.
#[derive(Clone)]
pub struct Room {
    /// What every page shares.
    pub web: Web,
    /// The room's service.
    pub desk: Desk,
}

impl FromRef<Room> for Web {
    fn from_ref(room: &Room) -> Self {
        room.web.clone()
    }
}
