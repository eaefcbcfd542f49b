//! What can go wrong in the room. Nothing here quotes a value.

/// What is wrong with one item of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its place in the request, from 0.
    pub at: usize,
    /// Stable word, part of the problem's `type`.
    pub kind: &'static str,
    /// A sentence for whoever wrote the request; never the value.
    pub detail: String,
}

impl Fault {
    /// A fault of the item at a place.
    pub fn new(at: usize, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { at, kind, detail: detail.into() }
    }
}

/// The room's error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Customers and their keys.
    #[error(transparent)]
    Consent(#[from] consent::ConsentError),
    /// A key that is there does not open what it sealed.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// Items that cannot be taken; nothing of the request was done.
    #[error("{} of the items cannot be taken; nothing was done", .0.len())]
    Items(Vec<Fault>),
    /// The request as a whole cannot be taken.
    #[error("{0}")]
    Invalid(String),
    /// A policy that cannot be: the field and the key of the sentence, for each fault.
    #[error("the policy needs correction")]
    Policy(Vec<(&'static str, &'static str)>),
    /// There is no such policy.
    #[error("there is no policy for this category")]
    NoPolicy,
    /// Somebody changed it meanwhile.
    #[error("the policy was changed by somebody else meanwhile")]
    Changed,
    /// More than the policy lets one program open in a minute.
    #[error("this token has opened as many values of {category} as its policy allows in a minute")]
    TooMany {
        /// The category.
        category: String,
        /// Seconds until the next minute.
        seconds: u64,
    },
    /// Others write the same tokens at this moment.
    #[error("others are making the same tokens at this moment; send the request again")]
    Crowded,
}

impl From<sqlx::Error> for ProtectError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Shorthand.
pub type Result<T, E = ProtectError> = std::result::Result<T, E>;
