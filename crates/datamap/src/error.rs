//! What can go wrong in the room.

use store::StoreError;

/// The room's error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataMapError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A customer's database or file.
    #[error(transparent)]
    Source(#[from] sources::SourceError),
    /// There is no such thing (any more).
    #[error("{0} does not exist; it may have been deleted")]
    NotFound(&'static str),
    /// What was given cannot be taken; the text is a message key.
    #[error("{0}")]
    Invalid(&'static str),
    /// What was given in a form cannot be taken, input by input.
    #[error("some inputs cannot be taken: {}", names(.0))]
    Form(Vec<crate::sources::FieldError>),
    /// It is in use; the text is a message key.
    #[error("{0}")]
    Conflict(&'static str),
}

fn names(errors: &[crate::sources::FieldError]) -> String {
    errors.iter().map(|error| error.field).collect::<Vec<_>>().join(", ")
}

impl From<sqlx::Error> for DataMapError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Shorthand.
pub type Result<T, E = DataMapError> = std::result::Result<T, E>;
