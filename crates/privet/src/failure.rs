//! How a command fails: one message (what failed, why, what to do) and the exit code.

use std::process::ExitCode;

/// A check failed (exit code 1).
const CHECK: u8 = 1;
/// Wrong usage (exit code 2).
const USAGE: u8 = 2;
/// Something could not be reached or read (exit code 3).
const UNREACHABLE: u8 = 3;

/// Why a command ended without success.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// A check failed.
    pub fn check(message: impl Into<String>) -> Self {
        Self { code: CHECK, message: message.into() }
    }

    /// The command was used wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into() }
    }

    /// Something could not be reached or read.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { code: UNREACHABLE, message: message.into() }
    }

    /// Tells the person on stderr and gives the exit code.
    pub fn report(&self) -> ExitCode {
        eprintln!("privet: {}", self.message);
        ExitCode::from(self.code)
    }

    /// The exit code of a command that did its work but could not read everything.
    pub fn incomplete() -> ExitCode {
        ExitCode::from(UNREACHABLE)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::unreachable(format!("{error:#}"))
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self::unreachable(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unreachable(error.to_string())
    }
}
