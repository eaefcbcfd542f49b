//! Reading a request's JSON with Presidio's (that is Flask's) answers to what is wrong.

use axum::{
    body::Bytes,
    extract::rejection::BytesRejection,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde_json::{Map, Value};

/// The object that a request brings. Its text is never quoted in an error.
#[allow(clippy::result_large_err)] // a response is what the handler returns anyway
pub(super) fn object(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Map<String, Value>, Response> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json =
        kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json");
    if !is_json {
        return Err(super::error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.",
        ));
    }
    let body = body.map_err(|wrong| match wrong.status() {
        StatusCode::PAYLOAD_TOO_LARGE => super::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The data value transmitted exceeds the capacity limit.",
        ),
        status => super::error(status, "The request could not be read."),
    })?;
    match serde_json::from_slice(&body) {
        Ok(Value::Object(map)) if !map.is_empty() => Ok(map),
        Ok(_) => Err(super::error(StatusCode::BAD_REQUEST, "Invalid request json")),
        Err(_) => Err(super::error(
            StatusCode::BAD_REQUEST,
            "The browser (or proxy) sent a request that this server could not understand.",
        )),
    }
}
