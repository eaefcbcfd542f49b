//! Makes the language models that detection embeds (`crates/detect/models/`), from sources whose
//! licence allows it; `models/README.md` is the model card. Run by `cargo xtask models`.

mod chinese;
mod english;
mod places;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Makes the language models.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    model: Model,
}

#[derive(Subcommand)]
enum Model {
    /// Chinese: converts the published LAC weights.
    Zh(chinese::Args),
    /// English: trains the tagger.
    En(english::Args),
    /// Places: the gazetteer of English text.
    Places(places::Args),
}

fn main() -> Result<()> {
    match Cli::parse().model {
        Model::Zh(args) => chinese::run(&args),
        Model::En(args) => english::run(&args),
        Model::Places(args) => places::run(&args),
    }
}
