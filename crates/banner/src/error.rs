//! What can go wrong in the room.

/// The room's error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BannerError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The data map.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// Recording.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// There is no such thing.
    #[error("there is no such banner or experiment")]
    NotFound,
    /// It clashes with the present state; the message key says how.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// What is stored cannot be read.
    #[error("a stored banner cannot be read: {0}")]
    Damaged(#[from] serde_json::Error),
}

/// Shorthand.
pub type Result<T, E = BannerError> = std::result::Result<T, E>;

impl From<sqlx::Error> for BannerError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<BannerError> for web::WebError {
    fn from(error: BannerError) -> Self {
        match error {
            BannerError::NotFound => Self::NotFound,
            BannerError::Conflict(key) => Self::Conflict(key.into()),
            other => Self::internal(other),
        }
    }
}
