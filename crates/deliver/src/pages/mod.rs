//! The pages of the room.
use crate::Room;
use axum::Router;
pub(crate) fn router() -> Router<Room> {
    Router::new()
}
