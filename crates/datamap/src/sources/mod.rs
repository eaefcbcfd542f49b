//! Sources: the databases and folders that can be scanned, when they are scanned, and where their
//! data came from. [`SourceDraft`] is what a person (or privacy as code) wants; passwords are sealed
//! and never shown again.

mod forms;
mod model;
mod pages;
mod store;
mod wizard;

pub(crate) use model::kind_name;
pub use model::{FieldError, OriginDraft, Preset, SourceDraft, SystemChoice};
pub use store::{DeletionImpact, SourceSummary};
pub(crate) use store::{bump, free_key, password_context, schedule_key};

/// The pages of sources.
pub(crate) fn router() -> axum::Router<crate::room::Room> {
    pages::router().merge(wizard::router())
}
