//! What can go wrong.

/// Shorthand.
pub type Result<T, E = ComplyError> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComplyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A room could not be read.
    #[error("the state of {0} could not be read: {1}")]
    Room(&'static str, String),
    /// There is no such finding.
    #[error("there is no such finding; it may have been about something that is gone")]
    NotFound,
    /// It cannot be done as the finding stands; the text key says why.
    #[error("the finding does not stand so that this could be done: {0}")]
    Conflict(&'static str),
    /// What is in the database cannot be read.
    #[error("a stored {0} cannot be read; was it written by a newer version?")]
    Damaged(&'static str),
    /// A workbook could not be made.
    #[error("the workbook could not be made: {0}")]
    Workbook(String),
}

impl From<sqlx::Error> for ComplyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<ComplyError> for web::WebError {
    fn from(error: ComplyError) -> Self {
        match error {
            ComplyError::NotFound => Self::NotFound,
            ComplyError::Conflict(key) => Self::Conflict(key.to_owned()),
            ComplyError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
