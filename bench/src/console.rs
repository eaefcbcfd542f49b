//! The console beside the bare query.

use anyhow::Result;

/// Returns how many targets were missed.
pub async fn run() -> Result<usize> {
    Ok(0)
}
