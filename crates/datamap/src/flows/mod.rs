//! Flows: how personal data moves between systems and recipients; declared or discovered.

pub mod sketch;

use crate::{DataMap, Result};

/// Looks for flows from and to a source that was just scanned.
pub async fn discover(_map: &DataMap, _source_id: &str) -> Result<()> {
    Ok(())
}
