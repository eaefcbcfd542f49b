//! What can go wrong.

/// Shorthand.
pub type Result<T, E = WarnError> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WarnError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The room of customers failed.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// A letter could not be queued.
    #[error("a letter about an alarm could not be queued: {0}")]
    Letter(String),
    /// There is no such thing.
    #[error("there is no such {0}; it may have been removed")]
    NotFound(&'static str),
    /// What is in the database cannot be read.
    #[error("a stored {0} cannot be read; was it written by a newer version?")]
    Damaged(&'static str),
}

impl From<sqlx::Error> for WarnError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<WarnError> for web::WebError {
    fn from(error: WarnError) -> Self {
        match error {
            WarnError::NotFound(_) => Self::NotFound,
            WarnError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
