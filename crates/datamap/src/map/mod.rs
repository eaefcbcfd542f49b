//! The map itself: fields, decisions, search, dashboard.

/// Counts of fields, kept in memory until the map changes.
#[derive(Clone, Default)]
pub struct SummaryCache;
