//! The inbox: what changed since the scan before, until somebody has looked at it.

#[cfg(any())]
mod pages;
mod store;

pub use store::{DriftFilter, DriftRow};

#[cfg(any())]
/// The inbox's page.
pub(crate) fn router() -> axum::Router<crate::room::Room> {
    pages::router()
}
