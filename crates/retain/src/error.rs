//! What can go wrong.

/// Shorthand.
pub type Result<T, E = RetainError> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetainError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The data map.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// Purposes and choices.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// Accounts and approvals.
    #[error("approvals could not be read or written: {0}")]
    Web(String),
    /// A customer's database.
    #[error(transparent)]
    Purge(#[from] purge::PurgeError),
    /// There is no such thing (any more).
    #[error("there is no such {0}; it may have been removed")]
    NotFound(&'static str),
    /// A rule does not hold together; a text key says why.
    #[error("the rule does not hold together ({0})")]
    Rule(&'static str),
    /// A rule does not fit; each fault with its field.
    #[error("the rule does not fit: {}", .0.iter().map(|one| one.key).collect::<Vec<_>>().join(", "))]
    Form(Vec<crate::rule::Fault>),
    /// A file of rules cannot be read or does not fit.
    #[error("{0}")]
    Code(String),
    /// It clashes with the present state; a text key says how.
    #[error("this cannot be done now ({0})")]
    Conflict(&'static str),
    /// What is in the database cannot be read.
    #[error("a stored {0} cannot be read; was it written by a newer version?")]
    Damaged(&'static str),
}

impl From<sqlx::Error> for RetainError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<web::WebError> for RetainError {
    fn from(error: web::WebError) -> Self {
        match error {
            web::WebError::NotFound => Self::NotFound("approval"),
            // The only clashes on the way: somebody used or took back the approval a moment ago.
            web::WebError::Conflict(_) => Self::Conflict("access-error-used"),
            other => Self::Web(other.to_string()),
        }
    }
}

impl From<RetainError> for web::WebError {
    fn from(error: RetainError) -> Self {
        match error {
            RetainError::NotFound(_) | RetainError::Map(datamap::DataMapError::NotFound(_)) => {
                Self::NotFound
            }
            RetainError::Rule(key) | RetainError::Conflict(key) => Self::Conflict(key.into()),
            RetainError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
