//! What can go wrong.

/// Shorthand.
pub type Result<T, E = TransferError> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The data map failed.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// The room of laws failed.
    #[error(transparent)]
    Regime(#[from] regime::RegimeError),
    /// There is no such transfer (any more).
    #[error("there is no such transfer; the map may have changed")]
    NotFound,
    /// What is in the database cannot be read.
    #[error("a stored note cannot be read; was it written by a newer version?")]
    Damaged,
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<TransferError> for web::WebError {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::NotFound => Self::NotFound,
            TransferError::Store(error) => error.into(),
            TransferError::Map(error) => error.into(),
            TransferError::Regime(error) => error.into(),
            other @ TransferError::Damaged => Self::internal(other),
        }
    }
}
