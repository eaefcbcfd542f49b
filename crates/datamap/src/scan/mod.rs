//! The scan: introspect a source, sample its stores two at a time, classify their columns, and merge
//! each finished store at once, so that a crash loses nothing that was found. Decisions people made
//! survive; what changed since the scan before goes to the inbox.

mod finish;
mod job;
mod merge;
mod read;
mod store;

pub use job::ScanHandler;
pub use store::{ScanSummary, StoreSummary};

/// The stable code of a source's error, with its details; values never appear in either.
pub(crate) fn describe(error: &::sources::SourceError) -> (String, String) {
    (code_of(error).to_owned(), error.to_string())
}

fn code_of(_error: &::sources::SourceError) -> &'static str {
    "other"
}
