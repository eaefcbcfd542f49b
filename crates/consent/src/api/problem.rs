//! Errors as RFC 9457 problems with stable types.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{StatusCode, header},
    response::Response,
};
use serde::de::DeserializeOwned;

use crate::ConsentError;

/// What a caller is told. Nothing of our own database is.
pub fn problem_of(error: &ConsentError) -> Response {
    use ConsentError as E;
    let (status, kind) = match error {
        E::Store(_) | E::Vault(_) => {
            tracing::error!(%error, "consent could not be read or written");
            let detail =
                "the database did not answer as it should; nothing was recorded, send it again";
            return web::problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "urn:privet:problem:unavailable",
                detail,
            );
        }
        E::Identifier(_) => (StatusCode::UNPROCESSABLE_ENTITY, "identifier"),
        E::Unknown { .. } => (StatusCode::NOT_FOUND, "unknown"),
        E::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        E::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
        E::TwoPeople(_) => (StatusCode::CONFLICT, "two-people"),
        E::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused"),
        E::Erased => (StatusCode::GONE, "erased"),
        E::Stale(_) => (StatusCode::SERVICE_UNAVAILABLE, "stale"),
        E::Loading => (StatusCode::SERVICE_UNAVAILABLE, "loading"),
    };
    web::problem(status, &format!("urn:privet:problem:{kind}"), &error.to_string())
}

/// A JSON body; what cannot be read is told without quoting it.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
            let read = Json::<T>::from_request(request, state).await;
            return read.map(|Json(body)| Self(body)).map_err(|error| rejected(&error));
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| rejected(&error.into()))?;
        // Following the path into the document, for a message about it, takes longer than reading it.
        if let Ok(body) = serde_json::from_slice(&bytes) {
            return Ok(Self(body));
        }
        Json::from_bytes(&bytes).map(|Json(body)| Self(body)).map_err(|error| rejected(&error))
    }
}

fn rejected(rejection: &JsonRejection) -> Response {
    let status = rejection.status();
    let detail = match rejection {
        JsonRejection::JsonDataError(error) => shape(&error.body_text()),
        JsonRejection::JsonSyntaxError(_) => "the body is not JSON".to_owned(),
        JsonRejection::MissingJsonContentType(_) => {
            "send the body with Content-Type: application/json".to_owned()
        }
        _ if status == StatusCode::PAYLOAD_TOO_LARGE => {
            "the body is larger than this call takes; send less at once".to_owned()
        }
        _ => "the body could not be read".to_owned(),
    };
    web::problem(status, "urn:privet:problem:body", &detail)
}

/// Which member is wrong, never its value: serde quotes values in some messages.
fn shape(text: &str) -> String {
    let known = ["unknown field", "missing field", "duplicate field"];
    let place = text.rfind(" at line ").map_or("", |at| &text[at..]);
    let message = known.iter().find_map(|mark| {
        let rest = &text[text.find(mark)?..];
        let end = rest.match_indices('`').nth(1).map_or(rest.len(), |(at, _)| at + 1);
        Some(rest[..end.min(120)].to_owned())
    });
    let what = message.unwrap_or_else(|| "a member has the wrong type".to_owned());
    format!("the body does not have the expected shape: {what}{place}")
}
