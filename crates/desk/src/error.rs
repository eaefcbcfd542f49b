//! What can go wrong.

/// Shorthand.
pub type Result<T, E = DeskError> = std::result::Result<T, E>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The data map failed.
    #[error(transparent)]
    Map(#[from] datamap::DataMapError),
    /// The audit view failed.
    #[error(transparent)]
    Audit(#[from] audit::AuditError),
    /// Early warning failed.
    #[error(transparent)]
    Warn(#[from] warn::WarnError),
    /// The room of laws failed.
    #[error(transparent)]
    Regime(#[from] regime::RegimeError),
    /// The continuous audit failed.
    #[error(transparent)]
    Comply(#[from] comply::ComplyError),
    /// The privacy policy failed.
    #[error(transparent)]
    Policy(#[from] policy::PolicyError),
    /// Retention failed.
    #[error(transparent)]
    Retain(#[from] retain::RetainError),
    /// Rights requests failed.
    #[error(transparent)]
    Rights(#[from] rights::RightsError),
    /// Accounts or approvals failed.
    #[error("accounts or approvals could not be read: {0}")]
    Web(String),
}

impl From<sqlx::Error> for DeskError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<web::WebError> for DeskError {
    fn from(error: web::WebError) -> Self {
        Self::Web(error.to_string())
    }
}

impl From<DeskError> for web::WebError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Store(error) => error.into(),
            DeskError::Map(error) => error.into(),
            DeskError::Audit(error) => error.into(),
            DeskError::Warn(error) => error.into(),
            DeskError::Regime(error) => error.into(),
            DeskError::Comply(error) => error.into(),
            DeskError::Policy(error) => error.into(),
            DeskError::Retain(error) => error.into(),
            DeskError::Rights(error) => error.into(),
            other @ DeskError::Web(_) => Self::internal(other),
        }
    }
}
