//! Errors as RFC 9457 problems with stable types. The faults of items stand in `errors`, each with its
//! place in the request; no value is ever quoted.

use axum::{
    Json,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use consent::ConsentError;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Fault, ProtectError};

/// Faults told in one answer at most.
const TOLD: usize = 100;

/// What a caller is told. Nothing of our own database is.
pub(crate) fn problem_of(error: &ProtectError) -> Response {
    use ProtectError as E;
    let (status, kind) = match error {
        E::Items(faults) => return items(faults),
        E::Invalid(_) | E::Policy(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        E::NoPolicy => (StatusCode::NOT_FOUND, "unknown"),
        E::Changed => (StatusCode::CONFLICT, "conflict"),
        E::TooMany { seconds, .. } => {
            let mut response = web::problem(
                StatusCode::TOO_MANY_REQUESTS,
                "urn:privet:problem:too-many",
                &error.to_string(),
            );
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            return response;
        }
        E::Crowded => (StatusCode::SERVICE_UNAVAILABLE, "crowded"),
        E::Consent(ConsentError::Erased) => (StatusCode::GONE, "erased"),
        E::Store(_) | E::Vault(_) | E::Consent(_) => {
            tracing::error!(%error, "values could not be sealed or opened");
            let detail =
                "the database did not answer as it should; nothing was done, send it again";
            return web::problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "urn:privet:problem:unavailable",
                detail,
            );
        }
    };
    web::problem(status, &format!("urn:privet:problem:{kind}"), &error.to_string())
}

fn items(faults: &[Fault]) -> Response {
    let all = |kind: &str| faults.iter().all(|fault| fault.kind == kind);
    let status = if faults.iter().any(|fault| fault.kind == "refused") {
        StatusCode::FORBIDDEN
    } else if all("unknown-token") {
        StatusCode::NOT_FOUND
    } else if all("erased") {
        StatusCode::GONE
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let errors: Vec<Value> = faults
        .iter()
        .take(TOLD)
        .map(|fault| {
            json!({
                "at": fault.at,
                "type": format!("urn:privet:problem:vault:{}", fault.kind),
                "detail": fault.detail,
            })
        })
        .collect();
    let detail = match faults {
        [one] => format!("item {} cannot be taken, and nothing was done: {}", one.at, one.detail),
        _ => format!(
            "{} items cannot be taken, and nothing was done; `errors` has the first {TOLD} with \
             their places, counted from 0",
            faults.len()
        ),
    };
    let body = json!({
        "type": "urn:privet:problem:vault:items",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
        "errors": errors,
    });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, body.to_string()).into_response()
}

/// A JSON body; what cannot be read is told without quoting it.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(rejected(&rejection)),
        }
    }
}

/// serde's own message may quote a value of the request: say where, not what.
fn rejected(rejection: &JsonRejection) -> Response {
    let status = rejection.status();
    let detail = match rejection {
        JsonRejection::JsonDataError(error) => {
            let text = error.body_text();
            let place = text.rfind(" at line ").map_or("", |at| &text[at..]);
            format!("a member is missing, unknown or of the wrong type{place}; /docs has the list")
        }
        JsonRejection::JsonSyntaxError(_) => "the body is not JSON".to_owned(),
        JsonRejection::MissingJsonContentType(_) => {
            "send the body with Content-Type: application/json".to_owned()
        }
        _ if status == StatusCode::PAYLOAD_TOO_LARGE => {
            "the body is larger than this call takes; send fewer items at once".to_owned()
        }
        _ => "the body could not be read".to_owned(),
    };
    web::problem(status, "urn:privet:problem:body", &detail)
}
