//! Pages: which laws apply, the profile, the facts of a law, duties, rule packs.

mod duties;
mod law;
mod laws;
mod packs;
mod profile;
pub(crate) mod words;

use axum::Router;
use serde::Deserialize;

use crate::Room;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(laws::router())
        .merge(profile::router())
        .merge(packs::router())
        .merge(law::router())
        .merge(duties::router())
}

/// A form without fields.
#[derive(Deserialize)]
struct Nothing {}
