//! Names, organisations, places and addresses in Chinese text.
//!
//! A small network (LAC, see `models/README.md`) reads sentence by sentence and tells words and
//! what they are; the grammar on top of it completes names, organisations and addresses.

mod decode;
mod gates;
mod matrix;
mod network;
mod pieces;
mod tagger;
mod weights;

use super::{Layer, Span};
use crate::Entity;
use tagger::{Part, Tagger};

/// The model.
const MODEL: &[u8] = include_bytes!("../../../models/zh.bin");

/// Adds what is found in `text`.
pub fn find(text: &str, found: &mut Vec<Span>) {
    let pieces = pieces::pieces(text);
    if pieces.is_empty() {
        return;
    }
    let Some(tagger) = Tagger::embedded() else { return };
    for word in tagger.words(text, &pieces) {
        let entity = match word.part {
            Part::Person => Entity::Person,
            Part::Place => Entity::Location,
            Part::Organisation => Entity::Organization,
            _ => continue,
        };
        found.push(Span::new(word.range, entity, 0.8, Layer::Model, "lac"));
    }
}
