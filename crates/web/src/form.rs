//! Forms: reading them with their protection token, and telling the reader what is wrong.

use crate::{Web, WebError, look, secret};
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

/// A form that carries the token of the reader's session, in the field `csrf` (drawn by
/// `c::csrf(p)`) or the header `X-CSRF-Token`. Repeated keys fill a `Vec`; give fields that may be
/// absent `#[serde(default)]`.
#[derive(Debug, Clone)]
pub struct CsrfForm<T>(pub T);

impl<S, T> FromRequest<S> for CsrfForm<T>
where
    Web: FromRef<S>,
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        let web = Web::from_ref(state);
        let (parts, body) = request.into_parts();
        let is_form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(WebError::BadRequest("web-error-bad-form".into()));
        }
        // Browsers say where a request comes from; one from elsewhere is refused before the token.
        let site = parts.headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        if matches!(site, Some("cross-site" | "same-site")) {
            return Err(WebError::Csrf);
        }
        let wanted = web.csrf_of(&look::csrf_secret(&web, &parts));
        let header = parts.headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
        let header = header.map(str::to_owned);
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await.map_err(
            |rejection| match rejection.into_response_status() {
                StatusCode::PAYLOAD_TOO_LARGE => WebError::TooLarge,
                _ => WebError::BadRequest("web-error-bad-form".into()),
            },
        )?;
        let given = header.or_else(|| {
            url::form_urlencoded::parse(&bytes)
                .find(|(key, _)| key == "csrf")
                .map(|(_, value)| value.into_owned())
        });
        if !given.is_some_and(|token| secret::same(&token, &wanted)) {
            return Err(WebError::Csrf);
        }
        let form = serde_html_form::from_bytes(&bytes).map_err(|error| {
            // The error names fields, not values.
            tracing::debug!(%error, "a form does not fit its type");
            WebError::BadRequest("web-error-bad-form".into())
        })?;
        Ok(Self(form))
    }
}

trait RejectionStatus {
    fn into_response_status(self) -> StatusCode;
}

impl<R: axum::response::IntoResponse> RejectionStatus for R {
    fn into_response_status(self) -> StatusCode {
        self.into_response().status()
    }
}

/// What is wrong with a form, field by field, already translated.
#[derive(Debug, Clone, Default)]
pub struct Errors(Vec<(&'static str, String)>);

impl Errors {
    /// Nothing wrong so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a fault of a field (or of the whole form, under `""`).
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push((field, message.into()));
    }

    /// The first fault of a field; empty if it is fine.
    pub fn on(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == field).map_or("", |(_, message)| message)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All faults, for the summary at the top.
    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.0.iter()
    }
}

/// One choice of a select.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }

    /// Whether it is the selected one.
    pub fn is(&self, selected: impl AsRef<str>) -> bool {
        self.value == selected.as_ref()
    }
}
