//! The inbox: what changed since the scan before, until somebody has looked at it.

mod store;

pub use store::{DriftFilter, DriftRow};
