//! The room for programs: `POST /v1/vault/…`. A token needs the scope `vault:seal` to seal and to make
//! tokens, `vault:open` to open and to ask what tokens stand for, `vault:search` to search.

mod body;
mod problem;
mod tokens;
mod values;

use axum::{Router, extract::DefaultBodyLimit};

use crate::Room;

/// Scope that seals and makes tokens.
pub(crate) const SEAL: &str = "vault:seal";
/// Scope that opens.
pub(crate) const OPEN: &str = "vault:open";
/// Scope that finds by value.
pub(crate) const SEARCH: &str = "vault:search";
/// Bytes of a request at most.
const BODY_MAX: usize = 4 << 20;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(values::router())
        .merge(tokens::router())
        .layer(DefaultBodyLimit::max(BODY_MAX))
}
