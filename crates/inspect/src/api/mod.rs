//! Detection for programs: `POST /v1/detect` with a token of the scope `detect`.

mod offsets;
mod v1;

use axum::{Router, extract::DefaultBodyLimit};

use crate::Room;

/// Bytes of a request at most.
pub(crate) const BODY_MAX: usize = 10 << 20;
/// Texts of a request at most.
pub(crate) const TEXTS_MAX: usize = 10_000;

pub(crate) fn router() -> Router<Room> {
    Router::new().merge(v1::router()).layer(DefaultBodyLimit::max(BODY_MAX))
}
