//! Names, organisations, places and addresses in Chinese text.
//!
//! A small network (LAC, see `models/README.md`) reads sentence by sentence and tells words and
//! what they are; the grammar on top of it completes names, organisations and addresses.

mod address;
mod chunks;
mod decode;
mod gates;
mod lists;
mod matrix;
mod network;
mod people;
mod pieces;
mod postcode;
mod tagger;
#[cfg(test)]
mod tests;
mod traits;
mod weights;

use super::{Layer, Span};
use crate::Entity;
use tagger::Tagger;

/// The model.
const MODEL: &[u8] = include_bytes!("../../../models/zh.bin");

/// Adds what is found in `text`.
pub fn find(text: &str, found: &mut Vec<Span>) {
    let pieces = pieces::pieces(text);
    if pieces.is_empty() {
        return;
    }
    let Some(tagger) = Tagger::embedded() else { return };
    let words = tagger.words(text, &pieces);
    let mut named = Vec::new();
    for mut chunk in chunks::chunks(text, &words) {
        chunk.range = trimmed(text, chunk.range);
        let is_work =
            text[..chunk.range.start].ends_with('《') && text[chunk.range.end..].starts_with('》');
        match chunk.entity {
            _ if chunk.range.is_empty() => {}
            Entity::Person if is_work => {}
            Entity::Person => people::push_person(text, chunk.range, "lac", &mut named),
            Entity::StreetAddress => {
                named.push(Span::new(chunk.range, chunk.entity, 0.85, Layer::Grammar, "address"));
            }
            // A term within an organisation's long name tells nothing of a person.
            Entity::Organization if chunk.range.len() > 4 * "字".len() => {
                named.push(Span::new(chunk.range, chunk.entity, 0.8, Layer::Grammar, "lac"));
            }
            entity => named.push(Span::new(chunk.range, entity, 0.8, Layer::Model, "lac")),
        }
    }
    people::titled(text, &words, &mut named);
    people::labelled(text, &mut named);
    people::beside_phones(text, &mut named);
    traits::jobs(text, &named, found);
    traits::ages(text, found);
    traits::origins(text, found);
    postcode::beside_addresses(text, &named, found);
    found.append(&mut named);
}

/// Without marks at its ends: @ and quotes are no part of a name.
fn trimmed(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let piece = &text[range.clone()];
    let start = piece.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = start.trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, ')' | '）')));
    let start = range.end - start.len();
    start..start + end.len()
}
