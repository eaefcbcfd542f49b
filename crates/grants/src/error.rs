//! What can go wrong in the room.

use store::StoreError;

/// The room's error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GrantsError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The map, or a customer's database through it.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// There is no such thing (any more).
    #[error("{0} does not exist; it may have been deleted")]
    NotFound(&'static str),
    /// A line cannot be taken: inputs and message keys.
    #[error("some inputs cannot be taken: {}", names(.0))]
    Line(Vec<(&'static str, &'static str)>),
    /// The line was changed by somebody else meanwhile.
    #[error("the line was changed meanwhile; read it again")]
    Changed,
    /// The source has no accounts of its own.
    #[error("this source has no accounts of its own")]
    NoAccounts,
}

fn names(faults: &[(&'static str, &'static str)]) -> String {
    faults.iter().map(|(input, _)| *input).collect::<Vec<_>>().join(", ")
}

impl From<sqlx::Error> for GrantsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Shorthand.
pub type Result<T, E = GrantsError> = std::result::Result<T, E>;
