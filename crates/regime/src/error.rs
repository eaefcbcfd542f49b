//! What can go wrong.

/// Shorthand.
pub type Result<T, E = RegimeError> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegimeError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The room of customers failed.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// The data map failed.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// A letter could not be queued.
    #[error("a letter about a duty could not be queued: {0}")]
    Letter(String),
    /// There is no such thing.
    #[error("there is no such {0}; it may have been removed")]
    NotFound(&'static str),
    /// What is in the database cannot be read.
    #[error("a stored {0} cannot be read; was it written by a newer version?")]
    Damaged(&'static str),
}

impl From<sqlx::Error> for RegimeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<RegimeError> for web::WebError {
    fn from(error: RegimeError) -> Self {
        match error {
            RegimeError::NotFound(_) => Self::NotFound,
            RegimeError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
