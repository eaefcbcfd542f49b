//! A company's own detectors: kept in our database, checked before they are, every change with its
//! history and its ledger entry. Whoever looks for personal data asks [`crate::Inspect::own_detectors`].

pub mod code;
mod draft;
mod store;
pub(crate) mod words;

pub use draft::Draft;
pub(crate) use store::Cache;
pub use store::{Change, Detector};

use detect::CustomErrors;

/// Why a detector could not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DetectorError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] ::store::StoreError),
    /// There is no such detector (any more).
    #[error("this detector does not exist; it may have been deleted")]
    NotFound,
    /// It does not pass its checks.
    #[error("{0}")]
    Wrong(CustomErrors),
    /// Another detector has the name.
    #[error("another detector is called {0}; choose another name")]
    NameTaken(String),
    /// A text without a detector, or with several where one is meant.
    #[error("the text holds {0} detectors; write one [[detector]] table")]
    NotOne(usize),
    /// As many as one installation may have.
    #[error("there are {0} detectors already, the most there can be; delete one first")]
    TooMany(usize),
}

impl From<sqlx::Error> for DetectorError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Shorthand.
pub type Result<T, E = DetectorError> = std::result::Result<T, E>;
