//! What can go wrong in the room.

/// The room's error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The data map.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// Purposes and properties.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// The laws that apply.
    #[error(transparent)]
    Regime(#[from] regime::RegimeError),
    /// There is no such policy, version or block.
    #[error("there is no such policy")]
    NotFound,
    /// It clashes with the present state; the message key says how.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// What was sent cannot be taken; the message key says why.
    #[error("invalid: {0}")]
    Invalid(&'static str),
    /// What is stored cannot be read.
    #[error("a stored policy cannot be read: {0}")]
    Damaged(#[from] serde_json::Error),
    /// The outgoing mail.
    #[error("the outgoing mail failed: {0}")]
    Mail(String),
    /// A page could not be drawn.
    #[error("a policy's page could not be drawn: {0}")]
    Draw(#[from] askama::Error),
}

/// Shorthand.
pub type Result<T, E = PolicyError> = std::result::Result<T, E>;

impl From<sqlx::Error> for PolicyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<PolicyError> for web::WebError {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Conflict(key) => Self::Conflict(key.into()),
            PolicyError::Invalid(key) => Self::BadRequest(key.into()),
            PolicyError::NotFound | PolicyError::Consent(consent::ConsentError::Unknown { .. }) => {
                Self::NotFound
            }
            other => Self::internal(other),
        }
    }
}
