//! The English model: makes texts from templates and lists, trains the tagger on them, and writes
//! `crates/detect/models/en.bin`. The same inputs make the same file, bit for bit.

mod corpus;
mod crf;
mod fillers;
mod lexicon;
mod lists;
mod orgs;
mod people;
mod places;
mod random;
mod silver;
mod template;
mod write;

use std::path::PathBuf;

use anyhow::Result;
use detect::english::features::Lexicon;

use corpus::Document;
use crf::{HIDDEN, Stretch, Trainer};
use random::Random;

/// What to make it from.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Lists, templates and texts.
    #[arg(long, default_value = "models/data/english")]
    data: PathBuf,
    /// Where the model goes.
    #[arg(long, default_value = "crates/detect/models/en.bin")]
    output: PathBuf,
    /// Texts to make from templates.
    #[arg(long, default_value_t = 120_000)]
    texts: usize,
    /// Times to learn everything.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Print this many made texts and stop.
    #[arg(long)]
    show: Option<usize>,
    /// Copies of each text labelled by the teacher.
    #[arg(long, default_value_t = 1)]
    silver: usize,
}

/// Makes the model.
pub fn run(args: &Args) -> Result<()> {
    let lists = lists::read(&args.data)?;
    let domains = corpus::read_templates(&args.data.join("templates"))?;
    let mut chance = Random::new(20_261_125);
    if let Some(count) = args.show {
        for _ in 0..count {
            show(&corpus::document(&lists, &domains, &mut chance));
        }
        return Ok(());
    }
    let slots = lexicon::build(&lists);
    let lexicon = Lexicon::new(&slots);
    let silver = silver::read(&args.data)?;
    let mut lost = 0;
    let mut stretches: Vec<Stretch> = Vec::new();
    for _ in 0..args.texts {
        let document = corpus::document(&lists, &domains, &mut chance);
        stretches.extend(crf::stretches(&document, lexicon, HIDDEN, &mut chance, &mut lost));
    }
    println!("made: {} stretches; {lost} entity tokens outside of them", stretches.len());
    for _ in 0..args.silver {
        for document in &silver {
            stretches.extend(crf::stretches(document, lexicon, 15, &mut chance, &mut lost));
        }
    }
    println!("with the teacher's: {} stretches", stretches.len());
    let held = stretches.len() / 50;
    chance.shuffle(&mut stretches);
    let (held, learned) = stretches.split_at_mut(held);
    let mut trainer = Trainer::new(0.25, 2e-6);
    for round in 0..args.rounds {
        // Smaller steps towards the end, so that the last texts do not outweigh the first.
        trainer.set_rate(0.25 * (1.0 - 0.85 * round as f32 / args.rounds as f32));
        chance.shuffle(learned);
        let loss: f64 = learned.iter().map(|stretch| f64::from(trainer.learn(stretch))).sum();
        println!("round {}: loss {:.4} a stretch", round + 1, loss / learned.len() as f64);
    }
    write::write(&args.output, &slots, &trainer, held)
}

/// Prints a text with its entities marked.
fn show(document: &Document) {
    let mut text = document.text.clone();
    for (range, class) in document.spans.iter().rev() {
        text.insert_str(range.end, &format!("»{class:?}"));
        text.insert(range.start, '«');
    }
    println!("{text}\n---");
}
