//! What browsers on other people's sites call: the configuration, choices, displays of an experiment,
//! the vendor list, and `/.well-known/gpc.json`. CORS only for the property's own origins, rates by
//! address, small bodies, errors that say what to do.

mod answers;
mod choices;
mod origin;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};

use crate::{
    Room,
    limit::{Limit, READS, WRITES},
};

/// A choice is a few hundred bytes; more is an attack or a mistake.
const BODY_MAX: usize = 16 * 1024;

/// How often an address may ask.
pub(crate) struct Limits {
    reads: Limit,
    writes: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self { reads: Limit::new(READS), writes: Limit::new(WRITES) }
    }
}

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/sdk/v1/config/{property}", get(answers::config).options(origin::preflight))
        .route("/sdk/v1/vendor-list/{property}", get(answers::vendor_list))
        .route("/sdk/v1/consents", post(choices::record).options(origin::preflight))
        .route("/sdk/v1/seen", post(choices::seen).options(origin::preflight))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .route("/.well-known/gpc.json", get(gpc))
}

/// Says that this site honours Global Privacy Control (GPC §4.1); `lastUpdate` is when it began to.
async fn gpc() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], "{\"gpc\":true,\"lastUpdate\":\"2026-11-29\"}\n")
        .into_response()
}
