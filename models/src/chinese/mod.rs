//! The Chinese model.

use anyhow::Result;

/// What to make it from.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Makes the model.
pub fn run(_args: &Args) -> Result<()> {
    anyhow::bail!("not there yet")
}
