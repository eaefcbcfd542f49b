//! The inbox: what changed since the scan before.
