//! What can go wrong, in words that say what to do and never quote a value.

use purge::PurgeError;

/// Why a walk could not begin or had to end. What befalls one database does not end it; that is in
/// [`crate::Outcome::failed`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The plan or the place belongs to another ground.
    #[error("this {0} was made for other databases or other identifiers; plan again")]
    Foreign(&'static str),
    /// Too many values.
    #[error("{found} identifiers are too many to look for at once; at most {most}")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many may be.
        most: usize,
    },
    /// The caller could not store what was found.
    #[error("what was found could not be stored: {0}")]
    Sink(String),
    /// The temporary database for remembered keys failed.
    #[error(
        "the temporary file for keys could not be written ({0}); free space where temporary files are kept"
    )]
    Spool(String),
    /// A fault of ours.
    #[error("the search was broken off by a fault of its own; look into the log and begin again")]
    Broken,
    /// A row's key cannot be written down for a deletion.
    #[error("rows of {0} have a key of bytes, which cannot be listed for a deletion")]
    Key(String),
}

/// What befell one database, or one table of it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Mishap {
    /// It could not be reached or read.
    #[error("{0}; the rest was looked through, run this source again when it can be read")]
    Source(#[from] PurgeError),
    /// The table is not what it was when the plan was made.
    #[error("{table} has changed since the plan was made ({why}); scan the source and plan again")]
    Changed {
        /// The table.
        table: String,
        /// What is different.
        why: String,
    },
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, TraceError>;
