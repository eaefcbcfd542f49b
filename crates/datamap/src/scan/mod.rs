//! The scan: introspect a source, sample its stores two at a time, classify their columns, and merge
//! each finished store at once, so that a crash loses nothing that was found. Decisions people made
//! survive; what changed since the scan before goes to the inbox.

mod finish;
mod job;
mod merge;
mod pages;
mod read;
mod store;
mod usage;

pub use job::ScanHandler;
pub use pages::source_error;
pub use store::{ScanSummary, StoreSummary};
pub use usage::UsageHandler;

/// The scan's page.
pub(crate) fn router() -> axum::Router<crate::room::Room> {
    pages::router()
}
