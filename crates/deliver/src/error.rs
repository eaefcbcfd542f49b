//! What can go wrong here, and what kept a message from arriving.

use std::time::Duration;

use crate::SourceFault;

/// What is wrong with one input of a form: its name and the key of the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The input's name.
    pub field: &'static str,
    /// Message key.
    pub key: &'static str,
}

/// What can go wrong in this room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliverError {
    /// Privet's own database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// No such thing.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A form needs correction.
    #[error("the form needs correction: {}", told(.0))]
    Form(Vec<FieldFault>),
    /// It clashes with the present state; the text key says how.
    #[error("{0}")]
    Conflict(&'static str),
    /// Events could not be read.
    #[error(transparent)]
    Source(#[from] SourceFault),
    /// The other side could not be reached or refused.
    #[error("the destination failed: {0}")]
    Fault(#[from] Fault),
    /// A purpose view cannot be made, or is no boundary.
    #[error("{0}")]
    View(String),
}

/// Shorthand.
pub type Result<T, E = DeliverError> = std::result::Result<T, E>;

impl From<sqlx::Error> for DeliverError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

fn told(faults: &[FieldFault]) -> String {
    faults.iter().map(|fault| fault.field).collect::<Vec<_>>().join(", ")
}

/// Why a message did not arrive. Holds a code and a number, never what was sent or answered: an
/// answer may quote the person it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}", if *.status > 0 { format!(" ({status})") } else { String::new() })]
pub struct Fault {
    /// Stable key; pages translate `deliver-fault-CODE`.
    pub code: &'static str,
    /// HTTP status, or 0.
    pub status: u16,
    /// The receiver asked for this much patience.
    pub after: Option<Duration>,
}

impl Fault {
    /// Every code there is; the texts in `locales/` are checked against it.
    pub const CODES: [&'static str; 16] = [
        "blocked",
        "dns",
        "refused",
        "timeout",
        "lost",
        "tls",
        "status",
        "redirect",
        "gone",
        "large",
        "login",
        "no-stream",
        "denied",
        "foreign",
        "missing",
        "other",
    ];

    /// A fault without a status.
    pub fn new(code: &'static str) -> Self {
        Self { code, status: 0, after: None }
    }

    /// The known code of a stored text.
    pub fn known(text: &str) -> &'static str {
        Self::CODES.into_iter().find(|code| *code == text).unwrap_or("other")
    }

    /// The receiver has said that it wants nothing more.
    pub fn is_gone(&self) -> bool {
        self.code == "gone"
    }
}

impl From<&sources::SourceError> for Fault {
    fn from(error: &sources::SourceError) -> Self {
        Self::new(match error.code() {
            "blocked" => "blocked",
            "dns" => "dns",
            "refused" => "refused",
            "timeout" | "slow" => "timeout",
            "lost" | "full" | "busy" => "lost",
            "tls" => "tls",
            "password" => "login",
            "denied" => "denied",
            "missing" | "no-database" => "missing",
            _ => "other",
        })
    }
}
