//! The inbox: what changed since the scan before, until somebody has looked at it.

mod pages;
mod store;

pub(crate) use pages::kind_key;
pub use store::{DriftFilter, DriftRow};

/// The inbox's page.
pub(crate) fn router() -> axum::Router<crate::room::Room> {
    pages::router()
}
