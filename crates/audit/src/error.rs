//! What can go wrong.

/// Shorthand.
pub type Result<T, E = AuditError> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The room of customers failed.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// There is no such thing.
    #[error("there is no such {0}; it may have been removed")]
    NotFound(&'static str),
    /// Something given cannot be used; in words that name no value.
    #[error("{0}")]
    Invalid(String),
}

impl From<sqlx::Error> for AuditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<AuditError> for web::WebError {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::NotFound(_)
            | AuditError::Consent(consent::ConsentError::Unknown { .. }) => Self::NotFound,
            other => Self::internal(other),
        }
    }
}
