//! What can go wrong in the room.

use consent::ConsentError;
use web::WebError;

/// The room's error. No variant quotes an identifier of a person or a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreferenceError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Recording or deciding.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// The shell.
    #[error("{0}")]
    Web(String),
    /// What a setting says makes no sense; the text key says why.
    #[error("a setting is wrong: {0}")]
    Setting(&'static str),
    /// A link is unknown, used up or too old.
    #[error("the link does not work (any more)")]
    Link,
    /// Nothing can be agreed to here: no published notice shows the purpose.
    #[error("no notice shows this purpose")]
    NoNotice,
}

impl From<sqlx::Error> for PreferenceError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<WebError> for PreferenceError {
    fn from(error: WebError) -> Self {
        Self::Web(error.to_string())
    }
}

impl From<PreferenceError> for WebError {
    fn from(error: PreferenceError) -> Self {
        match error {
            PreferenceError::Link | PreferenceError::Consent(ConsentError::Unknown { .. }) => {
                Self::NotFound
            }
            PreferenceError::NoNotice => Self::Conflict("preference-no-notice".into()),
            PreferenceError::Setting(key) => Self::BadRequest(key.into()),
            PreferenceError::Consent(ConsentError::Erased) => {
                Self::Conflict("preference-erased".into())
            }
            other => Self::internal(other),
        }
    }
}

impl From<PreferenceError> for store::JobError {
    fn from(error: PreferenceError) -> Self {
        Self::Retry(error.to_string())
    }
}
