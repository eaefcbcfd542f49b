//! The room's pages in the console.

mod clocks;
mod settings;

use axum::{Router, routing::get};

use crate::Room;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/preference-centre", get(settings::show).post(settings::save))
        .route("/console/unsubscribing", get(clocks::show))
}
