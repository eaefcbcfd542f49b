//! The calls of Microsoft Presidio's analyzer and anonymizer (REST, 2.2): who uses them switches by
//! changing an address. Shapes, status codes and messages are theirs, found out by asking both side by
//! side; what differs is in `docs/detect-api.md`. A token with the scope `detect` is needed, unless the
//! configuration opens these addresses to programs on this machine.

mod access;
mod analyze;
mod anonymize;
mod merge;
mod request;

use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{Busy, Room};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/health", get(health))
        .route("/analyze", post(analyze::analyze))
        .route("/recognizers", get(analyze::recognizers))
        .route("/supportedentities", get(analyze::supported_entities))
        .route("/anonymize", post(anonymize::anonymize))
        .route("/deanonymize", post(anonymize::deanonymize))
        .route("/anonymizers", get(anonymize::anonymizers))
        .route("/deanonymizers", get(anonymize::deanonymizers))
}

/// Anybody may ask whether the server is there.
async fn health() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], "Privet detection service is up")
        .into_response()
}

/// `{"error": …}`.
fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(serde_json::json!({ "error": message }))).into_response()
}

fn busy(busy: Busy) -> Response {
    let status = match busy {
        Busy::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        Busy::Turn | Busy::TooLong => StatusCode::SERVICE_UNAVAILABLE,
    };
    error(status, &busy.to_string())
}
