//! Detection for programs: `POST /v1/detect`, and the calls of Presidio under its own addresses. A
//! token needs the scope `detect`.

mod crypt;
mod offsets;
mod operators;
mod presidio;
mod v1;

use axum::{Router, extract::DefaultBodyLimit};

use crate::Room;

/// Bytes of a request at most.
pub(crate) const BODY_MAX: usize = 10 << 20;
/// Texts of a request at most.
pub(crate) const TEXTS_MAX: usize = 10_000;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(v1::router())
        .merge(presidio::router())
        .layer(DefaultBodyLimit::max(BODY_MAX))
}
