//! What a handler may answer instead of a page. The page itself is drawn in [`crate::finish`],
//! where the reader's language is known.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An error on its way to the reader.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// Nothing here (or nothing the reader may know of).
    #[error("not found")]
    NotFound,
    /// Signed in, but the role does not allow it.
    #[error("forbidden")]
    Forbidden,
    /// Not signed in; holds the address to come back to.
    #[error("not signed in")]
    SignIn(String),
    /// A customer's data opens only for a purpose; holds the address to come back to.
    #[error("no purpose was chosen")]
    Purpose(String),
    /// The form's protection token is missing or stale.
    #[error("the form's token does not match the session")]
    Csrf,
    /// The request makes no sense; the text key says why.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// It clashes with the present state; the text key says how.
    #[error("conflict: {0}")]
    Conflict(String),
    /// Too much was sent.
    #[error("too large")]
    TooLarge,
    /// Too often; try again after so many seconds.
    #[error("too many attempts")]
    TooMany(u64),
    /// Our fault. The text goes to the log, never to the reader.
    #[error("{0}")]
    Internal(String),
}

/// Left in a response's extensions for [`crate::finish`] to draw the page from.
#[derive(Debug, Clone)]
pub(crate) struct ErrorMark {
    pub key: String,
}

impl WebError {
    /// Wraps any error as ours.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Csrf | Self::Purpose(_) => StatusCode::FORBIDDEN,
            Self::SignIn(_) => StatusCode::UNAUTHORIZED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The text key of its sentence.
    pub fn key(&self) -> &str {
        match self {
            Self::NotFound => "web-error-not-found",
            Self::Forbidden => "web-error-forbidden",
            Self::SignIn(_) => "web-error-sign-in",
            Self::Purpose(_) => "access-error-purpose",
            Self::Csrf => "web-error-csrf",
            Self::BadRequest(key) | Self::Conflict(key) => key,
            Self::TooLarge => "web-error-too-large",
            Self::TooMany(_) => "web-error-too-many",
            Self::Internal(_) => "web-error-internal",
        }
    }
}

impl From<store::StoreError> for WebError {
    fn from(error: store::StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<store::sqlx::Error> for WebError {
    fn from(error: store::sqlx::Error) -> Self {
        Self::internal(error)
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        if let Self::Internal(error) = &self {
            tracing::error!(%error, "a request failed");
        }
        let mut response = (self.status(), self.to_string_for_reader()).into_response();
        if let Self::TooMany(seconds) = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Self::SignIn(back) = &self {
            let to = format!("/signin?back={}", crate::list::encode(back));
            return axum::response::Redirect::to(&to).into_response();
        }
        if let Self::Purpose(back) = &self {
            let to = format!("/console/access/purpose?back={}", crate::list::encode(back));
            return axum::response::Redirect::to(&to).into_response();
        }
        response.extensions_mut().insert(ErrorMark { key: self.key().to_owned() });
        response
    }
}

impl WebError {
    // Only seen when a router is used without `finish`.
    fn to_string_for_reader(&self) -> String {
        self.status().canonical_reason().unwrap_or("error").to_owned()
    }
}
