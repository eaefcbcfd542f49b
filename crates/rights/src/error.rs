//! What can go wrong.

/// Shorthand.
pub type Result<T, E = RightsError> = std::result::Result<T, E>;

/// What can go wrong. No variant quotes a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RightsError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Customers and their choices.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// Customers' own pages.
    #[error(transparent)]
    Preference(#[from] preference::PreferenceError),
    /// The laws.
    #[error(transparent)]
    Regime(#[from] regime::RegimeError),
    /// The data map.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// Duties to keep, holds, accounts that may change rows.
    #[error(transparent)]
    Retain(#[from] retain::RetainError),
    /// A customer's database.
    #[error(transparent)]
    Purge(#[from] purge::PurgeError),
    /// Looking for a person's rows.
    #[error("{0}")]
    Search(String),
    /// Letters.
    #[error("a letter could not be queued: {0}")]
    Web(String),
    /// There is no such thing (any more), or not for this person.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It clashes with the present state; a text key says how.
    #[error("this cannot be done now ({0})")]
    Conflict(&'static str),
    /// What was asked does not fit; a text key says why.
    #[error("the request does not fit ({0})")]
    Asked(&'static str),
    /// What is in the database cannot be read.
    #[error("a stored {0} cannot be read; was it written by a newer version?")]
    Damaged(&'static str),
}

impl From<sqlx::Error> for RightsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<web::WebError> for RightsError {
    fn from(error: web::WebError) -> Self {
        Self::Web(error.to_string())
    }
}

impl From<RightsError> for web::WebError {
    fn from(error: RightsError) -> Self {
        match error {
            RightsError::NotFound(_) => Self::NotFound,
            RightsError::Conflict(key) => Self::Conflict(key.into()),
            RightsError::Asked(key) => Self::BadRequest(key.into()),
            RightsError::Consent(error) => preference::PreferenceError::from(error).into(),
            RightsError::Preference(error) => error.into(),
            RightsError::Regime(error) => error.into(),
            RightsError::Retain(error) => error.into(),
            RightsError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<RightsError> for store::JobError {
    fn from(error: RightsError) -> Self {
        Self::Retry(error.to_string())
    }
}
