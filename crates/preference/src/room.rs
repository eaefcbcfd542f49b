//! State of the room's handlers.

use axum::extract::FromRef;
use web::Web;

use crate::Preferences;

/// State of the room's handlers.
#[derive(Clone)]
pub struct Room {
    /// What every page shares.
    pub web: Web,
    /// The room's service.
    pub preferences: Preferences,
}

impl FromRef<Room> for Web {
    fn from_ref(room: &Room) -> Self {
        room.web.clone()
    }
}

impl FromRef<Room> for Preferences {
    fn from_ref(room: &Room) -> Self {
        room.preferences.clone()
    }
}
