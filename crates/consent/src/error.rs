//! What can go wrong in the room.

use store::StoreError;

use crate::subject::IdentifierError;

/// The room's error. No variant quotes an identifier of a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What seals identifiers.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// An identifier is none.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// There is no such thing (any more).
    #[error("there is no {kind} “{key}”")]
    Unknown {
        /// `purpose`, `notice`, `property`, `receipt` …
        kind: &'static str,
        /// The key that was asked for; never an identifier of a person.
        key: String,
    },
    /// What was given cannot be taken.
    #[error("{0}")]
    Invalid(String),
    /// It stands against what is there.
    #[error("{0}")]
    Conflict(String),
    /// The identifiers belong to two people who cannot be one.
    #[error(
        "these identifiers belong to two different customers: each has its own {0}; send them apart"
    )]
    TwoPeople(&'static str),
    /// The same idempotency key with another content.
    #[error("this Idempotency-Key was used for another request; use a new key for a new request")]
    KeyReused,
    /// The customer was erased.
    #[error("this customer was erased; nothing more is recorded under these identifiers")]
    Erased,
    /// Lists need all choices in memory, and they are still being read.
    #[error("this server is still reading everybody's choices; ask again in a few seconds")]
    Loading,
    /// The state in memory is older than its bound.
    #[error(
        "this server has not heard from the database for longer than {0} ms and does not guess; ask again or ask another server"
    )]
    Stale(u64),
}

impl From<sqlx::Error> for ConsentError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Shorthand.
pub type Result<T, E = ConsentError> = std::result::Result<T, E>;
