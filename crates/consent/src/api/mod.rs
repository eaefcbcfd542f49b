//! The room for programs, under `/v1`. A token needs the scope `consent:write` to record,
//! `consent:read` to look up people and receipts, `decide` to ask before a use, `audience` to filter
//! lists, `customers:erase` to have customers erased.

mod audience;
pub mod consents;
mod decisions;
mod erasures;
mod lookup;
pub mod problem;

pub use lookup::SERVICE;

use axum::{Router, extract::DefaultBodyLimit};

use crate::Room;

/// Bytes of a request at most.
const BODY_MAX: usize = 256 << 10;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(consents::router())
        .merge(lookup::router())
        .merge(erasures::router())
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .merge(decisions::router())
        .merge(audience::router())
}
