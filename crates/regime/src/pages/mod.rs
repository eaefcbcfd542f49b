//! Pages: which laws apply.

mod laws;

use axum::Router;

use crate::Room;

pub(crate) fn router() -> Router<Room> {
    Router::new().merge(laws::router())
}
