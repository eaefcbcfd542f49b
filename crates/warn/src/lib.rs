//! Early warning.

pub mod engine;
