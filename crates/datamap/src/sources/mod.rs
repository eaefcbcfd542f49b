//! Sources: the databases and folders that can be scanned, when they are scanned, and where their
//! data came from. [`SourceDraft`] is what a person (or privacy as code) wants; passwords are sealed
//! and never shown again.

mod model;
mod store;

pub use model::{FieldError, OriginDraft, Preset, SourceDraft, SystemChoice};
pub use store::{DeletionImpact, SourceSummary};
pub(crate) use store::{bump, free_key};
